// SPDX-License-Identifier: Apache-2.0
//
// What names and types stand for.

extension Kotlin {
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
        if !name.isEmpty && !plain.contains(name) && !passing.contains(name)
            || isBehindTypes(node)
        {
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
        if let called = callee(node) { refer(e, called, argumentCount(node)) }
        return true
    }

    /// `f<A> { }`, which the grammar takes for comparisons.
    static func comparison(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let right = node["right"], isBehindTypes(right), let left = node["left"],
            let called = left["left"], called.isOne(of: "identifier", "navigation_expression")
        else { return true }
        refer(e, called, 1)
        e.hide(called)
        if let type = left["right"] {
            e.refer(.uses, type)
            e.hide(type)
        }
        return true
    }

    /// Whether it is what a function gets that has types before it.
    private static func isBehindTypes(_ argument: SyntaxNode) -> Bool {
        guard argument.isOne(of: "lambda_literal", "parenthesized_expression"),
            let outer = argument.parent, outer.is("binary_expression"),
            let left = outer["left"], left.is("binary_expression")
        else { return false }
        return outer.allChildren.contains { $0.is(">") } && left.allChildren.contains { $0.is("<") }
    }

    private static func refer(_ e: Extractor, _ called: SyntaxNode, _ count: Int) {
        if called.is("identifier") {
            // Whose it is in a block with a receiver is not to be seen.
            let name = e.text(called)
            // A parameter that is a function.
            if case .value("?")? = e.locals[name] { return }
            let isOpen = hasReceiver(e) && name.first?.isLowercase ?? true
            e.refer(
                .calls, isOpen ? "?." + name : name, line: called.line, argumentCount: count)
        } else {
            e.refer(.calls, called, argumentCount: count)
        }
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
