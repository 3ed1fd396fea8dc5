// SPDX-License-Identifier: Apache-2.0
import Query
import Testing

struct ShortestPathsTests {
    @Test(arguments: MeasuredGraphs.seeds)
    func areAllThatThereAre(seed: UInt64) { check(MeasuredGraphs.random(seed, nodeCount: 15)) }

    @Test func ofSpecialShapes() {
        for (name, graph) in MeasuredGraphs.shapes where graph.nodeCount < 40 {
            check(graph, "\(name)")
        }
    }

    private func check(_ graph: Digraph, _ name: Comment? = nil) {
        let reversed = graph.reversed()
        let distances = MeasuredGraphs.distances(graph)
        for start in 0..<Int32(graph.nodeCount) {
            for end in 0..<Int32(graph.nodeCount) {
                let found = ShortestPaths(graph, reversed: reversed, from: start, to: end)
                let expected = Self.paths(graph, distances, Int(start), Int(end))
                #expect(Array(found) == expected, name)
                #expect(found.count == expected.count, name)
                #expect(found.length == expected.first.map { $0.count - 1 }, name)
            }
        }
    }

    /// In order, for neighbours are.
    private static func paths(
        _ graph: Digraph, _ distances: [[Int]], _ start: Int, _ end: Int
    ) -> [[Int32]] {
        if start == end { return [[Int32(start)]] }
        if distances[start][end] == .max { return [] }
        return graph.neighbours(start).filter {
            distances[Int($0)][end] == distances[start][end] - 1
        }.flatMap { next in
            paths(graph, distances, Int(next), end).map { [Int32(start)] + $0 }
        }
    }

    @Test func areMadeWhenAskedFor() {
        let diamonds = MeasuredGraphs.diamonds(70)
        let end = Int32(diamonds.nodeCount - 1)
        let found = ShortestPaths(diamonds, reversed: diamonds.reversed(), from: 0, to: end)
        #expect(found.count == .max && found.length == 140)
        let paths = Array(found.prefix(3))
        #expect(paths.count == 3 && Set(paths).count == 3)
        #expect(paths[0].lexicographicallyPrecedes(paths[1]))
        #expect(paths[1].lexicographicallyPrecedes(paths[2]))
        #expect(paths[0].prefix(5) == [0, 1, 3, 4, 6])
    }

    @Test func mayBeLong() {
        let count = MeasuredGraphs.large
        let chain = MeasuredGraphs.chain(count)
        let found = ShortestPaths(
            chain, reversed: chain.reversed(), from: 0, to: Int32(count - 1))
        #expect(found.first { _ in true } == (0..<Int32(count)).map { $0 })
        #expect(found.count == 1)
    }

    @Test(arguments: MeasuredGraphs.seeds)
    func reachIsByDistance(seed: UInt64) {
        let graph = MeasuredGraphs.random(seed)
        let distances = MeasuredGraphs.distances(graph)
        let origins = [Int32(graph.nodeCount - 1), 0, 0]
        for depth in [0, 1, 2, Int.max] {
            let found = Reach(graph, from: origins, depth: depth)
            let nearest = (0..<graph.nodeCount).map { node in
                min(distances[0][node], distances[graph.nodeCount - 1][node])
            }
            let expected = (0..<Int32(graph.nodeCount))
                .filter { nearest[Int($0)] < .max && nearest[Int($0)] <= depth }
                .sorted { (nearest[Int($0)], $0) < (nearest[Int($1)], $1) }
            #expect(found.nodes == expected)
            for distance in 0..<found.levelCount {
                #expect(
                    Array(found.nodes(at: distance))
                        == expected.filter { nearest[Int($0)] == distance })
            }
        }
        #expect(Reach(graph, from: []).levelCount == 0)
    }
}
