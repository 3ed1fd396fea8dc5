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
        func take(_ key: String, _ name: String, _ qualifiedName: String, _ file: String) {
            if pattern.matches(name: name, qualifiedName: qualifiedName, file: file) {
                found.append(key)
            }
        }
        try forEachEntity(ending: pattern.last, take)
        // What is defined elsewhere has the names that many things have.
        if found.isEmpty { try forEachOtherNode(take) }
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

    private typealias Visit = (
        _ key: String, _ name: String, _ qualifiedName: String, _ file: String
    ) -> Void

    /// Only those whose name is `ending`, or whose qualified name ends with it, if it is given:
    /// mostly no string has to be made to see that it is not.
    private func forEachEntity(ending: String? = nil, _ body: Visit) throws {
        guard let entities else { return }
        let columns = try ["key", "name", "qualified_name", "file"].map {
            try reader.column($0, of: entities)
        }
        let end = ending.map { Array($0.utf8) }
        try reader.forEachRow(entities) { row in
            if let end {
                // A name is mostly how the qualified name ends.
                let qualified = try reader.bytes(entities, row, columns[2])
                if qualified?.suffix(end.count).elementsEqual(end) != true,
                    try reader.bytes(entities, row, columns[1])?.elementsEqual(end) != true
                {
                    return
                }
            }
            let values = try columns.map { try reader.string(entities, row, $0) ?? "" }
            body(values[0], values[1], values[2], values[3])
        }
    }

    /// Every end of an edge that is no entity: it is known by its key alone.
    private func forEachOtherNode(_ body: Visit) throws {
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
        func take(_ key: String, _ name: String, _ qualifiedName: String, _ file: String) {
            // A whole key with a slip of the finger first.
            if let distance = editDistance(key, pattern.text, limit: 2) {
                found.append((distance - 2, key))
            } else if let distance = pattern.distance(name: name, qualifiedName: qualifiedName) {
                found.append((distance, key))
            }
        }
        try forEachEntity(take)
        try forEachOtherNode(take)
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
            let number = path[path.index(after: place)...]
            return !number.isEmpty && number.allSatisfy(\.isNumber) ? place : nil
        }
        file = String(path[..<(tilde ?? path.endIndex)])
    }
}

/// What somebody typed for a name.
struct NamePattern {
    let text: String
    private let components: [String]
    /// What a name must be, or end with.
    var last: String { components.last ?? "" }
    /// Parts of a path, the last ones.
    private let folders: [Substring]
    private let folded: [UInt8]

    init(_ text: String) {
        self.text = text
        // 'login.rs:refresh', but not 'std::refresh'.
        var name = text[...]
        var path: Substring = ""
        if let colon = Self.lastSingleColon(text), colon > text.startIndex,
            text.index(after: colon) < text.endIndex
        {
            name = text[text.index(after: colon)...]
            path = text[..<colon]
        }
        components = Self.components(String(name))
        folders = path.split(separator: "/")
        folded = Self.fold(components.last ?? "")
    }

    private static func lastSingleColon(_ text: String) -> String.Index? {
        let utf8 = text.utf8
        return utf8.indices.last { place in
            guard utf8[place] == UInt8(ascii: ":") else { return false }
            let next = utf8.index(after: place)
            let followsColon = place > utf8.startIndex && utf8[utf8.index(before: place)] == 0x3a
            return !followsColon && !(next < utf8.endIndex && utf8[next] == 0x3a)
        }
    }

    /// The parts of a qualified name, whatever its language puts between them.
    static func components(_ name: String) -> [String] {
        name.utf8.split(whereSeparator: isSeparator).map { String(Substring($0)) }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "#"), UInt8(ascii: "/"),
            UInt8(ascii: "\\"):
            true
        default: false
        }
    }

    func matches(name: String, qualifiedName: String, file: String) -> Bool {
        guard let last = components.last else { return false }
        guard folders.isEmpty || file.split(separator: "/").suffix(folders.count) == folders[...]
        else { return false }
        if components.count == 1, name == last { return true }
        return Self.components(qualifiedName).suffix(components.count) == components[...]
    }

    /// How far the name is from what was typed; nil if it is not like it.
    func distance(name: String, qualifiedName: String) -> Int? {
        guard !folded.isEmpty else { return nil }
        let name = Self.fold(name)
        let limit = 1 + folded.count / 4
        if let edits = editDistance(name, folded, limit: limit) { return edits }
        if name.starts(with: folded) { return 3 }
        // Short texts are contained in anything.
        guard folded.count >= 3 else { return nil }
        if Self.contains(name, folded) { return 4 }
        let qualified = Self.fold(qualifiedName)
        if Self.contains(qualified, folded) { return 5 }
        // The type of a method, say, with a slip of the finger.
        return qualified.split(whereSeparator: Self.isSeparator).lazy
            .compactMap { editDistance($0, folded, limit: limit) }.first.map { 5 + $0 }
    }

    /// Bytes, for this is done to a million names: what is not ASCII stays as it is.
    private static func fold(_ text: String) -> [UInt8] {
        text.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard text.count >= part.count else { return false }
        return (0...text.count - part.count).contains { start in
            text[start] == part[0] && text[start...].starts(with: part)
        }
    }
}

/// How many letters must be put in, taken out or changed to make one text of the other; nil if more
/// than `limit`. Looks at no more pairs of letters than that limit needs.
package func editDistance(_ a: String, _ b: String, limit: Int) -> Int? {
    // Most are too different in length to be looked at.
    guard abs(a.utf8.count - b.utf8.count) <= limit else { return nil }
    return editDistance(Array(a.utf8), Array(b.utf8), limit: limit)
}

private func editDistance(
    _ a: some RandomAccessCollection<UInt8>, _ b: [UInt8], limit: Int
) -> Int? {
    guard abs(a.count - b.count) <= limit else { return nil }
    // Distances beyond the limit are all the same.
    let far = limit + 1
    var row = (0...b.count).map { min($0, far) }
    for (i, letter) in a.enumerated() {
        let band = max(0, i - limit)..<min(b.count, i + limit + 1)
        var diagonal = row[band.lowerBound]
        row[band.lowerBound] = band.lowerBound == 0 ? min(i + 1, far) : far
        var best = row[band.lowerBound]
        for j in band {
            let changed = diagonal + (letter == b[j] ? 0 : 1)
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
