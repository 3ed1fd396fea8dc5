// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport
import Testing

@Suite struct DependencyQueryTests {
    private struct Link: Hashable {
        var from: String
        var to: String
        var kind: String
    }

    /// A graph with loops, parallel edges and far ends, in one segment or several.
    private func graph(seed: Int) throws -> (store: GraphStore, links: [Link: String]) {
        var random = SeededGenerator(seed: UInt64(seed))
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore.inMemory(schema: CodeGraph.schema, options: options)
        var links: [Link: String] = [:]
        for _ in 0..<(seed % 2 == 0 ? 1 : 4) {
            try store.write { batch in
                for _ in 0..<40 {
                    let link = Link(
                        from: "n\(random.below(30))", to: "n\(random.below(30))",
                        kind: random.pick(["calls", "uses"]))
                    let resolution = random.pick(["exact", "ambiguous"])
                    links[link] = resolution
                    try batch.append(
                        [
                            "from": .string(link.from), "to": .string(link.to),
                            "kind": .string(link.kind), "file": .string("\(link.from).c"),
                            "line": 1, "resolution": .string(resolution),
                        ], to: "edges")
                }
            }
        }
        return (store, links)
    }

    /// The same in the plainest way.
    private func expected(
        _ links: [Link: String], _ query: DependencyQuery, from key: String
    ) -> [String] {
        var answer: [String] = []
        var seen: Set<String> = [key]
        var level: [String] = [key]
        var depth = 0
        func near(_ link: Link) -> String {
            query.direction == .outgoing ? link.from : link.to
        }
        func far(_ link: Link) -> String { query.direction == .outgoing ? link.to : link.from }
        while depth < query.depth, !level.isEmpty {
            depth += 1
            var next = Set<String>()
            for node in level.sorted() {
                let found = links.filter {
                    near($0.key) == node && query.filter.kinds?.contains($0.key.kind) ?? true
                        && query.filter.resolutions?.contains($0.value) ?? true
                }
                for (link, resolution) in found.sorted(by: {
                    (far($0.key), $0.key.kind) < (far($1.key), $1.key.kind)
                }) {
                    answer.append("\(depth) \(link.from) \(link.to) \(link.kind) \(resolution)")
                    if seen.insert(far(link)).inserted { next.insert(far(link)) }
                }
            }
            level = Array(next)
        }
        return answer
    }

    @Test(arguments: 1...6)
    func answersAreThoseOfAPlainSearch(seed: Int) throws {
        let (store, links) = try graph(seed: seed)
        let reader = try store.snapshot().reader()
        for start in 0..<30 {
            for direction in [Direction.outgoing, .incoming] {
                for depth in [1, 2, Int.max] {
                    for (kinds, resolutions) in [
                        (nil, nil), (["calls"], nil), (["calls", "uses"], ["exact"]), (["x"], nil),
                    ] as [(Set<String>?, Set<String>?)] {
                        var query = DependencyQuery()
                        query.direction = direction
                        query.depth = depth
                        query.filter.kinds = kinds
                        query.filter.resolutions = resolutions
                        let answer = try query.run(reader, from: "n\(start)")
                        let edges = answer.edges.map {
                            "\($0.depth) \($0.from) \($0.to) \($0.kind) \($0.resolution)"
                        }
                        let wanted = expected(links, query, from: "n\(start)")
                        #expect(edges == wanted, "n\(start) \(query)")
                        #expect(!answer.isTruncated)
                        query.limit = 3
                        let short = try query.run(reader, from: "n\(start)")
                        #expect(short.edges == Array(answer.edges.prefix(3)))
                        #expect(short.isTruncated == (wanted.count > 3))
                        query.offset = 2
                        let second = try query.run(reader, from: "n\(start)")
                        #expect(second.edges == Array(answer.edges.dropFirst(2).prefix(3)))
                        #expect(second.total == wanted.count && answer.total == wanted.count)
                    }
                }
            }
        }
    }

