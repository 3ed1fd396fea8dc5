// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let kotlin = Language(
        name: "kotlin", grammar: GrammarFolder.Name("kotlin"), extensions: ["kt", "kts"],
        rules: .all(
            [
                "if_expression", "while_statement", "do_while_statement", "&&", "||", "?:",
            ], .branch)
            + .all(["anonymous_initializer", "getter"], .closure)
            + .all(["block", "when_expression"], .block)
            + [
                "line_comment": .comment, "block_comment": .comment,
                "lambda_literal": .visit(Kotlin.lambda), "anonymous_function": .closure,
                "package_header": .visit(Kotlin.package), "import": .visit(Kotlin.imports),
                "class_declaration": .visit(Kotlin.type),
                "object_declaration": .visit { e, node in
                    if let name = node["name"] {
                        e.define(.class, node, name: name, body: node.child("class_body"))
                    }
                    return true
                },
                "companion_object": .visit { e, node in
                    e.define(
                        .class, node, named: node["name"].map { e.text($0) } ?? "Companion",
                        body: node.child("class_body"))
                    return true
                },
                "object_literal": .visit(Kotlin.object),
                "function_declaration": .visit(Kotlin.function),
                "secondary_constructor": .visit { e, node in
                    e.define(.constructor, node, named: "constructor", body: node.child("block"))
                    return true
                },
                "constructor_delegation_call": .visit(Kotlin.constructorCall),
                "property_declaration": .visit(Kotlin.property),
                "setter": .visit { e, node in
                    e.nest(node, as: .function)
                    e.declare(node.child("identifier"))
                    return true
                },
                "class_parameter": .visit(Kotlin.parameter),
                "parameter": .visit { e, node in
                    e.declare(node.child("identifier"), type: Kotlin.type(in: node))
                    return true
                },
                "for_statement": .visit { e, node in
                    e.countBranch()
                    e.openBlock()
                    Kotlin.declare(e, node, value: nil)
                    return true
                },
                "when_entry": .visit(Kotlin.entry),
                // What is known of a name behind it depends on where that is.
                "is_expression": .visit { e, node in
                    if let name = node["left"], name.is("identifier") {
                        e.use(name)
                        e.declare(name)
                    }
                    return true
                },
                "when_subject": .visit { e, node in
                    Kotlin.declare(e, node, value: node.lastChild)
                    return true
                },
                "catch_block": .visit { e, node in
                    e.countBranch()
                    e.openBlock()
                    e.declare(node.child("identifier"), type: Kotlin.type(in: node))
                    return true
                },
                "enum_entry": .visit(Kotlin.enumEntry),
                "type_alias": .visit { e, node in
                    if let name = node.child("identifier") {
                        e.define(.typeAlias, node, name: name)
                    }
                    return true
                },
                "delegation_specifier": .visit(Kotlin.delegation),
                "type_parameter": .visit { e, node in
                    e.declareLocalType(
                        node.child("identifier"), bound: Kotlin.type(in: node))
                    return true
                },
                "type_constraint": .visit { e, node in
                    e.hide(node.firstChild)
                    return true
                },
                "call_expression": .visit(Kotlin.call),
                "infix_expression": .visit(Kotlin.infix),
                "user_type": .visit { e, node in
                    e.refer(.uses, node)
                    for child in node.children() where child.is("identifier") { e.hide(child) }
                    return true
                },
                "value_argument": .visit { e, node in
                    if node.allChildren.contains(where: { $0.is("=") }) { e.hide(node.firstChild) }
                    return true
                },
                "identifier": .visit(Kotlin.use),
                "navigation_expression": .visit(Kotlin.navigation),
                "callable_reference": .visit(Kotlin.reference),
                "label": .leaf, "this_expression": .leaf, "super_expression": .leaf,
                "return_expression": .visit { e, node in
                    e.hide(node["label"])
                    return true
                },
            ],
        shapes: [
            "identifier": .name, "this_expression": .name, "super_expression": .name,
            "qualified_identifier": .separatedChildren, "user_type": .separatedChildren,
            "navigation_expression": .pair, "call_expression": .callFirst,
            "parenthesized_expression": .inner, "as_expression": .instance("right"),
            "nullable_type": .inner, "constructor_invocation": .inner,
            "unary_expression": .field("argument"), "string_literal": .literal("String"),
        ],
        docs: .block,
        builtIns: [
            "Any", "Boolean", "Byte", "Char", "Double", "Float", "Int", "Long", "Nothing",
            "Short", "String", "Unit",
        ],
        selfNames: ["this"], superNames: ["super"],
        argumentCount: { Kotlin.argumentCount($1) }, callee: { Kotlin.callee($0) },
        namedType: { Kotlin.namedType($1) }, links: Kotlin.links,
        details: { Kotlin.details($0, $1, &$2) },
        visibility: { e, node, _ in
            let modifier = node.child("modifiers")?.child("visibility_modifier")
            switch modifier.map({ e.text($0) }) {
            case "private": return .private
            case "protected": return .protected
            case "internal": return .internal
            default: return .public
            }
        },
        test: { e, node, _, _ in Kotlin.test(e, node) },
        testFile: { path in
            let parts = path.split(separator: "/")
            for (index, part) in parts.enumerated() where part == "src" && index + 1 < parts.count {
                let next = parts[index + 1]
                if next == "test" || next == "androidTest" || next.hasSuffix("Test") {
                    return TestReason("in src/\(next)")
                }
            }
            return nil
        })
}

