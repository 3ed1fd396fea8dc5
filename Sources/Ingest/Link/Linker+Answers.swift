// SPDX-License-Identifier: Apache-2.0
//
// What a reference ends at, and how sure that is.

extension Linker {
    func answer(_ reference: Reference) -> Answer {
        let answer = followed(reference)
        guard answer.resolution == .unresolved else { return answer }
        if let name = reference.target.expectedMember {
            // What is expected there is not known, or has it from elsewhere.
            var implicit = reference
            implicit.target = "@any." + name
            return followed(implicit)
        }
        guard rules.hasOpenTypes, reference.target.hasSuffix("=") else { return answer }
        // `a.b = 1` calls `b=`, or sets what has been declared to be set.
        var property = reference
        property.target.removeLast()
        property.argumentCount = -1
        let other = followed(property)
        let isProperty = other.targets.allSatisfy { target in
            guard case .symbol(let symbol) = target else { return false }
            return table.definition(symbol).kind == .property
        }
        return isProperty ? other : answer
    }

    private func followed(_ reference: Reference) -> Answer {
        let expression = Expression(reference.target)
        let name = expression.last
        guard rules.isDefined else { return unresolved(name) }
        if rules.isStrict { return strictAnswer(expression, reference) }
        var part = expression.parts[expression.parts.count - 1]
        let sought = Sought(part, reference)
        if !part.isCall { part.argumentCount = reference.argumentCount }
        var value: Value = .nothing
        if expression.parts.count == 1 {
            // What it names is meant, not what that would give.
            if rules.names != nil { (part.isCall, part.isInstance) = (false, false) }
            value = evaluate(part, reference.owner, sought)
        } else {
            var receiver = evaluate(expression.parts.dropLast(), reference.owner)
            if !rules.wrapper.isEmpty { receiver = unfolded(receiver) }
            if part.isCall, reference.kind == .calls, rules.find != nil {
                // What a call gives is called: `f = a.make(); f()`.
                let value = evaluate(expression.parts, reference.owner)
                guard case .symbols = value else { return unresolved(name) }
                return answer(value, name, reference)
            }
            let isAtRoot = expression.parts.count == 2 && expression.parts[0].name == "@root"
            value =
                isAtRoot
                ? atRoot(name)
                : member(name, of: receiver, sought, argumentCount: part.argumentCount)
            if case .nothing = value {
                if reference.isValue && !isImplicit(reference) || saysNothing(expression) {
                    return unresolved(name)
                }
                if isForeign(expression.parts[0], reference.owner) {
                    return extensionInReach(name, reference)
                }
                return byName(name, receiver, reference)
            }
        }
        return answer(value, name, reference)
    }

    /// Whether a name tells nothing of what is meant where that was not found: those of bases that
    /// are unknown, and of modules.
    func saysNothing(_ expression: Expression) -> Bool {
        let first = expression.parts[0].name
        if rules.followsConstants { return true }
        return rules.names == nil
            && (first == "@super" || rules.constructors.contains(expression.last)
                || rules.hasOpenTypes && isConstant(first))
    }

    /// Whether what an expression begins with is nothing of the tree: what it has is neither.
    func isForeign(_ part: Expression.Part, _ owner: Int) -> Bool {
        guard rules.names != nil, !["?", "", "@any", "@self", "@type"].contains(part.name) else {
            return false
        }
        var name = part
        (name.isCall, name.isInstance) = (false, false)
        if case .nothing = evaluate(name, owner, Sought(part)) { return true }
        return false
    }

