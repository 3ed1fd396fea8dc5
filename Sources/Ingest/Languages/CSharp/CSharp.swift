// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let cSharp = Language(
        name: "csharp", grammar: GrammarFolder.Name("c_sharp"), extensions: ["cs", "csx"],
        rules: .all(
            [
                "if_statement", "for_statement", "foreach_statement", "while_statement",
                "do_statement", "catch_clause", "conditional_expression", "switch_section",
                "switch_expression_arm", "&&", "||", "??",
            ], .branch)
            + .all(
                [
                    "parameter", "variable_declaration", "cast_expression", "as_expression",
                    "typeof_expression", "declaration_pattern", "catch_declaration",
                    "array_creation_expression", "recursive_pattern",
                    "type_pattern", "default_expression", "is_expression",
                ], .visit(CSharp.typed))
            + [
                "comment": .comment, "lambda_expression": .closure,
                "anonymous_method_expression": .closure,
                "using_directive": .visit(CSharp.using),
                "namespace_declaration": .visit(CSharp.namespace),
                "file_scoped_namespace_declaration": .visit(CSharp.fileNamespace),
                "class_declaration": .visit { CSharp.type($0, $1, .class) },
                "record_declaration": .visit { CSharp.type($0, $1, .class) },
                "struct_declaration": .visit { CSharp.type($0, $1, .struct) },
                "interface_declaration": .visit { CSharp.type($0, $1, .interface) },
                "enum_declaration": .visit { CSharp.type($0, $1, .enum) },
                "enum_member_declaration": .define(.enumMember, body: "value"),
                "delegate_declaration": .define(.typeAlias),
                "method_declaration": .visit { CSharp.member($0, $1, .method) },
                "local_function_statement": .visit { CSharp.member($0, $1, .function) },
                "constructor_declaration": .define(.constructor),
                "destructor_declaration": .visit { e, node in
                    if let name = node["name"] {
                        e.hide(name)
                        e.define(.method, node, named: "~" + e.text(name), body: node["body"])
                    }
                    return true
                },
                "operator_declaration": .visit(CSharp.operatorMember),
                "conversion_operator_declaration": .visit(CSharp.operatorMember),
                "indexer_declaration": .visit { e, node in
                    CSharp.typed(e, node)
                    e.define(.property, node, named: "this[]", body: node["accessors"])
                    return true
                },
                "property_declaration": .visit { CSharp.member($0, $1, .property) },
                "event_declaration": .visit { CSharp.member($0, $1, .property) },
                "field_declaration": .visit(CSharp.fields),
                "event_field_declaration": .visit(CSharp.fields),
                "type_parameter": .typeParameter(),
                "type_argument_list": .visit { e, node in
                    e.referAll(.uses, in: node)
                    return false
                },
                "invocation_expression": .refer(.calls, "function"),
                "object_creation_expression": .visit(CSharp.construction),
                "constructor_initializer": .leaf,
                "attribute": .refer(.uses, "name"),
            ],
        shapes: [
            "identifier": .name, "this": .name, "base": .name,
            "qualified_name": .member("qualifier", "name"),
            "alias_qualified_name": .member("alias", "name"),
            "member_access_expression": .member("expression", "name"),
            "generic_name": .inner, "conditional_access_expression": .pair,
            "member_binding_expression": .inner,
            "invocation_expression": .call("function"),
            "object_creation_expression": .call("type"), "parenthesized_expression": .inner,
            "element_access_expression": .field("expression"), "await_expression": .inner,
        ],
        docs: .triple, builtIns: ["var"],
        visibility: { e, node, _ in CSharp.visibility(e, node) },
        test: { e, node, _, _ in CSharp.test(e, node) })
}

private enum CSharp {
    static func visibility(_ e: Extractor, _ node: SyntaxNode) -> Visibility {
        var isProtected = false
        for modifier in node.children() where modifier.is("modifier") {
            switch e.text(modifier) {
            case "public": return .public
            case "protected": isProtected = true
            case "internal": return isProtected ? .protected : .internal
            case "private": return .private
            default: break
            }
        }
        if isProtected { return .protected }
        if e.scope.kind == .interface || e.scope.kind == .enum { return .public }
        return e.isInType ? .private : .internal
    }

