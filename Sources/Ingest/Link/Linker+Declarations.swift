// SPDX-License-Identifier: Apache-2.0
//
// What a definition is declared as elsewhere, as in C and C++: in a header, or in its type's body.

extension Linker {
    /// Of the file that was linked last, each definition with what surely declares it.
    func declared() -> [(definition: Int, declaration: Symbol)] {
        guard rules.hasIncludes else { return [] }
        return file.facts.definitions.indices.dropFirst().filter { mayBeDeclared($0) }
            .flatMap { index in
                declarations(of: file.first + index).map { (index, $0) }
            }
    }

    /// Whether anything may say that it is there.
    private func mayBeDeclared(_ index: Int) -> Bool {
        let definition = file.facts.definitions[index]
        guard !definition.isDeclaration, !definition.isMember, !definition.isExcluded,
            declares(definition.kind)
        else { return false }
        if definition.extends != nil { return true }
        return isInType(index) ? definition.kind.isCallable : !definition.isLocal
    }

    /// Whether it stands in a type of the file, or behind it.
    private func isInType(_ index: Int) -> Bool {
        let definition = file.facts.definitions[index]
        return definition.extends == nil && file.facts.definitions[max(0, definition.parent)].isType
    }

    private func declares(_ kind: EntityKind) -> Bool {
        kind.isCallable ? kind != .macro : [.constant, .field, .variable].contains(kind)
    }

    private func declarations(of symbol: Symbol) -> [Symbol] {
        let definition = table.definition(symbol)
        let all = table.symbols(at: table.path(symbol))
        // What its type has, no other file can change.
        if isInType(symbol - file.first) {
            let own = all.filter { isOwn($0) }
            guard own.count > 1 else { return [] }
            // What stands in its type is not declared there once more.
            let before = own.filter { $0 < symbol && isDeclared(symbol, as: $0, among: own) }
            return sure(before, symbol, own)
        }
        note(definition.name)
        var found = all.count > 1 ? seenDeclarations(of: symbol, among: all) : []
        if found.isEmpty, definition.extends != nil,
            case .symbols(let types, true) = extendedType(symbol)
        {
            // `using namespace a; int B::f() { … }`
            found = types.flatMap { type in
                let path = table.path(type).appending(definition.name)
                return seenDeclarations(of: symbol, among: table.symbols(at: path))
            }
        }
        return sure(found, symbol, all)
    }

    /// Those that stand where the definition is seen, or are seen by it.
    private func seenDeclarations(of symbol: Symbol, among all: [Symbol]) -> [Symbol] {
        let isLocal = table.definition(symbol).isLocal
        return all.filter { other in
            isDeclared(symbol, as: other, among: all)
                && (isOwn(other) || !isLocal && isIncluded(other))
        }
    }

    private func isIncluded(_ symbol: Symbol) -> Bool {
        let (own, number) = (table.fileNumber(of: file.first), table.fileNumber(of: symbol))
        return reaches(own, number) || reaches(number, own)
    }

    /// Whether a declaration is of what a definition is, where both are seen.
    private func isDeclared(
        _ symbol: Symbol, as other: Symbol, among all: [Symbol]
    ) -> Bool {
        let (definition, declaration) = (table.definition(symbol), table.definition(other))
        guard declaration.isDeclaration, !declaration.isExcluded, declares(declaration.kind),
            definition.kind.isCallable == declaration.kind.isCallable
        else { return false }
        if definition.parameters != nil, declaration.parameters != nil {
            // `auto f(T) -> A` is another template than `auto f(T)`.
            return definition.parameters == declaration.parameters
                && (definition.type == nil) == (declaration.type == nil)
        }
        guard isSame(definition.arguments, declaration.arguments) else { return false }
        // What C++ and C share has no overloads.
        return definition.parameters == declaration.parameters
            || Set(all.compactMap { table.definition($0).parameters }).count == 1
    }

    // MARK: - Templates

    /// None where what a template asks for, or is made for, could tell several apart: that is not
    /// among their parameters. In C there is one of a name, whatever is a condition's.
    private func sure(_ found: [Symbol], _ symbol: Symbol, _ all: [Symbol]) -> [Symbol] {
        let definition = table.definition(symbol)
        let parameters = definition.parameters
        guard let first = found.first,
            parameters != nil || [.method, .constructor].contains(definition.kind)
        else { return found }
        let twins = all.filter {
            isOwn($0) && !table.definition($0).isDeclaration
                && table.definition($0).parameters == parameters
        }
        let files = Set(found.map { table.fileNumber(of: $0) })
        guard twins.count == 1, files.count == found.count else { return [] }
        let parent = table.definition(first).parent
        guard parent > 0 else { return found }
        let type = table.file(of: first).first + parent
        guard table.definition(type).isType else { return found }
        return found.count == 1 && isOneType(type) ? found : []
    }

    /// Whether no other is seen by its name: made for other types, as it were.
    private func isOneType(_ type: Symbol) -> Bool {
        note(table.definition(type).name)
        return table.symbols(at: table.path(type)).allSatisfy {
            $0 == type || !table.definition($0).isType || !isOwn($0) && !isIncluded($0)
        }
    }
}
