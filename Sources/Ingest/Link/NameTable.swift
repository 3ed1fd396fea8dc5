// SPDX-License-Identifier: Apache-2.0
//
// Numbers under hashes, as one block of bytes that is the same in memory and on disk:
//
//   starts     UInt32 for each bucket and one more: where in the others it begins
//   hashes     UInt64 each, ascending; their first bits are the bucket
//   numbers    UInt32 each; those under one hash ascend

import Codec

/// `@unchecked Sendable`: nobody writes to it once it is made.
package struct NameTable: @unchecked Sendable {
    package struct Entry: Sendable {
        package let hash: UInt64
        package let number: UInt32

        package init(hash: UInt64, number: UInt32) {
            self.hash = hash
            self.number = number
        }
    }

    private let count: Int
    /// How far the bucket's bits are from the end of a hash.
    private let shift: UInt64
    private let starts: UnsafePointer<UInt32>
    private let hashes: UnsafePointer<UInt64>
    private let numbers: UnsafePointer<UInt32>
    /// What holds the bytes.
    private let owner: AnyObject
    package let bytes: UnsafeRawBufferPointer

    /// A bucket has about so many entries; in one that has many more, names are looked for by
    /// halves.
    private static let entriesPerBucket = 4
    private static let scanLimit = 16

    /// - Parameters:
    ///   - lists: those under one hash ascend.
    ///   - firsts: what is added to the numbers of each list. They ascend.
    package init(_ lists: [[Entry]], countedFrom firsts: [Int]) {
        count = lists.reduce(0) { $0 + $1.count }
        let bucketBits = Self.bucketBits(count)
        shift = UInt64(64 - bucketBits)
        let buffer = ByteBuffer(capacity: Self.byteCount(count))
        let start = buffer.appendUninitialized(Self.byteCount(count))
        bytes = buffer.bytes
        owner = buffer
        let bucketCount = 1 << bucketBits
        let places = Self.places(count)
        start.initializeMemory(as: UInt8.self, repeating: 0, count: places.hashes)
        let starts = start.bindMemory(to: UInt32.self, capacity: bucketCount + 1)
        let hashes = (start + places.hashes).bindMemory(to: UInt64.self, capacity: count)
        let numbers = (start + places.numbers).bindMemory(to: UInt32.self, capacity: count)
        (self.starts, self.hashes, self.numbers) = (
            UnsafePointer(starts), UnsafePointer(hashes), UnsafePointer(numbers)
        )
        for list in lists {
            for entry in list { starts[Int(entry.hash >> shift)] += 1 }
        }
        var next: UInt32 = 0
        for bucket in 0...bucketCount {
            (starts[bucket], next) = (next, next + starts[bucket])
        }
        // Each bucket's start goes on to its end, which is where the next one began.
        for (list, first) in zip(lists, firsts) {
            for entry in list {
                let bucket = Int(entry.hash >> shift)
                let place = Int(starts[bucket])
                starts[bucket] += 1
                hashes[place] = entry.hash
                numbers[place] = UInt32(first) + entry.number
            }
        }
        for bucket in stride(from: bucketCount, to: 0, by: -1) {
            starts[bucket] = starts[bucket - 1]
        }
        starts[0] = 0
        for bucket in 0..<bucketCount {
            Self.sort(hashes, numbers, Int(starts[bucket])..<Int(starts[bucket + 1]))
        }
    }

    /// What was `bytes` once, which `owner` holds; nil if they are none such.
    package init?(
        _ bytes: UnsafeRawBufferPointer, count: Int, numbersBelow limit: Int, owner: AnyObject
    ) {
        guard count >= 0, count <= Int(Int32.max), bytes.count == Self.byteCount(count),
            let start = bytes.baseAddress, UInt(bitPattern: start) % 8 == 0
        else { return nil }
        self.count = count
        self.bytes = bytes
        self.owner = owner
        let bucketBits = Self.bucketBits(count)
        shift = UInt64(64 - bucketBits)
        let places = Self.places(count)
        starts = start.assumingMemoryBound(to: UInt32.self)
        hashes = (start + places.hashes).assumingMemoryBound(to: UInt64.self)
        numbers = (start + places.numbers).assumingMemoryBound(to: UInt32.self)
        var last: UInt32 = 0
        for bucket in 0...(1 << bucketBits) {
            if starts[bucket] < last { return nil }
            last = starts[bucket]
        }
        var highest: UInt32 = 0
        for place in 0..<count { highest = max(highest, numbers[place]) }
        guard starts[0] == 0, last == count, count == 0 || Int(highest) < limit else { return nil }
    }

    package var entryCount: Int { count }

    package func forEach(_ hash: UInt64, _ body: (Int) -> Void) {
        let bucket = Int(hash >> shift)
        var place = Int(starts[bucket])
        let end = Int(starts[bucket + 1])
        if end - place > Self.scanLimit {
            var upper = end
            while place < upper {
                let middle = (place + upper) / 2
                if hashes[middle] < hash { place = middle + 1 } else { upper = middle }
            }
        }
        while place < end, hashes[place] < hash { place += 1 }
        while place < end, hashes[place] == hash {
            body(Int(numbers[place]))
            place += 1
        }
    }

    // MARK: - Layout

    private static func bucketBits(_ count: Int) -> Int {
        max(1, Int.bitWidth - (count / entriesPerBucket).leadingZeroBitCount)
    }

    private static func places(_ count: Int) -> (hashes: Int, numbers: Int) {
        let hashes = (((1 << bucketBits(count)) + 1) * 4 + 7) / 8 * 8
        return (hashes, hashes + count * 8)
    }

    package static func byteCount(_ count: Int) -> Int { places(count).numbers + count * 4 }

    /// By hash; what has the same one stays in its order.
    private static func sort(
        _ hashes: UnsafeMutablePointer<UInt64>, _ numbers: UnsafeMutablePointer<UInt32>,
        _ range: Range<Int>
    ) {
        if range.count > scanLimit {
            let sorted = range.map { Entry(hash: hashes[$0], number: numbers[$0]) }
                .sorted { ($0.hash, $0.number) < ($1.hash, $1.number) }
            for (place, entry) in zip(range, sorted) {
                (hashes[place], numbers[place]) = (entry.hash, entry.number)
            }
            return
        }
        for first in range.dropFirst() {
            let (hash, number) = (hashes[first], numbers[first])
            var place = first
            while place > range.lowerBound, hashes[place - 1] > hash {
                (hashes[place], numbers[place]) = (hashes[place - 1], numbers[place - 1])
                place -= 1
            }
            (hashes[place], numbers[place]) = (hash, number)
        }
    }
}
