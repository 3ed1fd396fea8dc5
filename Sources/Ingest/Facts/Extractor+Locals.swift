// SPDX-License-Identifier: Apache-2.0
//
// What names stand for within a function, and expressions made of them: a reference through a local
// variable is kept as one through what gave the variable its value.

extension Extractor {
    /// Names of a function's own, and what they were before.
    struct Locals {
        enum Meaning {
            /// Something that is defined, or that another scope has: its name says all.
            case itself
            /// What is known of its value: an expression, `?` if nothing is; empty if it has none
            /// yet.
            case value(String)
            /// A value of the type that it is declared to have, whatever is assigned to it.
            case typed(String)

            var text: String? {
                switch self {
                case .itself: nil
                case .value(let text), .typed(let text): text
                }
            }
        }

        private var meanings: [String: Meaning] = [:]
        private var places: [String: Int] = [:]
        /// In how many functions a name is one.
        private var depths: [String: Int] = [:]
        private var uses: [String: [Use]] = [:]
        private var changes: [(name: String, meaning: Meaning?, place: Int?, isNew: Bool)] = []

        var isEmpty: Bool { meanings.isEmpty }
        var mark: Int { changes.count }

        subscript(name: String) -> Meaning? { meanings[name] }

        /// Whether a name is that of a value, not of a definition.
        func isVariable(_ name: String) -> Bool { meanings[name]?.text != nil }
        var names: [String] { meanings.keys.sorted() }

        /// A reference in which a name's meaning stands.
        struct Use {
            let reference: Int
            let node: Int
            let place: Int
            let depth: Int
        }

        mutating func use(_ name: String, _ reference: Int, node: Int, depth: Int) {
            guard let place = places[name] else { return }
            uses[name, default: []].append(
                Use(reference: reference, node: node, place: place, depth: depth))
        }

        /// The references that a name has in what may be gone through after it gets a new value:
        /// the loop that begins with a node, if it does not begin with the name, and functions.
        func usesAgain(of name: String, loop: Int?) -> [Int] {
            guard let all = uses[name], let place = places[name] else { return [] }
            let depth = depths[name] ?? 0
            return all.filter { use in
                use.place == place
                    && (use.depth > depth
                        || loop.map { $0 > place && use.node > $0 } ?? false)
            }.map(\.reference)
        }

        /// - Parameters:
        ///   - place: the block that it is in.
        ///   - depth: how many functions are around.
        mutating func set(
            _ name: String, _ meaning: Meaning, place: Int, depth: Int, isNew: Bool
        ) {
            if isNew || places[name] == nil { depths[name] = depth }
            set(name, meaning, place: place, isNew: isNew)
        }

        /// - Parameter place: the block that it is in.
        private mutating func set(_ name: String, _ meaning: Meaning, place: Int, isNew: Bool) {
            changes.append((name, meanings[name], places[name], isNew))
            meanings[name] = meaning
            places[name] = isNew ? place : places[name] ?? place
        }

        /// What becomes of a block's names behind it.
        enum Ending {
            /// They mean what they did before.
            case forgets
            /// What is assigned there may be what a name is, or may not; those that are not
            /// declared around it are forgotten.
            case merges
            /// The same, but those that are not declared are the function's.
            case joins
        }

        /// Ends what came after a mark.
        mutating func end(at mark: Int, _ ending: Ending) {
            var values: [String: (meaning: Meaning?, isNew: Bool)] = [:]
            while changes.count > mark, let last = changes.popLast() {
                let value = values[last.name]
                values[last.name] = (
                    value == nil ? meanings[last.name] : value?.meaning,
                    // If it was declared after all, what came behind that is another's.
                    last.isNew
                )
                meanings[last.name] = last.meaning
                places[last.name] = last.place
            }
            if mark == 0 { uses.removeAll() }
            guard ending != .forgets else { return }
            for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                if value.isNew { continue }
                guard let meaning = Self.either(meanings[name], value.meaning, ending) else {
                    continue
                }
                set(name, meaning, place: places[name] ?? 0, isNew: false)
            }
        }

