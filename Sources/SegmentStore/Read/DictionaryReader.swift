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

/// A pointer to what the segment owns, as strings are looked up too often for copies.
package struct DictionaryReader: @unchecked Sendable {
    // Sendable: nothing changes after `init`.
    fileprivate struct Body {
        let count: Int
        let groupShift: Int
        let groupOffsets: PackedArray
        let strings: SegmentDirectory.Section
        let tailOffsets: PackedArray
        let tails: SegmentDirectory.Section
        let hashShift: UInt64
        let hashStarts: PackedArray
        let tagOffset: Int
        let ids: PackedArray
        let pages: Pages
    }

    private let body: UnsafeMutablePointer<Body>

    init(_ directory: SegmentDirectory.Dictionary, _ pages: Pages) {
        body = .allocate(capacity: 1)
        body.initialize(
            to: Body(
                count: directory.count, groupShift: directory.groupShift,
                groupOffsets: PackedArray(directory.groupOffsets, pages),
                strings: directory.strings,
                tailOffsets: PackedArray(directory.tailOffsets, pages), tails: directory.tails,
                hashShift: UInt64(64 - directory.hashBits),
                hashStarts: PackedArray(directory.hashStarts, pages),
                tagOffset: directory.tags.byteOffset, ids: PackedArray(directory.ids, pages),
                pages: pages))
    }

    func destroy() { body.deallocate() }

    package var count: Int { @inline(__always) get { body.pointee.count } }
    private var groupShift: Int { @inline(__always) get { body.pointee.groupShift } }
    private var pages: Pages { @inline(__always) get { body.pointee.pages } }

    private func corrupt(_ what: String) -> StoreError {
        .corrupted("dictionary: \(what)", in: pages.path, at: body.pointee.strings.byteOffset)
    }

    // MARK: - By string

    /// Where in the key index a string may stand: eight places, of which those count whose top
    /// bit is set in `hits`.
    package struct Candidates {
        fileprivate let index: Int
        fileprivate let hits: UInt64
        /// The places after these eight up to here have not been looked at.
        fileprivate let end: Int

        @inline(__always)
        package var areNone: Bool { hits == 0 && end == 0 }
    }

    /// What tells without a call that a segment does not have a key: most of many segments do not.
    package struct Probe {
        fileprivate let starts: UnsafeRawPointer
        fileprivate let tags: UnsafeRawPointer
        fileprivate let shift: UInt64
        fileprivate let width: Int
        fileprivate let count: Int
        fileprivate let isChecked: Bool

        /// How many of the hash's upper bits say which bucket.
        var hashBits: Int { Int(64 &- shift) }

        /// Calls `body` with the bucket and the tag of every string. False if that is not known.
        func forEachTag(_ body: (Int, Int) -> Void) -> Bool {
            guard isChecked else { return false }
            var start = 0
            for bucket in 0..<1 << hashBits {
                let end = Int(truncatingIfNeeded: loadPacked(starts, bucket + 1, width))
                guard start <= end, end <= count else { return false }
                for index in start..<end {
                    body(bucket, Int(tags.load(fromByteOffset: index, as: UInt8.self)))
                }
                start = end
            }
            return start == count
        }

        /// Where a string with this hash may be in the dictionary.
        @inline(__always)
        package func candidates(_ hash: UInt64) -> Candidates {
            guard isChecked else { return Candidates(index: 0, hits: 0, end: .max) }
            // Start and end of the bucket, in one load: two values of at most 28 bits.
            let bit = Int(truncatingIfNeeded: hash >> shift) &* width
            let both =
                starts.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self) &>> UInt64(bit & 7)
            let mask = bitMask(width)
            let start = Int(truncatingIfNeeded: both & mask)
            let end = Int(truncatingIfNeeded: both &>> UInt64(width) & mask)
            if start == end { return Candidates(index: 0, hits: 0, end: 0) }
            // Long buckets, and those that cannot be, are for `find`.
            guard start < end, end <= count, end &- start <= 8 else {
                return Candidates(index: 0, hits: 0, end: .max)
            }
            // SAFETY: a tag is followed by at least the footer, so eight bytes can be read.
            let tags = self.tags.loadUnaligned(fromByteOffset: start, as: UInt64.self)
            let used = (2 &<< UInt64((end &- start) &* 8 &- 1)) &- 1 as UInt64
            return Candidates(index: start, hits: equalBytes(tags, hash) & used, end: 0)
        }
    }

    /// Indexes up to this size are checked when a segment is opened, so that probing need not.
    private static let probeByteLimit = 64 << 10

    package func probe() throws(StoreError) -> Probe {
        let starts = body.pointee.hashStarts
        let startBytes = packedByteCount(starts.count, starts.width)
        let isChecked = startBytes + count <= Self.probeByteLimit && starts.width <= 28
        if isChecked {
            try pages.ensure(starts.byteOffset, startBytes)
            try pages.ensure(body.pointee.tagOffset, count)
        }
        return Probe(
            starts: pages.base + starts.byteOffset, tags: pages.base + body.pointee.tagOffset,
            shift: body.pointee.hashShift, width: starts.width, count: count, isChecked: isChecked)
    }

    /// The id of `key`, whose hash is `hash`; nil if it is not here.
    @inline(__always)
    package func find(_ key: UnsafeRawBufferPointer, hash: UInt64) throws(StoreError) -> Int? {
        try find(key, hash, Candidates(index: 0, hits: 0, end: .max))
    }

    /// The same, where the probe has looked already. Strings that are not wanted are not compared.
    @inline(__always)
    package func find(
        _ key: UnsafeRawBufferPointer, _ hash: UInt64, _ candidates: Candidates,
        isWanted: (Int) throws(StoreError) -> Bool = { _ in true }
    ) throws(StoreError) -> Int? {
        if candidates.end != 0 {
            guard let id = try search(key, hash), try isWanted(id) else { return nil }
            return id
        }
        var hits = candidates.hits
        while hits != 0 {
            let place = candidates.index &+ hits.trailingZeroBitCount &>> 3
            let id = try body.pointee.ids.value(place)
            guard id < count else { throw corrupt("key index") }
            if try isWanted(id), try equals(id, key) { return id }
            hits &= hits &- 1
        }
        return nil
    }

    @inline(never)
    private func search(_ key: UnsafeRawBufferPointer, _ hash: UInt64) throws(StoreError) -> Int? {
        // A shift by 64 is not defined in C but gives 0 here, which is the one bucket there is.
        let bucket = Int(truncatingIfNeeded: hash >> body.pointee.hashShift)
        let starts = body.pointee.hashStarts
        var (index, end) = (try starts.value(bucket), try starts.value(bucket &+ 1))
        guard end <= count else { throw corrupt("key index") }
        let tagOffset = body.pointee.tagOffset
        while index < end {
            let width = min(end &- index, 8)
            try pages.ensure(tagOffset &+ index, width)
            // SAFETY: a tag is followed by at least the footer, so eight bytes can be read.
            let tags = pages.base.loadUnaligned(fromByteOffset: tagOffset &+ index, as: UInt64.self)
            var hits = equalBytes(tags, hash)
            if width < 8 { hits &= (1 &<< UInt64(width &* 8)) &- 1 }
            let here = Candidates(index: index, hits: hits, end: 0)
            if let id = try find(key, hash, here) { return id }
            index &+= 8
        }
        return nil
    }

    /// Whether string `id` is `key`.
    ///
    /// Most strings that are compared are equal, for their hashes are. So the entries are walked
    /// without a look at their bytes, and then compared from the last one back: each byte once.
    @inline(never)
    private func equals(_ id: Int, _ key: UnsafeRawBufferPointer) throws(StoreError) -> Bool {
        var entries = try group(of: id)
        let last = id & ((1 &<< groupShift) &- 1)
        return try withChain(last &+ 1) { (chain) throws(StoreError) -> Bool in
            let stem = try entries.read(last, into: chain)
            guard stem <= key.count else { return false }
            // SAFETY: nothing is read of an empty key, which may have no address.
            let base = key.baseAddress ?? pages.base
            var missing = stem
            var i = last
            while missing > 0 {
                let entry = chain[i]
                if entry.shared < missing {
                    guard
                        areEqual(base + entry.shared, entry.suffix, missing &- entry.shared)
                    else { return false }
                    missing = entry.shared
                }
                i &-= 1
            }
            let tail = try tail(entries.tail)
            // SAFETY: `tail` always has an address.
            let bytes = tail.baseAddress.unsafelyUnwrapped
            guard stem &+ tail.count == key.count else { return false }
            return areEqual(base + stem, bytes, tail.count)
        }
    }

    /// Room on the stack for the entries up to one of a group.
    @inline(__always)
    private func withChain<T>(
        _ count: Int,
        _ body: (UnsafeMutableBufferPointer<Entries.Entry>) throws(StoreError) -> T
    ) throws(StoreError) -> T {
        let result: Result<T, StoreError> = withUnsafeTemporaryAllocation(
            of: Entries.Entry.self, capacity: count
        ) { chain in
            do throws(StoreError) { return .success(try body(chain)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
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
        try withChain(last &+ 1) { (chain) throws(StoreError) in
            let stem = try entries.read(last, into: chain)
            let target = out.appendUninitialized(stem)
            var missing = stem
            var i = last
            while missing > 0 {
                let entry = chain[i]
                if entry.shared < missing {
                    (target + entry.shared).copyMemory(
                        from: entry.suffix, byteCount: missing &- entry.shared)
                    missing = entry.shared
                }
                i &-= 1
            }
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
            let tail = try tail(entry.tail)
            if tail.isEmpty {
                try body(id, stem.bytes)
                continue
            }
            whole.removeAll()
            whole.append(stem.bytes)
            whole.append(tail)
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

        /// An entry's bytes, which come after `shared` bytes of the last.
        struct Entry {
            let shared: Int
            let suffix: UnsafeRawPointer
        }

        /// Reads the first entries of a group up to number `last`; returns how long its stem is.
        /// The first shares nothing, and none shares more than the one before has.
        @inline(__always)
        mutating func read(
            _ last: Int, into chain: UnsafeMutableBufferPointer<Entry>
        ) throws(StoreError) -> Int {
            var stem = 0
            for i in 0...last {
                try next()
                guard shared <= stem else {
                    throw .corrupted(
                        "dictionary: shared prefix", in: pages.path, at: position - pages.base)
                }
                stem = shared &+ suffixCount
                chain.initializeElement(at: i, to: Entry(shared: shared, suffix: suffix))
            }
            return stem
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
        let strings = body.pointee.strings
        let range = try body.pointee.groupOffsets.range(
            id &>> groupShift, limit: strings.byteCount)
        try pages.ensure(strings.byteOffset &+ range.lowerBound, range.count)
        let start = pages.base + (strings.byteOffset &+ range.lowerBound)
        return Entries(
            position: start, end: start + range.count,
            hasTails: body.pointee.tailOffsets.count > 1, pages: pages, suffix: start)
    }

    @inline(__always)
    private func tail(_ index: Int) throws(StoreError) -> UnsafeRawBufferPointer {
        let offsets = body.pointee.tailOffsets
        if offsets.count <= 1 { return UnsafeRawBufferPointer(start: pages.base, count: 0) }
        guard index &+ 1 < offsets.count else { throw corrupt("tail out of range") }
        let tails = body.pointee.tails
        let range = try offsets.range(index, limit: tails.byteCount)
        try pages.ensure(tails.byteOffset &+ range.lowerBound, range.count)
        return UnsafeRawBufferPointer(
            start: pages.base + (tails.byteOffset &+ range.lowerBound), count: range.count)
    }
}

/// Whether `a` is below `b`, byte by byte, a prefix below what it begins.
func bytesAscend(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    compareBytes(a, b) < 0
}

/// The top bit of every byte of `word` that is the lowest byte of `hash`, exactly.
@inline(__always)
private func equalBytes(_ word: UInt64, _ hash: UInt64) -> UInt64 {
    let different = word ^ (hash & 0xff &* 0x0101_0101_0101_0101)
    return ~(((different & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7f7f_7f7f_7f7f_7f7f) | different)
        & 0x8080_8080_8080_8080
}
