// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let scala = Language(
        name: "scala", grammar: GrammarFolder.Name("scala"), extensions: ["scala", "sc"],
        rules: .all(["if_expression", "while_expression", "catch_clause"], .branch)
            + .all(["block", "indented_block"], .block)
            + [
                "comment": .comment, "block_comment": .comment,
                "lambda_expression": .visit(Scala.lambda),
                "import_declaration": .visit(Scala.imports),
                "package_clause": .visit(Scala.package),
                "package_object": .define(.namespace),
                "class_definition": .visit { Scala.type($0, $1, .class) },
                "object_definition": .visit { Scala.type($0, $1, .class) },
                "trait_definition": .visit { Scala.type($0, $1, .trait) },
                "enum_definition": .visit { Scala.type($0, $1, .enum) },
                "simple_enum_case": .define(.enumMember),
                "full_enum_case": .define(.enumMember),
                "template_body": .visit(Scala.body), "self_type": .visit(Scala.selfType),
                "function_definition": .function(constructors: ["this"]),
                "function_declaration": .function(),
                "val_definition": .visit(Scala.value), "var_definition": .visit(Scala.value),
                "val_declaration": .visit(Scala.value), "var_declaration": .visit(Scala.value),
                "given_definition": .visit { e, node in
                    if let name = node["name"] {
                        e.define(.constant, node, name: name, body: node["body"])
                    }
                    return true
                },
                "type_definition": .define(.typeAlias, body: "type"),
                "class_parameter": .visit(Scala.parameter),
                "parameter": .visit { e, node in
                    e.hide(node["name"])
                    e.declare(node["name"], type: node["type"])
                    return true
                },
                "extension_definition": .visit { e, node in
                    e.openBlock()
                    for parameter in Scala.extended(node)?.children() ?? [] {
                        guard let name = parameter["name"] else { continue }
                        let type = parameter["type"].flatMap { e.instance(of: $0) }
                        e.hide(name)
                        e.bind(e.text(name), .value(type ?? "?"), behind: nil, isNew: true)
                    }
                    return true
                },
                "call_expression": .visit(Scala.call),
                "infix_expression": .visit(Scala.infix),
                "instance_expression": .visit(Scala.construction),
                "for_expression": .visit { e, node in
                    e.countBranch()
                    e.openBlock()
                    return true
                },
                "enumerator": .visit { e, node in
                    if !(node.firstChild?.is("guard") ?? true) { Scala.bind(e, node.firstChild) }
                    return true
                },
                "case_clause": .visit { e, node in
                    e.countBranch()
                    e.openBlock()
                    Scala.bind(e, node["pattern"])
                    return true
                },
                "identifier": .visit(Scala.use), "field_expression": .use,
                "interpolated_string_expression": .visit { e, node in
                    e.hide(node["interpolator"])
                    return true
                },
                "type_identifier": .name(.uses), "stable_type_identifier": .name(.uses),
                "type_parameters": .visit { e, node in
                    Scala.declareTypes(e, node)
                    return true
                },
                "annotation": .visit { e, node in
                    e.refer(.uses, node["name"])
                    e.hide(node["name"])
                    return true
                },
            ],
        shapes: [
            "identifier": .name, "type_identifier": .name, "operator_identifier": .name,
            "stable_identifier": .pair, "stable_type_identifier": .pair,
            "package_identifier": .separatedChildren,
            "field_expression": .member("value", "field"), "call_expression": .call("function"),
            "generic_type": .field("type"), "generic_function": .field("function"),
            "instance_expression": .callFirst, "parenthesized_expression": .inner,
            "compound_type": .field("base"), "applied_constructor_type": .inner,
            "string": .literal("String"), "interpolated_string_expression": .literal("String"),
        ],
        docs: .block,
        builtIns: [
            "Any", "AnyRef", "AnyVal", "Boolean", "Byte", "Char", "Double", "Float", "Int", "Long",
            "Nothing", "Null", "Short", "String", "Unit",
        ],
        selfNames: ["this"], superNames: ["super"],
        argumentCount: { Scala.argumentCount($0, $1) }, namedType: { Scala.namedType($1) },
        links: Scala.links, details: { Scala.details($0, $1, &$2) },
        visibility: { e, node, _ in
            let modifier = node.child("modifiers")?.child("access_modifier")
            guard let text = modifier.map({ e.text($0) }) else { return .public }
            return text.hasPrefix("private") ? .private : .protected
        },
        test: { e, node, kind, _ in
            guard kind == .class, let base = node["extend"]?["type"], let path = e.path(of: base)
            else { return nil }
            // Others have specifications and suites as well.
            let isSuite =
                e.importsTestFramework
                && ["Suite", "Spec", "SpecDefault"].contains { path.hasSuffix($0) }
            return isSuite ? TestReason("extends \(path)") : nil
        },
        testFile: { path in
            let parts = path.split(separator: "/")
            for (index, part) in parts.enumerated()
            where part == "src" && index + 1 < parts.count && parts[index + 1] == "test" {
                return TestReason("in src/test")
            }
            return nil
        })
}

