// SPDX-License-Identifier: Apache-2.0
import Query
import Testing

/// What is used though nothing names it is not dead.
@Suite struct UnnamedUsesTests {
    @Test(arguments: ["java", "kotlin", "scala"])
    func whatHasNoNameIsUsedWhereItStands(language: String) throws {
        let tree = try SmallTree(language)
        let module = try tree.add("module", "m", visibility: "public")
        let type = try tree.add("class", "M", in: module)
        let main = try tree.add("method", "M.main", in: type)
        let anonymous = try tree.add("class", "M.main.$Runnable", in: main)
        let run = try tree.add("method", "M.main.$Runnable.run", in: anonymous)
        try tree.link(run, try tree.add("method", "M.helper", in: type))
        let lost = try tree.add("method", "M.lost", in: type)
        let unused = try tree.add("class", "M.lost.$Runnable", in: lost)
        try tree.link(
            try tree.add("method", "M.lost.$Runnable.run", in: unused),
            try tree.add("method", "M.lostToo", in: type))
        #expect(try tree.dead() == ["M.lost", "M.lostToo"])
    }

    @Test func objectsOfJavaScriptHoldTheirFunctions() throws {
        let tree = try SmallTree("javascript")
        let module = try tree.add("module", "m", visibility: "public")
        let outer = try tree.add("function", "outer", in: module)
        try tree.link(module, outer)
        for (name, signature) in [
            ("run", "run()"), ("go", "go: function()"), ("inner", "function inner()"),
            ("later", "async function later()"), ("arrow", "const arrow = () =>"),
        ] {
            try tree.add("function", "outer.\(name)", in: outer, signature: signature)
        }
        try tree.add("function", "exports", in: module, signature: "module.exports = function()")
        try tree.add("function", "lone", in: module, signature: "function lone()")
        #expect(try tree.dead() == ["outer.inner", "outer.later", "outer.arrow", "lone"])
        let php = try SmallTree("php")
        let space = try php.add("namespace", "P", visibility: "public")
        let function = try php.add("function", "P.go", in: space)
        try php.link(space, function)
        let method = try php.add("function", "P.go.run", in: function)
        try php.link(method, try php.add("function", "P.other", in: space))
        #expect(try php.dead() == [])
    }

    @Test(arguments: [
        ("java", "toString"), ("java", "compareTo"), ("kotlin", "equals"), ("kotlin", "component1"),
        ("scala", "hashCode"), ("scala", "unapply"), ("csharp", "Dispose"), ("csharp", "ToString"),
        ("python", "__len__"), ("ruby", "to_s"), ("cpp", "~T"), ("cpp", "operator=="),
    ])
    func whatEveryObjectHasIsCalledByItsLanguage(language: String, name: String) throws {
        let tree = try SmallTree(language)
        let type = try tree.add("class", "T", isTest: true)
        try tree.add("method", "T.\(name)", in: type)
        try tree.add("method", "T.own", in: type)
        // What is defined in another file than its type is as much its own.
        let module = try tree.add("module", "m", "b", visibility: "public")
        try tree.add("method", "T.\(name)", "b", in: module)
        try tree.add("function", name, "b", in: module)
        #expect(try tree.dead() == ["T.own", name])
    }

    @Test func membersOfAnEnumAreMadeWithIt() throws {
        let tree = try SmallTree()
        let type = try tree.add("enum", "Op", isTest: true)
        let member = try tree.add("enum_member", "Op.ADD", in: type)
        let apply = try tree.add("method", "Op.ADD.apply", in: member)
        try tree.link(apply, try tree.add("method", "Op.inner", in: type))
        try tree.link(member, try tree.add("method", "Op.argument", in: type))
        try tree.add("method", "Op.dead", in: type)
        #expect(try tree.dead() == ["Op.dead"])
    }

    @Test func whatValuesCallRunsWhenTheyAreMade() throws {
        let tree = try SmallTree()
        let type = try tree.add("class", "T", isTest: true)
        let value = try tree.add("constant", "T.VALUE", in: type)
        try tree.link(value, try tree.add("method", "T.make", in: type))
        // It is named there, not called.
        try tree.link(value, try tree.add("method", "T.named", in: type), "uses")
        let outer = try tree.add("field", "T.outer", in: type)
        let inner = try tree.add("field", "T.outer.inner", in: outer)
        let anonymous = try tree.add("class", "T.outer.inner.$Runnable", in: inner)
        let run = try tree.add("method", "T.outer.inner.$Runnable.run", in: anonymous)
        try tree.link(run, try tree.add("method", "T.viaField", in: type))
        #expect(try tree.dead() == ["T.VALUE", "T.named"])
    }

    @Test func typesThatAreDeclaredWithAValueAreUsedByIt() throws {
        let tree = try SmallTree("c")
        let module = try tree.add("module", "m", visibility: "public")
        for name in ["used", "unused"] {
            let value = try tree.add("variable", name, in: module)
            try tree.add("struct", "\(name).tag", in: value)
            if name == "used" { try tree.link(module, value) }
        }
        #expect(try tree.dead() == ["unused"])
    }

