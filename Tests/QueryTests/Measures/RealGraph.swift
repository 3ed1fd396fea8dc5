// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Foundation
import Ingest
import Query
import SegmentStore

/// The code graph of a folder of this repository, ingested anew: its entities and the edges between
/// them, but for those that say what is within what.
struct RealGraph {
    private(set) var keys: [String] = []
    private(set) var kinds: [String] = []
    private(set) var complexities: [Int32] = []
    /// Numbers of files in the order of their paths.
    private(set) var files: [Int32] = []
    private(set) var fileCount = 0
    /// The node that each is within; -1 where there is none.
    private(set) var parents: [Int32] = []
    private(set) var graph = Digraph(nodeCount: 0, [])

    init(folder: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        let ingest = Ingest(
            root: root.appendingPathComponent(folder).path, languages: LanguageTable(.standard()))
        _ = try ingest.run(into: store)
        let reader = try store.snapshot().reader()
        let entities = try reader.relation(CodeGraph.entities.name)
        var parentKeys: [String?] = []
        var paths: [String] = []
        try reader.forEachRowByKey(entities) { row in
            func text(_ column: String) throws -> String? {
                try reader.string(entities, row, reader.column(column, of: entities))
            }
            keys.append(try text("key") ?? "")
            kinds.append(try text("kind") ?? "")
            paths.append(try text("file") ?? "")
            parentKeys.append(try text("parent"))
            let column = try reader.column("complexity", of: entities)
            complexities.append(Int32(try reader.int(entities, row, column) ?? 0))
        }
        let numbers = Dictionary(uniqueKeysWithValues: zip(keys, Int32(0)...))
        parents = parentKeys.map { $0.flatMap { numbers[$0] } ?? -1 }
        let fileNumbers = Dictionary(
            uniqueKeysWithValues: zip(Set(paths).sorted(), Int32(0)...))
        fileCount = fileNumbers.count
        files = paths.map { fileNumbers[$0] ?? -1 }
        graph = Digraph(nodeCount: keys.count, try Self.edges(reader, numbers))
    }

    private static func edges(
        _ reader: Reader, _ numbers: [String: Int32]
    ) throws -> [MeasuredGraphs.Edge] {
        let relation = try reader.relation(CodeGraph.edges.name)
        let columns = try ["from", "to", "kind"].map { try reader.column($0, of: relation) }
        var edges: [MeasuredGraphs.Edge] = []
        try reader.forEachRowByKey(relation) { row in
            let values = try columns.map { try reader.string(relation, row, $0) ?? "" }
            if let from = numbers[values[0]], let to = numbers[values[1]], values[2] != "contains" {
                edges.append((from, to))
            }
        }
        return edges
    }

    /// Types are classes, and their members are in them.
    var classNodes: ClassMeasures.Nodes {
        let types: Set = ["class", "struct", "enum", "trait", "interface"]
        var numbers: [Int32: Int32] = [:]
        for (node, kind) in kinds.enumerated() where types.contains(kind) {
            numbers[Int32(node)] = Int32(numbers.count)
        }
        let roles: [String: ClassMeasures.Role] = [
            "method": .method, "function": .method, "constructor": .method, "field": .field,
        ]
        return ClassMeasures.Nodes(
            classes: kinds.indices.map { numbers[Int32($0)] ?? numbers[parents[$0]] ?? -1 },
            classCount: numbers.count, roles: kinds.map { roles[$0] ?? .other },
            complexities: complexities)
    }
}
