// SPDX-License-Identifier: Apache-2.0
//
// The values of a column, as SQLite takes them: all of a group decoded at once when the first is
// asked for, or row by row.

import CSegstoreSQLite
import Codec
import Exchange
import SegmentStore

/// One column of a cursor.
final class ColumnValues {
    private enum Source {
        /// Nobody asked yet.
        case unknown
        case none
        case numbers(IntegerBlock)
        case strings(IntegerBlock, DictionaryReader)
        case single
    }

    private let reader: Reader
    private let relation: Int
    private let column: Int
    private let form: RelationTable.Form
    // Unchecked, here and below: each is looked at once for every value.
    @exclusivity(unchecked) private var source = Source.unknown
    private let numbers = ByteBuffer(capacity: 64)
    private let strings: StringCache
    private let text = ByteBuffer(capacity: 64)

    init(_ reader: Reader, _ relation: Int, _ column: Int, _ form: RelationTable.Form) {
        self.reader = reader
        self.relation = relation
        self.column = column
        self.form = form
        strings = StringCache()
    }

    /// Another group, or none.
    func reset() { source = .unknown }

    // MARK: - Of a group

    /// Of a group that values were decoded of. False if they were not: then the other is asked.
    @inline(__always)
    func giveDecoded(_ index: Int, _ context: OpaquePointer) throws(StoreError) -> Bool {
        switch source {
        case .numbers(let block):
            if !block.isNull(index) { give(number: number(index), context) }
            return true
        case .strings(let block, let dictionary):
            if block.isNull(index) { return true }
            give(bytes: try strings.string(number(index), dictionary), context)
            return true
        case .none: return true
        case .single, .unknown: return false
        }
    }

    @inline(never)
    func give(_ group: RowGroup, _ index: Int, _ context: OpaquePointer) throws(StoreError) {
        if case .unknown = source {
            try load(group)
            if try giveDecoded(index, context) { return }
        }
        try give(group.rowID(index), context)
    }

    @inline(__always)
    private func number(_ index: Int) -> Int64 {
        numbers.base.load(fromByteOffset: index &* 8, as: Int64.self)
    }

    private func load(_ group: RowGroup) throws(StoreError) {
        switch try group.values(column) {
        case .none: source = .none
        case .numbers(let block):
            try group.decode(block, into: numbers)
            source = .numbers(block)
        case .strings(let block, let dictionary):
            try group.decode(block, into: numbers)
            strings.begin(group.segment, dictionary)
            source = .strings(block, dictionary)
        case .single: source = .single
        }
    }

    // MARK: - Of a row

    func give(_ row: RowID, _ context: OpaquePointer) throws(StoreError) {
        switch form {
        case .number, .float, .time:
            if let number = try reader.int(relation, row, column) {
                give(number: number, context)
            }
        case .text, .blob, .vector, .list:
            if let bytes = try reader.bytes(relation, row, column) { give(bytes: bytes, context) }
        }
    }

    @inline(__always)
    private func give(number: Int64, _ context: OpaquePointer) {
        switch form {
        case .float:
            sqlite3_result_double(context, Double(bitPattern: UInt64(bitPattern: number)))
        case .time:
            text.removeAll()
            ValueText.append(time: number, to: text)
            give(text: text.bytes, context)
        default: sqlite3_result_int64(context, number)
        }
    }

    @inline(__always)
    private func give(bytes: UnsafeRawBufferPointer, _ context: OpaquePointer) {
        switch form {
        case .blob:
            segstore_sqlite_result_blob(
                context, bytes.baseAddress, UInt64(bytes.count))
        case .vector:
            text.removeAll()
            ValueText.append(vector: bytes, to: text)
            give(text: text.bytes, context)
        case .list:
            text.removeAll()
            ValueText.append(numberList: bytes, to: text)
            give(text: text.bytes, context)
        default: give(text: bytes, context)
        }
    }

    @inline(__always)
    private func give(text: UnsafeRawBufferPointer, _ context: OpaquePointer) {
        segstore_sqlite_result_text(context, text.baseAddress, UInt64(text.count))
    }
}

/// Strings of a segment's dictionary: a scan meets a few of them again and again.
private final class StringCache {
    /// In dictionaries with more than so many, most are met but once.
    private static let stringLimit = 1 << 14

    private var segment = -1
    /// Where each string is, its end in the upper half; 0 if it was not asked for yet.
    @exclusivity(unchecked) private var places: [UInt64] = []
    private let bytes = ByteBuffer()

    /// Valid until the next call.
    @inline(__always)
    func string(
        _ number: Int64, _ dictionary: DictionaryReader
    ) throws(StoreError) -> UnsafeRawBufferPointer {
        let id = Int(truncatingIfNeeded: number)
        if UInt(bitPattern: id) < UInt(bitPattern: places.count), places[id] != 0 {
            let start = Int(places[id] & 0xffff_ffff)
            return UnsafeRawBufferPointer(
                start: UnsafeRawPointer(bytes.base) + start, count: Int(places[id] >> 32) - start)
        }
        return try read(id, dictionary)
    }

    /// What was read of another segment is forgotten.
    func begin(_ segment: Int, _ dictionary: DictionaryReader) {
        guard segment != self.segment else { return }
        self.segment = segment
        bytes.removeAll()
        // No string begins at 0, which means that it is not here.
        bytes.append(UInt8(0))
        let count = dictionary.count <= Self.stringLimit ? dictionary.count : 0
        places = [UInt64](repeating: 0, count: count)
    }

    @inline(never)
    private func read(
        _ id: Int, _ dictionary: DictionaryReader
    ) throws(StoreError) -> UnsafeRawBufferPointer {
        if places.isEmpty { bytes.truncate(to: 1) }
        let start = bytes.count
        try dictionary.append(id, to: bytes)
        if id < places.count { places[id] = UInt64(start) | UInt64(bytes.count) << 32 }
        return UnsafeRawBufferPointer(rebasing: bytes.bytes[start...])
    }
}
