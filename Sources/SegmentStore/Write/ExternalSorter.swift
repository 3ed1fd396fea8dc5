// SPDX-License-Identifier: Apache-2.0
//
// Sorts records of a few 64-bit words, in memory while they fit and in runs on the disk otherwise.

import Codec

final class ExternalSorter {
    private let words: Int
    private let space: ScratchSpace
    private let memoryLimit: Int
    private let records: ByteBuffer
    private var runs: [Spool] = []
    @exclusivity(unchecked) private(set) var count = 0

    init(words: Int, _ space: ScratchSpace, memoryLimit: Int) {
        self.words = words
        self.space = space
        // Sorting takes the same again.
        self.memoryLimit = max(memoryLimit / 2, 4096)
        records = ByteBuffer(capacity: 4096)
    }

    /// Appends a record of one word.
    @inline(__always)
    func append(_ word: UInt64) throws(StoreError) {
        records.append(word)
        count &+= 1
        if records.count >= memoryLimit { try spill() }
    }

    /// Appends a record of two words.
    @inline(__always)
    func append(_ first: UInt64, _ second: UInt64) throws(StoreError) {
        records.append(first)
        records.append(second)
        count &+= 1
        if records.count >= memoryLimit { try spill() }
    }

    @inline(__always)
    func append(_ record: UnsafePointer<UInt64>) throws(StoreError) {
        if words == 1 { return try append(record[0]) }
        records.append(record, count: words &* 8)
        count &+= 1
        if records.count >= memoryLimit { try spill() }
    }

    private func spill() throws(StoreError) {
        let sorted = radixSort(records, words: words)
        let run = Spool(space)
        try run.write(sorted.bytes)
        runs.append(run)
        records.removeAll()
    }

    /// Calls `body` with every record in ascending order, the first word deciding first.
    func forEachRecord(_ body: (UnsafePointer<UInt64>) throws(StoreError) -> Void)
        throws(StoreError)
    {
        if runs.isEmpty {
            let sorted = radixSort(records, words: words)
            let base = sorted.base.assumingMemoryBound(to: UInt64.self)
            for i in 0..<count { try body(base + i &* words) }
            withExtendedLifetime(sorted) {}
            return
        }
        if records.count > 0 { try spill() }
        try merge(body)
    }

    private func merge(_ body: (UnsafePointer<UInt64>) throws(StoreError) -> Void)
        throws(StoreError)
    {
        // All that sorting took is theirs.
        var readers = runs.map { $0.reader(byteCount: memoryLimit * 2 / runs.count) }
        let heads = UnsafeMutablePointer<UInt64>.allocate(capacity: words * readers.count)
        defer { heads.deallocate() }
        func advance(_ run: Int) throws(StoreError) -> Bool {
            if readers[run].isAtEnd { return false }
            for word in 0..<words { heads[run * words + word] = try readers[run].next(UInt64.self) }
            return true
        }
        func isFirst(_ a: Int, _ b: Int) -> Bool { isBelow(heads + a &* words, heads + b &* words) }
        var alive: [Int] = []
        for run in readers.indices where try advance(run) { alive.append(run) }
        var heap = RunHeap(alive, isFirst)
        while let run = heap.first {
            try body(heads + run &* words)
            if try advance(run) { heap.settle(isFirst) } else { heap.removeFirst(isFirst) }
        }
    }

    @inline(__always)
    private func isBelow(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Bool {
        for word in 0..<words where a[word] != b[word] { return a[word] < b[word] }
        return false
    }
}

/// Sorts by bytes from the last to the first, leaving out those that are the same everywhere.
/// The result is `records` or a buffer of its own.
private func radixSort(_ records: ByteBuffer, words: Int) -> ByteBuffer {
    let count = records.count / (words * 8)
    guard count > 1 else { return records }
    var varying = [UInt64](repeating: 0, count: words)
    let first = records.base.assumingMemoryBound(to: UInt64.self)
    for word in 0..<words {
        var bits: UInt64 = 0
        for i in 1..<count { bits |= first[i &* words &+ word] ^ first[word] }
        varying[word] = bits
    }
    let spare = ByteBuffer(capacity: records.count)
    _ = spare.appendUninitialized(records.count)
    var (from, to) = (records, spare)
    var starts = [Int](repeating: 0, count: 256)
    for word in (0..<words).reversed() {
        for byte in 0..<8 where (varying[word] >> UInt64(byte * 8)) & 0xff != 0 {
            let shift = UInt64(byte * 8)
            let source = from.base.assumingMemoryBound(to: UInt64.self)
            let target = to.base.assumingMemoryBound(to: UInt64.self)
            starts.withUnsafeMutableBufferPointer { starts in
                starts.update(repeating: 0)
                for i in 0..<count {
                    starts[Int((source[i &* words &+ word] &>> shift) & 0xff)] &+= 1
                }
                var sum = 0
                for digit in 0..<256 { (starts[digit], sum) = (sum, sum &+ starts[digit]) }
                for i in 0..<count {
                    let digit = Int((source[i &* words &+ word] &>> shift) & 0xff)
                    let place = starts[digit]
                    starts[digit] = place &+ 1
                    for w in 0..<words { target[place &* words &+ w] = source[i &* words &+ w] }
                }
            }
            swap(&from, &to)
        }
    }
    return from
}

/// How records of several fields are packed into words so that they sort field by field.
struct RecordLayout {
    let widths: [Int]
    let words: Int

    init(_ widths: [Int]) {
        self.widths = widths
        words = max(1, (widths.reduce(0, +) + 63) / 64)
    }

    /// The first field in the highest bits of the first word.
    @inline(__always)
    func pack(_ fields: UnsafePointer<UInt64>, into record: UnsafeMutablePointer<UInt64>) {
        for word in 0..<words { record[word] = 0 }
        var bit = 0
        for (index, width) in widths.enumerated() where width > 0 {
            let end = bit &+ width
            let word = (end &- 1) &>> 6
            let low = (word &+ 1) &* 64 &- end
            record[word] |= fields[index] &<< UInt64(low)
            if low &+ width > 64 { record[word &- 1] |= fields[index] &>> UInt64(64 &- low) }
            bit = end
        }
    }

    @inline(__always)
    func unpack(_ record: UnsafePointer<UInt64>, into fields: UnsafeMutablePointer<UInt64>) {
        var bit = 0
        for (index, width) in widths.enumerated() {
            if width == 0 {
                fields[index] = 0
                continue
            }
            let end = bit &+ width
            let word = (end &- 1) &>> 6
            let low = (word &+ 1) &* 64 &- end
            var value = record[word] &>> UInt64(low)
            if low &+ width > 64 { value |= record[word &- 1] &<< UInt64(64 &- low) }
            fields[index] = value & bitMask(width)
            bit = end
        }
    }
}
