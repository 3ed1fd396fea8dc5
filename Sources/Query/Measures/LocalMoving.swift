// SPDX-License-Identifier: Apache-2.0
//
// The first step of Leiden: every node goes where modularity gains most, until none gains.

/// Moves nodes between communities. Community numbers are those of nodes, so there are enough for
/// each node to be alone.
struct LocalMoving: ~Copyable {
    private let graph: WeightedGraph
    private let resolution: Double
    private let strengths: FlatArray<Double>
    private let sizes: FlatArray<Int32>
    /// Communities without a node.
    private let free: FlatArray<Int32>
    private var freeCount = 0
    private let near: NearGroups
    /// Nodes whose neighbourhood changed since they were looked at: a ring.
    private let queue: FlatArray<Int32>
    private let isQueued: FlatArray<Bool>

    /// A gain below this share of a node's weight is what rounding makes.
    private static let leastGain = 1e-12

    /// `order` has every node: in which order they are looked at first.
    init(
        _ graph: WeightedGraph, _ communities: borrowing FlatArray<Int32>, _ resolution: Double,
        order: consuming FlatArray<Int32>
    ) {
        self.graph = graph
        self.resolution = resolution
        let count = graph.nodeCount
        strengths = FlatArray(repeating: 0, count: count)
        sizes = FlatArray(repeating: 0, count: count)
        free = FlatArray(capacity: count)
        near = NearGroups(count: count)
        queue = order
        isQueued = FlatArray(repeating: true, count: count)
        for node in 0..<count {
            strengths[communities[node]] += graph.strengths[node]
            sizes[communities[node]] += 1
        }
        for community in 0..<count where sizes[community] == 0 {
            free[freeCount] = Int32(truncatingIfNeeded: community)
            freeCount += 1
        }
    }

    /// Calls `step` now and then, which may throw to cancel.
    mutating func run(
        _ communities: borrowing FlatArray<Int32>, step: () throws -> Void
    ) rethrows {
        let count = graph.nodeCount
        var first = 0
        var queued = count
        var visited = 0
        while queued > 0 {
            let node = queue[first]
            first = first &+ 1 == count ? 0 : first &+ 1
            queued &-= 1
            isQueued[node] = false
            visited &+= 1
            if visited & 0xffff == 0 { try step() }
            let community = best(for: node, communities)
            if community == communities[node] { continue }
            move(node, to: community, communities)
            for edge in graph.edges(node) {
                let end = graph.ends[edge]
                if isQueued[end] || communities[end] == community { continue }
                isQueued[end] = true
                let place = first &+ queued
                queue[place < count ? place : place &- count] = end
                queued &+= 1
            }
        }
    }

    /// Where a node gains most; where it is, if it gains nothing elsewhere.
    @inline(__always)
    private func best(for node: Int32, _ communities: borrowing FlatArray<Int32>) -> Int32 {
        let own = communities[node]
        let strength = graph.strengths[node]
        // Without edges it has nowhere to go.
        if strength == 0 { return own }
        near.clear()
        near.add(graph, node, communities)
        let cost = resolution * strength / graph.total
        let least = strength * Self.leastGain
        var best = own
        var gain = near.weight(own) - cost * (strengths[own] - strength)
        for index in 0..<near.count {
            let community = near[index]
            if community == own { continue }
            let other = near.weight(community) - cost * strengths[community]
            if other > gain + least {
                gain = other
                best = community
            }
        }
        // Alone it neither gains nor loses.
        return gain < -least && sizes[own] > 1 ? free[freeCount &- 1] : best
    }

    @inline(__always)
    private mutating func move(
        _ node: Int32, to community: Int32, _ communities: borrowing FlatArray<Int32>
    ) {
        let own = communities[node]
        strengths[own] -= graph.strengths[node]
        sizes[own] &-= 1
        if sizes[community] == 0 { freeCount &-= 1 }
        if sizes[own] == 0 {
            // Or rounding would be left of what was there.
            strengths[own] = 0
            free[freeCount] = own
            freeCount &+= 1
        }
        strengths[community] += graph.strengths[node]
        sizes[community] &+= 1
        communities[node] = community
    }
}
