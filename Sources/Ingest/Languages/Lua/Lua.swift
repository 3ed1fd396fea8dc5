// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let lua = Language(
        name: "lua", grammar: GrammarFolder.Name("lua"), extensions: ["lua"],
        folderNames: ["init"],
        rules: .all(["if_statement", "elseif_statement", "while_statement"], .branch)
            + .all(["and", "or"], .branch)
            + .all(["for_statement", "repeat_statement"], .visit(Lua.loop))
            + [
                "comment": .comment, "block": .visit(Lua.block),
                "for_generic_clause": .visit(Lua.loopNames),
                "for_numeric_clause": .visit(Lua.loopNames),
                "variable_declaration": .visit(Lua.declaration),
                "function_declaration": .visit(Lua.function),
                "function_definition": .visit(Lua.closure),
                "assignment_statement": .visit(Lua.assignment),
                "field": .visit(Lua.field),
                "return_statement": .visit(Lua.result),
                "function_call": .visit(Lua.call),
                "identifier": .visit(Lua.use), "dot_index_expression": .visit(Lua.use),
                "goto_statement": .leaf, "label_statement": .leaf, "attribute": .leaf,
            ],
        shapes: [
            "identifier": .name, "dot_index_expression": .member("table", "field"),
            "method_index_expression": .member("table", "method"), "function_call": .call("name"),
            "bracket_index_expression": .element(nil), "parenthesized_expression": .inner,
            "string": .literal("string"),
        ],
        selfNames: ["self"], callValue: { Lua.value(ofCall: $1, $0) }, links: Lua.links,
        visibility: { e, node, _ in
            let isLocal =
                node.parent?.is("variable_declaration") == true
                || (node.is("function_declaration") && e.has(node, prefix: "local"))
            return isLocal ? .private : .public
        },
        testFile: { path in
            path.hasSuffix("_spec.lua") ? TestReason("_spec.lua, which busted loads") : nil
        })
}

enum Lua {
    // MARK: - Blocks

    static func block(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        // What ends a `repeat` sees what is declared in it.
        if node.parent?.is("repeat_statement") != true { e.openBlock() }
        return true
    }

    static func loop(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        return true
    }

    /// The names of a loop are not seen in what it goes through.
    static func loopNames(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        for name in node.child("variable_list")?.children() ?? node.children("name") {
            declare(e, name, behind: node)
        }
        return true
    }

    private static func declare(
        _ e: Extractor, _ name: SyntaxNode, as value: String? = nil,
        behind node: SyntaxNode? = nil, isNew: Bool = true
    ) {
        guard name.is("identifier") else { return }
        e.hide(name)
        e.bindVariable(name, as: value, behind: node, isNew: isNew)
    }

    /// `local a`, with no value yet.
    static func declaration(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        for name in node.child("variable_list")?.children() ?? [] where name.is("identifier") {
            let isFunction = isGivenFunction(e, e.text(name), behind: node)
            declare(e, name, as: isFunction ? "@#\(e.scope.definition)/\(e.text(name))" : "")
        }
        return true
    }

    /// Whether a name that was declared gets a function in the same block.
    private static func isGivenFunction(
        _ e: Extractor, _ text: String, behind node: SyntaxNode
    ) -> Bool {
        guard let end = node.parent?.after else { return false }
        var index = node.after
        for _ in 0..<512 where index < end {
            let next = node.at(index)
            var name: SyntaxNode?
            if next.is("function_declaration"), !e.has(next, prefix: "local") {
                name = next["name"]
            } else if next.is("assignment_statement"),
                next.child("expression_list")?.firstChild?.is("function_definition") ?? false
            {
                name = next.child("variable_list")?.firstChild
            }
            if let name, name.is("identifier"), e.text(name) == text { return true }
            index = next.after
        }
        return false
    }

    // MARK: - Functions

