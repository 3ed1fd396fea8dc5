// SPDX-License-Identifier: Apache-2.0
//
// What Elixir's names mean where they stand. Aliases are expanded here: a module is kept with all
// of its name, `@/A/B`, a function of it as `@/A/B/f`; `@&f/1` is one that is handed on, `@%A/B` a
// struct, `@@a` a constant of the module.

extension Elixir {
    // MARK: - Modules

    static func type(
        _ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind, _ name: SyntaxNode,
        _ body: SyntaxNode?
    ) {
        let outer = ownModule(e)
        let parts = e.text(name).split(separator: ".").map { String($0) }
        if let outer, let first = parts.first {
            // Where it stands in another, its name alone is enough from there on.
            e.bind(first, .value("\(outer)/\(first)"), behind: nil, isNew: true)
        }
        guard kind == .protocol, parts.count > 1, outer == nil else {
            e.define(kind, node, named: e.text(name), body: body)
            return
        }
        e.define(
            kind, node, named: parts[parts.count - 1], body: body,
            type: parts.dropLast().joined(separator: "."))
    }

    /// With all of its name, the module that is around.
    static func ownModule(_ e: Extractor) -> String? {
        e.scopes.last { $0.isDefinition && $0.node > 0 && isModule($0.kind) }.map {
            $0.qualifiedName.split(separator: ".").joined(separator: "/")
        }
    }

    static func isModule(_ kind: EntityKind) -> Bool { kind == .module || kind == .protocol }

    /// What a name with dots means where it stands.
    static func expanded(_ e: Extractor, _ name: String) -> String {
        var parts = name.split(separator: ".").map { String($0) }
        guard let first = parts.first else { return name }
        if first == "Elixir" {
            parts.removeFirst()
        } else if first == "__MODULE__" {
            parts[0] = ownModule(e) ?? "?"
        } else if let meaning = e.locals[first]?.text {
            parts[0] = meaning
        }
        return parts.joined(separator: "/")
    }

    /// The module that a node names.
    static func moduleName(_ e: Extractor, _ node: SyntaxNode) -> String? {
        if node.is("alias") || e.has(node, text: "__MODULE__") {
            return expanded(e, e.cleaned(e.text(node)))
        }
        guard node.is("dot"), let left = node["left"], let right = node["right"],
            right.is("alias"), let module = moduleName(e, left)
        else { return nil }
        return "\(module)/\(e.text(right).split(separator: ".").joined(separator: "/"))"
    }

    /// `alias`, `import`, `require`, `use`
    static func take(_ e: Extractor, _ word: String, _ node: SyntaxNode, _ name: SyntaxNode) {
        let options = node.child("arguments")?.child("keywords")?.children() ?? []
        func option(_ key: String) -> SyntaxNode? {
            options.first { $0["key"].map { e.text($0).hasPrefix(key) } ?? false }?["value"]
        }
        var modules: [(name: String, line: Int)] = []
        if name.is("dot"), let tuple = name["right"], tuple.is("tuple") {
            let prefix = name["left"].flatMap { moduleName(e, $0) } ?? "?"
            for part in tuple.children() where part.is("alias") {
                let rest = e.text(part).split(separator: ".").joined(separator: "/")
                modules.append(("\(prefix)/\(rest)", part.line))
            }
        } else if let module = moduleName(e, name) {
            modules.append((module, node.line))
        }
        for (module, line) in modules {
            e.refer(.imports, "@/" + module, line: line)
            switch word {
            case "alias", "require":
                let other = option("as").map { e.text($0) }
                let last = module.split(separator: "/").last.map { String($0) }
                if let alias = other ?? (word == "alias" ? last : nil) {
                    e.bind(alias, .value(module), behind: nil, isNew: true)
                }
            case "import":
                var text = module
                if let only = option("only"), only.is("list") {
                    text += " +" + names(e, only)
                } else if let except = option("except") {
                    text += " -" + names(e, except)
                }
                note(e, "import", text)
            default: note(e, "use", module)
            }
        }
    }

    private static func note(_ e: Extractor, _ name: String, _ text: String) {
        e.facts.attributes.append(
            Attribute(owner: e.scope.definition, name: name, type: text))
    }

