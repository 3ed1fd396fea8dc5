// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport
import Testing

@Suite struct EntitySearchTests {
    // MARK: - Names

    private func match(_ text: String, _ name: String) -> NameMatch? {
        var matcher = NameMatcher(text)
        var name = name
        return name.withUTF8 { matcher.match(UnsafeRawBufferPointer($0)) }
    }

    @Test(
        arguments: [
            ("refresh", "refresh", .exact), ("refresh", "Refresh", .exactButCase),
            ("ref", "refresh", .prefix), ("REF", "refresh", .prefixButCase),
            ("user", "getUser", .wordPrefix), ("user", "get_user", .wordPrefix),
            ("user", "superuser", .substring), ("aa", "xaAab", .wordPrefix),
            ("getuser", "get_user", .words),
            ("get_user", "getUser", .words), ("user get", "get_user", .words),
            ("parse json", "JSONParser", .words), ("refrsh", "refresh", .similar(1)),
            ("rfresh", "refreshe", .similar(2)), ("rfrsh", "refresh", nil),
            ("abc", "abd", .similar(1)), ("ab", "ac", nil),
            ("refresh", "fresh", .similar(2)), ("refresh", "load", nil), ("", "x", .prefix),
        ] as [(String, String, NameMatch?)])
    func namesAreLikeATextInThisWay(text: String, name: String, wanted: NameMatch?) {
        #expect(match(text, name) == wanted)
    }

    /// Bits or a table: the same distances; and no letters' set passes over a name that is like it.
    @Test func slipsAreCountedAsByATable() {
        var random = SeededGenerator(seed: 5)
        func word(_ count: Int) -> String {
            (0..<count).map { _ in random.pick(["a", "b", "c", "d"]) }.joined()
        }
        for _ in 0..<4000 {
            let (text, name) = (word(3 + random.below(6)), word(1 + random.below(9)))
            for limit in 0..<4 {
                var matcher = NameMatcher(text, limit: limit)
                var copy = name
                let found = copy.withUTF8 { matcher.match(UnsafeRawBufferPointer($0)) }
                let distance = editDistance(text, name, limit: limit)
                switch found {
                case .similar(let edits): #expect(edits == distance, "\(text) \(name)")
                case nil: #expect(distance == nil, "\(text) \(name) \(limit)")
                default: #expect(name.contains(text))
                }
            }
        }
        let long = String(repeating: "long", count: 30)
        #expect(match(long, long + "er") == .prefix)
        #expect(match(long, String(long.dropLast())) == .similar(1))
    }

    // MARK: - Entities

    @Test(arguments: 1...6)
    func allOfThemAreFoundInOrder(seed: Int) throws {
        let graph = try RandomGraph(seed: seed, nodeCount: 80, batches: 1 + seed % 4)
        let reader = try graph.store.snapshot().reader()
        var into: [String: Int] = [:]
        for link in graph.links.keys { into[link.to, default: 0] += 1 }
        for text in ["user", "parse", "getuser", "PARSE", "raed", "x", "A.run", "b/c:read", "zzzz"]
        {
            for (kinds, folder) in [(nil, ""), (["method", "class"], ""), (nil, "src/b")]
                as [(Set<String>?, String)]
            {
                var search = EntitySearch(text)
                search.kinds = kinds
                search.folder = folder
                search.limit = .max
                let last = text.split { ".:/".contains($0) }.last.map(String.init) ?? ""
                func isIn(_ node: RandomGraph.Node) -> Bool {
                    let parts = "\(node.file).\(node.qualifiedName.dropLast(node.name.count))"
                        .lowercased().split { "./".contains($0) }
                    switch text {
                    case "A.run": return parts.contains { $0.hasPrefix("a") }
                    case "b/c:read": return node.file.hasPrefix("src/b/c/")
                    default: return true
                    }
                }
                let expected = graph.nodes.values.compactMap { node in
                    match(last, node.name).map { (match: $0, node: node) }
                }.filter { _, node in
                    kinds?.contains(node.kind) ?? true && isPath(node.file, in: folder)
                        && isIn(node)
                }.sorted { a, b in
                    if a.match != b.match { return a.match < b.match }
                    let (short, long) = (a.node.name.utf8.count, b.node.name.utf8.count)
                    if short != long { return short < long }
                    if a.node.name != b.node.name { return a.node.name < b.node.name }
                    let (more, less) = (into[a.node.key] ?? 0, into[b.node.key] ?? 0)
                    return more != less ? more > less : a.node.key < b.node.key
                }
                let answer = try search.run(reader)
                #expect(answer.matches.map(\.entity.key) == expected.map(\.node.key), "\(text)")
                #expect(answer.total == expected.count)
                #expect(answer.matches.allSatisfy { $0.dependentCount == into[$0.entity.key] ?? 0 })
                (search.limit, search.offset) = (3, 2)
                let page = try search.run(reader)
                #expect(
                    page.matches.map(\.entity.key)
                        == expected.dropFirst(2).prefix(3).map(\.node.key))
                #expect(page.total == expected.count)
            }
        }
    }

    /// A store that others made may have no index of names.
    @Test func namesAreFoundWithoutAnIndex() throws {
        var entities = CodeGraph.entities
        entities.target = nil
        let store = try GraphStore.inMemory(schema: Schema([entities, CodeGraph.edges]))
        try store.write { batch in
            try batch.append(
                CodeRows.entity(key: "k", name: "refresh", qualifiedName: "Session.refresh"),
                to: try batch.relation("entities"))
        }
        let reader = try store.snapshot().reader()
        #expect(try EntitySearch("resh").run(reader).matches.map(\.entity.key) == ["k"])
        #expect(try KeyFinder(reader).find("Session.refresh") == .key("k"))
    }
}