private enum Scala {
    static func package(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return false }
        let path = e.path(of: name) ?? e.text(name)
        guard let body = node["body"] else {
            e.facts.package = Extractor.qualified(path, in: e.facts.package)
            return false
        }
        // With a body it holds what is in it.
        e.define(.namespace, node, named: path, body: body)
        return true
    }

    private static let testFrameworks = [
        "minitest", "munit", "org.scalacheck", "org.scalatest", "org.specs2", "utest", "weaver",
        "zio.test",
    ]

    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        let path = node.children("path").filter { $0.isNamed }.map { e.text($0) }.joined(
            separator: ".")
        if testFrameworks.contains(where: { path == $0 || path.hasPrefix($0 + ".") }) {
            e.importsTestFramework = true
        }
        let parts = LinkedFile.parts(path)
        if node.child("namespace_wildcard") != nil {
            e.addImport(path, "*", as: "", node)
        } else if let selectors = node.child("namespace_selectors") {
            for selector in selectors.children() {
                if selector.is("namespace_wildcard") {
                    e.addImport(path, "*", as: "", selector)
                    continue
                }
                let name = e.text(selector["name"] ?? selector)
                let alias = selector["alias"].map { e.text($0) } ?? name
                if alias != "_" { e.addImport(path, name, as: alias, selector) }
            }
        } else if let last = parts.last {
            let module = parts.dropLast().joined(separator: ".")
            e.addImport(
                module.isEmpty ? last : module, module.isEmpty ? nil : last, as: last, node)
        }
        return false
    }

    static func type(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(kind, node, name: name, body: node["body"])
        e.openBlock()
        if let parameters = node["type_parameters"] { declareTypes(e, parameters) }
        for (index, base) in (node["extend"]?.children("type") ?? []).enumerated() {
            e.refer(index == 0 ? .extends : .implements, base)
        }
        // The first is called if it is given something.
        if let extended = node["extend"], let base = extended["type"], let path = e.path(of: base),
            extended.child("arguments") != nil
        {
            e.refer(
                .calls, path + "^", line: base.line, argumentCount: argumentCount(e, extended))
        }
        return true
    }

    static func value(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let pattern = node["pattern"] ?? node["name"] else { return true }
        if e.isInFunction, !e.isInType {
            if pattern.is("identifier") {
                e.declare(pattern, type: node["type"], value: node["value"])
            } else {
                bind(e, pattern)
            }
            return true
        }
        let isConstant = node.is("val_definition") || node.is("val_declaration")
        let names =
            pattern.is("identifier")
            ? [pattern] : pattern.children().filter { $0.is("identifier") }
        for name in names {
            e.defineVariable(
                e.isInType ? .field : isConstant ? .constant : .variable, node, name: name,
                value: node["value"], isOnly: names.count == 1)
        }
        return true
    }

    static func parameter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.isInType, let name = node["name"] else { return true }
        e.defineVariable(.field, node, name: name, value: nil)
        return true
    }

    static func declareTypes(_ e: Extractor, _ node: SyntaxNode) {
        // The bound of one stands behind it.
        var name: SyntaxNode?
        for child in node.children() {
            if child.isOne(of: "covariant_type_parameter", "contravariant_type_parameter") {
                declareTypes(e, child)
            } else if child.is("upper_bound"), let named = name {
                e.declareLocalType(named, bound: child["type"])
                name = nil
            } else if child.isOne(of: "identifier", "type_identifier") {
                if let named = name { e.declareLocalType(named) }
                name = child
            }
        }
        if let named = name { e.declareLocalType(named) }
    }

    // MARK: - Names

    /// The body of a class without a name.
    static func body(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let creation = node.parent, creation.is("instance_expression"),
            let type = creation.firstChild, type.index != node.index, let path = e.path(of: type)
        else { return true }
        let name = LinkedFile.parts(path).last ?? path
        e.define(.class, node, named: "$" + name, body: node, visibility: .private)
        e.openBlock()
        e.refer(.extends, path, line: creation.line)
        // `new A with B {}`
        if type.is("compound_type") {
            for other in type.children("extra") { e.refer(.implements, other) }
        }
        return true
    }

    /// `self: A =>` is another name for `this`.
    static func selfType(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.firstChild, name.is("identifier") {
            e.hide(name)
            if !e.has(name, text: "this") {
                // Also in what stands inside, where `this` is another.
                e.bind(
                    e.text(name), .value("@#\(e.scope.definition)^"), behind: nil, isNew: true)
            }
        }
        // Whatever has this one has the members of that too.
        if let type = node.children().dropFirst().last, let path = e.path(of: type) {
            e.facts.conformances.append(Conformance(type: e.scope.qualifiedName, base: path))
        }
        return true
    }

    static func lambda(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        guard let parameters = node["parameters"] else { return true }
        if parameters.is("identifier") {
            e.declare(parameters)
        } else {
            for binding in parameters.children() {
                e.declare(binding["name"], type: binding["type"])
            }
        }
        return true
    }

    /// The variables of a pattern: names that begin as such.
    static func bind(_ e: Extractor, _ pattern: SyntaxNode?) {
        guard let pattern else { return }
        switch true {
        case pattern.is("identifier"):
            let name = e.text(pattern)
            let isVariable = name.first.map { $0.isLowercase || $0 == "_" } ?? false
            if isVariable { declare(e, pattern, nil) }
        case pattern.is("typed_pattern"):
            if let name = pattern["pattern"], name.is("identifier") {
                declare(e, name, pattern["type"])
            } else {
                bind(e, pattern["pattern"])
            }
        case pattern.is("capture_pattern"):
            declare(e, pattern["name"], nil)
            bind(e, pattern["pattern"])
        case pattern.isOne(of: "stable_identifier", "field_expression", "literal"): break
        case pattern.is("infix_pattern"):
            bind(e, pattern["left"])
            bind(e, pattern["right"])
            e.hide(pattern["operator"])
        case pattern.is("case_class_pattern"):
            for part in pattern.children("pattern") { bind(e, part) }
        default: for part in pattern.children() { bind(e, part) }
        }
    }

    private static func declare(_ e: Extractor, _ name: SyntaxNode?, _ type: SyntaxNode?) {
        guard let name else { return }
        e.hide(name)
        e.declare(name, type: type)
    }

    static func use(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let parent = node.parent {
            // The name of an argument.
            if parent.is("assignment_expression"), parent["left"]?.index == node.index,
                parent.parent?.is("arguments") ?? false
            {
                return true
            }
            if parent.isOne(of: "binding", "generic_function") { return true }
        }
        e.use(node)
        return true
    }

    static func argumentCount(_ e: Extractor, _ call: SyntaxNode) -> Int {
        guard let list = call["arguments"] ?? call.child("arguments") else {
            return call.is("instance_expression") ? 0 : -1
        }
        guard list.is("arguments") else { return 1 }
        let arguments = list.children().filter { !$0.isOne(of: "comment", "block_comment") }
        if let last = arguments.last, e.text(last).hasSuffix("*") { return -1 }
        return arguments.count
    }

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let function = node["function"] else { return true }
        // A variable that is a function, or has an `apply`.
        if function.is("identifier"), e.locals.isVariable(e.text(function)) { return true }
        if e.has(function, text: "this") {
            e.refer(.calls, "@type^", line: node.line, argumentCount: argumentCount(e, node))
            return true
        }
        // Of `f(1)(2)` the inner one counts.
        if function.is("call_expression") { return true }
        e.refer(.calls, function, argumentCount: argumentCount(e, node))
        return true
    }

    /// The parameter list of an extension that has what is extended.
    static func extended(_ node: SyntaxNode) -> SyntaxNode? {
        node.children("parameters").first { $0.is("parameters") }
    }

    static func infix(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let sign = node["operator"], let left = node["left"] else { return true }
        guard sign.is("identifier") else {
            sign.is("operator_identifier") ? symbolic(e, node, sign) : ()
            return true
        }
        e.hide(sign)
        // `new A(1) with B {}`, which the grammar takes for one.
        if e.has(sign, text: "with") { return true }
        e.refer(
            .calls, (e.expression(of: left) ?? "?") + "." + e.text(sign), line: sign.line,
            argumentCount: 1)
        return true
    }

    /// `a ++ b` is a call if the tree has a method of that name for it. Which of several signs
    /// binds first the grammar does not say, so that only a name or a call is surely its operand.
    private static func symbolic(_ e: Extractor, _ node: SyntaxNode, _ sign: SyntaxNode) {
        let name = e.text(sign)
        // What these begin or hold means something else in an expression.
        guard !name.hasPrefix(":"), !name.hasPrefix("@"), !name.hasPrefix("="),
            !name.contains("^"), !name.contains("?")
        else { return }
        let isRight = name.hasSuffix(":")
        if isRight, node.parent?.is("infix_expression") ?? false { return }
        guard let operand = node[isRight ? "right" : "left"],
            let receiver = e.expression(of: operand)
        else { return }
        e.use("\(receiver).\(name)", sign, as: .calls, argumentCount: 1)
    }

    static func construction(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let type = node.firstChild, let path = e.path(of: type) else { return true }
        e.refer(.calls, path + "^", line: node.line, argumentCount: argumentCount(e, node))
        e.hide(type)
        return true
    }

    // MARK: - Types

    static func namedType(_ type: SyntaxNode) -> SyntaxNode? {
        var type = type
        for _ in 0..<4 {
            if type.isOne(of: "type_identifier", "stable_type_identifier", "identifier") {
                return type
            }
            if type.is("generic_type") || type.is("compound_type") {
                guard let inner = type["type"] ?? type["base"] else { return nil }
                type = inner
            } else if type.isOne(of: "lazy_parameter_type", "annotated_type") {
                guard let inner = type["type"] ?? type.firstChild else { return nil }
                type = inner
            } else {
                return nil
            }
        }
        return nil
    }

    private static func count(_ list: SyntaxNode) -> ClosedRange<Int> {
        var least = 0
        var most = 0
        let isGiven = list.allChildren.contains { $0.isOne(of: "implicit", "using") }
        for parameter in list.children() where parameter.isOne(of: "parameter", "class_parameter") {
            if parameter["type"]?.is("repeated_parameter_type") ?? false {
                return least...(1 << 20)
            }
            most += 1
            if parameter["default_value"] == nil, !isGiven { least += 1 }
        }
        return least...most
    }

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        func instance(_ type: SyntaxNode) -> String? {
            let own =
                node.children("parameters").first { $0.is("type_parameters") }
                ?? node["type_parameters"]
            let named = namedType(type).map { e.text($0) }
            let isOwn = own?.children("name").contains { e.text($0) == named } ?? false
            return isOwn ? nil : e.instance(of: type)
        }
        switch definition.kind {
        case .function, .method, .constructor:
            definition.type = node["return_type"].flatMap(instance)
            let lists = node.children("parameters").filter { $0.is("parameters") }
            definition.arguments = lists.first.map(count) ?? 0...0
            var outer = node.parent
            if outer?.is("template_body") ?? false { outer = outer?.parent }
            if let outer, outer.is("extension_definition"),
                let type = extended(outer)?.firstChild?["type"]
            {
                definition.extends = e.typePath(of: type) ?? "Any"
                definition.isStatic = true
            }
            // What takes nothing and gives something may give what takes something.
            if lists.isEmpty { definition.arguments = 0...(1 << 20) }
            if definition.type == nil, let body = node["body"], lists.isEmpty,
                node["return_type"] == nil
            {
                definition.type = e.expression(of: body)
            }
        case .class, .trait:
            definition.isStatic = node.is("object_definition")
            definition.isCase =
                node.is("class_definition") && node.allChildren.contains { $0.is("case") }
                && !(node.child("modifiers").map { e.text($0).contains("abstract") } ?? false)
            if !definition.isStatic {
                definition.arguments = node.child("class_parameters").map(count)
            }
        case .field, .constant, .variable:
            if let type = node["type"] {
                definition.type = instance(type)
            } else if node["pattern"]?.is("identifier") ?? false {
                definition.type = node["value"].flatMap { e.expression(of: $0) }
            }
        case .typeAlias: definition.type = node["type"].flatMap(instance)
        default: break
        }
    }

    private static let predefined: Set<String> = [
        "Any", "AnyRef", "AnyVal", "Array", "ArrayIndexOutOfBoundsException", "BigDecimal",
        "BigInt", "Boolean", "Byte", "Char", "Double", "Either", "Equiv", "Float", "Fractional",
        "Function", "Function0", "Function1", "Function2", "Function3", "IndexedSeq", "Int",
        "Integral", "Iterable", "Iterator", "Left", "List", "Long", "MatchError", "Nil", "None",
        "Nothing", "NotImplementedError", "Null", "Numeric", "Option", "Ordered", "Ordering",
        "PartialFunction", "PartiallyOrdered", "Product", "Range", "Right", "Seq", "Serializable",
        "Short", "Some", "Stream", "StringContext", "Symbol", "Traversable", "TraversableOnce",
        "Unit", "Vector", "inline", "native", "specialized", "tailrec", "throws", "transient",
        "unchecked", "volatile",
    ]

    private static let others: [String: String] = {
        var names: [String: String] = [:]
        for name in JVM.javaLang where !predefined.contains(name) {
            names[name] = "java.lang.\(name)"
        }
        for name in [
            "Class", "Function", "Map", "Set", "String", "assert", "assume", "classOf", "identity",
            "implicitly", "locally", "print", "printf", "println", "require", "???",
        ] {
            names[name] = "scala.Predef.\(name)"
        }
        names["String"] = "java.lang.String"
        return names
    }()

    private static let rootMembers: [String: String] = {
        var names = JVM.rootMembers
        for name in ["asInstanceOf", "isInstanceOf"] { names[name] = "scala.Any.\(name)" }
        return names
    }()

    static let links = LinkRules(
        family: "jvm", layout: .package, hasImplicitSelf: true, seesOuterModules: true,
        lastBaseCountsFirst: true, constructors: ["this"], objectsAreCalled: true,
        builtIns: predefined,
        builtInModule: "scala",
        otherBuiltIns: others, commonMembers: JVM.commonMembers,
        names: LinkRules.NameKinds(
            callsTypes: true, callsValues: true, namesFunctions: true, namingCalls: true,
            packageIsLast: true),
        outerModules: JVM.outerModules, extensionsKeepPaths: true, rootMembers: rootMembers,
        enumMembers: JVM.enumMembers,
        module: { item, file, table in
            // A path may begin in any of the packages around.
            let root = NamePath(family: "jvm")
            let parts = LinkedFile.parts(item.module)
            for count in (1...max(1, file.moduleSegments.count)).reversed()
            where count <= file.moduleSegments.count {
                let path = root.appending(all: file.moduleSegments.prefix(count) + parts)
                if !table.files(of: path).isEmpty || !table.symbols(at: path).isEmpty {
                    return .inner(path, file: nil)
                }
            }
            guard let module = JVM.module(item.module, table) else { return nil }
            // What is no package is a value, of which all is imported.
            if case .outer = module, let first = parts.first, !packages.contains(first),
                !table.hasModule(root.appending(first)) || parts.count == 1
            {
                return nil
            }
            return module
        })

    /// What packages of others begin with.
    private static let packages: Set<String> = JVM.outerModules.union([
        "ai", "akka", "app", "better", "breeze", "cats", "ch", "chisel3", "co", "com", "cz", "de",
        "dev", "dotty", "doobie", "edu", "enumeratum", "es", "eu", "fr", "fs2", "gov", "io", "it",
        "izumi", "jdk", "jp", "kafka", "laika", "me", "mill", "monix", "monocle", "munit", "net",
        "nl", "org", "play", "pureconfig", "ru", "sbt", "scalafix", "scalaj", "scalaz", "se",
        "shapeless", "slick", "spire", "spray", "sttp", "tech", "uk", "upickle", "us", "utest",
        "weaver", "zio",
    ])
}
