// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import SegmentStore
import TestSupport
import Testing

/// NDJSON: what is a row, and what is said of a line that is none.
@Suite struct ImportTests {
    private static let schema = Schema([
        RelationSchema(
            "books", key: ["isbn"], scope: "shelf",
            columns: [
                .string("isbn"), .enumeration("shelf"), .string("title"), .int("pages").nullable,
                .bool("lent").nullable,
            ]),
        RelationSchema("words", key: ["word"], columns: [.string("word")]),
    ])

    private func rows(_ text: String, to relation: String? = "books") throws -> Rows {
        try Rows(ndjson: text, to: relation, Self.schema)
    }

    private let emma = #"{"isbn":"1","shelf":"a","title":"Emma","pages":474,"lent":false}"#

    // MARK: - Rows

    @Test func columnsComeInAnyOrderAndNullsMayBeLeftOut() throws {
        let rows = try rows(
            emma + "\n" + #" { "title" : "Sense" , "shelf":"a", "isbn":"2" } "# + "\n"
                + #"{"lent":null,"pages":null,"isbn":"3","title":"","shelf":""}"#)
        #expect(rows.reasons == [])
        #expect(rows.report.rowCount == 3 && rows.report.receipt.generation == 1)
        #expect(
            try rows.all("books") == [
                ["1", "a", "Emma", 474, false], ["2", "a", "Sense", nil, nil],
                ["3", "", "", nil, nil],
            ])
    }

    /// The order may change from line to line, which a reader that learns it must notice.
    @Test func anOrderThatChangesIsFollowed() throws {
        let names = ["isbn", "shelf", "title", "pages"]
        var random = SeededGenerator(seed: 5)
        var text = ""
        for number in 0..<500 {
            let values = ["\"\(number)\"", "\"s\"", "\"t\(number)\"", "\(number)"]
            let members = zip(names, values).map { "\"\($0)\":\($1)" }
            text += "{" + members.shuffled(using: &random).joined(separator: ",") + "}\n"
        }
        let rows = try rows(text)
        #expect(rows.reasons == [] && rows.report.rowCount == 500)
        for row in try rows.all("books") {
            guard case .string(let isbn) = row[0] else { return }
            #expect(row == [row[0], "s", .string("t\(isbn)"), .int(Int64(isbn) ?? -1), nil])
        }
    }

