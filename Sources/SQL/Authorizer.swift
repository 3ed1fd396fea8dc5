// SPDX-License-Identifier: Apache-2.0
//
// What a query may do: read tables and compute. SQLite asks for each thing that a statement would
// do before it is run.

import CSegstoreSQLite

enum Authorizer {
    /// Pragmas that only tell.
    private static let pragmas: Set<String> = [
        "collation_list", "compile_options", "database_list", "function_list", "module_list",
        "pragma_list", "table_info", "table_list", "table_xinfo",
    ]
    /// Functions that reach out of the database.
    private static let closedFunctions: Set<String> = ["load_extension", "fts3_tokenizer"]

    /// `state` must outlive the database.
    static func install(in database: OpaquePointer, _ state: QueryState) -> Int32 {
        let state = Unmanaged.passUnretained(state).toOpaque()
        return sqlite3_set_authorizer(
            database,
            { state, action, first, second, _, _ in
                Authorizer.decide(state, action, first, second)
            }, state)
    }

    private static func decide(
        _ state: UnsafeMutableRawPointer?, _ action: Int32, _ first: UnsafePointer<CChar>?,
        _ second: UnsafePointer<CChar>?
    ) -> Int32 {
        func word(_ text: UnsafePointer<CChar>?) -> String {
            text.map { String(cString: $0).lowercased() } ?? ""
        }
        switch action {
        case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: return SQLITE_OK
        case SQLITE_FUNCTION:
            return closedFunctions.contains(word(second)) ? SQLITE_DENY : SQLITE_OK
        // What SQLite does in passing when a table function is first used. By itself it has no way:
        // the table's name is refused where it is to be written.
        case SQLITE_UPDATE where word(first) == "sqlite_master": return SQLITE_OK
        case SQLITE_PRAGMA where pragmas.contains(word(first)): return SQLITE_OK
        default: break
        }
        if let state {
            // SAFETY: what was installed, and outlives the database.
            Unmanaged<QueryState>.fromOpaque(state).takeUnretainedValue().wasRefused = true
        }
        return SQLITE_DENY
    }
}
