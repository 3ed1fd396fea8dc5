// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let swift = Language(
        name: "swift", grammar: GrammarFolder.Name("swift"), extensions: ["swift"],
        rules: .all(
            [
                "guard_statement", "while_statement", "repeat_while_statement",
                "ternary_expression",
                "conjunction_expression", "disjunction_expression", "nil_coalescing_expression",
            ], .branch)
            + [
                "comment": .comment, "multiline_comment": .comment,
                "lambda_literal": .visit(SwiftRules.closure),
                "if_statement": .visit(SwiftRules.branchingBlock),
                "for_statement": .visit(SwiftRules.branchingBlock),
                "switch_entry": .visit(SwiftRules.branchingBlock),
                "catch_block": .visit(SwiftRules.catchBlock),
                "statements": .block, "pattern": .visit(SwiftRules.pattern),
                "computed_property": .visit(SwiftRules.accessors),
                "computed_setter": .visit(SwiftRules.setter),
                "willset_didset_block": .visit(SwiftRules.observers),
                "simple_identifier": .visit(SwiftRules.name),
                "navigation_expression": .use,
                "prefix_expression": .visit(SwiftRules.prefixed),
                "import_declaration": .visit(SwiftRules.imports),
                "class_declaration": .visit(SwiftRules.type),
                "protocol_declaration": .visit(SwiftRules.protocolType),
                "function_declaration": .visit(SwiftRules.function),
                "protocol_function_declaration": .visit(SwiftRules.function),
                "init_declaration": .visit { e, node in
                    e.define(.constructor, node, named: "init", body: node["body"])
                    SwiftRules.parameters(e, node)
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
            "postfix_expression": .field("target"), "as_expression": .cast,
            "nil_coalescing_expression": .field("value"),
            "ternary_expression": .field("if_true"),
            "prefix_expression": .implicitMember("target"),
            "line_string_literal": .literal("String"), "integer_literal": .literal("Int"),
            "multi_line_string_literal": .literal("String"), "boolean_literal": .literal("Bool"),
            "real_literal": .literal("Double"), "array_literal": .literal("Array"),
            "dictionary_literal": .literal("Dictionary"),
            "optional_type": .inner, "array_type": .inner, "macro_invocation": .callFirst,
        ],
        docs: .triple,
        builtIns: [
            "Any", "AnyObject", "Bool", "Character", "Double", "Float", "Int", "Int16", "Int32",
            "Int64", "Int8", "Never", "Self", "String", "UInt", "UInt16", "UInt32", "UInt64",
            "UInt8", "Void",
        ],
        selfNames: ["self"], superNames: ["super"], selfTypes: ["Self"],
        namedType: { SwiftRules.namedType($0, $1) },
        expected: { SwiftRules.expected($0, $1) },
        wrappedType: { SwiftRules.wrappedType($0, $1) }, links: SwiftModules.rules,
        details: { SwiftRules.details($0, $1, &$2) },
        visibility: { e, node, _ in SwiftRules.visibility(e, node) },
        test: { e, node, kind, name in SwiftRules.test(e, node, kind, name) })
}

enum SwiftRules {
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
        defer { parameters(e, node) }
        if let name = node["name"], name.is("simple_identifier") {
            let types = node.child("type_parameters")?.children() ?? []
            e.define(
                withTypeParameters: types.compactMap { type in
                    type.child("type_identifier").map { ($0, nil) }
                }
            ) {
                e.define(kind, node, name: name, body: node["body"])
            }
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
        if e.isInFunction {
            let names = node.children("name").flatMap(boundNames)
            for name in names {
                let isOnly = names.count == 1
                e.declare(
                    name, type: isOnly ? typeAnnotation(node) : nil,
                    value: isOnly ? node["value"] : nil)
            }
            return true
        }
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
        // `import struct A.B` names what is in the module too, and brings in no more.
        let parts = node.child("identifier")?.children().map { e.text($0) } ?? []
        guard let module = parts.first else { return false }
        let isExported = node.child("modifiers").map { e.text($0).contains("_exported") } ?? false
        if parts.count > 1, let name = parts.last {
            e.addImport(
                parts.dropLast().joined(separator: "."), name, as: name, node,
                isExported: isExported)
        } else {
            e.addImport(module, "*", as: "", node, isExported: isExported)
        }
        return false
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
