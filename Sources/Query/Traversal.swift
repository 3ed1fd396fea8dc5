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
    private let seen: [UnsafeMutableBufferPointer<UInt64>]
    @exclusivity(unchecked) private var queue: [Node] = []
    private let string = ByteBuffer()
    private var edges: [Edge] = []

    /// Nodes in the order in which the last walk met them. `part` numbers look-ups, not segments.
    @exclusivity(unchecked) private var found: [(node: Node, depth: Int32)] = []

    /// Throws `notFound` if there is no such relation, `invalidArgument` if it has no edges. Takes
    /// a bit for every node.
    public init(_ reader: Reader, relation: String) throws(StoreError) {
        self.reader = reader
        self.relation = try reader.relation(relation)
        guard reader.snapshot.schema.relations[self.relation].target != nil else {
            throw StoreError(.invalidArgument, "relation '\(relation)' has no edges to follow")
        }
        lookups = reader.core.lookups(self.relation)
        probes = reader.core.probes(self.relation)
        seen = lookups.map { lookup in
            let words = UnsafeMutableBufferPointer<UInt64>.allocate(
                capacity: (lookup.dictionary.count + 63) / 64)
            words.initialize(repeating: 0)
            return words
        }
    }

    deinit {
        for words in seen { words.deallocate() }
    }

    /// How many nodes can be reached from `key` in up to `depth` steps, itself not counted. Nothing
    /// if there is no such node.
    @discardableResult
    public func walk(
        from key: UnsafeRawBufferPointer, _ direction: Direction, depth: Int = .max
    ) throws(StoreError) -> Int {
        clear()
        try visit(key, depth: 0)
        guard !found.isEmpty else { return 0 }
        var next = 0
        var level: Int32 = 0
        // Nodes of one level lie together, so that the level's end is known before it begins.
        var levelEnd = queue.count
        while next < queue.count {
            if next == levelEnd {
                level += 1
                levelEnd = queue.count
            }
            if Int(level) >= depth { break }
            let node = queue[next]
            next += 1
            try expand(node, direction, level + 1)
        }
        return found.count - 1
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
        for entry in found {
            string.removeAll()
            try lookups[Int(entry.node.part)].dictionary.append(Int(entry.node.id), to: string)
            try body(String(decoding: string.bytes, as: UTF8.self), Int(entry.depth))
        }
    }

    private func clear() {
        for node in queue { seen[Int(node.part)][Int(node.id) >> 6] = 0 }
        queue.removeAll(keepingCapacity: true)
        found.removeAll(keepingCapacity: true)
    }

    /// Marks a node, given by its string, in every segment that has it.
    private func visit(_ key: UnsafeRawBufferPointer, depth: Int32) throws(StoreError) {
        let hash = xxh3(key)
        var isFirst = true
        var order = reader.lookUpOrder(relation, hash)
        while let part = order.next() {
            let candidates = probes[part].candidates(hash)
            guard !candidates.areNone,
                let id = try lookups[part].dictionary.find(key, hash, candidates)
            else { continue }
            let node = Node(part: part, id: id)
            let bit: UInt64 = 1 << UInt64(id & 63)
            if seen[part][id >> 6] & bit != 0 { continue }
            seen[part][id >> 6] |= bit
            queue.append(node)
            if isFirst { found.append((node, depth)) }
            isFirst = false
        }
    }

    @inline(__always)
    private func meet(
        _ seen: UnsafeMutableBufferPointer<UInt64>, _ part: Int, _ id: Int, _ depth: Int32
    ) throws(StoreError) {
        guard id >= 0, id < lookups[part].dictionary.count else {
            throw StoreError(
                .corrupted, "an edge leads to a node that is not there",
                path: reader.snapshot.core.path)
        }
        let bit: UInt64 = 1 << UInt64(id & 63)
        if seen[id >> 6] & bit != 0 { return }
        if lookups.count == 1 {
            seen[id >> 6] |= bit
            let node = Node(part: part, id: id)
            queue.append(node)
            found.append((node, depth))
        } else {
            string.removeAll()
            try lookups[part].dictionary.append(id, to: string)
            try visit(string.bytes, depth: depth)
            // Or a walk would come here again and again.
            guard seen[id >> 6] & bit != 0 else {
                throw StoreError(
                    .corrupted, "the key index misses a string of its dictionary",
                    path: reader.snapshot.core.path)
            }
        }
    }

    private func expand(_ node: Node, _ direction: Direction, _ depth: Int32) throws(StoreError) {
        let part = Int(node.part)
        let lookup = lookups.baseAddress.unsafelyUnwrapped + part
        let seen = seen[part]
        let id = Int(node.id)
        switch direction {
        case .incoming:
            guard let index = lookup.pointee.relation.target else { return }
            let isWhole = lookup.pointee.dead.isEmpty
            for entry in try index.offsets.range(id, limit: index.rows.count) {
                if !isWhole, lookup.pointee.dead.contains(try index.rows.value(entry)) { continue }
                try meet(seen, part, try index.neighbours.value(entry), depth)
            }
        case .outgoing:
            edges.removeAll(keepingCapacity: true)
            try reader.append(relation, direction, lookup, id, to: &edges)
            for edge in edges { try meet(seen, part, Int(edge.neighbour.id), depth) }
        }
    }
}
