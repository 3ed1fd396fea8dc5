// SPDX-License-Identifier: Apache-2.0
//
// The strings of a domain, collected over a batch. While they fit in memory there is one run; what
// does not fit is sorted, written away and merged at the end.

import Codec

final class DomainBuilder {
    static let null = UInt32.max

    private let space: ScratchSpace
    private let interner = Interner()
    /// Sorted strings of the runs that were written away, and their numbers in that order.
    private var spilled: [(strings: Spool, ranks: Spool, count: Int)] = []
    /// What each run's numbers become; set by `finish`.
    private var mappings: [Spool] = []
    private var finalRanks: [UInt32] = []
    /// The strings' numbers in their order; set by `rank`.
    private var order: [UInt32] = []
    private(set) var finalCount = 0

    init(_ space: ScratchSpace) { self.space = space }

    var memoryByteCount: Int { interner.memoryByteCount }
    var isEmpty: Bool { spilled.isEmpty && interner.count == 0 }
    var runCount: Int { spilled.count + 1 }

    @inline(__always)
    func intern(_ string: UnsafeRawBufferPointer) -> UInt32 { UInt32(interner.intern(string)) }

    /// Whether `string` is number `id` of this run: columns repeat their last value often.
    @inline(__always)
    func isEqual(_ id: UInt32, _ string: UnsafeRawBufferPointer) -> Bool {
        Int(id) < interner.count && interner.isEqual(Int(id), string)
    }

    /// Writes the run away; numbers start again from 0.
    func sealRun() throws(StoreError) {
        let order = interner.sorted()
        let strings = Spool(space)
        let ranks = Spool(space)
        var rankOf = [UInt32](repeating: 0, count: order.count)
        for (rank, id) in order.enumerated() {
            let string = interner.bytes(Int(id))
            try strings.append(UInt32(string.count))
            try strings.append(string)
            rankOf[Int(id)] = UInt32(rank)
        }
        for rank in rankOf { try ranks.append(rank) }
        try strings.seal()
        try ranks.seal()
        spilled.append((strings, ranks, order.count))
        interner.removeAll()
    }

    /// Settles what the numbers become, if all strings are in memory: what refers to them need not
    /// wait for the dictionary. False if `finish` must come first.
    func rank() -> Bool {
        guard spilled.isEmpty else { return false }
        order = interner.sorted()
        finalRanks = [UInt32](repeating: 0, count: order.count)
        for (rank, id) in order.enumerated() { finalRanks[Int(id)] = UInt32(rank) }
        finalCount = order.count
        return true
    }

    /// Brings all strings in order to a dictionary; after `rank`.
    func finish(memoryLimit: Int) throws(StoreError) -> DictionaryWriter {
        let isSmall = spilled.isEmpty && interner.count <= SegmentFormat.smallDictionaryCount
        let dictionary = DictionaryWriter(
            space, splitsTails: !isSmall && tailsRepeat(), isSmall: isSmall,
            memoryLimit: memoryLimit)
        if spilled.isEmpty {
            for id in order {
                try dictionary.append(interner.bytes(Int(id)), hash: interner.hash(Int(id)))
            }
        } else {
            try sealRun()
            try merge(into: dictionary, memoryLimit: memoryLimit)
        }
        return dictionary
    }

    /// Whether what follows the last colon repeats: a sample decides.
    private func tailsRepeat() -> Bool {
        let step = max(1, interner.count / 256)
        var seen = 0
        var byteCount = 0
        var distinct = Set<UInt64>()
        for id in stride(from: 0, to: interner.count, by: step) {
            let string = interner.bytes(id)
            guard let colon = string.lastIndex(of: UInt8(ascii: ":")) else { continue }
            let tail = UnsafeRawBufferPointer(rebasing: string[(colon + 1)...])
            seen += 1
            byteCount += tail.count
            distinct.insert(xxh3(tail))
        }
        // An index of two bytes must be worth its while.
        return seen > 0 && byteCount > seen * 4 && distinct.count * 10 < seen * 9
    }

    private func merge(
        into dictionary: DictionaryWriter, memoryLimit: Int
    ) throws(StoreError) {
        let share = memoryLimit / 2 / spilled.count
        var readers = spilled.map { $0.strings.reader(byteCount: share) }
        mappings = spilled.map { _ in Spool(space, memoryLimit: share) }
        let heads = spilled.map { _ in ByteBuffer() }
        func advance(_ run: Int) throws(StoreError) -> Bool {
            if readers[run].isAtEnd { return false }
            let count = Int(try readers[run].next(UInt32.self))
            heads[run].removeAll()
            heads[run].append(try readers[run].nextBytes(count))
            return true
        }
        func isFirst(_ a: Int, _ b: Int) -> Bool { bytesAscend(heads[a].bytes, heads[b].bytes) }
        var alive: [Int] = []
        for run in readers.indices where try advance(run) { alive.append(run) }
        var heap = RunHeap(alive, isFirst)
        let current = ByteBuffer()
        while let best = heap.first {
            current.removeAll()
            current.append(heads[best].bytes)
            try dictionary.append(current.bytes, hash: xxh3(current.bytes))
            // The runs that have it too come next.
            while let run = heap.first, compareBytes(heads[run].bytes, current.bytes) == 0 {
                try mappings[run].append(UInt32(finalCount))
                if try advance(run) { heap.settle(isFirst) } else { heap.removeFirst(isFirst) }
            }
            finalCount += 1
        }
        for mapping in mappings { try mapping.seal() }
    }

    /// What the numbers of a run became. Only after `rank`, or `finish`.
    func mapping(ofRun run: Int) throws(StoreError) -> [UInt32] {
        if spilled.isEmpty { return finalRanks }
        var finals: [UInt32] = []
        finals.reserveCapacity(spilled[run].count)
        var reader = mappings[run].reader()
        for _ in 0..<spilled[run].count { finals.append(try reader.next(UInt32.self)) }
        var ranks = spilled[run].ranks.reader()
        var result: [UInt32] = []
        result.reserveCapacity(spilled[run].count)
        for _ in 0..<spilled[run].count { result.append(finals[Int(try ranks.next(UInt32.self))]) }
        return result
    }
}
