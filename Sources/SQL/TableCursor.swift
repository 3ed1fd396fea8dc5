// SPDX-License-Identifier: Apache-2.0
//
// A walk through the rows that a plan leads to, one by one as SQLite asks for them.

import CSegstoreSQLite
import Codec
import Exchange
import SegmentStore

final class TableCursor {
    /// Unless it is a scan.
    private enum Source {
        case nothing
        /// What an index led to.
        case rows
        /// Ranges of keys that are still to be walked, the last one first.
        case keyOrder(KeyOrder, rest: [KeyRange])
    }

    private let table: RelationTable
    private let reader: Reader
    private let columns: [ColumnValues]
    private var source = Source.nothing
    // Unchecked, here and below: each is looked at once for every row.
    @exclusivity(unchecked) private(set) var isAtEnd = true
    /// Of `rows`.
    private var rows: [RowID] = []
    private let text = ByteBuffer(capacity: 64)
    @exclusivity(unchecked) private var position = 0
    /// Of a scan.
    private var groups: RowGroups
    private var group: RowGroup?
    @exclusivity(unchecked) private var isScanning = false
    @exclusivity(unchecked) private var groupRowCount = 0
    @exclusivity(unchecked) private var isGroupComplete = false
    /// Of all but a scan.
    private var row = RowID(part: 0, row: 0)

    init(_ table: RelationTable) {
        self.table = table
        let reader = table.state.takeReader()
        self.reader = reader
        columns = table.forms.enumerated().map {
            ColumnValues(reader, table.relation, $0, $1)
        }
        groups = RowGroups(reader, table.relation)
    }

    func plan(_ number: Int) -> TablePlan { table.plans[number] }

    func fail(_ error: StoreError) { table.state.failure = error }

    func close() {
        table.state.visitedRowCount += visitedRowCount
        table.state.giveBack(reader)
    }

    @exclusivity(unchecked) private var visitedRowCount = 0

    // MARK: - The way to the rows

    /// Begins anew.
    func begin(_ plan: TablePlan, _ values: [OpaquePointer]) throws(StoreError) {
        source = .nothing
        isScanning = false
        group = nil
        isAtEnd = false
        position = -1
        switch plan {
        case .scan: beginScan()
        case .key(let count, let list): try begin(key: values.prefix(count), list: list)
        case .target(let list):
            try begin(values, table.schema.target, list) { text throws(StoreError) in
                rows += try reader.rows(table.relation, target: text)
            }
        case .scope(let list):
            try begin(values, table.schema.scope, list) { text throws(StoreError) in
                try reader.append(table.relation, scope: text, to: &rows)
            }
        case .keyOrder(let operators, let isOrderWanted):
            try begin(values, operators, isOrderWanted)
        }
        try next()
    }

    private func beginScan() {
        isScanning = true
        groups = RowGroups(reader, table.relation)
        groupRowCount = 0
    }

    private func argument(_ value: OpaquePointer, _ column: Int) -> KeyArgument {
        KeyArgument(value, table.schema.schema.columns[column])
    }

    /// With the rows that `find` appends for each string that a column is to be equal to.
    private func begin(
        _ values: [OpaquePointer], _ column: Int?, _ list: Int?,
        _ find: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard let value = values.first, let column,
            let wanted = argument(value, column).matches(isList: list == 0)
        else { return beginScan() }
        source = .rows
        rows.removeAll(keepingCapacity: true)
        for case .string(let string) in wanted {
            text.removeAll()
            ValueText.append(string, to: text)
            try find(text.bytes)
        }
    }

    private func begin(key values: ArraySlice<OpaquePointer>, list: Int?) throws(StoreError) {
        var prefixes: [[Value]] = [[]]
        for (index, (value, column)) in zip(values, table.schema.key).enumerated() {
            // The columns before it will do.
            guard let wanted = argument(value, column).matches(isList: index == list) else { break }
            prefixes = prefixes.flatMap { prefix in wanted.map { prefix + [$0] } }
        }
        if prefixes == [[]] { return beginScan() }
        source = .rows
        rows.removeAll(keepingCapacity: true)
        for prefix in prefixes {
            if table.schema.key.count == 1, case .string(let key) = prefix[0] {
                if let row = try reader.find(table.relation, key: key) { rows.append(row) }
            } else {
                try reader.append(table.relation, keyPrefix: prefix, to: &rows)
            }
        }
    }

    private func begin(
        _ values: [OpaquePointer], _ operators: [RangeOperator], _ isOrderWanted: Bool
    ) throws(StoreError) {
        var ranges: [KeyRange] = [.all]
        for (value, code) in zip(values, operators) {
            let more = try argument(value, table.schema.key[0]).ranges(code) {
                (range) throws(StoreError) in try keyOrder(range).next() != nil
            }
            ranges = ranges.flatMap { range in more.map { range.intersection($0) } }
                .filter { !$0.isEmpty }
        }
        if ranges == [.all], !isOrderWanted { return beginScan() }
        guard let first = ranges.first else { return }
        source = .keyOrder(try keyOrder(first), rest: ranges.dropFirst().reversed())
    }

    private func keyOrder(_ range: KeyRange) throws(StoreError) -> KeyOrder {
        try KeyOrder(table.state.snapshot.core, table.relation, in: range)
    }

    // MARK: - The rows

    /// Goes to the next row, if there is one.
    func next() throws(StoreError) {
        visitedRowCount &+= 1
        if isScanning { return try nextOfGroup() }
        switch source {
        case .rows:
            position += 1
            if position < rows.count {
                row = rows[position]
                return
            }
        case .keyOrder(let walk, var rest):
            if let next = try walk.next() {
                row = next
                return
            }
            if let range = rest.popLast() {
                source = .keyOrder(try keyOrder(range), rest: rest)
                visitedRowCount &-= 1
                return try next()
            }
        case .nothing: break
        }
        end()
    }

    private func nextOfGroup() throws(StoreError) {
        position += 1
        if position < groupRowCount, isGroupComplete { return }
        while true {
            while position < groupRowCount {
                if isGroupComplete || group?.isLive(position) ?? false { return }
                position += 1
            }
            guard let next = try groups.next() else { return end() }
            group = next
            groupRowCount = next.rowCount
            isGroupComplete = next.isComplete
            position = 0
            for column in columns { column.reset() }
        }
    }

    private func end() {
        isAtEnd = true
        group = nil
        visitedRowCount &-= 1
    }

    func give(_ column: Int, _ context: OpaquePointer) throws(StoreError) {
        let values = columns[column]
        if !isScanning { return try values.give(row, context) }
        if try !values.giveDecoded(position, context), let group {
            try values.give(group, position, context)
        }
    }

    /// A number that the row has for as long as the snapshot is there.
    var number: Int64 {
        let row = group?.rowID(position) ?? row
        return Int64(row.part) << 32 | Int64(row.row)
    }
}
