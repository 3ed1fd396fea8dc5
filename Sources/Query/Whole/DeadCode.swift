// SPDX-License-Identifier: Apache-2.0
//
// What nothing comes to, by the edges that are known; and where everything begins.
//
// Reached is what a file does when it is run, `main`, tests, and all that these lead to; with what
// is reached, what it is in; and of a reached type what may be called without being named: what
// overrides something, and what the language calls by itself. What only something exported leads to
// is no more dead than that is: others may use it.

import CodeGraph
import SegmentStore

/// Entities that nothing is known to use.
public struct DeadCode: Sendable {
    /// An entity that is not reached, though what it is in is.
    public struct Item: Sendable {
        /// What it is.
        public let label: GraphNodeLabel
        /// Whether other trees may use it.
        public let isExported: Bool
        /// public, private, …
        public let visibility: String
        /// How long it is.
        public let lineCount: Int
        /// How many entities use it, none of which is reached.
        public let userCount: Int
        /// References by its name to which no definition was found.
        public let possibleUseCount: Int
    }

    /// A page of them: what is not exported first, what nothing at all uses before what only such
    /// uses, the longest first.
    public var items: [Item] = []
    /// How many there are.
    public var total = 0
    /// How many of them are exported.
    public var exportedCount = 0
    /// Tests that the store has left out: what only they use is listed too.
    public var leftOutTestCount = 0

    static let kinds: Set<String> = [
        "function", "method", "class", "struct", "enum", "interface", "trait", "protocol", "union",
        "type_alias", "constant", "variable", "macro", "property",
    ]

    /// Looks at all entities; those of `kinds` alone, if they are given, and of a folder.
    public init(
        _ reader: Reader, kinds: Set<String>? = nil, folder: String = "", limit: Int = .max,
        offset: Int = 0
    ) throws {
        var filter = EdgeFilter()
        filter.withoutKinds = ["contains"]
        filter.resolutions = ["exact", "probable", "ambiguous"]
        let map = try CodeMap(reader, filter)
        let reached = try Reached(map)
        let wanted = kinds ?? Self.kinds
        let degrees = Degrees(map.graph)
        let starts = try map.values("start_line")
        let ends = try map.values("end_line")
        func lineCount(_ node: Int) -> Int64 { ends[node] - starts[node] + 1 }
        // What only uses itself, by way of others or not, is used by nobody.
        let parts = StronglyConnected(map.graph)
        var isUsedFromOutside = [Bool](repeating: false, count: parts.count)
        map.graph.forEachEdge { from, to in
            let (user, used) = (parts.components[Int(from)], parts.components[Int(to)])
            if user != used { isUsedFromOutside[Int(used)] = true }
        }
        func others(_ node: Int) -> Int {
            Int(degrees.incoming[node])
                - (map.graph.neighbours(node).contains(Int32(node)) ? 1 : 0)
        }
        let found = (0..<map.entityCount).filter { node in
            wanted.contains(reached.kind(node)) && isPath(reached.file(node), in: folder)
                && (reached.isExported(node)
                    ? !reached.isReached(node) && !isUsedFromOutside[Int(parts.components[node])]
                        && reached.isParentReached(node)
                    : !reached.isReachedByOthers(node) && reached.isParentReachedByOthers(node))
        }.sorted { a, b in
            let (open, other) = (reached.isExported(a), reached.isExported(b))
            if open != other { return other }
            let (isUsed, isOtherUsed) = (others(a) > 0, others(b) > 0)
            if isUsed != isOtherUsed { return isOtherUsed }
            let (long, short) = (lineCount(a), lineCount(b))
            return long != short ? long > short : a < b
        }
        total = found.count
        exportedCount = found.count { reached.isExported($0) }
        leftOutTestCount =
            (try? reader.snapshot.rowCount(CodeGraph.excludedTests.name)) ?? 0
        let edges = try EdgeReader(reader)
        for node in found.dropFirst(offset).prefix(limit) {
            let entity = try map.entity(node)
            items.append(
                Item(
                    label: GraphNodeLabel(entity), isExported: reached.isExported(node),
                    visibility: entity.visibility, lineCount: Int(lineCount(node)),
                    userCount: others(node),
                    possibleUseCount: try UnresolvedNames.count(toNamesOf: entity.key, edges)))
        }
    }
}

