// SPDX-License-Identifier: Apache-2.0
//
// JavaScript and TypeScript, each with JSX: the second's grammar has the first's nodes and more.

extension Language {
    static let javaScript = Language(
        name: "javascript", grammar: GrammarFolder.Name("javascript"),
        extensions: ["js", "jsx", "mjs", "cjs"], folderNames: ["index"],
        rules: JavaScript.rules + JavaScript.elementRules + [
            "class_heritage": .visit { e, node in
                e.refer(.extends, node.firstChild)
                return true
            },
            "field_definition": .visit { JavaScript.field($0, $1, $1["property"]) },
        ],
        shapes: JavaScript.shapes, docs: .block, selfNames: ["this"], superNames: ["super"],
        spreads: ["spread_element"], links: JavaScript.links, details: JavaScript.details,
        visibility: JavaScript.visibility, test: JavaScript.test, testFile: JavaScript.testFile)

    static let typeScript = typeScript(["ts", "mts", "cts"], "language_typescript")
    static let tsx = typeScript(["tsx"], "language_tsx")

    private static func typeScript(_ extensions: [String], _ function: String) -> Language {
        Language(
            name: "typescript", grammar: GrammarFolder.Name("typescript", function),
            extensions: extensions, folderNames: ["index"],
            rules: JavaScript.rules
                + (function == "language_tsx" ? JavaScript.elementRules : [:]) + [
                    "abstract_class_declaration": .visit(JavaScript.type),
                    "interface_declaration": .define(.interface),
                    "enum_declaration": .define(.enum),
                    "enum_body": .visit(JavaScript.enumMembers),
                    "type_alias_declaration": .define(.typeAlias, body: "value"),
                    "internal_module": .visit(JavaScript.namespace),
                    "module": .visit(JavaScript.namespace),
                    "function_signature": .visit(JavaScript.function),
                    "method_signature": .visit(JavaScript.method),
                    "abstract_method_signature": .visit(JavaScript.method),
                    "property_signature": .visit(JavaScript.property),
                    "public_field_definition": .visit { JavaScript.field($0, $1, $1["name"]) },
                    "extends_clause": .refer(.extends, "value"),
                    "extends_type_clause": .visit { JavaScript.heritage($0, $1, .extends) },
                    "implements_clause": .visit { JavaScript.heritage($0, $1, .implements) },
                    "ambient_declaration": .wrapper,
                    "required_parameter": .visit(JavaScript.parameterProperty),
                    "optional_parameter": .visit(JavaScript.parameterProperty),
                    "index_signature": .visit(JavaScript.nameless),
                    "mapped_type_clause": .typeParameter(),
                    "infer_type": .visit(JavaScript.nameless),
                    "import_alias": .visit(JavaScript.importAlias),
                    "type_parameter": .typeParameter(),
                    "type_identifier": .type, "nested_type_identifier": .type,
                    "type_query": .visit { e, node in
                        e.refer(.uses, node.firstChild)
                        return false
                    },
                ],
            shapes: JavaScript.shapes + [
                "type_identifier": .name, "generic_type": .field("name"), "this_type": .name,
                "predefined_type": .name,
                "nested_type_identifier": .member("module", "name"),
                "nested_identifier": .member("object", "property"),
                "non_null_expression": .inner, "as_expression": .cast,
                "satisfies_expression": .inner, "instantiation_expression": .inner,
            ],
            docs: .block,
            builtIns: [
                "Array", "Promise", "Record", "Partial", "Readonly", "ReadonlyArray", "Pick",
                "Omit", "Exclude", "Extract", "NonNullable", "Required", "ReturnType", "Object",
            ],
            selfNames: ["this"], superNames: ["super"], selfTypes: ["this"],
            spreads: ["spread_element"], namedType: JavaScript.namedType,
            links: JavaScript.links, details: JavaScript.details, module: JavaScript.script,
            visibility: JavaScript.visibility, test: JavaScript.test,
            testFile: JavaScript.testFile)
    }
}

extension Dictionary where Key == String, Value == Shape {
    static func + (a: Self, b: Self) -> Self { a.merging(b) { _, new in new } }
}

