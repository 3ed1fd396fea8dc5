// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Foundation
import Platform
import SegmentStore
import Synchronization
import TestSupport
import Testing

/// What a batch of a code graph promises its callers, on stores on disk: the fourteen requirements
/// by their names. Beside this file: all relations of a batch together, progress, ends of edges,
/// and all that can go wrong.
@Suite struct BatchContractTests {
    let directory: TemporaryDirectory
    let path: String
    let store: GraphStore

    /// By their numbers in `CodeGraph.schema`.
    static let entities = 0
    static let edges = 1
    static let allRelations = CodeGraph.schema.relations.indices

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("store")
        store = try Self.open(path)
    }

    static func open(_ path: String) throws -> GraphStore {
        var options = StoreOptions()
        options.compactsAutomatically = false
        return try GraphStore.open(path, schema: CodeGraph.schema, options: options)
    }

    @discardableResult
    func write(_ rows: [[Value]], to relation: Int = entities) throws -> WriteReceipt {
        try store.write { batch in for row in rows { try batch.append(row, to: relation) } }
    }

    /// Through a handle of its own, that has nothing but what is on disk.
    func differences(_ relation: Int = entities, from rows: [[Value]]) throws -> [String] {
        try TestSupport.differences(Self.open(path).snapshot(), relation, from: rows)
    }

    // MARK: - 1 to 6: from nothing to ten thousand

    @Test func emptyBatch() throws {
        // Of a store that is new only the beginning is there: no generation, no segment.
        #expect(try store.write { _ in }.isEmpty)
        #expect(try store.snapshot().generation == 0)
        #expect(try Directory.names(in: "\(path)/segments") == [])
        try write((0..<20).map { CodeRows.entity($0) })

        let before = try files()
        let plan = Faults.Plan(pathPrefix: directory.path, index: .max, errno: 0)
        let (receipt, calls) = try Faults.with(plan) { try store.write(label: "none") { _ in } }
        #expect(receipt.isEmpty && receipt.generation == 1)
        #expect(receipt.rowCount == 0 && receipt.writtenByteCount == 0)
        #expect(try files() == before)
        // It is quick because nothing is done.
        let changes = ["write", "sync", "rename", "link", "unlink", "mkdir"]
        #expect(calls.filter { call in changes.contains { call.hasPrefix($0) } } == [])
        #expect(try Self.open(path).history().map(\.label) == [""])
    }

    /// Bytes and time of each file in the store.
    private func files() throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            let file = "\(path)/\(name)"
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            let bytes = FileManager.default.contents(atPath: file).map { "\($0.hashValue)" }
            found[name] = [bytes ?? "", "\(attributes[.modificationDate] ?? "")"]
        }
        return found
    }

    @Test func oneEntity() throws { try commitAndRead(1) }
    @Test func tenEntities() throws { try commitAndRead(10) }
    @Test func oneHundredEntities() throws { try commitAndRead(100) }
    @Test func oneThousandEntities() throws { try commitAndRead(1000) }
    @Test func tenThousandEntities() throws { try commitAndRead(10_000) }

    // MARK: - 12

    @Test func fiftyThousandEntities() throws { try commitAndRead(50_000, codeByteCount: 60) }

    /// One commit; then every column of every row is as it was given.
    private func commitAndRead(_ count: Int, codeByteCount: Int = 300) throws {
        func row(_ number: Int) -> [Value] {
            CodeRows.entity(number, codeByteCount: codeByteCount)
        }
        let receipt = try store.write { batch in
            for number in 0..<count { try batch.append(row(number), to: Self.entities) }
        }
        #expect(receipt.generation == 1 && receipt.rowCount == count)
        #expect(try store.history().count == 1)
        let snapshot = try Self.open(path).snapshot()
        #expect(snapshot.segmentCount == 1)
        #expect(try snapshot.rowCount("entities") == count)
        // In pieces, so that the expected rows need not all be in memory.
        let reader = snapshot.reader()
        var wrong: [String] = []
        for number in 0..<count {
            let row = row(number)
            let id = try reader.find(Self.entities, key: CodeRows.key(number))
            let found = try id.map { try reader.values(Self.entities, $0) } ?? []
            if found.count != row.count || !zip(found, row).allSatisfy({ haveSameBytes($0, $1) }) {
                if wrong.count < 10 { wrong.append("\(number): \(found)") }
            }
        }
        #expect(wrong == [])
        var scanned = 0
        try reader.forEachRow(Self.entities) { _ in scanned += 1 }
        #expect(scanned == count)
    }

    // MARK: - 7

    /// That it is at least ten times as quick is measured by `EngineBenchmarks --only contract`;
    /// why it must be is counted here.
    @Test func oneBatchAgainstOneByOne() throws {
        let count = 150
        let directory = try TemporaryDirectory(inMemory: true)
        let rows = (0..<count).map { CodeRows.entity($0 * 11 % (count - 10)) }
        func counting(
            _ name: String, _ body: (GraphStore) throws -> [WriteReceipt]
        ) throws -> (store: GraphStore, receipts: [WriteReceipt], syncs: Int) {
            let path = directory.file(name)
            let store = try Self.open(path)
            var plan = Faults.Plan(pathPrefix: path, index: .max, errno: 0)
            plan.calls = [.sync]
            let (receipts, calls) = try Faults.with(plan) { try body(store) }
            return (store, receipts, calls.count)
        }
        let batch = try counting("batch") { store in
            [
                try store.write { batch in
                    for row in rows { try batch.append(row, to: Self.entities) }
                }
            ]
        }
        let singles = try counting("singles") { store in
            try rows.map { row in try store.write { try $0.append(row, to: Self.entities) } }
        }
        #expect(try batch.store.snapshot().generation == 1)
        #expect(try singles.store.snapshot().generation == UInt64(count))
        // Ten rows came twice: the store is the same all the same.
        let latest = Dictionary(rows.map { ($0[0], $0) }, uniquingKeysWith: { $1 }).map(\.value)
        #expect(latest.count == count - 10)
        for store in [batch.store, singles.store] {
            #expect(try TestSupport.differences(store.snapshot(), 0, from: latest) == [])
        }
        // Two files and both folders, and as many again to begin a store.
        #expect(batch.syncs <= 8)
        #expect(singles.syncs >= count * 4)
        let written = singles.receipts.reduce(0) { $0 + $1.writtenByteCount }
        #expect(written > batch.receipts[0].writtenByteCount * 5)
        #expect(
            batch.receipts[0].inputByteCount
                == singles.receipts.reduce(0) { $0 + $1.inputByteCount })
    }

    // MARK: - 8

    @Test func duplicateKeys() throws {
        // Five versions of each, one after the other and far apart.
        let receipt = try store.write { batch in
            for version in 0..<5 {
                for number in 0..<400 {
                    try batch.append(CodeRows.entity(number, version: version), to: Self.entities)
                    try batch.append(
                        CodeRows.edge(number, 0, line: 1 + version), to: Self.edges)
                }
            }
        }
        for name in ["entities", "edges"] {
            #expect(receipt.relations[name]?.rowCount == 2000)
            #expect(receipt.relations[name]?.duplicateCount == 1600)
            #expect(receipt.relations[name]?.removedCount == 0)
        }
        #expect(try differences(from: (0..<400).map { CodeRows.entity($0, version: 4) }) == [])

        let second = try write((300..<500).map { CodeRows.entity($0, version: 9) })
        #expect(second.relations["entities"]?.duplicateCount == 0)
        #expect(second.relations["entities"]?.removedCount == 100)
        let expected = (0..<500).map { CodeRows.entity($0, version: $0 < 300 ? 4 : 9) }
        #expect(try differences(from: expected) == [])
        #expect(
            try differences(Self.edges, from: (0..<400).map { CodeRows.edge($0, 0, line: 5) }) == []
        )
        #expect(try Self.open(path).verify().isSound)
        try store.compact()
        #expect(try differences(from: expected) == [])
    }

    // MARK: - 9

    static let specialTexts: [String] = [
        "", " ", "'", "\"", "`", "\\", "\\n", "a\nb", "a\r\nb", "\t", "\u{0}", "a\u{0}b", "a\u{0}",
        "\u{1}\u{7f}\u{1b}[31m", "🦀", "👩‍👩‍👧‍👦", "🇩🇪", "é", "e\u{301}", "o\u{323}\u{302}",
        "o\u{302}\u{323}", "ộ", "\u{301}", "שלום", "\u{202e}right to left\u{202c}", "مرحبا", "你好",
        "İi̇ıI", "ﬀ", "ff", "\u{feff}bom", "\u{fffd}", "\u{10ffff}", "\u{200b}", "\u{2028}",
        "'; DROP TABLE entities; --", "SELECT * FROM entities WHERE key = '%_'", "$1 ?1 :name @p",
        "swift:method:A%3AB.c:src/a%3Ab.swift", "a%00b", "%", "::", ":", "~2", "{\"a\": [1]}",
        "a,b;\"c\"", "<a href=\"x\">&amp;</a>", "../../etc/passwd", "C:\\path\\file", "${HOME}",
        "NULL", "null", "-", "0", "1e309",
    ]

    @Test func specialCharacters() throws {
        let limit = Limits.internedByteCount
        var keys = Self.specialTexts
        // As long as a key may be, in one byte and in several a character, and alike for long.
        keys.append(String(repeating: "k", count: limit))
        keys.append(String(repeating: "k", count: limit - 1) + "l")
        keys.append(String(repeating: "é", count: limit / 2))
        keys.append(String(repeating: "🦀", count: limit / 4))
        let rows = keys.enumerated().map { number, key in
            // Another text in each of the columns, so that no two can be mistaken for each other.
            func text(_ offset: Int) -> String { keys[(number + offset) % keys.count] }
            var row = CodeRows.entity(number)
            for (column, schema) in CodeGraph.entities.columns.enumerated()
            where schema.type == .string || schema.type == .enumeration {
                row[column] = .string(text(column))
            }
            return row
        }
        let edges = keys.indices.map { number in
            CodeRows.edge(
                from: keys[number], to: keys[(number + 1) % keys.count],
                kind: keys[(number + 2) % keys.count], file: keys[(number + 3) % keys.count])
        }
        try store.write { batch in
            for row in rows { try batch.append(row, to: Self.entities) }
            for edge in edges { try batch.append(edge, to: Self.edges) }
        }
        for round in 0..<2 {
            #expect(try differences(from: rows) == [], "round \(round)")
            #expect(try differences(Self.edges, from: edges) == [], "round \(round)")
            let reader = try Self.open(path).snapshot().reader()
            for (number, key) in keys.enumerated() {
                let next = try reader.edges(Self.edges, .outgoing, of: key)
                let last = try reader.edges(Self.edges, .incoming, of: key)
                let nextKey = keys[(number + 1) % keys.count]
                let lastKey = keys[(number + keys.count - 1) % keys.count]
                #expect(try next.map { Array(try reader.key(of: $0, 1).utf8) } == [nextKey.bytes])
                #expect(try last.map { Array(try reader.key(of: $0, 1).utf8) } == [lastKey.bytes])
            }
            // In the order of their bytes.
            var ordered: [[UInt8]] = []
            try reader.forEachRowByKey(Self.entities) { row in
                ordered.append(Array(try reader.string(Self.entities, row, 0)?.utf8 ?? "?".utf8))
            }
            #expect(ordered == keys.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) })
            // By each of them a row can be replaced and a scope found.
            try store.write { batch in
                for row in rows { try batch.append(row, to: Self.entities) }
                try batch.replaceScope("e\u{301}", in: "entities")
                try batch.replaceScope("\u{0}", in: "entities")
            }
        }
        #expect(try Self.open(path).verify().isSound)
        let scope = CodeGraph.entities.columns.firstIndex { $0.name == "file" } ?? 0
        let gone = "\u{0}"
        try store.write { try $0.replaceScope(gone, in: "entities") }
        #expect(
            try differences(from: rows.filter { !haveSameBytes($0[scope], .string(gone)) }) == [])
        for key in keys {
            try store.write { try $0.delete(key: .string(key), from: "entities") }
        }
        #expect(try store.snapshot().rowCount("entities") == 0)
    }

    // MARK: - 10

    @Test func contentsOfAHundredKilobytes() throws {
        var random = SeededGenerator(seed: 11)
        func noise(_ count: Int) -> String {
            let letters = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) & 0x7f }
            return String(decoding: letters, as: UTF8.self)
        }
        let codes =
            [100_000, 100_001, 131_072, 262_144].map(noise)
            + [100_000, 250_000].map { CodeRows.code(1, byteCount: $0) }
            + [String(repeating: "a", count: 100_000), String(repeating: "é\n", count: 50_000)]
            + [noise(700_000)]
        // Small ones between them, which must not suffer.
        var rows: [[Value]] = []
        for (number, code) in codes.enumerated() {
            rows.append(
                CodeRows.entity(
                    key: CodeRows.key(number), signature: noise(100_000), doc: code, code: code))
            rows.append(CodeRows.entity(1000 + number))
        }
        let receipt = try write(rows)
        #expect(receipt.inputByteCount > codes.reduce(0) { $0 + $1.utf8.count } * 2)
        #expect(try differences(from: rows) == [])
        #expect(try Self.open(path).verify().isSound)
        // One such row alone, and another in its place.
        try write([CodeRows.entity(key: CodeRows.key(0), code: noise(150_000))])
        rows[0] = CodeRows.entity(key: CodeRows.key(0), code: noise(120_000))
        try write([rows[0]])
        #expect(try differences(from: rows) == [])
    }

    // MARK: - 11

    @Test func consistencyOfEdgesInBothDirections() throws {
        var random = SeededGenerator(seed: 12)
        var model = ModelStore(CodeGraph.schema)
        let kinds = ["calls", "uses", "contains"]
        for round in 0..<4 {
            var operations: [ModelStore.Operation] = []
            for number in round * 100..<round * 100 + 150 {
                operations.append(
                    .append(relation: 0, row: CodeRows.entity(number, version: round)))
            }
            for _ in 0..<600 {
                let (from, to) = (random.below(round * 100 + 150), random.below(150))
                let edge = CodeRows.edge(
                    from, to, kind: random.pick(kinds), line: random.below(90))
                operations.append(
                    random.chance(8)
                        ? .delete(relation: 1, key: Array(edge[0..<3]))
                        : .append(relation: 1, row: edge))
            }
            if round == 3 {
                operations.append(.replaceScope(relation: 1, scope: CodeRows.file(45)))
            }
            var options = WriteOptions()
            options.references = [CodeGraph.edgeEnds(.refuse)]
            try store.write(options) { batch in
                for operation in operations {
                    switch operation {
                    case .append(let relation, let row): try batch.append(row, to: relation)
                    case .delete(_, let key): try batch.delete(key: key, from: "edges")
                    case .replaceScope(_, let scope): try batch.replaceScope(scope, in: "edges")
                    }
                }
            }
            model.apply(operations)
            // At once: of both relations every row, edges forwards and backwards.
            let snapshot = try Self.open(path).snapshot()
            #expect(try TestSupport.differences(snapshot, model) == [], "round \(round)")
            let reader = snapshot.reader()
            var ends = 0
            try reader.forEachRow(Self.edges) { row in
                for column in 0..<2 {
                    let key = try reader.string(Self.edges, row, column) ?? ""
                    if try reader.find(Self.entities, key: key) != nil { ends += 1 }
                }
            }
            #expect(ends == 2 * model.relations[1].rows.count)
        }
        #expect(model.relations[1].rows.count > 1000)
        #expect(try store.verify().isSound)
    }

    @Test func consistencyForReadersMeanwhile() throws {
        try WholeBatches.commit(1, to: store)
        let isDone = Atomic<Bool>(false)
        let seen = Atomic<Int>(0)
        let problems = Locked<[String]>([])
        let (store, path) = (store, path)
        let held = try store.snapshot()
        let readers = DispatchGroup()
        // One with the writer's handle, one with its own, one that holds what was there first.
        for number in 0..<3 {
            readers.enter()
            Thread.detachNewThread {
                defer { readers.leave() }
                do {
                    let own = number == 1 ? try Self.open(path) : store
                    while !isDone.load(ordering: .relaxed) {
                        let snapshot = number == 2 ? held : try own.snapshot()
                        if let problem = try WholeBatches.problem(in: snapshot) {
                            problems.withLock { $0.append("reader \(number): \(problem)") }
                            return
                        }
                        if number == 2, snapshot.label != "1" { return }
                        seen.add(1, ordering: .relaxed)
                    }
                } catch {
                    problems.withLock { $0.append("reader \(number): \(error)") }
                }
            }
        }
        var number = 1
        while number < 40 || seen.load(ordering: .relaxed) < 30, problems.withLock({ $0 }) == [] {
            number += 1
            try WholeBatches.commit(number, to: store)
            if number % 16 == 0 { try store.compact() }
        }
        isDone.store(true, ordering: .relaxed)
        readers.wait()
        #expect(problems.withLock { $0 } == [])
        #expect(try WholeBatches.problem(in: Self.open(path).snapshot()) == nil)
        #expect(try WholeBatches.problem(in: held) == nil && held.label == "1")
    }

    // MARK: - 13

    @Test func throughput() throws {
        let rows = (0..<2000).map { CodeRows.entity($0) }
        let start = Clock.nanoseconds()
        let receipt = try store.write { batch in
            for row in rows { try batch.append(row, to: Self.entities) }
            for number in 0..<300 {
                try batch.append(CodeRows.edge(number, number + 1), to: Self.edges)
            }
        }
        let elapsed = Clock.nanoseconds() - start
        #expect(receipt.rowCount == 2300)
        #expect(receipt.relations["entities"]?.rowCount == 2000)
        #expect(receipt.relations["edges"]?.rowCount == 300)
        #expect(receipt.relations.values.reduce(0) { $0 + $1.rowCount } == 2300)
        #expect(
            receipt.relations.values.reduce(0) { $0 + $1.inputByteCount } == receipt.inputByteCount)
        let textByteCount = rows.joined().reduce(0) { sum, value in
            if case .string(let text) = value { sum + text.utf8.count } else { sum }
        }
        #expect(receipt.inputByteCount > textByteCount)
        #expect(receipt.inputByteCount < textByteCount * 2)
        // What it says was written is what lies there.
        let file = try FileManager.default.attributesOfItem(
            atPath: "\(path)/\(Layout.segment(1))")
        #expect(file[.size] as? Int == receipt.writtenByteCount)
        #expect(receipt.writtenByteCount < receipt.inputByteCount)

        let times = [
            receipt.appendTime, receipt.finishTime, receipt.replaceTime, receipt.commitTime,
        ]
        #expect(times.allSatisfy { $0 >= 0 })
        #expect(receipt.appendTime > 0 && receipt.commitTime > 0)
        #expect(times.reduce(0, +) <= receipt.totalTime && receipt.totalTime <= elapsed)
        #expect(receipt.rowsPerSecond == 2300 * 1e9 / Double(receipt.totalTime))
        #expect(try store.write { _ in }.rowsPerSecond == 0)
    }

    // MARK: - 14

    @Test(.enabled(if: !isSanitized, "a sanitizer takes memory of its own"))
    func memory() throws {
        let tool = try Tool("StressTool", ["memory", path, "10000"])
        #expect(tool.wait() == 0, "\(tool.errorText)")
        let peaks = tool.text.split { $0.isWhitespace }.compactMap { Int($0) }
        try #require(peaks.count == 2, "\(tool.text)")
        #expect(peaks[0] > 0)
        #expect(peaks[1] - peaks[0] <= 50 << 20)
        #expect(try store.snapshot().rowCount("entities") == 10_000)
    }
}