/// Where programs begin: what nothing of the tree calls, and calls others.
public struct EntryPoints: Sendable {
    /// Something that nothing leads to.
    public struct Item: Sendable {
        /// What it is.
        public let label: GraphNodeLabel
        /// public, private, …
        public let visibility: String
        /// Whether it is where a program begins, by its name.
        public let isMain: Bool
        /// How many entities it depends on.
        public let dependencies: Int
        /// How many it leads to in the end.
        public let reachCount: Int
    }

    /// A page of them: main functions first, then those that depend on most.
    public var items: [Item] = []
    /// How many there are.
    public var total = 0

    /// Looks at all functions, and at the code of files outside of any.
    public init(
        _ reader: Reader, folder: String = "", limit: Int = .max, offset: Int = 0
    ) throws {
        let map = try CodeMap(reader)
        let reached = try Reached(map)
        let degrees = Degrees(map.graph)
        let loops = (0..<map.entityCount).map { node in
            map.graph.neighbours(node).contains(Int32(node)) ? 1 as Int32 : 0
        }
        let found = (0..<map.entityCount).filter { node in
            reached.isCode(node) && degrees.incoming[node] == loops[node]
                && degrees.outgoing[node] > loops[node] && isPath(reached.file(node), in: folder)
        }.sorted { a, b in
            let (first, second) = (reached.isMain(a), reached.isMain(b))
            if first != second { return first }
            let (more, less) = (degrees.outgoing[a], degrees.outgoing[b])
            return more != less ? more > less : a < b
        }
        total = found.count
        for node in found.dropFirst(offset).prefix(limit) {
            let entity = try map.entity(node)
            items.append(
                Item(
                    label: GraphNodeLabel(entity), visibility: entity.visibility,
                    isMain: reached.isMain(node), dependencies: Int(degrees.outgoing[node]),
                    reachCount: Reach(map.graph, from: [Int32(node)]).nodes.count - 1))
        }
    }
}

extension GraphNodeLabel {
    init(_ entity: Entity) {
        self.init(
            key: entity.key, name: entity.qualifiedName, kind: entity.kind, file: entity.file,
            line: entity.startLine)
    }
}

/// Which entities are come to.
private struct Reached {
    private let kinds, files, visibilities, names, languages: (numbers: [Int32], words: [String])
    private let parents: [Int32]
    private var reached: [Bool] = []
    /// The same, where all that is exported is used.
    private var reachedByOthers: [Bool] = []

    init(_ map: CodeMap) throws {
        kinds = try map.words("kind")
        files = try map.words("file")
        visibilities = try map.words("visibility")
        names = try map.words("name")
        languages = try map.words("language")
        parents = try map.parents()
        let tests = try map.values("is_test")
        let implicit = try implicitMembers(map)
        let roots = (0..<map.entityCount).filter {
            kind($0) == "module" || isMain($0) || tests[$0] == 1
        }
        reached = reach(map, roots, implicit)
        reachedByOthers = reach(
            map, roots + (0..<map.entityCount).filter { isExported($0) }, implicit)
    }

    private func reach(
        _ map: CodeMap, _ roots: [Int], _ implicit: [Int32: [Int32]]
    ) -> [Bool] {
        var reached = [Bool](repeating: false, count: map.entityCount)
        var queue: [Int32] = []
        func reach(_ node: Int32) {
            if reached[Int(node)] { return }
            reached[Int(node)] = true
            queue.append(node)
        }
        for node in roots { reach(Int32(node)) }
        while let node = queue.popLast() {
            for next in map.graph.neighbours(Int(node)) { reach(next) }
            if parents[Int(node)] >= 0 { reach(parents[Int(node)]) }
            for member in implicit[node] ?? [] { reach(member) }
        }
        return reached
    }

