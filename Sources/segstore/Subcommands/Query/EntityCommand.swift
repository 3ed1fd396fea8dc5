// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore

extension Command {
    static let queryEntity = Command(
        name: "query entity", operands: ["key"], summary: "one entity",
        details: "\(keyDetails)",
        examples: ["segstore query entity refresh --code", "segstore query entity login.rs:12"],
        options: [.code] + Inquiry.options
    ) { arguments, output in
        try answer(Inquiry(arguments, output))
        return .done
    }

    private static func answer(_ inquiry: Inquiry) throws {
        let (reader, output, arguments) = (inquiry.reader, inquiry.output, inquiry.arguments)
        let relation = try reader.relation(CodeGraph.entities.name)
        let key = try inquiry.key(arguments.operand)
        guard let row = try reader.find(relation, key: key) else {
            // An end of edges that is defined elsewhere, or whose entity was never brought in.
            throw inquiry.failure(
                arguments.operand,
                "'\(key)' is no entity of the store, only edges lead to or from it; 'segstore query rdeps' shows them",
                .noEntity, [])
        }
        let withCode = arguments.has(.code)
        let columns = inquiry.snapshot.schema.relations[relation].columns.enumerated().filter {
            withCode || $0.element.name != "code"
        }
        guard arguments.format == .text else {
            return try output.answer(
                arguments.format, "entity", of: reader, relation, columns: columns.map(\.offset),
                summary: inquiry.head, row: row)
        }
        var fields: [(String, String)] = []
        for (index, column) in columns where column.name != "code" && column.name != "doc" {
            let value = try reader.value(relation, row, index)
            if value != .null, value != .string("") {
                fields.append((column.name, value.description))
            }
        }
        output.fields(fields)
        for name in withCode ? ["doc", "code"] : ["doc"] {
            let text = try reader.string(relation, row, try reader.column(name, of: relation)) ?? ""
            guard !text.isEmpty else { continue }
            output.line()
            output.code(text)
        }
        inquiry.noteChanges()
    }
}

extension Output {
    /// Code as a terminal can show it.
    func code(_ code: String) {
        for line in code.split(separator: "\n", omittingEmptySubsequences: false) {
            let text = line.split(separator: "\t", omittingEmptySubsequences: false)
            self.line(printable(text.joined(separator: "    ")))
        }
    }
}
