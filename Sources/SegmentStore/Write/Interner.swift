// SPDX-License-Identifier: Apache-2.0
import Codec

/// Gives every distinct string a number, in the order of first sight.
final class Interner {
    private let arena = ByteBuffer(capacity: 4096)
    /// Where each string starts; one more for the end.
    private let starts = ByteBuffer(capacity: 1024)
    private let hashes = ByteBuffer(capacity: 1024)
    // Nothing here is reached from two places at once: the checks would cost as much as the work.
    @exclusivity(unchecked) private var table: UnsafeMutablePointer<UInt32>
    @exclusivity(unchecked) private var mask: Int
    @exclusivity(unchecked) private(set) var count = 0

    /// Takes hardly any memory before the first string: most domains of a small batch have none.
    init() {
        mask = 0
        table = .allocate(capacity: 1)
        table.initialize(to: 0)
    }

    deinit { table.deallocate() }

    var memoryByteCount: Int { arena.count + count * 16 + (mask + 1) * 4 }

    @inline(__always)
    func bytes(_ id: Int) -> UnsafeRawBufferPointer {
        let start = starts.base.load(fromByteOffset: id &* 8, as: Int.self)
        let end = starts.base.load(fromByteOffset: id &* 8 &+ 8, as: Int.self)
        return UnsafeRawBufferPointer(start: arena.base + start, count: end &- start)
    }

    @inline(__always)
    func hash(_ id: Int) -> UInt64 { hashes.base.load(fromByteOffset: id &* 8, as: UInt64.self) }

    @inline(__always)
    func isEqual(_ id: Int, _ string: UnsafeRawBufferPointer) -> Bool {
        let mine = bytes(id)
        guard mine.count == string.count, let base = mine.baseAddress,
            let other = string.baseAddress
        else { return mine.count == string.count }
        return areEqual(base, other, mine.count)
    }

    func intern(_ string: UnsafeRawBufferPointer) -> Int {
        let hash = xxh3(string)
        var slot = Int(truncatingIfNeeded: hash >> 20) & mask
        while true {
            let found = Int(table[slot])
            if found == 0 { break }
            if self.hash(found &- 1) == hash, isEqual(found &- 1, string) { return found &- 1 }
            slot = (slot &+ 1) & mask
        }
        let id = count
        if id == 0 { starts.append(UInt64(0)) }
        arena.append(string)
        starts.append(UInt64(arena.count))
        hashes.append(hash)
        count += 1
        table[slot] = UInt32(count)
        if count * 2 > mask { grow() }
        return id
    }

    private func grow() {
        let capacity = max((mask + 1) * 2, 256)
        table.deallocate()
        table = .allocate(capacity: capacity)
        table.initialize(repeating: 0, count: capacity)
        mask = capacity - 1
        for id in 0..<count {
            var slot = Int(truncatingIfNeeded: hash(id) >> 20) & mask
            while table[slot] != 0 { slot = (slot &+ 1) & mask }
            table[slot] = UInt32(id + 1)
        }
    }

    func removeAll() {
        arena.removeAll()
        starts.removeAll()
        hashes.removeAll()
        table.initialize(repeating: 0, count: mask + 1)
        count = 0
    }

    // MARK: - Sorting

    private struct Entry {
        /// Eight bytes of the string from some depth on, the first highest.
        var bytes: UInt64
        var id: UInt32
        /// How many of the eight are the string's: "a" comes before "a\0".
        var length: UInt32
    }

    /// The ids in the order of their strings. Compares eight bytes at a time and goes deeper only
    /// where they are the same, so that keys with long common prefixes cost little more.
    func sorted() -> [UInt32] {
        var entries = (0..<count).map { Entry(bytes: 0, id: UInt32($0), length: 0) }
        entries.withUnsafeMutableBufferPointer { sort($0, depth: 0) }
        return entries.map(\.id)
    }

    private func sort(_ all: UnsafeMutableBufferPointer<Entry>, depth: Int) {
        // A stack of our own: strings may share thousands of bytes.
        var work: [(Range<Int>, Int)] = [(0..<all.count, depth)]
        while let (range, depth) = work.popLast() {
            for i in range { load(&all[i], depth) }
            var part = UnsafeMutableBufferPointer(rebasing: all[range])
            part.sort { a, b in a.bytes != b.bytes ? a.bytes < b.bytes : a.length < b.length }
            var start = range.lowerBound
            while start < range.upperBound {
                var end = start + 1
                while end < range.upperBound, all[end].bytes == all[start].bytes,
                    all[end].length == all[start].length
                {
                    end += 1
                }
                if end - start > 1 { work.append((start..<end, depth + 8)) }
                start = end
            }
        }
    }

    @inline(__always)
    private func load(_ entry: inout Entry, _ depth: Int) {
        let string = bytes(Int(entry.id))
        let left = string.count &- depth
        if left >= 8, let base = string.baseAddress {
            entry.bytes = base.loadUnaligned(fromByteOffset: depth, as: UInt64.self).bigEndian
            entry.length = 8
            return
        }
        var bytes: UInt64 = 0
        for i in 0..<8 { bytes = bytes &<< 8 | (i < left ? UInt64(string[depth &+ i]) : 0) }
        entry.bytes = bytes
        entry.length = UInt32(max(0, left))
    }
}
