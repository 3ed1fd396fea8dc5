// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport
import Testing

/// What names what.
@Suite struct KeyFinderTests {
    private static let keys = [
        "rust:method:Session.refresh:src/auth/login.rs",
        "rust:method:Cache.refresh:src/cache.rs",
        "rust:function:main:src/main.rs",
        "rust:function:main:src/bin/main.rs",
        "rust:function:login::start:src/auth/login.rs",
        "rust:function:start:tools/login.rs",
        "rust:function:twin:src/a.rs", "rust:function:twin:src/a.rs~2",
    ]

    private let store: GraphStore
    private let finder: KeyFinder

    init() throws {
        store = try GraphStore.inMemory(schema: CodeGraph.schema)
        try store.write { batch in
            for key in Self.keys {
                let parts = key.split(separator: ":", omittingEmptySubsequences: false)
                let qualified = parts[2..<parts.count - 1].joined(separator: ":")
                let name = qualified.split { $0 == "." || $0 == ":" }.last.map(String.init) ?? ""
                try batch.append(
                    Self.entity(
                        key, name: name, qualified: qualified,
                        file: String(parts[parts.count - 1].prefix { $0 != "~" })), to: "entities")
            }
            // Rows that somebody else's tool made, whose keys say nothing.
            try batch.append(
                Self.entity("42", name: "answer", qualified: "deep.answer", file: "x/y.py"),
                to: "entities")
            for to in ["rust:external:tokio.spawn:-", Self.keys[0], "nowhere"] {
                try batch.append(
                    [
                        "from": .string(Self.keys[2]), "to": .string(to), "kind": "calls",
                        "file": "src/main.rs", "line": 1, "resolution": "exact",
                    ], to: "edges")
            }
        }
        finder = KeyFinder(try store.snapshot().reader())
    }

    static func entity(
        _ key: String, name: String, qualified: String, file: String
    ) -> [String: Value] {
        [
            "key": .string(key), "name": .string(name), "qualified_name": .string(qualified),
            "kind": "function", "language": "rust", "file": .string(file), "start_line": 1,
            "end_line": 2, "visibility": "public", "signature": "", "code": "",
            "content_hash": "", "is_test": false, "token_count": 0, "complexity": 1,
            "root_l1": "src", "root_l2": "src",
        ]
    }

