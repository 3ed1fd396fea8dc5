// SPDX-License-Identifier: Apache-2.0
//
// What depends on itself, by way of others.

import SegmentStore

/// Nodes that all depend on each other.
public struct Cycle: Sendable {
    /// All of them, in the order of their keys.
    public let members: [GraphNodeLabel]
    /// A shortest way round through the first of them; it leads on to its first again.
    public let example: [GraphNodeLabel]
    /// How many edges there are between them.
    public let edgeCount: Int
    /// In how many files they are.
    public let fileCount: Int
}

extension WholeGraph {
    /// The strongly connected components with a cycle in them, the largest first, those of a size
    /// in the order of their first keys: a page of them, and how many there are. What only calls
    /// itself is left out, unless `withSelf` asks for it.
    public func cycles(
        limit: Int = .max, offset: Int = 0, withSelf: Bool = false
    ) throws -> (cycles: [Cycle], total: Int, nodeCount: Int) {
        let found = StronglyConnected(graph)
        let cyclic = found.cyclic(in: graph)
            .filter { withSelf || found.members.size($0) > 1 }
            .sorted { a, b in
                let (large, small) = (found.members.size(a), found.members.size(b))
                if large != small { return large > small }
                return (found.members[a].first ?? 0) < (found.members[b].first ?? 0)
            }
        let cycles = try cyclic.dropFirst(offset).prefix(limit).map { component in
            let nodes = found.members[component]
            let members = try nodes.map { try label(Int($0)) }
            let edges = nodes.reduce(0) { sum, node in
                sum + graph.neighbours(Int(node)).count { found.components[Int($0)] == component }
            }
            let example = found.shortestCycle(in: graph, component: component) ?? []
            return Cycle(
                members: members, example: try example.map { try label(Int($0)) },
                edgeCount: edges, fileCount: Set(members.map(\.file)).count)
        }
        return (cycles, cyclic.count, cyclic.reduce(0) { $0 + found.members.size($1) })
    }
}
