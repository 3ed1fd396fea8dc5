// SPDX-License-Identifier: Apache-2.0
import Query
import Testing

struct KCoreTests {
    @Test(arguments: MeasuredGraphs.seeds)
    func isWhatPeelingLeaves(seed: UInt64) { check(MeasuredGraphs.random(seed)) }

    @Test func ofSpecialShapes() {
        for (name, graph) in MeasuredGraphs.shapes { check(graph, "\(name)") }
    }

    private func check(_ graph: Digraph, _ name: Comment? = nil) {
        let undirected = graph.undirected()
        let found = KCore(undirected: undirected)
        var expected = [Int32](repeating: 0, count: graph.nodeCount)
        var left = Set(0..<graph.nodeCount)
        for core in 0... {
            while let node = left.first(where: { node in
                undirected.neighbours(node).filter { left.contains(Int($0)) }.count <= core
            }) {
                left.remove(node)
                expected[node] = Int32(core)
            }
            if left.isEmpty { break }
        }
        #expect(found.cores == expected, name)
        #expect(found.maximum == Int(expected.max() ?? 0), name)
    }

    @Test func countsDegrees() {
        let graph = Digraph(nodeCount: 4, [(0, 1), (0, 2), (2, 2), (2, 1)])
        let degrees = Degrees(graph)
        #expect(degrees.outgoing == [2, 0, 2, 0] && degrees.incoming == [0, 2, 2, 0])
        #expect(degrees.all == [2, 2, 4, 0])
        #expect(Degrees.histogram(degrees.all) == [1, 0, 2, 0, 1])
        #expect(Degrees.histogram([]) == [])
    }

    @Test func mayBeLarge() {
        let count = MeasuredGraphs.large
        for graph in [MeasuredGraphs.chain(count), MeasuredGraphs.star(count)] {
            #expect(KCore(undirected: graph.undirected()).cores.allSatisfy { $0 == 1 })
        }
        let ring = KCore(undirected: MeasuredGraphs.ring(count).undirected())
        #expect(ring.cores.allSatisfy { $0 == 2 } && ring.maximum == 2)
    }
}
