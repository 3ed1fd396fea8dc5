// SPDX-License-Identifier: Apache-2.0
//
// Makes a relation hold given rows, and writes nothing that it holds already.

import SegmentStore

final class RelationChange {
    private let relation: RelationSchema
    private let reader: Reader
    private let batch: Batch
    private let target: Int
    private let targetColumns: [Int]
    private(set) var writtenRowCount = 0
    private(set) var removedRowCount = 0

    /// Of a relation whose key is its first column, from what `reader` has.
    init(_ relation: RelationSchema, from reader: Reader, in batch: Batch) throws {
        self.relation = relation
        self.reader = reader
        self.batch = batch
        let target = try batch.relation(relation.name)
        self.target = target
        targetColumns = try relation.columns.map { try batch.column($0.name, of: target) }
    }

    /// Walks both sides once: `rows` and the store's are in the order of their keys' bytes.
    func apply(_ rows: [InventoryRow]) throws {
        var next = 0
        // A store that is new has no relation to read.
        if let stored = try? reader.relation(relation.name) {
            let columns = try relation.columns.map { try reader.column($0.name, of: stored) }
            try reader.forEachRowByKey(stored) { id in
                let key = try reader.string(stored, id, columns[0]) ?? ""
                while next < rows.count, rows[next].path.utf8.lexicographicallyPrecedes(key.utf8) {
                    try write(rows[next])
                    next += 1
                }
                guard next < rows.count, rows[next].path.utf8.elementsEqual(key.utf8) else {
                    removedRowCount += 1
                    return try batch.delete(key: .string(key), from: relation.name)
                }
                if try !isSame(rows[next], stored, id, columns) { try write(rows[next]) }
                next += 1
            }
        }
        for row in rows[next...] { try write(row) }
    }

    private func isSame(
        _ row: InventoryRow, _ stored: Int, _ id: RowID, _ columns: [Int]
    ) throws -> Bool {
        for (value, column) in zip(row.values, columns).dropFirst()
        where try reader.value(stored, id, column) != value {
            return false
        }
        return true
    }

    private func write(_ row: InventoryRow) throws {
        writtenRowCount += 1
        try batch.append(to: target) { builder in
            for (value, column) in zip(row.values, targetColumns) {
                builder.set(column, value: value)
            }
        }
    }
}
