// SPDX-License-Identifier: Apache-2.0
//
// The rows of a relation in the order of their keys, or of some columns: what 'entities', 'edges',
// 'files', 'tests', 'coverage' and 'ignored' answer.

import Query
import SegmentStore

struct RelationListing: Sendable {
    /// A column as text shows it.
    struct Column: Sendable {
        let heading: String
        let name: String
        var alignment = Table.Alignment.left
        var text: @Sendable (Value) -> String = { $0 == .null ? "" : $0.description }
    }

    static let options: [Option] = Inquiry.listOptions

    let relation: String
    /// What is said of none.
    let nothing: String
    /// What the rows are listed by, where that is not their key.
    var order: [String] = []
    /// Options that name the words which a column may have.
    var choices: [(option: Option, column: String)] = []
    /// Columns that programs get only if this option is given.
    var extra: (option: Option, columns: Set<String>)?
    /// JSON has all of them.
    let textColumns: [Column]

    func answer(_ arguments: Arguments, _ output: Output) throws -> ExitCode {
        let limit = try arguments.number(.limit) ?? .max
        let inquiry = try Inquiry(arguments, output)
        let source = try Source(inquiry.reader, relation)
        let chosen = try chosenRows(inquiry, source)
        let total = try chosen?.count ?? inquiry.snapshot.rowCount(relation)
        let offset = min(try arguments.number(.offset) ?? 0, total)
        let count = min(limit, total - offset)
        output.page = ListPage(offset..<offset + count, of: total)
        let isMistyped = try hasUnknownWord(inquiry)
        let rows = Rows(source, order, chosen, offset..<offset + count)
        switch arguments.format {
        case .text:
            try text(rows, output)
        default:
            try output.answer(
                arguments.format, relation, of: rows.source.reader, rows.source.relation,
                columns: shownColumns(arguments, source)
            ) { json in
                inquiry.head(json)
                json.member("total", total)
                json.member("offset", rows.range.lowerBound)
                json.member("count", count)
                json.member("truncated", rows.range.upperBound < total)
            } rows: { row in
                try rows.visit(row)
            }
        }
        if total == 0, arguments.format == .text, !isMistyped { output.note(nothing) }
        if arguments.format != .json {
            inquiry.notePage(rows.range, total)
        }
        if arguments.format == .text { inquiry.noteChanges() }
        return .done
    }

    /// The rows that are asked for, in the order of their keys; nil if that is all of them.
    private func chosenRows(_ inquiry: Inquiry, _ source: Source) throws -> [RowID]? {
        let arguments = inquiry.arguments
        var tests: [(column: Int, isChosen: (UnsafeRawBufferPointer) -> Bool)] = []
        for (option, column) in choices {
            guard let words = try arguments.list(option) else { continue }
            let bytes = Set(words.map { Array($0.utf8) })
            tests.append(
                (
                    try source.reader.column(column, of: source.relation),
                    { text in bytes.contains { $0.elementsEqual(text) } }
                ))
        }
        let folder = arguments.folder
        if !folder.isEmpty {
            let path = Array(folder.utf8)
            tests.append(
                (
                    try source.reader.column("file", of: source.relation),
                    { file in
                        file.starts(with: path)
                            && (file.count == path.count || file[path.count] == UInt8(ascii: "/"))
                    }
                ))
        }
        guard !tests.isEmpty else { return nil }
        var rows: [RowID] = []
        try source.reader.forEachRowByKey(source.relation) { row in
            for test in tests {
                guard let text = try source.reader.bytes(source.relation, row, test.column),
                    test.isChosen(text)
                else { return }
            }
            rows.append(row)
        }
        return rows
    }

    /// Whether a word is one that no row has, which people are told.
    private func hasUnknownWord(_ inquiry: Inquiry) throws -> Bool {
        try choices.map {
            try inquiry.noteUnknown(
                inquiry.arguments.list($0.option).map { Set($0) }, $0.column, of: relation, "row")
        }.contains(true)
    }

    private func shownColumns(_ arguments: Arguments, _ source: Source) -> [Int]? {
        guard let extra, !arguments.has(extra.option) else { return nil }
        let columns = source.reader.snapshot.schema.relations[source.relation].columns
        return columns.indices.filter { !extra.columns.contains(columns[$0].name) }
    }

    private func text(_ rows: Rows, _ output: Output) throws {
        // No heading over nothing.
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

        init(_ reader: Reader, _ name: String) throws {
            self.reader = reader
            relation = try reader.relation(name)
        }
    }

    /// A range of the relation's rows.
    private struct Rows {
        let source: Source
        let order: [String]
        /// Nil for all.
        let chosen: [RowID]?
        let range: Range<Int>

        private struct Stop: Error {}

        init(_ source: Source, _ order: [String], _ chosen: [RowID]?, _ range: Range<Int>) {
            self.source = source
            self.order = order
            self.chosen = chosen
            self.range = range
        }

        func visit(_ body: (RowID) throws -> Void) throws {
            guard !range.isEmpty else { return }
            guard order.isEmpty else {
                for row in try sorted()[range] { try body(row) }
                return
            }
            if let chosen {
                for row in chosen[range] { try body(row) }
                return
            }
            var index = 0
            do {
                try source.reader.forEachRowByKey(source.relation) { row in
                    if index >= range.upperBound { throw Stop() }
                    if index >= range.lowerBound { try body(row) }
                    index += 1
                }
            } catch is Stop {}
        }

        private func sorted() throws -> [RowID] {
            let (reader, relation) = (source.reader, source.relation)
            let columns = try order.map { try reader.column($0, of: relation) }
            var rows: [(values: [Value], row: RowID)] = []
            func add(_ row: RowID) throws {
                rows.append((try columns.map { try reader.value(relation, row, $0) }, row))
            }
            if let chosen {
                for row in chosen { try add(row) }
            } else {
                try reader.forEachRowByKey(relation, add)
            }
            // Those with the same values stay in the order of their keys.
            return rows.enumerated().sorted { a, b in
                for (value, other) in zip(a.element.values, b.element.values) {
                    if Self.precedes(value, other) { return true }
                    if Self.precedes(other, value) { return false }
                }
                return a.offset < b.offset
            }.map(\.element.row)
        }

        /// Texts by bytes, as the store's own order is.
        private static func precedes(_ a: Value, _ b: Value) -> Bool {
            switch (a, b) {
            case (.int(let a), .int(let b)): a < b
            case (.string(let a), .string(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
            default: false
            }
        }
    }
}
