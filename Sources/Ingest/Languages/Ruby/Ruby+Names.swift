// SPDX-License-Identifier: Apache-2.0
//
// What variables stand for, and where names are looked for.

extension Ruby {
    // MARK: - Functions

    /// A method sees no variable of what is around.
    static func locals(_ e: Extractor, _ node: SyntaxNode) {
        e.hideLocals()
        e.bind("self", isStatic(node) ? .value("@type") : .itself, behind: nil, isNew: true)
        parameters(e, node["parameters"])
    }

    static func isStatic(_ node: SyntaxNode) -> Bool {
        if node.is("singleton_method") { return true }
        var parent = node.parent
        if parent?.is("argument_list") == true { parent = parent?.parent?.parent }
        return parent?.parent?.is("singleton_class") == true
    }

    static func parameters(_ e: Extractor, _ list: SyntaxNode?) {
        for parameter in list?.children() ?? [] { declareAll(e, parameter) }
    }

    /// The names of a parameter, or of a pattern.
    private static func declareAll(_ e: Extractor, _ node: SyntaxNode, isNew: Bool = true) {
        if node.is("identifier") {
            e.hide(node)
            e.bindVariable(node, as: nil, isNew: isNew)
        } else if let name = node["name"], name.is("identifier") {
            e.hide(name)
            e.bindVariable(name, as: nil, isNew: isNew)
            if let value = node["value"], !node.isOne(of: "optional_parameter", "keyword_parameter")
            {
                declareAll(e, value, isNew: isNew)
            }
        } else if node.is("keyword_pattern"), node["value"] == nil, let key = node["key"] {
            e.bind(e.text(key), .value("?"), behind: nil, isNew: isNew)
        } else if node.isOne(
            of: "destructured_parameter", "left_assignment_list", "destructured_left_assignment",
            "rest_assignment", "array_pattern", "hash_pattern", "find_pattern", "keyword_pattern",
            "alternative_pattern", "parenthesized_pattern")
        {
            for child in node.children() { declareAll(e, child, isNew: isNew) }
        }
    }

    static func block(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.openBlock()
        // Whose methods are meant in it, the one says that it is given to: most leave that alone.
        if let call = node.parent, call.is("call"), let name = call["method"] {
            let isKnown =
                call["receiver"].map {
                    !$0.isOne(of: "constant", "scope_resolution")
                        && !evaluators.contains(e.text(name))
                } ?? iterators.contains(e.text(name))
            if !isKnown { e.doubtBareCalls(until: node.after) }
        }
        parameters(e, node["parameters"])
        return true
    }

    /// Methods that take a block for what it is.
    private static let iterators: Set<String> = [
        "at_exit", "catch", "each", "lambda", "loop", "map", "open", "proc", "synchronize", "tap",
        "transaction",
    ]

    /// Methods in whose block `self` is another.
    private static let evaluators: Set<String> = [
        "class_eval", "class_exec", "instance_eval", "instance_exec", "module_eval", "module_exec",
    ]

    static func loop(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard node.isNamed else { return true }
        e.countBranch()
        if let pattern = node["pattern"] { declareAll(e, pattern, isNew: false) }
        return true
    }

    static func modifier(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        return true
    }

    static func rescue(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard node.isNamed else { return true }
        e.countBranch()
        e.openBlock()
        if let name = node["variable"]?.firstChild, name.is("identifier") {
            let types = node["exceptions"]?.children() ?? []
            e.hide(name)
            let isOne = types.count == 1 && types[0].isOne(of: "constant", "scope_resolution")
            e.bindVariable(name, as: isOne ? e.instance(of: types[0]) : nil, isNew: false)
        }
        return true
    }

    static func pattern(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        if let pattern = node["pattern"] { declareAll(e, pattern, isNew: false) }
        return true
    }

    /// Variables that get values, those too that are of `self`.
    static func assign(_ e: Extractor, _ node: SyntaxNode) {
        guard let left = node["left"] else { return }
        let right = node["right"]
        if left.is("identifier") {
            e.hide(left)
            let isPlain = node.is("assignment")
            e.bindVariable(
                left, as: isPlain ? right.flatMap { e.expression(of: $0) } : nil, behind: node,
                isNew: false)
        } else if left.is("left_assignment_list") {
            for name in left.children() { declareAll(e, name, isNew: false) }
        } else if left.is("instance_variable"), let right, let value = e.expression(of: right),
            !value.utf8.contains(UInt8(ascii: "?")),
            let owner = e.scopes.last(where: {
                $0.isDefinition && ($0.kind == .class || $0.kind == .module)
            })
        {
            e.facts.attributes.append(
                Attribute(owner: owner.definition, name: e.text(left), type: value))
        }
    }

