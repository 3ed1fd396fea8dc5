// SPDX-License-Identifier: Apache-2.0
//
// Names of languages in which all that has a name says what it is: Rust, Go, C, C++. What is called
// has a type that is written down, so values are followed through pointers and what holds them;
// which things of one name are meant, paths, packages or includes say.

extension Linker {
    // MARK: - Answers

    func strictAnswer(_ expression: Expression, _ reference: Reference) -> Answer {
        var expression = expression
        while let last = expression.parts.last?.name, Self.marks.contains(last) {
            expression.parts.removeLast()
        }
        if expression.parts.isEmpty { return unresolved("") }
        let name = expression.last
        // What a value does that is called, its type does not say.
        let last = expression.parts[expression.parts.count - 1]
        if reference.kind == .calls, last.isCall || last.isInstance || last.isWrapped {
            return unresolved(name)
        }
        var value: Value = .nothing
        if expression.parts.count == 1 {
            // Of a tag and a function with one name, what the name is used for says which is meant.
            let isBare = rules.hasIncludes && !"@:?".contains(last.name.first ?? "?")
            value =
                isBare
                ? strictLookUp(last.name, reference.owner) : evaluate(last, reference.owner)
        } else {
            let path = expression.parts.dropLast()
            let receiver = evaluate(path, reference.owner)
            value = strictMember(name, of: receiver)
            if case .nothing = value {
                // A path says where its name is.
                if reference.isValue
                    || path.first?.name.hasPrefix(":") ?? false
                        && !path.contains(where: { $0.isCall || $0.isInstance })
                {
                    return unresolved(name)
                }
                return byName(name, receiver, reference)
            }
        }
        if reference.kind == .calls {
            value = fitting(value, ofReceiver: expression.parts.dropLast(), reference)
        }
        return strictAnswer(value, name, reference)
    }

    func strictAnswer(_ value: Value, _ name: String, _ reference: Reference) -> Answer {
        switch value {
        case .symbols(let symbols, var isSure):
            var found = fitting(symbols, reference)
            var type: Symbol?
            if reference.kind == .calls {
                found = chosen(found, reference.argumentCount)
                // Another must be meant that is not seen.
                if rules.hasIncludes, found.count == 1,
                    !accepts(table.definition(found[0]), reference.argumentCount)
                {
                    isSure = false
                }
                if found.count == 1,
                    let constructor = constructor(found[0], reference)
                {
                    type = found[0]
                    found = [constructor]
                }
            }
            if rules.hasIncludes {
                found = defined(nearest(found))
                // A name space is one, wherever parts of it stand.
                if found.count > 1,
                    found.allSatisfy({ table.definition($0).kind == .namespace })
                {
                    (found, isSure) = ([found[0]], false)
                }
            }
            let stored = found.filter { !table.definition($0).isExcluded }
            // So many say nothing.
            if stored.isEmpty
                || stored.count > 2 * Self.candidateLimit && reference.kind != .imports
            {
                return unresolved(name)
            }
            if stored.count > 1 {
                return Answer(targets: stored.map { .symbol($0) }, resolution: .ambiguous)
            }
            if found.count > 1 { isSure = false }
            // Another branch may leave the name to a function, or to the system's.
            let definition = table.definition(stored[0])
            let isBuiltIn =
                (definition.kind == .macro || rules.hasIncludes && definition.isSecondary)
                && rules.builtIns.contains(name)
            // What stands in for the system's where that has it not, most often is not meant.
            if isBuiltIn, definition.isSecondary, reference.kind == .calls {
                return Answer(
                    targets: [.external("\(rules.builtInModule).\(name)")], resolution: .external)
            }
            if definition.isSecondary || isBuiltIn { isSure = false }
            return Answer(
                targets: [.symbol(stored[0])], resolution: isSure ? .exact : .probable, type: type)
        case .instance(let types, _):
            // A variable that is called: nothing says what it calls.
            if reference.kind == .calls || reference.isValue { return unresolved(name) }
            return strictAnswer(.symbols(types, isSure: false), name, reference)
        case .module where reference.isValue || reference.kind == .calls && rules.hasPaths:
            return unresolved(name)
        case .module(let path, let number):
            let files = number.map { [$0] } ?? files(of: path)
            let inFile = table.symbols(at: path).filter { table.definition($0).kind == .module }
            if rules.hasPaths, files.isEmpty, inFile.count == 1 {
                return Answer(targets: [.symbol(inFile[0])], resolution: .exact)
            }
            var isPackage = false
            if case .directory = rules.layout { isPackage = reference.kind == .imports }
            guard files.count == 1 || isPackage && !files.isEmpty else { return unresolved(name) }
            return whole(files, name)
        case .outer(let text):
            // What a call of something outside gives may be of the tree.
            if text.utf8.contains(UInt8(ascii: "(")), isMember(name) { return unresolved(name) }
            let isMacro = rules.hasPaths && text.hasSuffix("!")
            return Answer(
                targets: [.external(isMacro ? String(text.dropLast()) : text)],
                resolution: .external)
        case .wrapped, .nothing: return unresolved(name)
        }
    }

