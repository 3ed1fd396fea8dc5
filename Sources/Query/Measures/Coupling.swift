// SPDX-License-Identifier: Apache-2.0
//
// What classes, and groups of any kind, have to do with each other and within themselves.

/// Between groups: classes, files, folders, communities.
package struct GroupCoupling: Sendable {
    package struct Group: Sendable {
        /// Other groups that lead here: Ca, or fan-in.
        package var afferent = 0
        /// Other groups that this one leads to: Ce, or fan-out.
        package var efferent = 0
        /// Other groups that it has to do with either way: CBO, if groups are classes.
        package var coupled = 0
        /// Edges within the group, from it to others, and from others to it.
        package var insideCount = 0
        package var outgoingCount = 0
        package var incomingCount = 0

        /// Ce / (Ca + Ce): 0 if others depend on it and it on none, 1 the other way round. Nil if
        /// it has to do with none.
        package var instability: Double? {
            afferent + efferent == 0 ? nil : Double(efferent) / Double(afferent + efferent)
        }

        /// The share of its edges that stay within: 1 if it has to do with none, nil without edges.
        package var cohesion: Double? {
            let all = insideCount + outgoingCount + incomingCount
            return all == 0 ? nil : Double(insideCount) / Double(all)
        }
    }

    package let groups: [Group]

    /// `groups` has a number below `count` for each node; negative where it has none, whose edges
    /// are not counted.
    package init(_ graph: Digraph, groups: [Int32], count: Int) {
        let outgoing = graph.quotient(groups, count: count)
        let incoming = outgoing.reversed()
        let both = outgoing.undirected()
        var found = (0..<count).map { group in
            Group(
                afferent: incoming.degree(group), efferent: outgoing.degree(group),
                coupled: both.degree(group))
        }
        found.withUnsafeMutableBufferPointer { found in
            graph.forEachEdge { from, to in
                let (origin, end) = (Int(groups[Int(from)]), Int(groups[Int(to)]))
                if origin < 0 || end < 0 { return }
                if origin == end {
                    found[origin].insideCount += 1
                } else {
                    found[origin].outgoingCount += 1
                    found[end].incomingCount += 1
                }
            }
        }
        self.groups = found
    }
}

/// The measures of Chidamber and Kemerer, and of cohesion, of each class.
package struct ClassMeasures: Sendable {
    package enum Role: UInt8, Sendable {
        case other, method, field
    }

    /// What is known of each node.
    package struct Nodes: Sendable {
        /// The class that it belongs to, or is, below `classCount`; negative where there is none.
        package let classes: [Int32]
        package let classCount: Int
        /// Functions outside of classes may be methods too: they can be called.
        package let roles: [Role]
        package let complexities: [Int32]

        package init(
            classes: [Int32], classCount: Int, roles: [Role], complexities: [Int32]
        ) {
            self.classes = classes
            self.classCount = classCount
            self.roles = roles
            self.complexities = complexities
        }
    }

    package struct Class: Sendable {
        package var methodCount = 0
        package var fieldCount = 0
        /// WMC: the sum of the methods' complexities.
        package var weightedMethods = 0
        /// RFC: its methods, and the methods of others that these lead to, each once.
        package var response = 0
        /// LCOM4: into how many parts its methods fall, if those are together that lead to one
        /// another or to the same field. 0 without methods.
        package var parts = 0
        /// LCOM of Henderson-Sellers: (m - a / f) / (m - 1) for m methods, f fields, and a pairs of
        /// a method and a field that it leads to. 0 if each method uses each field, 1 if each field
        /// is used by one method. Nil below two methods or one field.
        package var lackOfCohesion: Double?
    }

    package let classes: [Class]
    /// CBO, fan-in, fan-out and instability.
    package let coupling: GroupCoupling

    /// `graph` has what uses what; edges that only say what is within what do not belong in it.
    package init(_ graph: Digraph, _ nodes: Nodes) {
        precondition(
            [nodes.classes.count, nodes.roles.count, nodes.complexities.count]
                .allSatisfy { $0 == graph.nodeCount }, "something for each node")
        coupling = GroupCoupling(graph, groups: nodes.classes, count: nodes.classCount)
        let members = Grouping(nodes.classes, count: nodes.classCount)
        let calls = CallCounter(graph, nodes)
        let parts = MethodParts(graph, nodes)
        classes = (0..<nodes.classCount).map { number in
            var found = Class(members[number], nodes)
            found.response = found.methodCount + calls.othersCalled(by: members[number], number)
            let uses = parts.join(members[number], number)
            found.parts = parts.count(members[number])
            found.lackOfCohesion = found.lackOfCohesion(uses: uses)
            return found
        }
    }
}

