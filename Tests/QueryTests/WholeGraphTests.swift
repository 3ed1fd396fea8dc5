// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport
import Testing

/// The graph of a store, and what is said of the whole of it, against plain sets. The measures
/// themselves are compared with others' elsewhere.
@Suite struct WholeGraphTests {
    @Test(arguments: 1...8)
    func theGraphHasTheStoresEdges(seed: Int) throws {
        let graph = try RandomGraph(seed: seed, batches: 1 + seed % 4)
        let map = try CodeMap(try graph.store.snapshot().reader())
        let keys = graph.nodes.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(try (0..<map.entityCount).map { try map.key($0) } == keys)
        #expect(map.nodeCount == keys.count)
        let expected = graph.dependencies()
        for (node, key) in keys.enumerated() {
            #expect(try map.node(of: key) == node)
            let ends = try map.graph.neighbours(node).map { try map.key(Int($0)) }
            #expect(Set(ends) == expected[key] ?? [] && ends.count == Set(ends).count)
        }
        let files = try map.words("file")
        #expect(keys.map { graph.nodes[$0]?.file } == files.numbers.map { files.words[Int($0)] })
        let complexities = try map.values("complexity")
        #expect(keys.map { Int64(graph.nodes[$0]?.complexity ?? 0) } == complexities)
        let parents = try map.parents()
        for (node, key) in keys.enumerated() {
            // One that is gone is none.
            let parent = graph.nodes[key]?.parent.flatMap { graph.nodes[$0]?.key }
            #expect(parents[node] < 0 ? parent == nil : keys[Int(parents[node])] == parent)
        }
        #expect(try map.node(of: "nowhere") == nil)
    }

    @Test(arguments: 1...4)
    func externalsComeBehind(seed: Int) throws {
        let graph = try RandomGraph(seed: seed, batches: seed)
        var filter = EdgeFilter()
        filter.resolutions = ["external", "unresolved"]
        let map = try CodeMap(try graph.store.snapshot().reader(), filter, withExternals: true)
        let outside = Set(graph.links.keys.flatMap { [$0.from, $0.to] })
            .subtracting(graph.nodes.keys).sorted()
        #expect(try (map.entityCount..<map.nodeCount).map { try map.key($0) } == outside)
        let count = graph.links.filter { $0.value == "external" || $0.value == "unresolved" }.count
        #expect(map.graph.edgeCount == count)
        let ranking = try ExternalRanking(map.reader, limit: 2, offset: 0)
        var users: [String: Set<String>] = [:]
        for (link, resolution) in graph.links where resolution == "external" {
            users[link.to, default: []].insert(link.from)
        }
        users = users.filter { key, _ in outside.contains(key) }
        let order = users.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        #expect(ranking.nodes.map(\.label.key) == order.prefix(2).map(\.key))
        #expect(ranking.total == order.count)
    }

    @Test(arguments: 1...6)
    func rankingsAreByDegrees(seed: Int) throws {
        let graph = try RandomGraph(seed: seed, batches: 1 + seed % 2)
        let whole = try WholeGraph(try graph.store.snapshot().reader())
        // What only calls itself has no dependents.
        let others = graph.dependencies().map { node, ends in (node, ends.subtracting([node])) }
        let out = Dictionary(uniqueKeysWithValues: others.map { ($0, $1.count) })
        var into: [String: Int] = [:]
        for (_, ends) in others { for end in ends { into[end, default: 0] += 1 } }
        func expected(_ score: (String) -> Int) -> [String] {
            graph.nodes.keys.filter { score($0) > 0 }
                .sorted { (score($1), $0) < (score($0), $1) }
        }
        for (method, score) in [
            (.indegree, { into[$0] ?? 0 }), (.outdegree, { out[$0] ?? 0 }),
            (.degree, { (into[$0] ?? 0) + (out[$0] ?? 0) }),
            (.hubs, { (into[$0] ?? 0) * (out[$0] ?? 0) }),
        ] as [(RankingMethod, (String) -> Int)] {
            let order = expected(score)
            let ranking = try whole.ranking(method, limit: 5, offset: 1)
            #expect(ranking.total == order.count)
            #expect(ranking.nodes.map(\.label.key) == Array(order.dropFirst().prefix(5)))
            for node in ranking.nodes {
                #expect(node.dependents == into[node.label.key] ?? 0)
                #expect(node.dependencies == out[node.label.key] ?? 0)
            }
        }
    }

