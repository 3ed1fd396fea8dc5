// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let python = Language(
        name: "python", grammar: GrammarFolder.Name("python"), extensions: ["py", "pyi"],
        folderNames: ["__init__"],
        rules: .all(
            [
                "if_statement", "elif_clause", "while_statement",
                "except_clause", "conditional_expression", "boolean_operator",
                "if_clause", "case_clause", "assert_statement",
            ], .branch)
            + [
                "comment": .comment, "lambda": .visit(Python.lambda),
                "string": .visit(Python.string),
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
                "identifier": .use, "attribute": .use,
                "keyword_argument": .visit(Python.keyword),
                "augmented_assignment": .visit(Python.update),
                "named_expression": .visit(Python.walrus), "block": .visit(Python.block),
                "for_statement": .visit(Python.loop), "for_in_clause": .visit(Python.loop),
                "as_pattern": .visit(Python.pattern), "case_pattern": .visit(Python.casePattern),
                "global_statement": .visit(Python.outer),
                "nonlocal_statement": .visit(Python.outer),
                "list_comprehension": .visit(Python.comprehension),
                "set_comprehension": .visit(Python.comprehension),
                "dictionary_comprehension": .visit(Python.comprehension),
                "generator_expression": .visit(Python.comprehension),
            ],
        shapes: [
            "identifier": .name, "dotted_name": .name, "relative_import": .name,
            "attribute": .member("object", "attribute"), "call": .call("function"),
            "await": .inner, "parenthesized_expression": .inner,
            "string": .literal("str"), "concatenated_string": .literal("str"),
            "integer": .literal("int"), "float": .literal("float"), "list": .literal("list"),
            "list_comprehension": .literal("list"), "dictionary": .literal("dict"),
            "dictionary_comprehension": .literal("dict"), "set": .literal("set"),
            "tuple": .literal("tuple"),
        ],
        builtIns: Python.builtInTypes, superNames: ["super"], selfTypes: ["Self"],
        assignmentDeclares: true,
        spreads: ["list_splat", "dictionary_splat"],
        namedType: { Python.namedType($0, $1) }, links: Python.links,
        details: { Python.details($0, $1, &$2) },
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
        parameters(e, node)
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
        // What it is given is named as anywhere.
        e.hide(name)
        return name.is("call")
    }

    static func assignment(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let left = node["left"] else { return true }
        if e.isInFunction {
            assign(e, left, node["type"], node["right"])
            return true
        }
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
        if left.is("identifier"), e.has(left, text: "__all__") { handOn(e, node["right"]) }
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

    /// `__all__ = ["a", "b"]`
    private static func handOn(_ e: Extractor, _ value: SyntaxNode?) {
        func add(_ name: String) {
            e.facts.attributes.append(Attribute(owner: 0, name: "__all__", type: name))
        }
        guard let value, value.isOne(of: "list", "tuple") else { return add("?") }
        for item in value.children() where !item.is("comment") {
            add(item.is("string") ? DocText.literal(e.text(item)) ?? "?" : "?")
        }
        if value.children().isEmpty { add("") }
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

    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        var module: String?
        if let name = node["module_name"] {
            module = e.text(name).filter { !$0.isWhitespace }
        } else if node.is("future_import_statement") {
            module = "__future__"
        }
        if let module, node.child("wildcard_import") != nil {
            e.addImport(module, "*", as: "", node)
        }
        for part in node.children("name") {
            let name = part.is("aliased_import") ? part["name"] ?? part : part
            let text = e.text(name).filter { !$0.isWhitespace }
            let alias = part["alias"].map { e.text($0) }
            if let module {
                e.addImport(module, text, as: alias ?? text, name)
            } else if let alias {
                e.addImport(text, as: alias, name)
            } else {
                // `import a.b` names `a`, and makes `a.b` be there.
                let first = String(text.prefix { $0 != "." })
                if first != text { e.addImport(text, as: "", name) }
                e.addImport(first, as: first, name)
            }
        }
        return false
    }

    // MARK: - Names and types

    /// The parameters of what is being defined.
    private static func parameters(_ e: Extractor, _ node: SyntaxNode) {
        let decorators =
            node.parent?.children().filter { $0.is("decorator") }
            .compactMap { $0.firstChild.map { e.text($0) } } ?? []
        var isFirst = e.isMethod && !decorators.contains("staticmethod")
        for parameter in node["parameters"]?.children() ?? [] {
            let name =
                parameter["name"] ?? (parameter.is("identifier") ? parameter : parameter.firstChild)
            guard let name, !parameter.is("comment") else { continue }
            if isFirst {
                isFirst = false
                let isOfType = decorators.contains("classmethod") || isMetaclassLike(e, node)
                e.hide(name)
                e.declare(e.text(name), as: isOfType ? "@type" : "@self")
            } else if parameter.isOne(of: "list_splat_pattern", "dictionary_splat_pattern")
                || name.isOne(of: "list_splat_pattern", "dictionary_splat_pattern")
            {
                e.declareAll(in: name)
            } else {
                e.declare(name, type: parameter["type"])
            }
        }
    }

    private static func isMetaclassLike(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let name = node["name"].map { e.text($0) }
        return ["__new__", "__init_subclass__", "__class_getitem__"].contains(name)
    }

    static func lambda(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        for parameter in node["parameters"]?.children() ?? [] {
            e.declareAll(in: parameter["name"] ?? parameter)
        }
        return true
    }

    /// `a = …`, `a, b = …`, `self.a = …` in a function.
    private static func assign(
        _ e: Extractor, _ left: SyntaxNode, _ type: SyntaxNode?, _ right: SyntaxNode?
    ) {
        if left.is("identifier") {
            // That it has no value yet says nothing of the one it will have.
            if right?.is("none") ?? false, type == nil {
                if e.isInFunction, e.locals[e.text(left)] == nil {
                    e.hide(left)
                    e.bind(e.text(left), .value(""), behind: nil, isNew: false)
                }
                return
            }
            e.assign(left, type: type, value: right)
        } else if left.isOne(of: "pattern_list", "tuple_pattern", "list_pattern") {
            for name in left.children() where name.is("identifier") { e.assign(name, value: nil) }
        } else if left.is("attribute"), let object = left["object"], let name = left["attribute"],
            object.is("identifier"), case .value("@self")? = e.locals[e.text(object)],
            let owner = e.enclosingType
        {
            let value =
                type.flatMap { e.instance(of: $0) } ?? right.flatMap { e.expression(of: $0) }
            // What is not known is still no member of a base.
            e.facts.attributes.append(
                Attribute(owner: owner, name: e.text(name), type: value ?? "?"))
        }
    }

    static func update(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let left = node["left"], left.is("identifier") {
            if e.has(left, text: "__all__") { handOn(e, nil) }
            e.assign(left, value: nil)
        }
        return true
    }

    static func walrus(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node["name"] { e.assign(name, value: node["value"]) }
        return true
    }

    static func loop(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        if let left = node["left"] { unknown(e, left) }
        return true
    }

    /// What is assigned in a branch may be what its name is behind it; one that leaves the function
    /// has no behind.
    static func block(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.isInFunction, let parent = node.parent,
            !parent.isOne(of: "function_definition", "class_definition", "with_statement")
        else { return true }
        let leaves = node.lastChild?.isOne(of: "return_statement", "raise_statement") ?? false
        e.openBlock(until: node.after, leaves ? .forgets : .joins)
        return true
    }

    /// Its names are there before they are said.
    static func comprehension(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.openBlock(until: node.after, .forgets)
        for clause in node.children() where clause.is("for_in_clause") {
            if let left = clause["left"] { e.declareAll(in: left) }
        }
        return true
    }

    private static func unknown(_ e: Extractor, _ pattern: SyntaxNode) {
        if pattern.is("identifier") { return e.assign(pattern, value: nil) }
        for child in pattern.children()
        where child.isOne(
            of: "identifier", "tuple_pattern", "list_pattern", "pattern_list", "list_splat_pattern")
        {
            unknown(e, child)
        }
    }

    /// `with open(…) as file`, `except Problem as problem`.
    static func pattern(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let target = node["alias"]?.firstChild ?? node["alias"], let value = node.firstChild
        else { return true }
        guard target.is("identifier") else {
            unknown(e, target)
            return true
        }
        let isException = node.parent?.isOne(of: "except_clause", "except_group_clause") ?? false
        if isException, let type = e.instance(of: value) {
            e.hide(target)
            e.declare(e.text(target), as: type)
        } else {
            guard let made = e.expression(of: value), !isException else {
                e.assign(target, value: nil)
                return true
            }
            let isAsync = node.parent?.parent?.parent?.child("async") != nil
            let given = made + (isAsync ? ".__aenter__(0)" : ".__enter__(0)")
            e.hide(target)
            e.bindVariable(target, as: given, behind: e.currentNode, isNew: false)
        }
        return true
    }

    static func casePattern(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.declareAll(in: node)
        return false
    }

    static func outer(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        for name in node.children() {
            if node.is("nonlocal_statement") { e.declareShared(name) } else { e.declareOuter(name) }
        }
        return false
    }

    static func keyword(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.hide(node["name"])
        return true
    }

    /// Of `Optional[A]`, `A | None` and `"A"`, `A`.
    static func namedType(_ e: Extractor, _ type: SyntaxNode) -> SyntaxNode? {
        var type = type
        for _ in 0..<8 {
            if type.isOne(of: "identifier", "attribute", "string") { return type }
            if type.is("type") || type.is("parenthesized_expression") {
                guard let inner = type.firstChild else { return nil }
                type = inner
            } else if type.is("binary_operator") || type.is("union_type") {
                let parts = type.children().filter { !$0.is("none") && e.text($0) != "None" }
                guard parts.count == 1 else { return nil }
                type = parts[0]
            } else if type.isOne(of: "generic_type", "subscript") {
                guard let name = type["value"] ?? type.firstChild else { return nil }
                let last = e.text(name).split(separator: ".").last ?? ""
                guard ["Optional", "Annotated", "Final", "ClassVar"].contains(last) else {
                    return name
                }
                let arguments = type["subscript"] ?? type.child("type_parameter")
                guard let first = arguments else { return nil }
                type = first.is("type_parameter") ? first.firstChild ?? first : first
            } else {
                return nil
            }
        }
        return nil
    }

    /// Whether the last that a method does is to give back what it is called on.
    private static func returnsSelf(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let last = node["body"]?.lastChild, last.is("return_statement"),
            let value = last.firstChild, value.is("identifier")
        else { return false }
        let first = node["parameters"]?.firstChild
        return first?.is("identifier") == true && first.map { e.text($0) } == e.text(value)
    }

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        switch definition.kind {
        case .function, .method, .constructor:
            definition.type = node["return_type"].flatMap { e.instance(of: $0) }
            if node["return_type"] == nil, definition.kind == .method, returnsSelf(e, node) {
                definition.type = "@self"
            }
            var least = 0
            var most = 0
            for parameter in node["parameters"]?.children() ?? [] {
                switch true {
                case parameter.isOne(of: "identifier", "typed_parameter"):
                    if parameter.firstChild?.isOne(
                        of: "list_splat_pattern", "dictionary_splat_pattern") ?? false
                    {
                        most = 1 << 20
                    } else {
                        least += 1
                        most += 1
                    }
                case parameter.isOne(of: "default_parameter", "typed_default_parameter"): most += 1
                case parameter.isOne(of: "list_splat_pattern", "dictionary_splat_pattern"):
                    most = 1 << 20
                default: break
                }
            }
            let decorators =
                node.parent.map { $0.children().filter { $0.is("decorator") } } ?? []
            let texts = decorators.compactMap { $0.firstChild.map { e.text($0) } }
            let isStatic = texts.contains("staticmethod")
            if definition.kind != .function, !isStatic {
                least = max(0, least - 1)
                most = max(0, most - 1)
            }
            definition.arguments = least...max(least, most)
            definition.isStatic = isStatic || texts.contains("classmethod")
        case .variable, .constant, .field:
            definition.type =
                node["type"].flatMap { e.instance(of: $0) }
                ?? node["right"].flatMap { e.expression(of: $0) }
        case .typeAlias:
            definition.type = node["right"].flatMap { e.instance(of: $0) }
        default: break
        }
    }

    // MARK: - Links

    static let links = LinkRules(
        family: "python", layout: .path { PythonModules.segments($0, $1) },
        callName: "__call__", constructors: ["__init__"], inheritsConstructors: true,
        builtIns: PythonModules.builtIns,
        commonMembers: PythonModules.commonMembers, exportsImports: true,
        importsMayDiffer: true, handedOnNames: "__all__",
        transparentMembers: ["__aenter__", "__enter__"],
        module: { PythonModules.module($0, $1, $2) })

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
