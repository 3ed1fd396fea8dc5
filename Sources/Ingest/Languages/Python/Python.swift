// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let python = Language(
        name: "python", grammar: GrammarFolder.Name("python"), extensions: ["py", "pyi"],
        folderNames: ["__init__"],
        rules: .all(
            [
                "if_statement", "elif_clause", "for_statement", "while_statement",
                "except_clause", "conditional_expression", "boolean_operator", "for_in_clause",
                "if_clause", "case_clause", "assert_statement",
            ], .branch)
            + [
                "comment": .comment, "lambda": .closure, "string": .visit(Python.string),
                "function_definition": .visit(Python.function),
                "class_definition": .visit(Python.type),
                "decorated_definition": .wrapper, "decorator": .visit(Python.decorator),
                "assignment": .visit(Python.assignment),
                "type_alias_statement": .visit(Python.alias),
                "import_statement": .visit(Python.imports),
                "import_from_statement": .visit(Python.imports),
                "future_import_statement": .visit(Python.imports),
                "call": .refer(.calls, "function"),
                "type": .visit(Python.annotation),
            ],
        shapes: [
            "identifier": .name, "dotted_name": .name, "relative_import": .name,
            "attribute": .member("object", "attribute"), "call": .call("function"),
            "subscript": .field("value"), "await": .inner, "parenthesized_expression": .inner,
        ],
        builtIns: Python.builtInTypes,
        module: { e, root in e.setDoc(Python.docstring(e, root)) },
        visibility: { _, _, name in
            name.hasPrefix("_") && !(name.hasPrefix("__") && name.hasSuffix("__"))
                ? .private : .public
        },
        test: { e, node, kind, name in Python.test(e, node, kind, name) },
        testFile: { path in
            path == "conftest.py" || path.hasSuffix("/conftest.py")
                ? TestReason("conftest.py, which only pytest loads") : nil
        })
}

private enum Python {
    static let builtInTypes: Set<String> = [
        "None", "Any", "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset",
        "int", "list", "object", "range", "set", "slice", "str", "tuple", "type",
    ]

    static func docstring(_ e: Extractor, _ body: SyntaxNode?) -> String? {
        let first = body?.children(atMost: 8).first { !$0.is("comment") }
        guard let first, first.is("expression_statement"), let string = first.firstChild,
            string.is("string")
        else { return nil }
        return DocText.literal(e.text(string))
    }

