// SPDX-License-Identifier: Apache-2.0
import Query
import TestSupport
import Testing

struct DigraphTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func hasEachEdgeOnceAndInOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let nodeCount = Int.random(in: 1...40, using: &random)
        let edges = (0..<Int.random(in: 0...200, using: &random)).map { _ in
            (
                from: Int32.random(in: 0..<Int32(nodeCount), using: &random),
                to: Int32.random(in: 0..<Int32(nodeCount), using: &random)
            )
        }
        let graph = Digraph(nodeCount: nodeCount, edges)
        var expected = (0..<nodeCount).map { _ in Set<Int32>() }
        for edge in edges { expected[Int(edge.from)].insert(edge.to) }
        check(graph, expected)

        var reversed = (0..<nodeCount).map { _ in Set<Int32>() }
        for edge in edges { reversed[Int(edge.to)].insert(edge.from) }
        check(graph.reversed(), reversed)

        var both = (0..<nodeCount).map { _ in Set<Int32>() }
        for edge in edges where edge.from != edge.to {
            both[Int(edge.to)].insert(edge.from)
            both[Int(edge.from)].insert(edge.to)
        }
        check(graph.undirected(), both)
    }

    private func check(_ graph: Digraph, _ expected: [Set<Int32>]) {
        #expect(graph.nodeCount == expected.count)
        #expect(graph.edgeCount == expected.reduce(0) { $0 + $1.count })
        for (node, ends) in expected.enumerated() {
            #expect(Array(graph.neighbours(node)) == ends.sorted())
            #expect(graph.degree(node) == ends.count)
        }
    }

    @Test func mayBeEmpty() {
        #expect(Digraph(nodeCount: 0, []).edgeCount == 0)
        #expect(Digraph(nodeCount: 3, []).neighbours(2).isEmpty)
    }
}
