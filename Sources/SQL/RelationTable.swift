// SPDX-License-Identifier: Apache-2.0
//
// A relation as SQLite sees it: a table whose rows are found by plans.

import CSegstoreSQLite
import SegmentStore

final class RelationTable {
    /// How a column's values are shown.
    enum Form {
        case number, float, text, time, blob, vector
        /// Of numbers, as JSON. In another order than the column's own bytes.
        case list
    }

    let state: QueryState
    let relation: Int
    let schema: StoredSchema.Relation
    let columnNames: [String]
    let forms: [Form]
    let statistics: PlanStatistics
    /// SQLite keeps a number of each plan.
    private(set) var plans: [TablePlan] = []

    init(_ state: QueryState, _ relation: Int) {
        self.state = state
        self.relation = relation
        let core = state.snapshot.core
        schema = core.manifest.schema.relations[relation]
        columnNames = TableName.distinct(schema.schema.columns.map(\.name), isTable: false)
        forms = schema.schema.columns.map(Self.form)
        statistics = PlanStatistics(core, relation)
    }

    private static func form(_ column: ColumnSchema) -> Form {
        switch column.type {
        case .bool, .int64: .number
        case .float64: .float
        case .string: column.isNumberList ? .list : .text
        case .enumeration: .text
        case .timestamp: .time
        case .bytes: .blob
        case .vector: .vector
        }
    }

    /// What SQLite is to take the table for.
    var declaration: String {
        let columns = zip(columnNames, forms).map { name, form in
            let type =
                switch form {
                case .number: "INTEGER"
                case .float: "REAL"
                case .text, .time, .vector, .list: "TEXT"
                case .blob: "BLOB"
                }
            return "\(TableName.quoted(name)) \(type)"
        }
        return "CREATE TABLE x(\(columns.joined(separator: ", ")))"
    }

    func number(of plan: TablePlan) -> Int {
        if let known = plans.firstIndex(of: plan) { return known }
        plans.append(plan)
        return plans.count - 1
    }
}

extension PlanStatistics {
    /// Dictionaries are shared and know nothing of single rows, but cost nothing to ask.
    init(_ core: SnapshotCore, _ relation: Int) {
        let schema = core.manifest.schema.relations[relation]
        func distinct(_ column: Int?) -> Int {
            guard let column, case .interned(let domain) = schema.storage[column] else { return 1 }
            return core.parts.reduce(0) { $0 + ($1.segment.dictionary(domain)?.count ?? 0) }
        }
        rowCount = core.liveCount(relation)
        keyCount = distinct(schema.key.first)
        scopeCount = distinct(schema.scope)
    }
}
