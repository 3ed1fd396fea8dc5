// SPDX-License-Identifier: Apache-2.0
//
// Reading many rows: group by group, only the columns asked for, whole groups skipped by their
// smallest and largest values; or in the order of their keys, which KeyOrder.swift is about.

import Codec

/// The rows of one group, whose columns can be decoded all at once. Valid inside the call of
/// `Reader.scan` that it is given to.
public struct RowGroup {
    fileprivate let reader: Reader
    fileprivate let relation: RelationReader
    fileprivate let part: Int
    fileprivate let dead: DeadRows
    fileprivate let group: Int
    package let rows: Range<Int>
    fileprivate let relationIndex: Int

    /// Rows in the group, dead ones included.
    public var rowCount: Int { rows.count }
    /// Whether every row is live.
    public var isComplete: Bool { dead.isEmpty }

    @inline(__always)
    public func isLive(_ index: Int) -> Bool { !dead.contains(rows.lowerBound &+ index) }

    public func rowID(_ index: Int) -> RowID { RowID(part: part, row: rows.lowerBound + index) }

    /// Which of the snapshot's segments the group is in; string numbers differ between them.
    public var segment: Int { part }

    /// The numbers of a column, or the numbers of its strings; null rows hold something arbitrary.
    /// `slot` (0 to 7) names the buffer they are decoded into, valid until it is used again.
    public func numbers(_ column: Int, slot: Int) throws(StoreError) -> UnsafeBufferPointer<Int64> {
        let target = reader.scanBuffer(slot, rows.count)
        guard let block = try block(column) else {
            target.initialize(repeating: 0, count: rows.count)
            return UnsafeBufferPointer(start: target, count: rows.count)
        }
        do throws(CodecError) { try block.decode(into: target) } catch {
            throw StoreError(error, in: relation.path)
        }
        return UnsafeBufferPointer(start: target, count: rows.count)
    }

    /// Calls `body` with runs of equal values; quick where they are stored so.
    public func forEachRun(
        _ column: Int, slot: Int, _ body: (Int64, Range<Int>) -> Void
    ) throws(StoreError) {
        guard let block = try block(column) else { return body(0, 0..<rows.count) }
        let scratch = reader.scanBuffer(slot, rows.count)
        do throws(CodecError) { try block.forEachRun(scratch: scratch, body) } catch {
            throw StoreError(error, in: relation.path)
        }
    }

    /// Smallest and largest number of a fixed column, without decoding it; nil if all are null.
    public func bounds(_ column: Int) throws(StoreError) -> ClosedRange<Int64>? {
        let entry = relation.column(column)
        // The bits of floats are not in the order of the floats.
        guard case .fixed = entry.kind, !reader.isFloat(relationIndex, column) else { return nil }
        let descriptor = try relation.descriptor(entry.descriptorOffset, group: group)
        guard Int(descriptor.nullCount) < rows.count, descriptor.minimum <= descriptor.maximum
        else { return nil }
        return descriptor.minimum...descriptor.maximum
    }

    public func isNull(_ column: Int, _ index: Int) throws(StoreError) -> Bool {
        try block(column)?.isNull(index) ?? true
    }

    /// The string of a number that `numbers` gave, of an interned column.
    public func string(_ column: Int, _ number: Int64) throws(StoreError) -> String {
        guard let dictionary = relation.column(column).dictionary, number >= 0,
            number < dictionary.count
        else {
            throw .corrupted("id out of range", in: relation.path)
        }
        let bytes = ByteBuffer()
        try dictionary.append(Int(number), to: bytes)
        return String(decoding: bytes.bytes, as: UTF8.self)
    }

    /// How many different strings an interned column can have.
    public func stringCount(_ column: Int) -> Int { relation.column(column).dictionary?.count ?? 0 }

    /// How the values of a column can be had.
    package enum Values {
        case none
        case numbers(IntegerBlock)
        /// Numbers of strings.
        case strings(IntegerBlock, DictionaryReader)
        /// Row by row, from the reader.
        case single
    }

    package func values(_ column: Int) throws(StoreError) -> Values {
        let entry = relation.column(column)
        switch entry.kind {
        case .absent: return .none
        case .fixed:
            return .numbers(try relation.integers(entry, group: group, rowCount: rows.count))
        case .interned where !reader.isNumber(relationIndex, column):
            guard let dictionary = entry.dictionary else { return .none }
            return .strings(
                try relation.integers(entry, group: group, rowCount: rows.count), dictionary)
        case .interned, .text, .vector: return .single
        }
    }

    /// All numbers of a block of `values`, one for each row.
    package func decode(_ block: IntegerBlock, into out: ByteBuffer) throws(StoreError) {
        out.removeAll()
        let target = out.appendUninitialized(rows.count * 8).assumingMemoryBound(to: Int64.self)
        do throws(CodecError) { try block.decode(into: target) } catch {
            throw StoreError(error, in: relation.path)
        }
    }

