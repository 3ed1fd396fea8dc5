// SPDX-License-Identifier: Apache-2.0
//
// From what a person types to the key that is meant: a whole key, or anything that names exactly
// one entity. It never takes one for another: where there are several, or none, it says so.

import CodeGraph
import Codec
import SegmentStore

/// What a text names.
public enum KeyMatch: Sendable, Equatable {
    case key(String)
    /// Several, in the order of their keys.
    case ambiguous([String])
    /// None; these are like it, the likest first.
    case unknown(similar: [String])
}

/// What has a key.
struct GraphNode {
    let key: String
    let name: String
    let qualifiedName: String
    let file: String
    /// What a file is as a whole.
    var isFile = false
}

/// Finds keys of a code graph by name. Not for two threads.
public final class KeyFinder {
    private let reader: Reader
    private let entities: EntityReader?
    private let edges: Int?

    /// How many keys are suggested.
    public static let suggestionLimit = 10
    /// How much less like it than the first the last may be.
    private static let suggestionSpan = 1

    /// For the snapshot of the reader.
    public init(_ reader: Reader) {
        self.reader = reader
        entities = try? EntityReader(reader)
        edges = try? reader.relation(CodeGraph.edges.name)
    }

    /// Whether a text is a line of a file, of which it does not say what is there.
    public static func isPlace(_ text: String) -> Bool { FilePlace(text) != nil }

    /// A text is a whole key; or a name, or the last parts of a qualified name ('Session.refresh');
    /// or one of these behind the last parts of a path ('login.rs:refresh'); or a file, or a line
    /// of one. If there is nothing like that it may also be a call, have the separators of any
    /// language, and name the modules that the file is in.
    public func find(_ text: String) throws -> KeyMatch {
        if try isKey(text) { return .key(text) }
        var found = try nodes(named: text)
        if NamePattern.isOperator(text) {
            return try Self.match(found)
                ?? .unknown(similar: similar(to: NamePattern(literal: text), nil))
        }
        let pattern = NamePattern(text)
        found += try nodes(ending: pattern.last).filter { pattern.matches($0) }
        found += try inFiles(text)
        if let match = Self.match(found) { return match }

        let readings = NamePattern.readings(of: text) ?? []
        var inModules: [GraphNode] = []
        for node in try nodes(ending: readings.first?.last ?? "") {
            if readings.contains(where: { $0.matches(node) }) {
                found.append(node)
            } else if readings.contains(where: { $0.matchesWithPath(node) }) {
                inModules.append(node)
            }
        }
        if let match = Self.match(found) { return match }

        // What is defined elsewhere has the names that many things have.
        let patterns = [pattern] + readings
        let ends = Set(patterns.map(\.last)).map { Array($0.utf8) }
        try forEachKey { key in
            let end = Self.nameEnd(key)
            return ends.contains { end.count >= $0.count && end.suffix($0.count).elementsEqual($0) }
        } body: { node, isEntity in
            if !isEntity, patterns.contains(where: { $0.matches(node) }) { inModules.append(node) }
        }
        if let match = Self.match(inModules) { return match }
        return .unknown(similar: try similar(to: pattern, readings.first))
    }

    /// Nil if there is none. A file that has the name of something in it is not what is meant.
    private static func match(_ nodes: [GraphNode]) -> KeyMatch? {
        let inner = Set(nodes.lazy.filter { !$0.isFile }.map { ByteText($0.file) })
        let keys = Set(
            nodes.lazy.filter { !$0.isFile || !inner.contains(ByteText($0.file)) }
                .map { ByteText($0.key) }
        ).sorted().map(\.text)
        guard let first = keys.first else { return nil }
        return keys.count == 1 ? .key(first) : .ambiguous(keys)
    }

    // MARK: - By key

    /// Whether it is the key of an entity, or an end of an edge.
    private func isKey(_ text: String) throws -> Bool {
        if let entities, try reader.find(entities.relation, key: text) != nil { return true }
        guard let edges else { return false }
        for direction in [Direction.outgoing, .incoming]
        where try !reader.edges(edges, direction, of: text).isEmpty {
            return true
        }
        return false
    }

    /// All that has a key which is meant, and is an entity or an end of an edge.
    private func forEachKey(
        where isMeant: (UnsafeRawBufferPointer) -> Bool,
        body: (GraphNode, _ isEntity: Bool) throws -> Void
    ) throws {
        var seen = Set<[UInt8]>()
        try reader.forEachString(ofDomain: CodeGraph.keyDomain) { string in
            guard isMeant(string), seen.insert(Array(string)).inserted else { return }
            let key = String(decoding: string, as: UTF8.self)
            if let entities, let row = try reader.find(entities.relation, key: key) {
                try body(try node(row, entities), true)
            } else if try isKey(key) {
                // A dictionary also has what other relations refer to, and what was replaced.
                try body(GraphNode(key), false)
            }
        }
    }