    func answer(_ value: Value, _ name: String, _ reference: Reference) -> Answer {
        if rules.isStrict { return strictAnswer(value, name, reference) }
        switch value {
        case .symbols(let symbols, let isSure):
            var found = withoutSecondary(symbols)
            var isSure = isSure
            var type: Symbol?
            if reference.kind == .calls || reference.isValue {
                // A field and a method may have one name: which is meant, its use says.
                let fitting = found.filter {
                    isTypeOrCallable($0) == (reference.kind == .calls)
                }
                if !fitting.isEmpty { found = fitting }
            }
            if found.count > 1, reference.kind != .imports {
                found = meant(found, asType: reference.kind != .calls && !reference.isValue)
            }
            if reference.kind == .calls {
                found = chosen(found, reference.argumentCount, reference.labels)
                if found.count > 1 { found = taking(found, reference) }
                if found.count == 1, reference.argumentCount > 0 {
                    let others = inheritedOverloads(of: found[0], reference)
                    let best = others.isEmpty ? found : taking(found + others, reference)
                    if best.count > 1 {
                        isSure = false
                    } else if rules.overloads?.isStrict ?? false, best != found,
                        canTake(found[0], reference)
                    {
                        // What a type has itself, if it can take the arguments, comes first.
                        found += best
                    } else {
                        found = best
                    }
                }
                if found.count == 1 {
                    if let constructor = constructor(found[0], reference) {
                        type = found[0]
                        found = [constructor]
                    }
                    if rules.objectsAreCalled, table.definition(found[0]).name == "apply",
                        let object = typeOf(member: found[0]),
                        table.definition(object).name == name
                    {
                        type = object
                    }
                    // What it inherits may take them instead.
                    if isSure, !canTake(found[0], reference) { isSure = false }
                    if isSure, overridesOneOfMany(found[0], reference) { isSure = false }
                }
            }
            if found.count > 1, rules.signaturesAreOne { found = withoutSignatures(found) }
            if found.count > 1, rules.hasOpenTypes { found = withoutReopenings(found, file) }
            let stored = found.filter { !table.definition($0).isExcluded }
            if reference.isValue, stored.allSatisfy({ table.definition($0).kind == .namespace }) {
                return unresolved(name)
            }
            guard !stored.isEmpty else { return unresolved(name) }
            if stored.count > 1 {
                // Overloads are of one type; others, if they are many, say nothing.
                if stored.count > Self.candidateLimit,
                    Set(stored.map { table.path($0) }).count > 1
                        || Set(stored.map { table.fileNumber(of: $0) }).count > Self.candidateLimit
                {
                    return unresolved(name)
                }
                // So many say as little.
                if stored.count > Self.targetLimit { return unresolved(name) }
                return Answer(targets: stored.map { .symbol($0) }, resolution: .ambiguous)
            }
            if found.count > 1 { isSure = false }
            return Answer(
                targets: [.symbol(stored[0])], resolution: isSure ? .exact : .probable,
                type: type)
        case .instance(let types, _):
            // A variable that is called: nothing says what it calls, or its type does.
            if reference.kind == .calls, let called = rules.callName,
                let answer = calledMember(called, of: value, reference)
            {
                return answer
            }
            if reference.kind == .calls || reference.isValue { return unresolved(name) }
            return answer(.symbols(types, isSure: false), name, reference)
        case .wrapped: return unresolved(name)
        case .module where reference.isValue || reference.kind == .calls: return unresolved(name)
        case .module(let path, let number):
            let files = number.map { [$0] } ?? files(of: path)
            let types = table.symbols(at: path)
            if files.isEmpty, types.count == 1 {
                return Answer(targets: [.symbol(types[0])], resolution: .exact)
            }
            // A module of several files is all of them.
            return whole(files, name)
        case .outer(let text):
            // What a call of something outside gives may be of the tree.
            if text.utf8.contains(UInt8(ascii: "(")), isMember(name) { return unresolved(name) }
            if isExtension(name) { return extensionInReach(name, reference) }
            return Answer(targets: [.external(text)], resolution: .external)
        case .nothing: return unresolved(name)
        }
    }