        /// What a name means that has one meaning or the other, if that is not the first.
        private static func either(_ old: Meaning?, _ new: Meaning?, _ ending: Ending) -> Meaning? {
            guard let old else { return ending == .joins ? new : nil }
            if case .typed = old { return nil }
            guard let new, let newText = new.text, let text = old.text, text != newText else {
                return nil
            }
            if text.isEmpty { return new }
            return newText.isEmpty ? nil : .value("?")
        }
    }

    /// How long an expression may be, and how deep.
    static let expressionLimit = 256
    static let expressionDepth = 16

    // MARK: - Names

    /// Names of what is inside of the node that is visited end with it.
    func openBlock() {
        openBlock(until: currentNode.after, language.assignmentDeclares ? .joins : .merges)
    }

    /// A parameter, or a variable that is declared here; what it is, its type says, or its value.
    func declare(_ name: SyntaxNode?, type: SyntaxNode? = nil, value: SyntaxNode? = nil) {
        guard let name, isInFunction else { return }
        hidden.insert(name.start)
        bind(
            cleaned(text(name)), meaning(type, value), behind: value == nil ? nil : currentNode,
            isNew: true)
    }

    private func meaning(_ type: SyntaxNode?, _ value: SyntaxNode?) -> Locals.Meaning {
        if let type = type.flatMap(instance) { return .typed(type) }
        if language.links.overloads != nil, let type {
            let text = typeText(type)
            if text != "?" { return .typed(text) }
        }
        return .value(value.flatMap { expression(of: $0) } ?? "?")
    }

    func declare(_ name: String, as meaning: String, behind node: SyntaxNode? = nil) {
        guard isInFunction else { return }
        bind(name, .value(meaning), behind: node, isNew: true)
    }

    /// A variable whose name is there without a function as well.
    func bindVariable(
        _ name: SyntaxNode, as meaning: String?, behind node: SyntaxNode? = nil, isNew: Bool = true
    ) {
        bind(text(name), .value(meaning ?? "?"), behind: node, isNew: isNew)
    }

    /// In what is around, no variable of what is outside of it is seen.
    func hideLocals() {
        for name in locals.names { bind(name, .value("?"), behind: nil, isNew: true) }
    }

    /// All names in a pattern, of whose values nothing is known.
    func declareAll(in pattern: SyntaxNode?) {
        guard let pattern, isInFunction else { return }
        if isName(pattern) { return declare(pattern) }
        var pending = [pattern]
        while let node = pending.popLast() {
            for child in node.allChildren where child.isNamed {
                if isName(child) { declare(child) } else { pending.append(child) }
            }
        }
    }

    /// A variable that gets a value, and is one of the function's by that.
    func assign(_ name: SyntaxNode, type: SyntaxNode? = nil, value: SyntaxNode?) {
        guard isInFunction else { return }
        let text = cleaned(text(name))
        if case .itself? = locals[text] {
            reassign(text, value)
            return
        }
        hidden.insert(name.start)
        if type == nil, case .typed? = locals[text] {
            // What is known of the value says more, where a type is but a promise.
            guard language.assignmentDeclares, let value = value.flatMap({ expression(of: $0) })
            else { return }
            return bind(text, .value(value), behind: currentNode, isNew: false)
        }
        bind(text, meaning(type, value), behind: value == nil ? nil : currentNode, isNew: false)
    }

    /// That a variable of the file gets another value.
    func reassign(_ name: String, _ value: SyntaxNode?) {
        guard let value = value.flatMap({ expression(of: $0) }) else { return }
        reassignments.append((name, value))
    }

    /// What has had several values may be any of them.
    func joinReassignments() {
        guard !reassignments.isEmpty else { return }
        var variables: [String: Int] = [:]
        for (index, definition) in facts.definitions.enumerated()
        where definition.parent == 0 && !definition.kind.isCallable && !definition.kind.isType {
            variables[definition.name] = variables[definition.name] ?? index
        }
        for (name, value) in reassignments {
            guard let index = variables[name] else { continue }
            let type = facts.definitions[index].type
            if type == value { continue }
            facts.definitions[index].type = nil
            for text in [type, value].compactMap({ $0 }) {
                facts.attributes.append(Attribute(owner: 0, name: name, type: text))
            }
        }
    }

    /// A name of what is around, to which a function gives another value.
    func declareShared(_ name: SyntaxNode) {
        declareOuter(name)
        forgetBehindFunction(cleaned(text(name)))
    }

    /// A name that means here what it means outside.
    func declareOuter(_ name: SyntaxNode) {
        guard isInFunction else { return }
        bind(cleaned(text(name)), .itself, behind: nil, isNew: true)
    }

    func isName(_ node: SyntaxNode) -> Bool {
        switch compiled.shapes[safe: node.symbol] {
        case .name: true
        default: false
        }
    }

}

extension Extractor {
    /// Whether what is being defined is a member of a type.
    var isMethod: Bool {
        guard scopes.count > 1 else { return false }
        return scopes[scopes.count - 2].kind.isType
    }

    /// The definition of the type that is around.
    var enclosingType: Int? {
        scopes.last { $0.kind.isType && $0.isDefinition }?.definition
    }
}
