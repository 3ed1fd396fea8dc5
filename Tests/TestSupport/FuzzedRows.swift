// SPDX-License-Identifier: Apache-2.0
//
// FuzzNDJSON's and FuzzCSV's inputs: a byte that says where the rows go, and the text.
//
// Whatever the text is, the lines that are rows are taken and the others reported, wherever the
// window that it is read through ends; and what was taken comes out as text that gives the same
// rows again.

import Exchange
import SegmentStore

struct FuzzedRows {
    private let bytes: [UInt8]
    private let format: RowFormat
    /// Nil for lines that name their own.
    private let relation: String?

    init(_ input: UnsafeRawBufferPointer, _ format: RowFormat) {
        let place = Int(input.first ?? 0)
        self.format = format
        let names = Self.schema.relations.map(\.name)
        let choices = names.count + (format == .ndjson ? 1 : 0)
        relation = place % choices < names.count ? names[place % choices] : nil
        bytes = Array(input.dropFirst())
    }

    /// Every type, as key and not, null and not.
    private static let schema = Schema([
        RelationSchema(
            "all", key: ["key"], scope: "file",
            columns: [
                .string("key").domain("node"), .enumeration("file"),
                .int("int").nullable, .bool("bool").nullable, .float("float").nullable,
                .timestamp("time").nullable, .bytes("bytes").nullable,
                .vector("vector", dimensions: 2).nullable,
                .string("text").nullable, .string("list").numberList.nullable,
                .string("part").part(of: "key").nullable,
            ]),
        RelationSchema("numbers", key: ["n"], columns: [.int("n"), .bool("b"), .float("f")]),
        RelationSchema(
            "pairs", key: ["bytes", "time"],
            columns: [.bytes("bytes"), .timestamp("time"), .string("text")]),
    ])

    /// Whether there was a row.
    func read() throws -> Bool {
        let first = try take(bytes, windowByteCount: 1 << 16)
        for windowByteCount in [1, 7, 64] {
            let other = try take(bytes, windowByteCount: windowByteCount)
            require(
                other.rowCount == first.rowCount && other.problems == first.problems,
                "a window of \(windowByteCount) bytes makes a difference")
            require(other.text == first.text, "a window of \(windowByteCount) bytes, other rows")
        }
        let again = try take(first.text, windowByteCount: 1 << 16)
        require(again.problems.isEmpty, "what was written is refused: \(again.problems)")
        require(again.text == first.text, "what was written and read is something else")
        return first.rowCount > 0
    }

    private struct Outcome {
        let rowCount: Int
        /// Only where they are: of a line that is longer than the window less is known.
        let problems: [Int]
        /// All that is in the store then.
        let text: [UInt8]
    }

    private func take(_ bytes: [UInt8], windowByteCount: Int) throws -> Outcome {
        var options = ImportOptions()
        options.relation = relation
        options.format = format
        options.skipsInvalid = true
        let rows = try RowImport(["input"], options) { name in
            TextInput(name: name, bytes: bytes, windowByteCount: windowByteCount)
        }
        let schema = rows.schema.relations.isEmpty ? Self.schema : rows.schema
        // Each is sound by itself; together they need not be.
        guard (try? schema.validate()) != nil else {
            return Outcome(rowCount: 0, problems: [], text: [])
        }
        let store = try GraphStore.inMemory(schema: schema)
        let report = try rows.run(into: store)
        require(report.problems.count == min(report.problemCount, 1000), "problems are miscounted")
        var text: [UInt8] = []
        let export = RowExport(try store.snapshot())
        // A store without a row has no relations yet.
        if report.receipt.generation > 0 {
            if let relation {
                try export.write(relation, as: format) { text += $0 }
            } else {
                try export.writeAll { text += $0 }
            }
        }
        return Outcome(
            rowCount: report.rowCount, problems: report.problems.map(\.line), text: text)
    }
}
