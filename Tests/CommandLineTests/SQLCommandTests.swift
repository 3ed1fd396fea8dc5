// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

@Suite struct SQLCommandTests {
    private let files: RowFiles
    private var tool: SegstoreTool { files.tool }

    init() throws {
        files = try RowFiles()
        try files.fill()
    }

    private static let query =
        "SELECT \"to\", line, lines, NULL AS \"nothing\", x'ff00' AS bytes"
        + " FROM edges WHERE \"from\" = ? ORDER BY line"

    @Test func jsonTellsOfTheCommitAndTheColumns() throws {
        let answer = try tool("sql", Self.query, RowFiles.main, "--format", "json")
        #expect(answer.code == 0 && answer.error.isEmpty, "\(answer)")
        let json = try answer.json()
        #expect(json["generation"] as? Int == 2 && json["label"] as? String == "two")
        #expect(json["columns"] as? [String] == ["to", "line", "lines", "nothing", "bytes"])
        #expect(json["count"] as? Int == 3 && json["truncated"] as? Bool == false)
        let rows = json["rows"] as? [[String: Any]] ?? []
        #expect(rows.count == 3)
        #expect(rows[0]["to"] as? String == RowFiles.refresh && rows[0]["line"] as? Int == 3)
        #expect(rows[0]["lines"] as? String == "[3,9]" && rows[0]["bytes"] as? String == "/wA=")
        #expect(rows[1]["lines"] is NSNull && rows[1]["nothing"] is NSNull)
    }

