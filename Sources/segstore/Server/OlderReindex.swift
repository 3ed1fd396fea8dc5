// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Exchange
import SegmentStore

/// What a reindex has changed in one file.
struct OlderReindex {
    private let asked: OlderQuestion

    init(_ asked: OlderQuestion) { self.asked = asked }

    func run(_ given: String) throws -> JSONValue {
        let keeper = asked.server.keeper
        let tree = try keeper.tree()
        let path = try TreePath(given, root: tree.root).text
        let before = try FileContent(asked.generation.snapshot, path)
        let run = try keeper.run()
        let after = try FileContent(run.snapshot, path)
        guard before.isKnown || after.isKnown else { throw TreePath.nothing(at: given) }
        func count(_ keys: some Collection) -> JSONValue { .int(Int64(keys.count)) }
        let kept = before.entities.keys.filter { after.entities[$0] != nil }
        return .object([
            ("file_path", .string(path)), ("entities_before", count(before.entities)),
            ("entities_after", count(after.entities)),
            ("entities_added", count(after.entities.keys.filter { before.entities[$0] == nil })),
            ("entities_removed", count(before.entities.keys.filter { after.entities[$0] == nil })),
            (
                "entities_modified",
                count(kept.filter { before.entities[$0] != after.entities[$0] })
            ),
            ("edges_added", count(after.edges.subtracting(before.edges))),
            ("edges_removed", count(before.edges.subtracting(after.edges))),
            ("hash_changed", .bool(before.hash != after.hash)),
            ("processing_time_ms", .int(run.nanoseconds / 1_000_000)),
        ])
    }

    /// What a generation has of a file.
    private struct FileContent {
        var isKnown: Bool { hash != nil }
        var hash: String?
        /// The hashes of entities by their keys.
        var entities: [String: String] = [:]
        var edges: Set<[String]> = []

        init(_ snapshot: Snapshot, _ path: String) throws {
            let reader = snapshot.reader()
            let files = try reader.relation(CodeGraph.files.name)
            if let row = try reader.find(files, key: path) {
                hash = try reader.string(files, row, reader.column("content_hash", of: files))
            }
            func rows(_ relation: Int) throws -> [RowID] {
                var rows: [RowID] = []
                var path = path
                try path.withUTF8 {
                    try reader.append(relation, scope: UnsafeRawBufferPointer($0), to: &rows)
                }
                return rows
            }
            let entity = try reader.relation(CodeGraph.entities.name)
            let key = try reader.column("key", of: entity)
            let code = try reader.column("content_hash", of: entity)
            for row in try rows(entity) {
                entities[try reader.string(entity, row, key) ?? ""] =
                    try reader.string(entity, row, code) ?? ""
            }
            let edge = try reader.relation(CodeGraph.edges.name)
            let columns = try ["from", "to", "kind"].map { try reader.column($0, of: edge) }
            for row in try rows(edge) {
                edges.insert(try columns.map { try reader.string(edge, row, $0) ?? "" })
            }
        }
    }
}
