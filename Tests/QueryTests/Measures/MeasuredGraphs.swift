// SPDX-License-Identifier: Apache-2.0
import Query
import TestSupport

/// Graphs to measure.
enum MeasuredGraphs {
    typealias Edge = (from: Int32, to: Int32)

    static let seeds: Range<UInt64> = 0..<20

    /// A small one of any density, loops and equal edges among them.
    static func random(_ seed: UInt64, nodeCount limit: Int = 40) -> Digraph {
        var random = SeededGenerator(seed: seed)
        let nodeCount = 1 + random.below(limit)
        let edges = (0..<random.below(nodeCount * (1 + random.below(4)))).map { _ -> Edge in
            (Int32(random.below(nodeCount)), Int32(random.below(nodeCount)))
        }
        return Digraph(nodeCount: nodeCount, edges)
    }

    /// Those that are special.
    static let shapes: [(name: String, graph: Digraph)] = [
        ("empty", Digraph(nodeCount: 0, [])), ("one node", Digraph(nodeCount: 1, [])),
        ("a loop", Digraph(nodeCount: 1, [(0, 0)])), ("no edges", Digraph(nodeCount: 5, [])),
        ("two nodes", Digraph(nodeCount: 2, [(1, 0)])),
        ("a triangle and its reverse", Digraph(nodeCount: 6, triangles)),
        ("complete", complete(12)), ("a chain", chain(30)), ("a star", star(30)),
        ("a ring", ring(9)), ("cliques", cliques(5, of: 6)), ("diamonds", diamonds(10)),
    ]

    private static let triangles: [Edge] = [
        (0, 1), (1, 2), (2, 0), (5, 4), (4, 3), (3, 5), (2, 3),
    ]

    /// So large that recursion would end the stack of a thread.
    #if DEBUG
        static let large = 100_000
    #else
        static let large = 1_000_000
    #endif

    static func chain(_ count: Int) -> Digraph {
        Digraph(nodeCount: count, count: count - 1) { body in
            for node in 1..<Int32(count) { body(node - 1, node) }
        }
    }

    static func ring(_ count: Int) -> Digraph {
        Digraph(nodeCount: count, count: count) { body in
            for node in 0..<Int32(count) { body(node, (node + 1) % Int32(count)) }
        }
    }

    /// All others lead to node 0.
    static func star(_ count: Int) -> Digraph {
        Digraph(nodeCount: count, count: count - 1) { body in
            for node in 1..<Int32(count) { body(node, 0) }
        }
    }

    static func complete(_ count: Int) -> Digraph {
        Digraph(nodeCount: count, count: count * (count - 1)) { body in
            for from in 0..<Int32(count) {
                for to in 0..<Int32(count) where to != from { body(from, to) }
            }
        }
    }

    /// Complete graphs, of each of which one node leads to one of the next.
    static func cliques(_ count: Int, of size: Int) -> Digraph {
        var edges: [Edge] = []
        for first in stride(from: 0, to: Int32(count * size), by: size) {
            for from in first..<first + Int32(size) {
                for to in first..<first + Int32(size) where to != from { edges.append((from, to)) }
            }
            if first > 0 { edges.append((first - 1, first)) }
        }
        return Digraph(nodeCount: count * size, edges)
    }

    /// Twice as many paths after each.
    static func diamonds(_ count: Int) -> Digraph {
        Digraph(nodeCount: 3 * count + 1, count: 4 * count) { body in
            for first in stride(from: 0, to: Int32(3 * count), by: 3) {
                for middle in [first + 1, first + 2] {
                    body(first, middle)
                    body(middle, first + 3)
                }
            }
        }
    }

    /// For each node how far each other is; `Int.max` if it is not reached.
    static func distances(_ graph: Digraph) -> [[Int]] {
        (0..<graph.nodeCount).map { start in
            var distances = [Int](repeating: .max, count: graph.nodeCount)
            distances[start] = 0
            var queue = [start]
            while !queue.isEmpty {
                let node = queue.removeFirst()
                for end in graph.neighbours(node) where distances[Int(end)] == .max {
                    distances[Int(end)] = distances[node] + 1
                    queue.append(Int(end))
                }
            }
            return distances
        }
    }
}
