// SPDX-License-Identifier: Apache-2.0

/// How often each node is come by on an endless walk along edges: PageRank.
///
///     rank(v) = (1 - d) / n + d * (Σ rank(u) / outdegree(u) over edges u -> v + D / n)
///
/// where d is the damping and D what all nodes without an edge have together. All ranks make 1.
///
/// Both terms without a sum are the same for all nodes, so but for a factor this is
/// x(v) = 1 + d * Σ x(u) / outdegree(u). A component needs only those before it: where there is no
/// cycle a node is looked at once, and only the others again and again.
package struct PageRank: Sendable {
    package struct Options: Sendable {
        package var damping = 0.85
        /// A component is done when a sweep changes x of its nodes by less than this in the mean;
        /// as no x is below 1, all ranks together change by less. NetworkX takes this divided by
        /// the number of nodes; its own default, 1e-6 for each node, ends at a million of them
        /// before anything was ranked. A rank there is 1e-6 itself, and is to be known better than
        /// that.
        package var tolerance = 1e-10
        package var maximumSweeps = 200

        package init() {}
    }

    package let ranks: [Double]
    /// Of the component that took most.
    package let sweeps: Int
    /// Whether the tolerance was met before the sweeps were up.
    package let isConverged: Bool

    /// `reversed` is the graph's own, if it is there already. `progress` may throw to cancel.
    package init(
        _ graph: Digraph, reversed: Digraph? = nil, _ options: Options = Options(),
        progress: MeasureProgress = { _, _ in }
    ) throws {
        let solution = Solution(graph, reversed ?? graph.reversed(), damping: options.damping)
        let parts = StronglyConnected(graph)
        var (sweeps, isConverged) = (0, true)
        // Nodes that were looked at since progress was told, and that are done.
        var (looked, done) = (0, 0)
        for part in 0..<parts.count {
            let members = parts.members[part]
            // With an edge to itself a node alone is solved too.
            let limit = members.count == 1 ? 1 : options.maximumSweeps
            let least = members.count == 1 ? .infinity : options.tolerance * Double(members.count)
            var change = Double.infinity
            var count = 0
            repeat {
                looked += members.count
                if looked >= Self.step {
                    try progress(done, graph.nodeCount)
                    looked = 0
                }
                change = solution.sweep(members)
                count += 1
            } while change >= least && count < limit
            sweeps = max(sweeps, count)
            if change >= least { isConverged = false }
            done += members.count
        }
        try progress(graph.nodeCount, graph.nodeCount)
        ranks = solution.ranks
        (self.sweeps, self.isConverged) = (sweeps, isConverged)
    }

    private static let step = 1 << 15

    private struct Solution: ~Copyable {
        private let graph: Digraph
        private let incoming: Digraph
        private let damping: Double
        private let values: FlatArray<Double>
        /// What a node gives along each of its edges.
        private let shares: FlatArray<Double>

        init(_ graph: Digraph, _ incoming: Digraph, damping: Double) {
            self.graph = graph
            self.incoming = incoming
            self.damping = damping
            values = FlatArray(repeating: 0, count: graph.nodeCount)
            shares = FlatArray(repeating: 0, count: graph.nodeCount)
        }

        /// Solves the equation of each node in turn, with what is known of the others; returns by
        /// how much they changed together.
        func sweep(_ nodes: ArraySlice<Int32>) -> Double {
            var change = 0.0
            for node in nodes {
                let node = Int(node)
                let degree = Double(graph.degree(node))
                var sum = 0.0
                var own = 0.0
                for origin in incoming.neighbours(node) {
                    if Int(origin) == node { own = damping / degree } else { sum += shares[origin] }
                }
                let value = (1 + damping * sum) / (1 - own)
                change += abs(value - values[node])
                values[node] = value
                shares[node] = degree == 0 ? 0 : value / degree
            }
            return change
        }

        var ranks: [Double] {
            var total = 0.0
            for node in 0..<values.count { total += values[node] }
            return (0..<values.count).map { values[$0] / total }
        }
    }
}

/// Is told how far a measure has come, a few thousand times at most; what it throws cancels it.
package typealias MeasureProgress = (_ done: Int, _ total: Int) throws -> Void
