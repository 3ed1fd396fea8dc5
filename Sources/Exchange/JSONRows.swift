// SPDX-License-Identifier: Apache-2.0
//
// From the members of a JSON object to the columns of a row.

import CSegstoreJSON
import Codec
import Glibc
import SegmentStore

/// Puts JSON objects into rows of one relation.
final class JSONRowFiller {
    private struct Column {
        let type: ColumnType
        let name: UnsafeRawBufferPointer
        /// The object that had it last, so that none has one twice.
        var lastSeen = 0
    }

    private let schema: [ColumnSchema]
    // Plain memory: an array in a class costs more with each use than a short value does.
    private let columns: UnsafeMutableBufferPointer<Column>
    private let names: UnsafeMutableRawBufferPointer
    /// The column that stood at each place of the last object: mostly that of the next one too.
    private let order: UnsafeMutableBufferPointer<Int>
    @exclusivity(unchecked) private var objectNumber = 0
    private let scratch = ByteBuffer(capacity: 256)
    private var floats: [Float] = []

    init(_ relation: RelationSchema) {
        schema = relation.columns
        let bytes = schema.map { Array($0.name.utf8) }
        names = .allocate(byteCount: bytes.reduce(0) { $0 + $1.count }, alignment: 1)
        names.copyBytes(from: bytes.joined())
        columns = .allocate(capacity: schema.count)
        order = .allocate(capacity: schema.count)
        var start = 0
        for (index, column) in schema.enumerated() {
            let name = names[start..<start + bytes[index].count]
            start += bytes[index].count
            columns.initializeElement(
                at: index,
                to: Column(
                    type: column.type,
                    name: UnsafeRawBufferPointer(UnsafeMutableRawBufferPointer(rebasing: name))))
            order.initializeElement(at: index, to: index)
        }
    }

    deinit {
        columns.deallocate()
        order.deallocate()
        names.deallocate()
    }

    /// Sets the row's columns from an object, whose tokens these are.
    func fill(_ row: RowBuilder, _ tokens: UnsafeBufferPointer<JSONToken>) throws(RowError) {
        guard tokens.first?.kind == .object else { throw RowError("is no JSON object") }
        objectNumber += 1
        var place = 0
        var next = 1
        while next < tokens.count - 1 {
            let column = try column(tokens[next].text, at: place)
            place += 1
            next = try set(row, column, tokens, at: next + 1)
        }
        if let problem = row.check() { throw RowError(problem) }
    }

    private func column(
        _ name: UnsafeRawBufferPointer, at place: Int
    ) throws(RowError) -> Int {
        // There are no more places than columns unless one stands twice.
        var column = place < order.count ? order[place] : 0
        if !isEqual(columns[column].name, name) {
            guard let found = columns.firstIndex(where: { isEqual($0.name, name) }) else {
                throw RowError(
                    "there is no column '\(String(decoding: name.prefix(100), as: UTF8.self))'")
            }
            column = found
            if place < order.count { order[place] = found }
        }
        guard columns[column].lastSeen != objectNumber else {
            throw RowError("column '\(schema[column].name)' stands twice")
        }
        columns[column].lastSeen = objectNumber
        return column
    }

