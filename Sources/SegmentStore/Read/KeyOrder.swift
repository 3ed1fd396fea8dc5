// SPDX-License-Identifier: Apache-2.0
//
// The rows of a relation in the order of their keys: those of its segments, each in order, merged.

import Codec

/// Values of a first key column that follow each other, as the bytes that they are ordered by.
package struct KeyRange: Equatable, Sendable {
    package static let all = KeyRange()
    package static let none = KeyRange(below: [])

    /// The first that may be there.
    package private(set) var lower: [UInt8]
    /// The first that may not; nil if all may.
    package private(set) var upper: [UInt8]?

    package init(from lower: [UInt8] = [], below upper: [UInt8]? = nil) {
        self.lower = lower
        self.upper = upper
    }

    /// All that begin with `prefix`.
    package init(prefix: [UInt8]) {
        lower = prefix
        // The first that is above all of them has its last byte, of those that can, one higher.
        var next = prefix[...]
        while next.last == 0xff { next.removeLast() }
        upper = next.last.map { next.dropLast() + [$0 + 1] }
    }

    /// The place of a number among others.
    package static func bytes(of number: Int64) -> [UInt8] {
        withUnsafeBytes(of: orderedBytes(number)) { Array($0) }
    }

    /// What is in both.
    package func intersection(_ other: KeyRange) -> KeyRange {
        let lower = self.lower.lexicographicallyPrecedes(other.lower) ? other.lower : self.lower
        guard let ours = upper, let theirs = other.upper else {
            return KeyRange(from: lower, below: upper ?? other.upper)
        }
        return KeyRange(
            from: lower, below: ours.lexicographicallyPrecedes(theirs) ? ours : theirs)
    }

    package var isEmpty: Bool {
        upper.map { !lower.lexicographicallyPrecedes($0) } ?? false
    }

    /// Whether `bytes`, which do not lie below, do not lie above either.
    fileprivate func reaches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let upper else { return true }
        return upper.withUnsafeBytes { compareBytes(bytes, $0) < 0 }
    }
}

/// The live rows of a relation, one by one.
package final class KeyOrder {
    private var cursors: [KeyCursor] = []
    /// The one that the last row came from.
    private(set) var current: KeyCursor?

    /// Only rows whose first key column is in `range`.
    package init(
        _ core: SnapshotCore, _ relation: Int, in range: KeyRange = .all
    ) throws(StoreError) {
        let schema = core.manifest.schema.relations[relation]
        for lookup in core.lookups(relation) {
            let cursor = KeyCursor(lookup, schema, core.parts[lookup.part].segment)
            if try cursor.start(range) { cursors.append(cursor) }
        }
    }

    /// Nil at the end.
    package func next() throws(StoreError) -> RowID? {
        if let current, try !current.advance() { cursors.removeAll { $0 === current } }
        current = cursors.first
        for candidate in cursors.dropFirst() {
            if let best = current, try candidate.order(against: best) < 0 { current = candidate }
        }
        return current?.id
    }
}

/// Walks a segment's live rows in the order of their keys.
final class KeyCursor {
    private let lookup: SnapshotCore.Lookup
    private let relation: StoredSchema.Relation
    private let segment: SegmentReader
    private var bounds = KeyRange.all
    private var string = -1
    private var entry = 0
    private var entryEnd = 0
    private let first = ByteBuffer()
    private(set) var id = RowID(part: 0, row: 0)

    init(_ lookup: SnapshotCore.Lookup, _ relation: StoredSchema.Relation, _ segment: SegmentReader)
    {
        self.lookup = lookup
        self.relation = relation
        self.segment = segment
    }

    /// False if there is no such row.
    func start(_ range: KeyRange) throws(StoreError) -> Bool {
        bounds = range
        let scratch = ByteBuffer()
        string = try range.lower.withUnsafeBufferPointer { lower throws(StoreError) in
            try lookup.dictionary.lowerBound(UnsafeRawBufferPointer(lower), scratch: scratch) - 1
        }
        return try advance()
    }

    func advance() throws(StoreError) -> Bool {
        while true {
            while entry < entryEnd {
                let row = try lookup.keyRows.value(entry)
                entry += 1
                guard row < lookup.relation.rowCount else {
                    throw .corrupted("key index leads out of the rows", in: lookup.relation.path)
                }
                if lookup.dead.contains(row) { continue }
                id = RowID(part: lookup.part, row: row)
                return true
            }
            string += 1
            guard string < lookup.dictionary.count else { return false }
            let range = try lookup.keyOffsets.range(string, limit: lookup.keyRows.count)
            (entry, entryEnd) = (range.lowerBound, range.upperBound)
            guard !range.isEmpty else { continue }
            first.removeAll()
            try lookup.dictionary.append(string, to: first)
            guard bounds.reaches(first.bytes) else { return false }
        }
    }

    /// Negative if its row comes first; 0 if both have the same key, in two snapshots.
    func order(against other: KeyCursor) throws(StoreError) -> Int {
        var order = compareBytes(first.bytes, other.first.bytes)
        // Of two snapshots each has its own numbers of columns and domains.
        for (column, theirs) in zip(relation.key, other.relation.key).dropFirst() where order == 0 {
            order = try compare(column, other, theirs)
        }
        return order
    }

    /// Whether both stand on one row of one file, which cannot have changed.
    func isSameRow(_ other: KeyCursor) -> Bool {
        id.row == other.id.row && segment.file.rootHash == other.segment.file.rootHash
            && segment.file.path == other.segment.file.path
    }

    private func compare(
        _ column: Int, _ other: KeyCursor, _ otherColumn: Int
    ) throws(StoreError) -> Int {
        if case .interned = relation.storage[column] {
            let (a, b) = (ByteBuffer(), ByteBuffer())
            try append(column, to: a)
            try other.append(otherColumn, to: b)
            return compareBytes(a.bytes, b.bytes)
        }
        let a = try lookup.relation.integer(column: column, row: Int(id.row)) ?? 0
        let b = try other.lookup.relation.integer(column: otherColumn, row: Int(other.id.row)) ?? 0
        return a < b ? -1 : a > b ? 1 : 0
    }

    private func append(_ column: Int, to out: ByteBuffer) throws(StoreError) {
        guard case .interned(let domain) = relation.storage[column],
            let id = try lookup.relation.id(column: column, row: Int(id.row))
        else { return }
        try segment.dictionary(domain)?.append(id, to: out)
    }
}
