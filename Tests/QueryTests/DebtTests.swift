// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport
import Testing

/// What is owed, by rules.
@Suite struct DebtTests {
    @Test func debtIsTheSumOfItsRules() throws {
        let store = try GraphStore.inMemory(schema: CodeGraph.schema)
        try store.write { batch in
            for (name, file, lines, complexity, hash) in [
                ("long", "a.py", 80, 3, "1"), ("hard", "a.py", 9, 15, "2"),
                ("copy", "a.py", 10, 1, "3"),
                ("copied", "b.py", 10, 1, "3"), ("short", "b.py", 9, 10, "2"),
            ] {
                try batch.append(
                    [
                        .string("python:function:\(name):\(file)"), .string(name), .string(name),
                        "function", "python", .string(file), 1, .int(Int64(lines)), .null, "public",
                        "", .null, "", .string(hash), false, 1, .int(Int64(complexity)), "", "",
                    ], to: try batch.relation("entities"))
            }
        }
        let debt = try Debt(try store.snapshot().reader())
        let rules = Dictionary(debt.byRule.map { ($0.rule, $0.minutes) }) { first, _ in first }
        #expect(rules["length"] == 10 && rules["complexity"] == 20 && rules["copy"] == 40)
        #expect(rules["coupling"] == 0 && rules["cohesion"] == 0 && rules["cycle"] == 0)
        #expect(debt.minutes == 70 && debt.total == 4 && debt.lineCount == 90)
        #expect(debt.ratio == 70 / (90 * 30) && debt.rating == "A")
        #expect(debt.items.map(\.label.name) == ["copied", "copy", "hard", "long"])
        #expect(try Debt(try store.snapshot().reader(), folder: "b.py").minutes == 20)
    }

    private func minutes(_ rule: String, _ tree: SmallTree) throws -> [String: Double] {
        let items = try Debt(tree.reader()).items.compactMap { item in
            item.reasons.first { $0.rule == rule }.map { (item.label.name, $0.minutes) }
        }
        return Dictionary(uniqueKeysWithValues: items)
    }

    @Test func everyCopyOwesAsMuch() throws {
        let tree = try SmallTree()
        for name in ["a", "b", "c", "d"] {
            try tree.add("function", name, lines: 10, hash: name == "d" ? "2" : "1")
        }
        #expect(try minutes("copy", tree) == ["a": 20, "b": 20, "c": 20])
    }

    @Test func lengthOwesHalfAMinuteALine() throws {
        let tree = try SmallTree()
        for lines in [60, 61, 100] { try tree.add("method", "m\(lines)", lines: lines) }
        #expect(try minutes("length", tree) == ["m61": 0.5, "m100": 20])
    }

    @Test(arguments: [
        (0, "A"), (0.05, "A"), (0.06, "B"), (0.1, "B"), (0.11, "C"), (0.2, "C"), (0.21, "D"),
        (0.5, "D"), (0.51, "E"), (3, "E"),
    ])
    func ratingsHaveTheirLimits(ratio: Double, rating: String) throws {
        var debt = try Debt(SmallTree().reader())
        #expect(debt.ratio == 0 && debt.rating == "A")
        debt.lineCount = 100
        debt.minutes = ratio * 100 * Debt.minutesPerLine
        #expect(debt.rating == rating)
    }

    /// Whoever is used by many owes nothing for it.
    @Test func couplingIsWhatATypeUses() throws {
        let tree = try SmallTree()
        let (user, used) = (try tree.add("class", "User"), try tree.add("class", "Used"))
        for number in 0..<16 {
            let other = try tree.add("class", "C\(number)")
            try tree.link(user, other, "uses")
            try tree.link(other, used, "uses")
        }
        #expect(try minutes("coupling", tree) == ["User": 20])
        let types = try WholeGraph(tree.reader()).typeMeasures(limit: 2).types
        #expect(types.map(\.coupled) == [16, 16])
    }

    @Test(arguments: ["interface", "trait", "protocol", "class"])
    func whatIsOnlyDeclaredIsNotApart(kind: String) throws {
        let tree = try SmallTree()
        let type = try tree.add(kind, "T")
        try tree.add("method", "T.declared", in: type, code: "abstract void declared();")
        for name in ["one", "two"] {
            try tree.add("method", "T.\(name)", in: type, code: "void \(name)() { }")
        }
        let joined = try tree.add("method", "T.joined", in: type, code: "native void joined();")
        try tree.link("java:method:T.one:a", joined)
        // Without a field there is nothing that would hold them together.
        #expect(try minutes("cohesion", tree) == [:])
        try tree.link("java:method:T.one:a", try tree.add("field", "T.x", in: type), "uses")
        #expect(try minutes("cohesion", tree) == (kind == "class" ? ["T": 30] : [:]))
        #expect(try WholeGraph(tree.reader()).typeMeasures().types.map(\.parts) == [3])
    }

    @Test(arguments: [
        ("cpp", "virtual void f() = 0;", false), ("cpp", "void f() { }", true),
        ("csharp", "abstract void F();", false), ("csharp", "int F() => 1;", true),
        ("kotlin", "abstract fun f(): Int", false), ("kotlin", "fun f() = 1", true),
        ("python", "def f(self): pass", true),
    ])
    func bodiesAreSeen(language: String, code: String, isBody: Bool) throws {
        let tree = try SmallTree(language)
        let type = try tree.add("class", "T")
        try tree.add("method", "T.f", in: type, code: code)
        let other = try tree.add("method", "T.g", in: type, code: "def g() = { }")
        try tree.link(other, try tree.add("field", "T.x", in: type), "uses")
        #expect(try minutes("cohesion", tree) == (isBody ? ["T": 30] : [:]))
    }
}
