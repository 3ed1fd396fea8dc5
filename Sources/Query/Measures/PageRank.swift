// SPDX-License-Identifier: Apache-2.0

/// How often each node is come by on an endless walk along edges: PageRank, by iteration.
///
///     rank(v) = (1 - d) / n + d * (Σ rank(u) / outdegree(u) over edges u -> v + D / n)
///
/// where d is the damping and D what all nodes without an edge have together. All ranks make 1.
package struct PageRank: Sendable {
    package struct Options: Sendable {
        package var damping = 0.85
        /// Iteration ends when all ranks together change by less. NetworkX takes this divided by
        /// the number of nodes; its own default, 1e-6 for each node, ends at a million of them
        /// before anything was ranked. A rank there is 1e-6 itself, and is to be known better than
        /// that.
        package var tolerance = 1e-10
        package var maximumIterations = 200

        package init() {}
    }

    package let ranks: [Double]
    package let iterations: Int
    /// Whether the tolerance was met before the iterations were up.
    package let isConverged: Bool

    /// `reversed` is the graph's own, if it is there already. `progress` may throw to cancel.
    package init(
        _ graph: Digraph, reversed: Digraph? = nil, _ options: Options = Options(),
        progress: MeasureProgress = { _, _ in }
    ) throws {
        let count = graph.nodeCount
        let incoming = reversed ?? graph.reversed()
        let ranks = FlatArray(repeating: 1 / Double(max(count, 1)), count: count)
        // What a node gives along each of its edges.
        let shares = FlatArray<Double>(capacity: count)
        var iterations = 0
        var change = count > 0 ? Double.infinity : 0
        while change >= options.tolerance, iterations < options.maximumIterations {
            try progress(iterations, options.maximumIterations)
            change = Self.step(graph, incoming, ranks, shares, options.damping)
            iterations += 1
        }
        try progress(options.maximumIterations, options.maximumIterations)
        self.ranks = ranks.values
        self.iterations = iterations
        isConverged = change < options.tolerance
    }

    /// Replaces the ranks by the next ones; returns by how much they changed together.
    private static func step(
        _ graph: Digraph, _ incoming: Digraph, _ ranks: borrowing FlatArray<Double>,
        _ shares: borrowing FlatArray<Double>, _ damping: Double
    ) -> Double {
        let count = graph.nodeCount
        var dangling = 0.0
        for node in 0..<count {
            let degree = graph.degree(node)
            if degree == 0 { dangling += ranks[node] }
            shares[node] = degree == 0 ? 0 : ranks[node] / Double(degree)
        }
        let base = (1 - damping + damping * dangling) / Double(count)
        var change = 0.0
        for node in 0..<count {
            var sum = 0.0
            for origin in incoming.neighbours(node) { sum += shares[origin] }
            let rank = base + damping * sum
            change += abs(rank - ranks[node])
            ranks[node] = rank
        }
        return change
    }
}

/// Is told how far a measure has come, a few thousand times at most; what it throws cancels it.
package typealias MeasureProgress = (_ done: Int, _ total: Int) throws -> Void
