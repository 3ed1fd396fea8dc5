// SPDX-License-Identifier: Apache-2.0
import Codec
import Foundation
import SegmentStore
import TestSupport
import Testing

/// FORMAT.md's tables against the constants of the code: every row of a table is known to the code,
/// and everything in the code is a row.
@Suite struct FormatDocumentTests {
    private let document: Markdown

    init() throws { document = Markdown(try Repository.text("FORMAT.md")) }

    /// The tables whose first columns are these, under one heading or any.
    private func tables(_ columns: [String], under heading: String? = nil) throws -> [Markdown
        .Table]
    {
        let found = document.tables.filter { table in
            table.columns.starts(with: columns) && (heading == nil || table.heading == heading)
        }
        try #require(!found.isEmpty, "no table of \(columns) under \(heading ?? "any heading")")
        return found
    }

    /// First and second cells of all such tables.
    private func pairs(_ columns: [String]) throws -> [String: String] {
        var pairs: [String: String] = [:]
        for row in try tables(columns).flatMap(\.rows) {
            #expect(pairs.updateValue(row[1], forKey: row[0]) == nil, "\(row[0]) stands twice")
        }
        return pairs
    }

    private func compare(
        _ documented: [String: String], _ coded: [String: String],
        _ location: SourceLocation = #_sourceLocation
    ) {
        for name in Set(documented.keys).union(coded.keys).sorted() {
            let (there, here) = (documented[name] ?? "nothing", coded[name] ?? "nothing")
            #expect(
                there == here, "\(name): FORMAT.md says \(there), the code \(here)",
                sourceLocation: location)
        }
    }

    private func compare(
        _ documented: [String: String], _ coded: [String: Int],
        _ location: SourceLocation = #_sourceLocation
    ) {
        compare(documented, coded.mapValues(String.init), location)
    }

    // MARK: - Values

    @Test func constants() throws {
        compare(
            try pairs(["constant", "value"]),
            [
                "header size": SegmentFormat.headerByteCount,
                "footer size": SegmentFormat.footerByteCount,
                "page size": SegmentFormat.pageByteCount,
                "hash size": SegmentFormat.hashByteCount,
                "hashes in a page": SegmentFormat.hashesPerPage,
                "rows from checkpoint to checkpoint": IntegerBlock.checkpointInterval,
                "rows in a chunk": SegmentFormat.rowsPerDeadChunk,
                "version written": Int(FormatVersion.current),
                "oldest version read": Int(FormatVersion.oldest),
                "known reader flags": Int(FormatVersion.knownReaderFlags),
                "known writer flags": Int(FormatVersion.knownWriterFlags),
            ])
    }

    @Test func names() throws {
        compare(
            try pairs(["name", "value"]),
            [
                "current manifest": Layout.manifest,
                "next manifest": Layout.stagedManifest,
                "lock": Layout.lock,
                "directory of segments": Layout.segments,
                "suffix of a segment": Layout.segmentSuffix,
                "suffix of a generation's manifest": Layout.manifestSuffix,
                "prefix of a scratch file": Layout.scratchPrefix,
            ])
        #expect(Layout.segment(1) == "segments/000001.seg")
        #expect(Layout.manifest(1_234_567) == "segments/1234567.manifest")
    }

    @Test func limits() throws {
        compare(
            try pairs(["limit", "value"]),
            [
                "bytes of a name of a relation or column": Limits.nameByteCount,
                "relations": Limits.relationCount,
                "columns of a relation": Limits.columnCount,
                "dimensions of a vector": Limits.vectorDimensions,
                "bytes of a string or blob": Limits.valueByteCount,
                "bytes of all strings and blobs of a row": Limits.rowByteCount,
                "bytes of an interned string": Limits.internedByteCount,
                "rows of a relation in a segment": Limits.rowCount,
                "bytes of a label": Limits.labelByteCount,
                "bytes of a manifest": Manifest.byteLimit,
                "bytes that a frame decodes to": TextLimits.frameByteLimit,
                "rows of a frame": TextLimits.frameRowLimit,
                "rows of a row group": TextLimits.rowLimit,
            ])
        compare(
            try pairs(["choice", "value"]),
            [
                "rows of a row group": SegmentFormat.groupRowLimit,
                "bytes of text in a row group": SegmentFormat.groupTextByteTarget,
                "bytes of a frame": TextLimits.frameByteTarget,
                "group shift": SegmentFormat.groupShift,
                "strings of a dictionary whose group shift is 0": SegmentFormat
                    .smallDictionaryCount,
            ])
    }

    /// Names and numbers, whether or not the type lists its cases.
    private func tags<Tag: RawRepresentable<UInt8>>(_ type: Tag.Type) -> [String: String] {
        var tags: [String: String] = [:]
        for value in UInt8.min...UInt8.max {
            if let tag = Tag(rawValue: value) { tags["\(tag)"] = String(value) }
        }
        return tags
    }

    @Test func tags() throws {
        compare(try pairs(["encoding", "value", "of"]), tags(Encoding.self))
        compare(try pairs(["compression", "value"]), tags(Compression.self))
        compare(try pairs(["type", "value"]), tags(ColumnType.self))
        compare(try pairs(["kind", "value", "parameter"]), tags(SegmentDirectory.ColumnKind.self))
        compare(try pairs(["kind", "value", "meaning"]), tags(Manifest.Kind.self))
        // What a schema wishes for has the number that the block then has.
        for wish in TextCompression.allCases {
            #expect(tags(Compression.self)["\(wish)"] == String(wish.rawValue))
        }
        for wish in NumberEncoding.allCases {
            #expect(tags(Encoding.self)["\(wish)"] == String(wish.rawValue))
        }
    }

    // MARK: - Offsets

    private struct Fields {
        var offsets: [String: Int] = [:]
        /// What the table says of a field.
        var meanings: [String: String] = [:]
        /// Of all fields whose offsets are numbers.
        var byteCount = 0
    }

    /// The table under `heading` whose first field is `first`. Each field begins where the one
    /// before it ends.
    private func fields(under heading: String, from first: String) throws -> Fields {
        let found = try tables(["offset", "size", "field", "meaning"], under: heading)
        let table = try #require(found.first { $0.rows.first?[2] == first })
        var fields = Fields()
        for row in table.rows {
            guard let offset = Int(row[0]) else { break }
            #expect(
                offset == fields.byteCount, "\(heading): \(row[2]) is not behind what is before it")
            if row[2] != "–" {
                fields.offsets[row[2]] = offset
                fields.meanings[row[2]] = row[3]
            }
            fields.byteCount = offset + (Int(row[1]) ?? 0)
        }
        return fields
    }

    private func text(_ magic: [UInt8]) -> String { String(decoding: magic, as: UTF8.self) }

    @Test func segmentHeader() throws {
        let header = try fields(under: "Segment file", from: "magic")
        compare(
            header.offsets.mapValues(String.init),
            [
                "magic": 0,
                "version": SegmentFormat.versionOffset,
                "reader flags": SegmentFormat.readerFlagsOffset,
                "writer flags": SegmentFormat.writerFlagsOffset,
                "segment number": SegmentFormat.segmentIDOffset,
            ])
        #expect(header.byteCount == SegmentFormat.headerByteCount)
        #expect(header.meanings["magic"] == text(SegmentFormat.magic))
    }

    @Test func segmentFooter() throws {
        let footer = try fields(under: "Segment file", from: "data size")
        compare(
            footer.offsets.mapValues(String.init),
            [
                "data size": SegmentFormat.dataByteCountOffset,
                "directory offset": SegmentFormat.directoryOffsetOffset,
                "directory size": SegmentFormat.directoryByteCountOffset,
                "root hash": SegmentFormat.rootHashOffset,
                "footer hash": SegmentFormat.footerHashOffset,
                "end magic": SegmentFormat.endMagicOffset,
            ])
        #expect(footer.byteCount == SegmentFormat.footerByteCount)
        #expect(footer.meanings["end magic"] == text(SegmentFormat.endMagic))
    }

    /// A field's value and size, where the offset is only in the code that writes it.
    private struct Expected {
        let value: UInt64
        let byteCount: Int

        init<Number: FixedWidthInteger>(_ number: Number) {
            value = UInt64(truncatingIfNeeded: number)
            byteCount = MemoryLayout<Number>.size
        }

        init(_ magic: [UInt8]) {
            self.init(magic.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }
    }

    private func look(
        for expected: [String: Expected], at fields: Fields, in bytes: UnsafeRawBufferPointer,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(Set(fields.offsets.keys) == Set(expected.keys), sourceLocation: location)
        for (field, expected) in expected {
            guard let offset = fields.offsets[field], offset + expected.byteCount <= bytes.count
            else { continue }
            var value: UInt64 = 0
            for i in 0..<expected.byteCount { value |= UInt64(bytes[offset + i]) << UInt64(8 * i) }
            #expect(
                value == expected.value, "\(field) is not at \(offset)", sourceLocation: location)
        }
    }

    @Test func blockDescriptor() throws {
        var block = BlockDescriptor()
        block.byteOffset = 0x0102_0304_0506_0708
        block.byteCount = 0x1112_1314
        block.nullCount = 0x2122_2324
        block.encoding = .vectors
        block.compression = .slice
        block.width = 37
        block.secondWidth = 41
        block.partCount = 0x3132_3334
        block.minimum = 0x4142_4344_4546_4748
        block.maximum = 0x5152_5354_5556_5758
        block.dictionaryIndex = 0x6162_6364
        let encoded = ByteBuffer()
        block.encode(into: encoded)
        let fields = try fields(under: "Block descriptor", from: "offset")
        #expect(fields.byteCount == BlockDescriptor.byteCount)
        #expect(encoded.count == BlockDescriptor.byteCount)
        look(
            for: [
                "offset": Expected(block.byteOffset),
                "size": Expected(block.byteCount),
                "null count": Expected(block.nullCount),
                "encoding": Expected(block.encoding.rawValue),
                "compression": Expected(block.compression.rawValue),
                "width": Expected(block.width),
                "second width": Expected(block.secondWidth),
                "part count": Expected(block.partCount),
                "minimum": Expected(block.minimum),
                "maximum": Expected(block.maximum),
                "dictionary": Expected(block.dictionaryIndex),
            ], at: fields, in: encoded.bytes)
    }

    @Test func manifestHeader() throws {
        var manifest = Manifest(schema: StoredSchema(Schema([])))
        manifest.generation = 5
        let encoded = manifest.encode()
        let fields = try fields(under: "Manifest", from: "magic")
        #expect(fields.byteCount == Manifest.headerByteCount)
        #expect(fields.meanings["magic"] == text(Manifest.magic))
        look(
            for: [
                "magic": Expected(Manifest.magic),
                "version": Expected(FormatVersion.current),
                "reader flags": Expected(UInt32(0)),
                "writer flags": Expected(UInt32(0)),
                "body size": Expected(UInt32(encoded.count - Manifest.headerByteCount - 8)),
                "body": Expected(UInt8(manifest.generation)),
            ], at: fields, in: encoded.bytes)
    }

    @Test func packHeader() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("pack")
        try GraphStore.inMemory(schema: Schema([])).backup(to: path)
        let pack = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        // One file: its name, the offset of the second page, a size below 128.
        let size = 1 + (1 + Layout.manifest.utf8.count) + 2 + 1
        let fields = try fields(under: "Pack", from: "magic")
        #expect(fields.meanings["magic"] == text(PackStorage.magic))
        pack.withUnsafeBytes { bytes in
            look(
                for: [
                    "magic": Expected(PackStorage.magic),
                    "version": Expected(FormatVersion.current),
                    "reader flags": Expected(UInt32(0)),
                    "directory size": Expected(UInt32(size)),
                    "directory": Expected(UInt8(1)),
                ], at: fields, in: bytes)
            let end = fields.byteCount + size
            let hash = bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self)
            #expect(xxh3(UnsafeRawBufferPointer(rebasing: bytes[..<end])) == hash)
        }
    }

    /// "Each level has 8 bytes for each page of the one below, until it fits into one."
    @Test(arguments: [64, 4096, 4097, 2_097_152, 2_097_153, 1 << 30, (1 << 40) + 1])
    func hashLevels(byteCount: Int) {
        var expected = [8 * ((byteCount + 4095) / 4096)]
        while let below = expected.last, below > 4096 {
            expected.append(8 * ((below + 4095) / 4096))
        }
        #expect(SegmentFormat.hashLevels(dataByteCount: byteCount) == expected)
    }
}
