// SPDX-License-Identifier: Apache-2.0
//
// A graph of numbers, for whoever looks at all of it: two plain arrays. What the nodes stand for,
// CodeMap knows.

/// A directed graph without equal edges; a node may have an edge to itself.
///
/// `@unchecked Sendable`: nothing changes after `init`.
package final class Digraph: @unchecked Sendable {
    package let nodeCount: Int
    package let edgeCount: Int
    /// Where the edges of node i begin; one more than there are nodes.
    package let starts: UnsafeMutablePointer<Int32>
    /// Where they end, ascending for each node.
    package let ends: UnsafeMutablePointer<Int32>

    /// Of edges in any order, of which there may be several alike. Every end is below `nodeCount`.
    package convenience init(nodeCount: Int, _ edges: [(from: Int32, to: Int32)]) {
        self.init(nodeCount: nodeCount, count: edges.count) { body in
            for (from, to) in edges { body(from, to) }
        }
    }

    /// The same, of edges that `forEachEdge` gives, `count` of them, each time it is called.
    package init(
        nodeCount: Int, count: Int, _ forEachEdge: ((_ from: Int32, _ to: Int32) -> Void) -> Void
    ) {
        precondition(count < Int(Int32.max) && nodeCount < Int(Int32.max), "too large a graph")
        self.nodeCount = nodeCount
        starts = .allocate(capacity: nodeCount + 1)
        ends = .allocate(capacity: count)
        // Sorted by where they end first, then, keeping that order, by where they begin.
        let byEnd = Counting(nodeCount: nodeCount, count: count)
        forEachEdge { from, to in byEnd.count(to) }
        byEnd.sum()
        forEachEdge { from, to in byEnd.put(from, at: to) }
        let byStart = Counting(nodeCount: nodeCount, count: count)
        for index in 0..<count { byStart.count(byEnd.values[index]) }
        byStart.sum()
        byEnd.forEachPair { to, from in byStart.put(to, at: from) }
        var kept = 0
        var next = 0
        for node in 0..<nodeCount {
            starts[node] = Int32(truncatingIfNeeded: kept)
            let end = byStart.end(node)
            var last: Int32 = -1
            while next < end {
                let to = byStart.values[next]
                next &+= 1
                if to == last { continue }
                ends[kept] = to
                last = to
                kept &+= 1
            }
        }
        starts[nodeCount] = Int32(truncatingIfNeeded: kept)
        edgeCount = kept
    }

    deinit {
        starts.deallocate()
        ends.deallocate()
    }

    /// Where the edges of a node lead, ascending.
    @inline(__always)
    package func neighbours(_ node: Int) -> UnsafeBufferPointer<Int32> {
        let start = Int(starts[node])
        return UnsafeBufferPointer(start: ends + start, count: Int(starts[node &+ 1]) &- start)
    }

    @inline(__always)
    package func degree(_ node: Int) -> Int { Int(starts[node &+ 1]) &- Int(starts[node]) }

    package func forEachEdge(_ body: (_ from: Int32, _ to: Int32) -> Void) {
        for node in 0..<nodeCount {
            for to in neighbours(node) { body(Int32(truncatingIfNeeded: node), to) }
        }
    }

    /// Every edge the other way round.
    package func reversed() -> Digraph {
        Digraph(nodeCount: nodeCount, count: edgeCount) { body in
            forEachEdge { from, to in body(to, from) }
        }
    }

    /// Every edge in both directions, without those from a node to itself.
    package func undirected() -> Digraph {
        var loops = 0
        forEachEdge { from, to in if from == to { loops += 1 } }
        return Digraph(nodeCount: nodeCount, count: 2 * (edgeCount - loops)) { body in
            forEachEdge { from, to in
                if from == to { return }
                body(from, to)
                body(to, from)
            }
        }
    }
}

/// Sorts by small numbers, keeping the order of what is equal.
private final class Counting {
    private let nodeCount: Int
    /// While it is filled, where the next of a node goes: then, where the node's end.
    private let places: UnsafeMutablePointer<Int32>
    let values: UnsafeMutablePointer<Int32>

    init(nodeCount: Int, count: Int) {
        self.nodeCount = nodeCount
        places = .allocate(capacity: nodeCount + 1)
        places.initialize(repeating: 0, count: nodeCount + 1)
        values = .allocate(capacity: count)
    }

    deinit {
        places.deallocate()
        values.deallocate()
    }

    @inline(__always)
    func count(_ node: Int32) { places[Int(node) &+ 1] &+= 1 }

    func sum() {
        for node in 0..<nodeCount { places[node &+ 1] &+= places[node] }
    }

    @inline(__always)
    func put(_ value: Int32, at node: Int32) {
        values[Int(places[Int(node)])] = value
        places[Int(node)] &+= 1
    }

    func end(_ node: Int) -> Int { Int(places[node]) }

    func forEachPair(_ body: (_ node: Int32, _ value: Int32) -> Void) {
        var next = 0
        for node in 0..<nodeCount {
            while next < end(node) {
                body(Int32(truncatingIfNeeded: node), values[next])
                next &+= 1
            }
        }
    }
}
