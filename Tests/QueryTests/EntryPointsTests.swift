// SPDX-License-Identifier: Apache-2.0
import Query
import Testing

/// Where programs begin.
@Suite struct EntryPointsTests {
    @Test func whatMayBeCalledIsNoBeginning() throws {
        let tree = try SmallTree("python")
        let end = try tree.add("function", "end")
        for (name, resolution) in [("one", "ambiguous"), ("two", "exact"), ("three", "unresolved")]
        {
            let function = try tree.add("function", name)
            try tree.link(function, end)
            try tree.link(try tree.add("function", "to_\(name)"), function, "calls", resolution)
        }
        // What is unsure leads nowhere, but it leads to.
        #expect(try tree.beginnings() == ["three", "to_two"])
    }

    @Test func whatCallsItselfAloneIsNone() throws {
        let tree = try SmallTree("python")
        let loop = try tree.add("function", "loop")
        try tree.link(loop, loop)
        let alone = try tree.add("function", "alone")
        try tree.link(alone, alone)
        let begin = try tree.add("function", "begin")
        try tree.link(begin, begin)
        try tree.link(begin, loop)
        #expect(try tree.beginnings() == ["begin"])
    }

    @Test func methodsOfATypeAboveAreCalledThroughIt() throws {
        let tree = try SmallTree()
        let end = try tree.add("function", "end")
        let base = try tree.add("class", "Base")
        let child = try tree.add("class", "Child")
        try tree.link(child, base, "extends")
        try tree.add("method", "Base.run", in: base)
        for name in ["run", "own", "toString", "tests", "main"] {
            try tree.link(
                try tree.add("method", "Child.\(name)", in: child, isTest: name == "tests"), end)
        }
        #expect(try tree.beginnings() == ["Child.main", "Child.own", "Child.tests"])
    }

    /// An exported method of Go may satisfy an interface, which is no reason to think it does.
    @Test func exportedMethodsOfGoMayBegin() throws {
        let tree = try SmallTree("go")
        let end = try tree.add("function", "end")
        let type = try tree.add("struct", "T")
        for name in ["Execute", "ServeHTTP"] {
            try tree.link(
                try tree.add("method", "T.\(name)", in: type, visibility: "public"), end)
        }
        try tree.link(try tree.add("function", "_"), end)
        #expect(try tree.beginnings() == ["T.Execute"])
    }

    @Test func filesCountIfTheirCodeDoesSomething() throws {
        for (language, expected) in [
            ("python", ["calls"]), ("java", []), ("rust", []), ("ruby", ["calls"]),
            ("php", ["calls", "inner"]),
        ] {
            let tree = try SmallTree(language)
            let end = try tree.add("class", "End")
            for kind in ["calls", "imports", "contains", "extends", "implements"] {
                try tree.link(try tree.add("module", kind, kind), end, kind)
            }
            let outer = try tree.add("module", "outer", "o")
            try tree.link(
                try tree.add(language == "php" ? "namespace" : "module", "inner", "o", in: outer),
                end)
            #expect(try tree.beginnings() == expected, "\(language)")
        }
    }

    @Test(arguments: [
        ("c", "function", "main", true), ("python", "function", "main", true),
        ("go", "function", "init", false), ("python", "function", "Main", false),
        ("python", "method", "main", false), ("javascript", "method", "main", false),
        ("ruby", "method", "main", false), ("java", "method", "main", true),
        ("kotlin", "method", "main", true), ("scala", "method", "main", true),
        ("csharp", "method", "Main", true), ("csharp", "method", "main", true),
        ("java", "method", "Main", false),
    ])
    func mainIsWhatItsLanguageStarts(
        language: String, kind: String, name: String, isMain: Bool
    ) throws {
        let tree = try SmallTree(language)
        let type = kind == "method" ? try tree.add("class", "T") : nil
        let main = try tree.add(kind, type == nil ? name : "T.\(name)", in: type)
        let end = try tree.add("function", "end")
        try tree.link(main, end)
        // What is in a function is started by that.
        let outer = try tree.add("function", "outer")
        try tree.link(try tree.add("function", "outer.main", in: outer), end)
        let items = try EntryPoints(tree.reader()).items
        #expect(items.filter(\.isMain).map(\.label.key) == (isMain ? [main] : []))
        #expect(items.count == 2)
    }
}
