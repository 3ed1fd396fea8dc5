// SPDX-License-Identifier: Apache-2.0
//
// What values and types have.

extension Linker {
    func member(
        _ name: String, of value: Value, _ sought: Sought, argumentCount: Int
    ) -> Value {
        let found = namedMember(name, of: value, sought, argumentCount: argumentCount)
        guard rules.followsConstants else { return found }
        if case .nothing = found { return file(named: name, in: value) }
        return followed(found)
    }

    private func namedMember(
        _ name: String, of value: Value, _ sought: Sought, argumentCount: Int
    ) -> Value {
        note(name)
        if rules.isStrict { return strictMember(name, of: value) }
        if name == "@item" {
            let value = unfolded(value)
            if case .wrapped = value { return member(name, ofWrapped: value) }
            if case .symbols(let symbols, _) = value, symbols.count == 1,
                !isTypeOrCallable(symbols[0])
            {
                return item(of: type(of: symbols[0]), argumentCount)
            }
            return item(of: value, argumentCount)
        }
        if rules.transparentMembers.contains(name) { return given(by: name, value) }
        switch value {
        case .nothing: return .nothing
        case .outer(let text) where text.utf8.first == UInt8(ascii: "="): return .nothing
        case .wrapped: return member(name, ofWrapped: value)
        case .outer(let text):
            if rules.extensionsKeepPaths {
                let found = extensions(name, ofOuter: text, sought, argumentCount)
                if !found.isEmpty {
                    return .symbols(found, isSure: !rules.membersHideExtensions)
                }
            }
            if rules.hasFileValues, let found = sharedMember(name, of: text) { return found }
            // The tree may have given it to the type.
            if !rules.wrapperTypes.isEmpty, !text.utf8.contains(UInt8(ascii: "(")),
                let type = LinkedFile.parts(text).last
            {
                let found = table.extensionMembers(name, ofTypeNamed: type, in: family)
                if !found.isEmpty { return .symbols(found, isSure: false) }
            }
            return name == "?" ? .nothing : .outer("\(text).\(name)")
        case .module: return member(name, ofModule: value, sought, argumentCount, depth: 0)
        case .instance(let types, let isSure):
            if rules.hasOpenTypes {
                if name == "class" { return .symbols(types, isSure: isSure) }
                return openMember(name, of: types, isStatic: false, isSure: isSure)
            }
            return member(
                name, ofTypes: types, isSure: isSure, sought, argumentCount, isStatic: false)
        case .symbols(let symbols, let isSure):
            guard let first = symbols.first else { return .nothing }
            let definition = table.definition(first)
            let types = symbols.filter { table.definition($0).isType }
            if !types.isEmpty, rules.hasOpenTypes {
                let value = openMember(name, of: types, isStatic: true, isSure: isSure)
                if name == "new" {
                    if case .symbols = value { return value }
                    return .symbols(types, isSure: isSure)
                }
                return value
            }
            if !types.isEmpty {
                // A name may be a type's and that of what others are in.
                let inner = table.symbols(at: table.path(types[0]).appending(name)).filter {
                    isType($0) && !isMember($0)
                }
                if rules.names == nil, table.hasModule(table.path(types[0])), !inner.isEmpty {
                    return .symbols(inner, isSure: isSure)
                }
                let value = member(
                    name, ofTypes: types, isSure: isSure, sought, argumentCount, isStatic: true)
                if types.count == symbols.count { return value }
                if case .nothing = value {} else { return value }
            }
            let space = symbols.first {
                [.namespace, .module].contains(table.definition($0).kind)
            }
            if let space {
                return member(
                    name, ofModule: .module(table.path(space), file: nil), sought, argumentCount,
                    depth: 0)
            }
            if !types.isEmpty { return .nothing }
            if definition.kind == .typeAlias, case .instance(let types, _) = type(of: first) {
                return member(name, ofTypes: types, isSure: isSure, sought, argumentCount)
            }
            // What stands in a variable's value, or is given to a function: `f.a = …`.
            let inner = table.symbols(at: table.path(first).appending(name)).filter {
                isMember($0) && isReachable($0)
                    && table.fileNumber(of: $0) == table.fileNumber(of: first)
            }
            if !inner.isEmpty { return .symbols(inner, isSure: isSure) }
            let given = attribute(
                at: table.path(first).appending(name), in: table.fileNumber(of: first))
            if case .nothing = given {} else { return given }
            let primary = withoutSecondary(symbols)
            if definition.kind.isCallable, !table.definition(primary[0]).isAccessor,
                rules.names?.namesFunctions != true
            {
                return .nothing
            }
            return member(name, of: type(of: primary[0]), sought, argumentCount: argumentCount)
        }
    }

