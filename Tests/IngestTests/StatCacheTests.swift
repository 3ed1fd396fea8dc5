// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Foundation
import Glibc
import Ingest
import Platform
import SegmentStore
import TestSupport
import Testing

/// Files that the system says are the same are not read again; anything else is.
@Suite struct StatCacheTests {
    private let root: TemporaryDirectory
    private let store: String

    init() throws {
        root = try TemporaryDirectory(inMemory: true)
        store = root.file(".segstore")
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: root.file(name)))
    }

    private func ingest() throws -> Ingest.Report {
        try Ingest(root: root.path, languages: IngestTests.languages)
            .run(into: try GraphStore.open(store, schema: CodeGraph.ingestSchema))
    }

    /// The calls by which files of the tree were opened.
    private func opened(_ body: () throws -> Void) rethrows -> [String] {
        // A plan that lets all pass and counts.
        var plan = Faults.Plan(pathPrefix: root.path, index: .max, errno: 0)
        plan.calls = [.open]
        return try Faults.with(plan, body).calls.compactMap { call in
            let name = call.split(separator: "/").last.map(String.init) ?? call
            return name.hasSuffix(".py") || name.hasSuffix(".bin") ? name : nil
        }.sorted()
    }

    /// Older than what may change within one tick of the clock.
    private func age() { usleep(2_200_000) }

    /// The files that an ingest opened, and how many of them it parsed.
    private func run() throws -> (opened: [String], parsedCount: Int) {
        var count = 0
        let names = try opened { count = try ingest().parsed.fileCount }
        return (names, count)
    }

    @Test func whatHasNotChangedIsNotRead() throws {
        try write("a.py", "a = 1\n")
        try write("b.py", "b = 1\n")
        try write("c.bin", "\u{0}")
        age()
        #expect(try run() == (["a.py", "b.py", "c.bin"], 2))
        #expect(try run() == ([], 0))
        // As long as before, and with the old time.
        let old = try FileStatus(of: root.file("a.py"), followingLink: false)
        try write("a.py", "a = 2\n")
        var times = [timespec](repeating: timespec(), count: 2)
        for index in times.indices {
            times[index].tv_sec = Int(old.modified / 1_000_000_000)
            times[index].tv_nsec = Int(old.modified % 1_000_000_000)
        }
        #expect(utimensat(AT_FDCWD, root.file("a.py"), times, 0) == 0)
        #expect(try run() == (["a.py"], 1))
        // It was changed just now, and might be again within the tick: it is looked at.
        #expect(try run() == (["a.py"], 0))
    }

    @Test func whatAKilledIngestLeftIsSwept() throws {
        try write("a.py", "a = 1\n")
        age()
        try FileManager.default.createDirectory(
            atPath: store, withIntermediateDirectories: true)
        try write(".segstore/ingest-cache.new-1-2", "half")
        _ = try ingest()
        let names = try FileManager.default.contentsOfDirectory(atPath: store)
        #expect(names.filter { $0.hasPrefix("ingest-cache") } == ["ingest-cache"])
    }

    @Test func aDamagedCacheIsNone() throws {
        try write("a.py", "a = 1\n")
        age()
        _ = try ingest()
        let cache = URL(fileURLWithPath: "\(store)/ingest-cache")
        let bytes = try Data(contentsOf: cache)
        for place in 0..<bytes.count {
            var damaged = bytes
            damaged[place] ^= 0x41
            try damaged.write(to: cache)
            #expect(try run() == (["a.py"], 0), "\(place)")
        }
        for count in [0, 7, 8, 24, bytes.count - 1] {
            try bytes.prefix(count).write(to: cache)
            #expect(try run() == (["a.py"], 0), "\(count)")
        }
        #expect(try run() == ([], 0))
    }
}
