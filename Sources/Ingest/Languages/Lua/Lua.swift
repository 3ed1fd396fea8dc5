// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let lua = Language(
        name: "lua", grammar: GrammarFolder.Name("lua"), extensions: ["lua"],
        folderNames: ["init"],
        rules: .all(
            [
                "if_statement", "elseif_statement", "for_statement", "while_statement",
                "repeat_statement",
            ], .branch)
            + .all(["and", "or"], .branch)
            + [
                "comment": .comment,
                "function_declaration": .visit(Lua.function),
                "assignment_statement": .visit(Lua.assignment),
                "field": .visit(Lua.field),
                "function_call": .visit(Lua.call), "function_definition": .closure,
            ],
        shapes: [
            "identifier": .name, "dot_index_expression": .member("table", "field"),
            "method_index_expression": .member("table", "method"), "function_call": .call("name"),
            "bracket_index_expression": .field("table"), "parenthesized_expression": .inner,
        ],
        visibility: { e, node, _ in
            let isLocal =
                node.parent?.is("variable_declaration") == true
                || (node.is("function_declaration") && e.has(node, prefix: "local"))
            return isLocal ? .private : .public
        },
        testFile: { path in
            path.hasSuffix("_spec.lua") ? TestReason("_spec.lua, which busted loads") : nil
        })
}

private enum Lua {
    /// The names of a chain: `M.a["b"]` has three; with anything else in brackets it has none.
    private static func path(_ e: Extractor, _ node: SyntaxNode) -> [String]? {
        var parts: [String] = []
        var node = node
        while parts.count < 16 {
            if node.is("identifier") { return (parts + [e.text(node)]).reversed() }
            let isBracket = node.is("bracket_index_expression")
            guard let table = node["table"], let key = node["field"] ?? node["method"],
                key.is(isBracket ? "string" : "identifier")
            else { return nil }
            parts.append(isBracket ? e.literal(key) : e.text(key))
            node = table
        }
        return nil
    }

    private static func define(
        _ e: Extractor, _ kind: EntityKind, _ node: SyntaxNode, _ name: SyntaxNode,
        body: SyntaxNode?
    ) {
        guard var parts = path(e, name), let last = parts.popLast() else { return }
        e.define(
            kind == .function && name.is("method_index_expression") ? .method : kind, node,
            named: last, body: body,
            type: parts.isEmpty ? nil : parts.joined(separator: "."))
    }

    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node["name"] { define(e, .function, node, name, body: node["body"]) }
        return true
    }

    static func assignment(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let names = node.child("variable_list")?.children() ?? []
        let values = node.child("expression_list")?.children() ?? []
        for (index, name) in names.enumerated() {
            let value = index < values.count ? values[index] : nil
            if let value, value.is("function_definition"), names.count == 1 {
                define(e, .function, node, name, body: value["body"])
            } else if !e.isInFunction, name.is("identifier") {
                e.defineVariable(
                    .variable, node, name: name, value: value, isOnly: names.count == 1)
            }
        }
        return true
    }

    /// A function under a name in a table.
    static func field(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard !e.isInFunction, let name = node["name"], name.is("identifier"),
            let value = node["value"], value.is("function_definition")
        else { return true }
        e.define(.function, node, name: name, body: value["body"])
        return true
    }

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        if e.has(name, text: "require"), let argument = node["arguments"]?.firstChild,
            argument.is("string")
        {
            if !e.isInFunction { e.markImport(node) }
            e.refer(.imports, e.literal(argument), line: node.line)
            return false
        }
        e.refer(.calls, name)
        return true
    }
}
