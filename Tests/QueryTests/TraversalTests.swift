// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport
import Testing

@Suite struct TraversalTests {
    /// Random graphs in one and in several segments, with deletions, against a plain search.
    @Test(arguments: 1...6)
    func aWalkMeetsWhatAPlainSearchMeets(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let schema = Schema([
            RelationSchema(
                "edges", key: ["from", "to"], target: "to",
                columns: [.string("from").domain("key"), .string("to").domain("key")])
        ])
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore.inMemory(schema: schema, options: options)
        var edges = Set<[Int]>()
        for _ in 0..<(seed % 2 == 0 ? 1 : 5) {
            try store.write { batch in
                for _ in 0..<60 {
                    let edge = [random.below(50), random.below(50)]
                    if seed % 2 == 1, random.chance(6),
                        let gone = edges.randomElement(using: &random)
                    {
                        edges.remove(gone)
                        try batch.delete(key: gone.map { .string("n\($0)") }, from: "edges")
                    }
                    edges.insert(edge)
                    try batch.append(edge.map { .string("n\($0)") }, to: 0)
                }
            }
        }
        let traversal = try Traversal(try store.snapshot().reader(), relation: "edges")
        for start in 0..<50 {
            for (direction, from, to) in [(Direction.outgoing, 0, 1), (.incoming, 1, 0)] {
                for depth in [1, 2, Int.max] {
                    var distance = [start: 0]
                    var frontier = [start]
                    while let node = frontier.first {
                        frontier.removeFirst()
                        guard let steps = distance[node], steps < depth else { continue }
                        for edge in edges where edge[from] == node && distance[edge[to]] == nil {
                            distance[edge[to]] = steps + 1
                            frontier.append(edge[to])
                        }
                    }
                    let isNode = edges.contains { $0.contains(start) }
                    let count = try traversal.walk(from: "n\(start)", direction, depth: depth)
                    #expect(
                        count == distance.count - 1, "seed \(seed), \(start) \(direction) \(depth)")
                    var met: [String: Int] = [:]
                    try traversal.forEachNode { met[$0] = $1 }
                    if isNode {
                        #expect(
                            met == Dictionary(uniqueKeysWithValues: distance.map { ("n\($0)", $1) })
                        )
                    }
                }
            }
        }
    }

    /// Walks so large that the traversal turns the index into arrays on the way, and small ones
    /// after them, in a segment that has dead edges.
    @Test(arguments: 1...3)
    func aLargeWalkMeetsWhatAPlainSearchMeets(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let schema = Schema([
            RelationSchema(
                "edges", key: ["from", "to"], target: "to",
                columns: [.string("from").domain("key"), .string("to").domain("key")])
        ])
        let store = try GraphStore.inMemory(schema: schema)
        let nodes = 2000
        var edges = Set((0..<5000).map { _ in [random.below(nodes), random.below(nodes)] })
        try store.write { batch in
            for edge in edges { try batch.append(edge.map { .string("n\($0)") }, to: 0) }
        }
        let gone = Set(edges.shuffled(using: &random).prefix(500))
        edges.subtract(gone)
        try store.write { batch in
            for edge in gone {
                try batch.delete(key: edge.map { .string("n\($0)") }, from: "edges")
            }
        }
        let traversal = try Traversal(try store.snapshot().reader(), relation: "edges")
        for (direction, from, to) in [(Direction.outgoing, 0, 1), (.incoming, 1, 0)] {
            let next = Dictionary(grouping: edges, by: { $0[from] }).mapValues { $0.map { $0[to] } }
            var largest = 0
            // Of all starts some lead nowhere.
            for depth in [3, 9, 1] + Array(repeating: Int.max, count: 9) {
                let start = random.below(nodes)
                var distance = [start: 0]
                var frontier = [start]
                for steps in 0..<min(depth, nodes) where !frontier.isEmpty {
                    var met: [Int] = []
                    for node in frontier.flatMap({ next[$0] ?? [] }) where distance[node] == nil {
                        distance[node] = steps + 1
                        met.append(node)
                    }
                    frontier = met
                }
                let count = try traversal.walk(from: "n\(start)", direction, depth: depth)
                largest = max(largest, count)
                var met: [String: Int] = [:]
                try traversal.forEachNode { met[$0] = $1 }
                #expect(count == max(met.count - 1, 0))
                if count > 0 {
                    #expect(
                        met == Dictionary(uniqueKeysWithValues: distance.map { ("n\($0)", $1) }),
                        "seed \(seed), \(start) \(direction) \(depth)")
                }
            }
            #expect(largest > nodes / 2)
        }
    }

    @Test func aRelationWithoutEdgesIsRefused() throws {
        let store = try GraphStore.inMemory(schema: CodeGraph.schema)
        #expect(throws: StoreError.self) {
            try Traversal(try store.snapshot().reader(), relation: "entities")
        }
    }
}