/// After batch k all that is there comes from batch k, in three relations: who sees a part of one
/// knows.
private enum WholeBatches {
    private static let file = "src/all.swift"
    private static func count(_ number: Int) -> Int { 40 + number * 13 % 50 }
    private static func key(_ row: Int) -> String { "swift:function:f\(row):\(file)" }

    static func commit(_ number: Int, to store: GraphStore) throws {
        let count = count(number)
        try store.write(label: "\(number)") { batch in
            for name in ["entities", "edges"] { try batch.replaceScope(file, in: name) }
            for row in 0..<count {
                try batch.append(
                    CodeRows.entity(
                        key: key(row), file: file, line: number,
                        code: CodeRows.code(number, byteCount: 200)),
                    to: 0)
                try batch.append(
                    CodeRows.edge(
                        from: key(row), to: key((row + 1) % count), file: file, line: number),
                    to: 1)
            }
            try batch.append([.string(file), "swift", .int(Int64(number)), 0, "", 0], to: 5)
        }
    }

    static func problem(in snapshot: Snapshot) throws -> String? {
        let number = Int(snapshot.label) ?? 0
        let count = count(number)
        let reader = snapshot.reader()
        for (relation, column, wanted) in [(0, 6, count), (1, 4, count), (5, 2, 1)] {
            var numbers: [Int64] = []
            try reader.forEachRow(relation) {
                numbers.append(try reader.int(relation, $0, column) ?? -1)
            }
            if numbers != Array(repeating: Int64(number), count: wanted) {
                return "batch \(number), relation \(relation): \(numbers)"
            }
        }
        for row in stride(from: 0, to: count, by: 7) {
            guard let found = try reader.find(0, key: key(row)),
                try reader.string(0, found, 12) == CodeRows.code(number, byteCount: 200)
            else { return "batch \(number): no \(key(row))" }
            for (direction, other) in [
                (Direction.outgoing, (row + 1) % count), (.incoming, (row + count - 1) % count),
            ] {
                let keys = try reader.edges(1, direction, of: key(row)).map {
                    try reader.key(of: $0, 1)
                }
                if keys != [key(other)] { return "batch \(number): \(direction) \(keys)" }
            }
        }
        return nil
    }
}

extension String {
    fileprivate var bytes: [UInt8] { Array(utf8) }
}
