// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let cSharp = Language(
        name: "csharp", grammar: GrammarFolder.Name("c_sharp"), extensions: ["cs", "csx"],
        rules: .all(
            [
                "if_statement", "while_statement", "do_statement", "conditional_expression", "&&",
                "||", "??",
            ], .branch)
            + .all(
                ["for_statement", "catch_clause", "switch_section", "switch_expression_arm"],
                .visit(CSharp.branchBlock))
            + .all(
                ["block", "switch_body", "using_statement", "fixed_statement", "query_expression"],
                .block)
            + .all(["labeled_statement", "goto_statement"], .visit(CSharp.label))
            + .all(
                [
                    "from_clause", "let_clause", "join_clause", "declaration_expression",
                    "var_pattern",
                ],
                .visit { e, node in
                    CSharp.typed(e, node)
                    CSharp.declare(e, node["name"] ?? node.child("identifier"), node["type"])
                    return true
                })
            + .all(
                [
                    "variable_declaration", "cast_expression", "typeof_expression",
                    "array_creation_expression", "type_pattern", "default_expression",
                    "is_expression", "type_parameter_constraint",
                ], .visit(CSharp.typed))
            + .all(
                ["parameter", "declaration_pattern", "catch_declaration", "recursive_pattern"],
                .visit { e, node in
                    CSharp.typed(e, node)
                    CSharp.declare(e, node["name"], node["type"])
                    return true
                })
            + [
                "as_expression": .visit { e, node in
                    e.referAll(.uses, in: node["right"])
                    e.hideAll(in: node["right"])
                    return true
                },
                "parameter_list": .visit(CSharp.parameters),
                "variable_declarator": .visit(CSharp.variable),
                "foreach_statement": .visit(CSharp.loop),
                "parenthesized_variable_designation": .visit { e, node in
                    e.declareAll(in: node)
                    return true
                },
                "accessor_declaration": .visit(CSharp.accessor),
                "arrow_expression_clause": .visit(CSharp.arrow),
                "identifier": .use, "member_access_expression": .use,
                "generic_name": .visit { e, node in
                    e.hide(node.firstChild)
                    return true
                },
                "member_binding_expression": .visit { e, node in
                    e.hide(node["name"])
                    return true
                },
                "argument": .visit { e, node in
                    e.hide(node["name"])
                    return true
                },
                "assignment_expression": .visit { e, node in
                    if node.parent?.is("initializer_expression") ?? false { e.hide(node["left"]) }
                    return true
                },
                "subpattern": .visit { e, node in
                    if let name = node.firstChild, name.is("identifier") { e.hide(name) }
                    return true
                },
                "type_parameter_constraints_clause": .visit { e, node in
                    e.hide(node.firstChild)
                    return true
                },
                "comment": .comment, "lambda_expression": .visit(CSharp.lambda),
                "anonymous_method_expression": .closure,
                "using_directive": .visit(CSharp.using),
                "namespace_declaration": .visit(CSharp.namespace),
                "alias_qualified_name": .visit { e, node in
                    // What it names, what is around says.
                    e.hideAll(in: node)
                    return true
                },
                "file_scoped_namespace_declaration": .visit(CSharp.fileNamespace),
                "class_declaration": .visit { CSharp.type($0, $1, .class) },
                "record_declaration": .visit { CSharp.type($0, $1, .class) },
                "struct_declaration": .visit { CSharp.type($0, $1, .struct) },
                "interface_declaration": .visit { CSharp.type($0, $1, .interface) },
                "enum_declaration": .visit { CSharp.type($0, $1, .enum) },
                "enum_member_declaration": .define(.enumMember, body: "value"),
                "delegate_declaration": .define(.typeAlias),
                "method_declaration": .visit { CSharp.member($0, $1, .method) },
                "local_function_statement": .visit { CSharp.member($0, $1, .function) },
                "constructor_declaration": .define(.constructor),
                "destructor_declaration": .visit { e, node in
                    if let name = node["name"] {
                        e.hide(name)
                        e.define(.method, node, named: "~" + e.text(name), body: node["body"])
                    }
                    return true
                },
                "operator_declaration": .visit(CSharp.operatorMember),
                "conversion_operator_declaration": .visit(CSharp.operatorMember),
                "indexer_declaration": .visit { e, node in
                    CSharp.typed(e, node)
                    e.define(.property, node, named: "this[]", body: node["accessors"])
                    e.openBlock()
                    CSharp.bindParameters(e, node["parameters"])
                    return true
                },
                "property_declaration": .visit { CSharp.member($0, $1, .property) },
                "event_declaration": .visit { CSharp.member($0, $1, .property) },
                "field_declaration": .visit(CSharp.fields),
                "event_field_declaration": .visit(CSharp.fields),
                "type_parameter": .typeParameter(),
                "type_argument_list": .visit { e, node in
                    e.referAll(.uses, in: node)
                    return false
                },
                "invocation_expression": .visit(CSharp.call),
                "object_creation_expression": .visit(CSharp.construction),
                "constructor_initializer": .visit(CSharp.constructorCall),
                "attribute": .visit { e, node in
                    e.refer(.uses, node["name"])
                    e.hide(node["name"])
                    return true
                },
            ],
        shapes: [
            "identifier": .name, "this": .name, "base": .name,
            "qualified_name": .member("qualifier", "name"),
            "alias_qualified_name": .field("name"),
            "member_access_expression": .member("expression", "name"),
            "generic_name": .inner, "conditional_access_expression": .pair,
            "member_binding_expression": .inner, "predefined_type": .name,
            "invocation_expression": .call("function"),
            "object_creation_expression": .instance("type"), "parenthesized_expression": .inner,
            "cast_expression": .instance("type"), "as_expression": .instance("right"),
            "await_expression": .inner, "postfix_unary_expression": .inner,
            "string_literal": .literal("string"),
            "interpolated_string_expression": .literal("string"),
            "verbatim_string_literal": .literal("string"),
        ],
        docs: .triple,
        builtIns: [
            "bool", "byte", "char", "decimal", "double", "dynamic", "float", "int", "long",
            "object", "sbyte", "short", "string", "uint", "ulong", "ushort", "var", "void",
        ],
        selfNames: ["this"], superNames: ["base"], rootPrefix: "global::",
        blanks: { CSharpDirectives.blanks($0) }, valueType: { CSharpTypes.valueType($0, $1) },
        namedType: { CSharp.namedType($0, $1) },
        links: CSharp.links, details: { CSharp.details($0, $1, &$2) },
        visibility: { e, node, _ in CSharp.visibility(e, node) },
        test: { e, node, _, _ in CSharp.test(e, node) })
}

