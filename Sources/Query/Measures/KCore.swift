// SPDX-License-Identifier: Apache-2.0
//
// Nodes are taken away in the order of their degrees, which fall meanwhile: Batagelj and Zaveršnik.

/// How deep in a graph each node is: it has core number k if it is in a part in which every node
/// has k neighbours or more, and in none with k + 1.
package struct KCore: Sendable {
    package let cores: [Int32]
    /// The greatest of them.
    package let maximum: Int

    /// Of a graph that has every edge in both directions, and none from a node to itself:
    /// `Digraph.undirected()`.
    package init(undirected graph: Digraph) {
        let count = graph.nodeCount
        let degrees = (0..<count).map { Int32(truncatingIfNeeded: graph.degree($0)) }
        // Nodes by what is left of their degrees, and where each stands among them.
        let cores = FlatArray<Int32>(capacity: count)
        let places = FlatArray<Int32>(capacity: count)
        let ordered = FlatArray<Int32>(capacity: count)
        // Where the nodes of each degree begin.
        let starts = FlatArray<Int32>(capacity: Int(degrees.max() ?? 0) + 1)
        var next: Int32 = 0
        let byDegree = Grouping(degrees, count: starts.count)
        for degree in 0..<byDegree.count {
            starts[degree] = next
            for node in byDegree[degree] {
                cores[node] = Int32(truncatingIfNeeded: degree)
                places[node] = next
                ordered[next] = node
                next += 1
            }
        }
        for place in 0..<count {
            let node = ordered[place]
            let core = cores[node]
            for neighbour in graph.neighbours(Int(node)) where cores[neighbour] > core {
                // One less: it changes places with the first of its degree, which moves up by one.
                let degree = cores[neighbour]
                let from = places[neighbour]
                let to = starts[degree]
                let first = ordered[to]
                ordered[to] = neighbour
                ordered[from] = first
                places[neighbour] = to
                places[first] = from
                starts[degree] = to + 1
                cores[neighbour] = degree - 1
            }
        }
        self.cores = cores.values
        maximum = Int(self.cores.max() ?? 0)
    }
}
