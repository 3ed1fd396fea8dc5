// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let zig = Language(
        name: "zig", grammar: GrammarFolder.Name("zig"), extensions: ["zig"],
        rules: .all(
            [
                "if_statement", "if_expression", "for_statement", "for_expression",
                "while_statement", "while_expression", "switch_case", "catch_expression",
            ], .visit(Zig.branch))
            + .all(["and", "or", "orelse"], .branch)
            + .all(["block", "else_clause"], .block)
            + [
                "comment": .comment,
                "function_declaration": .visit(Zig.function),
                "variable_declaration": .visit(Zig.variable),
                "container_field": .visit(Zig.field),
                "test_declaration": .visit(Zig.testBlock),
                "call_expression": .visit(Zig.call), "builtin_function": .visit(Zig.builtIn),
                "struct_initializer": .visit(Zig.initializer),
                "parameter": .visit(Zig.parameter), "payload": .visit(Zig.payload),
                "identifier": .visit(Zig.use), "field_expression": .visit(Zig.use),
                "return_expression": .visit(Zig.result),
            ],
        shapes: [
            "identifier": .name, "field_expression": .member("object", "member"),
            "call_expression": .call("function"), "index_expression": .element(nil),
            "parenthesized_expression": .inner, "try_expression": .inner,
            "catch_expression": .inner, "null_coercion_expression": .inner,
            "dereference_expression": .inner, "unary_expression": .inner,
            "struct_initializer": .call("function"), "builtin_function": .call("function"),
        ],
        docs: DocStyle(prefixes: ["///", "//!"]),
        namedType: { Zig.namedType($1) }, callValue: { Zig.value($0, $1) },
        links: Zig.links, details: Zig.details,
        module: { e, _ in
            // A file is a struct.
            e.facts.definitions[0].isMixin = true
            e.facts.definitions[0].type = "@#0"
        },
        visibility: { e, node, _ in
            node.isOne(of: "container_field") || e.has(node, prefix: "pub ") ? .public : .private
        },
        test: { _, node, _, _ in
            node.is("test_declaration") ? TestReason("test block") : nil
        })
}

