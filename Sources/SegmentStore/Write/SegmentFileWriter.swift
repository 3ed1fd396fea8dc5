// SPDX-License-Identifier: Apache-2.0
//
// Writes a segment's bytes from front to back, hashing each page on the way.
// Opposite: `SegmentFile`.

import Codec

final class SegmentFileWriter {
    let id: UInt64
    private let create: () throws(StoreError) -> any StorageFile
    private(set) var file: (any StorageFile)?
    private let pending = ByteBuffer(capacity: flushByteCount + 4096)
    private let hashes = ByteBuffer(capacity: 8192)
    private var written = 0

    private static let flushByteCount = 256 << 10

    /// The file is made when the first bytes go to it, so that an empty batch leaves no trace.
    init(id: UInt64, create: @escaping () throws(StoreError) -> any StorageFile) {
        self.create = create
        self.id = id
        let header = pending.appendZeros(SegmentFormat.headerByteCount)
        header.copyMemory(from: SegmentFormat.magic, byteCount: SegmentFormat.magic.count)
        header.storeBytes(
            of: FormatVersion.current, toByteOffset: SegmentFormat.versionOffset, as: UInt16.self)
        header.storeBytes(of: id, toByteOffset: SegmentFormat.segmentIDOffset, as: UInt64.self)
    }

    var byteOffset: Int { written + pending.count }

    func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        pending.append(bytes)
        if pending.count >= Self.flushByteCount { try flushPages() }
    }

    /// Pads to a multiple of eight and says where the next byte goes.
    func align() -> Int {
        pending.appendZeros(aligned8(byteOffset) - byteOffset)
        return byteOffset
    }

    func append(_ spool: Spool) throws(StoreError) {
        try spool.forEachChunk { bytes throws(StoreError) in try append(bytes) }
    }

    private func flushPages() throws(StoreError) {
        let whole = pending.count / SegmentFormat.pageByteCount * SegmentFormat.pageByteCount
        guard whole > 0 else { return }
        hash(whole)
        try write(UnsafeRawBufferPointer(start: pending.base, count: whole))
        let rest = pending.count - whole
        if rest > 0 { pending.base.copyMemory(from: pending.base + whole, byteCount: rest) }
        pending.truncate(to: rest)
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        let open: any StorageFile
        if let file { open = file } else { open = try create() }
        file = open
        try open.write(bytes, at: written)
        written += bytes.count
    }

    private func hash(_ byteCount: Int) {
        var offset = 0
        while offset < byteCount {
            let count = min(SegmentFormat.pageByteCount, byteCount - offset)
            hashes.append(xxh3(pending.base + offset, count))
            offset += count
        }
    }

    /// Writes the directory, the hashes and the footer.
    func finish(_ directory: SegmentDirectory) throws(StoreError) -> (
        byteCount: Int, rootHash: UInt64
    ) {
        let directoryOffset = align()
        let encoded = ByteBuffer()
        directory.encode(into: encoded)
        try append(encoded.bytes)
        let dataByteCount = byteOffset
        try flushPages()
        hash(pending.count)
        pending.appendZeros(aligned8(byteOffset) - byteOffset)

        // Level by level until one page holds the hashes of all below.
        var level = hashes
        while true {
            pending.append(level.bytes)
            if level.count <= SegmentFormat.pageByteCount { break }
            let above = ByteBuffer()
            var offset = 0
            while offset < level.count {
                let count = min(SegmentFormat.pageByteCount, level.count - offset)
                above.append(xxh3(level.base + offset, count))
                offset += count
            }
            level = above
        }
        let root = xxh3(level.bytes)
        let footer = pending.appendZeros(SegmentFormat.footerByteCount)
        footer.storeBytes(
            of: UInt64(dataByteCount), toByteOffset: SegmentFormat.dataByteCountOffset,
            as: UInt64.self)
        footer.storeBytes(
            of: UInt64(directoryOffset), toByteOffset: SegmentFormat.directoryOffsetOffset,
            as: UInt64.self)
        footer.storeBytes(
            of: UInt32(encoded.count), toByteOffset: SegmentFormat.directoryByteCountOffset,
            as: UInt32.self)
        footer.storeBytes(of: root, toByteOffset: SegmentFormat.rootHashOffset, as: UInt64.self)
        footer.storeBytes(
            of: xxh3(footer, SegmentFormat.footerHashOffset),
            toByteOffset: SegmentFormat.footerHashOffset,
            as: UInt64.self)
        footer.advanced(by: SegmentFormat.endMagicOffset)
            .copyMemory(from: SegmentFormat.endMagic, byteCount: SegmentFormat.endMagic.count)
        try write(pending.bytes)
        pending.removeAll()
        return (written, root)
    }

    /// Appends bytes behind the image: dead rows, which the manifest checks.
    func appendBehindImage(_ bytes: UnsafeRawBufferPointer) throws(StoreError) -> Int {
        let offset = written
        try write(bytes)
        return offset
    }

    /// Whether there is a file, though it may be empty.
    var isCreated: Bool { file != nil }

    /// Bytes in the file so far.
    var fileByteCount: Int { written }
}

/// Sections that are made while others are, and take their place in the file later.
final class SectionSink {
    private let sections: Spool

    init(_ space: ScratchSpace) { sections = Spool(space) }

    func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) -> SegmentDirectory.Section {
        try sections.align8()
        let section = SegmentDirectory.Section(byteOffset: sections.count, byteCount: bytes.count)
        try sections.append(bytes)
        return section
    }

    func append(_ spool: Spool) throws(StoreError) -> SegmentDirectory.Section {
        try sections.align8()
        let section = SegmentDirectory.Section(byteOffset: sections.count, byteCount: spool.count)
        try spool.forEachChunk { bytes throws(StoreError) in try sections.append(bytes) }
        return section
    }

    func append(_ packed: PackedSpool) throws(StoreError) -> SegmentDirectory.Packed {
        try packed.finish()
        let section = try append(packed.spool)
        return SegmentDirectory.Packed(
            byteOffset: section.byteOffset, count: packed.count, width: packed.width)
    }

    /// Writes everything to the file; what the sections' offsets are counted from.
    func write(to file: SegmentFileWriter) throws(StoreError) -> Int {
        let base = file.align()
        try file.append(sections)
        return base
    }
}

extension SegmentDirectory.Dictionary {
    mutating func relocate(by base: Int) {
        groupOffsets.byteOffset += base
        strings.byteOffset += base
        tailOffsets.byteOffset += base
        tails.byteOffset += base
        hashStarts.byteOffset += base
        tags.byteOffset += base
        ids.byteOffset += base
    }
}

extension SegmentDirectory.Relation {
    /// The indexes; columns and families are placed one by one.
    mutating func relocateIndexes(by base: Int) {
        keyOffsets.byteOffset += base
        keyRows.byteOffset += base
        target?.offsets.byteOffset += base
        target?.rows.byteOffset += base
        target?.neighbours.byteOffset += base
        scope?.offsets.byteOffset += base
        scope?.starts.byteOffset += base
        scope?.counts.byteOffset += base
    }
}
