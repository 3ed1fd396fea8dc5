// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let php = Language(
        name: "php", grammar: GrammarFolder.Name("php", "language_php"),
        extensions: ["php", "phtml", "inc"],
        rules: .all(
            [
                "case_statement", "conditional_expression", "match_conditional_expression", "&&",
                "||", "??",
            ], .branch)
            + .all(
                [
                    "if_statement", "else_if_clause", "for_statement", "while_statement",
                    "do_statement",
                ],
                .visit { e, _ in
                    e.countBranch()
                    e.openBlock()
                    return true
                })
            + .all(["compound_statement", "else_clause", "switch_block", "match_block"], .block)
            + [
                "comment": .comment, "anonymous_function": .visit(PHP.closure),
                "arrow_function": .visit(PHP.closure),
                "foreach_statement": .visit(PHP.loop), "catch_clause": .visit(PHP.problem),
                "assignment_expression": .visit(PHP.assignment),
                "reference_assignment_expression": .visit(PHP.assignment),
                "augmented_assignment_expression": .visit(PHP.update),
                "global_declaration": .visit(PHP.unknown),
                "static_variable_declaration": .visit(PHP.unknown),
                "anonymous_class": .visit(PHP.anonymousType),
                "name": .visit(PHP.constant),
                "member_access_expression": .use, "nullsafe_member_access_expression": .use,
                "scoped_property_access_expression": .use,
                "class_constant_access_expression": .visit { e, node in
                    PHP.useType(e, node.firstChild)
                    e.use(node)
                    return true
                },
                "binary_expression": .visit { e, node in
                    if let sign = node["operator"], e.has(sign, text: "instanceof") {
                        PHP.useType(e, node["right"])
                    }
                    return true
                },
                "namespace_definition": .visit(PHP.namespace),
                "namespace_use_declaration": .visit(PHP.imports),
                "class_declaration": .visit { PHP.type($0, $1, .class) },
                "interface_declaration": .visit { PHP.type($0, $1, .interface) },
                "trait_declaration": .visit { PHP.type($0, $1, .trait) },
                "enum_declaration": .visit { PHP.type($0, $1, .enum) },
                "enum_case": .define(.enumMember, body: "value"),
                "function_definition": .visit(PHP.function),
                "method_declaration": .visit(PHP.function),
                "property_declaration": .visit(PHP.properties),
                "property_promotion_parameter": .visit(PHP.promotedProperty),
                "const_declaration": .visit(PHP.constants),
                "use_declaration": .visit(PHP.traits),
                "attribute": .visit(PHP.attribute),
                "function_call_expression": .refer(.calls, "function"),
                "member_call_expression": .visit(PHP.call),
                "nullsafe_member_call_expression": .visit(PHP.call),
                "scoped_call_expression": .visit(PHP.call),
                "object_creation_expression": .visit(PHP.construction),
                "named_type": .visit { e, node in
                    PHP.useType(e, node.firstChild)
                    return false
                },
                "require_expression": .visit(PHP.require),
                "require_once_expression": .visit(PHP.require),
                "include_expression": .visit(PHP.require),
                "include_once_expression": .visit(PHP.require),
            ],
        shapes: [
            "name": .name, "variable_name": .sigil, "qualified_name": .separated,
            "namespace_name": .separated, "relative_scope": .name,
            "member_access_expression": .member("object", "name"),
            "nullsafe_member_access_expression": .member("object", "name"),
            "member_call_expression": .method("object", "name"),
            "nullsafe_member_call_expression": .method("object", "name"),
            "scoped_call_expression": .method("scope", "name"),
            "class_constant_access_expression": .pair, "clone_expression": .inner,
            "scoped_property_access_expression": .member("scope", "name"),
            "function_call_expression": .call("function"), "parenthesized_expression": .inner,
            "subscript_expression": .element(nil), "object_creation_expression": .callFirst,
        ],
        docs: .block, selfNames: ["$this"], superNames: ["parent"],
        selfTypes: ["static"], ownTypes: ["self"], assignmentDeclares: true,
        spreads: ["variadic_unpacking", "variadic_placeholder"], namedType: PHP.namedType,
        links: PHP.links, details: PHP.details,
        visibility: { e, node, _ in
            guard let modifier = node.child("visibility_modifier", amongFirst: 8) else {
                return .public
            }
            switch e.text(modifier) {
            case "private": return .private
            case "protected": return .protected
            default: return .public
            }
        },
        test: { e, node, kind, name in PHP.test(e, node, kind) })
}

