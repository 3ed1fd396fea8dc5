// SPDX-License-Identifier: Apache-2.0
//
// C and C++, whose declarators are alike: a name stands at the end of a chain of them.

extension Language {
    static let c = Language(
        name: "c", grammar: GrammarFolder.Name("c"), extensions: ["c", "h"],
        rules: C.rules, shapes: C.shapes, builtIns: C.builtInTypes,
        blanks: { CMacros.blanks($0) }, namedType: { C.namedType($0, $1) },
        links: CIncludes.links(isObjectOriented: false),
        details: { C.details($0, $1, &$2) }, visibility: C.visibility, test: C.test)

    static let cpp = Language(
        name: "cpp", grammar: GrammarFolder.Name("cpp"),
        extensions: [
            "c++", "cc", "cpp", "cppm", "cxx", "h++", "hh", "hpp", "hxx", "inl", "ipp", "ixx",
            "tcc",
        ],
        rules: C.rules + [
            "class_specifier": .visit { C.type($0, $1, .class) },
            "namespace_definition": .visit(C.namespace),
            "template_declaration": .visit(C.template),
            "type_parameter_declaration": .visit(C.typeParameter),
            "optional_type_parameter_declaration": .typeParameter(),
            "variadic_type_parameter_declaration": .visit(C.typeParameter),
            "base_class_clause": .visit(C.bases),
            "alias_declaration": .define(.typeAlias, body: "type"),
            "concept_definition": .define(.interface),
            "using_declaration": .visit(C.using),
            "new_expression": .visit(C.construction),
            "compound_literal_expression": .visit(C.construction),
            "qualified_identifier": .visit(C.qualified),
            "friend_declaration": .leaf, "lambda_expression": .visit(C.lambda),
            "namespace_alias_definition": .visit(C.namespaceAlias),
            "access_specifier": .visit(C.access),
            "catch_clause": .visit(C.catchClause), "for_range_loop": .visit(C.rangeLoop),
            "and": .branch, "or": .branch,
        ],
        shapes: C.shapes + [
            "namespace_identifier": .name, "operator_name": .name, "destructor_name": .name,
            "qualified_identifier": .qualified("scope", "name"),
            "template_type": .field("name"), "template_function": .field("name"),
            "template_method": .field("name"), "dependent_name": .inner, "this": .name,
            "new_expression": .call("type"), "dependent_type": .inner,
        ],
        builtIns: C.builtInTypes, selfNames: ["this"],
        spreads: ["parameter_pack_expansion"], blanks: { CMacros.blanks($0) },
        namedType: { C.namedType($0, $1) },
        isConstant: { $1.is("type_descriptor") && C.isConst($0, $1) },
        callValue: { C.callValue($0, $1) }, wrappedType: { C.wrappedType($0, $1) },
        links: CIncludes.links(isObjectOriented: true), details: { C.details($0, $1, &$2) },
        visibility: C.visibility, test: C.test)
}

enum C {
    static let builtInTypes: Set<String> = [
        "bool", "int16_t", "int32_t", "int64_t", "int8_t", "intptr_t", "ptrdiff_t", "size_t",
        "ssize_t", "uint16_t", "uint32_t", "uint64_t", "uint8_t", "uintptr_t",
    ]

    static let rules: [String: Rule] =
        .all(
            [
                "do_statement", "case_statement", "conditional_expression", "&&", "||",
            ], .branch)
        + .all(["if_statement", "for_statement", "while_statement"], .visit(branch))
        + .all(["compound_statement", "switch_statement"], .block)
        + [
            "identifier": .visit(identifier), "field_expression": .use,
            "comment": .comment,
            "function_definition": .visit(function),
            "declaration": .visit(declaration),
            "field_declaration": .visit(member),
            "struct_specifier": .visit { type($0, $1, .struct) },
            "union_specifier": .visit { type($0, $1, .union) },
            "enum_specifier": .visit { type($0, $1, .enum) },
            "enumerator": .define(.enumMember, body: "value"),
            "type_definition": .visit(typeDefinition),
            "preproc_def": .visit(macro), "preproc_function_def": .visit(macro),
            "preproc_include": .visit(include),
            "call_expression": .visit(call),
            "type_identifier": .type,
        ]

