// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import SegmentStore

extension Command {
    static let files = Command(
        name: "files", summary: "the files of the tree",
        details:
            "In the order of their paths. Times are local; JSON has all columns, and times in UTC.",
        options: RelationListing.options
    ) { arguments, output in
        try RelationListing(
            relation: CodeGraph.files.name,
            textColumns: [
                .init(heading: "size", name: "size", alignment: .right) { value in
                    if case .int(let count) = value { Text.bytes(Int(count)) } else { "" }
                },
                .init(heading: "language", name: "language"),
                .init(heading: "modified", name: "mtime") { value in
                    if case .timestamp(let time) = value { Text.local(time) } else { "" }
                },
                .init(heading: "file", name: "file"),
            ]
        ).answer(arguments, output)
    }
}