    /// An f-string has code in it.
    static func string(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        node.child("interpolation") != nil
    }

    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let isConstructor = e.text(name) == "__init__"
        e.define(
            !e.isInType ? .function : isConstructor ? .constructor : .method, node, name: name,
            body: node["body"])
        e.setDoc(docstring(e, node["body"]))
        typeParameters(e, node)
        return true
    }

    static func type(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(.class, node, name: name, body: node["body"])
        e.setDoc(docstring(e, node["body"]))
        typeParameters(e, node)
        for base in node["superclasses"]?.children() ?? [] {
            if base.is("keyword_argument") {
                e.refer(.uses, base["value"])
            } else {
                e.refer(.extends, base)
            }
        }
        return true
    }

    private static func typeParameters(_ e: Extractor, _ node: SyntaxNode) {
        for parameter in node["type_parameters"]?.children() ?? [] {
            e.declareLocalType(parameter.firstChild ?? parameter)
        }
    }

    static func decorator(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node.firstChild, var path = e.path(of: name) else { return true }
        if path.hasSuffix("()") { path.removeLast(2) }
        if !["property", "staticmethod", "classmethod"].contains(path) {
            e.referLater(.uses, path, line: node.line)
        }
        return false
    }

    static func assignment(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard !e.isInFunction, let left = node["left"] else { return true }
        let names =
            left.is("identifier")
            ? [left]
            : left.isOne(
                of: "pattern_list", "tuple_pattern", "list_pattern")
                ? left.children().filter { $0.is("identifier") } : []
        // Of `a = b = 1` each is one, beside the others.
        let isOnly =
            names.count == 1 && node["right"]?.is("assignment") != true
            && node.parent?.is("assignment") != true
        for name in names {
            let text = e.text(name)
            let isConstant =
                text.utf8.allSatisfy { $0 < 97 || $0 > 122 }
                && text.utf8.contains { $0 >= 65 && $0 <= 90 }
            e.defineVariable(
                e.isInType ? .field : isConstant ? .constant : .variable, node, name: name,
                value: node["right"], isOnly: isOnly)
        }
        return true
    }

    static func alias(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let left = node["left"], let name = left.firstChild else { return true }
        e.hide(left)
        let named = name.is("generic_type") ? name.firstChild ?? name : name
        e.define(.typeAlias, node, name: named, body: node["right"])
        e.referAll(.uses, in: node["right"])
        return false
    }

    /// The names in an annotation; one that is quoted counts as well.
    static func annotation(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let inner = node.firstChild else { return false }
        if inner.is("string") {
            let text = DocText.literal(e.text(inner)) ?? ""
            let isName =
                !text.isEmpty
                && text.utf8.allSatisfy { byte in
                    byte == 46 || byte == 95 || (byte | 32 >= 97 && byte | 32 <= 122)
                        || (byte >= 48 && byte <= 57) || byte >= 128
                }
            if isName { e.refer(.uses, text, line: node.line) }
            return false
        }
        if inner.isOne(of: "identifier", "attribute") {
            e.refer(.uses, inner)
            return false
        }
        if inner.is("generic_type") { e.refer(.uses, inner.firstChild) }
        if inner.is("subscript") { e.refer(.uses, inner["value"]) }
        if inner.isOne(of: "binary_operator", "union_type") { e.referAll(.uses, in: inner) }
        return true
    }

    /// `import a.b` names `a.b`, `from a import b` names `a.b`, with the dots of a relative one.
    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        var module = ""
        if let name = node["module_name"] {
            module = e.text(name).filter { !$0.isWhitespace }
            if !module.hasSuffix(".") { module += "." }
        } else if node.is("future_import_statement") {
            module = "__future__."
        }
        if node.child("wildcard_import") != nil {
            e.refer(.imports, module + "*", line: node.line)
        }
        for name in node.children("name") {
            let name = name.is("aliased_import") ? name["name"] ?? name : name
            e.refer(.imports, module + e.text(name), line: name.line)
        }
        return false
    }

    // MARK: - Tests

    /// What pytest and unittest take for one: functions by their names in files of some names,
    /// classes by their names or what they extend, fixtures.
    static func test(
        _ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind, _ name: String
    ) -> TestReason? {
        if kind == .class {
            for base in node["superclasses"]?.children() ?? [] {
                guard let path = e.path(of: base) else { continue }
                let last = path.split(separator: ".").last.map { String($0) } ?? path
                if testCases.contains(last) { return TestReason("extends \(path)") }
            }
            return name.hasPrefix("Test") && isTestFile(e.path)
                ? TestReason("class Test* in a test file") : nil
        }
        guard kind == .function else { return nil }
        if name == "test" || name.hasPrefix("test_"), isTestFile(e.path) {
            return TestReason("function test_* in a test file")
        }
        if let decorated = node.parent, decorated.is("decorated_definition") {
            for decorator in decorated.children() where decorator.is("decorator") {
                guard let name = decorator.firstChild, let path = e.path(of: name) else { continue }
                if path.hasPrefix("pytest.fixture") || path.hasPrefix("pytest_asyncio.fixture") {
                    return TestReason("@pytest.fixture")
                }
            }
        }
        return nil
    }

    private static let testCases: Set<String> = [
        "TestCase", "IsolatedAsyncioTestCase", "TransactionTestCase", "SimpleTestCase",
        "LiveServerTestCase",
    ]

    private static func isTestFile(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        let name = parts.last ?? ""
        return name.hasPrefix("test_") || name.hasSuffix("_test.py") || name == "tests.py"
            || name == "test.py" || parts.dropLast().contains { $0 == "tests" || $0 == "test" }
    }
}
