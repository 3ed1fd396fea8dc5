// SPDX-License-Identifier: Apache-2.0
//
// What a key depends on, or what depends on it: the edges themselves, level by level.

import CodeGraph
import SegmentStore

/// An edge, and how far from the start it was met.
public struct Dependency: Sendable, Equatable {
    /// The key that depends.
    public let from: String
    /// The key that is depended on.
    public let to: String
    /// calls, uses, implements, …
    public let kind: String
    /// Where it is.
    public let file: String
    /// Of every place that the edge stands for, ascending.
    public let lines: [Int]
    /// How many places those are, even where not every line is known.
    public let count: Int
    /// How sure it is: exact, probable, ambiguous, external, unresolved.
    public let resolution: String
    /// 1 for the edges of the key itself.
    public let depth: Int
}

/// Which edges are followed, and how far.
public struct DependencyQuery: Sendable {
    /// Outgoing: what the key depends on. Incoming: what depends on it.
    public var direction = Direction.outgoing
    /// Steps from the key; `Int.max` for all.
    public var depth = 1
    /// Which edges are followed.
    public var filter = EdgeFilter()
    /// Edges in the answer.
    public var limit = Int.max
    /// Edges to pass over.
    public var offset = 0

    public init() {}

    /// What was found.
    public struct Answer: Sendable {
        /// Nearest first.
        public var edges: [Dependency] = []
        /// How many edges there are, those too that are not among these.
        public var total = 0
        /// References that may belong to the answer, and are resolved to no definition or not
        /// surely: of what depends on the key, all by its name; of what it depends on, its own.
        public var unresolvedCount = 0
        /// Whether there are more than the limit.
        public var isTruncated = false
        /// Whether there is nothing that may belong to it and is not known to.
        public var isComplete: Bool { unresolvedCount == 0 }
    }

    /// The edges that lead from the key, or to it, and on from there: nearest first, then in the
    /// order of the keys. Each is met once, a cycle or not.
    public func run(_ reader: Reader, from key: String) throws -> Answer {
        let walk = try LevelWalk(reader, direction, filter)
        var answer = Answer()
        let end = offset.addingReportingOverflow(limit)
        let wanted = offset..<(end.overflow ? .max : end.partialValue)
        try walk.run(from: [key], depth: depth) { edges in
            for edge in edges {
                if wanted.contains(answer.total) {
                    let (near, far) = (
                        try walk.nodes.key(edge.near), try walk.nodes.key(edge.far)
                    )
                    let isForward = direction == .outgoing
                    answer.edges.append(
                        try walk.edges.dependency(
                            edge.row, from: isForward ? near : far, to: isForward ? far : near,
                            edge.depth))
                }
                answer.total += 1
                if direction == .outgoing, edge.depth == 1,
                    try walk.edges.resolution(edge.row) == CodeGraph.unresolvedKind
                {
                    answer.unresolvedCount = try answer.unresolvedCount.plus(
                        walk.edges.count(edge.row))
                }
            }
        }
        answer.isTruncated = answer.total > wanted.upperBound
        if direction == .incoming {
            answer.unresolvedCount = try UnresolvedNames.count(toNamesOf: key, walk.edges)
        }
        return answer
    }
}

/// References by name to which no definition was found.
enum UnresolvedNames {
    /// How many there are, all over, by the name that the key's entity has.
    static func count(toNamesOf key: String, _ edges: EdgeReader) throws -> Int {
        // language:kind:qualified name:path
        let parts = key.utf8.split(
            separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false
        ).map { String(Substring($0)) }
        guard parts.count == 4, !Array(key.utf8).withUnsafeBytes(CodeGraph.isExternal) else {
            return 0
        }
        let names = parts[2].utf8.split(separator: UInt8(ascii: ".")).map { String(Substring($0)) }
        // Whoever makes a value names its type.
        let own = names.suffix(parts[1] == "constructor" ? 2 : 1)
        let languages =
            CodeGraph.families.first { $0.languages.contains(parts[0]) }?.languages ?? [parts[0]]
        var count = 0
        for language in languages {
            for name in own {
                let key = CodeGraph.unresolvedKey(language, encodedName: name)
                for edge in try edges.reader.edges(edges.relation, .incoming, of: key) {
                    count = count.plus(try edges.count(edge.row))
                }
            }
        }
        return count
    }
}
