// SPDX-License-Identifier: Apache-2.0
//
// What definitions refer to.

extension Extractor {
    /// Notes that what is around names what a node names. Without a name in it, nothing is noted.
    func refer(
        _ kind: EdgeKind, _ node: SyntaxNode?, argumentCount: Int = -1, labels: String? = nil
    ) {
        guard let node, !hidden.contains(node.start) else { return }
        usedNames.removeAll(keepingCapacity: true)
        guard let path = expression(of: node) else { return }
        if kind == .extends || kind == .implements { hidden.insert(node.start) }
        refer(kind, path, line: node.line, argumentCount: argumentCount, labels: labels)
    }

    /// The same of a type, whose names no local variable has.
    func referType(_ node: SyntaxNode) {
        guard !hidden.contains(node.start), var path = path(of: node) else { return }
        if let rooted = rooted(node, path) {
            path = rooted
        } else if isPath(node), path.utf8.contains(UInt8(ascii: ".")) {
            path = ":" + path
        }
        refer(.uses, path, line: node.line)
    }

    /// Notes that what is around calls a member, which a node is the call of.
    func referCall(_ node: SyntaxNode) {
        usedNames.removeAll(keepingCapacity: true)
        guard !hidden.contains(node.start), let call = expression(of: node),
            let end = call.utf8.lastIndex(of: UInt8(ascii: "("))
        else { return }
        refer(.calls, String(call[..<end]), line: node.line, argumentCount: argumentCount(node))
    }

    /// Notes that a name or a member is used as a value, unless it is the name of what is called,
    /// or of a member, or a local variable's.
    func use(_ node: SyntaxNode, as kind: EdgeKind = .uses) {
        guard !hidden.contains(node.start), let parent = node.parent,
            parent.symbol < compiled.shapes.count
        else { return }
        switch compiled.shapes[parent.symbol] {
        case .call(let function): if parent[function]?.index == node.index { return }
        case .callFirst: if parent.firstChild?.index == node.index { return }
        case .member(_, let property), .method(_, let property), .access(_, let property):
            if parent[property]?.index == node.index { return }
        case .path: return
        case .pair: if parent.lastChild?.index == node.index { return }
        default: break
        }
        if isName(node) {
            let name = cleaned(text(node))
            if locals.isVariable(name) { return }
            if language.selfNames.contains(name) || language.superNames.contains(name) { return }
            if language.links.builtIns.contains(name) || language.builtIns.contains(name) { return }
        }
        usedNames.removeAll(keepingCapacity: true)
        if let target = expression(of: node) { use(target, node, as: kind) }
    }

    func use(
        _ target: String, _ node: SyntaxNode, as kind: EdgeKind = .uses, argumentCount: Int = -1
    ) {
        // What operators give has no name.
        guard !target.utf8.contains(UInt8(ascii: "?")), !target.hasSuffix(".@item"),
            !target.hasSuffix(".@try")
        else { return }
        addReference(
            Reference(
                kind: kind, target: target, line: node.line, owner: scope.definition,
                argumentCount: argumentCount, isValue: true))
    }

    /// A name that the file has from elsewhere, which is an import of what is around.
    func addImport(
        _ module: String, _ name: String? = nil, as alias: String, _ node: SyntaxNode,
        isExported: Bool = false
    ) {
        facts.importedNames.append(
            Import(
                module: Self.shortened(module, Self.pathLimit), name: name, alias: alias,
                line: node.line, owner: scope.definition, isExported: isExported))
        if callableDepth > 0, !alias.isEmpty {
            bind(alias, .itself, behind: nil, isNew: true)
        }
    }

    private func addReference(_ reference: Reference) {
        if !scope.isDefinition {
            typesOfReferences.append((facts.references.count, scope.qualifiedName))
        }
        for name in usedNames {
            locals.use(
                name, facts.references.count, node: currentNode.index, depth: callableDepth)
        }
        usedNames.removeAll(keepingCapacity: true)
        facts.references.append(reference)
        let isBare = reference.kind == .calls && !reference.target.utf8.contains(46)
        facts.references[facts.references.count - 1].isTorn = isTorn || isBare && isInDoubt
    }

    /// What begins there is no reference of its own.
    func hide(_ node: SyntaxNode?) {
        if let node { hidden.insert(node.start) }
    }

    /// References to all names in a node that is nothing but names, as a type is.
    func referAll(_ kind: EdgeKind, in node: SyntaxNode?) {
        guard let node else { return }
        var pending = [node]
        while let node = pending.popLast() {
            let symbol = node.symbol
            switch symbol < compiled.shapes.count ? compiled.shapes[symbol] : nil {
            case .name, .member, .access, .path, .qualified, .pair, .separated,
                .separatedChildren:
                refer(kind, node)
            default: pending += node.children().reversed()
            }
        }
    }