    @Test(arguments: 1...6)
    func filesAndFoldersDependAsWhatIsInThemDoes(seed: Int) throws {
        let graph = try RandomGraph(seed: seed, batches: 1 + seed % 3)
        let reader = try graph.store.snapshot().reader()
        func folder(_ path: String) -> String {
            path.split(separator: "/").dropLast().joined(separator: "/")
        }
        for level in [GraphLevel.file, .folder] {
            let place = { (key: String) -> String in
                let file = graph.nodes[key]?.file ?? ""
                return level == .file ? file : folder(file)
            }
            var expected: Set<[String]> = []
            for (from, ends) in graph.dependencies() {
                for to in ends where place(from) != place(to) {
                    expected.insert([place(from), place(to)])
                }
            }
            let whole = try WholeGraph(reader, level)
            var found: Set<[String]> = []
            var failure: (any Error)?
            whole.graph.forEachEdge { from, to in
                do {
                    found.insert([try whole.label(Int(from)).key, try whole.label(Int(to)).key])
                } catch { failure = error }
            }
            #expect(failure == nil && found == expected && whole.edgeCount == expected.count)
            #expect(whole.nodeCount == Set(graph.nodes.keys.map(place)).count)
        }
        // What is in a folder, and nothing else.
        var filter = WholeGraph.dependencies
        filter.folder = "src/b"
        let part = try WholeGraph(reader, .entity, filter)
        let inside = Set(graph.nodes.values.filter { isPath($0.file, in: "src/b") }.map(\.key))
        #expect(part.nodeCount == inside.count)
        let edges = graph.dependencies().reduce(0) { sum, item in
            sum + (inside.contains(item.key) ? item.value.intersection(inside).count : 0)
        }
        #expect(part.edgeCount == edges)
    }

    @Test(arguments: 1...8)
    func cyclesAreWhatReachesItself(seed: Int) throws {
        let graph = try RandomGraph(seed: seed, nodeCount: 30, linkCount: 50)
        let whole = try WholeGraph(try graph.store.snapshot().reader())
        let next = graph.dependencies()
        func reach(_ key: String) -> Set<String> {
            var seen: Set<String> = []
            var rest = Array(next[key] ?? [])
            while let node = rest.popLast() {
                if seen.insert(node).inserted { rest += next[node] ?? [] }
            }
            return seen
        }
        let reached = graph.nodes.mapValues { reach($0.key) }
        var expected: Set<Set<String>> = []
        for key in graph.nodes.keys {
            let mutual = (reached[key] ?? []).filter { reached[$0]?.contains(key) == true }
            if mutual.count > 1 { expected.insert(mutual) }
        }
        let found = try whole.cycles()
        #expect(Set(found.cycles.map { Set($0.members.map(\.key)) }) == expected)
        #expect(found.total == expected.count)
        for cycle in found.cycles {
            let keys = cycle.example.map(\.key)
            #expect(keys.count > 1 && keys.first == cycle.members.first?.key)
            for (from, to) in zip(keys, keys.dropFirst() + keys) {
                #expect(next[from]?.contains(to) == true)
            }
        }
        let loops = next.filter { $0.value.contains($0.key) }.map(\.key)
        let alone = loops.filter { key in !expected.contains { $0.contains(key) } }
        #expect(try whole.cycles(withSelf: true).total == expected.count + alone.count)
    }

    @Test func theLargestCycleComesFirst() throws {
        let tree = try SmallTree()
        for names in [["a", "b"], ["c", "d", "e"], ["f", "g"]] {
            let keys = try names.map { try tree.add("function", $0) }
            for (from, to) in zip(keys, keys.dropFirst() + keys) { try tree.link(from, to) }
        }
        let found = try WholeGraph(tree.reader()).cycles().cycles.map { $0.members.map(\.name) }
        #expect(found == [["c", "d", "e"], ["a", "b"], ["f", "g"]])
    }

    /// Each row is in a segment of its own, where other words have the same numbers.
    @Test func wordsAndParentsAreThoseOfTheirSegments() throws {
        let tree = try SmallTree()
        let own = "java:class:T:a"
        #expect(try tree.add("class", "T", "a", in: own) == own)
        try tree.add("method", "T.go", "b", in: own)
        try tree.add("field", "T.size", "a", in: "java:class:Gone:a")
        let map = try CodeMap(tree.reader())
        let (kinds, files) = (try map.words("kind"), try map.words("file"))
        #expect(kinds.numbers.map { kinds.words[Int($0)] } == ["class", "field", "method"])
        #expect(files.numbers.map { files.words[Int($0)] } == ["a", "a", "b"])
        // Nothing is in itself, whatever its row says.
        #expect(try map.parents() == [-1, -1, 0])
    }

    @Test func communitiesAreTheSameEveryTime() throws {
        let graph = try RandomGraph(seed: 3, nodeCount: 60, linkCount: 140)
        let reader = try graph.store.snapshot().reader()
        let first = try WholeGraph(reader).communities(limit: .max)
        let again = try WholeGraph(reader).communities(limit: .max)
        #expect(
            first.communities.map { $0.members.map(\.key) }
                == again.communities.map { $0.members.map(\.key) })
        #expect(first.modularity == again.modularity && first.modularity > 0.2)
        let members = first.communities.flatMap { $0.members.map(\.key) }
        #expect(members.count == Set(members).count && members.count == first.nodeCount)
        let edges = Set(
            graph.dependencies().flatMap { from, ends in
                ends.filter { $0 != from }.map { Set([from, $0]) }
            })
        for community in first.communities {
            let keys = Set(community.members.map(\.key))
            #expect(community.insideCount == edges.count { $0.isSubset(of: keys) })
            #expect(
                community.outsideCount
                    == edges.count { !$0.isSubset(of: keys) && !$0.isDisjoint(with: keys) })
        }
    }
}