    @Test func anEdgeKnowsItsPlaces() throws {
        let store = try GraphStore.inMemory(schema: CodeGraph.schema)
        func edge(_ to: String, _ more: [String: Value]) -> [String: Value] {
            let edge: [String: Value] = [
                "from": "a", "to": .string(to), "kind": "calls", "file": "a.c", "line": 7,
                "resolution": "exact",
            ]
            return edge.merging(more) { $1 }
        }
        try store.write { batch in
            try batch.append(edge("b", [:]), to: "edges")
            try batch.append(edge("c", ["lines": "7 9 12", "count": 4]), to: "edges")
            try batch.append(edge("d", ["lines": "7 9"]), to: "edges")
            try batch.append(edge("e", ["count": 2]), to: "edges")
            // What contradicts itself is not believed.
            for (to, lines) in [("f", "9 7"), ("g", "8 9"), ("h", "7 7"), ("i", "-7"), ("j", "")] {
                try batch.append(edge(to, ["lines": .string(lines), "count": -1]), to: "edges")
            }
        }
        let answer = try DependencyQuery().run(try store.snapshot().reader(), from: "a")
        let known = answer.edges.prefix(4)
        #expect(known.map(\.lines) == [[7], [7, 9, 12], [7, 9], [7]])
        #expect(known.map(\.count) == [1, 4, 2, 2])
        #expect(answer.edges.dropFirst(4).map(\.lines) == Array(repeating: [7], count: 5))
        #expect(answer.edges.dropFirst(4).allSatisfy { $0.count == 1 })
    }

    /// Strings are equal that differ in how an accent is written; keys are not.
    @Test func keysAreBytes() throws {
        let store = try GraphStore.inMemory(schema: CodeGraph.schema)
        let (composed, decomposed) = ("\u{e4}", "a\u{308}")
        try store.write { batch in
            for (from, to) in [
                ("s", composed), ("s", decomposed), (composed, "x"), (decomposed, "y"),
            ] {
                try batch.append(
                    [
                        "from": .string(from), "to": .string(to), "kind": "calls", "file": "f",
                        "line": 1, "resolution": "exact",
                    ], to: "edges")
            }
        }
        var query = DependencyQuery()
        query.depth = .max
        let answer = try query.run(try store.snapshot().reader(), from: "s")
        #expect(answer.edges.count == 4)
        #expect(Set(answer.edges.map(\.to)).isSuperset(of: ["x", "y"]))
    }

    /// Languages that see each other's names are one; whoever makes a value names its type.
    @Test func namesThatWereNotResolvedAreCounted() throws {
        let store = try GraphStore.inMemory(schema: CodeGraph.schema)
        let names = ["java:Shop", "kotlin:Shop", "python:Shop", "scala:init", "java:Shop.other"]
        try store.write { batch in
            for name in names {
                let parts = name.split(separator: ":").map(String.init)
                let key = CodeGraph.unresolvedKey(parts[0], encodedName: parts[1])
                try batch.append(
                    [
                        "from": "java:method:A.a:A.java", "to": .string(key), "kind": "calls",
                        "file": "A.java", "line": 1, "lines": "1 4", "resolution": "unresolved",
                    ], to: "edges")
            }
        }
        let reader = try store.snapshot().reader()
        func count(_ key: String) throws -> Int {
            var query = DependencyQuery()
            query.direction = .incoming
            return try query.run(reader, from: key).unresolvedCount
        }
        #expect(try count("java:class:Shop:Shop.java") == 4)
        #expect(try count("java:constructor:Shop.init:Shop.java") == 6)
        #expect(try count("java:method:Shop.init:Shop.java") == 2)
        #expect(try count("python:class:Shop:shop.py") == 2)
        #expect(try count("rust:struct:Shop:shop.rs") == 0)
    }

    @Test func aLongChainNeedsNoStack() throws {
        let store = try GraphStore.inMemory(schema: CodeGraph.schema)
        let count = 20_000
        try store.write { batch in
            for number in 0..<count {
                try batch.append(
                    [
                        "from": .string("n\(number)"), "to": .string("n\(number + 1)"),
                        "kind": "calls", "file": "f", "line": 1, "resolution": "exact",
                    ], to: "edges")
            }
        }
        var query = DependencyQuery()
        query.depth = .max
        let answer = try query.run(try store.snapshot().reader(), from: "n0")
        #expect(answer.edges.count == count && answer.edges.last?.depth == count)
    }
}
