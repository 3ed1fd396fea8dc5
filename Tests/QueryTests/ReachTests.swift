// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport
import Testing

/// Impact and paths, against a plain search over the same edges.
@Suite struct ReachTests {
    private static let doubts = ["exact": 0, "external": 1, "probable": 2, "ambiguous": 3]

    /// Whom something depends on by edges that are followed, the surest of each pair, and back.
    private func edges(_ graph: RandomGraph) -> [(from: String, to: String, doubt: Int)] {
        return graph.links.compactMap { link, resolution in
            guard link.kind != "contains", let doubt = Self.doubts[resolution] else { return nil }
            return (link.from, link.to, doubt)
        }
    }

    @Test(arguments: 1...8)
    func impactIsThatOfAPlainSearch(seed: Int) throws {
        let graph = try RandomGraph(seed: seed, batches: seed % 2 == 0 ? 1 : 4)
        let reader = try graph.store.snapshot().reader()
        let edges = edges(graph)
        for start in graph.nodes.keys.sorted() {
            let starts = members(graph, start)
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
            let names = ["exact", "external", "probable", "ambiguous"]
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
            #expect(second.testCount == answer.testCount && second.fileCount == answer.fileCount)
            #expect(
                second.affected.map(\.entity.key)
                    == answer.affected.dropFirst(2).prefix(3).map(\.entity.key))
        }
    }

    /// A node with all that it contains.
    private func members(_ graph: RandomGraph, _ node: String) -> Set<String> {
        var found: Set<String> = [node]
        while let more = graph.links.keys.first(where: {
            $0.kind == "contains" && found.contains($0.from) && !found.contains($0.to)
        }) { found.insert(more.to) }
        return found
    }

    @Test(arguments: 1...8)
    func pathsAreAllShortestOnes(seed: Int) throws {
        let graph = try RandomGraph(seed: seed, batches: seed % 2 == 0 ? 1 : 3)
        let reader = try graph.store.snapshot().reader()
        var next: [String: [String: Int]] = [:]
        for edge in edges(graph) {
            let known = next[edge.from, default: [:]][edge.to] ?? .max
            next[edge.from, default: [:]][edge.to] = min(known, edge.doubt)
        }
        let keys = graph.nodes.keys.sorted()
        for (start, end) in zip(keys, keys.dropFirst(5) + keys.prefix(5)) {
            var query = PathQuery()
            query.limit = .max
            let answer = try query.run(reader, from: start, to: end)
            let (inner, outer) = (members(graph, start), members(graph, end))
            let expected = paths(
                next,
                from: outer.contains(start) && !inner.contains(end)
                    ? inner : inner.subtracting(outer),
                to: inner.contains(end) ? outer : outer.subtracting(inner))
            let found = answer.paths.map { path in path.prefix(1).map(\.from) + path.map(\.to) }
            #expect(found == expected, "\(start) \(end)")
            #expect(answer.total == expected.count)
            #expect(answer.length == expected.first.map { $0.count - 1 })
            for path in answer.paths {
                for (edge, following) in zip(path, path.dropFirst()) {
                    #expect(edge.to == following.from)
                }
                #expect(path.enumerated().allSatisfy { $0.offset + 1 == $0.element.depth })
                for edge in path {
                    #expect(
                        graph.links.contains { link, resolution in
                            (link.from, link.to, link.kind) == (edge.from, edge.to, edge.kind)
                                && resolution == edge.resolution
                        })
                    #expect(Self.doubts[edge.resolution] == next[edge.from]?[edge.to])
                }
            }
            query.limit = 1
            #expect(
                try query.run(reader, from: start, to: end).paths == Array(answer.paths.prefix(1)))
        }
    }

    /// By growing all paths by a step until some arrive; where two part, the one that goes on with
    /// less doubt comes first.
    private func paths(
        _ next: [String: [String: Int]], from starts: Set<String>, to ends: Set<String>
    ) -> [[String]] {
        var all = starts.map { [$0] }
        for length in 0..<40 where !all.isEmpty {
            let arrived = all.filter { ends.contains($0[length]) }
            if !arrived.isEmpty { return inOrder(arrived, next) }
            let met = Set(all.flatMap(\.self))
            all = all.flatMap { path in
                (next[path[length]] ?? [:]).keys.filter { !met.contains($0) }.map { path + [$0] }
            }
        }
        return []
    }

    private func inOrder(_ all: [[String]], _ next: [String: [String: Int]]) -> [[String]] {
        /// The least doubt of what begins so, about all from the edge to its last node on.
        func doubt(_ prefix: ArraySlice<String>) -> Int {
            all.filter { $0.starts(with: prefix) }.map { path in
                zip(path, path.dropFirst()).dropFirst(max(prefix.count - 2, 0))
                    .map { next[$0]?[$1] ?? 0 }.max() ?? 0
            }.min() ?? 0
        }
        return all.sorted { a, b in
            guard let place = a.indices.first(where: { a[$0] != b[$0] }) else { return false }
            let (first, second) = (doubt(a[...place]), doubt(b[...place]))
            return first != second ? first < second : a[place] < b[place]
        }
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
