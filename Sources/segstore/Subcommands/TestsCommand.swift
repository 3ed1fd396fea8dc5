// SPDX-License-Identifier: Apache-2.0
import CodeGraph

extension Command {
    static let tests = Command(
        name: "tests", summary: "the tests that are no entities, and why",
        details: "In the order of their files and lines. JSON has all columns.",
        examples: [
            "segstore tests --limit 20"
        ],
        options: RelationListing.options
    ) { arguments, output in
        try RelationListing(
            relation: CodeGraph.excludedTests.name, nothing: "no tests were left out",
            order: ["file", "start_line"],
            textColumns: [
                .init(heading: "kind", name: "kind"),
                .init(heading: "reason", name: "reason"),
                .init(heading: "line", name: "start_line", alignment: .right),
                .init(heading: "file", name: "file"),
                .init(heading: "name", name: "name"),
            ]
        ).answer(arguments, output)
    }
}
