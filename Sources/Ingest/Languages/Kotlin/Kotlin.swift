// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let kotlin = Language(
        name: "kotlin", grammar: GrammarFolder.Name("kotlin"), extensions: ["kt", "kts"],
        rules: .all(
            [
                "if_expression", "for_statement", "while_statement", "do_while_statement",
                "when_entry", "catch_block", "&&", "||", "?:",
            ], .branch)
            + [
                "line_comment": .comment, "block_comment": .comment, "lambda_literal": .closure,
                "anonymous_function": .closure,
                "package_header": .leaf, "import": .visit(Kotlin.imports),
                "class_declaration": .visit(Kotlin.type),
                "object_declaration": .visit { e, node in
                    if let name = node["name"] {
                        e.define(.class, node, name: name, body: node.child("class_body"))
                    }
                    return true
                },
                "companion_object": .visit { e, node in
                    e.define(
                        .class, node, named: node["name"].map { e.text($0) } ?? "Companion",
                        body: node.child("class_body"))
                    return true
                },
                "function_declaration": .visit(Kotlin.function),
                "secondary_constructor": .visit { e, node in
                    e.define(.constructor, node, named: "constructor", body: node.child("block"))
                    return true
                },
                "property_declaration": .visit(Kotlin.property),
                "class_parameter": .visit(Kotlin.parameter),
                "enum_entry": .visit { e, node in
                    if let name = node.child("identifier") {
                        e.define(.enumMember, node, name: name, body: node.child("class_body"))
                    }
                    return true
                },
                "type_alias": .visit { e, node in
                    if let name = node.child("identifier") {
                        e.define(.typeAlias, node, name: name)
                    }
                    return true
                },
                "delegation_specifier": .visit(Kotlin.delegation),
                "type_parameter": .visit { e, node in
                    e.declareLocalType(node.child("identifier"))
                    return true
                },
                "annotation": .visit(Kotlin.annotation),
                "call_expression": .visit { e, node in
                    e.refer(.calls, node.firstChild)
                    return true
                },
                "user_type": .visit { e, node in
                    e.refer(.uses, node)
                    return true
                },
            ],
        shapes: [
            "identifier": .name, "this_expression": .name, "super_expression": .name,
            "qualified_identifier": .separatedChildren, "user_type": .separatedChildren,
            "navigation_expression": .pair, "call_expression": .callFirst,
            "unary_expression": .field("argument"), "parenthesized_expression": .inner,
            "nullable_type": .inner, "constructor_invocation": .inner, "index_expression": .inner,
        ],
        docs: .block,
        builtIns: [
            "Any", "Boolean", "Byte", "Char", "Double", "Float", "Int", "Long", "Nothing",
            "Short", "String", "Unit",
        ],
        visibility: { e, node, _ in
            let modifier = node.child("modifiers")?.child("visibility_modifier")
            switch modifier.map({ e.text($0) }) {
            case "private": return .private
            case "protected": return .protected
            case "internal": return .internal
            default: return .public
            }
        },
        test: { e, node, _, _ in Kotlin.test(e, node) },
        testFile: { path in
            let parts = path.split(separator: "/")
            for (index, part) in parts.enumerated() where part == "src" && index + 1 < parts.count {
                let next = parts[index + 1]
                if next == "test" || next == "androidTest" || next.hasSuffix("Test") {
                    return TestReason("in src/\(next)")
                }
            }
            return nil
        })
}

private enum Kotlin {
    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        guard let name = node.child("qualified_identifier"), let path = e.path(of: name) else {
            return false
        }
        let isAll = node.allChildren.contains { $0.is("*") }
        e.refer(.imports, isAll ? path + ".*" : path, line: node.line)
        return false
    }

    static func type(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let words = node.allChildren
        let isEnum =
            node.child("modifiers")?.allChildren.contains {
                $0.is("class_modifier") && e.has($0, text: "enum")
            } ?? false
        let kind: EntityKind =
            isEnum ? .enum : words.contains { $0.is("interface") } ? .interface : .class
        e.define(
            kind, node, name: name,
            body: node.child("class_body") ?? node.child("enum_class_body"))
        return true
    }

    /// An extension's is a member of nothing here: its receiver is mostly another's type.
    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(
            e.isInType ? .method : .function, node, name: name, body: node.child("function_body"))
        return true
    }

    static func property(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard !e.isInFunction else { return true }
        let isConstant = node.allChildren.contains { $0.is("val") }
        for name
            in (node.child("variable_declaration").map { [$0] }
            ?? node.child("multi_variable_declaration")?.children() ?? [])
            .compactMap({ $0.child("identifier") })
        {
            e.defineVariable(
                e.isInType ? .property : isConstant ? .constant : .variable, node, name: name,
                value: nil, isOnly: node.child("variable_declaration") != nil)
        }
        return true
    }

    /// `val` and `var` before a parameter make a property of it.
    static func parameter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.isInType, node.allChildren.contains(where: { $0.isOne(of: "val", "var") }),
            let name = node.child("identifier")
        else { return true }
        e.defineVariable(.property, node, name: name, value: nil)
        return true
    }

    /// A class is called when it is extended, an interface is not.
    static func delegation(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let inner = node.firstChild else { return true }
        let isCalled = inner.is("constructor_invocation")
        e.refer(
            isCalled || e.scope.kind == .interface ? .extends : .implements,
            isCalled ? inner.firstChild : inner)
        return true
    }

    static func annotation(_ e: Extractor, _ node: SyntaxNode) -> Bool { true }

    private static let testAnnotations: Set<String> = [
        "Test", "ParameterizedTest", "BeforeEach", "AfterEach", "Before", "After",
    ]

    static func test(_ e: Extractor, _ node: SyntaxNode) -> TestReason? {
        for annotation in node.child("modifiers")?.children() ?? []
        where annotation.is("annotation") {
            guard let inner = annotation.firstChild, let path = e.path(of: inner) else { continue }
            let last = path.split(separator: ".").last.map { String($0) } ?? path
            guard testAnnotations.contains(last) else { continue }
            // With arguments they are advice, of AspectJ.
            if ["Before", "After"].contains(last), inner.child("value_arguments") != nil {
                continue
            }
            return TestReason("@\(path)")
        }
        return nil
    }
}
