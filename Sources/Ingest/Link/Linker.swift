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
    private static let levelLimit = 6
    private var level = Linker.levelLimit
    /// Whether anything was left out for want of levels.
    private var isCut = false
    private let typeMemo = Memo()
    private let extendedMemo = Memo()
    private let attributeMemo = Memo()
    private var baseMemo: [Symbol: [Value]] = [:]
    private var exportMemo: [Handed: Value] = [:]
    var openBaseMemo: [NamePath: [OpenBase]] = [:]
    /// While bases are looked for, members are those of types themselves.
    private(set) var looksAtBases = true

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
        for item in facts.imports
        where !item.module.isEmpty && !facts.definitions[item.owner].isExcluded {
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
                // `extend self`
                if reference.kind == .implements,
                    answer.targets == [.symbol(file.first + reference.owner)]
                {
                    continue
                }
                add(reference.owner, reference.kind, answer, reference.line)
                if let type = answer.type {
                    let use = Answer(targets: [.symbol(type)], resolution: answer.resolution)
                    add(reference.owner, .uses, use, reference.line)
                }
            }
        }
        return links
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
        var value: Value = .nothing
        if expression.parts.count == 1 {
            value = evaluate(expression.parts[0], reference.owner)
        } else {
            let receiver = evaluate(expression.parts.dropLast(), reference.owner)
            let isAtRoot = expression.parts.count == 2 && expression.parts[0].name == "@root"
            value =
                isAtRoot
                ? atRoot(name)
                : member(name, of: receiver, argumentCount: reference.argumentCount)
            if case .nothing = value {
                if reference.isValue || saysNothing(expression) { return unresolved(name) }
                return byName(name, receiver, reference)
            }
        }
        return answer(value, name, reference)
    }

    /// Whether a name tells nothing of what is meant where that was not found: those of bases that
    /// are unknown, and of modules.
    private func saysNothing(_ expression: Expression) -> Bool {
        let first = expression.parts[0].name
        return first == "@super" || rules.constructors.contains(expression.last)
            || rules.hasOpenTypes && isConstant(first)
    }

    private func answer(_ value: Value, _ name: String, _ reference: Reference) -> Answer {
        switch value {
        case .symbols(let symbols, let isSure):
            var found = withoutSecondary(symbols)
            var isSure = isSure
            var type: Symbol?
            if found.count > 1, reference.isValue || reference.kind == .calls {
                found = fitting(found, isCall: reference.kind == .calls)
            }
            if found.count > 1, reference.kind != .imports {
                found = meant(found, asType: reference.kind != .calls && !reference.isValue)
            }
            if reference.kind == .calls {
                found = chosen(found, argumentCount: reference.argumentCount)
                if found.count == 1,
                    let constructor = constructor(found[0], reference.argumentCount)
                {
                    type = found[0]
                    found = [constructor]
                }
            }
            if found.count > 1, rules.hasOpenTypes { found = withoutReopenings(found, file) }
            let stored = found.filter { !table.definition($0).isExcluded }
            guard !stored.isEmpty else { return unresolved(name) }
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
        case .module where reference.isValue || reference.kind == .calls: return unresolved(name)
        case .module(let path, let number):
            let files = number.map { [$0] } ?? table.files(of: path)
            guard files.count == 1 else { return unresolved(name) }
            return Answer(
                targets: [.symbol(table.files[files[0]].first)], resolution: .exact)
        case .outer(let text):
            // What a call of something outside gives may be of the tree.
            if text.utf8.contains(UInt8(ascii: "(")), isMember(name) { return unresolved(name) }
            return Answer(targets: [.external(text)], resolution: .external)
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
        Answer(targets: [.unresolved(name)], resolution: .unresolved)
    }

    private func answer(_ item: Import) -> Answer {
        var value = self.value(of: item)
        let name = item.name == "*" ? nil : item.name
        // What a file is as a whole may be nothing with a name.
        if name == nil, case .nothing = value { value = module(of: item) }
        let isPath = item.module.utf8.contains(UInt8(ascii: "/"))
        let last = name ?? (isPath ? nil : LinkedFile.parts(item.module).last) ?? item.module
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
                && (reference.kind != .calls || definition.kind.isCallable)
                && accepts(definition, reference.argumentCount)
        }
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

    /// Without those that only say what another one is.
    private func withoutSecondary(_ symbols: [Symbol]) -> [Symbol] {
        guard symbols.count > 1 else { return symbols }
        let primary = symbols.filter { !table.definition($0).isSecondary }
        return primary.isEmpty ? symbols : primary
    }

    /// Of a method and a field with one name that which is called, or is not.
    private func fitting(_ symbols: [Symbol], isCall: Bool) -> [Symbol] {
        let found = symbols.filter { symbol in
            let definition = table.definition(symbol)
            let isCallable = definition.kind.isCallable && !definition.isAccessor
            return isCallable == isCall || definition.isType
        }
        return found.isEmpty ? symbols : found
    }

    /// Of what one name is as a type and as a value, that which is asked for.
    private func meant(_ symbols: [Symbol], asType: Bool) -> [Symbol] {
        let found = symbols.filter { symbol in
            let kind = table.definition(symbol).kind
            if asType { return kind.isType || kind == .typeAlias }
            return ![.interface, .typeAlias, .namespace, .module].contains(kind)
        }
        return found.isEmpty ? symbols : found
    }

    /// Of several with one name those that take so many arguments, if that decides.
    private func chosen(_ symbols: [Symbol], argumentCount: Int) -> [Symbol] {
        let symbols = withoutSecondary(symbols)
        guard symbols.count > 1, argumentCount >= 0 else { return symbols }
        let fitting = symbols.filter { accepts(table.definition($0), argumentCount) }
        return fitting.isEmpty ? symbols : fitting
    }

    /// What calling a type calls, if it says so itself.
    private func constructor(_ symbol: Symbol, _ argumentCount: Int) -> Symbol? {
        guard table.definition(symbol).isType, !rules.constructors.isEmpty else { return nil }
        for name in rules.constructors.sorted() {
            if case .symbols(let found, _) = ownMember(name, symbol) {
                let chosen = chosen(found, argumentCount: argumentCount)
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
            var argumentCount = -1
        }

        var parts: [Part]
        var last: String { parts[parts.count - 1].name }

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
        var value = evaluate(first, owner)
        var parts = parts.dropFirst()
        if first.name == "@root", let top = parts.popFirst() {
            value = applied(atRoot(top.name), top)
        }
        for part in parts {
            let found = member(part.name, of: value, argumentCount: part.argumentCount)
            if rules.hasOpenTypes, part.name == "class", case .symbols = found {
                value = found
            } else if part.isCall || rules.hasOpenTypes, givesReceiver(found) {
                if case .symbols(let symbols, _) = value {
                    let isType = symbols.allSatisfy { table.definition($0).isType }
                    value = isType ? instance(of: value) : type(of: symbols[0])
                }
            } else {
                value = applied(found, part)
            }
        }
        return value
    }

    func evaluate(_ part: Expression.Part, _ owner: Int) -> Value {
        switch part.name {
        case "?", "", "@root": return .nothing
        case "@self": return applied(enclosingType(owner).map(isInstance: true), part)
        case "@type": return applied(enclosingType(owner).map(isInstance: false), part)
        case "@super":
            guard case .symbols(let types, _) = enclosingType(owner) else { return .nothing }
            // As a call, `super()`, it is the same.
            if rules.hasOpenTypes { return openBaseValue(of: types, owner) }
            return baseValue(of: types)
        default:
            let found = lookUp(part.name, owner, part.argumentCount)
            if rules.hasOpenTypes, givesReceiver(found) {
                return enclosingType(owner).map(isInstance: true)
            }
            return applied(found, part)
        }
    }

    /// Whether a method gives what it is called on, or another of that type.
    private func givesReceiver(_ value: Value) -> Bool {
        guard case .symbols(let symbols, _) = value else { return false }
        return symbols.allSatisfy {
            let definition = table.definition($0)
            return definition.kind.isCallable && definition.type == "@self"
        }
    }

    /// What a name is that is said from the outermost module on.
    private func atRoot(_ name: String) -> Value {
        let path = family.appending(name)
        let found = table.symbols(at: path)
        if !found.isEmpty { return .symbols(found, isSure: true) }
        if table.hasModule(path) { return .module(path, file: nil) }
        return .outer(rules.builtIns.contains(name) ? "\(rules.builtInModule).\(name)" : name)
    }

    /// A value of one of the bases: of what is looked up in it, the first base that has it counts.
    private func baseValue(of types: [Symbol]) -> Value {
        var symbols: [Symbol] = []
        for type in types {
            let all = bases(of: type)
            // Not those that it only behaves like.
            let parents = zip(all, baseKinds(of: type)).filter { $1 == .extends }.map(\.0)
            for base in parents.isEmpty ? all : parents {
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
        var value = value
        if case .symbols(let symbols, let isSure) = value, symbols.count > 1, !part.isInstance {
            value = .symbols(fitting(symbols, isCall: part.isCall), isSure: isSure)
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
                if definition.isType {
                    types.append(symbol)
                } else if definition.kind == .typeAlias {
                    if case .instance(let aliased, _) = type(of: symbol) { types += aliased }
                }
            }
            return types.isEmpty ? .nothing : .instance(types, isSure: isSure)
        case .outer(let text): return .outer(text)
        default: return .nothing
        }
    }

    private func result(of value: Value, _ argumentCount: Int) -> Value {
        switch value {
        case .symbols(let symbols, let isSure):
            let symbols = chosen(symbols, argumentCount: argumentCount)
            if symbols.contains(where: { table.definition($0).isType }) {
                return .instance(
                    symbols.filter { table.definition($0).isType }, isSure: isSure)
            }
            guard symbols.count == 1, table.definition(symbols[0]).kind.isCallable else {
                return .nothing
            }
            let type = type(of: symbols[0])
            if case .instance(let types, let isTypeSure) = type {
                return .instance(types, isSure: isSure && isTypeSure)
            }
            return type
        case .outer(let text): return .outer(text + "()")
        default: return .nothing
        }
    }

    // MARK: - Names

    func lookUp(_ name: String, _ owner: Int, _ argumentCount: Int) -> Value {
        if rules.hasOpenTypes {
            return isConstant(name) ? constant(name, owner) : openName(name, owner)
        }
        let facts = file.facts
        var place = owner
        var isOwn = true
        while place > 0 {
            let definition = facts.definitions[place]
            if definition.kind.isCallable || !definition.isType {
                let isSpace = definition.kind == .namespace || definition.kind == .module
                let found = table.symbols(at: file.paths[place].appending(name)).filter {
                    !(isSpace ? table.definition($0).isMember : isMember($0))
                        && (isSpace
                            || $0 >= file.first && $0 < file.first + facts.definitions.count)
                }
                let own = found.filter { isOfFile($0) }
                if !own.isEmpty { return .symbols(own, isSure: true) }
                // What others have there comes behind what the file says of the name.
                if isSpace, let outer = imported(name, of: place) { return outer }
                if !found.isEmpty { return .symbols(found, isSure: true) }
                let inner = file.paths[place].appending(name)
                if isSpace, table.hasModule(inner) { return .module(inner, file: nil) }
            } else if rules.hasImplicitSelf || isOwn && rules.hasTypeScope {
                let value = memberOfType(name, file.first + place)
                if case .symbols = value { return value }
            }
            if definition.extends != nil, rules.hasImplicitSelf,
                case .symbols(let types, _) = extendedType(file.first + place)
            {
                for type in types {
                    let value = memberOfType(name, type)
                    if case .symbols = value { return value }
                }
            }
            isOwn = false
            place = definition.parent
        }
        let found = table.symbols(at: file.module.appending(name)).filter { !isMember($0) }
        if !found.isEmpty {
            // What the file has itself comes before what others of its module have.
            let own = found.filter {
                $0 >= file.first && $0 < file.first + facts.definitions.count
            }
            if own.isEmpty, let value = imported(name, of: nil) { return value }
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
        if let value = imported(name, of: nil) { return value }
        for index in file.wildcards {
            let value = member(name, ofModule: self.module(of: facts.imports[index]), depth: 0)
            if case .nothing = value { continue }
            if case .outer = value { continue }
            return value
        }
        if rules.builtIns.contains(name) { return .outer("\(rules.builtInModule).\(name)") }
        // A module by its own name, where modules have one.
        let path = family.appending(name)
        if table.hasModule(path), table.files(of: path).count <= 1, rules.seesOuterModules {
            return .module(path, file: nil)
        }
        return .nothing
    }

    func imported(_ name: String, of owner: Int?) -> Value? {
        for index in file.imports(named: name).reversed() {
            let item = file.facts.imports[index]
            if item.module.isEmpty { continue }
            if let owner, item.owner != owner { continue }
            let value = self.value(of: item)
            if case .nothing = value { return .nothing }
            return value
        }
        return nil
    }

    // MARK: - Modules

    private func module(of item: Import) -> Value {
        switch rules.module(item, file, table) {
        case .inner(let path, let number)?: .module(path, file: number)
        case .outer(let name)?: .outer(name)
        case nil: .nothing
        }
    }

    private func value(of item: Import) -> Value {
        let module = module(of: item)
        guard let name = item.name, name != "*" else { return whole(module, depth: 0) }
        return member(name, ofModule: module, depth: 0)
    }

    private static let depthLimit = 16

    private func member(_ name: String, ofModule module: Value, depth: Int) -> Value {
        guard depth < Self.depthLimit else { return .nothing }
        switch module {
        case .outer(let text):
            if name == rules.wholeName { return module }
            return .outer(text.isEmpty ? name : "\(text).\(name)")
        case .symbols, .instance: return member(name, of: module, argumentCount: -1)
        case .nothing: return .nothing
        case .module(let path, let number):
            if let number, table.files[number].isReplaced {
                let value = inside(number) { exported(name, depth: depth) }
                if case .nothing = value {} else { return value }
                let whole = whole(module, depth: depth)
                if case .module(_, number) = whole {
                } else {
                    return member(name, of: whole, argumentCount: -1)
                }
            }
            let inner = path.appending(name)
            var found = table.symbols(at: inner)
            if let number { found = found.filter { table.fileNumber(of: $0) == number } }
            found = found.filter { isReachable($0) }
            let bare = found.filter { !isMember($0) }
            if !found.isEmpty { return .symbols(bare.isEmpty ? found : bare, isSure: true) }
            for number in number.map({ [$0] }) ?? table.files(of: path) {
                let value = inside(number) { exported(name, depth: depth) }
                if case .nothing = value { continue }
                return value
            }
            if table.hasModule(inner) { return .module(inner, file: nil) }
            return .nothing
        }
    }

    /// What a file hands on under a name.
    private func exported(_ name: String, depth: Int) -> Value {
        // Files that hand on all of each other lead to each in more ways than can be gone.
        let key = Handed(file: table.fileNumber(of: file.first), name: name, depth: depth)
        if let known = exportMemo[key] { return known }
        let wasCut = isCut
        isCut = false
        let value = findExported(name, depth: depth)
        if !isCut { exportMemo[key] = value }
        isCut = isCut || wasCut
        return value
    }

    private struct Handed: Hashable {
        let file: Int
        let name: String
        let depth: Int
    }

    private func findExported(_ name: String, depth: Int) -> Value {
        for index in file.imports(named: name).reversed() {
            let item = file.facts.imports[index]
            guard item.isExported || rules.exportsImports else { continue }
            if item.module.isEmpty { return ownName(item.name, depth: depth + 1) }
            let module = self.module(of: item)
            guard let name = item.name, name != "*" else {
                return whole(module, depth: depth + 1)
            }
            return member(name, ofModule: module, depth: depth + 1)
        }
        for index in file.wildcards {
            let item = file.facts.imports[index]
            guard item.isExported || rules.exportsImports else { continue }
            let value = member(name, ofModule: self.module(of: item), depth: depth + 1)
            switch value {
            case .nothing, .outer: continue
            default: return value
            }
        }
        return .nothing
    }

    /// What is at the top of the file, or imported there; without a name all of that.
    private func ownName(_ name: String?, depth: Int) -> Value {
        guard depth < Self.depthLimit else { return .nothing }
        guard let name else {
            return .module(file.module, file: table.fileNumber(of: file.first))
        }
        let found = table.symbols(at: file.module.appending(name)).filter { isOfFile($0) }
        let bare = found.filter { !isMember($0) }
        if !found.isEmpty { return .symbols(bare.isEmpty ? found : bare, isSure: true) }
        for index in file.imports(named: name).reversed() {
            let item = file.facts.imports[index]
            if item.module.isEmpty { continue }
            let module = self.module(of: item)
            guard let name = item.name, name != "*" else {
                return whole(module, depth: depth + 1)
            }
            return member(name, ofModule: module, depth: depth + 1)
        }
        return .nothing
    }

    /// What a module is to those that import it as a whole: something in it, where it says so.
    private func whole(_ module: Value, depth: Int) -> Value {
        guard case .module(_, let number?) = module, table.files[number].isReplaced else {
            return module
        }
        guard depth < Self.depthLimit else { return .nothing }
        return inside(number) { exported(Import.whole, depth: depth + 1) }
    }

    func isOfFile(_ symbol: Symbol) -> Bool {
        symbol >= file.first && symbol < file.first + file.facts.definitions.count
    }

    private func isReachable(_ symbol: Symbol) -> Bool {
        let definition = table.definition(symbol)
        return !(definition.isMember && definition.isSecondary)
    }

    /// Whether it has its name behind a dot only.
    private func isMember(_ symbol: Symbol) -> Bool {
        let definition = table.definition(symbol)
        return definition.isMember || definition.extends != nil
    }

    // MARK: - Members

    private func member(_ name: String, of value: Value, argumentCount: Int) -> Value {
        switch value {
        case .nothing: return .nothing
        case .outer(let text): return name == "?" ? .nothing : .outer("\(text).\(name)")
        case .module: return member(name, ofModule: value, depth: 0)
        case .instance(let types, let isSure):
            if rules.hasOpenTypes {
                if name == "class" { return .symbols(types, isSure: isSure) }
                return openMember(name, of: types, isStatic: false, isSure: isSure)
            }
            return member(name, ofTypes: types, isSure: isSure)
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
                let value = member(name, ofTypes: types, isSure: isSure)
                if types.count == symbols.count { return value }
                if case .nothing = value {} else { return value }
            }
            let space = symbols.first {
                let kind = table.definition($0).kind
                return kind == .namespace || kind == .module
            }
            if let space {
                return member(name, ofModule: .module(table.path(space), file: nil), depth: 0)
            }
            if !types.isEmpty { return .nothing }
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
            if definition.kind.isCallable, !table.definition(primary[0]).isAccessor {
                return .nothing
            }
            return member(name, of: type(of: primary[0]), argumentCount: argumentCount)
        }
    }

    private func member(_ name: String, ofTypes types: [Symbol], isSure: Bool) -> Value {
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
        guard name != "?" else { return .nothing }
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
                    case .outer(let text): outer = outer ?? text
                    default: isUnsure = true
                    }
                }
            }
            level = next
        }
        // It may as well be of a base of which nothing is known.
        if isUnsure { return .nothing }
        return outer.map { .outer("\($0).\(name)") } ?? .nothing
    }

    /// How it says so, for as many as it says itself.
    private func baseKinds(of type: Symbol) -> [EdgeKind] {
        let other = table.file(of: type)
        let index = type - other.first
        let own = other.facts.bases.filter { $0.owner == index }.map(\.kind)
        return (other.facts.definitions[index].kind == .enumMember ? [.implements] : []) + own
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
        return attribute(at: path, in: own)
    }

    func attribute(at path: NamePath, in own: Int?) -> Value {
        var found = Value.nothing
        for (number, place) in table.attributes(at: path) where number == own ?? number {
            let attribute = table.files[number].facts.attributes[place]
            let value = leveled(number << 24 | place, attributeMemo) {
                inside(number) {
                    evaluate(Expression(attribute.type).parts, attribute.owner)
                }
            }
            switch (found, value) {
            case (_, .nothing): continue
            // What stands for a class or a function there is one here.
            case (.nothing, _): found = value
            case (.instance(let types, _), .instance(let others, _)) where types != others:
                // It is one of them at a time.
                found = .instance(types + others, isSure: false)
            default: continue
            }
        }
        return found
    }

    // MARK: - Types

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
    private func extendedType(_ symbol: Symbol) -> Value {
        let other = table.file(of: symbol)
        guard let text = other.facts.definitions[symbol - other.first].extends else {
            return .nothing
        }
        return leveled(symbol, extendedMemo) {
            inside(table.fileNumber(of: symbol)) {
                types(in: evaluate(Expression(text).parts, 0))
            }
        }
    }

    /// What a definition is or gives, as far as it says so.
    private func type(of symbol: Symbol) -> Value {
        let other = table.file(of: symbol)
        let index = symbol - other.first
        let definition = other.facts.definitions[index]
        let owner = definition.kind.isCallable ? index : max(0, definition.parent)
        let number = table.fileNumber(of: symbol)
        return leveled(symbol, typeMemo) {
            inside(number) {
                let value =
                    definition.type.map { evaluate(Expression($0).parts, owner) }
                    ?? attribute(at: table.path(symbol), in: number)
                // What is another variable is what that is.
                guard case .symbols(let symbols, _) = value,
                    !symbols.allSatisfy({ isTypeOrCallable($0) })
                else { return value }
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

    private func isTypeOrCallable(_ symbol: Symbol) -> Bool {
        let kind = table.definition(symbol).kind
        return kind.isType || kind.isCallable || kind == .module || kind == .namespace
    }

    /// Finds out what bases are: names in them are looked for without what types have from theirs.
    func lookingAtBases<Result>(_ body: () -> Result) -> Result {
        let (outerLevel, wasCut, lookedAtBases) = (level, isCut, looksAtBases)
        level = Self.levelLimit
        looksAtBases = false
        defer {
            (level, isCut) = (outerLevel, wasCut)
            looksAtBases = lookedAtBases
        }
        return body()
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
        let definition = other.facts.definitions[index]
        if definition.kind == .enumMember, definition.parent > 0 {
            values.append(.symbols([other.first + definition.parent], isSure: true))
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
                    case .symbols(let types, _) = evaluate(Expression(conformance.type).parts, 0),
                    types.contains(type)
                else { return }
                values.append(self.types(in: evaluate(Expression(conformance.base).parts, 0)))
            }
        }
        baseMemo[type] = values
        return values
    }

    func types(in value: Value) -> Value {
        guard case .symbols(let symbols, let isSure) = value else { return value }
        var types: [Symbol] = []
        for symbol in symbols {
            if table.definition(symbol).isType {
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