    /// What a value gives where it is entered, which is often itself.
    private func given(by name: String, _ value: Value) -> Value {
        // What a call gives is called once more.
        if case .outer(let text) = value, text.hasSuffix("()") {
            return .outer(String(text.dropLast(2)))
        }
        guard case .instance(let types, let isSure) = value else { return value }
        let found = member(name, ofTypes: types, isSure: isSure, .called, 0, isStatic: false)
        guard case .symbols(let symbols, _) = found, symbols.count == 1 else {
            return .instance(types, isSure: false)
        }
        return found
    }

    /// What it is called on is its first argument.
    private func takesAsMember(_ symbol: Symbol, _ count: Int) -> Bool {
        guard rules.membersHideExtensions, let most = table.definition(symbol).arguments?.upperBound
        else { return true }
        return most >= 1 << 20 || count < most
    }

    /// What the tree gives a type outside of it.
    func extensions(
        _ name: String, ofOuter text: String, _ sought: Sought, _ argumentCount: Int
    ) -> [Symbol] {
        note(name)
        guard let type = LinkedFile.parts(text).last, !type.hasSuffix(")") else { return [] }
        let all = table.extensionMembers(name, ofTypeNamed: type, in: family)
        return sifted(all, sought, argumentCount).filter { takesAsMember($0, argumentCount) }.filter
        {
            if case .outer(let extended) = extendedType($0) { extended == text } else { false }
        }
    }

    func member(
        _ name: String, ofTypes types: [Symbol], isSure: Bool, _ sought: Sought,
        _ argumentCount: Int, isStatic: Bool? = nil
    ) -> Value {
        for type in types {
            switch memberOfType(name, type, sought, argumentCount, isStatic: isStatic) {
            case .nothing: continue
            case .symbols(let found, let isFoundSure):
                // Of several types that a condition chooses from any may be the one.
                let isOne = types.count == 1 || !rules.isStrict
                return .symbols(found, isSure: isSure && isFoundSure && isOne)
            case let value: return value
            }
        }
        return .nothing
    }

    /// A member of a type or of what it extends.
    func memberOfType(
        _ name: String, _ type: Symbol, _ sought: Sought, _ argumentCount: Int,
        isStatic: Bool? = nil
    ) -> Value {
        guard name != "?" else { return .nothing }
        if isStatic == true, let found = companionMember(name, type, sought, argumentCount) {
            return found
        }
        var outer: String?
        var isUnsure = false
        for ancestor in ancestors(of: type) {
            switch ancestor {
            case .unknown: isUnsure = true
            case .outer(let text):
                if outer == nil, rules.outerMember(text, name) { outer = text }
            case .type(let other):
                var own = ownMember(name, other, sought, argumentCount)
                if rules.tellsValuesFromTypes, let isStatic {
                    own = methods(of: own, isStatic: isStatic)
                }
                if case .symbols(let found, let isSure) = own {
                    return .symbols(
                        provided(found, by: other, to: type), isSure: isSure && !isUnsure)
                }
                if case .nothing = own {} else { return own }
                // A value of its own, of which nothing is known.
                if !table.attributes(at: table.path(other).appending(name)).isEmpty {
                    return .nothing
                }
            }
        }
        // It may as well be of a base of which nothing is known.
        if isUnsure, rules.names == nil, !rules.isStrict { return .nothing }
        // The first of all comes from the first base, however far.
        if rules.names != nil, outer != nil {
            var seen: Set<Symbol> = [type]
            outer = firstOuterBase(of: type, &seen)
        }
        if let outer { return .outer("\(outer).\(name)") }
        if !isUnsure, !sought.isType, looksAtBases, let rooted = rootMember(name, type) {
            return .outer(rooted)
        }
        return .nothing
    }

    /// What stands behind a type's name is of its companion first.
    private func companionMember(
        _ name: String, _ type: Symbol, _ sought: Sought, _ argumentCount: Int
    ) -> Value? {
        let companion = table.file(of: type).language.links.companion
        guard !companion.isEmpty, !table.definition(type).isStatic else { return nil }
        note(name)
        let path = table.path(type).appending(companion).appending(name)
        let found = sifted(table.symbols(at: path), sought, argumentCount).filter(isSeen)
        return found.isEmpty ? nil : .symbols(found, isSure: true)
    }

    /// Without methods of the type where one of its values is meant, and the other way round.
    func methods(of value: Value, isStatic: Bool) -> Value {
        guard case .symbols(let symbols, let isSure) = value else { return value }
        let found = symbols.filter {
            let definition = table.definition($0)
            return definition.kind != .method || definition.isStatic == isStatic
        }
        return found.isEmpty ? .nothing : .symbols(found, isSure: isSure)
    }

