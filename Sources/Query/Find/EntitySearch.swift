// SPDX-License-Identifier: Apache-2.0
//
// Entities by their names, as somebody remembers them.

import CodeGraph
import SegmentStore

/// Finds entities by name: exact, by how it begins, by what stands in it, and with slips of the
/// finger, in that order.
public struct EntitySearch: Sendable {
    /// A name or a part of one, or several words of it; what contains it may stand before it
    /// ('Session.refresh', 'login.rs:refresh').
    public var text: String
    /// Nil for all.
    public var kinds: Set<String>?
    /// Nil for all.
    public var languages: Set<String>?
    /// Only what is in this folder or file; empty for all.
    public var folder = ""
    /// Matches in the answer.
    public var limit = 20
    /// Matches to pass over.
    public var offset = 0

    /// Asks for all that is called like that.
    public init(_ text: String) { self.text = text }

    /// How a name is like what was asked for.
    public enum Likeness: String, Sendable { case exact, prefix, substring, fuzzy }

    /// An entity, and why it is in the answer.
    public struct Match: Sendable {
        /// What was found.
        public let entity: Entity
        /// How its name is like the text.
        public let likeness: Likeness
        /// How many edges lead to it.
        public let dependentCount: Int
    }

    /// What was found.
    public struct Answer: Sendable {
        /// The best first: of those that are equally good the shortest names, in order, and of one
        /// name what most depends on.
        public var matches: [Match] = []
        /// Also of those that are not among the matches.
        public var total = 0
    }

    /// Looks at every name once.
    public func run(_ reader: Reader) throws -> Answer {
        let entities = try EntityReader(reader)
        let text = text.trimmed
        let pattern =
            NamePattern.isOperator(text) ? NamePattern(literal: text) : NamePattern(text)
        var answer = Answer()
        guard !pattern.last.isEmpty else { return answer }
        var found: [Found] = []
        var matcher = NameMatcher(pattern.last)
        try entities.forEachName { name, rows in
            guard let match = matcher.match(name) else { return }
            let rows = try rows().filter { try isWanted($0, entities, pattern) }
            guard !rows.isEmpty else { return }
            answer.total += rows.count
            found.append(Found(match: match, name: Array(name), rows: rows))
        }
        found.sort()
        answer.matches = try page(found, entities)
        return answer
    }

    private struct Found: Comparable {
        let match: NameMatch
        let name: [UInt8]
        let rows: [RowID]

        static func < (a: Found, b: Found) -> Bool {
            if a.match != b.match { return a.match < b.match }
            if a.name.count != b.name.count { return a.name.count < b.name.count }
            return a.name.lexicographicallyPrecedes(b.name)
        }
    }

    private func isWanted(_ row: RowID, _ entities: EntityReader, _ pattern: NamePattern) throws
        -> Bool
    {
        try kinds?.contains(entities.text(row, entities.kind)) != false
            && languages?.contains(entities.text(row, entities.language)) != false
            && (folder.isEmpty || isPath(entities.text(row, entities.file), in: folder))
            && (!pattern.isQualified
                || pattern.isLikelyIn(
                    qualifiedName: entities.text(row, entities.qualifiedName),
                    file: entities.text(row, entities.file)))
    }

    /// Only those of the page are read; of a name that is on it all are, to put them in order.
    private func page(_ found: [Found], _ entities: EntityReader) throws -> [Match] {
        var matches: [Match] = []
        var position = 0
        var index = 0
        let edges = try? entities.reader.relation(CodeGraph.edges.name)
        while index < found.count, matches.count < limit {
            // A name may stand in several segments.
            var rows = found[index].rows
            let likeness = found[index].match.likeness
            let name = found[index].name
            index += 1
            while index < found.count, found[index].name == name {
                rows += found[index].rows
                index += 1
            }
            position += rows.count
            guard position > offset else { continue }
            let ordered = try rows.map { row in
                let key = try entities.text(row, entities.key)
                let count = try edges.map {
                    try entities.reader.edges($0, .incoming, of: key).count
                }
                return (key: key, row: row, count: count ?? 0)
            }.sorted { a, b in
                a.count != b.count
                    ? a.count > b.count : a.key.utf8.lexicographicallyPrecedes(b.key.utf8)
            }
            let passed = max(0, offset - (position - rows.count))
            for (_, row, count) in ordered.dropFirst(passed).prefix(limit - matches.count) {
                matches.append(
                    Match(
                        entity: try entities.entity(row), likeness: likeness, dependentCount: count)
                )
            }
        }
        return matches
    }
}

extension NameMatch {
    fileprivate var likeness: EntitySearch.Likeness {
        switch self {
        case .exact, .exactButCase: .exact
        case .prefix, .prefixButCase: .prefix
        case .wordPrefix, .substring, .words: .substring
        case .similar: .fuzzy
        }
    }
}

/// Whether a path is a folder, a file, or in it.
package func isPath(_ path: String, in folder: String) -> Bool {
    if folder.isEmpty { return true }
    guard path.utf8.starts(with: folder.utf8) else { return false }
    return path.utf8.count == folder.utf8.count
        || path.utf8.dropFirst(folder.utf8.count).first == UInt8(ascii: "/")
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
