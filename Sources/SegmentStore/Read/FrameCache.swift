// SPDX-License-Identifier: Apache-2.0
//
// Decoded frames that were asked for twice. Decompressing is half of what a row with its text
// costs, and some rows are asked for again and again; a scan, which meets each once, passes by.

import Codec
import Glibc

/// A frame of a snapshot.
struct FrameKey: Equatable {
    let part: Int32
    /// Of the block in its file, and of the frame's first row in the block: 42 and 16 bits.
    let place: UInt64

    init(part: Int32, blockOffset: UInt64, firstRow: Int) {
        self.part = part
        place = blockOffset << 16 | UInt64(firstRow)
    }
}

/// Not for two threads at once. Frames lie in a ring of chunks; the oldest chunk goes as a whole.
final class FrameCache {
    /// In four slots of a table, by the key. Zeroed memory is an empty slot.
    private struct Entry {
        var place: UInt64
        var part: Int32
        /// Counts from 1; 0 if the frame was only seen.
        var chunk: UInt32
        var offset: UInt32
        var count: UInt32
    }

    private static let chunkByteCount = 1 << 20
    private static let slotCount = 1 << 14
    private static let ways = 4
    /// Longer ones stay out: one row would take the place of hundreds.
    private static let frameByteLimit = 64 << 10

    private let chunkLimit: Int
    private let entries: UnsafeMutablePointer<Entry>?
    private var chunks: [UnsafeMutableRawPointer] = []
    private var chunk: UInt32 = 0
    private var used = FrameCache.chunkByteCount
    private var missCount = 0

    /// Keeps about so many bytes; takes them as they are needed.
    init(byteLimit: Int) {
        chunkLimit = max(byteLimit, 0) / Self.chunkByteCount
        // From the system, so that pages which are not used cost nothing.
        entries =
            chunkLimit == 0
            ? nil
            : calloc(Self.slotCount, MemoryLayout<Entry>.stride)?
                .bindMemory(to: Entry.self, capacity: Self.slotCount)
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
        free(entries)
    }

    enum Answer {
        case hit(UnsafeRawBufferPointer)
        /// Seen before: worth keeping.
        case wanted
        case unknown
    }

    @inline(__always)
    private func slots(_ key: FrameKey) -> Int {
        let mixed =
            (key.place ^ UInt64(UInt32(bitPattern: key.part)) &<< 32) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed >> 40) & (Self.slotCount - 1) & ~(Self.ways - 1)
    }

    @inline(__always)
    private func isLive(_ entry: Entry) -> Bool {
        entry.chunk > 0 && chunk &- entry.chunk < UInt32(chunkLimit)
    }

    /// The frame, of `count` bytes, if it is here.
    func find(_ key: FrameKey, count: Int) -> Answer {
        guard let entries, count > 0, count <= Self.frameByteLimit else { return .unknown }
        let first = slots(key)
        for slot in first..<first + Self.ways
        where entries[slot].place == key.place && entries[slot].part == key.part {
            let entry = entries[slot]
            guard isLive(entry), Int(entry.count) == count else { return .wanted }
            let base = chunks[Int(entry.chunk) % chunkLimit]
            return .hit(UnsafeRawBufferPointer(start: base + Int(entry.offset), count: count))
        }
        note(key, first, entries)
        return .unknown
    }

    /// Remembers that a frame was asked for, in the place of another that was only that.
    private func note(_ key: FrameKey, _ first: Int, _ entries: UnsafeMutablePointer<Entry>) {
        missCount &+= 1
        var victim: Int?
        for slot in first..<first + Self.ways where !isLive(entries[slot]) {
            if victim == nil || missCount & 3 == slot & 3 { victim = slot }
        }
        // Where all four are frames, one goes now and then, or new ones would never get in.
        if victim == nil, missCount & 7 == 0 { victim = first + (missCount >> 3) & 3 }
        guard let victim else { return }
        entries[victim] = Entry(place: key.place, part: key.part, chunk: 0, offset: 0, count: 0)
    }

    /// Room for a frame that is wanted, to be filled at once; nil if it cannot be kept.
    func room(_ key: FrameKey, count: Int) -> UnsafeMutableRawPointer? {
        guard let entries, count <= Self.frameByteLimit else { return nil }
        let first = slots(key)
        for slot in first..<first + Self.ways
        where entries[slot].place == key.place && entries[slot].part == key.part {
            if used + count > Self.chunkByteCount { nextChunk() }
            let offset = used
            used += count
            entries[slot].chunk = chunk
            entries[slot].offset = UInt32(offset)
            entries[slot].count = UInt32(count)
            return chunks[Int(chunk) % chunkLimit] + offset
        }
        return nil
    }

    /// What was to be filled could not be.
    func forget(_ key: FrameKey) {
        guard let entries else { return }
        let first = slots(key)
        for slot in first..<first + Self.ways
        where entries[slot].place == key.place && entries[slot].part == key.part {
            entries[slot].chunk = 0
        }
    }

    private func nextChunk() {
        if chunk == 0 {
            // Numbers and places agree from the first on.
            chunk = UInt32(chunkLimit)
        } else {
            chunk &+= 1
        }
        if chunks.count < chunkLimit {
            chunks.append(
                .allocate(byteCount: Self.chunkByteCount + ByteBuffer.slack, alignment: 16))
        }
        used = 0
    }
}
