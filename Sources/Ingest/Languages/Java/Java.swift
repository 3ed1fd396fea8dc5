// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let java = Language(
        name: "java", grammar: GrammarFolder.Name("java"), extensions: ["java"],
        rules: .all(
            [
                "if_statement", "while_statement", "do_statement", "ternary_expression",
                "switch_label", "&&", "||",
            ], .branch)
            + .all(
                ["switch_block", "try_with_resources_statement", "synchronized_statement"], .block)
            + .all(["for_statement", "catch_clause"], .visit(Java.branchBlock))
            + .all(["static_initializer"], .closure)
            + .all(
                ["labeled_statement", "break_statement", "continue_statement"],
                .visit(Java.label))
            + [
                "line_comment": .comment, "block_comment": .comment,
                "lambda_expression": .visit(Java.lambda),
                "class_declaration": .visit { Java.type($0, $1, .class) },
                "record_declaration": .visit { Java.type($0, $1, .class) },
                "interface_declaration": .visit { Java.type($0, $1, .interface) },
                "annotation_type_declaration": .visit { Java.type($0, $1, .interface) },
                "enum_declaration": .visit { Java.type($0, $1, .enum) },
                "enum_constant": .visit(Java.enumConstant),
                "class_body": .visit(Java.anonymous),
                "method_declaration": .define(.method),
                "annotation_type_element_declaration": .define(.method),
                "constructor_declaration": .define(.constructor),
                "compact_constructor_declaration": .visit(Java.compactConstructor),
                "field_declaration": .visit(Java.field),
                "constant_declaration": .visit(Java.field),
                "import_declaration": .visit(Java.imports),
                "package_declaration": .visit(Java.package), "module_declaration": .leaf,
                "method_invocation": .visit(Java.call),
                "object_creation_expression": .visit(Java.construction),
                "explicit_constructor_invocation": .visit(Java.constructorCall),
                "method_reference": .visit(Java.methodReference),
                "marker_annotation": .visit(Java.annotation),
                "annotation": .visit(Java.annotation),
                "element_value_pair": .visit { e, node in
                    e.hide(node["key"])
                    return true
                },
                "type_identifier": .name(.uses), "scoped_type_identifier": .name(.uses),
                "type_parameter": .visit(Java.typeParameter),
                "identifier": .visit(Java.use), "field_access": .use,
                "block": .visit(Java.block), "formal_parameter": .visit(Java.parameter),
                "spread_parameter": .visit { e, node in
                    e.declare(node.child("variable_declarator")?["name"])
                    return true
                },
                "variable_declarator": .visit(Java.variable), "resource": .visit(Java.variable),
                "enhanced_for_statement": .visit(Java.loop),
                "catch_formal_parameter": .visit { e, node in
                    e.declare(node["name"], type: node.child("catch_type"))
                    return true
                },
                "instanceof_expression": .visit { e, node in
                    e.declare(node["name"], type: node["right"])
                    return true
                },
                "type_pattern": .visit(Java.pattern),
                "record_pattern_component": .visit(Java.pattern),
            ],
        shapes: [
            "identifier": .name, "type_identifier": .name, "this": .name, "super": .name,
            "scoped_identifier": .member("scope", "name"), "scoped_type_identifier": .name,
            "field_access": .member("object", "field"),
            "method_invocation": .method("object", "name"),
            "generic_type": .inner, "object_creation_expression": .instance("type"),
            "parenthesized_expression": .inner, "cast_expression": .instance("type"),
            "string_literal": .literal("String"), "class_literal": .literal("Class"),
        ],
        docs: .block,
        builtIns: ["String", "Object", "Integer", "Long", "Boolean", "Double", "Void", "var"],
        selfNames: ["this"], superNames: ["super"], valueType: { Java.valueType($0, $1) },
        namedType: { Java.namedType($0, $1) },
        links: Java.links, details: { Java.details($0, $1, &$2) },
        visibility: { e, node, _ in Java.visibility(e, node) },
        test: { e, node, _, _ in Java.test(e, node) },
        testFile: { Java.testFile($0) })
}

private enum Java {
    static func modifiers(_ e: Extractor, _ node: SyntaxNode) -> SyntaxNode? {
        node.child("modifiers", amongFirst: 1)
    }

