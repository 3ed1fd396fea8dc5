// SPDX-License-Identifier: Apache-2.0
//
// What a caller of `GraphStore.write` fills.

import Codec
import Platform

/// What a batch does with rows that cannot be taken.
public enum InvalidRowPolicy: Sendable {
    /// Nothing is committed; the error lists the rows.
    case abort
    /// The others are committed; the receipt lists what was not.
    case skip
}

/// What a batch does with a key that stands in it twice, or that the store has already.
public enum DuplicatePolicy: Sendable {
    /// The later row counts.
    case latestWins
    /// The earlier row counts; the later is handled as an invalid row.
    case reject
}

public struct WriteOptions: Sendable {
    public var label = ""
    public var invalidRows = InvalidRowPolicy.abort
    public var duplicates = DuplicatePolicy.latestWins
    /// Whether a first batch without rows is a commit too, of the schema alone.
    public var commitsSchema = false
    /// What the rows' references must lead to.
    public var references: [ReferenceCheck] = []
    /// Rows to come, for the fraction that progress reports; nil if that is not known.
    public var expectedRowCount: Int?
    /// Limits of this batch, in addition to the format's.
    public var rowLimit = Limits.rowCount
    public var valueByteLimit = Limits.valueByteCount

    public init() {}
}

/// How far a write is. `fraction` is 0 at the start and 1 when the commit is durable.
public struct WriteProgress: Sendable {
    public enum Answer: Sendable { case proceed, cancel }

    public let rowCount: Int
    public let inputByteCount: Int
    /// Nil on the way if the number of rows to come is not known.
    public let fraction: Double?
}

/// Rows to be committed together. Not for two threads at once.
public final class Batch {
    private let builder: SegmentBuilder
    private let schema: StoredSchema
    private let options: WriteOptions
    private let progress: ((WriteProgress) -> WriteProgress.Answer)?
    @exclusivity(unchecked) private var lastReport: Int64
    @exclusivity(unchecked) private var lastLook: Int64
    /// Rows until the clock is looked at again, and how many those are at a time.
    @exclusivity(unchecked) private var rowsUntilLook = 1
    @exclusivity(unchecked) private var rowsPerLook = 1
    @exclusivity(unchecked) private(set) var rowCount = 0
    @exclusivity(unchecked) private(set) var isCancelled = false
    @exclusivity(unchecked) private(set) var failure: StoreError?
    private(set) var problems: [RowProblem] = []
    private(set) var problemCount = 0
    /// Those of them that are only too large.
    private var limitProblemCount = 0
    @exclusivity(unchecked) private var appended: [Int]
    /// For each row of a relation that was refused, how many had been taken before it.
    private var takenBeforeRefused: [[Int]]

    static let problemLimit = 1000
    private static let reportInterval: Int64 = 100_000_000
    private static let rowsPerLookLimit = 256

    init(
        _ builder: SegmentBuilder, _ options: WriteOptions,
        _ progress: ((WriteProgress) -> WriteProgress.Answer)?
    ) {
        self.builder = builder
        schema = builder.schema
        self.options = options
        self.progress = progress
        appended = Array(repeating: 0, count: schema.relations.count)
        takenBeforeRefused = Array(repeating: [], count: schema.relations.count)
        lastReport = Clock.nanoseconds()
        lastLook = lastReport
    }

    /// The relations that rows can go to.
    package var storeSchema: Schema { schema.schema }

    /// The number of a relation, for the calls below.
    public func relation(_ name: String) throws(StoreError) -> Int {
        try schema.relation(named: name)
    }

    /// The number of a column.
    public func column(_ name: String, of relation: Int) throws(StoreError) -> Int {
        guard let index = schema.relations[relation].columnIndex[name] else {
            throw StoreError(
                .notFound,
                "relation '\(schema.relations[relation].schema.name)' has no column '\(name)'")
        }
        return index
    }

    /// Appends the row that `fill` sets. A row that breaks the schema is left out and reported;
    /// what that means for the batch is the write's `invalidRows`.
    @inline(__always)
    public func append(to relation: Int, _ fill: (RowBuilder) throws -> Void) throws {
        let row = try beginRow(relation)
        try fill(row)
        try endRow(row, relation)
    }

    /// Appends a row of named values.
    public func append(_ values: [String: Value], to relation: String) throws {
        let index = try self.relation(relation)
        try append(to: index) { row in
            for (name, value) in values { row.set(name, value) }
        }
    }

    /// Appends a row of values in the order of the relation's columns.
    public func append(_ values: [Value], to relation: Int) throws {
        try append(to: relation) { row in
            for (column, value) in values.enumerated() { row.set(column, value: value) }
        }
    }

    private func beginRow(_ relation: Int) throws(StoreError) -> RowBuilder {
        try check()
        if progress != nil { try lookAtClock() }
        return builder.row(relation)
    }

    private func endRow(_ row: RowBuilder, _ relation: Int) throws(StoreError) {
        let index = appended[relation]
        appended[relation] += 1
        if let reason = row.check() {
            return refuse(row, relation, index, reason)
        }
        guard rowCount < options.rowLimit else {
            throw remember(
                StoreError(.limitExceeded, "the batch has more than \(options.rowLimit) rows"))
        }
        do throws(StoreError) { try builder.append(row, to: relation) } catch {
            throw remember(error)
        }
        rowCount += 1
    }

