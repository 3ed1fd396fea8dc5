// SPDX-License-Identifier: Apache-2.0
//
// Everything that can be reached from a node, straight off the indexes. Inside a segment nodes are
// numbers and a bit each says whether they were seen; only where there are several segments is a
// node's string needed, once, to find its numbers in the others.

import Codec
import SegmentStore

/// Walks an edge relation breadth first. Keeps its buffers from walk to walk; not for two threads.
public final class Traversal {
    private let reader: Reader
    private let relation: Int
    private let lookups: UnsafeMutableBufferPointer<SnapshotCore.Lookup>
    private let probes: UnsafeMutableBufferPointer<DictionaryReader.Probe>
    /// For each look-up, a bit for every node, set if the walk has seen it.
    private let seen: UnsafeMutableBufferPointer<UnsafeMutableBufferPointer<UInt64>>
    private let string = ByteBuffer()
    private var adjacency: [Direction: Adjacency] = [:]

    /// What the last walk met, in that order; room for every node of every segment. A string that
    /// several segments have is a node in each: those after the first are marked as such.
    private let queue: UnsafeMutableBufferPointer<QueuedNode>
    @exclusivity(unchecked) private var queueCount = 0
    @exclusivity(unchecked) private var foundCount = 0
    /// Where in the queue each distance ends.
    @exclusivity(unchecked) private var levelEnds: [Int] = []

    private struct QueuedNode {
        /// Numbers look-ups, not segments; inverted if the string stands in the queue already.
        let part: Int32
        let id: Int32
    }

    /// Throws `notFound` if there is no such relation, `invalidArgument` if it has no edges. Takes
    /// a bit for every node.
    public init(_ reader: Reader, relation: String) throws(StoreError) {
        self.reader = reader
        self.relation = try reader.relation(relation)
        guard reader.core.hasEdges(self.relation) else {
            throw StoreError(.invalidArgument, "relation '\(relation)' has no edges to follow")
        }
        lookups = reader.core.lookups(self.relation)
        probes = reader.core.probes(self.relation)
        seen = .allocate(capacity: lookups.count)
        for (part, lookup) in lookups.enumerated() {
            let words = UnsafeMutableBufferPointer<UInt64>.allocate(
                capacity: (lookup.dictionary.count + 63) / 64)
            words.initialize(repeating: 0)
            seen.initializeElement(at: part, to: words)
        }
        // Takes no memory before it is used.
        queue = .allocate(capacity: lookups.reduce(0) { $0 + $1.dictionary.count })
    }

    deinit {
        for words in seen { words.deallocate() }
        seen.deallocate()
        queue.deallocate()
    }

    /// How many nodes can be reached from `key` in up to `depth` steps, itself not counted. Nothing
    /// if there is no such node.
    @discardableResult
    public func walk(
        from key: UnsafeRawBufferPointer, _ direction: Direction, depth: Int = .max
    ) throws(StoreError) -> Int {
        clear()
        try visit(key)
        guard queueCount > 0 else { return 0 }
        var next = 0
        levelEnds.append(queueCount)
        while levelEnds.count <= depth, next < queueCount {
            let level = next..<queueCount
            if lookups.count == 1, let lists = try lists(direction, for: level.count) {
                expand(level, lists)
            } else {
                for position in level { try expand(queue[position], direction) }
            }
            levelEnds.append(queueCount)
            next = level.upperBound
        }
        return foundCount - 1
    }

    /// Plain arrays of all edges, once a walk has grown so large that making them is repaid. They
    /// are kept for the next walk.
    private func lists(_ direction: Direction, for count: Int) throws(StoreError) -> Adjacency? {
        if let known = adjacency[direction] { return known }
        guard count >= Self.smallestLevel, count >= lookups[0].dictionary.count / 16 else {
            return nil
        }
        let made = try Adjacency(reader, relation, direction, lookups.baseAddress.unsafelyUnwrapped)
        adjacency[direction] = made
        return made
    }

    private static let smallestLevel = 256

