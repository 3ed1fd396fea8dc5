// SPDX-License-Identifier: Apache-2.0
//
// What has changed between two snapshots, row by row: both are walked in the order of their keys.

import Codec

/// A row that one of two snapshots has, or that they have differently.
public struct RowChange: Sendable {
    /// What happened to the row.
    public enum Kind: String, Sendable, CaseIterable { case added, removed, changed }

    /// What happened to it, seen from the earlier snapshot.
    public let kind: Kind
    /// One value for each key column.
    public let key: [Value]
    /// The columns whose values differ; empty unless the row has changed.
    public let columns: [String]
}

extension Snapshot {
    /// Calls `body` with each row of the relation that `later` has and this does not, or the other
    /// way round, or that both have with other values, in the order of their keys. A snapshot
    /// without the relation has no rows of it. All keys are read, but no other column of rows that
    /// both have in the same file.
    public func forEachChange(
        in relation: String, to later: Snapshot, _ body: (RowChange) throws -> Void
    ) throws {
        let old = try Side(self, relation)
        let new = try Side(later, relation)
        if let old, let new, old.key != new.key {
            // After a recovery a name may stand for something else.
            throw StoreError(
                .schemaMismatch, "relation '\(relation)' has another key in one of the two")
        }
        if old == nil, new == nil { _ = try later.core.manifest.schema.relation(named: relation) }
        try old?.advance()
        try new?.advance()
        while true {
            // Of a side that has come to its end, and of one that never had rows, there is no more.
            let (mine, theirs) = (old?.current, new?.current)
            switch (mine, theirs) {
            case (nil, nil): return
            case (let mine?, let theirs?):
                let order = try mine.cursor.order(against: theirs.cursor)
                if order < 0 {
                    try body(try mine.change(.removed))
                } else if order > 0 {
                    try body(try theirs.change(.added))
                } else if !mine.cursor.isSameRow(theirs.cursor) {
                    let columns = try theirs.columns(against: mine)
                    if !columns.isEmpty { try body(try theirs.change(.changed, columns)) }
                }
                if order <= 0 { try old?.advance() }
                if order >= 0 { try new?.advance() }
            case (let mine?, nil):
                try body(try mine.change(.removed))
                try old?.advance()
            case (nil, let theirs?):
                try body(try theirs.change(.added))
                try new?.advance()
            }
        }
    }
}

/// One of the two snapshots, on its way through a relation.
private final class Side {
    private let reader: Reader
    private let relation: Int
    private let schema: StoredSchema.Relation
    private let rows: KeyOrder
    var key: [String] { schema.schema.key }
    /// Nil before the first row and behind the last.
    private(set) var current: Place?

    struct Place {
        let reader: Reader
        let relation: Int
        let schema: StoredSchema.Relation
        let cursor: KeyCursor
    }

    /// Nil if the snapshot has no such relation.
    init?(_ snapshot: Snapshot, _ name: String) throws(StoreError) {
        guard let relation = snapshot.core.manifest.schema.relationIndex[name] else { return nil }
        self.relation = relation
        reader = snapshot.reader()
        schema = snapshot.core.manifest.schema.relations[relation]
        rows = try KeyOrder(snapshot.core, relation)
    }

    func advance() throws(StoreError) {
        _ = try rows.next()
        current = rows.current.map {
            Place(reader: reader, relation: relation, schema: schema, cursor: $0)
        }
    }
}

extension Side.Place {
    fileprivate func change(_ kind: RowChange.Kind, _ columns: [String] = []) throws(StoreError)
        -> RowChange
    {
        var key: [Value] = []
        for column in schema.key { key.append(try value(column)) }
        return RowChange(kind: kind, key: key, columns: columns)
    }

    private func value(_ column: Int) throws(StoreError) -> Value {
        try reader.value(relation, cursor.id, column)
    }

    /// A column that the older one does not have yet is null there.
    fileprivate func columns(against old: Side.Place) throws(StoreError) -> [String] {
        var differing: [String] = []
        for (column, entry) in schema.schema.columns.enumerated() {
            let before = try old.schema.columnIndex[entry.name].map {
                (index) throws(StoreError) in try old.value(index)
            }
            if try !value(column).isSame(as: before ?? .null) { differing.append(entry.name) }
        }
        return differing
    }
}

extension Value {
    /// Bit for bit: what is no number is not equal to itself, but has not changed.
    fileprivate func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.float(let a), .float(let b)): a.bitPattern == b.bitPattern
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.vector(let a), .vector(let b)):
            a.elementsEqual(b) { $0.bitPattern == $1.bitPattern }
        default: self == other
        }
    }
}
