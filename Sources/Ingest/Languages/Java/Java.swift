// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let java = Language(
        name: "java", grammar: GrammarFolder.Name("java"), extensions: ["java"],
        rules: .all(
            [
                "if_statement", "for_statement", "enhanced_for_statement", "while_statement",
                "do_statement", "catch_clause", "ternary_expression", "switch_label", "&&", "||",
            ], .branch)
            + [
                "line_comment": .comment, "block_comment": .comment, "lambda_expression": .closure,
                "class_declaration": .visit { Java.type($0, $1, .class) },
                "record_declaration": .visit { Java.type($0, $1, .class) },
                "interface_declaration": .visit { Java.type($0, $1, .interface) },
                "annotation_type_declaration": .visit { Java.type($0, $1, .interface) },
                "enum_declaration": .visit { Java.type($0, $1, .enum) },
                "enum_constant": .define(.enumMember),
                "method_declaration": .define(.method),
                "annotation_type_element_declaration": .define(.method),
                "constructor_declaration": .define(.constructor),
                "compact_constructor_declaration": .define(.constructor),
                "field_declaration": .visit(Java.field),
                "constant_declaration": .visit(Java.field),
                "import_declaration": .visit(Java.imports),
                "package_declaration": .leaf,
                "method_invocation": .visit(Java.call),
                "object_creation_expression": .visit(Java.construction),
                "explicit_constructor_invocation": .refer(.calls, "constructor"),
                "method_reference": .visit(Java.methodReference),
                "marker_annotation": .visit(Java.annotation),
                "annotation": .visit(Java.annotation),
                "type_identifier": .name(.uses), "scoped_type_identifier": .name(.uses),
                "type_parameter": .visit(Java.typeParameter),
            ],
        shapes: [
            "identifier": .name, "type_identifier": .name, "this": .name, "super": .name,
            "scoped_identifier": .member("scope", "name"), "scoped_type_identifier": .name,
            "field_access": .member("object", "field"),
            "method_invocation": .member("object", "name"),
            "generic_type": .inner, "object_creation_expression": .call("type"),
            "parenthesized_expression": .inner, "array_access": .field("array"),
        ],
        docs: .block,
        builtIns: ["String", "Object", "Integer", "Long", "Boolean", "Double", "Void", "var"],
        visibility: { e, node, _ in Java.visibility(e, node) },
        test: { e, node, _, _ in Java.test(e, node) },
        testFile: { Java.testFile($0) })
}

private enum Java {
    static func modifiers(_ e: Extractor, _ node: SyntaxNode) -> SyntaxNode? {
        node.child("modifiers", amongFirst: 1)
    }

    static func visibility(_ e: Extractor, _ node: SyntaxNode) -> Visibility {
        for word in modifiers(e, node)?.allChildren.map({ $0 }) ?? [] {
            if word.is("public") { return .public }
            if word.is("protected") { return .protected }
            if word.is("private") { return .private }
        }
        return e.scope.kind == .interface || node.is("enum_constant") ? .public : .package
    }

    static func type(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(kind, node, name: name, body: node["body"])
        if let parameters = node["type_parameters"] {
            for parameter in parameters.children() { _ = typeParameter(e, parameter) }
        }
        if let parent = node["superclass"]?.firstChild { e.refer(.extends, parent) }
        let lists = [node["interfaces"], node.child("extends_interfaces")]
        for list in lists.compactMap({ $0?.child("type_list") }) {
            for parent in list.children() {
                e.refer(kind == .interface ? .extends : .implements, parent)
            }
        }
        if node.is("record_declaration") {
            for parameter in node["parameters"]?.children() ?? [] {
                guard let name = parameter["name"] else { continue }
                e.defineVariable(.field, parameter, name: name, value: nil, visibility: .public)
            }
        }
        return true
    }

    static func typeParameter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.declareLocalType(node.child("type_identifier"))
        return true
    }

    static func field(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let words = modifiers(e, node)?.allChildren.map { $0 } ?? []
        let isConstant =
            node.is("constant_declaration")
            || (words.contains { $0.is("static") } && words.contains { $0.is("final") })
        let declarators = node.children("declarator")
        for declarator in declarators {
            guard let name = declarator["name"] else { continue }
            e.defineVariable(
                isConstant ? .constant : .field, node, name: name, value: declarator["value"],
                isOnly: declarators.count == 1)
        }
        return true
    }

    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        guard let name = node.firstChild, let path = e.path(of: name) else { return false }
        e.refer(
            .imports, node.child("asterisk") == nil ? path : path + ".*", line: node.line)
        return false
    }

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let receiver = node["object"].flatMap { object -> String? in
            let path = e.path(of: object)
            return object.is("method_invocation") ? path.map { $0 + "()" } : path ?? "?"
        }
        let text = e.text(name)
        e.refer(.calls, receiver.map { "\($0).\(text)" } ?? text, line: name.line)
        return true
    }

    static func construction(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.refer(.calls, node["type"])
        e.hide(node["type"])
        return true
    }

    static func methodReference(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let parts = node.children()
        guard parts.count == 2, let receiver = e.path(of: parts[0]) else { return true }
        e.refer(.uses, "\(receiver).\(e.text(parts[1]))", line: node.line)
        return true
    }

    static func annotation(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node["name"], let path = e.path(of: name),
            !["Override", "Deprecated", "SuppressWarnings"].contains(path)
        {
            e.refer(.uses, path, line: node.line)
        }
        return true
    }

    // MARK: - Tests

    private static let testAnnotations: Set<String> = [
        "Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate", "BeforeEach",
        "AfterEach", "BeforeAll", "AfterAll", "Before", "After", "BeforeClass", "AfterClass",
        "BeforeMethod", "AfterMethod",
    ]

    static func test(_ e: Extractor, _ node: SyntaxNode) -> TestReason? {
        for annotation in modifiers(e, node)?.children() ?? [] {
            guard annotation.isOne(of: "marker_annotation", "annotation"),
                let name = annotation["name"], let path = e.path(of: name)
            else { continue }
            let last = path.split(separator: ".").last.map { String($0) } ?? path
            // With arguments they are advice, of AspectJ.
            let isAdvice =
                ["Before", "After"].contains(last) && annotation["arguments"]?.firstChild != nil
            if !isAdvice, testAnnotations.contains(last) { return TestReason("@\(path)") }
        }
        return nil
    }

    /// Maven and Gradle keep tests apart.
    static func testFile(_ path: String) -> TestReason? {
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() where part == "src" && index + 1 < parts.count {
            if parts[index + 1] == "test" || parts[index + 1] == "androidTest" {
                return TestReason("in src/\(parts[index + 1])")
            }
        }
        return nil
    }
}
