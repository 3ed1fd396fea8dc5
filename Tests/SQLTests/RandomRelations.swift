// SPDX-License-Identifier: Apache-2.0
import SegmentStore
import TestSupport

/// Schemas of any shape, and rows whose values meet often, also where their types differ.
struct RandomRelations {
    var random: SeededGenerator

    private static let texts = [
        "", "5", "05", "5.0", " 5", "5 ", "-1", "1e3", "a", "A", "ab", "aB", "Ab", "b", "Z", "_",
        "rust:x", "Rust:y", "rust:", "ä", "ä!", "Ä", "\u{1F511}", "a\0b", "a\0", "%", "a%", "abc",
        "9223372036854775807", "2024-01-01", "[1,2]", "true",
    ]
    private static let numbers: [Int64] = [
        0, 1, 2, 5, -1, -5, 7, 1000, .max, .min, .max - 1, 1 << 53, (1 << 53) + 1,
    ]
    private static let floats: [Double] = [0, 5, -1, 0.5, 1000, 1e300, -1e300, .nan, .infinity]
    private static let times: [Int64] = [
        0, 1, -1, 1_500_000_000, 1_704_067_200_000_000_000, 1_704_067_200_500_000_000, .max, .min,
    ]

    mutating func schema() -> Schema {
        Schema((0...1 + random.below(2)).map { relation("t\($0)") })
    }

    private mutating func relation(_ name: String) -> RelationSchema {
        if random.chance(3) {
            // Edges, of which the first two columns share a domain.
            var columns: [ColumnSchema] = [
                .string("from").domain("node"), .string("to").domain("node"),
                .enumeration("kind"), .string("file").domain("file"), .int("line"),
            ]
            columns.append(contentsOf: others())
            return RelationSchema(
                name, key: ["from", "to", "kind"], scope: "file", target: "to", columns: columns)
        }
        let keys = (0...random.below(3)).map { keyColumn("k\($0)") }
        let hasScope = random.chance(2)
        let scope: [ColumnSchema] = hasScope ? [.string("file").domain("file")] : []
        // What is found by, and is no end of an edge.
        let hasTarget = random.chance(2)
        let target: [ColumnSchema] = hasTarget ? [.string("name").domain("name")] : []
        return RelationSchema(
            name, key: keys.map(\.name), scope: hasScope ? "file" : nil,
            target: hasTarget ? "name" : nil,
            columns: (keys + scope + target + others()).shuffled(using: &random))
    }

    private mutating func keyColumn(_ name: String) -> ColumnSchema {
        switch random.below(9) {
        case 0: .int(name)
        case 1: .timestamp(name)
        case 2: .bytes(name)
        case 3: .bool(name)
        case 4: .enumeration(name)
        case 5: .string(name).domain("node")
        case 6: .string(name).numberList
        default: .string(name)
        }
    }

    private mutating func others() -> [ColumnSchema] {
        let all: [ColumnSchema] = [
            .int("i").nullable, .float("f").nullable, .string("s").nullable, .bytes("b").nullable,
            .timestamp("t").nullable, .bool("z").nullable, .enumeration("e").nullable,
            .vector("v", dimensions: 2).nullable, .string("l").numberList.nullable,
        ]
        return Array(all.shuffled(using: &random).prefix(2 + random.below(6)))
    }

    mutating func row(_ relation: RelationSchema) -> [Value] {
        relation.columns.map { column in
            column.isNullable && random.chance(4) ? .null : value(column)
        }
    }

    private mutating func value(_ column: ColumnSchema) -> Value {
        if column.isNumberList { return .string(random.pick(["", "5", "1 2", "3 9 12"])) }
        switch column.type {
        case .bool: return .bool(random.chance(2))
        case .int64: return .int(random.pick(Self.numbers))
        case .float64: return .float(random.pick(Self.floats))
        case .string, .enumeration: return .string(random.pick(Self.texts))
        case .bytes:
            return .bytes(random.pick([[], [0], [0x35], [0xff], [0xff, 0xff], [0x61, 0]]))
        case .timestamp: return .timestamp(random.pick(Self.times))
        case .vector: return .vector([Float(random.below(3)), 0.5])
        }
    }

    /// Batches with deletions and replaced scopes.
    mutating func operations(_ schema: Schema) -> [ModelStore.Operation] {
        let model = ModelStore(schema)
        return (0..<random.below(120)).map { _ in
            let relation = random.below(schema.relations.count)
            let row = row(schema.relations[relation])
            if random.chance(12) {
                return .delete(relation: relation, key: model.relations[relation].key(of: row))
            }
            let columns = schema.relations[relation].columns
            if random.chance(40), let scope = schema.relations[relation].scope,
                let index = columns.firstIndex(where: { $0.name == scope }),
                case .string(let name) = row[index]
            {
                return .replaceScope(relation: relation, scope: name)
            }
            return .append(relation: relation, row: row)
        }
    }

    // MARK: - Literals

    mutating func literal() -> String {
        switch random.below(8) {
        case 0, 1, 2: Self.quoted(random.pick(Self.texts.filter { !$0.contains("\0") }))
        case 3: "\(random.pick(Self.numbers.filter { $0 != .min }))"
        case 4: random.pick(["5.0", "0.5", "-1.0", "1e300", "9.3e18", "-9.3e18", "5.5"])
        case 5: random.pick(["x''", "x'35'", "x'ff'", "x'6100'", "x'61'"])
        case 6:
            Self.quoted(
                random.pick(
                    Self.times.map { time in
                        PlainDatabase.text { ValueTexts.append(time, to: $0) }
                    } + ["1970", "2024-01-01", "1970-01-01T00:00:00Z", "9"]))
        default:
            random.pick(["NULL", "TRUE", "'[1,2]'", "char(97, 0, 98)", "CAST('5' AS INTEGER)"])
        }
    }

    private static func quoted(_ text: String) -> String {
        "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
    }
}
