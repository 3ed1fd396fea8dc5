// SPDX-License-Identifier: Apache-2.0
//
// Brandes' algorithm: one search from each node counts the shortest paths, and goes back along them
// to sum up what leads through each node.

import Platform

/// On which share of the shortest paths between two others each node lies: unweighted, directed,
/// and divided by the number of pairs, (n - 1)(n - 2).
package struct Betweenness: Sendable {
    package let values: [Double]
    /// How many nodes shortest paths were looked for from. If not from all, the values are
    /// estimates: what was found, times nodes by pivots.
    package let pivotCount: Int
    package let isExact: Bool

    /// Nodes and edges that all searches together may look at: some seconds.
    package static let defaultBudget = 200_000_000

    /// `progress` may throw to cancel. The same graph gives the same bits with any `threads`.
    package init(
        _ graph: Digraph, budget: Int = defaultBudget, threads: Int = processorCount,
        progress: MeasureProgress = { _, _ in }
    ) throws {
        let affordable = budget / max(graph.nodeCount + graph.edgeCount, 1)
        try self.init(
            graph, pivots: Self.pivots(of: graph.nodeCount, atMost: max(affordable, 1)),
            threads: threads, progress: progress)
    }

    /// From the given nodes, which are a sample of all, or all.
    package init(
        _ graph: Digraph, pivots: [Int32], threads: Int = processorCount,
        progress: MeasureProgress = { _, _ in }
    ) throws {
        pivotCount = pivots.count
        isExact = pivots.count == graph.nodeCount
        // Sums of floating point depend on their order: each slice sums by itself, whoever does it,
        // and slices are added in turn.
        let sliceCount = min(64, pivots.count)
        let sums = FlatArray(repeating: 0.0, count: graph.nodeCount)
        try OrderedWork.run(sliceCount, threads: threads, lead: threads + 1) {
            let search = PathSearch(graph)
            return { slice in
                let range = Self.slice(slice, of: sliceCount, pivots.count)
                return search.dependencies(of: pivots[range])
            }
        } consume: { slice, values in
            for node in 0..<values.count { sums[node] += values[node] }
            try progress(slice + 1, sliceCount)
        }
        let count = Double(graph.nodeCount)
        let scale =
            count > 2 && pivotCount > 0
            ? count / Double(pivotCount) / ((count - 1) * (count - 2)) : 0
        values = (0..<graph.nodeCount).map { sums[$0] * scale }
    }

    /// Nodes spread evenly over all: one of each of so many equal parts, by a generator with a
    /// seed. All, if that is no more than may be.
    package static func pivots(of count: Int, atMost limit: Int) -> [Int32] {
        if count <= limit { return (0..<count).map { Int32(truncatingIfNeeded: $0) } }
        var random = SplitMix(seed: 1)
        return (0..<limit).map { part in
            let range = slice(part, of: limit, count)
            return Int32(truncatingIfNeeded: range.lowerBound + random.below(range.count))
        }
    }

    private static func slice(_ index: Int, of sliceCount: Int, _ count: Int) -> Range<Int> {
        count * index / sliceCount..<count * (index + 1) / sliceCount
    }
}

/// What one thread needs to look for paths.
private final class PathSearch {
    private struct Node {
        /// How far from the pivot; -1 if it was not met.
        var distance: Int32
        /// On the way out, how many shortest paths lead here. On the way back, what each of them
        /// carries to the nodes before this one.
        var paths: Double
    }

    /// More paths count as so many, or there would be none that is finite: as many as are needed
    /// come together after 1000 forks.
    private static let most = 1e290

    private let graph: Digraph
    private let nodes: FlatArray<Node>
    /// Nodes in the order in which they were met.
    private let queue: FlatArray<Int32>

    init(_ graph: Digraph) {
        self.graph = graph
        nodes = FlatArray(repeating: Node(distance: -1, paths: 0), count: graph.nodeCount)
        queue = FlatArray(capacity: graph.nodeCount)
    }

    /// For each node the sum, over all pivots and all ends, of the share of the shortest paths from
    /// the one to the other that lead through it.
    func dependencies(of pivots: ArraySlice<Int32>) -> [Double] {
        var sums = [Double](repeating: 0, count: graph.nodeCount)
        sums.withUnsafeMutableBufferPointer { sums in
            for pivot in pivots { goBack(goOut(pivot), into: sums) }
        }
        return sums
    }

    /// Returns how many nodes it met.
    private func goOut(_ pivot: Int32) -> Int {
        nodes[pivot] = Node(distance: 0, paths: 1)
        queue[0] = pivot
        var next = 0
        var count = 1
        while next < count {
            let node = queue[next]
            next &+= 1
            let paths = min(nodes[node].paths, Self.most)
            let distance = nodes[node].distance &+ 1
            for end in graph.neighbours(Int(node)) {
                let met = nodes[end]
                if met.distance < 0 {
                    nodes[end] = Node(distance: distance, paths: paths)
                    queue[count] = end
                    count &+= 1
                } else if met.distance == distance {
                    nodes[end].paths = met.paths + paths
                }
            }
        }
        return count
    }

    /// From the farthest to the pivot, whose own sum is left as it is; forgets what was met.
    private func goBack(_ count: Int, into sums: UnsafeMutableBufferPointer<Double>) {
        for index in stride(from: count - 1, through: 1, by: -1) {
            let node = queue[index]
            let distance = nodes[node].distance &+ 1
            var carried = 0.0
            for end in graph.neighbours(Int(node)) where nodes[end].distance == distance {
                carried += nodes[end].paths
            }
            let paths = nodes[node].paths
            let dependency = min(paths, Self.most) * carried
            sums[Int(node)] += dependency
            nodes[node].paths = (1 + dependency) / paths
        }
        for index in 0..<count { nodes[queue[index]] = Node(distance: -1, paths: 0) }
    }
}
