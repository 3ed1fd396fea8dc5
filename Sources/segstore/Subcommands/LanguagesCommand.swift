// SPDX-License-Identifier: Apache-2.0
import Ingest

extension Command {
    static let languages = Command(
        name: "languages", summary: "what can be parsed, and by which grammar",
        details: """
            A language without a grammar is listed with what is wrong; its files are then ignored, and \
            the rest goes on.
            """,
        examples: [
            "segstore languages"
        ],
        options: [.grammars], readsStore: false
    ) { arguments, output in
        let table = LanguageTable(try arguments.grammars)
        let rows = table.rows
        switch arguments.format {
        case .text:
            var text = Table(
                output,
                [
                    ("language", .left), ("grammar", .left), ("version", .left), ("abi", .right),
                    ("files", .left),
                ])
            for row in rows {
                text.add([
                    row.language, row.grammar, row.version ?? "missing",
                    row.abi.map { String($0) } ?? "",
                    row.extensions.map { row.fileNames.contains($0) ? $0 : ".\($0)" }
                        .joined(separator: " "),
                ])
            }
            text.finish()
        default:
            try output.answer(
                arguments.format, "languages",
                columns: ["language", "grammar", "version", "abi", "problem", "extensions"]
            ) { json in
                json.array("folders") { for path in table.paths { json.element(path) } }
            } rows: { answer in
                for row in rows {
                    try answer.row { json in
                        json.member("language", row.language)
                        json.member("grammar", row.grammar)
                        json.member("version", row.version)
                        json.member("abi", row.abi)
                        json.member("problem", row.problem)
                        json.array("extensions") {
                            for name in row.extensions { json.element(name) }
                        }
                    }
                }
            }
        }
        let problems = rows.compactMap(\.problem)
        if !problems.isEmpty {
            output.note(
                "\(Text.count(problems.count, "grammar")) not found in \(table.paths.joined(separator: ", ")): \(problems[0]); scripts/setup fetches them"
            )
        }
        return .done
    }
}
