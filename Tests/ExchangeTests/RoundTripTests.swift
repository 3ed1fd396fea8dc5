// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Exchange
import Foundation
import SegmentStore
import TestSupport
import Testing

/// What goes out comes in again, and is then the same.
@Suite struct RoundTripTests {
    /// A store with a past: several segments, dead rows, replaced scopes.
    private func store(seed: UInt64, compacting: Bool = false) throws -> GraphStore {
        var random = SeededGenerator(seed: seed)
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore.inMemory(schema: RandomRows.schema, options: options)
        for _ in 0..<6 {
            let operations = RandomRows.operations(&random, size: 150, keys: 120)
            try store.write { try RandomRows.perform(operations, in: $0) }
        }
        if compacting { try store.compact() }
        return store
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func aWholeStoreComesBack(seed: UInt64) throws {
        let store = try store(seed: seed)
        let snapshot = try store.snapshot()
        let text = try Rows.exportAll(snapshot)
        let rows = try Rows(text, .ndjson, to: nil, nil)
        #expect(rows.reasons == [])
        #expect(rows.report.rowCount == text.split(separator: "\n").count - 3)
        let back = try rows.store.snapshot()
        #expect(back.schema == snapshot.schema)
        #expect(try Rows.exportAll(back) == text)
        for relation in snapshot.schema.relations {
            #expect(try Rows.all(back, relation.name) == Rows.all(snapshot, relation.name))
        }
    }

    @Test(arguments: RandomRows.schema.relations.map(\.name), RowFormat.allCases)
    func aRelationComesBack(name: String, format: RowFormat) throws {
        let store = try store(seed: 4)
        let text = try Rows.export(store, name, format)
        let rows = try Rows(text, format, to: name, RandomRows.schema)
        #expect(rows.reasons == [] && rows.report.rowCount > 20)
        #expect(try rows.all(name) == Rows.all(store.snapshot(), name))
        #expect(try Rows.export(rows.store, name, format) == text)
    }

    /// The same rows are the same bytes, whatever came before.
    @Test func aPastLeavesNoTrace() throws {
        let (one, other) = (try store(seed: 5), try store(seed: 5, compacting: true))
        #expect(try one.snapshot().segmentCount > 1 && other.snapshot().segmentCount == 1)
        let text = try Rows.exportAll(one.snapshot())
        #expect(try Rows.exportAll(other.snapshot()) == text)
        // And in whatever order they are brought.
        var random = SeededGenerator(seed: 6)
        let lines = text.split(separator: "\n")
        let shuffled = lines[..<3] + lines[3...].shuffled(using: &random)
        let rows = try Rows(shuffled.joined(separator: "\n"), .ndjson, to: nil, nil)
        #expect(try Rows.exportAll(rows.store.snapshot()) == text)
    }

    @Test func earlierGenerationsComeOutToo() throws {
        let store = try GraphStore.inMemory(schema: RandomRows.schema)
        for number in 1...2 {
            try store.write { try RandomRows.perform(RandomRows.batch(number), in: $0) }
        }
        let first = try Rows.exportAll(store.snapshot(at: 1))
        #expect(first != (try Rows.exportAll(store.snapshot())))
        let rows = try Rows(first, .ndjson, to: nil, nil)
        #expect(try Rows.exportAll(rows.store.snapshot()) == first)
    }

    /// Everything that a column can be told survives as text.
    @Test func everySchemaComesBack() throws {
        var columns: [ColumnSchema] = [
            .string("key").domain("d"), .string("to").domain("d"), .string("part").part(of: "key"),
            .string("one").family("f").hot, .string("two").family("f").nullable,
            .enumeration("kind"), .bytes("b"), .bool("t"), .float("x"), .timestamp("at"),
            .vector("v", dimensions: 7), .string("list").numberList.nullable,
            .string("odd \"name\"\n"),
        ]
        columns += TextCompression.allCases.map { .string("text \($0)").compressed($0) }
        columns += NumberEncoding.allCases.map { .int("int \($0)").encoded($0).nullable }
        let schema = Schema([
            RelationSchema(
                "all", key: ["key", "to"], scope: "kind", target: "to", columns: columns),
            CodeGraph.entities, CodeGraph.edges,
            RelationSchema("ä", key: ["a"], columns: [.int("a")]),
        ])
        let store = try GraphStore.inMemory(schema: schema)
        try store.write { try $0.append(["a": 1], to: "ä") }
        let rows = try Rows(try Rows.exportAll(store.snapshot()), .ndjson, to: nil, nil)
        #expect(rows.reasons == [])
        #expect(try rows.store.snapshot().schema == schema)
    }
}