    // MARK: - References

    static func constant(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.parent?.is("scope_resolution") == true { return true }
        // What a class is called is no use of it, nor what is called like a method.
        if let parent = node.parent, parent.is("call"), parent["method"]?.index == node.index {
            return false
        }
        e.refer(.uses, node)
        return node.is("scope_resolution") && node["scope"]?.is("call") == true
    }

    static func superWord(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if node.isNamed,
            node.parent?.is("call") != true || node.parent?["method"]?.index != node.index
        {
            referSuper(e, node, argumentCount: -1)
        }
        return false
    }

    /// `super` calls what the method is that it stands in.
    static func referSuper(_ e: Extractor, _ node: SyntaxNode, argumentCount: Int) {
        guard let method = e.scopes.last(where: { $0.isDefinition && $0.kind.isCallable }) else {
            return
        }
        let name = e.facts.definitions[method.definition].name
        e.refer(.calls, "@super.\(name)", line: node.line, argumentCount: argumentCount)
    }

    /// What a module has, it has for itself as well.
    static func extendSelf(_ e: Extractor, _ node: SyntaxNode) {
        guard e.scope.isDefinition, e.scope.kind == .module, e.scope.node > 0 else { return }
        let name = e.facts.definitions[e.scope.definition].name
        e.refer(.implements, name, line: node.line, argumentCount: 1)
    }

    // MARK: - Details

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        switch definition.kind {
        case .module: definition.isMixin = true
        case .function, .method, .constructor:
            definition.isAccessor = true
            definition.isStatic = isStatic(node)
            guard node.isOne(of: "method", "singleton_method") else { return }
            var least = 0
            for parameter in node["parameters"]?.children() ?? [] where parameter.is("identifier") {
                least += 1
            }
            definition.arguments = least...(1 << 20)
            if let body = node["body"] {
                let last = body.is("body_statement") ? body.lastChild : body
                definition.type = last.flatMap { result(e, $0) }
            }
        case .property:
            definition.isStatic = isStatic(node)
            definition.type = "@self.@\(definition.name)"
        case .constant, .variable, .field:
            definition.type = node["right"].flatMap { e.expression(of: $0) }
        default: break
        }
    }

    /// What a method gives that ends so: a new value of a class, `self`, or a variable of it.
    private static func result(_ e: Extractor, _ node: SyntaxNode) -> String? {
        switch true {
        case node.is("self"): return "@self"
        case node.is("instance_variable"): return "@self.\(e.text(node))"
        case node.isOne(of: "assignment", "operator_assignment"):
            guard let left = node["left"], left.is("instance_variable") else { return nil }
            return "@self.\(e.text(left))"
        case node.is("call"):
            guard let method = node["method"], e.has(method, text: "new"), node["block"] == nil
            else { return nil }
            guard let receiver = node["receiver"] else { return "new()" }
            guard receiver.isOne(of: "constant", "scope_resolution") else { return nil }
            return e.expression(of: node)
        default: return nil
        }
    }

    // MARK: - Links

    static let links = LinkRules(
        family: "ruby", layout: .global, hasImplicitSelf: true, hasOpenTypes: true,
        constructors: ["initialize"], inheritsConstructors: true, builtIns: builtIns,
        builtInModule: "ruby",
        commonMembers: commonMembers, module: { Ruby.module($0, $1, $2) })

    /// Where files are looked for from: what is around, and `lib` in it.
    private static func module(
        _ item: Import, _ file: LinkedFile, _ table: ModuleFinder
    ) -> Module? {
        let directory = PathIndex.parent(of: file.path)
        func inner(_ path: String?) -> Module? {
            guard let path, let number = table.file(at: path) ?? table.file(at: path + ".rb") else {
                return nil
            }
            return .inner(table[number].module, file: number)
        }
        if item.module.hasPrefix("./") {
            return inner(PathIndex.resolve(String(item.module.dropFirst(2)), from: directory))
        }
        var top = directory
        while true {
            for folder in [PathIndex.join(top, "lib"), top] {
                if let found = inner(PathIndex.resolve(item.module, from: folder)) { return found }
            }
            if top.isEmpty { break }
            top = PathIndex.parent(of: top)
        }
        return .outer(PathIndex.segments(item.module).joined(separator: "."))
    }
}
