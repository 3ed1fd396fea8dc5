// SPDX-License-Identifier: Apache-2.0
//
// What definitions are, give, and extend.

extension Linker {
    func enclosingType(_ owner: Int) -> EnclosingType {
        var place = owner
        while place > 0 {
            let definition = file.facts.definitions[place]
            if definition.isType { return .symbols([file.first + place], isSure: true) }
            if definition.extends != nil {
                if case .symbols(let types, let isSure) = extendedType(file.first + place) {
                    return .symbols(types, isSure: isSure)
                }
                return .nothing
            }
            place = definition.parent
        }
        return .nothing
    }

    typealias EnclosingType = Value

    /// The type that a member belongs to which stands outside of it.
    func extendedType(_ symbol: Symbol) -> Value {
        let other = table.file(of: symbol)
        guard let text = other.facts.definitions[symbol - other.first].extends else {
            return .nothing
        }
        return leveled(symbol, extendedMemo) {
            inside(table.fileNumber(of: symbol)) {
                if rules.isStrict { return strictExtendedType(text, other, symbol) }
                if rules.hasFileValues, let found = extendedTable(text, in: other) { return found }
                // It is named where it is extended.
                let parent = other.facts.definitions[symbol - other.first].parent
                let owner = rules.names == nil ? 0 : max(0, parent)
                return types(in: evaluate(Expression(text).parts, owner, .type))
            }
        }
    }

    /// What a definition is or gives, as far as it says so.
    func type(of symbol: Symbol) -> Value {
        let other = table.file(of: symbol)
        let index = symbol - other.first
        let definition = other.facts.definitions[index]
        let owner = definition.kind.isCallable ? index : max(0, definition.parent)
        let number = table.fileNumber(of: symbol)
        // A plain type has no members.
        if let type = definition.type, type.utf8.first == UInt8(ascii: "=") { return .outer(type) }
        return leveled(symbol, typeMemo) {
            inside(number) {
                let value =
                    definition.type.map { evaluate(Expression($0).parts, owner) }
                    ?? attribute(at: table.path(symbol), in: number)
                // What is another variable is what that is.
                guard case .symbols(let symbols, _) = value,
                    !symbols.allSatisfy({ isTypeOrCallable($0) })
                else { return value }
                if symbols.allSatisfy({ isType($0) }) { return value }
                return symbols.count == 1 ? type(of: symbols[0]) : .nothing
            }
        }
    }

    /// Answers that were given before. One that had the levels that it needed counts wherever there
    /// are as many; one that had not, only where there are just as many as it had.
    final class Memo {
        struct Answer {
            let value: Value
            let dependencies: [UInt32]
            let height: Int
            let isCut: Bool
        }

        let number: Int

        init(_ number: Int) { self.number = number }

        private var answers: [Int: Answer] = [:]

        subscript(key: Int, level: Int) -> Answer? {
            if let whole = answers[key << 4], whole.height <= level { return whole }
            return answers[key << 4 | level]
        }

        func keep(_ answer: Answer, for key: Int, _ level: Int) {
            answers[key << 4 | (answer.isCut ? level : 0)] = answer
        }
    }

    /// Begins to note what one answer depends on, by itself.
    func beginNoting() -> (start: Int, joined: Set<Int>) {
        let noted = (dependencies.count, joined)
        joined = []
        return noted
    }

    func endNoting(_ noted: (start: Int, joined: Set<Int>)) -> [UInt32] {
        joined = noted.joined
        return Array(Set(dependencies[noted.start...]))
    }

    /// Takes over what an answer depended on when it was found.
    func join(_ others: [UInt32], _ key: Int) {
        if joined.insert(key).inserted { dependencies += others }
    }

    /// Finds an answer by itself, to be kept.
    func found(_ body: () -> Value) -> Memo.Answer {
        let outer = (isCut: isCut, height: height, notYet: notYet)
        let noted = beginNoting()
        (isCut, height, notYet) = (false, 0, nil)
        let value = body()
        let answer = Memo.Answer(
            value: value, dependencies: endNoting(noted), height: height, isCut: isCut)
        (isCut, height) = (isCut || outer.isCut, max(height, outer.height))
        notYet = outer.notYet
        return answer
    }

    /// Gives an answer that was kept, as if it was found now.
    func given(_ known: Memo.Answer, as key: Int) -> Value {
        join(known.dependencies, key)
        isCut = isCut || known.isCut
        height = max(height, known.height)
        return known.value
    }