    /// `a/1 b/2` of `[a: 1, b: 2]`
    private static func names(_ e: Extractor, _ list: SyntaxNode) -> String {
        let pairs = list.child("keywords")?.children() ?? []
        return pairs.compactMap { pair -> String? in
            guard let key = pair["key"], let value = pair["value"] else { return nil }
            let name = e.text(key).split(separator: ":").first ?? ""
            return "\(name.filter { $0 != "\"" && $0 != " " })/\(e.text(value))"
        }.joined(separator: " ")
    }

    // MARK: - References

    /// A call, with the argument that a pipe gives it and the block behind it.
    static func refer(_ e: Extractor, _ node: SyntaxNode, _ target: SyntaxNode) {
        guard !e.hidden.contains(node.start) else { return }
        var count = node.child("arguments")?.children().count { !$0.is("comment") } ?? 0
        if node.child("do_block") != nil { count += 1 }
        if let pipe = node.parent, isOperator(e, pipe, "|>"), pipe["right"]?.index == node.index {
            count += 1
        }
        if target.is("identifier") {
            return e.refer(.calls, e.text(target), line: node.line, argumentCount: count)
        }
        guard target.is("dot"), let left = target["left"], let right = target["right"],
            right.isOne(of: "identifier", "operator_identifier")
        else { return }
        let name = e.text(right)
        if let module = moduleName(e, left) {
            e.refer(.calls, "@/\(module)/\(name)", line: right.line, argumentCount: count)
        } else if left.is("atom") {
            e.refer(.calls, "@\(e.text(left))/\(name)", line: right.line, argumentCount: count)
        } else if node.child("arguments") != nil {
            // Of a value that may be any module; without parentheses it is a field of a map.
            e.refer(.calls, "@?/\(name)", line: right.line, argumentCount: count)
        }
    }

    /// `a |> f`
    static func piped(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if isOperator(e, node, "|>"), let right = node["right"], right.is("identifier") {
            e.refer(.calls, e.text(right), line: right.line, argumentCount: 1)
        }
        return true
    }

    /// `&f/1`, `@a`
    static func unary(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let operand = node["operand"] else { return true }
        if e.has(node, prefix: "@") {
            guard operand.is("identifier") else { return attribute(e, node) }
            e.use("@@" + used(e.text(operand)), node)
            return false
        }
        guard e.has(node, prefix: "&"), isOperator(e, operand, "/"), let left = operand["left"],
            let right = operand["right"], right.is("integer")
        else { return true }
        let arity = e.text(right)
        if left.is("identifier") {
            e.use("@&\(used(e.text(left)))/\(arity)", node)
        } else if left.is("call"), let dot = left["target"], dot.is("dot"),
            let module = dot["left"].flatMap({ moduleName(e, $0) }), let name = dot["right"]
        {
            e.use("@&\(module)/\(used(e.text(name)))/\(arity)", node)
        }
        return false
    }

    /// A name may end with `?`, which in an expression is what has none.
    private static func used(_ name: String) -> String {
        String(name.map { $0 == "?" ? "\u{1F}" : $0 })
    }

    /// A module that is handed on as a value.
    static func module(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard !e.hidden.contains(node.start), node.parent?.isOne(of: "dot", "struct") != true,
            let name = moduleName(e, node)
        else { return false }
        e.use("@/" + name, node)
        return false
    }

    static func structure(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node.firstChild, let module = moduleName(e, name) {
            e.use("@%" + module, node)
        }
        return false
    }

    /// `defdelegate a(b), to: C, as: :d`
    static func delegate(_ e: Extractor, _ node: SyntaxNode, _ head: SyntaxNode) {
        let options = node.child("arguments")?.child("keywords")?.children() ?? []
        var module: String?
        var name = e.text(self.name(head))
        for option in options {
            guard let key = option["key"], let value = option["value"] else { continue }
            if e.has(key, prefix: "to:") { module = moduleName(e, value) }
            if e.has(key, prefix: "as:") { name = String(e.text(value).drop { $0 == ":" }) }
        }
        guard let module else { return }
        e.refer(
            .calls, "@/\(module)/\(name)", line: node.line, argumentCount: arity(e, head).most)
    }

    // MARK: - Details

    /// How many arguments a head takes, some of which may have a default.
    private static func arity(_ e: Extractor, _ head: SyntaxNode) -> (least: Int, most: Int) {
        if head.is("binary_operator") { return (2, 2) }
        if head.is("unary_operator") { return (1, 1) }
        let arguments = head.child("arguments")?.children().filter { !$0.is("comment") } ?? []
        let optional = arguments.count { isOperator(e, $0, "\\\\") }
        return (arguments.count - optional, arguments.count)
    }

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        guard definition.kind.isCallable, node.is("call"), let target = node["target"],
            e.has(target, prefix: "def"), var head = node.child("arguments")?.firstChild
        else { return }
        if isOperator(e, head, "when"), let left = head["left"] { head = left }
        let (least, most) = arity(e, head)
        definition.arguments = least...most
    }
}
