// SPDX-License-Identifier: Apache-2.0
//
// The second step of Leiden: each community is put together anew out of its nodes, so that the
// parts that become nodes of the next graph are connected.

/// Merges nodes, alone at first, with neighbours in their community. Parts have the numbers of
/// nodes.
struct Refinement: ~Copyable {
    private let graph: WeightedGraph
    private let resolution: Double
    private let parts: FlatArray<Int32>
    private let strengths: FlatArray<Double>
    private let sizes: FlatArray<Int32>
    /// What leads from each part to the rest of its community.
    private let cuts: FlatArray<Double>
    /// The strength of each community.
    private let communityStrengths: FlatArray<Double>
    private let near: NearGroups

    init(
        _ graph: WeightedGraph, _ communities: borrowing FlatArray<Int32>, _ resolution: Double
    ) {
        self.graph = graph
        self.resolution = resolution
        let count = graph.nodeCount
        parts = FlatArray(ascending: count)
        strengths = FlatArray(capacity: count)
        sizes = FlatArray(repeating: 1, count: count)
        cuts = FlatArray(capacity: count)
        communityStrengths = FlatArray(repeating: 0, count: count)
        near = NearGroups(count: count)
        for node in 0..<Int32(truncatingIfNeeded: count) {
            let community = communities[node]
            strengths[node] = graph.strengths[node]
            communityStrengths[community] += graph.strengths[node]
            var inside = 0.0
            for edge in graph.edges(node) where communities[graph.ends[edge]] == community {
                inside += graph.weights[edge]
            }
            cuts[node] = inside
        }
    }

    /// The part of each node, numbered in the order of their first nodes.
    consuming func run(
        _ communities: borrowing FlatArray<Int32>, _ random: inout SplitMix
    ) -> Groups {
        let order = FlatArray<Int32>(ascending: graph.nodeCount)
        order.shuffle(&random)
        for place in 0..<order.count {
            let node = order[place]
            // Or it was left, or others joined it.
            guard sizes[node] == 1 else { continue }
            let community = communities[node]
            guard isWellConnected(node, in: community) else { continue }
            let part = best(for: node, in: community, communities)
            if part != node { merge(node, into: part) }
        }
        return renumbered(parts, below: graph.nodeCount)
    }

    /// Whether a part has as much to do with the rest of its community as chance would have it.
    @inline(__always)
    private func isWellConnected(_ part: Int32, in community: Int32) -> Bool {
        let rest = communityStrengths[community] - strengths[part]
        return cuts[part] * graph.total >= resolution * strengths[part] * rest
    }

    /// The part that a node, alone so far, gains most with; its own, if with none.
    @inline(__always)
    private func best(
        for node: Int32, in community: Int32, _ communities: borrowing FlatArray<Int32>
    ) -> Int32 {
        near.clear()
        for edge in graph.edges(node) {
            let end = graph.ends[edge]
            if communities[end] == community { near.add(parts[end], graph.weights[edge]) }
        }
        let cost = resolution * strengths[node] / graph.total
        var best = node
        var gain = 0.0
        for index in 0..<near.count {
            let part = near[index]
            let other = near.weight(part) - cost * strengths[part]
            if other > gain, isWellConnected(part, in: community) {
                gain = other
                best = part
            }
        }
        return best
    }

    @inline(__always)
    private func merge(_ node: Int32, into part: Int32) {
        parts[node] = part
        strengths[part] += strengths[node]
        sizes[part] &+= 1
        sizes[node] = 0
        cuts[part] += cuts[node] - 2 * near.weight(part)
    }
}

/// A group for each of some things, 0 ..< `count`.
package struct Groups: ~Copyable {
    package let numbers: FlatArray<Int32>
    package let count: Int

    package init(numbers: consuming FlatArray<Int32>, count: Int) {
        self.numbers = numbers
        self.count = count
    }
}

/// The same groups with the numbers 0, 1, … in the order of their first members. The numbers so
/// far are below `limit`.
func renumbered(_ groups: borrowing FlatArray<Int32>, below limit: Int) -> Groups {
    let numbers = FlatArray<Int32>(repeating: -1, count: limit)
    let renumbered = FlatArray<Int32>(capacity: groups.count)
    var count: Int32 = 0
    for member in 0..<groups.count {
        let group = groups[member]
        if numbers[group] < 0 {
            numbers[group] = count
            count += 1
        }
        renumbered[member] = numbers[group]
    }
    return Groups(numbers: renumbered, count: Int(count))
}
