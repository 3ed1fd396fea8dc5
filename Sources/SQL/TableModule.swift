// SPDX-License-Identifier: Apache-2.0
//
// What SQLite calls of a virtual table, turned into calls of RelationTable and TableCursor.

import CSegstoreSQLite
import SegmentStore

enum TableModule {
    static let name = "segstore"

    /// SQLite keeps the address. Nobody writes to it after it is made.
    nonisolated(unsafe) private static let module: UnsafePointer<sqlite3_module> = {
        let kept = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        kept.initialize(to: functions())
        return UnsafePointer(kept)
    }()

    /// Without xUpdate, so that nobody writes to a table.
    private static func functions() -> sqlite3_module {
        var module = sqlite3_module()
        module.xCreate = { database, state, count, words, result, _ in
            TableModule.connect(database, state, count, words, result)
        }
        module.xConnect = { database, state, count, words, result, _ in
            TableModule.connect(database, state, count, words, result)
        }
        module.xBestIndex = { TableModule.bestIndex($0, $1) }
        module.xDisconnect = { TableModule.disconnect($0) }
        module.xDestroy = { TableModule.disconnect($0) }
        module.xOpen = { TableModule.open($0, $1) }
        module.xClose = { TableModule.close($0) }
        module.xFilter = { cursor, plan, _, count, values in
            TableModule.filter(cursor, plan, count, values)
        }
        module.xNext = { TableModule.next($0) }
        module.xEof = { TableModule.isAtEnd($0) }
        module.xColumn = { TableModule.column($0, $1, $2) }
        module.xRowid = { TableModule.rowNumber($0, $1) }
        return module
    }

    /// `state` must outlive the database.
    static func register(in database: OpaquePointer, _ state: QueryState) -> Int32 {
        sqlite3_create_module(database, name, module, Unmanaged.passUnretained(state).toOpaque())
    }

    // MARK: - Tables

    private static func connect(
        _ database: OpaquePointer?, _ state: UnsafeMutableRawPointer?, _ count: Int32,
        _ words: UnsafePointer<UnsafePointer<CChar>?>?,
        _ result: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?
    ) -> Int32 {
        // Without the number of a relation it is somebody's query that names the module.
        guard let database, let state, count > 3, let word = words?[3],
            let relation = Int(String(cString: word))
        else { return SQLITE_ERROR }
        // SAFETY: what was registered, and outlives the database.
        let owner = Unmanaged<QueryState>.fromOpaque(state).takeUnretainedValue()
        let table = RelationTable(owner, relation)
        let code = sqlite3_declare_vtab(database, table.declaration)
        guard code == SQLITE_OK else { return code }
        let frame = UnsafeMutablePointer<segstore_vtab>.allocate(capacity: 1)
        frame.initialize(to: segstore_vtab())
        frame.pointee.table = Unmanaged.passRetained(table).toOpaque()
        // SAFETY: a struct begins where its first member does.
        result?.pointee = UnsafeMutableRawPointer(frame).assumingMemoryBound(to: sqlite3_vtab.self)
        return SQLITE_OK
    }

    private static func frame(
        _ table: UnsafeMutablePointer<sqlite3_vtab>?
    ) -> UnsafeMutablePointer<segstore_vtab>? {
        // SAFETY: `connect` made it.
        UnsafeMutableRawPointer(table)?.assumingMemoryBound(to: segstore_vtab.self)
    }

    private static func table(_ table: UnsafeMutablePointer<sqlite3_vtab>?) -> RelationTable? {
        frame(table).map {
            Unmanaged<RelationTable>.fromOpaque($0.pointee.table).takeUnretainedValue()
        }
    }

    private static func disconnect(_ table: UnsafeMutablePointer<sqlite3_vtab>?) -> Int32 {
        guard let frame = frame(table) else { return SQLITE_OK }
        Unmanaged<RelationTable>.fromOpaque(frame.pointee.table).release()
        frame.deallocate()
        return SQLITE_OK
    }

    // MARK: - Plans

    private static func bestIndex(
        _ table: UnsafeMutablePointer<sqlite3_vtab>?,
        _ info: UnsafeMutablePointer<sqlite3_index_info>?
    ) -> Int32 {
        guard let table = self.table(table), let info else { return SQLITE_ERROR }
        let access = table.access(for: request(info))
        for (place, constraint) in access.constraints.enumerated() {
            info.pointee.aConstraintUsage[constraint].argvIndex = Int32(place + 1)
            if place == access.plan.list { _ = sqlite3_vtab_in(info, Int32(constraint), 1) }
        }
        info.pointee.idxNum = Int32(table.number(of: access.plan))
        info.pointee.idxStr = segstore_sqlite_copy(table.description(access.plan))
        info.pointee.needToFreeIdxStr = 1
        info.pointee.orderByConsumed = access.isOrdered ? 1 : 0
        info.pointee.estimatedCost = access.cost
        info.pointee.estimatedRows = Int64(min(access.rowCount, 1e15))
        return info.pointee.idxStr == nil ? SQLITE_NOMEM : SQLITE_OK
    }

