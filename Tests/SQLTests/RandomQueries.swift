// SPDX-License-Identifier: Apache-2.0
import Codec
import Exchange
import SegmentStore
import TestSupport

enum ValueTexts {
    static func append(_ time: Int64, to out: ByteBuffer) { ValueText.append(time: time, to: out) }
}

/// Queries that have one answer only, as a set of rows or with an order.
struct RandomQueries {
    var relations: RandomRelations
    let schema: Schema
    private var isStrict = false

    init(relations: RandomRelations, schema: Schema) {
        self.relations = relations
        self.schema = schema
    }

    private var random: SeededGenerator {
        get { relations.random }
        set { relations.random = newValue }
    }

    struct Query {
        let text: String
        /// Whether the order of the rows is part of the answer.
        let isOrdered: Bool

        init(text: String, isOrdered: Bool) {
            self.text = text
            self.isOrdered = isOrdered && !Query.isLoose(text)
        }

        /// SQLite takes a text that equals a number for constant, and puts '5' and '05' in no order.
        static func isLoose(_ text: String) -> Bool { text.contains("CAST(") }
    }

    /// A table in FROM, under a name of its own.
    private struct Table {
        let name: String
        let schema: RelationSchema

        var columns: [String] { schema.columns.map { "\(name).\"\($0.name)\"" } }
        func isText(_ column: String) -> Bool {
            let index = columns.firstIndex(of: column) ?? 0
            return ![.int64, .bool, .float64].contains(schema.columns[index].type)
        }

        var keys: [String] { schema.key.map { "\(name).\"\($0)\"" } }
    }

    mutating func query() -> Query {
        let shape = random.below(10)
        isStrict = shape < 2 || shape > 7
        switch shape {
        case 0: return strict(grouped())
        case 1: return strict(distinct())
        case 2: return compound()
        case 3: return recursive()
        case 4: return related()
        default: return plain()
        }
    }

    /// SQLite itself gives a group of what it takes for constant in parts.
    private mutating func strict(_ query: Query) -> Query {
        Query.isLoose(query.text) ? plain() : query
    }

    // MARK: - Shapes

    private mutating func tables() -> [Table] {
        (0...random.pick([0, 0, 0, 1, 1, 2])).map {
            Table(name: "r\($0)", schema: random.pick(schema.relations))
        }
    }