    /// Of several things with one name those that can be what is referred to.
    private func fitting(_ symbols: [Symbol], _ reference: Reference) -> [Symbol] {
        let isC = file.language.name == "c"
        let isTag = rules.hasIncludes && reference.kind == .calls || isC && reference.isValue
        guard symbols.count > 1 || isTag, rules.hasPaths || rules.hasIncludes else {
            return symbols
        }
        func those(_ test: (EntityKind) -> Bool) -> [Symbol]? {
            let found = symbols.filter { test(table.definition($0).kind) }
            return found.isEmpty ? nil : found
        }
        switch reference.kind {
        case .calls:
            if rules.hasPaths, let found = those({ $0.isCallable && $0 != .macro }) {
                return found
            }
            // In C a tag is no name of its own.
            if isC {
                return those(\.isCallable) ?? those { !$0.isType } ?? []
            }
            return those(\.isCallable) ?? those(\.isType) ?? those { $0 == .typeAlias } ?? symbols
        case .extends, .implements:
            return those(\.isType) ?? those { $0 == .typeAlias } ?? symbols
        case .uses where !reference.isValue:
            return those(\.isType) ?? those { $0 == .typeAlias } ?? (rules.hasPaths ? symbols : [])
        case .uses:
            if isC { return those { !$0.isType || $0 == .enumMember } ?? [] }
            return those { !$0.isType && $0 != .module && $0 != .namespace } ?? symbols
        default: return symbols
        }
    }

    // MARK: - Expressions

    func strictEvaluate(_ parts: [Expression.Part], _ owner: Int) -> Value {
        var value: Value
        var count = 1
        if parts[0].name.hasPrefix(":") {
            (value, count) = start(ofPath: parts, owner)
            value = applied(value, parts[count - 1])
        } else {
            value = evaluate(parts[0], owner)
        }
        for part in parts.dropFirst(count) {
            note(part.name)
            // Before `::` a module is meant, also where a function has its name.
            if rules.hasPaths, case .module(let path, _) = value, !part.isCall, !part.isInstance,
                table.hasModule(path.appending(part.name))
            {
                value = .module(path.appending(part.name), file: nil)
                continue
            }
            // A variable's members are its value's.
            if case .symbols(let symbols, _) = value, let first = symbols.first,
                !isTypeOrCallable(first), table.definition(first).kind != .typeAlias
            {
                value = type(of: first)
            }
            let found = strictMember(part.name, of: value)
            switch (value, found) {
            // What is in it, and no function that would be called.
            case (.wrapped, _): value = found
            case (.instance, .nothing) where rules.copiers.contains(part.name): break
            case (.symbols, .nothing), (.symbols, .outer):
                value =
                    rules.copiers.contains(part.name) ? instance(of: value) : applied(found, part)
            default: value = applied(found, part)
            }
        }
        return value
    }

