// SPDX-License-Identifier: Apache-2.0
import Query
import Testing

struct StronglyConnectedTests {
    @Test(arguments: MeasuredGraphs.seeds)
    func areWhatReachesEachOther(seed: UInt64) { check(MeasuredGraphs.random(seed)) }

    @Test func ofSpecialShapes() {
        for (name, graph) in MeasuredGraphs.shapes { check(graph, "\(name)") }
    }

    private func check(_ graph: Digraph, _ name: Comment? = nil) {
        let found = StronglyConnected(graph)
        let distances = MeasuredGraphs.distances(graph)
        let nodes = 0..<graph.nodeCount
        for a in nodes {
            for b in nodes {
                let areTogether = distances[a][b] < .max && distances[b][a] < .max
                #expect((found.components[a] == found.components[b]) == areTogether, name)
            }
        }
        #expect(found.components.map(Int.init) == Self.numbers(found, distances), name)
        for component in 0..<found.count {
            #expect(
                Array(found.members[component])
                    == nodes.map(Int32.init).filter { found.components[Int($0)] == component })
        }
        checkCycles(found, graph, distances, name)
    }

    /// By the longest chain of components that leads to each, then by smallest node.
    private static func numbers(_ found: StronglyConnected, _ distances: [[Int]]) -> [Int] {
        let roots = found.components.map { component in
            found.components.firstIndex(of: component) ?? 0
        }
        let first = Set(roots).sorted()
        var levels: [Int: Int] = [:]
        for _ in first {
            for root in first {
                levels[root] =
                    first.filter { $0 != root && distances[$0][root] < .max }
                    .map { (levels[$0] ?? 0) + 1 }.max() ?? 0
            }
        }
        let order = first.sorted { (levels[$0] ?? 0, $0) < (levels[$1] ?? 0, $1) }
        return roots.map { order.firstIndex(of: $0) ?? -1 }
    }

    private func checkCycles(
        _ found: StronglyConnected, _ graph: Digraph, _ distances: [[Int]], _ name: Comment?
    ) {
        var cyclic: [Int] = []
        for component in 0..<found.count {
            let first = Int(found.members[component].first ?? -1)
            let back = (0..<graph.nodeCount).filter {
                ($0 != first || found.members.size(component) == 1)
                    && graph.neighbours($0).contains(Int32(first)) && distances[first][$0] < .max
            }
            let shortest = back.map { distances[first][$0] + 1 }.min()
            let cycle = found.shortestCycle(in: graph, component: component)
            #expect(cycle?.count == shortest, name)
            guard let cycle else { continue }
            cyclic.append(component)
            #expect(cycle.first == Int32(first), name)
            for (from, to) in zip(cycle, cycle.dropFirst() + cycle.prefix(1)) {
                #expect(graph.neighbours(Int(from)).contains(to), name)
            }
        }
        #expect(found.cyclic(in: graph) == cyclic, name)
    }

    @Test func mayBeLarge() {
        let count = MeasuredGraphs.large
        let chain = StronglyConnected(MeasuredGraphs.chain(count))
        #expect(chain.components == (0..<Int32(count)).map { $0 })
        let ring = StronglyConnected(MeasuredGraphs.ring(count))
        #expect(ring.count == 1)
        #expect(
            ring.shortestCycle(in: MeasuredGraphs.ring(count), component: 0)?.count == count)
        #expect(StronglyConnected(MeasuredGraphs.star(count)).components[0] == Int32(count - 1))
    }
}
