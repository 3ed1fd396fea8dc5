// SPDX-License-Identifier: Apache-2.0
//
// Measures of whole graphs, of three edges a node: what each costs, and how that grows. A graph with
// communities, in which few nodes have most edges; and a chain, which is as deep as there are nodes.

import Foundation
import Platform
import Query

extension EngineTasks {
    func measures() throws {
        for count in [10_000, 100_000, 1_000_000] {
            try MeasuredGraph("\(count) nodes", Self.communityGraph(count)).run(runs)
        }
        try MeasuredGraph("chain", Self.chain(1_000_000)).run(runs)
    }

    /// Two edges of three lead to what is near, most of them to the first of a hundred nodes; the
    /// others to any node, most of them to the first ones.
    private static func communityGraph(_ count: Int) -> Digraph {
        var random = SplitMix(state: 7)
        let edges = (0..<3 * count).map { _ -> (from: Int32, to: Int32) in
            let from = random.below(count)
            let isNear = random.below(3) > 0
            let (first, size) = isNear ? (from / 100 * 100, min(100, count)) : (0, count)
            let end = first + Int(Double(size) * pow(random.unit(), 4))
            return (Int32(from), Int32(min(end, count - 1)))
        }
        return Digraph(nodeCount: count, edges)
    }

    private static func chain(_ count: Int) -> Digraph {
        Digraph(nodeCount: count, count: count - 1) { body in
            for node in 1..<Int32(count) { body(node - 1, node) }
        }
    }
}

private struct MeasuredGraph {
    let name: String
    let graph: Digraph

    init(_ name: String, _ graph: Digraph) {
        self.name = name
        self.graph = graph
    }

    func run(_ runs: Int) throws {
        let runs = graph.nodeCount < 1_000_000 ? min(runs, 5) : min(runs, 3)
        let reversed = graph.reversed()
        let undirected = graph.undirected()
        let groups = (0..<graph.nodeCount).map { Int32($0 / 20) }
        let nodes = ClassMeasures.Nodes(
            classes: groups, classCount: graph.nodeCount / 20 + 1,
            roles: (0..<graph.nodeCount).map { $0 % 4 == 0 ? .field : .method },
            complexities: [Int32](repeating: 1, count: graph.nodeCount))
        Report.add("edges, \(name)", graph.edgeCount, "edges")
        try time("components", runs) { StronglyConnected(graph).count }
        try time("pagerank", runs) { try PageRank(graph, reversed: reversed).sweeps }
        try time("core numbers", runs) { KCore(undirected: undirected).maximum }
        try time("betweenness", runs) { try Betweenness(graph).pivotCount }
        try time("communities", runs) { try Leiden(graph).count }
        try time("entropy", runs) {
            EdgeSpread(graph, groups: groups, count: nodes.classCount).groups.count
        }
        try time("coupling", runs) { ClassMeasures(graph, nodes).classes.count }
        try time("shortest path", runs) {
            let end = Int32(graph.nodeCount - 1)
            return ShortestPaths(graph, reversed: reversed, from: 0, to: end).length ?? 0
        }
    }

    /// The answer is shown, so that figures are of something.
    private func time(_ measure: String, _ runs: Int, _ body: () throws -> Int) throws {
        let title = "\(measure), \(name)"
        guard Report.wants(title) else { return }
        var answer = 0
        var times: [Int64] = []
        for _ in 0..<runs { times.append(try timed { answer = try body() }) }
        let timing = Timing(times)
        Report.add(title, timing)
        let perEdge = Double(timing.median) / Double(max(graph.edgeCount, 1))
        Report.line("", String(format: "%.1f ns an edge, answer %d", perEdge, answer))
    }
}
