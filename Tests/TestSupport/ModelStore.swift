// SPDX-License-Identifier: Apache-2.0
import SegmentStore

/// What a store should hold, kept in the plainest way.
public struct ModelStore: Sendable {
    public struct Relation: Sendable {
        public let schema: RelationSchema
        /// Values in the order of the columns, by key.
        public var rows: [[Value]: [Value]] = [:]

        public func key(of row: [Value]) -> [Value] {
            schema.key.map { name in row[schema.columns.firstIndex { $0.name == name } ?? 0] }
        }
    }

    public var relations: [Relation]

    public init(_ schema: Schema) { relations = schema.relations.map { Relation(schema: $0) } }

    public enum Operation: Sendable {
        case append(relation: Int, row: [Value])
        case delete(relation: Int, key: [Value])
        case replaceScope(relation: Int, scope: String)
    }

    /// One batch: scopes concern what was there before, the rest goes in order.
    public mutating func apply(_ operations: [Operation]) {
        for case .replaceScope(let relation, let scope) in operations {
            guard let name = relations[relation].schema.scope,
                let column = relations[relation].schema.columns.firstIndex(where: {
                    $0.name == name
                })
            else { continue }
            relations[relation].rows = relations[relation].rows.filter {
                $0.value[column] != .string(scope)
            }
        }
        for operation in operations {
            switch operation {
            case .append(let relation, let row):
                relations[relation].rows[relations[relation].key(of: row)] = row
            case .delete(let relation, let key): relations[relation].rows[key] = nil
            case .replaceScope: break
            }
        }
    }
}

/// Where a snapshot differs from a model; empty if it does not.
public func differences(_ snapshot: Snapshot, _ model: ModelStore, probing missing: [[Value]] = [])
    throws -> [String]
{
    var found: [String] = []
    func note(_ text: String) { if found.count < 10 { found.append(text) } }
    let reader = snapshot.reader()
    for (index, relation) in model.relations.enumerated() {
        let name = relation.schema.name
        if try snapshot.rowCount(name) != relation.rows.count {
            note("\(name) counts \(try snapshot.rowCount(name)) rows, not \(relation.rows.count)")
        }
        for (key, row) in relation.rows {
            guard let id = try reader.find(index, key: key) else {
                note("\(name) misses \(key)")
                continue
            }
            let values = try reader.values(index, id)
            if values != row { note("\(name) has \(values) for \(row)") }
            if key.count == 1, case .string(let text) = key[0],
                try reader.find(index, key: text) != id
            {
                note("\(name) finds another row for \(text)")
            }
        }
        for key in missing where key.count == relation.schema.key.count && relation.rows[key] == nil
        {
            if try reader.find(index, key: key) != nil {
                note("\(name) has \(key), which is not there")
            }
        }
        var scanned: [[Value]: [Value]] = [:]
        var scannedCount = 0
        try reader.forEachRow(index) { id in
            let values = try reader.values(index, id)
            scanned[relation.key(of: values)] = values
            scannedCount += 1
        }
        if scanned != relation.rows { note("\(name) scans other rows") }
        if scannedCount != relation.rows.count { note("\(name) scans \(scannedCount) rows") }
        var ordered: [[Value]] = []
        try reader.forEachRowByKey(index) {
            ordered.append(relation.key(of: try reader.values(index, $0)))
        }
        let expected = relation.rows.keys.sorted(by: keysAscend)
        if ordered != expected { note("\(name) is not in the order of its keys") }
        for (column, schema) in relation.schema.columns.enumerated()
        where schema.type == .enumeration {
            var expected: [String: Int] = [:]
            for row in relation.rows.values { expected["\(row[column])", default: 0] += 1 }
            if try reader.counts(index, by: column) != expected {
                note("\(name) counts other kinds")
            }
        }
        if relation.schema.target != nil {
            reader.core.hasEdges(index)
                ? try compareEdges(reader, index, relation, note)
                : try compareTargets(reader, index, relation, note)
        }
    }
    return found
}

/// Rows by what stands in their target column.
private func compareTargets(
    _ reader: Reader, _ index: Int, _ relation: ModelStore.Relation, _ note: (String) -> Void
) throws {
    let target = relation.schema.columns.firstIndex { $0.name == relation.schema.target } ?? 0
    let name = relation.schema.name
    var expected: [String: Int] = [:]
    for row in relation.rows.values { expected["\(row[target])", default: 0] += 1 }
    for (string, count) in expected {
        let found = try reader.rows(index, target: string)
        if found.count != count { note("\(name): \(found.count) rows, not \(count), of \(string)") }
        for row in found where try reader.string(index, row, target) != string {
            note("\(name): another row than one of \(string)")
        }
    }
    if try !reader.rows(index, target: "no such string").isEmpty { note("rows of nothing") }
    var found: [String: Int] = [:]
    try reader.forEachTarget(index) { target, string in
        let count = try reader.rows(index, target: target).count
        if count > 0 { found[String(decoding: string, as: UTF8.self), default: 0] += count }
    }
    if found != expected { note("\(name): \(found.count) targets, not \(expected.count)") }
}

private func compareEdges(
    _ reader: Reader, _ index: Int, _ relation: ModelStore.Relation, _ note: (String) -> Void
) throws {
    guard let target = relation.schema.target else { return }
    let near = relation.schema.columns.firstIndex { $0.name == relation.schema.key[0] } ?? 0
    let far = relation.schema.columns.firstIndex { $0.name == target } ?? 0
    for (direction, from, to) in [(Direction.outgoing, near, far), (.incoming, far, near)] {
        var expected: [Value: [String]] = [:]
        for row in relation.rows.values { expected[row[from], default: []].append("\(row[to])") }
        for (node, neighbours) in expected {
            let found = try reader.edges(index, direction, of: "\(node)").map {
                try reader.key(of: $0, index)
            }
            if found.sorted() != neighbours.sorted() {
                note(
                    "\(relation.schema.name) \(direction) of \(node): \(found.sorted()), not \(neighbours.sorted())"
                )
            }
        }
        if try !reader.edges(index, direction, of: "no such node").isEmpty {
            note("edges of nothing")
        }
    }
}

private func keysAscend(_ a: [Value], _ b: [Value]) -> Bool {
    for (x, y) in zip(a, b) {
        switch (x, y) {
        case (.string(let p), .string(let q)):
            if p == q { continue }
            return p.utf8.lexicographicallyPrecedes(q.utf8)
        case (.bytes(let p), .bytes(let q)):
            if p == q { continue }
            return p.lexicographicallyPrecedes(q)
        case (.int(let p), .int(let q)), (.timestamp(let p), .timestamp(let q)):
            if p == q { continue }
            return p < q
        case (.bool(let p), .bool(let q)):
            if p == q { continue }
            return !p
        default: return false
        }
    }
    return false
}
