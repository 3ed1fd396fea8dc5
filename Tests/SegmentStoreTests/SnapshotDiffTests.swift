// SPDX-License-Identifier: Apache-2.0
import SegmentStore
import TestSupport
import Testing

/// What changed between two snapshots, against models of both.
@Suite struct SnapshotDiffTests {
    private static func changes(_ old: Snapshot, _ new: Snapshot, _ relation: String) throws
        -> [RowChange]
    {
        var changes: [RowChange] = []
        try old.forEachChange(in: relation, to: new) { changes.append($0) }
        return changes
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func changesAreThoseOfTheModels(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore.inMemory(schema: RandomRows.schema, options: options)
        var model = ModelStore(RandomRows.schema)
        var models: [UInt64: ModelStore] = [:]
        for step in 1...8 {
            let operations = RandomRows.operations(&random, size: 80, keys: 50)
            try store.write { try RandomRows.perform(operations, in: $0) }
            model.apply(operations)
            models[try store.snapshot().generation] = model
            if step == 5 {
                try store.compact()
                models[try store.snapshot().generation] = model
            }
        }
        for old in models.keys.sorted() {
            for new in models.keys.sorted() {
                for (index, relation) in RandomRows.schema.relations.enumerated() {
                    let found = try Self.changes(
                        store.snapshot(at: old), store.snapshot(at: new), relation.name)
                    try compare(
                        found, models[old]!.relations[index], models[new]!.relations[index],
                        "\(relation.name) from \(old) to \(new)")
                }
            }
        }
    }

    private func compare(
        _ found: [RowChange], _ old: ModelStore.Relation, _ new: ModelStore.Relation,
        _ place: String
    ) throws {
        var byKey: [[Value]: RowChange] = [:]
        for change in found { byKey[change.key] = change }
        #expect(byKey.count == found.count, "a key twice in \(place)")
        for key in Set(old.rows.keys).union(new.rows.keys) {
            let change = byKey.removeValue(forKey: key)
            switch (old.rows[key], new.rows[key]) {
            case (nil, _): #expect(change?.kind == .added, "\(key) in \(place)")
            case (_, nil): #expect(change?.kind == .removed, "\(key) in \(place)")
            case (let before?, let after?):
                let columns = zip(old.schema.columns, zip(before, after))
                    .filter { $1.0 != $1.1 }.map(\.0.name)
                #expect(change?.columns ?? [] == columns, "\(key) in \(place)")
                #expect((change == nil) == columns.isEmpty, "\(key) in \(place)")
            }
        }
        #expect(byKey.isEmpty, "\(place) has \(byKey)")
    }

    @Test func changesComeInTheOrderOfTheirKeys() throws {
        let schema = Schema([RelationSchema("a", key: ["k"], columns: [.string("k"), .int("n")])])
        let store = try GraphStore.inMemory(schema: schema)
        try store.write { batch in
            for key in ["b", "d", "f", "x"] { try batch.append([.string(key), 1], to: 0) }
        }
        try store.write { batch in
            for key in ["e", "f", "a"] { try batch.append([.string(key), 2], to: 0) }
            try batch.delete(key: "d", from: "a")
        }
        let found = try Self.changes(store.snapshot(at: 1), store.snapshot(), "a")
        #expect(found.map { $0.key[0].description } == ["a", "d", "e", "f"])
        #expect(found.map(\.kind) == [.added, .removed, .added, .changed])
        #expect(found.last?.columns == ["n"])
    }

    /// Bit for bit: what is no number has not changed when it is none again, and strings that look
    /// the same may differ.
    @Test func valuesAreComparedAsTheyAreStored() throws {
        let schema = Schema([
            RelationSchema(
                "a", key: ["k"],
                columns: [
                    .string("k"), .float("x"), .string("s"), .vector("v", dimensions: 1),
                ])
        ])
        let store = try GraphStore.inMemory(schema: schema)
        let rows: [[Value]] = [
            ["nan", .float(.nan), "", .vector([.nan])], ["zero", .float(0.0), "", .vector([1])],
            ["accent", .float(1), "\u{e4}", .vector([1])],
        ]
        try store.write { batch in for row in rows { try batch.append(row, to: 0) } }
        try store.write { batch in
            try batch.append(rows[0], to: 0)
            try batch.append(["zero", .float(-0.0), "", .vector([1])], to: 0)
            try batch.append(["accent", .float(1), "a\u{308}", .vector([1])], to: 0)
        }
        let found = try Self.changes(store.snapshot(at: 1), store.snapshot(), "a")
        #expect(found.map(\.key) == [["accent"], ["zero"]])
        #expect(found.map(\.columns) == [["s"], ["x"]])
    }

    @Test func schemasMayHaveGrown() throws {
        let old = RelationSchema("a", key: ["k"], columns: [.string("k")])
        let storage = MemoryStorage()
        try GraphStore(storage, schema: Schema([old])).write { batch in
            for key in ["x", "y"] { try batch.append([.string(key)], to: 0) }
        }
        var new = old
        new.columns.append(.int("n").nullable)
        let later = RelationSchema("b", key: ["k"], columns: [.string("k")])
        let store = try GraphStore(storage, schema: Schema([new, later]))
        try store.write { batch in
            try batch.append(["y", 1], to: 0)
            try batch.append(["z"], to: 1)
        }
        let (first, last) = (try store.snapshot(at: 1), try store.snapshot())
        let changed = try Self.changes(first, last, "a")
        #expect(changed.map(\.kind) == [.changed] && changed[0].columns == ["n"])
        #expect(try Self.changes(first, last, "b").map(\.kind) == [.added])
        #expect(try Self.changes(last, first, "b").map(\.kind) == [.removed])
        #expect(throws: StoreError.self) { try Self.changes(first, last, "c") }
    }
}
