// SPDX-License-Identifier: Apache-2.0
import SegmentStore
import TestSupport
import Testing

/// Schemas that cannot be stored, and those that a store grows into.
@Suite struct SchemaTests {
    private static func relation(
        _ columns: [ColumnSchema], key: [String] = ["key"], scope: String? = nil,
        target: String? = nil
    ) -> Schema {
        Schema([RelationSchema("r", key: key, scope: scope, target: target, columns: columns)])
    }

    static let wrong: [(String, Schema)] = [
        ("no key", relation([.string("key")], key: [])),
        ("unknown key", relation([.string("name")])),
        ("nullable key", relation([.string("key").nullable])),
        ("float key", relation([.float("key")])),
        ("column twice", relation([.string("key"), .int("key")])),
        ("key twice", relation([.string("key")], key: ["key", "key"])),
        ("unknown scope", relation([.string("key")], scope: "file")),
        ("number scope", relation([.string("key"), .int("file")], scope: "file")),
        (
            "target of no domain",
            relation([.string("key").domain("a"), .string("to")], target: "to")
        ),
        (
            "target that may be null",
            relation([.string("key"), .string("to").domain("b").nullable], target: "to")
        ),
        ("target that is the key", relation([.string("key").domain("a")], target: "key")),
        ("domain of a number", relation([.string("key"), ColumnSchema.int("n").domain("d")])),
        ("family of a number", relation([.string("key"), ColumnSchema.int("n").family("d")])),
        ("empty domain", relation([.string("key").domain("")])),
        ("long domain", relation([.string("key").domain(String(repeating: "d", count: 600))])),
        ("vector of nothing", relation([.string("key"), .vector("v", dimensions: 0)])),
        ("part of nothing", relation([.string("key"), .string("name").part(of: "title")])),
        ("part of itself", relation([.string("key").part(of: "key")])),
        (
            "relation twice",
            Schema([
                RelationSchema("r", key: ["k"], columns: [.string("k")]),
                RelationSchema("r", key: ["k"], columns: [.string("k")]),
            ])
        ),
    ]

    @Test(arguments: wrong.indices)
    func aSchemaThatCannotBeStoredIsRefused(index: Int) throws {
        let error = #expect(throws: StoreError.self, "\(Self.wrong[index].0)") {
            try GraphStore.inMemory(schema: Self.wrong[index].1)
        }
        #expect(error?.code == .invalidArgument, "\(Self.wrong[index].0)")
    }

    private static let first = relation([.string("key"), .int("size"), .string("name")])

    @Test func columnsAndRelationsCanBeAdded() throws {
        let storage = MemoryStorage()
        let old = try GraphStore(storage, schema: Self.first)
        try old.write { try $0.append(["key": "a", "size": 1, "name": "x"], to: "r") }
        var wider = Self.first
        wider.relations[0].columns += [
            .string("doc").nullable, .int("count").nullable, .enumeration("kind").nullable,
            .vector("v", dimensions: 2).nullable, .string("ref").domain("other").nullable,
        ]
        wider.relations.append(RelationSchema("s", key: ["id"], columns: [.int("id")]))
        let store = try GraphStore(storage, schema: wider)
        try store.write { batch in
            try batch.append(
                [
                    "key": "b", "size": 2, "name": "y", "doc": "new", "count": 5, "kind": "k",
                    "v": .vector([1, 2]), "ref": "z",
                ], to: "r")
            try batch.append(["id": -7], to: "s")
        }
        for round in 0..<2 {
            let reader = try GraphStore(storage, schema: nil).snapshot().reader()
            let a = try #require(try reader.find(0, key: "a"))
            let b = try #require(try reader.find(0, key: "b"))
            let none = [Value](repeating: .null, count: 5)
            #expect(try reader.values(0, a) == ["a", 1, "x"] + none, "round \(round)")
            #expect(
                try reader.values(0, b) == [
                    "b", 2, "y", "new", 5, "k", .vector([1, 2]), "z",
                ], "round \(round)")
            #expect(try reader.find(1, key: [-7]) != nil)
            #expect(try reader.counts(0, by: 5) == ["k": 1])
            #expect(try store.verify().isSound)
            // The old rows are rewritten with the new columns.
            try store.compact()
        }
        // Who knows only the old columns reads and writes on.
        let again = try GraphStore(storage, schema: Self.first)
        try again.write { try $0.append(["key": "c", "size": 3, "name": "z"], to: "r") }
        #expect(try again.snapshot().rowCount("r") == 3)
    }

    static let contradictions: [(String, Schema)] = [
        ("type", relation([.string("key"), .string("size"), .string("name")])),
        ("nullability", relation([.string("key"), .int("size").nullable, .string("name")])),
        ("domain", relation([.string("key").domain("d"), .int("size"), .string("name")])),
        ("key", relation([.string("key"), .int("size"), .string("name")], key: ["key", "size"])),
        ("scope", relation([.string("key"), .int("size"), .string("name")], scope: "key")),
        ("new column", relation([.string("key"), .int("size"), .string("name"), .int("more")])),
    ]

    @Test(arguments: contradictions.indices)
    func aContradictionIsFoundOnOpening(index: Int) throws {
        let storage = MemoryStorage()
        try GraphStore(storage, schema: Self.first).write {
            try $0.append(["key": "a", "size": 1, "name": "x"], to: "r")
        }
        let error = #expect(throws: StoreError.self, "\(Self.contradictions[index].0)") {
            try GraphStore(storage, schema: Self.contradictions[index].1)
        }
        #expect(error?.code == .schemaMismatch, "\(Self.contradictions[index].0)")
    }
}
