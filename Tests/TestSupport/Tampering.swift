// SPDX-License-Identifier: Apache-2.0
//
// Stores whose bytes somebody changed who also made the checksums right again.

import Codec
import SegmentStore

extension MemoryStorage {
    /// The current manifest.
    package func manifest() throws -> Manifest {
        guard let bytes = try read(Layout.manifest, limit: Manifest.byteLimit) else {
            throw StoreError(.notFound, "no manifest")
        }
        return try bytes.withUnsafeBytes { try Manifest.decode($0, path: "manifest") }
    }

    package func put(_ manifest: Manifest) throws {
        let encoded = manifest.encode()
        try remove(Layout.manifest)
        try put(Layout.manifest, encoded.bytes)
        withExtendedLifetime(encoded) {}
    }

    /// A store of the first segment alone, with its data and its directory changed. What lies
    /// behind the data starts where the new directory does.
    package func tampered(
        schema: Schema? = nil, _ change: (inout [UInt8], inout SegmentDirectory) throws -> Void
    ) throws -> MemoryStorage {
        var manifest = try self.manifest()
        guard var segment = manifest.segments.first,
            var data = try read(Layout.segment(segment.id), limit: 1 << 30)
        else { throw StoreError(.notFound, "no segment") }
        let footer = segment.imageByteCount - SegmentFormat.footerByteCount
        func word(_ offset: Int) -> Int {
            data.withUnsafeBytes {
                Int($0.loadUnaligned(fromByteOffset: footer + offset, as: UInt64.self))
            }
        }
        let dataByteCount = word(SegmentFormat.dataByteCountOffset)
        let directoryOffset = word(SegmentFormat.directoryOffsetOffset)
        var directory = try data.withUnsafeBytes { bytes throws(CodecError) in
            var reader = ByteReader(
                UnsafeRawBufferPointer(rebasing: bytes[..<dataByteCount]), offset: directoryOffset)
            return try SegmentDirectory.decode(&reader, dataByteCount: dataByteCount)
        }
        data.removeSubrange(directoryOffset...)
        try change(&data, &directory)
        let encoded = ByteBuffer()
        directory.encode(into: encoded)
        data += encoded.bytes
        let (image, root) = data.withUnsafeBytes {
            sealSegment($0, directoryByteCount: encoded.count)
        }

        segment.fileByteCount = image.count
        segment.imageByteCount = image.count
        segment.rootHash = root
        segment.relations = directory.relations.map {
            Manifest.Relation(index: $0.index, rowCount: $0.rowCount)
        }
        if let schema { manifest.schema = StoredSchema(schema) }
        manifest.segments = [segment]
        let result = MemoryStorage()
        try result.put(Layout.segment(segment.id), image.bytes)
        try result.put(manifest)
        withExtendedLifetime(image) {}
        return result
    }
}
