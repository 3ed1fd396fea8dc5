// SPDX-License-Identifier: Apache-2.0
//
// What names and types stand for.

extension SwiftRules {
    // MARK: - Names and types

    static func typeAnnotation(_ node: SyntaxNode) -> SyntaxNode? {
        node.child("type_annotation")?["name"]
    }

    /// Of `A?` and `some A`, `A`; of `[A]`, nothing: its members are an array's.
    static func namedType(_ e: Extractor, _ type: SyntaxNode) -> SyntaxNode? {
        var type = type
        for _ in 0..<8 {
            if type.is("user_type") { return type }
            guard type.isOne(of: "optional_type", "opaque_type", "existential_type", "type"),
                let inner = type["wrapped"] ?? type.firstChild
            else { return nil }
            type = inner
        }
        return nil
    }

    /// The elements' type of `[A]`.
    static func wrappedType(_ e: Extractor, _ type: SyntaxNode) -> SyntaxNode? {
        var type = type
        for _ in 0..<4 {
            if type.is("array_type") { return type["name"] }
            guard type.isOne(of: "optional_type", "type"),
                let inner = type["wrapped"] ?? type.firstChild
            else { return nil }
            type = inner
        }
        return nil
    }

    /// A parameter with what it is called outside and inside, its type, and whether it may be left
    /// out.
    private struct Parameter {
        var label: String
        var name: SyntaxNode?
        var type: SyntaxNode?
        var isOptional = false
        var isMany = false
    }

    private static func parameterList(_ e: Extractor, _ node: SyntaxNode) -> [Parameter] {
        var list: [Parameter] = []
        for child in node.allChildren {
            if child.is("parameter") {
                let names = child.children("name")
                let name = names.first { $0.is("simple_identifier") }
                let label = child["external_name"] ?? name
                list.append(
                    Parameter(
                        label: label.map { e.text($0) } ?? "_", name: name,
                        type: names.count > 1 ? names.last : nil))
            } else if child.is("="), !list.isEmpty {
                list[list.count - 1].isOptional = true
            } else if child.is("..."), !list.isEmpty {
                list[list.count - 1].isMany = true
            } else if child.isOne(of: "function_body", "computed_property") {
                break
            }
        }
        return list
    }

    static func parameters(_ e: Extractor, _ node: SyntaxNode) {
        for parameter in parameterList(e, node) {
            if parameter.isMany {
                e.declare(parameter.name)
            } else {
                e.declare(parameter.name, type: parameter.type)
            }
        }
    }

    static func closure(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        let item = itemGiven(e, to: node)
        for name in ["$0", "$1", "$2", "$3"] { e.declare(name, as: "?") }
        if let item { e.declare(item.name, as: item.meaning) }
        let parameters = node["type"]?.child("lambda_function_type_parameters")
        for (place, parameter) in (parameters?.children() ?? []).enumerated() {
            let names = parameter.children("name")
            if let item, item.name == "$\(place)", names.count == 1, let name = names.first {
                e.hide(name)
                e.declare(e.cleaned(e.text(name)), as: item.meaning)
            } else {
                e.declare(
                    names.first ?? parameter.firstChild, type: names.count > 1 ? names[1] : nil)
            }
        }
        return true
    }

    /// What a collection gives a closure, by the name that it has there.
    private static func itemGiven(
        _ e: Extractor, to closure: SyntaxNode
    ) -> (name: String, meaning: String)? {
        var outer = closure.parent
        for _ in 0..<4 {
            guard let node = outer, !node.is("call_expression") else { break }
            outer = node.parent
        }
        guard let call = outer, call.is("call_expression"), let callee = call.firstChild,
            callee.is("navigation_expression"), let name = callee["suffix"]?["suffix"],
            let list = callee["target"].flatMap({ e.expression(of: $0) })
        else { return nil }
        let method = e.text(name)
        if method == "reduce" { return ("$1", list + ".@item") }
        return givers.contains(method) ? ("$0", list + ".@item") : nil
    }

    /// Members of collections that give their items to a closure.
    private static let givers: Set<String> = [
        "allSatisfy", "compactMap", "contains", "drop", "filter", "first", "firstIndex", "flatMap",
        "forEach", "last", "lastIndex", "map", "partition", "prefix", "removeAll",
    ]

    /// `.a`, a member of what is expected there.
    static func prefixed(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let target = node["target"], target.is("simple_identifier"), e.byte(node.start) == 46 {
            e.use(node)
        }
        return true
    }

    /// What is bound in it is there until its end.
    static func branchingBlock(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        return true
    }

    static func catchBlock(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        e.declare("error", as: "?")
        return true
    }

    static func accessors(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        if let owner = node.parent, owner.is("subscript_declaration") { parameters(e, owner) }
        return true
    }

