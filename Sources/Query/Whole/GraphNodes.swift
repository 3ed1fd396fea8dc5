// SPDX-License-Identifier: Apache-2.0
//
// The whole graph, node by node and edge by edge: for whoever writes all of it out.

import CodeGraph
import Codec
import SegmentStore

/// All nodes of a code graph, in the order of their keys, under numbers from 0: entities, and what
/// edges lead to besides. Holds four bytes for each string of a segment. Not for two threads.
public final class GraphNodes {
    private let reader: Reader
    private let entities: Int
    private let edges: Int
    private let ends: [Int]
    private var numbers: [[Int32]] = []

    /// Throws if the store holds no code graph.
    public init(_ reader: Reader) throws {
        self.reader = reader
        entities = try reader.relation(CodeGraph.entities.name)
        let edges = try reader.relation(CodeGraph.edges.name)
        self.edges = edges
        ends = try ["from", "to"].map { try reader.column($0, of: edges) }
    }

    /// Calls `body` with each node's number and key, and the entity's row if it is one. Before
    /// edges are asked for.
    public func forEachNode(
        _ body: (Int, UnsafeRawBufferPointer, RowID?) throws -> Void
    ) throws {
        numbers = try reader.stringCounts(ofDomain: CodeGraph.keyDomain).map {
            [Int32](repeating: -1, count: $0)
        }
        var count = 0
        let key = ByteBuffer()
        try reader.forEachMergedString(ofDomain: CodeGraph.keyDomain) { same in
            var row: RowID?
            for place in same {
                if let found = try reader.row(entities, at: place) { row = found }
            }
            let isNode =
                try row != nil || same.contains { try reader.hasEdges(edges, at: $0) }
            guard isNode, let first = same.first else { return }
            for place in same { numbers[Int(place.part)][Int(place.id)] = Int32(count) }
            key.removeAll()
            try reader.appendString(of: first, domain: CodeGraph.keyDomain, to: key)
            try body(count, key.bytes, row)
            count += 1
        }
    }

    /// Calls `body` with each edge's row and its ends' numbers, in the order of their keys.
    public func forEachEdge(_ body: (RowID, _ from: Int, _ to: Int) throws -> Void) throws {
        try reader.forEachRowByKey(edges) { row in
            try body(row, try number(row, ends[0]), try number(row, ends[1]))
        }
    }

    private func number(_ row: RowID, _ column: Int) throws -> Int {
        guard let node = try reader.node(edges, row, column),
            numbers.indices.contains(Int(node.part)),
            numbers[Int(node.part)].indices.contains(Int(node.id)),
            numbers[Int(node.part)][Int(node.id)] >= 0
        else { throw reader.damage("an edge leads to a node that is not there") }
        return Int(numbers[Int(node.part)][Int(node.id)])
    }
}
