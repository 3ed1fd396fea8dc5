// SPDX-License-Identifier: Apache-2.0
import Query
import Testing

struct PageRankTests {
    @Test(arguments: MeasuredGraphs.seeds)
    func solvesItsEquation(seed: UInt64) throws {
        try check(MeasuredGraphs.random(seed))
    }

    @Test func ofSpecialShapes() throws {
        for (name, graph) in MeasuredGraphs.shapes { try check(graph, "\(name)") }
    }

    private func check(_ graph: Digraph, _ name: Comment? = nil) throws {
        var options = PageRank.Options()
        options.tolerance = 1e-13
        options.maximumSweeps = 1000
        let found = try PageRank(graph, options)
        #expect(found.isConverged, name)
        #expect(graph.nodeCount == 0 || abs(found.ranks.reduce(0, +) - 1) < 1e-9, name)
        let count = Double(graph.nodeCount)
        let nodes = 0..<graph.nodeCount
        let lost = nodes.reduce(0) { $0 + (graph.degree($1) == 0 ? found.ranks[$1] : 0) }
        for node in nodes {
            let given = nodes.filter { graph.neighbours($0).contains(Int32(node)) }
                .reduce(0) { $0 + found.ranks[$1] / Double(graph.degree($1)) }
            let expected = 0.15 / count + 0.85 * (given + lost / count)
            #expect(abs(found.ranks[node] - expected) < 1e-12, name)
        }
    }

    @Test func saysIfItDidNotConverge() throws {
        var options = PageRank.Options()
        options.maximumSweeps = 2
        // A cycle with a way across it, behind a node that is in none.
        let graph = Digraph(nodeCount: 4, [(0, 1), (1, 2), (2, 3), (3, 1), (1, 3)])
        let found = try PageRank(graph, options)
        #expect(found.sweeps == 2 && !found.isConverged)
    }

    @Test func looksOnceWhereThereIsNoCycle() throws {
        let found = try PageRank(MeasuredGraphs.diamonds(5))
        #expect(found.sweeps == 1 && found.isConverged)
    }

    @Test func mayBeLargeAndCancelled() throws {
        let chain = MeasuredGraphs.chain(MeasuredGraphs.large)
        #expect(try PageRank(chain).isConverged)
        #expect(throws: CancellationError.self) {
            _ = try PageRank(chain) { done, _ in
                if done < MeasuredGraphs.large { throw CancellationError() }
            }
        }
    }
}
