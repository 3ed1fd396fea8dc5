// SPDX-License-Identifier: Apache-2.0
//
// What names stand for in functions, and what definitions are or give.

extension JavaScript {
    // MARK: - Functions

    /// What a function's own names are, when its scope is open.
    static func locals(_ e: Extractor, _ node: SyntaxNode) {
        if !node.is("arrow_function") { bindSelf(e, node) }
        if let name = node["name"], node.isOne(of: "function_expression", "generator_function"),
            !e.isNamed(node) || e.text(name) != e.facts.definitions[e.scope.definition].name
        {
            bind(e, name, nil)
        }
        if let single = node["parameter"] { declare(e, single, as: nil) }
        let documented = docTypes(e, node)
        for parameter in node["parameters"]?.children() ?? [] where !parameter.is("comment") {
            let pattern = parameter["pattern"] ?? parameter
            let name = parameter["left"] ?? pattern
            let type =
                parameter["type"].flatMap { e.instance(of: $0) }
                ?? (name.is("identifier") ? documented?.parameters[e.text(name)] : nil)
            if pattern.is("this") {
                e.bind("this", .value(type ?? "?"), behind: nil, isNew: true)
                continue
            }
            // Without a type it has that of what it is when it is not given, but is not that.
            let value = parameter["type"] == nil ? parameter["value"] ?? parameter["right"] : nil
            let made = value.flatMap {
                $0.isOne(of: "identifier", "member_expression") ? nil : e.expression(of: $0)
            }
            declare(e, pattern, as: type ?? made)
        }
        if let body = node["body"] { hoist(e, body) }
    }

    /// What `this` is in a function that has its own.
    private static func bindSelf(_ e: Extractor, _ function: SyntaxNode) {
        guard var parent = function.parent else { return }
        var node = function
        if parent.isOne(of: "pair", "public_field_definition", "field_definition") {
            node = parent
            parent = parent.parent ?? parent
        }
        var meaning = Extractor.Locals.Meaning.value("?")
        if parent.isOne(of: "class_body", "interface_body", "object_type") {
            meaning = node.child("static") == nil ? .itself : .value("@type")
        } else if parent.is("object"), let name = parent.parent?["name"],
            parent.parent?.is("variable_declarator") == true,
            let variable = e.scopes.last(where: {
                $0.isDefinition && ($0.kind == .constant || $0.kind == .variable)
            }), e.facts.definitions[variable.definition].name == e.text(name)
        {
            meaning = .value(e.text(name))
        } else if parent.is("assignment_expression"), let object = parent["left"]?["object"],
            object["property"].map({ e.has($0, text: "prototype") }) == true
        {
            meaning = .itself
        }
        e.bind("this", meaning, behind: nil, isNew: true)
    }

    /// `var` is there in all of its function.
    private static func hoist(_ e: Extractor, _ body: SyntaxNode) {
        let word = Array("var ".utf8)
        var index = body.start
        var isThere = false
        while index + 4 <= body.end {
            if e.source[index] == word[0], e.source[index + 1] == word[1],
                e.source[index + 2] == word[2], e.source[index + 3] == word[3]
            {
                isThere = true
                break
            }
            index += 1
        }
        guard isThere else { return }
        var place = body.index + 1
        while place < body.after {
            let node = body.at(place)
            let first = e.byte(node.start)
            if node.isNamed, node["body"] != nil, isFunction(node) || node.is("class_declaration") {
                place = node.after
                continue
            }
            if first == UInt8(ascii: "v"), node.is("variable_declaration") { foresee(e, node) }
            place += 1
        }
    }

    private static func isFunction(_ node: SyntaxNode) -> Bool {
        isCallable(node)
            || node.isOne(
                of: "function_declaration", "generator_function_declaration", "method_definition")
    }

