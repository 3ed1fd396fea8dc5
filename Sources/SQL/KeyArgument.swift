// SPDX-License-Identifier: Apache-2.0
//
// What a comparison with a key column says of the keys. SQLite compares as its rules of affinity
// say and does not tell which it will apply, so that where it matters the answer is 'unknown'.

import CSegstoreSQLite
import Codec
import Exchange
import SegmentStore

/// A value that SQLite compares a column with. Valid during the call that it is given to.
struct KeyArgument {
    /// What an equality leaves of a column's values.
    private enum Match {
        case none
        case only(Value)
        case unknown
    }

    private let value: OpaquePointer
    private let column: ColumnSchema

    init(_ value: OpaquePointer, _ column: ColumnSchema) {
        self.value = value
        self.column = column
    }

    private var type: Int32 { sqlite3_value_type(value) }

    private var bytes: UnsafeRawBufferPointer {
        // In this order: asked for its bytes, a value may move.
        let start =
            type == SQLITE_TEXT
            ? UnsafeRawPointer(sqlite3_value_text(value)) : sqlite3_value_blob(value)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
    }

    private var text: String { String(decoding: bytes, as: UTF8.self) }

    // MARK: - Equality

    /// The values of the column that are equal to it, or with `isList` to any of its values; nil if
    /// that is not known.
    func matches(isList: Bool) -> [Value]? {
        guard isList else { return Self.values(match).map { [Value]($0) } }
        var found: Set<Value> = []
        var next: OpaquePointer?
        var code = sqlite3_vtab_in_first(value, &next)
        while code == SQLITE_OK, let value = next {
            guard let values = Self.values(KeyArgument(value, column).match) else { return nil }
            found.formUnion(values)
            code = sqlite3_vtab_in_next(self.value, &next)
        }
        return Array(found)
    }

    private static func values(_ match: Match) -> Set<Value>? {
        switch match {
        case .none: []
        case .only(let value): [value]
        case .unknown: nil
        }
    }

    private var match: Match {
        let type = type
        if type == SQLITE_NULL { return .none }
        switch column.type {
        case .string, .enumeration:
            if type == SQLITE_TEXT { return .only(.string(text)) }
            // A number of its own is compared as text, that of a column may be as a number.
            return type == SQLITE_BLOB ? .none : .unknown
        case .int64: return number.map { .only(.int($0)) } ?? .none
        case .bool:
            guard let number, (0...1).contains(number) else { return .none }
            return .only(.bool(number == 1))
        case .timestamp:
            guard type == SQLITE_TEXT, let time = TimeText.first(notBelow: bytes),
                TimeText.bytes(of: time).elementsEqual(bytes)
            else { return .none }
            return .only(.timestamp(time))
        case .bytes: return type == SQLITE_BLOB ? .only(.bytes(Array(bytes))) : .none
        case .float64, .vector: return .unknown
        }
    }

    /// As a column of numbers compares it; nil if it is none, or no whole one.
    private var number: Int64? {
        switch sqlite3_value_numeric_type(value) {
        case SQLITE_INTEGER: sqlite3_value_int64(value)
        case SQLITE_FLOAT: Int64(exactly: sqlite3_value_double(value))
        default: nil
        }
    }

    // MARK: - Ranges

    /// Which keys an operator leaves, at least: none, one range, or several in order.
    func ranges(
        _ code: RangeOperator, hasKeys: (KeyRange) throws(StoreError) -> Bool
    ) throws(StoreError) -> [KeyRange] {
        if type == SQLITE_NULL { return [] }
        if code == .like || code == .glob {
            guard type == SQLITE_TEXT else { return [.all] }
            return try KeyPattern.ranges(bytes, isLike: code == .like, hasKeys: hasKeys)
        }
        switch column.type {
        case .string, .enumeration:
            if type == SQLITE_TEXT { return [Self.range(code, Array(bytes))] }
            // Texts are below bytes.
            return type == SQLITE_BLOB ? Self.all(if: code.isUpperBound) : [.all]
        case .bytes:
            if type == SQLITE_BLOB { return [Self.range(code, Array(bytes))] }
            return Self.all(if: !code.isUpperBound)
        case .int64, .bool: return numberRanges(code)
        case .timestamp: return timeRanges(code)
        case .float64, .vector: return [.all]
        }
    }