    func kind(_ node: Int) -> String { word(kinds, node) }
    func file(_ node: Int) -> String { word(files, node) }
    func isReached(_ node: Int) -> Bool { reached[node] }
    func isReachedByOthers(_ node: Int) -> Bool { reachedByOthers[node] }
    func isParentReached(_ node: Int) -> Bool { parents[node] < 0 || reached[Int(parents[node])] }
    func isParentReachedByOthers(_ node: Int) -> Bool {
        parents[node] < 0 || reachedByOthers[Int(parents[node])]
    }

    /// Whether other trees can name it: it and all that it is in. A row may say anything of that.
    func isExported(_ node: Int) -> Bool {
        var place = node
        for _ in 0..<100 {
            let visibility = word(visibilities, place)
            guard visibility == "public" || visibility == "protected" else { return false }
            guard parents[place] >= 0 else { return true }
            place = Int(parents[place])
        }
        return false
    }

    /// Whether it is something that runs.
    func isCode(_ node: Int) -> Bool {
        ["function", "method", "constructor", "module"].contains(kind(node))
    }

    func isMain(_ node: Int) -> Bool {
        guard ["function", "method"].contains(kind(node)) else { return false }
        let name = word(names, node)
        return ["main", "Main", "_main", "__main__"].contains(name)
            || name == "init" && word(languages, node) == "go"
    }

    private func word(_ column: (numbers: [Int32], words: [String]), _ node: Int) -> String {
        column.numbers[node] < 0 ? "" : column.words[Int(column.numbers[node])]
    }

    /// Whether what it implements is no base, but what declares it.
    private func isDefinition(_ node: Int) -> Bool {
        isCode(node) && kind(node) != "module"
            || ["variable", "constant", "field"].contains(kind(node))
    }

    /// Of each type the members that may be called without being named, of a declaration what it
    /// declares.
    private func implicitMembers(_ map: CodeMap) throws -> [Int32: [Int32]] {
        var filter = EdgeFilter()
        filter.kinds = ["extends", "implements"]
        let types = try CodeMap(map.reader, filter, withExternals: true)
        // Types above, in the tree, and whether any is outside: there it is not known what calls.
        func above(_ type: Int) -> (ancestors: Set<Int32>, isOpen: Bool) {
            var ancestors = Set<Int32>()
            var isOpen = false
            var rest = [Int32(type)]
            while let next = rest.popLast() {
                for upper in types.graph.neighbours(Int(next))
                where ancestors.insert(upper).inserted {
                    if Int(upper) < types.entityCount { rest.append(upper) } else { isOpen = true }
                }
            }
            return (ancestors, isOpen)
        }
        var members: [Int32: [Int32]] = [:]
        for node in 0..<map.entityCount where parents[node] >= 0 {
            members[parents[node], default: []].append(Int32(node))
        }
        var implicit: [Int32: [Int32]] = [:]
        // Who uses a declaration uses what it declares.
        for node in 0..<map.entityCount where isDefinition(node) {
            for upper in types.graph.neighbours(node)
            where Int(upper) < types.entityCount && isDefinition(Int(upper)) {
                implicit[upper, default: []].append(Int32(node))
            }
        }
        for (type, own) in members where !isCode(Int(type)) {
            let (ancestors, isOpen) = above(Int(type))
            let upper = Set(
                ancestors.flatMap { members[$0] ?? [] }.map { names.numbers[Int($0)] })
            let isAbstract = ["interface", "trait", "protocol"].contains(kind(Int(type)))
            implicit[type, default: []] += own.filter { member in
                isAbstract || isOpen || upper.contains(names.numbers[Int(member)])
                    || isCalledByLanguage(Int(member))
            }
        }
        return implicit
    }

    private func isCalledByLanguage(_ node: Int) -> Bool {
        let name = word(names, node)
        return kind(node) == "constructor" || name.hasPrefix("__") || name.hasPrefix("operator")
            || ["init", "deinit", "subscript", "initialize", "constructor"].contains(name)
    }
}
