// SPDX-License-Identifier: Apache-2.0
//
// What names are local, and what they stand for.

extension C {
    // MARK: - Local names

    static func branch(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        return true
    }

    static func functionDeclarator(_ declarator: SyntaxNode?) -> SyntaxNode? {
        var node = declarator
        for _ in 0..<32 {
            guard let current = node else { return nil }
            if current.is("function_declarator") { return current }
            node =
                current["declarator"] ?? current.child("function_declarator")
                ?? (current.isOne(of: "reference_declarator", "parenthesized_declarator")
                    ? current.firstChild : nil)
        }
        return nil
    }

    /// Whether a declarator is that of a pointer to a function: its type says nothing of it.
    private static func isOfFunction(_ declarator: SyntaxNode?) -> Bool {
        functionDeclarator(declarator) != nil
    }

    static func parameters(_ e: Extractor, _ list: SyntaxNode) {
        for parameter in list.children() {
            if parameter.is("identifier") {
                e.declare(parameter)
            } else if let declarator = parameter["declarator"], let (name, _) = named(declarator) {
                let type = isOfFunction(declarator) ? nil : parameter["type"]
                e.hide(name)
                e.declare(
                    e.cleaned(e.text(name)), as: type.flatMap { declared(e, parameter, $0) } ?? "?")
            } else if let pack = parameter["declarator"] {
                e.declareAll(in: pack)
            }
        }
    }

    /// A declaration in a function.
    static func locals(_ e: Extractor, _ node: SyntaxNode) {
        guard let type = node["type"] else { return }
        let isAuto = type.is("placeholder_type_specifier")
        for declarator in node.children("declarator") {
            let value = declarator["value"] ?? node["value"]
            guard let (name, isFunction) = named(declarator) else {
                e.declareAll(in: declarator["declarator"] ?? declarator)
                continue
            }
            // `int f(int);` declares what is elsewhere, `Foo a(b);` is read as the same.
            if isFunction, type.isOne(of: "primitive_type", "sized_type_specifier") { continue }
            let hasType = !isAuto && (isFunction || !isOfFunction(declarator))
            let meaning =
                hasType
                ? declared(e, node, type)
                : isAuto ? value.flatMap { deduced(e, node, declarator, $0) } : nil
            e.hide(name)
            e.declare(e.text(name), as: meaning ?? "?", behind: value == nil ? nil : node)
            if let value, value.isOne(of: "argument_list", "initializer_list"), !isAuto,
                type.isOne(of: "type_identifier", "qualified_identifier", "template_type"),
                named(declarator)?.name.index == declarator["declarator"]?.index
            {
                e.refer(.calls, type, argumentCount: value.childCount)
                e.hide(type)
            }
        }
    }

    /// What a declaration says that its names are: twice `^` behind what is `const`.
    private static func declared(
        _ e: Extractor, _ declaration: SyntaxNode, _ type: SyntaxNode
    ) -> String? {
        guard let meaning = e.instance(of: type) else { return nil }
        let isMarked =
            e.language.name == "cpp" && meaning.hasSuffix("^") && !meaning.hasSuffix("^^")
            && isConst(e, declaration)
        return isMarked ? meaning + "^" : meaning
    }

    static func isConst(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        node.allChildren.contains { $0.is("type_qualifier") && e.has($0, text: "const") }
    }

    /// What `auto` stands for. A copy of what is `const` is not; a reference to it is.
    private static func deduced(
        _ e: Extractor, _ declaration: SyntaxNode, _ declarator: SyntaxNode, _ value: SyntaxNode
    ) -> String? {
        guard let meaning = e.expression(of: value) else { return nil }
        let inner = declarator.is("init_declarator") ? declarator["declarator"] : declarator
        let isReference = inner?.isOne(of: "reference_declarator", "pointer_declarator") ?? false
        if !isReference { return meaning + "." + LinkRules.copied }
        return isConst(e, declaration) ? meaning + "." + LinkRules.constant : meaning
    }

    static func lambda(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        for capture in node["captures"]?.children() ?? [] where capture["left"] != nil {
            if let name = capture["left"] {
                let value = capture["right"].flatMap { e.expression(of: $0) }
                e.hide(name)
                e.declare(e.text(name), as: value ?? "?")
            }
        }
        if let list = node["declarator"]?["parameters"] { parameters(e, list) }
        return true
    }

