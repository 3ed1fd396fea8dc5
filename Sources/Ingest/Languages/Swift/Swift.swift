// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let swift = Language(
        name: "swift", grammar: GrammarFolder.Name("swift"), extensions: ["swift"],
        rules: .all(
            [
                "if_statement", "guard_statement", "for_statement", "while_statement",
                "repeat_while_statement", "switch_entry", "catch_block", "ternary_expression",
                "conjunction_expression", "disjunction_expression", "nil_coalescing_expression",
            ], .branch)
            + [
                "comment": .comment, "multiline_comment": .comment, "lambda_literal": .closure,
                "import_declaration": .visit(SwiftRules.imports),
                "class_declaration": .visit(SwiftRules.type),
                "protocol_declaration": .visit(SwiftRules.protocolType),
                "function_declaration": .visit(SwiftRules.function),
                "protocol_function_declaration": .visit(SwiftRules.function),
                "init_declaration": .visit { e, node in
                    e.define(.constructor, node, named: "init", body: node["body"])
                    return true
                },
                "deinit_declaration": .visit { e, node in
                    e.define(.method, node, named: "deinit", body: node["body"])
                    return true
                },
                "subscript_declaration": .visit { e, node in
                    e.define(
                        .property, node, named: "subscript", body: node.child("computed_property"))
                    return true
                },
                "property_declaration": .visit(SwiftRules.property),
                "protocol_property_declaration": .visit(SwiftRules.property),
                "enum_entry": .visit(SwiftRules.enumEntry),
                "typealias_declaration": .visit { SwiftRules.alias($0, $1, body: "value") },
                "associatedtype_declaration": .visit { SwiftRules.alias($0, $1, body: "value") },
                "macro_declaration": .visit(SwiftRules.macro),
                "operator_declaration": .leaf, "precedence_group_declaration": .leaf,
                "inheritance_specifier": .visit(SwiftRules.inheritance),
                "type_parameter": .visit(SwiftRules.typeParameter),
                "attribute": .visit(SwiftRules.attribute),
                "call_expression": .visit(SwiftRules.call),
                "constructor_expression": .refer(.calls, "constructed_type"),
                "macro_invocation": .visit(SwiftRules.macroCall),
                "user_type": .visit(SwiftRules.typeUse),
            ],
        shapes: [
            "simple_identifier": .name, "type_identifier": .name, "self_expression": .name,
            "super_expression": .name, "identifier": .name,
            "user_type": .separatedChildren,
            "navigation_expression": .member("target", "suffix"),
            "navigation_suffix": .field("suffix"), "call_expression": .callFirst,
            "constructor_expression": .call("constructed_type"),
            "try_expression": .field("expr"),
            "await_expression": .field("expr"), "tuple_expression": .field("value"),
            "postfix_expression": .field("target"), "prefix_expression": .field("target"),
            "optional_type": .inner, "array_type": .inner, "macro_invocation": .callFirst,
        ],
        docs: .triple,
        builtIns: [
            "Any", "AnyObject", "Bool", "Character", "Double", "Float", "Int", "Int16", "Int32",
            "Int64", "Int8", "Never", "Self", "String", "UInt", "UInt16", "UInt32", "UInt64",
            "UInt8", "Void",
        ],
        visibility: { e, node, _ in SwiftRules.visibility(e, node) },
        test: { e, node, kind, name in SwiftRules.test(e, node, kind, name) })
}

private enum SwiftRules {
    static func modifiers(_ node: SyntaxNode) -> [SyntaxNode] {
        node.child("modifiers", amongFirst: 1)?.children() ?? []
    }

    static func visibility(_ e: Extractor, _ node: SyntaxNode) -> Visibility {
        for modifier in modifiers(node) where modifier.is("visibility_modifier") {
            switch e.text(modifier) {
            case "public", "open": return .public
            case "package": return .package
            case "private", "fileprivate": return .private
            case "internal": return .internal
            default: break
            }
        }
        if e.scope.kind == .protocol || node.is("enum_entry") {
            return e.visibilityOfScope
        }
        // Of an extension it is the extension's.
        return e.scope.isDefinition ? .internal : e.scope.memberVisibility ?? .internal
    }

    private static func kind(_ e: Extractor, _ node: SyntaxNode) -> (EntityKind, isExtension: Bool)
    {
        guard let word = node["declaration_kind"] else { return (.class, false) }
        switch e.text(word) {
        case "struct": return (.struct, false)
        case "enum": return (.enum, false)
        case "extension": return (.struct, true)
        default: return (.class, false)
        }
    }

    static func type(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let (kind, isExtension) = kind(e, node)
        guard isExtension else {
            e.define(kind, node, name: name, body: node["body"])
            return true
        }
        let own =
            modifiers(node).contains { $0.is("visibility_modifier") }
            ? visibility(e, node) : nil
        e.hideAll(in: name)
        e.extend(e.path(of: name) ?? e.text(name), node)
        if let own { e.setMemberVisibility(own) }
        return true
    }

