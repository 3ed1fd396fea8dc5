// SPDX-License-Identifier: Apache-2.0
//
// Writes what `PackStorage` reads.

import Codec
import Platform

extension GraphStore {
    /// Saves the store's current state, without its history, as one file that opens directly. The
    /// file appears whole or not at all, replacing what had its name.
    public func backup(to path: String) throws(StoreError) {
        let core = try load()
        let manifest = core.manifest.encode()
        var files: [(name: String, bytes: UnsafeRawBufferPointer)] = [
            (Layout.manifest, manifest.bytes)
        ]
        if core.manifest.generation > 0 {
            // Under its number too, so that the pack has a history of one commit.
            files.append((Layout.manifest(core.manifest.generation), manifest.bytes))
        }
        for (segment, part) in zip(core.manifest.segments, core.parts) {
            files.append((Layout.segment(segment.id), part.segment.file.memory.bytes))
        }
        let header = Self.packHeader(files.map { ($0.name, $0.bytes.count) })
        try system { () throws(SystemError) in
            let file = try StagedFile(path)
            try file.write(header.bytes, at: 0)
            var offset = Self.pageAligned(header.count)
            for (_, bytes) in files {
                try file.write(bytes, at: offset)
                offset = Self.pageAligned(offset + bytes.count)
            }
            try file.truncate(to: offset)
            try file.publish()
        }
        withExtendedLifetime(core) {}
    }

    private static func pageAligned(_ byteCount: Int) -> Int {
        (byteCount + SegmentFormat.pageByteCount - 1) & ~(SegmentFormat.pageByteCount - 1)
    }

    /// The directory's size depends on the offsets and those on its size: room for the longest.
    private static func packHeader(_ files: [(name: String, count: Int)]) -> ByteBuffer {
        let bound =
            PackStorage.headerByteCount + 10 + files.reduce(0) { $0 + $1.name.utf8.count + 30 } + 8
        var offset = pageAligned(bound)
        let body = ByteBuffer()
        body.appendVarint(UInt64(files.count))
        for (name, count) in files {
            body.appendString(name)
            body.appendVarint(UInt64(offset))
            body.appendVarint(UInt64(count))
            offset = pageAligned(offset + count)
        }
        let out = ByteBuffer()
        PackStorage.magic.withUnsafeBytes { out.append($0) }
        out.append(FormatVersion.current)
        out.append(UInt16(0))
        out.append(UInt32(0))
        out.append(UInt32(body.count))
        out.append(UInt32(0))
        out.append(body.bytes)
        out.append(xxh3(out.bytes))
        out.appendZeros(pageAligned(bound) - out.count)
        return out
    }
}
