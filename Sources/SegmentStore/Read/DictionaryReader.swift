// SPDX-License-Identifier: Apache-2.0
//
// The strings of a domain in a segment: FORMAT.md, "Dictionary". Sorted, so that ids are in the
// order of their strings; in groups of sixteen, each string as what it shares with the one before
// and what follows. What keys have in common at their end (a path) is split off and stored once.
//
//   string = first `shared` bytes of the last stem + suffix + tail
//
// The key index finds an id by hash: `hashStarts` leads from the hash's upper bits to its few
// candidates, whose tags (the hash's lowest byte) are compared eight at a time.

import Codec

package struct DictionaryReader {
    package let count: Int
    private let groupShift: Int
    private let groupOffsets: PackedArray
    private let strings: SegmentDirectory.Section
    private let tailOffsets: PackedArray
    private let tails: SegmentDirectory.Section
    private let hashShift: UInt64
    private let hashStarts: PackedArray
    private let tagOffset: Int
    private let ids: PackedArray
    private let pages: Pages

    init(_ directory: SegmentDirectory.Dictionary, _ pages: Pages) {
        count = directory.count
        groupShift = directory.groupShift
        groupOffsets = PackedArray(directory.groupOffsets, pages)
        strings = directory.strings
        tailOffsets = PackedArray(directory.tailOffsets, pages)
        tails = directory.tails
        hashShift = UInt64(64 - directory.hashBits)
        hashStarts = PackedArray(directory.hashStarts, pages)
        tagOffset = directory.tags.byteOffset
        ids = PackedArray(directory.ids, pages)
        self.pages = pages
    }

    private func corrupt(_ what: String) -> StoreError {
        .corrupted("dictionary: \(what)", in: pages.path, at: strings.byteOffset)
    }

    // MARK: - By string

    /// What tells without a call that a segment does not have a key: most of many segments do not.
    package struct Probe {
        fileprivate let starts: UnsafeRawPointer
        fileprivate let tags: UnsafeRawPointer
        fileprivate let shift: UInt64
        fileprivate let width: Int
        fileprivate let count: Int
        fileprivate let isChecked: Bool

        /// False if no string with this hash is in the dictionary.
        @inline(__always)
        package func mayContain(_ hash: UInt64) -> Bool {
            guard isChecked else { return true }
            // Start and end of the bucket, in one load: two values of at most 28 bits.
            let bit = Int(truncatingIfNeeded: hash >> shift) &* width
            let both =
                starts.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self) &>> UInt64(bit & 7)
            let mask = bitMask(width)
            let start = Int(truncatingIfNeeded: both & mask)
            let end = Int(truncatingIfNeeded: both &>> UInt64(width) & mask)
            if start == end { return false }
            // Long buckets, and those that cannot be, are for `find`.
            guard start < end, end <= count, end &- start <= 8 else { return true }
            let tags = self.tags.loadUnaligned(fromByteOffset: start, as: UInt64.self)
            let different = tags ^ (hash & 0xff &* 0x0101_0101_0101_0101)
            let used = (2 &<< UInt64((end &- start) &* 8 &- 1)) &- 1 as UInt64
            return zeroBytes(different) & used != 0
        }
    }

    /// Indexes up to this size are checked when a segment is opened, so that probing need not.
    private static let probeByteLimit = 64 << 10

    package func probe() throws(StoreError) -> Probe {
        let startBytes = packedByteCount(hashStarts.count, hashStarts.width)
        let isChecked = startBytes + count <= Self.probeByteLimit && hashStarts.width <= 28
        if isChecked {
            try pages.ensure(hashStarts.byteOffset, startBytes)
            try pages.ensure(tagOffset, count)
        }
        return Probe(
            starts: pages.base + hashStarts.byteOffset, tags: pages.base + tagOffset,
            shift: hashShift,
            width: hashStarts.width, count: count, isChecked: isChecked)
    }

    /// The id of `key`, whose hash is `hash`; nil if it is not here.
    @inline(__always)
    package func find(_ key: UnsafeRawBufferPointer, hash: UInt64) throws(StoreError) -> Int? {
        // A shift by 64 is not defined in C but gives 0 here, which is the one bucket there is.
        let bucket = Int(truncatingIfNeeded: hash >> hashShift)
        var (index, end) = (try hashStarts.value(bucket), try hashStarts.value(bucket &+ 1))
        guard end <= count else { throw corrupt("key index") }
        let pattern = UInt64(hash & 0xff) &* 0x0101_0101_0101_0101
        while index < end {
            let width = min(end &- index, 8)
            try pages.ensure(tagOffset &+ index, width)
            // SAFETY: a tag is followed by at least the footer, so eight bytes can be read.
            let tags = pages.base.loadUnaligned(fromByteOffset: tagOffset &+ index, as: UInt64.self)
            let different = tags ^ pattern
            var hits = zeroBytes(different)
            if width < 8 { hits &= (1 &<< UInt64(width &* 8)) &- 1 }
            while hits != 0 {
                let id = try ids.value(index &+ hits.trailingZeroBitCount >> 3)
                if try equals(id, key) { return id }
                hits &= hits &- 1
            }
            index &+= 8
        }
        return nil
    }

    /// Whether string `id` is `key`.
    @inline(never)
    private func equals(_ id: Int, _ key: UnsafeRawBufferPointer) throws(StoreError) -> Bool {
        var entries = try group(of: id)
        let keyCount = key.count
        var matched = 0
        for _ in 0...(id & ((1 &<< groupShift) &- 1)) {
            try entries.next()
            // While an entry shares more with the last than the key does, it differs as that did.
            if entries.shared <= matched {
                let limit = min(keyCount &- entries.shared, entries.suffixCount)
                matched = entries.shared &+ commonPrefix(key, entries.shared, entries.suffix, limit)
            }
        }
        let stem = entries.shared &+ entries.suffixCount
        guard matched == stem else { return false }
        let tail = try self.tail(entries.tail)
        guard keyCount == stem &+ tail.count else { return false }
        return commonPrefix(key, stem, tail.baseAddress, tail.count) == tail.count
    }

    @inline(__always)
    private func commonPrefix(
        _ key: UnsafeRawBufferPointer, _ start: Int, _ other: UnsafeRawPointer?, _ limit: Int
    ) -> Int {
        guard limit > 0, let other, let base = key.baseAddress else { return 0 }
        let mine = base + start
        var i = 0
        while i &+ 8 <= limit {
            let difference =
                mine.loadUnaligned(fromByteOffset: i, as: UInt64.self)
                ^ other.loadUnaligned(fromByteOffset: i, as: UInt64.self)
            if difference != 0 { return i &+ difference.trailingZeroBitCount >> 3 }
            i &+= 8
        }
        while i < limit {
            if mine.load(fromByteOffset: i, as: UInt8.self)
                != other.load(fromByteOffset: i, as: UInt8.self)
            {
                return i
            }
            i &+= 1
        }
        return i
    }

    // MARK: - By id

    /// Appends string `id`, which must be below `count`.
    package func append(_ id: Int, to out: ByteBuffer) throws(StoreError) {
        var entries = try group(of: id)
        let last = id & ((1 &<< groupShift) &- 1)
        if last == 0 {
            try entries.next()
            guard entries.shared == 0 else { throw corrupt("shared prefix") }
            out.append(entries.suffix, count: entries.suffixCount)
            return out.append(try tail(entries.tail))
        }
        // Backwards, so that each byte is copied once: what the last entry shares comes from the
        // entry before it that reaches below, and so on.
        let start = out.count
        let result: Result<Int, StoreError> = withUnsafeTemporaryAllocation(
            of: (shared: Int, suffix: UnsafeRawPointer, count: Int).self, capacity: last &+ 1
        ) { chain in
            var stem = 0
            do throws(StoreError) {
                for i in 0...last {
                    try entries.next()
                    // Checked here, for room is made by it.
                    guard entries.shared <= stem else { throw corrupt("shared prefix") }
                    stem = entries.shared &+ entries.suffixCount
                    chain.initializeElement(
                        at: i, to: (entries.shared, entries.suffix, entries.suffixCount))
                }
            } catch { return .failure(error) }
            let target = out.appendUninitialized(stem)
            var missing = stem
            for i in stride(from: last, through: 0, by: -1) where chain[i].shared < missing {
                (target + chain[i].shared).copyMemory(
                    from: chain[i].suffix, byteCount: missing &- chain[i].shared)
                missing = chain[i].shared
            }
            return .success(stem)
        }
        if case .failure(let error) = result {
            out.truncate(to: start)
            throw error
        }
        out.append(try tail(entries.tail))
    }

    /// Calls `body` with every string in order.
    package func forEachString(_ body: (Int, UnsafeRawBufferPointer) throws -> Void) throws {
        let stem = ByteBuffer()
        let whole = ByteBuffer()
        var entries: Entries?
        for id in 0..<count {
            if id & ((1 << groupShift) - 1) == 0 {
                entries = try group(of: id)
                stem.removeAll()
            }
            try entries?.next()
            guard let entry = entries, entry.shared <= stem.count else {
                throw corrupt("shared prefix")
            }
            stem.truncate(to: entry.shared)
            stem.append(entry.suffix, count: entry.suffixCount)
            whole.removeAll()
            whole.append(stem.bytes)
            whole.append(try tail(entry.tail))
            try body(id, whole.bytes)
        }
    }

    /// The first id whose string is not below `key`: where a prefix begins.
    package func lowerBound(_ key: UnsafeRawBufferPointer, scratch: ByteBuffer) throws(StoreError)
        -> Int
    {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) >> 1
            scratch.removeAll()
            try append(middle, to: scratch)
            if bytesAscend(scratch.bytes, key) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Walks a group's entries.
    private struct Entries {
        var position: UnsafeRawPointer
        let end: UnsafeRawPointer
        let hasTails: Bool
        let pages: Pages
        var shared = 0
        var suffixCount = 0
        var tail = 0
        var suffix: UnsafeRawPointer

        @inline(__always)
        mutating func varint() throws(StoreError) -> Int {
            guard position < end else { throw overrun() }
            let byte = Int(position.load(as: UInt8.self))
            position += 1
            if byte < 0x80 { return byte }
            // Two bytes are the second most frequent, of files in a large tree.
            guard position < end else { throw overrun() }
            let high = Int(position.load(as: UInt8.self))
            if high < 0x80 {
                position += 1
                return byte & 0x7f | high &<< 7
            }
            return try longVarint(byte & 0x7f)
        }

        @inline(never)
        private mutating func longVarint(_ low: Int) throws(StoreError) -> Int {
            var value = low
            var shift = 7
            while shift < 35 {
                guard position < end else { throw overrun() }
                let byte = Int(position.load(as: UInt8.self))
                position += 1
                value |= (byte & 0x7f) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            throw overrun()
        }

        @inline(__always)
        mutating func next() throws(StoreError) {
            shared = try varint()
            suffixCount = try varint()
            tail = hasTails ? try varint() : 0
            guard suffixCount <= end - position else { throw overrun() }
            suffix = position
            position += suffixCount
        }

        private func overrun() -> StoreError {
            .corrupted("dictionary: a group ends early", in: pages.path, at: end - pages.base)
        }
    }

    @inline(__always)
    private func group(of id: Int) throws(StoreError) -> Entries {
        // As unsigned numbers: an id out of a block may be negative.
        guard UInt(bitPattern: id) < UInt(bitPattern: count) else {
            throw corrupt("id out of range")
        }
        let range = try groupOffsets.range(
            id &>> groupShift, limit: strings.byteCount)
        try pages.ensure(strings.byteOffset &+ range.lowerBound, range.count)
        let start = pages.base + (strings.byteOffset &+ range.lowerBound)
        return Entries(
            position: start, end: start + range.count, hasTails: tailOffsets.count > 1,
            pages: pages,
            suffix: start)
    }

    @inline(__always)
    private func tail(_ index: Int) throws(StoreError) -> UnsafeRawBufferPointer {
        if tailOffsets.count <= 1 { return UnsafeRawBufferPointer(start: pages.base, count: 0) }
        guard index &+ 1 < tailOffsets.count else { throw corrupt("tail out of range") }
        let range = try tailOffsets.range(index, limit: tails.byteCount)
        try pages.ensure(tails.byteOffset &+ range.lowerBound, range.count)
        return UnsafeRawBufferPointer(
            start: pages.base + (tails.byteOffset &+ range.lowerBound), count: range.count)
    }
}

/// Whether `a` is below `b`, byte by byte, a prefix below what it begins.
func bytesAscend(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    compareBytes(a, b) < 0
}

/// The top bit of every byte that is zero, exactly.
@inline(__always)
private func zeroBytes(_ word: UInt64) -> UInt64 {
    ~(((word & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7f7f_7f7f_7f7f_7f7f) | word) & 0x8080_8080_8080_8080
}
