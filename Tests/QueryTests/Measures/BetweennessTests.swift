// SPDX-License-Identifier: Apache-2.0
import Query
import TestSupport
import Testing

struct BetweennessTests {
    @Test(arguments: MeasuredGraphs.seeds)
    func isTheShareOfShortestPaths(seed: UInt64) throws {
        try check(MeasuredGraphs.random(seed, nodeCount: 20))
    }

    @Test func ofSpecialShapes() throws {
        for (name, graph) in MeasuredGraphs.shapes where graph.nodeCount < 40 {
            try check(graph, "\(name)")
        }
    }

    private func check(_ graph: Digraph, _ name: Comment? = nil) throws {
        let found = try Betweenness(graph)
        #expect(found.isExact && found.pivotCount == graph.nodeCount, name)
        let expected = Self.naive(graph)
        for (value, other) in zip(found.values, expected) {
            #expect(abs(value - other) < 1e-12, name)
        }
        #expect(found.values.count == expected.count, name)
    }

    /// Of all pairs, by the numbers of paths.
    private static func naive(_ graph: Digraph) -> [Double] {
        let nodes = 0..<graph.nodeCount
        let distances = MeasuredGraphs.distances(graph)
        var paths = nodes.map { start in nodes.map { $0 == start ? 1.0 : 0 } }
        for start in nodes {
            for node in nodes.sorted(by: { distances[start][$0] < distances[start][$1] })
            where distances[start][node] < .max {
                for end in graph.neighbours(node)
                where distances[start][Int(end)] == distances[start][node] + 1 {
                    paths[start][Int(end)] += paths[start][node]
                }
            }
        }
        let pairs = Double((nodes.count - 1) * (nodes.count - 2))
        return nodes.map { middle in
            var sum = 0.0
            for start in nodes where start != middle && distances[start][middle] < .max {
                for end in nodes where end != middle && end != start {
                    guard distances[middle][end] < .max,
                        distances[start][middle] + distances[middle][end] == distances[start][end]
                    else { continue }
                    sum += paths[start][middle] * paths[middle][end] / paths[start][end]
                }
            }
            return pairs > 0 ? sum / pairs : 0
        }
    }

    @Test func isTheSameWithAnyNumberOfThreads() throws {
        var random = SeededGenerator(seed: 4)
        let edges = (0..<900).map { _ in (Int32(random.below(300)), Int32(random.below(300))) }
        let graph = Digraph(nodeCount: 300, edges.map { (from: $0, to: $1) })
        let one = try Betweenness(graph, threads: 1).values
        for threads in [2, 3, 7] {
            #expect(try Betweenness(graph, threads: threads).values == one)
        }
    }

    @Test func isEstimatedWhereItWouldTakeLong() throws {
        let graph = MeasuredGraphs.ring(1000)
        let found = try Betweenness(graph, budget: 20_000)
        #expect(found.pivotCount == 10 && !found.isExact)
        // From each pivot all nodes but the last are passed on the way.
        #expect(abs(found.values.reduce(0, +) / 1000 - 0.5) < 1e-9)
        #expect(Betweenness.pivots(of: 1000, atMost: 4).map { $0 / 250 } == [0, 1, 2, 3])
        #expect(Betweenness.pivots(of: 3, atMost: 4) == [0, 1, 2])
    }

    /// After 1100 diamonds there are more paths than a number can say.
    @Test func staysFiniteWithAnyNumberOfPaths() throws {
        let found = try Betweenness(MeasuredGraphs.diamonds(1100), pivots: [0])
        // Each diamond halves what leads through it, and puts it together again.
        #expect(found.values.allSatisfy { $0.isFinite && $0 < 1 })
        #expect(abs(found.values[3] - 2 * found.values[1]) < found.values[3] / 1000)
    }

    @Test func mayBeLargeAndCancelled() throws {
        let chain = MeasuredGraphs.chain(MeasuredGraphs.large)
        let found = try Betweenness(chain, pivots: [0])
        #expect(found.values[1] > 0 && found.values[MeasuredGraphs.large - 1] == 0)
        #expect(throws: CancellationError.self) {
            try Betweenness(chain, pivots: [0, 1]) { _, _ in throw CancellationError() }
        }
    }
}
