// SPDX-License-Identifier: Apache-2.0
//
// What references mean: a pure function of the facts of all files. An expression is followed name
// by name, each by the rules of its language; one definition at its end makes an edge exact.

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
    let typeMemo = Memo(0)
    let extendedMemo = Memo(1)
    let attributeMemo = Memo(2)
    let importMemo = Memo(3)
    private var importNumbers: [ImportKey: Int] = [:]
    /// Which files a file includes, with what those do.
    var included: [Int: Set<Int32>] = [:]
    private var baseMemo: [Symbol: (values: [Value], dependencies: [UInt32])] = [:]
    var openBaseMemo: [NamePath: (bases: [OpenBase], dependencies: [UInt32], number: Int)] = [:]
    private var exportMemo: [Handed: (value: Value, dependencies: [UInt32], number: Int)] = [:]
    /// While bases are looked for, members are those of types themselves.
    private(set) var looksAtBases = true
    /// What the answers for this file depend on: names, and files whose imports were looked at.
    var dependencies: [UInt32] = []
    /// Of answers given before, those whose dependencies are among them.
    private var joined: Set<Int> = []

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
        dependencies = []
        joined = []
        var links: [(link: Link, resolution: Resolution, line: Int)] = []
        var known: [Question: Answer] = [:]
        let facts = file.facts
        func add(
            _ from: Int, _ kind: EdgeKind, _ answer: Answer, _ resolution: Resolution, _ line: Int
        ) {
            for target in answer.targets {
                links.append((Link(from: from, kind: kind, target: target), resolution, line))
            }
        }
        for item in facts.imports
        where !item.module.isEmpty && !facts.definitions[item.owner].isExcluded {
            let answer = answer(item)
            add(item.owner, .imports, answer, answer.resolution, item.line)
        }
        for references in [facts.bases, facts.references] {
            for reference in references where !facts.definitions[reference.owner].isExcluded {
                let question = Question(
                    target: reference.target, owner: reference.owner, kind: reference.kind,
                    argumentCount: reference.argumentCount, labels: reference.labels,
                    arguments: reference.arguments, isValue: reference.isValue)
                let answer: Answer
                if let before = known[question] {
                    answer = before
                } else {
                    answer = self.answer(reference)
                    known[question] = answer
                }
                if reference.isValue, !answer.isInner,
                    answer.resolution != .ambiguous || !isImplicit(reference)
                {
                    continue
                }
                let resolution =
                    reference.isTorn && answer.resolution == .exact ? .probable : answer.resolution
                // `extend self`
                if reference.kind == .implements,
                    answer.targets == [.symbol(file.first + reference.owner)]
                {
                    continue
                }
                var kind = reference.kind
                if kind == .calls, let called = calledMember(of: answer, reference) {
                    kind = .uses
                    add(reference.owner, .calls, called, called.resolution, reference.line)
                } else if kind == .calls, isValueCalled(answer) {
                    kind = .uses
                }
                if reference.isValue, rules.names?.namingCalls ?? false,
                    case .symbol(let symbol)? = answer.targets.first,
                    table.definition(symbol).kind.isCallable,
                    table.definition(symbol).arguments?.lowerBound ?? 1 == 0
                {
                    kind = .calls
                }
                add(reference.owner, kind, answer, resolution, reference.line)
                if let type = answer.type {
                    let use = Answer(targets: [.symbol(type)], resolution: answer.resolution)
                    add(reference.owner, .uses, use, resolution, reference.line)
                }
            }
        }
        return links
    }

    /// What the links of the last file depend on, ascending: if nothing that has one of these names
    /// changes, and no file is added or removed, they stay as they are.
    var namesLookedUp: [UInt32] { Set(dependencies).sorted() }

    static func dependency(on name: String) -> UInt32 {
        UInt32(truncatingIfNeeded: NamePath.hash(name))
    }

    /// On what a file has from others.
    /// On what any file imports.
    static let dependencyOnImports = dependency(on: "/")

    static func dependency(onImportsOf path: String) -> UInt32 { dependency(on: "/" + path) }

    func note(_ name: String) { dependencies.append(Self.dependency(on: name)) }

    /// Whether what is called is a variable, which has the function.
    func isValueCalled(_ answer: Answer) -> Bool {
        guard rules.names != nil || rules.isStrict, answer.isInner,
            case .symbol(let symbol)? = answer.targets.first
        else { return false }
        let definition = table.definition(symbol)
        return [.constant, .field, .property, .variable].contains(definition.kind)
            && definition.arguments == nil
    }

    /// What the value of a variable is called by, if its type has that.
    private func calledMember(of answer: Answer, _ reference: Reference) -> Answer? {
        guard let name = rules.callName, answer.isInner,
            case .symbol(let symbol)? = answer.targets.first, !isTypeOrCallable(symbol)
        else { return nil }
        return calledMember(name, of: type(of: symbol), reference)
    }

    private func calledMember(
        _ name: String, of value: Value, _ reference: Reference
    ) -> Answer? {
        guard case .instance = value else { return nil }
        let found = member(name, of: value, .called, argumentCount: reference.argumentCount)
        guard case .symbols = found else { return nil }
        return self.answer(found, name, reference)
    }

    /// Whether it is a member of a type that is not named: `.a`.
    private func isImplicit(_ reference: Reference) -> Bool {
        reference.target.hasPrefix("@any.") && reference.target.utf8.filter { $0 == 46 }.count == 1
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
        let labels: String?
        let arguments: String?
        let isValue: Bool
    }

    func enter(_ number: Int) {
        file = table.files[number]
        rules = file.language.links
        family = NamePath(family: file.language.family)
    }

    /// Does something as if it stood in another file.
    func inside<Result>(_ number: Int, _ body: () -> Result) -> Result {
        let outer = file
        file = table.files[number]
        dependencies.append(Self.dependency(onImportsOf: file.path))
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

    func answer(_ reference: Reference) -> Answer {
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
            let isAtRoot = expression.parts.count == 2 && expression.parts[0].name == "@root"
            value =
                isAtRoot
                ? atRoot(name)
                : member(name, of: receiver, sought, argumentCount: part.argumentCount)
            if case .nothing = value {
                if reference.isValue && !isImplicit(reference) || saysNothing(expression)
                    || isForeign(expression.parts[0], reference.owner)
                {
                    return unresolved(name)
                }
                return byName(name, receiver, reference)
            }
        }
        return answer(value, name, reference)
    }

    /// Whether a name tells nothing of what is meant where that was not found: those of bases that
    /// are unknown, and of modules.
    private func saysNothing(_ expression: Expression) -> Bool {
        let first = expression.parts[0].name
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
                if found.count == 1 {
                    if let constructor = constructor(found[0], reference) {
                        type = found[0]
                        found = [constructor]
                    }
                    // What it inherits may take them instead.
                    if isSure, !canTake(found[0], reference) { isSure = false }
                }
            }
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
            let files = number.map { [$0] } ?? table.files(of: path)
            let types = table.symbols(at: path)
            if files.isEmpty, types.count == 1 {
                return Answer(targets: [.symbol(types[0])], resolution: .exact)
            }
            // A module of several files is all of them.
            guard !files.isEmpty else { return unresolved(name) }
            return Answer(
                targets: files.map { .symbol(table.files[$0].first) }, resolution: .exact)
        case .outer(let text):
            // What a call of something outside gives may be of the tree.
            if text.utf8.contains(UInt8(ascii: "(")), isMember(name) { return unresolved(name) }
            if isExtension(name) { return unresolved(name) }
            return Answer(targets: [.external(text)], resolution: .external)
        case .nothing: return unresolved(name)
        }
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
        rules.extensionsKeepPaths
            && table.symbols(named: name, in: family).contains {
                table.definition($0).extends != nil
            }
    }

    func unresolved(_ name: String) -> Answer {
        let name = rules.hasPaths && name.hasSuffix("!") ? String(name.dropLast()) : name
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
        return answer(value, last, reference)
    }

    /// More candidates than this say nothing.
    static let candidateLimit = 4

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
        var candidates = table.symbols(named: name, in: family).filter { symbol in
            let file = table.file(of: symbol)
            let definition = file.facts.definitions[symbol - file.first]
            if isImplicit, !definition.isStatic && definition.kind != .enumMember { return false }
            return !definition.isExcluded && file.typeName(of: symbol - file.first) != nil
                && isSeen(symbol)
                && (definition.kind == .enumMember && isImplicit
                    || (reference.kind == .calls
                        ? definition.kind.isCallable : !rules.isStrict || definition.kind.isType))
                && accepts(definition, reference.argumentCount, reference.labels)
        }
        if rules.hasIncludes { candidates = defined(candidates) }
        if candidates.count > 1 { candidates = withoutOverrides(candidates) }
        // Those of one type that its arguments do not tell apart are one candidate.
        let typeCount = Set(candidates.map { typeOf(member: $0) ?? -1 }).count
        if candidates.isEmpty || typeCount > Self.candidateLimit || candidates.count > 16 {
            return unresolved(name)
        }
        return Answer(
            targets: candidates.map { .symbol($0) },
            resolution: candidates.count == 1 ? .probable : .ambiguous)
    }

    /// Of members that override each other those of the outermost bases.
    func withoutOverrides(_ symbols: [Symbol]) -> [Symbol] {
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

    /// What calling a type calls, if it says so itself.
    func constructor(_ symbol: Symbol, _ reference: Reference) -> Symbol? {
        let type = table.definition(symbol)
        let rules = table.file(of: symbol).language.links
        guard type.isType, !rules.constructors.isEmpty else { return nil }
        // It is what its own parameters make.
        if type.arguments != nil, accepts(type, reference.argumentCount) { return nil }
        for name in rules.constructors.sorted() {
            let name = name.isEmpty ? table.definition(symbol).name : name
            if case .symbols(let found, _) = ownMember(
                name, symbol, .called, reference.argumentCount)
            {
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
                // Behind `^` and `@self`; elsewhere it is an operator's name.
                case UInt8(ascii: "*") where part.isInstance || name.first == UInt8(ascii: "@"):
                    part.isWrapped = true
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
        _ parts: Parts, _ owner: Int, _ sought: Sought? = nil
    ) -> Value {
        guard let first = parts.first else { return .nothing }
        if rules.isStrict { return strictEvaluate(Array(parts), owner) }
        var value = evaluate(first, owner, parts.count == 1 ? sought : nil)
        for (place, part) in parts.enumerated().dropFirst() {
            if place == 1, first.name == "@root" {
                value = applied(atRoot(part.name), part)
                continue
            }
            let isLast = place + 1 == parts.count
            if !rules.wrapper.isEmpty { value = unfolded(value) }
            let found = member(
                part.name, of: value, isLast ? sought ?? Sought(part) : Sought(part),
                argumentCount: part.argumentCount)
            if case .wrapped = value {
                // What is in it, and no function that would be called.
                switch found {
                case .instance, .wrapped: value = found
                default: value = applied(found, part)
                }
                continue
            }
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

    func evaluate(
        _ part: Expression.Part, _ owner: Int, _ sought: Sought? = nil
    ) -> Value {
        switch part.name {
        case "?", "", "@root", "@any": return .nothing
        case let name where rules.isStrict && name.hasPrefix(":"):
            return applied(start(ofPath: [part], owner).value, part)
        case "@self": return applied(enclosingType(owner).map(isInstance: true), part)
        case "@type": return applied(enclosingType(owner).map(isInstance: false), part)
        case "@super":
            guard case .symbols(let types, _) = enclosingType(owner) else { return .nothing }
            // As a call, `super()`, it is the same.
            if rules.hasOpenTypes { return openBaseValue(of: types, owner) }
            return baseValue(of: types)
        default:
            let found = lookUp(part.name, owner, sought ?? Sought(part), part.argumentCount)
            if rules.hasOpenTypes, givesReceiver(found) {
                return enclosingType(owner).map(isInstance: true)
            }
            // `new` in a method of the type.
            if rules.hasOpenTypes, part.name == "new", sought == nil, !part.isCall,
                case .symbols(let symbols, _) = found,
                symbols.allSatisfy({ table.definition($0).isType })
            {
                return instance(of: found)
            }
            return applied(found, part, isCalled: sought == .called)
        }
    }

    /// Of a variable that holds others, its value.
    private func unfolded(_ value: Value) -> Value {
        guard case .symbols(let symbols, let isSure) = value, symbols.count == 1,
            !isTypeOrCallable(symbols[0]) || table.definition(symbols[0]).isAccessor,
            case .wrapped(let types, let isTypeSure) = type(of: symbols[0])
        else { return value }
        return .wrapped(types, isSure: isSure && isTypeSure)
    }

    /// A member of what holds values of a type.
    private func member(_ name: String, ofWrapped value: Value) -> Value {
        guard case .wrapped(let types, let isSure) = value, name != "?" else { return .nothing }
        if name == "@item" || rules.unwrappers.contains(name) {
            return .instance(types, isSure: isSure)
        }
        if rules.rewrappers.contains(name) { return value }
        note(name)
        let found = rules.wrapperTypes.flatMap {
            table.extensionMembers(name, ofTypeNamed: $0, in: family)
        }
        if !found.isEmpty { return .symbols(found, isSure: false) }
        return rules.wrapper.isEmpty ? .nothing : .outer("\(rules.wrapper).\(name)")
    }

    /// What is in a value.
    private func item(of value: Value, _ argumentCount: Int) -> Value {
        guard case .instance(let types, let isSure) = value, let name = rules.itemName,
            case .symbols(let found, let isFoundSure) = member(
                name, ofTypes: types, isSure: isSure, .any, argumentCount)
        else { return .nothing }
        return result(of: .symbols(found, isSure: isSure && isFoundSure), argumentCount)
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
        note(name)
        let path = family.appending(name)
        let found = table.symbols(at: path)
        if !found.isEmpty { return .symbols(found, isSure: true) }
        if table.hasModule(path) { return .module(path, file: nil) }
        return .outer(rules.builtIns.contains(name) ? "\(rules.builtInModule).\(name)" : name)
    }

    /// A value of one of the bases: of what is looked up in it, the first base that has it counts.
    func baseValue(of types: [Symbol]) -> Value {
        var symbols: [Symbol] = []
        for type in types {
            let all = bases(of: type)
            // Not those that it only behaves like.
            let parents =
                rules.names == nil
                ? zip(all, baseKinds(of: type)).filter { $1 == .extends }.map(\.0) : []
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

    /// - Parameter isCalled: whether what it gives will be.
    func applied(_ value: Value, _ part: Expression.Part, isCalled: Bool = false) -> Value {
        if part.isWrapped {
            let value = part.isInstance ? instance(of: value) : value
            guard case .instance(let types, let isSure) = value else { return .nothing }
            return .wrapped(types, isSure: isSure)
        }
        if part.isInstance { return instance(of: value) }
        var value = value
        if rules.names == nil, case .symbols(let symbols, let isSure) = value, symbols.count > 1 {
            value = .symbols(fitting(symbols, isCall: part.isCall || isCalled), isSure: isSure)
        }
        return part.isCall ? result(of: value, part.argumentCount) : value
    }

    /// A value of what a name stands for.
    func instance(of value: Value) -> Value {
        switch value {
        case .symbols(let symbols, let isSure):
            var types: [Symbol] = []
            var isSure = isSure
            for symbol in symbols {
                let definition = table.definition(symbol)
                if isType(symbol) {
                    types.append(symbol)
                } else if definition.kind == .typeAlias {
                    switch type(of: symbol) {
                    case .instance(let aliased, _): types += aliased
                    case .outer: isSure = false
                    default: break
                    }
                }
            }
            if types.isEmpty, rules.isStrict, symbols.count == 1 {
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

    /// Of so many it is not asked what they give.
    private static let overloadLimit = 64

    func result(of value: Value, _ argumentCount: Int) -> Value {
        if rules.isStrict { return strictResult(of: value, argumentCount) }
        switch value {
        case .symbols(let symbols, let isSure):
            let symbols = chosen(symbols, argumentCount)
            // What an object makes, not another object.
            if symbols.count == 1, table.definition(symbols[0]).isStatic,
                table.definition(symbols[0]).isType, rules.constructors.contains("apply"),
                case .symbols(let made, _) = ownMember("apply", symbols[0], .called, argumentCount)
            {
                return result(of: .symbols(made, isSure: isSure), argumentCount)
            }
            if symbols.contains(where: { table.definition($0).isType }) {
                return .instance(
                    symbols.filter { table.definition($0).isType }, isSure: isSure)
            }
            guard !symbols.isEmpty, symbols.count <= Self.overloadLimit,
                symbols.allSatisfy({
                    let definition = table.definition($0)
                    return definition.kind.isCallable || definition.arguments != nil
                })
            else { return .nothing }
            let type = type(of: symbols[0])
            // Of overloads, all must give the same.
            for symbol in symbols.dropFirst() {
                switch (type, self.type(of: symbol)) {
                case (.instance(let a, _), .instance(let b, _)) where a == b: break
                case (.outer(let a), .outer(let b)) where a == b: break
                case (.wrapped(let a, _), .wrapped(let b, _)) where a == b: break
                default: return .nothing
                }
            }
            switch type {
            case .instance(let types, let isTypeSure):
                return .instance(types, isSure: isSure && isTypeSure)
            case .wrapped(let types, let isTypeSure):
                return .wrapped(types, isSure: isSure && isTypeSure)
            default: return type
            }
        case .outer(let text): return .outer(text + "()")
        default: return .nothing
        }
    }

    // MARK: - Names

    /// What kind of thing a name is to be.
    enum Sought {
        case any, called, type, value

        init(_ part: Expression.Part) {
            self = part.isCall ? .called : part.isInstance ? .type : .value
        }

        init(_ part: Expression.Part, _ reference: Reference) {
            if part.isCall || part.isInstance {
                self.init(part)
            } else {
                switch reference.kind {
                case .calls: self = .called
                case .extends, .implements: self = .type
                case .uses: self = reference.isValue ? .value : .type
                case .imports, .contains: self = .any
                }
            }
        }
    }

    /// Those that can be what is looked for.
    func sifted(_ symbols: [Symbol], _ sought: Sought, _ argumentCount: Int) -> [Symbol] {
        if rules.tellsValuesFromTypes, sought == .called || sought == .value {
            return symbols.filter {
                ![.interface, .typeAlias].contains(table.definition($0).kind)
            }
        }
        guard let kinds = rules.names, sought != .any, !symbols.isEmpty else { return symbols }
        var isAnyFunction = false
        var found = symbols.filter { symbol in
            let definition = table.definition(symbol)
            let kind = definition.kind
            switch sought {
            case .any: return true
            case .called:
                if kind.isType { return kinds.callsTypes }
                if kind.isCallable { isAnyFunction = true }
                if kind.isCallable || definition.arguments != nil {
                    return accepts(definition, argumentCount)
                }
                return kind == .typeAlias ? kinds.callsTypes : kinds.callsValues
            case .type:
                return kind.isType || kind == .typeAlias || kind == .namespace || kind == .module
            case .value: return !kind.isCallable || kinds.namesFunctions
            }
        }
        if isAnyFunction {
            found.removeAll {
                let kind = table.definition($0).kind
                return !kind.isCallable && !kind.isType
            }
        }
        if rules.hasPartialTypes, found.count > 1 { found = withoutParts(found) }
        // A type, and the object that goes with it.
        let types = found.filter { table.definition($0).isType }
        if found.count > 1, types.count == found.count {
            let isObject = sought == .value
            let fitting = types.filter { table.definition($0).isStatic == isObject }
            if !fitting.isEmpty { return fitting }
        }
        return found
    }

    /// Of the parts of a type one, which stands for it.
    func withoutParts(_ symbols: [Symbol]) -> [Symbol] {
        var chosen: [Symbol] = []
        for symbol in symbols {
            let definition = table.definition(symbol)
            let path = table.path(symbol)
            guard definition.isType, definition.isStatic,
                let place = chosen.firstIndex(where: {
                    table.path($0) == path && table.definition($0).isStatic
                })
            else {
                chosen.append(symbol)
                continue
            }
            // `A.cs` before `A.Designer.cs`
            let count = table.file(of: chosen[place]).path.utf8.count
            if table.file(of: symbol).path.utf8.count < count { chosen[place] = symbol }
        }
        return chosen
    }

    func sifted(_ value: Value, _ sought: Sought, _ argumentCount: Int) -> Value {
        guard case .symbols(let symbols, let isSure) = value else { return value }
        let found = sifted(symbols, sought, argumentCount)
        return found.isEmpty ? .nothing : .symbols(found, isSure: isSure)
    }

    /// Whether a name that is called will be a type's.
    func isTypeLike(_ name: String) -> Bool {
        rules.names?.callsTypes ?? false && name.first?.isUppercase ?? false
    }

    /// Whether a type may have members that the tree does not show.
    func isOpen(_ type: Symbol) -> Bool {
        guard looksAtBases else { return false }
        var seen: Set<Symbol> = [type]
        var pending = [type]
        while let type = pending.popLast(), seen.count < 256 {
            for base in bases(of: type) {
                guard case .symbols(let symbols, _) = base else { return true }
                for symbol in symbols where seen.insert(symbol).inserted { pending.append(symbol) }
            }
        }
        return false
    }

    func lookUp(
        _ name: String, _ owner: Int, _ sought: Sought, _ argumentCount: Int
    ) -> Value {
        if rules.isStrict { return strictLookUp(name, owner) }
        if rules.hasOpenTypes {
            note(name)
            // `Array(a)` is a method.
            return isConstant(name) && sought != .called
                ? constant(name, owner) : openName(name, owner)
        }
        var inherited: String?
        var isOpen = false
        let value = lookUp(name, owner, sought, argumentCount, &inherited, &isOpen)
        guard let kinds = rules.names else { return value }
        if kinds.packageIsLast, case .symbols(let symbols, _) = value,
            symbols.allSatisfy({ table.fileNumber(of: $0) != table.file(at: file.path) }),
            imported(name, of: nil, sought, argumentCount) == nil
        {
            // Something nearer may have that name which the tree does not show.
            let isHidden = file.wildcards.contains {
                if case .nothing = module(of: file.facts.imports[$0]) { true } else { false }
            }
            if isOpen || isHidden { return .symbols(symbols, isSure: false) }
        }
        guard sought == .called else { return value }
        switch value {
        case .nothing:
            return isTypeLike(name) ? value : inherited.map { .outer($0) } ?? value
        case .symbols(let symbols, _)
        where isOpen && !symbols.allSatisfy { table.definition($0).isType }:
            // It may be a member of what a type extends outside of the tree.
            return .symbols(symbols, isSure: false)
        default: return value
        }
    }

    func lookUp(
        _ name: String, _ owner: Int, _ sought: Sought, _ argumentCount: Int,
        _ inherited: inout String?, _ isOpen: inout Bool
    ) -> Value {
        note(name)
        let facts = file.facts
        var place = owner
        var isOwn = true
        let isCalled = rules.names != nil && sought == .called
        while place > 0 {
            let definition = facts.definitions[place]
            if definition.kind.isCallable || !definition.isType {
                let isSpace = definition.kind == .namespace || definition.kind == .module
                let found = sifted(
                    table.symbols(at: file.paths[place].appending(name)).filter {
                        !(isSpace ? table.definition($0).isMember : isMember($0))
                            && (isSpace
                                || $0 >= file.first && $0 < file.first + facts.definitions.count)
                    }, sought, argumentCount)
                let own = rules.names == nil ? found.filter { self.isOwn($0) } : found
                if !own.isEmpty { return .symbols(own, isSure: true) }
                // What others have there comes behind what the file says of the name.
                if isSpace, let outer = imported(name, of: place, sought, argumentCount) {
                    return outer
                }
                if !found.isEmpty { return .symbols(found, isSure: true) }
                let inner = file.paths[place].appending(name)
                if isSpace, rules.names == nil, table.hasModule(inner) {
                    return .module(inner, file: nil)
                }
                if isSpace, rules.names != nil,
                    let value = inSpace(name, place, sought, argumentCount)
                {
                    return value
                }
            } else if rules.hasImplicitSelf || isOwn && rules.hasTypeScope {
                let value = memberOfType(name, file.first + place, sought, argumentCount)
                if case .symbols = value { return value }
                if isCalled || rules.names?.packageIsLast ?? false {
                    if isCalled, case .outer(let text) = value { inherited = inherited ?? text }
                    isOpen = isOpen || self.isOpen(file.first + place)
                }
            }
            if definition.extends != nil, rules.hasImplicitSelf, !definition.isStatic,
                case .symbols(let types, _) = extendedType(file.first + place)
            {
                for type in types {
                    let value = memberOfType(name, type, sought, argumentCount)
                    if case .symbols = value { return value }
                }
            } else if isCalled, definition.extends != nil, !definition.isStatic,
                case .outer(let type) = extendedType(file.first + place)
            {
                inherited = inherited ?? "\(type).\(name)"
                isOpen = true
            }
            isOwn = false
            place = definition.parent
        }
        var found = sifted(
            table.symbols(at: file.module.appending(name)).filter { !isMember($0) && isSeen($0) },
            sought, argumentCount)
        if rules.extensionsKeepPaths, sought != .any {
            // That has a name beside a value only.
            found.removeAll {
                let definition = table.definition($0)
                return definition.extends != nil && !definition.isStatic
            }
        }
        // What the file has itself comes before what others of its module have.
        let own = found.filter { $0 >= file.first && $0 < file.first + facts.definitions.count }
        if !own.isEmpty {
            let isOverloaded = isCalled && own.allSatisfy { table.definition($0).kind.isCallable }
            return .symbols(isOverloaded ? found : own, isSure: true)
        }
        if let value = imported(name, of: nil, sought, argumentCount) { return value }
        var outer: Set<String> = []
        if rules.names?.packageIsLast ?? false {
            for index in file.wildcards {
                if let value = inWildcard(name, index, sought, argumentCount, &outer) {
                    return value
                }
            }
        }
        if !found.isEmpty { return .symbols(found, isSure: true) }
        if rules.seesOuterModules {
            for count in (0..<file.moduleSegments.count).reversed() {
                let path = NamePath(family: file.language.family)
                    .appending(all: file.moduleSegments.prefix(count)).appending(name)
                let found = sifted(table.symbols(at: path), sought, argumentCount)
                if !found.isEmpty { return .symbols(found, isSure: true) }
            }
        }
        for index in file.wildcards {
            if let value = inWildcard(name, index, sought, argumentCount, &outer) { return value }
        }
        if let path = rules.otherBuiltIns[name] { return .outer(path) }
        if rules.builtIns.contains(name) { return .outer("\(rules.builtInModule).\(name)") }
        if let value = outside(name) { return value }
        if rules.outerModules.contains(name), sought != .called { return .outer(name) }
        // A module by its own name, where modules have one.
        let path = family.appending(name)
        if let kinds = rules.names {
            if sought != .called, table.hasModule(path) { return .module(path, file: nil) }
            // If it is in no module of the tree, the only other one must have it: packages have
            // types, and types have members.
            let modules = outer.filter { module in
                let last = LinkedFile.parts(module).last
                let isType = last?.first?.isUppercase ?? false
                return sought == .type && !isType
                    || sought == .called && (inherited == nil || isTypeLike(name))
                        && (isType || kinds.callsTypes)
            }
            if modules.count == 1, let module = modules.first {
                return .outer("\(module).\(name)")
            }
        }
        if table.hasModule(path), table.files(of: path).count <= 1, rules.seesOuterModules {
            return .module(path, file: nil)
        }
        return .nothing
    }

    /// A name that nothing in the tree has is from a module that all names were taken from, if that
    /// is outside.
    func outside(_ name: String) -> Value? {
        guard rules.takesUnknownNames, table.symbols(named: name, in: family).isEmpty else {
            return nil
        }
        var modules: Set<String> = []
        for index in file.wildcards {
            if case .outer(let text) = module(of: file.facts.imports[index]) {
                modules.insert(text)
            }
        }
        guard let module = modules.first else { return nil }
        // From which of several, there is no telling.
        return .outer(modules.count == 1 ? "\(module).\(name)" : name)
    }

    /// What a name is by an import of all that a module has; nil if it is nothing of the tree.
    func inWildcard(
        _ name: String, _ index: Int, _ sought: Sought, _ argumentCount: Int,
        _ outer: inout Set<String>
    ) -> Value? {
        let module = self.module(of: file.facts.imports[index])
        let value = sifted(
            member(name, ofModule: module, sought, argumentCount, depth: 0), sought, argumentCount)
        switch value {
        case .nothing: return nil
        case .outer:
            if case .outer(let text) = module { outer.insert(text) }
            return nil
        default: return value
        }
    }

    /// What a name is in the namespaces around one that is named with several parts, and by what
    /// is imported in it.
    func inSpace(
        _ name: String, _ place: Int, _ sought: Sought, _ argumentCount: Int
    ) -> Value? {
        var outer: Set<String> = []
        for index in file.wildcards where file.facts.imports[index].owner == place {
            if let value = inWildcard(name, index, sought, argumentCount, &outer) { return value }
        }
        var path = file.paths[max(0, file.facts.definitions[place].parent)]
        var paths: [NamePath] = []
        for part in LinkedFile.parts(file.facts.definitions[place].name).dropLast() {
            path = path.appending(part)
            paths.append(path)
        }
        for path in paths.reversed() {
            let found = sifted(table.symbols(at: path.appending(name)), sought, argumentCount)
            if !found.isEmpty { return .symbols(found, isSure: true) }
            if sought != .called, table.hasModule(path.appending(name)) {
                return .module(path.appending(name), file: nil)
            }
        }
        return nil
    }

    func imported(
        _ name: String, of owner: Int?, _ sought: Sought, _ argumentCount: Int
    ) -> Value? {
        for index in file.imports(named: name).reversed() {
            let item = file.facts.imports[index]
            if item.module.isEmpty { continue }
            if let owner, item.owner != owner { continue }
            let all = self.value(of: item)
            let value = sifted(all, sought, argumentCount)
            // Another import may have one that fits.
            if case .symbols = all, case .nothing = value { continue }
            if case .nothing = value { return .nothing }
            return value
        }
        return nil
    }

    // MARK: - Modules

    func module(of item: Import) -> Value {
        note(item.module)
        for part in LinkedFile.parts(item.module) { note(part) }
        // What is included is a file, what is used of it has a path.
        if rules.hasPaths || rules.hasIncludes && (item.name != nil || !item.alias.isEmpty) {
            let key = ImportKey(file: file.first, owner: item.owner, module: item.module)
            let number = importNumbers[key] ?? importNumbers.count
            importNumbers[key] = number
            return leveled(number, importMemo) { module(ofPath: item) }
        }
        // All files have a say in where modules are.
        if rules.isStrict { dependencies.append(Self.dependencyOnImports) }
        return switch rules.module(item, file, table) {
        case .inner(let path, let number)?: .module(path, file: number)
        case .outer(let name)?: .outer(name)
        case nil: .nothing
        }
    }

    func value(of item: Import) -> Value {
        let module = module(of: item)
        guard let name = item.name, name != "*" else { return whole(module, depth: 0) }
        return member(name, ofModule: module, .any, -1, depth: 0)
    }

    static let depthLimit = 16

    func member(
        _ name: String, ofModule module: Value, _ sought: Sought, _ argumentCount: Int, depth: Int
    ) -> Value {
        guard depth < Self.depthLimit else { return .nothing }
        if rules.isStrict { return strictMember(name, ofModule: module, depth: depth) }
        switch module {
        case .outer(let text):
            if name == rules.wholeName { return module }
            return .outer(text.isEmpty ? name : "\(text).\(name)")
        case .symbols, .instance:
            return member(name, of: module, sought, argumentCount: argumentCount)
        case .nothing, .wrapped: return .nothing
        case .module(let path, let number):
            note(name)
            if let number, table.files[number].isReplaced {
                let value = inside(number) { exported(name, depth: depth) }
                if case .nothing = value {} else { return value }
                let whole = whole(module, depth: depth)
                if case .module(_, number) = whole { return .nothing }
                return member(name, of: whole, sought, argumentCount: argumentCount)
            }
            let inner = path.appending(name)
            var found = sifted(table.symbols(at: inner), sought, argumentCount)
            if let number { found = found.filter { table.fileNumber(of: $0) == number } }
            found = found.filter { isReachable($0) }
            let bare = found.filter { !isMember($0) }
            if !found.isEmpty { return .symbols(bare.isEmpty ? found : bare, isSure: true) }
            if rules.names != nil {
                // What a type has is imported as from a module.
                let types = table.symbols(at: path).filter { table.definition($0).isType }
                if !types.isEmpty {
                    return member(name, ofTypes: types, isSure: true, sought, argumentCount)
                }
            }
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
    func exported(_ name: String, depth: Int) -> Value {
        // Files that hand on all of each other lead to each in more ways than can be gone.
        let key = Handed(
            file: table.fileNumber(of: file.first), name: name, depth: depth, level: level,
            looksAtBases: looksAtBases)
        if let known = exportMemo[key] {
            join(known.dependencies, known.number << 8 | 0xFE)
            return known.value
        }
        let noted = beginNoting()
        let value = findExported(name, depth: depth)
        exportMemo[key] = (value, endNoting(noted), exportMemo.count)
        return value
    }

    private struct Handed: Hashable {
        let file: Int
        let name: String
        let depth: Int
        let level: Int
        let looksAtBases: Bool
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
            return member(name, ofModule: module, .any, -1, depth: depth + 1)
        }
        for index in file.wildcards {
            let item = file.facts.imports[index]
            guard item.isExported || rules.exportsImports else { continue }
            let value = member(
                name, ofModule: self.module(of: item), .any, -1, depth: depth + 1)
            switch value {
            case .nothing, .outer: continue
            default: return value
            }
        }
        return .nothing
    }

    /// What is at the top of the file, or imported there; without a name all of that.
    func ownName(_ name: String?, depth: Int) -> Value {
        guard depth < Self.depthLimit else { return .nothing }
        guard let name else {
            return .module(file.module, file: table.fileNumber(of: file.first))
        }
        note(name)
        let found = table.symbols(at: file.module.appending(name)).filter { isOwn($0) }
        let bare = found.filter { !isMember($0) }
        if !found.isEmpty { return .symbols(bare.isEmpty ? found : bare, isSure: true) }
        for index in file.imports(named: name).reversed() {
            let item = file.facts.imports[index]
            if item.module.isEmpty { continue }
            let module = self.module(of: item)
            guard let name = item.name, name != "*" else {
                return whole(module, depth: depth + 1)
            }
            return member(name, ofModule: module, .any, -1, depth: depth + 1)
        }
        return .nothing
    }

    /// What a module is to those that import it as a whole: something in it, where it says so.
    func whole(_ module: Value, depth: Int) -> Value {
        guard case .module(_, let number?) = module, table.files[number].isReplaced else {
            return module
        }
        guard depth < Self.depthLimit else { return .nothing }
        let value = inside(number) { exported(Import.whole, depth: depth + 1) }
        // What it is nobody knows; what it offers by name may be.
        if case .nothing = value { return module }
        return value
    }

    func isOwn(_ symbol: Symbol) -> Bool {
        symbol >= file.first && symbol < file.first + file.facts.definitions.count
    }

    func isReachable(_ symbol: Symbol) -> Bool {
        let definition = table.definition(symbol)
        return !(definition.isMember && definition.isSecondary)
    }

    /// Whether it can be named from here at all.
    func isSeen(_ symbol: Symbol) -> Bool { !table.definition(symbol).isLocal || isOwn(symbol) }

    /// Whether it has its name behind a dot only.
    func isMember(_ symbol: Symbol) -> Bool {
        let definition = table.definition(symbol)
        return definition.isMember || definition.extends != nil
    }

    // MARK: - Members

    func member(
        _ name: String, of value: Value, _ sought: Sought, argumentCount: Int
    ) -> Value {
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
        switch value {
        case .nothing: return .nothing
        case .outer(let text) where text.utf8.first == UInt8(ascii: "="): return .nothing
        case .wrapped: return member(name, ofWrapped: value)
        case .outer(let text):
            if rules.extensionsKeepPaths {
                let found = extensions(name, ofOuter: text, sought, argumentCount)
                if !found.isEmpty { return .symbols(found, isSure: true) }
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

    /// What the tree gives a type outside of it.
    func extensions(
        _ name: String, ofOuter text: String, _ sought: Sought, _ argumentCount: Int
    ) -> [Symbol] {
        guard let type = LinkedFile.parts(text).last, !type.hasSuffix(")") else { return [] }
        let all = table.extensionMembers(name, ofTypeNamed: type, in: family)
        return sifted(all, sought, argumentCount).filter {
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
        let receiver = type
        var seen: Set<Symbol> = [type]
        var level = [type]
        var outer: String?
        var isUnsure = false
        // What is nearer comes first; of bases side by side the first that is named, where classes
        // and interfaces are told apart classes before all interfaces.
        var later: [Symbol] = []
        while !level.isEmpty || !later.isEmpty, seen.count < 256 {
            if level.isEmpty { (level, later) = (later, []) }
            var next: [Symbol] = []
            for type in level {
                var own = ownMember(name, type, sought, argumentCount)
                if rules.tellsValuesFromTypes, let isStatic {
                    own = methods(of: own, isStatic: isStatic)
                }
                if case .symbols(let found, let isSure) = own {
                    return .symbols(
                        provided(found, by: type, to: receiver), isSure: isSure && !isUnsure)
                }
                if case .nothing = own {} else { return own }
                let hasClasses = rules.classesComeFirst && table.definition(type).kind == .class
                for base in bases(of: type) {
                    switch base {
                    case .symbols(let symbols, let isSure):
                        if !isSure { isUnsure = true }
                        for symbol in symbols where seen.insert(symbol).inserted {
                            if hasClasses, table.definition(symbol).kind == .interface {
                                later.append(symbol)
                            } else {
                                next.append(symbol)
                            }
                        }
                    case .outer(let text):
                        if outer == nil, rules.outerMember(text, name) { outer = text }
                    default: isUnsure = true
                    }
                }
            }
            level = next
        }
        // It may as well be of a base of which nothing is known.
        if isUnsure, rules.names == nil, !rules.isStrict { return .nothing }
        // The first of all comes from the first base, however far.
        if rules.names != nil, outer != nil {
            var seen: Set<Symbol> = [type]
            outer = firstOuterBase(of: type, &seen)
        }
        if let outer { return .outer("\(outer).\(name)") }
        if !isUnsure, sought != .type, looksAtBases, let rooted = rootMember(name, type) {
            return .outer(rooted)
        }
        return .nothing
    }

    /// Without methods of the type where one of its values is meant, and the other way round.
    private func methods(of value: Value, isStatic: Bool) -> Value {
        guard case .symbols(let symbols, let isSure) = value else { return value }
        let found = symbols.filter {
            let definition = table.definition($0)
            return definition.kind != .method || definition.isStatic == isStatic
        }
        return found.isEmpty ? .nothing : .symbols(found, isSure: isSure)
    }

    /// Of what a protocol asks for and what an extension of it has for that, the one that is meant:
    /// through the protocol what it asks for, else what there is.
    private func provided(
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
    private func baseKinds(of type: Symbol) -> [EdgeKind] {
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
    func extendedType(_ symbol: Symbol) -> Value {
        let other = table.file(of: symbol)
        guard let text = other.facts.definitions[symbol - other.first].extends else {
            return .nothing
        }
        return leveled(symbol, extendedMemo) {
            inside(table.fileNumber(of: symbol)) {
                if rules.isStrict { return strictExtendedType(text, other, symbol) }
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

    /// Answers that were given before, by how many levels there were for them; those that needed
    /// no more than they had count for all.
    final class Memo {
        let number: Int

        init(_ number: Int) { self.number = number }

        private var answers: [Int: (value: Value, dependencies: [UInt32])] = [:]

        subscript(key: Int, level: Int) -> (value: Value, dependencies: [UInt32])? {
            get { answers[key << 4] ?? answers[key << 4 | level] }
            set { answers[key << 4 | level] = newValue }
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

    func leveled(_ symbol: Int, _ memo: Memo, _ body: () -> Value) -> Value {
        guard level > 0 else {
            isCut = true
            return .nothing
        }
        let key = symbol << 1 | (looksAtBases ? 1 : 0)
        if let known = memo[key, level] {
            join(known.dependencies, key << 8 | level << 2 | memo.number)
            return known.value
        }
        let wasCut = isCut
        let noted = beginNoting()
        isCut = false
        level -= 1
        let value = body()
        level += 1
        memo[key, isCut ? level : 0] = (value, endNoting(noted))
        isCut = isCut || wasCut
        return value
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
        let (outerLevel, wasCut, lookedAtBases) = (level, isCut, looksAtBases)
        level = Self.levelLimit
        looksAtBases = false
        defer {
            (level, isCut) = (outerLevel, wasCut)
            looksAtBases = lookedAtBases
        }
        return body()
    }

    private func findBases(of type: Symbol) -> [Value] {
        let other = table.file(of: type)
        let index = type - other.first
        var values: [Value] = []
        var parts = [type]
        if other.language.links.hasPartialTypes, other.facts.definitions[index].isStatic {
            parts = table.symbols(at: table.path(type)).filter {
                table.definition($0).isType && table.definition($0).isStatic
            }
        }
        for part in parts {
            let file = table.file(of: part)
            let index = part - file.first
            for base in file.facts.bases where base.owner == index {
                // A base is no member of the type itself.
                let owner = max(0, file.facts.definitions[index].parent)
                values.append(
                    inside(table.fileNumber(of: part)) {
                        types(in: evaluate(Expression(base.target).parts, owner, .type))
                    })
            }
        }
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
