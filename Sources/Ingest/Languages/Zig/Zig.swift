// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let zig = Language(
        name: "zig", grammar: GrammarFolder.Name("zig"), extensions: ["zig"],
        rules: .all(
            [
                "if_statement", "if_expression", "for_statement", "for_expression",
                "while_statement", "while_expression", "switch_case", "catch_expression",
            ], .branch)
            + .all(["and", "or", "orelse"], .branch)
            + [
                "comment": .comment,
                "function_declaration": .function(),
                "variable_declaration": .visit(Zig.variable),
                "container_field": .visit(Zig.field),
                "test_declaration": .visit(Zig.testBlock),
                "call_expression": .refer(.calls, "function"),
                "struct_initializer": .visit { e, node in
                    e.refer(.calls, node.firstChild)
                    return true
                },
                "parameter": .visit { e, node in
                    e.referAll(.uses, in: node["type"])
                    return true
                },
            ],
        shapes: [
            "identifier": .name, "field_expression": .member("object", "member"),
            "call_expression": .call("function"), "index_expression": .field("object"),
            "parenthesized_expression": .inner, "builtin_identifier": .name,
        ],
        docs: DocStyle(prefixes: ["///", "//!"]),
        visibility: { e, node, _ in
            node.isOne(of: "container_field") || e.has(node, prefix: "pub ") ? .public : .private
        },
        test: { _, node, _, _ in
            node.is("test_declaration") ? TestReason("test block") : nil
        })
}

private enum Zig {
    static func variable(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let parts = node.children()
        // What is given to `_` is thrown away.
        guard let name = parts.first(where: { $0.is("identifier") }), !e.has(name, text: "_")
        else { return true }
        let value = parts.last
        if let value, value.is("builtin_function"), e.has(value, prefix: "@import") {
            e.markImport(node)
            if let path = value.child("arguments")?.child("string") {
                e.refer(.imports, e.literal(path), line: node.line)
            }
            return false
        }
        let kind: EntityKind? =
            value.flatMap { value -> EntityKind? in
                if value.isOne(of: "struct_declaration", "opaque_declaration") { return .struct }
                if value.isOne(of: "enum_declaration", "error_set_declaration") { return .enum }
                return value.is("union_declaration") ? .union : nil
            }
        if let kind {
            e.define(kind, node, name: name, body: value)
            return true
        }
        guard !e.isInFunction else { return true }
        let isConstant = node.allChildren.contains { $0.is("const") }
        e.define(isConstant ? .constant : .variable, node, name: name, body: value)
        return true
    }

    static func field(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.isInType, let name = node["name"] else { return true }
        e.defineVariable(
            e.scope.kind == .enum ? .enumMember : .field, node, name: name, value: nil,
            isOnly: true)
        e.referAll(.uses, in: node["type"])
        return true
    }

    static func testBlock(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        var text = "test"
        if let name = node.firstChild {
            if name.is("string") { text = e.literal(name) }
            if name.is("identifier") { text = e.text(name) }
        }
        e.define(.function, node, named: text.isEmpty ? "test" : text, body: node.child("block"))
        return true
    }
}
