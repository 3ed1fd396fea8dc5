// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Foundation
import Ingest
import Platform
import SegmentStore
import TestSupport
import Testing

@Suite struct IngestTests {
    static let languages = LanguageTable(.standard())
    private let root: TemporaryDirectory
    private let store: GraphStore

    init() throws {
        root = try TemporaryDirectory()
        store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
    }

    private func write(_ name: String, _ content: String) throws {
        try Data(content.utf8).write(to: URL(fileURLWithPath: root.file(name)))
    }

    @discardableResult
    private func run(limit: Int? = nil) throws -> Ingest.Report {
        var options = Ingest.Options()
        if let limit { options.fileByteLimit = limit }
        return try Ingest(root: root.path, languages: Self.languages, options: options).run(
            into: store)
    }

    private func row(_ relation: String, _ key: String) throws -> [Value]? {
        let reader = try store.snapshot().reader()
        let index = try reader.relation(relation)
        return try reader.find(index, key: key).map { try reader.values(index, $0) }
    }

    @Test func aFileIsARow() throws {
        try write("a.swift", "let a = 1\n")
        let report = try run()
        #expect(report.total.fileCount == 1 && report.total.byteCount == 10)
        #expect(report.languages["swift"]?.byteCount == 10)
        // The hash is XXH3 of those ten bytes.
        #expect(
            try row("files", "a.swift") == [
                "a.swift", "swift", 10, nil, "11ee6a50f397e6b1", 0,
                .string("swift 0.7.4, rules \(SourceReader.rulesVersion)"),
            ])
    }

    @Test func whatIsNotSourceIsARowWithItsReason() throws {
        try write("a.swift", "zero\u{0}byte")
        try write("b.xyz", "text")
        try write("c.c", String(repeating: "x", count: 101))
        try write("d.xyz", String(repeating: "x", count: 101))
        let report = try run(limit: 100)
        #expect(report.ignored == [.binary: 1, .unknownExtension: 2, .tooLarge: 1])
        #expect(try row("ignored_files", "a.swift") == ["a.swift", "swift", "binary"])
        #expect(try row("ignored_files", "b.xyz") == ["b.xyz", "xyz", "unknown extension"])
        #expect(try row("ignored_files", "c.c") == ["c.c", "c", "too large"])
        #expect(try store.snapshot().rowCount("files") == 0)
    }

    /// As git has it: a zero far behind does not make a file binary.
    @Test func onlyTheBeginningSaysThatAFileIsBinary() throws {
        try write("a.c", String(repeating: "x", count: 8000) + "\u{0}")
        try write("b.c", String(repeating: "x", count: 7999) + "\u{0}")
        #expect(try run().ignored == [.binary: 1])
        #expect(try row("files", "a.c") != nil)
    }

    @Test func anEmptyFileIsSource() throws {
        try write("a.py", "")
        #expect(try run().total.fileCount == 1)
    }

    @Test func onlyWhatChangedIsWritten() throws {
        for name in ["a.c", "b.c", "c.c", "d.c", "e.txt"] {
            try write(name, "int \(name.first!);\n")
        }
        #expect(try run().parsed.fileCount == 4)
        let unchanged = try run()
        #expect(!unchanged.isCommitted && unchanged.generation == 1)
        #expect(unchanged.writtenRowCount == 0 && unchanged.removedFileCount == 0)
        #expect(unchanged.parsed.fileCount == 0 && unchanged.total.fileCount == 4)

        try write("a.c", "long other;\n")
        try FileManager.default.removeItem(atPath: root.file("c.c"))
        try write("bb.c", "new")
        // From one relation into the other.
        try write("d.c", "\u{0}")
        let changed = try run()
        #expect(changed.isCommitted && changed.generation == 2)
        #expect(changed.parsed.fileCount == 2 && changed.removedFileCount == 2)
        #expect(try row("entities", "c:variable:a:a.c") == nil)
        #expect(try row("entities", "c:variable:other:a.c") != nil)
        #expect(try row("entities", "c:variable:c:c.c") == nil)
        #expect(try row("entities", "c:variable:d:d.c") == nil)
        #expect(try row("entities", "c:variable:b:b.c") != nil)
        #expect(try row("files", "c.c") == nil)
        #expect(try row("files", "d.c") == nil)
        #expect(try row("ignored_files", "d.c") == ["d.c", "c", "binary"])
        #expect(try row("files", "bb.c") != nil)
    }

    @Test func aStoreThatWasUpdatedIsLikeOneMadeAnew() throws {
        for name in ["b.c", "é.c", "e\u{301}.c", "a.py"] { try write(name, name) }
        try run()
        try write("a0.c", "x")
        try FileManager.default.removeItem(atPath: root.file("b.c"))
        try run()
        let fresh = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        _ = try Ingest(root: root.path, languages: Self.languages).run(into: fresh)
        #expect(try rows(of: store) == rows(of: fresh))
        // Two names that Unicode holds to be equal are two files.
        #expect(try store.snapshot().rowCount("files") == 4)
    }

    private func rows(of store: GraphStore) throws -> [[Value]] {
        let reader = try store.snapshot().reader()
        var rows: [[Value]] = []
        for name in CodeGraph.ingestSchema.relations.map(\.name) {
            let relation = try reader.relation(name)
            try reader.forEachRowByKey(relation) { rows.append(try reader.values(relation, $0)) }
        }
        return rows
    }

    @Test func anEmptyTreeIsNoCommit() throws {
        let report = try run()
        #expect(!report.isCommitted && report.generation == 0)
    }

    @Test func anotherSchemasStoreGetsTheRelations() throws {
        let other = Schema([
            RelationSchema("books", key: ["isbn"], columns: [.string("isbn")])
        ])
        let directory = try TemporaryDirectory()
        let path = directory.file("store")
        try GraphStore.open(path, schema: other).write { try $0.append(["isbn": "1"], to: "books") }
        try write("a.c", "x")
        let store = try GraphStore.open(path, schema: CodeGraph.ingestSchema)
        #expect(try Ingest(root: root.path, languages: Self.languages).run(into: store).isCommitted)
        #expect(try store.snapshot().rowCount("files") == 1)
        #expect(try store.snapshot().rowCount("books") == 1)
    }
}
