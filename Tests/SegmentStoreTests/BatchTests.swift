// SPDX-License-Identifier: Apache-2.0
import Foundation
import Platform
import SegmentStore
import TestSupport
import Testing

/// What a batch promises: all or nothing, rows that cannot be taken, duplicates, limits, progress.
@Suite struct BatchTests {
    private static let schema = Schema([
        RelationSchema(
            "items", key: ["key"], scope: "file",
            columns: [
                .string("key"), .string("file"), .int("size"), .string("note").nullable,
                .vector("place", dimensions: 2).nullable,
            ]),
        RelationSchema(
            "links", key: ["from", "to"], target: "to",
            columns: [.string("from").domain("d"), .string("to").domain("d")]),
    ])

    private let store: GraphStore

    init() throws { store = try GraphStore.inMemory(schema: Self.schema) }

    private func row(_ key: String, size: Int64 = 1, file: String = "f") -> [String: Value] {
        ["key": .string(key), "file": .string(file), "size": .int(size)]
    }

    private func size(_ key: String) throws -> Int64? {
        let reader = try store.snapshot().reader()
        guard let found = try reader.find(0, key: key) else { return nil }
        return try reader.int(0, found, 2)
    }

    @Test func anEmptyBatchMakesNoGeneration() throws {
        #expect(try store.write { _ in }.isEmpty)
        #expect(try store.snapshot().generation == 0)
        try store.write { try $0.append(row("a"), to: "items") }
        let receipt = try store.write { _ in }
        #expect(receipt.isEmpty && receipt.generation == 1)
        // Deletions that meet nothing change nothing either.
        let nothing = try store.write { batch in
            try batch.delete(key: "b", from: "items")
            try batch.replaceScope("other", in: "items")
        }
        #expect(nothing.isEmpty && nothing.generation == 1)
        #expect(try store.history().count == 1)
    }

    static let badRows: [(name: String, row: [String: Value], reason: String)] = [
        ("unknown", ["key": "x", "file": "f", "size": 1, "colour": "red"], "no column 'colour'"),
        ("type", ["key": "x", "file": "f", "size": "big"], "'size' is of type int64, not string"),
        ("null key", ["file": "f", "size": 1], "key column 'key' is missing or null"),
        ("missing", ["key": "x", "file": "f"], "column 'size' is missing or null"),
        (
            "vector", ["key": "x", "file": "f", "size": 1, "place": .vector([1])],
            "2 dimensions, not 1"
        ),
        (
            "long key",
            ["key": .string(String(repeating: "k", count: 40_000)), "file": "f", "size": 1],
            "the limit is 32768"
        ),
    ]