    private func block(_ column: Int) throws(StoreError) -> IntegerBlock? {
        let entry = relation.column(column)
        switch entry.kind {
        case .absent, .vector: return nil
        default: return try relation.integers(entry, group: group, rowCount: rows.count)
        }
    }
}

/// The groups of a relation's rows one by one, in the order in which they were written: for whoever
/// cannot be called back.
package struct RowGroups {
    private let reader: Reader
    private let relation: Int
    private var part = 0
    private var group = 0

    package init(_ reader: Reader, _ relation: Int) {
        self.reader = reader
        self.relation = relation
    }

    /// Nil at the end.
    package mutating func next() throws(StoreError) -> RowGroup? {
        while part < reader.core.parts.count {
            let here = reader.core.parts[part]
            guard let rows = here.segment.relation(relation), group < rows.groupCount else {
                part += 1
                group = 0
                continue
            }
            defer { group += 1 }
            return RowGroup(
                reader: reader, relation: rows, part: part, dead: here.dead[relation],
                group: group, rows: try rows.rows(ofGroup: group), relationIndex: relation)
        }
        return nil
    }
}

extension Reader {
    /// How many live rows each value of a column has, nulls left out. Only for columns with a
    /// dictionary: enumerations, keys, scopes and strings of a domain.
    public func counts(_ relation: Int, by column: Int) throws -> [String: Int] {
        var result: [String: Int] = [:]
        for (number, part) in core.parts.enumerated() {
            guard let rows = part.segment.relation(relation) else { continue }
            let entry = rows.column(column)
            guard case .interned = entry.kind, let dictionary = entry.dictionary else {
                if case .absent = entry.kind { continue }
                throw StoreError(.invalidArgument, "only columns with a dictionary can be counted")
            }
            // One more, so that a damaged number is noticed once and not for each row.
            let counts = UnsafeMutableBufferPointer<Int>.allocate(capacity: dictionary.count + 1)
            defer { counts.deallocate() }
            counts.initialize(repeating: 0)
            for group in 0..<rows.groupCount {
                let range = try rows.rows(ofGroup: group)
                try count(
                    try rows.integers(entry, group: group, rowCount: range.count), range,
                    part.dead[relation], into: counts, rows.path)
            }
            guard counts[dictionary.count] == 0 else {
                throw .corrupted("id out of range", in: core.parts[number].segment.file.path)
                    as StoreError
            }
            let bytes = ByteBuffer()
            for id in 0..<dictionary.count where counts[id] > 0 {
                bytes.removeAll()
                try dictionary.append(id, to: bytes)
                result[String(decoding: bytes.bytes, as: UTF8.self), default: 0] += counts[id]
            }
        }
        return result
    }

    private func count(
        _ block: IntegerBlock, _ range: Range<Int>, _ dead: DeadRows,
        into counts: UnsafeMutableBufferPointer<Int>, _ path: String
    ) throws(StoreError) {
        let last = counts.count - 1
        let scratch = scanBuffer(0, range.count)
        do throws(CodecError) {
            if dead.isEmpty, block.nullCount == 0 {
                if block.hasRuns {
                    try block.forEachRun(scratch: scratch) { id, rows in
                        counts[min(Int(truncatingIfNeeded: id.magnitude), last)] += rows.count
                    }
                    return
                }
                try block.decode(into: scratch)
                for i in 0..<range.count {
                    counts[min(Int(truncatingIfNeeded: scratch[i].magnitude), last)] &+= 1
                }
                return
            }
            try block.decode(into: scratch)
        } catch {
            throw StoreError(error, in: path)
        }
        for i in 0..<range.count where !dead.contains(range.lowerBound + i) && !block.isNull(i) {
            counts[min(Int(truncatingIfNeeded: scratch[i].magnitude), last)] += 1
        }
    }

    /// Calls `body` with each group of rows, in the order in which they were written.
    public func scan(_ relation: Int, _ body: (RowGroup) throws -> Void) throws {
        var groups = RowGroups(self, relation)
        while let group = try groups.next() { try body(group) }
    }

    /// Calls `body` with every live row, in the order in which they were written.
    public func forEachRow(_ relation: Int, _ body: (RowID) throws -> Void) throws {
        try scan(relation) { group in
            for index in 0..<group.rowCount where group.isLive(index) {
                try body(group.rowID(index))
            }
        }
    }

    /// Calls `body` with every live row in the order of the keys, from `prefix` on if it is given:
    /// then only rows whose first key column begins with it.
    public func forEachRowByKey(
        _ relation: Int, prefix: String = "", _ body: (RowID) throws -> Void
    ) throws {
        let rows = try KeyOrder(core, relation, in: KeyRange(prefix: Array(prefix.utf8)))
        while let row = try rows.next() { try body(row) }
    }
}
