// SPDX-License-Identifier: Apache-2.0
import Query
import TestSupport
import Testing

struct LeidenTests {
    @Test(arguments: MeasuredGraphs.seeds)
    func keepsItsPromises(seed: UInt64) throws { try check(MeasuredGraphs.random(seed)) }

    @Test func ofSpecialShapes() throws {
        for (name, graph) in MeasuredGraphs.shapes { try check(graph, "\(name)") }
    }

    private func check(_ graph: Digraph, _ name: Comment? = nil) throws {
        let found = try Leiden(graph)
        #expect(found.isConverged, name)
        let quality = Self.modularity(graph, found.communities)
        #expect(abs(found.modularity - quality) < 1e-12, name)
        let again = Leiden.modularity(of: graph, communities: found.communities)
        #expect(abs(again - quality) < 1e-12, name)
        checkNumbers(found, name)
        let undirected = graph.undirected()
        for community in 0..<found.count {
            #expect(Self.isConnected(undirected, found.members[community]), name)
        }
        for (node, own) in found.communities.enumerated() {
            for community in Set(found.communities) where community != own {
                var moved = found.communities
                moved[node] = community
                #expect(Self.modularity(graph, moved) <= quality + 1e-9, name)
            }
        }
        #expect(try Leiden(graph).communities == found.communities, name)
    }

    private func checkNumbers(_ found: Leiden, _ name: Comment?) {
        #expect(Set(found.communities) == Set(0..<Int32(found.count)), name)
        let order = (0..<found.count).map { (-found.members.size($0), found.members[$0].first) }
        for (a, b) in zip(order, order.dropFirst()) {
            #expect(a.0 < b.0 || (a.0 == b.0 && a.1 ?? 0 < b.1 ?? 0), name)
        }
    }

    /// Over all pairs of nodes, as it is defined.
    private static func modularity(_ graph: Digraph, _ communities: [Int32]) -> Double {
        let nodes = 0..<graph.nodeCount
        func weight(_ a: Int, _ b: Int) -> Double {
            a == b ? 0 : (graph.neighbours(a).contains(Int32(b)) ? 1 : 0)
        }
        let weights = nodes.map { a in nodes.map { weight(a, $0) + weight($0, a) } }
        let strengths = weights.map { $0.reduce(0, +) }
        let total = strengths.reduce(0, +)
        if total == 0 { return 0 }
        var sum = 0.0
        for a in nodes {
            for b in nodes where communities[a] == communities[b] {
                sum += weights[a][b] - strengths[a] * strengths[b] / total
            }
        }
        return sum / total
    }

    private static func isConnected(_ graph: Digraph, _ nodes: ArraySlice<Int32>) -> Bool {
        var left = Set(nodes.dropFirst())
        var queue = Array(nodes.prefix(1))
        while let node = queue.popLast() {
            for end in graph.neighbours(Int(node)) where left.remove(end) != nil {
                queue.append(end)
            }
        }
        return left.isEmpty
    }

    /// Rounds leave hardly ever anything to take apart, so it is asked for by itself.
    @Test func takesApartWhatIsNotConnected() {
        let graph = WeightedGraph(MeasuredGraphs.chain(6), weights: nil)
        let found = graph.connected(
            Groups(numbers: FlatArray([1, 0, 1, 1, 0, 1]), count: 2))
        #expect(found.count == 5)
        #expect(found.numbers.values == [0, 1, 2, 2, 3, 4])
    }

    @Test func findsCliques() throws {
        let found = try Leiden(MeasuredGraphs.cliques(5, of: 6))
        #expect(found.communities == (0..<30).map { Int32($0 / 6) })
    }

    /// Two pairs: what is strong between them decides.
    @Test func goesByWeights() throws {
        let ring = MeasuredGraphs.ring(4)
        let options = Leiden.Options()
        let one = try Leiden(ring, weights: [9, 1, 9, 1], options)
        #expect(one.communities == [0, 0, 1, 1])
        let other = try Leiden(ring, weights: [1, 9, 1, 9], options)
        #expect(other.communities == [0, 1, 1, 0])
    }

    @Test func hasMoreCommunitiesOfAHigherResolution() throws {
        var options = Leiden.Options()
        let graph = MeasuredGraphs.random(9, nodeCount: 300)
        var counts: [Int] = []
        for resolution in [0.2, 1, 5] {
            options.resolution = resolution
            counts.append(try Leiden(graph, options).count)
        }
        #expect(counts[0] < counts[1] && counts[1] < counts[2], "\(counts)")
    }

    @Test func mayBeLargeAndCancelled() throws {
        let count = MeasuredGraphs.large / 4
        let chain = MeasuredGraphs.chain(count)
        var options = Leiden.Options()
        options.starts = 1
        #expect(try Leiden(chain, options).modularity > 0.9)
        #expect(try Leiden(MeasuredGraphs.star(count), options).count == 1)
        #expect(throws: CancellationError.self) {
            try Leiden(chain) { done, _ in if done > 0 { throw CancellationError() } }
        }
    }
}
