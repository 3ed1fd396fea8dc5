// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport
import Testing

@Suite struct FolderTreeTests {
    private func tree(
        _ files: [(path: String, size: Int, language: String)], in folder: String = "",
        depth: Int = .max
    ) throws -> [String] {
        let store = try GraphStore.inMemory(schema: CodeGraph.schema)
        try store.write { batch in
            for (path, size, language) in files {
                try batch.append(
                    [
                        "file": .string(path), "language": .string(language),
                        "size": .int(Int64(size)), "content_hash": "0", "parse_errors": 0,
                    ], to: "files")
                try batch.append(
                    CodeRows.entity(key: "c:function:f:\(path)", file: path),
                    to: try batch.relation("entities"))
            }
        }
        return try FolderTree(try store.snapshot().reader(), in: folder, depth: depth).places.map {
            "\($0.depth) \($0.path)\($0.isFolder ? "/" : "") \($0.fileCount) \($0.byteCount) \($0.entityCount) \($0.languages.joined(separator: ","))"
        }
    }

    private static let files = [
        ("b.c", 1, "c"), ("a/x.py", 10, "python"), ("a/x/y.c", 100, "c"), ("a/x/z.c", 1000, "c"),
        ("a-b/c.go", 5, "go"),
    ]

    @Test func foldersComeBeforeFilesAndHoldTheirSums() throws {
        #expect(
            try tree(Self.files) == [
                "0 ./ 5 1116 5 c,go,python", "1 a/ 3 1110 3 c,python", "2 a/x/ 2 1100 2 c",
                "3 a/x/y.c 1 100 1 c", "3 a/x/z.c 1 1000 1 c", "2 a/x.py 1 10 1 python",
                "1 a-b/ 1 5 1 go", "2 a-b/c.go 1 5 1 go", "1 b.c 1 1 1 c",
            ])
        #expect(
            try tree(Self.files, depth: 1) == [
                "0 ./ 5 1116 5 c,go,python", "1 a/ 3 1110 3 c,python", "1 a-b/ 1 5 1 go",
            ])
        #expect(
            try tree(Self.files, in: "a", depth: 0) == ["0 a/ 3 1110 3 c,python"])
        #expect(try tree(Self.files, in: "b.c") == ["0 b.c 1 1 1 c"])
        #expect(try tree(Self.files, in: "nothing").isEmpty && tree([]).isEmpty)
    }

    @Test func filesComeBehindFoldersOfLaterNames() throws {
        #expect(
            try tree([("a.c", 1, "c"), ("b/c.c", 2, "c"), ("b/d/e.c", 3, "c")]) == [
                "0 ./ 3 6 3 c", "1 b/ 2 5 2 c", "2 b/d/ 1 3 1 c", "3 b/d/e.c 1 3 1 c",
                "2 b/c.c 1 2 1 c", "1 a.c 1 1 1 c",
            ])
    }

    @Test func anyPathWillDo() throws {
        let deep = String(repeating: "d/", count: 9000) + "f.c"
        let places = try tree([(deep, 1, "c"), ("//odd//path", 2, "c"), ("", 3, "c")])
        #expect(places.first == "0 ./ 3 6 3 c")
    }
}
