// SPDX-License-Identifier: Apache-2.0
//
// Where everything begins.

import SegmentStore

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
        let words = try EntityWords(map)
        let begins = try Beginnings(map, words)
        let found = (0..<map.entityCount).filter { node in
            isPath(words.file(node), in: folder) && begins.isBeginning(node)
        }.sorted { a, b in
            let (first, second) = (words.isMain(a), words.isMain(b))
            if first != second { return first }
            let (more, less) = (map.graph.degree(a), map.graph.degree(b))
            return more != less ? more > less : a < b
        }
        total = found.count
        for node in found.dropFirst(offset).prefix(limit) {
            let entity = try map.entity(node)
            items.append(
                Item(
                    label: GraphNodeLabel(entity), visibility: entity.visibility,
                    isMain: words.isMain(node), dependencies: map.graph.degree(node),
                    reachCount: Reach(map.graph, from: [Int32(node)]).nodes.count - 1))
        }
    }
}

/// Tells what a program may begin with.
private struct Beginnings {
    private let words: EntityWords
    private let overrides: Overrides
    private let tests: [Int64]
    /// Without what is only named.
    private let deeds: Digraph
    /// How many lead to each, those that are not sure of it too.
    private let uses: Digraph
    private let userCounts: [Int32]

    init(_ map: CodeMap, _ words: EntityWords) throws {
        self.words = words
        overrides = try Overrides(map, words)
        tests = try map.values("is_test")
        var filter = map.filter
        filter.withoutKinds = ["contains", "imports", "extends", "implements"]
        deeds = try CodeMap(map, filter).graph
        uses = try CodeMap(map, CodeMap.possibleUses).graph
        userCounts = Degrees(uses).incoming
    }

    func isBeginning(_ node: Int) -> Bool {
        if words.isFileCode(node) {
            return isRun(node) && hasOther(deeds, node) && !isUsed(node)
        }
        return words.isFunction(node) && hasOther(deeds, node) && !isUsed(node)
            && !words.isAnonymous(node) && !words.isMacroUse(node)
            && (!overrides.isOverride(node) || words.isMain(node) || tests[node] == 1)
    }

    /// Whether a language runs a file from its beginning to its end. PHP's are run in namespaces.
    private func isRun(_ node: Int) -> Bool {
        let language = words.language(node)
        return !["c", "cpp", "go", "java", "rust"].contains(language)
            && (words.parents[node] < 0 || language == "php")
    }

    private func hasOther(_ graph: Digraph, _ node: Int) -> Bool {
        graph.degree(node) > (isLoop(graph, node) ? 1 : 0)
    }

    private func isUsed(_ node: Int) -> Bool {
        userCounts[node] > (isLoop(uses, node) ? 1 : 0)
    }

    private func isLoop(_ graph: Digraph, _ node: Int) -> Bool {
        graph.neighbours(node).contains(Int32(node))
    }
}