    static func visibility(_ e: Extractor, _ node: SyntaxNode) -> Visibility {
        for word in modifiers(e, node)?.allChildren.map({ $0 }) ?? [] {
            if word.is("public") { return .public }
            if word.is("protected") { return .protected }
            if word.is("private") { return .private }
        }
        return e.scope.kind == .interface || node.is("enum_constant") ? .public : .package
    }

    static func type(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(kind, node, name: name, body: node["body"])
        if let parameters = node["type_parameters"] {
            for parameter in parameters.children() { _ = typeParameter(e, parameter) }
        }
        if let parent = node["superclass"]?.firstChild { e.refer(.extends, parent) }
        let lists = [node["interfaces"], node.child("extends_interfaces")]
        for list in lists.compactMap({ $0?.child("type_list") }) {
            for parent in list.children() {
                e.refer(kind == .interface ? .extends : .implements, parent)
            }
        }
        if node.is("record_declaration") {
            for parameter in node["parameters"]?.children() ?? [] {
                guard let name = parameter["name"] else { continue }
                e.defineVariable(.field, parameter, name: name, value: nil, visibility: .public)
            }
        }
        return true
    }

    static func typeParameter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.declareLocalType(
            node.child("type_identifier"), bound: node.child("type_bound")?.firstChild)
        return true
    }

    static func field(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let words = modifiers(e, node)?.allChildren.map { $0 } ?? []
        let isConstant =
            node.is("constant_declaration")
            || (words.contains { $0.is("static") } && words.contains { $0.is("final") })
        let declarators = node.children("declarator")
        for declarator in declarators {
            guard let name = declarator["name"] else { continue }
            e.defineVariable(
                isConstant ? .constant : .field, node, name: name, value: declarator["value"],
                isOnly: declarators.count == 1)
        }
        return true
    }

    static func package(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        for child in node.children() where child.isOne(of: "identifier", "scoped_identifier") {
            e.facts.package = e.path(of: child) ?? ""
        }
        return false
    }

    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        guard let name = node.firstChild, let path = e.path(of: name) else { return false }
        if node.child("asterisk") != nil {
            e.addImport(path, "*", as: "", node)
        } else {
            let parts = LinkedFile.parts(path)
            guard let last = parts.last else { return false }
            e.addImport(parts.dropLast().joined(separator: "."), last, as: last, node)
        }
        return false
    }

    // MARK: - Calls

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        var target = e.text(name)
        if let object = node["object"] {
            let receiver = e.expression(of: object) ?? "?"
            // `A.super.run()` is a default method of `A`.
            let isOfBase = !object.is("super") && node.child("super") != nil
            target = "\(receiver)\(isOfBase ? "^" : "").\(target)"
        }
        give(e, node)
        e.refer(.calls, target, line: name.line, argumentCount: e.argumentCount(node))
        return true
    }

    static func construction(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let type = node["type"], let path = e.path(of: type) else { return true }
        // `outer.new Inner()`
        let outer = node.firstChild.flatMap { $0.index == type.index ? nil : e.expression(of: $0) }
        let target = (outer.map { $0 + "." } ?? "") + path + "^"
        give(e, node)
        e.refer(.calls, target, line: node.line, argumentCount: e.argumentCount(node))
        e.hide(type)
        return true
    }

    /// `this(…)` and `super(…)`.
    static func constructorCall(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let constructor = node["constructor"] else { return true }
        var outer = node.parent
        while let type = outer,
            !type.isOne(
                of: "class_declaration", "enum_declaration",
                "record_declaration", "object_creation_expression")
        {
            outer = type.parent
        }
        let type =
            constructor.is("this") ? outer?["name"] : outer?["superclass"]?.firstChild
        if let type, let path = e.path(of: type) {
            give(e, node)
            e.refer(.calls, path + "^", line: node.line, argumentCount: e.argumentCount(node))
        }
        return true
    }

    private static func give(_ e: Extractor, _ call: SyntaxNode) {
        e.give((call["arguments"]?.children() ?? []).filter { !isComment($0) }.map { $0 })
    }

    private static func isComment(_ node: SyntaxNode) -> Bool {
        node.isOne(of: "line_comment", "block_comment")
    }

    /// Of literals, of what is said to be of a plain type, and of what operators give.
    static func valueType(_ e: Extractor, _ node: SyntaxNode) -> String? {
        if node.isOne(of: "decimal_integer_literal", "hex_integer_literal") {
            let last = e.byte(node.end - 1)
            return last == UInt8(ascii: "L") || last == UInt8(ascii: "l") ? "=long" : "=int"
        }
        if node.is("decimal_floating_point_literal") {
            let last = e.byte(node.end - 1)
            return last == UInt8(ascii: "f") || last == UInt8(ascii: "F") ? "=float" : "=double"
        }
        if node.is("character_literal") { return "=char" }
        if node.isOne(of: "true", "false", "instanceof_expression") { return "=boolean" }
        if node.is("null_literal") { return "=null" }
        if node.isOne(of: "lambda_expression", "method_reference") { return "?" }
        if node.is("cast_expression") { return node["type"].map { e.typeText($0) } }
        if node.is("array_creation_expression"), let type = node["type"] {
            var text = e.text(type)
            for part in node.children("dimensions") {
                text += String(repeating: "[]", count: e.text(part).filter { $0 == "[" }.count)
            }
            return "=" + text
        }
        if node.is("parenthesized_expression") {
            return node.firstChild.flatMap { valueType(e, $0) }
        }
        if node.is("unary_expression"), let operand = node["operand"] {
            return e.byte(node.start) == UInt8(ascii: "!") ? "=boolean" : valueType(e, operand)
        }
        guard node.is("binary_expression"), let left = node["left"], let right = node["right"],
            let sign = node.allChildren.dropFirst().first(where: { !$0.isNamed })
        else { return nil }
        if ["==", "!=", "<", ">", "<=", ">=", "&&", "||"].contains(e.text(sign)) {
            return "=boolean"
        }
        if sign.is("+"), left.is("string_literal") || right.is("string_literal") {
            return "String^"
        }
        // Of numbers the wider.
        let (a, b) = (e.argumentType(left), e.argumentType(right))
        guard let first = numbers.firstIndex(of: String(a.dropFirst())),
            let second = numbers.firstIndex(of: String(b.dropFirst()))
        else { return nil }
        return "=" + numbers[max(first, second, 2)]
    }

    private static let numbers = ["byte", "short", "int", "long", "float", "double"]

    private static let overloads = LinkRules.Overloads(
        widening: numbers, plain: ["boolean", "char"],
        boxes: [
            "Boolean": "boolean", "Byte": "byte", "Character": "char", "Double": "double",
            "Float": "float", "Integer": "int", "Long": "long", "Short": "short",
        ],
        leaves: [
            "Boolean", "Byte", "Character", "Class", "Double", "Float", "Integer", "Long", "Short",
            "String", "StringBuffer", "StringBuilder",
        ],
        basesOfLeaves: [
            "AnnotatedElement", "Appendable", "CharSequence", "Comparable", "Constable",
            "ConstantDesc", "GenericDeclaration", "Number", "Serializable", "Type",
            "TypeDescriptor",
        ], roots: ["Object"], widensLike: ["char": "int"])

    /// As facts have it; of a last one that may be many, with dots behind it.
    private static func parameterTypes(_ e: Extractor, _ node: SyntaxNode) -> String? {
        var own: Set<String> = []
        var unbounded: Set<String> = []
        for parameter in node["type_parameters"]?.children() ?? [] {
            guard let name = parameter.child("type_identifier").map({ e.text($0) }) else {
                continue
            }
            own.insert(name)
            let bound = parameter.child("type_bound")
            if bound.map({ e.text($0).hasSuffix("Object") }) ?? true { unbounded.insert(name) }
        }
        let list = node["parameters"]?.children() ?? []
        let types = list.filter { $0.isOne(of: "formal_parameter", "spread_parameter") }.map {
            if $0.is("spread_parameter") {
                let type = $0.children().first { !$0.is("modifiers") }
                guard let type, e.typeText(type, except: own) != "?" else { return "?" }
                return plainOrNamed(e, type, nil) + "..."
            }
            guard $0.is("formal_parameter"), let type = $0["type"],
                !unbounded.contains(e.text(type)) || $0["dimensions"] != nil
            else { return "*" }
            if e.typeText(type, except: own) == "?" { return "?" }
            return plainOrNamed(e, type, $0["dimensions"] == nil ? nil : $0)
        }
        return types.contains { $0 != "?" } ? types.joined(separator: ";") : nil
    }

    static func enumConstant(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(.enumMember, node, name: name, body: node["body"])
        if node["arguments"] != nil, let type = node.parent?.parent?["name"] {
            e.refer(
                .calls, e.text(type) + "^", line: node.line, argumentCount: e.argumentCount(node))
        }
        return true
    }

    /// The body of a class without a name.
    static func anonymous(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let creation = node.parent, creation.is("object_creation_expression"),
            let type = creation["type"], let path = e.path(of: type)
        else { return true }
        let name = LinkedFile.parts(path).last ?? path
        e.define(
            .class, node, named: "$" + name, body: node, visibility: .private)
        e.openBlock()
        e.refer(.extends, path, line: creation.line)
        return true
    }

    static func methodReference(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let parts = node.children()
        guard let first = parts.first, let receiver = e.expression(of: first) else { return true }
        if parts.count == 2 {
            e.hide(parts[1])
            e.refer(.uses, "\(receiver).\(e.text(parts[1]))()", line: node.line)
        }
        return true
    }

    static func annotation(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node["name"], let path = e.path(of: name) {
            e.hide(name)
            if !["Override", "Deprecated", "SuppressWarnings"].contains(path) {
                e.refer(.uses, path, line: node.line)
            }
        }
        return true
    }

    // MARK: - Names

    static func block(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.parent?.isOne(of: "class_body", "enum_body_declarations") ?? false {
            e.nest(node, as: .function)
        } else {
            e.openBlock()
        }
        return true
    }

    static func branchBlock(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        return true
    }

    static func label(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.firstChild, name.is("identifier") { e.hide(name) }
        return true
    }

    /// `case RED` is a name of the enum's that is looked at.
    static func use(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.parent?.is("switch_label") ?? false { return true }
        e.use(node)
        return true
    }

    static func lambda(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        if let parameters = node["parameters"], !parameters.is("formal_parameters") {
            e.declareAll(in: parameters)
        }
        return true
    }

    /// Of a record, it is a field.
    static func parameter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.parent?.parent?.is("record_declaration") ?? false { return true }
        declare(e, node, node["type"])
        return true
    }

    static func variable(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.is("resource") {
            declare(e, node, node["type"])
        } else if let declaration = node.parent, declaration.is("local_variable_declaration") {
            declare(e, node, declaration["type"])
        }
        return true
    }

    private static func declare(_ e: Extractor, _ node: SyntaxNode, _ type: SyntaxNode?) {
        let isInferred = type.map { e.has($0, text: "var") } ?? false
        let isArray = node["dimensions"] != nil
        guard let name = node["name"] else { return }
        let meaning = isInferred ? nil : type.map { plainOrNamed(e, $0, isArray ? node : nil) }
        if meaning == nil, isInferred {
            e.declare(name, value: node["value"])
        } else {
            e.hide(name)
            e.declare(
                e.text(name), as: meaning ?? "?", behind: node["value"] == nil ? nil : node)
        }
    }

    /// A type with the dimensions that stand behind a name.
    private static func plainOrNamed(
        _ e: Extractor, _ type: SyntaxNode, _ node: SyntaxNode?
    ) -> String {
        let text = node == nil ? e.instance(of: type) ?? e.typeText(type) : e.typeText(type)
        guard let dimensions = node?["dimensions"], text != "?" else { return text }
        return "=" + e.text(type) + e.text(dimensions)
    }

    static func loop(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        guard let name = node["name"] else { return true }
        e.hide(name)
        let type = node["type"].map { plainOrNamed(e, $0, node["dimensions"] == nil ? nil : node) }
        e.declare(e.text(name), as: type ?? "?", behind: node["value"])
        return true
    }

    static func pattern(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let parts = node.children()
        if parts.count > 1, let name = parts.last { e.declare(name, type: parts[parts.count - 2]) }
        return true
    }

    static func compactConstructor(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(.constructor, node, name: name, body: node["body"])
        for parameter in node.parent?.parent?["parameters"]?.children() ?? [] {
            declare(e, parameter, parameter["type"])
        }
        return true
    }

    // MARK: - Types

    static func namedType(_ e: Extractor, _ type: SyntaxNode) -> SyntaxNode? {
        var type = type
        for _ in 0..<4 {
            if type.is("type_identifier") { return e.has(type, text: "var") ? nil : type }
            if type.isOne(of: "scoped_type_identifier", "identifier", "field_access") {
                return type
            }
            if type.is("annotated_type") {
                guard let inner = type.lastChild else { return nil }
                type = inner
            } else if type.is("generic_type") || type.is("catch_type") && type.childCount == 1 {
                guard let inner = type.firstChild else { return nil }
                type = inner
            } else {
                return nil
            }
        }
        return nil
    }

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        let isStatic = modifiers(e, node)?.allChildren.contains { $0.is("static") } ?? false
        switch definition.kind {
        case .method, .constructor:
            definition.isStatic = isStatic
            definition.type =
                node["dimensions"] == nil
                ? node["type"].flatMap { type in
                    let own = node["type_parameters"]?.children().first {
                        $0.child("type_identifier").map { e.text($0) } == e.text(type)
                    }
                    guard let own else {
                        let text = e.instance(of: type) ?? e.typeText(type)
                        return text == "?" ? nil : text
                    }
                    return own.child("type_bound")?.firstChild.flatMap { e.instance(of: $0) }
                } : nil
            var least = 0
            var most = 0
            let list =
                node.is("compact_constructor_declaration")
                ? node.parent?.parent?["parameters"] : node["parameters"]
            for parameter in list?.children() ?? [] {
                if parameter.is("formal_parameter") {
                    least += 1
                    most += 1
                } else if parameter.is("spread_parameter") {
                    most = 1 << 20
                }
            }
            definition.arguments = least...max(least, most)
            definition.parameters = parameterTypes(e, node)
        case .field, .constant:
            let declarator = node.children("declarator").first {
                $0["name"].map { e.text($0) } == definition.name
            }
            definition.isStatic = isStatic || node.is("constant_declaration")
            let text = node["type"].map {
                plainOrNamed(
                    e, $0,
                    declarator?["dimensions"] != nil
                        ? declarator
                        : node["dimensions"] != nil ? node : nil)
            }
            definition.type = text == "?" ? nil : text
            // What a record's component is called with gives its value.
            if node.is("formal_parameter") { definition.arguments = 0...0 }
        default: break
        }
    }

    static let links = LinkRules(
        family: "jvm", layout: .package, hasImplicitSelf: true, overloads: overloads,
        classesComeFirst: true, privateIsLocal: true,
        constructors: [""],
        builtIns: JVM.javaLang, builtInModule: "java.lang", commonMembers: JVM.commonMembers,
        names: LinkRules.NameKinds(), outerModules: JVM.outerModules,
        rootMembers: JVM.rootMembers, enumMembers: JVM.enumMembers,
        module: { JVM.module($0, $1, $2) })

    // MARK: - Tests

    private static let testAnnotations: Set<String> = [
        "Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate", "BeforeEach",
        "AfterEach", "BeforeAll", "AfterAll", "Before", "After", "BeforeClass", "AfterClass",
        "BeforeMethod", "AfterMethod",
    ]

    static func test(_ e: Extractor, _ node: SyntaxNode) -> TestReason? {
        for annotation in modifiers(e, node)?.children() ?? [] {
            guard annotation.isOne(of: "marker_annotation", "annotation"),
                let name = annotation["name"], let path = e.path(of: name)
            else { continue }
            let last = path.split(separator: ".").last.map { String($0) } ?? path
            // With arguments they are advice, of AspectJ.
            let isAdvice =
                ["Before", "After"].contains(last) && annotation["arguments"]?.firstChild != nil
            if !isAdvice, testAnnotations.contains(last) { return TestReason("@\(path)") }
        }
        return nil
    }

    /// Maven and Gradle keep tests apart.
    static func testFile(_ path: String) -> TestReason? {
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() where part == "src" && index + 1 < parts.count {
            if parts[index + 1] == "test" || parts[index + 1] == "androidTest" {
                return TestReason("in src/\(parts[index + 1])")
            }
        }
        return nil
    }
}
