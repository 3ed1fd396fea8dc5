// SPDX-License-Identifier: Apache-2.0
//
// A snapshot's relations as tables of an SQLite database that is empty otherwise, in memory, and
// can only be read.

import CSegstoreSQLite
import SegmentStore

/// Answers questions in SQL about a snapshot. For one thread at a time.
public final class SQLDatabase {
    /// What SQLite may take for all databases of a process together, unless they are told other.
    public static let defaultMemoryByteLimit = 1 << 30
    /// A query that is longer is refused.
    private static let textByteLimit: Int32 = 1 << 20

    let handle: OpaquePointer
    let state: QueryState
    /// The names of the tables, which are those of the relations as far as SQL can tell them apart.
    public let tables: [String]
    private let memoryByteLimit: Int
    private var isAnswering = false

    /// Costs some tens of microseconds a relation. `memoryByteLimit` is the process's: the last one
    /// that is given holds for all databases.
    public init(
        _ snapshot: Snapshot, memoryByteLimit: Int = SQLDatabase.defaultMemoryByteLimit
    ) throws {
        state = QueryState(snapshot)
        self.memoryByteLimit = memoryByteLimit
        let relations = snapshot.core.manifest.schema.relations
        tables = TableName.distinct(relations.map(\.schema.name), isTable: true)
        sqlite3_hard_heap_limit64(Int64(memoryByteLimit))
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(":memory:", &opened, flags, nil)
        guard let opened, code == SQLITE_OK else {
            sqlite3_close_v2(opened)
            throw SQLError(.memoryLimit, "SQLite has no memory to begin with")
        }
        handle = opened
        try makeTables()
        try close()
    }

    deinit { sqlite3_close_v2(handle) }

    /// Rows that tables gave to SQLite for the last query: what its plan was worth.
    package var visitedRowCount: Int { state.visitedRowCount }

    private func makeTables() throws {
        try check(TableModule.register(in: handle, state))
        // Nothing goes to disk, not even what is sorted.
        try check(sqlite3_exec(handle, "PRAGMA temp_store = MEMORY; BEGIN", nil, nil, nil))
        for (index, name) in tables.enumerated() {
            let statement =
                "CREATE VIRTUAL TABLE \(TableName.quoted(name)) USING \(TableModule.name)(\(index))"
            try check(sqlite3_exec(handle, statement, nil, nil, nil))
        }
        try check(sqlite3_exec(handle, "COMMIT", nil, nil, nil))
    }

