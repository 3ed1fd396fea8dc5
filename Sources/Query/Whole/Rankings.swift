// SPDX-License-Identifier: Apache-2.0
//
// Nodes of a whole graph by what they mean to it.

import CodeGraph
import SegmentStore

/// A node and its measures.
public struct RankedNode: Sendable {
    /// What it is.
    public let label: GraphNodeLabel
    /// What it is ranked by.
    public let score: Double
    /// How many nodes depend on it.
    public let dependents: Int
    /// How many it depends on.
    public let dependencies: Int
}

/// Part of a ranking.
public struct Ranking: Sendable {
    /// The first of them, or of the page that was asked for.
    public var nodes: [RankedNode] = []
    /// How many are ranked.
    public var total = 0
    /// What is to be known about how it was found.
    public var notes: [String: Double] = [:]
}

/// How nodes are ranked.
public enum RankingMethod: String, Sendable, CaseIterable {
    /// By how many depend on them.
    case indegree
    /// By how many they depend on.
    case outdegree
    /// By both together.
    case degree
    /// By how often they are come by on an endless walk.
    case pagerank
    /// By on how many shortest paths between others they lie.
    case betweenness
    /// By how dense the part of the graph is that they are in.
    case kcore
    /// Dependents times dependencies: what much passes through.
    case hubs
}

extension WholeGraph {
    /// A page of all nodes by a measure; those that it does not tell apart from nothing are left
    /// out. `progress` is told how far it is, and may throw.
    public func ranking(
        _ method: RankingMethod, limit: Int = 20, offset: Int = 0,
        progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws -> Ranking {
        var ranking = Ranking()
        // Others are meant, not the node itself.
        let degrees = Degrees(graph, withLoops: false)
        let scores: [Double]
        switch method {
        case .indegree: scores = degrees.incoming.map(Double.init)
        case .outdegree: scores = degrees.outgoing.map(Double.init)
        case .degree: scores = degrees.all.map(Double.init)
        case .hubs:
            scores = zip(degrees.incoming, degrees.outgoing).map { Double($0) * Double($1) }
        case .pagerank:
            let result = try PageRank(graph, progress: progress)
            scores = result.ranks
            ranking.notes = [
                "sweeps": Double(result.sweeps), "converged": result.isConverged ? 1 : 0,
            ]
        case .betweenness:
            let result = try Betweenness(graph, progress: progress)
            scores = result.values
            ranking.notes = [
                "pivots": Double(result.pivotCount), "exact": result.isExact ? 1 : 0,
            ]
        case .kcore:
            let result = KCore(undirected: graph.undirected())
            scores = result.cores.map(Double.init)
            ranking.notes = ["maximum": Double(result.maximum)]
        }
        let order = ranked { scores[$0] > 0 ? scores[$0] : nil }
        ranking.total = order.count
        for node in order.dropFirst(offset).prefix(limit) {
            ranking.nodes.append(
                RankedNode(
                    label: try label(node), score: scores[node],
                    dependents: Int(degrees.incoming[node]),
                    dependencies: Int(degrees.outgoing[node])))
        }
        return ranking
    }

    /// How many nodes have each core number, from 0 on.
    public func coreSizes() -> [Int] {
        Degrees.histogram(KCore(undirected: graph.undirected()).cores)
    }
}

/// What is defined outside of the tree, by how many entities use it.
public struct ExternalRanking: Sendable {
    /// The most used first.
    public var nodes: [RankedNode] = []
    /// How many there are.
    public var total = 0

    /// Looks at all edges that lead out of the tree.
    public init(_ reader: Reader, limit: Int, offset: Int) throws {
        var filter = EdgeFilter()
        filter.withoutKinds = ["contains"]
        filter.resolutions = [CodeGraph.externalKind]
        let map = try CodeMap(reader, filter, withExternals: true)
        let degrees = Degrees(map.graph)
        let order = (map.entityCount..<map.nodeCount).filter { degrees.incoming[$0] > 0 }
            .sorted { a, b in
                let (more, less) = (degrees.incoming[a], degrees.incoming[b])
                return more != less ? more > less : a < b
            }
        total = order.count
        nodes = try order.dropFirst(offset).prefix(limit).map { node in
            let entity = try map.entity(node)
            return RankedNode(
                label: GraphNodeLabel(
                    key: entity.key, name: entity.qualifiedName, kind: entity.kind, file: "",
                    line: 0),
                score: Double(degrees.incoming[node]), dependents: Int(degrees.incoming[node]),
                dependencies: 0)
        }
    }
}