private enum Kotlin {
    static func package(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.child("qualified_identifier") ?? node.child("identifier") {
            e.facts.package = e.path(of: name) ?? ""
        }
        return false
    }

    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        guard let name = node.child("qualified_identifier"), let path = e.path(of: name) else {
            return false
        }
        if node.allChildren.contains(where: { $0.is("*") }) {
            e.addImport(path, "*", as: "", node)
        } else {
            let parts = LinkedFile.parts(path)
            guard let last = parts.last else { return false }
            let alias = node.child("identifier").map { e.text($0) } ?? last
            e.addImport(parts.dropLast().joined(separator: "."), last, as: alias, node)
        }
        return false
    }

    // MARK: - Definitions

    static func type(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let words = node.allChildren
        let isEnum =
            node.child("modifiers")?.allChildren.contains {
                $0.is("class_modifier") && e.has($0, text: "enum")
            } ?? false
        let kind: EntityKind =
            isEnum ? .enum : words.contains { $0.is("interface") } ? .interface : .class
        e.define(
            kind, node, name: name,
            body: node.child("class_body") ?? node.child("enum_class_body"))
        e.openBlock()
        for parameter in node.child("type_parameters")?.children() ?? [] {
            e.declareLocalType(parameter.child("identifier"), bound: type(in: parameter))
        }
        // What the constructor is called with is there for what gives members their first values.
        for parameter in parameters(of: node) where !isProperty(parameter) {
            guard let name = parameter.child("identifier") else { continue }
            e.hide(name)
            let value = isVariadic(e, parameter) ? nil : type(in: parameter)
            e.bind(
                e.text(name), .value(value.flatMap { e.instance(of: $0) } ?? "?"), behind: nil,
                isNew: true)
        }
        return true
    }

    private static func parameters(of type: SyntaxNode) -> [SyntaxNode] {
        (type.child("primary_constructor")?.child("class_parameters")?.children() ?? [])
            .filter { $0.is("class_parameter") }
    }

    private static func isProperty(_ parameter: SyntaxNode) -> Bool {
        parameter.allChildren.contains { $0.isOne(of: "val", "var") }
    }

    private static func isVariadic(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        node.child("modifiers").map { e.text($0).contains("vararg") } ?? false
    }

    /// `object : A {…}` is a class without a name.
    static func object(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let base = node.child("delegation_specifiers")?.firstChild?.firstChild
        let named = base.map { $0.is("user_type") ? $0 : $0.child("user_type") ?? $0 }
        let name = named.flatMap { e.path(of: $0) }.flatMap { LinkedFile.parts($0).last }
        e.define(
            .class, node, named: "$" + (name ?? "object"), body: node.child("class_body"),
            visibility: .private)
        e.openBlock()
        e.bind("this", .itself, behind: nil, isNew: true)
        return true
    }

    /// An extension's name is of what it stands in: its receiver is mostly another's type.
    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(
            e.isInType ? .method : .function, node, name: name, body: node.child("function_body"))
        for parameter in node.child("type_parameters")?.children() ?? [] {
            e.declareLocalType(parameter.child("identifier"), bound: type(in: parameter))
        }
        if e.isMethod, let type = node.parent?.parent {
            for parameter in parameters(of: type) where !isProperty(parameter) {
                if let name = parameter.child("identifier") { e.declareOuter(name) }
            }
        }
        return true
    }

    static func property(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if e.isInFunction, !e.isInType {
            declare(e, node, value: value(of: node))
            return true
        }
        let isConstant = node.allChildren.contains { $0.is("val") }
        for name
            in (node.child("variable_declaration").map { [$0] }
            ?? node.child("multi_variable_declaration")?.children() ?? [])
            .compactMap({ $0.child("identifier") })
        {
            e.defineVariable(
                e.isInType ? .property : isConstant ? .constant : .variable, node, name: name,
                value: nil, isOnly: node.child("variable_declaration") != nil)
        }
        return true
    }

    private static func value(of node: SyntaxNode) -> SyntaxNode? {
        let children = node.allChildren.map { $0 }
        guard let sign = children.firstIndex(where: { $0.is("=") }) else { return nil }
        return children.dropFirst(sign + 1).first { $0.isNamed }
    }

    /// The names of a node that declares some.
    static func declare(_ e: Extractor, _ node: SyntaxNode, value: SyntaxNode?) {
        if let variable = node.child("variable_declaration") {
            e.declare(variable.child("identifier"), type: type(in: variable), value: value)
        } else if let variables = node.child("multi_variable_declaration") {
            for variable in variables.children() { e.declare(variable.child("identifier")) }
        }
    }

    /// `val` and `var` before a parameter make a property of it.
    static func parameter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.isInType, isProperty(node), let name = node.child("identifier") else {
            return true
        }
        e.defineVariable(.property, node, name: name, value: nil)
        return true
    }

    static func enumEntry(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node.child("identifier") else { return true }
        e.define(.enumMember, node, name: name, body: node.child("class_body"))
        if node.child("value_arguments") != nil, let type = node.parent?.parent?["name"] {
            e.refer(
                .calls, e.text(type) + "^", line: node.line, argumentCount: argumentCount(node))
        }
        return true
    }

    /// A class is called when it is extended, an interface is not.
    static func delegation(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let inner = node.firstChild else { return true }
        let isCalled = inner.is("constructor_invocation")
        guard let type = isCalled || inner.is("explicit_delegation") ? inner.firstChild : inner
        else { return true }
        e.refer(isCalled || e.scope.kind == .interface ? .extends : .implements, type)
        if isCalled, let path = e.path(of: type) {
            e.refer(
                .calls, path + "^", line: inner.line, argumentCount: argumentCount(inner))
        }
        return true
    }

    static func annotation(_ e: Extractor, _ node: SyntaxNode) -> Bool { true }

    // MARK: - Names

    /// Functions whose block has what they are called on as its receiver, or as its argument.
    private static let receiving: Set<String> = [
        "apply", "buildList", "buildMap", "buildSet", "buildString", "run", "with",
    ]
    private static let passing: Set<String> = ["also", "let", "takeIf", "takeUnless"]
    /// Others whose block has no receiver.
    private static let plain: Set<String> = [
        "all", "any", "associate", "associateBy", "associateWith", "check", "computeIfAbsent",
        "count", "distinctBy", "filter", "filterIndexed", "filterIsInstance", "filterNot", "find",
        "first", "firstOrNull", "flatMap", "fold", "forEach", "forEachIndexed", "getOrElse",
        "getOrPut", "groupBy", "indexOfFirst", "joinToString", "last", "lastOrNull", "lazy", "map",
        "mapIndexed", "mapKeys", "mapNotNull", "mapTo", "mapValues", "maxBy", "maxByOrNull",
        "maxOf", "minBy", "minByOrNull", "minOf", "none", "onEach", "partition", "reduce",
        "removeAll", "removeIf", "repeat", "require", "requireNotNull", "run", "runCatching",
        "single", "sortBy", "sortedBy", "sortedByDescending", "sumOf", "synchronized", "takeWhile",
        "use", "withLock",
    ]

    static func lambda(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        let call = node.parent.flatMap { $0.is("annotated_lambda") ? $0.parent : nil }
        let called = call.flatMap { $0.is("call_expression") ? callee($0) : nil }
        let name = called.flatMap { e.leafName($0) } ?? ""
        let receiver =
            called.flatMap { $0.is("navigation_expression") ? $0.firstChild : nil }
            .flatMap { e.expression(of: $0) }
        if receiving.contains(name), receiver != nil || name != "run" {
            e.declare("this", as: receiver ?? "?")
        }
        if let parameters = node.child("lambda_parameters") {
            for parameter in parameters.children() {
                if parameter.is("variable_declaration") {
                    e.declare(parameter.child("identifier"), type: type(in: parameter))
                } else {
                    e.declareAll(in: parameter)
                }
            }
        } else {
            e.declare("it", as: passing.contains(name) ? receiver ?? "?" : "?")
        }
        // A bare call in it may be one of a receiver that is not seen.
        if !name.isEmpty, !plain.contains(name), !passing.contains(name) {
            e.doubtBareCalls(until: node.after)
        }
        return true
    }

    /// With a block behind it, a call stands in one.
    static func callee(_ call: SyntaxNode) -> SyntaxNode? {
        guard let first = call.firstChild else { return nil }
        if first.is("call_expression"), call.child("annotated_lambda") != nil,
            call.child("value_arguments") == nil
        {
            return first.firstChild
        }
        return first
    }

    static func argumentCount(_ call: SyntaxNode) -> Int {
        var count = 0
        var isCall = call.is("call_expression") ? 2 : 1
        var node: SyntaxNode? = call
        while let current = node, isCall > 0 {
            isCall -= 1
            for argument in current.child("value_arguments")?.children() ?? []
            where argument.is("value_argument") {
                if argument.child("spread_expression") != nil { return -1 }
                count += 1
            }
            if current.child("annotated_lambda") != nil {
                count += 1
                if current.child("value_arguments") != nil { break }
                node = current.firstChild.flatMap { $0.is("call_expression") ? $0 : nil }
            } else {
                break
            }
        }
        return count
    }

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        // The one around it counts its arguments too.
        if let outer = node.parent, outer.is("call_expression"),
            outer.firstChild?.index == node.index, let called = callee(outer),
            called.index != node.index
        {
            return true
        }
        guard let called = callee(node) else { return true }
        let count = argumentCount(node)
        if called.is("identifier") {
            // Whose it is in a block with a receiver is not to be seen.
            let name = e.text(called)
            // A parameter that is a function.
            if case .value("?")? = e.locals[name] { return true }
            let isOpen = hasReceiver(e) && name.first?.isLowercase ?? true
            e.refer(
                .calls, isOpen ? "?." + name : name, line: called.line, argumentCount: count)
        } else {
            e.refer(.calls, called, argumentCount: count)
        }
        return true
    }

    private static func hasReceiver(_ e: Extractor) -> Bool {
        if e.locals.isVariable("this") { return true }
        return false
    }

    static func infix(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let parts = node.children()
        guard parts.count == 3, parts[1].is("identifier") else { return true }
        e.hide(parts[1])
        e.refer(
            .calls, (e.expression(of: parts[0]) ?? "?") + "." + e.text(parts[1]),
            line: parts[1].line, argumentCount: 1)
        return true
    }

    static func constructorCall(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        var outer = node.parent
        while let type = outer, !type.isOne(of: "class_declaration", "object_literal") {
            outer = type.parent
        }
        let base =
            outer?.child("delegation_specifiers")?.firstChild?.firstChild
        let isOwn = node.allChildren.contains { $0.is("this") }
        let type = isOwn ? outer?["name"] : base
        if let type, let path = e.path(of: type) {
            e.refer(.calls, path + "^", line: node.line, argumentCount: argumentCount(node))
        }
        return true
    }

    /// What a value is tested for, it is then.
    static func entry(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        let subject = node.parent?.child("when_subject")
        let name = subject?.child("variable_declaration")?.child("identifier") ?? subject?.lastChild
        let conditions = node.children("condition")
        guard let name, name.is("identifier"), let test = conditions.first, test.is("type_test")
        else { return true }
        let isOne = conditions.count == 1 && !test.allChildren.contains { $0.is("!is") }
        let meaning = isOne ? type(in: test).flatMap { e.instance(of: $0) } : nil
        e.declare(e.text(name), as: meaning ?? "?")
        return true
    }

    static func use(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if hasReceiver(e), e.text(node).first?.isLowercase ?? true { return true }
        e.use(node)
        return true
    }

    static func navigation(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard node.allChildren.contains(where: { $0.is("::") }) else {
            e.use(node)
            return true
        }
        return reference(e, node)
    }

    /// `A::run`
    static func reference(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let parts = node.children()
        guard let name = parts.last, name.is("identifier") else { return true }
        e.hide(name)
        let text = e.text(name)
        if parts.count == 1 {
            e.refer(.uses, text + "()", line: node.line)
        } else if let receiver = e.expression(of: parts[0]) {
            e.refer(.uses, "\(receiver).\(text)()", line: node.line)
        }
        return true
    }

    // MARK: - Types

    private static let typeNodes: [StaticString] = [
        "user_type", "nullable_type", "function_type", "non_nullable_type", "parenthesized_type",
    ]

    private static func isType(_ node: SyntaxNode) -> Bool { typeNodes.contains { node.is($0) } }

    /// The first type among the children.
    static func type(in node: SyntaxNode) -> SyntaxNode? { node.children().first(where: isType) }

    static func namedType(_ type: SyntaxNode) -> SyntaxNode? {
        var type = type
        for _ in 0..<4 {
            if type.isOne(of: "user_type", "identifier") { return type }
            guard type.isOne(of: "nullable_type", "non_nullable_type", "parenthesized_type"),
                let inner = type.firstChild
            else { return nil }
            type = inner
        }
        return nil
    }

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        let children = node.children()
        func instance(_ type: SyntaxNode) -> String? {
            let own = node.child("type_parameters")?.children().first { parameter in
                namedType(type).map { e.text($0) }
                    == parameter.child("identifier").map { e.text($0) }
            }
            guard let own else { return e.instance(of: type) }
            return self.type(in: own).flatMap { e.instance(of: $0) }
        }
        switch definition.kind {
        case .function, .method, .constructor:
            guard let list = children.firstIndex(where: { $0.is("function_value_parameters") })
            else { break }
            if node.is("function_declaration") {
                let receiver = children[..<list].first(where: isType)
                if let receiver {
                    definition.extends = instance(receiver).map { $0.filter { $0 != "^" } } ?? "Any"
                }
                let type = children[list...].first(where: isType)
                let body = children.last.flatMap { $0.is("function_body") ? $0.firstChild : nil }
                if let type {
                    definition.type = instance(type)
                } else if let body, !body.is("block"), children[list].firstChild == nil {
                    definition.type = e.expression(of: body)
                }
            }
            definition.arguments = count(e, children[list])
        case .class, .enum:
            definition.isStatic = node.isOne(of: "object_declaration", "companion_object")
            if node.is("class_declaration") {
                let parameters = parameters(of: node)
                let least = parameters.filter {
                    !$0.allChildren.contains { $0.is("=") } && !isVariadic(e, $0)
                }.count
                let isOpen = parameters.contains { isVariadic(e, $0) }
                let hasOwn =
                    node.child("primary_constructor") != nil
                    || node.child("class_body")?.child("secondary_constructor") == nil
                if hasOwn {
                    definition.arguments = least...(isOpen ? 1 << 20 : parameters.count)
                }
            }
        case .property, .variable, .constant:
            if node.is("class_parameter") {
                if !isVariadic(e, node) { definition.type = type(in: node).flatMap(instance) }
            } else if let variable = node.child("variable_declaration") {
                let receiver = children.first(where: isType)
                if let receiver, receiver.start < variable.start {
                    definition.extends = instance(receiver).map { $0.filter { $0 != "^" } } ?? "Any"
                }
                if let type = type(in: variable) {
                    definition.type = instance(type)
                } else {
                    definition.type = value(of: node).flatMap { e.expression(of: $0) }
                }
            }
        case .typeAlias: definition.type = type(in: node).flatMap(instance)
        default: break
        }
    }

    /// A parameter's default stands beside it.
    private static func count(_ e: Extractor, _ list: SyntaxNode) -> ClosedRange<Int> {
        var least = 0
        var most = 0
        var isVariadic = false
        var isNextVariadic = false
        for child in list.allChildren {
            if child.is("parameter") {
                most += 1
                if isNextVariadic { isVariadic = true } else { least += 1 }
                isNextVariadic = false
            } else if child.is("=") {
                least = max(0, least - 1)
            } else if child.is("parameter_modifiers") {
                isNextVariadic = e.text(child).contains("vararg")
            }
        }
        return least...(isVariadic ? 1 << 20 : most)
    }

    static let links = LinkRules(
        family: "jvm", layout: .package, hasImplicitSelf: true, classesComeFirst: true,
        privateIsLocal: true,
        callName: "invoke", constructors: ["constructor", ""],
        builtIns: KotlinNames.builtIns, builtInModule: "kotlin",
        otherBuiltIns: KotlinNames.others, commonMembers: JVM.commonMembers,
        names: LinkRules.NameKinds(callsTypes: true, callsValues: true),
        outerModules: JVM.outerModules, companion: "Companion", extensionsKeepPaths: true,
        rootMembers: KotlinNames.rootMembers, enumMembers: KotlinNames.enumMembers,
        module: { JVM.module($0, $1, $2) })

    private static let testAnnotations: Set<String> = [
        "Test", "ParameterizedTest", "BeforeEach", "AfterEach", "Before", "After",
    ]

    static func test(_ e: Extractor, _ node: SyntaxNode) -> TestReason? {
        for annotation in node.child("modifiers")?.children() ?? []
        where annotation.is("annotation") {
            guard let inner = annotation.firstChild, let path = e.path(of: inner) else { continue }
            let last = path.split(separator: ".").last.map { String($0) } ?? path
            guard testAnnotations.contains(last) else { continue }
            // With arguments they are advice, of AspectJ.
            if ["Before", "After"].contains(last), inner.child("value_arguments") != nil {
                continue
            }
            return TestReason("@\(path)")
        }
        return nil
    }
}
