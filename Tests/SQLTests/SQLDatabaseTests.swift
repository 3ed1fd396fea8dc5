// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import SQL
import SegmentStore
import TestSupport
import Testing

/// What may be asked, what is said where it may not, and what an answer may take.
@Suite struct SQLDatabaseTests {
    private let database: SQLDatabase

    init() throws {
        let store = try GraphStore(MemoryStorage(), schema: CodeGraph.schema, options: .init())
        try store.write { batch in
            for number in 0..<40 {
                try batch.append(CodeRows.entity(number), to: 0)
                try batch.append(CodeRows.edge(number, number / 2, line: number), to: 1)
            }
        }
        database = try SQLDatabase(try store.snapshot())
    }

    private func error(_ query: String, limits: SQLLimits = SQLLimits()) throws -> SQLError {
        try #require(throws: SQLError.self, "\(query)") { try database.rows(query, limits: limits) }
    }

    // MARK: - What is read

    @Test func everyRelationIsATable() throws {
        let tables = try database.rows("SELECT name FROM sqlite_schema ORDER BY rowid")
        #expect(tables.map { "\($0[0])" } == CodeGraph.schema.relations.map { "\"\($0.name)\"" })
        for relation in CodeGraph.schema.relations {
            let columns = try database.rows(
                "SELECT name, type FROM pragma_table_info('\(relation.name)')")
            #expect(columns.map { "\($0[0])" } == relation.columns.map { "\"\($0.name)\"" })
        }
        #expect(try database.rows("SELECT count(*) FROM entities") == [[.int(40)]])
    }

    /// Lists of numbers are JSON.
    @Test func listsCanBeTakenApart() throws {
        let query = """
            SELECT sum(lines IS NOT NULL), sum(json_valid(lines)), sum(json_array_length(lines) = count)
            FROM edges
            """
        let counts = try database.rows(query)
        #expect(Set(counts[0]).count == 1 && counts[0][0] != .int(0), "\(counts)")
        let lines = try database.rows(
            "SELECT value - line FROM edges, json_each(lines) ORDER BY \"from\", value LIMIT 2")
        #expect(lines == [[.int(0)], [.int(2)]])
    }

    @Test func columnsOfOneNameAreToldApart() throws {
        try database.query("SELECT 1 AS a, 2 AS a, 3 AS A_2, 4 AS \"\", 5 AS \"\"") { answer in
            #expect(answer.columns == ["a", "a_2", "A_2_2", "column", "column_2"])
        }
    }

