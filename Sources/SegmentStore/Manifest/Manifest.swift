// SPDX-License-Identifier: Apache-2.0
//
// What the store is at one generation: FORMAT.md, "Manifest". Small, and replaced whole.

import Codec

package struct Manifest: Sendable {
    package enum Kind: UInt8, Sendable {
        case write = 0
        case compaction = 1
        case recovery = 2
    }

    /// Where the dead rows of a relation in a segment are: behind the image of some segment's file.
    package struct DeadRef: Sendable, Equatable {
        package var fileID: UInt64
        package var byteOffset: Int
        package var byteCount: Int
        package var hash: UInt64
        package var count: Int

        package init(fileID: UInt64, byteOffset: Int, byteCount: Int, hash: UInt64, count: Int) {
            self.fileID = fileID
            self.byteOffset = byteOffset
            self.byteCount = byteCount
            self.hash = hash
            self.count = count
        }
    }

    package struct Relation: Sendable {
        package var index: Int
        package var rowCount: Int
        package var dead: DeadRef?

        package init(index: Int, rowCount: Int, dead: DeadRef? = nil) {
            self.index = index
            self.rowCount = rowCount
            self.dead = dead
        }

        package var liveCount: Int { rowCount - (dead?.count ?? 0) }
    }

    package struct Segment: Sendable {
        package var id: UInt64
        package var fileByteCount: Int
        /// The segment proper; dead rows of this and other segments lie behind it.
        package var imageByteCount: Int
        package var rootHash: UInt64
        package var relations: [Relation]

        package init(
            id: UInt64, fileByteCount: Int, imageByteCount: Int, rootHash: UInt64,
            relations: [Relation]
        ) {
            self.id = id
            self.fileByteCount = fileByteCount
            self.imageByteCount = imageByteCount
            self.rootHash = rootHash
            self.relations = relations
        }

        package var liveCount: Int { relations.reduce(0) { $0 + $1.liveCount } }
        package var rowCount: Int { relations.reduce(0) { $0 + $1.rowCount } }
    }

    package var generation: UInt64 = 0
    package var parent: UInt64 = 0
    package var kind = Kind.write
    /// Features that only who writes must know.
    package var writerFlags: UInt32 = 0
    /// Nanoseconds since 1970.
    package var time: Int64 = 0
    package var label = ""
    package var nextSegmentID: UInt64 = 1
    package var schema: StoredSchema
    /// Oldest first.
    package var segments: [Segment] = []

    package static let magic = Array("SEGMANI1".utf8)
    package static let headerByteCount = 24
    package static let byteLimit = 64 << 20

    package init(schema: StoredSchema) { self.schema = schema }

    // MARK: - On disk

    package func encode() -> ByteBuffer {
        let out = ByteBuffer(capacity: 4096)
        Self.magic.withUnsafeBytes { out.append($0) }
        out.append(FormatVersion.current)
        out.append(UInt16(0))
        out.append(UInt32(0))
        out.append(writerFlags)
        let lengthOffset = out.count
        out.append(UInt32(0))
        out.appendVarint(generation)
        out.appendVarint(parent)
        out.append(kind.rawValue)
        out.append(time)
        out.appendString(label)
        out.appendVarint(nextSegmentID)
        schema.encode(into: out)
        out.appendVarint(UInt64(segments.count))
        for segment in segments {
            out.appendVarint(segment.id)
            out.appendVarint(UInt64(segment.fileByteCount))
            out.appendVarint(UInt64(segment.imageByteCount))
            out.append(segment.rootHash)
            out.appendVarint(UInt64(segment.relations.count))
            for relation in segment.relations {
                out.appendVarint(UInt64(relation.index))
                out.appendVarint(UInt64(relation.rowCount))
                out.append(UInt8(relation.dead == nil ? 0 : 1))
                guard let dead = relation.dead else { continue }
                out.appendVarint(dead.fileID)
                out.appendVarint(UInt64(dead.byteOffset))
                out.appendVarint(UInt64(dead.byteCount))
                out.append(dead.hash)
                out.appendVarint(UInt64(dead.count))
            }
        }
        out.base.storeBytes(
            of: UInt32(out.count - Self.headerByteCount), toByteOffset: lengthOffset,
            as: UInt32.self)
        out.append(xxh3(out.bytes))
        return out
    }

    /// `schema` is what the manifest is likely to have.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer, path: String, schema: StoredSchema? = nil
    ) throws(StoreError) -> Manifest {
        func fail(_ message: String) -> StoreError { .corrupted(message, in: path) }
        guard bytes.count >= headerByteCount + 8 else { throw fail("manifest is too short") }
        guard bytes.prefix(magic.count).elementsEqual(magic) else { throw fail("not a manifest") }
        // The last eight bytes are the checksum in every version, so that damage is told from age.
        let end = bytes.count - 8
        guard
            xxh3(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
                == bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self)
        else { throw fail("checksum of the manifest does not match") }
        try FormatVersion.check(
            version: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self),
            readerFlags: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self), path: path)
        guard Int(bytes.loadUnaligned(fromByteOffset: 20, as: UInt32.self)) == end - headerByteCount
        else {
            throw fail("length of the manifest does not match")
        }
        do throws(CodecError) {
            var reader = ByteReader(
                UnsafeRawBufferPointer(rebasing: bytes[..<end]), offset: headerByteCount)
            var manifest = try decodeBody(&reader, schema)
            manifest.writerFlags = bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
            return manifest
        } catch {
            throw StoreError(error, in: path, "manifest")
        }
    }

    /// Throws if only a newer segstore may write to the store.
    func checkWritable(_ path: String) throws(StoreError) {
        try FormatVersion.check(writerFlags: writerFlags, path: path)
    }

    private static func decodeBody(
        _ reader: inout ByteReader, _ schema: StoredSchema?
    ) throws(CodecError) -> Manifest {
        let generation = try reader.readVarint()
        let parent = try reader.readVarint()
        guard let kind = Kind(rawValue: try reader.read(UInt8.self)) else {
            throw CodecError(.unknownTag, "kind of commit")
        }
        let time = try reader.read(Int64.self)
        let label = try reader.readString(limit: Limits.labelByteCount)
        let nextSegmentID = try reader.readVarint()
        var manifest = Manifest(schema: try StoredSchema.decode(&reader, known: schema))
        manifest.generation = generation
        manifest.parent = parent
        manifest.kind = kind
        manifest.time = time
        manifest.label = label
        manifest.nextSegmentID = nextSegmentID
        for _ in 0..<(try reader.readCount(limit: 1 << 20)) {
            manifest.segments.append(try decodeSegment(&reader))
        }
        guard generation < Limits.number, nextSegmentID < Limits.number else {
            throw CodecError(.tooLarge, "number of a generation or segment")
        }
        guard reader.remaining == 0 else {
            throw CodecError(.inconsistent, "bytes behind the manifest")
        }
        let ids = Set(manifest.segments.map(\.id))
        let files = Dictionary(
            manifest.segments.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        guard ids.count == manifest.segments.count, ids.allSatisfy({ $0 < nextSegmentID }) else {
            throw CodecError(.inconsistent, "segment numbers")
        }
        for segment in manifest.segments {
            for relation in segment.relations {
                guard relation.index < manifest.schema.relations.count else {
                    throw CodecError(.inconsistent, "relation number")
                }
                guard let dead = relation.dead else { continue }
                guard let file = files[dead.fileID], dead.byteOffset >= file.imageByteCount,
                    dead.byteOffset <= file.fileByteCount,
                    dead.byteCount <= file.fileByteCount - dead.byteOffset,
                    dead.count <= relation.rowCount
                else { throw CodecError(.inconsistent, "place of dead rows") }
            }
        }
        return manifest
    }

    private static func decodeSegment(_ reader: inout ByteReader) throws(CodecError) -> Segment {
        let id = try reader.readVarint()
        let fileByteCount = try reader.readCount(limit: Limits.fileByteCount)
        let imageByteCount = try reader.readCount(limit: fileByteCount)
        var segment = Segment(
            id: id, fileByteCount: fileByteCount, imageByteCount: imageByteCount,
            rootHash: try reader.read(UInt64.self), relations: [])
        for _ in 0..<(try reader.readCount(limit: Limits.relationCount)) {
            var relation = Relation(
                index: try reader.readCount(limit: Limits.relationCount),
                rowCount: try reader.readCount(limit: Limits.rowCount))
            if try reader.read(UInt8.self) != 0 {
                relation.dead = DeadRef(
                    fileID: try reader.readVarint(),
                    byteOffset: try reader.readCount(limit: Limits.fileByteCount),
                    byteCount: try reader.readCount(limit: Limits.fileByteCount),
                    hash: try reader.read(UInt64.self),
                    count: try reader.readCount(limit: Limits.rowCount))
            }
            segment.relations.append(relation)
        }
        return segment
    }
}
