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
        cores = Peeling(graph).run()
        maximum = Int(cores.max() ?? 0)
    }
}

private struct Peeling: ~Copyable {
    private let graph: Digraph
    /// What is left of each node's degree: at last its core.
    private let cores: FlatArray<Int32>
    /// Nodes by what is left of their degrees.
    private let ordered: FlatArray<Int32>
    /// Where each node stands among them.
    private let places: FlatArray<Int32>
    /// Where the nodes of each degree begin.
    private let starts: FlatArray<Int32>

    init(_ graph: Digraph) {
        self.graph = graph
        let count = graph.nodeCount
        let degrees = (0..<count).map { Int32(truncatingIfNeeded: graph.degree($0)) }
        cores = FlatArray(degrees)
        ordered = FlatArray(capacity: count)
        places = FlatArray(capacity: count)
        starts = FlatArray(capacity: Int(degrees.max() ?? 0) + 1)
        let byDegree = Grouping(degrees, count: starts.count)
        var next: Int32 = 0
        for degree in 0..<byDegree.count {
            starts[degree] = next
            for node in byDegree[degree] {
                places[node] = next
                ordered[next] = node
                next += 1
            }
        }
    }

    func run() -> [Int32] {
        for place in 0..<ordered.count {
            let node = ordered[place]
            let core = cores[node]
            for neighbour in graph.neighbours(Int(node)) where cores[neighbour] > core {
                lower(neighbour)
            }
        }
        return cores.values
    }

    /// A neighbour less: the node changes places with the first of its degree, and the others of
    /// that begin behind it.
    @inline(__always)
    private func lower(_ node: Int32) {
        let degree = cores[node]
        let from = places[node]
        let to = starts[degree]
        let first = ordered[to]
        ordered[to] = node
        ordered[from] = first
        places[node] = to
        places[first] = from
        starts[degree] = to + 1
        cores[node] = degree - 1
    }
}
