// SPDX-License-Identifier: Apache-2.0
//
// Writes what `DictionaryReader` reads: strings in ascending order, and the key index.

import Codec

final class DictionaryWriter {
    private let space: ScratchSpace
    private let strings: Spool
    private let groupStarts: Spool
    private let hashes: ExternalSorter
    private let stem = ByteBuffer()
    private let entry = ByteBuffer()
    /// What keys have in common behind their last colon: paths.
    private let splitsTails: Bool
    private let groupShift: Int
    private let tails: Interner
    private var lastTail = 0
    private var count = 0
    private static let tailMemoryLimit = 4 << 20

    /// `splitsTails` if the strings are keys that end in ":" and something that repeats.
    init(_ space: ScratchSpace, splitsTails: Bool, isSmall: Bool, memoryLimit: Int) {
        groupShift = isSmall ? 0 : SegmentFormat.groupShift
        self.space = space
        self.splitsTails = splitsTails
        strings = Spool(space)
        groupStarts = Spool(space)
        tails = Interner()
        hashes = ExternalSorter(words: 2, space, memoryLimit: memoryLimit)
    }

    func append(_ string: UnsafeRawBufferPointer, hash: UInt64) throws(StoreError) {
        var stemCount = string.count
        var tail = 0
        if splitsTails {
            if let colon = string.lastIndex(of: UInt8(ascii: ":")) { stemCount = colon + 1 }
            // Tails that turn out not to repeat stay with their stems.
            if tails.memoryByteCount > Self.tailMemoryLimit { stemCount = string.count }
            let rest = UnsafeRawBufferPointer(rebasing: string[stemCount...])
            if count > 0, tails.isEqual(lastTail, rest) {
                tail = lastTail
            } else {
                tail = tails.intern(rest)
            }
            lastTail = tail
        }
        var shared = 0
        if count & ((1 << groupShift) - 1) == 0 {
            try groupStarts.append(UInt32(truncatingIfNeeded: strings.count))
        } else {
            let limit = min(stemCount, stem.count)
            let old = stem.bytes
            while shared < limit, old[shared] == string[shared] { shared += 1 }
        }
        entry.removeAll()
        entry.appendVarint(UInt64(shared))
        entry.appendVarint(UInt64(stemCount - shared))
        if splitsTails { entry.appendVarint(UInt64(tail)) }
        stem.truncate(to: min(shared, stem.count))
        let suffix = UnsafeRawBufferPointer(rebasing: string[shared..<stemCount])
        entry.append(suffix)
        stem.append(suffix)
        try strings.append(entry.bytes)
        guard strings.count < UInt32.max else {
            throw StoreError(.limitExceeded, "a domain's strings exceed 4 GiB in one segment")
        }
        try hashes.append(hash, UInt64(count))
        count += 1
    }

    /// Appends everything to `sink` and says where it is.
    func write(to sink: SectionSink, domain: Int) throws(StoreError) -> SegmentDirectory.Dictionary
    {
        var directory = SegmentDirectory.Dictionary()
        directory.domain = domain
        directory.count = count
        directory.groupShift = groupShift
        let offsets = PackedSpool(space, width: bitWidth(UInt64(strings.count)))
        var starts = groupStarts.reader()
        while !starts.isAtEnd { try offsets.append(Int(try starts.next(UInt32.self))) }
        try offsets.append(strings.count)
        directory.groupOffsets = try sink.append(offsets)
        directory.strings = try sink.append(strings)

        let tailCount = splitsTails ? tails.count : 0
        let tailBytes = Spool(space)
        var total = 0
        for tail in 0..<tailCount { total += tails.bytes(tail).count }
        let tailOffsets = PackedSpool(space, width: bitWidth(UInt64(total)))
        for tail in 0..<tailCount {
            try tailOffsets.append(tailBytes.count)
            try tailBytes.append(tails.bytes(tail))
        }
        try tailOffsets.append(tailBytes.count)
        directory.tailOffsets = try sink.append(tailOffsets)
        directory.tails = try sink.append(tailBytes)
        try writeIndex(to: sink, &directory)
        return directory
    }

    private func writeIndex(
        to sink: SectionSink, _ directory: inout SegmentDirectory.Dictionary
    ) throws(StoreError) {
        let bits = max(0, bitWidth(UInt64(count)) - 2)
        let starts = PackedSpool(space, width: bitWidth(UInt64(count)))
        let tags = Spool(space)
        let ids = PackedSpool(space, width: bitWidth(UInt64(max(count, 1) - 1)))
        var bucket = 0
        var seen = 0
        try starts.append(0)
        try hashes.forEachRecord { record throws(StoreError) in
            let own = Int(truncatingIfNeeded: record[0] >> UInt64(64 - bits))
            while bucket < own {
                try starts.append(seen)
                bucket += 1
            }
            try tags.append(UInt8(truncatingIfNeeded: record[0]))
            try ids.append(Int(record[1]))
            seen += 1
        }
        while bucket < 1 << bits {
            try starts.append(seen)
            bucket += 1
        }
        directory.hashBits = bits
        directory.hashStarts = try sink.append(starts)
        directory.tags = try sink.append(tags)
        directory.ids = try sink.append(ids)
    }
}
