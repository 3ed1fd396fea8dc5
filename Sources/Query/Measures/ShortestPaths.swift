// SPDX-License-Identifier: Apache-2.0
//
// From one node to another: searched from both ends, for what is met from one end alone grows with
// each step.

/// All shortest paths between two nodes, in the order of the nodes' numbers, each made when it is
/// asked for: the first is the one to show.
package struct ShortestPaths: Sequence, Sendable {
    private let graph: Digraph
    private let start: Int32
    /// How many edges it is from a node to the end; -1 where it is not known, as of nodes that are
    /// on no shortest path it need not be.
    private let remaining: [Int32]
    /// Edges of each; nil if there is no path.
    package let length: Int?
    /// How many there are; `Int.max` if more than can be said.
    package let count: Int

    /// `reversed` is the graph's own.
    package init(_ graph: Digraph, reversed: Digraph, from start: Int32, to end: Int32) {
        self.graph = graph
        self.start = start
        var search = PathsBetween(graph, reversed, start, end)
        length = search.run()
        remaining = search.remaining
        count = length == nil ? 0 : Self.count(graph, remaining, from: start)
    }

    /// Along steps that lead nearer to the end, each of which is on a shortest path.
    private static func count(_ graph: Digraph, _ remaining: [Int32], from start: Int32) -> Int {
        let counts = FlatArray(repeating: 0, count: graph.nodeCount)
        var met = [start]
        var next = 0
        counts[start] = 1
        while next < met.count {
            let node = Int(met[next])
            next += 1
            if remaining[node] == 0 { break }
            for end in graph.neighbours(node) where remaining[Int(end)] == remaining[node] - 1 {
                if counts[end] == 0 { met.append(end) }
                let (sum, isTooLarge) = counts[end].addingReportingOverflow(counts[node])
                counts[end] = isTooLarge ? .max : sum
            }
        }
        // The farthest from the start, and so the last: the end.
        return met.last.map { counts[$0] } ?? 0
    }

    package struct Iterator: IteratorProtocol {
        private let paths: ShortestPaths
        private var path: [Int32] = []
        /// Which of its edges each node of the path but the last goes on by.
        private var edges: [Int] = []
        private var isBegun = false

        fileprivate init(_ paths: ShortestPaths) { self.paths = paths }

        /// Its nodes, both ends among them.
        package mutating func next() -> [Int32]? {
            if !isBegun {
                isBegun = true
                if paths.length != nil { path = [paths.start] }
            } else if !path.isEmpty {
                path.removeLast()
            }
            while let node = path.last {
                if paths.remaining[Int(node)] == 0 { return path }
                if !goOn(from: Int(node)) { path.removeLast() }
            }
            return nil
        }

        /// To the next neighbour that is nearer to the end.
        private mutating func goOn(from node: Int) -> Bool {
            let neighbours = paths.graph.neighbours(node)
            var edge = edges.count == path.count ? edges.removeLast() + 1 : 0
            while edge < neighbours.count {
                let end = neighbours[edge]
                if paths.remaining[Int(end)] == paths.remaining[node] - 1 {
                    edges.append(edge)
                    path.append(end)
                    return true
                }
                edge += 1
            }
            return false
        }
    }

    package func makeIterator() -> Iterator { Iterator(self) }

    /// So that nothing asks for all of them to know whether there are some.
    package var underestimatedCount: Int { 0 }
}

/// Searches from both ends, whole levels at a time, until they meet.
private struct PathsBetween {
    private let graph: Digraph
    private let reversed: Digraph
    /// From the start.
    private var passed: [Int32]
    /// To the end.
    private(set) var remaining: [Int32]
    private var front: [Int32]
    private var back: [Int32]

    init(_ graph: Digraph, _ reversed: Digraph, _ start: Int32, _ end: Int32) {
        self.graph = graph
        self.reversed = reversed
        passed = [Int32](repeating: -1, count: graph.nodeCount)
        remaining = passed
        passed[Int(start)] = 0
        remaining[Int(end)] = 0
        front = [start]
        back = [end]
    }

    /// Returns how far it is, if there is a way.
    mutating func run() -> Int? {
        var (frontLevel, backLevel): (Int32, Int32) = (0, 0)
        while true {
            let meeting = front.filter { remaining[Int($0)] >= 0 }
            if !meeting.isEmpty {
                let length = frontLevel + backLevel
                goBack(from: meeting, at: frontLevel, length)
                return Int(length)
            }
            if front.isEmpty || back.isEmpty { return nil }
            if front.count <= back.count {
                frontLevel += 1
                front = Self.expand(front, graph, &passed, frontLevel)
            } else {
                backLevel += 1
                back = Self.expand(back, reversed, &remaining, backLevel)
            }
        }
    }

    private static func expand(
        _ nodes: [Int32], _ graph: Digraph, _ distances: inout [Int32], _ level: Int32
    ) -> [Int32] {
        var found: [Int32] = []
        for node in nodes {
            for end in graph.neighbours(Int(node)) where distances[Int(end)] < 0 {
                distances[Int(end)] = level
                found.append(end)
            }
        }
        return found
    }

    /// Of the nodes between the start and where the searches met, those on shortest paths learn how
    /// far it is.
    private mutating func goBack(from meeting: [Int32], at level: Int32, _ length: Int32) {
        var nodes = meeting
        for level in stride(from: level - 1, through: 0, by: -1) {
            var found: [Int32] = []
            for node in nodes {
                for origin in reversed.neighbours(Int(node))
                where passed[Int(origin)] == level && remaining[Int(origin)] < 0 {
                    remaining[Int(origin)] = length - level
                    found.append(origin)
                }
            }
            nodes = found
        }
    }
}

/// What can be reached from some nodes, by distance.
package struct Reach: Sendable {
    /// Nearest first, beginning with the starts; those of a distance in their own order.
    package let nodes: [Int32]
    /// Where those of each distance begin; one more than there are distances.
    private let starts: [Int]

    package init(_ graph: Digraph, from origins: [Int32], depth: Int = .max) {
        let isMet = FlatArray(repeating: false, count: graph.nodeCount)
        var nodes: [Int32] = []
        var starts = [0]
        func meet(_ node: Int32) {
            if isMet[node] { return }
            isMet[node] = true
            nodes.append(node)
        }
        for node in origins { meet(node) }
        while let last = starts.last, last < nodes.count {
            nodes[last...].sort()
            let level = last..<nodes.count
            starts.append(nodes.count)
            if starts.count - 2 >= depth { break }
            for index in level {
                for end in graph.neighbours(Int(nodes[index])) { meet(end) }
            }
        }
        self.nodes = nodes
        self.starts = starts
    }

    /// The distances that there are nodes at: 0 ..< this.
    package var levelCount: Int { starts.count - 1 }

    package func nodes(at distance: Int) -> ArraySlice<Int32> {
        nodes[starts[distance]..<starts[distance + 1]]
    }
}
