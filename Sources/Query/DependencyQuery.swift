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
    /// Nil for all.
    public var kinds: Set<String>?
    /// Nil for all.
    public var resolutions: Set<String>?
    /// Edges in the answer.
    public var limit = Int.max

    public init() {}

    /// What was found.
    public struct Answer: Sendable {
        /// Nearest first.
        public var edges: [Dependency] = []
        /// Whether there are more than the limit.
        public var isTruncated = false
        /// References that may belong to the answer, and are resolved to no definition or not
        /// surely: of what depends on the key, all by its name; of what it depends on, its own.
        public var unresolvedCount = 0
        /// Whether nothing may be missing.
        public var isComplete: Bool { unresolvedCount == 0 && !isTruncated }
    }

    /// The edges that lead from the key, or to it, and on from there: nearest first, then in the
    /// order of the keys. Each is met once, a cycle or not.
    public func run(_ reader: Reader, from key: String) throws -> Answer {
        var walk = try Walk(self, reader)
        var answer = try walk.run(from: key)
        answer.unresolvedCount =
            try direction == .incoming
            ? walk.referenceCount(toNamesOf: key)
            : answer.edges.reduce(0) {
                $0 + ($1.resolution == "unresolved" && $1.depth == 1 ? $1.count : 0)
            }
        return answer
    }
}

private struct Walk {
    let query: DependencyQuery
    let edges: EdgeReader
    var answer = DependencyQuery.Answer()

    init(_ query: DependencyQuery, _ reader: Reader) throws {
        self.query = query
        edges = try EdgeReader(reader)
    }

    mutating func run(from key: String) throws -> DependencyQuery.Answer {
        // Bytes, for strings are equal that differ in how their accents are composed.
        var seen: Set<[UInt8]> = [Array(key.utf8)]
        var level = [key]
        var depth = 0
        while depth < query.depth, !level.isEmpty {
            depth += 1
            var next: [String] = []
            for node in level {
                for (edge, end) in try found(at: node, depth) {
                    guard answer.edges.count < query.limit else {
                        answer.isTruncated = true
                        return answer
                    }
                    answer.edges.append(edge)
                    if seen.insert(Array(end.utf8)).inserted { next.append(end) }
                }
            }
            level = next.sorted(by: Self.precedes)
        }
        return answer
    }

    /// How many references there are, all over, by the name that the key's entity has, to which no
    /// definition was found.
    func referenceCount(toNamesOf key: String) throws -> Int {
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
                    let from = try edges.reader.key(of: edge, edges.relation)
                    count += try edges.dependency(edge.row, from: from, to: key, 1).count
                }
            }
        }
        return count
    }

    /// By bytes, as the store's own order is.
    private static func precedes(_ a: String, _ b: String) -> Bool {
        a.utf8.lexicographicallyPrecedes(b.utf8)
    }

    /// The node's edges that are asked for, each with its other end, in order.
    private func found(at node: String, _ depth: Int) throws -> [(Dependency, String)] {
        var found: [(Dependency, String)] = []
        for edge in try edges.reader.edges(edges.relation, query.direction, of: node) {
            guard query.kinds.isAcceptable(try edges.kind(edge.row)),
                query.resolutions.isAcceptable(try edges.resolution(edge.row))
            else { continue }
            let end = try edges.reader.key(of: edge, edges.relation)
            let isForward = query.direction == .outgoing
            found.append(
                (
                    try edges.dependency(
                        edge.row, from: isForward ? node : end, to: isForward ? end : node, depth),
                    end
                ))
        }
        return found.sorted { a, b in
            if Self.precedes(a.1, b.1) { return true }
            return !Self.precedes(b.1, a.1) && Self.precedes(a.0.kind, b.0.kind)
        }
    }
}

extension Swift.Optional<Set<String>> {
    fileprivate func isAcceptable(_ name: String) -> Bool { self?.contains(name) ?? true }
}

/// Reads the columns of edges.
struct EdgeReader {
    let reader: Reader
    let relation: Int
    private let kindColumn, fileColumn, lineColumn, linesColumn, countColumn, resolutionColumn: Int

    init(_ reader: Reader) throws {
        self.reader = reader
        let relation = try reader.relation(CodeGraph.edges.name)
        self.relation = relation
        func column(_ name: String) throws -> Int { try reader.column(name, of: relation) }
        kindColumn = try column("kind")
        fileColumn = try column("file")
        lineColumn = try column("line")
        linesColumn = try column("lines")
        countColumn = try column("count")
        resolutionColumn = try column("resolution")
    }

    func kind(_ row: RowID) throws -> String {
        try reader.string(relation, row, kindColumn) ?? ""
    }

    func resolution(_ row: RowID) throws -> String {
        try reader.string(relation, row, resolutionColumn) ?? ""
    }

    func dependency(_ row: RowID, from: String, to: String, _ depth: Int) throws -> Dependency {
        let first = Int(try reader.int(relation, row, lineColumn) ?? 0)
        let lines = try lines(row, first)
        let count = try reader.int(relation, row, countColumn).map(Int.init) ?? lines.count
        return Dependency(
            from: from, to: to, kind: try kind(row),
            file: try reader.string(relation, row, fileColumn) ?? "", lines: lines,
            count: max(count, lines.count),
            resolution: try resolution(row), depth: depth)
    }

    /// All lines, if they are what they should be: ascending, from the first on. Rows that others
    /// made may say anything.
    private func lines(_ row: RowID, _ first: Int) throws -> [Int] {
        guard let text = try reader.string(relation, row, linesColumn) else { return [first] }
        let lines = text.split(separator: " ", omittingEmptySubsequences: false).map { Int($0) }
        let known = lines.compactMap(\.self)
        guard known.count == lines.count, known.first == first,
            zip(known, known.dropFirst()).allSatisfy(<)
        else { return [first] }
        return known
    }
}
