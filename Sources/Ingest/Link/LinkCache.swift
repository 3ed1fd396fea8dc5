// SPDX-License-Identifier: Apache-2.0
//
// Where the names of a tree are, as the linker found them the last time: after a change of one file
// the others need not be read. Without it they are.

import Codec
import Platform

struct LinkCache: Sendable {
    /// How many things of a file have numbers: the first of each has its first number.
    struct Counts: Sendable, Equatable {
        var definitions = 0
        var attributes = 0
        var conformances = 0

        var numbers: Int { max(1, definitions, attributes, conformances) }

        init(_ facts: LinkFacts) {
            definitions = facts.definitions.count
            attributes = facts.attributes.count
            conformances = facts.conformances.count
        }

        fileprivate init(_ reader: inout ByteReader) throws(CodecError) {
            definitions = try Int(reader.read(UInt32.self))
            attributes = try Int(reader.read(UInt32.self))
            conformances = try Int(reader.read(UInt32.self))
        }
    }

    /// Of one file what must be the same for its names to be.
    struct Identity: Sendable, Equatable {
        let path: UInt64
        /// What its facts depend on.
        let content: UInt64

        init(_ path: String, language: String, contentHash: String, parser: String) {
            self.path = NamePath.hash(path)
            content = NamePath.hash("\(language) \(contentHash) \(parser)")
        }

        fileprivate init(_ reader: inout ByteReader) throws(CodecError) {
            path = try reader.read(UInt64.self)
            content = try reader.read(UInt64.self)
        }
    }

    struct File: Sendable {
        let identity: Identity
        let counts: Counts
    }

    let files: [File]
    let notes: [String: [String: [String]]]
    let names: NameTable

    static let name = "link-cache"
    private static let magic: UInt64 = 0x314B_4E4C_4745_5353
    private static let headerByteCount = 32

    init(files: [File], notes: [String: [String: [String]]], names: NameTable) {
        self.files = files
        self.notes = notes
        self.names = names
    }

    /// The cache of the store at a path, if that is a folder and has one.
    init?(store: String) {
        guard let file = try? Platform.File(Directory.join(store, Self.name), .read),
            let byteCount = try? file.byteCount(), byteCount > Self.headerByteCount,
            let memory = try? file.map(byteCount: byteCount, readingAll: true)
        else { return nil }
        guard let cache = try? Self.read(memory) else { return nil }
        self = cache
    }

    func save(store: String) {
        let out = ByteBuffer(capacity: files.count * 32 + 4096)
        for word in [Self.magic, UInt64(SourceReader.rulesVersion), 0, UInt64(names.entryCount)] {
            out.append(word)
        }
        out.appendVarint(UInt64(files.count))
        for file in files {
            out.append(file.identity.path)
            out.append(file.identity.content)
            for count in [
                file.counts.definitions, file.counts.attributes, file.counts.conformances,
            ] {
                out.append(UInt32(count))
            }
        }
        Self.append(notes, to: out)
        out.align(8)
        let hash = Self.hash(
            UnsafeRawBufferPointer(rebasing: out.bytes.dropFirst(Self.headerByteCount)), names.bytes
        )
        (out.base + 16).storeBytes(of: hash.littleEndian, as: UInt64.self)
        CacheFile.write(Self.name, in: store, [out.bytes, names.bytes])
    }

    /// Of notes, for the store to say which ones its edges follow; empty if there are none.
    static func hash(_ notes: [String: [String: [String]]]) -> String {
        if notes.allSatisfy(\.value.isEmpty) { return "" }
        let bytes = ByteBuffer()
        append(notes, to: bytes)
        return hexadecimal(xxh3(bytes.bytes))
    }

    /// Sorted, for the order of a dictionary is another one each time.
    private static func append(_ notes: [String: [String: [String]]], to out: ByteBuffer) {
        let families = notes.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
        out.appendVarint(UInt64(families.count))
        for (family, notes) in families {
            out.appendString(family)
            out.appendVarint(UInt64(notes.count))
            for (name, values) in notes.sorted(by: { $0.key < $1.key }) {
                out.appendString(name)
                out.appendVarint(UInt64(values.count))
                for value in values { out.appendString(value) }
            }
        }
    }

    private static func hash(_ head: UnsafeRawBufferPointer, _ names: UnsafeRawBufferPointer)
        -> UInt64
    {
        xxh3(head) ^ xxh3(names).byteSwapped
    }

    private static func read(_ memory: MappedMemory) throws -> LinkCache? {
        let bytes = memory.bytes
        var header = ByteReader(bytes)
        guard try header.read(UInt64.self) == magic,
            try header.read(UInt64.self) == UInt64(SourceReader.rulesVersion)
        else { return nil }
        let hash = try header.read(UInt64.self)
        let count = try header.read(UInt64.self)
        guard count <= UInt64(Int32.max) else { return nil }
        let nameByteCount = NameTable.byteCount(Int(count))
        guard bytes.count - headerByteCount >= nameByteCount else { return nil }
        let head = UnsafeRawBufferPointer(
            rebasing: bytes[headerByteCount..<(bytes.count - nameByteCount)])
        let names = UnsafeRawBufferPointer(rebasing: bytes.suffix(nameByteCount))
        guard Self.hash(head, names) == hash else { return nil }
        var reader = ByteReader(head)
        var files: [File] = []
        for _ in 0..<(try reader.readCount(limit: reader.remaining)) {
            files.append(File(identity: try Identity(&reader), counts: try Counts(&reader)))
        }
        var notes: [String: [String: [String]]] = [:]
        for _ in 0..<(try reader.readCount(limit: reader.remaining)) {
            let family = try reader.readString(limit: reader.remaining)
            for _ in 0..<(try reader.readCount(limit: reader.remaining)) {
                let name = try reader.readString(limit: reader.remaining)
                notes[family, default: [:]][name] = try
                    (0..<reader.readCount(limit: reader.remaining))
                    .map { _ in try reader.readString(limit: reader.remaining) }
            }
        }
        let limit = files.reduce(0) { $0 + $1.counts.numbers }
        return NameTable(names, count: Int(count), numbersBelow: limit, owner: memory)
            .map { LinkCache(files: files, notes: notes, names: $0) }
    }
}
