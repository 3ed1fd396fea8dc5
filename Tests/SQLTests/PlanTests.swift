// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import SQL
import SegmentStore
import TestSupport
import Testing

/// Which index answers what: the plan that is shown, and how many rows were looked at.
@Suite struct PlanTests {
    private let database: SQLDatabase
    private static let count = 400

    init() throws {
        let store = try GraphStore(MemoryStorage(), schema: CodeGraph.schema, options: .init())
        for half in [0..<Self.count / 2, Self.count / 2..<Self.count] {
            try store.write { batch in
                for number in half {
                    try batch.append(CodeRows.entity(number), to: 0)
                    try batch.append(CodeRows.edge(number, number / 10), to: 1)
                }
            }
        }
        database = try SQLDatabase(try store.snapshot())
    }

    private static let key = CodeRows.key(7)
    private static let file = CodeRows.file(7)

    static let plans: [(query: String, plan: String, visited: ClosedRange<Int>)] = [
        ("SELECT * FROM entities WHERE key = '\(key)'", "key (key=?)", 1...1),
        ("SELECT * FROM entities WHERE key = 'x'", "key (key=?)", 0...0),
        ("SELECT * FROM entities WHERE key IN ('\(key)', 'x', NULL)", "key (key IN (…))", 1...1),
        ("SELECT * FROM edges WHERE \"from\" = '\(key)'", "key (from=?)", 1...1),
        (
            "SELECT * FROM edges WHERE \"from\" = '\(key)' AND \"to\" IN ('x', '\(CodeRows.key(0))')",
            "key (from=? AND to IN (…))", 1...1
        ),
        ("SELECT * FROM edges WHERE \"to\" = '\(key)'", "target (to=?)", 10...10),
        ("SELECT * FROM edges WHERE \"to\" IN ('\(key)', 'x')", "target (to IN (…))", 10...10),
        (
            "SELECT * FROM edges WHERE \"to\" = '\(key)' AND kind = 'calls'", "target (to=?)",
            10...10
        ),
        ("SELECT * FROM entities WHERE name = 'step7'", "target (name=?)", 1...1),
        ("SELECT * FROM edges WHERE file = '\(file)'", "scope (file=?)", 20...20),
        ("SELECT * FROM files WHERE file = '\(file)'", "key (file=?)", 0...0),
        ("SELECT * FROM entities WHERE key LIKE 'SWIFT:METHOD:part0.%'", "LIKE", 20...20),
        ("SELECT * FROM entities WHERE key GLOB 'swift:method:Part0.*'", "GLOB", 20...20),
        ("SELECT * FROM entities WHERE key < 'swift:method:Part1'", "key<?", 20...20),
        ("SELECT * FROM entities WHERE key > 'x'", "key>?", 0...0),
        (
            "SELECT * FROM entities WHERE key >= 'swift:method:Part1' AND key < 'swift:method:Part2'",
            "key>=? AND key<?", 220...220
        ),
        ("SELECT * FROM entities ORDER BY key LIMIT 3", "in the order of the keys", 3...4),
        ("SELECT \"from\", count(*) FROM edges GROUP BY 1 LIMIT 2", "in the order", 2...4),
        ("SELECT DISTINCT \"to\", \"from\" FROM edges LIMIT 2", "in the order", 2...4),
        (
            "SELECT * FROM edges ORDER BY \"from\", \"to\", kind, line LIMIT 3", "in the order",
            3...4
        ),
        ("SELECT * FROM edges WHERE \"to\" = '\(key)' ORDER BY \"from\"", "target", 10...10),
        ("SELECT kind FROM entities", "all rows", count...count),
        ("SELECT * FROM entities WHERE key = '\(key)' COLLATE NOCASE", "all rows", count...count),
        // A number and a text may be equal in more than one way.
        ("SELECT * FROM entities WHERE key = 5", "key (key=?)", count...count),
        ("SELECT * FROM entities WHERE (key) IN ('x')", "all rows", count...count),
        (
            "SELECT x.name FROM edges JOIN entities x ON x.key = \"from\" WHERE \"to\" = '\(key)'",
            "target (to=?)", 20...20
        ),
    ]

    @Test(arguments: plans)
    func onlyWhatIsAskedForIsVisited(
        query: String, plan: String, visited: ClosedRange<Int>
    ) throws {
        let shown = try database.rows("EXPLAIN QUERY PLAN \(query)").map { "\($0[3])" }
        #expect(shown.contains { $0.contains(plan) }, "\(query): \(shown)")
        #expect(!shown.contains { $0.contains("ORDER BY") } || plan == "target", "\(shown)")
        _ = try database.rows(query)
        #expect(visited.contains(database.visitedRowCount), "\(query): \(database.visitedRowCount)")
    }

    /// All that depends on something: a look-up for each, whatever the table's size.
    @Test func aClosureFollowsTheIndex() throws {
        let query = """
            WITH RECURSIVE d(key) AS (VALUES(?) UNION SELECT "from" FROM edges JOIN d ON "to" = d.key)
            SELECT count(*) FROM d
            """
        // 3 is depended on by 30 to 39, and those by 300 to 399.
        #expect(try database.rows(query, [.text(CodeRows.key(3))]) == [[.int(111)]])
        #expect(database.visitedRowCount == 110)
    }

    /// Rows of a group are neighbours in the order of the keys, but the groups in another one.
    @Test func groupsComeInTheOrderThatIsAskedFor() throws {
        let query = "SELECT \"to\", \"from\", count(*) FROM edges GROUP BY 1, 2"
        let groups = try database.rows("\(query) ORDER BY 1, 2").map { "\($0[0])\n\($0[1])" }
        #expect(groups.count == Self.count && groups == groups.sorted())
        let reversed = try database.rows("SELECT key FROM entities ORDER BY key DESC")
        #expect(reversed == reversed.sorted { $1[0] < $0[0] })
    }

    @Test func typesMeetAsInTables() throws {
        let schema = Schema([
            RelationSchema(
                "readings", key: ["time", "sensor"],
                columns: [.timestamp("time"), .int("sensor"), .bool("raw").nullable])
        ])
        let store = try GraphStore(MemoryStorage(), schema: schema, options: .init())
        try store.write { batch in
            for number in 0..<100 {
                try batch.append(
                    [.timestamp(Int64(number) * 1_000_000_000), .int(Int64(number)), true],
                    to: 0)
            }
        }
        let database = try SQLDatabase(try store.snapshot())
        func visited(_ condition: String) throws -> [Int] {
            let rows = try database.rows("SELECT 1 FROM readings WHERE \(condition)")
            return [rows.count, database.visitedRowCount]
        }
        #expect(try visited("time = '1970-01-01T00:00:07.000000000Z'") == [1, 1])
        #expect(try visited("time = '1970-01-01T00:00:07Z'") == [0, 0])
        #expect(try visited("time < '1970-01-01T00:00:07'") == [7, 8])
        #expect(try visited("time >= '1970-01-01T00:01:30'") == [10, 10])
        #expect(try visited("time = '1970-01-01T00:00:07.000000000Z' AND sensor = '7'") == [1, 1])
        #expect(try visited("time = '1970-01-01T00:00:07.000000000Z' AND sensor = 7.5") == [0, 0])
    }
}
