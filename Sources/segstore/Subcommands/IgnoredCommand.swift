// SPDX-License-Identifier: Apache-2.0
import CodeGraph

extension Command {
    static let ignored = Command(
        name: "ignored", summary: "the files that were passed over, and why",
        details: "In the order of their paths.",
        examples: [
            "segstore ignored --format ndjson"
        ],
        options: RelationListing.options
    ) { arguments, output in
        try RelationListing(
            relation: CodeGraph.ignoredFiles.name, nothing: "no files were passed over",
            textColumns: [
                .init(heading: "reason", name: "reason"),
                .init(heading: "extension", name: "extension"),
                .init(heading: "file", name: "file"),
            ]
        ).answer(arguments, output)
    }
}