    func strictResult(of value: Value, _ argumentCount: Int) -> Value {
        switch value {
        case .symbols(let symbols, let isSure):
            let symbols = chosen(symbols, argumentCount)
            let callables = symbols.filter { table.definition($0).kind.isCallable }
            if callables.isEmpty || !rules.hasIncludes, symbols.contains(where: { isType($0) }) {
                return .instance(symbols.filter { isType($0) }, isSure: isSure)
            }
            // All that it may be must say the same.
            guard let first = callables.first,
                callables.allSatisfy({
                    $0 == first
                        || isSameType(table.definition($0).type, table.definition(first).type)
                })
            else { return .nothing }
            // What they name may be something else beside each.
            let isSure = isSure && (callables.count == 1 || rules.hasIncludes)
            switch type(of: first) {
            case .instance(let types, let isTypeSure):
                return .instance(types, isSure: isSure && isTypeSure)
            case .wrapped(let types, let isTypeSure):
                return .wrapped(types, isSure: isSure && isTypeSure)
            case let value: return value
            }
        case .outer(let text): return .outer(text + "()")
        default: return .nothing
        }
    }

    // MARK: - Names

    func strictLookUp(_ name: String, _ owner: Int) -> Value {
        note(name)
        if rules.hasPaths, name.hasSuffix("!") { return macro(name) }
        let facts = file.facts
        func isOwn(_ symbol: Symbol) -> Bool {
            symbol >= file.first && symbol < file.first + facts.definitions.count
        }
        var place = owner
        var isInner = true
        while place > 0 {
            let definition = facts.definitions[place]
            if definition.kind.isCallable || !definition.kind.isType {
                let isSpace = definition.kind == .namespace || definition.kind == .module
                let found = table.symbols(at: file.paths[place].appending(name)).filter {
                    isSpace || isOwn($0)
                }
                if !found.isEmpty { return seen(found) }
                if let outer = strictImported(name, of: place) { return outer }
                if let value = globbed(name, in: place) { return value }
                if isSpace, rules.hasIncludes,
                    let value = besideOpener(name, ofSpace: facts.qualifiedName(place))
                {
                    return value
                }
                if definition.kind == .module, rules.hasPaths { return prelude(name) }
            } else if rules.hasImplicitSelf || isInner && rules.hasTypeScope,
                let value = bareMember(name, file.first + place)
            {
                return value
            }
            if definition.extends != nil, rules.hasImplicitSelf,
                case .symbols(let types, _) = extendedType(file.first + place)
            {
                for type in types {
                    if let value = bareMember(name, type) { return value }
                }
            }
            if let extended = definition.extends, rules.hasIncludes,
                let value = around(name, extended)
            {
                return value
            }
            isInner = false
            place = definition.parent
        }
        let found = table.symbols(at: file.module.appending(name))
        if !found.isEmpty, rules.hasIncludes {
            let value = seen(found)
            // What nobody includes is less likely than what the system has.
            if case .symbols(_, isSure: false) = value, rules.builtIns.contains(name) {
                return prelude(name)
            }
            return value
        }
        if !found.isEmpty {
            // What the file has itself comes before what others of its module have.
            let own = found.filter(isOwn)
            return .symbols(own.isEmpty ? found : own, isSure: true)
        }
        return strictImported(name, of: 0) ?? globbed(name, in: 0) ?? prelude(name)
    }

    private func bareMember(_ name: String, _ type: Symbol) -> Value? {
        let value = memberOfType(name, type, .any, -1)
        guard case .symbols(let found, _) = value,
            !found.allSatisfy({ table.definition($0).kind == .constructor })
        else { return nil }
        return value
    }

    private func globbed(_ name: String, in owner: Int) -> Value? {
        for index in file.wildcards where file.facts.imports[index].owner == owner {
            let item = file.facts.imports[index]
            let value = strictMember(
                name, ofModule: module(of: item), depth: 0,
                isGlob: !rules.globsImports && !item.module.hasPrefix("super"))
            switch value {
            case .nothing, .outer: continue
            default: return value
            }
        }
        return nil
    }