    static let shapes: [String: Shape] = [
        "identifier": .name, "field_identifier": .name, "type_identifier": .name,
        "field_expression": .access("argument", "field"),
        "call_expression": .call("function"), "subscript_expression": .item("argument"),
        "parenthesized_expression": .inner, "pointer_expression": .pointer("argument"),
        "cast_expression": .instance("type"), "compound_literal_expression": .instance("type"),
    ]

    // MARK: - Declarators

    /// The name at the end of a chain of declarators, and whether it is a function's.
    static func named(_ declarator: SyntaxNode?) -> (name: SyntaxNode, isFunction: Bool)? {
        var node = declarator
        var isFunction = false
        for _ in 0..<32 {
            guard let current = node else { return nil }
            if current.is("function_declarator") {
                // A pointer to a function is none: its name stands in parentheses.
                let inner = current["declarator"]
                isFunction = inner?.is("parenthesized_declarator") != true
                node = inner
            } else if current.isOne(
                of: "pointer_declarator", "array_declarator", "init_declarator",
                "attributed_declarator")
            {
                node = current["declarator"] ?? current.firstChild
            } else if current.isOne(of: "reference_declarator", "parenthesized_declarator") {
                node = current.firstChild
            } else if current.is("operator_cast") {
                return (current, true)
            } else if current.isOne(
                of: "identifier", "field_identifier", "type_identifier", "qualified_identifier",
                "operator_name", "destructor_name", "template_function")
            {
                return (current, isFunction)
            } else {
                return nil
            }
        }
        return nil
    }

    /// Defines a function under the type or name space that its name begins with.
    private static func defineFunction(
        _ e: Extractor, _ node: SyntaxNode, _ name: SyntaxNode, body: SyntaxNode?
    ) {
        var text: String
        if name.is("operator_cast") {
            text = "operator " + (name["type"].map { e.text($0) } ?? "")
        } else {
            text = e.path(of: name) ?? e.text(name)
        }
        var type: String?
        var parts = text.split(separator: ".").map { String($0) }
        if parts.count > 1 {
            text = parts.removeLast()
            let prefix = e.scope.qualifiedName
            type = (prefix.isEmpty ? "" : prefix + ".") + parts.joined(separator: ".")
        }
        text = e.cleaned(text)
        let owner = type.map { $0.split(separator: ".").last.map { String($0) } ?? $0 }
        let typeName = owner ?? (e.isInType ? lastName(e.scope.qualifiedName) : nil)
        let kind: EntityKind =
            typeName == nil ? .function : text == typeName ? .constructor : .method
        e.hide(name)
        e.define(kind, node, named: text, body: body, type: type)
        if let list = functionDeclarator(node["declarator"])?["parameters"] { parameters(e, list) }
    }