    /// Files as what an import names, apart from those that are tests.
    func whole(_ files: [Int], _ name: String) -> Answer {
        for number in files {
            dependencies.append(Self.dependency(onImportsOf: table.files[number].path))
        }
        let stored = files.map { table.files[$0].first }
            .filter { !table.definition($0).isExcluded }
        guard !stored.isEmpty else { return unresolved(name) }
        return Answer(targets: stored.map { .symbol($0) }, resolution: .exact)
    }

    /// Whether any type of the tree has a member of that name.
    func isMember(_ name: String) -> Bool {
        note(name)
        return table.symbols(named: name, in: family).contains { symbol in
            let file = table.file(of: symbol)
            return file.typeName(of: symbol - file.first) != nil
        }
    }

    /// Whether it is a name that types outside of the tree may have got in it.
    func isExtension(_ name: String) -> Bool {
        note(name)
        return rules.extensionsKeepPaths
            && table.symbols(named: name, in: family).contains {
                table.definition($0).extends != nil
            }
    }

    /// What is called on something of which nothing is known, or whose bases nobody knows: of what
    /// the tree gives types outside of it, that which is seen where it is called.
    private func extensionInReach(_ name: String, _ reference: Reference) -> Answer {
        guard reference.kind == .calls, !reference.isValue, rules.extensionsKeepPaths else {
            return unresolved(name)
        }
        note(name)
        var around: Set<Symbol> = []
        var place = reference.owner
        while place > 0 {
            around.insert(file.first + place)
            place = file.facts.definitions[place].parent
        }
        var named: Set<Symbol> = []
        if case .symbols(let found, _)? = imported(
            name, of: 0, .called, reference.argumentCount)
        {
            named = Set(found)
        }
        let found = table.symbols(named: name, in: family).filter { symbol in
            let other = table.file(of: symbol)
            let definition = other.facts.definitions[symbol - other.first]
            guard definition.extends != nil, definition.kind.isCallable, !definition.isExcluded,
                isSeen(symbol), accepts(definition, reference.argumentCount)
            else { return false }
            if case .symbols = extendedType(symbol) { return false }
            let isInReach =
                definition.parent > 0
                ? around.contains(other.first + definition.parent)
                : other.module == file.module || named.contains(symbol)
            return isInReach
        }
        guard !found.isEmpty, found.count <= Self.candidateLimit else { return unresolved(name) }
        return Answer(
            targets: found.map { .symbol($0) },
            resolution: found.count == 1 ? .probable : .ambiguous)
    }

    /// Whether a base has several that take so many arguments: of those a method overrides one.
    private func overridesOneOfMany(_ symbol: Symbol, _ reference: Reference) -> Bool {
        guard rules.names != nil, rules.overloads == nil, reference.argumentCount > 0,
            table.definition(symbol).kind == .method, table.definition(symbol).extends == nil,
            let type = typeOf(member: symbol), table.definition(type).isType
        else { return false }
        for case .type(let base) in ancestors(of: type).dropFirst() {
            if case .symbols(let found, _) = ownMember(
                table.definition(symbol).name, base, .called, reference.argumentCount),
                found.count > 1
            {
                return true
            }
        }
        return false
    }

    func unresolved(_ name: String) -> Answer {
        // `f()()`: what a call gives has no name to be known by.
        if name.isEmpty { return Answer(targets: [], resolution: .unresolved) }
        var name = rules.hasPaths && name.hasSuffix("!") ? String(name.dropLast()) : name
        if name.utf8.first == UInt8(ascii: "@") { name = shown(name) }
        return Answer(targets: [.unresolved(name)], resolution: .unresolved)
    }

