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
    private let entities: Int?
    private let edges: Int?

    /// How many keys are suggested.
    public static let suggestionLimit = 10
    /// How much less like it than the first the last may be.
    private static let suggestionSpan = 1

    /// For the snapshot of the reader.
    public init(_ reader: Reader) {
        self.reader = reader
        entities = try? reader.relation(CodeGraph.entities.name)
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
        let pattern = NamePattern(text)
        var found: [GraphNode] = []
        try forEachEntity(ending: pattern.last) { if pattern.matches($0) { found.append($0) } }
        found += try inFiles(text)
        if let match = Self.match(found) { return match }

        let readings = NamePattern.readings(of: text) ?? []
        var inModules: [GraphNode] = []
        if let last = readings.first?.last {
            try forEachEntity(ending: last) { node in
                if readings.contains(where: { $0.matches(node) }) {
                    found.append(node)
                } else if readings.contains(where: { $0.matchesWithPath(node) }) {
                    inModules.append(node)
                }
            }
        }
        if let match = Self.match(found) { return match }

        // What is defined elsewhere has the names that many things have.
        try forEachOtherNode { node in
            if ([pattern] + readings).contains(where: { $0.matches(node) }) {
                inModules.append(node)
            }
        }
        if let match = Self.match(inModules) { return match }
        return .unknown(similar: try similar(to: pattern, readings.first))
    }

    /// Nil if there is none. A file that has the name of something in it is not what is meant.
    private static func match(_ nodes: [GraphNode]) -> KeyMatch? {
        let inner = Set(nodes.lazy.filter { !$0.isFile }.map(\.file))
        let keys = Set(nodes.lazy.filter { !$0.isFile || !inner.contains($0.file) }.map(\.key))
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard let first = keys.first else { return nil }
        return keys.count == 1 ? .key(first) : .ambiguous(keys)
    }

    /// The file that a text names, or what is at the line of it: of each file, if there are several
    /// of that name, the innermost.
    private func inFiles(_ text: String) throws -> [GraphNode] {
        guard let entities else { return [] }
        let place = FilePlace(text)
        let folders = place?.folders ?? NamePattern.folders(text[...])
        guard let name = folders.last, place != nil || folders.count > 1 || name.contains(".")
        else { return [] }
        let file = try reader.column("file", of: entities)
        let start = try reader.column("start_line", of: entities)
        let end = try reader.column("end_line", of: entities)
        var found: [String: (lines: ClosedRange<Int64>, nodes: [GraphNode])] = [:]
        func isMeant(_ row: RowID) throws -> Bool {
            try reader.bytes(entities, row, file)?.suffix(name.utf8.count)
                .elementsEqual(name.utf8) == true
        }
        try forEachEntity(where: isMeant) { row, node in
            guard NamePattern.folders(node.file[...]).suffix(folders.count) == folders[...] else {
                return
            }
            guard let place else {
                if node.isFile { found[node.file] = (0...0, [node]) }
                return
            }
            let first = try self.reader.int(entities, row, start) ?? 0
            let last = try self.reader.int(entities, row, end) ?? 0
            guard first <= place.line, place.line <= last else { return }
            let lines = first...last
            if let best = found[node.file], best.lines != lines {
                // The innermost begins last, and of those that begin there ends first.
                if (lines.lowerBound, -lines.upperBound)
                    < (best.lines.lowerBound, -best.lines.upperBound)
                {
                    return
                }
                found[node.file] = (lines, [node])
            } else {
                found[node.file, default: (lines, [])].nodes.append(node)
            }
        }
        return found.values.flatMap(\.nodes)
    }

    /// Whether it is the key of an entity, or an end of an edge.
    private func isKey(_ text: String) throws -> Bool {
        if let entities, try reader.find(entities, key: text) != nil { return true }
        guard let edges else { return false }
        for direction in [Direction.outgoing, .incoming]
        where try !reader.edges(edges, direction, of: text).isEmpty {
            return true
        }
        return false
    }

    /// Only those whose name is `ending`, or whose qualified name ends with it: mostly no string
    /// has to be made to see that it is not.
    private func forEachEntity(ending: String, _ body: (GraphNode) throws -> Void) throws {
        guard let entities, !ending.isEmpty else { return }
        let name = try reader.column("name", of: entities)
        let qualifiedName = try reader.column("qualified_name", of: entities)
        let end = Array(ending.utf8)
        func isMeant(_ row: RowID) throws -> Bool {
            // A name is mostly how the qualified name ends.
            let qualified = try reader.bytes(entities, row, qualifiedName)
            return try qualified?.suffix(end.count).elementsEqual(end) == true
                || reader.bytes(entities, row, name)?.elementsEqual(end) == true
        }
        try forEachEntity(where: isMeant) { _, node in try body(node) }
    }

    private func forEachEntity(
        where isMeant: (RowID) throws -> Bool = { _ in true },
        _ body: (RowID, GraphNode) throws -> Void
    ) throws {
        guard let entities else { return }
        let columns = try ["key", "name", "qualified_name", "file", "kind", "parent"].map {
            try reader.column($0, of: entities)
        }
        try reader.forEachRow(entities) { row in
            guard try isMeant(row) else { return }
            func text(_ index: Int) throws -> String? {
                try reader.string(entities, row, columns[index])
            }
            let isFile = try text(4) == "module" && text(5) == nil
            try body(
                row,
                GraphNode(
                    key: text(0) ?? "", name: text(1) ?? "", qualifiedName: text(2) ?? "",
                    file: text(3) ?? "", isFile: isFile))
        }
    }

    /// Every end of an edge that is no entity: it is known by its key alone.
    private func forEachOtherNode(_ body: (GraphNode) -> Void) throws {
        guard let edges else { return }
        var seen = Set<[UInt8]>()
        for lookup in reader.core.lookups(edges) {
            let buffer = ByteBuffer()
            for id in 0..<lookup.dictionary.count {
                buffer.removeAll()
                try lookup.dictionary.append(id, to: buffer)
                let key = String(decoding: buffer.bytes, as: UTF8.self)
                guard seen.insert(Array(buffer.bytes)).inserted else { continue }
                if let entities, try reader.find(entities, key: key) != nil { continue }
                // A dictionary also has what other relations refer to, and what was replaced.
                guard try isKey(key) else { continue }
                body(GraphNode(key))
            }
        }
    }

    /// What is defined elsewhere only if nothing of the tree is near.
    private func similar(to pattern: NamePattern, _ reading: NamePattern?) throws -> [String] {
        let reading = reading ?? pattern
        var found: [(distance: Int, key: String)] = []
        func take(_ node: GraphNode) {
            // A whole key with a slip of the finger first.
            if let distance = editDistance(node.key, pattern.text, limit: 2) {
                found.append((distance - 4, node.key))
            } else if let distance = reading.distance(to: node) {
                found.append((distance, node.key))
            }
        }
        try forEachEntity { _, node in take(node) }
        if !reading.isNear(found.lazy.map(\.distance).min()) { try forEachOtherNode(take) }
        found.sort { ($0.distance, $0.key) < ($1.distance, $1.key) }
        // Beside what is very like it, what is hardly so is noise.
        let limit = (found.first?.distance ?? 0) + Self.suggestionSpan
        return found.prefix(Self.suggestionLimit).prefix { $0.distance <= limit }.map(\.key)
    }
}

/// language:kind:qualified_name:path, as far as a key is of that form.
extension GraphNode {
    init(_ key: String) {
        self.key = key
        let parts = key.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 4, let path = parts.last else {
            (qualifiedName, name, file) = (key, key, "")
            return
        }
        qualifiedName = parts[2..<parts.count - 1].joined(separator: ":")
        name = NamePattern.components(qualifiedName).last ?? qualifiedName
        // A second one of the same key ends with ~2.
        let tilde = path.lastIndex(of: "~").flatMap { place in
            let number = path[path.index(after: place)...]
            return !number.isEmpty && number.allSatisfy(\.isNumber) ? place : nil
        }
        file = String(path[..<(tilde ?? path.endIndex)])
    }
}