    /// Of what a protocol asks for and what an extension of it has for that, the one that is meant:
    /// through the protocol what it asks for, else what there is.
    func provided(
        _ symbols: [Symbol], by type: Symbol, to receiver: Symbol
    ) -> [Symbol] {
        guard symbols.count > 1, table.definition(type).kind == .protocol else { return symbols }
        let isAsked = type == receiver
        let others = symbols.filter { table.definition($0).isDeclaration == isAsked }
            .map { table.definition($0).labels }
        return symbols.filter {
            let definition = table.definition($0)
            return definition.isDeclaration == isAsked || !others.contains(definition.labels)
        }
    }

    func firstOuterBase(of type: Symbol, _ seen: inout Set<Symbol>) -> String? {
        for base in bases(of: type) {
            if case .outer(let text) = base { return text }
            guard case .symbols(let symbols, _) = base else { continue }
            for symbol in symbols where seen.count < 256 && seen.insert(symbol).inserted {
                if let text = firstOuterBase(of: symbol, &seen) { return text }
            }
        }
        return nil
    }

    /// How it says so, for as many as it says itself.
    func baseKinds(of type: Symbol) -> [EdgeKind] {
        let other = table.file(of: type)
        let index = type - other.first
        return other.facts.bases.filter { $0.owner == index }.map(\.kind)
    }

    func rootMember(_ name: String, _ type: Symbol) -> String? {
        let rules = table.file(of: type).language.links
        let isEnum = [.enum, .enumMember].contains(table.definition(type).kind)
        return (isEnum ? rules.enumMembers[name] : nil) ?? rules.rootMembers[name]
    }

    func ownMember(
        _ name: String, _ type: Symbol, _ sought: Sought, _ argumentCount: Int
    ) -> Value {
        note(name)
        if rules.isStrict { return strictOwnMember(name, type) }
        let path = table.path(type).appending(name)
        let own = table.fileNumber(of: type)
        var found = table.symbols(at: path)
        let extensions = table.extensionMembers(
            name, ofTypeNamed: table.definition(type).name, in: family)
        func isOfType(_ symbol: Symbol) -> Bool {
            guard case .symbols(let types, _) = extendedType(symbol) else { return false }
            return types.contains(type)
        }
        if rules.names != nil {
            // Of a class and the object that goes with it, each has its own.
            let isObject = table.definition(type).isStatic
            found = sifted(found, sought, argumentCount).filter {
                let file = table.file(of: $0)
                let parent = file.facts.definitions[$0 - file.first].parent
                return file.facts.definitions[max(0, parent)].isStatic == isObject
            }
            let companion = table.file(of: type).language.links.companion
            if found.isEmpty, !companion.isEmpty {
                found = sifted(
                    table.symbols(at: table.path(type).appending(companion).appending(name)),
                    sought, argumentCount)
            }
            if found.isEmpty {
                found = sifted(extensions, sought, argumentCount).filter(isOfType)
            }
            let inFile = found.filter { table.fileNumber(of: $0) == own }
            if !inFile.isEmpty { found = inFile }
        } else {
            // What stands in the type, and what others extend it by.
            found.removeAll {
                table.fileNumber(of: $0) != own || table.definition($0).extends != nil
            }
            found += extensions.filter(isOfType)
        }
        found.removeAll { !isSeen($0) }
        if !found.isEmpty { return .symbols(found, isSure: true) }
        return attribute(at: path, in: own)
    }

    /// - Parameter own: the file that it is in; nil for any.
    func attribute(at path: NamePath, in own: Int?) -> Value {
        var found = Value.nothing
        for (number, place) in table.attributes(at: path) where number == own ?? number {
            let attribute = table.files[number].facts.attributes[place]
            let value = leveled(number << 24 | place, attributeMemo) {
                inside(number) {
                    let value = evaluate(Expression(attribute.type).parts, attribute.owner)
                    // What has the value of a variable is not the variable.
                    guard case .symbols(let symbols, _) = value,
                        !symbols.allSatisfy({ isTypeOrCallable($0) })
                    else { return value }
                    return symbols.count == 1 ? type(of: symbols[0]) : .nothing
                }
            }
            switch (found, value) {
            case (_, .nothing): continue
            // What stands for a class or a function there is one here.
            case (.nothing, _): found = value
            case (.symbols(let symbols, _), .symbols(let others, _)) where symbols != others:
                found = .symbols(symbols + others, isSure: false)
            case (.instance(let types, _), .instance(let others, _)) where types != others:
                // It is one of them at a time.
                found = .instance(types + others, isSure: false)
            default: continue
            }
        }
        return found
    }
}