    func answer(_ item: Import) -> Answer {
        var value = self.value(of: item)
        let name = item.name == "*" ? nil : item.name
        // What a file is as a whole may be nothing with a name.
        if name == nil, case .nothing = value { value = module(of: item) }
        let isPath =
            item.module.utf8.contains(UInt8(ascii: "/"))
            || rules.hasIncludes && item.name == nil && item.alias.isEmpty
        let last = name ?? (isPath ? nil : LinkedFile.parts(item.module).last) ?? item.module
        let reference = Reference(kind: .imports, target: last, line: item.line, owner: item.owner)
        var answer = answer(value, last, reference)
        if answer.resolution == .exact, case .symbol(let symbol)? = answer.targets.first,
            rules.isGuessed(item, table.file(of: symbol).path)
        {
            answer.resolution = .probable
        }
        return answer
    }

    /// More candidates than this say nothing.
    static let candidateLimit = 4
    /// The same of one type.
    static let targetLimit = 16
    /// Of more it is not asked which override which.
    private static let overrideLimit = 64

    /// What a member may be of whose value nothing is known.
    func byName(_ name: String, _ receiver: Value, _ reference: Reference) -> Answer {
        switch receiver {
        case .nothing: break
        // What it is a member of is known, and does not have it.
        default: return unresolved(name)
        }
        guard name != "?", !rules.commonMembers.contains(name) else { return unresolved(name) }
        note(name)
        let isImplicit = isImplicit(reference)
        // Of more than these none is taken away, and they are not looked at: each is in a file of
        // its own, perhaps.
        let limit =
            rules.hasIncludes || rules.signaturesAreOne ? Int.max : Self.overrideLimit
        var candidates: [Symbol] = []
        for symbol in table.symbols(named: name, in: family) {
            let file = table.file(of: symbol)
            let definition = file.facts.definitions[symbol - file.first]
            if isImplicit, !definition.isStatic && definition.kind != .enumMember { continue }
            if !definition.isExcluded && file.typeName(of: symbol - file.first) != nil
                && isSeen(symbol)
                && (definition.kind == .enumMember && isImplicit
                    || (reference.kind == .calls
                        ? definition.kind.isCallable : !rules.isStrict || definition.kind.isType))
                && accepts(definition, reference.argumentCount, reference.labels)
            {
                candidates.append(symbol)
                if candidates.count > limit { return unresolved(name) }
            }
        }
        if rules.hasIncludes { candidates = defined(candidates) }
        if candidates.count > 1 { candidates = withoutOverrides(candidates) }
        if rules.signaturesAreOne { candidates = withoutSignatures(candidates) }
        // Those of one type that its arguments do not tell apart are one candidate.
        let typeCount = Set(candidates.map { typeOf(member: $0) ?? -1 }).count
        if candidates.isEmpty { return extensionInReach(name, reference) }
        if typeCount > Self.candidateLimit
            || candidates.count > Self.targetLimit
        {
            return unresolved(name)
        }
        return Answer(
            targets: candidates.map { .symbol($0) },
            resolution: candidates.count == 1 ? .probable : .ambiguous)
    }

    /// Of members that override each other those of the outermost bases.
    func withoutOverrides(_ symbols: [Symbol]) -> [Symbol] {
        guard symbols.count <= Self.overrideLimit else { return symbols }
        let types = symbols.map { typeOf(member: $0) }
        return symbols.enumerated().filter { index, _ in
            guard let type = types[index] else { return true }
            let bases = allBases(of: type)
            return !types.enumerated().contains { other, base in
                other != index && base.map { bases.contains($0) } ?? false
            }
        }.map(\.element)
    }

    func typeOf(member symbol: Symbol) -> Symbol? {
        let file = table.file(of: symbol)
        let definition = file.facts.definitions[symbol - file.first]
        if definition.extends == nil {
            return definition.parent > 0 ? file.first + definition.parent : nil
        }
        if case .symbols(let types, _) = extendedType(symbol) { return types.first }
        return nil
    }

    func allBases(of type: Symbol) -> Set<Symbol> {
        var all: Set<Symbol> = []
        var pending = [type]
        while let type = pending.popLast(), all.count < 256 {
            for case .symbols(let bases, _) in self.bases(of: type) {
                for base in bases where all.insert(base).inserted { pending.append(base) }
            }
        }
        return all
    }

