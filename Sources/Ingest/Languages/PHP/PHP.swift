// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let php = Language(
        name: "php", grammar: GrammarFolder.Name("php", "language_php"),
        extensions: ["php", "phtml", "inc"],
        rules: .all(
            [
                "if_statement", "else_if_clause", "for_statement", "foreach_statement",
                "while_statement", "do_statement", "case_statement", "catch_clause",
                "conditional_expression", "match_conditional_expression", "&&", "||", "??",
            ], .branch)
            + [
                "comment": .comment, "anonymous_function": .closure, "arrow_function": .closure,
                "namespace_definition": .visit(PHP.namespace),
                "namespace_use_declaration": .visit(PHP.imports),
                "class_declaration": .visit { PHP.type($0, $1, .class) },
                "interface_declaration": .visit { PHP.type($0, $1, .interface) },
                "trait_declaration": .visit { PHP.type($0, $1, .trait) },
                "enum_declaration": .visit { PHP.type($0, $1, .enum) },
                "enum_case": .define(.enumMember, body: "value"),
                "function_definition": .function(),
                "method_declaration": .function(constructors: ["__construct"]),
                "property_declaration": .visit(PHP.properties),
                "property_promotion_parameter": .visit(PHP.promotedProperty),
                "const_declaration": .visit(PHP.constants),
                "use_declaration": .visit(PHP.traits),
                "attribute": .visit(PHP.attribute),
                "function_call_expression": .refer(.calls, "function"),
                "member_call_expression": .name(.calls, goesDown: true),
                "nullsafe_member_call_expression": .name(.calls, goesDown: true),
                "scoped_call_expression": .name(.calls, goesDown: true),
                "object_creation_expression": .visit(PHP.construction),
                "named_type": .visit { e, node in
                    e.refer(.uses, node.firstChild)
                    return false
                },
                "require_expression": .visit(PHP.require),
                "require_once_expression": .visit(PHP.require),
                "include_expression": .visit(PHP.require),
                "include_once_expression": .visit(PHP.require),
            ],
        shapes: [
            "name": .name, "variable_name": .inner, "qualified_name": .separated,
            "namespace_name": .separated, "relative_scope": .name,
            "member_access_expression": .member("object", "name"),
            "nullsafe_member_access_expression": .member("object", "name"),
            "member_call_expression": .member("object", "name"),
            "nullsafe_member_call_expression": .member("object", "name"),
            "scoped_call_expression": .member("scope", "name"),
            "scoped_property_access_expression": .member("scope", "name"),
            "function_call_expression": .call("function"), "parenthesized_expression": .inner,
            "subscript_expression": .inner, "object_creation_expression": .inner,
        ],
        docs: .block,
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

private enum PHP {
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
            e.refer(.imports, prefix + Extractor.dotted(e.text(name)), line: clause.line)
        }
        return false
    }

    static func type(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(kind, node, name: name, body: node["body"])
        for base in node.child("base_clause")?.children() ?? [] { e.refer(.extends, base) }
        for base in node.child("class_interface_clause")?.children() ?? [] {
            e.refer(.implements, base)
        }
        return true
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
        for name in node.children() where name.isOne(of: "name", "qualified_name") {
            e.refer(.implements, name)
        }
        return false
    }

    static func attribute(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.firstChild { e.refer(.uses, name) }
        return true
    }

    static func construction(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.firstChild, name.isOne(of: "name", "qualified_name", "relative_scope") {
            e.refer(.calls, name)
        }
        return true
    }

    static func require(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let argument = node.firstChild, argument.isOne(of: "string", "encapsed_string") else {
            return true
        }
        e.markImport(node)
        e.refer(.imports, e.literal(argument), line: node.line)
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