private enum CSharp {
    static func visibility(_ e: Extractor, _ node: SyntaxNode) -> Visibility {
        var isProtected = false
        for modifier in node.children() where modifier.is("modifier") {
            switch e.text(modifier) {
            case "public": return .public
            case "protected": isProtected = true
            case "internal": return isProtected ? .protected : .internal
            case "private": return .private
            default: break
            }
        }
        if isProtected { return .protected }
        // It has none: what is in it says for itself who may name it.
        if node.is("namespace_declaration") || node.is("file_scoped_namespace_declaration") {
            return .public
        }
        if e.scope.kind == .interface || e.scope.kind == .enum { return .public }
        return e.isInType ? .private : .internal
    }

    @discardableResult
    static func typed(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.referAll(.uses, in: node["type"])
        e.hideAll(in: node["type"])
        return true
    }

    static func using(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        guard let name = node.children().last, let path = e.path(of: name) else { return false }
        if let alias = node["name"] {
            let parts = LinkedFile.parts(path)
            let module = parts.dropLast().joined(separator: ".")
            e.addImport(
                module.isEmpty ? path : module, module.isEmpty ? nil : parts.last,
                as: e.text(alias), node)
        } else {
            // It may be in the namespace around.
            let outer = e.scope.qualifiedName
            let isInside = e.scope.isDefinition && e.scope.kind == .namespace
            e.addImport(isInside ? "\(outer)::\(path)" : path, "*", as: "", node)
        }
        return false
    }

    static func namespace(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"], let path = e.path(of: name) else { return true }
        e.define(.namespace, node, named: path, body: node["body"])
        return true
    }

    static func fileNamespace(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"], let path = e.path(of: name) else { return true }
        e.openNamespace(.namespace, node, named: path)
        return false
    }

