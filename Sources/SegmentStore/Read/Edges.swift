// SPDX-License-Identifier: Apache-2.0
//
// Edge relations, followed in both directions straight off the indexes. Within a segment a node is
// the number of its string; between segments, the string.

import Codec

/// A node of a segment: a string of the domain that an edge relation's ends are of.
package struct Node: Hashable {
    package let part: Int32
    package let id: Int32

    @inline(__always)
    package init(part: Int, id: Int) {
        self.part = Int32(truncatingIfNeeded: part)
        self.id = Int32(truncatingIfNeeded: id)
    }
}

public enum Direction: Sendable { case outgoing, incoming }

/// An edge and the node at its other end.
public struct Edge {
    public let row: RowID
    package let neighbour: Node
}

extension Reader {
    /// Replaces `edges` with the edges of the node `key`, of all segments. A relation whose rows
    /// are no edges has none.
    public func edges(
        _ relation: Int, _ direction: Direction, of key: UnsafeRawBufferPointer,
        into edges: inout [Edge]
    ) throws(StoreError) {
        edges.removeAll(keepingCapacity: true)
        guard core.hasEdges(relation) else { return }
        let hash = xxh3(key)
        let lookups = core.lookups(relation)
        let probes = core.probes(relation)
        var order = lookUpOrder(relation, hash)
        while let i = order.next() {
            let candidates = probes[i].candidates(hash)
            if candidates.areNone { continue }
            let lookup = lookups.baseAddress.unsafelyUnwrapped + i
            guard let id = try lookup.pointee.dictionary.find(key, hash, candidates) else {
                continue
            }
            try append(relation, direction, lookup, id, to: &edges)
        }
    }

    public func edges(
        _ relation: Int, _ direction: Direction, of key: String
    ) throws(StoreError) -> [Edge] {
        var key = key
        var found: [Edge] = []
        let failure: StoreError? = key.withUTF8 { utf8 in
            do throws(StoreError) {
                try edges(relation, direction, of: UnsafeRawBufferPointer(utf8), into: &found)
                return nil
            } catch { return error }
        }
        if let failure { throw failure }
        return found
    }

    /// Appends the edges of one segment's node.
    @inline(__always)
    package func append(
        _ relation: Int, _ direction: Direction,
        _ lookup: UnsafeMutablePointer<SnapshotCore.Lookup>, _ id: Int,
        to edges: inout [Edge]
    ) throws(StoreError) {
        let part = lookup.pointee.part
        // Both ends are of one domain, so a node is a string of this dictionary; whoever follows an
        // edge relies on it.
        let nodeCount = UInt(bitPattern: lookup.pointee.dictionary.count)
        switch direction {
        case .outgoing:
            guard let target = schema.relations[relation].target else { return }
            let range = try lookup.pointee.keyOffsets.range(id, limit: lookup.pointee.keyRows.count)
            guard !range.isEmpty else { return }
            let reader = lookup.pointee.relation
            let column = reader.column(target)
            for entry in range {
                let row = try lookup.pointee.keyRows.value(entry)
                guard !lookup.pointee.dead.contains(row),
                    let neighbour = try reader.integer(column, try reader.place(ofRow: row))
                else { continue }
                guard UInt(bitPattern: Int(neighbour)) < nodeCount else { throw noNode(lookup) }
                edges.append(
                    Edge(
                        row: RowID(part: part, row: row),
                        neighbour: Node(part: part, id: Int(neighbour))))
            }
        case .incoming:
            guard let index = lookup.pointee.relation.target else { return }
            for entry in try index.offsets.range(id, limit: index.rows.count) {
                let row = try index.rows.value(entry)
                guard !lookup.pointee.dead.contains(row) else { continue }
                let neighbour = try index.neighbours.value(entry)
                guard UInt(bitPattern: neighbour) < nodeCount else { throw noNode(lookup) }
                edges.append(
                    Edge(
                        row: RowID(part: part, row: row), neighbour: Node(part: part, id: neighbour)
                    ))
            }
        }
    }

    /// The far ends of a node's edges within its segment, without the rows: what a walk needs.
    /// Valid until the next call.
    package func neighbours(
        _ relation: Int, _ direction: Direction,
        _ lookup: UnsafeMutablePointer<SnapshotCore.Lookup>, _ id: Int
    ) throws(StoreError) -> UnsafeBufferPointer<Int64> {
        let isWhole = lookup.pointee.dead.isEmpty
        let found: UnsafeMutablePointer<Int64>
        var count = 0
        switch direction {
        case .outgoing:
            let range = try lookup.pointee.keyOffsets.range(id, limit: lookup.pointee.keyRows.count)
            guard !range.isEmpty, let target = schema.relations[relation].target else {
                return UnsafeBufferPointer(start: nil, count: 0)
            }
            found = neighbourBuffer(range.count)
            let reader = lookup.pointee.relation
            let column = reader.column(target)
            for entry in range {
                let row = try lookup.pointee.keyRows.value(entry)
                guard isWhole || !lookup.pointee.dead.contains(row),
                    let far = try reader.integer(column, try reader.place(ofRow: row))
                else { continue }
                found[count] = far
                count &+= 1
            }
        case .incoming:
            guard let index = lookup.pointee.relation.target else {
                return UnsafeBufferPointer(start: nil, count: 0)
            }
            let range = try index.offsets.range(id, limit: index.rows.count)
            guard !range.isEmpty else { return UnsafeBufferPointer(start: nil, count: 0) }
            found = neighbourBuffer(range.count)
            try index.neighbours.unpack(range, into: found)
            count = range.count
            if !isWhole {
                count = 0
                for (place, entry) in range.enumerated()
                where !lookup.pointee.dead.contains(try index.rows.value(entry)) {
                    found[count] = found[place]
                    count &+= 1
                }
            }
        }
        let limit = UInt64(lookup.pointee.dictionary.count)
        for place in 0..<count where UInt64(bitPattern: found[place]) >= limit {
            throw noNode(lookup)
        }
        return UnsafeBufferPointer(start: found, count: count)
    }

    @inline(__always)
    private func neighbourBuffer(_ count: Int) -> UnsafeMutablePointer<Int64> {
        nodes.removeAll()
        return nodes.appendUninitialized(count &* 8).assumingMemoryBound(to: Int64.self)
    }

    @inline(never)
    private func noNode(_ lookup: UnsafeMutablePointer<SnapshotCore.Lookup>) -> StoreError {
        .corrupted("an edge leads to a node that is not there", in: lookup.pointee.relation.path)
    }

    /// The string of a node.
    public func key(of edge: Edge, _ relation: Int) throws(StoreError) -> String {
        let bytes = ByteBuffer()
        try appendKey(of: edge.neighbour, relation, to: bytes)
        return String(decoding: bytes.bytes, as: UTF8.self)
    }

    package func appendKey(of node: Node, _ relation: Int, to out: ByteBuffer) throws(StoreError) {
        let column = schema.relations[relation].key[0]
        guard case .interned(let domain) = schema.relations[relation].storage[column],
            let dictionary = core.parts[Int(node.part)].segment.dictionary(domain)
        else { return }
        try dictionary.append(Int(node.id), to: out)
    }
}
