// SPDX-License-Identifier: Apache-2.0
//
// A store that was brought up to date, again and again, is one that was made anew.

import CodeGraph
import Exchange
import Foundation
import Ingest
import SegmentStore
import TestSupport
import Testing

@Suite struct IncrementalTests {
    private static let samples: [(name: String, text: Data)] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Samples")
        return SampleTests.names.compactMap { name in
            (try? Data(contentsOf: folder.appendingPathComponent(name))).map { (name, $0) }
        }
    }()

    private func ingest(
        _ root: String, _ store: GraphStore, includesTests: Bool = false, threads: Int = 2
    ) throws -> Ingest.Report {
        var options = Ingest.Options()
        options.includesTests = includesTests
        options.threadCount = threads
        return try Ingest(root: root, languages: IngestTests.languages, options: options)
            .run(into: store)
    }

    /// Edits, new files, deletions, renames, files that become folders, a type that is none.
    private func edit(_ root: String, _ random: inout SeededGenerator) throws {
        let manager = FileManager.default
        let folders = ["", "a/", "a/b/", "test/", "é/"]
        let (name, text) = random.pick(Self.samples)
        let path = "\(root)/\(random.pick(folders))\(random.below(3))\(name)"
        try manager.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
        switch random.below(6) {
        case 0: try? manager.removeItem(atPath: path)
        case 1:
            let other = "\(root)/\(random.pick(folders))\(random.below(3))moved-\(name)"
            try manager.createDirectory(
                atPath: (other as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            try? manager.moveItem(atPath: path, toPath: other)
        case 2: try Data("\u{0}binary".utf8).write(to: URL(fileURLWithPath: path))
        case 3:
            // A piece of it, cut anywhere.
            let cut = text.prefix(random.below(text.count))
            try Data(cut).write(to: URL(fileURLWithPath: path))
        case 4:
            try Data("\(random.pick(["*.py", "a/", "test", "!0*"]))\n".utf8).write(
                to: URL(fileURLWithPath: "\(root)/.gitignore"))
        default: try text.write(to: URL(fileURLWithPath: path))
        }
    }

    @Test(arguments: 0..<8)
    func aStoreOfManyIngestsIsLikeOneOfOne(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let root = try TemporaryDirectory(inMemory: true)
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        for _ in 0..<12 {
            for _ in 0...random.below(6) { try edit(root.path, &random) }
            let includesTests = random.chance(5)
            _ = try ingest(root.path, store, includesTests: includesTests)
            let fresh = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
            _ = try ingest(root.path, fresh, includesTests: includesTests, threads: 1)
            if try fresh.snapshot().generation == 0 { continue }
            #expect(try store.allRows() == fresh.allRows())
            let again = try ingest(root.path, store, includesTests: includesTests)
            #expect(!again.isCommitted && again.parsed.fileCount == 0)
        }
        #expect(try store.verify().problems.isEmpty)
    }

    /// What one file's edges are depends on what the others define and import.
    @Test(arguments: 0..<8)
    func linksAreThoseOfOneIngest(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let root = try TemporaryDirectory(inMemory: true)
        let tree = root.file("tree")
        let links = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Links")
        try FileManager.default.copyItem(atPath: links.path, toPath: tree)
        try FileManager.default.removeItem(atPath: tree + "/Expected")
        let files = (FileManager.default.enumerator(atPath: tree)?.allObjects as? [String] ?? [])
            .filter { path in
                var isDirectory: ObjCBool = false
                return FileManager.default.fileExists(
                    atPath: "\(tree)/\(path)", isDirectory: &isDirectory) && !isDirectory.boolValue
            }.sorted()
        let store = try GraphStore.open(root.file("store"), schema: CodeGraph.ingestSchema)
        for _ in 0..<14 {
            for _ in 0...random.below(2) {
                let name = random.pick(files)
                let original = try Data(contentsOf: links.appendingPathComponent(name))
                let url = URL(fileURLWithPath: "\(tree)/\(name)")
                switch random.below(7) {
                case 0: try? FileManager.default.removeItem(at: url)
                case 1: try original.write(to: url)
                case 2:
                    // The file in another's place, or beside it.
                    let other = URL(fileURLWithPath: "\(tree)/\(random.pick(files))")
                        .deletingLastPathComponent()
                    let copy = other.appendingPathComponent(url.lastPathComponent)
                    if FileManager.default.fileExists(atPath: other.path) {
                        try original.write(to: copy)
                    }
                default:
                    // A word gets another letter, everywhere in the file or once.
                    let text = String(decoding: original, as: UTF8.self)
                    let words = text.split { !$0.isLetter }.filter { $0.count > 2 }
                    if words.isEmpty { continue }
                    let word = String(random.pick(words))
                    let isOnce = random.chance(2)
                    let range = text.range(of: word) ?? text.startIndex..<text.startIndex
                    let edited =
                        isOnce
                        ? text.replacingCharacters(in: range, with: word + "x")
                        : text.replacingOccurrences(of: word, with: word + "x")
                    try Data(edited.utf8).write(to: url)
                }
            }
            _ = try ingest(tree, store)
            let fresh = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
            _ = try ingest(tree, fresh, threads: 1)
            #expect(try store.allRows() == fresh.allRows())
        }
    }

    /// The sources of this package, edited at random places.
    @Test func aRealTreeIsKeptUpToDate() throws {
        var random = SeededGenerator(seed: 7)
        let root = try TemporaryDirectory(inMemory: true)
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources")
        try FileManager.default.copyItem(atPath: sources.path, toPath: root.file("Sources"))
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        _ = try ingest(root.path, store)
        var paths = try #require(FileManager.default.enumerator(atPath: root.path)).allObjects
            .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted()
        for _ in 0..<4 {
            var changed: Set<String> = []
            for _ in 0..<6 {
                let path = random.pick(paths)
                let url = URL(fileURLWithPath: root.file(path))
                var bytes = Array(try Data(contentsOf: url))
                if bytes.count < 100 { continue }
                let place = random.below(bytes.count)
                bytes.replaceSubrange(
                    place..<min(bytes.count, place + random.below(60)),
                    with: bytes[0..<random.below(60)])
                try Data(bytes).write(to: url)
                changed.insert(path)
            }
            let gone = paths.remove(at: random.below(paths.count))
            try FileManager.default.removeItem(atPath: root.file(gone))
            let report = try ingest(root.path, store)
            #expect(report.parsed.fileCount <= changed.count && report.removedFileCount == 1)
            let fresh = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
            _ = try ingest(root.path, fresh)
            #expect(try store.allRows() == fresh.allRows())
        }
    }

    /// The same tree elsewhere, written at another time, read by other threads: the same bytes.
    @Test func theSameTreeIsTheSameStore() throws {
        var segments: [[Data]] = []
        for threads in [1, 2, 5] {
            let root = try TemporaryDirectory(inMemory: true)
            for (name, text) in Self.samples.shuffled() {
                try text.write(to: URL(fileURLWithPath: root.file(name)))
            }
            let path = root.file("elsewhere-\(threads)")
            _ = try ingest(
                root.path, try GraphStore.open(path, schema: CodeGraph.ingestSchema),
                threads: threads)
            let folder = path + "/segments"
            segments.append(
                try FileManager.default.contentsOfDirectory(atPath: folder)
                    .filter { $0.hasSuffix(".seg") }.sorted()
                    .map { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")) })
        }
        #expect(segments[0].count == 1)
        #expect(segments[0] == segments[1] && segments[1] == segments[2])
    }

    /// Any bytes under any name are taken, and the counts add up.
    @Test(arguments: 0..<20)
    func garbageIsTakenToo(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &+ 1000)
        let root = try TemporaryDirectory(inMemory: true)
        var count = 0
        for (name, text) in Self.samples {
            var bytes = Array(text)
            for _ in 0..<random.below(40) {
                let place = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.below(255) + 1)
                case 1: bytes.remove(at: place)
                case 2:
                    let from = random.below(bytes.count)
                    bytes.insert(contentsOf: bytes[from..<min(bytes.count, from + 30)], at: place)
                default:
                    let unit = random.pick(["{", "(", "\"", "/*", "class A ", "\u{e9}", "\t\n"])
                    bytes.insert(
                        contentsOf: Array(String(repeating: unit, count: random.below(300)).utf8),
                        at: place)
                }
            }
            try Data(bytes).write(to: URL(fileURLWithPath: root.file(name)))
            count += 1
        }
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        let report = try ingest(root.path, store, includesTests: seed % 2 == 0)
        #expect(report.total.fileCount + report.ignored.values.reduce(0, +) == count)
        #expect(try store.verify().problems.isEmpty)
        try checkGraph(store)
    }

    /// Each edge begins and ends at an entity, or at a name that is none; coverage is a share.
    private func checkGraph(_ store: GraphStore) throws {
        let reader = try store.snapshot().reader()
        let entities = try reader.relation("entities")
        let edges = try reader.relation("edges")
        let (from, to) = (
            try reader.column("from", of: edges), try reader.column("to", of: edges)
        )
        try reader.forEachRowByKey(edges) { row in
            let start = try reader.string(edges, row, from) ?? ""
            let end = try reader.string(edges, row, to) ?? ""
            #expect(try reader.find(entities, key: start) != nil, "\(start)")
            let isOutside = Array(end.utf8).withUnsafeBytes { CodeGraph.isExternal($0) }
            #expect(try isOutside || reader.find(entities, key: end) != nil, "\(end)")
        }
        // What a file's rows say of their number is their number.
        let inFiles = try reader.counts(entities, by: reader.column("file", of: entities))
        let coverage = try reader.relation("word_coverage")
        let file = try reader.column("file", of: coverage)
        let count = try reader.column("entity_count", of: coverage)
        try reader.forEachRowByKey(coverage) { row in
            let path = try reader.string(coverage, row, file) ?? ""
            #expect(try reader.int(coverage, row, count) == Int64(inFiles[path] ?? 0), "\(path)")
        }
        for name in ["raw_pct", "effective_pct"] {
            let column = try reader.column(name, of: coverage)
            try reader.forEachRowByKey(coverage) { row in
                let share = try reader.float(coverage, row, column) ?? -1
                #expect(share >= 0 && share <= 100)
            }
        }
    }

    /// A node that could not be parsed has a symbol that no table has.
    @Test func anErrorInsideOfATypesNameIsPassedOver() throws {
        let root = try TemporaryDirectory(inMemory: true)
        let text = "let brok]en: A.let B.C = 1\nfunc f(a: X.Y) -> P.Q {}\nextension M.N: O.R {}\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: root.file("a.swift")))
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        _ = try ingest(root.path, store)
        let reader = try store.snapshot().reader()
        let files = try reader.relation("files")
        let row = try #require(try reader.find(files, key: "a.swift"))
        #expect(try reader.int(files, row, reader.column("parse_errors", of: files)) ?? 0 > 0)
        try checkGraph(store)
    }

    @Test func deepNestingTakesNoStack() throws {
        let root = try TemporaryDirectory(inMemory: true)
        let depth = 20000
        for (name, open, close) in [
            ("a.c", "int f(){return ", "1;}"), ("b.py", "x = ", ""), ("c.js", "f", ";"),
            ("d.rs", "fn f() { ", " }"), ("e.swift", "let a = ", ""),
            ("g.java", "class A { int x = ", "; }"),
        ] {
            let text =
                open + String(repeating: "(", count: depth) + "1"
                + String(repeating: ")", count: depth) + close
            try Data(text.utf8).write(to: URL(fileURLWithPath: root.file(name)))
        }
        let functions = String(repeating: "function f(){", count: 3000)
        try Data(functions.utf8).write(to: URL(fileURLWithPath: root.file("h.js")))
        let chain = "x = a" + String(repeating: ".b(1)", count: 5000) + "\n"
        try Data(chain.utf8).write(to: URL(fileURLWithPath: root.file("i.py")))
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        let report = try ingest(root.path, store)
        #expect(report.total.fileCount + report.ignored.values.reduce(0, +) == 8)
        #expect(try store.snapshot().byteCount < 4 << 20)
    }

    /// Names that no key has room for, and definitions by the thousand: all of it is taken, soon.
    @Test func whatIsTooLongIsCut() throws {
        let root = try TemporaryDirectory(inMemory: true)
        let long = String(repeating: "x", count: 33000)
        func names(_ count: Int) -> String {
            (0..<count).map { "a\($0)" }.joined(separator: ", ")
        }
        for (name, text) in [
            ("ok.py", "def f(): pass\n"), ("a.py", "def \(long)(): pass\n"),
            ("b.test.js", "it('\(long)', () => {});\n"),
            ("c.js", "import x from 'data:\(long)';\n"),
            ("d.py", "class A:\n    " + String(repeating: "b.", count: 20000) + "c()\n"),
            ("e.js", String(repeating: "function f(){", count: 20000)),
            ("f.rb", String(repeating: "module M\n", count: 6000)),
            ("g.c", "int \(names(20000));\n"), ("h.java", "class A { int \(names(20000)); }\n"),
            ("i.swift", "let \((0..<9000).map { "a\($0) = 1" }.joined(separator: ", "))\n"),
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: root.file(name)))
        }
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        let start = ContinuousClock.now
        let report = try ingest(root.path, store)
        #expect(report.total.fileCount + report.ignored.values.reduce(0, +) == 10)
        #expect(report.total.fileCount >= 6)
        // A debug build, beside other tests: it is minutes if it grows with the square.
        #expect(start.duration(to: .now) < .seconds(60))
        #expect(try store.snapshot().byteCount < 16 << 20)
        try checkGraph(store)
    }

    /// Grammars have scanners of their own; Kotlin's looks for the end of what is none for ever.
    @Test func aScannerWithoutAnEndIsGivenUp() throws {
        let root = try TemporaryDirectory(inMemory: true)
        let rest = """
             Khow()
                    } catch (response: IllegalStateException) {
                        response.message
                    }
                    when (val found = find()) {
                        is Response -> found.header("x")
                        else -> found.missing()
                    }
             l") }
                    response.let { client -> client.header("m") }
                    client.apply {
                        get("receiver")
                        connect("function")
                        this.timeout()
                    }
                    with(respo
            """
        let text = Data("{\"\"\n2\n    ".utf8) + [0x90] + Data(rest.utf8)
        try text.write(to: URL(fileURLWithPath: root.file("a.kt")))
        try Data("fun f() {}\n".utf8).write(to: URL(fileURLWithPath: root.file("b.kt")))
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        let report = try ingest(root.path, store)
        #expect(report.total.fileCount == 1 && report.ignored[.tooHard] == 1)
        try checkGraph(store)
    }

    /// The key of a second definition of one name is not that of another file's first.
    @Test func noTwoFilesShareAKey() throws {
        let root = try TemporaryDirectory(inMemory: true)
        let script = "#!/usr/bin/env python3\ndef f(): return 1\n"
        try Data((script + "def f(): return 2\n").utf8)
            .write(to: URL(fileURLWithPath: root.file("run")))
        try Data(script.utf8).write(to: URL(fileURLWithPath: root.file("run~2")))
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        _ = try ingest(root.path, store)
        let reader = try store.snapshot().reader()
        let entities = try reader.relation("entities")
        for key in ["run", "run~2", "run%7E2"] {
            #expect(try reader.find(entities, key: "python:function:f:\(key)") != nil)
        }
    }
}