    /// Names of a declaration that comes later: nothing outside is meant by them.
    private static func foresee(_ e: Extractor, _ node: SyntaxNode) {
        for declarator in node.children() where declarator.is("variable_declarator") {
            guard let name = declarator["name"] else { continue }
            if let value = declarator["value"], name.is("identifier"),
                isCallable(value) || value.is("class")
            {
                continue
            }
            declare(e, name, as: nil, isSeen: false)
        }
    }

    // MARK: - Blocks

    /// One statement behind `if` is as good as a block of them.
    static func branch(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        return true
    }

    static func block(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.openBlock()
        guard e.isInFunction else { return true }
        for child in node.allChildren where child.is("lexical_declaration") { foresee(e, child) }
        return true
    }

    static func loop(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        guard let left = node["left"] else { return true }
        if node["kind"] != nil {
            declare(e, left, as: nil)
        } else if left.is("identifier"), e.locals.isVariable(e.text(left)) {
            e.assign(left, value: nil)
        }
        return true
    }

    static func problem(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        if let name = node["parameter"] { declare(e, name, as: nil) }
        return true
    }

    // MARK: - Variables

    private static func bind(
        _ e: Extractor, _ name: SyntaxNode, _ value: String?, behind node: SyntaxNode? = nil,
        isSeen: Bool = true
    ) {
        if isSeen { e.hide(name) }
        let known = value.flatMap { $0.utf8.count > 200 ? nil : $0 } ?? "?"
        e.bind(e.text(name), .value(known), behind: node, isNew: true)
    }

    /// The names of a pattern, which takes a value apart.
    static func declare(
        _ e: Extractor, _ pattern: SyntaxNode, as value: String?, behind node: SyntaxNode? = nil,
        isSeen: Bool = true, depth: Int = 0
    ) {
        guard depth < 16 else { return }
        func go(_ inner: SyntaxNode?, _ value: String?) {
            guard let inner else { return }
            declare(e, inner, as: value, behind: node, isSeen: isSeen, depth: depth + 1)
        }
        func part(_ name: SyntaxNode?) -> String? {
            guard let value, let name,
                name.isOne(of: "property_identifier", "identifier")
                    || name.is("shorthand_property_identifier_pattern")
            else { return nil }
            return "\(value).\(e.text(name))"
        }
        switch true {
        case pattern.isOne(of: "identifier", "shorthand_property_identifier_pattern"):
            bind(e, pattern, value, behind: node, isSeen: isSeen)
        case pattern.isOne(of: "assignment_pattern", "object_assignment_pattern"):
            go(pattern["left"], value)
        case pattern.is("rest_pattern"): go(pattern.firstChild, nil)
        case pattern.is("array_pattern"): for child in pattern.children() { go(child, nil) }
        case pattern.is("object_pattern"):
            for child in pattern.children() {
                if child.is("pair_pattern") {
                    go(child["value"], part(child["key"]))
                } else if child.is("object_assignment_pattern") {
                    go(child["left"], part(child["left"]))
                } else if child.is("rest_pattern") {
                    go(child, nil)
                } else {
                    go(child, part(child))
                }
            }
        default: break
        }
    }

    /// `a = …` of a local variable, `this.a = …`.
    static func assign(_ e: Extractor, _ node: SyntaxNode) {
        guard let left = node["left"], let right = node["right"] else { return }
        if left.is("identifier") {
            let name = e.text(left)
            if e.locals.isVariable(name) {
                e.assign(left, value: right)
            } else if e.locals[name] == nil {
                e.reassign(name, right)
            }
        } else if left.is("member_expression"), let object = left["object"], object.is("this"),
            let name = left["property"], e.expression(of: object) == "@self",
            let owner = e.enclosingType
        {
            // What is not known is still no member of a base.
            let value = e.expression(of: right).flatMap {
                $0.utf8.contains(UInt8(ascii: "?")) ? nil : $0
            }
            e.facts.attributes.append(
                Attribute(owner: owner, name: e.text(name), type: value ?? "?"))
        } else if left.isOne(of: "object_pattern", "array_pattern") {
            for child in left.children() where child.is("identifier") {
                if e.locals.isVariable(e.text(child)) { e.assign(child, value: nil) }
            }
        }
    }

