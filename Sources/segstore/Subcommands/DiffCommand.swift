// SPDX-License-Identifier: Apache-2.0
import SegmentStore

extension Command {
    static let diff = Command(
        name: "diff", operands: ["old", "new"], summary: "what changed between two commits",
        details: """
            <old> and <new> are generations or labels that log lists. Rows that came are marked +, rows \
            that went -, and ~ those that changed, with the columns that differ.
            """,
        options: [.relation, .limit]
    ) { arguments, output in
        let (old, new) = try StoreLocation.snapshots(arguments, arguments.operands)
        try Diff(arguments, old, new).answer(output)
        return .done
    }
}

private struct Diff {
    private let arguments: Arguments
    private let old: Snapshot
    private let new: Snapshot
    private let relations: [String]
    private let limit: Int

    init(_ arguments: Arguments, _ old: Snapshot, _ new: Snapshot) throws {
        self.arguments = arguments
        self.old = old
        self.new = new
        limit = try arguments.number(.limit) ?? .max
        var names = new.schema.relations.map(\.name)
        for relation in old.schema.relations where !names.contains(relation.name) {
            names.append(relation.name)
        }
        if let wanted = arguments[.relation] {
            guard names.contains(wanted) else {
                throw Schema.unknown(wanted, among: names)
            }
            names = [wanted]
        }
        relations = names
    }

    private typealias Counts = [RowChange.Kind: Int]

    /// Calls `body` with the changes up to the limit, and counts all of them.
    private func count(
        _ body: (String, RowChange) throws -> Void
    ) throws -> [(name: String, counts: Counts)] {
        var shown = 0
        return try relations.map { name in
            var counts: Counts = [:]
            try old.forEachChange(in: name, to: new) { change in
                counts[change.kind, default: 0] += 1
                guard shown < limit else { return }
                shown += 1
                try body(name, change)
            }
            return (name, counts)
        }
    }

    private func total(_ counts: [(name: String, counts: Counts)]) -> Int {
        counts.reduce(0) { $0 + $1.counts.values.reduce(0, +) }
    }

    private func key(_ change: RowChange) -> String {
        change.key.map(\.description).joined(separator: "  ")
    }

    func answer(_ output: Output) throws {
        switch arguments.format {
        case .text: try text(output)
        case .json:
            // What comes first in it is known last, so it is counted before.
            let counts = try count { _, _ in }
            try write(counts, output)
        default: try write([], output)
        }
    }

    private func text(_ output: Output) throws {
        let marks: [RowChange.Kind: String] = [.added: "+", .removed: "-", .changed: "~"]
        let counts = try count { name, change in
            let columns =
                change.columns.isEmpty ? "" : "  (\(change.columns.joined(separator: ", ")))"
            output.line(printable("\(marks[change.kind] ?? "") \(name)  \(key(change))\(columns)"))
        }
        let total = total(counts)
        guard total > 0 else {
            return output.line(
                "generations \(old.generation) and \(new.generation) have the same rows")
        }
        output.line()
        var table = Table(
            output,
            [("relation", .left), ("added", .right), ("removed", .right), ("changed", .right)])
        for (name, counts) in counts where !counts.isEmpty {
            table.add([name] + RowChange.Kind.allCases.map { Text.count(counts[$0] ?? 0) })
        }
        table.finish()
        noteCut(total, output)
    }

    private func noteCut(_ total: Int, _ output: Output) {
        guard total > limit else { return }
        output.note("showing \(Text.count(limit)) of \(Text.count(total, "change"))")
    }

    private func write(_ counts: [(name: String, counts: Counts)], _ output: Output) throws {
        try output.answer(
            arguments.format, "changes", columns: ["relation", "change", "key", "columns"]
        ) { json in
            json.member("old", old.generation)
            json.member("new", new.generation)
            json.member("total", total(counts))
            json.member("truncated", total(counts) > limit)
            json.object("relations") {
                for (name, counts) in counts {
                    json.object(name) {
                        for kind in RowChange.Kind.allCases {
                            json.member(kind.rawValue, counts[kind] ?? 0)
                        }
                    }
                }
            }
        } rows: { rows in
            let all = try count { name, change in
                try rows.row { json in
                    json.member("relation", name)
                    json.member("change", change.kind.rawValue)
                    json.array("key") { for part in change.key { json.element(AnswerValue(part)) } }
                    json.array("columns") { for column in change.columns { json.element(column) } }
                }
            }
            if arguments.format != .json { noteCut(total(all), output) }
        }
    }
}
