// SPDX-License-Identifier: Apache-2.0
//
// Which index answers what SQLite wants of a table. A plan may give more rows than are wanted, for
// SQLite looks at each again, but never fewer.

import CSegstoreSQLite
import SegmentStore

/// What a plan's cost is estimated from.
struct PlanStatistics {
    let rowCount: Int
    /// About how many different strings the first key column and the scope have.
    let keyCount: Int
    let scopeCount: Int
}

/// A comparison of a key with something, as far as it says where to look.
enum RangeOperator: UInt8, Hashable {
    case above, from, below, upTo, like, glob

    init?(_ code: Int32) {
        switch code {
        case SQLITE_INDEX_CONSTRAINT_GT: self = .above
        case SQLITE_INDEX_CONSTRAINT_GE: self = .from
        case SQLITE_INDEX_CONSTRAINT_LT: self = .below
        case SQLITE_INDEX_CONSTRAINT_LE: self = .upTo
        case SQLITE_INDEX_CONSTRAINT_LIKE: self = .like
        case SQLITE_INDEX_CONSTRAINT_GLOB: self = .glob
        default: return nil
        }
    }

    fileprivate var symbol: String {
        switch self {
        case .above: ">"
        case .from: ">="
        case .below: "<"
        case .upTo: "<="
        case .like: " LIKE "
        case .glob: " GLOB "
        }
    }

    /// One in so many rows is thought to be meant.
    fileprivate var selectivity: Double {
        switch self {
        case .above, .from, .below, .upTo: 3
        case .like, .glob: 20
        }
    }
}

/// Where to look for rows. `list` is which of the plan's values stands for several, those of IN.
enum TablePlan: Hashable {
    /// At all, group by group.
    case scan
    /// At those with these first columns of a key.
    case key(columnCount: Int, list: Int?)
    case target(list: Int?)
    case scope(list: Int?)
    /// In the order of the keys; all, if there is nothing to compare with.
    case keyOrder([RangeOperator], isOrderWanted: Bool)

    var list: Int? {
        switch self {
        case .key(_, let list), .target(let list), .scope(let list): list
        case .scan, .keyOrder: nil
        }
    }
}

/// What SQLite asks for.
struct PlanRequest {
    struct Constraint {
        let column: Int
        let code: Int32
        let isUsable: Bool
        /// Compared byte by byte.
        let isBinary: Bool
        /// With any of several values, which are given all at once.
        let isList: Bool
    }

    struct Order {
        let column: Int
        let isDescending: Bool
    }

    var constraints: [Constraint] = []
    var order: [Order] = []
    /// Rows that are equal in `order` need only be neighbours.
    var isGrouping = false
}

/// A plan, and what SQLite is told of it.
struct PlannedAccess {
    let plan: TablePlan
    /// Which constraints' values the plan wants, in this order.
    let constraints: [Int]
    let cost: Double
    let rowCount: Double
    let isOrdered: Bool
}

extension RelationTable {
    func access(for request: PlanRequest) -> PlannedAccess {
        let ordered = isKeyOrder(request)
        let best = [byKey(request), byTarget(request), byScope(request), byRange(request)]
            .compactMap(\.self).min { $0.cost < $1.cost }
        guard ordered else { return best ?? scan }
        // Of few rows SQLite finds the order itself.
        if let best, case .keyOrder = best.plan {
            return inOrder(best)
        }
        if let best, best.rowCount < scan.rowCount / 2 { return best }
        return inOrder(scan)
    }

    private var scan: PlannedAccess {
        let rows = Double(max(statistics.rowCount, 1))
        return PlannedAccess(
            plan: .scan, constraints: [], cost: rows, rowCount: rows, isOrdered: false)
    }

    private func inOrder(_ access: PlannedAccess) -> PlannedAccess {
        var operators: [RangeOperator] = []
        if case .keyOrder(let known, _) = access.plan { operators = known }
        return PlannedAccess(
            plan: .keyOrder(operators, isOrderWanted: true), constraints: access.constraints,
            cost: access.cost * 2, rowCount: access.rowCount, isOrdered: true)
    }

    /// Whether the order of the keys is the one that is asked for.
    private func isKeyOrder(_ request: PlanRequest) -> Bool {
        guard !request.order.isEmpty else { return false }
        let key = schema.key.prefix { forms[$0] != .list }
        let wanted = request.order.map(\.column)
        if request.isGrouping, wanted.count <= key.count {
            return Set(wanted) == Set(key.prefix(wanted.count))
        }
        // Behind a whole key nothing is left to be put in order.
        let compared = key.count == schema.key.count ? Array(wanted.prefix(key.count)) : wanted
        return compared.elementsEqual(key.prefix(compared.count))
            && request.order.prefix(compared.count).allSatisfy { !$0.isDescending }
    }