    @Test(arguments: badRows.indices)
    func aRowThatBreaksTheSchemaStopsTheBatch(index: Int) throws {
        let bad = Self.badRows[index]
        let error = #expect(throws: StoreError.self) {
            try store.write { batch in
                try batch.append(row("a"), to: "items")
                try batch.append(bad.row, to: "items")
                try batch.append(row("b"), to: "items")
            }
        }
        #expect(error?.code == (bad.name == "long key" ? .limitExceeded : .invalidRow))
        #expect(error?.rows.count == 1)
        #expect(error?.rows.first?.index == 1 && error?.rows.first?.relation == "items")
        #expect(error?.rows.first?.reason.contains(bad.reason) == true, "\(error as Any)")
        #expect(try store.snapshot().rowCount("items") == 0)
    }

    @Test(arguments: badRows.indices)
    func aRowThatBreaksTheSchemaMayBeSkipped(index: Int) throws {
        var options = WriteOptions()
        options.invalidRows = .skip
        let receipt = try store.write(options) { batch in
            try batch.append(row("a"), to: "items")
            try batch.append(Self.badRows[index].row, to: "items")
            try batch.append(row("b", size: 2), to: "items")
        }
        #expect(receipt.problemCount == 1 && receipt.problems.first?.index == 1)
        #expect(receipt.relations["items"]?.rowCount == 2)
        #expect(try size("b") == 2)
        #expect(try store.snapshot().rowCount("items") == 2)
    }

    @Test func theLatestOfOneKeyCounts() throws {
        let receipt = try store.write { batch in
            for size in 1...5 { try batch.append(row("a", size: Int64(size)), to: "items") }
        }
        #expect(receipt.relations["items"]?.duplicateCount == 4)
        #expect(try size("a") == 5)
        let second = try store.write { try $0.append(row("a", size: 9), to: "items") }
        #expect(second.relations["items"]?.removedCount == 1)
        #expect(try size("a") == 9)
        #expect(try store.snapshot().rowCount("items") == 1)
        #expect(try store.snapshot(at: 1).reader().find(0, key: "a") != nil)
    }

    @Test func aDuplicateMayBeRefused() throws {
        var options = WriteOptions()
        options.duplicates = .reject
        try store.write { try $0.append(row("old", size: 1), to: "items") }
        let both: (Batch) throws -> Void = { batch in
            try batch.append(row("new", size: 1), to: "items")
            try batch.append(row("new", size: 2), to: "items")
            try batch.append(row("old", size: 3), to: "items")
        }
        let error = #expect(throws: StoreError.self) { try store.write(options, both) }
        #expect(error?.code == .duplicateKey)
        #expect(Set(error?.rows.map(\.key) ?? []) == ["new", "old"])
        #expect(error?.rows.map(\.index).sorted() == [1, 2])
        #expect(try store.snapshot().rowCount("items") == 1)
        options.invalidRows = .skip
        let receipt = try store.write(options, both)
        #expect(receipt.problemCount == 2)
        #expect(try size("new") == 1)
        #expect(try size("old") == 1)
        #expect(try store.snapshot().rowCount("items") == 2)
        #expect(try store.verify().isSound)
    }

    @Test func deletionsAndRowsCountInTheirOrder() throws {
        try store.write { try $0.append(row("a", size: 1), to: "items") }
        try store.write { batch in
            try batch.append(row("b"), to: "items")
            try batch.delete(key: "b", from: "items")
            try batch.delete(key: "a", from: "items")
            try batch.append(row("a", size: 2), to: "items")
        }
        #expect(try size("a") == 2)
        #expect(try size("b") == nil)
    }

    @Test func aScopeIsReplacedWholly() throws {
        try store.write { batch in
            try batch.append(row("a", file: "x"), to: "items")
            try batch.append(row("b", file: "x"), to: "items")
            try batch.append(row("c", file: "y"), to: "items")
        }
        try store.write { batch in
            try batch.append(row("b", size: 7, file: "x"), to: "items")
            // Also if it is said at the end: it concerns what was there before.
            try batch.replaceScope("x", in: "items")
        }
        #expect(try size("a") == nil)
        #expect(try size("b") == 7)
        #expect(try size("c") == 1)
        #expect(throws: StoreError.self) {
            try store.write { try $0.replaceScope("x", in: "links") }
        }
    }

    @Test func limitsAreNamed() throws {
        var options = WriteOptions()
        options.rowLimit = 2
        var error = #expect(throws: StoreError.self) {
            try store.write(options) { batch in
                for key in ["a", "b", "c"] { try batch.append(row(key), to: "items") }
            }
        }
        #expect(error?.code == .limitExceeded)
        #expect("\(error as Any)".contains("more than 2 rows"))
        options = WriteOptions()
        options.valueByteLimit = 10
        error = #expect(throws: StoreError.self) {
            try store.write(options) { batch in
                try batch.append(
                    ["key": "a", "file": "f", "size": 1, "note": "longer than ten bytes"],
                    to: "items")
            }
        }
        #expect(error?.code == .limitExceeded)
        #expect("\(error as Any)".contains("the limit is 10"))
        options = WriteOptions()
        options.label = String(repeating: "l", count: 5000)
        error = #expect(throws: StoreError.self) { try store.write(options) { _ in } }
        #expect(error?.code == .limitExceeded)
        #expect(try store.snapshot().generation == 0)
    }

    /// A caller that swallows an append's error must not get half a batch committed.
    @Test func aBatchThatFailedOnceIsNotCommitted() throws {
        var options = WriteOptions()
        options.rowLimit = 1
        #expect(throws: StoreError.self) {
            try store.write(options) { batch in
                try batch.append(row("a"), to: "items")
                try? batch.append(row("b"), to: "items")
            }
        }
        #expect(try store.snapshot().rowCount("items") == 0)
    }

    @Test func progressBeginsAtNothingAndEndsAtAll() throws {
        var options = WriteOptions()
        options.expectedRowCount = 3000
        var seen: [WriteProgress] = []
        try store.write(
            options,
            { batch in for i in 0..<3000 { try batch.append(row("k\(i)"), to: "items") } },
            progress: { progress in
                seen.append(progress)
                return .proceed
            })
        #expect(seen.first?.fraction == 0 && seen.first?.rowCount == 0)
        #expect(seen.last?.fraction == 1 && seen.last?.rowCount == 3000)
        #expect(seen.dropFirst().dropLast().allSatisfy { ($0.fraction ?? 2) < 1 })
    }

    @Test func aCancelledWriteCommitsNothing() throws {
        let directory = try TemporaryDirectory()
        let store = try GraphStore.open(directory.file("store"), schema: Self.schema)
        // At the very start, and somewhere on the way.
        for rounds in [0, 1] {
            var calls = 0
            let error = #expect(throws: StoreError.self) {
                try store.write(
                    { batch in
                        let start = Clock.nanoseconds()
                        var i = 0
                        while Clock.nanoseconds() - start < 2_000_000_000 {
                            try batch.append(row("k\(i)"), to: "items")
                            i += 1
                        }
                    },
                    progress: { _ in
                        calls += 1
                        return calls > rounds ? .cancel : .proceed
                    })
            }
            #expect(error?.code == .cancelled)
            #expect(try store.snapshot().generation == 0)
            #expect(try DiskStorage(directory.file("store")).list("segments").isEmpty)
        }
        try store.write { try $0.append(row("a"), to: "items") }
        #expect(try store.snapshot().rowCount("items") == 1)
    }

    @Test func aReceiptSaysWhatWasDone() throws {
        let receipt = try store.write(label: "first") { batch in
            for i in 0..<500 { try batch.append(row("k\(i)"), to: "items") }
            try batch.append(["from": "a", "to": "b"], to: "links")
        }
        #expect(receipt.generation == 1 && !receipt.isEmpty)
        #expect(receipt.rowCount == 501)
        #expect(receipt.relations["items"]?.rowCount == 500)
        #expect(receipt.relations["links"]?.rowCount == 1)
        #expect(receipt.writtenByteCount == (try store.snapshot().byteCount))
        #expect(receipt.inputByteCount > 0 && receipt.rowsPerSecond > 0)
        #expect(
            receipt.totalTime
                >= receipt.appendTime + receipt.finishTime + receipt.replaceTime
                + receipt.commitTime)
        #expect(try store.history().first?.label == "first")
        #expect(try store.snapshot(label: "first").generation == 1)
    }

    @Test func aBatchThatWritesToItsOwnStoreIsToldSo() throws {
        let store = try GraphStore.inMemory(schema: Self.schema)
        let error = #expect(throws: StoreError.self) {
            try store.write { _ in try store.write { _ in } }
        }
        #expect(error?.code == .invalidArgument)
        #expect(throws: StoreError.self) { try store.write { _ in try store.compact() } }
        #expect(try store.write { _ in }.isEmpty, "and the store goes on")
    }

    @Test func oneCommitIsForAllRelations() throws {
        let seen = Locked<Set<[Int]>>([])
        try store.write { batch in
            try batch.append(row("a"), to: "items")
            try batch.append(["from": "a", "to": "b"], to: "links")
            let snapshot = try store.snapshot()
            let counts = [try snapshot.rowCount("items"), try snapshot.rowCount("links")]
            seen.withLock { _ = $0.insert(counts) }
        }
        #expect(seen.withLock { $0 } == [[0, 0]])
        let snapshot = try store.snapshot()
        #expect(try [snapshot.rowCount("items"), snapshot.rowCount("links")] == [1, 1])
    }

    /// The keys of a batch are kept while earlier segments are asked for them, unless they are many.
    @Test(arguments: [10, 9000])
    func rowsOfSeveralSegmentsAreReplaced(count: Int) throws {
        let stem = String(repeating: "a key of many letters ", count: 6)
        func key(_ number: Int) -> String { "\(stem)\(number)" }
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore.inMemory(schema: Self.schema, options: options)
        for part in 0..<3 {
            try store.write { batch in
                for number in stride(from: part, to: count, by: 3) {
                    try batch.append(row(key(number)), to: "items")
                }
            }
        }
        let receipt = try store.write { batch in
            for number in 0..<count { try batch.append(row(key(number), size: 2), to: "items") }
            try batch.append(row(key(count), size: 2), to: "items")
        }
        #expect(receipt.relations["items"]?.removedCount == count)
        let snapshot = try store.snapshot()
        #expect(try snapshot.rowCount("items") == count + 1)
        let reader = snapshot.reader()
        for number in [0, 1, 2, count / 2, count] {
            let found = try #require(try reader.find(0, key: key(number)))
            #expect(try reader.int(0, found, 2) == 2)
        }
    }

    /// What a relation refers to may have been written away before its first row comes.
    @Test func aRelationMayComeLate() throws {
        var options = StoreOptions()
        options.memoryBudget = 1
        let store = try GraphStore.inMemory(schema: Self.schema, options: options)
        try store.write { batch in
            for number in 0..<300 {
                try batch.append(row("item \(number)", file: "file \(number)"), to: "items")
            }
            for number in 0..<300 {
                try batch.append(
                    ["from": .string("\(number)"), "to": .string("\(number + 1)")], to: "links")
            }
            try batch.delete(key: "item 7", from: "items")
        }
        let reader = try store.snapshot().reader()
        #expect(try reader.snapshot.rowCount("items") == 299)
        var edges: [Edge] = []
        try Array("300".utf8).withUnsafeBytes {
            try reader.edges(1, .incoming, of: $0, into: &edges)
        }
        #expect(edges.count == 1)
        #expect(try reader.string(1, #require(edges.first).row, 0) == "299")
    }

    /// Groups are compressed beside each other, and share a dictionary that one of them is trained
    /// on: always the first, or the same batch would not always give the same bytes.
    @Test func aGroupThatComesEarlyWaitsForTheOneThatLeads() throws {
        var random = SeededGenerator(seed: 1)
        let training = FamilyTraining(index: 0, isWanted: true)
        let lengths = [UInt32](repeating: 1000, count: 300)
        func samples(_ letter: String) -> [UInt8] {
            Array(
                (0..<60_000).map { _ in "\(letter)\(random.below(1000))     ".prefix(5) }.joined()
                    .utf8)
        }
        let (early, first) = (samples("a"), samples("b"))
        @Sendable func dictionary(_ bytes: [UInt8], leads: Bool) -> [UInt8]? {
            bytes.withUnsafeBytes { bytes in
                lengths.withUnsafeBufferPointer {
                    training.dictionary(samples: bytes, lengths: $0, level: 1, leads: leads)?.bytes
                }
            }
        }
        let found = Locked<[UInt8]?>(nil)
        let other = Thread {
            let bytes = dictionary(early, leads: false)
            found.withLock { $0 = bytes }
        }
        other.start()
        Thread.sleep(forTimeInterval: 0.05)
        #expect(found.withLock { $0 } == nil)
        let own = try #require(dictionary(first, leads: true))
        while !other.isFinished { Thread.sleep(forTimeInterval: 0.001) }
        #expect(found.withLock { $0 } == own)
        #expect(own.contains(UInt8(ascii: "b")) && !own.suffix(8000).contains(UInt8(ascii: "a")))
    }

    /// The group that leads is all parts of keys, and trains nothing; those after it must not wait.
    @Test(.timeLimit(.minutes(1)))
    func aGroupOfPartsThatLeadsHoldsNobodyUp() throws {
        let schema = Schema([
            RelationSchema(
                "items", key: ["key"],
                columns: [.string("key"), .string("name").part(of: "key")])
        ])
        let store = try GraphStore.inMemory(schema: schema)
        try store.write { batch in
            for row in 0..<5000 {
                let name = row < 3000 ? "\(row)" : "elsewhere \(row)"
                try batch.append([.string("key \(row)"), .string(name)], to: 0)
            }
        }
        let reader = try store.snapshot().reader()
        for (key, name) in [("key 7", "7"), ("key 4999", "elsewhere 4999")] {
            let row = try #require(try reader.find(0, key: key))
            #expect(try reader.string(0, row, 1) == name)
        }
    }
}