    /// Of a key all up to where its qualified name ends; a key of another form is its own name.
    private static func nameEnd(_ key: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer> {
        let colons = key.reduce(0) { $0 + ($1 == UInt8(ascii: ":") ? 1 : 0) }
        guard colons >= 3, let end = key.lastIndex(of: UInt8(ascii: ":")) else { return key[...] }
        return key[..<end]
    }

    // MARK: - By name

    /// Those whose name or qualified name is all of this: a name may be an operator's, and have in
    /// it what stands between the names of others.
    private func nodes(named text: String) throws -> [GraphNode] {
        guard let entities, text.utf8.contains(where: NamePattern.isSeparator) else { return [] }
        let utf8 = text.utf8
        let starts = utf8.indices.filter { place in
            place == utf8.startIndex || NamePattern.isSeparator(utf8[utf8.index(before: place)])
        }
        var found: [GraphNode] = []
        for start in starts {
            for row in try entities.rows(name: String(text[start...])) {
                let node = try node(row, entities)
                if start == utf8.startIndex || node.qualifiedName.utf8.elementsEqual(utf8) {
                    found.append(node)
                }
            }
        }
        return found
    }

    /// Those whose name is `ending`, or ends with it behind a separator.
    private func nodes(ending: String) throws -> [GraphNode] {
        guard let entities, !ending.isEmpty else { return [] }
        let end = Array(ending.utf8)
        var found: [GraphNode] = []
        try entities.forEachName { name, rows in
            guard name.count >= end.count, name.suffix(end.count).elementsEqual(end),
                name.count == end.count || NamePattern.isSeparator(name[name.count - end.count - 1])
            else { return }
            for row in try rows() { found.append(try node(row, entities)) }
        }
        return found
    }

    private func node(_ row: RowID, _ entities: EntityReader) throws -> GraphNode {
        GraphNode(
            key: try entities.text(row, entities.key), name: try entities.text(row, entities.name),
            qualifiedName: try entities.text(row, entities.qualifiedName),
            file: try entities.text(row, entities.file), isFile: try entities.isFile(row))
    }

    /// The file that a text names, or what is at the line of it: of each file, if there are several
    /// of that name, the innermost.
    private func inFiles(_ text: String) throws -> [GraphNode] {
        guard let entities else { return [] }
        let place = FilePlace(text)
        let folders = place?.folders ?? NamePattern.folders(text[...])
        guard let name = folders.last, place != nil || folders.count > 1 || name.contains(".")
        else { return [] }
        var found: [GraphNode] = []
        for file in try files(ending: folders) {
            let rows = try entities.rows(file: file.text)
            let meant =
                try place.map { try innermost(rows, at: $0.line, entities) }
                ?? rows.filter { try entities.isFile($0) }
            for row in meant { found.append(try node(row, entities)) }
        }
        return found
    }

    /// The paths whose last parts are these.
    private func files(ending folders: [Substring]) throws -> Set<ByteText> {
        let end = Array((folders.last ?? "").utf8)
        var found = Set<ByteText>()
        try reader.forEachString(ofDomain: CodeGraph.fileDomain) { path in
            guard path.suffix(end.count).elementsEqual(end) else { return }
            let path = String(decoding: path, as: UTF8.self)
            if NamePattern.folders(path[...]).suffix(folders.count) == folders[...] {
                found.insert(ByteText(path))
            }
        }
        return found
    }

    /// Of the rows of a file those that begin last, and of them those that end first, among those
    /// that have the line.
    private func innermost(
        _ rows: [RowID], at line: Int64, _ entities: EntityReader
    ) throws -> [RowID] {
        var best: (start: Int64, end: Int64)?
        var found: [RowID] = []
        for row in rows {
            let start = try reader.int(entities.relation, row, entities.startLine) ?? 0
            let end = try reader.int(entities.relation, row, entities.endLine) ?? 0
            guard start <= line, line <= end else { continue }
            if let best, (start, -end) < (best.start, -best.end) { continue }
            if best.map({ $0 != (start, end) }) ?? true { found.removeAll() }
            best = (start, end)
            found.append(row)
        }
        return found
    }

    // MARK: - Likeness

    /// What is defined elsewhere only if nothing of the tree is near.
    private func similar(to pattern: NamePattern, _ reading: NamePattern?) throws -> [String] {
        let reading = reading ?? pattern
        var found: [ByteText: Int] = [:]
        func take(_ node: GraphNode) {
            // A whole key with a slip of the finger first.
            if let distance = editDistance(node.key, pattern.text, limit: 2) {
                found[ByteText(node.key)] = distance - 4
            } else if let distance = reading.distance(to: node) {
                found[ByteText(node.key)] = distance
            }
        }
        try forEachNameLike(reading.last, take)
        if !reading.isNear(found.values.min()) {
            var matchers = [reading.last, GraphNode(pattern.text).name].map {
                NameMatcher($0, limit: NamePattern.slips(in: $0))
            }
            try forEachKey { key in
                let name = Self.nameEnd(key)
                guard matchers.contains(where: { $0.mayMatch(in: name) }) else { return false }
                return NamePattern.componentsOfName(key).contains { part in
                    matchers.indices.contains { matchers[$0].match(part) != nil }
                }
            } body: { node, _ in
                take(node)
            }
        }
        let sorted = found.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        // Beside what is very like it, what is hardly so is noise.
        let limit = (sorted.first?.value ?? 0) + Self.suggestionSpan
        return sorted.prefix(Self.suggestionLimit).prefix { $0.value <= limit }.map(\.key.text)
    }

    /// The entities with a name like this one.
    private func forEachNameLike(_ name: String, _ body: (GraphNode) -> Void) throws {
        guard let entities, !name.isEmpty else { return }
        var matcher = NameMatcher(name, limit: NamePattern.slips(in: name))
        var names: [(match: NameMatch, rows: [RowID])] = []
        try entities.forEachName { name, rows in
            guard let match = matcher.match(name) else { return }
            names.append((match, try rows()))
        }
        // Of many only the best can be among those that are shown.
        names.sort { $0.match < $1.match }
        var count = 0
        for (_, rows) in names {
            for row in rows.prefix(Self.likeLimit) { body(try node(row, entities)) }
            count += rows.count
            if count > Self.likeLimit { return }
        }
    }

    private static let likeLimit = 2000
}

extension GraphNode {
    /// What is known of it by its key alone.
    init(_ key: String) {
        let parts = KeyParts(key)
        self.key = key
        qualifiedName = parts.qualifiedName
        name = NamePattern.components(qualifiedName).last ?? qualifiedName
        file = parts.file
    }
}