enum Zig {
    // MARK: - Definitions

    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(e.isInType ? .method : .function, node, name: name, body: node["body"])
        return true
    }

    static func variable(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let parts = node.children()
        guard let name = parts.first(where: { $0.is("identifier") }) else { return true }
        e.hide(name)
        // What is given to `_` is thrown away.
        if e.has(name, text: "_") { return true }
        let last = parts.last { $0.index != name.index && $0.index != node["type"]?.index }
        if let last, let path = imported(e, last) {
            e.markImport(node)
            e.addImport(path, as: e.text(name), node)
            return false
        }
        let kind: EntityKind? =
            last.flatMap { value -> EntityKind? in
                if value.isOne(of: "struct_declaration", "opaque_declaration") { return .struct }
                if value.isOne(of: "enum_declaration", "error_set_declaration") { return .enum }
                return value.is("union_declaration") ? .union : nil
            }
        if let kind {
            e.define(kind, node, name: name, body: last)
            return true
        }
        let isMember = node.parent?.isOne(
            of: "struct_declaration", "union_declaration", "enum_declaration",
            "opaque_declaration")
        if e.isInFunction, isMember != true {
            let value = node["type"].flatMap { instance(e, $0) }
            e.declare(
                e.text(name), as: value ?? last.flatMap { e.expression(of: $0) } ?? "?",
                behind: node)
            return true
        }
        let isConstant = node.allChildren.contains { $0.is("const") }
        let index = e.define(
            isConstant ? .constant : .variable, node, name: name, body: last)
        // As the file sees it, from the container that it stands in.
        e.facts.definitions[index].type =
            node["type"].flatMap { instance(e, $0) } ?? last.flatMap { e.expression(of: $0) }
        return true
    }

    static func field(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        // A file with fields is a struct.
        guard e.isInType else {
            e.hide(name)
            if !e.isInFunction || isGeneric(e) { attribute(e, node, name) }
            return true
        }
        e.defineVariable(
            e.scope.kind == .enum ? .enumMember : .field, node, name: name, value: nil,
            isOnly: true)
        return true
    }

    private static func isGeneric(_ e: Extractor) -> Bool {
        e.scope.isDefinition && e.facts.definitions[e.scope.definition].isMixin
    }

    private static func attribute(_ e: Extractor, _ node: SyntaxNode, _ name: SyntaxNode) {
        guard let type = node["type"].flatMap({ instance(e, $0) }) else { return }
        e.facts.attributes.append(
            Attribute(owner: e.scope.definition, name: e.text(name), type: type))
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

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        switch definition.kind {
        case .function, .method:
            guard node.is("function_declaration"), let type = node["type"] else { return }
            if e.has(type, text: "type") {
                // It gives a type, whose members stand in it.
                definition.isMixin = true
            } else {
                definition.type = instance(e, type)
            }
        case .field: definition.type = node["type"].flatMap { instance(e, $0) }
        default: break
        }
    }

    // MARK: - Locals

    static func branch(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        return true
    }

    static func parameter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"], let type = node["type"] else { return true }
        if e.has(type, text: "type") {
            e.declareLocalType(name)
            e.declare(name)
        } else {
            e.hide(name)
            e.declare(e.text(name), as: instance(e, type) ?? "?")
        }
        return true
    }

    /// `|a|`: what is in an optional has the same members; of what else it is nothing is known.
    static func payload(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        var value: SyntaxNode?
        if let parent = node.parent,
            parent.isOne(
                of: "if_statement", "if_expression", "while_statement", "while_expression")
        {
            value = parent["condition"] ?? parent.firstChild
        }
        for name in node.children() where name.is("identifier") { e.declare(name, value: value) }
        return false
    }

    /// What has the members: what a pointer points to, what is in an optional.
    static func namedType(_ type: SyntaxNode) -> SyntaxNode? {
        var type = type
        for _ in 0..<8 {
            if type.is("error_union_type"), let inner = type["ok"] {
                type = inner
            } else if type.isOne(of: "pointer_type", "nullable_type", "parenthesized_expression"),
                let inner = type.lastChild
            {
                type = inner
            } else {
                break
            }
        }
        let isNamed = type.isOne(
            of: "identifier", "field_expression", "call_expression", "builtin_function")
        return isNamed ? type : nil
    }

    /// A value of a type, which may be that around, or one that a function has a name for.
    private static func instance(_ e: Extractor, _ type: SyntaxNode) -> String? {
        guard let named = namedType(type) else { return nil }
        if named.is("builtin_function") {
            return e.has(named, prefix: "@This") ? "@#\(container(e))^" : nil
        }
        if named.is("identifier"), let own = e.locals[e.text(named)]?.text {
            let isType = !own.contains("?") && !own.contains("(") && !own.contains("^")
            return isType && !own.isEmpty ? own + "^" : nil
        }
        let value = e.instance(of: named)
        return value?.contains("?") == true ? nil : value
    }

    // MARK: - References

    /// The definition of the container that is around.
    private static func container(_ e: Extractor) -> Int {
        e.scopes.last {
            $0.isDefinition && ($0.kind.isType || e.facts.definitions[$0.definition].isMixin)
        }?.definition ?? 0
    }

    /// What a call gives that says so itself.
    static func value(_ e: Extractor, _ node: SyntaxNode) -> String? {
        if node.is("struct_initializer") {
            guard let type = node.firstChild else { return "?" }
            if let value = instance(e, type) { return value }
            // `@import("a.zig").A{}`
            return type.is("field_expression")
                ? e.expression(of: type).map { $0 + "^" } ?? "?" : "?"
        }
        guard node.is("builtin_function"), let name = node.firstChild else { return nil }
        if e.has(name, text: "@This") { return "@#\(container(e))" }
        if let path = imported(e, node) {
            return "@module/" + String(path.map { $0 == "." ? "\u{1F}" : $0 })
        }
        guard e.has(name, text: "@as"), let type = node.child("arguments")?.firstChild else {
            return "?"
        }
        return instance(e, type) ?? "?"
    }

    /// The file, or the name of another package.
    private static func imported(_ e: Extractor, _ node: SyntaxNode) -> String? {
        guard node.is("builtin_function"), e.has(node, prefix: "@import"),
            let string = node.child("arguments")?.child("string")
        else { return nil }
        let path = e.literal(string)
        let isFile = path.hasSuffix(".zig") && !path.contains("/")
        return isFile ? "./" + path : path
    }

    static func builtIn(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let path = imported(e, node) else { return true }
        e.addImport(path, as: "", node)
        return false
    }

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let function = node["function"] else { return true }
        let count = e.argumentCount(node)
        guard function.is("field_expression"), function["object"] == nil else {
            e.refer(.calls, function, argumentCount: count)
            return true
        }
        // `const a: A = .init()`
        if let parent = node.parent, parent.is("variable_declaration"), let type = parent["type"],
            let path = instance(e, type), let name = function["member"]
        {
            e.refer(.calls, "\(path).\(e.text(name))", line: name.line, argumentCount: count)
        }
        return true
    }

    /// What a function gives that only names another one which gives a type has all of that.
    static func result(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let index = e.scope.definition
        if isGeneric(e), index > 0, let value = node.firstChild, value.is("call_expression"),
            let function = value["function"], let base = e.expression(of: function),
            !base.contains("?")
        {
            e.facts.conformances.append(
                Conformance(
                    type: e.facts.definitions[index].name, base: base, owner: index))
        }
        return true
    }

    /// All of a chain of names, and no part of it.
    static func use(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.parent?.is("field_expression") != true { e.use(node) }
        return true
    }

    static func initializer(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.refer(.calls, node.firstChild)
        e.hide(node.firstChild)
        return true
    }
}