    private mutating func from(_ tables: [Table]) -> String {
        var text = "\"\(tables[0].schema.name)\" AS \(tables[0].name)"
        for (index, table) in tables.enumerated().dropFirst() {
            let kind = random.pick(["JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
            text += " \(kind) \"\(table.schema.name)\" AS \(table.name) ON "
            text += equality(table, tables[random.below(index)])
            if random.chance(3) { text += " AND \(predicate([table]))" }
        }
        return text
    }

    /// Keys are asked for most.
    private mutating func column(_ table: Table) -> String {
        let scope = table.schema.scope.map { "\(table.name).\"\($0)\"" }
        if let scope, random.chance(5) { return scope }
        return random.chance(3) ? random.pick(table.columns) : random.pick(table.keys)
    }

    /// SQLite takes a text that equals a number for constant, and '5' and '05' for one group: so
    /// where that would show, only columns of one type are equal.
    private mutating func equality(_ a: Table, _ b: Table) -> String {
        for _ in 0..<20 {
            let (left, right) = (column(a), column(b))
            if !isStrict || a.isText(left) == b.isText(right) { return "\(left) = \(right)" }
        }
        return "1"
    }

    private mutating func condition(_ tables: [Table]) -> String {
        var text = ""
        for index in 0..<random.below(4) {
            text += index == 0 ? " WHERE " : random.pick([" AND ", " AND ", " OR "])
            text += random.chance(8) ? "NOT (\(predicate(tables)))" : predicate(tables)
        }
        return text
    }

    private static let likePatterns = [
        "'a%'", "'A%'", "'rust:%'", "'%'", "'_b'", "'5%'", "5", "'ä%'", "'abc'", "NULL", "x'61'",
        "'2024%'", "''",
    ]
    private static let globPatterns = [
        "'a*'", "'A*'", "'rust:*'", "'[a-b]*'", "'?b'", "'*'", "'ä*'", "'abc'", "5", "''",
    ]

    private mutating func predicate(_ tables: [Table]) -> String {
        let left = column(random.pick(tables))
        switch random.below(15) {
        case 13:
            let right = column(random.pick(tables))
            let sign = random.pick(["=", "<", ">=", "IS"])
            return "(\(left), \(right)) \(sign) (\(relations.literal()), \(relations.literal()))"
        case 12:
            let right = column(random.pick(tables))
            let other = Table(name: "q", schema: random.pick(schema.relations))
            let rows = random.pick([
                "(VALUES (\(relations.literal()), \(relations.literal())))",
                "(SELECT \(column(other)), \(column(other)) FROM \"\(other.schema.name)\" AS q)",
            ])
            return "(\(left), \(right)) IN \(rows)"
        case 0, 1: return "\(left) = \(relations.literal())"
        case 2: return "\(left) \(random.pick(["<", "<=", ">", ">=", "<>"])) \(relations.literal())"
        case 3: return "\(left) BETWEEN \(relations.literal()) AND \(relations.literal())"
        case 4:
            let list = (0...random.below(4)).map { _ in relations.literal() }
            return
                "\(left) \(random.pick(["IN", "IN", "NOT IN"])) (\(list.joined(separator: ", ")))"
        case 5:
            return "\(left) LIKE \(random.pick(Self.likePatterns))"
        case 6:
            return "\(left) GLOB \(random.pick(Self.globPatterns))"
        case 7: return "\(left) \(random.pick(["IS NULL", "IS NOT NULL"]))"
        case 8: return "\(left) IS \(relations.literal())"
        case 9:
            let collation = random.pick(["NOCASE", "RTRIM", "BINARY"])
            let sign = random.pick(["=", "<", ">="])
            return "\(left) \(sign) \(relations.literal()) COLLATE \(collation)"
        case 10:
            let other = Table(name: "q", schema: random.pick(schema.relations))
            return "\(left) IN (SELECT \(column(other)) FROM \"\(other.schema.name)\" AS q)"
        case 11: return "\(left) \(random.pick(["<", ">="])) \(column(random.pick(tables)))"
        default: return equality(random.pick(tables), random.pick(tables))
        }
    }

    private mutating func plain() -> Query {
        let tables = tables()
        let source = from(tables) + condition(tables)
        if !isStrict || Query.isLoose(source) {
            let columns = (0...random.below(4)).map { _ in column(random.pick(tables)) }
            return Query(
                text: "SELECT \(columns.joined(separator: ", ")) FROM \(source)\(anyOrder(tables))",
                isOrdered: false)
        }
        // In an order that leaves nothing open: that of keys first.
        let keys = tables.flatMap(\.keys)
        let descending = random.chance(4) ? " DESC" : ""
        let order = keys.enumerated().map { "\($1)\($0 == 0 ? descending : "")" }
        let limit = random.chance(2) ? " LIMIT \(random.below(9)) OFFSET \(random.below(4))" : ""
        return Query(
            text: "SELECT \(tables.flatMap(\.columns).joined(separator: ", ")) FROM \(source)"
                + " ORDER BY \(order.joined(separator: ", "))\(limit)", isOrdered: true)
    }

    private mutating func anyOrder(_ tables: [Table]) -> String {
        guard random.chance(3) else { return "" }
        return " ORDER BY \(column(tables[0])) COLLATE \(random.pick(["NOCASE", "BINARY"]))"
    }

    private mutating func grouped() -> Query {
        let tables = tables()
        let keys = (0...random.below(2)).map { _ in column(tables[0]) }
        let list = keys.joined(separator: ", ")
        let other = column(random.pick(tables))
        let order = random.chance(2) ? " ORDER BY \(list)" : ""
        return Query(
            text:
                "SELECT \(list), count(*), count(DISTINCT \(other)), min(\(other)), max(\(other)),"
                + " sum(\(other) % 7) FROM \(from(tables))\(condition(tables)) GROUP BY \(list)"
                + (random.chance(3) ? " HAVING count(*) > 1" : "") + order,
            isOrdered: !order.isEmpty)
    }

    private mutating func distinct() -> Query {
        let tables = tables()
        let columns = (0...random.below(2)).map { _ in column(random.pick(tables)) }
        let list = columns.joined(separator: ", ")
        let order = random.chance(2) ? " ORDER BY \(list)" : ""
        return Query(
            text: "SELECT DISTINCT \(list) FROM \(from(tables))\(condition(tables))\(order)",
            isOrdered: !order.isEmpty)
    }

    private mutating func compound() -> Query {
        let parts = (0..<2).map { _ in
            let tables = Array(tables().prefix(1))
            return "SELECT \(column(tables[0])) FROM \(from(tables))\(condition(tables))"
        }
        let operation = random.pick(["UNION ALL", "UNION", "EXCEPT", "INTERSECT"])
        return Query(text: parts.joined(separator: " \(operation) "), isOrdered: false)
    }

    private mutating func recursive() -> Query {
        let table = Table(name: "r", schema: random.pick(schema.relations))
        let (near, far) = (column(table), column(table))
        return Query(
            text: "WITH RECURSIVE d(x) AS (SELECT \(relations.literal()) UNION SELECT \(near)"
                + " FROM \"\(table.schema.name)\" AS r JOIN d ON \(far) = d.x) SELECT x FROM d",
            isOrdered: false)
    }

    private mutating func related() -> Query {
        let outer = Table(name: "o", schema: random.pick(schema.relations))
        let inner = Table(name: "i", schema: random.pick(schema.relations))
        let join = "\(column(inner)) = \(column(outer))"
        let source = "FROM \"\(inner.schema.name)\" AS i WHERE \(join) AND \(predicate([inner]))"
        return Query(
            text: "SELECT \(outer.keys.joined(separator: ", ")), (SELECT count(*) \(source))"
                + " FROM \"\(outer.schema.name)\" AS o WHERE"
                + " \(random.pick(["", "NOT "]))EXISTS (SELECT 1 \(source))", isOrdered: false)
    }
}