    /// No name in a node is a reference of its own.
    func hideAll(in node: SyntaxNode?) {
        guard let node else { return }
        var pending = [node]
        while let node = pending.popLast() {
            hidden.insert(node.start)
            pending += node.children()
        }
    }

    /// A reference of what is defined next.
    func referLater(
        _ kind: EdgeKind, _ target: String, line: Int, argumentCount: Int = -1
    ) {
        if language.builtIns.contains(target) { return }
        laterReferences.append(
            Reference(
                kind: kind, target: Self.shortened(target, Self.pathLimit), line: line, owner: 0,
                argumentCount: argumentCount))
    }

    func refer(
        _ kind: EdgeKind, _ target: String, line: Int, argumentCount: Int = -1,
        labels: String? = nil
    ) {
        guard !target.isEmpty, target != "?", target != "@super", !target.hasSuffix(".?"),
            !target.hasSuffix(".@item"), !target.hasSuffix(".@try"), !isGiven(target),
            !(target.hasPrefix("@super(") && target.hasSuffix(")") && !target.utf8.contains(46))
        else { return }
        if kind == .uses || kind == .extends || kind == .implements {
            if target == "@type" { return }
            if language.builtIns.contains(target) { return }
            if !localTypes.isEmpty, localTypes[target, default: 0] > 0 { return }
        }
        addReference(
            Reference(
                kind: kind, target: Self.shortened(target, Self.pathLimit), line: line,
                owner: scope.definition, argumentCount: argumentCount, labels: labels,
                arguments: kind == .calls ? givenArguments : nil))
        if kind == .calls { givenArguments = nil }
    }

    /// Whether it is what a closure is given, which has no name to be referred to by.
    private func isGiven(_ target: String) -> Bool {
        guard let at = target.utf8.lastIndex(of: UInt8(ascii: "@")) else { return false }
        return target[at...].hasPrefix("@given") && !target[at...].utf8.contains(46)
    }

    /// Gives members and references of types that are extended to those types, where the file has
    /// them.
    func findTypes() {
        if typesOfMembers.isEmpty, typesOfReferences.isEmpty { return }
        var types: [String: Int] = [:]
        var namespaces: [String: Int] = [:]
        for (index, definition) in facts.definitions.enumerated() {
            if definition.kind.isType, types[definition.qualifiedName] == nil {
                types[definition.qualifiedName] = index
            } else if definition.kind == .namespace, namespaces[definition.qualifiedName] == nil {
                namespaces[definition.qualifiedName] = index
            }
        }
        for (definition, type, isOutside) in typesOfMembers {
            let place = types[type] ?? namespaces[type]
            if place.map({ $0 > definition }) ?? isOutside {
                facts.definitions[definition].extends = type
            }
            if let index = types[type] {
                facts.definitions[definition].parent = index
                if index < definition { facts.definitions[definition].extends = nil }
            } else if let index = namespaces[type] {
                facts.definitions[definition].extends = nil
                // `int a::f()`: only here is it seen that `a` is no type.
                facts.definitions[definition].parent = index
                if [.method, .constructor].contains(facts.definitions[definition].kind) {
                    facts.definitions[definition].kind = .function
                }
            }
        }
        // What belongs to a test is one, also if the test stands behind it in the file.
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for index in facts.definitions.indices.dropFirst()
            where facts.definitions[index].testReason == nil {
                let reason = facts.definitions[facts.definitions[index].parent].testReason
                if reason != nil {
                    facts.definitions[index].testReason = reason
                    hasChanged = true
                }
            }
        }
        for (reference, type) in typesOfReferences {
            if let index = types[type] { facts.references[reference].owner = index }
        }
    }

    /// Defines something that has type parameters: its own type may name them.
    func define(
        withTypeParameters parameters: [(name: SyntaxNode, bound: SyntaxNode?)], _ body: () -> Void
    ) {
        for (name, _) in parameters { localTypes[text(name), default: 0] += 1 }
        body()
        for (name, bound) in parameters {
            localTypes[text(name)]? -= 1
            declareLocalType(name, bound: bound)
        }
    }

    /// A name that stands for a type in what is around only: a type parameter.
    func declareLocalType(_ name: SyntaxNode?, bound: SyntaxNode? = nil) {
        guard let name else { return }
        guard hidden.insert(name.start).inserted else { return }
        let text = text(name)
        // Two of one name, one in the other, are too rare to be told apart.
        localTypeBounds[text] =
            localTypes[text, default: 0] > 0 ? nil : bound.flatMap { typePath(of: $0) }
        scopes[scopes.count - 1].localTypes.append(text)
        localTypes[text, default: 0] += 1
    }

    /// That a node is an import, whose words count as such.
    func markImport(_ node: SyntaxNode) {
        if let last = facts.imports.last, last.upperBound > node.start { return }
        facts.imports.append(node.range)
    }
}