    /// What names stand for that need no import.
    private func prelude(_ name: String) -> Value {
        if rules.builtIns.contains(name) { return .outer("\(rules.builtInModule).\(name)") }
        return rules.outerModules.contains(name) ? .outer(name) : .nothing
    }

    /// What several imports of one name give together: which of them counts, a condition may say
    /// that is no part of the language proper.
    private func together(_ values: [Value]) -> Value? {
        var symbols: [Symbol] = []
        var modules: Set<NamePath> = []
        for value in values {
            switch value {
            case .symbols(let found, _):
                for symbol in found where !symbols.contains(symbol) { symbols.append(symbol) }
            case .module(let path, _): modules.insert(path)
            default: continue
            }
        }
        if modules.count > 1 { return .nothing }
        return symbols.count > 1 ? .symbols(symbols, isSure: true) : nil
    }

    private func strictImported(_ name: String, of owner: Int) -> Value? {
        let items = imports(named: name).map { file.facts.imports[$0] }
            .filter { $0.owner == owner }
        if rules.hasPaths, items.count > 1, let all = together(items.map { value(of: $0) }) {
            return all
        }
        return items.last.map { value(of: $0) }
    }

    // MARK: - Modules

    func strictMember(
        _ name: String, ofModule module: Value, depth: Int, isGlob: Bool = false
    ) -> Value {
        guard depth < Self.depthLimit else { return .nothing }
        switch module {
        case .outer(let text): return .outer("\(text).\(name)")
        case .symbols, .instance, .wrapped: return strictMember(name, of: module)
        case .nothing: return .nothing
        case .module(let path, let number):
            note(name)
            let inner = path.appending(name)
            var found = table.symbols(at: inner)
            if let number { found = found.filter { table.fileNumber(of: $0) == number } }
            if rules.hasPaths, name.hasSuffix("!") { return macro(name, of: path) }
            if !found.isEmpty { return seen(found) }
            for symbol in table.symbols(at: path) where isSpace(symbol) {
                let other = table.file(of: symbol)
                let value = inside(table.fileNumber(of: symbol)) {
                    strictExported(name, symbol - other.first, depth: depth, isGlob: isGlob)
                }
                if case .nothing = value { continue }
                return value
            }
            for number in number.map({ [$0] }) ?? files(of: path) {
                let value = inside(number) {
                    strictExported(name, 0, depth: depth, isGlob: isGlob)
                }
                if case .nothing = value { continue }
                return value
            }
            if table.hasModule(inner) { return .module(inner, file: nil) }
            if rules.hasIncludes, let space = table.symbols(at: path).first(where: isSpace) {
                let other = table.file(of: space)
                let full = other.facts.qualifiedName(space - other.first)
                if let value = besideOpener(name, ofSpace: full) { return value }
            }
            return rules.hasPaths ? macro(name, of: path) : .nothing
        }
    }

    private func isSpace(_ symbol: Symbol) -> Bool {
        [.module, .namespace].contains(table.definition(symbol).kind)
    }

    /// What a file, or a module in it, hands on under a name.
    private func strictExported(_ name: String, _ owner: Int, depth: Int, isGlob: Bool) -> Value {
        let key = Handed(
            file: table.fileNumber(of: file.first), name: name, owner: owner, isGlob: isGlob,
            depth: depth, level: level, looksAtBases: looksAtBases)
        return handed(key) { findStrictExported(name, owner, depth: depth, isGlob: isGlob) }
    }

    private func findStrictExported(
        _ name: String, _ owner: Int, depth: Int, isGlob: Bool
    ) -> Value {
        func isOffered(_ item: Import) -> Bool {
            item.owner == owner && (item.isExported || rules.exportsImports && !isGlob)
        }
        let items = file.imports(named: name).map { file.facts.imports[$0] }
        if rules.hasPaths {
            let offered = items.filter { $0.owner == owner && ($0.isExported || !isGlob) }
            if offered.count > 1,
                let all = together(
                    offered.map {
                        strictMember(
                            $0.name ?? "*", ofModule: module(of: $0), depth: depth + 1)
                    })
            {
                return all
            }
        }
        if let item = items.last(where: isOffered) {
            let module = self.module(of: item)
            guard let name = item.name, name != "*" else { return module }
            return strictMember(name, ofModule: module, depth: depth + 1)
        }
        for index in file.wildcards where isOffered(file.facts.imports[index]) {
            let value = strictMember(
                name, ofModule: module(of: file.facts.imports[index]), depth: depth + 1,
                isGlob: !rules.globsImports)
            switch value {
            case .nothing, .outer: continue
            default: return value
            }
        }
        return .nothing
    }