    @Test func eachFormHasTheRows() throws {
        let csv = try tool("sql", Self.query, RowFiles.main, "--format", "csv")
        #expect(
            csv.outputLines.prefix(2) == [
                "to,line,lines,nothing,bytes", "\(RowFiles.refresh),3,\"[3,9]\",,/wA=",
            ], "\(csv)")
        let ndjson = try tool("sql", Self.query, RowFiles.main, "--format", "ndjson")
        #expect(ndjson.outputLines.count == 3, "\(ndjson)")
        #expect(
            ndjson.outputLines.dropFirst().first
                == #"{"to":"\#(RowFiles.external)","line":4,"lines":null,"nothing":null,"bytes":"/wA="}"#
        )
        let text = try tool("sql", "SELECT kind, count(*) FROM edges GROUP BY kind")
        #expect(text.output == "kind   count(*)\ncalls         4\nuses          1\n")
        let none = try tool("sql", "SELECT * FROM edges WHERE line > 100")
        #expect(none.code == 0 && none.output.isEmpty && none.error == "segstore: no rows\n")
    }

    /// Values that some forms have no words for.
    @Test func aLongCellDoesNotWidenAllRows() throws {
        let query = "SELECT '' AS a, 1 UNION ALL SELECT printf('%.*c', 5000, 'é'), 2"
        let text = try tool("sql", query)
        #expect(text.outputLines.allSatisfy { $0.count < 210 }, "\(text)")
        #expect(text.outputLines.last?.contains("éé…") == true)
        #expect(try tool("sql", query, "--format", "csv").outputLines.last?.count == 5002)
        let none = try tool("sql", query, "--limit", "0")
        #expect(none.error.contains("there are more") && !none.error.contains("no rows"))
    }

    @Test func unusualValuesSpoilNothing() throws {
        let query = """
            SELECT CAST(x'61ff62' AS TEXT) AS t, 9e999 AS f, x'' AS b, '' AS e, 'a' || char(0, 10, 34),
            1.0 AS one, -9223372036854775808 AS least, 1 AS one
            """
        let json = try tool("sql", query, "--format", "json").json()
        let row = (json["rows"] as? [[String: Any]])?.first ?? [:]
        #expect(row["t"] as? String == "a\u{fffd}b" && row["f"] as? String == "Infinity")
        #expect(row["b"] as? String == "" && row["least"] as? Int == .min)
        #expect(row["'a' || char(0, 10, 34)"] as? String == "a\0\n\"")
        #expect(row["one"] as? Double == 1 && row["one_2"] as? Int == 1 && row.count == 8)
        let csv = try tool("sql", query, "--format", "csv")
        #expect(csv.output.contains("a\u{fffd}b,Infinity,\"\",\"\","), "\(csv)")
        #expect(csv.output.hasSuffix(",1.0,-9223372036854775808,1\n"))
    }

    @Test func rowsThatAreLeftOutAreSaid() throws {
        for form in ["text", "csv", "ndjson"] {
            let answer = try tool("sql", "SELECT * FROM edges", "--limit", "2", "--format", form)
            #expect(answer.error == "segstore: showing 2 rows; there are more\n", "\(answer)")
            #expect(answer.code == 0 && answer.outputLines.count == (form == "ndjson" ? 2 : 3))
        }
        let json = try tool("sql", "SELECT * FROM edges", "--limit", "2", "--format", "json")
        #expect(try json.json()["truncated"] as? Bool == true && json.error.isEmpty)
        #expect(try json.json()["count"] as? Int == 2)
    }

    @Test func earlierCommitsCanBeAsked() throws {
        let query = "SELECT (SELECT count(*) FROM edges), (SELECT count(*) FROM entities)"
        #expect(try tool("sql", query, "--format", "csv").outputLines[1] == "5,3")
        for commit in ["1", "one"] {
            let answer = try tool("sql", query, "--at", commit, "--format", "csv")
            #expect(answer.outputLines.last == "0,3" || answer.code == 2, "\(answer)")
        }
    }

    @Test func theQueryMayComeFromStandardInput() throws {
        try files.write("query.sql", "-- How many?\nSELECT count(*) AS n FROM edges;\n")
        let command = "'\(SegstoreTool.path)' sql - --format csv <query.sql"
        let answer = try tool.run(["-c", command], of: "/bin/sh")
        #expect(answer.output == "n\n5\n", "\(answer)")
    }

    @Test(arguments: [
        ("SELECT * FROM egdes", "no such table: egdes; there are entities, edges"),
        ("SELECT lin FROM edges", "no such column: lin; edges has from, to, kind"),
        ("SELECT 1 FORM edges", "syntax error"), ("SELECT 'x", "unrecognized token"),
        ("DELETE FROM edges", "can read a store, not change it"),
        ("ATTACH 'x.db' AS x", "can read a store, not change it"),
        ("SELECT 1; SELECT 2", "more than one statement"), ("SELECT ?", "1 parameter"),
        (";", "there is no query"), ("SELECT abs(-9223372036854775808)", "integer overflow"),
    ])
    func whatIsWrongIsOneLine(query: String, part: String) throws {
        for form in ["text", "json"] {
            let answer = try tool("sql", query, "--format", form)
            #expect(answer.code == 2 && answer.output.isEmpty, "\(answer)")
            #expect(
                answer.error.hasPrefix("segstore: ") && answer.error.contains(part), "\(answer)")
            #expect(answer.error.split(separator: "\n").count == 1)
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: files.root.path).sorted()
                == [".segstore", "edges.csv", "entities.ndjson"])
    }

    private static let endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "

    @Test func timeAndMemoryHaveAnEnd() throws {
        let late = try tool("sql", Self.endless + "max(i) FROM n", "--timeout", "1")
        #expect(late.code == 1 && late.error.contains("--timeout"), "\(late)")
        let large = try tool("sql", Self.endless + "i FROM n ORDER BY 1", "--memory", "4")
        #expect(large.code == 1 && large.error.contains("--memory"), "\(large)")
    }

    @Test func interruptionEndsIt() throws {
        let endless = Self.endless + "i, zeroblob(20000) FROM n"
        let query = try Tool(
            "segstore", ["sql", endless, "--store", files.store, "--timeout", "20"])
        #expect(query.waitForOutput())
        kill(query.processID, SIGINT)
        #expect(query.wait() == 130)
        #expect(query.errorText == "segstore: stopped; the answer is not complete\n")
    }

    /// Wherever it is, the store's own error comes out, or the right answer.
    @Test func damageIsTheStoresError() throws {
        let query = "SELECT * FROM edges e JOIN entities x ON x.key = e.\"to\""
        let whole = try tool("sql", query, "--format", "csv")
        #expect(whole.code == 0 && whole.outputLines.count == 13)
        let url = URL(fileURLWithPath: "\(files.store)/segments/000002.seg")
        let bytes = try Data(contentsOf: url)
        var failures = 0
        for place in stride(from: 0, to: bytes.count, by: bytes.count / 12) {
            var damaged = bytes
            for offset in place..<min(place + 40, bytes.count) { damaged[offset] ^= 0x55 }
            try damaged.write(to: url)
            let answer = try tool("sql", query, "--format", "csv")
            if answer.code == 0 {
                #expect(answer.output == whole.output)
            } else {
                #expect(answer.code == 5 && answer.error.contains("000002.seg"), "\(answer)")
                failures += 1
            }
        }
        #expect(failures > 3)
    }
}
