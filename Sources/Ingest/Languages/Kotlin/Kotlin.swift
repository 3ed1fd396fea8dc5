// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let kotlin = Language(
        name: "kotlin", grammar: GrammarFolder.Name("kotlin"), extensions: ["kt", "kts"],
        rules: .all(
            [
                "if_expression", "while_statement", "do_while_statement", "&&", "||", "?:",
            ], .branch)
            + .all(["anonymous_initializer", "getter"], .closure)
            + .all(["block", "when_expression"], .block)
            + [
                "line_comment": .comment, "block_comment": .comment,
                "lambda_literal": .visit(Kotlin.lambda), "anonymous_function": .closure,
                "package_header": .visit(Kotlin.package), "import": .visit(Kotlin.imports),
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
                "object_literal": .visit(Kotlin.object),
                "function_declaration": .visit(Kotlin.function),
                "secondary_constructor": .visit { e, node in
                    e.define(.constructor, node, named: "constructor", body: node.child("block"))
                    return true
                },
                "constructor_delegation_call": .visit(Kotlin.constructorCall),
                "property_declaration": .visit(Kotlin.property),
                "setter": .visit { e, node in
                    e.nest(node, as: .function)
                    e.declare(node.child("identifier"))
                    return true
                },
                "class_parameter": .visit(Kotlin.parameter),
                "parameter": .visit { e, node in
                    e.declare(node.child("identifier"), type: Kotlin.type(in: node))
                    return true
                },
                "for_statement": .visit { e, node in
                    e.countBranch()
                    e.openBlock()
                    Kotlin.declare(e, node, value: nil)
                    return true
                },
                "when_entry": .visit(Kotlin.entry),
                // What is known of a name behind it depends on where that is.
                "is_expression": .visit { e, node in
                    if let name = node["left"], name.is("identifier") {
                        e.use(name)
                        e.declare(name)
                    }
                    return true
                },
                "when_subject": .visit { e, node in
                    Kotlin.declare(e, node, value: node.lastChild)
                    return true
                },
                "catch_block": .visit { e, node in
                    e.countBranch()
                    e.openBlock()
                    e.declare(node.child("identifier"), type: Kotlin.type(in: node))
                    return true
                },
                "enum_entry": .visit(Kotlin.enumEntry),
                "type_alias": .visit { e, node in
                    if let name = node.child("identifier") {
                        e.define(.typeAlias, node, name: name)
                    }
                    return true
                },
                "delegation_specifier": .visit(Kotlin.delegation),
                "type_parameter": .visit { e, node in
                    e.declareLocalType(
                        node.child("identifier"), bound: Kotlin.type(in: node))
                    return true
                },
                "type_constraint": .visit { e, node in
                    e.hide(node.firstChild)
                    return true
                },
                "call_expression": .visit(Kotlin.call),
                "binary_expression": .visit(Kotlin.comparison),
                "infix_expression": .visit(Kotlin.infix),
                "user_type": .visit { e, node in
                    e.refer(.uses, node)
                    for child in node.children() where child.is("identifier") { e.hide(child) }
                    return true
                },
                "value_argument": .visit { e, node in
                    if node.allChildren.contains(where: { $0.is("=") }) { e.hide(node.firstChild) }
                    return true
                },
                "identifier": .visit(Kotlin.use),
                "navigation_expression": .visit(Kotlin.navigation),
                "callable_reference": .visit(Kotlin.reference),
                "label": .leaf, "this_expression": .leaf, "super_expression": .leaf,
                "return_expression": .visit { e, node in
                    e.hide(node["label"])
                    return true
                },
            ],
        shapes: [
            "identifier": .name, "this_expression": .name, "super_expression": .name,
            "qualified_identifier": .separatedChildren, "user_type": .separatedChildren,
            "navigation_expression": .pair, "call_expression": .callFirst,
            "parenthesized_expression": .inner, "as_expression": .instance("right"),
            "nullable_type": .inner, "constructor_invocation": .inner,
            "unary_expression": .field("argument"), "string_literal": .literal("String"),
        ],
        docs: .block,
        builtIns: [
            "Any", "Boolean", "Byte", "Char", "Double", "Float", "Int", "Long", "Nothing",
            "Short", "String", "Unit",
        ],
        selfNames: ["this"], superNames: ["super"],
        argumentCount: { Kotlin.argumentCount($1) }, callee: { Kotlin.callee($0) },
        namedType: { Kotlin.namedType($1) }, links: Kotlin.links,
        details: { Kotlin.details($0, $1, &$2) },
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

