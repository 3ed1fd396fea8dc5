// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import SegmentStore

extension Command {
    static let schema = Command(
        name: "schema", summary: "the relations and their columns",
        details: """
            What rows of import must have. A key column is part of what names a row; of rows with one \
            scope, --replace-scope replaces all; a target is the far end of an edge. Without a store it \
            is the schema that a new one gets: that of a code graph.
            """,
        examples: [
            "segstore schema --relation edges"
        ],
        options: [.relation, .at]
    ) { arguments, output in
        let schema = try StoreLocation.schema(arguments)
        var relations = schema.relations
        if let name = arguments[.relation] {
            relations = relations.filter { $0.name == name }
            guard !relations.isEmpty else {
                let names = schema.relations.map(\.name).joined(separator: ", ")
                throw CommandError("no relation '\(name)'; there are \(names)", isNotFound: true)
            }
        }
        if arguments.format == .text {
            show(relations, output)
        } else {
            try write(relations, arguments.format, output)
        }
        return .done
    }

    /// The names of types, as import's messages have them.
    private static func type(_ column: ColumnSchema) -> String {
        switch column.type {
        case .vector: "vector of \(column.dimensions)"
        case .string where column.isNumberList: "list of int64"
        default: "\(column.type)"
        }
    }

    private static func show(_ relations: [RelationSchema], _ output: Output) {
        var table = Table(
            output, [("relation", .left), ("column", .left), ("type", .left), ("", .left)])
        for relation in relations {
            for (index, column) in relation.columns.enumerated() {
                let notes = [
                    relation.key.contains(column.name) ? "key" : nil,
                    relation.scope == column.name ? "scope" : nil,
                    relation.target == column.name ? "target" : nil,
                    column.isNullable ? "may be null" : nil,
                ]
                table.add([
                    index == 0 ? relation.name : "", column.name, type(column),
                    notes.compactMap(\.self).joined(separator: ", "),
                ])
            }
        }
        table.finish()
    }

    private static func write(
        _ relations: [RelationSchema], _ format: Format, _ output: Output
    ) throws {
        try output.answer(
            format, "columns",
            columns: ["relation", "name", "type", "nullable", "key", "scope", "target"]
        ) { json in
            json.member("count", relations.count)
        } rows: { rows in
            for relation in relations {
                for column in relation.columns {
                    try rows.row { json in
                        json.member("relation", relation.name)
                        json.member("name", column.name)
                        json.member("type", type(column))
                        json.member("nullable", column.isNullable)
                        json.member("key", relation.key.contains(column.name))
                        json.member("scope", relation.scope == column.name)
                        json.member("target", relation.target == column.name)
                    }
                }
            }
        }
    }
}