    func accepts(
        _ definition: LinkFacts.Definition, _ argumentCount: Int, _ labels: String? = nil
    ) -> Bool {
        if let labels, let own = definition.labels { return Labels.match(labels, own) }
        guard argumentCount >= 0, let arguments = definition.arguments else { return true }
        return arguments.contains(argumentCount)
    }

    /// Without those that only say what another one is.
    func withoutSecondary(_ symbols: [Symbol]) -> [Symbol] {
        guard symbols.count > 1 else { return symbols }
        let primary = symbols.filter { !table.definition($0).isSecondary }
        return primary.isEmpty ? symbols : primary
    }

    /// Without what only declares another, and of the signatures of one function but the first.
    func withoutSignatures(_ symbols: [Symbol]) -> [Symbol] {
        guard symbols.count > 1 else { return symbols }
        let sources = Set(
            symbols.filter { !table.definition($0).isDeclaration }
                .map { table.qualifiedName($0) })
        let found = symbols.filter {
            let definition = table.definition($0)
            return !definition.isDeclaration || !sources.contains(table.qualifiedName($0))
        }
        let isOne = found.allSatisfy {
            let definition = table.definition($0)
            return definition.kind.isCallable
                && (definition.isSecondary || definition.isDeclaration)
                && table.path($0) == table.path(found[0])
                && table.fileNumber(of: $0) == table.fileNumber(of: found[0])
        }
        return isOne ? Array(found.prefix(1)) : found
    }

    /// Of a method and a field with one name that which is called, or is not.
    func fitting(_ symbols: [Symbol], isCall: Bool) -> [Symbol] {
        let found = symbols.filter { symbol in
            let definition = table.definition(symbol)
            let isCallable = definition.kind.isCallable && !definition.isAccessor
            return isCallable == isCall || definition.isType
        }
        return found.isEmpty ? symbols : found
    }

    /// Of what one name is as a type and as a value, that which is asked for.
    func meant(_ symbols: [Symbol], asType: Bool) -> [Symbol] {
        let found = symbols.filter { symbol in
            let kind = table.definition(symbol).kind
            if asType { return kind.isType || kind == .typeAlias }
            return ![.interface, .typeAlias, .namespace, .module].contains(kind)
        }
        return found.isEmpty ? symbols : found
    }

    /// Of several with one name those that take so many arguments, if that decides.
    func chosen(
        _ symbols: [Symbol], _ argumentCount: Int, _ labels: String? = nil
    ) -> [Symbol] {
        let symbols = withoutSecondary(symbols)
        guard symbols.count > 1, argumentCount >= 0 || labels != nil else { return symbols }
        let fitting = symbols.filter { accepts(table.definition($0), argumentCount, labels) }
        return fitting.isEmpty ? symbols : fitting
    }

    /// What calling a type calls, if it says so itself, or has it from its bases.
    func constructor(_ symbol: Symbol, _ reference: Reference) -> Symbol? {
        let type = table.definition(symbol)
        let rules = table.file(of: symbol).language.links
        guard type.isType, !rules.constructors.isEmpty else { return nil }
        // It is what its own parameters make.
        if type.arguments != nil, accepts(type, reference.argumentCount) { return nil }
        for name in rules.constructors.sorted() {
            let name = name.isEmpty ? table.definition(symbol).name : name
            let made =
                rules.inheritsConstructors
                ? memberOfType(name, symbol, .called, reference.argumentCount)
                : ownMember(name, symbol, .called, reference.argumentCount)
            if case .symbols(let found, true) = made {
                var fitting = found.filter {
                    accepts(table.definition($0), reference.argumentCount, reference.labels)
                }
                if rules.hasIncludes { fitting = defined(fitting) }
                if fitting.count > 1 { fitting = taking(fitting, reference) }
                if fitting.count == 1 { return fitting[0] }
            }
        }
        return nil
    }
}
