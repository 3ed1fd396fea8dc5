// SPDX-License-Identifier: Apache-2.0
//
// FuzzSegment's inputs: the data of a segment, whose page hashes, footer and manifest are made
// here, so that what the fuzzer does to its blocks and indexes gets past the checksums.
//
//   0      flags: 1 small schema; afterwards 2 compact, 4 write, 8 verify
//   1      relation that has dead rows
//   2-3    bytes of its dead rows
//   4-7    bytes of the directory, which ends the data
//          data, dead rows

import Codec
import Platform
import SegmentStore

struct FuzzedSegment {
    enum Flag {
        static let smallSchema = 1
        static let compacts = 2
        static let writes = 4
        static let verifies = 8
    }

    static let smallSchema = Schema([
        RelationSchema(
            "links", key: ["from", "to"], scope: "file", target: "to",
            columns: [
                .string("from").domain("node"), .string("to").domain("node"),
                .string("file").domain("file"),
                .int("line").nullable, .string("note").nullable, .string("name").part(of: "from"),
            ])
    ])

    private let flags: Int
    private let schema: Schema
    private let storage = MemoryStorage()

    init(_ input: UnsafeRawBufferPointer) throws {
        var input = FuzzInput(input)
        flags = input.byte()
        schema = flags & Flag.smallSchema != 0 ? Self.smallSchema : RandomRows.schema
        let deadRelation = input.byte()
        let deadByteCount = input.short()
        let directoryByteCount = input.long()
        guard input.rest.count - deadByteCount >= SegmentFormat.headerByteCount else {
            throw CodecError(.truncated, "fuzz input")
        }
        let data = input.take(input.rest.count - deadByteCount)
        let dead = input.rest
        let (image, root) = sealSegment(
            data, directoryByteCount: min(directoryByteCount, data.count))

        let stored = StoredSchema(schema)
        var manifest = Manifest(schema: stored)
        manifest.generation = 1
        manifest.nextSegmentID = 2
        var segment = Manifest.Segment(
            id: 1, fileByteCount: image.count + dead.count, imageByteCount: image.count,
            rootHash: root,
            relations: Self.relations(data, directoryByteCount, stored))
        for index in segment.relations.indices where segment.relations[index].index == deadRelation
        {
            guard dead.count >= 8 else { continue }
            let count = Int(dead.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            guard count <= segment.relations[index].rowCount else { continue }
            segment.relations[index].dead = Manifest.DeadRef(
                fileID: 1, byteOffset: image.count, byteCount: dead.count, hash: xxh3(dead),
                count: count)
        }
        manifest.segments = [segment]
        image.append(dead)
        try storage.put(Layout.segment(1), image.bytes)
        let encoded = manifest.encode()
        try storage.put(Layout.manifest, encoded.bytes)
        withExtendedLifetime((image, encoded)) {}
    }

    /// What the directory says there is, as far as it can be read.
    private static func relations(
        _ data: UnsafeRawBufferPointer, _ directoryByteCount: Int, _ schema: StoredSchema
    ) -> [Manifest.Relation] {
        var reader = ByteReader(UnsafeRawBufferPointer(rebasing: data.suffix(directoryByteCount)))
        guard let directory = try? SegmentDirectory.decode(&reader, dataByteCount: data.count)
        else { return [] }
        var rowCounts: [Int: Int] = [:]
        for relation in directory.relations where relation.index < schema.relations.count {
            rowCounts[relation.index] = relation.rowCount
        }
        return rowCounts.sorted { $0.key < $1.key }.map {
            Manifest.Relation(index: $0.key, rowCount: $0.value)
        }
    }

    func read() throws {
        var options = StoreOptions()
        options.compactsAutomatically = false
        options.memoryBudget = 256 << 10
        let store = try GraphStore(storage, schema: nil, options: options)
        let snapshot = try store.snapshot()
        _ = try snapshot.segments()
        let drive = SnapshotDrive(snapshot)
        var failure: (any Error)?
        do { try drive.run() } catch { failure = error }
        if snapshot.isSmall {
            if flags & Flag.verifies != 0 { try verify(store, failure) }
            do {
                if flags & Flag.writes != 0 { try write(store) }
                if flags & Flag.compacts != 0 { try compact(store) }
            } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    private func verify(_ store: GraphStore, _ failure: (any Error)?) throws {
        let report = try store.verify()
        _ = report.problems.map(\.description)
        require(
            failure == nil || !report.isSound,
            "verify passes over what reading meets: \(failure as Any)")
    }

    /// Replaces, deletes and rescopes what may be there.
    private func write(_ store: GraphStore) throws {
        var random = SeededGenerator(seed: 1)
        try store.write { batch in
            if flags & Flag.smallSchema != 0 {
                for key in ["a", "b", "c"] {
                    try batch.append([.string(key), "a", "f", nil, nil, .string(key)], to: 0)
                    try batch.delete(key: [.string(key), "b"], from: "links")
                }
                try batch.replaceScope("f", in: "links")
            } else {
                for _ in 0..<3 {
                    try batch.append(RandomRows.item(&random, keys: 8), to: 0)
                    try batch.append(RandomRows.link(&random, keys: 8), to: 1)
                    try batch.append(RandomRows.reading(&random), to: 2)
                    try batch.delete(
                        key: [.string(RandomRows.key(&random, among: 8))], from: "items")
                }
                try batch.replaceScope(RandomRows.file(&random), in: "links")
            }
        }
        _ = try? SnapshotDrive(try store.snapshot()).run()
    }

    private func compact(_ store: GraphStore) throws {
        // One segment whose rows are all live is left as it is.
        guard try store.compact().mergedSegmentCount > 0 else { return }
        // All that is left was written just now, so there is nothing to be found wrong with it.
        do { try SnapshotDrive(try store.snapshot()).run() } catch {
            fatalError("a compacted store is damaged: \(error)")
        }
    }
}

extension Snapshot {
    /// Whether reading all of it takes no time.
    var isSmall: Bool { core.manifest.segments.allSatisfy { $0.rowCount <= 3000 } }
}

/// A segment's image with the hashes that this data should have.
func sealSegment(_ data: UnsafeRawBufferPointer, directoryByteCount: Int) -> (
    image: ByteBuffer, root: UInt64
) {
    let image = ByteBuffer(capacity: data.count + 8192)
    image.append(data)
    image.base.copyMemory(from: SegmentFormat.magic, byteCount: 8)
    var level = (offset: 0, byteCount: data.count)
    image.align(8)
    var root: UInt64 = 0
    for byteCount in SegmentFormat.hashLevels(dataByteCount: data.count) {
        let next = image.count
        for page in stride(from: 0, to: level.byteCount, by: SegmentFormat.pageByteCount) {
            let count = min(SegmentFormat.pageByteCount, level.byteCount - page)
            image.append(xxh3(image.base + level.offset + page, count))
        }
        require(image.count == next + byteCount)
        level = (next, byteCount)
    }
    root = xxh3(image.base + level.offset, level.byteCount)
    let footer = ByteBuffer()
    footer.appendZeros(SegmentFormat.footerByteCount)
    func store<T: BitwiseCopyable>(_ value: T, _ offset: Int) {
        footer.base.storeBytes(of: value, toByteOffset: offset, as: T.self)
    }
    store(UInt64(data.count), SegmentFormat.dataByteCountOffset)
    store(UInt64(data.count - directoryByteCount), SegmentFormat.directoryOffsetOffset)
    store(UInt32(directoryByteCount), SegmentFormat.directoryByteCountOffset)
    store(root, SegmentFormat.rootHashOffset)
    store(xxh3(footer.base, SegmentFormat.footerHashOffset), SegmentFormat.footerHashOffset)
    (footer.base + SegmentFormat.endMagicOffset).copyMemory(
        from: SegmentFormat.endMagic, byteCount: 8)
    image.append(footer.bytes)
    withExtendedLifetime(footer) {}
    return (image, root)
}
