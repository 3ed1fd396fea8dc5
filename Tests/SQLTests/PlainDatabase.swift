// SPDX-License-Identifier: Apache-2.0
import CSegstoreSQLite
import Codec
import Exchange
import SQL
import SegmentStore

/// A value of an answer, for comparing: whole numbers are the same in both of SQL's types.
enum Cell: Hashable, Comparable, CustomStringConvertible {
    case null
    case number(Double)
    case int(Int64)
    case text([UInt8])
    case blob([UInt8])

    init(_ cell: SQLCell) {
        self =
            switch cell {
            case .null: .null
            case .int(let value): .int(value)
            case .real(let value): Int64(exactly: value).map { .int($0) } ?? .number(value)
            case .text(let bytes): .text(Array(bytes))
            case .blob(let bytes): .blob(Array(bytes))
            }
    }

    /// Any order will do.
    static func < (a: Cell, b: Cell) -> Bool { a.description < b.description }

    var description: String {
        switch self {
        case .null: "null"
        case .number(let value): "\(value)"
        case .int(let value): "\(value)"
        case .text(let bytes): String(decoding: bytes, as: UTF8.self).debugDescription
        case .blob(let bytes): "x\(bytes)"
        }
    }
}

/// Rows of relations in a database that is nothing but SQLite.
final class PlainDatabase {
    private let handle: OpaquePointer

    struct Failure: Error, CustomStringConvertible { let description: String }

    init() throws {
        var opened: OpaquePointer?
        guard sqlite3_open(":memory:", &opened) == SQLITE_OK, let opened else {
            throw Failure(description: "cannot be opened")
        }
        handle = opened
        _ = segstore_sqlite_configure(handle, SQLITE_DBCONFIG_DQS_DML, 0)
    }

    deinit { sqlite3_close_v2(handle) }

    func add(_ relation: RelationSchema, _ rows: some Collection<[Value]>) throws {
        let columns = relation.columns.map { "\"\($0.name)\" \(Self.type($0))" }
        try run("CREATE TABLE \"\(relation.name)\" (\(columns.joined(separator: ", ")))")
        let marks = relation.columns.map { _ in "?" }.joined(separator: ", ")
        var statement: OpaquePointer?
        try check(
            sqlite3_prepare_v2(
                handle, "INSERT INTO \"\(relation.name)\" VALUES (\(marks))", -1, &statement, nil))
        defer { sqlite3_finalize(statement) }
        try run("BEGIN")
        for row in rows {
            sqlite3_reset(statement)
            for (index, value) in row.enumerated() {
                try bind(value, relation.columns[index], to: statement, Int32(index + 1))
            }
            guard sqlite3_step(statement) == SQLITE_DONE else { throw error() }
        }
        try run("COMMIT")
    }

    private static func type(_ column: ColumnSchema) -> String {
        switch column.type {
        case .bool, .int64: "INTEGER"
        case .float64: "REAL"
        case .bytes: "BLOB"
        default: "TEXT"
        }
    }

    private func bind(
        _ value: Value, _ column: ColumnSchema, to statement: OpaquePointer?, _ index: Int32
    ) throws {
        func bind(text: String) -> Int32 {
            var text = text
            return text.withUTF8 {
                segstore_sqlite_bind_text(statement, index, $0.baseAddress, UInt64($0.count))
            }
        }
        let code =
            switch value {
            case .null: sqlite3_bind_null(statement, index)
            case .bool(let flag): sqlite3_bind_int64(statement, index, flag ? 1 : 0)
            case .int(let number): sqlite3_bind_int64(statement, index, number)
            case .float(let number): sqlite3_bind_double(statement, index, number)
            case .string(let text) where column.isNumberList:
                bind(text: "[\(text.split(separator: " ").joined(separator: ","))]")
            case .string(let text): bind(text: text)
            case .bytes(let bytes):
                bytes.withUnsafeBytes {
                    segstore_sqlite_bind_blob(statement, index, $0.baseAddress, UInt64($0.count))
                }
            case .timestamp(let time):
                bind(text: Self.text { ValueText.append(time: time, to: $0) })
            case .vector(let numbers):
                bind(text: "[\(numbers.map(\.description).joined(separator: ","))]")
            }
        try check(code)
    }

    static func text(_ body: (ByteBuffer) -> Void) -> String {
        let buffer = ByteBuffer()
        body(buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    func rows(_ query: String) throws -> [[Cell]] {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v2(handle, query, -1, &statement, nil))
        guard let statement else { return [] }
        defer { sqlite3_finalize(statement) }
        var rows: [[Cell]] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                rows.append(
                    (0..<sqlite3_column_count(statement)).map { Cell(Self.cell(statement, $0)) })
            case SQLITE_DONE: return rows
            default: throw error()
            }
        }
    }

    private static func cell(_ statement: OpaquePointer, _ column: Int32) -> SQLCell {
        func bytes(_ start: UnsafeRawPointer?) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(
                start: start, count: Int(sqlite3_column_bytes(statement, column)))
        }
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .int(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
        case SQLITE_TEXT: return .text(bytes(sqlite3_column_text(statement, column)))
        case SQLITE_BLOB: return .blob(bytes(sqlite3_column_blob(statement, column)))
        default: return .null
        }
    }

    private func run(_ text: String) throws {
        try check(sqlite3_exec(handle, text, nil, nil, nil))
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw error() }
    }

    private func error() -> Failure {
        Failure(description: String(cString: sqlite3_errmsg(handle)))
    }
}

extension SQLDatabase {
    /// All rows of an answer.
    func rows(
        _ query: String, _ values: [SQLValue] = [], limits: SQLLimits = SQLLimits()
    ) throws -> [[Cell]] {
        try self.query(query, values: values, limits: limits) { answer in
            var rows: [[Cell]] = []
            while try answer.next() { rows.append(answer.columns.indices.map { Cell(answer[$0]) }) }
            return rows
        }
    }
}
