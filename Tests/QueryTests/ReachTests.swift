// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport
import Testing

/// Impact and paths, against a plain search over the same edges.
@Suite struct ReachTests {
    private static let followed: Set<String> = ["exact", "probable", "ambiguous"]

    /// Whom something depends on by edges that are followed, the surest of each pair, and back.
    private func edges(_ graph: RandomGraph) -> [(from: String, to: String, doubt: Int)] {
        let doubts = ["exact": 0, "probable": 1, "ambiguous": 2]
        return graph.links.compactMap { link, resolution in
            guard link.kind != "contains", let doubt = doubts[resolution] else { return nil }
            return (link.from, link.to, doubt)
        }
    }

    @Test(arguments: 1...8)
    func impactIsThatOfAPlainSearch(seed: Int) throws {
        let graph = try RandomGraph(seed: seed, batches: seed % 2 == 0 ? 1 : 4)
        let reader = try graph.store.snapshot().reader()
        let edges = edges(graph)
        for start in graph.nodes.keys.sorted() {
            // With all that it contains.
            var starts: Set<String> = [start]
            while let more = graph.links.keys.first(where: {
                $0.kind == "contains" && starts.contains($0.from) && !starts.contains($0.to)
            }) { starts.insert(more.to) }
            // Distance, then doubt of the surest shortest way.
            var found: [String: (distance: Int, doubt: Int)] = [:]
            for node in starts { found[node] = (0, 0) }
            var distance = 0
            var isGrowing = true
            while isGrowing {
                isGrowing = false
                distance += 1
                for (from, to, doubt) in edges {
                    guard let end = found[to], end.distance == distance - 1 else { continue }
                    let sum = max(end.doubt, doubt)
                    if let known = found[from] {
                        if known.distance == distance, sum < known.doubt {
                            found[from] = (distance, sum)
                        }
                    } else {
                        found[from] = (distance, sum)
                        isGrowing = true
                    }
                }
            }
            let expected = found.filter { $0.value.distance > 0 }
            let answer = try ImpactQuery().run(reader, of: start)
            #expect(answer.total == expected.count)
            #expect(Set(answer.affected.map(\.entity.key)) == Set(expected.keys))
            let names = ["exact", "probable", "ambiguous"]
            for item in answer.affected {
                let wanted = expected[item.entity.key]
                #expect(item.distance == wanted?.distance)
                #expect(item.resolution == wanted.map { names[$0.doubt] }, "\(start) \(item)")
                #expect(item.isTest == graph.nodes[item.entity.key]?.isTest ?? false)
                #expect(
                    edges.contains { $0.from == item.entity.key && $0.to == item.through }
                        && (found[item.through]?.distance ?? -1) == item.distance - 1)
            }
            let order = answer.affected.map { ($0.distance, $0.entity.key) }
            #expect(order.elementsEqual(order.sorted { $0 < $1 }, by: ==))
            #expect(answer.testCount == answer.affected.count(where: \.isTest))
            let files = Set(expected.keys.compactMap { graph.nodes[$0]?.file })
            #expect(answer.fileCount == files.count)
            var page = ImpactQuery()
            (page.limit, page.offset) = (3, 2)
            let second = try page.run(reader, of: start)
            #expect(second.countByDistance == answer.countByDistance)
            #expect(
                second.affected.map(\.entity.key)
                    == answer.affected.dropFirst(2).prefix(3).map(\.entity.key))
        }
    }

    @Test(arguments: 1...8)
    func pathsAreAllShortestOnes(seed: Int) throws {
        let graph = try RandomGraph(seed: seed, batches: seed % 2 == 0 ? 1 : 3)
        let reader = try graph.store.snapshot().reader()
        var next: [String: Set<String>] = [:]
        for edge in edges(graph) { next[edge.from, default: []].insert(edge.to) }
        let keys = graph.nodes.keys.sorted()
        for (start, end) in zip(keys, keys.dropFirst(5) + keys.prefix(5)) {
            var query = PathQuery()
            query.limit = .max
            let answer = try query.run(reader, from: start, to: end)
            let expected = paths(next, start, end)
            let found = answer.paths.map { path in [start] + path.map(\.to) }
            #expect(
                found == expected.sorted { $0.lexicographicallyPrecedes($1) }, "\(start) \(end)")
            #expect(answer.total == expected.count)
            #expect(answer.length == expected.first.map { $0.count - 1 })
            for path in answer.paths {
                for (edge, following) in zip(path, path.dropFirst()) {
                    #expect(edge.to == following.from)
                }
                #expect(path.enumerated().allSatisfy { $0.offset + 1 == $0.element.depth })
            }
            query.limit = 1
            #expect(
                try query.run(reader, from: start, to: end).paths == Array(answer.paths.prefix(1)))
        }
    }

    /// By growing all paths by a step until some arrive.
    private func paths(
        _ next: [String: Set<String>], _ start: String, _ end: String
    ) -> [[String]] {
        var all = [[start]]
        for _ in 0..<40 {
            let arrived = all.filter { $0.last == end }
            if !arrived.isEmpty || all.isEmpty { return arrived }
            let met = Set(all.flatMap(\.self))
            all = all.flatMap { path in
                (next[path.last ?? ""] ?? []).filter { !met.contains($0) }.map { path + [$0] }
            }
        }
        return []
    }

    @Test func aChainNeedsNoStack() throws {
        let store = try GraphStore.inMemory(schema: CodeGraph.schema)
        let count = 20_000
        try store.write { batch in
            for number in 0..<count {
                try batch.append(
                    CodeRows.edge(from: "n\(number)", to: "n\(number + 1)"),
                    to: try batch.relation("edges"))
            }
        }
        let reader = try store.snapshot().reader()
        #expect(try ImpactQuery().run(reader, of: "n\(count)").countByDistance.count == count)
        let answer = try PathQuery().run(reader, from: "n0", to: "n\(count)")
        #expect(answer.length == count && answer.total == 1)
        #expect(try PathQuery().run(reader, from: "n\(count)", to: "n0").length == nil)
        #expect(try PathQuery().run(reader, from: "n5", to: "n5").paths == [[]])
        #expect(try PathQuery().run(reader, from: "n5", to: "nowhere").length == nil)
    }
}
