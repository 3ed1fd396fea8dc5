// SPDX-License-Identifier: Apache-2.0

/// How many edges lead to each node, and from it.
package struct Degrees: Sendable {
    package let incoming: [Int32]
    package let outgoing: [Int32]

    /// `withLoops`: whether an edge from a node to itself counts.
    package init(_ graph: Digraph, withLoops: Bool = true) {
        var incoming = [Int32](repeating: 0, count: graph.nodeCount)
        for edge in 0..<graph.edgeCount { incoming[Int(graph.ends[edge])] += 1 }
        var outgoing = (0..<graph.nodeCount).map { Int32(truncatingIfNeeded: graph.degree($0)) }
        if !withLoops {
            graph.forEachEdge { from, to in
                guard from == to else { return }
                incoming[Int(from)] -= 1
                outgoing[Int(from)] -= 1
            }
        }
        (self.incoming, self.outgoing) = (incoming, outgoing)
    }

    /// Both together: an edge to the node itself counts twice.
    package var all: [Int32] { zip(incoming, outgoing).map { $0 + $1 } }

    /// How many nodes have each degree, from 0 on.
    package static func histogram(_ degrees: [Int32]) -> [Int] {
        var counts = [Int](repeating: 0, count: Int(degrees.max() ?? -1) + 1)
        for degree in degrees { counts[Int(degree)] += 1 }
        return counts
    }
}
