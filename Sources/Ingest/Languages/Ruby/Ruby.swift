// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let ruby = Language(
        name: "ruby", grammar: GrammarFolder.Name("ruby"), extensions: ["rb", "rake", "gemspec"],
        fileNames: ["Rakefile", "Gemfile"],
        rules: .all(
            [
                "while_modifier", "until_modifier", "elsif", "when", "conditional", "&&", "||",
            ], .branch)
            + .all(["if", "unless", "while", "until", "and", "or"], .visit(Ruby.branch))
            + .all(
                ["then", "do", "else", "ensure", "begin", "case", "case_match"],
                .visit { e, node in
                    if node.isNamed { e.openBlock() }
                    return true
                })
            + [
                "comment": .comment, "lambda": .visit(Ruby.lambda),
                "if_modifier": .visit(Ruby.modifier), "unless_modifier": .visit(Ruby.modifier),
                "block": .visit(Ruby.block), "do_block": .visit(Ruby.block),
                "for": .visit(Ruby.loop), "rescue": .visit(Ruby.rescue),
                "in_clause": .visit(Ruby.pattern), "super": .visit(Ruby.superWord),
                "module": .visit { Ruby.type($0, $1, .module) },
                "class": .visit { Ruby.type($0, $1, .class) },
                "singleton_class": .visit(Ruby.singletonClass),
                "method": .visit(Ruby.method), "singleton_method": .visit(Ruby.method),
                "assignment": .visit(Ruby.assignment),
                "operator_assignment": .visit(Ruby.operatorAssignment),
                "alias": .visit(Ruby.alias),
                "call": .visit(Ruby.call),
                "identifier": .visit(Ruby.word),
                "scope_resolution": .visit(Ruby.constant), "constant": .visit(Ruby.constant),
            ],
        shapes: [
            "identifier": .name, "constant": .name, "self": .name, "super": .name,
            "instance_variable": .selfMember, "class_variable": .name, "global_variable": .name,
            "operator": .name, "setter": .name,
            "scope_resolution": .member("scope", "name"),
            "call": .method("receiver", "method"), "parenthesized_statements": .inner,
            "element_reference": .element(nil), "string": .literal("@root.String"),
            "string_array": .literal("@root.Array"), "array": .literal("@root.Array"),
            "symbol_array": .literal("@root.Array"), "hash": .literal("@root.Hash"),
            "integer": .literal("@root.Integer"), "float": .literal("@root.Float"),
            "simple_symbol": .literal("@root.Symbol"), "regex": .literal("@root.Regexp"),
        ],
        selfNames: ["self"], assignmentDeclares: true,
        spreads: ["splat_argument", "hash_splat_argument", "block_argument"],
        links: Ruby.links, details: Ruby.details,
        visibility: { e, _, name in
            e.isInType || e.scope.kind == .module ? e.scope.memberVisibility ?? .public : .public
        },
        test: { e, node, kind, name in Ruby.test(e, node, kind, name) },
        testFile: { path in
            path.hasSuffix("_spec.rb") ? TestReason("_spec.rb, which RSpec loads") : nil
        })
}

enum Ruby {
    /// The word of a statement has the name of the statement.
    static func branch(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.isNamed || node.isOne(of: "and", "or") { e.countBranch() }
        return true
    }

    static func type(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard node.isNamed, let name = node["name"], let path = e.path(of: name) else {
            return true
        }
        var parts = path.split(separator: ".").map { String($0) }
        let last = parts.popLast() ?? path
        let prefix = ([e.scope.qualifiedName] + parts).filter { !$0.isEmpty }
        e.hide(name)
        let superclass = node["superclass"]
        e.define(
            kind, node, named: last, body: node["body"],
            type: parts.isEmpty ? nil : prefix.joined(separator: "."))
        e.openBlock()
        e.hideLocals()
        // In a class, and not in a method of it, it is the class.
        e.bind("self", .value("@type"), behind: nil, isNew: true)
        if let superclass, let parent = superclass.firstChild { e.refer(.extends, parent) }
        return true
    }