    static func type(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(kind, node, name: name, body: node["body"])
        declareTypes(e, node)
        var isFirst = true
        for base in node.child("base_list")?.children() ?? [] where !base.is("argument_list") {
            // By its name an interface begins with I; the language itself does not tell.
            let name = e.path(of: base).flatMap { $0.split(separator: ".").last } ?? ""
            let isInterface =
                name.utf8.count > 1 && name.hasPrefix("I")
                && name.dropFirst().first?.isUppercase == true
            let isExtended = kind == .interface || (isFirst && kind == .class && !isInterface)
            e.refer(isExtended ? .extends : .implements, base)
            if base.is("generic_name") { e.referAll(.uses, in: base.child("type_argument_list")) }
            isFirst = false
        }
        if !node.is("record_declaration"), let list = node.child("parameter_list") {
            e.openBlock()
            bindParameters(e, list)
        }
        if node.is("record_declaration") {
            for parameter in node.child("parameter_list")?.children() ?? [] {
                guard let name = parameter["name"] else { continue }
                e.defineVariable(.property, parameter, name: name, value: nil, visibility: .public)
            }
        }
        return true
    }

    static func member(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard let name = node["name"] else { return true }
        let types = [node["returns"], node["type"]]
        let body = node["body"] ?? node["accessors"] ?? node["value"]
        // What says of which interface it is has no name of its own: `void IA.Run()`.
        if let interface = node.child("explicit_interface_specifier")?.firstChild,
            let path = e.path(of: interface)
        {
            e.hideAll(in: interface)
            e.hide(name)
            let last = path.split(separator: ".").last.map { String($0) } ?? path
            e.define(kind, node, named: "\(last).\(e.text(name))", body: body)
        } else {
            e.define(kind, node, name: name, body: body)
        }
        declareTypes(e, node)
        for type in types {
            e.referAll(.uses, in: type)
            e.hideAll(in: type)
        }
        return true
    }

    static func operatorMember(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let sign = node["operator"].map { e.text($0) } ?? node["type"].map { e.text($0) } ?? ""
        e.define(.method, node, named: "operator \(e.cleaned(sign))", body: node["body"])
        return typed(e, node)
    }

    static func fields(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let isConstant = node.children().contains { $0.is("modifier") && e.text($0) == "const" }
        let declarators = (node.child("variable_declaration")?.children() ?? [])
            .filter { $0.is("variable_declarator") }
        for declarator in declarators {
            guard let name = declarator["name"] else { continue }
            e.defineVariable(
                isConstant ? .constant : .field, node, name: name,
                value: declarator.children().dropFirst().first, isOnly: declarators.count == 1)
        }
        return true
    }

    /// Type parameters, of which a constraint says what they are at least.
    private static func declareTypes(_ e: Extractor, _ node: SyntaxNode) {
        let list = node["type_parameters"] ?? node.child("type_parameter_list")
        for parameter in list?.children() ?? [] {
            guard let name = parameter["name"] else { continue }
            e.declareLocalType(name, bound: bound(e, node, e.text(name)))
        }
    }

    private static func bound(_ e: Extractor, _ node: SyntaxNode, _ name: String) -> SyntaxNode? {
        for clause in node.children() where clause.is("type_parameter_constraints_clause") {
            if clause.firstChild.map({ e.text($0) }) == name {
                return clause.children().lazy.compactMap { $0["type"] }.first
            }
        }
        return nil
    }

