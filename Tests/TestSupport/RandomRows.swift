// SPDX-License-Identifier: Apache-2.0
import SegmentStore

/// A schema with every type and every kind of key, and random rows for it.
public enum RandomRows {
    public static let schema = Schema([
        RelationSchema(
            "items", key: ["key"], scope: "file",
            columns: [
                .string("key").domain("node"), .string("file").domain("file"), .enumeration("kind"),
                .int("line"), .int("big").nullable, .bool("flag").nullable,
                .float("score").nullable,
                .timestamp("time"), .string("name").part(of: "key"),
                .string("signature").family("text"),
                .string("doc").family("text").nullable, .string("code").family("text"),
                .bytes("blob").nullable, .vector("embedding", dimensions: 3).nullable,
                .string("parent").domain("node").nullable, .string("plain").compressed(.none),
                .string("quick").compressed(.lz4), .string("small").compressed(.zstd),
                .string("trained").compressed(.zstdDictionary), .int("steps").encoded(.delta),
                .int("runs").encoded(.runLength), .int("few").encoded(.dictionary),
                .int("wide").encoded(.plain),
            ]),
        RelationSchema(
            "links", key: ["from", "to", "kind"], scope: "file", target: "to",
            columns: [
                .string("from").domain("node"), .string("to").domain("node"), .enumeration("kind"),
                .string("file").domain("file"), .int("line"),
            ]),
        RelationSchema(
            "readings", key: ["sensor", "time", "place", "isRaw"], target: "place",
            columns: [
                .int("sensor"), .timestamp("time"), .string("place").domain("place"),
                .bool("isRaw"),
                .float("value"),
                .string("note").nullable,
            ]),
    ])

    public static func key(_ random: inout SeededGenerator, among count: Int) -> String {
        let number = random.below(count)
        switch number % 7 {
        case 0:
            return
                "swift:method:Type\(number / 10).name\(number):src/folder\(number % 5)/file\(number % 13).swift"
        case 1: return "c:function:f\(number):src/a.c"
        case 2: return "rust:external:crate\(number % 3).name\(number):-"
        case 3: return "k\(number)"
        case 4: return "swift:method:Type\(number / 10)"
        case 5: return "schlüssel \u{1F511} \(number)\u{0}\u{1}"
        default: return String(repeating: "long/", count: 1 + number % 60) + "\(number)"
        }
    }

    public static func text(_ random: inout SeededGenerator, limit: Int) -> String {
        let words = [
            "let ", "value", " = ", "func ", "return ", "{\n", "}\n", "    ", "// ", "ä", "\"",
            "\\", "\t", "0",
        ]
        var text = ""
        let length = random.below(limit)
        while text.utf8.count < length {
            text += random.chance(4) ? "x\(random.below(1000))" : random.pick(words)
        }
        return text
    }

    public static func item(_ random: inout SeededGenerator, keys: Int) -> [Value] {
        func nullable(_ value: Value) -> Value { random.chance(3) ? .null : value }
        let key = self.key(&random, among: keys)
        // Mostly a part of the key, as a name is.
        let name =
            random.chance(50) ? "name\(random.below(300))" : String(key.suffix(random.below(9)))
        let long = random.chance(40) ? 20_000 : random.chance(5) ? 2_000 : 200
        return [
            .string(key), .string(file(&random)),
            .string(random.pick(["function", "method", "class", "module"])),
            .int(Int64(random.below(5000))),
            nullable(.int(Int64(bitPattern: random.next()))), nullable(.bool(random.chance(2))),
            nullable(.float(Double(random.below(1_000_000)) / 7)),
            .timestamp(1_700_000_000_000_000_000 + Int64(random.below(9)) * 1_000_000_007),
            .string(name), .string(text(&random, limit: 60)),
            nullable(.string(text(&random, limit: 100))), .string(text(&random, limit: long)),
            nullable(
                .bytes((0..<random.below(20)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            ),
            nullable(.vector([Float(random.below(10)), -1.5, Float(random.below(100)) / 3])),
            nullable(.string(self.key(&random, among: keys))), .string(text(&random, limit: 30)),
            .string(text(&random, limit: 60)), .string(text(&random, limit: 60)),
            .string(text(&random, limit: 200)),
            .int(Int64(random.below(100))), .int(Int64(random.below(3))),
            .int(Int64(random.below(4)) * 1_000_003),
            .int(random.chance(9) ? .min : .max),
        ]
    }

    public static func file(_ random: inout SeededGenerator) -> String {
        "src/file\(random.below(12)).swift"
    }

    public static func link(_ random: inout SeededGenerator, keys: Int) -> [Value] {
        [
            .string(key(&random, among: keys)),
            .string(key(&random, among: random.chance(3) ? 5 : keys)),
            .string(random.pick(["calls", "uses", "contains"])), .string(file(&random)),
            .int(Int64(random.below(900))),
        ]
    }

    public static func reading(_ random: inout SeededGenerator) -> [Value] {
        [
            .int(Int64(random.below(40)) - 20), .timestamp(Int64(random.below(50)) * 1_000_000_000),
            .string("place \(random.below(4))"), .bool(random.chance(2)),
            .float(Double(random.below(100))),
            random.chance(2) ? .null : .string(text(&random, limit: 40)),
        ]
    }

    /// A batch of up to `size` operations.
    public static func operations(_ random: inout SeededGenerator, size: Int, keys: Int)
        -> [ModelStore.Operation]
    {
        let model = ModelStore(schema)
        var operations: [ModelStore.Operation] = []
        let deletes = random.below(3)
        let scopes = random.chance(4)
        for _ in 0..<random.below(size) {
            let relation = random.below(3)
            let row =
                relation == 0
                ? item(&random, keys: keys)
                : relation == 1 ? link(&random, keys: keys) : reading(&random)
            if deletes > 0, random.chance(deletes == 1 ? 20 : 3) {
                operations.append(
                    .delete(relation: relation, key: model.relations[relation].key(of: row)))
            } else if scopes, relation < 2, random.chance(30) {
                operations.append(.replaceScope(relation: relation, scope: file(&random)))
            } else {
                operations.append(.append(relation: relation, row: row))
            }
        }
        return operations
    }

    /// A small batch of everything that a batch can do, always the same for a number.
    public static func batch(_ number: Int) -> [ModelStore.Operation] {
        var random = SeededGenerator(seed: UInt64(number))
        return (0..<7).map { _ in .append(relation: 0, row: item(&random, keys: 14)) }
            + (0..<5).map { _ in .append(relation: 1, row: link(&random, keys: 14)) }
            + [
                .append(relation: 2, row: reading(&random)),
                .delete(relation: 0, key: [.string(key(&random, among: 14))]),
                .replaceScope(relation: random.below(2), scope: file(&random)),
            ]
    }

    /// Brings operations into a batch.
    public static func perform(_ operations: [ModelStore.Operation], in batch: Batch) throws {
        for operation in operations {
            switch operation {
            case .append(let relation, let row): try batch.append(row, to: relation)
            case .delete(let relation, let key):
                try batch.delete(key: key, from: schema.relations[relation].name)
            case .replaceScope(let relation, let scope):
                try batch.replaceScope(scope, in: schema.relations[relation].name)
            }
        }
    }
}
