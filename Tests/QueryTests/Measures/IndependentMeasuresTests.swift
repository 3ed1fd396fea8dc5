// SPDX-License-Identifier: Apache-2.0
import Foundation
import Query
import TestSupport
import Testing

/// Our numbers beside those of NetworkX, igraph, leidenalg and SciPy: Independent/measures.py. It
/// must be there to pass: `scripts/setup --tests` installs what it needs.
struct IndependentMeasuresTests {
    @Test func agreeOnSmallGraphs() throws {
        var cases: [[String: Any]] = []
        for (name, graph) in MeasuredGraphs.shapes { cases.append(try measured(name, graph)) }
        for seed in MeasuredGraphs.seeds {
            cases.append(try measured("random \(seed)", MeasuredGraphs.random(seed)))
        }
        try compare(cases)
    }

    @Test(arguments: ["Sources/SegmentStore", "ThirdParty/tree-sitter/core"])
    func agreeOnRealGraphs(folder: String) throws {
        let real = try RealGraph(folder: folder)
        #expect(real.graph.nodeCount > 500 && real.graph.edgeCount > 1000, "\(folder)")
        try compare([
            measured(
                folder, real.graph, groups: real.files, groupCount: real.fileCount,
                classes: real.classNodes)
        ])
    }

    private static let measures = [
        "components", "pageRank", "betweenness", "cores", "leiden", "entropies", "classes", "paths",
        "reach",
    ]