    // MARK: - Calls

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let function = node["function"] else { return true }
        // A variable that is a function.
        if function.is("identifier"), e.locals.isVariable(e.text(function)) { return true }
        CSharpTypes.give(e, node)
        e.refer(.calls, function, argumentCount: e.argumentCount(node))
        return true
    }

    static func construction(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let type = node["type"] else { return true }
        if let named = namedType(e, type), let path = e.path(of: named) {
            CSharpTypes.give(e, node)
            e.refer(.calls, path + "^", line: node.line, argumentCount: e.argumentCount(node))
        }
        if type.is("generic_name") { e.referAll(.uses, in: type.child("type_argument_list")) }
        e.hideAll(in: type)
        return true
    }

    /// `: this(…)` and `: base(…)`.
    static func constructorCall(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let outer = node.parent?.parent?.parent
        let word = node.allChildren.first { $0.isOne(of: "this", "base") }
        let isOwn = word?.is("this") ?? false
        let type = isOwn ? outer?["name"] : outer?.child("base_list")?.firstChild
        if let type, let path = e.path(of: type) {
            CSharpTypes.give(e, node)
            // The colon may be on the line before.
            e.refer(
                .calls, path + "^", line: (word ?? node).line,
                argumentCount: e.argumentCount(node))
        }
        return true
    }

    // MARK: - Names

    static func branchBlock(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        return true
    }

    static func label(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.firstChild, name.is("identifier") { e.hide(name) }
        return true
    }

    static func declare(
        _ e: Extractor, _ name: SyntaxNode?, _ type: SyntaxNode?, value: SyntaxNode? = nil
    ) {
        guard let name else { return }
        e.hide(name)
        if type.map({ $0.is("implicit_type") }) ?? true, let value {
            e.declare(name, value: value)
        } else {
            e.declare(
                e.text(name), as: type.map { declared(e, $0) } ?? "?",
                behind: value == nil ? nil : e.currentNode)
        }
    }

    private static func declared(_ e: Extractor, _ type: SyntaxNode) -> String {
        if type.is("nullable_type"), let inner = type["type"] ?? type.firstChild,
            CSharpTypes.isValue(e, inner)
        {
            return CSharpTypes.text(e, type)
        }
        return e.instance(of: type) ?? (type.is("array_type") ? CSharpTypes.text(e, type) : "?")
    }

    /// `params int[] rest` is no parameter of its own.
    static func parameters(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node["name"] {
            e.referAll(.uses, in: node["type"])
            e.hideAll(in: node["type"])
            declare(e, name, nil)
        }
        return true
    }

    /// What all in the current block sees, though that is no function.
    static func bindParameters(_ e: Extractor, _ list: SyntaxNode?) {
        for parameter in list?.children() ?? [] {
            guard let name = parameter["name"] else { continue }
            let type = parameter["type"].flatMap { e.instance(of: $0) }
            e.hide(name)
            e.bind(e.text(name), .value(type ?? "?"), behind: nil, isNew: true)
        }
    }

    static func variable(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let declaration = node.parent, let outer = declaration.parent,
            !outer.isOne(of: "field_declaration", "event_field_declaration")
        else { return true }
        let value = node.allChildren.contains { $0.is("=") } ? node.lastChild : nil
        if let name = node["name"], name.is("identifier") {
            declare(e, name, declaration["type"], value: value)
        } else {
            e.declareAll(in: node.child("tuple_pattern"))
        }
        return true
    }

    static func loop(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        typed(e, node)
        guard let left = node["left"] else { return true }
        if left.is("identifier") {
            declare(e, left, node["type"])
        } else {
            e.declareAll(in: left)
        }
        return true
    }

    static func lambda(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        if let parameter = node["parameters"], !parameter.is("parameter_list") {
            e.hide(parameter)
            e.declare(e.text(parameter), as: "?")
        }
        return true
    }

    static func accessor(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        let property = node.parent?.parent
        if !node.allChildren.contains(where: { $0.is("get") }) {
            e.declare(
                "value", as: property?["type"].flatMap { e.instance(of: $0) } ?? "?")
        }
        return true
    }

    static func arrow(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.parent?.isOne(of: "property_declaration", "indexer_declaration") ?? false {
            e.nest(node, as: .function)
        }
        return true
    }

    // MARK: - Types

    /// Of `A?` and of a task that gives an `A`, `A`.
    static func namedType(_ e: Extractor, _ type: SyntaxNode) -> SyntaxNode? {
        var type = type
        for _ in 0..<6 {
            if type.isOne(
                of: "identifier", "qualified_name", "alias_qualified_name", "predefined_type")
            {
                return type
            }
            if type.is("generic_name") {
                let name = type.firstChild.map { e.text($0) }
                guard let name, ["Task", "ValueTask", "Nullable"].contains(name) else {
                    return type
                }
                guard let inner = type.child("type_argument_list")?.firstChild else { return nil }
                type = inner
            } else if type.isOne(of: "nullable_type", "ref_type", "scoped_type") {
                guard let inner = type["type"] ?? type.firstChild else { return nil }
                type = inner
            } else {
                return nil
            }
        }
        return nil
    }

    private static func modifiers(_ e: Extractor, _ node: SyntaxNode) -> [String] {
        node.children().filter { $0.is("modifier") }.map { e.text($0) }
    }

    private static func count(_ list: SyntaxNode?) -> ClosedRange<Int>? {
        guard let list else { return nil }
        var least = 0
        var most = 0
        for parameter in list.children() where parameter.is("parameter") {
            most += 1
            if !parameter.allChildren.contains(where: { $0.is("=") }) { least += 1 }
        }
        return least...(list["name"] != nil ? 1 << 20 : most)
    }

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        func instance(_ type: SyntaxNode) -> String? {
            let list = node["type_parameters"] ?? node.child("type_parameter_list")
            let named = namedType(e, type).map { e.text($0) }
            let own = list?.children().contains { $0["name"].map { e.text($0) } == named }
            guard own ?? false, let named else {
                let text = declared(e, type)
                return text == "?" ? nil : text
            }
            return bound(e, node, named).flatMap { e.instance(of: $0) }
        }
        if definition.visibility == .private, let type = node.parent?.parent,
            type.isOne(of: "class_declaration", "struct_declaration"),
            !modifiers(e, type).contains("partial")
        {
            // Nobody else sees it, and of a type that is in one file no other file does.
            definition.isLocal = true
        }
        switch definition.kind {
        case .function, .method, .constructor:
            let list = node["parameters"] ?? node.child("parameter_list")
            definition.isStatic = modifiers(e, node).contains("static")
            definition.type = (node["returns"] ?? node["type"]).flatMap(instance)
            definition.arguments = count(list)
            definition.parameters = list.flatMap { CSharpTypes.parameters(e, node, $0) }
            let first = list?.child("parameter", amongFirst: 3)
            if definition.kind == .method, let first, modifiers(e, first).contains("this"),
                let type = first["type"], let arguments = definition.arguments
            {
                // It may also be called with what it is of as its first argument.
                definition.parameters = nil
                let name = instance(type).map { $0.filter { $0 != "^" } } ?? "object"
                // `string` is another word for a type's name.
                let full = name == "object" ? nil : CSharpNames.builtIns[name]
                definition.extends =
                    name.first?.isLowercase ?? false
                    ? full.flatMap { $0.split(separator: ".").last.map { String($0) } } ?? name
                    : name
                definition.arguments =
                    max(0, arguments.lowerBound - 1)...arguments.upperBound
            }
        case .class, .struct, .interface:
            definition.isStatic = modifiers(e, node).contains("partial")
            definition.arguments = count(node.child("parameter_list"))
        case .property:
            definition.isStatic = modifiers(e, node).contains("static")
            definition.type = node["type"].flatMap(instance)
        case .field, .constant:
            definition.isStatic =
                definition.kind == .constant || modifiers(e, node).contains("static")
            definition.type = node.child("variable_declaration")?["type"].flatMap(instance)
        default: break
        }
    }

    static let links = LinkRules(
        family: "csharp", layout: .global, hasImplicitSelf: true, overloads: CSharpTypes.overloads,
        classesComeFirst: true,
        constructors: [""],
        builtIns: [], builtInModule: "System", otherBuiltIns: CSharpNames.builtIns,
        commonMembers: CSharpNames.commonMembers,
        names: LinkRules.NameKinds(callsValues: true, namesFunctions: true),
        outerModules: ["Microsoft", "System", "Windows"], extensionsKeepPaths: true,
        membersHideExtensions: true,
        hasPartialTypes: true, rootMembers: CSharpNames.rootMembers,
        enumMembers: CSharpNames.enumMembers,
        module: { item, _, table in
            if let colon = item.module.firstRange(of: "::") {
                var around = LinkedFile.parts(String(item.module[..<colon.lowerBound]))
                let name = String(item.module[colon.upperBound...])
                while true {
                    let path = NamePath(family: "csharp").appending(
                        all: around + LinkedFile.parts(name))
                    if table.hasModule(path) { return .inner(path, file: nil) }
                    if around.popLast() == nil { return .outer(name) }
                }
            }
            let path = NamePath(family: "csharp").appending(all: LinkedFile.parts(item.module))
            if table.hasModule(path) || !table.symbols(at: path).isEmpty {
                return .inner(path, file: nil)
            }
            return .outer(item.module)
        })

    private static let testAttributes: Set<String> = [
        "Fact", "Theory", "Test", "TestCase", "TestMethod", "TestClass", "TestFixture", "SetUp",
        "TearDown", "OneTimeSetUp", "OneTimeTearDown", "DataTestMethod", "TestInitialize",
        "TestCleanup", "TestCaseSource", "Benchmark",
    ]

    static func test(_ e: Extractor, _ node: SyntaxNode) -> TestReason? {
        for list in node.children(atMost: 8) where list.is("attribute_list") {
            for attribute in list.children() {
                guard let name = attribute["name"], let path = e.path(of: name) else { continue }
                let last = path.split(separator: ".").last.map { String($0) } ?? path
                if testAttributes.contains(last) { return TestReason("[\(path)]") }
            }
        }
        return nil
    }
}