    // MARK: - One index each

    private func equality(_ request: PlanRequest, _ column: Int?) -> Int? {
        guard let column, forms[column] != .list, !state.distrustsEqualities else { return nil }
        return request.constraints.firstIndex {
            $0.column == column && $0.isUsable && $0.isBinary
                && $0.code == SQLITE_INDEX_CONSTRAINT_EQ
        }
    }

    /// How many values IN is thought to have.
    private static let listCount = 10.0

    private func lookUp(_ plan: TablePlan, _ constraints: [Int], rows: Double) -> PlannedAccess {
        let times = plan.list == nil ? 1 : Self.listCount
        return PlannedAccess(
            plan: plan, constraints: constraints, cost: (8 + 2 * rows) * times,
            rowCount: max(rows * times, 1), isOrdered: false)
    }

    private func rowsPerString(_ count: Int) -> Double {
        Double(statistics.rowCount) / Double(max(count, 1))
    }

    private func byKey(_ request: PlanRequest) -> PlannedAccess? {
        var found: [Int] = []
        var list: Int?
        for column in schema.key {
            guard let constraint = equality(request, column) else { break }
            if request.constraints[constraint].isList {
                // Of two, each value of one would have to be looked up with each of the other.
                guard list == nil else { break }
                list = found.count
            }
            found.append(constraint)
        }
        guard !found.isEmpty else { return nil }
        var rows = rowsPerString(statistics.keyCount)
        // Each further column leaves a third, the whole key one row.
        for _ in found.dropFirst() { rows /= 3 }
        if found.count == schema.key.count { rows = min(rows, 1) }
        return lookUp(.key(columnCount: found.count, list: list), found, rows: rows)
    }

    private func byTarget(_ request: PlanRequest) -> PlannedAccess? {
        equality(request, schema.target).map {
            lookUp(
                .target(list: request.constraints[$0].isList ? 0 : nil), [$0],
                rows: rowsPerString(statistics.keyCount))
        }
    }

    private func byScope(_ request: PlanRequest) -> PlannedAccess? {
        equality(request, schema.scope).map {
            lookUp(
                .scope(list: request.constraints[$0].isList ? 0 : nil), [$0],
                rows: rowsPerString(statistics.scopeCount))
        }
    }

    private func byRange(_ request: PlanRequest) -> PlannedAccess? {
        let column = schema.key[0]
        guard forms[column] != .list else { return nil }
        var found: [Int] = []
        var operators: [RangeOperator] = []
        for (index, constraint) in request.constraints.enumerated() {
            guard constraint.column == column, constraint.isUsable,
                let code = RangeOperator(constraint.code)
            else { continue }
            let isPattern = code == .like || code == .glob
            guard isPattern ? forms[column] == .text : constraint.isBinary else { continue }
            found.append(index)
            operators.append(code)
        }
        guard !found.isEmpty else { return nil }
        let rows = operators.reduce(scan.rowCount) { $0 / $1.selectivity }
        return lookUp(
            .keyOrder(operators, isOrderWanted: false), found, rows: min(rows, scan.rowCount / 3))
    }

    /// What EXPLAIN QUERY PLAN shows.
    func description(_ plan: TablePlan) -> String {
        func name(_ column: Int?) -> String { column.map { columnNames[$0] } ?? "" }
        switch plan {
        case .scan: return "all rows"
        case .key(let count, let list):
            let columns = schema.key.prefix(count).enumerated().map { index, column in
                "\(name(column))\(index == list ? " IN (…)" : "=?")"
            }
            return "key (\(columns.joined(separator: " AND ")))"
        case .target(let list):
            return "target (\(name(schema.target))\(list == nil ? "=?" : " IN (…)"))"
        case .scope(let list):
            return "scope (\(name(schema.scope))\(list == nil ? "=?" : " IN (…)"))"
        case .keyOrder(let operators, let isOrderWanted):
            let first = name(schema.key.first)
            let bounds = operators.map { "\(first)\($0.symbol)?" }.joined(separator: " AND ")
            let order = isOrderWanted ? "in the order of the keys" : "range of keys"
            return bounds.isEmpty ? order : "\(order) (\(bounds))"
        }
    }
}