    @discardableResult
    static func typed(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.referAll(.uses, in: node["type"])
        e.hideAll(in: node["type"])
        return true
    }

    static func using(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        guard let name = node.children().last, let path = e.path(of: name) else { return false }
        e.refer(.imports, path, line: node.line)
        return false
    }

    static func namespace(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"], let path = e.path(of: name) else { return true }
        e.define(.namespace, node, named: path, body: node["body"])
        return true
    }

    static func fileNamespace(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"], let path = e.path(of: name) else { return true }
        e.openNamespace(.namespace, node, named: path)
        return false
    }

    static func type(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(kind, node, name: name, body: node["body"])
        for parameter in node.child("type_parameter_list")?.children() ?? [] {
            e.declareLocalType(parameter["name"])
        }
        var isFirst = true
        for base in node.child("base_list")?.children() ?? [] where !base.is("argument_list") {
            // By its name an interface begins with I; the language itself does not tell.
            let name = e.path(of: base).flatMap { $0.split(separator: ".").last } ?? ""
            let isInterface =
                name.utf8.count > 1 && name.hasPrefix("I")
                && name.dropFirst().first?.isUppercase == true
            let isExtended = kind == .interface || (isFirst && kind == .class && !isInterface)
            e.refer(isExtended ? .extends : .implements, base)
            if base.is("generic_name") { e.referAll(.uses, in: base.child("type_argument_list")) }
            isFirst = false
        }
        if node.is("record_declaration") {
            for parameter in node.child("parameter_list")?.children() ?? [] {
                guard let name = parameter["name"] else { continue }
                e.defineVariable(.property, parameter, name: name, value: nil, visibility: .public)
            }
        }
        return true
    }

    static func member(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard let name = node["name"] else { return true }
        let types = [node["returns"], node["type"]]
        e.define(
            kind, node, name: name, body: node["body"] ?? node["accessors"] ?? node["value"])
        for parameter in node["type_parameters"]?.children() ?? [] {
            e.declareLocalType(parameter["name"])
        }
        for type in types {
            e.referAll(.uses, in: type)
            e.hideAll(in: type)
        }
        return true
    }

    static func operatorMember(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let sign = node["operator"].map { e.text($0) } ?? node["type"].map { e.text($0) } ?? ""
        e.define(.method, node, named: "operator \(e.cleaned(sign))", body: node["body"])
        return typed(e, node)
    }

    static func fields(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let isConstant = node.children().contains { $0.is("modifier") && e.text($0) == "const" }
        let declarators = (node.child("variable_declaration")?.children() ?? [])
            .filter { $0.is("variable_declarator") }
        for declarator in declarators {
            guard let name = declarator["name"] else { continue }
            e.defineVariable(
                isConstant ? .constant : .field, node, name: name,
                value: declarator.children().dropFirst().first, isOnly: declarators.count == 1)
        }
        return true
    }

    static func construction(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.refer(.calls, node["type"])
        return true
    }

    private static let testAttributes: Set<String> = [
        "Fact", "Theory", "Test", "TestCase", "TestMethod", "TestClass", "TestFixture", "SetUp",
        "TearDown", "OneTimeSetUp", "OneTimeTearDown", "DataTestMethod", "TestInitialize",
        "TestCleanup", "TestCaseSource", "Benchmark",
    ]

    static func test(_ e: Extractor, _ node: SyntaxNode) -> TestReason? {
        for list in node.children(atMost: 8) where list.is("attribute_list") {
            for attribute in list.children() {
                guard let name = attribute["name"], let path = e.path(of: name) else { continue }
                let last = path.split(separator: ".").last.map { String($0) } ?? path
                if testAttributes.contains(last) { return TestReason("[\(path)]") }
            }
        }
        return nil
    }
}