    static func catchClause(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        if let list = node["parameters"] { parameters(e, list) }
        return true
    }

    static func rangeLoop(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        guard let declarator = node["declarator"], let right = node["right"] else { return true }
        guard let (name, _) = named(declarator) else {
            e.declareAll(in: declarator)
            return true
        }
        let isAuto = node["type"]?.is("placeholder_type_specifier") ?? true
        let meaning =
            isAuto
            ? e.expression(of: right).map { $0 + ".@each" }
            : node["type"].flatMap { declared(e, node, $0) }
        e.hide(name)
        e.declare(e.text(name), as: meaning ?? "?", behind: right)
        return true
    }

    /// Whether it is the name of what is declared around it.
    static func isDeclared(_ node: SyntaxNode) -> Bool {
        var node = node
        for _ in 0..<32 {
            guard let parent = node.parent else { return false }
            if parent.isOne(
                of: "pointer_declarator", "array_declarator", "init_declarator",
                "function_declarator", "attributed_declarator")
            {
                if (parent["declarator"] ?? parent.firstChild)?.index != node.index { return false }
            } else if parent.isOne(
                of: "parameter_declaration", "optional_parameter_declaration", "declaration",
                "field_declaration", "type_definition", "for_range_loop", "function_definition",
                "variadic_parameter_declaration")
            {
                return parent.children("declarator").contains { $0.index == node.index }
            } else if !parent.isOne(
                of: "reference_declarator", "parenthesized_declarator", "variadic_declarator",
                "structured_binding_declarator")
            {
                return parent.isOne(of: "parameter_list", "lambda_capture_initializer")
            }
            node = parent
        }
        return true
    }

    /// A name as a value.
    static func identifier(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let parent = node.parent, !parent.isError,
            !parent.isOne(
                of: "attribute", "destructor_name", "template_function", "template_method",
                "qualified_identifier", "operator_name", "preproc_params"),
            !(parent.parent?.isOne(of: "attribute_specifier", "attribute") ?? false),
            !isDeclared(node)
        else { return true }
        e.use(node)
        return true
    }

    // MARK: - What names stand for

    static func namedType(_ e: Extractor, _ node: SyntaxNode) -> SyntaxNode? {
        if node.is("type_descriptor") { return node["type"].flatMap { namedType(e, $0) } }
        if node.isOne(
            of: "struct_specifier", "union_specifier", "enum_specifier", "class_specifier")
        {
            return node["name"]
        }
        if node.is("dependent_type") { return node.firstChild }
        return node.isOne(of: "type_identifier", "qualified_identifier", "template_type")
            ? node : nil
    }

    private static let wrappers: Set<String> = [
        "array", "deque", "initializer_list", "list", "optional", "queue", "scoped_refptr",
        "shared_ptr", "span", "stack", "unique_ptr", "vector", "weak_ptr",
    ]
    private static let maps: Set<String> = ["map", "multimap", "unordered_map", "flat_hash_map"]

    private static func template(
        _ e: Extractor, _ node: SyntaxNode
    ) -> (name: String, arguments: [SyntaxNode])? {
        var node = node
        while node.is("qualified_identifier"), let inner = node["name"] { node = inner }
        guard node.isOne(of: "template_type", "template_function"), let name = node["name"] else {
            return nil
        }
        return (e.text(name), node["arguments"]?.children() ?? [])
    }

    static func wrappedType(_ e: Extractor, _ node: SyntaxNode) -> SyntaxNode? {
        if node.is("type_descriptor") { return node["type"].flatMap { wrappedType(e, $0) } }
        guard let (name, arguments) = template(e, node) else { return nil }
        if wrappers.contains(name) { return arguments.first }
        return maps.contains(name) && arguments.count > 1 ? arguments[1] : nil
    }

