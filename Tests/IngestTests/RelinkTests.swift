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
        /// What is used, and how it is after the edit; what uses it.
        let used: (name: String, before: String, after: String)
        let user: (name: String, text: String)
        var others: [String: String] = [:]
    }

    static let edits = [
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
        try write(edit.used.name, edit.used.before)
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        try ingest(store)
        let before = try edgesOfUser(store)
        #expect(!before.isEmpty)
        try write(edit.used.name, edit.used.after)
        try ingest(store)
        #expect(try edgesOfUser(store) != before)
        let fresh = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        try ingest(fresh)
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
