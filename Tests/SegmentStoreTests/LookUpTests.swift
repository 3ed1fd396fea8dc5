// SPDX-License-Identifier: Apache-2.0
//
// What a reader keeps between look-ups must not show in what it answers.

import SegmentStore
import TestSupport
import Testing

@Suite struct LookUpTests {
    private static let schema = Schema([
        RelationSchema(
            "notes", key: ["key"],
            columns: [.string("key"), .int("number"), .string("text").compressed(.zstd)])
    ])

    private static func text(_ number: Int) -> String {
        var random = SeededGenerator(seed: UInt64(number))
        return (0..<random.below(300) + 20).map { _ in "word\(random.below(40))" }
            .joined(separator: " ")
    }

    /// Rows read again and again, in turns that let the cache fill, overflow and start over.
    @Test(arguments: [0, 1 << 20, 16 << 20])
    func rowsAreTheSameHoweverOftenTheyAreRead(cacheByteLimit: Int) throws {
        var options = StoreOptions()
        options.readerCacheByteLimit = cacheByteLimit
        let store = try GraphStore.inMemory(schema: Self.schema, options: options)
        let count = 3000
        let texts = (0..<count).map(Self.text)
        #expect(texts.reduce(0) { $0 + $1.utf8.count } > 3 << 20, "more than the small cache holds")
        try store.write { batch in
            for row in 0..<count {
                try batch.append(
                    [.string("k\(row)"), .int(Int64(row)), .string(texts[row])], to: 0)
            }
        }
        let reader = try store.snapshot().reader()
        var random = SeededGenerator(seed: 1)
        for round in 0..<8 {
            // Some rows often, and now and then all in turn.
            let rows =
                round % 3 == 2
                ? Array(0..<count)
                : (0..<4000).map { _ in random.below(round % 2 == 0 ? 200 : count) }
            for row in rows {
                let found = try #require(try reader.find(0, key: "k\(row)"))
                if try reader.string(0, found, 2) != texts[row] {
                    Issue.record("row \(row) in round \(round)")
                }
                if try reader.int(0, found, 1) != Int64(row) { Issue.record("number of \(row)") }
            }
        }
    }

    /// More segments than the filter has bits, asked so often that it is made.
    @Test(arguments: [9, 80])
    func manySegmentsAnswerAsOne(batchCount: Int) throws {
        let schema = Schema([
            RelationSchema(
                "edges", key: ["from", "to"], target: "to",
                columns: [.string("from").domain("key"), .string("to").domain("key")]),
            RelationSchema(
                "nodes", key: ["key"], columns: [.string("key").domain("key"), .int("number")]),
        ])
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore.inMemory(schema: schema, options: options)
        var random = SeededGenerator(seed: UInt64(batchCount))
        var numbers: [String: Int] = [:]
        var edges = Set<[String]>()
        for batchNumber in 0..<batchCount {
            try store.write { batch in
                // Of very different sizes, so that hashes are known to different lengths.
                for _ in 0..<[1, 3, 30, 200][batchNumber % 4] {
                    let key = "n\(random.below(5000))"
                    numbers[key] = batchNumber
                    try batch.append([.string(key), .int(Int64(batchNumber))], to: 1)
                    let edge = [key, "n\(random.below(5000))"]
                    edges.insert(edge)
                    try batch.append(edge.map(Value.string), to: 0)
                }
                if let gone = numbers.keys.sorted().randomElement(using: &random), random.chance(3)
                {
                    numbers[gone] = nil
                    try batch.delete(key: [.string(gone)], from: "nodes")
                }
            }
        }
        let snapshot = try store.snapshot()
        #expect(snapshot.segmentCount >= batchCount / 2)
        let reader = snapshot.reader()
        let outgoing = Dictionary(grouping: edges, by: { $0[0] }).mapValues(\.count)
        let incoming = Dictionary(grouping: edges, by: { $0[1] }).mapValues(\.count)
        // The first thousand are asked without the filter, the second with it.
        for _ in 0..<2 {
            for number in 0..<5000 {
                let key = "n\(number)"
                let row = try reader.find(1, key: key)
                if try row.flatMap({ try reader.int(1, $0, 1) }) != numbers[key].map(Int64.init) {
                    Issue.record("\(key) of \(batchCount)")
                }
                if try reader.edges(0, .outgoing, of: key).count != outgoing[key] ?? 0 {
                    Issue.record("from \(key)")
                }
                if try reader.edges(0, .incoming, of: key).count != incoming[key] ?? 0 {
                    Issue.record("to \(key)")
                }
            }
        }
    }

    /// The null had no place in the whole, was taken for a text of its own, and read as damage.
    @Test func aPartThatIsNullReadsAsNull() throws {
        let schema = Schema([
            RelationSchema(
                "names", key: ["key"],
                columns: [
                    .string("key"), .string("some").part(of: "key").nullable,
                    .string("none").part(of: "key").nullable,
                ])
        ])
        let store = try GraphStore.inMemory(schema: schema)
        let rows: [[Value]] = [
            ["a.one", "one", nil], ["b.two", nil, nil], ["c.three", "c", nil],
        ]
        try store.write { batch in for row in rows { try batch.append(row, to: 0) } }
        let reader = try store.snapshot().reader()
        var read: [[Value]] = []
        try reader.forEachRow(0) { read.append(try reader.values(0, $0)) }
        #expect(read == rows)
        #expect(try store.verify().isSound)
        try store.compact()
        #expect(try store.verify().isSound)
    }
}
