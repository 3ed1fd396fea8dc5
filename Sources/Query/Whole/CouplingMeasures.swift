// SPDX-License-Identifier: Apache-2.0
//
// How much types, files or folders hang on each other, and whether what is in them belongs
// together.

import CodeGraph
import SegmentStore

/// The measures of a type: Chidamber and Kemerer's, and of cohesion.
public struct TypeMeasures: Sendable {
    /// The type.
    public let label: GraphNodeLabel
    /// CBO: other types that it uses or that use it.
    public let coupled: Int
    /// Types that use it.
    public let fanIn: Int
    /// Types that it uses.
    public let fanOut: Int
    /// fanOut / (fanIn + fanOut); nil where there are none.
    public let instability: Double?
    /// RFC: its methods, and those of others that they call.
    public let response: Int
    /// WMC: the sum of its methods' complexities.
    public let weightedMethods: Int
    /// LCOM4: the parts that its methods fall into by shared fields and calls.
    public let parts: Int
    /// LCOM of Henderson-Sellers, from 0 to 2; nil below two methods or one field.
    public let lackOfCohesion: Double?
    /// How many methods it has.
    public let methodCount: Int
    /// How many fields it has.
    public let fieldCount: Int
}

/// Coupling of files or folders.
public struct GroupMeasures: Sendable {
    /// The file or folder.
    public let label: GraphNodeLabel
    /// Ca: others that use it.
    public let afferent: Int
    /// Ce: others that it uses.
    public let efferent: Int
    /// Ce / (Ca + Ce); nil where there are none.
    public let instability: Double?
    /// The share of the edges at it that stay in it; nil where there are none.
    public let cohesion: Double?
    /// Entropy, in bits, of where its edges lead.
    public let entropy: Double
    /// Entropy of those that lead out of it.
    public let outsideEntropy: Double
    /// Edges within it.
    public let insideCount: Int
    /// Edges out of it and into it.
    public let outsideCount: Int
}

/// The types of a graph as numbers.
struct TypeNodes {
    static let kinds: Set<String> = [
        "class", "struct", "interface", "trait", "protocol", "enum", "object", "union", "record",
        "actor",
    ]

    /// The entities that are types.
    let types: [Int32]
    /// Of each node the number of the type that it is, or is in; -1 for none.
    let owners: [Int32]
    let roles: [ClassMeasures.Role]
    let measures: ClassMeasures

    init(_ map: CodeMap) throws {
        let kinds = try map.words("kind")
        let parents = try map.parents()
        let complexities = try map.values("complexity")
        func kind(_ node: Int) -> String {
            kinds.numbers[node] < 0 ? "" : kinds.words[Int(kinds.numbers[node])]
        }
        let isType = kinds.words.map { Self.kinds.contains($0) }
        var types: [Int32] = []
        var classes = [Int32](repeating: -1, count: map.nodeCount)
        for node in 0..<map.entityCount
        where kinds.numbers[node] >= 0 && isType[Int(kinds.numbers[node])] {
            classes[node] = Int32(types.count)
            types.append(Int32(node))
        }
        // What is in a type belongs to the innermost. A row may say anything of what it is in.
        for node in 0..<map.entityCount where classes[node] < 0 {
            var upper = parents[node]
            var steps = 0
            while upper >= 0, classes[Int(upper)] < 0, steps < 100 {
                upper = parents[Int(upper)]
                steps += 1
            }
            if upper >= 0 { classes[node] = classes[Int(upper)] }
        }
        let roles = (0..<map.nodeCount).map { node -> ClassMeasures.Role in
            switch kind(node) {
            case "method", "constructor", "function": .method
            case "field", "property", "variable", "constant": .field
            default: .other
            }
        }
        self.types = types
        self.roles = roles
        owners = classes
        measures = ClassMeasures(
            map.graph,
            ClassMeasures.Nodes(
                classes: classes, classCount: types.count, roles: roles,
                complexities: complexities.map { Int32(clamping: $0) }))
    }
}

extension WholeGraph {
    /// A page of the types, those that are coupled to most others first.
    public func typeMeasures(
        limit: Int = 20, offset: Int = 0
    ) throws -> (types: [TypeMeasures], total: Int) {
        let nodes = try TypeNodes(map)
        let groups = nodes.measures.coupling.groups
        let order = nodes.types.indices.filter { places[Int(nodes.types[$0])] >= 0 }
            .sorted { a, b in
                groups[a].coupled != groups[b].coupled
                    ? groups[a].coupled > groups[b].coupled : a < b
            }
        let found = try order.dropFirst(offset).prefix(limit).map { number in
            let (type, group) = (nodes.measures.classes[number], groups[number])
            return TypeMeasures(
                label: GraphNodeLabel(try map.entity(Int(nodes.types[number]))),
                coupled: group.coupled, fanIn: group.afferent, fanOut: group.efferent,
                instability: group.instability, response: type.response,
                weightedMethods: type.weightedMethods, parts: type.parts,
                lackOfCohesion: type.lackOfCohesion, methodCount: type.methodCount,
                fieldCount: type.fieldCount)
        }
        return (found, order.count)
    }

    /// A page of the files or folders, those that are coupled to most others first.
    public func groupMeasures(
        limit: Int = 20, offset: Int = 0
    ) throws -> (groups: [GroupMeasures], total: Int) {
        let coupling = groupCoupling()
        let order = ranked { coupling.groups[$0].coupled }
        return (try measures(order, limit, offset, coupling.groups, spread()), order.count)
    }

    /// A page of the files or folders, those whose edges lead to the most unlike places first; and
    /// the entropy of all edges.
    public func entropies(
        limit: Int = 20, offset: Int = 0
    ) throws -> (groups: [GroupMeasures], total: Int, entropy: Double) {
        let spread = spread()
        let order = ranked { spread.groups[$0].bits }
        let found = try measures(order, limit, offset, groupCoupling().groups, spread)
        return (found, order.count, spread.bits)
    }

    private func groupCoupling() -> GroupCoupling {
        precondition(level != .entity, "entities are no groups")
        return GroupCoupling(map.graph, groups: places, count: nodeCount)
    }

    private func spread() -> EdgeSpread {
        EdgeSpread(map.graph, groups: places, count: nodeCount)
    }

    private func measures(
        _ order: [Int], _ limit: Int, _ offset: Int, _ coupling: [GroupCoupling.Group],
        _ spread: EdgeSpread
    ) throws -> [GroupMeasures] {
        try order.dropFirst(offset).prefix(limit).map { number in
            let group = coupling[number]
            return GroupMeasures(
                label: try label(number), afferent: group.afferent, efferent: group.efferent,
                instability: group.instability, cohesion: group.cohesion,
                entropy: spread.groups[number].bits,
                outsideEntropy: spread.groups[number].outsideBits, insideCount: group.insideCount,
                outsideCount: group.outgoingCount + group.incomingCount)
        }
    }

    /// How unlike each other the nodes are by their edges, in bits.
    public func degreeEntropy() -> (degrees: Double, ends: Double) {
        let degrees = Degrees(graph).all
        return (Entropy.bits(ofDegrees: degrees), Entropy.bits(ofEndsAt: degrees))
    }
}