    private func compare(_ cases: [[String: Any]]) throws {
        let directory = try TemporaryDirectory()
        let file = directory.file("graphs.json")
        try JSONSerialization.data(withJSONObject: cases).write(to: URL(fileURLWithPath: file))
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Independent/measures.py").path
        let python = try #require(
            Python(importing: ["networkx", "igraph", "leidenalg", "scipy"]),
            "no python3 with networkx, igraph, leidenalg and scipy: scripts/setup --tests")
        let outcome = try python.run(script, [file])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let expected = cases.flatMap { graph in
            Self.measures.map { "ok \($0) \(graph["name"] ?? "")" }
        }
        #expect(
            outcome.output.split(separator: "\n").map(String.init).sorted() == expected.sorted())
    }

    // MARK: - What we say

    private func measured(
        _ name: String, _ graph: Digraph, groups: [Int32]? = nil, groupCount: Int = 4,
        classes: ClassMeasures.Nodes? = nil
    ) throws -> [String: Any] {
        var random = SeededGenerator(seed: 3)
        let groups = groups ?? (0..<graph.nodeCount).map { _ in Int32(random.below(5) - 1) }
        var edges: [Int32] = []
        graph.forEachEdge { edges += [$0, $1] }
        let found: [String: Any] = [
            "components": components(graph),
            "pageRank": try pageRank(graph),
            "betweenness": try betweenness(graph),
            "cores": KCore(undirected: graph.undirected()).cores,
            "leiden": try communities(graph),
            "entropies": entropies(graph, groups, groupCount),
            "classes": classMeasures(graph, classes ?? Self.randomClasses(graph.nodeCount)),
            "paths": paths(graph), "reach": reach(graph),
        ]
        return [
            "name": name, "nodeCount": graph.nodeCount, "edges": edges, "found": found,
        ]
    }

    private func components(_ graph: Digraph) -> [String: Any] {
        let found = StronglyConnected(graph)
        let cycles = found.cyclic(in: graph).map {
            found.shortestCycle(in: graph, component: $0) ?? []
        }
        return ["components": found.components, "cycles": cycles]
    }

    private func pageRank(_ graph: Digraph) throws -> [String: Any] {
        var options = PageRank.Options()
        options.tolerance = 1e-12
        let found = try PageRank(graph, options)
        return ["ranks": found.ranks, "tolerance": options.tolerance]
    }

    /// Exact, and from some nodes only, which NetworkX does not do quickly.
    private func betweenness(_ graph: Digraph) throws -> [[String: Any]] {
        let some = graph.nodeCount < 100 ? graph.nodeCount : 40
        return try [some, graph.nodeCount].map { limit in
            let pivots = Betweenness.pivots(of: graph.nodeCount, atMost: limit)
            return ["values": try Betweenness(graph, pivots: pivots).values, "pivots": pivots]
        }
    }

    private func communities(_ graph: Digraph) throws -> [[String: Any]] {
        var random = SeededGenerator(seed: 7)
        let weights = (0..<graph.edgeCount).map { _ in Double(1 + random.below(9)) / 2 }
        return try [(1, nil), (0.5, nil), (1.5, weights)].map { resolution, weights in
            var options = Leiden.Options()
            options.resolution = resolution
            // In a debug build each costs a second.
            if graph.nodeCount > 100 { options.starts = 3 }
            let found = try Leiden(graph, weights: weights, options)
            return [
                "communities": found.communities, "modularity": found.modularity,
                "resolution": resolution, "weights": weights ?? NSNull(),
            ]
        }
    }

    private func entropies(_ graph: Digraph, _ groups: [Int32], _ count: Int) -> [String: Any] {
        let degrees = Degrees(graph).all
        let spread = EdgeSpread(graph, groups: groups, count: count)
        return [
            "degreeBits": Entropy.bits(ofDegrees: degrees),
            "endBits": Entropy.bits(ofEndsAt: degrees), "groups": groups, "bits": spread.bits,
            "spread": spread.groups.map {
                [Double($0.insideCount), Double($0.outsideCount), $0.bits, $0.outsideBits]
            },
        ]
    }

    private static func randomClasses(_ count: Int) -> ClassMeasures.Nodes {
        var random = SeededGenerator(seed: 5)
        return ClassMeasures.Nodes(
            classes: (0..<count).map { _ in Int32(random.below(6) - 1) }, classCount: 5,
            roles: (0..<count).map { _ in random.pick([.other, .method, .method, .field]) },
            complexities: (0..<count).map { _ in Int32(random.below(9)) })
    }

    private func classMeasures(
        _ graph: Digraph, _ nodes: ClassMeasures.Nodes
    ) -> [String: Any] {
        let found = ClassMeasures(graph, nodes)
        let names: [ClassMeasures.Role: String] = [
            .other: "other", .method: "method", .field: "field",
        ]
        return [
            "classes": nodes.classes, "roles": nodes.roles.map { names[$0] ?? "" },
            "complexities": nodes.complexities,
            "measures": zip(found.classes, found.coupling.groups).map { own, coupling in
                let counts: [Any] = [
                    own.methodCount, own.fieldCount, own.weightedMethods, own.response, own.parts,
                    own.lackOfCohesion ?? NSNull(), coupling.afferent, coupling.efferent,
                    coupling.coupled, coupling.insideCount, coupling.outgoingCount,
                    coupling.incomingCount,
                ]
                return counts
            },
        ]
    }

    private func paths(_ graph: Digraph) -> [[String: Any]] {
        if graph.nodeCount == 0 { return [] }
        let reversed = graph.reversed()
        var random = SeededGenerator(seed: 11)
        var ends = (0..<30).map { _ in
            (Int32(random.below(graph.nodeCount)), Int32(random.below(graph.nodeCount)))
        }
        ends.append((0, Int32(graph.nodeCount - 1)))
        return ends.map { from, to in
            let found = ShortestPaths(graph, reversed: reversed, from: from, to: to)
            // Where there are more, their number is compared.
            return [
                "from": from, "to": to, "count": found.count, "limit": 50,
                "paths": Array(found.prefix(50)),
            ]
        }
    }

    private func reach(_ graph: Digraph) -> [[String: Any]] {
        var random = SeededGenerator(seed: 13)
        return [0, 1, 3, 1000].map { depth in
            let count = graph.nodeCount == 0 ? 0 : 1 + random.below(3)
            let origins = (0..<count).map { _ in Int32(random.below(graph.nodeCount)) }
            let found = Reach(graph, from: origins, depth: depth)
            return [
                "origins": origins, "depth": depth,
                "levels": (0..<found.levelCount).map { Array(found.nodes(at: $0)) },
            ]
        }
    }
}
