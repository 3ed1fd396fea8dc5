// SPDX-License-Identifier: Apache-2.0
//
// Names that all files share, as in C: which of several is meant, includes say.

extension Linker {
    /// What a name may be here: what the file or one that it includes has, or else a guess.
    func seen(_ found: [Symbol]) -> Value {
        guard rules.hasIncludes else { return .symbols(found, isSure: true) }
        let own = table.fileNumber(of: file.first)
        let near = found.filter { reaches(own, table.fileNumber(of: $0)) }
        if !near.isEmpty {
            // What the file has itself comes before the rest.
            let inFile = near.filter { table.fileNumber(of: $0) == own }
            let rest = near.filter { table.fileNumber(of: $0) != own }
            return .symbols(inFile + rest, isSure: true)
        }
        // Of all else there would have to be a declaration.
        let others = found.filter {
            let definition = table.definition($0)
            return !definition.isLocal
                && (definition.kind.isCallable && definition.kind != .macro
                    || definition.kind.isType || definition.kind == .typeAlias
                    || definition.kind == .namespace)
        }
        let definitions = others.filter { !table.definition($0).isDeclaration }
        if others.isEmpty { return .nothing }
        if others.count == 1, table.definition(others[0]).kind.isType, isForeseen(others[0]) {
            return .symbols(others, isSure: true)
        }
        return .symbols(definitions.isEmpty ? others : definitions, isSure: false)
    }

    /// Whether the file, or one that it includes, says that there is such a type: `class A;`
    private func isForeseen(_ symbol: Symbol) -> Bool {
        let other = table.file(of: symbol)
        let definition = other.facts.definitions[symbol - other.first]
        let path = other.paths[max(0, definition.parent)].appending("class " + definition.name)
        let own = table.fileNumber(of: file.first)
        note("class " + definition.name)
        return table.attributes(at: path).contains { reaches(own, $0.file) }
    }

    /// Of what is no function, what the file has itself.
    func nearest(_ found: [Symbol]) -> [Symbol] {
        if found.count < 2 || found.contains(where: { table.definition($0).kind.isCallable }) {
            return found
        }
        let own = found.filter { table.file(of: $0) === file }
        return own.isEmpty ? found : own
    }

    /// What is around a member that is defined outside of its type, but not around that place.
    func around(_ name: String, _ extended: String) -> Value? {
        let parts = LinkedFile.parts(extended)
        for count in (1..<max(1, parts.count)).reversed() {
            let found = table.symbols(
                at: file.module.appending(all: parts.prefix(count)).appending(name)
            ).filter { table.definition($0).kind != .constructor }
            if !found.isEmpty { return seen(found) }
        }
        return nil
    }

    /// Definitions instead of declarations, where there are any.
    func defined(_ symbols: [Symbol]) -> [Symbol] {
        var found: [Symbol] = []
        for symbol in symbols {
            let definition = table.definition(symbol)
            let number = table.fileNumber(of: symbol)
            var others = [symbol]
            if definition.isDeclaration {
                others = table.symbols(at: table.path(symbol)).filter {
                    let other = table.definition($0)
                    return !other.isDeclaration && !other.isLocal
                        && other.kind.isCallable == definition.kind.isCallable
                        && other.kind != .macro
                        && isSame(other.arguments, definition.arguments)
                        && other.parameters == definition.parameters
                        && reaches(table.fileNumber(of: $0), number)
                }
                if others.isEmpty { others = [symbol] }
            }
            for other in others where !found.contains(other) { found.append(other) }
        }
        // What is declared more than once is still one.
        let isOne = found.allSatisfy {
            let definition = table.definition($0)
            return definition.isDeclaration && table.path($0) == table.path(found[0])
                && definition.parameters == table.definition(found[0]).parameters
                && table.fileNumber(of: $0) != table.fileNumber(of: found[0]) || $0 == found[0]
        }
        return isOne ? Array(found.prefix(1)) : found
    }

    /// What is in a namespace that a macro opens stands outside of it in the text, in files that
    /// know the macro.
    func besideOpener(_ name: String, ofSpace space: String) -> Value? {
        let parts = LinkedFile.parts(space)
        for count in parts.indices.map({ $0 + 1 }) {
            let opened = CMacros.opening + parts.prefix(count).joined(separator: ".")
            note(opened)
            let openers = table.attributes(at: file.module.appending(opened))
            if openers.isEmpty { continue }
            let path = file.module.appending(all: parts.dropFirst(count)).appending(name)
            let found = table.symbols(at: path).filter { symbol in
                table.definition(symbol).kind != .macro
                    && openers.contains { reaches(table.fileNumber(of: symbol), $0.file) }
            }
            if !found.isEmpty { return seen(found) }
        }
        return nil
    }

    func isSame(_ a: ClosedRange<Int>?, _ b: ClosedRange<Int>?) -> Bool {
        guard let a, let b else { return true }
        return a.upperBound == b.upperBound
    }

    /// What `->` or `[]` gives of a value.
    func operated(_ name: String, _ value: Value) -> Value {
        guard case .instance(let types, let isSure) = value else { return .nothing }
        guard rules.hasIncludes else {
            let found = member("@item", ofTypes: types, isSure: isSure, .any, -1)
            if case .instance = found, name == "@item" { return found }
            return .nothing
        }
        if name == "@each" { return .nothing }
        let name = name == "@try" ? "operator->" : "operator[]"
        if case .symbols(let found, _) = member(name, ofTypes: types, isSure: isSure, .any, -1) {
            return result(of: .symbols(found, isSure: isSure), -1)
        }
        return value
    }

    // MARK: - Includes

    func reaches(_ number: Int, _ other: Int) -> Bool {
        dependencies.append(Self.dependency(onImportsOf: table.files[number].path))
        return number == other || includes(of: number).contains(Int32(other))
    }

    /// How many files' includes are kept.
    private static let includedLimit = 2048

    private func includes(of number: Int) -> Set<Int32> {
        if let known = included[number] { return known }
        var found: Set<Int32> = []
        var pending = [number]
        while let number = pending.popLast() {
            let file = table.files[number]
            for item in file.facts.imports where item.name == nil && item.alias.isEmpty {
                if case .inner(_, let included?)? = file.language.links.module(item, file, finder),
                    found.insert(Int32(included)).inserted
                {
                    pending.append(included)
                }
            }
        }
        // Who includes what comes or goes is found by its name.
        _ = finder.takeAsked()
        if included.count >= Self.includedLimit { included.removeAll(keepingCapacity: true) }
        included[number] = found
        return found
    }
}
