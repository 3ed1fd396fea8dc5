// SPDX-License-Identifier: Apache-2.0
//
// The cache of where names are may be damaged or lost: nothing is wrong then.

import CodeGraph
import Foundation
import Ingest
import SegmentStore
import TestSupport
import Testing

@Suite struct LinkCacheTests {
    private let root: TemporaryDirectory
    private let store: GraphStore
    private var cache: URL { URL(fileURLWithPath: root.file("store/link-cache")) }

    init() throws {
        root = try TemporaryDirectory(inMemory: true)
        store = try GraphStore.open(root.file("store"), schema: CodeGraph.ingestSchema)
        try write("a.py", "class A:\n    def f(self): pass\n")
        try write("b.py", "class B:\n    def f(self): pass\n")
        try write("u.py", "from a import A\ndef h(): A().f()\n")
        _ = try ingest(store)
    }

    private func write(_ name: String, _ text: String) throws {
        try FileManager.default.createDirectory(
            atPath: root.file("tree"), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: root.file("tree/\(name)")))
    }

    private func ingest(_ store: GraphStore) throws -> Ingest.Report {
        try Ingest(root: root.file("tree"), languages: IngestTests.languages).run(into: store)
    }

    /// Changes what `u.py` uses, and compares with a store that is made anew.
    private func change(_ step: Int) throws {
        try write(
            "u.py",
            "from \(step % 2 == 0 ? "b import B" : "a import A") as C\ndef h(): C().f()\n#\(step)\n"
        )
        _ = try ingest(store)
        let fresh = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        _ = try ingest(fresh)
        #expect(try store.allRows() == fresh.allRows(), "\(step)")
    }

    @Test func aDamagedCacheIsNone() throws {
        let bytes = try Data(contentsOf: cache)
        for step in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 60)) {
            var damaged = bytes
            damaged[step] ^= 0x41
            try damaged.write(to: cache)
            try change(step)
            // It was made anew.
            #expect(try Data(contentsOf: cache) != damaged)
        }
        for count in [0, 7, 31, 32, 40, bytes.count - 4, bytes.count - 1] {
            try bytes.prefix(count).write(to: cache)
            try change(count)
        }
        try FileManager.default.removeItem(at: cache)
        try change(1)
    }

    /// One of another state of the tree is worth as much as what has not changed since.
    @Test func anOldCacheWillDo() throws {
        let bytes = try Data(contentsOf: cache)
        try write("a.py", "x = 1\nclass A:\n    y = 2\n    def f(self): pass\n")
        try change(2)
        try write("c.py", "def f(): pass\n")
        try FileManager.default.removeItem(atPath: root.file("tree/b.py"))
        try change(3)
        try bytes.write(to: cache)
        try change(4)
        try change(5)
    }

    @Test func whatAKilledIngestLeftIsSwept() throws {
        try Data().write(to: URL(fileURLWithPath: root.file("store/link-cache.new-1-2")))
        try FileManager.default.removeItem(at: cache)
        try change(1)
        let names = try FileManager.default.contentsOfDirectory(atPath: root.file("store"))
        #expect(names.filter { $0.hasPrefix("link-cache") } == ["link-cache"])
    }
}
