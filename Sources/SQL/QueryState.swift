// SPDX-License-Identifier: Apache-2.0
//
// What SQLite's callbacks share with whoever asked: why a query was stopped, what the store said.

import CSegstoreSQLite
import Platform
import SegmentStore

/// What one query may take.
public struct SQLLimits {
    /// More rows are left out, which the answer tells.
    public var rowCount = Int.max
    /// From the beginning of the query; nil for any time.
    public var seconds: Double?
    /// Asked now and then, by the thread that reads the answer.
    public var isCancelled: (() -> Bool)?

    public init() {}
}

/// Belongs to one database, and so to one thread.
final class QueryState {
    let snapshot: Snapshot
    /// What the store threw while SQLite was reading from it.
    var failure: StoreError?
    /// Why the progress handler stopped the query.
    private(set) var stop: SQLError.Kind?
    /// The query would have changed something.
    var wasRefused = false
    /// Equalities are not to be relied on.
    var distrustsEqualities = false
    /// Rows that tables gave to SQLite.
    var visitedRowCount = 0
    private var deadline: Int64?
    private var isCancelled: (() -> Bool)?
    private var readers: [Reader] = []

    init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    func begin(_ limits: SQLLimits) {
        failure = nil
        stop = nil
        wasRefused = false
        visitedRowCount = 0
        isCancelled = limits.isCancelled
        deadline = limits.seconds.map { seconds in
            let nanoseconds = Int64(max(0, min(seconds, 1e9)) * 1e9)
            return Clock.nanoseconds() &+ nanoseconds
        }
    }

    /// Whether to go on no longer.
    func mustStop() -> Bool {
        if let isCancelled, isCancelled() {
            stop = .cancelled
        } else if let deadline, Clock.nanoseconds() >= deadline {
            stop = .timeLimit
        }
        return stop != nil
    }

    /// Each cursor has its own, for what a reader keeps is of one row.
    func takeReader() -> Reader { readers.popLast() ?? snapshot.reader() }

    func giveBack(_ reader: Reader) { readers.append(reader) }
}