    func leveled(_ symbol: Int, _ memo: Memo, _ body: () -> Value) -> Value {
        guard level > 0 else {
            isCut = true
            return .nothing
        }
        let key = symbol << 1 | (looksAtBases ? 1 : 0)
        if let known = memo[key, level] {
            return given(
                known, as: key << 8 | (known.isCut ? level : 0) << 2 | memo.number)
        }
        let answer = found {
            level -= 1
            defer {
                level += 1
                height += 1
            }
            return body()
        }
        memo.keep(answer, for: key, level)
        return answer.value
    }

    /// What has members of its own.
    func isType(_ symbol: Symbol) -> Bool {
        let definition = table.definition(symbol)
        return definition.isType
            || definition.kind == .typeAlias && definition.type == nil
                && table.file(of: symbol).language.links.aliasesAreTypes
    }

    func isTypeOrCallable(_ symbol: Symbol) -> Bool {
        let kind = table.definition(symbol).kind
        return kind.isType || kind.isCallable || kind == .module || kind == .namespace
    }

    /// What a type extends, in the order in which it says so. Names in it are looked for without
    /// what types have from their own bases.
    func bases(of type: Symbol) -> [Value] {
        guard looksAtBases else { return [] }
        if let known = baseMemo[type] {
            join(known.dependencies, type << 8 | 0xFF)
            return known.values
        }
        let noted = beginNoting()
        note(table.definition(type).name)
        let values = lookingAtBases { findBases(of: type) }
        baseMemo[type] = (values, endNoting(noted))
        return values
    }

    /// Finds out what bases are: names in them are looked for without what types have from theirs.
    func lookingAtBases<Result>(_ body: () -> Result) -> Result {
        let (outerLevel, lookedAtBases) = (level, looksAtBases)
        let (wasCut, outerHeight) = (isCut, height)
        level = Self.levelLimit
        looksAtBases = false
        defer {
            (level, isCut, height) = (outerLevel, wasCut, outerHeight)
            looksAtBases = lookedAtBases
        }
        return body()
    }

    func findBases(of type: Symbol) -> [Value] {
        let other = table.file(of: type)
        let index = type - other.first
        var values: [Value] = []
        var parts = [type]
        if other.language.links.hasPartialTypes, other.facts.definitions[index].isStatic {
            parts = table.symbols(at: table.path(type)).filter {
                table.definition($0).isType && table.definition($0).isStatic
            }
        }
        let outer = notYet
        notYet = type
        for part in parts {
            let file = table.file(of: part)
            let index = part - file.first
            for base in file.facts.bases where base.owner == index {
                // A base is no member of the type itself.
                let owner = max(0, file.facts.definitions[index].parent)
                values.append(
                    inside(table.fileNumber(of: part)) {
                        types(in: evaluate(Expression(base.target).parts, owner, .base))
                    })
            }
        }
        notYet = outer
        for (number, place) in table.conformances(ofTypeNamed: other.facts.definitions[index].name)
        {
            let conformance = table.files[number].facts.conformances[place]
            inside(number) {
                let owner = conformance.owner
                guard
                    case .symbols(let types, _) = evaluate(typeParts(conformance.type), owner),
                    types.contains(type)
                else { return }
                values.append(self.types(in: evaluate(typeParts(conformance.base), owner)))
            }
        }
        // What an enumeration has, its members have.
        if other.facts.definitions[index].kind == .enumMember,
            other.facts.definitions[index].parent > 0
        {
            let parent = other.facts.definitions[index].parent
            values.append(.symbols([other.first + parent], isSure: true))
        }
        return values
    }

    func types(in value: Value) -> Value {
        guard case .symbols(let symbols, let isSure) = value else { return value }
        var types: [Symbol] = []
        for symbol in symbols {
            if isType(symbol) {
                types.append(symbol)
            } else if case .instance(let aliased, _) = type(of: symbol) {
                types += aliased
            }
        }
        return types.isEmpty ? .nothing : .symbols(types, isSure: isSure)
    }
}

extension Linker.Value {
    func map(isInstance: Bool) -> Linker.Value {
        guard case .symbols(let types, let isSure) = self, isInstance else { return self }
        return .instance(types, isSure: isSure)
    }
}