    @inline(__always)
    private func isEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count else { return false }
        // SAFETY: no column has an empty name, so both have bytes.
        return a.isEmpty
            || memcmp(a.baseAddress.unsafelyUnwrapped, b.baseAddress.unsafelyUnwrapped, a.count)
                == 0
    }

    /// Returns where the next member begins.
    private func set(
        _ row: RowBuilder, _ column: Int, _ tokens: UnsafeBufferPointer<JSONToken>, at index: Int
    ) throws(RowError) -> Int {
        let token = tokens[index]
        let type = columns[column].type
        switch token.kind {
        case .string: try set(row, column, type, string: token)
        case .integer:
            switch type {
            case .float64: row.set(column, Double(token.integer))
            case .int64, .timestamp: row.set(column, token.integer)
            default: throw mismatch(column, "a number")
            }
        case .largeInteger:
            guard type == .float64 else {
                throw type == .int64 || type == .timestamp
                    ? RowError("column '\(schema[column].name)' cannot hold \(token.bits)")
                    : mismatch(column, "a number")
            }
            row.set(column, Double(token.bits))
        case .real:
            guard type == .float64 else { throw mismatch(column, "a number with a fraction") }
            row.set(column, token.real)
        case .trueValue, .falseValue:
            guard type == .bool else { throw mismatch(column, "\(token.kind == .trueValue)") }
            row.set(column, token.kind == .trueValue)
        case .null: row.setNull(column)
        case .array:
            if type == .vector { return try set(row, column, vector: tokens, at: index + 1) }
            guard schema[column].isNumberList else { throw mismatch(column, "an array") }
            return try set(row, column, numbers: tokens, at: index + 1)
        default: throw mismatch(column, "an object")
        }
        return index + 1
    }

    private func set(
        _ row: RowBuilder, _ column: Int, _ type: ColumnType, string token: JSONToken
    ) throws(RowError) {
        switch type {
        case .string, .enumeration: row.set(column, utf8: token.text)
        case .bytes:
            scratch.removeAll()
            guard ValueText.decode(base64: token.text, into: scratch) else {
                throw mismatch(column, "a string that is no base64")
            }
            row.set(column, utf8: scratch.bytes)
        case .timestamp:
            guard let time = ValueText.time(token.text) else {
                throw mismatch(
                    column, "'\(shown(token.text))', which is no time like 2025-01-31T23:59:59Z")
            }
            row.set(column, time)
        case .float64:
            guard let number = ValueText.special(token.string) else {
                throw mismatch(column, "a string")
            }
            row.set(column, number)
        default: throw mismatch(column, "a string")
        }
    }

    private func set(
        _ row: RowBuilder, _ column: Int, vector tokens: UnsafeBufferPointer<JSONToken>,
        at first: Int
    ) throws(RowError) -> Int {
        floats.removeAll(keepingCapacity: true)
        var index = first
        while true {
            let token = tokens[index]
            index += 1
            switch token.kind {
            case .arrayEnd:
                floats.withUnsafeBufferPointer { row.set(column, vector: $0) }
                return index
            case .integer: floats.append(Float(token.integer))
            case .largeInteger: floats.append(Float(token.bits))
            case .real:
                guard Float(token.real).isFinite else {
                    throw RowError(
                        "column '\(schema[column].name)' holds floats of 32 bits, not \(token.real)"
                    )
                }
                floats.append(Float(token.real))
            case .string:
                guard let number = ValueText.special(token.string) else { fallthrough }
                floats.append(Float(number))
            default: throw mismatch(column, "an array of other things than numbers")
            }
        }
    }

    private func set(
        _ row: RowBuilder, _ column: Int, numbers tokens: UnsafeBufferPointer<JSONToken>,
        at first: Int
    ) throws(RowError) -> Int {
        scratch.removeAll()
        var index = first
        while tokens[index].kind == .integer {
            if index > first { scratch.append(UInt8(ascii: " ")) }
            ValueText.append(tokens[index].integer, to: scratch)
            index += 1
        }
        guard tokens[index].kind == .arrayEnd else {
            throw mismatch(column, "an array of other things than whole numbers")
        }
        row.set(column, utf8: scratch.bytes)
        return index + 1
    }

    private func mismatch(_ column: Int, _ given: String) -> RowError {
        RowError("column '\(schema[column].name)' is of type \(schema[column].type), not \(given)")
    }

    private func shown(_ text: UnsafeRawBufferPointer) -> String {
        String(decoding: text.prefix(40), as: UTF8.self)
    }
}

/// A line of a whole store's export: a row, or a relation's schema.
struct TaggedLine {
    let relation: String
    /// The tokens of an object.
    var row: Range<Int>?
    var schema: Range<Int>?

    private static let form =
        "needs the form {\"relation\":…,\"row\":{…}}, as export writes it; or name the relation with --relation"

    init(_ tokens: UnsafeBufferPointer<JSONToken>) throws(RowError) {
        guard tokens.first?.kind == .object else { throw RowError(Self.form) }
        var relation: String?
        var index = 1
        while index < tokens.count - 1 {
            let value = index + 1
            let end = Self.end(of: tokens, from: value)
            let name = tokens[index].text
            if name.elementsEqual("relation".utf8), tokens[value].kind == .string, relation == nil {
                relation = tokens[value].string
            } else if name.elementsEqual("row".utf8), row == nil {
                row = value..<end
            } else if name.elementsEqual("schema".utf8), schema == nil {
                schema = value..<end
            } else {
                throw RowError(Self.form)
            }
            index = end
        }
        guard let relation, (row == nil) != (schema == nil) else { throw RowError(Self.form) }
        self.relation = relation
    }

    /// Behind the value that begins there.
    static func end(of tokens: UnsafeBufferPointer<JSONToken>, from start: Int) -> Int {
        var depth = 0
        var index = start
        repeat {
            switch tokens[index].kind {
            case .object, .array: depth += 1
            case .objectEnd, .arrayEnd: depth -= 1
            default: break
            }
            index += 1
        } while depth > 0
        return index
    }
}
