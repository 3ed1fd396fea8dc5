// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport
import Testing

/// Dead code and entry points, on a tree small enough to see what is right.
@Suite struct RootTests {
    private let reader: Reader

    private static func key(_ kind: String, _ name: String, _ file: String) -> String {
        "python:\(kind):\(name):\(file)"
    }

    init() throws {
        let store = try GraphStore.inMemory(schema: CodeGraph.schema)
        try store.write { batch in
            func add(
                _ kind: String, _ name: String, _ file: String = "app.py", in parent: String? = nil,
                visibility: String = "private", lines: Int = 5, complexity: Int = 1,
                isTest: Bool = false, hash: String? = nil
            ) throws {
                let short = name.split(separator: ".").last.map(String.init) ?? name
                try batch.append(
                    [
                        .string(Self.key(kind, name, file)), .string(short), .string(name),
                        .string(kind), "python", .string(file), 10, .int(Int64(9 + lines)),
                        parent.map { .string($0) } ?? .null, .string(visibility), "", .null, "",
                        .string(hash ?? name), .bool(isTest), 1, .int(Int64(complexity)), "", "",
                    ], to: try batch.relation("entities"))
            }
            func link(
                _ from: String, _ to: String, _ kind: String = "calls",
                _ resolution: String = "exact"
            ) throws {
                try batch.append(
                    [
                        "from": .string(from), "to": .string(to), "kind": .string(kind),
                        "file": "app.py", "line": 1, "resolution": .string(resolution),
                    ], to: "edges")
            }
            let module = Self.key("module", "app", "app.py")
            let base = Self.key("class", "Base", "app.py")
            let child = Self.key("class", "Child", "app.py")
            try add("module", "app", lines: 300)
            for name in ["used", "maybe", "dead", "_deep", "open", "_inner", "main"] {
                try add(
                    "function", name,
                    visibility: name == "open" || name == "main" ? "public" : "private",
                    lines: name == "dead" ? 40 : 5)
            }
            try add("function", "test_it", isTest: true)
            try add("function", "tested")
            try add("class", "Base")
            try add("class", "Child")
            try add("class", "Lonely")
            try add("method", "Base.run", in: base)
            try add("method", "Child.run", in: child)
            try add("method", "Child.other", in: child)
            try add("method", "Child.__init__", in: child)
            try add("method", "Lonely.own", in: Self.key("class", "Lonely", "app.py"))
            let function = { Self.key("function", $0, "app.py") }
            try link(module, function("used"))
            try link(function("used"), function("maybe"), "calls", "ambiguous")
            try link(function("dead"), function("_deep"))
            try link(function("_deep"), function("_deep"))
            // Others may call it, and by it what is not theirs.
            try link(function("open"), function("_inner"))
            try link(function("test_it"), function("tested"))
            try link(function("main"), base, "uses")
            try link(module, child)
            try link(child, base, "extends")
            try link(function("used"), "python:unresolved:dead:-", "calls", "unresolved")
        }
        reader = try store.snapshot().reader()
    }

    @Test func whatNothingComesToIsDead() throws {
        let dead = try DeadCode(reader)
        #expect(
            dead.items.map(\.label.name) == [
                "dead", "Lonely", "Base.run", "Child.other", "_deep", "open",
            ])
        #expect(dead.items.map(\.isExported) == [false, false, false, false, false, true])
        #expect(dead.items.first?.possibleUseCount == 1 && dead.items.first?.lineCount == 40)
        #expect(dead.items.map(\.userCount) == [0, 0, 0, 0, 1, 0])
        #expect(dead.total == 6 && dead.exportedCount == 1)
        let some = try DeadCode(reader, kinds: ["method"], folder: "app.py", limit: 1, offset: 1)
        #expect(some.items.map(\.label.name) == ["Child.other"] && some.total == 2)
        #expect(try DeadCode(reader, folder: "lib").total == 0)
    }

    /// What overrides something is called, and so is what its declaration stands for; what nothing
    /// calls is dead, and named once.
    @Test func whoUsesADeclarationUsesWhatItDeclares() throws {
        let store = try GraphStore.inMemory(schema: CodeGraph.schema)
        func key(_ kind: String, _ name: String, _ file: String) -> String {
            "cpp:\(kind):\(name):\(file)"
        }
        let (base, heir) = (key("class", "Base", "a.h"), key("class", "Heir", "a.h"))
        try store.write { batch in
            func add(_ kind: String, _ name: String, _ file: String, in parent: String? = nil)
                throws
            {
                let short = name.split(separator: ".").last.map(String.init) ?? name
                try batch.append(
                    [
                        .string(key(kind, name, file)), .string(short), .string(name),
                        .string(kind), "cpp", .string(file), 10, 12,
                        parent.map { .string($0) } ?? .null, "public", "", .null, "",
                        .string(name), .bool(false), 1, 1, "", "",
                    ], to: try batch.relation("entities"))
            }
            func link(_ from: String, _ to: String, _ kind: String) throws {
                try batch.append(
                    [
                        "from": .string(from), "to": .string(to), "kind": .string(kind),
                        "file": "a.cpp", "line": 1, "resolution": "exact",
                    ], to: "edges")
            }
            try add("function", "main", "a.cpp")
            try add("class", "Base", "a.h")
            try add("class", "Heir", "a.h")
            try add("method", "Base.run", "a.h", in: base)
            try add("method", "Heir.run", "a.h", in: heir)
            try add("method", "Heir.rest", "a.h", in: heir)
            for name in ["Heir.run", "Heir.rest"] {
                try add("method", name, "a.cpp")
                try link(key("method", name, "a.cpp"), key("method", name, "a.h"), "implements")
            }
            try add("function", "deep", "a.cpp")
            try link(heir, base, "extends")
            try link(key("function", "main", "a.cpp"), heir, "uses")
            try link(key("method", "Heir.run", "a.cpp"), key("function", "deep", "a.cpp"), "calls")
        }
        let dead = try DeadCode(store.snapshot().reader())
        #expect(
            dead.items.map(\.label.key) == [
                key("method", "Base.run", "a.h"), key("method", "Heir.rest", "a.cpp"),
            ])
    }

    @Test func programsBeginWhereNothingLeads() throws {
        let entries = try EntryPoints(reader)
        #expect(entries.items.map(\.label.name) == ["main", "app", "dead", "open", "test_it"])
        #expect(entries.items.map(\.isMain) == [true, false, false, false, false])
        // The module leads to 'used', and to a class with its base.
        #expect(entries.items.map(\.reachCount) == [1, 3, 1, 1, 1])
    }
}