    /// Casts and makers are given the type of what they give.
    static func callValue(_ e: Extractor, _ node: SyntaxNode) -> String? {
        guard let function = node["function"] else { return nil }
        if let (name, arguments) = template(e, function) {
            switch name {
            case "static_cast", "dynamic_cast", "reinterpret_cast", "const_cast", "down_cast":
                return arguments.first.flatMap { e.instance(of: $0) } ?? "?"
            case "make_unique", "make_shared", "make_optional":
                let type = arguments.first.flatMap { e.instance(of: $0) } ?? "?"
                return type.hasSuffix("^") ? type + "*" : "?"
            case "forward": return node["arguments"]?.firstChild.flatMap { e.expression(of: $0) }
            default: return nil
            }
        }
        guard e.has(function, text: "std::move") else { return nil }
        return node["arguments"]?.firstChild.flatMap { e.expression(of: $0) } ?? "?"
    }

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        let isHeader = isHeader(e.path)
        let isStatic = node.children(atMost: 4).contains {
            $0.is("storage_class_specifier") && e.has($0, text: "static")
        }
        let isMember = e.isInType
        switch definition.kind {
        case .function, .method, .constructor:
            definition.isDeclaration = node.isOne(of: "declaration", "field_declaration")
            definition.isStatic = isMember && isStatic
            definition.isLocal = !isHeader && !isMember && (isStatic || isHidden(node))
            guard let declarator = functionDeclarator(node["declarator"]) else { return }
            let trailing = declarator.child("trailing_return_type")?.firstChild
            definition.type = (trailing ?? node["type"]).flatMap {
                declared(e, trailing ?? node, $0)
            }
            definition.arguments = declarator["parameters"].flatMap { arguments(e, $0) }
            // Where the system has it not.
            definition.isSecondary =
                definition.kind == .function && e.language.links.builtIns.contains(definition.name)
                && isConditional(e, node)
            // Only there several functions have one name.
            if e.language.name == "cpp" {
                definition.parameters = CParameters.text(e, declarator)
            }
        case .field, .variable, .constant:
            definition.isStatic = isMember && isStatic
            definition.isLocal = !isHeader && !isMember && (isStatic || isHidden(node))
            definition.isDeclaration =
                isMember && isStatic
                || node.children(atMost: 4).contains {
                    $0.is("storage_class_specifier") && e.has($0, text: "extern")
                }
            let declarator = node.children("declarator").first {
                named($0).map { e.text($0.name) == definition.name } ?? false
            }
            guard let type = node["type"], !isOfFunction(declarator) else { return }
            definition.type =
                type.is("placeholder_type_specifier")
                ? (declarator?["value"] ?? node["default_value"]).flatMap { e.expression(of: $0) }
                : declared(e, node, type)
        case .typeAlias:
            definition.isLocal = !isHeader && !isMember
            let declarator = node.children("declarator").first {
                named($0).map { e.text($0.name) == definition.name } ?? false
            }
            guard let type = node["type"], !isOfFunction(declarator) else { return }
            let meaning = e.instance(of: type)
            if meaning != definition.name + "^" { definition.type = meaning }
            // `typedef struct { … } A, *B;`
            if meaning == nil, type["body"] != nil,
                let (first, _) = node.children("declarator").first.flatMap({ named($0) })
            {
                definition.type = e.text(first) + "^"
            }
        case .enumMember:
            let type = node.parent?.parent
            let isScoped =
                type?.allChildren.prefix(3).contains { $0.isOne(of: "class", "struct") } ?? false
            definition.isStatic = !isScoped
            definition.isLocal = !isHeader && !isMember
        case .namespace, .module: break
        default: definition.isLocal = !isHeader && !isMember
        }
    }

    /// Whether it stands in a namespace without a name.
    private static func isHidden(_ node: SyntaxNode) -> Bool {
        var node = node
        while let parent = node.parent {
            if parent.is("namespace_definition"), parent["name"] == nil { return true }
            node = parent
        }
        return false
    }

    private static func arguments(_ e: Extractor, _ list: SyntaxNode) -> ClosedRange<Int>? {
        var least = 0
        var most = 0
        var isEmpty = true
        for parameter in list.allChildren {
            switch true {
            case parameter.is("parameter_declaration"):
                isEmpty = false
                // `(void)`
                if parameter["declarator"] == nil, let type = parameter["type"],
                    e.has(type, text: "void")
                {
                    continue
                }
                least += 1
                most += 1
            case parameter.is("optional_parameter_declaration"):
                isEmpty = false
                most += 1
            case parameter.isOne(
                of: "variadic_parameter", "variadic_parameter_declaration", "..."):
                isEmpty = false
                most = 1 << 20
            case parameter.is("identifier"): return nil
            default: break
            }
        }
        // In C that says nothing.
        if isEmpty, e.language.name == "c" { return nil }
        return least...max(least, most)
    }
}