    private func refuse(_ row: RowBuilder, _ relation: Int, _ index: Int, _ reason: String) {
        problemCount += 1
        if row.exceedsLimit { limitProblemCount += 1 }
        takenBeforeRefused[relation].append(index - takenBeforeRefused[relation].count)
        guard problems.count < Self.problemLimit else { return }
        problems.append(
            RowProblem(
                relation: schema.relations[relation].schema.name, index: index,
                key: row.keyDescription,
                reason: reason))
    }

    /// Where a row that was taken stands among all that were appended to its relation.
    func appendedIndex(ofRow row: Int, in relation: Int) -> Int {
        let taken = takenBeforeRefused[relation]
        var range = taken.startIndex..<taken.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range =
                taken[middle] <= row
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return row + range.lowerBound
    }

    /// Deletes the row with this key, one value for each key column, if there is one: in the store,
    /// or earlier in this batch.
    public func delete(key: [Value], from relation: String) throws {
        try check()
        if progress != nil { try lookAtClock() }
        let index = try self.relation(relation)
        let columns = schema.relations[index].key
        guard key.count == columns.count else {
            throw StoreError(
                .invalidArgument,
                "a key of '\(relation)' has \(columns.count) columns, not \(key.count)")
        }
        let row = builder.row(index)
        for (column, value) in zip(columns, key) { row.set(column, value: value) }
        if let problem = row.problem { throw StoreError(.invalidArgument, problem) }
        for column in columns where row.slots[column].isNull {
            throw StoreError(.invalidArgument, "a key has no nulls")
        }
        do throws(StoreError) { try builder.delete(row, from: index) } catch {
            throw remember(error)
        }
    }

    public func delete(key: Value, from relation: String) throws {
        try delete(key: [key], from: relation)
    }

    /// This batch holds everything there now is for `scope`: rows of that scope which the store had
    /// before go, whether their keys come again or not.
    public func replaceScope(_ scope: String, in relation: String) throws {
        try check()
        let index = try self.relation(relation)
        guard schema.relations[index].scope != nil else {
            throw StoreError(.invalidArgument, "relation '\(relation)' has no scope column")
        }
        builder.replaceScope(Array(scope.utf8), in: index)
    }

    private func check() throws(StoreError) {
        if isCancelled { throw StoreError(.cancelled, "the write was cancelled") }
        if let failure { throw failure }
    }

    /// A batch that failed once cannot be committed, even if its caller goes on.
    private func remember(_ error: StoreError) -> StoreError {
        failure = error
        return error
    }

    /// Before every row that may come slowly, but seldom where rows take less than the look does.
    private func lookAtClock() throws(StoreError) {
        rowsUntilLook -= 1
        guard rowsUntilLook <= 0 else { return }
        let now = Clock.nanoseconds()
        let isSlow = now - lastLook > Self.reportInterval / 16
        rowsPerLook = isSlow ? 1 : min(rowsPerLook * 2, Self.rowsPerLookLimit)
        rowsUntilLook = rowsPerLook
        lastLook = now
        guard now - lastReport >= Self.reportInterval else { return }
        lastReport = now
        let expected = options.expectedRowCount
        try report(fraction: expected.map { min(Double(rowCount) / Double(max($0, 1)), 0.99) })
    }

    func report(fraction: Double?) throws(StoreError) {
        guard let progress else { return }
        let state = WriteProgress(
            rowCount: rowCount, inputByteCount: inputByteCount, fraction: fraction)
        guard progress(state) == .cancel, fraction != 1 else { return }
        isCancelled = true
        throw StoreError(.cancelled, "the write was cancelled")
    }

    var inputByteCount: Int { builder.relations.reduce(0) { $0 + $1.inputByteCount } }

    /// Throws what keeps the batch from being committed.
    func close() throws(StoreError) {
        try check()
        guard problemCount > 0, options.invalidRows == .abort else { return }
        var error = StoreError(
            limitProblemCount == problemCount ? .limitExceeded : .invalidRow,
            "\(problemCount) row\(problemCount == 1 ? "" : "s") cannot be taken, the first: \(problems[0])"
        )
        error.rows = problems
        error.rowCount = problemCount
        throw error
    }
}

/// What a write did.
public struct WriteReceipt: Sendable {
    public struct Relation: Sendable {
        public var rowCount = 0
        public var inputByteCount = 0
        /// Rows of this batch that a later one of it replaced.
        public var duplicateCount = 0
        /// Rows of earlier commits that were replaced or deleted.
        public var removedCount = 0
    }

    /// The commit's number; that of the one before if there was nothing to commit.
    public var generation: UInt64
    public var isEmpty: Bool
    public var relations: [String: Relation] = [:]
    /// Rows that were not taken, the first thousand of them.
    public var problems: [RowProblem] = []
    public var problemCount = 0
    /// Rows that refer to nothing, where the batch was to be checked for them, the first thousand.
    public var dangling: [RowProblem] = []
    /// How many those are, all of them.
    public var danglingCount = 0
    /// Bytes written to the store.
    public var writtenByteCount = 0
    public var inputByteCount = 0
    public var rowCount = 0
    // Nanoseconds: of the caller's appends with the encoding beside them, of what follows the last
    // row, of finding replaced rows, of syncing and renaming, and of all together.
    public var appendTime: Int64 = 0
    public var finishTime: Int64 = 0
    public var replaceTime: Int64 = 0
    public var commitTime: Int64 = 0
    public var totalTime: Int64 = 0

    public var rowsPerSecond: Double {
        totalTime > 0 ? Double(rowCount) * 1e9 / Double(totalTime) : 0
    }
}
