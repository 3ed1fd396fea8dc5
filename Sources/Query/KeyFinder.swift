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
    /// None; these are like it.
    case unknown(similar: [String])
}

/// Finds keys of a code graph by name. Not for two threads.
public final class KeyFinder {
    private let reader: Reader
    private let entities: Int?
    private let edges: Int?

    /// How many keys are suggested.
    public static let suggestionLimit = 10

    /// For the snapshot of the reader.
    public init(_ reader: Reader) {
        self.reader = reader
        entities = try? reader.relation(CodeGraph.entities.name)
        edges = try? reader.relation(CodeGraph.edges.name)
    }

    /// A text is a whole key; or a name, or the last parts of a qualified name ('Session.refresh');
    /// or one of these behind the last parts of a path ('login.rs:refresh').
    public func find(_ text: String) throws -> KeyMatch {
        if try isKey(text) { return .key(text) }
        let pattern = NamePattern(text)
        var found: [String] = []
        try forEachNode { key, name, qualifiedName, file in
            if pattern.matches(name: name, qualifiedName: qualifiedName, file: file) {
                found.append(key)
            }
        }
        switch found.count {
        case 0: return .unknown(similar: try similar(to: pattern))
        case 1: return .key(found[0])
        default: return .ambiguous(found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        }
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

    /// Every entity, and every end of an edge that is none: those are known by their keys alone.
    private func forEachNode(
        _ body: (_ key: String, _ name: String, _ qualifiedName: String, _ file: String) -> Void
    ) throws {
        if let entities {
            let columns = try ["key", "name", "qualified_name", "file"].map {
                try reader.column($0, of: entities)
            }
            try reader.forEachRow(entities) { row in
                let values = try columns.map { try reader.string(entities, row, $0) ?? "" }
                body(values[0], values[1], values[2], values[3])
            }
        }
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
                let parts = KeyParts(key)
                body(key, parts.name, parts.qualifiedName, parts.file)
            }
        }
    }

    private func similar(to pattern: NamePattern) throws -> [String] {
        var found: [(distance: Int, key: String)] = []
        try forEachNode { key, name, qualifiedName, _ in
            // A whole key with a slip of the finger first.
            if let distance = editDistance(key, pattern.text, limit: 2) {
                found.append((distance - 2, key))
            } else if let distance = pattern.distance(name: name, qualifiedName: qualifiedName) {
                found.append((distance, key))
            }
        }
        return found.sorted { ($0.distance, $0.key) < ($1.distance, $1.key) }
            .prefix(Self.suggestionLimit).map(\.key)
    }
}

/// language:kind:qualified_name:path, as far as a key is of that form.
struct KeyParts {
    let qualifiedName: String
    let name: String
    let file: String

    init(_ key: String) {
        let parts = key.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 4, let path = parts.last else {
            (qualifiedName, name, file) = (key, key, "")
            return
        }
        qualifiedName = parts[2..<parts.count - 1].joined(separator: ":")
        name = NamePattern.components(qualifiedName).last ?? qualifiedName
        // A second one of the same key ends with ~2.
        let tilde = path.lastIndex(of: "~").flatMap { place in
            path[path.index(after: place)...].allSatisfy(\.isNumber) ? place : nil
        }
        file = String(path[..<(tilde ?? path.endIndex)])
    }
}

/// What somebody typed for a name.
struct NamePattern {
    let text: String
    private let components: [String]
    /// Parts of a path, the last ones.
    private let folders: [Substring]
    private let folded: String

    init(_ text: String) {
        self.text = text
        // 'login.rs:refresh', but not 'std::refresh'.
        var name = text[...]
        var path: Substring = ""
        if let colon = text.lastIndex(of: ":"), colon > text.startIndex,
            text[text.index(before: colon)] != ":", text.index(after: colon) < text.endIndex
        {
            name = text[text.index(after: colon)...]
            path = text[..<colon]
        }
        components = Self.components(String(name))
        folders = path.split(separator: "/")
        folded = (components.last ?? "").lowercased()
    }

    /// The parts of a qualified name, whatever its language puts between them.
    static func components(_ name: String) -> [String] {
        name.split { $0 == "." || $0 == ":" || $0 == "#" || $0 == "/" || $0 == "\\" }
            .map(String.init)
    }

    func matches(name: String, qualifiedName: String, file: String) -> Bool {
        guard let last = components.last else { return false }
        guard folders.isEmpty || file.split(separator: "/").suffix(folders.count) == folders[...]
        else { return false }
        // Most fail here.
        guard qualifiedName.utf8.count >= last.utf8.count || name == last else { return false }
        if components.count == 1, name == last { return true }
        return Self.components(qualifiedName).suffix(components.count) == components[...]
    }

    /// How far the name is from what was typed; nil if it is not like it.
    func distance(name: String, qualifiedName: String) -> Int? {
        let name = name.lowercased()
        if name == folded { return 0 }
        guard !folded.isEmpty else { return nil }
        let edits = editDistance(name, folded, limit: 1 + folded.utf8.count / 4)
        if let edits { return edits }
        if name.hasPrefix(folded) { return 3 }
        // Short texts are contained in anything.
        guard folded.utf8.count >= 3 else { return nil }
        if name.contains(folded) { return 4 }
        return qualifiedName.lowercased().contains(folded) ? 5 : nil
    }
}

/// How many letters must be put in, taken out or changed to make one text of the other; nil if more
/// than `limit`. Looks at no more pairs of letters than that limit needs.
public func editDistance(_ a: String, _ b: String, limit: Int) -> Int? {
    guard abs(a.utf8.count - b.utf8.count) <= limit else { return nil }
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    // Distances beyond the limit are all the same.
    let far = limit + 1
    var row = (0...b.count).map { min($0, far) }
    for i in a.indices {
        let band = max(0, i - limit)..<min(b.count, i + limit + 1)
        var diagonal = row[band.lowerBound]
        row[band.lowerBound] = band.lowerBound == 0 ? min(i + 1, far) : far
        var best = row[band.lowerBound]
        for j in band {
            let changed = diagonal + (a[i] == b[j] ? 0 : 1)
            diagonal = row[j + 1]
            // What lies right of the band in the row above was never near.
            let above = j == i + limit ? far : diagonal
            row[j + 1] = min(changed, row[j] + 1, above + 1, far)
            best = min(best, row[j + 1])
        }
        if best > limit { return nil }
    }
    return row[b.count] <= limit ? row[b.count] : nil
}