    private static func lastName(_ path: String) -> String {
        path.split(separator: ".").last.map { String($0) } ?? path
    }

    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if testFunction(e, node) { return true }
        guard let (name, isFunction) = named(node["declarator"]), isFunction else { return true }
        defineFunction(e, node, name, body: node["body"] ?? node.child("field_initializer_list"))
        return true
    }

    static func declaration(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if e.isInFunction {
            locals(e, node)
            return true
        }
        let isHeader = isHeader(e.path)
        let isExtern = node.child("storage_class_specifier").map { e.text($0) == "extern" } ?? false
        let isQualified = node.allChildren.contains {
            $0.is("type_qualifier") && (e.has($0, text: "const") || e.has($0, text: "constexpr"))
        }
        let declarators = node.children("declarator")
        for declarator in declarators {
            guard let (name, isFunction) = named(declarator) else { continue }
            if isFunction {
                // What a .c file declares is defined elsewhere; what a header does is all that
                // others see of it.
                if isHeader || e.isInType { defineFunction(e, node, name, body: nil) }
                return true
            }
            if isExtern && !isHeader { continue }
            let value = declarator["value"]
            e.hide(name)
            // `const char *` may point elsewhere later.
            let isConstant =
                isQualified && !declarator.is("pointer_declarator")
                && !(declarator["declarator"] ?? declarator).is("pointer_declarator")
            e.defineVariable(
                e.isInType ? .field : isConstant ? .constant : .variable, node, name: name,
                value: value, isOnly: declarators.count == 1)
        }
        return true
    }

    static func isHeader(_ path: String) -> Bool {
        let name = SourceLanguage.fileExtension(of: path)
        return name.hasPrefix("h") || name == "inl" || name == "ipp" || name == "tcc"
            || name == "ixx" || name == "cppm"
    }

    static func member(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.isInType else { return true }
        let declarators = node.children("declarator")
        let value = node["default_value"]
        for declarator in declarators {
            guard let (name, isFunction) = named(declarator) else { continue }
            if isFunction {
                defineFunction(e, node, name, body: nil)
                return true
            }
            e.defineVariable(
                .field, node, name: name, value: value, isOnly: declarators.count == 1)
        }
        return true
    }

    // MARK: - Types

    /// A type that is only named is used, not defined.
    static func type(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard let body = node["body"] else {
            if let parent = node.parent, !parent.isOne(of: "translation_unit", "declaration_list") {
                return true
            }
            // That there is one, and where.
            if let name = node["name"] {
                let text = "class " + e.text(name)
                e.facts.attributes.append(
                    Attribute(owner: e.scope.definition, name: text, type: "?"))
            }
            e.hide(node["name"])
            return true
        }
        guard let name = node["name"] else {
            // `typedef struct { … } Name;` and `struct { … } name;`
            guard let parent = node.parent, parent.is("type_definition"),
                let (name, _) = named(parent["declarator"])
            else { return true }
            e.define(kind, parent, name: name, body: body)
            return true
        }
        let path = e.path(of: name) ?? e.text(name)
        let parts = path.split(separator: ".").map { String($0) }
        e.hide(name)
        e.define(
            kind, node, named: parts.last ?? path, body: body,
            type: parts.count > 1
                ? ([e.scope.qualifiedName] + parts.dropLast()).filter { !$0.isEmpty }
                    .joined(separator: ".") : nil)
        return true
    }

    static func typeDefinition(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard !e.isInFunction else { return true }
        var declarators = node.children("declarator")
        let isOnly = declarators.count == 1
        guard let type = node["type"], let body = type["body"] else {
            for declarator in declarators {
                guard let (name, _) = named(declarator) else { continue }
                e.defineVariable(.typeAlias, node, name: name, value: nil, isOnly: isOnly)
            }
            return true
        }
        // Beside the type, which begins here as well; one without a name has the first.
        e.wrap(node)
        if type["name"] == nil, !declarators.isEmpty { declarators.removeFirst() }
        let tag = type["name"].map { e.text($0) }
        for declarator in declarators {
            guard let (name, _) = named(declarator) else { continue }
            if let tag, e.text(name) != tag { e.referLater(.uses, tag, line: node.line) }
            e.defineVariable(.typeAlias, node, name: name, value: body)
        }
        return true
    }

    // MARK: - Tests

    /// Macros that stand for a function, and whose they are.
    private static let testMacros: [String: String] = [
        "TEST": "gtest", "TEST_F": "gtest", "TEST_P": "gtest", "TYPED_TEST": "gtest",
        "TYPED_TEST_P": "gtest", "TEST_CASE": "Catch", "SCENARIO": "Catch",
        "TEST_CASE_METHOD": "Catch", "SCENARIO_METHOD": "Catch", "TEMPLATE_TEST_CASE": "Catch",
        "TEST_CASE_FIXTURE": "doctest", "TEST_CASE_TEMPLATE": "doctest",
        "BOOST_AUTO_TEST_CASE": "Boost", "BOOST_FIXTURE_TEST_CASE": "Boost",
    ]

    static func test(
        _ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind, _ name: String
    ) -> TestReason? {
        guard kind == .function else { return nil }
        let macro = node.is("call_expression") ? node["function"] : macro(ofFunction: node)
        guard let macro, macro.is("identifier") else { return nil }
        let text = e.text(macro)
        return testMacros[text].map { TestReason("\($0) \(text)") }
    }

    /// What a function without a type is called: `TEST(A, B) { … }` is read as one.
    private static func macro(ofFunction node: SyntaxNode) -> SyntaxNode? {
        guard node.is("function_definition"), node["type"] == nil,
            let declarator = node["declarator"], declarator.is("function_declarator")
        else { return nil }
        return declarator["declarator"]
    }

    private static func testFunction(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let macro = macro(ofFunction: node), macro.is("identifier"), !e.isInType,
            testMacros[e.text(macro)] != nil,
            let parameters = node["declarator"]?["parameters"]?.children()
        else { return false }
        let test = e.define(
            .function, node, named: testName(e, macro, parameters), body: node["body"])
        e.facts.definitions[test].isMember = true
        // A fixture is used, the rest are words.
        let isFixture = ["TEST_F", "TEST_P"].contains(e.text(macro))
        for parameter in parameters.dropFirst(isFixture ? 1 : 0) { e.hideAll(in: parameter) }
        return true
    }

    /// `TEST_CASE("…") { … }` is read as a call, and a block behind it.
    private static func testCall(
        _ e: Extractor, _ node: SyntaxNode, _ function: SyntaxNode
    ) -> Bool {
        guard testMacros[e.text(function)] != nil, let parent = node.parent,
            parent.isError || parent.is("expression_statement"),
            let outside = parent.parent, outside.isOne(of: "translation_unit", "declaration_list"),
            let body = parent.next, body.is("compound_statement"),
            let arguments = node["arguments"]
        else { return false }
        let test = e.define(
            .function, node, named: testName(e, function, arguments.children()), body: body,
            through: body)
        e.facts.definitions[test].isMember = true
        e.hideAll(in: arguments)
        return true
    }

    /// What stands between quotes, or all the words: `Suite.Name`. What else Boost is given is no
    /// part of it.
    private static func testName(
        _ e: Extractor, _ macro: SyntaxNode, _ arguments: [SyntaxNode]
    ) -> String {
        let name: String
        if let string = arguments.first(where: { $0.is("string_literal") }) {
            name = e.literal(string)
        } else if e.has(macro, prefix: "BOOST") {
            name = arguments.first.map { e.text($0) } ?? ""
        } else {
            name = arguments.filter { !$0.is("comment") }.map { e.text($0) }.joined(separator: ".")
        }
        return name.isEmpty ? e.text(macro) : e.cleaned(name)
    }

    static func namespace(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(
            .namespace, node, named: e.text(name).split(separator: ":").joined(separator: "."),
            body: node["body"])
        return true
    }

    static func template(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.wrap(node)
        return true
    }

    static func typeParameter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.declareLocalType(node.child("type_identifier"))
        return true
    }

    static func bases(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        for base in node.children()
        where base.isOne(of: "type_identifier", "template_type", "qualified_identifier") {
            e.refer(.extends, base)
        }
        return true
    }

    static func visibility(_ e: Extractor, _ node: SyntaxNode, _ name: String) -> Visibility {
        guard e.isInType else {
            let isStatic = node.children(atMost: 3).contains {
                $0.is("storage_class_specifier") && e.text($0) == "static"
            }
            return isStatic ? .private : .public
        }
        return e.scope.memberVisibility ?? (e.scope.kind == .class ? .private : .public)
    }

    /// `private:` counts for what follows it; before a base class it is another matter.
    static func access(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.isInType, node.parent?.is("field_declaration_list") == true else { return false }
        setVisibility(e, node)
        return false
    }

    private static func setVisibility(_ e: Extractor, _ word: SyntaxNode) {
        switch e.text(word) {
        case "private": e.setMemberVisibility(.private)
        case "protected": e.setMemberVisibility(.protected)
        case "public": e.setMemberVisibility(.public)
        default: break
        }
    }

    // MARK: - References

    /// Whether a condition says that it is there; that of all of a header is none.
    static func isConditional(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        var outer = node.parent
        while let condition = outer {
            if condition.isOne(of: "preproc_if", "preproc_ifdef", "preproc_else", "preproc_elif") {
                let isGuard =
                    condition.is("preproc_ifdef") && condition.parent?.parent == nil
                    && condition.allChildren.first { $0.isNamed && !$0.is("identifier") }
                        .map { $0.is("preproc_def") && $0["value"] == nil } ?? false
                if !isGuard { return true }
            }
            outer = condition.parent
        }
        return false
    }

    static func macro(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        // `#define GUARD_H` says nothing.
        guard node["value"] != nil else { return false }
        let isFunction = node.is("preproc_function_def")
        let count = e.facts.definitions.count
        if isFunction {
            e.define(.macro, node, name: name, body: node["value"])
        } else {
            e.defineVariable(.macro, node, name: name, value: node["value"], isOnly: true)
        }
        if count < e.facts.definitions.count {
            e.facts.definitions[count].isSecondary = isConditional(e, node)
        }
        if let name = node["value"].flatMap({ CMacros.namespace(openedBy: e.text($0)) }) {
            e.define(.namespace, node, named: name, opensScope: false)
            e.facts.attributes.append(Attribute(owner: 0, name: CMacros.opening + name, type: ""))
        }
        return true
    }

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let function = node["function"] else { return true }
        if !e.isInFunction, function.is("identifier"), testCall(e, node, function) { return true }
        if function.is("template_function"), let name = function["name"],
            e.text(name).hasSuffix("_cast")
        {
            return true
        }
        e.refer(.calls, function, argumentCount: e.argumentCount(node))
        return true
    }

    static func include(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        guard let path = node["path"] else { return false }
        let isSystem = path.is("system_lib_string")
        // What a macro stands for is not known.
        if isSystem || path.is("string_literal") {
            e.addImport(isSystem ? e.cleaned(e.text(path)) : e.literal(path), as: "", node)
        }
        return false
    }

    static func using(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node.firstChild, let path = e.path(of: name) else { return false }
        if node.allChildren.contains(where: { $0.is("namespace") }) {
            e.addImport(path, "*", as: "", node)
        } else if let dot = path.utf8.lastIndex(of: UInt8(ascii: ".")), !e.isInType {
            let last = String(path[path.utf8.index(after: dot)...])
            e.addImport(String(path[..<dot]), last, as: last, node)
        }
        return false
    }

    /// `namespace fs = std::filesystem;`
    static func namespaceAlias(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let names = node.children().filter { !$0.is("comment") }
        guard names.count == 2, let name = names.first, let module = names.last else {
            return false
        }
        e.addImport(Extractor.dotted(e.text(module)), as: e.text(name), node)
        return false
    }

    static func construction(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let type = node["type"]
        e.refer(
            .calls, type?.is("type_descriptor") ?? false ? type?["type"] : type,
            argumentCount: e.argumentCount(node))
        e.hide(type)
        return true
    }

    /// As a type, or a value that is no name of what is called or declared.
    static func qualified(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        var name = node["name"]
        while let inner = name, inner.is("qualified_identifier") { name = inner["name"] }
        if let last = name, last.isOne(of: "type_identifier", "template_type") {
            e.referType(node)
            if last.is("template_type") { e.referAll(.uses, in: last["arguments"]) }
            return false
        }
        // Its parts are none by themselves.
        if node.parent?.is("qualified_identifier") == false, !isDeclared(node) { e.use(node) }
        return true
    }
}
