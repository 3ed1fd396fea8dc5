// SPDX-License-Identifier: Apache-2.0
//
// Communities: Traag, Waltman and van Eck, "From Louvain to Leiden: guaranteeing well-connected
// communities", 2019. Parts are always put together in a random order, by a generator with a seed.
// Nodes move in their own order at first, which finds most in the processor's cache, and in random
// ones where there is time to begin anew: the best of several orders is better by a hundredth.

/// Groups of nodes with more edges among them than chance would have, so that modularity is as high
/// as can be found:
///
///     Q = Σ over communities (inside / m - resolution * (strength / 2m)²)
///
/// where m is the weight of all edges, inside that of those within the community, and strength the
/// sum of its nodes' weights. Directions do not count: two nodes with edges both ways have twice
/// the weight, and edges from a node to itself are left out. Each community is connected.
package struct Leiden: Sendable {
    package struct Options: Sendable {
        /// Above 1 there are more and smaller communities.
        package var resolution = 1.0
        /// Rounds end when one makes modularity better by no more than this.
        package var leastImprovement = 1e-7
        /// How often it begins anew, from single nodes in another order; the best result counts.
        package var starts = 10
        /// Nodes and edges that all rounds together may look at, two rounds apart: some seconds. A
        /// start only begins as long as an eighth of it is not used up.
        package var budget = 16_000_000

        package init() {}
    }

    /// The community of each node. 0 is the largest; those of a size are in the order of their
    /// smallest nodes.
    package let communities: [Int32]
    package let members: Grouping
    /// 0 of a graph without edges.
    package let modularity: Double
    /// Of all starts.
    package let rounds: Int
    /// Whether the last round of the best start found nothing better.
    package let isConverged: Bool

    /// `weights` are of the graph's edges in their order. `progress` may throw to cancel.
    package init(
        _ graph: Digraph, weights: [Double]? = nil, _ options: Options = Options(),
        progress: MeasureProgress = { _, _ in }
    ) throws {
        var search = CommunitySearch(WeightedGraph(graph, weights: weights), options)
        var best = try search.run(isShuffled: false, progress)
        var starts = 1
        while starts < options.starts, search.rounds < search.maximumRounds / 8 {
            let other = try search.run(isShuffled: true, progress)
            if other.modularity > best.modularity { best = other }
            starts += 1
        }
        try progress(search.maximumRounds, search.maximumRounds)
        communities = best.communities
        members = Grouping(communities, count: Int(communities.max() ?? -1) + 1)
        modularity = best.modularity
        rounds = search.rounds
        isConverged = best.isConverged
    }

    package var count: Int { members.count }

    /// The quality of any communities of a graph, whose numbers are below the number of nodes.
    package static func modularity(
        of graph: Digraph, weights: [Double]? = nil, communities: [Int32], resolution: Double = 1
    ) -> Double {
        let groups = Groups(numbers: FlatArray(communities), count: graph.nodeCount)
        return WeightedGraph(graph, weights: weights).modularity(groups, resolution)
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
    package func connected(_ groups: borrowing Groups) -> Groups {
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
