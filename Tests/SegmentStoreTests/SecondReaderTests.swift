// SPDX-License-Identifier: Apache-2.0
import Foundation
import SegmentStore
import TestSupport
import Testing

/// Tests/SecondReader/segstore_reader.py, which was written from FORMAT.md alone.
enum SecondReader {
    static let script = "\(FormatExampleTests.root)/Tests/SecondReader/segstore_reader.py"
    static let python = Python(importing: ["lz4.block", "xxhash", "zstandard"])

    static func run(_ arguments: [String]) throws -> Python.Outcome {
        try #require(python).run(script, arguments)
    }
}

/// Stores as the second reader sees them: it must print what this library reads, and find nothing
/// wrong with any index or checksum.
@Suite(
    .enabled(
        if: SecondReader.python != nil,
        "no python3 with the packages lz4, zstandard and xxhash: name one in SEGSTORE_PYTHON"))
struct SecondReaderTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    func read(_ path: String, _ arguments: String...) throws -> Python.Outcome {
        try SecondReader.run([path] + arguments)
    }

    // MARK: What it should print

    static func json(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{8}": quoted += "\\b"
            case "\u{c}": quoted += "\\f"
            case _ where scalar.value < 32:
                quoted += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    static func json(_ value: Double) -> String { value.isFinite ? "\(value)" : "\"\(value)\"" }

    static func json(_ value: Value) -> String {
        switch value {
        case .null, .bool, .int, .timestamp: "\(value)"
        case .float(let number): json(number)
        case .string(let text): json(text)
        case .bytes(let bytes): json(Data(bytes).base64EncodedString())
        case .vector(let numbers):
            "[" + numbers.map { json(Double($0)) }.joined(separator: ", ") + "]"
        }
    }

    static func line(_ relation: RelationSchema, _ row: [Value]) -> String {
        let fields = zip(relation.columns, row).map { "\(json($0.name)): \(json($1))" }
        return
            "{\"relation\": \(json(relation.name)), \"row\": {\(fields.joined(separator: ", "))}}"
    }

    static func lines(_ snapshot: Snapshot) throws -> [String] {
        let reader = snapshot.reader()
        var lines: [String] = []
        for (index, relation) in snapshot.schema.relations.enumerated() {
            try reader.forEachRow(index) {
                lines.append(line(relation, try reader.values(index, $0)))
            }
        }
        return lines
    }

    func compare(_ path: String, at generation: UInt64? = nil, _ expected: [String]) throws {
        let arguments = generation.map { [path, "--at", "\($0)"] } ?? [path]
        let read = try SecondReader.run(arguments)
        #expect(read.status == 0, "\(arguments): \(read.errors)")
        let lines = read.output.split(separator: "\n").map(String.init)
        #expect(lines.count == expected.count, "\(arguments)")
        if let (its, ours) = zip(lines, expected).first(where: { $0 != $1 }) {
            Issue.record("\(arguments): reads\n\(its)\nfor\n\(ours)")
        }
        try compareWithExport(path, at: generation, lines)
    }

    // MARK: What segstore export writes

    /// The same rows, in the order of their keys and with times and words for numbers of its own.
    private func compareWithExport(
        _ path: String, at generation: UInt64?, _ lines: [String]
    ) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "\(Tool.directory)/segstore")
        process.arguments =
            ["export", "--store", path] + (generation.map { ["--at", "\($0)"] } ?? [])
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        if process.terminationStatus != 0 {
            // A store that no commit made has nothing to export, and is none to the tool.
            #expect(lines.isEmpty, "\(path) at \(generation ?? 0)")
            return
        }
        var types: [String: [String: String]] = [:]
        var exported: [String] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let object = try #require(JSONSerialization.jsonObject(with: line) as? [String: Any])
            let relation = try #require(object["relation"] as? String)
            if let schema = object["schema"] as? [String: Any] {
                for column in schema["columns"] as? [[String: Any]] ?? [] {
                    types[relation, default: [:]][column["name"] as? String ?? ""] =
                        column["type"] as? String
                }
            } else {
                exported.append(try canonical(object, types[relation] ?? [:]))
            }
        }
        let read = try lines.map { line in
            let object = try #require(
                JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            return try canonical(object, types[object["relation"] as? String ?? ""] ?? [:])
        }
        #expect(exported.count == read.count)
        if let (ours, its) = zip(exported.sorted(), read.sorted()).first(where: { $0 != $1 }) {
            Issue.record("\(path): exports\n\(ours)\nfor\n\(its)")
        }
    }

    /// A row that is the same text from both.
    private func canonical(_ line: [String: Any], _ types: [String: String]) throws -> String {
        var row = try #require(line["row"] as? [String: Any])
        for (name, value) in row {
            switch (types[name], value) {
            case ("timestamp", let text as String): row[name] = try Self.nanoseconds(text)
            case ("vector", let items as [Any]):
                row[name] = items.map { Self.float($0, isSmall: true) }
            // A list of numbers is a string in the store.
            case ("string", let items as [Any]):
                row[name] = items.map { "\($0)" }.joined(separator: " ")
            case ("float64", _): row[name] = Self.float(value, isSmall: false)
            default: break
            }
        }
        let object: [String: Any] = ["relation": line["relation"] ?? "", "row": row]
        let data = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
        return String(decoding: data, as: UTF8.self)
    }

    private static func float(_ value: Any, isSmall: Bool) -> Any {
        let words = ["Infinity": "inf", "-Infinity": "-inf", "NaN": "nan"]
        if let text = value as? String { return words[text] ?? text }
        guard let number = (value as? NSNumber)?.doubleValue else { return value }
        return isSmall ? "\(Float(number))" : "\(number)"
    }

    /// By the C library's calendar.
    private static func nanoseconds(_ text: String) throws -> Int64 {
        let parts = text.split { "-T:.Z".contains($0) }.compactMap { Int32($0) }
        try #require(parts.count == 7 && text.hasSuffix("Z"))
        var time = tm()
        (time.tm_year, time.tm_mon, time.tm_mday) = (parts[0] - 1900, parts[1] - 1, parts[2])
        (time.tm_hour, time.tm_min, time.tm_sec) = (parts[3], parts[4], parts[5])
        // The smallest time is less than a second from the end of what 64 bits hold.
        return Int64(timegm(&time)) &* 1_000_000_000 &+ Int64(parts[6])
    }

    /// Has it check everything; returns which kinds of blocks it met.
    @discardableResult
    func check(_ path: String, at generation: UInt64? = nil, _ count: Int) throws -> [Substring] {
        let arguments = generation.map { [path, "--at", "\($0)"] } ?? [path]
        let check = try SecondReader.run(arguments + ["--check"])
        #expect(check.status == 0, "\(arguments): \(check.errors)")
        #expect(check.output.hasPrefix("\(count) rows, nothing wrong;"), "\(arguments)")
        return check.output.split { " \n".contains($0) }
    }

    func open(_ name: String, _ schema: Schema, memoryBudget: Int = 16 << 20) throws -> GraphStore {
        var options = StoreOptions()
        options.compactsAutomatically = false
        options.memoryBudget = memoryBudget
        return try GraphStore.open(directory.file(name), schema: schema, options: options)
    }

    // MARK: Stores

    @Test func theExample() throws {
        let path = FormatExampleTests.fixture
        let rows = FormatExampleTests.rows[1...].map {
            Self.line(FormatExampleTests.schema.relations[0], $0)
        }
        try compare(path, rows)
        try compare(path, at: 1, rows)
        try check(path, 2)
        #expect(try read(path, "--find", "calls", #"["main", "run"]"#).output == rows[1] + "\n")
        let missing = try read(path, "--find", "calls", #"["main", "exit"]"#)
        #expect(missing.status == 1)
        #expect(missing.errors.hasSuffix("calls has no row [\"main\", \"exit\"]\n"))
    }

    /// Every type, replaced and deleted rows, replaced scopes, spilled batches, a compaction, a
    /// recovery and a garbage collection.
    @Test(arguments: [UInt64(1), 2])
    func randomRows(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let store = try open(
            "store", RandomRows.schema, memoryBudget: seed == 1 ? 64 << 10 : 16 << 20)
        let path = store.path
        var expected: [UInt64: [String]] = [:]
        for step in 1...9 {
            let operations = RandomRows.operations(&random, size: step == 1 ? 900 : 200, keys: 200)
            try store.write(label: "step \(step)") {
                try RandomRows.perform(operations, in: $0)
                // A row that goes in the batch that brings it.
                let row = RandomRows.item(&random, keys: 10)
                try $0.append(row, to: 0)
                try $0.delete(key: row[0], from: "items")
            }
            let snapshot = try store.snapshot()
            expected[snapshot.generation] = try Self.lines(snapshot)
            if step == 6 {
                let compacted = try store.compact().generation
                expected[compacted] = try Self.lines(try store.snapshot())
            }
        }
        try store.recover(to: 3)
        let last = try store.snapshot()
        expected[last.generation] = try Self.lines(last)
        #expect(expected[last.generation] == expected[3])
        for generation: UInt64 in [1, 5, 7, 8] {
            try compare(path, at: generation, expected[generation]!)
        }
        for generation: UInt64 in [1, 8] {
            try check(path, at: generation, expected[generation]!.count)
        }
        try compare(path, expected[last.generation]!)

        let reader = last.reader()
        let links = last.schema.relations[1]
        var rows: [[Value]] = []
        try reader.forEachRow(1) { rows.append(try reader.values(1, $0)) }
        for row in [rows[0], rows[rows.count / 2], rows[rows.count - 1]] {
            let key = "[" + row[..<3].map { Self.json($0) }.joined(separator: ",") + "]"
            #expect(try read(path, "--find", "links", key).output == Self.line(links, row) + "\n")
        }

        try store.collectGarbage(keep: 2)
        try compare(path, expected[last.generation]!)
        #expect(try read(path, "--at", "1").status == 1)
        let pack = directory.file("pack")
        try store.backup(to: pack)
        try compare(pack, expected[last.generation]!)
        try compare(pack, at: last.generation, expected[last.generation]!)
        try check(pack, expected[last.generation]!.count)
    }

    /// What the format can make of a column: each encoding with and without nulls, each
    /// compression, slices, digits, families, and dictionaries of everything that can be a key.
    @Test func everyEncoding() throws {
        var columns: [ColumnSchema] = [
            .int("id"), .bytes("code"), .timestamp("when"), .bool("side"),
            .enumeration("kind").nullable, .string("owner").domain("names"),
            .string("friend").domain("names").nullable, .string("nobody").domain("none").nullable,
            .string("part").part(of: "owner"), .string("maybePart").part(of: "owner").nullable,
            .string("digest"), .string("oddDigest").nullable, .string("places").numberList.nullable,
            .bytes("blob").nullable,
            .string("one").family("pair").nullable, .string("two").family("pair"),
            .string("hot").hot, .float("score").nullable, .bool("flag").nullable,
            .vector("vector", dimensions: 5).nullable, .vector("noVector", dimensions: 2).nullable,
            .int("never").nullable, .string("neverText").nullable,
        ]
        for encoding in NumberEncoding.allCases {
            columns.append(.int("int \(encoding)").encoded(encoding))
            columns.append(.timestamp("time \(encoding)").encoded(encoding).nullable)
        }
        for compression in TextCompression.allCases {
            columns.append(.string("text \(compression)").compressed(compression))
            columns.append(.bytes("bytes \(compression)").compressed(compression).nullable)
        }
        let extremes: [RelationSchema] = [
            RelationSchema("flags", key: ["is"], columns: [.bool("is"), .int("n")]),
            RelationSchema("times", key: ["at"], columns: [.timestamp("at")]),
            RelationSchema("blobs", key: ["data"], columns: [.bytes("data")]),
            RelationSchema(
                "kinds", key: ["kind"], scope: "kind",
                columns: [.enumeration("kind"), .float("x")]),
            RelationSchema("empty", key: ["a"], columns: [.string("a")]),
            // Enough text in a group to train a dictionary with.
            RelationSchema(
                "long", key: ["id"],
                columns: [.int("id"), .string("text").compressed(.zstdDictionary)]),
        ]
        let schema = Schema(
            [RelationSchema("all", key: ["id", "code", "when", "side"], columns: columns)]
                + extremes)
        var random = SeededGenerator(seed: 3)
        func digits(_ count: Int) -> String {
            String((0..<count).map { _ in random.pick(Array("0123456789abcdef")) })
        }
        func row(_ id: Int) -> [Value] {
            func nullable(_ value: Value) -> Value { random.chance(4) ? .null : value }
            let owner = "swift:method:Type\(random.below(90)):src/file\(random.below(7)).swift"
            var row: [Value] = [
                .int(Int64(id / 2) - 700), .bytes([UInt8(id % 2), 255, 0]),
                .timestamp(-1), .bool(id % 3 == 0),
                nullable(.string(random.pick(["a", "b", ""]))), .string(owner),
                nullable(.string("friend \(random.below(700))")), .null,
                .string(String(owner.dropFirst(random.below(9)).prefix(12))),
                nullable(.string(String(owner.suffix(5)))), .string(digits(32)),
                nullable(.string(digits(1 + random.below(15)))),
                nullable(
                    .string(
                        (0..<random.below(4)).map { "\($0 * 7 - 3)" }.joined(separator: " "))),
                nullable(.bytes((0..<random.below(9)).map { _ in UInt8(random.below(256)) })),
                nullable(.string(RandomRows.text(&random, limit: 30))),
                .string(RandomRows.text(&random, limit: 30)),
                .string(RandomRows.text(&random, limit: 50)),
                nullable(
                    .float(
                        random.pick([
                            0, -0.0, 1.5, -1e300, .infinity, -.infinity, .leastNonzeroMagnitude,
                            0.1, 1e22,
                        ]))),
                nullable(.bool(random.chance(2))),
                nullable(.vector((0..<5).map { Float(id) / Float(3 + $0) })),
                .null, .null, .null,
            ]
            for encoding in NumberEncoding.allCases {
                func number() -> Int64 {
                    switch encoding {
                    case .constant: 77
                    case .bitPacked: Int64(random.below(1000)) - 500
                    case .runLength: Int64(id / 37)
                    case .delta: Int64(id) * 1_000_000_007 + Int64(random.below(5))
                    case .dictionary: random.pick([.min, -1, 0, 1 << 40, .max])
                    case .plain: Int64(bitPattern: random.next())
                    }
                }
                row += [.int(number()), nullable(.timestamp(number()))]
            }
            for _ in TextCompression.allCases {
                row.append(.string(RandomRows.text(&random, limit: 90)))
                let text = RandomRows.text(&random, limit: 200)
                row.append(nullable(.bytes(Array(text.utf8))))
            }
            return row
        }
        let store = try open("store", schema)
        try store.write { batch in
            for id in 0..<1300 { try batch.append(row(id), to: 0) }
            for flag in [true, false] { try batch.append([.bool(flag), 1], to: 1) }
            for time in [Int64.min, -1, 0, 1, .max] { try batch.append([.timestamp(time)], to: 2) }
            for size in [0, 1, 2, 3000] {
                try batch.append([.bytes([UInt8](repeating: 255, count: size))], to: 3)
            }
            for id in 0..<700 {
                let text = (0..<40).map { _ in "word\(random.below(99))" }.joined(separator: " ")
                try batch.append([.int(Int64(id)), .string(text)], to: 6)
            }
            for kind in ["x", "", "y"] { try batch.append([.string(kind), .float(1)], to: 4) }
        }
        try store.write { batch in
            for id in stride(from: 0, to: 1300, by: 5) { try batch.append(row(id), to: 0) }
            try batch.delete(key: .bool(true), from: "flags")
            try batch.delete(key: .timestamp(.min), from: "times")
            try batch.replaceScope("", in: "kinds")
        }
        // Only deletes: a segment without relations.
        try store.write { try $0.delete(key: .timestamp(0), from: "times") }
        let lines = try Self.lines(try store.snapshot())
        try compare(store.path, lines)
        try compare(store.path, at: 1, try Self.lines(try store.snapshot(at: 1)))
        let met = try check(store.path, lines.count)
        let kinds = [
            "constant", "bitPacked", "runLength", "delta", "dictionary", "plain",
            "vectors", "none", "lz4", "zstd", "zstdDictionary", "hex", "slice", "tails",
        ]
        for kind in kinds { #expect(met.contains { $0 == kind }, "no \(kind)") }
        for (name, key, row) in [
            ("flags", "[false]", #"{"is": false, "n": 1}"#),
            ("times", "[-1]", #"{"at": -1}"#),
            ("times", "[\(Int64.max)]", #"{"at": \#(Int64.max)}"#),
            ("blobs", #"["//8="]"#, #"{"data": "//8="}"#), ("blobs", #"[""]"#, #"{"data": ""}"#),
            ("kinds", #"["y"]"#, #"{"kind": "y", "x": 1.0}"#),
        ] {
            let found = try read(store.path, "--find", name, key)
            #expect(found.output == "{\"relation\": \"\(name)\", \"row\": \(row)}\n", "\(found)")
        }
        #expect(try read(store.path, "--find", "times", "[0]").status == 1)
        let all = try read(
            store.path, "--relation", "all", "--find", "all", #"[-699,"Af8A",-1,true]"#)
        #expect(all.status == 0 && all.output.contains(#""id": -699, "code": "Af8A""#), "\(all)")
        try store.compact()
        let compacted = try Self.lines(try store.snapshot())
        try compare(store.path, compacted)
        try check(store.path, compacted.count)
    }

    /// Columns and relations that came later, and more pages than one page of hashes has.
    @Test func growthAndManyPages() throws {
        let old = Schema([
            RelationSchema("a", key: ["k"], columns: [.string("k"), .string("t").family("f")])
        ])
        try open("store", old).write { try $0.append(["one", "text"], to: 0) }
        let new = Schema([
            RelationSchema(
                "a", key: ["k"],
                columns: [
                    .string("k"), .string("t").family("f"), .string("late").family("f").nullable,
                    .int("n").nullable, .string("d").domain("names").nullable,
                    .vector("v", dimensions: 2).nullable,
                ]),
            RelationSchema(
                "b", key: ["from", "to"], target: "to",
                columns: [.string("from").domain("names"), .string("to").domain("names")]),
        ])
        let store = try open("store", new)
        var random = SeededGenerator(seed: 4)
        try store.write { batch in
            for number in 0..<30 {
                let noise = String(
                    (0..<100_000).map { _ in
                        Character(Unicode.Scalar(UInt8(32 + random.below(95))))
                    })
                try batch.append(
                    [
                        .string("big \(number)"), .string(noise), nil, 3, "x", .vector([1, 2]),
                    ], to: 0)
            }
            try batch.append(["x", "y"], to: 1)
        }
        let sizes = try FileManager.default.attributesOfItem(
            atPath: "\(store.path)/segments/000002.seg")
        #expect((sizes[.size] as? Int ?? 0) > 512 * 4096)
        try compare(store.path, try Self.lines(try store.snapshot()))
        try compare(store.path, at: 1, try Self.lines(try store.snapshot(at: 1)))
        try check(store.path, 32)
    }

    @Test func aStoreWithoutRows() throws {
        let path = directory.file("none")
        let missing = try read(path)
        #expect(missing.status == 1 && missing.errors == "\(path): there is no store\n")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try compare(path, [])
        try check(path, 0)
        let pack = directory.file("pack")
        try GraphStore.inMemory(schema: Schema([])).backup(to: pack)
        try compare(pack, [])
    }

    // MARK: Damage

    @Test func damageIsOneLine() throws {
        let store = try open("store", RandomRows.schema)
        for number in 1...2 {
            try store.write { try RandomRows.perform(RandomRows.batch(number), in: $0) }
        }
        let segment = "\(store.path)/segments/000001.seg"
        let sound = try Data(contentsOf: URL(fileURLWithPath: segment))
        var random = SeededGenerator(seed: 5)
        for trial in 0..<12 {
            var bytes = sound
            var place = "cut short"
            if trial == 0 {
                bytes.removeLast(8)
            } else {
                // Not in the zeros behind the data, which nothing guards.
                let position = trial == 1 ? 0 : random.below(bytes.count / 4096 * 4096)
                bytes[position] ^= UInt8(1 << random.below(8))
                place = "byte \(position)"
            }
            try bytes.write(to: URL(fileURLWithPath: segment))
            let found = try read(store.path, "--check")
            #expect(found.status == 5, "\(place): \(found)")
            #expect(found.errors.hasPrefix("damaged: segments/000001.seg: "), "\(place): \(found)")
            #expect(found.errors.filter { $0 == "\n" }.count == 1, "\(place): \(found)")
        }
        try FileManager.default.removeItem(atPath: segment)
        #expect(try read(store.path).errors == "damaged: generation 2: a segment is missing\n")
        try Data(repeating: 1, count: 100).write(
            to: URL(fileURLWithPath: "\(store.path)/manifest"))
        #expect(try read(store.path).status == 5)
    }
}
