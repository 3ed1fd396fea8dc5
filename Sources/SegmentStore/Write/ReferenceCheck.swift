// SPDX-License-Identifier: Apache-2.0
//
// Whether what the rows of a batch refer to is there: edges that end at no entity, say. Looked at
// when the batch is complete, so that what is referred to may come after what refers to it.

import Codec

/// Columns of a relation whose strings ought to be keys of another relation, after the commit.
public struct ReferenceCheck: Sendable {
    /// What is done with a row that refers to nothing.
    public enum Policy: Sendable {
        /// It is taken; the receipt lists it.
        case warn
        /// It is left out, and so is a row of the store that it would have replaced; the receipt
        /// lists it.
        case drop
        /// Nothing is committed; the error lists it.
        case refuse
    }

    /// The relation whose rows are looked at.
    public var relation: String
    /// Its columns that refer to others.
    public var columns: [String]
    /// The relation that is referred to. Its only key column is of the same domain.
    public var target: String
    /// What is done with rows that refer to nothing.
    public var policy: Policy
    /// Strings that lead out of the store on purpose.
    public var isExempt: @Sendable (UnsafeRawBufferPointer) -> Bool

    /// Strings that `isExempt` accepts are not looked for.
    public init(
        _ relation: String, _ columns: [String], to target: String, _ policy: Policy,
        except isExempt: @escaping @Sendable (UnsafeRawBufferPointer) -> Bool = { _ in false }
    ) {
        self.relation = relation
        self.columns = columns
        self.target = target
        self.policy = policy
        self.isExempt = isExempt
    }
}

/// Rows of a new segment that refer to nothing.
struct DanglingRows {
    private(set) var problems: [RowProblem] = []
    private(set) var rows: [Int] = []

    fileprivate mutating func add(_ row: Int, _ problem: () throws(StoreError) -> RowProblem)
        throws(StoreError)
    {
        if problems.count < Batch.problemLimit { problems.append(try problem()) }
        rows.append(row)
    }
}

struct ReferenceChecker {
    let schema: StoredSchema
    let base: SnapshotCore
    let segment: SegmentReader
    /// Rows of the new segment that are dead already, by relation.
    let own: [Int: DeadRowSet]
    /// What the batch kills, by part and relation.
    let dead: [Int: [Int: DeadRowSet]]
    let batch: Batch

    private enum Known: UInt8 { case notYet, there, missing }

    func dangling(_ check: ReferenceCheck) throws(StoreError) -> DanglingRows {
        let relation = try schema.relation(named: check.relation)
        let target = try schema.relation(named: check.target)
        let (source, domain) = try columns(check, schema.relations[relation], target)
        var found = DanglingRows()
        guard let rows = segment.relation(relation), let dictionary = segment.dictionary(domain)
        else { return found }
        let reader = Reader(base)
        let string = ByteBuffer()
        var known = [Known](repeating: .notYet, count: dictionary.count)
        for row in 0..<rows.rowCount where own[relation]?.contains(row) != true {
            for column in source {
                guard let id = try rows.id(column: column, row: row) else { continue }
                if known[id] == .notYet {
                    string.removeAll()
                    try dictionary.append(id, to: string)
                    var isThere = check.isExempt(string.bytes)
                    if !isThere { isThere = try isLive(id, target) }
                    if !isThere { isThere = try isLiveInStore(string.bytes, target, reader) }
                    known[id] = isThere ? .there : .missing
                }
                guard known[id] == .missing else { continue }
                try found.add(row) { () throws(StoreError) in
                    string.removeAll()
                    try dictionary.append(id, to: string)
                    let key = String(decoding: string.bytes.prefix(200), as: UTF8.self)
                    return RowProblem(
                        relation: check.relation,
                        index: batch.appendedIndex(ofRow: row, in: relation),
                        key: try segment.describeKey(
                            schema.relations[relation], relation, row: row),
                        reason:
                            "'\(schema.relations[relation].schema.columns[column].name)' is no key of '\(check.target)': \(key)"
                    )
                }
                break
            }
        }
        return found
    }

    private func columns(
        _ check: ReferenceCheck, _ relation: StoredSchema.Relation, _ target: Int
    ) throws(StoreError) -> (columns: [Int], domain: Int) {
        let key = schema.relations[target].key
        guard key.count == 1, case .interned(let domain) = schema.relations[target].storage[key[0]]
        else {
            throw StoreError(
                .invalidArgument, "the key of '\(check.target)' is of several columns")
        }
        var columns: [Int] = []
        for name in check.columns {
            guard let column = relation.columnIndex[name],
                relation.storage[column] == .interned(domain: domain)
            else {
                throw StoreError(
                    .invalidArgument,
                    "'\(check.relation).\(name)' is no column of the domain that the key of '\(check.target)' is of"
                )
            }
            columns.append(column)
        }
        return (columns, domain)
    }

    private func isLive(_ id: Int, _ target: Int) throws(StoreError) -> Bool {
        guard let rows = segment.relation(target) else { return false }
        for entry in try rows.keyOffsets.range(id, limit: rows.keyRows.count)
        where own[target]?.contains(try rows.keyRows.value(entry)) != true {
            return true
        }
        return false
    }

    private func isLiveInStore(
        _ key: UnsafeRawBufferPointer, _ target: Int, _ reader: Reader
    ) throws(StoreError) -> Bool {
        // The batch may bring the relation.
        guard target < base.manifest.schema.relations.count,
            let row = try reader.find(target, key: key)
        else { return false }
        return dead[Int(row.part)]?[target]?.contains(Int(row.row)) != true
    }
}