    private static func request(_ info: UnsafeMutablePointer<sqlite3_index_info>) -> PlanRequest {
        var request = PlanRequest()
        request.constraints = (0..<Int(info.pointee.nConstraint)).map { index in
            let constraint = info.pointee.aConstraint[index]
            // SQLite cannot say of later ones whether they are of IN.
            let isUsable = constraint.usable != 0 && index < 32
            // Of no use without it, and not asked where it means nothing.
            let collation = isUsable ? sqlite3_vtab_collation(info, Int32(index)) : nil
            return PlanRequest.Constraint(
                column: Int(constraint.iColumn), code: Int32(constraint.op), isUsable: isUsable,
                isBinary: collation.map { String(cString: $0) } == "BINARY",
                isList: isUsable && sqlite3_vtab_in(info, Int32(index), -1) != 0)
        }
        request.order = (0..<Int(info.pointee.nOrderBy)).map { index in
            let order = info.pointee.aOrderBy[index]
            return PlanRequest.Order(
                column: Int(order.iColumn), isDescending: order.desc != 0)
        }
        request.isGrouping = sqlite3_vtab_distinct(info) == 2
        return request
    }

    // MARK: - Cursors

    private static func open(
        _ table: UnsafeMutablePointer<sqlite3_vtab>?,
        _ result: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab_cursor>?>?
    ) -> Int32 {
        guard let table = self.table(table) else { return SQLITE_ERROR }
        let frame = UnsafeMutablePointer<segstore_vtab_cursor>.allocate(capacity: 1)
        frame.initialize(to: segstore_vtab_cursor())
        frame.pointee.cursor = Unmanaged.passRetained(TableCursor(table)).toOpaque()
        // SAFETY: a struct begins where its first member does.
        result?.pointee = UnsafeMutableRawPointer(frame).assumingMemoryBound(
            to: sqlite3_vtab_cursor.self)
        return SQLITE_OK
    }

    @inline(__always)
    private static func frame(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?
    ) -> UnsafeMutablePointer<segstore_vtab_cursor>? {
        // SAFETY: `open` made it.
        UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: segstore_vtab_cursor.self)
    }

    @inline(__always)
    private static func cursor(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?
    ) -> TableCursor? {
        frame(cursor).map {
            Unmanaged<TableCursor>.fromOpaque($0.pointee.cursor).takeUnretainedValue()
        }
    }

    private static func close(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 {
        guard let frame = frame(cursor) else { return SQLITE_OK }
        let object = Unmanaged<TableCursor>.fromOpaque(frame.pointee.cursor)
        object.takeUnretainedValue().close()
        object.release()
        frame.deallocate()
        return SQLITE_OK
    }

    /// What the store throws is kept for whoever asked; SQLite learns only that it must stop.
    @inline(__always)
    private static func run(
        _ frame: UnsafeMutablePointer<sqlite3_vtab_cursor>?,
        _ body: (TableCursor) throws(StoreError) -> Void
    ) -> Int32 {
        guard let cursor = cursor(frame) else { return SQLITE_ERROR }
        do throws(StoreError) {
            try body(cursor)
            return SQLITE_OK
        } catch {
            cursor.fail(error)
            return SQLITE_ERROR
        }
    }

    private static func filter(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ plan: Int32, _ count: Int32,
        _ values: UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32 {
        let values = (0..<Int(count)).compactMap { values?[$0] }
        return run(cursor) { cursor throws(StoreError) in
            try cursor.begin(cursor.plan(Int(plan)), values)
        }
    }

    private static func next(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 {
        run(cursor) { cursor throws(StoreError) in try cursor.next() }
    }

    private static func rowNumber(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?,
        _ number: UnsafeMutablePointer<sqlite3_int64>?
    ) -> Int32 {
        number?.pointee = self.cursor(cursor)?.number ?? 0
        return SQLITE_OK
    }

    private static func isAtEnd(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 {
        self.cursor(cursor)?.isAtEnd ?? true ? 1 : 0
    }

    private static func column(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ context: OpaquePointer?,
        _ column: Int32
    ) -> Int32 {
        guard let context else { return SQLITE_ERROR }
        return run(cursor) { cursor throws(StoreError) in
            try cursor.give(Int(column), context)
        }
    }
}
