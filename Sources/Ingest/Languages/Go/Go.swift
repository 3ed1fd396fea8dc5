// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let go = Language(
        name: "go", grammar: GrammarFolder.Name("go"), extensions: ["go"],
        rules: .all(
            [
                "if_statement", "for_statement", "expression_case", "communication_case",
            ], .visit(Go.branch))
            + .all(
                [
                    "block", "expression_switch_statement", "type_switch_statement",
                    "default_case",
                ], .block)
            + [
                "&&": .branch, "||": .branch,
                "comment": .comment, "func_literal": .visit(Go.closure),
                "package_clause": .visit(Go.package),
                "function_declaration": .visit(Go.function),
                "method_declaration": .visit(Go.method),
                "type_spec": .visit(Go.type), "type_alias": .define(.typeAlias, body: "type"),
                "method_elem": .define(.method),
                "type_elem": .visit(Go.embeddedInterface),
                "field_declaration": .visit(Go.field),
                "const_spec": .visit { Go.values($0, $1, .constant) },
                "var_spec": .visit { Go.values($0, $1, .variable) },
                "import_spec": .visit(Go.imports),
                "short_var_declaration": .visit(Go.shortDeclaration),
                "range_clause": .visit(Go.range), "type_case": .visit(Go.typeCase),
                "receive_statement": .visit(Go.receive),
                "identifier": .visit(Go.identifier), "selector_expression": .use,
                "type_conversion_expression": .visit(Go.conversion),
                "call_expression": .visit(Go.call),
                "composite_literal": .visit(Go.construction),
                "type_identifier": .type, "qualified_type": .type,
                "type_parameter_declaration": .visit(Go.typeParameters),
            ],
        shapes: [
            "identifier": .name, "field_identifier": .name, "type_identifier": .name,
            "package_identifier": .name,
            "selector_expression": .member("operand", "field"),
            "qualified_type": .member("package", "name"),
            "call_expression": .call("function"), "generic_type": .field("type"),
            "type_instantiation_expression": .field("type"),
            "composite_literal": .instance("type"), "type_assertion_expression": .instance("type"),
            "type_conversion_expression": .instance("type"),
            "index_expression": .item("operand"), "slice_expression": .field("operand"),
            "pointer_type": .inner, "parenthesized_expression": .inner,
            "parenthesized_type": .inner, "unary_expression": .field("operand"),
            "interpreted_string_literal": .literal("string"),
            "raw_string_literal": .literal("string"), "int_literal": .literal("int"),
            "float_literal": .literal("float64"), "rune_literal": .literal("rune"),
            "true": .literal("bool"), "false": .literal("bool"),
        ],
        builtIns: Go.builtInTypes, spreads: ["variadic_argument"],
        namedType: { Go.namedType($0, $1) }, callValue: { Go.callValue($0, $1) },
        wrappedType: { Go.wrappedType($0, $1) },
        links: GoModules.links, details: { Go.details($0, $1, &$2) },
        visibility: { _, _, name in
            name.unicodeScalars.first?.properties.isUppercase == true ? .public : .internal
        },
        testFile: { $0.hasSuffix("_test.go") ? TestReason("_test.go") : nil })
}

private enum Go {
    static let builtInTypes: Set<String> = [
        "any", "bool", "byte", "comparable", "complex128", "complex64", "error", "float32",
        "float64", "int", "int16", "int32", "int64", "int8", "nil", "rune", "string", "uint",
        "uint16",
        "uint32", "uint64", "uint8", "uintptr",
    ]

    /// Under its receiver's type, wherever in the package that stands.
    static func method(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let receiver = node["receiver"]?.child("parameter_declaration")?["type"]
        let type = receiver.flatMap { e.path(of: $0) }
        e.define(.method, node, name: name, body: node["body"], type: type)
        // The receiver's type parameters are new names.
        var inner = receiver
        if let pointer = inner, pointer.is("pointer_type") { inner = pointer.firstChild }
        if let generic = inner, generic.is("generic_type") {
            for argument in generic["type_arguments"]?.children() ?? [] {
                e.declareLocalType(argument.firstChild ?? argument)
            }
        }
        parameters(e, node["receiver"])
        parameters(e, node)
        return true
    }

    static func type(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let type = node["type"]
        let kind: EntityKind =
            type?.is("struct_type") == true
            ? .struct : type?.is("interface_type") == true ? .interface : .typeAlias
        let body = kind == .typeAlias ? nil : type?.firstChild
        let index = e.define(kind, node.declaration, name: name, body: body)
        if kind == .typeAlias, let type, let element = wrappedType(e, type),
            let meaning = e.instance(of: element)
        {
            let attribute = Attribute(owner: index, name: "@item", type: meaning)
            e.facts.attributes.append(attribute)
        }
        return true
    }

