// SPDX-License-Identifier: Apache-2.0
//
// The rows of a relation in the order of their keys: what 'files' and 'ignored' answer.

import SegmentStore

struct RelationListing: Sendable {
    /// A column as text shows it.
    struct Column: Sendable {
        let heading: String
        let name: String
        var alignment = Table.Alignment.left
        var text: @Sendable (Value) -> String = { $0 == .null ? "" : $0.description }
    }

    static let options: [Option] = [.limit, .offset, .at]

    let relation: String
    /// JSON has all of them.
    let textColumns: [Column]

    func answer(_ arguments: Arguments, _ output: Output) throws -> ExitCode {
        let limit = try arguments.number(.limit) ?? .max
        let offset = try arguments.number(.offset) ?? 0
        let snapshot = try StoreLocation.snapshot(arguments)
        let total = try snapshot.rowCount(relation)
        let count = min(limit, max(0, total - offset))
        let rows = Rows(try Source(snapshot, relation), offset..<offset + count)
        switch arguments.format {
        case .text:
            try text(rows, output)
        default:
            try output.answer(
                arguments.format, relation, of: rows.source.reader, rows.source.relation
            ) { json in
                json.member("generation", snapshot.generation)
                json.member("total", total)
                json.member("offset", rows.range.lowerBound)
                json.member("count", count)
                json.member("truncated", rows.range.upperBound < total)
            } rows: { row in
                try rows.visit(row)
            }
        }
        if count < total, arguments.format != .json {
            output.note(
                "showing \(Text.count(count)) of \(Text.count(total, "row"))\(more(offset + count, total))"
            )
        }
        return .done
    }

    private func more(_ next: Int, _ total: Int) -> String {
        next < total ? "; go on with --offset \(next)" : ""
    }

    private func text(_ rows: Rows, _ output: Output) throws {
        // No heading over nothing: an empty answer is empty.
        guard !rows.range.isEmpty else { return }
        let columns = try textColumns.map {
            try rows.source.reader.column($0.name, of: rows.source.relation)
        }
        var table = Table(output, textColumns.map { ($0.heading, $0.alignment) })
        try rows.visit { row in
            table.add(
                try zip(textColumns, columns).map { column, index in
                    column.text(try rows.source.reader.value(rows.source.relation, row, index))
                })
        }
        table.finish()
    }
}

extension RelationListing {
    private struct Source {
        let reader: Reader
        let relation: Int

        init(_ snapshot: Snapshot, _ name: String) throws {
            reader = snapshot.reader()
            relation = try reader.relation(name)
        }
    }

    /// A range of the relation's rows.
    private struct Rows {
        let source: Source
        let range: Range<Int>

        private struct Stop: Error {}

        init(_ source: Source, _ range: Range<Int>) {
            self.source = source
            self.range = range
        }

        func visit(_ body: (RowID) throws -> Void) throws {
            guard !range.isEmpty else { return }
            var index = 0
            do {
                try source.reader.forEachRowByKey(source.relation) { row in
                    if index >= range.upperBound { throw Stop() }
                    if index >= range.lowerBound { try body(row) }
                    index += 1
                }
            } catch is Stop {}
        }
    }
}