    static func update(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let left = node["left"], left.is("identifier"),
            e.locals.isVariable(e.text(left))
        {
            e.assign(left, value: nil)
        }
        return true
    }

    /// A name in a type that is nobody's.
    static func nameless(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.is("infer_type") {
            e.declareLocalType(node.firstChild)
        } else {
            e.hide(node["name"])
        }
        return true
    }

    // MARK: - Types

    private static let wrappers: Set<String> = [
        "Awaited", "NonNullable", "Partial", "Promise", "PromiseLike", "Readonly", "Required",
    ]

    /// Of `A | null` and `Promise<A>`, `A`: what is promised is waited for before it is used.
    static func namedType(_ e: Extractor, _ type: SyntaxNode) -> SyntaxNode? {
        var type = type
        for _ in 0..<8 {
            switch true {
            case type.isOne(of: "type_identifier", "nested_type_identifier", "this_type"):
                return type
            case type.isOne(of: "type_annotation", "parenthesized_type", "readonly_type"):
                guard let inner = type.firstChild else { return nil }
                type = inner
            case type.is("predefined_type"):
                return ["string", "number", "boolean", "symbol", "bigint"].contains(e.text(type))
                    ? type : nil
            case type.is("generic_type"):
                guard let name = type["name"], wrappers.contains(e.text(name)) else { return type }
                guard let inner = type["type_arguments"]?.firstChild else { return nil }
                type = inner
            case type.is("union_type"):
                var parts: [SyntaxNode] = []
                var pending = [type]
                while let next = pending.popLast() {
                    if next.is("union_type") {
                        pending += next.children()
                    } else if !["null", "undefined", "void"].contains(e.text(next)) {
                        parts.append(next)
                    }
                }
                guard parts.count == 1 else { return nil }
                type = parts[0]
            default: return nil
            }
        }
        return nil
    }

    // MARK: - Details

    /// The function that a definition is.
    private static func function(of node: SyntaxNode) -> SyntaxNode? {
        if node["parameters"] != nil || node["parameter"] != nil { return node }
        if let value = node["value"] ?? node["right"] { return isCallable(value) ? value : nil }
        guard let declarator = node.child("variable_declarator") else { return nil }
        return declarator["value"].flatMap { isCallable($0) ? $0 : nil }
    }

    /// Of files of TypeScript, whether there is nothing that makes a module of one.
    static func script(_ e: Extractor, _ root: SyntaxNode) {
        let isModule = root.children().contains {
            $0.isOne(of: "import_statement", "export_statement")
        }
        if !isModule { e.facts.package = links.globalPackage }
    }