    @Test func methodsOfGoMaySatisfyInterfaces() throws {
        let tree = try SmallTree("go")
        let module = try tree.add("module", "m", visibility: "public")
        let shape = try tree.add("interface", "shape", in: module)
        try tree.add("method", "shape.area", in: shape)
        let type = try tree.add("struct", "square", in: module, isTest: true)
        try tree.add("method", "square.area", in: type)
        try tree.add("method", "square.Close", in: type, visibility: "public")
        try tree.add("method", "square.own", in: type)
        let other = try tree.add("module", "n", "b", visibility: "public")
        try tree.add("method", "square.area", "b", in: other)
        try tree.add("method", "square.Open", "b", in: other, visibility: "public")
        try tree.add("method", "square.alone", "b", in: other)
        try tree.add("function", "_", "b", in: other)
        #expect(try tree.dead() == ["shape", "square.own", "square.alone"])
    }

    @Test func implsOfRustForTypesOfOthersAreUsed() throws {
        let tree = try SmallTree("rust")
        let module = try tree.add("module", "m", visibility: "public")
        let trait = try tree.add("trait", "Put", in: module)
        try tree.add("method", "Put.put", in: trait)
        try tree.add("type_alias", "Put.Error", in: trait)
        let method = try tree.add("method", "Vec.put", in: module)
        try tree.link(method, try tree.add("function", "helper", in: module))
        try tree.add("type_alias", "Vec.Error", in: module)
        try tree.add("type_alias", "Alone", in: module)
        let type = try tree.add("struct", "S", in: module, isTest: true)
        try tree.add("method", "S.put", in: type)
        try tree.add("method", "S.own", in: type)
        try tree.add("macro", "all", in: module)
        #expect(try tree.dead() == ["Put", "Alone", "S.own"])
    }

    @Test func whatMacrosOfCLeaveIsNoMethod() throws {
        let tree = try SmallTree("cpp")
        let type = try tree.add("class", "D", isTest: true)
        try tree.add("method", "D.GUARDED_BY", in: type)
        try tree.add("method", "D.Lone", in: type)
        try tree.add("method", "D.X", in: type)
        #expect(try tree.dead() == ["D.Lone", "D.X"])
    }

    /// What overrides a method of a type outside of the tree, what of one in it, and what neither.
    @Test func whatIsAboveATypeCallsItsMethods() throws {
        let tree = try SmallTree()
        let base = try tree.add("class", "Base", isTest: true)
        try tree.add("method", "Base.run", in: base, isTest: true)
        let child = try tree.add("class", "Child", isTest: true)
        try tree.add("method", "Child.run", in: child)
        try tree.add("method", "Child.other", in: child)
        try tree.link(child, base, "extends")
        let open = try tree.add("class", "Open", isTest: true)
        try tree.add("method", "Open.any", in: open)
        try tree.link(open, "java:external:Thread:-", "extends", "external")
        let face = try tree.add("interface", "Face", isTest: true)
        try tree.add("method", "Face.all", in: face)
        #expect(try tree.dead() == ["Child.other"])
    }

    @Test func whatIsReachedIsInSomethingThatIs() throws {
        let tree = try SmallTree()
        let type = try tree.add("class", "Outer")
        try tree.add("method", "Outer.toString", in: type)
        let inner = try tree.add("class", "Outer.Inner", in: type)
        try tree.add("method", "Outer.Inner.test", in: inner, isTest: true)
        #expect(try tree.dead() == [])
    }

    @Test(arguments: ["cpp", "rust"])
    func whatIsBesideTestsThatWereLeftOutIsTheirs(language: String) throws {
        let tree = try SmallTree(language)
        let helper = try tree.add("function", "helper", "a_test")
        try tree.link(helper, try tree.add("function", "used", "a"))
        try tree.add("function", "lone", "a")
        try tree.leaveOutTest("a_test")
        #expect(try tree.dead() == (language == "cpp" ? ["lone"] : ["helper", "used", "lone"]))
    }

    @Test func declarationsAreUsedWithTheirDefinitions() throws {
        let tree = try SmallTree("cpp")
        let module = try tree.add("module", "m", "a.cc", visibility: "public")
        let type = try tree.add("class", "T", "a.h", isTest: true)
        for name in ["T.go", "T.lone"] {
            let declaration = try tree.add("method", name, "a.h", in: type)
            let definition = try tree.add("method", name, "a.cc", in: module)
            try tree.link(definition, declaration, "implements")
            if name == "T.go" { try tree.link(module, definition) }
        }
        // What only has the name of another is not one with it.
        for name in ["declared", "apart"] {
            let used = try tree.add("function", name, "a.cc", in: module)
            let other = try tree.add("function", name, "b.h")
            try tree.link(module, used)
            if name == "declared" { try tree.link(used, other, "implements") }
        }
        #expect(try tree.dead() == ["T.lone", "apart"])
        // Who uses the declaration uses what it declares.
        let lone = try DeadCode(tree.reader()).items.filter { $0.label.name == "T.lone" }
        #expect(lone.map(\.label.file) == ["a.cc"] && lone.map(\.userCount) == [0])
        let python = try SmallTree("python")
        let overloaded = try python.add("function", "f", "a.py")
        try python.add("function", "f", "a.py~2")
        try python.add("function", "f", "b.py")
        try python.link(try python.add("module", "m", "a.py"), overloaded)
        #expect(try DeadCode(python.reader()).items.map(\.label.file) == ["b.py"])
        // What only something exported leads to is used by that.
        let caller = try tree.add("function", "caller", "a.cc", visibility: "public")
        let open = try tree.add("function", "open", "a.cc", visibility: "public")
        let declaration = try tree.add("function", "open", "b.h", visibility: "public")
        try tree.link(open, declaration, "implements")
        try tree.link(caller, declaration)
        #expect(try tree.dead() == ["T.lone", "apart", "caller"])
    }
}
