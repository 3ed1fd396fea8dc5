// SPDX-License-Identifier: Apache-2.0
//
// Names where a class is all that is said of it anywhere, as in Ruby: it may be opened again, has
// members of its own beside those of its values, and gets more from modules.

extension Linker {
    struct OpenBase {
        enum Kind { case superclass, included, extended }

        var kind: Kind
        var value: Value
    }

    /// Whether a name is one of those that are found in what is around.
    func isConstant(_ name: String) -> Bool {
        guard let first = name.utf8.first else { return false }
        return first >= 65 && first <= 90
    }

    /// Of the places where the same type is opened the one that stands for it.
    func withoutReopenings(_ symbols: [Symbol], _ file: LinkedFile) -> [Symbol] {
        let path = table.path(symbols[0])
        guard symbols.allSatisfy({ table.definition($0).isType && table.path($0) == path }) else {
            return symbols
        }
        let name = table.definition(symbols[0]).name.lowercased()
        let own = symbols.first { table.file(of: $0).path == file.path }
        // By custom a type has a file of its name, where what is said of it first is said.
        let named = symbols.first { symbol in
            let stem = PathIndex.stem(of: table.file(of: symbol).path)
            return String(stem.filter { $0 != "_" }).lowercased() == name
        }
        return [own ?? named ?? symbols[0]]
    }

    // MARK: - Names without a receiver

    /// In what is around, then in what the innermost of that gets from others.
    func constant(_ name: String, _ owner: Int) -> Value {
        var place = owner
        var innermost: Symbol?
        while place > 0 {
            let definition = file.facts.definitions[place]
            if definition.isType {
                innermost = innermost ?? file.first + place
                let found = table.symbols(at: file.paths[place].appending(name))
                    .filter { $0 != notYet }
                if !found.isEmpty { return .symbols(found, isSure: true) }
            }
            place = definition.parent
        }
        var outer: Value = .nothing
        if let innermost {
            outer = openMember(name, of: [innermost], isStatic: true, isSure: true)
            if case .symbols = outer { return outer }
        }
        let found = table.symbols(at: NamePath(family: file.language.family).appending(name))
            .filter { $0 != notYet }
        if !found.isEmpty { return .symbols(found, isSure: true) }
        if rules.builtIns.contains(name) { return .outer("\(rules.builtInModule).\(name)") }
        // It may be that of a base, or of no library that is known.
        return .nothing
    }

    /// A method of `self`, or one that is at the top.
    func openName(_ name: String, _ owner: Int) -> Value {
        var outer: Value = .nothing
        if case .symbols(let types, _) = enclosingType(owner) {
            let value = member(openly: name, of: types, isStatic: isStatic(owner))
            if name == "new", isStatic(owner) {
                if case .symbols = value { return value }
                return .symbols(types, isSure: true)
            }
            if case .symbols = value { return value }
            outer = value
        }
        let root = NamePath(family: file.language.family).appending(name)
        let found = table.symbols(at: root)
        let own = found.filter { isOwn($0) }
        if !own.isEmpty { return .symbols(own, isSure: true) }
        if rules.builtIns.contains(name) { return .outer("\(rules.builtInModule).\(name)") }
        if !found.isEmpty { return .symbols(found, isSure: false) }
        return outer
    }

    /// Whether `self` is a type there, and no value of it.
    private func isStatic(_ owner: Int) -> Bool {
        var place = owner
        while place > 0 {
            let definition = file.facts.definitions[place]
            if definition.isType { return true }
            if definition.kind.isCallable, definition.parent > 0,
                file.facts.definitions[definition.parent].isType
            {
                return definition.isStatic
            }
            place = definition.parent
        }
        return false
    }

    // MARK: - Members

    func openMember(_ name: String, of types: [Symbol], isStatic: Bool, isSure: Bool) -> Value {
        let value = member(openly: name, of: types, isStatic: isStatic)
        if case .symbols(let found, let isFoundSure) = value {
            return .symbols(found, isSure: isSure && isFoundSure)
        }
        return value
    }

    func openBaseValue(of types: [Symbol], _ owner: Int) -> Value {
        var symbols: [Symbol] = []
        for type in types {
            for base in openBases(of: type) {
                switch base.value {
                case .symbols(let found, _): symbols += found.prefix(1)
                case .outer(let text) where symbols.isEmpty && base.kind == .superclass:
                    return .outer(text)
                default: break
                }
            }
        }
        if symbols.isEmpty { return .nothing }
        return isStatic(owner)
            ? .symbols(symbols, isSure: true) : .instance(symbols, isSure: true)
    }