    /// From here on it can only be read.
    private func close() throws {
        for (option, value): (Int32, Int32) in [
            (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
            (SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0),
            // "name" is a name, or an error, but never a text.
            (SQLITE_DBCONFIG_DQS_DML, 0), (SQLITE_DBCONFIG_DQS_DDL, 0),
        ] { try check(segstore_sqlite_configure(handle, option, value)) }
        for (limit, value): (Int32, Int32) in [
            (SQLITE_LIMIT_ATTACHED, 0), (SQLITE_LIMIT_WORKER_THREADS, 0),
            (SQLITE_LIMIT_SQL_LENGTH, Self.textByteLimit),
            (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 10_000),
            // Room for the store's longest value, and what may be made of some of them.
            (SQLITE_LIMIT_LENGTH, Int32(clamping: min(memoryByteLimit, 4 * Limits.valueByteCount))),
        ] { sqlite3_limit(handle, limit, value) }
        try check(Authorizer.install(in: handle, state))
        sqlite3_progress_handler(
            handle, 1000,
            { state in
                guard let state else { return 0 }
                // SAFETY: it outlives the database.
                let owner = Unmanaged<QueryState>.fromOpaque(state).takeUnretainedValue()
                return owner.mustStop() ? 1 : 0
            }, Unmanaged.passUnretained(state).toOpaque())
    }

    // MARK: - Queries

    /// Calls `body` with the answer to one statement, whose parameters stand for `values`. Only
    /// comments may follow it. The answer ends with the call.
    public func query<Result>(
        _ text: String, values: [SQLValue] = [], limits: SQLLimits = SQLLimits(),
        _ body: (SQLAnswer) throws -> Result
    ) throws -> Result {
        precondition(!isAnswering, "one question is answered before the next is asked")
        isAnswering = true
        defer { isAnswering = false }
        state.begin(limits)
        let statement = try prepare(text)
        defer { sqlite3_finalize(statement) }
        try bind(values, to: statement)
        let answer = SQLAnswer(self, statement, rowLimit: limits.rowCount)
        defer { answer.end() }
        return try body(answer)
    }

    private func prepare(_ text: String) throws -> OpaquePointer {
        guard text.utf8.count <= Self.textByteLimit, !text.utf8.contains(0) else {
            throw SQLError(
                .invalid,
                "the query is longer than \(Self.textByteLimit) bytes, or has a zero in it"
            )
        }
        state.distrustsEqualities = Self.mayCompareRows(text)
        let (first, end) = try prepareFirst(text, from: 0)
        guard let first else {
            throw SQLError(.invalid, "there is no query; one is like SELECT * FROM \(example)")
        }
        do {
            try expectNothing(in: text, from: end)
            guard sqlite3_stmt_readonly(first) != 0 else { throw Self.readOnly }
        } catch {
            sqlite3_finalize(first)
            throw error
        }
        return first
    }

    /// Nothing but comments and semicolons.
    private func expectNothing(in text: String, from start: Int) throws {
        var end = start
        while end < text.utf8.count {
            let (more, next) = try prepareFirst(text, from: end)
            guard more == nil else {
                sqlite3_finalize(more)
                throw SQLError(
                    .invalid, "there is more than one statement; ask one thing at a time",
                    at: SQLError.Place(text, byteOffset: end))
            }
            guard next > end else { return }
            end = next
        }
    }

    /// '(a, b) IN (…)' SQLite shows to a table as 'a = …', once for each row of the list, and then
    /// takes rows several times, or not at all (3.40). It is known by a parenthesis before IN.
    static func mayCompareRows(_ text: String) -> Bool {
        let words = text.utf8
        for (place, byte) in zip(words.indices, words) where byte == UInt8(ascii: ")") {
            let rest = words[words.index(after: place)...].drop {
                $0 == 0x20 || (9...13).contains($0)
            }
            let isComment = rest.starts(with: "--".utf8) || rest.starts(with: "/*".utf8)
            if isComment || rest.prefix(2).map({ $0 | 0x20 }) == Array("in".utf8) { return true }
        }
        return false
    }

    private var example: String { tables.first.map(TableName.quoted) ?? "sqlite_schema" }

    /// The first statement behind a place, nil if there is none, and where it ends.
    private func prepareFirst(
        _ text: String, from start: Int
    ) throws -> (statement: OpaquePointer?, end: Int) {
        guard start < text.utf8.count else { return (nil, start) }
        var utf8 = text
        var statement: OpaquePointer?
        var end = start
        let code = utf8.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                var tail: UnsafePointer<CChar>?
                let base = bytes.baseAddress.map { $0 + start }
                let code = sqlite3_prepare_v2(
                    handle, base, Int32(bytes.count - start), &statement, &tail)
                if let tail, let base { end += tail - base }
                return code
            }
        }
        guard code == SQLITE_OK else { throw error(code, text, from: start) }
        return (statement, end)
    }

    private func bind(_ values: [SQLValue], to statement: OpaquePointer) throws {
        let count = Int(sqlite3_bind_parameter_count(statement))
        guard values.count == count else {
            throw SQLError(
                .invalid,
                "the query has \(count) parameter\(count == 1 ? "" : "s"), but is given "
                    + "\(values.count) value\(values.count == 1 ? "" : "s")")
        }
        for (index, value) in values.enumerated()
        where !value.bind(to: statement, Int32(index + 1)) {
            throw error(sqlite3_errcode(handle))
        }
    }

    // MARK: - Errors

    private static let readOnly = SQLError(
        .readOnly, "SQL can read a store, not change it or its settings; rows come by import")

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// What a code of SQLite's means, of the statement in `text` that begins at `start`.
    func error(_ code: Int32, _ text: String = "", from start: Int = 0) -> any Error {
        if let failure = state.failure { return failure }
        if state.wasRefused { return Self.readOnly }
        switch (code & 0xff, state.stop) {
        case (SQLITE_INTERRUPT, .timeLimit?):
            return SQLError(.timeLimit, "the query takes longer than it may")
        case (SQLITE_INTERRUPT, _): return SQLError(.cancelled, "the query was stopped")
        case (SQLITE_NOMEM, _):
            return SQLError(
                .memoryLimit, "the query needs more memory than the \(memoryByteLimit) bytes it may"
            )
        default: break
        }
        let offset = Int(sqlite3_error_offset(handle))
        let place =
            offset < 0 || text.isEmpty
            ? nil : SQLError.Place(text, byteOffset: start + offset)
        let message = String(cString: sqlite3_errmsg(handle))
        if message.hasSuffix("may not be modified") { return Self.readOnly }
        return SQLError(.invalid, message + advice(message, text), at: place)
    }

    /// What there is, where something was named that is not.
    private func advice(_ message: String, _ text: String) -> String {
        if message.hasPrefix("no such table") {
            return "; there are \(tables.joined(separator: ", "))"
        }
        let schema = state.snapshot.core.manifest.schema.relations.map(\.schema.columns)
        let columns = schema.map { TableName.distinct($0.map(\.name), isTable: false) }
        if message.hasPrefix("no such column") {
            let asked = text.lowercased()
            return zip(tables, columns).filter { asked.contains($0.0.lowercased()) }
                .map { "; \($0) has \($1.joined(separator: ", "))" }.joined()
        }
        // Of words of SQL that are columns' names too.
        let word = message.split(separator: "\"").dropFirst().first.map { $0.lowercased() }
        if message.hasSuffix("syntax error"), let word,
            columns.joined().contains(where: { $0.lowercased() == word })
        {
            return "; the column is written in quotes, \(TableName.quoted(word))"
        }
        return ""
    }
}
