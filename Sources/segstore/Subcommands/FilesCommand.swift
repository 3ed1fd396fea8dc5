// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import SegmentStore

extension Command {
    static let files = Command(
        name: "files", summary: "the files of the tree",
        details:
            "In the order of their paths. JSON has all columns.",
        examples: [
            "segstore files --limit 20",
            "segstore files --at v1 --format csv",
        ],
        options: RelationListing.options
    ) { arguments, output in
        try RelationListing(
            relation: CodeGraph.files.name, nothing: "the store holds no files",
            textColumns: [
                .init(heading: "size", name: "size", alignment: .right) { value in
                    if case .int(let count) = value { Text.bytes(Int(count)) } else { "" }
                },
                .init(heading: "language", name: "language"),
                .init(heading: "errors", name: "parse_errors", alignment: .right) { value in
                    value == .int(0) ? "" : value.description
                },
                .init(heading: "file", name: "file"),
            ]
        ).answer(arguments, output)
    }
}