    private func member(openly name: String, of types: [Symbol], isStatic: Bool) -> Value {
        guard name != "?" else { return .nothing }
        var seen: Set<NamePath> = []
        var search = Search(name: name, isConstant: isConstant(name))
        for type in types {
            if let found = find(&search, type, isStatic: isStatic, &seen) { return found }
        }
        return search.outer.map { .outer("\($0).\(name)") } ?? .nothing
    }

    private struct Search {
        let name: String
        let isConstant: Bool
        var isUnsure = false
        var outer: String?
    }

    private func find(
        _ search: inout Search, _ type: Symbol, isStatic: Bool, _ seen: inout Set<NamePath>
    ) -> Value? {
        let path = table.path(type)
        guard seen.insert(path.appending(isStatic ? "." : "#")).inserted, seen.count < 512 else {
            return nil
        }
        note(search.name)
        let inner = path.appending(search.name)
        let found = table.symbols(at: inner).filter {
            let definition = table.definition($0)
            return !(definition.kind.isCallable || definition.kind == .property)
                || definition.isStatic == isStatic
        }
        if !found.isEmpty {
            let own = found.filter { table.fileNumber(of: $0) == table.fileNumber(of: type) }
            return .symbols(own.isEmpty ? found : own, isSure: !search.isUnsure)
        }
        if search.name.hasPrefix("@") {
            let value = attribute(at: inner, in: nil)
            if case .nothing = value {} else { return value }
        }
        let name = table.definition(type).name
        if rules.builtIns.contains(name),
            path == NamePath(family: file.language.family).appending(name)
        {
            // Opened here, but defined elsewhere.
            search.outer = search.outer ?? "\(rules.builtInModule).\(name)"
        }
        for base in openBases(of: type) {
            guard case .symbols(let symbols, _) = base.value, let symbol = symbols.first else {
                if case .outer(let text) = base.value {
                    if base.kind == .superclass { search.outer = search.outer ?? text }
                } else {
                    search.isUnsure = true
                }
                continue
            }
            let value: Value?
            switch base.kind {
            case .superclass: value = find(&search, symbol, isStatic: isStatic, &seen)
            case .included:
                if !isStatic || search.isConstant {
                    value = find(&search, symbol, isStatic: isStatic, &seen)
                } else {
                    // What ActiveSupport's concerns bring along.
                    note("ClassMethods")
                    let methods = table.symbols(
                        at: table.path(symbol).appending("ClassMethods"))
                    let wasUnsure = search.isUnsure
                    search.isUnsure = true
                    value = methods.first.flatMap {
                        find(&search, $0, isStatic: false, &seen)
                    }
                    search.isUnsure = wasUnsure
                }
            case .extended:
                value =
                    isStatic && !search.isConstant
                    ? find(&search, symbol, isStatic: false, &seen) : nil
            }
            if let value { return value }
        }
        return nil
    }

    /// What a type gets members from, those first that come first.
    private func openBases(of type: Symbol) -> [OpenBase] {
        guard looksAtBases else { return [] }
        let path = table.path(type)
        if let known = openBaseMemo[path] {
            join(known.dependencies, known.number << 8 | 0xFD)
            return known.bases
        }
        let noted = beginNoting()
        note(table.definition(type).name)
        var mixins: [OpenBase] = []
        var superclasses: [OpenBase] = []
        lookingAtBases {
            for symbol in table.symbols(at: path) where table.definition(symbol).isType {
                let number = table.fileNumber(of: symbol)
                let index = symbol - table.files[number].first
                let facts = table.files[number].facts
                for base in facts.bases where base.owner == index {
                    let value = inside(number) {
                        types(
                            in: evaluate(
                                Expression(base.target).parts,
                                max(0, facts.definitions[index].parent)))
                    }
                    if base.kind == .extends {
                        superclasses.append(OpenBase(kind: .superclass, value: value))
                    } else {
                        mixins.append(
                            OpenBase(
                                kind: base.argumentCount == 1 ? .extended : .included,
                                value: value))
                    }
                }
            }
        }
        let bases = mixins.reversed() + superclasses
        openBaseMemo[path] = (bases, endNoting(noted), openBaseMemo.count)
        return bases
    }
}