    static func protocolType(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(.protocol, node, name: name, body: node["body"])
        return true
    }

    /// A method's name says with its labels which of several it is, but callers write it without:
    /// so it is kept, and the signature tells.
    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let kind: EntityKind = e.isInType ? .method : .function
        if let name = node["name"], name.is("simple_identifier") {
            e.define(kind, node, name: name, body: node["body"])
            return true
        }
        // An operator is a token of its own.
        var isNext = false
        for token in node.allChildren {
            if isNext {
                e.define(kind, node, named: e.text(token), body: node["body"])
                return true
            }
            isNext = token.is("func")
        }
        return true
    }

    static func property(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard !e.isInFunction else { return true }
        let binding =
            node.child("value_binding_pattern")
            ?? node["name"]?.child("value_binding_pattern")
        let isLet = binding.map { e.text($0).hasPrefix("let") } ?? false
        let isComputed =
            node["computed_value"] != nil || node.is("protocol_property_declaration")
        let kind: EntityKind =
            e.isInType ? isComputed ? .property : .field : isLet ? .constant : .variable
        let value = node["computed_value"] ?? node["value"]
        let names = node.children("name").flatMap(boundNames)
        for name in names {
            e.defineVariable(kind, node, name: name, value: value, isOnly: names.count == 1)
        }
        return true
    }

    /// Of `(p, (q, r))` there are several.
    private static func boundNames(_ pattern: SyntaxNode) -> [SyntaxNode] {
        var names: [SyntaxNode] = []
        var pending = [pattern]
        while let node = pending.popLast() {
            if let name = node["bound_identifier"] {
                names.append(name)
            } else if node.is("simple_identifier") {
                names.append(node)
            } else if node.is("pattern") {
                pending += node.children().reversed()
            }
        }
        return names
    }

    static func enumEntry(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let names = node.children("name").filter { $0.is("simple_identifier") }
        for name in names {
            e.defineVariable(
                .enumMember, node, name: name, value: nil, isOnly: names.count == 1)
        }
        return true
    }

    static func alias(_ e: Extractor, _ node: SyntaxNode, body: StaticString) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(.typeAlias, node, name: name, body: node[body])
        return true
    }

    static func macro(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node.child("simple_identifier") else { return true }
        e.define(.macro, node, name: name, body: node["definition"])
        return true
    }

    // MARK: - References

    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        if let name = node.child("identifier") { e.refer(.imports, name) }
        return false
    }

    /// What a class names first may be a class or a protocol; the linker can tell, the text cannot.
    static func inheritance(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let type = node["inherits_from"] else { return true }
        let isFirst = node.previous?.is("inheritance_specifier") != true
        let extends =
            e.scope.kind == .protocol
            || (e.scope.kind == .class && e.scope.isDefinition && isFirst)
        e.refer(extends ? .extends : .implements, type)
        return true
    }

    static func typeParameter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.declareLocalType(node.child("type_identifier"))
        return true
    }

    private static let builtInAttributes: Set<String> = [
        "available", "autoclosure", "convention", "discardableResult", "dynamicCallable",
        "dynamicMemberLookup", "escaping", "exclusivity", "frozen", "inlinable", "inline", "main",
        "MainActor", "nonobjc", "objc", "preconcurrency", "resultBuilder", "retroactive",
        "Sendable", "Suite", "Test", "testable", "unchecked", "unknown", "usableFromInline",
        "warn_unqualified_access", "_exported", "_implementationOnly",
    ]

    static func attribute(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.child("user_type"), let path = e.path(of: name),
            !builtInAttributes.contains(path)
        {
            e.refer(.uses, name)
        }
        e.hideAll(in: node.child("user_type"))
        return true
    }

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let callee = node.firstChild { e.refer(.calls, callee) }
        return true
    }

    static func macroCall(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.child("simple_identifier") { e.refer(.calls, name) }
        return true
    }

    static func typeUse(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.refer(.uses, node)
        return true
    }

    // MARK: - Tests

    static func test(
        _ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind, _ name: String
    ) -> TestReason? {
        for attribute in modifiers(node) where attribute.is("attribute") {
            guard let type = attribute.child("user_type") else { continue }
            let name = e.text(type)
            if name == "Test" || name == "Suite" { return TestReason("@\(name)") }
        }
        guard kind == .class else { return nil }
        for specifier in node.children() where specifier.is("inheritance_specifier") {
            if let type = specifier["inherits_from"], let path = e.path(of: type),
                path.hasSuffix("XCTestCase")
            {
                return TestReason("extends \(path)")
            }
        }
        return nil
    }
}
