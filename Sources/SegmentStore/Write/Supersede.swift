// SPDX-License-Identifier: Apache-2.0
//
// Which rows of the segments so far a new segment replaces. Done once, at the commit, so that no
// reader ever has to compare segments: of each key at most one row is live.

import Codec

struct Supersede {
    private let schema: StoredSchema
    private let base: SnapshotCore
    /// By part and relation; only those that gained rows.
    private(set) var dead: [Int: [Int: DeadRowSet]] = [:]
    /// Rows that died by relation.
    private(set) var removedCounts: [Int: Int] = [:]
    /// Rows of the new segment whose key the store has already, where that is forbidden.
    private(set) var rejected: [Int: [Int]] = [:]
    private let rejectsKnownKeys: Bool

    init(_ base: SnapshotCore, rejectsKnownKeys: Bool) {
        schema = base.manifest.schema
        self.base = base
        self.rejectsKnownKeys = rejectsKnownKeys
    }

    /// `segment` is nil if the batch has no rows and no deletions.
    mutating func resolve(
        _ segment: SegmentReader?, _ relations: [Int: SegmentBuilder.FinishedRelation]
    ) throws(StoreError) {
        let strings = NewStrings(segment)
        for (index, part) in base.parts.enumerated() {
            var numbers = NumberMaps(from: strings, to: part.segment)
            for (relation, finished) in relations.sorted(by: { $0.key < $1.key }) {
                guard let old = part.segment.relation(relation) else { continue }
                var set = DeadRowSet(part.dead[relation], rowCount: old.rowCount)
                let before = set.count
                try replaceScopes(finished.scopes, relation, part.segment, old, &set)
                if let segment {
                    try replaceKeys(relation, finished, segment, old, &numbers, &set)
                }
                if set.count > before {
                    dead[index, default: [:]][relation] = set
                    removedCounts[relation, default: 0] += set.count - before
                }
            }
        }
    }

    private func replaceScopes(
        _ scopes: [[UInt8]], _ relation: Int, _ segment: SegmentReader, _ old: RelationReader,
        _ set: inout DeadRowSet
    ) throws(StoreError) {
        guard !scopes.isEmpty, let column = schema.relations[relation].scope,
            case .interned(let domain) = schema.relations[relation].storage[column],
            let dictionary = segment.dictionary(domain), let index = old.scope
        else { return }
        guard index.offsets.count == dictionary.count + 1 else {
            throw .corrupted("scope index does not fit its dictionary", in: old.path)
        }
        for scope in scopes {
            let found = try scope.withUnsafeBufferPointer { bytes throws(StoreError) in
                try dictionary.find(
                    UnsafeRawBufferPointer(bytes), hash: xxh3(UnsafeRawBufferPointer(bytes)))
            }
            guard let id = found else { continue }
            for run in try index.offsets.range(id, limit: index.starts.count) {
                let start = try index.starts.value(run)
                let count = try index.counts.value(run)
                guard start + count <= old.rowCount else {
                    throw .corrupted("scope index", in: old.path)
                }
                for row in start..<start + count { set.insert(row) }
            }
        }
    }

    private mutating func replaceKeys(
        _ index: Int, _ finished: SegmentBuilder.FinishedRelation, _ segment: SegmentReader,
        _ old: RelationReader, _ numbers: inout NumberMaps, _ set: inout DeadRowSet
    ) throws(StoreError) {
        let relation = schema.relations[index]
        let columns = relation.key
        var maps: [[UInt32]?] = []
        for column in columns {
            if case .interned(let domain) = relation.storage[column] {
                maps.append(try numbers.map(domain))
            } else {
                maps.append(nil)
            }
        }
        var key = [Int64](repeating: 0, count: columns.count)
        /// The part in the old segment's terms; false if it does not have it.
        func translate(_ part: Int, _ value: Int64) -> Bool {
            guard let map = maps[part] else {
                key[part] = value
                return true
            }
            guard value >= 0, value < map.count, map[Int(value)] != NumberMaps.none else {
                return false
            }
            key[part] = Int64(map[Int(value)])
            return true
        }
        for deleted in finished.deletedKeys {
            var isKnown = true
            for part in columns.indices where isKnown {
                isKnown = translate(part, Int64(bitPattern: deleted[part]))
            }
            if isKnown, let row = try old.row(key: key, columns: columns) { set.insert(row) }
        }
        guard let new = segment.relation(index), new.keyRows.count > 0 else { return }
        for first in 0..<new.keyOffsets.count - 1 {
            guard translate(0, Int64(first)) else { continue }
            for entry in try new.keyOffsets.range(first, limit: new.keyRows.count) {
                let newRow = try new.keyRows.value(entry)
                var isKnown = true
                for part in 1..<max(columns.count, 1) where isKnown {
                    let value = try new.integer(column: columns[part], row: newRow) ?? 0
                    isKnown = translate(part, value)
                }
                guard isKnown, let row = try old.row(key: key, columns: columns) else { continue }
                if rejectsKnownKeys {
                    if !set.contains(row) { rejected[index, default: []].append(newRow) }
                } else {
                    set.insert(row)
                }
            }
        }
    }
}

