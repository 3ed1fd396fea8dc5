// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import SegmentStore

extension Command {
    static let edges = Command(
        name: "edges", summary: "what depends on what, all of it",
        details: """
            In the order of the keys that they lead from, and to. --within is about the file that an edge \
            stands in. 'segstore query deps' and 'query rdeps' list those of one key.
            """,
        examples: [
            "segstore edges --kind calls --resolution exact --within src --limit 20",
            "segstore edges --format ndjson",
        ],
        options: [.kind, .resolution, .within] + RelationListing.options
    ) { arguments, output in
        try RelationListing(
            relation: CodeGraph.edges.name, nothing: "there are no edges of that sort",
            choices: [(.kind, "kind"), (.resolution, "resolution")],
            textColumns: [
                .init(heading: "from", name: "from", alignment: .keys),
                .init(heading: "kind", name: "kind"),
                .init(heading: "to", name: "to", alignment: .keys),
                .init(heading: "resolution", name: "resolution"),
                .init(heading: "file", name: "file"),
                .init(heading: "line", name: "line", alignment: .right),
            ]
        ).answer(arguments, output)
    }
}
