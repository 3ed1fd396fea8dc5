// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore

extension Option {
    fileprivate static let treeDepth = Option(
        name: "depth", value: "N", help: "folders in folders, or 'all' (default: 2)")
}

extension Command {
    static let queryTree = Command(
        name: "query tree", summary: "folders, with what is in them",
        details: """
            Of each folder the files, their size and the entities in it and in the folders within; with \
            --depth all files too. --within begins at a folder.
            """,
        examples: ["segstore query tree", "segstore query tree --within src --depth all"],
        options: [.within, .treeDepth, .limit, .offset] + Inquiry.options
    ) { arguments, output in
        let depth = try arguments.depth() ?? 2
        let inquiry = try Inquiry(arguments, output)
        let tree = try FolderTree(inquiry.reader, in: arguments.folder, depth: depth)
        let page = try inquiry.page(of: tree.places.count)
        try inquiry.answer(
            table, Array(tree.places[page]), page: page, of: tree.places.count,
            nothing: "the store holds no files"
        ) { json in
            json.member("within", arguments.folder)
            json.member("depth", depth == .max ? nil : depth)
        }
        return .done
    }

    private static let table = AnswerTable<FolderTree.Place>(
        "places",
        [
            .init("path", heading: "path", text: indented) { .text($0.path) },
            .init("kind") { .text($0.isFolder ? "folder" : "file") },
            .init("depth") { .int($0.depth) },
            .init(
                "files", heading: "files", .right,
                text: { $0.isFolder ? Text.count($0.fileCount) : "" }
            ) {
                .int($0.fileCount)
            },
            .init("bytes", heading: "size", .right, text: { Text.bytes($0.byteCount) }) {
                .int($0.byteCount)
            },
            .init("entities", heading: "entities", .right) { .int($0.entityCount) },
            .init("languages", heading: "languages", text: { $0.languages.joined(separator: ", ") })
            {
                .texts($0.languages)
            },
        ], order: ["files", "bytes", "entities", "path", "languages"])

    @Sendable private static func indented(_ place: FolderTree.Place) -> String {
        String(repeating: "  ", count: place.depth) + place.name + (place.isFolder ? "/" : "")
    }
}