    static func singletonClass(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.isNamed { e.nest(node) }
        return true
    }

    static func method(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let isMember = e.isInType || (e.scope.kind == .module && e.scope.node > 0)
        let isSingleton = node.is("singleton_method")
        let kind: EntityKind =
            !isMember ? .function : e.text(name) == "initialize" ? .constructor : .method
        e.define(
            kind, node, name: name, body: node["body"],
            visibility: visibilityBefore(e, node) ?? (isSingleton ? .public : nil))
        locals(e, node)
        return true
    }

    /// What `private def x` says: the call is all around.
    private static func visibilityBefore(_ e: Extractor, _ node: SyntaxNode) -> Visibility? {
        guard let list = node.parent, list.is("argument_list"), let call = list.parent,
            call["receiver"] == nil, let word = call["method"]
        else { return nil }
        switch e.text(word) {
        case "private", "private_class_method": return .private
        case "protected": return .protected
        case "public", "public_class_method": return .public
        default: return nil
        }
    }

    static func assignment(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        assign(e, node)
        guard !e.isInFunction, let left = node["left"] else { return true }
        if left.is("constant"), let right = node["right"], type(e, node, left, right) {
            return true
        }
        if left.is("constant") {
            e.defineVariable(
                .constant, node, name: left, value: node["operator"] ?? node["right"],
                isOnly: true)
        } else if left.isOne(of: "class_variable", "global_variable") {
            e.defineVariable(
                left.is("class_variable") ? .field : .variable, node, name: left,
                value: node["right"])
        }
        return true
    }

    private static let typeMakers: [String: EntityKind] = [
        "Class.new": .class, "Data.define": .class, "Module.new": .module, "Struct.new": .class,
    ]

    /// `Point = Struct.new(:x) do … end`
    private static func type(
        _ e: Extractor, _ node: SyntaxNode, _ name: SyntaxNode, _ value: SyntaxNode
    ) -> Bool {
        guard value.is("call"), let maker = e.path(of: value), let kind = typeMakers[maker] else {
            return false
        }
        e.define(kind, node, name: name, body: value["block"])
        if maker == "Class.new" { e.refer(.extends, value["arguments"]?.firstChild) }
        return true
    }

    /// `LIMIT ||= 3`; with other operators what was defined before changes.
    static func operatorAssignment(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let sign = node["operator"], e.has(sign, text: "||=") else {
            if let left = node["left"], left.is("identifier") {
                e.bindVariable(left, as: nil, isNew: false)
            }
            return true
        }
        return assignment(e, node)
    }

    static func lambda(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.isNamed {
            e.nest(node, as: .function)
            parameters(e, node["parameters"])
        }
        return true
    }

    static func alias(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"], let old = node["alias"] else { return true }
        return alias(e, node, name, old)
    }

    private static func alias(
        _ e: Extractor, _ node: SyntaxNode, _ name: SyntaxNode, _ old: SyntaxNode
    ) -> Bool {
        guard !name.is("global_variable") else { return false }
        e.define(.method, node, named: symbol(e, name))
        e.refer(.uses, symbol(e, old), line: node.line)
        return false
    }

    /// `x` of `:x` and `"x"`.
    private static func symbol(_ e: Extractor, _ node: SyntaxNode) -> String {
        if node.is("string") { return e.literal(node) }
        let text = e.text(node)
        return text.hasPrefix(":") ? String(text.dropFirst()) : text
    }

    /// `private` on a line of its own is for all that follows.
    static func word(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.parent?.isOne(of: "body_statement", "block_body") == true {
            let word = e.text(node)
            if ["private", "protected", "public"].contains(word) {
                setVisibility(e, word)
                return false
            }
            if word == "module_function" { extendSelf(e, node) }
        }
        e.use(node, as: .calls)
        return false
    }

