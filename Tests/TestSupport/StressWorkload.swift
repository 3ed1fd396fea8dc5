// SPDX-License-Identifier: Apache-2.0
import SegmentStore

/// What `StressTool` and the concurrency tests write and check: after batch k everything that is in
/// the store, in both relations, comes from batch k. So a reader that sees half of one knows.
public enum StressWorkload {
    public static let schema = Schema([
        RelationSchema(
            "counters", key: ["key"], scope: "scope",
            columns: [
                .string("key").domain("node"), .enumeration("scope"), .int("value"),
                .string("text"),
            ]),
        RelationSchema(
            "links", key: ["from", "to"], scope: "scope", target: "to",
            columns: [
                .string("from").domain("node"), .string("to").domain("node"), .enumeration("scope"),
                .int("value"),
            ]),
    ])

    public static func rowCount(_ batch: Int) -> Int { 5 + batch * 7 % 23 }

    private static func key(_ row: Int) -> String { "key:\(row)" }
    private static func text(_ batch: Int, _ row: Int) -> String { "batch \(batch), row \(row)" }

    /// Replaces everything: by key where the key comes again, by scope where it does not.
    public static func fill(_ batch: Batch, with number: Int) throws {
        try batch.replaceScope("all", in: "counters")
        try batch.replaceScope("all", in: "links")
        let count = rowCount(number)
        for row in 0..<count {
            try batch.append(
                [.string(key(row)), "all", .int(Int64(number)), .string(text(number, row))], to: 0)
            try batch.append(
                [.string(key(row)), .string(key((row + 1) % count)), "all", .int(Int64(number))],
                to: 1)
        }
    }

    /// Commits the batch that follows the newest one; returns its number and the generation.
    @discardableResult
    public static func commit(to store: GraphStore) throws -> (batch: Int, generation: UInt64) {
        let number = (Int(try store.snapshot().label) ?? 0) + 1
        let receipt = try store.write(label: "\(number)") { try fill($0, with: number) }
        return (number, receipt.generation)
    }

    /// What is wrong with a snapshot; nil if nothing is.
    public static func problem(in snapshot: Snapshot) throws -> String? {
        if snapshot.generation == 0 { return nil }
        let place = "generation \(snapshot.generation), batch \(snapshot.label)"
        guard let number = Int(snapshot.label) else { return "\(place): no such label" }
        let count = rowCount(number)
        let reader = snapshot.reader()
        for (relation, name) in ["counters", "links"].enumerated() {
            guard try snapshot.rowCount(name) == count else {
                return "\(place): \(try snapshot.rowCount(name)) \(name), not \(count)"
            }
            var problem: String?
            var seen = 0
            try reader.forEachRow(relation) { row in
                seen += 1
                let value = try reader.int(relation, row, relation == 0 ? 2 : 3)
                if value != Int64(number) { problem = "\(place): \(name) of batch \(value ?? -1)" }
            }
            if seen != count { problem = "\(place): a scan of \(name) gives \(seen) rows" }
            if let problem { return problem }
        }
        for row in 0..<count {
            guard let found = try reader.find(0, key: key(row)) else {
                return "\(place): no \(key(row))"
            }
            let text = try reader.string(0, found, 3)
            if text != Self.text(number, row) {
                return "\(place): \(key(row)) has '\(text ?? "nothing")'"
            }
            let next = try reader.edges(1, .outgoing, of: key(row)).map {
                try reader.key(of: $0, 1)
            }
            if next != [key((row + 1) % count)] { return "\(place): \(key(row)) leads to \(next)" }
            let last = try reader.edges(1, .incoming, of: key(row)).map {
                try reader.key(of: $0, 1)
            }
            if last != [key((row + count - 1) % count)] {
                return "\(place): \(last) lead to \(key(row))"
            }
        }
        if try reader.find(0, key: key(count)) != nil { return "\(place): a row too many" }
        return nil
    }

    /// What is wrong with one of the earlier generations; a gc may take it at any time.
    public static func problem(inHistoryOf store: GraphStore, _ random: inout SeededGenerator)
        throws -> String?
    {
        let history = try store.history()
        guard !history.isEmpty else { return nil }
        if random.chance(8) {
            let report = try store.verify(allGenerations: true)
            if let problem = report.problems.first { return "\(problem)" }
        }
        do {
            return try problem(in: try store.snapshot(at: random.pick(history).generation))
        } catch let error as StoreError where error.code == .notFound {
            return nil
        }
    }
}
