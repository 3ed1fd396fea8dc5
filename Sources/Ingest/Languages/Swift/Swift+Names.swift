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

    /// What a parameter that is a function gives that: `{A^,B^}`; nil if it is none.
    private static func closureText(
        _ e: Extractor, _ type: SyntaxNode, except names: Set<String>
    ) -> String? {
        var type = type
        while !type.is("function_type") {
            guard type.isOne(of: "optional_type", "tuple_type", "tuple_type_item"),
                type.children().count == 1, let inner = type.firstChild
            else { return nil }
            type = inner
        }
        let given = (type["params"]?.children() ?? []).map { item -> String in
            guard let type = item["name"], !names.contains(e.text(type)) else { return "?" }
            return e.instance(of: type) ?? "?"
        }
        return "{\(given.joined(separator: ","))}"
    }

    /// Of `[A: B]`, what its values are: `[:B^]`.
    private static func valuesText(_ e: Extractor, _ type: SyntaxNode) -> String? {
        guard type.is("dictionary_type"), let value = type["value"] else { return nil }
        return e.instance(of: value).flatMap { $0.hasSuffix("^") ? "[:\($0)]" : nil }
    }

    static func closure(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        let item = itemGiven(e, to: node)
        let given = item == nil ? meaningGiven(e, to: node) : nil
        for place in 0..<4 { e.declare("$\(place)", as: given.map { $0(place) } ?? "?") }
        if let item { e.declare(item.name, as: item.meaning) }
        let parameters = node["type"]?.child("lambda_function_type_parameters")
        for (place, parameter) in (parameters?.children() ?? []).enumerated() {
            let names = parameter.children("name")
            if let item, item.name == "$\(place)", names.count == 1, let name = names.first {
                e.hide(name)
                e.declare(e.cleaned(e.text(name)), as: item.meaning)
            } else if let given, names.count < 2, let name = names.first ?? parameter.firstChild {
                e.hide(name)
                e.declare(e.cleaned(e.text(name)), as: given(place))
            } else {
                e.declare(
                    names.first ?? parameter.firstChild, type: names.count > 1 ? names[1] : nil)
            }
        }
        return true
    }

    /// The call that a closure is given to.
    private static func call(around closure: SyntaxNode) -> SyntaxNode? {
        var outer = closure.parent
        for _ in 0..<4 {
            guard let node = outer, !node.is("call_expression") else { break }
            outer = node.parent
        }
        return outer?.is("call_expression") == true ? outer : nil
    }

    /// What the function that takes a closure gives it, by place: `a.f.@given0`, with the label
    /// behind it where the closure has one.
    private static func meaningGiven(
        _ e: Extractor, to closure: SyntaxNode
    ) -> ((Int) -> String)? {
        guard let call = call(around: closure), let callee = call.firstChild,
            callee.isOne(of: "navigation_expression", "simple_identifier"),
            let text = e.expression(of: callee), text.utf8.count <= givenLimit
        else { return nil }
        let isArgument = closure.parent?.is("value_argument") ?? false
        let before = isArgument ? closure.parent?["name"] : closure.previous
        let label = before.flatMap {
            isArgument || $0.is("simple_identifier") ? ":" + e.text($0) : nil
        }
        let suffix = label ?? ""
        return { "\(text).@given\($0)\(suffix)" }
    }

    private static let givenLimit = 120

    /// The type that is asked for where a `.a` stands: of a call's argument, or of what is in an
    /// array or a dictionary that is one.
    static func expected(_ e: Extractor, _ node: SyntaxNode) -> String? {
        var node = node
        // `.a(1).b` is what is asked for, and `.a` is of the same type.
        for _ in 0..<16 {
            guard let outer = node.parent,
                outer.is("call_expression") && outer.firstChild?.index == node.index
                    || outer.is("navigation_expression") && outer["target"]?.index == node.index
            else { break }
            node = outer
        }
        var depth = 0
        for _ in 0..<6 {
            guard let parent = node.parent else { return nil }
            switch true {
            case parent.is("array_literal"): depth += 1
            case parent.is("dictionary_literal"):
                guard node.isField("value") else { return nil }
                depth += 1
            case parent.isOne(of: "additive_expression", "ternary_expression", "try_expression"):
                break
            case parent.is("value_argument"):
                guard depth < 2, let call = call(around: parent), let callee = call.firstChild,
                    let text = e.expression(of: callee), text.utf8.count <= givenLimit,
                    !text.utf8.contains(UInt8(ascii: "?"))
                else { return nil }
                var place = 0
                var before = parent.previous
                while let argument = before, argument.is("value_argument") {
                    place += 1
                    before = argument.previous
                }
                let name = parent["name"].map { ":" + e.text($0) } ?? String(place)
                return "\(text).@param\(name)\(depth == 0 ? "" : "*")"
            default: return nil
            }
            node = parent
        }
        return nil
    }

    /// What a collection gives a closure, by the name that it has there.
    private static func itemGiven(
        _ e: Extractor, to closure: SyntaxNode
    ) -> (name: String, meaning: String)? {
        guard let call = call(around: closure), let callee = call.firstChild,
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
            let types = list.map { parameter -> String in
                guard !parameter.isMany, let type = parameter.type else { return "?" }
                return closureText(e, type, except: own)
                    ?? valuesText(e, type) ?? e.typeText(type, except: own)
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
                definition.parameters = typeAnnotation(node).flatMap { valuesText(e, $0) }
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
                    let label = argument.previous.flatMap {
                        $0.is("simple_identifier") ? e.text($0) : nil
                    }
                    labels += "\(label ?? "?"):"
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
