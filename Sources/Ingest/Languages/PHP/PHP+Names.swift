// SPDX-License-Identifier: Apache-2.0
//
// What variables stand for, and how namespaces lead to names: they are one tree over all files.

extension PHP {
    // MARK: - Functions

    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let kind: EntityKind =
            !e.isInType ? .function : e.has(name, text: "__construct") ? .constructor : .method
        let isNameless = kind == .function && node.is("method_declaration")
        e.define(kind, node, name: name, body: node["body"])
        // Of what is outside a function sees no variable.
        e.hideLocals()
        if isNameless { hideSelf(e) }
        parameters(e, node)
        return true
    }

    static func closure(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        if node.is("anonymous_function") {
            var kept: [(name: String, meaning: Extractor.Locals.Meaning)] = []
            for part in node.child("anonymous_function_use_clause")?.children() ?? [] {
                let variable = part.is("variable_name") ? part : part.firstChild ?? part
                let name = e.text(variable)
                if let meaning = e.locals[name] { kept.append((name, meaning)) }
            }
            let own = e.locals["$this"]
            e.hideLocals()
            if own == nil { e.bind("$this", .itself, behind: nil, isNew: true) }
            for (name, meaning) in kept { e.bind(name, meaning, behind: nil, isNew: true) }
        }
        parameters(e, node)
        return true
    }

    private static func parameters(_ e: Extractor, _ node: SyntaxNode) {
        for parameter in node["parameters"]?.children() ?? [] {
            guard let name = parameter["name"], name.is("variable_name") else { continue }
            let isList = parameter.is("variadic_parameter")
            let type = isList ? nil : parameter["type"].flatMap { e.instance(of: $0) }
            e.bindVariable(name, as: type)
        }
    }

    /// A class without a name is another than the one that it stands in.
    static func anonymousType(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let base = node.child("base_clause")?.firstChild
        let parent = base.flatMap { e.instance(of: $0) }
        if let base { useType(e, base) }
        for type in node.child("class_interface_clause")?.children() ?? [] { useType(e, type) }
        e.openBlock()
        hideSelf(e)
        e.bind("parent", .value(parent ?? "?"), behind: nil, isNew: true)
        return true
    }

    private static func hideSelf(_ e: Extractor) {
        for name in ["$this", "self", "static"] {
            e.bind(name, .value("?"), behind: nil, isNew: true)
        }
    }

    // MARK: - Variables

    static func assignment(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let left = node["left"], let right = node["right"] else { return true }
        if left.is("variable_name") {
            let isReference = node.is("reference_assignment_expression")
            // `A::class` names the class.
            let isName =
                right.is("class_constant_access_expression")
                && right.lastChild.map { e.has($0, text: "class") } ?? false
            let value = isName ? right.firstChild : isReference ? nil : right
            e.bindVariable(
                left, as: value.flatMap { e.expression(of: $0) }, behind: node, isNew: false)
        } else if left.isOne(of: "list_literal", "array_creation_expression") {
            forget(e, left)
        } else if left.is("member_access_expression"), let object = left["object"],
            e.expression(of: object) == "@self", let name = left["name"], name.is("name"),
            let owner = e.enclosingType, let value = e.expression(of: right),
            !value.utf8.contains(UInt8(ascii: "?"))
        {
            e.facts.attributes.append(Attribute(owner: owner, name: e.text(name), type: value))
        }
        return true
    }

    static func update(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let left = node["left"], left.is("variable_name") {
            e.bindVariable(left, as: nil, isNew: false)
        }
        return true
    }

    /// Variables of whose values nothing is known.
    static func unknown(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        for name in node.children() where name.is("variable_name") {
            e.bindVariable(name, as: nil)
        }
        return true
    }

    private static func forget(_ e: Extractor, _ pattern: SyntaxNode) {
        var pending = [pattern]
        while let node = pending.popLast() {
            if node.is("variable_name") {
                e.bindVariable(node, as: nil, isNew: false)
            } else if node.isOne(
                of: "list_literal", "array_creation_expression", "array_element_initializer",
                "pair", "by_ref")
            {
                pending += node.children()
            }
        }
    }

    static func loop(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        let body = node["body"]?.index
        for part in node.children().dropFirst() where part.index != body { forget(e, part) }
        return true
    }

    static func problem(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        if let name = node["name"] {
            let types = node["type"]?.children() ?? []
            e.bindVariable(name, as: types.count == 1 ? e.instance(of: types[0]) : nil)
        }
        return true
    }

    // MARK: - References

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node["arguments"]?.firstChild?.is("variadic_placeholder") == true { return true }
        e.referCall(node)
        useType(e, node["scope"])
        return true
    }

    /// A type that is named, unless it is the one around.
    static func useType(_ e: Extractor, _ node: SyntaxNode?) {
        guard let node, node.isOne(of: "name", "qualified_name"), !e.has(node, text: "static"),
            !e.has(node, text: "self"), !e.has(node, text: "parent")
        else { return }
        e.refer(.uses, node)
    }

    /// A name that stands for a value by itself.
    static func constant(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard
            let parent = node.parent,
            parent.isOne(
                of: "argument", "array_element_initializer", "binary_expression",
                "return_statement", "echo_statement", "conditional_expression",
                "assignment_expression", "parenthesized_expression", "const_element",
                "property_element", "simple_parameter")
                || parent.isOne(of: "match_conditional_expression", "sequence_expression"),
            !(parent.isOne(of: "const_element", "simple_parameter")
                && parent.firstChild?.index == node.index),
            parent["operator"].map({ !e.has($0, text: "instanceof") }) ?? true
        else { return false }
        e.use(node)
        return false
    }

    // MARK: - Types

    /// Of `?A` and `A|null`, `A`.
    static func namedType(_ e: Extractor, _ type: SyntaxNode) -> SyntaxNode? {
        var type = type
        for _ in 0..<8 {
            switch true {
            case type.isOne(of: "name", "qualified_name"): return type
            case type.isOne(of: "named_type", "optional_type", "type_list"):
                guard let inner = type.firstChild else { return nil }
                type = inner
            case type.is("union_type"):
                let parts = type.children().filter { !e.has($0, text: "null") }
                guard parts.count == 1 else { return nil }
                type = parts[0]
            default: return nil
            }
        }
        return nil
    }

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        switch definition.kind {
        case .function, .method, .constructor:
            definition.type = node["return_type"].flatMap { e.instance(of: $0) }
            // What ends so is to be called on.
            if node["return_type"] == nil, let last = node["body"]?.lastChild,
                last.is("return_statement"),
                last.firstChild.map({ e.has($0, text: "$this") }) == true
            {
                definition.type = "@self"
            }
            definition.isStatic = node.child("static_modifier", amongFirst: 8) != nil
            // A method of a class without a name is nobody's.
            definition.isMember = definition.kind == .function && node.is("method_declaration")
            definition.isSecondary = definition.isMember
            var least = 0
            var count = 0
            for parameter in node["parameters"]?.children() ?? [] where !parameter.is("comment") {
                count += 1
                if parameter["default_value"] == nil, !parameter.is("variadic_parameter") {
                    least = count
                }
            }
            // More of them than it takes are no mistake.
            definition.arguments = least...(1 << 20)
        case .field: definition.type = node["type"].flatMap { e.instance(of: $0) }
        default: break
        }
    }

    // MARK: - Links

    static let links = LinkRules(
        family: "php", layout: .global, hasTypeScope: false, callName: "__invoke",
        constructors: ["__construct"], inheritsConstructors: true,
        builtIns: builtIns, builtInModule: "php", commonMembers: commonMembers,
        module: { PHP.module($0, $1, $2) })

    private static func module(
        _ item: Import, _ file: LinkedFile, _ table: ModuleFinder
    ) -> Module? {
        let root = NamePath(family: "php")
        if item.module == "\\" {
            let path = root.appending(item.name ?? "")
            let isInner = !table.symbols(at: path).isEmpty || table.hasModule(path)
            if isInner { return .inner(root, file: nil) }
            let isBuiltIn = builtIns.contains(item.name ?? "")
            return .outer(isBuiltIn ? "php" : "")
        }
        if item.name == nil {
            let directory = PathIndex.parent(of: file.path)
            guard let path = PathIndex.resolve(item.module, from: directory),
                let number = table.file(at: path)
            else { return nil }
            return .inner(table[number].module, file: number)
        }
        let path = root.appending(all: LinkedFile.parts(item.module))
        return table.hasModule(path) || !table.symbols(at: path).isEmpty
            ? .inner(path, file: nil) : .outer(item.module)
    }
}
