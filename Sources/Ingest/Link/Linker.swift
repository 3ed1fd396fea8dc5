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
    let finder: ModuleFinder
    private(set) var file: LinkedFile
    private(set) var rules: LinkRules
    private(set) var family: NamePath
    /// What a definition is, or extends, may follow from what another is, and that from a third. So
    /// many may stand behind each other: an answer depends on nothing but the question then, not on
    /// what was asked before.
    static let levelLimit = 10
    var level = Linker.levelLimit
    /// Whether anything was left out for want of levels.
    var isCut = false
    /// How many levels stand behind each other in what is looked for.
    var height = 0
    let typeMemo = Memo(0)
    let extendedMemo = Memo(1)
    let attributeMemo = Memo(2)
    let importMemo = Memo(3)
    var importNumbers: [ImportKey: Int] = [:]
    /// Which files a file includes, with what those do.
    var included: [Int: Set<Int32>] = [:]
    var baseMemo: [Symbol: (values: [Value], dependencies: [UInt32])] = [:]
    var openBaseMemo: [NamePath: (bases: [OpenBase], dependencies: [UInt32], number: Int)] = [:]
    var exportMemo: [Handed: (answer: Memo.Answer, number: Int)] = [:]
    var moduleMemo: [ImportKey: (value: Value, dependencies: [UInt32], number: Int)] = [:]
    var packageMemo: [Int: (imports: [String: [Int]], dependencies: [UInt32], number: Int)] = [:]
    var ancestorMemo: [Symbol: (ancestors: [Ancestor], dependencies: [UInt32], number: Int)] = [:]
    /// What a name cannot mean: the type whose bases are looked for.
    var notYet: Symbol?
    /// While bases are looked for, members are those of types themselves.
    var looksAtBases = true
    /// What the answers for this file depend on: names, and files whose imports were looked at.
    var dependencies: [UInt32] = []
    /// Of answers given before, those whose dependencies are among them.
    var joined: Set<Int> = []

    init(_ table: SymbolTable) {
        self.table = table
        finder = ModuleFinder(table)
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

    /// All that a file refers to, in the order of its references.
    func links(of number: Int, _ references: [Reference]) -> [(
        link: Link, resolution: Resolution, line: Int
    )] {
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
        var imported: Set<[Int]> = []
        for item in facts.imports
        where !item.module.isEmpty && !facts.definitions[item.owner].isExcluded {
            let answer = answer(item)
            add(item.owner, .imports, answer, answer.resolution, item.line)
            // Who takes names from a file imports the file.
            if !rules.isStrict, let name = item.name,
                case .module(_, let other?) = module(of: item), other != number
            {
                let whole = whole([other], name)
                if whole.resolution == .exact, whole.targets != answer.targets,
                    imported.insert([item.owner, other, item.line]).inserted
                {
                    add(item.owner, .imports, whole, .exact, item.line)
                }
            }
        }
        for references in [facts.bases, references] {
            for reference in references where !facts.definitions[reference.owner].isExcluded {
                // What a type says of itself stands where it does, and the type is not there yet.
                var reference = reference
                let from = reference.owner
                if reference.kind.isBase, facts.definitions[from].isType {
                    reference.owner = max(0, facts.definitions[from].parent)
                    notYet = file.first + from
                }
                defer { notYet = nil }
                let question = Question(
                    target: reference.target, owner: reference.owner, kind: reference.kind,
                    argumentCount: reference.argumentCount, labels: reference.labels,
                    arguments: reference.arguments, isValue: reference.isValue, notYet: notYet)
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
                    answer.targets == [.symbol(file.first + from)]
                {
                    continue
                }
                var kind = reference.kind
                if kind == .calls, let called = calledMember(of: answer, reference) {
                    kind = .uses
                    add(from, .calls, called, called.resolution, reference.line)
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
                add(from, kind, answer, resolution, reference.line)
                if let type = answer.type {
                    let use = Answer(targets: [.symbol(type)], resolution: answer.resolution)
                    add(from, .uses, use, resolution, reference.line)
                }
            }
        }
        return links
    }

    /// What the links of the last file depend on, ascending: if nothing that has one of these names
    /// changes, they stay as they are.
    var namesLookedUp: [UInt32] { Set(dependencies).sorted() }

    static func dependency(on name: String) -> UInt32 {
        UInt32(truncatingIfNeeded: NamePath.hash(name))
    }

    /// On what a file has from others, and what those that it includes have.
    static func dependency(onImportsOf path: String) -> UInt32 { dependency(on: "/" + path) }

    /// On what files of a family have from each other, whichever, where `notesAskAllFiles`.
    static func dependency(onImportsIn family: String) -> UInt32 { dependency(on: "<" + family) }

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
    func calledMember(of answer: Answer, _ reference: Reference) -> Answer? {
        guard let name = rules.callName, answer.isInner,
            case .symbol(let symbol)? = answer.targets.first, !isTypeOrCallable(symbol)
        else { return nil }
        return calledMember(name, of: type(of: symbol), reference)
    }

    func calledMember(
        _ name: String, of value: Value, _ reference: Reference
    ) -> Answer? {
        guard case .instance = value else { return nil }
        let found = member(name, of: value, .called, argumentCount: reference.argumentCount)
        guard case .symbols = found else { return nil }
        return self.answer(found, name, reference)
    }

    /// Whether it is a member of a type that is not named: `.a`.
    func isImplicit(_ reference: Reference) -> Bool {
        reference.target.hasPrefix("@any.") && reference.target.utf8.filter { $0 == 46 }.count == 1
            || reference.target.expectedMember != nil
    }

    struct ImportKey: Hashable {
        let file: Int
        let owner: Int
        let module: String
        let name: String?
    }

    private struct Question: Hashable {
        let target: String
        let owner: Int
        let kind: EdgeKind
        let argumentCount: Int
        let labels: String?
        let arguments: String?
        let isValue: Bool
        let notYet: Symbol?
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
}

extension String {
    /// The member of what a function asks for: `f.@param0.a` has `a`.
    var expectedMember: Substring? {
        guard let dot = utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let before = self[..<dot]
        guard let at = before.utf8.lastIndex(of: UInt8(ascii: "@")),
            before[at...].hasPrefix("@param"), !before[at...].utf8.contains(UInt8(ascii: "."))
        else { return nil }
        return self[utf8.index(after: dot)...]
    }
}