    /// The names of a chain: `M.a["b"]` has three; with anything else in brackets it has none.
    private static func path(_ e: Extractor, _ node: SyntaxNode) -> [String]? {
        var parts: [String] = []
        var node = node
        while parts.count < 16 {
            if node.is("identifier") { return (parts + [e.text(node)]).reversed() }
            let isBracket = node.is("bracket_index_expression")
            guard let table = node["table"], let key = node["field"] ?? node["method"],
                key.is(isBracket ? "string" : "identifier")
            else { return nil }
            parts.append(isBracket ? e.literal(key) : e.text(key))
            node = table
        }
        return nil
    }

    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let isLocal = e.has(node, prefix: "local")
        define(e, node, name, body: node["body"], isLocal: isLocal, isSeenInside: isLocal)
        parameters(e, node)
        return true
    }

    /// A function under a name, or in a table. A local one is seen behind its node.
    private static func define(
        _ e: Extractor, _ node: SyntaxNode, _ name: SyntaxNode, body: SyntaxNode?,
        isLocal: Bool, isSeenInside: Bool = false
    ) {
        guard var parts = path(e, name), let last = parts.popLast() else { return }
        let isBare = parts.isEmpty
        let outer = e.locals[last]
        let own = "@#\(e.facts.definitions.count)"
        e.hide(name)
        if isBare, isLocal {
            e.bind(last, .value(own), behind: node, isNew: true)
        } else if isBare, let value = outer?.text, value.hasPrefix("@#"), !value.contains("/") {
            // A local function becomes another one.
            e.bind(last, .value("?"), behind: node, isNew: false)
        }
        let first = parts.first ?? ""
        var type = isBare ? nil : parts.joined(separator: ".")
        if !isBare {
            if let table = table(e, parts) {
                becomeTable(e, table, first)
            } else if e.isInFunction, e.locals.isVariable(first) {
                // Of a table that is the function's own.
                type = Extractor.qualified(type ?? "", in: e.scope.qualifiedName)
            }
        }
        let isOwn = isLocal || isBare && outer?.text != nil
        e.define(
            name.is("method_index_expression") ? .method : .function, node, named: last,
            body: body, type: type, visibility: isOwn ? .private : nil)
        e.facts.definitions[e.scope.definition].labels = type == nil ? nil : labels(e, node, name)
        // Inside, its name is what it was, where it is no local function's.
        let inside = isSeenInside ? .value(own) : outer ?? .itself
        e.bind(last, inside, behind: nil, isNew: true)
        if name.is("method_index_expression") { e.bind("self", .itself, behind: nil, isNew: true) }
    }

    /// What is called behind a colon is given the table: not for functions of other things.
    private static func labels(_ e: Extractor, _ node: SyntaxNode, _ name: SyntaxNode) -> String? {
        if name.is("method_index_expression") { return nil }
        let value = node.child("expression_list")?.firstChild ?? node
        let first = value["parameters"]?.firstChild
        return first.map { e.has($0, text: "self") || e.has($0, text: "_") } ?? false ? nil : ""
    }

    /// A function without a name, or the value of one that has one.
    static func closure(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if !e.isNamed(node) { e.nest(node, as: .function) }
        parameters(e, node)
        return true
    }

    private static func parameters(_ e: Extractor, _ node: SyntaxNode) {
        let definition = e.facts.definitions[e.scope.definition]
        let isMember = e.scope.isDefinition && (definition.extends != nil || definition.isMember)
        for (index, name) in (node["parameters"]?.children() ?? []).enumerated() {
            if index == 0, isMember, e.has(name, text: "self") {
                e.hide(name)
                e.bind("self", .itself, behind: nil, isNew: true)
            } else {
                declare(e, name)
            }
        }
    }

    /// What a function gives, or a file to those that require it.
    static func result(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let value = node.child("expression_list")?.firstChild
        guard let value, !value.isOne(of: "nil", "false"), e.scope.isDefinition else { return true }
        let index = e.scope.definition
        if index == 0 {
            let whole = value.is("function_call") ? metatable(e, value)?.table ?? value : value
            if whole.is("table_constructor") { offer(e, whole) }
        }
        let isTable = index == 0 && e.facts.definitions[0].type == "@#0"
        let type = isTable ? "@#0" : e.expression(of: value) ?? "?"
        let known = e.facts.definitions[index].type
        e.facts.definitions[index].type = known ?? type == type ? type : "?"
        return true
    }

    /// The members of a table that is what the file gives.
    private static func offer(_ e: Extractor, _ table: SyntaxNode) {
        e.facts.definitions[0].type = "@#0"
        for field in table.children() where field.is("field") {
            guard let name = field["name"], e.byte(field.start) != UInt8(ascii: "["),
                let value = field["value"], let type = e.expression(of: value)
            else { continue }
            e.facts.attributes.append(Attribute(owner: 0, name: e.text(name), type: type))
        }
    }

    // MARK: - Variables

    static func assignment(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let names = node.child("variable_list")?.children().filter { !$0.is("attribute") } ?? []
        let values = node.child("expression_list")?.children() ?? []
        let isLocal = node.parent?.is("variable_declaration") ?? false
        for (index, name) in names.enumerated() {
            var value = index < values.count ? values[index] : nil
            // `local ok, a = pcall(require, "a")`
            if index == 1, values.count == 1, protected(e, values[0]) != nil { value = values[0] }
            if let value, value.is("function_definition"), names.count == 1 {
                define(e, node, name, body: value["body"], isLocal: isLocal)
            } else if name.is("identifier") {
                variable(e, node, name, value, isLocal: isLocal, isOnly: names.count == 1)
            } else if let value, var parts = path(e, name), let last = parts.popLast() {
                e.hide(name)
                member(e, node, parts, last, value)
            }
        }
        return true
    }

    private static func variable(
        _ e: Extractor, _ node: SyntaxNode, _ name: SyntaxNode, _ value: SyntaxNode?,
        isLocal: Bool, isOnly: Bool
    ) {
        let text = e.text(name)
        let known = e.locals[text]?.text
        let type = value.flatMap { e.expression(of: $0) }
        e.hide(name)
        let index = e.facts.definitions.count
        if !e.isInFunction, isLocal || known == nil {
            e.defineVariable(.variable, node, name: name, value: value, isOnly: isOnly)
        }
        guard e.facts.definitions.count > index else {
            if isLocal {
                declare(e, name, as: type, behind: node)
            } else if let known, known.hasPrefix("@#"),
                Int(known.dropFirst(2)).map({ !e.facts.definitions[$0].kind.isCallable }) ?? false
            {
                e.reassign(text, value)
            } else if known != nil {
                declare(e, name, as: type, behind: node, isNew: false)
            }
            return
        }
        if value?.is("table_constructor") ?? false {
            e.facts.definitions[index].isMixin = true
        } else if let value, let (table, base) = metatable(e, value), table.is("table_constructor")
        {
            e.facts.definitions[index].isMixin = true
            extend(e, index, base)
        } else if let value, value.is("function_call"), let maker = value["name"],
            let word = e.leafName(maker), word == "class" || word == "Class"
        {
            e.facts.definitions[index].isMixin = true
            for base in value["arguments"]?.children() ?? [] { extend(e, index, base) }
        } else {
            e.facts.definitions[index].type = type
        }
        guard isLocal else { return }
        // Another name for something is that.
        let isAlias = type.map { !$0.contains("(") && !$0.contains("^") } ?? false
        declare(e, name, as: isAlias ? type : "@#\(index)", behind: node)
    }

    /// `M.f = g`, `M.a = {}`, `self.store = Store.new()`
    private static func member(
        _ e: Extractor, _ node: SyntaxNode, _ parts: [String], _ name: String, _ value: SyntaxNode
    ) {
        if name == "__index" {
            if let table = table(e, parts), !e.isInFunction { extend(e, table, value) }
            return
        }
        if parts != ["self"], !e.isInFunction, value.is("table_constructor") {
            guard table(e, parts) != nil || !e.locals.isVariable(parts[0]) else { return }
            let index = e.define(
                .field, node, named: name, body: value, type: parts.joined(separator: "."))
            e.facts.definitions[index].isMixin = true
            return
        }
        guard let type = e.expression(of: value), type != "@self" else { return }
        let owner = parts == ["self"] ? ownTable(e) : table(e, parts)
        guard let owner else { return }
        e.facts.attributes.append(Attribute(owner: owner, name: name, type: type))
    }

    /// A function under a name in a table.
    static func field(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let isBracket = e.byte(node.start) == UInt8(ascii: "[")
        guard let name = node["name"], name.is("identifier"), !isBracket else { return true }
        e.hide(name)
        guard !e.isInFunction, let value = node["value"] else { return true }
        if value.is("function_definition") {
            let index = e.define(.function, node, name: name, body: value["body"])
            e.facts.definitions[index].isMember = true
        } else if node.parent?.parent?.parent?.is("assignment_statement") ?? false,
            e.facts.definitions[e.scope.definition].isMixin,
            let type = e.expression(of: value)
        {
            if e.has(name, text: "__index") {
                extend(e, e.scope.definition, type)
                return true
            }
            e.facts.attributes.append(
                Attribute(owner: e.scope.definition, name: e.text(name), type: type))
        }
        return true
    }

    // MARK: - Tables

    /// The definition of a table that the file has.
    private static func table(_ e: Extractor, _ parts: [String]) -> Int? {
        guard let first = parts.first else { return nil }
        let known = e.locals[first]?.text
        if parts.count == 1, let known, known.hasPrefix("@#") { return Int(known.dropFirst(2)) }
        guard known == nil || known?.utf8.first == UInt8(ascii: "@") else { return nil }
        let name = parts.joined(separator: ".")
        return e.facts.definitions.prefix(4096).firstIndex {
            $0.qualifiedName == name && ($0.kind == .variable || $0.kind == .field)
        }
    }

    /// The one that the method belongs to which is around.
    private static func ownTable(_ e: Extractor) -> Int? {
        let method = e.scopes.last { $0.isDefinition && $0.kind.isCallable }
        guard let method, let type = e.facts.definitions[method.definition].extends else {
            return nil
        }
        return table(e, type.split(separator: ".").map { String($0) })
    }

    /// What gets functions is a table, whatever made it.
    private static func becomeTable(_ e: Extractor, _ index: Int, _ name: String) {
        let definition = e.facts.definitions[index]
        guard !definition.isMixin, [.variable, .field].contains(definition.kind) else { return }
        e.facts.definitions[index].isMixin = true
        e.facts.definitions[index].type = nil
        if var base = definition.type, base != "?" {
            // `Base:extend()`
            if let end = base.lastIndex(of: "("), let dot = base[..<end].lastIndex(of: ".") {
                let maker = base[base.index(after: dot)..<end]
                base = makers.contains(String(maker)) ? String(base[..<dot]) : ""
            } else if base.utf8.first != UInt8(ascii: "@") || base.contains("(") {
                base = ""
            }
            extend(e, index, base)
        }
        if definition.parent == 0, e.locals.isVariable(name) {
            e.bind(name, .value("@#\(index)"), behind: nil, isNew: false)
        }
    }

    private static let makers: Set<String> = ["class", "derive", "extend", "new", "subclass"]

    private static func extend(_ e: Extractor, _ index: Int, _ base: SyntaxNode?) {
        if let base, let path = e.expression(of: base) { extend(e, index, path) }
    }

    private static func extend(_ e: Extractor, _ index: Int, _ base: String) {
        let path = base.hasSuffix("^") ? String(base.dropLast()) : base
        guard !path.isEmpty, path != "@#\(index)", path != "string", !path.contains("?") else {
            return
        }
        e.facts.references.append(
            Reference(kind: .extends, target: path, line: e.currentNode.line, owner: index))
    }

    /// What a call of `setmetatable` gives what it is to: a table, where it looks for the rest.
    private static func metatable(
        _ e: Extractor, _ call: SyntaxNode
    ) -> (table: SyntaxNode, base: SyntaxNode)? {
        guard call.is("function_call"), let name = call["name"],
            e.has(name, text: "setmetatable"), let arguments = call["arguments"]?.children(),
            arguments.count == 2
        else { return nil }
        guard arguments[1].is("table_constructor") else { return (arguments[0], arguments[1]) }
        let index = arguments[1].children().first {
            $0["name"].map { e.has($0, text: "__index") } ?? false
        }
        return index?["value"].map { (arguments[0], $0) }
    }

    // MARK: - References

    /// What a call gives that says so itself.
    static func value(ofCall call: SyntaxNode, _ e: Extractor) -> String? {
        if let module = required(e, call) ?? protected(e, call) { return module }
        guard let (_, base) = metatable(e, call), let path = e.expression(of: base) else {
            return nil
        }
        return path == "@self" || path.hasSuffix("^") ? path : path + "^"
    }

    private static func required(_ e: Extractor, _ call: SyntaxNode) -> String? {
        guard call.is("function_call"), let name = call["name"], e.has(name, text: "require"),
            let argument = call["arguments"]?.firstChild, argument.is("string")
        else { return nil }
        return module(e, argument)
    }

    /// `pcall(require, "a")`
    private static func protected(_ e: Extractor, _ call: SyntaxNode) -> String? {
        guard call.is("function_call"), let name = call["name"], e.has(name, text: "pcall"),
            let arguments = call["arguments"]?.children(), arguments.count == 2,
            e.has(arguments[0], text: "require"), arguments[1].is("string")
        else { return nil }
        return module(e, arguments[1])
    }

    private static func module(_ e: Extractor, _ string: SyntaxNode) -> String? {
        let text = string["content"].map { e.text($0) } ?? ""
        let isPlain = text.utf8.allSatisfy {
            $0 >= 48 && $0 <= 57 || $0 >= 65 && $0 <= 90 || $0 >= 97 && $0 <= 122
                || "./_-".utf8.contains($0)
        }
        guard !text.isEmpty, isPlain else { return nil }
        return "@module/" + text.map { $0 == "." ? "/" : String($0) }.joined()
    }

    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        if let module = required(e, node) ?? protected(e, node) {
            if !e.isInFunction { e.markImport(node) }
            e.refer(.imports, module, line: node.line)
            return false
        }
        if let (table, base) = metatable(e, node) {
            if table.is("identifier"), let path = value(ofCall: node, e) {
                if !e.isInFunction, let index = Self.table(e, [e.text(table)]) {
                    extend(e, index, base)
                } else if e.isInFunction, e.locals.isVariable(e.text(table)) {
                    e.bindVariable(table, as: path, behind: node, isNew: false)
                }
            }
        }
        let isMethod = name.is("method_index_expression")
        e.refer(.calls, name, labels: isMethod ? "self:" : nil)
        return true
    }

    /// A function or a table that is handed on as a value.
    static func use(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let parent = node.parent,
            !parent.isOne(of: "dot_index_expression", "method_index_expression", "variable_list"),
            !(parent.is("function_call") && parent["name"]?.index == node.index),
            let target = e.expression(of: node), target != "@self",
            !target.contains("("), !target.contains("^"), !links.builtIns.contains(target)
        else { return true }
        if !e.hidden.contains(node.start) { e.use(target, node) }
        return true
    }
}