    /// Whether only its own block of a namespace sees it.
    private static func isInsideOfNamespace(_ node: SyntaxNode) -> Bool {
        var around = node.parent
        if let list = around, list.isOne(of: "lexical_declaration", "variable_declaration") {
            around = list.parent
        }
        guard let around, around.is("statement_block"), let space = around.parent,
            space.isOne(of: "internal_module", "module")
        else { return false }
        var outer = space.parent
        while let node = outer {
            if node.is("ambient_declaration") { return false }
            outer = node.parent
        }
        return true
    }

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        if node.is("call_expression") {
            // A test: its name is none to anybody.
            definition.isMember = true
            definition.isSecondary = true
            return
        }
        definition.isLocal = isInsideOfNamespace(node)
        definition.isDeclaration = [".d.ts", ".d.mts", ".d.cts"].contains(where: e.path.hasSuffix)
        switch definition.kind {
        case .function, .method, .constructor:
            let isInObject = node.parent?.is("object") ?? false
            definition.isMember = isInObject || node.is("assignment_expression")
            definition.isStatic = node.child("static") != nil
            definition.isAccessor = node.is("method_definition") && node.child("get") != nil
            definition.isSecondary =
                node.isOne(of: "function_signature", "method_signature")
                || node.is("method_definition") && node.child("set") != nil
                || isInObject && node.parent.map { !isValue($0) } ?? false
            guard let function = function(of: node) else { return }
            definition.type =
                function["return_type"].flatMap { e.instance(of: $0) }
                ?? docTypes(e, definition)?.result
            // What ends so is to be called on.
            if definition.type == nil, function["return_type"] == nil, definition.kind == .method,
                let last = function["body"]?.lastChild, last.is("return_statement"),
                last.firstChild?.is("this") == true
            {
                definition.type = "@self"
            }
            // What a function of JavaScript is given too much or too little does not matter to it.
            if e.language.name == "typescript" { definition.arguments = arguments(function) }
        case .class where node.is("assignment_expression"): definition.isMember = true
        case .variable, .constant, .field, .property:
            let holder = node.child("variable_declarator") ?? node
            if let type = holder["type"] {
                definition.type = e.instance(of: type)
            } else if let type = docTypes(e, definition)?.value {
                definition.type = type
            } else if let value = holder["value"] {
                definition.type = e.expression(of: value)
                if let name = holder["name"], !name.is("identifier"),
                    !name.is("property_identifier")
                {
                    definition.type = definition.type.flatMap {
                        member(e, definition.name, of: name, in: $0)
                    }
                }
            }
        case .typeAlias: definition.type = node["value"].flatMap { e.instance(of: $0) }
        default: break
        }
    }

    /// Whether an object is what a variable or a module is, and so its members are the other's.
    private static func isValue(_ object: SyntaxNode) -> Bool {
        guard var parent = object.parent else { return false }
        if parent.isOne(of: "as_expression", "satisfies_expression") {
            parent = parent.parent ?? parent
        }
        return parent.isOne(of: "variable_declarator", "export_statement", "assignment_expression")
    }

    /// What of a value a name in a pattern is.
    private static func member(
        _ e: Extractor, _ name: String, of pattern: SyntaxNode, in value: String
    ) -> String? {
        guard pattern.is("object_pattern") else { return nil }
        for child in pattern.children() {
            if child.is("pair_pattern") {
                if let key = child["key"], let own = child["value"], e.text(own) == name {
                    return "\(value).\(e.text(key))"
                }
            } else if child.is("shorthand_property_identifier_pattern"), e.text(child) == name {
                return "\(value).\(name)"
            }
        }
        return nil
    }

    /// What an object has under its keys, where that is no function of its own.
    static func members(_ e: Extractor, _ object: SyntaxNode, of owner: Int) {
        guard object.is("object") || object.isOne(of: "as_expression", "satisfies_expression")
        else { return }
        for child in (object.is("object") ? object : object.firstChild ?? object).children() {
            let key = child.is("pair") ? child["key"] : child
            let value = child.is("pair") ? child["value"] : child
            guard let key, let value,
                key.isOne(of: "property_identifier", "shorthand_property_identifier"),
                !isCallable(value), let type = e.expression(of: value)
            else { continue }
            e.facts.attributes.append(Attribute(owner: owner, name: e.text(key), type: type))
        }
    }

    private static func arguments(_ function: SyntaxNode) -> ClosedRange<Int>? {
        if function["parameter"] != nil { return 1...1 }
        guard let parameters = function["parameters"] else { return nil }
        var least = 0
        var most = 0
        for parameter in parameters.children() where !parameter.is("comment") {
            let pattern = parameter["pattern"] ?? parameter
            if pattern.is("this") { continue }
            if pattern.is("rest_pattern") {
                most = 1 << 20
            } else {
                most += 1
                if parameter.is("required_parameter"), parameter["value"] == nil { least = most }
            }
        }
        return least...max(least, most)
    }
}
