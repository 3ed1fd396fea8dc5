// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport
import Testing

/// Rows that others made: numbers at the ends of what there is, texts that look like others, names
/// of operators, entities and edges that came apart.
@Suite struct OddRowsTests {
    private func store(
        _ entities: [[String: Value]], _ edges: [[String: Value]] = [], apart: Bool = false
    ) throws -> GraphStore {
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema, options: options)
        try store.write { batch in
            for row in entities { try batch.append(row, to: "entities") }
            if !apart { for row in edges { try batch.append(row, to: "edges") } }
        }
        if apart { try store.write { for row in edges { try $0.append(row, to: "edges") } } }
        return store
    }

    private func entity(
        _ name: String, _ file: String, qualified: String? = nil, key: String? = nil
    ) -> [String: Value] {
        let qualified = qualified ?? name
        return KeyFinderTests.entity(
            key ?? "ruby:method:\(qualified):\(file)", name: name, qualified: qualified, file: file)
    }

    private func edge(_ from: String, _ to: String) -> [String: Value] {
        [
            "from": .string(from), "to": .string(to), "kind": "calls", "file": "f", "line": 1,
            "resolution": "exact",
        ]
    }

    // MARK: - Numbers

    @Test(arguments: [Int64.min, -1, 0, .max], [Int64.min, 0, .max])
    func numbersMayBeAnything(first: Int64, last: Int64) throws {
        var row = entity("f", "f")
        (row["start_line"], row["end_line"]) = (.int(first), .int(last))
        (row["complexity"], row["visibility"]) = (.int(.max), "private")
        var unresolved = edge("ruby:method:f:f", CodeGraph.unresolvedKey("ruby", encodedName: "f"))
        unresolved["resolution"] = .string(CodeGraph.unresolvedKind)
        unresolved["count"] = .int(.max)
        var other = unresolved
        other["kind"] = "uses"
        let store = try store([row], [unresolved, other])
        try store.write { batch in
            for path in ["a", "b"] {
                try batch.append(
                    [
                        "file": .string(path), "size": .int(.max), "content_hash": "",
                        "language": "ruby", "parse_errors": 0,
                    ], to: "files")
            }
        }
        let reader = try store.snapshot().reader()
        #expect(try DeadCode(reader).total == 1)
        #expect(try Debt(reader).total == 1)
        #expect(try DependencyQuery().run(reader, from: "ruby:method:f:f").unresolvedCount == .max)
        #expect(try ImpactQuery().run(reader, of: "ruby:method:f:f").unresolvedCount == .max)
        #expect(try FolderTree(reader).places.first?.byteCount == .max)
    }

    // MARK: - Texts

    /// In one way with an accent, in the other with a letter and an accent.
    private static let twins = ["caf\u{e9}/f.rb", "cafe\u{301}/f.rb"]

    @Test func textsThatOnlyLookAlikeAreSeveral() throws {
        let keys = Self.twins.map { "ruby:method:f:\($0)" }
        let store = try store(
            Self.twins.map { entity("f", $0) },
            [edge(keys[0], keys[1]), edge(keys[1], "ruby:method:gone:x")])
        try store.write { batch in
            for path in Self.twins {
                try batch.append(
                    [
                        "file": .string(path), "size": 1, "content_hash": "", "language": "ruby",
                        "parse_errors": 0,
                    ], to: "files")
            }
        }
        let snapshot = try store.snapshot()
        let reader = snapshot.reader()
        #expect(
            try KeyFinder(reader).find("f")
                == .ambiguous(keys.sorted { ByteText($0) < ByteText($1) }))
        #expect(try EdgeCheck(snapshot).danglingCount == 1)
        for level in [GraphLevel.file, .folder] {
            let graph = try WholeGraph(reader, level)
            #expect(graph.nodeCount == 2 && graph.edgeCount == 1)
        }
        // The root, two folders, two files.
        #expect(try FolderTree(reader).places.count == 5)
        let path = try PathQuery().run(reader, from: keys[0], to: keys[1])
        #expect(path.length == 1)
        #expect(Value.string(keys[0]) != Value.string(keys[1]))
        #expect(Set(keys.map { Value.string($0) }).count == 2)
    }

    @Test func anAccentMayFollowWhatSeparates() throws {
        #expect(KeyParts("c:function:f:a/\u{301}b").file == "a/\u{301}b")
        #expect(KeyParts("c:function:\u{301}f:a").qualifiedName == "\u{301}f")
    }

    // MARK: - Names

    @Test func operatorsAreNames() throws {
        let names = [("/", "Path./"), ("operator/", "Path.operator/"), ("::", "List.::")]
        let types = ["Path", "List"].map { entity($0, "p.rb") }
        let store = try store(
            types + names.map { entity($0.0, "p.rb", qualified: $0.1) }
                + [entity("a.b", "q.rb", qualified: "C.a.b")])
        let reader = try store.snapshot().reader()
        let finder = KeyFinder(reader)
        for (name, qualified) in names {
            let key = "ruby:method:\(qualified):p.rb"
            #expect(try finder.find(qualified) == .key(key))
            #expect(try finder.find(name) == .key(key))
            #expect(try EntitySearch(name).run(reader).matches.first?.entity.key == key)
        }
        #expect(try finder.find("a.b") == .key("ruby:method:C.a.b:q.rb"))
        #expect(try finder.find("C.a.b") == .key("ruby:method:C.a.b:q.rb"))
        // What is not there is not taken for what stands before it.
        for text in ["List./", "Path.", "Path::", "Path/"] {
            guard case .unknown = try finder.find(text) else {
                Issue.record("\(text) is taken for something else")
                continue
            }
        }
    }

    // MARK: - Segments and folders

    @Test func entitiesMayBeElsewhereThanEdges() throws {
        var user = entity("user", "a/user.rb")
        user["is_test"] = true
        let keys = ["ruby:method:user:a/user.rb", "ruby:method:used:used.rb"]
        let store = try store(
            [user, entity("used", "used.rb")], [edge(keys[0], keys[1])], apart: true)
        let answer = try ImpactQuery().run(store.snapshot().reader(), of: keys[1])
        #expect(answer.fileCount == 1 && answer.testCount == 1)
        #expect(answer.affected.first?.entity.isEntity == true)
    }

    /// A key has a path in it, but not always as it stands.
    @Test func aFolderIsThatOfTheFile() throws {
        let keys = ["ruby:method:user:a%3Ab/user.rb", "42", "ruby:method:used:used.rb"]
        let store = try store(
            [
                entity("user", "a:b/user.rb", key: keys[0]), entity("other", "a:b/x", key: keys[1]),
                entity("used", "used.rb"),
            ], [edge(keys[0], keys[2]), edge(keys[1], keys[2]), edge("x:y:z:a:b/gone", keys[2])])
        let reader = try store.snapshot().reader()
        var impact = ImpactQuery()
        impact.filter.folder = "a:b"
        #expect(
            try Set(impact.run(reader, of: keys[2]).affected.map(\.entity.key)) == Set(keys[..<2]))
        var rdeps = DependencyQuery()
        (rdeps.direction, rdeps.filter.folder) = (.incoming, "a:b")
        #expect(try rdeps.run(reader, from: keys[2]).total == 2)
        // The ends of a path may be anywhere.
        var path = PathQuery()
        path.filter.folder = "nowhere"
        let found = try path.run(reader, from: keys[0], to: keys[2])
        #expect(found.length == 1 && found.total == 1 && found.paths.count == 1)
    }
}
