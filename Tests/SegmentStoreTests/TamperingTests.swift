// SPDX-License-Identifier: Apache-2.0
import Codec
import Query
import SegmentStore
import TestSupport
import Testing

/// Bytes that nobody wrote, with checksums that are right: each must be refused or read, and no
/// more. What fuzzing found is beside these in Tests/Fuzz/FailCases.
@Suite struct TamperingTests {
    private static func options() -> StoreOptions {
        var options = StoreOptions()
        options.compactsAutomatically = false
        return options
    }

    private static func store(_ schema: Schema, _ rows: [[Value]]) throws -> MemoryStorage {
        let storage = MemoryStorage()
        let store = try GraphStore(storage, schema: schema, options: options())
        try store.write { batch in
            for row in rows { try batch.append(row, to: 0) }
        }
        return storage
    }

    private static func open(_ storage: MemoryStorage) throws -> Snapshot {
        try GraphStore(storage, schema: nil, options: options()).snapshot()
    }

    private static func code(_ body: () throws -> Void) -> StoreError.Code? {
        do {
            try body()
            return nil
        } catch { return (error as? StoreError)?.code }
    }

    private static let edges = Schema([
        RelationSchema(
            "links", key: ["from", "to"], target: "to",
            columns: [
                .string("from").domain("node"), .string("to").domain("node"),
                .string("note").compressed(.zstd),
            ])
    ])

    private static let edgeRows: [[Value]] = (0..<40).map { number in
        [
            .string("node \(number)"), .string("node \(number * 7 % 40)"),
            .string(String(repeating: "note \(number) ", count: 9)),
        ]
    }

    /// The block of a column in the first group.
    private static func change(
        _ data: inout [UInt8], _ descriptorOffset: Int, _ body: (inout BlockDescriptor) -> Void
    ) throws {
        var descriptor = try data.withUnsafeBytes { bytes throws(CodecError) in
            try BlockDescriptor(at: bytes.baseAddress.unsafelyUnwrapped + descriptorOffset)
        }
        body(&descriptor)
        let out = ByteBuffer()
        descriptor.encode(into: out)
        data.replaceSubrange(
            descriptorOffset..<descriptorOffset + BlockDescriptor.byteCount, with: out.bytes)
    }

    // MARK: - The directory

    @Test func aSegmentThatNobodyTouchedIsRead() throws {
        let storage = try Self.store(Self.edges, Self.edgeRows)
        let same = try Self.open(try storage.tampered { _, _ in })
        try SnapshotDrive(same).run()
        #expect(try same.rowCount("links") == 40)
    }

    static let directoryChanges: [(String, @Sendable (inout SegmentDirectory) -> Void)] = [
        ("a relation twice", { $0.relations.append($0.relations[0]) }),
        ("a dictionary twice", { $0.dictionaries.append($0.dictionaries[0]) }),
        ("a column twice", { $0.relations[0].columns.append($0.relations[0].columns[0]) }),
        ("columns in another order", { $0.relations[0].columns.swapAt(0, 1) }),
        ("a column without its dictionary", { $0.relations[0].columns[0].parameter = 5 }),
        ("a relation without dictionaries", { $0.dictionaries = [] }),
        ("a text column without its family", { $0.relations[0].families = [] }),
        ("more rows than its groups hold", { $0.relations[0].rowCount = 70_000 }),
        ("rows without groups", { $0.relations[0].groupCount = 0 }),
        (
            "a key index of a million rows in no bits",
            {
                $0.relations[0].keyRows.count = 1_000_000
                $0.relations[0].keyRows.width = 0
            }
        ),
        (
            "a target index of a million rows in no bits",
            {
                $0.relations[0].target?.rows.count = 1_000_000
                $0.relations[0].target?.rows.width = 0
                $0.relations[0].target?.neighbours.count = 1_000_000
                $0.relations[0].target?.neighbours.width = 0
            }
        ),
        ("a target index too short for its strings", { $0.relations[0].target?.offsets.count = 7 }),
        ("a key index too short for its strings", { $0.relations[0].keyOffsets.count = 7 }),
        ("an index behind the end", { $0.relations[0].keyRows.byteOffset = 1 << 30 }),
        ("groups of 512 strings", { $0.dictionaries[0].groupShift = 9 }),
    ]

    @Test(arguments: directoryChanges.map(\.0))
    func directoriesThatContradictThemselves(what: String) throws {
        let storage = try Self.store(Self.edges, Self.edgeRows)
        let change = try #require(Self.directoryChanges.first { $0.0 == what }?.1)
        let tampered = try storage.tampered { _, directory in change(&directory) }
        #expect(Self.code { _ = try Self.open(tampered) } == .corrupted)
    }

