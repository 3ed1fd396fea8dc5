// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import SegmentStore
import TestSupport
import Testing

/// CSV as it comes from elsewhere.
@Suite struct CSVTests {
    private static let schema = Schema([
        RelationSchema(
            "books", key: ["isbn"], scope: "shelf",
            columns: [
                .string("isbn"), .enumeration("shelf"), .string("title"), .int("pages").nullable,
                .string("note").nullable,
            ])
    ])

    private func rows(_ text: String) throws -> Rows {
        try Rows(csv: text, to: "books", Self.schema)
    }

    @Test func theFirstLineNamesTheColumns() throws {
        let rows = try rows("title,shelf,isbn\nEmma,a,1\n\"Sense, and\",b,\"2\"\n")
        #expect(rows.reasons == [])
        #expect(
            try rows.all("books") == [
                ["1", "a", "Emma", nil, nil], ["2", "b", "Sense, and", nil, nil],
            ])
    }

    @Test func quotesHoldAnything() throws {
        let rows = try rows(
            "isbn,shelf,title,pages,note\r\n1,a,\"a \"\"b\"\"\r\nc\",7,\"\"\r\n2,\"\",,,\r\n"
                + "3,\"\"\"\",\"\n\n\",\"8\",\"x\"")
        #expect(rows.reasons == [])
        #expect(
            try rows.all("books") == [
                ["1", "a", "a \"b\"\r\nc", 7, ""], ["2", "", "", nil, nil],
                ["3", "\"", "\n\n", 8, "x"],
            ])
    }

    @Test func emptyLinesAndMarksAreNoRecords() throws {
        let rows = try rows("\u{feff}isbn,shelf,title\n\n1,a,b\n\r\n2,a,b")
        #expect(rows.reasons == [] && rows.report.rowCount == 2)
        #expect(try self.rows("").report.rowCount == 0)
        #expect(try self.rows("isbn,shelf,title\n").report.rowCount == 0)
    }

    /// A record is named by the line that it begins in, and what is behind a wrong one is read on.
    @Test func linesAreCountedThroughQuotes() throws {
        let rows = try rows(
            """
            isbn,shelf,title,pages
            1,a,"two
            lines",1
            2,a,x
            3,a,"three

            lines",x
            4,a,t"tle,1
            5,a,"t"le,1
            6,a,title,6
            """)
        #expect(
            rows.reasons == [
                "4: has 3 fields, the first line 4",
                "5: column 'pages' is of type int64, not 'x'",
                "8: a quote stands inside a field that does not begin with one",
                "9: text stands behind the quote that ends a field",
            ])
        #expect(try rows.all("books").map { $0[0] } == ["1", "6"])
    }

    @Test func aQuoteWithoutItsEndIsOneProblem() throws {
        let rows = try rows("isbn,shelf,title\n1,a,b\n2,a,\"b\n3,a,b\n")
        #expect(
            rows.reasons == [
                "3: a quoted field of this record has no end; nothing behind it was read"
            ])
        #expect(rows.report.rowCount == 1)
    }

    @Test(arguments: [
        ("isbn,shelf,titel\n1,a,b\n2,a,b", "has no column 'titel'"),
        ("isbn,shelf,isbn\n1,a,b", "column 'isbn' stands twice"),
        ("1,a,b\n2,a,b", "the first line must name columns"),
    ])
    func withoutColumnsNothingIsRead(text: String, reason: String) throws {
        let rows = try rows(text)
        #expect(rows.report.problemCount == 1 && rows.report.rowCount == 0)
        #expect(rows.reasons.first?.contains(reason) == true, "\(rows.reasons)")
    }

    @Test func textThatIsNotUTF8IsNoRecord() throws {
        var options = ImportOptions()
        options.relation = "books"
        options.format = .csv
        options.skipsInvalid = true
        let text = Array("isbn,shelf,title\n1,a,?\n2,a,b\n".utf8).map { $0 == 0x3f ? 0xff : $0 }
        let rows = try Rows(text, options, Self.schema)
        #expect(rows.reasons == ["2: is not UTF-8"] && rows.report.rowCount == 1)
    }

    @Test(arguments: [1, 2, 3, 16, 64, 4096])
    func aWindowMakesNoDifference(windowByteCount: Int) throws {
        var options = ImportOptions()
        options.relation = "books"
        options.format = .csv
        options.skipsInvalid = true
        var text = "isbn,shelf,title,note\r\n"
        for number in 0..<30 {
            let long = String(repeating: "a\"\"\r\n,", count: number)
            text += number % 8 == 3 ? "\(number),a\r\n" : "\(number),a,\"\(long)\",\"\"\r\n"
        }
        let rows = try Rows(
            Array(text.utf8), options, Self.schema, windowByteCount: windowByteCount)
        let whole = try Rows(Array(text.utf8), options, Self.schema)
        #expect(whole.report.problemCount == 4 && whole.report.rowCount == 26)
        #expect(rows.reasons == whole.reasons)
        #expect(try rows.all("books") == (try whole.all("books")))
    }

    /// A pipe gives 64 KiB at a time; the record is not looked at again with each of them.
    @Test(arguments: ["", "\""])
    func aLongRecordIsLookedAtAFewTimes(quote: String) throws {
        let field = quote + String(repeating: "x", count: 8 << 20) + quote
        var rest = Array("a,b\n1,\(field)\n".utf8)[...]
        let input = TextInput(name: "pipe", windowByteCount: 1 << 20) { buffer in
            let part = rest.prefix(min(buffer.count, 64 << 10))
            buffer.copyBytes(from: part)
            rest.removeFirst(part.count)
            return part.count
        }
        let reader = CSVReader(input)
        #expect(try reader.next() && reader.fields.count == 2)
        #expect(try reader.next() && reader.fields[1].text.count == 8 << 20)
        #expect(reader.rescannedByteCount < 32 << 20)
        #expect(try !reader.next())
    }

    @Test func csvNeedsARelation() throws {
        #expect(throws: StoreError.self) { try Rows(csv: "a\n1\n", to: nil, Self.schema) }
    }
}