    static func embeddedInterface(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let types = node.children()
        if types.count == 1, e.scope.kind == .interface { e.refer(.extends, types[0]) }
        return true
    }

    static func field(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let names = node.children("name")
        // An embedded type gives its members to the struct.
        if names.isEmpty, let type = node["type"] {
            e.refer(.extends, type)
            // It can be named as well.
            if let owner = e.enclosingType, let path = e.path(of: type),
                let name = path.split(separator: ".").last
            {
                let attribute = Attribute(owner: owner, name: String(name), type: path + "^")
                e.facts.attributes.append(attribute)
            }
        }
        guard [.struct, .field, .variable].contains(e.scope.kind) else { return true }
        for name in names {
            e.defineVariable(.field, node, name: name, value: nil, isOnly: names.count == 1)
        }
        return true
    }

    static func values(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard !e.isInFunction else {
            declare(e, node.children("name"), node["type"], node["value"])
            return true
        }
        let names = node.children("name")
        let (whole, value) = (node.declaration, node["value"])
        for name in names where e.text(name) != "_" {
            e.defineVariable(kind, whole, name: name, value: value, isOnly: names.count == 1)
        }
        return true
    }

    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        if let path = node["path"] {
            let module = String(e.text(path).dropFirst().dropLast())
            let name = node["name"]
            if name?.is("dot") ?? false {
                e.addImport(module, "*", as: "", node)
            } else if name?.is("blank_identifier") ?? false {
                e.addImport(module, as: "", node)
            } else {
                e.addImport(module, as: name.map { e.text($0) } ?? GoModules.name(of: module), node)
            }
        }
        return false
    }

    static func construction(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let type = node["type"],
            type.isOne(
                of: "type_identifier", "qualified_type", "generic_type")
        {
            e.refer(.calls, type)
            e.hide(type)
        }
        return true
    }

    // MARK: - Names

    static func branch(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        return true
    }

    static func package(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.firstChild { e.facts.package = e.text(name) }
        return true
    }

    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(.function, node, name: name, body: node["body"])
        for parameter in node["type_parameters"]?.children() ?? [] {
            _ = typeParameters(e, parameter)
        }
        parameters(e, node)
        return true
    }

    static func closure(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        parameters(e, node)
        return true
    }

    /// Those of a function with its results, or those of a list.
    private static func parameters(_ e: Extractor, _ node: SyntaxNode?) {
        guard let node else { return }
        let lists =
            node.is("parameter_list")
            ? [node]
            : [node["parameters"], node["result"]].compactMap { $0 }
                .filter { $0.is("parameter_list") }
        for list in lists {
            for parameter in list.children() {
                for name in parameter.children("name") {
                    if parameter.is("variadic_parameter_declaration") {
                        let type = parameter["type"].flatMap { e.instance(of: $0) } ?? "?"
                        e.hide(name)
                        e.declare(e.text(name), as: type.hasSuffix("^") ? type + "*" : "?")
                    } else {
                        e.declare(name, type: parameter["type"])
                    }
                }
            }
        }
    }

    /// Of several values of one call only the first is known.
    private static func declare(
        _ e: Extractor, _ names: [SyntaxNode], _ type: SyntaxNode?, _ right: SyntaxNode?
    ) {
        let values = right.map { $0.is("expression_list") ? $0.children() : [$0] } ?? []
        for (index, name) in names.enumerated() where name.is("identifier") {
            let value: SyntaxNode? =
                values.count == names.count
                ? values[index] : index == 0 && values.count == 1 ? values[0] : nil
            let meaning = type.map { e.instance(of: $0) } ?? value.flatMap { e.expression(of: $0) }
            e.hide(name)
            if e.has(name, text: "_") { continue }
            e.declare(
                e.text(name), as: meaning ?? "?", behind: right == nil ? nil : e.currentNode)
        }
    }

    /// `new(A)` and `make([]A)` are given types, `append(a, b)` gives what it is given.
    static func callValue(_ e: Extractor, _ node: SyntaxNode) -> String? {
        guard let function = node["function"], let first = node["arguments"]?.firstChild else {
            return nil
        }
        if e.has(function, text: "new") || e.has(function, text: "make") {
            return e.instance(of: first) ?? "?"
        }
        return e.has(function, text: "append") ? e.expression(of: first) ?? "?" : nil
    }

    static func shortDeclaration(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.isInFunction else { return true }
        declare(e, node["left"]?.children() ?? [], nil, node["right"])
        return true
    }

    static func range(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.isInFunction, let left = node["left"], let right = node["right"],
            node.allChildren.contains(where: { $0.is(":=") })
        else { return true }
        let value = e.expression(of: right).map { $0 + ".@item" }
        for (index, name) in left.children().enumerated() where name.is("identifier") {
            e.hide(name)
            let meaning = index == 1 ? value ?? "?" : "?"
            e.declare(e.text(name), as: meaning, behind: right)
        }
        return true
    }

    static func receive(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.allChildren.contains(where: { $0.is(":=") }) { e.declareAll(in: node["left"]) }
        return true
    }

    /// In a case of one type the variable of a type switch is of that.
    static func typeCase(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        guard let alias = node.parent?["alias"]?.firstChild else { return true }
        let types = node.children("type").filter(\.isNamed)
        let type = types.count == 1 ? e.instance(of: types[0]) : nil
        e.hide(alias)
        e.declare(e.text(alias), as: type ?? "?")
        return true
    }

    /// A name as a value; before a colon it may be a field's.
    static func identifier(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let element = node.parent, element.is("literal_element"),
            let keyed = element.parent, keyed.is("keyed_element"),
            keyed["key"]?.index == element.index
        else {
            e.use(node)
            return true
        }
        guard let literal = keyed.parent?.parent, literal.is("composite_literal"),
            let type = literal["type"]
        else { return true }
        if type.isOne(of: "type_identifier", "qualified_type", "generic_type") {
            if let path = e.instance(of: type) { e.use("\(path).\(e.text(node))", node) }
        } else {
            e.use(node)
        }
        return true
    }

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        var function = node["function"]
        // `f[A](b)`
        if let generic = function, generic.is("index_expression") {
            function = generic["operand"]
            let isName = function?.isOne(of: "identifier", "selector_expression") ?? false
            guard let name = function, isName else { return true }
            if e.isName(name), e.locals[e.text(name)] != nil { return true }
        }
        e.refer(.calls, function, argumentCount: e.argumentCount(node))
        if node["function"]?.is("index_expression") ?? false { e.hide(function) }
        return true
    }

    /// The same where it could be a conversion.
    static func conversion(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let type = node["type"], type.is("generic_type") else { return true }
        e.refer(.calls, type)
        e.hide(type)
        return true
    }

    // MARK: - Types

    static func namedType(_ e: Extractor, _ node: SyntaxNode) -> SyntaxNode? {
        var node = node
        while node.isOne(of: "pointer_type", "parenthesized_type"), let inner = node.firstChild {
            node = inner
        }
        return node.isOne(of: "type_identifier", "qualified_type", "generic_type", "identifier")
            ? node : nil
    }

    static func wrappedType(_ e: Extractor, _ node: SyntaxNode) -> SyntaxNode? {
        if node.isOne(of: "slice_type", "array_type", "implicit_length_array_type") {
            return node["element"]
        }
        return node.is("map_type") ? node["value"] : nil
    }

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        switch definition.kind {
        case .function, .method:
            let result = node["result"]
            let type =
                result?.is("parameter_list") ?? false ? result?.firstChild?["type"] : result
            definition.type = type.flatMap { e.instance(of: $0) }
            var count = 0
            var isVariadic = false
            for parameter in node["parameters"]?.children() ?? [] where !parameter.is("comment") {
                if parameter.is("variadic_parameter_declaration") {
                    isVariadic = true
                } else {
                    count += max(1, parameter.children("name").count)
                }
            }
            // A call may be given what another returns, one or several.
            definition.arguments = min(count, 1)...(isVariadic ? 1 << 20 : count + 1)
        case .field: definition.type = node["type"].flatMap { e.instance(of: $0) }
        case .typeAlias where node.is("type_alias"):
            definition.type = node["type"].flatMap { e.instance(of: $0) } ?? "?"
        case .constant, .variable:
            let spec =
                node.isOne(of: "var_spec", "const_spec")
                ? node : node.child("var_spec") ?? node.child("const_spec")
            guard let spec else { return }
            if let type = spec["type"] {
                definition.type = e.instance(of: type)
                return
            }
            let names = spec.children("name")
            let values = spec["value"]?.children() ?? []
            guard let index = names.firstIndex(where: { e.text($0) == definition.name }) else {
                return
            }
            if values.count == names.count {
                definition.type = e.expression(of: values[index])
            } else if index == 0, values.count == 1 {
                definition.type = e.expression(of: values[0])
            }
        default: break
        }
    }

    static func typeParameters(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let bound = node["type"]?.children() ?? []
        for name in node.children("name") where !e.scope.localTypes.contains(e.text(name)) {
            e.declareLocalType(name, bound: bound.count == 1 ? bound[0] : nil)
        }
        return true
    }
}
