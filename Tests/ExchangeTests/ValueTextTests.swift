// SPDX-License-Identifier: Apache-2.0
import Codec
import Exchange
import Foundation
import SegmentStore
import TestSupport
import Testing

/// Values as text, through the only way in and out: a relation of one column of each type.
@Suite struct ValueTextTests {
    private static let schema = Schema([
        RelationSchema(
            "values", key: ["id"],
            columns: [
                .int("id"), .int("int").nullable, .float("float").nullable,
                .bool("bool").nullable, .timestamp("time").nullable, .bytes("bytes").nullable,
                .vector("vector", dimensions: 2).nullable, .string("text").nullable,
            ])
    ])

    private static func column(_ name: String) -> Int {
        schema.relations[0].columns.firstIndex { $0.name == name } ?? 0
    }

    /// The row that a line of JSON makes, or why it is none.
    private func row(_ member: String) throws -> [Value]? {
        let rows = try Rows(ndjson: #"{"id":1,\#(member)}"#, to: "values", Self.schema)
        return rows.problems.isEmpty ? try rows.all("values").first : nil
    }

    private func value(_ name: String, _ json: String) throws -> Value? {
        try row("\"\(name)\":\(json)")?[Self.column(name)]
    }

    private func csvValue(_ name: String, _ field: String) throws -> Value? {
        let rows = try Rows(csv: "id,\(name)\n1,\(field)\n", to: "values", Self.schema)
        return rows.problems.isEmpty ? try rows.all("values").first?[Self.column(name)] : nil
    }

    /// What the value is written as, in JSON and in CSV.
    private func texts(_ name: String, _ value: Value) throws -> (json: String, csv: String) {
        let store = try GraphStore.inMemory(schema: Self.schema)
        try store.write { try $0.append(["id": 1, name: value], to: "values") }
        let json = try Rows.export(store, "values", .ndjson)
        let csv = try Rows.export(store, "values", .csv)
        let start = try #require(json.range(of: "\"\(name)\":"))
        let rest = json[start.upperBound...]
        let end = Self.schema.relations[0].columns.dropFirst(Self.column(name) + 1).first?.name
        let stop = try #require(end.map { rest.range(of: ",\"\($0)\":") } ?? rest.range(of: "}\n"))
        let line = try #require(csv.split(separator: "\n").last)
        // Commas are only in what a test does not ask this for.
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        return (String(rest[..<stop.lowerBound]), String(fields[Self.column(name)]))
    }

    // MARK: - Times

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000000000Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
        (.max, "2262-04-11T23:47:16.854775807Z"), (.min, "1677-09-21T00:12:43.145224192Z"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
        (1_709_251_199_000_000_001, "2024-02-29T23:59:59.000000001Z"),
        (-2_203_891_200_000_000_000, "1900-03-01T00:00:00.000000000Z"),
    ])
    func timesAreInUTCToTheNanosecond(time: Int64, text: String) throws {
        let texts = try texts("time", .timestamp(time))
        #expect(texts.json == "\"\(text)\"" && texts.csv == text)
        #expect(try value("time", "\"\(text)\"") == .timestamp(time))
        #expect(try csvValue("time", text) == .timestamp(time))
        #expect(try value("time", "\(time)") == .timestamp(time))
        #expect(try csvValue("time", "\(time)") == .timestamp(time))
    }

    @Test func randomTimesComeBack() throws {
        var random = SeededGenerator(seed: 1)
        let store = try GraphStore.inMemory(schema: Self.schema)
        var times: [Int64] = []
        try store.write { batch in
            for id in 0..<2000 {
                times.append(Int64(bitPattern: random.next()))
                try batch.append(
                    ["id": .int(Int64(id)), "time": .timestamp(times[id])], to: "values")
            }
        }
        let text = try Rows.export(store, "values", .ndjson)
        let rows = try Rows(ndjson: text, to: "values", Self.schema)
        #expect(
            try rows.all("values").map { $0[Self.column("time")] } == times.map(Value.timestamp))
        // The calendar is the C library's.
        for (line, time) in zip(text.split(separator: "\n"), times).prefix(300) {
            var seconds = time_t(Double(time) / 1e9)
            let fraction = (time % 1_000_000_000 + 1_000_000_000) % 1_000_000_000
            seconds = time_t((time - fraction) / 1_000_000_000)
            var parts = tm()
            gmtime_r(&seconds, &parts)
            var buffer = [CChar](repeating: 0, count: 40)
            _ = strftime(&buffer, 40, "%Y-%m-%dT%H:%M:%S", &parts)
            let expected = String(
                decoding: buffer.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
            #expect(line.contains("\"\(expected)."), "\(time)")
        }
    }

