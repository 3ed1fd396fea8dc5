// SPDX-License-Identifier: Apache-2.0
//
// What communities are looked for in: first the nodes themselves, then groups of them as nodes.

/// An undirected graph with weights. Two nodes may have several edges, which count together.
package final class WeightedGraph {
    let nodeCount: Int
    /// Where the edges of each node begin; one more than there are nodes. Each edge is there twice.
    let starts: FlatArray<Int>
    let ends: FlatArray<Int32>
    let weights: FlatArray<Double>
    /// The weights of all edges of a node; one from it to itself, which is not among its edges,
    /// counts twice.
    let strengths: FlatArray<Double>
    /// Of all nodes: twice the weight of all edges.
    private(set) var total = 0.0

    /// Of every edge of a graph, but for those from a node to itself; so two nodes with edges both
    /// ways have twice the weight. `given` are in the order of the graph's edges, 1 each if nil.
    package init(_ graph: Digraph, weights given: [Double]?) {
        precondition(
            given.map { $0.count == graph.edgeCount && $0.allSatisfy { $0 > 0 } } ?? true,
            "a weight above 0 for each edge")
        nodeCount = graph.nodeCount
        let places = FlatArray(repeating: 0, count: nodeCount + 1)
        graph.forEachEdge { from, to in
            if from == to { return }
            places[Int(from) &+ 1] &+= 1
            places[Int(to) &+ 1] &+= 1
        }
        starts = FlatArray(repeating: 0, count: nodeCount + 1)
        for node in 0..<nodeCount {
            places[node &+ 1] &+= places[node]
            starts[node &+ 1] = places[node &+ 1]
        }
        ends = FlatArray(capacity: places[nodeCount])
        weights = FlatArray(capacity: places[nodeCount])
        strengths = FlatArray(repeating: 0, count: nodeCount)
        var edge = 0
        graph.forEachEdge { from, to in
            let weight = given?[edge] ?? 1
            edge &+= 1
            if from == to { return }
            total += 2 * weight
            for (node, end) in [(from, to), (to, from)] {
                ends[places[node]] = end
                weights[places[node]] = weight
                places[node] &+= 1
                strengths[node] += weight
            }
        }
    }

    /// Of groups of another's nodes as nodes.
    init(_ graph: WeightedGraph, groups: borrowing FlatArray<Int32>, count: Int) {
        nodeCount = count
        total = graph.total
        starts = FlatArray(repeating: 0, count: count + 1)
        ends = FlatArray(capacity: graph.starts[graph.nodeCount])
        weights = FlatArray(capacity: graph.starts[graph.nodeCount])
        strengths = FlatArray(repeating: 0, count: count)
        let members = Grouping(groups.values, count: count)
        let near = NearGroups(count: count)
        var next = 0
        for group in 0..<count {
            near.clear()
            for node in members[group] {
                strengths[group] += graph.strengths[node]
                near.add(graph, node, groups)
            }
            for index in 0..<near.count where near[index] != group {
                ends[next] = near[index]
                weights[next] = near.weight(near[index])
                next &+= 1
            }
            starts[group &+ 1] = next
        }
    }

    @inline(__always)
    func edges(_ node: Int32) -> Range<Int> { starts[Int(node)]..<starts[Int(node) &+ 1] }
}

/// The groups that edges lead to, with the weight that leads to each, which is above 0.
final class NearGroups {
    /// 0 for those that are not near.
    private let weights: FlatArray<Double>
    private let groups: FlatArray<Int32>
    private(set) var count = 0

    init(count: Int) {
        weights = FlatArray(repeating: 0, count: count)
        groups = FlatArray(capacity: count)
    }

    /// In the order in which they were met.
    @inline(__always)
    subscript(index: Int) -> Int32 { groups[index] }

    @inline(__always)
    func weight(_ group: Int32) -> Double { weights[group] }

    @inline(__always)
    func add(_ graph: WeightedGraph, _ node: Int32, _ groups: borrowing FlatArray<Int32>) {
        for edge in graph.edges(node) { add(groups[graph.ends[edge]], graph.weights[edge]) }
    }

    @inline(__always)
    func add(_ group: Int32, _ weight: Double) {
        let known = weights[group]
        if known == 0 {
            groups[count] = group
            count &+= 1
        }
        weights[group] = known + weight
    }

    @inline(__always)
    func clear() {
        for index in 0..<count { weights[groups[index]] = 0 }
        count = 0
    }
}