enum Kotlin {
    static func package(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.child("qualified_identifier") ?? node.child("identifier") {
            e.facts.package = e.path(of: name) ?? ""
        }
        return false
    }

    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        guard let name = node.child("qualified_identifier"), let path = e.path(of: name) else {
            return false
        }
        if node.allChildren.contains(where: { $0.is("*") }) {
            e.addImport(path, "*", as: "", node)
        } else {
            let parts = LinkedFile.parts(path)
            guard let last = parts.last else { return false }
            let alias = node.child("identifier").map { e.text($0) } ?? last
            e.addImport(parts.dropLast().joined(separator: "."), last, as: alias, node)
        }
        return false
    }

    // MARK: - Definitions

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
        e.openBlock()
        for parameter in node.child("type_parameters")?.children() ?? [] {
            e.declareLocalType(parameter.child("identifier"), bound: type(in: parameter))
        }
        // What the constructor is called with is there for what gives members their first values.
        for parameter in parameters(of: node) where !isProperty(parameter) {
            guard let name = parameter.child("identifier") else { continue }
            e.hide(name)
            let value = isVariadic(e, parameter) ? nil : type(in: parameter)
            e.bind(
                e.text(name), .value(value.flatMap { e.instance(of: $0) } ?? "?"), behind: nil,
                isNew: true)
        }
        return true
    }

    static func parameters(of type: SyntaxNode) -> [SyntaxNode] {
        (type.child("primary_constructor")?.child("class_parameters")?.children() ?? [])
            .filter { $0.is("class_parameter") }
    }

    private static func isProperty(_ parameter: SyntaxNode) -> Bool {
        parameter.allChildren.contains { $0.isOne(of: "val", "var") }
    }

    static func isVariadic(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        node.child("modifiers").map { e.text($0).contains("vararg") } ?? false
    }

    /// `object : A {…}` is a class without a name.
    static func object(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let base = node.child("delegation_specifiers")?.firstChild?.firstChild
        let named = base.map { $0.is("user_type") ? $0 : $0.child("user_type") ?? $0 }
        let name = named.flatMap { e.path(of: $0) }.flatMap { LinkedFile.parts($0).last }
        e.define(
            .class, node, named: "$" + (name ?? "object"), body: node.child("class_body"),
            visibility: .private)
        e.openBlock()
        e.bind("this", .itself, behind: nil, isNew: true)
        return true
    }

    /// An extension's name is of what it stands in: its receiver is mostly another's type.
    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(
            e.isInType ? .method : .function, node, name: name, body: node.child("function_body"))
        for parameter in node.child("type_parameters")?.children() ?? [] {
            e.declareLocalType(parameter.child("identifier"), bound: type(in: parameter))
        }
        if e.isMethod, let type = node.parent?.parent {
            for parameter in parameters(of: type) where !isProperty(parameter) {
                if let name = parameter.child("identifier") { e.declareOuter(name) }
            }
        }
        return true
    }

    static func property(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if e.isInFunction, !e.isInType {
            declare(e, node, value: value(of: node))
            return true
        }
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

    static func value(of node: SyntaxNode) -> SyntaxNode? {
        let children = node.allChildren.map { $0 }
        guard let sign = children.firstIndex(where: { $0.is("=") }) else { return nil }
        return children.dropFirst(sign + 1).first { $0.isNamed }
    }

    /// The names of a node that declares some.
    static func declare(_ e: Extractor, _ node: SyntaxNode, value: SyntaxNode?) {
        if let variable = node.child("variable_declaration") {
            e.declare(variable.child("identifier"), type: type(in: variable), value: value)
        } else if let variables = node.child("multi_variable_declaration") {
            for variable in variables.children() { e.declare(variable.child("identifier")) }
        }
    }

    /// `val` and `var` before a parameter make a property of it.
    static func parameter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.isInType, isProperty(node), let name = node.child("identifier") else {
            return true
        }
        e.defineVariable(.property, node, name: name, value: nil)
        return true
    }

    static func enumEntry(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node.child("identifier") else { return true }
        e.define(.enumMember, node, name: name, body: node.child("class_body"))
        if node.child("value_arguments") != nil, let type = node.parent?.parent?["name"] {
            e.refer(
                .calls, e.text(type) + "^", line: node.line, argumentCount: argumentCount(node))
        }
        return true
    }

    /// A class is called when it is extended, an interface is not.
    static func delegation(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let inner = node.firstChild else { return true }
        let isCalled = inner.is("constructor_invocation")
        guard let type = isCalled || inner.is("explicit_delegation") ? inner.firstChild : inner
        else { return true }
        e.refer(isCalled || e.scope.kind == .interface ? .extends : .implements, type)
        if isCalled, let path = e.path(of: type) {
            e.refer(
                .calls, path + "^", line: inner.line, argumentCount: argumentCount(inner))
        }
        return true
    }

    static func annotation(_ e: Extractor, _ node: SyntaxNode) -> Bool { true }

}
