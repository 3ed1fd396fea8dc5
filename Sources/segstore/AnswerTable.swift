// SPDX-License-Identifier: Apache-2.0
//
// Answers that are lists, told once: which columns they have, for programs and for people.

import Codec
import Exchange

/// What stands in a cell.
enum AnswerCell {
    case null
    case text(String)
    case int(Int)
    case float(Double)
    case bool(Bool)
    case numbers([Int])
    case texts([String])
    /// What is told with a number each.
    case amounts([(name: String, amount: Double)], names: String, amounts: String)

    init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    init(_ number: Double?) { self = number.map { .float($0) } ?? .null }
    init(_ number: Int?) { self = number.map { .int($0) } ?? .null }
}

struct AnswerTable<Row>: Sendable {
    struct Column: Sendable {
        /// For programs.
        let name: String
        /// For people; nil if they are not shown it.
        let heading: String?
        let alignment: Table.Alignment
        let cell: @Sendable (Row) -> AnswerCell
        /// As people read it, where that is something else.
        let text: (@Sendable (Row) -> String)?

        init(
            _ name: String, heading: String? = nil, _ alignment: Table.Alignment = .left,
            text: (@Sendable (Row) -> String)? = nil,
            _ cell: @escaping @Sendable (Row) -> AnswerCell
        ) {
            self.name = name
            self.heading = heading
            self.alignment = alignment
            self.cell = cell
            self.text = text
        }
    }

    let name: String
    let columns: [Column]
    /// In which order people see the columns, if in another one.
    private let order: [String]

    init(_ name: String, _ columns: [Column], order: [String] = []) {
        self.name = name
        self.columns = columns
        self.order = order
    }

    func write(_ row: Row, _ json: AnswerWriter) {
        for column in columns {
            switch column.cell(row) {
            case .null: json.member(column.name, String?.none)
            case .text(let text): json.member(column.name, text)
            case .int(let number): json.member(column.name, number)
            case .float(let number): json.member(column.name, number)
            case .bool(let flag): json.member(column.name, flag)
            case .numbers(let list):
                json.array(column.name) { for number in list { json.element(number) } }
            case .texts(let list):
                json.array(column.name) { for text in list { json.element(text) } }
            case .amounts(let list, let names, let amounts):
                json.array(column.name) {
                    for (name, amount) in list {
                        json.object {
                            json.member(names, name)
                            json.member(amounts, amount)
                        }
                    }
                }
            }
        }
    }

    /// The rows alone.
    func csv(_ rows: [Row], _ output: Output) {
        // Nothing that is written here throws.
        try? output.answer(
            .csv, name, columns: columns.map(\.name), summary: { _ in },
            rows: { answer in for row in rows { try answer.row { write(row, $0) } } })
    }

    /// For people. There is no heading over nothing.
    func show(_ rows: [Row], _ output: Output) {
        guard !rows.isEmpty else { return }
        var shown = columns.filter { $0.heading != nil }
        if !order.isEmpty {
            shown = order.compactMap { name in shown.first { $0.name == name } }
        }
        var table = Table(output, shown.map { ($0.heading ?? "", $0.alignment) })
        for row in rows {
            table.add(shown.map { $0.text?(row) ?? Self.text($0.cell(row)) })
        }
        table.finish()
    }

    private static func text(_ cell: AnswerCell) -> String {
        switch cell {
        case .null: ""
        case .text(let text): text
        case .int(let number): Text.count(number)
        case .float(let number): Text.fixed(number, 3)
        case .bool(let flag): flag ? "yes" : "no"
        case .numbers(let list): list.map(String.init).joined(separator: " ")
        case .texts(let list): list.joined(separator: " ")
        case .amounts(let list, _, _):
            list.map { "\($0.name) \(Text.count($0.amount))" }
                .joined(separator: ", ")
        }
    }
}