    @Test(arguments: keys + ["42", "nowhere", "rust:external:tokio.spawn:-"])
    func aWholeKeyIsItself(key: String) throws { #expect(try finder.find(key) == .key(key)) }

    @Test(arguments: [
        ("Session.refresh", 0), ("login.rs:refresh", 0), ("auth/login.rs:refresh", 0),
        ("src/auth/login.rs:Session.refresh", 0), ("login.rs:Session.refresh", 0),
        ("cache.rs:refresh", 1), ("bin/main.rs:main", 3), ("login::start", 4),
        ("auth/login.rs:start", 4), ("tools/login.rs:start", 5), ("Session::refresh", 0),
        ("login.rs:Session::refresh", 0), ("login.rs:login::start", 4),
        // As it is written elsewhere.
        ("Session.refresh()", 0), ("Session::refresh(a, b(c))", 0), ("Session->refresh", 0),
        ("./src/auth/login.rs:refresh", 0), ("src/auth/login.rs::Session::refresh", 0),
        ("auth/login.rs#refresh", 0), ("src/auth/login#Session.refresh", 0),
        ("auth::login::Session::refresh", 0), ("crate::auth::Session::refresh", 0),
        ("auth.Session.refresh()", 0), ("bin::main::main", 3),
    ])
    func aNameOfOneIsFound(text: String, index: Int) throws {
        #expect(try finder.find(text) == .key(Self.keys[index]))
    }

    @Test func columnsNameWhatKeysDoNot() throws {
        #expect(try finder.find("answer") == .key("42"))
        #expect(try finder.find("deep.answer") == .key("42"))
        #expect(try finder.find("y.py:answer") == .key("42"))
        // What only edges lead to is known by its key.
        #expect(try finder.find("tokio.spawn") == .key("rust:external:tokio.spawn:-"))
        #expect(try finder.find("spawn") == .key("rust:external:tokio.spawn:-"))
        // Unless there is an entity of that name: that is what is meant.
        let own = "rust:function:spawn:src/main.rs"
        try store.write { batch in
            try batch.append(
                Self.entity(own, name: "spawn", qualified: "spawn", file: "src/main.rs"),
                to: "entities")
        }
        #expect(try KeyFinder(store.snapshot().reader()).find("spawn") == .key(own))
    }

    @Test(arguments: [
        ("refresh", [1, 0]), ("main", [3, 2]), ("main.rs:main", [3, 2]), ("start", [4, 5]),
        ("login.rs:start", [4, 5]), ("twin", [6, 7]), ("a.rs:twin", [6, 7]), ("refresh()", [1, 0]),
    ])
    func severalAreListedAndNoneIsTaken(text: String, indexes: [Int]) throws {
        #expect(try finder.find(text) == .ambiguous(indexes.map { Self.keys[$0] }))
    }

    @Test(arguments: [
        "efresh", "Sessio.refresh", "other.rs:refresh", "in.rs:main", "rust", "", ":", "login.rs:",
        "Refresh", "main().refresh()", "main(refresh", "auth::other::refresh", "x::main",
        "login.rs:9", "src/auth/log.rs",
    ])
    func nothingIsTakenForWhatItIsNot(text: String) throws {
        guard case .unknown = try finder.find(text) else {
            Issue.record("'\(text)' finds \(try finder.find(text))")
            return
        }
    }

    @Test func whatIsLikeItIsSuggested() throws {
        func similar(_ text: String) throws -> [String] {
            guard case .unknown(let keys) = try finder.find(text) else { return [] }
            return keys
        }
        #expect(try similar("refrsh") == [Self.keys[1], Self.keys[0]])
        #expect(try similar("Refresh") == [Self.keys[1], Self.keys[0]])
        // What is elsewhere only where nothing is near, and the file that is named before others.
        #expect(try similar("spwan") == ["rust:external:tokio.spawn:-"])
        #expect(try similar("login.rs:refrsh") == [Self.keys[0], Self.keys[1]])
        #expect(try similar("Sesion.refresh") == [Self.keys[0]])
        #expect(try similar("Sesion::refresh()") == [Self.keys[0]])
        #expect(try similar("tokio.sync.strat") == [Self.keys[4], Self.keys[5]])
        #expect(try similar("tokoi.spwan") == ["rust:external:tokio.spawn:-"])
        #expect(try similar("sess") == [Self.keys[0]])
        #expect(try similar("sesion") == [Self.keys[0]])
        #expect(try similar("zzzzzz") == [])
        // A whole key but for a letter or two, before all others.
        for key in Self.keys where !key.hasSuffix("~2") {
            #expect(try similar("x" + key).first == key)
            #expect(try similar(String(key.dropLast())).first == key)
        }
    }

    @Test func filesAndTheirLinesAreFound() throws {
        func entity(_ key: String, _ kind: String, _ lines: ClosedRange<Int64>, in parent: String?)
            -> [String: Value]
        {
            let parts = key.split(separator: ":").map(String.init)
            var row = Self.entity(key, name: parts[2], qualified: parts[2], file: parts[3])
            row["kind"] = .string(kind)
            (row["start_line"], row["end_line"]) = (.int(lines.lowerBound), .int(lines.upperBound))
            row["parent"] = parent.map { .string($0) } ?? .null
            return row
        }
        let file = "rust:module:shop:src/shop.rs"
        let type = "rust:struct:Shop:src/shop.rs"
        let method = "rust:method:sell:src/shop.rs"
        let other = "rust:function:shop:src/shop.rs"
        try store.write { batch in
            for row in [
                entity(file, "module", 1...50, in: nil), entity(type, "struct", 5...30, in: file),
                entity(method, "method", 10...20, in: type),
                entity(other, "function", 40...45, in: file),
            ] { try batch.append(row, to: "entities") }
        }
        let finder = KeyFinder(try store.snapshot().reader())
        for (text, key) in [
            ("src/shop.rs", file), ("shop.rs", file), ("shop.rs:1", file), ("shop.rs:5", type),
            ("shop.rs:9", type), ("shop.rs:10", method), ("src/shop.rs:20", method),
            ("shop.rs:21", type), ("shop.rs:31", file), ("shop.rs:50", file),
            // A file that has the name of something in it is not what is meant.
            ("shop", other),
        ] {
            #expect(try finder.find(text) == .key(key), "\(text)")
        }
        guard case .unknown = try finder.find("shop.rs:51") else {
            Issue.record("a line behind the end of a file is nothing")
            return
        }
    }

    @Test func aKeyWithASlipIsNearerThanAName() throws {
        let keys = ["c:function:sum:a.c", "c:function:c_function_sum_a_c:b.c"]
        try store.write { batch in
            for key in keys {
                let parts = key.split(separator: ":").map(String.init)
                try batch.append(
                    Self.entity(key, name: parts[2], qualified: parts[2], file: parts[3]),
                    to: "entities")
            }
        }
        let finder = KeyFinder(try store.snapshot().reader())
        #expect(try finder.find("c:function:sun:a.c") == .unknown(similar: [keys[0]]))
    }

    /// What was replaced or deleted names nothing any more, though dictionaries still have it.
    @Test func whatIsGoneIsNotFound() throws {
        try store.write { batch in
            try batch.delete(key: .string(Self.keys[4]), from: "entities")
            try batch.delete(
                key: [.string(Self.keys[2]), "rust:external:tokio.spawn:-", "calls"], from: "edges")
        }
        let finder = KeyFinder(try store.snapshot().reader())
        #expect(try finder.find("start") == .key(Self.keys[5]))
        #expect(try finder.find("tokio.spawn") == .unknown(similar: []))
        #expect(try finder.find("rust:external:tokio.spawn:-") == .unknown(similar: []))
    }

    @Test func editsAreCounted() {
        #expect(editDistance("kitten", "sitting", limit: 3) == 3)
        #expect(editDistance("kitten", "sitting", limit: 2) == nil)
        #expect(editDistance("", "", limit: 0) == 0)
        #expect(editDistance("a", "", limit: 1) == 1)
        // Against the whole table.
        var random = SeededGenerator(seed: 1)
        for _ in 0..<3000 {
            let (a, b) = (word(&random), word(&random))
            let distance = plainDistance(Array(a.utf8), Array(b.utf8))
            for limit in 0..<5 {
                let expected = distance <= limit ? distance : nil
                #expect(editDistance(a, b, limit: limit) == expected, "\(a) \(b) \(limit)")
            }
        }
    }

    private func word(_ random: inout SeededGenerator) -> String {
        (0..<random.below(8)).map { _ in random.pick(["a", "b", "c"]) }.joined()
    }

    private func plainDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        guard let first = a.first else { return b.count }
        guard let other = b.first else { return a.count }
        let (rest, otherRest) = (Array(a.dropFirst()), Array(b.dropFirst()))
        if first == other { return plainDistance(rest, otherRest) }
        return 1
            + min(
                plainDistance(rest, otherRest), plainDistance(rest, b), plainDistance(a, otherRest))
    }
}