    @Test func parametersStandForValues() throws {
        let values: [SQLValue] = [.null, .int(-1), .real(0.5), .text("a\0ä"), .blob([]), .text("")]
        let rows = try database.rows("SELECT ?, ?, ?, ?, ?, ?", values)
        #expect(
            rows == [
                [
                    .null, .int(-1), .number(0.5), .text(Array("a\0ä".utf8)), .blob([]), .text([]),
                ]
            ])
        #expect(throws: SQLError.self) { try database.rows("SELECT ?", []) }
        #expect(throws: SQLError.self) { try database.rows("SELECT 1", [.null]) }
    }

    /// Names that SQL has another use for, or cannot tell apart.
    @Test func anyNameIsATablesName() throws {
        let names = ["Books", "books", "select", "sqlite_a", "a\"b", "a\0b", "ä b", "main.x"]
        let schema = Schema(
            names.map {
                RelationSchema(
                    $0, key: ["Key"], columns: [.string("Key"), .int("key"), .int("a\"")])
            })
        let store = try GraphStore(MemoryStorage(), schema: schema, options: .init())
        try store.write { batch in
            for index in names.indices { try batch.append(["x", 1, 2], to: index) }
        }
        let database = try SQLDatabase(try store.snapshot())
        #expect(
            database.tables == [
                "Books", "books_2", "select", "_sqlite_a", "a\"b", "a\u{fffd}b", "ä b", "main.x",
            ])
        for name in database.tables {
            let quoted = name.split(separator: "\"").joined(separator: "\"\"")
            let rows = try database.rows("SELECT \"Key\", key_2, \"a\"\"\" FROM \"\(quoted)\"")
            #expect(rows == [[.text(Array("x".utf8)), .int(1), .int(2)]], "\(name)")
        }
    }

    // MARK: - What is refused

    @Test(arguments: [
        "INSERT INTO edges(\"from\") VALUES (1)", "DELETE FROM edges", "UPDATE edges SET line = 1",
        "CREATE TABLE x(a)", "CREATE TEMP TABLE x AS SELECT 1", "CREATE VIEW v AS SELECT 1",
        "CREATE VIRTUAL TABLE x USING segstore(0)", "CREATE VIRTUAL TABLE x USING fts5(a)",
        "DROP TABLE edges", "ALTER TABLE edges RENAME TO x", "ATTACH 'a.db' AS a", "DETACH main",
        "VACUUM", "VACUUM INTO 'a.db'", "PRAGMA journal_mode = WAL", "PRAGMA temp_store = 1",
        "PRAGMA writable_schema = 1", "PRAGMA user_version", "BEGIN", "COMMIT", "SAVEPOINT a",
        "ANALYZE", "EXPLAIN DELETE FROM edges",
        "UPDATE sqlite_schema SET sql = ''", "UPDATE sqlite_temp_schema SET sql = ''",
        "WITH a AS (SELECT 1) DELETE FROM sqlite_schema",
    ])
    func nothingCanBeChanged(query: String) throws {
        let error = try error(query)
        #expect(error.kind == .readOnly, "\(error)")
        #expect(try database.rows("SELECT count(*) FROM edges") == [[.int(40)]])
    }

    @Test func nothingReachesOut() throws {
        for query in [
            "CREATE INDEX i ON edges(line)",
            "CREATE TRIGGER t AFTER INSERT ON edges BEGIN SELECT 1; END",
        ] { #expect(try error(query).message.contains("virtual tables")) }
        #expect(try error("SELECT load_extension('x.so')").message.contains("not authorized"))
        #expect(throws: SQLError.self) { try database.rows("SELECT fts3_tokenizer('simple')") }
        #expect(throws: SQLError.self) { try database.rows("SELECT readfile('a')") }
        #expect(throws: SQLError.self) { try database.rows("SELECT * FROM segstore") }
    }

    @Test func aQueryIsOneStatement() throws {
        #expect(
            try database.rows("SELECT 1 ; -- and that is all\n ;; /* really */ ") == [[.int(1)]])
        let second = try error("SELECT 1;\nSELECT 2")
        #expect(second.message.contains("more than one statement"))
        #expect(try error("SELECT 1; DROP TABLE edges").kind == .readOnly)
        for text in ["", " ", ";", "-- nothing", "/* nothing"] {
            let error = try error(text)
            #expect(error.message.contains("there is no query"), "\(text): \(error)")
        }
        #expect(try error("SELECT 1\0").message.contains("a zero"))
        let long = "SELECT \(String(repeating: " ", count: 1 << 20))1"
        #expect(try error(long).message.contains("longer than"))
    }

    @Test func errorsSayWhereAndWhatThereIs() throws {
        let syntax = try error("SELECT *\nFORM edges")
        #expect("\(syntax)" == "near \"FORM\": syntax error (at line 2, character 1)")
        let table = try error("SELECT 'ä', line FROM egdes")
        #expect(table.message.hasPrefix("no such table: egdes; there are entities, edges, "))
        let column = try error("SELECT lin FROM edges")
        #expect(column.message.contains("edges has from, to, kind, file, line,"))
        #expect(!column.message.contains("entities"))
        #expect(column.place == SQLError.Place(line: 1, column: 8))
        #expect(try error("SELECT from FROM edges").message.contains("in quotes, \"from\""))
        // A name is no text: a wrong name would be an answer otherwise.
        #expect(
            try error("SELECT * FROM edges WHERE \"too\" = 'x'").message.contains("no such column"))
        #expect(
            try error("SELECT sum(9223372036854775807) FROM edges").message.contains("overflow"))
    }

    // MARK: - What an answer may take

    @Test func rowsAreLimited() throws {
        var limits = SQLLimits()
        for (limit, isTruncated) in [(0, true), (39, true), (40, false), (41, false)] {
            limits.rowCount = limit
            try database.query("SELECT * FROM edges", limits: limits) { answer in
                var count = 0
                while try answer.next() { count += 1 }
                #expect(try count == min(limit, 40) && !answer.next())
                #expect(answer.isTruncated == isTruncated && answer.rowCount == count)
            }
        }
    }

    private static let endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

    @Test func timeIsLimited() throws {
        var limits = SQLLimits()
        limits.seconds = 0.05
        #expect(try error(Self.endless, limits: limits).kind == .timeLimit)
        // And is not for the next.
        #expect(try database.rows("SELECT 1") == [[.int(1)]])
    }

    @Test func whoeverAskedMayStop() throws {
        var limits = SQLLimits()
        var count = 0
        limits.isCancelled = {
            count += 1
            return count == 3
        }
        #expect(try error(Self.endless, limits: limits).kind == .cancelled)
    }

    @Test func valuesAreLimited() throws {
        #expect(throws: SQLError.self) { try database.rows("SELECT zeroblob(2000000000)") }
        let nested = String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000)
        #expect(throws: SQLError.self) { try database.rows("SELECT \(nested)") }
    }
}
