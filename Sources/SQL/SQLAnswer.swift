// SPDX-License-Identifier: Apache-2.0
import CSegstoreSQLite

/// The rows that a query is answered with, one after the other.
public final class SQLAnswer {
    private let database: SQLDatabase
    private let statement: OpaquePointer
    private let rowLimit: Int
    /// All different: where a query has two columns of a name, the second's has _2 behind it, and
    /// so on. One without a name is called column.
    public let columns: [String]
    /// How many rows were read.
    public private(set) var rowCount = 0
    /// Whether there are more rows than the limit lets through. Known when `next` says false.
    public private(set) var isTruncated = false
    private var isAtEnd = false
    private var hasRow = false

    init(_ database: SQLDatabase, _ statement: OpaquePointer, rowLimit: Int) {
        self.database = database
        self.statement = statement
        self.rowLimit = rowLimit
        let names = (0..<sqlite3_column_count(statement)).map { index in
            sqlite3_column_name(statement, index).map { String(cString: $0) } ?? ""
        }
        columns = TableName.distinct(names.map { $0.isEmpty ? "column" : $0 }, isTable: false)
    }

    /// Goes to the first row, or the next; false if there is none, or none that the limit lets
    /// through. Throws an `SQLError`, or what the store throws.
    public func next() throws -> Bool {
        hasRow = false
        guard !isAtEnd else { return false }
        let code = sqlite3_step(statement)
        guard code == SQLITE_ROW else {
            isAtEnd = true
            if code != SQLITE_DONE { throw database.error(code) }
            return false
        }
        guard rowCount < rowLimit else {
            isAtEnd = true
            isTruncated = true
            return false
        }
        rowCount += 1
        hasRow = true
        return true
    }

    /// Its statement is gone.
    func end() {
        isAtEnd = true
        hasRow = false
    }

    /// A value of the row that `next` went to. Valid until its next call.
    public subscript(column: Int) -> SQLCell {
        precondition(hasRow && columns.indices.contains(column), "there is no row, or no column")
        return SQLCell(statement, Int32(column))
    }
}
