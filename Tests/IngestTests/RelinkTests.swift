// SPDX-License-Identifier: Apache-2.0
//
// What one file says changes what another's references mean: that one is linked again.

import CodeGraph
import Exchange
import Foundation
import Ingest
import SegmentStore
import TestSupport
import Testing

@Suite struct RelinkTests {
    struct Edit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// What is used, and how it is after the edit, if it is there; what uses it.
        let used: (name: String, before: String?, after: String?)
        let user: (name: String, text: String)
        var others: [String: String] = [:]
    }

    static let edits = [
        Edit(
            testDescription: "what a module of Go is called",
            used: (
                "c.go", "package main\n",
                "package main\nimport (\n\"n/a\"\n\"n/p\"\n)\n"
            ),
            user: ("u.go", "package main\nimport \"m/p\"\nfunc g() { p.F() }\n"),
            others: ["p/b.go": "package p\nfunc F() {}\n", "a/a.go": "package a\n"]),
        Edit(
            testDescription: "what a package of Go says that it is called",
            used: ("p/b.go", "package p\nfunc F() {}\n", "package q\nfunc F() {}\n"),
            user: ("c/u.go", "package main\nimport \"m.org/x/p\"\nfunc g() { p.F() }\n"),
            others: ["a/a.go": "package a\n"]),
        Edit(
            testDescription: "a module that comes", used: ("a.py", nil, "def f(): pass\n"),
            user: ("u.py", "import a\ndef h(): a.f()\n")),
        Edit(
            testDescription: "a module of a package",
            used: ("p/a.py", nil, "def f(): pass\n"),
            user: ("p/u.py", "from . import a\ndef h(): a.f()\n"),
            others: ["p/__init__.py": "", "p/b.py": "", "p/c.py": ""]),
        Edit(
            testDescription: "what makes a folder a package",
            used: ("p/__init__.py", nil, "def f(): pass\n"),
            user: ("u.py", "import p\ndef h(): p.f()\n"), others: ["p/a.py": "", "b.py": ""]),
        Edit(
            testDescription: "a module beside another of its name",
            used: ("q/a.py", nil, "def f(): pass\n"),
            user: ("q/u.py", "import a\ndef h(): a.f()\n"),
            others: ["a.py": "def f(): pass\n", "b.py": ""]),
        Edit(
            testDescription: "a folder's index",
            used: ("a/index.js", nil, "export function f() {}\n"),
            user: ("u.js", "import { f } from './a'\nf()\n"), others: ["b.js": "", "c.js": ""]),
        Edit(
            testDescription: "a header", used: ("b.h", nil, "int f(void);\n"),
            user: ("u.c", "#include \"a.h\"\nint g(void) { return f(); }\n"),
            others: [
                "a.h": "#include \"b.h\"\n", "b.c": "#include \"b.h\"\nint f(void) {}\n",
                "c.c": "static int f(void) {}\n",
            ]),
        Edit(
            testDescription: "a header that is included",
            used: ("a.h", "int x;\n", "#include \"b.h\"\nint x;\n"),
            user: ("u.c", "#include \"a.h\"\nint g(void) { return f(); }\n"),
            others: [
                "b.h": "int f(void);\n", "b.c": "#include \"b.h\"\nint f(void) {}\n", "c.c": "",
            ]),
        Edit(
            testDescription: "a header that is included by one that is included",
            used: ("a.h", "int x;\n", "#include \"b.h\"\nint x;\n"),
            user: ("u.c", "#include \"i.h\"\nint g(void) { return f(); }\n"),
            others: [
                "i.h": "#include \"j.h\"\n", "j.h": "#include \"a.h\"\n", "b.h": "int f(void);\n",
                "b.c": "#include \"b.h\"\nint f(void) {}\n", "c.c": "",
            ]),
        Edit(
            testDescription: "what the definition's file includes through others",
            used: ("i.h", "int x;\n", "#include \"b.h\"\nint x;\n"),
            user: ("u.c", "#include \"b.h\"\nint g(void) { return f(); }\n"),
            others: [
                "b.h": "int f(void);\n", "j.h": "#include \"i.h\"\n",
                "b.c": "#include \"j.h\"\nint f(void) { return 0; }\n", "c.c": "",
            ]),
        Edit(
            testDescription: "a header that declares it",
            used: ("a.h", "int f(int);\n", "int f(int, int);\n"),
            user: ("u.c", "#include \"a.h\"\nint f(int x) { return x; }\n"),
            others: ["b.c": "", "c.c": ""]),
        Edit(
            testDescription: "a header that declares it, which is included through others",
            used: ("a.h", "int x;\n", "#include \"b.h\"\nint x;\n"),
            user: ("u.c", "#include \"a.h\"\nint f(int x) { return x; }\n"),
            others: ["b.h": "int f(int);\n", "c.c": ""]),
        Edit(
            testDescription: "a header that includes the definition's file",
            used: ("a.h", "int f(int);\n", "int f(int);\n#include \"u.inl\"\n"),
            user: ("u.inl", "inline int f(int x) { return x; }\n"),
            others: ["b.h": "", "c.c": ""]),
        Edit(
            testDescription: "a class that declares it, in a namespace that is used",
            used: (
                "a.hpp", "namespace n { class A { int f(int); }; }\n",
                "namespace n { class A { int f(long); }; }\n"
            ),
            user: (
                "u.cpp", "#include \"a.hpp\"\nusing namespace n;\nint A::f(int x) { return x; }\n"
            ),
            others: ["b.cpp": "", "c.cpp": ""]),
        Edit(
            testDescription: "a file that says that the root is a package",
            used: ("__init__.py", nil, "from .u import h\n"),
            user: ("u.py", "import own\ndef h(): own.f()\n"),
            others: ["own.py": "def f(): pass\n", "b.py": ""]),
        Edit(
            testDescription: "whether the root is imported as a package",
            used: ("__init__.py", "", "from .u import h\n"),
            user: ("u.py", "import own\ndef h(): own.f()\n"),
            others: ["own.py": "def f(): pass\n", "b.py": ""]),
        Edit(
            testDescription: "a folder of a package that is the root",
            used: ("__init__.py", nil, ""),
            user: ("p/u.py", "from ..a import f\ndef h(): f()\n"),
            others: ["a.py": "def f(): pass\n", "b.py": ""]),
        Edit(
            testDescription: "a file of a package that is imported as a whole",
            used: ("p/b.go", nil, "package p\n"),
            user: ("u.go", "package main\nimport _ \"m/p\"\n"),
            others: ["p/a.go": "package p\nfunc A() {}\n", "c.go": "package main\n"]),
        Edit(
            testDescription: "what the definition's file includes",
            used: (
                "b.c", "int f(void) { return 0; }\n",
                "#include \"b.h\"\nint f(void) { return 0; }\n"
            ),
            user: ("u.c", "#include \"b.h\"\nint g(void) { return f(); }\n"),
            others: ["b.h": "int f(void);\n", "c.c": ""]),
        Edit(
            testDescription: "a class of the package",
            used: ("a/A.java", nil, "package a; class A { static void f() {} }\n"),
            user: ("a/U.java", "package a; class U { void g() { A.f(); } }\n"),
            others: ["a/B.java": "package a; class B {}\n", "a/C.java": "package a; class C {}\n"]),
        Edit(
            testDescription: "a file of a package",
            used: ("p/b.go", nil, "package p\nfunc F() {}\n"),
            user: ("u.go", "package main\nimport \"m/p\"\nfunc g() { p.F() }\n"),
            others: ["p/a.go": "package p\nfunc A() {}\n", "c.go": "package main\n"]),
        Edit(
            testDescription: "the first file of a package",
            used: ("p/b.go", nil, "package p\nfunc F() {}\n"),
            user: ("u.go", "package main\nimport \"m/p\"\nfunc g() { p.F() }\n"),
            others: ["c.go": "package main\n"]),
        Edit(
            testDescription: "a module in its own file",
            used: ("src/a.rs", nil, "pub fn f() {}\n"),
            user: ("src/lib.rs", "mod a;\nfn g() { a::f() }\n"),
            others: ["src/b.rs": "", "src/c.rs": ""]),
        Edit(
            testDescription: "a crate that comes", used: ("x/src/lib.rs", nil, "pub fn f() {}\n"),
            user: ("y/src/lib.rs", "use x::f;\nfn g() { f() }\n"),
            others: ["z/src/lib.rs": "", "y/src/a.rs": ""]),
        Edit(
            testDescription: "what is required", used: ("a.rb", nil, "def f; end\n"),
            user: ("u.rb", "require_relative 'a'\n"), others: ["b.rb": "", "c.rb": ""]),
        Edit(
            testDescription: "an initializer that asks for something else",
            used: (
                "a.swift", "struct P { var k: A }\n",
                "struct P { var k: A\n    init(k: B) {} }\n"
            ),
            user: ("u.swift", "func g() { _ = P(k: .one) }\n"),
            others: ["b.swift": "enum A { case one }\n", "c.swift": "enum B { case one }\n"]),
        Edit(
            testDescription: "what a closure is given",
            used: ("a.swift", "func f(_ x: (A) -> Void) {}\n", "func f(_ x: (B) -> Void) {}\n"),
            user: ("u.swift", "func g() { f { $0.m() } }\n"),
            others: [
                "b.swift": "struct A { func m() {} }\n", "c.swift": "struct B { func m() {} }\n",
            ]),
        Edit(
            testDescription: "a target of a package",
            used: ("Sources/A/A.swift", nil, "public func f() {}\n"),
            user: ("Sources/U/U.swift", "import A\nfunc g() { f() }\n"),
            others: ["Sources/B/B.swift": "", "Sources/C/C.swift": ""]),
        Edit(
            testDescription: "a package",
            used: (
                "a/A.java", "package a; public class A { public static void f() {} }",
                "package b; public class A { public static void f() {} }"
            ),
            user: ("u/U.java", "package u; import a.A; class U { void g() { A.f(); } }")),
        Edit(
            testDescription: "a name", used: ("a.py", "def f(): pass\n", "def g(): pass\n"),
            user: ("u.py", "import a\ndef h(): a.f()\n")),
        Edit(
            testDescription: "a type of what is returned",
            used: (
                "a.py", "from b import *\ndef f() -> X: pass\n",
                "from b import *\ndef f() -> Y: pass\n"
            ),
            user: ("u.py", "import a\ndef h(): a.f().m()\n"),
            others: [
                "b.py": "class X:\n    def m(self): pass\nclass Y:\n    def m(self): pass\n"
            ]),
        Edit(
            testDescription: "an import that hands on",
            used: (
                "a/__init__.py", "from b import f\n", "from c import f\n"
            ),
            user: ("u.py", "import a\ndef h(): a.f()\n"),
            others: ["b.py": "def f(): pass\n", "c.py": "def f(): pass\n"]),
        Edit(
            testDescription: "a type of a field",
            used: (
                "a.ts", "import {X, Y} from './b'\nexport class A { x: X }\n",
                "import {X, Y} from './b'\nexport class A { x: Y }\n"
            ),
            user: ("u.ts", "import {A} from './a'\nfunction h(a: A) { a.x.m() }\n"),
            others: ["b.ts": "export class X { m() {} }\nexport class Y { m() {} }\n"]),
        Edit(
            testDescription: "a base",
            used: (
                "A.java", "class A extends X {}", "class A extends Y {}"
            ),
            user: ("U.java", "class U { void h(A a) { a.m(); } }"),
            others: ["B.java": "class X { void m() {} } class Y { void m() {} }"]),
        Edit(
            testDescription: "a number of arguments",
            used: (
                "a.go", "package p\nfunc F(a int) {}\n", "package p\nfunc G(a int) {}\n"
            ),
            user: ("u.go", "package p\nfunc h() { F(1) }\n")),
        Edit(
            testDescription: "the types of parameters",
            used: (
                "A.java", "class A { void m(String s) {} void m(Integer s) {} }",
                "class A { void m(Integer s) {} void m(String s) {} }"
            ),
            user: ("U.java", "class U { void h(A a, String s) { a.m(s); } }")),
        Edit(
            testDescription: "visibility",
            used: (
                "Sources/A/A.swift", "func f() {}\n", "private func f() {}\n"
            ),
            user: ("Sources/A/U.swift", "func h() { f() }\n")),
        Edit(
            testDescription: "an attribute's type",
            used: (
                "a.py",
                "from b import X, Y\nclass A:\n    def __init__(self):\n        self.x = X()\n",
                "from b import X, Y\nclass A:\n    def __init__(self):\n        self.x = Y()\n"
            ),
            user: ("u.py", "from a import A\ndef h(a: A): a.x.m()\n"),
            others: [
                "b.py": "class X:\n    def m(self): pass\nclass Y:\n    def m(self): pass\n"
            ]),
        Edit(
            testDescription: "a conformance that is told elsewhere",
            used: (
                "Sources/A/A.swift", "extension T: P {}\n", "extension T: Q {}\n"
            ),
            user: ("Sources/A/U.swift", "func h(t: T) { t.m() }\n"),
            others: [
                "Sources/A/T.swift": """
                struct T {}
                protocol P {}
                protocol Q {}
                extension P { func m() {} }
                extension Q { func m() {} }

                """
            ]),
        Edit(
            testDescription: "a file that is included",
            used: (
                "a.h", "#include \"b.h\"\n", "#include \"c.h\"\n"
            ),
            user: ("u.c", "#include \"a.h\"\nvoid h(void) { f(); }\n"),
            others: [
                "b.h": "static inline void f(void) {}\n", "c.h": "static inline void f(void) {}\n",
            ]),
        Edit(
            testDescription: "a manifest",
            used: (
                "tsconfig.json", "{ \"compilerOptions\": { \"paths\": { \"@a\": [\"./b\"] } } }",
                "{ \"compilerOptions\": { \"paths\": { \"@a\": [\"./c\"] } } }"
            ),
            user: ("u.ts", "import { f } from '@a'\nexport function h() { f() }\n"),
            others: ["b.ts": "export function f() {}\n", "c.ts": "export function f() {}\n"]),
        Edit(
            testDescription: "a mixin that becomes one of the class itself",
            used: (
                "b.rb", "class K\n  include M\nend\n",
                "class K\n  extend M\nend\n"
            ),
            user: ("c.rb", "def t\n  K.new.go\n  K.go\nend\n"),
            others: ["a.rb": "module M\n  def go; end\nend\n"]),
        Edit(
            testDescription: "modules that change places",
            used: (
                "src/m.rs", "pub mod a { pub use crate::t::go; }\npub mod b { }\n",
                "pub mod b { pub use crate::t::go; }\npub mod a { }\n"
            ),
            user: ("src/lib.rs", "mod t;\nmod m;\nfn h() { m::a::go() }\n"),
            others: ["src/t.rs": "pub fn go() {}\n"]),
        Edit(
            testDescription: "an attribute of another type with the same name",
            used: (
                "a.py",
                "from t import T\nclass A:\n    class I:\n        def __init__(self): self.x = T()\nclass B:\n    class I:\n        def __init__(self): pass\n",
                "from t import T\nclass A:\n    class I:\n        def __init__(self): pass\nclass B:\n    class I:\n        def __init__(self): self.x = T()\n"
            ),
            user: ("b.py", "from a import A, B\ndef h():\n    A.I().x.go()\n    B.I().x.go()\n"),
            others: ["t.py": "class T:\n    def go(self): pass\nclass U:\n    def go(self): pass\n"]
        ),
        Edit(
            testDescription: "a member that goes from a class to its object",
            used: (
                "A.scala", "class A { def m(x: Int) = x }\nobject A {}\n",
                "class A {}\nobject A { def m(x: Int) = x }\n"
            ),
            user: ("B.scala", "object B { def h(a: A) = {\n  A.m(1)\n  a.m(1)\n} }\n")),
        Edit(
            testDescription: "a file that becomes what it requires",
            used: (
                "b.js", "function foo() {}\nexports.foo = foo;\n",
                "module.exports = require('./c');\n"
            ),
            user: ("a.js", "const b = require('./b');\nfunction t() { b.foo(); }\n"),
            others: ["c.js": "function foo() {}\nexports.foo = foo;\n"]),
        Edit(
            testDescription: "a member for a type from elsewhere",
            used: (
                "b.kt", "fun other() {}\n",
                "import java.io.File\nfun File.foo() {}\n"
            ),
            user: ("a.kt", "import java.io.File\nfun t(f: File) { f.foo() }\n")),
        Edit(
            testDescription: "a class that has another name where it is used",
            used: (
                "b.php", "<?php\nclass Other { static function f() {} }\n",
                "<?php\nclass Foo { static function f() {} }\n"
            ),
            user: ("a.php", "<?php\nuse Foo as Bar;\nfunction t() { Bar::f(); }\n")),
        Edit(
            testDescription: "a namespace that others stand in",
            used: (
                "b.cs", "namespace X { class D { public static void F() {} } }\n",
                "namespace A.B.C { class D { public static void F() {} } }\n"
            ),
            user: ("a.cs", "using A.B;\nclass U { void T() { C.D.F(); } }\n")),
        Edit(
            testDescription: "what stands in a variable's value",
            used: (
                "b.js", "export const Icon = { Big: () => 1 };\n",
                "export const Icon = { Small: () => 1 };\n"
            ),
            user: ("a.js", "import { Icon } from './b';\nfunction t() { Icon.Small(); }\n")),
    ]

    @Test(arguments: edits)
    func whatDependsOnAnEditIsLinkedAgain(edit: Edit) throws {
        let root = try TemporaryDirectory(inMemory: true)
        func write(_ name: String, _ text: String) throws {
            let path = root.file(name)
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        func writeUsed(_ text: String?) throws {
            if let text { return try write(edit.used.name, text) }
            try? FileManager.default.removeItem(atPath: root.file(edit.used.name))
        }
        func ingest(_ store: GraphStore) throws {
            _ = try Ingest(root: root.path, languages: IngestTests.languages).run(into: store)
        }
        func edgesOfUser(_ store: GraphStore) throws -> [[Value]] {
            let reader = try store.snapshot().reader()
            let edges = try reader.relation(CodeGraph.edges.name)
            let file = try reader.column("file", of: edges)
            var rows: [[Value]] = []
            try reader.forEachRowByKey(edges) { row in
                guard try reader.string(edges, row, file) == edit.user.name else { return }
                rows.append(try reader.values(edges, row))
            }
            return rows
        }
        for (name, text) in edit.others { try write(name, text) }
        try write(edit.user.name, edit.user.text)
        // There, and back.
        for (before, after) in [
            (edit.used.before, edit.used.after), (edit.used.after, edit.used.before),
        ] {
            try writeUsed(before)
            let folder = try TemporaryDirectory(inMemory: true)
            let store = try GraphStore.open(folder.path, schema: CodeGraph.ingestSchema)
            try ingest(store)
            let edges = try edgesOfUser(store)
            #expect(!edges.isEmpty)
            try writeUsed(after)
            try ingest(store)
            #expect(try edgesOfUser(store) != edges)
            let fresh = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
            try ingest(fresh)
            #expect(try store.allRows() == fresh.allRows())
        }
    }

    /// What has nothing to do with a change is left alone: also a file of another's name in another
    /// folder, and one with a name that many have.
    @Test(arguments: [
        ("new.py", "import os\ndef fresh(): pass\n"), ("p/q/util.py", "def fresh(): pass\n"),
        ("n.c", "#include <stdio.h>\nint fresh(void) { return 0; }\n"),
        ("n.h", "#include \"h3.h\"\nint fresh(void);\n"), ("b/N.java", "package b; class N {}\n"),
        ("js/n.js", "import { x } from './f1'\nexport function fresh() {}\n"),
    ])
    func whatDoesNotDependOnAFileIsLeftAlone(name: String, text: String) throws {
        let root = try TemporaryDirectory(inMemory: true)
        func write(_ name: String, _ text: String) throws {
            let path = root.file("tree/" + name)
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        for index in 1..<20 {
            try write("f\(index).py", "import f\(index - 1)\ndef g(): f\(index - 1).g()\n")
            try write("h\(index).h", "#include \"h\(index - 1).h\"\nint k\(index)(void);\n")
            try write("a/C\(index).java", "package a; class C\(index) extends C\(index - 1) {}\n")
            try write(
                "js/f\(index).js", "import { x } from './f\(index - 1)'\nexport { x }\n")
        }
        let store = try GraphStore.open(
            root.file("store"), schema: CodeGraph.ingestSchema)
        func ingest(_ store: GraphStore) throws -> Ingest.Report {
            try Ingest(root: root.file("tree"), languages: IngestTests.languages).run(into: store)
        }
        #expect(try ingest(store).linkedFileCount == 19 * 4)
        try write(name, text)
        #expect(try ingest(store).linkedFileCount == 1)
        try write(name, text + "\n")
        #expect(try ingest(store).linkedFileCount == 1)
        try FileManager.default.removeItem(atPath: root.file("tree/" + name))
        #expect(try ingest(store).linkedFileCount == 0)
        let fresh = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        _ = try ingest(fresh)
        #expect(try store.allRows() == fresh.allRows())
    }

    /// What a run found that came to nothing is not taken for what the store has.
    @Test func aRunThatIsStoppedLeavesNoNotes() throws {
        let root = try TemporaryDirectory(inMemory: true)
        func write(_ name: String, _ text: String) throws {
            let path = root.file("tree/" + name)
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        try write("a/f.go", "package a\nfunc F() {}\n")
        try write("b/f.go", "package b\nfunc F() {}\n")
        try write("u.go", "package main\nimport \"m/a\"\nfunc g() { a.F() }\n")
        try write("v.go", "package main\n")
        let store = try GraphStore.open(root.file("store"), schema: CodeGraph.ingestSchema)
        let ingest = Ingest(root: root.file("tree"), languages: IngestTests.languages)
        _ = try ingest.run(into: store)
        // The module is `n` by two imports, and is `m` no more.
        try write("v.go", "package main\nimport (\n\"n/a\"\n\"n/b\"\n)\n")
        // It is asked before every file, and before the edges of every file that is linked.
        var count = 0
        #expect(throws: StoreError.self) {
            try ingest.run(
                into: store,
                isCancelled: {
                    count += 1
                    return count > 4
                })
        }
        _ = try ingest.run(into: store)
        let fresh = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        _ = try ingest.run(into: fresh)
        #expect(try store.allRows() == fresh.allRows())
    }

    /// The names of the other files are not read, and if the store has others than the cache says,
    /// that is found.
    @Test func factsThatAreOthersAreAnError() throws {
        let root = try TemporaryDirectory(inMemory: true)
        func write(_ name: String, _ text: String) throws {
            try FileManager.default.createDirectory(
                atPath: root.file("tree"), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: root.file("tree/" + name)))
        }
        try write("a.py", "class A:\n    def f(self): pass\n    def g(self): pass\n")
        try write("b.py", "x = 1\n")
        try write("u.py", "from a import A\ndef h(): A().f()\n")
        let store = try GraphStore.open(root.file("store"), schema: CodeGraph.ingestSchema)
        let ingest = Ingest(root: root.file("tree"), languages: IngestTests.languages)
        _ = try ingest.run(into: store)
        let reader = try store.snapshot().reader()
        let facts = try reader.relation(CodeGraph.facts.name)
        let row = try #require(try reader.find(facts, key: "b.py"))
        var values = try reader.values(facts, row)
        values[0] = .string("a.py")
        let names = CodeGraph.facts.columns.map(\.name)
        let wrong = Dictionary(uniqueKeysWithValues: zip(names, values))
        try store.write(label: "wrong") { try $0.append(wrong, to: CodeGraph.facts.name) }
        try write("u.py", "from a import A\ndef h(): A().g()\n")
        #expect(throws: StoreError.self) { try ingest.run(into: store) }
        var options = Ingest.Options()
        options.isFull = true
        _ = try Ingest(root: root.file("tree"), languages: IngestTests.languages, options: options)
            .run(into: store)
        let fresh = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        _ = try ingest.run(into: fresh)
        #expect(try store.allRows() == fresh.allRows())
    }

    /// Answers that stand far behind each other: none depends on which file is linked first.
    @Test func whatIsAskedBeforeDoesNotMatter() throws {
        let root = try TemporaryDirectory(inMemory: true)
        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: root.file(name)))
        }
        var text = "class C:\n    def m(self): pass\nclass D:\n    def m(self): pass\nv14 = C()\n"
        for index in (0..<14).reversed() { text += "v\(index) = v\(index + 1)\n" }
        text += "w = v5\np3 = w\np2 = p3\np1 = p2\np0 = p1\n"
        try write("a.py", text)
        let names = ["v8", "v0", "p0", "w", "v3"]
        for name in names {
            try write("u\(name).py", "from a import \(name)\ndef y(): \(name).m()\n")
        }
        func ingest(_ store: GraphStore, threads: Int) throws {
            var options = Ingest.Options()
            options.threadCount = threads
            _ = try Ingest(root: root.path, languages: IngestTests.languages, options: options)
                .run(into: store)
        }
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        try ingest(store, threads: 1)
        for name in names {
            try write("u\(name).py", "from a import \(name)\ndef y(): \(name).m()\n\n")
            try ingest(store, threads: 2)
            let fresh = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
            try ingest(fresh, threads: 1)
            #expect(try store.allRows() == fresh.allRows())
        }
    }
}

extension GraphStore {
    /// All rows in the order of their keys.
    func allRows() throws -> [[Value]] {
        let reader = try snapshot().reader()
        var rows: [[Value]] = []
        for relation in CodeGraph.ingestSchema.relations {
            let index = try reader.relation(relation.name)
            try reader.forEachRowByKey(index) { rows.append(try reader.values(index, $0)) }
        }
        return rows
    }
}