    @Test(arguments: [
        ("2025-01-31T23:59:59Z", Int64(1_738_367_999_000_000_000)),
        ("2025-01-31t23:59:59.5z", 1_738_367_999_500_000_000),
        ("2025-02-01 01:29:59.000000001+01:30", 1_738_367_999_000_000_001),
        ("2025-01-31T15:59:59-08:00", 1_738_367_999_000_000_000),
    ])
    func otherSpellingsOfTimesAreRead(text: String, time: Int64) throws {
        #expect(try value("time", "\"\(text)\"") == .timestamp(time))
        #expect(try csvValue("time", text) == .timestamp(time))
    }

    @Test(arguments: [
        "", "2025-01-31", "2025-01-31T23:59:59", "2025-13-01T00:00:00Z", "2025-02-29T00:00:00Z",
        "2025-00-10T00:00:00Z", "2025-01-00T00:00:00Z", "2025-01-01T24:00:00Z",
        "2025-01-01T00:60:00Z", "2025-01-01T00:00:60Z", "2025-01-01T00:00:00.Z",
        "2025-01-01T00:00:00.1234567890Z", "2025-01-01T00:00:00+1:00", "2025-01-01T00:00:00Zx",
        "2262-04-11T23:47:16.854775808Z", "1677-09-21T00:12:43.145224191Z", "9999-01-01T00:00:00Z",
        "+025-01-01T00:00:00Z",
    ])
    func whatIsNoTimeIsRefused(text: String) throws {
        #expect(try value("time", "\"\(text)\"") == nil)
        if !text.isEmpty { #expect(try csvValue("time", text) == nil) }
    }

    // MARK: - Numbers

    @Test(arguments: [
        0, -0.0, 1, -1.5, 0.1, 1e22, 1e-7, 123_456_789.123, .leastNonzeroMagnitude,
        .greatestFiniteMagnitude, .infinity, -.infinity,
    ])
    func floatsComeBackBitForBit(number: Double) throws {
        let texts = try texts("float", .float(number))
        guard case .float(let json)? = try value("float", texts.json),
            case .float(let csv)? = try csvValue("float", texts.csv)
        else {
            Issue.record("\(number) is written as \(texts)")
            return
        }
        #expect(json.bitPattern == number.bitPattern && csv.bitPattern == number.bitPattern)
    }

    @Test func whatIsNoNumberIsAWordInCSVAndAStringInJSON() throws {
        #expect(try texts("float", .float(.nan)) == ("\"NaN\"", "NaN"))
        #expect(try texts("float", .float(-.infinity)) == ("\"-Infinity\"", "-Infinity"))
        guard case .float(let number)? = try value("float", "\"NaN\"") else {
            Issue.record("NaN is refused")
            return
        }
        #expect(number.isNaN)
        // As Python writes it.
        #expect(try csvValue("float", "-inf") == .float(-.infinity))
        for word in ["NAN", "+inf", "0x1p3", "1e", "", "1,5", "+-1"] {
            #expect(try value("float", "\"\(word)\"") == nil, "\(word)")
            if !word.isEmpty { #expect(try csvValue("float", "\"\(word)\"") == nil, "\(word)") }
        }
    }

    @Test(arguments: [Int64.min, -1, 0, 7, .max])
    func integersComeBack(number: Int64) throws {
        let texts = try texts("int", .int(number))
        #expect(texts.json == "\(number)" && texts.csv == "\(number)")
        #expect(try value("int", "\(number)") == .int(number))
        #expect(try csvValue("int", "\(number)") == .int(number))
    }

    @Test func aNumberThatDoesNotFitIsRefused() throws {
        for text in [
            "9223372036854775808", "-9223372036854775809", "1.0", "1e3", "18446744073709551616",
        ] {
            #expect(try value("int", text) == nil, "\(text)")
            #expect(try csvValue("int", text) == nil, "\(text)")
        }
        #expect(try value("float", "9223372036854775808") == .float(9_223_372_036_854_775_808))
        #expect(try value("float", "3") == .float(3))
        #expect(try value("bool", "1") == nil)
        #expect(try csvValue("bool", "1") == nil)
        #expect(try csvValue("bool", "TRUE") == .bool(true))
    }

    // MARK: - Bytes, vectors, texts

    @Test func bytesAreBase64() throws {
        var random = SeededGenerator(seed: 2)
        for count in 0..<40 {
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let texts = try texts("bytes", .bytes(bytes))
            #expect(texts.json == "\"\(Data(bytes).base64EncodedString())\"")
            #expect(try value("bytes", texts.json) == .bytes(bytes))
            #expect(try csvValue("bytes", texts.csv) == .bytes(bytes))
        }
        // Without its padding, with other letters, with bits that padding hides, with too much.
        for text in ["AA", "A===", "AA-_", "AB==", "AAB=", "AA=A", "====", " AAA", "AAAA="] {
            #expect(try value("bytes", "\"\(text)\"") == nil, "\(text)")
        }
    }

    @Test func vectorsComeBackBitForBit() throws {
        for vector: [Float] in [
            [0.1, -0.0], [.infinity, .leastNonzeroMagnitude],
            [.greatestFiniteMagnitude, 16_777_215], [1.0 / 3, -2.5e-10],
        ] {
            let store = try GraphStore.inMemory(schema: Self.schema)
            try store.write { try $0.append(["id": 1, "vector": .vector(vector)], to: "values") }
            for format in RowFormat.allCases {
                let text = try Rows.export(store, "values", format)
                let rows = try Rows(text, format, to: "values", Self.schema)
                let back = try rows.all("values").first?[Self.column("vector")]
                #expect(back == .vector(vector), "\(text)")
            }
        }
        #expect(try value("vector", "[1]") == nil)
        #expect(try value("vector", "[1,\"x\"]") == nil)
        #expect(try value("vector", "[1,[2]]") == nil)
        #expect(try csvValue("vector", "\"[1,]\"") == nil)
        #expect(try csvValue("vector", "\"1,2\"") == nil)
    }

    @Test func anyTextComesBack() throws {
        let texts = [
            "", " ", "a,b", "a\"b", "\"", "\r", "\n", "a\r\nb", "\u{0}", "\u{1f}\u{7f}", "\\", "/",
            "\u{2028}", "ä\u{308}", "\u{10ffff}", "🏳️‍🌈", "null", "NaN", "'", "=1+1", "\u{feff}",
        ]
        let store = try GraphStore.inMemory(schema: Self.schema)
        try store.write { batch in
            for (id, text) in texts.enumerated() {
                try batch.append(["id": .int(Int64(id)), "text": .string(text)], to: "values")
            }
            try batch.append(["id": .int(Int64(texts.count))], to: "values")
        }
        for format in RowFormat.allCases {
            let text = try Rows.export(store, "values", format)
            if format == .ndjson {
                for line in text.utf8.split(separator: 0x0a) {
                    _ = try JSONSerialization.jsonObject(with: Data(line))
                }
            }
            let rows = try Rows(text, format, to: "values", Self.schema)
            let back = try rows.all("values").map { $0[Self.column("text")] }
            #expect(
                back.dropLast().map { "\($0)".utf8.map(\.self) } == texts.map { Array($0.utf8) })
            #expect(back.last == .null, "\(format): an empty text and none are not the same")
        }
    }

    /// The engine takes a string's bytes as they are; text must still be text.
    @Test func whatIsNotUTF8IsReplacedOnItsWayOut() throws {
        let store = try GraphStore.inMemory(schema: Self.schema)
        let bytes: [UInt8] = [0x61, 0xff, 0x62]
        try store.write { batch in
            let relation = try batch.relation("values")
            try batch.append(to: relation) { row in
                row.set(0, Int64(1))
                bytes.withUnsafeBytes { row.set(Self.column("text"), utf8: $0) }
            }
        }
        #expect(try Rows.export(store, "values", .ndjson).contains("\"a\u{fffd}b\""))
    }
}
