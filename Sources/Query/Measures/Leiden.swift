// SPDX-License-Identifier: Apache-2.0
//
// Communities: Traag, Waltman and van Eck, "From Louvain to Leiden: guaranteeing well-connected
// communities", 2019. Nodes move in their own order, and parts are put together in a random one,
// another in each round, by a generator with a seed: that finds about as good communities as orders
// that are random everywhere, and the same ones each time.

/// Groups of nodes with more edges among them than chance would have, so that modularity is as high
/// as can be found:
///
///     Q = Σ over communities (inside / m - resolution * (strength / 2m)²)
///
/// where m is the weight of all edges, inside that of those within the community, and strength the
/// sum of its nodes' weights. Directions do not count: two nodes with edges both ways have twice the
/// weight, and edges from a node to itself are left out. Each community is connected.
package struct Leiden: Sendable {
    package struct Options: Sendable {
        /// Above 1 there are more and smaller communities.
        package var resolution = 1.0
        /// Rounds end when one makes modularity better by no more than this.
        package var leastImprovement = 1e-7
        /// Nodes and edges that all rounds together may look at, two rounds apart: some seconds.
        package var budget = 16_000_000
        package var seed: UInt64 = 1

        package init() {}
    }

    /// The community of each node. 0 is the largest; those of a size are in the order of their
    /// smallest nodes.
    package let communities: [Int32]
    package let members: Grouping
    /// 0 of a graph without edges.
    package let modularity: Double
    package let rounds: Int
    /// Whether the last round found nothing better.
    package let isConverged: Bool

    /// `weights` are of the graph's edges in their order. `progress` may throw to cancel.
    package init(
        _ graph: Digraph, weights: [Double]? = nil, _ options: Options = Options(),
        progress: MeasureProgress = { _, _ in }
    ) throws {
        let weighted = WeightedGraph(graph, weights: weights)
        let total = max(2, options.budget / max(graph.nodeCount + graph.edgeCount, 1))
        var random = SplitMix(seed: options.seed)
        var found = Groups(
            numbers: FlatArray(ascending: graph.nodeCount), count: graph.nodeCount)
        var quality = weighted.modularity(found, options.resolution)
        var improvement = Double.infinity
        var round = 0
        while improvement > options.leastImprovement, round < total {
            try progress(round, total)
            let next = try Self.round(weighted, found, options.resolution, &random) {
                try progress(round, total)
            }
            found = weighted.connected(next)
            let reached = weighted.modularity(found, options.resolution)
            improvement = reached - quality
            quality = reached
            round += 1
        }
        try progress(total, total)
        communities = Self.bySize(found)
        members = Grouping(communities, count: found.count)
        modularity = quality
        rounds = round
        isConverged = improvement <= options.leastImprovement
    }

    package var count: Int { members.count }

    /// The quality of any communities of a graph, whose numbers are below the number of nodes.
    package static func modularity(
        of graph: Digraph, weights: [Double]? = nil, communities: [Int32], resolution: Double = 1
    ) -> Double {
        let groups = Groups(numbers: FlatArray(communities), count: graph.nodeCount)
        return WeightedGraph(graph, weights: weights).modularity(groups, resolution)
    }

    /// Moves nodes, then groups of them, then groups of those, until there is nothing to group.
    private static func round(
        _ graph: WeightedGraph, _ start: borrowing Groups, _ resolution: Double,
        _ random: inout SplitMix, step: () throws -> Void
    ) rethrows -> Groups {
        var level = graph
        var communities = Groups(numbers: FlatArray(copying: start.numbers), count: start.count)
        // The node of the level that each node is in.
        let places = FlatArray<Int32>(ascending: graph.nodeCount)
        while true {
            var moving = LocalMoving(level, communities.numbers, resolution: resolution)
            try moving.run(communities.numbers, step: step)
            let parts = Refinement(level, communities.numbers, resolution: resolution)
                .run(communities.numbers, &random)
            if parts.count == level.nodeCount { break }
            for node in 0..<places.count { places[node] = parts.numbers[places[node]] }
            let merged = FlatArray<Int32>(capacity: parts.count)
            for node in 0..<level.nodeCount {
                merged[parts.numbers[node]] = communities.numbers[node]
            }
            communities = renumbered(merged, below: level.nodeCount)
            level = WeightedGraph(level, groups: parts.numbers, count: parts.count)
        }
        for node in 0..<places.count { places[node] = communities.numbers[places[node]] }
        return renumbered(places, below: graph.nodeCount)
    }

    private static func bySize(_ groups: borrowing Groups) -> [Int32] {
        let numbers = groups.numbers.values
        let members = Grouping(numbers, count: groups.count)
        // Their numbers are in the order of their smallest nodes.
        let order = (0..<groups.count).sorted {
            (members.size($1), $0) < (members.size($0), $1)
        }
        var ranks = [Int32](repeating: 0, count: groups.count)
        for (rank, group) in order.enumerated() { ranks[group] = Int32(truncatingIfNeeded: rank) }
        return numbers.map { ranks[Int($0)] }
    }
}

extension WeightedGraph {
    func modularity(_ groups: borrowing Groups, _ resolution: Double) -> Double {
        if total == 0 { return 0 }
        let inside = FlatArray(repeating: 0.0, count: groups.count)
        let strengths = FlatArray(repeating: 0.0, count: groups.count)
        for node in 0..<Int32(truncatingIfNeeded: nodeCount) {
            let group = groups.numbers[node]
            strengths[group] += self.strengths[node]
            for edge in edges(node) where groups.numbers[ends[edge]] == group {
                inside[group] += weights[edge]
            }
        }
        var sum = 0.0
        for group in 0..<groups.count {
            let share = strengths[group] / total
            sum += inside[group] / total - resolution * share * share
        }
        return sum
    }

    /// The groups with each that is in several pieces taken apart; in the order of the smallest
    /// nodes. What is apart is better for modularity, too.
    func connected(_ groups: borrowing Groups) -> Groups {
        let pieces = FlatArray<Int32>(repeating: -1, count: nodeCount)
        let queue = FlatArray<Int32>(capacity: nodeCount)
        var count: Int32 = 0
        for start in 0..<Int32(truncatingIfNeeded: nodeCount) where pieces[start] < 0 {
            pieces[start] = count
            queue[0] = start
            var (next, last) = (0, 1)
            while next < last {
                let node = queue[next]
                next &+= 1
                for edge in edges(node) {
                    let end = ends[edge]
                    if pieces[end] >= 0 || groups.numbers[end] != groups.numbers[node] { continue }
                    pieces[end] = count
                    queue[last] = end
                    last &+= 1
                }
            }
            count += 1
        }
        return Groups(numbers: pieces, count: Int(count))
    }
}