extension ClassMeasures.Class {
    /// What its members say without their edges.
    fileprivate init(_ members: ArraySlice<Int32>, _ nodes: ClassMeasures.Nodes) {
        for node in members {
            switch nodes.roles[Int(node)] {
            case .method:
                methodCount += 1
                weightedMethods += Int(nodes.complexities[Int(node)])
            case .field: fieldCount += 1
            case .other: break
            }
        }
    }

    fileprivate func lackOfCohesion(uses: Int) -> Double? {
        if methodCount < 2 || fieldCount == 0 { return nil }
        return (Double(methodCount) - Double(uses) / Double(fieldCount)) / Double(methodCount - 1)
    }
}

/// Counts what the methods of a class lead to.
private final class CallCounter {
    private let graph: Digraph
    private let nodes: ClassMeasures.Nodes
    /// The last class that was found to call a method.
    private let callers: FlatArray<Int32>

    init(_ graph: Digraph, _ nodes: ClassMeasures.Nodes) {
        self.graph = graph
        self.nodes = nodes
        callers = FlatArray(repeating: -1, count: graph.nodeCount)
    }

    func othersCalled(by members: ArraySlice<Int32>, _ number: Int) -> Int {
        var count = 0
        for node in members where nodes.roles[Int(node)] == .method {
            for end in graph.neighbours(Int(node)) where nodes.roles[Int(end)] == .method {
                if callers[end] == number || nodes.classes[Int(end)] == number { continue }
                callers[end] = Int32(truncatingIfNeeded: number)
                count += 1
            }
        }
        return count
    }
}

/// Joins methods and fields that lead to one another: sets of nodes, each with one of them as root.
private final class MethodParts {
    private let graph: Digraph
    private let nodes: ClassMeasures.Nodes
    private let parents: FlatArray<Int32>
    private let isCounted: FlatArray<Bool>

    init(_ graph: Digraph, _ nodes: ClassMeasures.Nodes) {
        self.graph = graph
        self.nodes = nodes
        parents = FlatArray(ascending: graph.nodeCount)
        isCounted = FlatArray(repeating: false, count: graph.nodeCount)
    }

    /// Returns how many pairs of a method and a field that it uses there are.
    func join(_ members: ArraySlice<Int32>, _ number: Int) -> Int {
        var uses = 0
        for node in members where nodes.roles[Int(node)] == .method {
            for end in graph.neighbours(Int(node)) where nodes.classes[Int(end)] == number {
                if nodes.roles[Int(end)] == .other { continue }
                if nodes.roles[Int(end)] == .field { uses += 1 }
                parents[root(node)] = root(end)
            }
        }
        return uses
    }

    /// Of the parts that methods are in.
    func count(_ members: ArraySlice<Int32>) -> Int {
        var count = 0
        for node in members where nodes.roles[Int(node)] == .method {
            let root = root(node)
            if isCounted[root] { continue }
            isCounted[root] = true
            count += 1
        }
        return count
    }

    private func root(_ node: Int32) -> Int32 {
        var node = node
        while parents[node] != node {
            parents[node] = parents[parents[node]]
            node = parents[node]
        }
        return node
    }
}

extension Digraph {
    /// The groups as nodes: an edge where one leads from the one to the other, none from a group to
    /// itself. Nodes with a negative number have no group.
    package func quotient(_ groups: [Int32], count: Int) -> Digraph {
        precondition(groups.count == nodeCount, "a group for each node")
        func forEach(_ body: (Int32, Int32) -> Void) {
            forEachEdge { from, to in
                let (origin, end) = (groups[Int(from)], groups[Int(to)])
                if origin >= 0, end >= 0, origin != end { body(origin, end) }
            }
        }
        var edgeCount = 0
        forEach { _, _ in edgeCount += 1 }
        return Digraph(nodeCount: count, count: edgeCount, forEach)
    }
}