    /// Expands some of the queue off plain arrays.
    private func expand(_ level: Range<Int>, _ lists: Adjacency) {
        // SAFETY: the queue has room for every node, and none is met twice.
        let queue = queue.baseAddress.unsafelyUnwrapped
        let seen = seen[0].baseAddress.unsafelyUnwrapped
        let (starts, ends) = (lists.starts, lists.ends)
        var count = queueCount
        for position in level {
            let node = Int(queue[position].id)
            for edge in Int(starts[node])..<Int(starts[node &+ 1]) {
                let id = Int(ends[edge])
                let bit: UInt64 = 1 &<< UInt64(id & 63)
                let word = seen[id &>> 6]
                if word & bit != 0 { continue }
                seen[id &>> 6] = word | bit
                queue[count] = QueuedNode(part: 0, id: Int32(truncatingIfNeeded: id))
                count &+= 1
            }
        }
        foundCount &+= count &- queueCount
        queueCount = count
    }

    /// The same, from a string.
    @discardableResult
    public func walk(from key: String, _ direction: Direction, depth: Int = .max) throws(StoreError)
        -> Int
    {
        var key = key
        let result: Result<Int, StoreError> = key.withUTF8 { utf8 in
            do throws(StoreError) {
                return .success(
                    try walk(from: UnsafeRawBufferPointer(utf8), direction, depth: depth))
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// The nodes that the last walk met with their distance, nearest first; the start is the first.
    public func forEachNode(_ body: (String, Int) throws -> Void) throws {
        var first = 0
        for (depth, end) in levelEnds.enumerated() {
            for node in queue[first..<end] where node.part >= 0 {
                string.removeAll()
                try lookups[Int(node.part)].dictionary.append(Int(node.id), to: string)
                try body(String(decoding: string.bytes, as: UTF8.self), depth)
            }
            first = end
        }
    }

    private func clear() {
        for node in queue[..<queueCount] {
            seen[Int(node.part < 0 ? ~node.part : node.part)][Int(node.id) >> 6] = 0
        }
        queueCount = 0
        foundCount = 0
        levelEnds.removeAll(keepingCapacity: true)
    }

    /// Marks a node, given by its string, in every segment that has it.
    private func visit(_ key: UnsafeRawBufferPointer) throws(StoreError) {
        let hash = xxh3(key)
        var isFirst = true
        var order = reader.lookUpOrder(relation, hash)
        while let part = order.next() {
            let candidates = probes[part].candidates(hash)
            guard !candidates.areNone,
                let id = try lookups[part].dictionary.find(key, hash, candidates)
            else { continue }
            let bit: UInt64 = 1 << UInt64(id & 63)
            if seen[part][id >> 6] & bit != 0 { continue }
            seen[part][id >> 6] |= bit
            queue[queueCount] = QueuedNode(
                part: Int32(isFirst ? part : ~part), id: Int32(truncatingIfNeeded: id))
            queueCount += 1
            if isFirst { foundCount += 1 }
            isFirst = false
        }
    }

    /// An edge leads to `id`, a node of the segment.
    @inline(__always)
    private func meet(_ seen: UnsafeMutablePointer<UInt64>, _ part: Int, _ id: Int)
        throws(StoreError)
    {
        let bit: UInt64 = 1 &<< UInt64(id & 63)
        if seen[id &>> 6] & bit != 0 { return }
        guard lookups.count == 1 else { return try meetElsewhere(seen, part, id) }
        seen[id &>> 6] |= bit
        // As often as a bit is set, for which there is room.
        queue.baseAddress.unsafelyUnwrapped[queueCount] = QueuedNode(
            part: 0, id: Int32(truncatingIfNeeded: id))
        queueCount &+= 1
        foundCount &+= 1
    }

    private func meetElsewhere(_ seen: UnsafeMutablePointer<UInt64>, _ part: Int, _ id: Int)
        throws(StoreError)
    {
        string.removeAll()
        try lookups[part].dictionary.append(id, to: string)
        try visit(string.bytes)
        // Or a walk would come here again and again.
        guard seen[id >> 6] & 1 << UInt64(id & 63) != 0 else {
            throw StoreError(
                .corrupted, "the key index misses a string of its dictionary",
                path: reader.snapshot.core.path)
        }
    }

    private func expand(_ queued: QueuedNode, _ direction: Direction) throws(StoreError) {
        let part = Int(queued.part < 0 ? ~queued.part : queued.part)
        let found = try reader.neighbours(
            relation, direction, lookups.baseAddress.unsafelyUnwrapped + part, Int(queued.id))
        // SAFETY: a segment that has a node has a word of bits.
        let seen = seen[part].baseAddress.unsafelyUnwrapped
        for id in found { try meet(seen, part, Int(id)) }
    }
}
