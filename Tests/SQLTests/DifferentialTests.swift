// SPDX-License-Identifier: Apache-2.0
import Foundation
import SQL
import SegmentStore
import TestSupport
import Testing

/// Random queries about random relations, answered as SQLite answers them about the same rows in
/// tables of its own. A failure prints the seed; run it again with SEGSTORE_SEED, and longer with
/// SEGSTORE_STEPS.
@Suite struct DifferentialTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let first = environment["SEGSTORE_SEED"].flatMap(UInt64.init)
    /// As many as SEGSTORE_SEEDS says, from the first on.
    private static let count = environment["SEGSTORE_SEEDS"].flatMap(UInt64.init)
    static let seeds = Array((first ?? 1)...((first ?? 1) + (count ?? (first == nil ? 12 : 1)) - 1))
    static let steps = environment["SEGSTORE_STEPS"].flatMap(Int.init) ?? 60

    @Test(arguments: seeds)
    func answersAreThoseOfPlainTables(seed: UInt64) throws {
        var relations = RandomRelations(random: SeededGenerator(seed: seed))
        let schema = relations.schema()
        let store = try GraphStore(MemoryStorage(), schema: schema, options: StoreOptions())
        var model = ModelStore(schema)
        for _ in 0...relations.random.below(4) {
            let operations = relations.operations(schema)
            try store.write { try Self.perform(operations, schema, in: $0) }
            model.apply(operations)
        }
        let plain = try PlainDatabase()
        for relation in model.relations { try plain.add(relation.schema, relation.rows.values) }
        let database = try SQLDatabase(try store.snapshot())
        var queries = RandomQueries(relations: relations, schema: schema)
        for step in 0..<Self.steps {
            let query = queries.query()
            try compare(query, database, plain, "seed \(seed), step \(step)")
        }
    }

    /// Whatever the text is, there is an answer or an error.
    @Test(arguments: seeds.prefix(4))
    func noTextIsTooStrange(seed: UInt64) throws {
        var relations = RandomRelations(random: SeededGenerator(seed: seed))
        let schema = relations.schema()
        let store = try GraphStore(MemoryStorage(), schema: schema, options: StoreOptions())
        try store.write { try Self.perform(relations.operations(schema), schema, in: $0) }
        let database = try SQLDatabase(try store.snapshot())
        var queries = RandomQueries(relations: relations, schema: schema)
        var limits = SQLLimits()
        limits.seconds = 0.05
        var random = SeededGenerator(seed: seed)
        for _ in 0..<Self.steps * 3 {
            var text = queries.query().text
            for _ in 0...random.below(3) { text = Self.spoilt(text, &random) }
            do { _ = try database.rows(text, limits: limits) } catch {
                #expect(error is SQLError, "\(text): \(error)")
            }
        }
    }

    /// With a word left out, doubled, moved or put in, or cut off somewhere.
    private static func spoilt(_ text: String, _ random: inout SeededGenerator) -> String {
        var words = text.split(separator: " ").map(String.init)
        guard words.count > 1 else { return text }
        let (place, other) = (random.below(words.count), random.below(words.count))
        switch random.below(6) {
        case 0: words.remove(at: place)
        case 1: words.insert(words[other], at: place)
        case 2: words.swapAt(place, other)
        case 3: words.insert(random.pick(Self.strangeWords), at: place)
        case 4: words[place] = String(words[place].unicodeScalars.dropLast())
        default: return String(text.unicodeScalars.prefix(random.below(text.count)))
        }
        return words.joined(separator: " ")
    }

    private static let strangeWords = [
        "(", ")", ",", "''", "x'0'", "?", ":a", ";", "--", "/*", "NOT", "NULL", "OVER ()",
        "EXPLAIN",
        "json_each('[1,2]')", "rowid", "\u{0}", "🔑", "9e999", "ORDER BY 1", "LIMIT -1", "FROM t0",
        "WINDOW w AS ()", "MATERIALIZED", "INDEXED BY x", "COLLATE NOCASE", "MATCH 'a'",
        "REGEXP 'a'",
        "-9223372036854775808", "NATURAL JOIN t0", "USING (file)", "RETURNING *", "ESCAPE '\\'",
    ]

    private static func perform(
        _ operations: [ModelStore.Operation], _ schema: Schema, in batch: Batch
    ) throws {
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

    private func compare(
        _ query: RandomQueries.Query, _ database: SQLDatabase, _ plain: PlainDatabase,
        _ place: String
    ) throws {
        let expected: [[Cell]]
        do { expected = try plain.rows(query.text) } catch {
            #expect(throws: SQLError.self, "\(place): \(query.text): \(error)") {
                try database.rows(query.text)
            }
            return
        }
        do {
            let answer = try database.rows(query.text)
            let isSame =
                query.isOrdered ? answer == expected : Self.sorted(answer) == Self.sorted(expected)
            #expect(isSame, "\(place): \(query.text): \(answer), not \(expected)")
        } catch {
            Issue.record("\(place): \(query.text): \(error)")
        }
    }

    private static func sorted(_ rows: [[Cell]]) -> [String] { rows.map(\.description).sorted() }
}