    private static func setVisibility(_ e: Extractor, _ word: String) {
        switch word {
        case "private": e.setMemberVisibility(.private)
        case "protected": e.setMemberVisibility(.protected)
        case "public": e.setMemberVisibility(.public)
        default: break
        }
    }

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let method = node["method"] else { return true }
        let name = e.text(method)
        let arguments = node["arguments"]?.children() ?? []
        if node["receiver"] == nil {
            switch name {
            case "require", "require_relative", "load", "autoload":
                if let last = arguments.last, last.is("string") {
                    e.markImport(node)
                    let prefix = name == "require_relative" || name == "load" ? "./" : ""
                    let path = e.literal(last)
                    if path.split(separator: "/").contains(where: testLibraries.contains) {
                        e.importsTestFramework = true
                    }
                    e.addImport(prefix + path, as: "", node)
                    return false
                }
            case "include", "extend", "prepend":
                if !e.isInFunction {
                    for argument in arguments {
                        if argument.is("self") {
                            extendSelf(e, node)
                        } else {
                            e.refer(
                                .implements, argument, argumentCount: name == "extend" ? 1 : -1)
                        }
                    }
                    return true
                }
            case "private", "protected", "public", "module_function", "private_class_method",
                "private_constant", "public_class_method":
                if let first = arguments.first, first.isOne(of: "method", "singleton_method") {
                    e.wrap(node)
                }
                return true
            case "attr_reader", "attr_writer", "attr_accessor":
                for argument in arguments where argument.is("simple_symbol") && !e.isInFunction {
                    e.define(
                        .property, node, named: symbol(e, argument),
                        visibility: visibilityBefore(e, node), opensScope: false)
                }
                return false
            case "define_method":
                if let first = arguments.first, first.is("simple_symbol") {
                    e.define(
                        .method, node, named: symbol(e, first), body: node["block"])
                    return true
                }
            case "alias_method":
                if arguments.count == 2, !e.isInFunction,
                    arguments.allSatisfy({ $0.isOne(of: "simple_symbol", "string") })
                {
                    return alias(e, node, arguments[0], arguments[1])
                }
            case "describe", "context", "it", "specify", "feature", "scenario":
                if node["block"] != nil, let first = arguments.first, !e.isInFunction,
                    e.importsTestFramework || isTestFile(e.path)
                {
                    let isGroup = ["describe", "context", "feature"].contains(name)
                    let text = first.is("string") ? e.literal(first) : e.text(first)
                    e.define(
                        isGroup ? .namespace : .function, node, named: e.cleaned(text),
                        body: node["block"])
                    return true
                }
            default: break
            }
        }
        if method.is("super") {
            referSuper(e, node, argumentCount: e.argumentCount(node))
        } else if let receiver = node["receiver"], let setting = node.parent,
            setting.isOne(of: "assignment", "operator_assignment", "left_assignment_list"),
            setting.is("left_assignment_list") || setting["left"]?.index == node.index
        {
            // `a.b += 1` asks for what it is as well.
            if setting.is("operator_assignment") { e.referCall(node) }
            e.refer(
                .calls, "\(e.expression(of: receiver) ?? "?").\(name)=", line: node.line,
                argumentCount: 1)
        } else if name != "class" || node["receiver"] == nil {
            e.referCall(node)
        }
        return true
    }

    // MARK: - Tests

    private static let testLibraries: Set<Substring> = [
        "capybara", "minitest", "rails_helper", "rspec", "spec_helper", "test_helper",
    ]

    private static func isTestFile(_ path: String) -> Bool {
        path.hasSuffix("_spec.rb") || path.hasSuffix("_test.rb")
    }

    static func test(
        _ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind, _ name: String
    ) -> TestReason? {
        if node.is("call"), kind == .namespace || kind == .function,
            let method = node["method"], !e.text(method).hasPrefix("define")
        {
            return TestReason("\(e.text(method)) block")
        }
        guard kind == .class, let parent = node["superclass"]?.firstChild,
            let path = e.path(of: parent)
        else { return nil }
        let isTestCase =
            path == "Minitest.Test" || path == "Test.Unit.TestCase" || path.hasSuffix("TestCase")
        return isTestCase ? TestReason("extends \(path)") : nil
    }
}
