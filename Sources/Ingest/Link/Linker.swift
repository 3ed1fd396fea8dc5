// SPDX-License-Identifier: Apache-2.0
//
// What references mean: a pure function of the facts of all files. An expression is followed name by
// name, each by the rules of its language; where that leads to one definition, the edge is exact.

/// How sure an edge is.
enum Resolution: String, Sendable {
    /// The one definition that scope, import or declared type give.
    case exact
    /// The one definition that there is by its name, or by a rule that may have exceptions.
    case probable
    /// One of several.
    case ambiguous
    case external, unresolved

    /// The surest is the least.
    var rank: Int {
        switch self {
        case .exact: 0
        case .probable: 1
        case .external: 2
        case .ambiguous: 3
        case .unresolved: 4
        }
    }
}

struct Link: Sendable, Hashable {
    enum Target: Sendable, Hashable {
        case symbol(Symbol)
        case external(String)
        case unresolved(String)
    }

    var from: Int
    var kind: EdgeKind
    var target: Target
}

/// Links one file after the other. Of one thread.
final class Linker {
    let table: SymbolTable
    private(set) var file: LinkedFile
    private(set) var rules: LinkRules
    private(set) var family: NamePath
    /// What a definition is, or extends, may follow from what another is, and that from a third. So
    /// many may stand behind each other: an answer depends on nothing but the question then, not on
    /// what was asked before.
    private static let levelLimit = 10
    private var level = Linker.levelLimit
    /// Whether anything was left out for want of levels.
    private var isCut = false
    private let typeMemo = Memo()
    private let extendedMemo = Memo()
    private let attributeMemo = Memo()
    private let importMemo = Memo()
    private var importNumbers: [ImportKey: Int] = [:]
    /// Which files a file includes, with what those do.
    var included: [Int: Set<Int32>] = [:]
    private var baseMemo: [Symbol: [Value]] = [:]
    /// While bases are looked for, members are those of types themselves.
    private var looksAtBases = true

    init(_ table: SymbolTable) {
        self.table = table
        file = table.files[0]
        rules = file.language.links
        family = NamePath(family: file.language.family)
    }

    /// What a part of an expression stands for.
    enum Value {
        /// The definitions themselves, and whether there can be no other.
        case symbols([Symbol], isSure: Bool)
        /// Values of these types.
        case instance([Symbol], isSure: Bool)
        /// Something that has such values in it.
        case wrapped([Symbol], isSure: Bool)
        case module(NamePath, file: Int?)
        case outer(String)
        case nothing
    }

    struct Answer {
        var targets: [Link.Target]
        var resolution: Resolution
        /// Whose constructor is called.
        var type: Symbol?

        /// Whether it is a definition of the tree that is no whole file.
        var isInner: Bool { resolution == .exact || resolution == .probable }
    }

    /// All that a file refers to, in the order of the references.
    func links(of number: Int) -> [(link: Link, resolution: Resolution, line: Int)] {
        enter(number)
        var links: [(link: Link, resolution: Resolution, line: Int)] = []
        var known: [Question: Answer] = [:]
        let facts = file.facts
        func add(_ from: Int, _ kind: EdgeKind, _ answer: Answer, _ line: Int) {
            for target in answer.targets {
                links.append(
                    (Link(from: from, kind: kind, target: target), answer.resolution, line))
            }
        }
        for item in facts.imports where !facts.definitions[item.owner].isExcluded {
            add(item.owner, .imports, answer(item), item.line)
        }
        for references in [facts.bases, facts.references] {
            for reference in references where !facts.definitions[reference.owner].isExcluded {
                let question = Question(
                    target: reference.target, owner: reference.owner, kind: reference.kind,
                    argumentCount: reference.argumentCount, isValue: reference.isValue)
                let answer: Answer
                if let before = known[question] {
                    answer = before
                } else {
                    answer = self.answer(reference)
                    known[question] = answer
                }
                if reference.isValue, !answer.isInner { continue }
                add(reference.owner, reference.kind, answer, reference.line)
                if let type = answer.type {
                    let use = Answer(targets: [.symbol(type)], resolution: answer.resolution)
                    add(reference.owner, .uses, use, reference.line)
                }
            }
        }
        return links
    }

    private struct ImportKey: Hashable {
        let file: Int
        let owner: Int
        let module: String
    }

    private struct Question: Hashable {
        let target: String
        let owner: Int
        let kind: EdgeKind
        let argumentCount: Int
        let isValue: Bool
    }