    // MARK: - Members

    func strictMember(_ name: String, of value: Value) -> Value {
        if Self.marks.contains(name) { return value }
        switch value {
        case .nothing: return .nothing
        // What is in it may be of the tree: what a call gives is no less known.
        case .outer(let text) where name.hasPrefix("@"): return .outer(text + "()")
        case .outer(let text): return name == "?" ? .nothing : .outer("\(text).\(name)")
        case .module: return strictMember(name, ofModule: value, depth: 0)
        case .wrapped(let types, let isSure):
            if name.hasPrefix("@") || rules.unwrappers.contains(name) {
                return .instance(types, isSure: isSure)
            }
            return rules.rewrappers.contains(name) ? value : .nothing
        case .instance(let types, let isSure):
            if name.hasPrefix("@") { return operated(name, value) }
            return member(
                name, ofTypes: types, isSure: isSure && !rules.copiers.contains(name), .any, -1)
        case .symbols(let symbols, let isSure):
            guard let first = symbols.first else { return .nothing }
            if name.hasPrefix("@") {
                return isTypeOrCallable(first)
                    ? .nothing : strictMember(name, of: type(of: first))
            }
            let types = symbols.filter { isType($0) }
            if !types.isEmpty { return member(name, ofTypes: types, isSure: isSure, .any, -1) }
            let path = table.path(first)
            let kind = table.definition(first).kind
            // A function may have the name of a module.
            if kind == .namespace || kind == .module
                || kind.isCallable && rules.hasPaths && table.hasModule(path)
            {
                return strictMember(name, ofModule: .module(path, file: nil), depth: 0)
            }
            if kind.isCallable { return .nothing }
            if kind == .typeAlias {
                let types = self.types(in: value)
                guard case .symbols = types else { return .nothing }
                return strictMember(name, of: types)
            }
            return strictMember(name, of: type(of: first))
        }
    }

    func strictOwnMember(_ name: String, _ type: Symbol) -> Value {
        let path = table.path(type).appending(name)
        var found = table.symbols(at: path)
        if found.isEmpty {
            let typeName = table.definition(type).name
            found = table.extensionMembers(name, ofTypeNamed: typeName, in: family).filter {
                if case .symbols(let types, _) = extendedType($0) {
                    types.contains(type)
                } else {
                    false
                }
            }
        }
        let own = table.fileNumber(of: type)
        let inFile = found.filter { table.fileNumber(of: $0) == own }
        if !inFile.isEmpty { return .symbols(inFile, isSure: true) }
        if !found.isEmpty { return .symbols(found, isSure: true) }
        return attribute(at: path, in: own)
    }

    // MARK: - Types

    /// The type that a member belongs to which stands outside of it, named where that is.
    func strictExtendedType(_ text: String, _ other: LinkedFile, _ symbol: Symbol) -> Value {
        let parent = max(0, other.facts.definitions[symbol - other.first].parent)
        let prefix = other.facts.qualifiedName(parent) + "."
        let isInside = parent > 0 && text.hasPrefix(prefix)
        let own = isInside ? String(text.dropFirst(prefix.count)) : text
        return types(in: evaluate(typeParts(own), isInside ? parent : 0))
    }

    /// The name of a type as it stands in the text.
    func typeParts(_ text: String) -> [Expression.Part] {
        let isPath = rules.hasPaths && text.utf8.contains(UInt8(ascii: "."))
        return Expression(isPath ? ":" + text : text).parts
    }
}