enum PHP {
    static func namespace(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node["name"], let body = node["body"] {
            e.define(.namespace, node, named: Extractor.dotted(e.text(name)), body: body)
        } else if let name = node["name"] {
            // Of all that follows.
            e.openNamespace(.namespace, node, named: Extractor.dotted(e.text(name)))
        }
        return true
    }

    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        let group = node["body"]
        let prefix =
            group == nil
            ? "" : (node.child("namespace_name").map { Extractor.dotted(e.text($0)) } ?? "") + "."
        for clause in (group ?? node).children() where clause.is("namespace_use_clause") {
            guard let name = clause.firstChild else { continue }
            var parts = LinkedFile.parts(prefix + Extractor.dotted(e.text(name)))
            guard let last = parts.popLast() else { continue }
            // Of the outermost namespace there is no name.
            let module = parts.isEmpty ? "\\" : parts.joined(separator: ".")
            e.addImport(module, last, as: clause["alias"].map { e.text($0) } ?? last, clause)
        }
        return false
    }

    static func type(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(kind, node, name: name, body: node["body"])
        // What a trait brings comes before what is inherited.
        for use in node["body"]?.children() ?? [] where use.is("use_declaration") {
            for name in use.children() where name.isOne(of: "name", "qualified_name") {
                e.refer(.implements, name)
            }
            for clause in use.child("use_list")?.children() ?? [] { choose(e, clause) }
        }
        for base in node.child("base_clause")?.children() ?? [] { e.refer(.extends, base) }
        for base in node.child("class_interface_clause")?.children() ?? [] {
            e.refer(.implements, base)
        }
        return true
    }

    /// `A::f insteadof B`, `A::f as g`: what a class has under a name.
    private static func choose(_ e: Extractor, _ clause: SyntaxNode) {
        guard let owner = e.enclosingType, let chosen = clause.firstChild,
            chosen.is("class_constant_access_expression"), let trait = chosen.firstChild,
            let method = chosen.lastChild, let path = e.path(of: trait)
        else { return }
        var name = method
        if clause.is("use_as_clause") {
            guard let last = clause.lastChild, last.is("name") else { return }
            name = last
        }
        e.facts.attributes.append(
            Attribute(owner: owner, name: e.text(name), type: "\(path).\(e.text(method))"))
    }

    static func properties(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        for element in node.children() where element.is("property_element") {
            guard let name = element["name"]?.firstChild else { continue }
            e.defineVariable(.field, node, name: name, value: element["default_value"])
        }
        return true
    }

    static func promotedProperty(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"]?.firstChild, e.scopes.count > 1 else { return true }
        e.defineVariable(
            .field, node, name: name, value: nil, type: e.scopes[e.scopes.count - 2].qualifiedName)
        if let variable = node["name"] {
            e.bindVariable(variable, as: node["type"].flatMap { e.instance(of: $0) })
        }
        return true
    }

    static func constants(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        for element in node.children() where element.is("const_element") {
            guard let name = element.firstChild else { continue }
            e.defineVariable(.constant, node, name: name, value: element.lastChild)
        }
        return true
    }

    static func traits(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        false
    }

    static func attribute(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.firstChild { e.refer(.uses, name) }
        return true
    }

    static func construction(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.firstChild, name.isOne(of: "name", "qualified_name", "relative_scope") {
            e.refer(.calls, name, argumentCount: e.argumentCount(node))
        }
        return true
    }

    static func require(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard var argument = node.firstChild else { return true }
        if argument.is("parenthesized_expression") { argument = argument.firstChild ?? argument }
        var prefix = ""
        if argument.is("binary_expression"), let left = argument["left"],
            e.has(left, text: "__DIR__"), let right = argument["right"]
        {
            prefix = "."
            argument = right
        }
        guard argument.isOne(of: "string", "encapsed_string") else { return true }
        e.markImport(node)
        e.addImport(prefix + e.literal(argument), as: "", node)
        return false
    }

    /// PHPUnit's classes.
    static func test(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> TestReason? {
        guard kind == .class else { return nil }
        for base in node.child("base_clause")?.children() ?? [] {
            guard let path = e.path(of: base) else { continue }
            if path.hasSuffix("TestCase") { return TestReason("extends \(path)") }
        }
        return nil
    }
}