    @Test func theLastOfOneKeyCounts() throws {
        let rows = try rows(emma + "\n" + #"{"isbn":"1","shelf":"b","title":"Emma, again"}"#)
        #expect(try rows.all("books") == [["1", "b", "Emma, again", nil, nil]])
        #expect(rows.report.rowCount == 2)
        #expect(rows.report.receipt.relations["books"]?.duplicateCount == 1)
    }

    @Test func linesMayBeEmptyAndEndAsTheyLike() throws {
        for text in ["\n\n\(emma)\r\n  \r\n", "\u{feff}\(emma)", "\(emma)\n", "\t\(emma)"] {
            let rows = try rows(text)
            #expect(rows.reasons == [] && rows.report.rowCount == 1, "\(text)")
        }
        let none = try rows("\n \n")
        #expect(none.report.rowCount == 0 && none.report.receipt.isEmpty)
    }

    // MARK: - Lines that are none

    @Test(arguments: [
        ("", "{\"isbn\":\"2\"", "is no JSON: "),
        ("not JSON", "isbn", "is no JSON: "),
        ("behind", #"{"isbn":"2","shelf":"a","title":"t"} x"#, "is no JSON: "),
        ("comma", #"{"isbn":"2","shelf":"a","title":"t",}"#, "is no JSON: "),
        ("two", #"{"isbn":"2","shelf":"a","title":"t"}{}"#, "is no JSON: "),
        ("single quotes", "{'isbn':'2'}", "is no JSON: "),
        ("leading zero", #"{"isbn":"2","shelf":"a","title":"t","pages":01}"#, "is no JSON: "),
        ("NaN", #"{"isbn":"2","shelf":"a","title":"t","pages":NaN}"#, "is no JSON: "),
        ("control", "{\"isbn\":\"a\u{1}b\",\"shelf\":\"a\",\"title\":\"t\"}", "control character"),
        ("surrogate", #"{"isbn":"\ud800","shelf":"a","title":"t"}"#, "escape"),
        ("escape", #"{"isbn":"\x","shelf":"a","title":"t"}"#, "is no JSON: "),
        ("array", #"["isbn","2"]"#, "is no JSON object"),
        ("string", #""isbn""#, "is no JSON object"),
        ("unknown", #"{"isbn":"2","author":"Austen"}"#, "there is no column 'author'"),
        ("case", #"{"ISBN":"2","shelf":"a","title":"t"}"#, "there is no column 'ISBN'"),
        ("empty name", #"{"":"2"}"#, "there is no column ''"),
        ("twice", #"{"isbn":"2","isbn":"3","shelf":"a","title":"t"}"#, "'isbn' stands twice"),
        ("no key", #"{"shelf":"a","title":"t"}"#, "key column 'isbn' is missing or null"),
        ("null key", #"{"isbn":null,"shelf":"a","title":"t"}"#, "key column 'isbn' is missing"),
        ("missing", #"{"isbn":"2","shelf":"a"}"#, "column 'title' is missing or null"),
        (
            "number", #"{"isbn":2,"shelf":"a","title":"t"}"#,
            "'isbn' is of type string, not a number"
        ),
        (
            "string for a number", #"{"isbn":"2","shelf":"a","title":"t","pages":"9"}"#,
            "'pages' is of type int64, not a string"
        ),
        (
            "fraction", #"{"isbn":"2","shelf":"a","title":"t","pages":9.0}"#,
            "'pages' is of type int64, not a number with a fraction"
        ),
        (
            "range", #"{"isbn":"2","shelf":"a","title":"t","pages":9223372036854775808}"#,
            "'pages' cannot hold 9223372036854775808"
        ),
        (
            "word", #"{"isbn":"2","shelf":"a","title":"t","lent":"yes"}"#,
            "'lent' is of type bool, not a string"
        ),
        (
            "true", #"{"isbn":true,"shelf":"a","title":"t"}"#,
            "'isbn' is of type string, not true"
        ),
        (
            "nested", #"{"isbn":{"a":[1]},"shelf":"a","title":"t"}"#,
            "'isbn' is of type string, not an object"
        ),
        (
            "list", #"{"isbn":["2"],"shelf":"a","title":"t"}"#,
            "'isbn' is of type string, not an array"
        ),
    ])
    func aLineThatIsNoRowIsNamed(name: String, line: String, reason: String) throws {
        let rows = try rows("\n\(emma)\n\(line)\n" + emma.replacing("\"1\"", with: "\"9\""))
        #expect(rows.report.problemCount == 1 && rows.report.rowCount == 2)
        #expect(rows.problems.first?.line == 3 && rows.problems.first?.file == "input")
        #expect(rows.problems.first?.reason.contains(reason) == true, "\(rows.reasons)")
        #expect(try rows.all("books").count == 2)
    }

    @Test func textThatIsNotUTF8IsNoRow() throws {
        var options = ImportOptions()
        options.relation = "books"
        options.skipsInvalid = true
        let bad = emma.replacing("Emma", with: "Em?a").utf8.map { $0 == 0x3f ? 0xff : $0 }
        let rows = try Rows(bad + [0x0a] + Array(emma.utf8), options, Self.schema)
        #expect(rows.reasons == ["1: is no JSON: it is not UTF-8"])
        #expect(rows.report.rowCount == 1)
    }

    @Test func nestingHasAnEnd() throws {
        let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        let rows = try rows(#"{"isbn":\#(deep)}"# + "\n" + emma)
        #expect(rows.reasons == ["1: is no JSON: it is nested too deeply"])
    }

    @Test func wholeBatchesFailUnlessToldOtherwise() throws {
        var options = ImportOptions()
        options.relation = "books"
        let text = (0..<1500).map { $0 % 3 == 0 ? "x" : emma.replacing("\"1\"", with: "\"\($0)\"") }
        let error = #expect(throws: ImportFailure.self) {
            try Rows(Array(text.joined(separator: "\n").utf8), options, Self.schema)
        }
        #expect(error?.problemCount == 500 && error?.rowCount == 1000)
        #expect(error?.problems.map(\.line).prefix(3) == [1, 4, 7])
    }

    /// A list of problems has an end, their number is whole.
    @Test func problemsAreCountedAndTheFirstListed() throws {
        let rows = try rows(String(repeating: "x\n", count: 2500) + emma)
        #expect(rows.report.problemCount == 2500 && rows.problems.count == 1000)
        #expect(rows.problems.last?.line == 1000)
    }

    // MARK: - Lists of numbers

    @Test func aListOfNumbersIsAnArray() throws {
        let schema = Schema([
            RelationSchema(
                "a", key: ["k"], columns: [.int("k"), .string("l").numberList.nullable])
        ])
        let text =
            [
                #"{"k":1,"l":[3,9,-12]}"#, #"{"k":2,"l":[]}"#, #"{"k":3,"l":null}"#,
                #"{"k":4,"l":[9223372036854775807]}"#,
            ].joined(separator: "\n") + "\n"
        let rows = try Rows(ndjson: text, to: "a", schema)
        #expect(rows.reasons == [])
        #expect(
            try rows.all("a").map { $0[1] } == ["3 9 -12", "", nil, "9223372036854775807"])
        #expect(try Rows.export(rows.store, "a", .ndjson) == text)
        let table = try Rows.export(rows.store, "a", .csv)
        #expect(table == "k,l\n1,3 9 -12\n2,\"\"\n3,\n4,9223372036854775807\n")
        let back = try Rows(csv: table, to: "a", schema)
        #expect(try back.all("a") == rows.all("a"))
        #expect(try Rows(ndjson: #"{"k":1,"l":"3 9"}"#, to: "a", schema).reasons == [])
        for list in [
            "[1.5]", "[\"1\"]", "[[1]]", "[null]", "[9223372036854775808]", "\"1  2\"", "\"1,2\"",
            "\"01\"", "\"-0\"", "\" 1\"", "\"x\"", "{}",
        ] {
            let wrong = try Rows(ndjson: #"{"k":1,"l":\#(list)}"#, to: "a", schema)
            #expect(wrong.report.problemCount == 1, "\(list)")
        }
        #expect(try Rows(csv: "k,l\n1,1;2\n", to: "a", schema).report.problemCount == 1)
        let error = #expect(throws: StoreError.self) {
            try rows.store.write { try $0.append([1, "3, 4"], to: 0) }
        }
        #expect("\(error as Any)".contains("whole numbers with spaces between, not '3, 4'"))
    }

    // MARK: - Windows

    /// Lines are whole wherever what is read at once ends.
    @Test(arguments: [1, 2, 3, 17, 64, 100, 4096])
    func aWindowMakesNoDifference(windowByteCount: Int) throws {
        var options = ImportOptions()
        options.relation = "books"
        options.skipsInvalid = true
        let text = (0..<40).map { number in
            number % 9 == 4
                ? "broken"
                : emma.replacing("\"1\"", with: "\"\(number)\"")
                    .replacing("Emma", with: String(repeating: "ä", count: number * 7))
        }
        let bytes = Array(text.joined(separator: "\n").utf8)
        let rows = try Rows(bytes, options, Self.schema, windowByteCount: windowByteCount)
        #expect(rows.problems.map(\.line) == [5, 14, 23, 32])
        #expect(rows.report.rowCount == 36 && rows.report.byteCount == bytes.count)
        let whole = try Rows(bytes, options, Self.schema)
        #expect(try rows.all("books") == (try whole.all("books")))
    }

    // MARK: - Lines that say what they are

    @Test func linesMayNameTheirRelation() throws {
        let rows = try rows(
            #"{"relation":"books","row":\#(emma)}"# + "\n"
                + #"{"row":{"word":"so"},"relation":"words"}"# + "\n" + emma + "\n"
                + #"{"relation":"films","row":{}}"# + "\n" + #"{"relation":"words"}"# + "\n"
                + #"{"relation":"words","row":{"word":"x"},"more":1}"# + "\n"
                + #"{"relation":"words","row":7}"#,
            to: nil)
        #expect(try rows.all("books").count == 1 && rows.all("words") == [["so"]])
        #expect(rows.problems.map(\.line) == [3, 4, 5, 6, 7])
        #expect(
            rows.reasons[0].contains("needs the form") && rows.reasons[0].contains("--relation"))
        #expect(rows.reasons[1] == "4: there is no relation 'films'")
        #expect(rows.reasons[4] == "7: is no JSON object")
    }

    @Test func schemasComeFirst() throws {
        let schema =
            #"{"relation":"w","schema":{"key":["a","b"],"scope":"b","columns":[{"name":"a","type":"int64"},{"name":"b","type":"string","domain":"d"},{"name":"c","type":"vector","dimensions":2,"nullable":true}]}}"#
        let row = #"{"relation":"w","row":{"a":1,"b":"x"}}"#
        let rows = try Rows("\(schema)\n\n\(row)\n\(schema)\n", .ndjson, to: nil, nil)
        #expect(rows.reasons == [])
        let made = try rows.store.schema().relations[0]
        #expect(made.key == ["a", "b"] && made.scope == "b" && made.columns.count == 3)
        #expect(made.columns[1].domain == "d" && made.columns[2].dimensions == 2)
        #expect(try rows.all("w") == [[1, "x", nil]])
        let late = schema.replacing("\"w\"", with: "\"v\"")
        let other = try Rows("\(schema)\n\(row)\n\(late)\n", .ndjson, to: nil, nil)
        #expect(other.reasons == ["3: schemas must stand at the beginning of the first file"])
    }

    @Test(arguments: [
        (#"{"key":["a"],"columns":[]}"#, "'w.a' does not exist"),
        (#"{"key":[],"columns":[{"name":"a","type":"int64"}]}"#, "has no key"),
        (
            #"{"key":["a"],"columns":[{"name":"a","type":"text"}]}"#,
            "no type 'text'; there are bool"
        ),
        (#"{"key":["a"],"columns":[{"name":"a","size":1}]}"#, "no member 'size'"),
        (#"{"key":"a"}"#, "needs an array there"),
        (#"{"keys":["a"]}"#, "no member 'keys'"),
    ])
    func aWrongSchemaIsRefused(schema: String, reason: String) throws {
        let rows = try rows(#"{"relation":"w","schema":\#(schema)}"#, to: nil)
        #expect(rows.report.problemCount == 1)
        #expect(rows.reasons.first?.contains(reason) == true, "\(rows.reasons)")
    }

    // MARK: - Into a store that has rows

    @Test func rowsReplaceThoseOfTheirKeysOrScopes() throws {
        let directory = try TemporaryDirectory()
        func file(_ name: String, _ rows: [(String, String)]) throws -> String {
            let lines = rows.map { #"{"isbn":"\#($0)","shelf":"\#($1)","title":"\#(name)"}"# }
            try Data(lines.joined(separator: "\n").utf8)
                .write(to: URL(fileURLWithPath: directory.file(name)))
            return directory.file(name)
        }
        let store = try GraphStore.inMemory(schema: Self.schema)
        func titles() throws -> [[Value]] {
            try Rows.all(store.snapshot(), "books").map { Array($0[...2]) }
        }
        var options = ImportOptions()
        options.relation = "books"
        options.write.label = "first"
        let all = [
            try file("old", [("1", "a"), ("2", "a"), ("3", "b"), ("4", "c")]),
            try file("older", [("5", "c")]),
        ]
        let report = try RowImport(all, options).run(into: store)
        #expect(report.rowCount == 5 && report.receipt.generation == 1)
        #expect(try store.snapshot().label == "first")
        _ = try RowImport([try file("new", [("1", "a")])], options).run(into: store)
        #expect(try titles().map { $0[2] } == ["new", "old", "old", "old", "older"])
        options.replacesScopes = true
        let next = try file("newest", [("3", "a"), ("6", "b")])
        let replaced = try RowImport([next], options).run(into: store)
        #expect(replaced.receipt.relations["books"]?.removedCount == 3)
        #expect(
            try titles() == [
                ["3", "a", "newest"], ["4", "c", "old"], ["5", "c", "older"], ["6", "b", "newest"],
            ])
        options.relation = "words"
        #expect(throws: StoreError.self) { try RowImport([next], options).run(into: store) }
        options.relation = "films"
        let error = #expect(throws: StoreError.self) {
            try RowImport([next], options).run(into: store)
        }
        #expect(error?.message == "no relation 'films'; the store has books, words")
    }

    @Test func anImportCanBeWatchedAndStopped() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("rows.ndjson")
        let title = String(repeating: "word ", count: 100)
        let lines = (0..<20_000).map { #"{"isbn":"\#($0)","shelf":"a","title":"\#(title)\#($0)"}"# }
        let text = lines.joined(separator: "\n")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        var options = ImportOptions()
        options.relation = "books"
        let store = try GraphStore.inMemory(schema: Self.schema)
        var seen: [ImportProgress] = []
        _ = try RowImport([path], options).run(into: store) { state in
            seen.append(state)
            return .proceed
        }
        #expect(seen.first?.fraction == 0 && seen.last?.fraction == 1)
        #expect(seen.last?.rowCount == 20_000 && seen.last?.byteCount == text.utf8.count)
        #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.byteCount <= $1.byteCount })
        let other = try GraphStore.inMemory(schema: Self.schema)
        let error = #expect(throws: StoreError.self) {
            _ = try RowImport([path], options).run(into: other) { _ in .cancel }
        }
        #expect(error?.code == .cancelled)
        #expect(try other.snapshot().generation == 0)
    }
}
