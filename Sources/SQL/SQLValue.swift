// SPDX-License-Identifier: Apache-2.0
import CSegstoreSQLite

/// A value that stands for a parameter of a query, `?` or `:name`.
public enum SQLValue: Sendable, Equatable {
    case null
    case int(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    /// False if there is no memory for it.
    func bind(to statement: OpaquePointer, _ index: Int32) -> Bool {
        let result =
            switch self {
            case .null: sqlite3_bind_null(statement, index)
            case .int(let value): sqlite3_bind_int64(statement, index, value)
            case .real(let value): sqlite3_bind_double(statement, index, value)
            case .text(var text):
                text.withUTF8 {
                    segstore_sqlite_bind_text(
                        statement, index, $0.baseAddress, UInt64($0.count))
                }
            case .blob(let bytes):
                bytes.withUnsafeBytes {
                    segstore_sqlite_bind_blob(
                        statement, index, $0.baseAddress, UInt64($0.count))
                }
            }
        return result == SQLITE_OK
    }
}

/// A value of an answer's row. Its bytes are valid until the next row.
public enum SQLCell {
    case null
    case int(Int64)
    case real(Double)
    /// UTF-8, unless the query made it of bytes that are none.
    case text(UnsafeRawBufferPointer)
    case blob(UnsafeRawBufferPointer)

    init(_ statement: OpaquePointer, _ column: Int32) {
        func bytes(_ start: UnsafeRawPointer?) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(
                start: start, count: Int(sqlite3_column_bytes(statement, column)))
        }
        self =
            switch sqlite3_column_type(statement, column) {
            case SQLITE_INTEGER: .int(sqlite3_column_int64(statement, column))
            case SQLITE_FLOAT: .real(sqlite3_column_double(statement, column))
            case SQLITE_TEXT: .text(bytes(sqlite3_column_text(statement, column)))
            case SQLITE_BLOB: .blob(bytes(sqlite3_column_blob(statement, column)))
            default: .null
            }
    }
}
