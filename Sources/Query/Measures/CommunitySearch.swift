// SPDX-License-Identifier: Apache-2.0
//
// One run of Leiden from single nodes: rounds of moving, refining and merging.

struct CommunitySearch {
    struct Result {
        let communities: [Int32]
        let modularity: Double
        let isConverged: Bool
    }

    let maximumRounds: Int
    /// Of all runs so far.
    private(set) var rounds = 0
    private let graph: WeightedGraph
    private let options: Leiden.Options
    private var random = SplitMix(seed: 1)

    init(_ graph: WeightedGraph, _ options: Leiden.Options) {
        self.graph = graph
        self.options = options
        let size = graph.nodeCount + graph.starts[graph.nodeCount] / 2
        maximumRounds = max(2, options.budget / max(size, 1))
    }

    /// Each run goes another way than those before. Nodes are moved in their own order, or a random
    /// one.
    mutating func run(isShuffled: Bool, _ progress: MeasureProgress) throws -> Result {
        var found = Groups(
            numbers: FlatArray(ascending: graph.nodeCount), count: graph.nodeCount)
        var quality = graph.modularity(found, options.resolution)
        var improvement = Double.infinity
        while improvement > options.leastImprovement, rounds < maximumRounds {
            found = graph.connected(try round(from: found, isShuffled, progress))
            let reached = graph.modularity(found, options.resolution)
            improvement = reached - quality
            quality = reached
        }
        return Result(
            communities: Self.bySize(found), modularity: quality,
            isConverged: improvement <= options.leastImprovement)
    }

    /// Moves nodes, then groups of them, then groups of those, until there is nothing to group.
    private mutating func round(
        from start: borrowing Groups, _ isShuffled: Bool, _ progress: MeasureProgress
    ) throws -> Groups {
        try progress(rounds, maximumRounds)
        var level = graph
        var communities = Groups(numbers: FlatArray(copying: start.numbers), count: start.count)
        // The node of the level that each node is in.
        let places = FlatArray<Int32>(ascending: graph.nodeCount)
        while true {
            let order = FlatArray<Int32>(ascending: level.nodeCount)
            if isShuffled { order.shuffle(&random) }
            var moving = LocalMoving(
                level, communities.numbers, options.resolution, order: order)
            try moving.run(communities.numbers) { try progress(rounds, maximumRounds) }
            let parts = Refinement(level, communities.numbers, options.resolution)
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
        rounds += 1
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
