// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let go = Language(
        name: "go", grammar: GrammarFolder.Name("go"), extensions: ["go"],
        rules: .all(
            [
                "if_statement", "for_statement", "expression_case", "type_case",
                "communication_case", "&&", "||",
            ], .branch)
            + [
                "comment": .comment, "func_literal": .closure,
                "function_declaration": .function(),
                "method_declaration": .visit(Go.method),
                "type_spec": .visit(Go.type), "type_alias": .define(.typeAlias, body: "type"),
                "method_elem": .define(.method),
                "type_elem": .visit(Go.embeddedInterface),
                "field_declaration": .visit(Go.field),
                "const_spec": .visit { Go.values($0, $1, .constant) },
                "var_spec": .visit { Go.values($0, $1, .variable) },
                "import_spec": .visit(Go.imports),
                "call_expression": .refer(.calls, "function"),
                "composite_literal": .visit(Go.construction),
                "type_identifier": .name(.uses), "qualified_type": .name(.uses),
                "type_parameter_declaration": .visit(Go.typeParameters),
            ],
        shapes: [
            "identifier": .name, "field_identifier": .name, "type_identifier": .name,
            "package_identifier": .name,
            "selector_expression": .member("operand", "field"),
            "qualified_type": .member("package", "name"),
            "call_expression": .call("function"), "generic_type": .field("type"),
            "type_instantiation_expression": .field("type"), "composite_literal": .call("type"),
            "index_expression": .field("operand"),
            "pointer_type": .inner, "parenthesized_expression": .inner,
            "parenthesized_type": .inner, "unary_expression": .field("operand"),
        ],
        builtIns: Go.builtInTypes,
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
        return true
    }

    static func type(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let type = node["type"]
        let kind: EntityKind =
            type?.is("struct_type") == true
            ? .struct : type?.is("interface_type") == true ? .interface : .typeAlias
        let body = kind == .typeAlias ? nil : type?.firstChild
        e.define(kind, node.declaration, name: name, body: body)
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
        if names.isEmpty { e.refer(.extends, node["type"]) }
        guard e.scope.kind == .struct else { return true }
        for name in names {
            e.defineVariable(.field, node, name: name, value: nil, isOnly: names.count == 1)
        }
        return true
    }

    static func values(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard !e.isInFunction else { return true }
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
            e.refer(.imports, String(e.text(path).dropFirst().dropLast()), line: node.line)
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

    static func typeParameters(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        for name in node.children("name") { e.declareLocalType(name) }
        return true
    }
}