/// The strings of a new segment, which all earlier ones are asked for: decoded and hashed once.
private final class NewStrings {
    /// More than this is decoded anew for each segment.
    private static let byteLimit = 1 << 20

    final class Domain {
        let bytes = ByteBuffer()
        var ends: [Int] = []
        var hashes: [UInt64] = []
    }

    let segment: SegmentReader?
    private var domains: [Int: Domain] = [:]

    init(_ segment: SegmentReader?) { self.segment = segment }

    /// Calls `body` with the number, the bytes and the hash of each string.
    func forEach(
        _ domain: Int, _ dictionary: DictionaryReader,
        _ body: (Int, UnsafeRawBufferPointer, UInt64) throws -> Void
    ) throws {
        if domains[domain] == nil {
            let kept = Domain()
            var fits = true
            try dictionary.forEachString { id, string in
                let hash = xxh3(string)
                try body(id, string, hash)
                fits = fits && kept.bytes.count + string.count <= Self.byteLimit
                guard fits else { return }
                kept.bytes.append(string)
                kept.ends.append(kept.bytes.count)
                kept.hashes.append(hash)
            }
            if fits { domains[domain] = kept }
            return
        }
        guard let kept = domains[domain] else { return }
        var start = 0
        for id in kept.ends.indices {
            let end = kept.ends[id]
            try body(
                id, UnsafeRawBufferPointer(rebasing: kept.bytes.bytes[start..<end]), kept.hashes[id]
            )
            start = end
        }
    }
}

/// What the strings' numbers of a new segment are in an earlier one.
private struct NumberMaps {
    static let none = UInt32.max
    private let strings: NewStrings
    private let to: SegmentReader
    private var maps: [Int: [UInt32]] = [:]

    init(from strings: NewStrings, to: SegmentReader) {
        self.strings = strings
        self.to = to
    }

    mutating func map(_ domain: Int) throws(StoreError) -> [UInt32] {
        if let known = maps[domain] { return known }
        var map: [UInt32] = []
        if let source = strings.segment?.dictionary(domain) {
            map = Array(repeating: Self.none, count: source.count)
            if let target = to.dictionary(domain) {
                do { try fill(&map, domain, source, target) } catch let error as StoreError {
                    throw error
                } catch {
                    throw .corrupted("\(error)", in: to.file.path)
                }
            }
        }
        maps[domain] = map
        return map
    }

    /// Walks the smaller dictionary and looks its strings up in the larger.
    private func fill(
        _ map: inout [UInt32], _ domain: Int, _ source: DictionaryReader, _ target: DictionaryReader
    ) throws {
        if source.count <= target.count {
            let probe = try target.probe()
            try strings.forEach(domain, source) { id, string, hash in
                let candidates = probe.candidates(hash)
                if candidates.areNone { return }
                if let other = try target.find(string, hash, candidates) { map[id] = UInt32(other) }
            }
        } else {
            let probe = try source.probe()
            try target.forEachString { id, string in
                let hash = xxh3(string)
                let candidates = probe.candidates(hash)
                if candidates.areNone { return }
                if let own = try source.find(string, hash, candidates) { map[own] = UInt32(id) }
            }
        }
    }
}