enum JavaScript {
    static let rules: [String: Rule] =
        .all(
            [
                "switch_case", "ternary_expression", "&&", "||", "??",
            ], .branch)
        + .all(["if_statement", "while_statement", "do_statement"], .visit(branch))
        + [
            "comment": .comment,
            "arrow_function": .visit(closure), "function_expression": .visit(closure),
            "generator_function": .visit(closure), "class": .visit(anonymousType),
            "function_declaration": .visit(function),
            "generator_function_declaration": .visit(function),
            "class_declaration": .visit(type),
            "method_definition": .visit(method),
            "lexical_declaration": .visit(variables), "variable_declaration": .visit(variables),
            "variable_declarator": .visit(variable),
            "assignment_expression": .visit(assignment),
            "pair": .visit(pair),
            "export_statement": .visit(export),
            "import_statement": .visit(imports),
            "call_expression": .visit(call),
            "new_expression": .refer(.calls, "constructor"),
            "identifier": .use, "member_expression": .use, "shorthand_property_identifier": .use,
            "augmented_assignment_expression": .visit(update),
            "statement_block": .visit(block), "switch_body": .visit(block),
            "for_statement": .visit(loop), "for_in_statement": .visit(loop),
            "catch_clause": .visit(problem),
            "decorator": .visit(decorator),
        ]

    static let elementRules: [String: Rule] = .all(
        ["jsx_opening_element", "jsx_self_closing_element"], .visit(element))

    static let shapes: [String: Shape] = [
        "identifier": .name, "property_identifier": .name, "private_property_identifier": .name,
        "this": .name, "super": .name, "import": .name,
        "member_expression": .member("object", "property"),
        "call_expression": .call("function"), "new_expression": .call("constructor"),
        "subscript_expression": .element("object"), "await_expression": .inner,
        "parenthesized_expression": .inner, "shorthand_property_identifier": .name,
        "string": .literal("String"), "template_string": .literal("String"),
        "number": .literal("Number"), "regex": .literal("RegExp"), "array": .literal("Array"),
        "true": .literal("Boolean"), "false": .literal("Boolean"),
    ]

    // MARK: - Definitions

    static func type(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node["name"] { e.define(.class, node, name: name, body: node["body"]) }
        return true
    }

    /// A class that an expression makes has its name from what it is given to.
    static func anonymousType(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard node.isNamed else { return true }
        if e.isNamed(node) {
            e.hide(node["name"])
            return true
        }
        if isDefault(node) {
            e.define(.class, node, named: "default", body: node["body"])
            return true
        }
        return type(e, node)
    }

