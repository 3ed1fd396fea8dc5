// SPDX-License-Identifier: Apache-2.0
import Codec
import Foundation
import Platform
import SegmentStore
import TestSupport
import Testing

/// The example store of FORMAT.md, kept in Fixtures/v1/example: it opens, holds what it should,
/// is what the document shows byte for byte, and is what is written today.
///
/// Where the writer has changed on purpose, `SEGSTORE_EXAMPLE=<directory>` makes the last test
/// write the store anew there. What a released version wrote is never replaced.
@Suite struct FormatExampleTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    static let fixture = "\(root)/Tests/SegmentStoreTests/Fixtures/v1/example"
    static let files = ["manifest", "segments/000001.seg"]
    /// A nanosecond before the second 1,700,000,001.
    static let time: Int64 = 1_700_000_000_999_999_999

    static let schema = Schema([
        RelationSchema(
            "calls", key: ["from", "to"], scope: "file", target: "to",
            columns: [
                .string("from").domain("name"), .string("to").domain("name"), .string("file"),
                .int("line"),
                .string("note").nullable,
            ])
    ])
    static let rows: [[Value]] = [
        ["main", "run", "app.c", 10, "first try"],
        ["run", "exit", "app.c", 20, nil],
        ["main", "run", "app.c", 12, "again"],
    ]

    static func bytes(_ name: String, in directory: String = fixture) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)")))
    }

    @Test func theExampleReads() throws {
        var options = StoreOptions()
        options.mode = .readOnly
        let store = try GraphStore.open(Self.fixture, options: options)
        #expect(try store.verify().isSound)
        let snapshot = try store.snapshot()
        #expect(snapshot.generation == 1)
        #expect(snapshot.label == "first")
        #expect(snapshot.time == Self.time)
        #expect(snapshot.schema == Self.schema)
        #expect(try snapshot.rowCount("calls") == 2)
        let reader = snapshot.reader()
        var read: [[Value]] = []
        try reader.forEachRow(0) { read.append(try reader.values(0, $0)) }
        // The third row took the first one's place.
        #expect(read == [Self.rows[1], Self.rows[2]])
        let found = try #require(try reader.find(0, key: ["main", "run"]))
        #expect(try reader.values(0, found) == Self.rows[2])
        #expect(try reader.find(0, key: ["main", "exit"]) == nil)
        let callers = try reader.edges(0, .incoming, of: "run").map { try reader.key(of: $0, 0) }
        #expect(callers == ["main"])
        let callees = try reader.edges(0, .outgoing, of: "run").map { try reader.key(of: $0, 0) }
        #expect(callees == ["exit"])
    }

    @Test(arguments: files)
    func theDocumentShowsTheBytes(name: String) throws {
        let shown = try FormatDocument.dump(of: name, in: "\(Self.root)/FORMAT.md")
        let stored = try Self.bytes(name)
        #expect(shown.count == stored.count)
        let different = zip(shown, stored).enumerated().first { $1.0 != $1.1 }?.offset
        #expect(different == nil, "byte \(different ?? 0) of \(name) is another in FORMAT.md")
    }

    @Test func theSameRowsGiveTheSameBytes() throws {
        let directory = try TemporaryDirectory()
        let path =
            ProcessInfo.processInfo.environment["SEGSTORE_EXAMPLE"] ?? directory.file("example")
        var options = StoreOptions()
        options.compressionLevel = 1
        options.compactsAutomatically = false
        let store = try GraphStore.open(path, schema: Self.schema, options: options)
        _ = try store.write(label: "first") { batch in
            for row in Self.rows { try batch.append(row, to: 0) }
        }
        // The one thing that differs from day to day.
        let written = try Self.bytes("manifest", in: path)
        var manifest = try written.withUnsafeBytes { try Manifest.decode($0, path: path) }
        manifest.time = Self.time
        let encoded = manifest.encode()
        try Data(encoded.bytes).write(to: URL(fileURLWithPath: "\(path)/manifest"))
        for name in Self.files {
            #expect(try Self.bytes(name, in: path) == Self.bytes(name), "\(name)")
        }
    }
}

/// Hex dumps in a document: lines of an offset, bytes and what they mean, under a heading that
/// names the file. `00 × 511` stands for so many of one byte.
enum FormatDocument {
    struct Failure: Error { let message: String }

    static func dump(of file: String, in path: String) throws -> [UInt8] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var bytes: [UInt8] = []
        var isHere = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("#") { isHere = line.contains("`\(file)`") }
            guard isHere,
                let match = line.wholeMatch(of: /([0-9a-f]{4})  ((?:[0-9a-f]{2} ?)+)(?:× (\d+))?.*/)
            else { continue }
            guard Int(match.1, radix: 16) == bytes.count else {
                throw Failure(
                    message:
                        "offset \(match.1) of \(file) should be \(String(bytes.count, radix: 16))")
            }
            let shown = match.2.split(separator: " ").compactMap { UInt8($0, radix: 16) }
            if let count = match.3.flatMap({ Int($0) }), let byte = shown.first {
                bytes += Array(repeating: byte, count: count)
            } else {
                bytes += shown
            }
        }
        return bytes
    }
}