    @Test func theMillionthDomainTakesNoRoomForTheOthers() throws {
        let storage = try Self.store(Self.edges, Self.edgeRows)
        let last = Limits.relationCount * Limits.columnCount
        let tampered = try storage.tampered { _, directory in
            for index in directory.relations[0].columns.indices {
                let column = directory.relations[0].columns[index]
                if column.kind == .interned {
                    directory.relations[0].columns[index].parameter = last
                }
            }
            directory.dictionaries[0].domain = last
        }
        // The schema has no such domain, so the keys have no strings.
        #expect(Self.code { _ = try Self.open(tampered) } == .corrupted)
    }

    // MARK: - Nodes

    @Test(arguments: [-1, Int64.min, 40, 63, 1 << 32])
    func edgesToNodesThatAreNotThere(number: Int64) throws {
        let storage = try Self.store(Self.edges, Self.edgeRows)
        let snapshot = try Self.open(
            try storage.tampered { data, directory in
                try Self.change(&data, directory.relations[0].columns[1].descriptorOffset) {
                    $0.encoding = .constant
                    $0.minimum = number
                }
            })
        #expect(
            Self.code { _ = try snapshot.reader().edges(0, .outgoing, of: "node 1") } == .corrupted)
        let traversal = try Traversal(snapshot.reader(), relation: "links")
        #expect(Self.code { try traversal.walk(from: "node 1", .outgoing) } == .corrupted)
        #expect(Self.code { try SnapshotDrive(snapshot).run() } == .corrupted)
    }

    @Test func incomingEdgesFromNodesThatAreNotThere() throws {
        let storage = try Self.store(Self.edges, Self.edgeRows)
        let snapshot = try Self.open(
            try storage.tampered { data, directory in
                let neighbours = try #require(directory.relations[0].target?.neighbours)
                for byte in neighbours.byteOffset..<neighbours.byteOffset + neighbours.byteCount {
                    data[byte] = 0xff
                }
            })
        #expect(
            Self.code { _ = try snapshot.reader().edges(0, .incoming, of: "node 1") } == .corrupted)
        let traversal = try Traversal(snapshot.reader(), relation: "links")
        #expect(Self.code { try traversal.walk(from: "node 1", .incoming, depth: 1) } == .corrupted)
    }

    // MARK: - Strings

    @Test func stringsWithoutANumber() throws {
        let storage = try Self.store(Self.edges, Self.edgeRows)
        let core = try Self.open(storage).core
        let dictionary = try #require(core.parts[0].segment.dictionary(0))
        #expect(dictionary.count == 40)
        for id in [-1, 40, .min, .max] {
            #expect(Self.code { try dictionary.append(id, to: ByteBuffer()) } == .corrupted)
        }
        withExtendedLifetime(core) {}
    }

    @Test func stringsThatShareWhatIsNotThere() throws {
        // A large dictionary, for the strings of a small one share nothing.
        let rows = (0..<300).map { [Value.string("string \(1000 + $0)"), "string 1000", ""] }
        let storage = try Self.store(Self.edges, rows)
        for shared in [12, 100, 127] as [UInt8] {
            let snapshot = try Self.open(
                try storage.tampered { data, directory in
                    let first = directory.dictionaries[0].strings.byteOffset
                    try #require(
                        Array(data[first..<first + 2]) == [0, 11], "the first shares nothing")
                    try #require(
                        Array(data[first + 13..<first + 15]) == [10, 1], "the second, ten bytes")
                    data[first + 13] = shared
                })
            let dictionary = try #require(snapshot.core.parts[0].segment.dictionary(0))
            #expect(Self.code { try dictionary.append(1, to: ByteBuffer()) } == .corrupted)
            #expect(Self.code { try dictionary.forEachString { _, _ in } } == .corrupted)
            #expect(
                Self.code { _ = try snapshot.reader().find(0, key: "string 1001") } == .corrupted)
        }
    }

    @Test func aTargetIndexThatTheSchemaDoesNotKnow() throws {
        let storage = try Self.store(Self.edges, Self.edgeRows)
        var schema = Self.edges
        schema.relations[0].target = nil
        let tampered = try storage.tampered(schema: schema) { _, _ in }
        #expect(Self.code { _ = try Self.open(tampered) } == .corrupted)
    }

    // MARK: - Texts

    private static let texts = Schema([
        RelationSchema(
            "notes", key: ["key"],
            columns: [
                .string("key"), .string("short").compressed(.zstd),
                .string("long").compressed(.zstd),
            ])
    ])

    /// The cache of decoded frames knows them by their place: a second column that claims the
    /// place of the first, but longer values, must not read behind what was decoded.
    @Test func twoColumnsThatClaimOneFrame() throws {
        let rows = (0..<10).map { number -> [Value] in
            [
                .string("\(number)"), .string(String(repeating: "a", count: 40)),
                .string(String(repeating: "b", count: 5000)),
            ]
        }
        let storage = try Self.store(Self.texts, rows)
        let snapshot = try Self.open(
            try storage.tampered { _, directory in
                directory.relations[0].families[1] = directory.relations[0].families[0]
            })
        let reader = snapshot.reader()
        let row = try #require(try reader.find(0, key: "9"))
        #expect(try reader.string(0, row, 1) == String(repeating: "a", count: 40))
        #expect(Self.code { _ = try reader.string(0, row, 2) } == .corrupted)
        #expect(try reader.string(0, row, 1) == String(repeating: "a", count: 40))
    }

    @Test(arguments: [Compression.zstd, .hex, .lz4])
    func valuesThatClaimMoreThanTheirFrameCanHold(compression: Compression) throws {
        let storage = try Self.store(Self.texts, [["k", "0123456789abcdef", "xyz"]])
        let snapshot = try Self.open(
            try storage.tampered { data, directory in
                try Self.change(&data, directory.relations[0].columns[1].descriptorOffset) {
                    $0.encoding = .constant
                    $0.minimum = Int64(TextLimits.valueByteLimit)
                }
                try Self.change(&data, directory.relations[0].families[0].descriptorOffset) {
                    $0.compression = compression
                }
            })
        let reader = snapshot.reader()
        let row = try #require(try reader.find(0, key: "k"))
        #expect(Self.code { _ = try reader.string(0, row, 1) } == .corrupted)
        #expect(try reader.string(0, row, 2) == "xyz")
    }

    @Test func columnsThatArePartsOfEachOther() throws {
        let parts = Schema([
            RelationSchema(
                "parts", key: ["a", "b"],
                columns: [
                    .string("a"), .string("b"), .string("c").part(of: "a"),
                    .string("d").part(of: "b"),
                ])
        ])
        var mutual = parts
        mutual.relations[0].columns[0].partOf = "b"
        mutual.relations[0].columns[1].partOf = "a"
        let storage = try Self.store(parts, [["abc", "def", "b", "e"]])
        let tampered = try storage.tampered(schema: mutual) { _, directory in
            for index in 0...1 {
                directory.relations[0].columns[index] = directory.relations[0].columns[index + 2]
                directory.relations[0].columns[index].index = index
            }
        }
        let code = Self.code {
            let snapshot = try Self.open(tampered)
            try snapshot.reader().forEachRow(0) { _ = try snapshot.reader().values(0, $0) }
        }
        #expect(code == .corrupted)
    }

    // MARK: - Manifests

    @Test func numbersWithoutASuccessorAreRefused() throws {
        let storage = try Self.store(Self.edges, Self.edgeRows)
        for change: (inout Manifest) -> Void in [
            { $0.generation = .max }, { $0.nextSegmentID = .max }, { $0.generation = 1 << 62 },
        ] {
            var manifest = try storage.manifest()
            change(&manifest)
            let encoded = manifest.encode()
            #expect(
                Self.code { _ = try Manifest.decode(encoded.bytes, path: "manifest") } == .corrupted
            )
            withExtendedLifetime(encoded) {}
        }
    }

    @Test func sizesThatCannotBeAddedUpAreRefused() throws {
        let storage = try Self.store(Self.edges, Self.edgeRows)
        var manifest = try storage.manifest()
        for id in [5, 6, 7] as [UInt64] {
            manifest.segments.append(manifest.segments[0])
            manifest.segments[manifest.segments.count - 1].id = id
            manifest.segments[manifest.segments.count - 1].fileByteCount = .max >> 1
        }
        manifest.nextSegmentID = 8
        let encoded = manifest.encode()
        #expect(
            Self.code { _ = try Manifest.decode(encoded.bytes, path: "manifest") } == .corrupted)
        withExtendedLifetime(encoded) {}
        try storage.put(manifest)
        let store = try GraphStore(unchecked: storage)
        #expect(Self.code { _ = try store.snapshot() } == .corrupted)
        // Who has to choose a generation to go back to sees those that are whole.
        #expect(try store.history().allSatisfy { $0.segmentCount == 1 })
    }

    /// Names of files are bytes from the disk too.
    @Test func fileNamesWithNumbersWithoutASuccessor() throws {
        let storage = try Self.store(Self.edges, Self.edgeRows)
        for name in ["18446744073709551615", "9223372036854775807", "99999999999999999999"] {
            for suffix in [Layout.manifestSuffix, Layout.segmentSuffix] {
                try storage.put(
                    "\(Layout.segments)/\(name)\(suffix)",
                    UnsafeRawBufferPointer(start: nil, count: 0))
            }
        }
        let store = try GraphStore(storage, schema: nil, options: Self.options())
        #expect(try store.history().count == 1)
        try store.recover(to: 1)
        try store.write { try $0.append(["node 1", "node 7", "z"], to: 0) }
        try store.collectGarbage(keep: 1)
        #expect(try store.snapshot().rowCount("links") == 40)
    }
}