    static func closure(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if isDefault(node) {
            e.define(.function, node, named: "default", body: node["body"])
        } else {
            e.nest(node, as: .function)
        }
        locals(e, node)
        return true
    }

    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(withTypeParameters: typeParameters(of: node)) {
            e.define(e.isInType ? .method : .function, node, name: name, body: node["body"])
        }
        locals(e, node)
        return true
    }

    private static func typeParameters(
        of node: SyntaxNode
    ) -> [(name: SyntaxNode, bound: SyntaxNode?)] {
        (node["type_parameters"]?.children() ?? []).compactMap { parameter in
            parameter["name"].map { ($0, parameter["constraint"]?.firstChild) }
        }
    }

    /// `export default function () {}`: that is what importers call it.
    private static func isDefault(_ node: SyntaxNode) -> Bool {
        node["name"] == nil && node.parent?.is("export_statement") == true
    }

    /// Under what stands between its quotes, if a name has some.
    private static func define(
        _ e: Extractor, _ kind: EntityKind, _ node: SyntaxNode, _ name: SyntaxNode,
        body: SyntaxNode? = nil
    ) {
        e.hide(name)
        let text = name.is("string") ? e.literal(name) : e.cleaned(e.text(name))
        e.define(kind, node, named: text, body: body)
    }

    static func method(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let text = e.text(name)
        let kind: EntityKind =
            !e.isInType ? .function : text == "constructor" ? .constructor : .method
        define(e, kind, node, name, body: node["body"])
        locals(e, node)
        return true
    }

    static func property(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.scope.kind == .interface, let name = node["name"] else { return true }
        define(e, .property, node, name)
        return true
    }

    /// `constructor(private store: Store)` makes a field of its parameter.
    static func parameterProperty(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        // What a type of a function calls its parameters.
        if let name = node["pattern"] ?? node["name"], name.is("identifier") { e.hide(name) }
        guard e.scope.kind == .constructor, e.scopes.count > 1, let name = node["pattern"],
            name.is("identifier"),
            node.allChildren.contains(where: {
                $0.isOne(of: "accessibility_modifier", "readonly", "override_modifier")
            })
        else { return true }
        e.defineVariable(
            .field, node, name: name, value: node["value"],
            type: e.scopes[e.scopes.count - 2].qualifiedName)
        declare(e, name, as: node["type"].flatMap { e.instance(of: $0) })
        return true
    }

    static func field(_ e: Extractor, _ node: SyntaxNode, _ name: SyntaxNode?) -> Bool {
        guard let name, e.isInType else { return true }
        let value = node["value"]
        let isFunction = value.map(isCallable) ?? false
        define(e, isFunction ? .method : .field, node, name, body: body(value))
        return true
    }

    static func namespace(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.hideAll(in: name)
        let text = name.is("string") ? e.literal(name) : e.path(of: name) ?? e.text(name)
        e.define(.namespace, node, named: text, body: node["body"])
        return true
    }

    static func enumMembers(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        for member in node.children() {
            let name = member.is("enum_assignment") ? member["name"] : member
            guard let name, !name.is("comment") else { continue }
            if name.is("string") {
                e.define(
                    .enumMember, member, named: e.literal(name), body: member["value"],
                    opensScope: false)
            } else {
                e.defineVariable(.enumMember, member, name: name, value: member["value"])
            }
        }
        return true
    }

    private static func isDeclared(_ value: SyntaxNode) -> Bool {
        isCallable(value) || value.is("class")
    }

    static func isCallable(_ node: SyntaxNode) -> Bool {
        node.isOne(
            of: "arrow_function", "function_expression", "generator_function", "function")
    }

    /// What is not of the signature: a function's own body.
    private static func body(_ value: SyntaxNode?) -> SyntaxNode? {
        guard let value, isDeclared(value) else { return value }
        return value["body"]
    }

    static func variables(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.childCount == 1 { e.wrap(node) }
        return true
    }

    /// Whether a variable ends with a block, and is none of the module's.
    private static func isInBlock(_ variable: SyntaxNode) -> Bool {
        guard let declaration = variable.parent, declaration.is("lexical_declaration"),
            let outer = declaration.parent
        else { return false }
        if outer.is("statement_block") {
            return outer.parent?.isOne(of: "internal_module", "module") != true
        }
        return outer.isOne(of: "for_statement", "switch_case", "switch_default")
    }

    static func variable(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"], let value = node["value"] ?? node["type"] ?? node["name"]
        else { return true }
        if let (module, member) = required(e, value) {
            if !e.isInFunction { e.markImport(node) }
            importNames(e, name, module, member)
            return false
        }
        let whole = node.declaration
        if name.is("identifier") {
            if isCallable(value) {
                e.define(.function, whole, name: name, body: body(value))
                return true
            }
            if value.is("class") {
                e.define(.class, whole, name: name, body: body(value))
                return true
            }
        }
        guard !e.isInFunction, !isInBlock(node) else {
            let meaning = node["type"].flatMap { e.instance(of: $0) }
            let known = node["value"].flatMap { e.expression(of: $0) }
            declare(e, name, as: meaning ?? known, behind: node["value"] == nil ? nil : node)
            return true
        }
        let isConstant = node.parent.map { e.has($0, prefix: "const") } ?? false
        if name.is("identifier") {
            // Functions in an object have its name before theirs.
            let index = e.define(
                isConstant ? .constant : .variable, whole, name: name, body: node["value"])
            if let value = node["value"] { members(e, value, of: index) }
        } else {
            for part in name.children() {
                let own = part.is("pair_pattern") ? part["value"] ?? part : part
                guard own.isOne(of: "identifier", "shorthand_property_identifier_pattern") else {
                    continue
                }
                e.defineVariable(
                    isConstant ? .constant : .variable, whole, name: own, value: node["value"])
            }
        }
        return true
    }

    /// `exports.f = function`, `F.prototype.m = function`, `a.b = function`.
    static func assignment(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if e.isInFunction {
            assign(e, node)
            return true
        }
        if let goesDown = exportAssignment(e, node) { return goesDown }
        guard let left = node["left"], left.is("member_expression"),
            let name = left["property"], let value = node["right"], let path = e.path(of: left)
        else { return true }
        let kind: EntityKind? =
            isCallable(value) ? .function : value.is("class") ? .class : nil
        guard let kind else { return true }
        var parts = path.split(separator: ".").map { String($0) }
        parts.removeLast()
        e.hide(left)
        if parts.first == "module" { parts.removeFirst() }
        if parts.first == "exports" { parts.removeFirst() }
        if parts.last == "prototype" {
            parts.removeLast()
            e.define(
                .method, node, name: name, body: body(value), type: parts.joined(separator: "."))
        } else {
            let isExported = path.hasPrefix("exports.") || path.hasPrefix("module.exports.")
            e.define(
                kind, node, name: name, body: body(value),
                type: parts.isEmpty ? nil : parts.joined(separator: "."),
                visibility: isExported ? .public : nil)
        }
        return true
    }

    /// A function under a key of an object.
    static func pair(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let key = node["key"], key.is("property_identifier"), let value = node["value"],
            isCallable(value)
        else { return true }
        e.define(.function, node, name: key, body: body(value))
        return true
    }

    static func visibility(_ e: Extractor, _ node: SyntaxNode, _ name: String) -> Visibility {
        if name.hasPrefix("#") { return .private }
        if let modifier = node.child("accessibility_modifier") {
            switch e.text(modifier) {
            case "private": return .private
            case "protected": return .protected
            default: return .public
            }
        }
        if e.isInType || e.scope.kind != .module { return .public }
        return node.parent?.is("export_statement") == true ? .public : .internal
    }

    // MARK: - References

    static func heritage(_ e: Extractor, _ node: SyntaxNode, _ kind: EdgeKind) -> Bool {
        for type in node.children() { e.refer(kind, type) }
        return true
    }

    static func export(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let source = node["source"] else {
            ownExports(e, node)
            if node.child("default") != nil, let value = node["value"], value.is("object") {
                let index = e.define(.constant, node, named: "default", body: value)
                members(e, value, of: index)
                return true
            }
            // Members of an object that is exported begin where they stand.
            if node["declaration"] != nil || node["value"].map(isDeclared) == true { e.wrap(node) }
            return node.child("export_clause") == nil
        }
        e.markImport(node)
        let module = e.literal(source)
        guard let clause = node.child("export_clause") else {
            let alias = node.child("namespace_export")?.lastChild.map { word(e, $0) }
            e.addImport(
                module, alias == nil ? "*" : nil, as: alias ?? "", node, isExported: true)
            return false
        }
        for specifier in clause.children() {
            guard let name = specifier["name"] else { continue }
            e.addImport(
                module, word(e, name), as: word(e, specifier["alias"] ?? name), specifier,
                isExported: true)
        }
        return false
    }

    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        if let clause = node.child("import_require_clause"), let source = clause["source"],
            let name = clause.firstChild
        {
            e.addImport(e.literal(source), as: e.text(name), node)
            return false
        }
        guard let source = node["source"] else { return false }
        let module = e.literal(source)
        guard let clause = node.child("import_clause") else {
            e.addImport(module, as: "", node)
            return false
        }
        for part in clause.children() {
            if part.is("identifier") {
                e.addImport(module, "default", as: e.text(part), part)
            } else if part.is("namespace_import") {
                e.addImport(module, as: part.lastChild.map { e.text($0) } ?? "", part)
            } else {
                for specifier in part.children() {
                    guard let name = specifier["name"] else { continue }
                    e.addImport(
                        module, word(e, name), as: word(e, specifier["alias"] ?? name), specifier)
                }
            }
        }
        return false
    }

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let function = node["function"] else { return true }
        if function.is("import") || e.has(function, text: "require") {
            if let path = e.stringArgument(node) {
                e.addImport(path, as: "", node)
                return false
            }
        }
        if exportStar(e, node, function) { return false }
        if let name = testBlock(e, node, function) {
            e.define(
                name.isGroup ? .namespace : .function, node, named: name.text,
                body: node["arguments"])
            return true
        }
        let isTemplate = node["arguments"]?.is("template_string") ?? false
        if function.is("super") {
            // A class without a base has none to call.
            e.refer(
                .calls, "@super.constructor", line: node.line,
                argumentCount: e.argumentCount(node))
            return true
        }
        e.refer(.calls, function, argumentCount: isTemplate ? -1 : e.argumentCount(node))
        return true
    }

    static func decorator(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node.firstChild, var path = e.path(of: name) else { return true }
        if path.hasSuffix("()") { path.removeLast(2) }
        // Beside what it is of, or in it, when that is known already; it is called with that.
        if node.parent?.isOne(of: "class_body", "export_statement", "program") == true {
            e.attribute(node)
            e.referLater(.uses, path, line: node.line, argumentCount: 1)
        } else {
            e.refer(.uses, path, line: node.line, argumentCount: 1)
        }
        e.hide(name)
        return name.is("call_expression")
    }

    /// A component is used by its name; a name in small letters is HTML's.
    static func element(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"], let path = e.path(of: name),
            let first = path.unicodeScalars.first, !first.properties.isLowercase
        else { return true }
        e.refer(.uses, name)
        e.hide(name)
        return true
    }

    // MARK: - Tests

    private static let groups: Set<String> = ["describe", "suite", "context"]
    private static let cases: Set<String> = ["it", "test", "specify", "bench"]
    private static let hooks: Set<String> = [
        "before", "after", "beforeEach", "afterEach", "beforeAll", "afterAll",
    ]
    /// What test runners have behind these: anything else is a variable's of that name.
    private static let modifiers: Set<String> = [
        "concurrent", "describe", "each()", "failing", "fails", "only", "parallel", "runIf()",
        "sequential", "serial", "skip", "skipIf()", "step", "todo",
    ]

    /// `it("adds", () => …)` of Jest, Mocha and their like, and `test.each(…)("adds", …)`.
    private static func testBlock(
        _ e: Extractor, _ node: SyntaxNode, _ function: SyntaxNode
    ) -> (text: String, isGroup: Bool)? {
        guard let path = e.path(of: function) else { return nil }
        let parts = path.split(separator: ".").map { String($0) }
        let name = parts.first ?? ""
        let isHook = hooks.contains(name)
        let isGroup = groups.contains(name) || parts.last == "describe"
        guard isHook || isGroup || cases.contains(name),
            parts.dropFirst().allSatisfy(modifiers.contains),
            let arguments = node["arguments"]?.children(), arguments.count <= 3,
            arguments.contains(where: isCallable)
        else { return nil }
        if arguments[0].isOne(of: "string", "template_string") {
            return (e.literal(arguments[0]), isGroup)
        }
        return isHook && isCallable(arguments[0]) ? (name, false) : nil
    }

    static func test(
        _ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind, _ name: String
    ) -> TestReason? {
        guard node.is("call_expression"), let function = node["function"] else { return nil }
        return TestReason("\(e.path(of: function) ?? "test") block")
    }

    /// What only a test runner loads.
    static func testFile(_ path: String) -> TestReason? {
        let parts = path.split(separator: "/")
        let words = (parts.last ?? "").split(separator: ".")
        for word in words.dropFirst().dropLast() where ["test", "spec", "cy", "e2e"].contains(word)
        {
            return TestReason("*.\(word).*")
        }
        return parts.dropLast().contains("__tests__") ? TestReason("in __tests__") : nil
    }
}
