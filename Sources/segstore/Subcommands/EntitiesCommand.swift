// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import SegmentStore

extension Option {
    static let entityKind = Option(
        name: "kind", value: "K,…", help: "only entities of these kinds, such as function,method",
        words: .entityKinds)
    static let language = Option(
        name: "language", value: "L,…", help: "only entities in these languages",
        words: .languages)
    static let code = Option(name: "code", value: nil, help: "with its code")
}

extension Command {
    static let entities = Command(
        name: "entities", summary: "the functions, types and other things of the tree",
        details: """
            In the order of their keys. JSON has all columns, 'doc' and 'code' only with --code; \
            'segstore query search' finds some by name.
            """,
        examples: [
            "segstore entities --kind function,method --within src --limit 20",
            "segstore entities --code --format ndjson",
        ],
        options: [.entityKind, .language, .within, .code] + RelationListing.options
    ) { arguments, output in
        try RelationListing(
            relation: CodeGraph.entities.name, nothing: "there are no entities of that sort",
            choices: [(.entityKind, "kind"), (.language, "language")],
            extra: (.code, ["code", "doc"]),
            textColumns: [
                .init(heading: "kind", name: "kind"),
                .init(heading: "name", name: "qualified_name"),
                .init(heading: "line", name: "start_line", alignment: .right),
                .init(heading: "file", name: "file"),
            ]
        ).answer(arguments, output)
    }
}
