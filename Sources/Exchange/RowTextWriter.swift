// SPDX-License-Identifier: Apache-2.0
import Codec
import SegmentStore

/// Writes the rows of one relation as text, straight from the columns. For one thread.
package final class RowTextWriter {
    package enum Form: Sendable { case json, csv }

    private struct Column {
        let index: Int
        let type: ColumnType
        let isNumberList: Bool
        /// What stands before a value.
        let prefix: [UInt8]
    }

    private let reader: Reader
    private let relation: Int
    private let form: Form
    private let columns: [Column]

    /// All columns of the relation, or those with the given numbers.
    package init(_ reader: Reader, _ relation: Int, _ form: Form, columns: [Int]? = nil) {
        self.reader = reader
        self.relation = relation
        self.form = form
        let schema = reader.snapshot.schema.relations[relation]
        let wanted = columns ?? Array(schema.columns.indices)
        let scratch = ByteBuffer()
        self.columns = wanted.enumerated().map { place, index in
            scratch.removeAll()
            if place > 0 { scratch.append(UInt8(ascii: ",")) }
            if form == .json {
                JSONText.append(string: schema.columns[index].name, to: scratch)
                scratch.append(UInt8(ascii: ":"))
            }
            return Column(
                index: index, type: schema.columns[index].type,
                isNumberList: schema.columns[index].isNumberList, prefix: Array(scratch.bytes))
        }
        names = wanted.map { schema.columns[$0].name }
    }

    /// Of the columns.
    package let names: [String]

    /// A JSON object, or a CSV record without its line's end.
    package func append(_ row: RowID, to out: ByteBuffer) throws(StoreError) {
        if form == .json { out.append(UInt8(ascii: "{")) }
        for column in columns {
            column.prefix.withUnsafeBytes { out.append($0) }
            try append(row, column, to: out)
        }
        if form == .json { out.append(UInt8(ascii: "}")) }
    }

    private func append(_ row: RowID, _ column: Column, to out: ByteBuffer) throws(StoreError) {
        let isJSON = form == .json
        switch column.type {
        case .string, .enumeration:
            guard let text = try reader.bytes(relation, row, column.index) else { break }
            if isJSON, column.isNumberList { return ValueText.append(numberList: text, to: out) }
            return isJSON
                ? JSONText.append(string: text, to: out) : CSVText.append(string: text, to: out)
        case .bytes:
            guard let bytes = try reader.bytes(relation, row, column.index) else { break }
            if isJSON || bytes.isEmpty { out.append(UInt8(ascii: "\"")) }
            ValueText.append(base64: bytes, to: out)
            if isJSON || bytes.isEmpty { out.append(UInt8(ascii: "\"")) }
            return
        case .int64:
            guard let number = try reader.int(relation, row, column.index) else { break }
            return ValueText.append(number, to: out)
        case .bool:
            guard let number = try reader.int(relation, row, column.index) else { break }
            return ValueText.append(number != 0 ? "true" : "false", to: out)
        case .timestamp:
            guard let time = try reader.int(relation, row, column.index) else { break }
            if isJSON { out.append(UInt8(ascii: "\"")) }
            ValueText.append(time: time, to: out)
            if isJSON { out.append(UInt8(ascii: "\"")) }
            return
        case .float64:
            guard let number = try reader.float(relation, row, column.index) else { break }
            return ValueText.append(number, to: out, quoted: isJSON)
        case .vector:
            guard let bytes = try reader.bytes(relation, row, column.index) else { break }
            return append(vector: bytes, to: out)
        }
        if isJSON { ValueText.append("null", to: out) }
    }

    private func append(vector bytes: UnsafeRawBufferPointer, to out: ByteBuffer) {
        guard form == .csv else { return ValueText.append(vector: bytes, to: out) }
        let text = ByteBuffer()
        ValueText.append(vector: bytes, to: text)
        CSVText.append(string: text.bytes, to: out)
    }
}
