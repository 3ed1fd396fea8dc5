// SPDX-License-Identifier: Apache-2.0
//
// From the fields of a CSV record to the columns of a row, and back.

import Codec
import SegmentStore

/// Puts CSV records into rows of one relation. The first record names the columns.
final class CSVRowFiller {
    private let schema: RelationSchema
    /// For each field its column.
    private let order: [Int]
    private let scratch = ByteBuffer(capacity: 256)

    init(_ relation: RelationSchema, header: [CSVField]) throws(RowError) {
        schema = relation
        var order: [Int] = []
        for field in header {
            let name = String(decoding: field.text, as: UTF8.self)
            guard let column = relation.columns.firstIndex(where: { $0.name == name }) else {
                throw RowError(
                    "the first line must name columns, but relation '\(relation.name)' has no column '\(name.prefix(100))'"
                )
            }
            guard !order.contains(column) else { throw RowError("column '\(name)' stands twice") }
            order.append(column)
        }
        self.order = order
    }

    func fill(_ row: RowBuilder, _ fields: [CSVField]) throws(RowError) {
        guard fields.count == order.count else {
            throw RowError(
                "has \(fields.count) field\(fields.count == 1 ? "" : "s"), the first line \(order.count)"
            )
        }
        for (field, column) in zip(fields, order) { try set(row, column, field) }
        if let problem = row.check() { throw RowError(problem) }
    }

    private func set(_ row: RowBuilder, _ index: Int, _ field: CSVField) throws(RowError) {
        let column = schema.columns[index]
        let text = field.text
        // Many programs write an empty string without quotes; where there are no nulls it is one,
        // but a key that is missing is missing.
        if text.isEmpty, !field.isQuoted,
            column.isNullable || !column.type.isText || schema.key.contains(column.name)
        {
            return row.setNull(index)
        }
        func mismatch() -> RowError {
            RowError(
                "column '\(column.name)' is of type \(column.type), not '\(String(decoding: text.prefix(40), as: UTF8.self))'"
            )
        }
        switch column.type {
        case .string, .enumeration: row.set(index, utf8: text)
        case .bytes:
            scratch.removeAll()
            guard ValueText.decode(base64: text, into: scratch) else { throw mismatch() }
            row.set(index, utf8: scratch.bytes)
        case .int64:
            guard let number = wholeNumber(text) else { throw mismatch() }
            row.set(index, number)
        case .timestamp:
            guard let time = ValueText.time(text) ?? wholeNumber(text) else {
                throw mismatch()
            }
            row.set(index, time)
        case .float64:
            guard let number = ValueText.float(text) else { throw mismatch() }
            row.set(index, number)
        case .bool:
            switch String(decoding: text, as: UTF8.self) {
            case "true", "True", "TRUE": row.set(index, true)
            case "false", "False", "FALSE": row.set(index, false)
            default: throw mismatch()
            }
        case .vector:
            guard let numbers = Self.vector(text) else { throw mismatch() }
            numbers.withUnsafeBufferPointer { row.set(index, vector: $0) }
        }
    }

    /// Numbers in brackets, with commas between, as in JSON.
    private static func vector(_ text: UnsafeRawBufferPointer) -> [Float]? {
        guard text.count >= 2, text.first == UInt8(ascii: "["), text.last == UInt8(ascii: "]")
        else { return nil }
        let inner = text[1..<text.count - 1]
        if inner.isEmpty { return [] }
        var numbers: [Float] = []
        for part in inner.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            // Numbers that are not finite are strings, as they are in JSON.
            let bare = part.filter { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: " ") }
            guard let number = bare.withUnsafeBytes({ ValueText.float($0) }),
                Float(number).isFinite || !number.isFinite
            else { return nil }
            numbers.append(Float(number))
        }
        return numbers
    }
}

extension ColumnType {
    /// Whether an empty text is one of its values.
    fileprivate var isText: Bool { self == .string || self == .enumeration || self == .bytes }
}

package enum CSVText {
    /// Quoted where a reader would take it for something else, and if it is empty: without quotes
    /// that is a null.
    package static func append(string text: UnsafeRawBufferPointer, to out: ByteBuffer) {
        let needsQuotes =
            text.isEmpty || text.contains { $0 == 0x22 || $0 == 0x2c || $0 == 0x0a || $0 == 0x0d }
        guard needsQuotes else { return out.append(text) }
        out.append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") { out.append(byte) }
            out.append(byte)
        }
        out.append(UInt8(ascii: "\""))
    }

    package static func append(string text: String, to out: ByteBuffer) {
        var text = text
        text.withUTF8 { append(string: UnsafeRawBufferPointer($0), to: out) }
    }

    /// The first line: the columns' names.
    package static func append(header names: [String], to out: ByteBuffer) {
        for (index, name) in names.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            append(string: name, to: out)
        }
        out.append(UInt8(ascii: "\n"))
    }
}
