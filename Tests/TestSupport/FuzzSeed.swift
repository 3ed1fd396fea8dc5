// SPDX-License-Identifier: Apache-2.0
//
// What the fuzzers start from: small valid inputs, made by the real encoders. The test of the
// corpus writes them to Tests/Fuzz/Corpus when it is told to.

import Codec
import Platform
import SegmentStore

public struct FuzzSeed: Sendable {
    public let target: FuzzTarget
    public let name: String
    public let bytes: [UInt8]

    public static func all() throws -> [FuzzSeed] {
        try integerBlocks() + textBlocks() + manifests() + packs() + schemas() + segments() + rows()
            + requests()
    }

    private init(_ target: FuzzTarget, _ name: String, _ parts: UnsafeRawBufferPointer...) {
        self.target = target
        self.name = name
        bytes = parts.reduce(into: []) { $0 += $1 }
    }

    // MARK: - Requests

    private static func requests() -> [FuzzSeed] {
        func seed(_ target: FuzzTarget, _ name: String, _ text: String) -> FuzzSeed {
            Array(text.utf8).withUnsafeBytes { FuzzSeed(target, name, $0) }
        }
        return [
            seed(.request, "key", "/v1/entity?key=rust:fn:a%20b:c.rs&code=true"),
            seed(.request, "empty", "/?&&a&=b&c=&&d=e=f#g?h"),
            seed(.request, "proxy", "http://localhost:1/v1/search?q=%C3%A9+%2B"),
            seed(.request, "path", "/code-entity-detail-view/%2e%2E/?key"),
            seed(.request, "raw", "/v1/files?within=é/ü&limit=-1"),
            seed(
                .message, "call",
                #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":{"query":"a\u00e9\"","max_tokens":200},"_meta":{}}}"#
            ),
            seed(.message, "values", #"[null,true,false,-1,1.5e3,18446744073709551615,"",{},[]]"#),
            seed(.message, "surrogates", #"{"a":[1,{"b":"\ud83d\ude00"}],"a":-0.0}"#),
            seed(
                .message, "deep",
                String(repeating: "[", count: 60) + String(repeating: "]", count: 60)),
            seed(
                .message, "cancel",
                #"{"method":"notifications/cancelled","params":{"requestId":"x"}}"#),
        ]
    }

    // MARK: - Blocks

    private static func block(
        _ name: String, kind: UInt8, rowCount: Int, _ descriptor: BlockDescriptor,
        dictionary: [UInt8] = [],
        lengths: [UInt8] = [], _ payload: ByteBuffer
    ) -> FuzzSeed {
        let out = ByteBuffer()
        out.append(kind)
        out.append(UInt16(rowCount))
        out.append(UInt16(dictionary.count))
        descriptor.encode(into: out)
        (dictionary + lengths).withUnsafeBytes { out.append($0) }
        out.append(payload.bytes)
        return withExtendedLifetime((out, payload)) { FuzzSeed(.codec, name, out.bytes) }
    }

    private static func integerBlocks() -> [FuzzSeed] {
        let encodings: [Encoding] = [
            .constant, .bitPacked, .runLength, .delta, .dictionary, .plain,
        ]
        return encodings.flatMap { encoding in
            [false, true].map { hasNulls in
                var values = (0..<70).map { row -> Int64 in
                    switch encoding {
                    case .constant: 1000
                    case .runLength, .dictionary: Int64(row / 9) * 1_000_003
                    default: Int64(row * row) - 40
                    }
                }
                let payload = ByteBuffer()
                let nulls: [UInt64] = [0x0000_0100_0200_0003, 2]
                let descriptor = values.withUnsafeMutableBufferPointer { values in
                    nulls.withUnsafeBytes { nulls in
                        IntegerBlock.encode(
                            values, nulls: hasNulls ? nulls.baseAddress : nil,
                            nullCount: hasNulls ? 5 : 0,
                            wanted: encoding, into: payload)
                    }
                }
                let name = "\(encoding)\(hasNulls ? "-nulls" : "")"
                return block(name, kind: 0, rowCount: values.count, descriptor, payload)
            }
        }
    }

    private static func textBlocks() throws -> [FuzzSeed] {
        var random = SeededGenerator(seed: 3)
        let samples = (0..<400).map { _ in Array(RandomRows.text(&random, limit: 60).utf8) }
        var joined: [UInt8] = []
        for sample in samples { joined += sample }
        let trained = joined.withUnsafeBytes {
            ZstdCompressionDictionary.train(
                samples: $0, sizes: samples.map(\.count), byteCount: 512, level: 1)
        }
        let rows = (0..<66).map { $0 % 6 == 5 ? [] : samples[$0] }
        let hashes = (0..<40).map { row in
            (0..<16).map { Array("0123456789abcdef".utf8)[(row * 7 + $0 * $0) % 16] }
        }
        return [Compression.none, .lz4, .zstd, .zstdDictionary, .hex].map { compression in
            let rows = compression == .hex ? hashes : rows
            var bytes: [UInt8] = []
            for row in rows { bytes += row }
            let lengths = rows.map { UInt32($0.count) }
            let payload = ByteBuffer()
            let descriptor = bytes.withUnsafeBytes { bytes in
                lengths.withUnsafeBufferPointer { lengths in
                    TextEncoder(level: 1).encode(
                        bytes: bytes, lengths: lengths, policy: .fixed(compression),
                        dictionary: trained,
                        into: payload)
                }
            }
            return block(
                "text-\(compression)", kind: 1, rowCount: rows.count, descriptor,
                dictionary: compression == .zstdDictionary ? trained?.bytes ?? [] : [],
                lengths: rows.map { UInt8($0.count) }, payload)
        }
    }

    // MARK: - Stores

    private static func store(_ schema: Schema, rows: Int, upserts: Bool) throws -> MemoryStorage {
        let storage = MemoryStorage()
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore(storage, schema: schema, options: options)
        var random = SeededGenerator(seed: 3)
        func fill(_ batch: Batch, _ count: Int, from first: Int) throws {
            for number in first..<first + count {
                if schema.relations.count == 1 {
                    let nodes = ["a", "b", "c", "node:one:path", "node:two:path"]
                    let from = nodes[number % 3]
                    try batch.append(
                        [
                            .string(from), .string(nodes[number % 2 + 2]),
                            .string("f\(number % 3)"),
                            number % 4 == 0 ? .null : .int(Int64(number)),
                            number % 3 == 0 ? .null : .string(RandomRows.text(&random, limit: 20)),
                            .string(String(from.prefix(3))),
                        ], to: 0)
                } else {
                    try batch.append(RandomRows.item(&random, keys: max(rows, 8)), to: 0)
                    try batch.append(RandomRows.link(&random, keys: max(rows, 8)), to: 1)
                    try batch.append(RandomRows.reading(&random), to: 2)
                }
            }
        }
        try store.write(label: "seed") { try fill($0, rows, from: 0) }
        if upserts { try store.write { try fill($0, rows / 2, from: rows) } }
        return storage
    }

    private static func segments() throws -> [FuzzSeed] {
        typealias Flag = FuzzedSegment.Flag
        let small = FuzzedSegment.smallSchema
        return try [
            segment("links", try store(small, rows: 4, upserts: false), Flag.smallSchema),
            segment("links-dead", try store(small, rows: 8, upserts: false), Flag.smallSchema),
            segment(
                "links-all", try store(small, rows: 8, upserts: false),
                Flag.smallSchema | Flag.compacts | Flag.writes | Flag.verifies),
            segment("all-types", try store(RandomRows.schema, rows: 3, upserts: false), 0),
            segment("all-types-more", try store(RandomRows.schema, rows: 12, upserts: false), 0),
            segment(
                "all-types-all", try store(RandomRows.schema, rows: 4, upserts: false),
                Flag.compacts | Flag.writes | Flag.verifies),
        ]
    }

    private static func segment(_ name: String, _ storage: MemoryStorage, _ flags: Int) throws
        -> FuzzSeed
    {
        let manifest = try manifestBytes(storage).withUnsafeBytes {
            try Manifest.decode($0, path: "seed")
        }
        guard let entry = manifest.segments.first,
            let file = try storage.read(Layout.segment(entry.id), limit: 1 << 20)
        else { throw StoreError(.notFound, "the seed has no segment") }
        return file.withUnsafeBytes { file in
            let footer = entry.imageByteCount - SegmentFormat.footerByteCount
            let data = file.loadUnaligned(
                fromByteOffset: footer + SegmentFormat.dataByteCountOffset, as: UInt64.self)
            let directory = file.loadUnaligned(
                fromByteOffset: footer + SegmentFormat.directoryByteCountOffset, as: UInt32.self)
            let dead = entry.relations.first { $0.dead != nil }
            let out = ByteBuffer()
            out.append(UInt8(flags))
            out.append(UInt8(dead?.index ?? 0))
            out.append(UInt16(dead?.dead?.byteCount ?? 0))
            out.append(directory)
            out.append(UnsafeRawBufferPointer(rebasing: file[..<Int(data)]))
            if let place = dead?.dead {
                out.append(
                    UnsafeRawBufferPointer(
                        rebasing: file[place.byteOffset..<place.byteOffset + place.byteCount]))
            }
            return withExtendedLifetime(out) { FuzzSeed(.segment, name, out.bytes) }
        }
    }

    private static func manifestBytes(_ storage: MemoryStorage) throws -> [UInt8] {
        guard let bytes = try storage.read(Layout.manifest, limit: Manifest.byteLimit) else {
            throw StoreError(.notFound, "the seed has no manifest")
        }
        return bytes
    }

    private static func prefixed(_ name: String, _ prefix: [UInt8], _ bytes: UnsafeRawBufferPointer)
        -> FuzzSeed
    {
        prefix.withUnsafeBytes { FuzzSeed(.manifest, name, $0, bytes) }
    }

    private static func manifests() throws -> [FuzzSeed] {
        let stores: [(String, [UInt8])] = [
            (
                "manifest-one",
                try manifestBytes(store(FuzzedSegment.smallSchema, rows: 4, upserts: false))
            ),
            (
                "manifest-dead",
                try manifestBytes(store(FuzzedSegment.smallSchema, rows: 12, upserts: true))
            ),
            (
                "manifest-all-types",
                try manifestBytes(store(RandomRows.schema, rows: 3, upserts: true))
            ),
        ]
        var empty = Manifest(schema: StoredSchema(FuzzedSegment.smallSchema))
        empty.label = "none"
        let encoded = empty.encode()
        return stores.map { name, bytes in
            bytes.withUnsafeBytes {
                prefixed(name, [0], UnsafeRawBufferPointer(rebasing: $0.dropLast(8)))
            }
        } + [
            withExtendedLifetime(encoded) {
                prefixed(
                    "manifest-empty", [0],
                    UnsafeRawBufferPointer(rebasing: encoded.bytes.dropLast(8)))
            }
        ]
    }

    private static func schemas() -> [FuzzSeed] {
        [("schema-links", FuzzedSegment.smallSchema), ("schema-all-types", RandomRows.schema)].map {
            name, schema in
            let out = ByteBuffer()
            StoredSchema(schema).encode(into: out)
            return withExtendedLifetime(out) { prefixed(name, [2], out.bytes) }
        }
    }

    /// A pack without the gaps that a real one has.
    private static func packs() throws -> [FuzzSeed] {
        let storage = try store(FuzzedSegment.smallSchema, rows: 4, upserts: false)
        let segment = try storage.read(Layout.segment(1), limit: 1 << 20) ?? []
        let files = [(Layout.manifest, try manifestBytes(storage)), (Layout.segment(1), segment)]
        let headerByteCount = 24
        let directory = ByteBuffer()
        let directoryByteCount = 1 + files.reduce(0) { $0 + 1 + $1.0.utf8.count + 6 }
        var offset = headerByteCount + directoryByteCount + 8
        directory.appendVarint(UInt64(files.count))
        for (name, bytes) in files {
            directory.appendString(name)
            for number in [offset, bytes.count] {
                // Three bytes always, so that the offsets do not depend on themselves.
                directory.append(UInt8(number & 0x7f) | 0x80)
                directory.append(UInt8(number >> 7 & 0x7f) | 0x80)
                directory.append(UInt8(number >> 14))
            }
            offset += bytes.count
        }
        require(directory.count == directoryByteCount)
        let out = ByteBuffer()
        out.appendZeros(headerByteCount)
        out.base.storeBytes(of: FormatVersion.current, toByteOffset: 8, as: UInt16.self)
        out.append(directory.bytes)
        for (_, bytes) in files { bytes.withUnsafeBytes { out.append($0) } }
        return withExtendedLifetime((directory, out)) {
            [
                prefixed(
                    "pack", [1, UInt8(directoryByteCount & 0xff), UInt8(directoryByteCount >> 8)],
                    out.bytes)
            ]
        }
    }

    // MARK: - Rows

    private static func rows() -> [FuzzSeed] {
        let all = """
            {"key":"a","file":"f","int":-9223372036854775808,"bool":true,"float":1.5e-3,"time":"2025-01-31T23:59:59.5+02:00","bytes":"AP8=","vector":[1,-0.5],"text":"\\u00e4\\n\\ud83d\\ude00","part":"a"}
            {"file":"","key":"b ä","float":"-Infinity","time":-1,"text":null}
            { "key" : "c" , "file" : "f" , "int" : 9223372036854775808 }
            {"key":"d","file":"f","nothing":1}
            {"key":"e","key":"e","file":"f"}
            [1,{"a":[true,false,null]}]
            """
        let tagged = """
            {"relation":"books","schema":{"key":["isbn"],"scope":"shelf","columns":[{"name":"isbn","type":"string","domain":"isbn"},{"name":"shelf","type":"enumeration"},{"name":"pages","type":"int64","nullable":true,"encoding":"plain"},{"name":"blurb","type":"string","family":"text","compression":"zstd"},{"name":"v","type":"vector","dimensions":2,"nullable":true}]}}
            {"relation":"books","row":{"isbn":"0-19","shelf":"a","pages":474,"blurb":""}}
            {"row":{"isbn":"0-20","shelf":"a","blurb":"b"},"relation":"books"}
            {"relation":"nowhere","row":{}}
            """
        let table = """
            key,file,int,bool,float,time,bytes,vector,text,part
            a,f,-1,true,1.5,2025-01-31T23:59:59Z,AP8=,"[1,-0.5]","a ""quoted"", text
            in two lines",a
            b,"",,,NaN,,,,"",
            c,f,x
            """
        func seed(_ target: FuzzTarget, _ name: String, _ place: UInt8, _ text: String) -> FuzzSeed
        {
            let bytes = [place] + Array(text.utf8)
            return bytes.withUnsafeBytes { FuzzSeed(target, name, $0) }
        }
        return [
            seed(.ndjson, "all", 0, all),
            seed(.ndjson, "numbers", 1, #"{"n":1,"b":false,"f":1}"# + "\r\n" + #"{"n":2}"#),
            seed(
                .ndjson, "pairs", 2, #"{"bytes":"","time":"1970-01-01T00:00:00Z","text":"\u0000"}"#),
            seed(.ndjson, "tagged", 3, tagged),
            seed(.ndjson, "mark", 1, "\u{feff}" + #"{"n":3,"b":true,"f":-0.0}"#),
            seed(.csv, "all", 0, table),
            seed(.csv, "numbers", 1, "n,b,f\r\n1,true,1e400\r\n2,false,-Infinity\r\n"),
            seed(.csv, "pairs", 2, "time,bytes,text\n0,\"\",\n-1,AA==,\"a\""),
            seed(.csv, "mark", 1, "\u{feff}f,b,n\n0.1,FALSE,-3\n\n"),
            seed(.csv, "broken", 1, "n,b,f\n1,\"true,1\n2,false,1\"x\n3,t\"rue,2\n4,true,1\n"),
        ]
    }
}
