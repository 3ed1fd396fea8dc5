// SPDX-License-Identifier: Apache-2.0
//
// What the engine cannot know of a code graph: that each edge begins and ends at an entity, or is
// marked as leading outside of the tree.

import CodeGraph
import SegmentStore

/// Edges with an end that is nothing.
public struct EdgeCheck: Sendable {
    /// How many there are.
    public private(set) var danglingCount = 0
    /// The first of them, with the end that there is not.
    public private(set) var dangling: [(from: String, to: String, missing: String)] = []

    private static let namedCount = 5

    /// Looks at all edges of a snapshot; a store without entities and edges has none.
    public init(_ snapshot: Snapshot) throws {
        let names = Set(snapshot.schema.relations.map(\.name))
        guard names.contains(CodeGraph.entities.name), names.contains(CodeGraph.edges.name) else {
            return
        }
        let reader = snapshot.reader()
        let entities = try reader.relation(CodeGraph.entities.name)
        let edges = try reader.relation(CodeGraph.edges.name)
        let columns = try ["from", "to"].map { try reader.column($0, of: edges) }
        var known: [ByteText: Bool] = [:]
        func isThere(_ key: String) throws -> Bool {
            if let known = known[ByteText(key)] { return known }
            let isThere =
                try Array(key.utf8).withUnsafeBytes { CodeGraph.isExternal($0) }
                || reader.find(entities, key: key) != nil
            known[ByteText(key)] = isThere
            return isThere
        }
        try reader.forEachRowByKey(edges) { row in
            let ends = try columns.map { try reader.string(edges, row, $0) ?? "" }
            guard let missing = try ends.first(where: { try !isThere($0) }) else { return }
            danglingCount += 1
            if dangling.count < Self.namedCount { dangling.append((ends[0], ends[1], missing)) }
        }
    }
}
