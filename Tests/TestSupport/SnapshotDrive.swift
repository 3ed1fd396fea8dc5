// SPDX-License-Identifier: Apache-2.0

import Codec
import Query
import SegmentStore

/// Asks a snapshot everything that can be asked of it, in every way. Goes on after an error, so
/// that damage in one place does not hide what another leads to; the first is thrown at the end.
public final class SnapshotDrive {
    private let snapshot: Snapshot
    private let reader: Reader
    private let schema: Schema
    private var failure: (any Error)?
    /// Damaged indexes may lead to the same rows again and again: there is an end to patience.
    private var rowBudget = 2000
    private var edgeBudget = 400

    private struct Enough: Error {}

    public init(_ snapshot: Snapshot) {
        self.snapshot = snapshot
        reader = snapshot.reader()
        schema = snapshot.schema
    }

    public func run() throws {
        for index in schema.relations.indices {
            attempt { _ = try snapshot.rowCount(schema.relations[index].name) }
            scan(index)
            readRows(index)
            walkKeys(index)
        }
        _ = snapshot.byteCount
        if let failure { throw failure }
    }

    private func attempt(_ body: () throws -> Void) {
        do { try body() } catch {
            if error is Enough { return }
            if let error = error as? StoreError {
                require(
                    error.code == .corrupted || error.code == .unsupportedVersion,
                    "\(error.code): \(error)")
            } else {
                require(error is CodecError, "an error of no known kind: \(error)")
            }
            _ = "\(error)"
            failure = failure ?? error
        }
    }

    // MARK: - Groups

    private func scan(_ index: Int) {
        let columns = schema.relations[index].columns
        var groupBudget = 40
        attempt {
            try reader.scan(index) { group in
                groupBudget -= 1
                guard groupBudget > 0 else { throw Enough() }
                var live = 0
                for row in 0..<group.rowCount where group.isLive(row) { live += 1 }
                require(!group.isComplete || live == group.rowCount)
                for column in columns.indices {
                    attempt { try scan(group, index, column) }
                    if group.rowCount > 10_000, column > 2 { break }
                }
            }
        }
    }

    private func scan(_ group: RowGroup, _ index: Int, _ column: Int) throws {
        _ = try group.bounds(column)
        for row in stride(from: 0, to: group.rowCount, by: max(1, group.rowCount / 16)) {
            _ = try group.isNull(column, row)
        }
        let numbers = try group.numbers(column, slot: column % 8)
        require(numbers.count == group.rowCount)
        for number in numbers.prefix(10) where group.stringCount(column) > 0 {
            attempt { _ = try group.string(column, number) }
        }
        if let bounds = try group.bounds(column) {
            for row in 0..<group.rowCount where try !group.isNull(column, row) {
                guard bounds.contains(numbers[row]) else {
                    throw CodecError(.inconsistent, "bounds that leave values out")
                }
            }
        }
        var next = 0
        try group.forEachRun(column, slot: (column + 1) % 8) { value, rows in
            require(rows.lowerBound == next, "runs with gaps")
            next = rows.upperBound
            for row in rows {
                require(numbers[row] == value, "a run differs from the numbers")
            }
        }
        require(next == group.rowCount, "runs leave rows out")
    }

    // MARK: - Rows

    private func readRows(_ index: Int) {
        rowBudget = 500
        attempt {
            try reader.forEachRow(index) { row in
                rowBudget -= 1
                guard rowBudget > 0 else { throw Enough() }
                attempt { try readRow(index, row) }
            }
        }
    }

    private func readRow(_ index: Int, _ row: RowID) throws {
        let relation = schema.relations[index]
        for column in relation.columns.indices {
            attempt {
                _ = try reader.bytes(index, row, column)?.reduce(0, &+)
                _ = try reader.int(index, row, column)
            }
        }
        let values = try reader.values(index, row)
        require(values.count == relation.columns.count)
        let key = relation.key.map { name in
            values[relation.columns.firstIndex { $0.name == name } ?? 0]
        }
        guard !key.contains(.null) else { return }
        _ = try reader.find(index, key: key)
        guard case .string(let first) = key[0] else { return }
        _ = try reader.find(index, key: first)
        if edgeBudget > 0 {
            followEdges(index, first)
            if case .string(let other) = key.last { followEdges(index, other) }
        }
    }

    private func followEdges(_ index: Int, _ node: String) {
        guard snapshot.isSmall else { return }
        walk(index, from: node)
        for direction in [Direction.outgoing, .incoming] {
            attempt {
                let edges = try reader.edges(index, direction, of: node)
                edgeBudget -= edges.count + 1
                for edge in edges.prefix(30) {
                    attempt { _ = try reader.key(of: edge, index) }
                    attempt { _ = try reader.bytes(index, edge.row, 0) }
                }
            }
        }
    }

    private func walk(_ index: Int, from node: String) {
        guard reader.core.hasEdges(index) else { return followTargets(index) }
        attempt {
            let traversal = try Traversal(reader, relation: schema.relations[index].name)
            for direction in [Direction.outgoing, .incoming] {
                for depth in [1, .max] {
                    attempt {
                        let count = try traversal.walk(from: node, direction, depth: depth)
                        edgeBudget -= count + 1
                        var seen = 0
                        try traversal.forEachNode { _, distance in
                            require(distance <= depth, "too far")
                            seen += 1
                        }
                        require(seen == count + 1 || count == 0, "another number of nodes")
                    }
                }
            }
        }
    }

    private func followTargets(_ index: Int) {
        attempt {
            try reader.forEachTarget(index) { target, string in
                edgeBudget -= 1
                guard edgeBudget > 0 else { throw Enough() }
                attempt { edgeBudget -= try reader.rows(index, target: target).count }
                attempt { edgeBudget -= try reader.rows(index, target: string).count }
            }
        }
    }

    // MARK: - Keys

    private func walkKeys(_ index: Int) {
        for prefix in ["", "s", "swift:method:Type1"] {
            rowBudget = 300
            attempt {
                try reader.forEachRowByKey(index, prefix: prefix) { row in
                    rowBudget -= 1
                    guard rowBudget > 0 else { throw Enough() }
                    attempt { _ = try reader.bytes(index, row, 0)?.count }
                }
            }
        }
        for key in ["", "a", "swift:method:Type0.name0:src/folder0/file0.swift"] {
            attempt { _ = try reader.find(index, key: key) }
            followEdges(index, key)
        }
    }
}