    static func setter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.openBlock()
        e.declare("newValue", as: "?")
        for name in node.children() where name.is("simple_identifier") { e.declare(name) }
        return true
    }

    static func observers(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        e.declare("newValue", as: "?")
        e.declare("oldValue", as: "?")
        return true
    }

    /// `let a` in a condition has its value beside it, and means it from there on; other names
    /// stand for values.
    static func name(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let parent = node.parent else { return false }
        if node.isField("bound_identifier") {
            guard e.isInFunction, !parent.is("pattern") else { return false }
            let text = e.text(node)
            guard let value = node.next, value.start > node.end, value.isField("condition"),
                !value.is("value_binding_pattern")
            else { return false }
            // `if let a = a` is what it was.
            if e.text(value) == text { return false }
            let meaning = e.expression(of: value) ?? "?"
            e.bind(text, .value(meaning), behind: value, isNew: true)
            return false
        }
        if parent.isOne(
            of: "value_argument_label", "identifier", "parameter", "navigation_suffix",
            "enum_entry", "pattern", "attribute", "lambda_parameter", "prefix_expression",
            "tuple_type_item", "macro_invocation", "type_parameter", "computed_setter")
        {
            return false
        }
        e.use(node)
        return false
    }

    /// Names in a pattern behind `let`, which may stand before all of it.
    static func pattern(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.isInFunction, node.parent?.is("property_declaration") != true else { return true }
        if let name = node["bound_identifier"] {
            if node.isField("item"), node["name"] == nil, let list = node.parent?["collection"] {
                e.hide(name)
                e.declare(
                    e.cleaned(e.text(name)),
                    as: e.expression(of: list).map { $0 + ".@item" } ?? "?", behind: list)
            } else {
                e.declare(name, type: node["name"])
            }
            return true
        }
        guard let name = node.firstChild, name.is("simple_identifier"), node.childCount == 1,
            name.start == node.start
        else { return true }
        var outer = node.parent
        while let pattern = outer, pattern.is("pattern") {
            if pattern.child("value_binding_pattern") != nil {
                e.declare(name)
                return true
            }
            outer = pattern.parent
        }
        return true
    }

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        definition.isDeclaration = node.isOne(
            of: "protocol_function_declaration", "protocol_property_declaration")
        switch definition.kind {
        case .function, .method:
            let names = node.children("name")
            if names.count > 1, let last = names.last {
                definition.type = e.instance(of: last)
            }
            fallthrough
        case .constructor:
            let list = parameterList(e, node)
            let least = list.filter { !$0.isOptional && !$0.isMany }.count
            let most = list.contains { $0.isMany } ? 1 << 20 : list.count
            definition.arguments = least...max(least, most)
            let own = Set(
                (node.child("type_parameters")?.children() ?? []).compactMap {
                    $0.child("type_identifier").map { e.text($0) }
                })
            let types = list.map { parameter in
                parameter.isMany
                    ? "?" : parameter.type.map { e.typeText($0, except: own) } ?? "?"
            }
            if types.contains(where: { $0 != "?" }) {
                definition.parameters = types.joined(separator: ";")
            }
            definition.labels = list.map { parameter in
                parameter.label + (parameter.isMany ? "*:" : parameter.isOptional ? "=:" : ":")
            }.joined()
        case .field, .property, .variable, .constant:
            if definition.name == "subscript" {
                definition.type = node.children("name").last.flatMap { e.instance(of: $0) }
            } else {
                definition.type =
                    typeAnnotation(node).flatMap { e.instance(of: $0) }
                    ?? (typeAnnotation(node) == nil
                        ? node["value"].flatMap { e.expression(of: $0) } : nil)
            }
        case .enumMember: definition.type = "@self"
        case .typeAlias: definition.type = node["value"].flatMap { e.instance(of: $0) }
        default: break
        }
        definition.isStatic = modifiers(node).contains {
            let text = e.text($0)
            return text == "static" || text == "class"
        }
    }

    /// What a class names first may be a class or a protocol; the linker can tell, the text cannot.
    static func inheritance(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let type = node["inherits_from"] else { return true }
        let isFirst = node.previous?.is("inheritance_specifier") != true
        if !e.scope.isDefinition, let base = e.expression(of: type) {
            e.facts.conformances.append(
                Conformance(type: e.scope.qualifiedName, base: base))
        }
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
        guard var callee = node.firstChild, !e.isSubscript(node) else { return true }
        // `1..<(2 + a(3))` is read as if the sum were called.
        while callee.isOne(of: "additive_expression", "multiplicative_expression"),
            let last = callee.lastChild
        {
            callee = last
        }
        var labels = ""
        var count = 0
        var given: [SyntaxNode?] = []
        for part in node.children() where part.is("call_suffix") {
            for argument in part.children() {
                if argument.is("lambda_literal") {
                    labels += "?:"
                    count += 1
                    given.append(nil)
                } else if argument.is("value_arguments") {
                    for value in argument.children() where value.is("value_argument") {
                        labels += value["name"].map { e.text($0) + ":" } ?? "_:"
                        count += 1
                        given.append(value["value"])
                    }
                }
            }
        }
        e.give(given)
        e.refer(.calls, callee, argumentCount: count, labels: labels)
        if callee.index != node.firstChild?.index { e.hide(callee) }
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
}