    private func enter(_ number: Int) {
        file = table.files[number]
        rules = file.language.links
        family = NamePath(family: file.language.family)
    }

    /// Does something as if it stood in another file.
    func inside<Result>(_ number: Int, _ body: () -> Result) -> Result {
        let outer = file
        file = table.files[number]
        rules = file.language.links
        family = NamePath(family: file.language.family)
        defer {
            file = outer
            rules = file.language.links
            family = NamePath(family: file.language.family)
        }
        return body()
    }

    // MARK: - Answers

    private func answer(_ reference: Reference) -> Answer {
        let expression = Expression(reference.target)
        let name = expression.last
        // What a value does that is called, its type does not say.
        let last = expression.parts[expression.parts.count - 1]
        if rules.isStrict, reference.kind == .calls,
            last.isCall || last.isInstance || last.isWrapped
        {
            return unresolved(name)
        }
        var value: Value = .nothing
        if expression.parts.count == 1 {
            value = evaluate(expression.parts[0], reference.owner)
        } else {
            let receiver = evaluate(expression.parts.dropLast(), reference.owner)
            value = member(name, of: receiver, argumentCount: reference.argumentCount)
            if case .nothing = value {
                if reference.isValue { return unresolved(name) }
                // A path says where its name is.
                let path = expression.parts.dropLast()
                if path.first?.name.hasPrefix(":") ?? false,
                    !path.contains(where: { $0.isCall || $0.isInstance })
                {
                    return unresolved(name)
                }
                return byName(name, receiver, reference)
            }
        }
        return answer(value, name, reference)
    }