    private static func all(if holds: Bool) -> [KeyRange] { holds ? [.all] : [] }

    private static func range(_ code: RangeOperator, _ bytes: [UInt8]) -> KeyRange {
        // Nothing lies between a key and the same with a zero behind it.
        switch code {
        case .above: KeyRange(from: bytes + [0])
        case .from: KeyRange(from: bytes)
        case .below: KeyRange(below: bytes)
        case .upTo: KeyRange(below: bytes + [0])
        case .like, .glob: .all
        }
    }

    private func numberRanges(_ code: RangeOperator) -> [KeyRange] {
        switch sqlite3_value_numeric_type(value) {
        case SQLITE_INTEGER:
            return [Self.range(code, KeyRange.bytes(of: sqlite3_value_int64(value)))]
        case SQLITE_FLOAT:
            let number = sqlite3_value_double(value).rounded(.down)
            guard let whole = Int64(exactly: number) else {
                return Self.all(if: code.isUpperBound == (number > 0))
            }
            // With the whole number below it, which is compared again.
            return [Self.range(code.isUpperBound ? .upTo : .from, KeyRange.bytes(of: whole))]
        // Numbers are below all else.
        default: return Self.all(if: code.isUpperBound)
        }
    }

    private func timeRanges(_ code: RangeOperator) -> [KeyRange] {
        guard type == SQLITE_TEXT else {
            return type == SQLITE_BLOB ? Self.all(if: code.isUpperBound) : [.all]
        }
        guard let time = TimeText.first(notBelow: bytes) else {
            return Self.all(if: code.isUpperBound)
        }
        // With the time itself, which is compared again.
        return [Self.range(code.isUpperBound ? .upTo : .from, KeyRange.bytes(of: time))]
    }
}

extension RangeOperator {
    fileprivate var isUpperBound: Bool { self == .below || self == .upTo }
}

/// Times as the texts that SQL sees, which are in the same order.
enum TimeText {
    static func bytes(of time: Int64) -> [UInt8] {
        let out = ByteBuffer(capacity: 32)
        ValueText.append(time: time, to: out)
        return Array(out.bytes)
    }

    /// The first time whose text is not below `text`; nil if all are.
    static func first(notBelow text: UnsafeRawBufferPointer) -> Int64? {
        func isBelow(_ time: Int64) -> Bool {
            bytes(of: time).withUnsafeBytes { compareBytes($0, text) < 0 }
        }
        if isBelow(.max) { return nil }
        var low = Int64.min
        var high = Int64.max
        while low < high {
            // Rounded down, without leaving 64 bits.
            let middle = (low & high) + ((low ^ high) >> 1)
            if isBelow(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// What LIKE and GLOB say of the beginning of a text.
enum KeyPattern {
    /// LIKE takes a letter for its capital: both are followed, as far as there are keys with them
    /// and not too many ways.
    private static let wayLimit = 8

    static func ranges(
        _ pattern: UnsafeRawBufferPointer, isLike: Bool,
        hasKeys: (KeyRange) throws(StoreError) -> Bool
    ) throws(StoreError) -> [KeyRange] {
        let wildcards = Array((isLike ? "%_\0" : "*?[\0").utf8)
        // What is no ASCII might not be UTF-8, of which patterns make something else.
        let prefix = pattern.prefix { !wildcards.contains($0) && $0 < 0x80 }
        guard isLike else { return [KeyRange(prefix: Array(prefix))] }
        var prefixes: [[UInt8]] = [[]]
        for byte in prefix {
            guard (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) else {
                prefixes = prefixes.map { $0 + [byte] }
                continue
            }
            if prefixes.count > wayLimit { break }
            var next: [[UInt8]] = []
            // Capitals come first, so that the prefixes stay in order.
            for longer in prefixes.flatMap({ [$0 + [byte & 0xdf], $0 + [byte | 0x20]] })
            where try hasKeys(KeyRange(prefix: longer)) { next.append(longer) }
            prefixes = next
        }
        return prefixes.map { KeyRange(prefix: $0) }
    }
}
