// SPDX-License-Identifier: Apache-2.0
//
// What is used with something else although nothing names it: methods that are called through what
// they override or by the language, what has no name, and what values call when they are made.
// Where it is not known, it is said to be used: a wrong claim of dead code is worse than one less.

import CodeGraph

/// Of each entity what is used where it is.
struct UnnamedUses {
    private(set) var uses: [Int32: [Int32]] = [:]

    init(_ map: CodeMap, _ words: EntityWords) throws {
        let overrides = try Overrides(map, words)
        for node in 0..<map.entityCount where words.parents[node] >= 0 {
            let isUsed =
                try words.isAnonymous(node) || words.kind(node) == "enum_member"
                || words.isTypeOfValue(node) || overrides.mayBeCalled(node)
                || Self.isPut(map, words, node)
            if isUsed { uses[words.parents[node], default: []].append(Int32(node)) }
        }
        try addMaking(map, words)
    }

    /// Whether it is a value that was put where something else has it: a function of an object of
    /// JavaScript's, a method of PHP's anonymous classes. What is declared has its own name.
    private static func isPut(
        _ map: CodeMap, _ words: EntityWords, _ node: Int
    ) throws -> Bool {
        guard words.kind(node) == "function" else { return false }
        switch words.language(node) {
        case "php": return words.isFunction(Int(words.parents[node]))
        case "javascript", "typescript", "tsx":
            let signature = try map.text(node, "signature")
            return !["function", "async function", "export ", "const ", "let ", "var "]
                .contains { signature.hasPrefix($0) }
        default: return false
        }
    }

    /// What values call, and the classes without names that they are of, run with what the values
    /// are in, though nobody may use the values.
    private mutating func addMaking(_ map: CodeMap, _ words: EntityWords) throws {
        var filter = map.filter
        filter.kinds = ["calls"]
        let calls = try CodeMap(map, filter)
        for node in 0..<map.entityCount where words.isData(node) && words.parents[node] >= 0 {
            let made =
                calls.graph.neighbours(node)
                + (uses[Int32(node)] ?? []).filter { words.isAnonymous(Int($0)) }
            if made.isEmpty { continue }
            // A row may say anything of what it is in.
            var place = words.parents[node]
            for _ in 0..<100 where words.isData(Int(place)) && words.parents[Int(place)] >= 0 {
                place = words.parents[Int(place)]
            }
            uses[place, default: []] += made
        }
    }
}

/// Which methods may be called through something that they override or implement.
struct Overrides {
    private let words: EntityWords
    /// Of each type the names of the methods of those above it, in the tree.
    private var inherited: [Int32: Set<Int32>] = [:]
    /// Types with one above that is outside of the tree: what calls their methods is not known.
    private var openTypes: Set<Int32> = []
    /// Names of all methods of interfaces, of languages where types do not say what they implement
    /// or where that is said elsewhere.
    private var abstractNames: [String: Set<Int32>] = ["go": [], "rust": []]

    init(_ map: CodeMap, _ words: EntityWords) throws {
        self.words = words
        var filter = EdgeFilter()
        filter.kinds = ["extends", "implements"]
        let types = try CodeMap(map.reader, filter, withExternals: true)
        var members: [Int32: [Int32]] = [:]
        for node in 0..<map.entityCount where words.parents[node] >= 0 {
            let parent = words.parents[node]
            members[parent, default: []].append(Int32(node))
            if words.isAbstract(Int(parent)) {
                abstractNames[words.language(node)]?.insert(words.nameNumber(node))
            }
        }
        for type in members.keys where !words.isFunction(Int(type)) && !words.isFileCode(Int(type))
        {
            let (ancestors, isOpen) = Self.above(type, types)
            if isOpen { openTypes.insert(type) }
            let names = ancestors.flatMap { members[$0] ?? [] }.map { words.nameNumber(Int($0)) }
            if !names.isEmpty { inherited[type] = Set(names) }
        }
    }

    /// The types above one, and whether any of them is outside of the tree.
    private static func above(_ type: Int32, _ types: CodeMap) -> (Set<Int32>, isOpen: Bool) {
        var ancestors = Set<Int32>()
        var isOpen = false
        var rest = [type]
        while let next = rest.popLast() {
            for upper in types.graph.neighbours(Int(next))
            where ancestors.insert(upper).inserted {
                if Int(upper) < types.entityCount { rest.append(upper) } else { isOpen = true }
            }
        }
        return (ancestors, isOpen)
    }

    /// Whether a member of a type may be called without being named.
    func mayBeCalled(_ node: Int) -> Bool {
        // What of Go's is exported may satisfy an interface of any package.
        isOverride(node)
            || words.kind(node) == "method" && words.language(node) == "go" && words.isOpen(node)
    }

    /// Whether a member is known to override or implement something, as far as what is above its
    /// type is known; or is called by the language itself.
    func isOverride(_ node: Int) -> Bool {
        let parent = words.parents[node]
        guard parent >= 0 else { return false }
        let (name, language) = (words.nameNumber(node), words.language(node))
        let isAbstract = abstractNames[language]?.contains(name) == true
        let isByLanguage = LanguageNames.areCalled(words.name(node), language)
        if words.isFunction(Int(parent)) || words.isFileCode(Int(parent)) {
            // A method that is not where its type is: the type is in another file or tree.
            return words.kind(node) == "method"
                && (language == "rust" || isAbstract || isByLanguage)
                || words.kind(node) == "type_alias" && isAbstract
        }
        return words.kind(node) == "constructor" || isAbstract || isByLanguage
            || words.isAbstract(Int(parent)) || openTypes.contains(parent)
            || inherited[parent]?.contains(name) == true
            || words.kind(Int(parent)) == "enum_member" || words.isAnonymous(Int(parent))
    }
}