    private func answer(_ value: Value, _ name: String, _ reference: Reference) -> Answer {
        switch value {
        case .symbols(let symbols, let isSure):
            var found = symbols
            var isSure = isSure
            var type: Symbol?
            found = fitting(found, reference)
            if reference.kind == .calls {
                found = chosen(found, argumentCount: reference.argumentCount)
                if found.count == 1,
                    let constructor = constructor(found[0], reference.argumentCount)
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
            guard !stored.isEmpty else { return unresolved(name) }
            // So many say nothing.
            if rules.isStrict, stored.count > 2 * Self.candidateLimit,
                reference.kind != .imports
            {
                return unresolved(name)
            }
            if stored.count > 1 {
                return Answer(targets: stored.map { .symbol($0) }, resolution: .ambiguous)
            }
            if found.count > 1 { isSure = false }
            return Answer(
                targets: [.symbol(stored[0])], resolution: isSure ? .exact : .probable,
                type: type)
        case .instance(let types, _):
            // A variable that is called: nothing says what it calls.
            if reference.kind == .calls || reference.isValue { return unresolved(name) }
            return answer(.symbols(types, isSure: false), name, reference)
        case .wrapped: return unresolved(name)
        case .module where reference.isValue: return unresolved(name)
        case .module where reference.kind == .calls && rules.hasPaths: return unresolved(name)
        case .module(let path, let number):
            let files = number.map { [$0] } ?? table.files(of: path)
            let inFile = table.symbols(at: path).filter { table.definition($0).kind == .module }
            if rules.hasPaths, files.isEmpty, inFile.count == 1 {
                return Answer(targets: [.symbol(inFile[0])], resolution: .exact)
            }
            if case .directory = rules.layout, reference.kind == .imports, !files.isEmpty {
                return Answer(
                    targets: files.map { .symbol(table.files[$0].first) }, resolution: .exact)
            }
            guard files.count == 1 else { return unresolved(name) }
            return Answer(
                targets: [.symbol(table.files[files[0]].first)], resolution: .exact)
        case .outer(let text):
            // What a call of something outside gives may be of the tree.
            if text.utf8.contains(UInt8(ascii: "(")), isMember(name) { return unresolved(name) }
            let isMacro = rules.hasPaths && text.hasSuffix("!")
            return Answer(
                targets: [.external(isMacro ? String(text.dropLast()) : text)],
                resolution: .external)
        case .nothing: return unresolved(name)
        }
    }

    /// Whether any type of the tree has a member of that name.
    private func isMember(_ name: String) -> Bool {
        table.symbols(named: name, in: family).contains { symbol in
            let file = table.file(of: symbol)
            return file.typeName(of: symbol - file.first) != nil
        }
    }

    private func unresolved(_ name: String) -> Answer {
        let name = rules.hasPaths && name.hasSuffix("!") ? String(name.dropLast()) : name
        return Answer(targets: [.unresolved(name)], resolution: .unresolved)
    }

    private func answer(_ item: Import) -> Answer {
        let value = self.value(of: item)
        let name = item.name == "*" ? nil : item.name
        var last = name ?? LinkedFile.parts(item.module).last ?? item.module
        if case .directory = rules.layout { last = item.module }
        if rules.hasIncludes, item.name == nil, item.alias.isEmpty { last = item.module }
        let reference = Reference(kind: .imports, target: last, line: item.line, owner: item.owner)
        return answer(value, last, reference)
    }

    /// More candidates than this say nothing.
    private static let candidateLimit = 4

    /// What a member may be of whose value nothing is known.
    private func byName(_ name: String, _ receiver: Value, _ reference: Reference) -> Answer {
        switch receiver {
        case .nothing: break
        // What it is a member of is known, and does not have it.
        default: return unresolved(name)
        }
        guard name != "?", !rules.commonMembers.contains(name) else { return unresolved(name) }
        var candidates = table.symbols(named: name, in: family).filter { symbol in
            let file = table.file(of: symbol)
            let definition = file.facts.definitions[symbol - file.first]
            return !definition.isExcluded && file.typeName(of: symbol - file.first) != nil
                && (reference.kind == .calls
                    ? definition.kind.isCallable : !rules.isStrict || definition.kind.isType)
                && accepts(definition, reference.argumentCount)
        }
        if rules.hasIncludes { candidates = defined(candidates) }
        if candidates.count > 1 { candidates = withoutOverrides(candidates) }
        if candidates.isEmpty || candidates.count > Self.candidateLimit { return unresolved(name) }
        return Answer(
            targets: candidates.map { .symbol($0) },
            resolution: candidates.count == 1 ? .probable : .ambiguous)
    }

    /// Of members that override each other those of the outermost bases.
    private func withoutOverrides(_ symbols: [Symbol]) -> [Symbol] {
        guard symbols.count <= 64 else { return symbols }
        let types = symbols.map { typeOf(member: $0) }
        return symbols.enumerated().filter { index, _ in
            guard let type = types[index] else { return true }
            let bases = allBases(of: type)
            return !types.enumerated().contains { other, base in
                other != index && base.map { bases.contains($0) } ?? false
            }
        }.map(\.element)
    }

    private func typeOf(member symbol: Symbol) -> Symbol? {
        let file = table.file(of: symbol)
        let definition = file.facts.definitions[symbol - file.first]
        if definition.extends == nil {
            return definition.parent > 0 ? file.first + definition.parent : nil
        }
        if case .symbols(let types, _) = extendedType(symbol) { return types.first }
        return nil
    }

    private func allBases(of type: Symbol) -> Set<Symbol> {
        var all: Set<Symbol> = []
        var pending = [type]
        while let type = pending.popLast(), all.count < 256 {
            for case .symbols(let bases, _) in self.bases(of: type) {
                for base in bases where all.insert(base).inserted { pending.append(base) }
            }
        }
        return all
    }

    private func accepts(_ definition: LinkFacts.Definition, _ argumentCount: Int) -> Bool {
        guard argumentCount >= 0, let arguments = definition.arguments else { return true }
        return arguments.contains(argumentCount)
    }

    /// Of several with one name those that take so many arguments, if that decides.
    private func chosen(_ symbols: [Symbol], argumentCount: Int) -> [Symbol] {
        guard symbols.count > 1, argumentCount >= 0 else { return symbols }
        let fitting = symbols.filter { accepts(table.definition($0), argumentCount) }
        return fitting.isEmpty ? symbols : fitting
    }

    /// What calling a type calls, if it says so itself.
    private func constructor(_ symbol: Symbol, _ argumentCount: Int) -> Symbol? {
        guard table.definition(symbol).kind.isType, !rules.constructors.isEmpty else { return nil }
        for name in rules.constructors.sorted() {
            let name = name.isEmpty ? table.definition(symbol).name : name
            if case .symbols(let found, _) = ownMember(name, symbol) {
                var chosen = chosen(found, argumentCount: argumentCount)
                if rules.hasIncludes { chosen = defined(chosen) }
                if chosen.count == 1 { return chosen[0] }
            }
        }
        return nil
    }

    // MARK: - Expressions

    /// An expression in parts, with what is said of each.
    struct Expression {
        struct Part {
            var name: String
            var isCall = false
            var isInstance = false
            var isWrapped = false
            var argumentCount = -1
        }

        var parts: [Part]
        var last: String {
            let name = parts[parts.count - 1].name
            return name.hasPrefix(":") ? String(name.dropFirst()) : name
        }

        init(_ text: String) {
            parts = []
            var name: [UInt8] = []
            var part = Part(name: "")
            var isInArguments = false
            func end(_ part: inout Part, _ name: inout [UInt8], _ parts: inout [Part]) {
                part.name = String(decoding: name, as: UTF8.self)
                parts.append(part)
                part = Part(name: "")
                name.removeAll(keepingCapacity: true)
            }
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "("):
                    if part.isCall {
                        // What a call gives is called.
                        end(&part, &name, &parts)
                        part.name = ""
                    }
                    part.isCall = true
                    isInArguments = true
                case UInt8(ascii: ")"): isInArguments = false
                case UInt8(ascii: "^"): part.isInstance = true
                case UInt8(ascii: "*") where !name.isEmpty: part.isWrapped = true
                case UInt8(ascii: ".") where !isInArguments: end(&part, &name, &parts)
                default:
                    if isInArguments {
                        if byte >= 48, byte <= 57 {
                            part.argumentCount = max(0, part.argumentCount) &* 10 &+ Int(byte - 48)
                        }
                    } else {
                        name.append(byte)
                    }
                }
            }
            end(&part, &name, &parts)
        }
    }

    func evaluate<Parts: Collection<Expression.Part>>(
        _ parts: Parts, _ owner: Int
    ) -> Value {
        guard let first = parts.first else { return .nothing }
        var value: Value
        var count = 1
        if first.name.hasPrefix(":") {
            let all = Array(parts)
            (value, count) = start(ofPath: all, owner)
            value = applied(value, all[count - 1])
        } else {
            value = evaluate(first, owner)
        }
        for part in parts.dropFirst(count) {
            // Before `::` a module is meant, also where a function has its name.
            if rules.hasPaths, case .module(let path, _) = value, !part.isCall, !part.isInstance,
                table.hasModule(path.appending(part.name))
            {
                value = .module(path.appending(part.name), file: nil)
                continue
            }
            // A variable's members are its value's.
            if rules.isStrict, case .symbols(let symbols, _) = value, let first = symbols.first,
                !isTypeOrCallable(first), table.definition(first).kind != .typeAlias
            {
                value = type(of: first)
            }
            let found = member(part.name, of: value, argumentCount: part.argumentCount)
            switch (value, found) {
            // What is in it, and no function that would be called.
            case (.wrapped, _): value = found
            case (.instance, .nothing) where rules.copiers.contains(part.name): break
            case (.symbols, .nothing), (.symbols, .outer):
                value =
                    rules.copiers.contains(part.name)
                    ? instance(of: value) : applied(found, part)
            default: value = applied(found, part)
            }
        }
        return value
    }

    private func evaluate(_ part: Expression.Part, _ owner: Int) -> Value {
        switch part.name {
        case "?", "": return .nothing
        case let name where name.hasPrefix(":"):
            return applied(start(ofPath: [part], owner).value, part)
        case "@self": return applied(enclosingType(owner).map(isInstance: true), part)
        case "@type": return applied(enclosingType(owner).map(isInstance: false), part)
        case "@super":
            guard case .symbols(let types, _) = enclosingType(owner) else { return .nothing }
            // As a call, `super()`, it is the same.
            return baseValue(of: types)
        default: return applied(lookUp(part.name, owner, part.argumentCount), part)
        }
    }

    /// A value of one of the bases: of what is looked up in it, the first base that has it counts.
    private func baseValue(of types: [Symbol]) -> Value {
        var symbols: [Symbol] = []
        for type in types {
            for base in bases(of: type) {
                switch base {
                case .symbols(let found, _): symbols += found
                case .outer(let text) where symbols.isEmpty: return .outer(text)
                default: break
                }
            }
        }
        return symbols.isEmpty ? .nothing : .instance(symbols, isSure: true)
    }

    private func applied(_ value: Value, _ part: Expression.Part) -> Value {
        if part.isWrapped {
            let value = part.isInstance ? instance(of: value) : value
            guard case .instance(let types, let isSure) = value else { return .nothing }
            return .wrapped(types, isSure: isSure)
        }
        if part.isInstance { return instance(of: value) }
        return part.isCall ? result(of: value, part.argumentCount) : value
    }

    /// A value of what a name stands for.
    private func instance(of value: Value) -> Value {
        switch value {
        case .symbols(let symbols, let isSure):
            var types: [Symbol] = []
            for symbol in symbols {
                let definition = table.definition(symbol)
                if isType(symbol) {
                    types.append(symbol)
                } else if definition.kind == .typeAlias {
                    if case .instance(let aliased, _) = type(of: symbol) { types += aliased }
                }
            }
            if types.isEmpty, symbols.count == 1 {
                switch type(of: symbols[0]) {
                case .wrapped(let types, let isTypeSure):
                    return .wrapped(types, isSure: isSure && isTypeSure)
                case .outer(let text): return .outer(text)
                default: return .nothing
                }
            }
            return types.isEmpty ? .nothing : .instance(types, isSure: isSure)
        case .outer(let text): return .outer(text)
        default: return .nothing
        }
    }

    func result(of value: Value, _ argumentCount: Int) -> Value {
        switch value {
        case .symbols(let symbols, let isSure):
            let symbols = chosen(symbols, argumentCount: argumentCount)
            let callables = symbols.filter { table.definition($0).kind.isCallable }
            if callables.isEmpty || !rules.hasIncludes, symbols.contains(where: { isType($0) }) {
                return .instance(symbols.filter { isType($0) }, isSure: isSure)
            }
            // All that it may be must say the same.
            guard let first = callables.first,
                callables.allSatisfy({
                    $0 == first || table.definition($0).type == table.definition(first).type
                })
            else { return .nothing }
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

    func lookUp(_ name: String, _ owner: Int, _ argumentCount: Int) -> Value {
        if rules.hasPaths, name.hasSuffix("!") { return macro(name) }
        let facts = file.facts
        var place = owner
        var isOwn = true
        while place > 0 {
            let definition = facts.definitions[place]
            if definition.kind.isCallable || !definition.kind.isType {
                let isSpace = definition.kind == .namespace || definition.kind == .module
                let found = table.symbols(at: file.paths[place].appending(name)).filter {
                    isSpace || $0 >= file.first && $0 < file.first + facts.definitions.count
                }
                if !found.isEmpty { return seen(found) }
                if let outer = imported(name, of: place) { return outer }
                if let value = globbed(name, in: place) { return value }
                if definition.kind == .module, rules.hasPaths { return prelude(name) }
            } else if rules.hasImplicitSelf || isOwn && rules.hasBodyScope {
                let value = memberOfType(name, file.first + place)
                if case .symbols(let found, _) = value, !isConstructor(found) { return value }
            }
            if definition.extends != nil, rules.hasImplicitSelf,
                case .symbols(let types, _) = extendedType(file.first + place)
            {
                for type in types {
                    let value = memberOfType(name, type)
                    if case .symbols(let found, _) = value, !isConstructor(found) { return value }
                }
            }
            if let extended = definition.extends, rules.hasIncludes,
                let value = around(name, extended)
            {
                return value
            }
            isOwn = false
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
            let own = found.filter {
                $0 >= file.first && $0 < file.first + facts.definitions.count
            }
            return .symbols(own.isEmpty ? found : own, isSure: true)
        }
        if rules.seesOuterModules {
            for count in (0..<file.moduleSegments.count).reversed() {
                let path = NamePath(family: file.language.family)
                    .appending(all: file.moduleSegments.prefix(count)).appending(name)
                let found = table.symbols(at: path)
                if !found.isEmpty { return .symbols(found, isSure: true) }
            }
        }
        if let value = imported(name, of: 0) { return value }
        if let value = globbed(name, in: 0) { return value }
        return prelude(name)
    }

    private func globbed(_ name: String, in owner: Int) -> Value? {
        for index in file.wildcards where file.facts.imports[index].owner == owner {
            let item = file.facts.imports[index]
            let value = member(
                name, ofModule: self.module(of: item), depth: 0,
                isGlob: !rules.globsImports && !item.module.hasPrefix("super"))
            if case .nothing = value { continue }
            if case .outer = value { continue }
            return value
        }
        return nil
    }

    private func isConstructor(_ symbols: [Symbol]) -> Bool {
        symbols.allSatisfy { table.definition($0).kind == .constructor }
    }

    /// What names stand for that need no import.
    private func prelude(_ name: String) -> Value {
        if rules.builtIns.contains(name) { return .outer("\(rules.builtInModule).\(name)") }
        if rules.outerModules.contains(name) { return .outer(name) }
        // A module by its own name, where modules have one.
        let path = family.appending(name)
        if table.hasModule(path), table.files(of: path).count <= 1, rules.seesOuterModules {
            return .module(path, file: nil)
        }
        return .nothing
    }

    /// What several imports of one name give together: which of them counts, a condition may say
    /// that is no part of the language proper.
    private func together(_ values: [Value]) -> Value? {
        var symbols: [Symbol] = []
        for case .symbols(let found, _) in values {
            for symbol in found where !symbols.contains(symbol) { symbols.append(symbol) }
        }
        return symbols.count > 1 ? .symbols(symbols, isSure: true) : nil
    }

    private func imported(_ name: String, of owner: Int) -> Value? {
        if rules.hasPaths {
            let items = file.imports(named: name).map { file.facts.imports[$0] }
                .filter { $0.owner == owner }
            if items.count > 1, let all = together(items.map { value(of: $0) }) { return all }
        }
        for index in file.imports(named: name).reversed() {
            let item = file.facts.imports[index]
            if item.owner != owner { continue }
            let value = self.value(of: item)
            if case .nothing = value { return .nothing }
            return value
        }
        return nil
    }

    // MARK: - Modules

    private func module(of item: Import) -> Value {
        // What is included is a file, what is used of it has a path.
        if rules.hasPaths || rules.hasIncludes && (item.name != nil || !item.alias.isEmpty) {
            let key = ImportKey(file: file.first, owner: item.owner, module: item.module)
            let number = importNumbers[key] ?? importNumbers.count
            importNumbers[key] = number
            return leveled(number, importMemo) { module(ofPath: item) }
        }
        return switch rules.module(item, file, table) {
        case .inner(let path, let number)?: .module(path, file: number)
        case .outer(let name)?: .outer(name)
        case nil: .nothing
        }
    }

    func value(of item: Import) -> Value {
        let module = module(of: item)
        guard let name = item.name, name != "*" else { return module }
        return member(name, ofModule: module, depth: 0)
    }

    private static let depthLimit = 16

    func member(
        _ name: String, ofModule module: Value, depth: Int, isGlob: Bool = false
    ) -> Value {
        guard depth < Self.depthLimit else { return .nothing }
        switch module {
        case .outer(let text): return .outer("\(text).\(name)")
        case .symbols, .instance, .wrapped: return member(name, of: module, argumentCount: -1)
        case .nothing: return .nothing
        case .module(let path, let number):
            let inner = path.appending(name)
            var found = table.symbols(at: inner)
            if let number { found = found.filter { table.fileNumber(of: $0) == number } }
            if rules.hasPaths, name.hasSuffix("!") { return macro(name, of: path) }
            if !found.isEmpty { return seen(found) }
            for symbol in table.symbols(at: path)
            where [.module, .namespace].contains(table.definition(symbol).kind) {
                let other = table.file(of: symbol)
                let value = inside(table.fileNumber(of: symbol)) {
                    exported(name, symbol - other.first, depth: depth, isGlob: isGlob)
                }
                if case .nothing = value { continue }
                return value
            }
            for number in number.map({ [$0] }) ?? table.files(of: path) {
                let value = inside(number) { exported(name, 0, depth: depth, isGlob: isGlob) }
                if case .nothing = value { continue }
                return value
            }
            if table.hasModule(inner) { return .module(inner, file: nil) }
            return rules.hasPaths ? macro(name, of: path) : .nothing
        }
    }

    /// What a file, or a module in it, hands on under a name.
    private func exported(_ name: String, _ owner: Int, depth: Int, isGlob: Bool) -> Value {
        if rules.hasPaths {
            let items = file.imports(named: name).map { file.facts.imports[$0] }
                .filter { $0.owner == owner && ($0.isExported || !isGlob) }
            let values =
                items.count < 2
                ? []
                : items.map { item in
                    member(item.name ?? "*", ofModule: module(of: item), depth: depth + 1)
                }
            if let all = together(values) { return all }
        }
        for index in file.imports(named: name).reversed() {
            let item = file.facts.imports[index]
            guard item.owner == owner, item.isExported || rules.exportsImports && !isGlob else {
                continue
            }
            let module = self.module(of: item)
            guard let name = item.name, name != "*" else { return module }
            return member(name, ofModule: module, depth: depth + 1)
        }
        for index in file.wildcards {
            let item = file.facts.imports[index]
            guard item.owner == owner, item.isExported || rules.exportsImports && !isGlob else {
                continue
            }
            let value = member(
                name, ofModule: self.module(of: item), depth: depth + 1,
                isGlob: !rules.globsImports)
            switch value {
            case .nothing, .outer: continue
            default: return value
            }
        }
        return .nothing
    }

    // MARK: - Members

    private func member(_ name: String, of value: Value, argumentCount: Int) -> Value {
        switch value {
        case .nothing: return .nothing
        case .outer where name.hasPrefix("@"): return value
        case .outer(let text): return name == "?" ? .nothing : .outer("\(text).\(name)")
        case .module: return member(name, ofModule: value, depth: 0)
        case .wrapped(let types, let isSure):
            if name.hasPrefix("@") || rules.unwrappers.contains(name) {
                return .instance(types, isSure: isSure)
            }
            return rules.rewrappers.contains(name) ? value : .nothing
        case .instance(let types, let isSure):
            if name.hasPrefix("@") { return operated(name, value) }
            return member(
                name, ofTypes: types, isSure: isSure && !rules.copiers.contains(name))
        case .symbols(let symbols, let isSure):
            if name.hasPrefix("@") {
                guard let first = symbols.first, !isTypeOrCallable(first) else { return .nothing }
                return member(name, of: type(of: first), argumentCount: argumentCount)
            }
            guard let first = symbols.first else { return .nothing }
            let definition = table.definition(first)
            let types = symbols.filter { isType($0) }
            if !types.isEmpty { return member(name, ofTypes: types, isSure: isSure) }
            if definition.kind == .namespace || definition.kind == .module {
                return member(name, ofModule: .module(table.path(first), file: nil), depth: 0)
            }
            if definition.kind == .typeAlias {
                let types = self.types(in: value)
                guard case .symbols = types else { return .nothing }
                return member(name, of: types, argumentCount: argumentCount)
            }
            if definition.kind.isCallable {
                // A function may have the name of a module.
                let path = table.path(first)
                guard rules.hasPaths, table.hasModule(path) else { return .nothing }
                return member(name, ofModule: .module(path, file: nil), depth: 0)
            }
            return member(name, of: type(of: first), argumentCount: argumentCount)
        }
    }

    func member(_ name: String, ofTypes types: [Symbol], isSure: Bool) -> Value {
        for type in types {
            switch memberOfType(name, type) {
            case .nothing: continue
            case .symbols(let found, let isFoundSure):
                return .symbols(found, isSure: isSure && isFoundSure)
            case let value: return value
            }
        }
        return .nothing
    }

    /// A member of a type or of what it extends.
    private func memberOfType(_ name: String, _ type: Symbol) -> Value {
        var seen: Set<Symbol> = [type]
        var level = [type]
        var outer: String?
        var isUnsure = false
        // What is nearer comes first; of bases side by side the first that is named.
        while !level.isEmpty, seen.count < 256 {
            var next: [Symbol] = []
            for type in level {
                let own = ownMember(name, type)
                if case .symbols(let found, let isSure) = own {
                    return .symbols(found, isSure: isSure && !isUnsure)
                }
                if case .nothing = own {} else { return own }
                for base in bases(of: type) {
                    switch base {
                    case .symbols(let symbols, let isSure):
                        if !isSure { isUnsure = true }
                        for symbol in symbols where seen.insert(symbol).inserted {
                            next.append(symbol)
                        }
                    case .outer(let text):
                        if outer == nil, rules.outerMember(text, name) { outer = text }
                    default: isUnsure = true
                    }
                }
            }
            level = next
        }
        return outer.map { .outer("\($0).\(name)") } ?? .nothing
    }

    private func ownMember(_ name: String, _ type: Symbol) -> Value {
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
        for (number, place) in table.attributes(at: path) where number == own {
            let attribute = table.files[number].facts.attributes[place]
            let value = leveled(number << 24 | place, attributeMemo) {
                inside(number) {
                    evaluate(Expression(attribute.type).parts, attribute.owner)
                }
            }
            if case .nothing = value { continue }
            // What stands for a class or a function there is one here.
            return value
        }
        return .nothing
    }

    // MARK: - Types

    private func enclosingType(_ owner: Int) -> EnclosingType {
        var place = owner
        while place > 0 {
            let definition = file.facts.definitions[place]
            if definition.extends != nil {
                if case .symbols(let types, let isSure) = extendedType(file.first + place) {
                    return .symbols(types, isSure: isSure)
                }
                return .nothing
            }
            if definition.kind.isType { return .symbols([file.first + place], isSure: true) }
            place = definition.parent
        }
        return .nothing
    }

    private typealias EnclosingType = Value

    /// The type that a member belongs to which stands outside of it.
    private func extendedType(_ symbol: Symbol) -> Value {
        let other = table.file(of: symbol)
        guard let text = other.facts.definitions[symbol - other.first].extends else {
            return .nothing
        }
        let parent = max(0, other.facts.definitions[symbol - other.first].parent)
        let prefix = other.qualifiedNames[parent] + "."
        let isInside = parent > 0 && text.hasPrefix(prefix)
        let own = isInside ? String(text.dropFirst(prefix.count)) : text
        return leveled(symbol, extendedMemo) {
            inside(table.fileNumber(of: symbol)) {
                types(in: evaluate(typeExpression(own), isInside ? parent : 0))
            }
        }
    }

    /// What a definition is or gives, as far as it says so.
    func type(of symbol: Symbol) -> Value {
        let other = table.file(of: symbol)
        let index = symbol - other.first
        guard let text = other.facts.definitions[index].type else { return .nothing }
        let definition = other.facts.definitions[index]
        let owner = definition.kind.isCallable ? index : max(0, definition.parent)
        return leveled(symbol, typeMemo) {
            inside(table.fileNumber(of: symbol)) {
                let value = evaluate(Expression(text).parts, owner)
                // What is another variable is what that is.
                guard case .symbols(let symbols, _) = value,
                    !symbols.allSatisfy({ isTypeOrCallable($0) })
                else { return value }
                if symbols.allSatisfy({ isType($0) }) { return value }
                return symbols.count == 1 ? type(of: symbols[0]) : .nothing
            }
        }
    }

    /// Answers that were given before, by how many levels there were for them; those that needed
    /// no more than they had count for all.
    private final class Memo {
        private var answers: [Int: Value] = [:]

        subscript(key: Int, level: Int) -> Value? {
            get { answers[key << 4] ?? answers[key << 4 | level] }
            set { answers[key << 4 | level] = newValue }
        }
    }

    private func leveled(_ symbol: Int, _ memo: Memo, _ body: () -> Value) -> Value {
        guard level > 0 else {
            isCut = true
            return .nothing
        }
        let key = symbol << 1 | (looksAtBases ? 1 : 0)
        if let known = memo[key, level] { return known }
        let wasCut = isCut
        isCut = false
        level -= 1
        let value = body()
        level += 1
        memo[key, isCut ? level : 0] = value
        isCut = isCut || wasCut
        return value
    }

    /// What has members of its own.
    func isType(_ symbol: Symbol) -> Bool {
        let definition = table.definition(symbol)
        return definition.kind.isType
            || definition.kind == .typeAlias && definition.type == nil
                && table.file(of: symbol).language.links.aliasesAreTypes
    }

    /// The name of a type as it stands in the text.
    private func typeExpression(_ text: String) -> [Expression.Part] {
        Expression(rules.hasPaths && text.utf8.contains(46) ? ":" + text : text).parts
    }

    private func isTypeOrCallable(_ symbol: Symbol) -> Bool {
        let kind = table.definition(symbol).kind
        return kind.isType || kind.isCallable || kind == .module || kind == .namespace
    }

    /// What a type extends, in the order in which it says so. Names in it are looked for without
    /// what types have from their own bases.
    private func bases(of type: Symbol) -> [Value] {
        guard looksAtBases else { return [] }
        if let known = baseMemo[type] { return known }
        let (outerLevel, wasCut) = (level, isCut)
        level = Self.levelLimit
        looksAtBases = false
        defer {
            (level, isCut) = (outerLevel, wasCut)
            looksAtBases = true
        }
        let other = table.file(of: type)
        let index = type - other.first
        var values: [Value] = []
        // What an enumeration has, its members have.
        let own = other.facts.definitions[index]
        if own.kind == .enumMember, own.parent > 0 {
            values.append(.symbols([other.first + own.parent], isSure: true))
        }
        for base in other.facts.bases where base.owner == index {
            // A base is no member of the type itself.
            let owner = max(0, other.facts.definitions[index].parent)
            values.append(
                inside(table.fileNumber(of: type)) {
                    types(in: evaluate(Expression(base.target).parts, owner))
                })
        }
        for (number, place) in table.conformances(ofTypeNamed: other.facts.definitions[index].name)
        {
            let conformance = table.files[number].facts.conformances[place]
            inside(number) {
                guard
                    case .symbols(let types, _) = evaluate(
                        typeExpression(conformance.type), conformance.owner),
                    types.contains(type)
                else { return }
                values.append(
                    self.types(in: evaluate(typeExpression(conformance.base), conformance.owner)))
            }
        }
        baseMemo[type] = values
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
    fileprivate func map(isInstance: Bool) -> Linker.Value {
        guard case .symbols(let types, let isSure) = self, isInstance else { return self }
        return .instance(types, isSure: isSure)
    }
}
