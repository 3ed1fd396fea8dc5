// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import SegmentStore
import TestSupport

/// Text that was imported into a store in memory, and what came of it.
struct Rows {
    let store: GraphStore
    let report: ImportReport
    var problems: [ImportProblem] { report.problems }
    var reasons: [String] { report.problems.map { "\($0.line): \($0.reason)" } }

    init(ndjson text: String, to relation: String?, _ schema: Schema) throws {
        try self.init(text, .ndjson, to: relation, schema)
    }

    init(csv text: String, to relation: String?, _ schema: Schema) throws {
        try self.init(text, .csv, to: relation, schema)
    }

    init(_ text: String, _ format: RowFormat, to relation: String?, _ schema: Schema?) throws {
        var options = ImportOptions()
        options.relation = relation
        options.format = format
        options.skipsInvalid = true
        try self.init(Array(text.utf8), options, schema)
    }

    /// `schema` is that of the store; nil for the one that the text begins with.
    init(
        _ bytes: [UInt8], _ options: ImportOptions, _ schema: Schema?,
        windowByteCount: Int = 1 << 16
    ) throws {
        let rows = try RowImport(["input"], options) { name in
            TextInput(name: name, bytes: bytes, windowByteCount: windowByteCount)
        }
        store = try GraphStore.inMemory(schema: schema ?? rows.schema)
        report = try rows.run(into: store)
    }

    /// In the order of their keys.
    func all(_ relation: String) throws -> [[Value]] { try Self.all(store.snapshot(), relation) }

    static func all(_ snapshot: Snapshot, _ relation: String) throws -> [[Value]] {
        let reader = snapshot.reader()
        guard let index = try? reader.relation(relation) else { return [] }
        var rows: [[Value]] = []
        try reader.forEachRowByKey(index) { rows.append(try reader.values(index, $0)) }
        return rows
    }

    static func export(_ store: GraphStore, _ relation: String, _ format: RowFormat) throws
        -> String
    {
        var text: [UInt8] = []
        try RowExport(try store.snapshot()).write(relation, as: format) { text += $0 }
        return String(decoding: text, as: UTF8.self)
    }

    static func exportAll(_ snapshot: Snapshot) throws -> String {
        var text: [UInt8] = []
        try RowExport(snapshot).writeAll { text += $0 }
        return String(decoding: text, as: UTF8.self)
    }
}
