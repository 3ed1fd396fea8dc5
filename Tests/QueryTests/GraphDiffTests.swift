// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport
import Testing

@Suite struct GraphDiffTests {
    @Test(arguments: 1...6)
    func changesAreThoseOfTheRows(seed: Int) throws {
        var graph = try RandomGraph(seed: seed, batches: 2)
        let (before, old) = (graph, try graph.store.snapshot())
        try graph.write(nodeCount: 15, linkCount: 20, removes: true)
        let diff = try #require(GraphDiff(old, try graph.store.snapshot()))
        var expected: Set<String> = []
        for key in Set(before.nodes.keys).union(graph.nodes.keys) {
            switch (before.nodes[key], graph.nodes[key]) {
            case (nil, _): expected.insert("added \(key)")
            case (_, nil): expected.insert("removed \(key)")
            case (var was?, let now?) where was != now:
                // The same but for where it stands.
                was.startLine = now.startLine
                expected.insert(was == now ? "moved \(key)" : "changed \(key)")
            default: break
            }
        }
        for link in Set(before.links.keys).union(graph.links.keys) {
            let key = "\(link.from) \(link.to) \(link.kind)"
            switch (before.links[link], graph.links[link]) {
            case (nil, _): expected.insert("added \(key)")
            case (_, nil): expected.insert("removed \(key)")
            case (let was, let now) where was != now: expected.insert("changed \(key)")
            default: break
            }
        }
        var found: Set<String> = []
        try diff.forEachChange { change in
            #expect(
                found.insert("\(change.kind.rawValue) \(change.key.joined(separator: " "))")
                    .inserted)
        }
        #expect(found == expected)
        try checkImpact(diff, before, graph, old)
    }

    private func checkImpact(
        _ diff: GraphDiff, _ before: RandomGraph, _ after: RandomGraph, _ old: Snapshot
    ) throws {
        let answer = try diff.impact(ImpactQuery())
        var changed: Set<String> = []
        var removed: Set<String> = []
        for (key, was) in before.nodes {
            guard let now = after.nodes[key] else {
                removed.insert(key)
                continue
            }
            var moved = was
            moved.startLine = now.startLine
            if moved != now { changed.insert(key) }
        }
        func reach(_ starts: Set<String>, _ links: [RandomGraph.Link: String]) -> Set<String> {
            var seen = starts
            var rest = Array(starts)
            while let node = rest.popLast() {
                for (link, resolution) in links
                where link.to == node && link.kind != "contains"
                    && ["exact", "probable", "ambiguous"].contains(resolution)
                    && seen.insert(link.from).inserted
                {
                    rest.append(link.from)
                }
            }
            return seen
        }
        let expected = reach(changed, after.links).union(reach(removed, before.links))
            .subtracting(changed).subtracting(removed)
        #expect(Set(answer.affected.map(\.entity.key)) == expected)
        #expect(answer.total == expected.count)
        var page = ImpactQuery()
        (page.limit, page.offset) = (2, 1)
        #expect(
            try diff.impact(page).affected.map(\.entity.key)
                == answer.affected.dropFirst().prefix(2).map(\.entity.key))
    }

    @Test func whatOnlyStandsElsewhereIsMoved() throws {
        let store = try GraphStore.inMemory(schema: CodeGraph.schema)
        func write(_ line: Int, _ lines: String?, _ resolution: String) throws -> Snapshot {
            try store.write { batch in
                try batch.append(
                    [
                        "from": "a", "to": "b", "kind": "calls", "file": "f",
                        "line": .int(Int64(line)), "lines": lines.map { .string($0) } ?? .null,
                        "resolution": .string(resolution),
                    ], to: "edges")
            }
            return try store.snapshot()
        }
        func kinds(_ old: Snapshot, _ new: Snapshot) throws -> [GraphDiff.Kind] {
            var kinds: [GraphDiff.Kind] = []
            try GraphDiff(old, new)?.forEachChange { kinds.append($0.kind) }
            return kinds
        }
        let first = try write(3, "3 9", "exact")
        let second = try write(4, "4 9", "exact")
        let third = try write(4, "4 10", "exact")
        let fourth = try write(4, "4 10", "probable")
        #expect(try kinds(first, second) == [.moved] && kinds(second, third) == [.moved])
        #expect(try kinds(third, fourth) == [.changed] && kinds(fourth, fourth) == [])
    }

    @Test func otherStoresHaveNone() throws {
        let store = try GraphStore.inMemory(schema: RandomRows.schema)
        #expect(GraphDiff(try store.snapshot(), try store.snapshot()) == nil)
    }
}
