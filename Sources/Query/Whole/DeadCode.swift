// SPDX-License-Identifier: Apache-2.0
//
// What nothing comes to, by the edges that are known. What only something exported leads to is no
// more dead than that is: others may use it.

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
    /// Tests that the store has left out: what only they use is listed too, if it is not in a
    /// file of theirs.
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
        let map = try CodeMap(reader, CodeMap.possibleUses)
        let reached = try Reached(map)
        let wanted = kinds ?? Self.kinds
        let starts = try map.values("start_line")
        let ends = try map.values("end_line")
        func lines(_ node: Int) -> Int { lineSpan(starts[node], ends[node]) }
        let words = reached.words
        let isUsedFromOutside = Self.usesFromOutside(map, reached.twins)
        var userCounts = [Int](repeating: 0, count: map.entityCount)
        map.graph.forEachEdge { from, to in
            if !reached.twins.areOne(from, to) { userCounts[Int(to)] += 1 }
        }
        func others(_ node: Int) -> Int { userCounts[node] }
        let found = (0..<map.entityCount).filter { node in
            wanted.contains(words.kind(node)) && isPath(words.file(node), in: folder)
                && !words.isMacroUse(node) && !words.isHidden(node)
                && !reached.twins.isDeclaration(node)
                && (words.isExported(node)
                    ? !reached.isReached(node) && !isUsedFromOutside[node]
                        && reached.isParentReached(node)
                    : !reached.isReachedByOthers(node) && reached.isParentReachedByOthers(node))
        }.sorted { a, b in
            let (open, other) = (words.isExported(a), words.isExported(b))
            if open != other { return other }
            let (isUsed, isOtherUsed) = (others(a) > 0, others(b) > 0)
            if isUsed != isOtherUsed { return isOtherUsed }
            let (long, short) = (lines(a), lines(b))
            return long != short ? long > short : a < b
        }
        total = found.count
        exportedCount = found.count { words.isExported($0) }
        leftOutTestCount =
            (try? reader.snapshot.rowCount(CodeGraph.excludedTests.name)) ?? 0
        let edges = try EdgeReader(reader)
        for node in found.dropFirst(offset).prefix(limit) {
            let entity = try map.entity(node)
            items.append(
                Item(
                    label: GraphNodeLabel(entity), isExported: words.isExported(node),
                    visibility: entity.visibility, lineCount: lines(node),
                    userCount: others(node),
                    possibleUseCount: try UnresolvedNames.count(toNamesOf: entity.key, edges)))
        }
    }

    /// Of each entity whether something else uses it or a twin of it. What only uses itself, by way
    /// of others or not, is used by nobody.
    private static func usesFromOutside(_ map: CodeMap, _ twins: Twins) -> [Bool] {
        let parts = StronglyConnected(map.graph)
        var isPartUsed = [Bool](repeating: false, count: parts.count)
        map.graph.forEachEdge { from, to in
            let (user, used) = (parts.components[Int(from)], parts.components[Int(to)])
            if user != used, !twins.areOne(from, to) { isPartUsed[Int(used)] = true }
        }
        var isUsed = (0..<map.entityCount).map { isPartUsed[Int(parts.components[$0])] }
        for group in twins.all.values where group.contains(where: { isUsed[Int($0)] }) {
            for node in group { isUsed[Int(node)] = true }
        }
        return isUsed
    }
}
