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
        // What its type has, no other file can change.
        if isInType(symbol - file.first) {
            let all = table.symbols(at: table.path(symbol)).filter { isOwn($0) }
            return all.count < 2 ? [] : all.filter { isDeclared(symbol, as: $0, among: all) }
        }
        note(definition.name)
        let found = declarations(of: symbol, at: table.path(symbol))
        guard found.isEmpty, definition.extends != nil,
            case .symbols(let types, true) = extendedType(symbol)
        else { return found }
        // `using namespace a; int B::f() { … }`
        return types.flatMap {
            declarations(of: symbol, at: table.path($0).appending(definition.name))
        }
    }

    private func declarations(of symbol: Symbol, at path: NamePath) -> [Symbol] {
        let all = table.symbols(at: path)
        guard all.count > 1 || path != table.path(symbol) else { return [] }
        let own = table.fileNumber(of: symbol)
        let isLocal = table.definition(symbol).isLocal
        return all.filter { other in
            let number = table.fileNumber(of: other)
            return isDeclared(symbol, as: other, among: all)
                && (own == number
                    || !isLocal && (reaches(own, number) || reaches(number, own)))
        }
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
            return definition.parameters == declaration.parameters
        }
        guard isSame(definition.arguments, declaration.arguments) else { return false }
        // What C++ and C share has no overloads.
        return definition.parameters == declaration.parameters
            || Set(all.compactMap { table.definition($0).parameters }).count == 1
    }
}
