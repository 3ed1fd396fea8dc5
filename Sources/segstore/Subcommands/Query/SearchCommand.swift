// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore

extension Option {
    fileprivate static let shown = Option(
        name: "limit", value: "N", help: "at most N entities (default: 20)")
}

extension Command {
    static let querySearch = Command(
        name: "query search", operands: ["text"], summary: "entities by parts of their names",
        details: """
            First those with just this name, then those whose name begins with it, then those it stands \
            in, words apart or in another order of cases too (getUser finds get_user, 'user get' both), \
            then those that are a slip of the finger away. Of those that are equally like it the shortest \
            names come first, and of one name what most depends on. What contains it may stand before it: Session.refresh, \
            login.rs:refresh.
            """,
        examples: [
            "segstore query search refresh",
            "segstore query search 'parse json' --kind function,method",
        ],
        options: [.entityKind, .language, .within, .shown, .offset] + Inquiry.options
    ) { arguments, output in
        var search = EntitySearch(arguments.operand)
        search.kinds = try arguments.list(.entityKind).map { Set($0) }
        search.languages = try arguments.list(.language).map { Set($0) }
        search.folder = arguments.folder
        search.limit = try arguments.number(.shown) ?? search.limit
        search.offset = try arguments.number(.offset) ?? 0
        let inquiry = try Inquiry(arguments, output)
        let entities = CodeGraph.entities.name
        let isMistyped = try [(search.kinds, "kind"), (search.languages, "language")].map {
            try inquiry.noteUnknown($0, $1, of: entities, "entity")
        }.contains(true)
        let answer = try search.run(inquiry.reader)
        let start = min(search.offset, answer.total)
        try inquiry.answer(
            table, answer.matches, page: start..<start + answer.matches.count, of: answer.total,
            nothing: isMistyped ? nil : "nothing has a name like '\(search.text)'"
        ) { json in
            json.member("query", search.text)
        }
        return .done
    }

    private static let table = AnswerTable<EntitySearch.Match>(
        "matches",
        [
            .init("key") { .text($0.entity.key) },
            .init("name", heading: "name", .keys, text: { $0.entity.qualifiedName }) {
                .text($0.entity.name)
            },
            .init("qualified_name") { .text($0.entity.qualifiedName) },
            .init("kind", heading: "kind") { .text($0.entity.kind) },
            .init("language", heading: "language") { .text($0.entity.language) },
            .init("file", heading: "where", text: { "\($0.entity.file):\($0.entity.startLine)" }) {
                .text($0.entity.file)
            },
            .init("start_line") { .int($0.entity.startLine) },
            .init("end_line") { .int($0.entity.endLine) },
            .init("signature") { .text($0.entity.signature) },
            .init("match", heading: "match") { .text($0.likeness.rawValue) },
            .init("dependents", heading: "dependents", .right) { .int($0.dependentCount) },
        ], order: ["match", "kind", "name", "dependents", "language", "file"])
}
