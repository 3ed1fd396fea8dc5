// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore

extension Option {
    fileprivate static let impact = Option(
        name: "impact", value: nil, help: "what depends on what has changed, instead")
    fileprivate static let diffRelation = Option(
        name: "relation", value: "R", help: "the rows of this relation (default: entities, edges)",
        words: .relations)
    fileprivate static let impactDepth = Option(
        name: "depth", value: "N", help: "of --impact: steps, or 'all' (default: all)")
}

extension Command {
    static let diff = Command(
        name: "diff", operands: ["old", "new"], summary: "what changed between two commits",
        details: """
            <old> and <new> are generations or labels that log lists. What came is marked +, what went -, \
            and ~ what has changed, with the columns that differ. What only stands elsewhere in its file \
            is counted as moved, and not listed. --impact lists what depends on what was changed or \
            removed, nearest first. --relation compares the rows of any relation.
            """,
        examples: ["segstore diff v1 v2", "segstore diff 3 4 --impact --depth 2"],
        options: [.diffRelation, .impact, .impactDepth, .limit, .offset]
    ) { arguments, output in
        let (old, new) = try StoreLocation.snapshots(arguments, arguments.operands)
        try DiffAnswer(arguments, old, new).write(output)
        return .done
    }
}

private struct DiffAnswer {
    private let arguments: Arguments
    private let old: Snapshot
    private let new: Snapshot
    private let limit: Int
    private let offset: Int

    init(_ arguments: Arguments, _ old: Snapshot, _ new: Snapshot) throws {
        self.arguments = arguments
        (self.old, self.new) = (old, new)
        limit = try arguments.number(.limit) ?? .max
        offset = try arguments.number(.offset) ?? 0
    }

    func write(_ output: Output) throws {
        if arguments.has(.impact) { return try writeImpact(output) }
        // What comes first in JSON is known last, so it is counted before.
        var counts: [(relation: String, counts: [GraphDiff.Kind: Int])] = []
        try forEachChange { change in
            if counts.last?.relation != change.relation { counts.append((change.relation, [:])) }
            counts[counts.count - 1].counts[change.kind, default: 0] += 1
        }
        let total = counts.reduce(0) { sum, relation in
            sum
                + GraphDiff.Kind.allCases.reduce(0) {
                    $0 + ($1 == .moved ? 0 : relation.counts[$1] ?? 0)
                }
        }
        let start = min(offset, total)
        let end = start + min(limit, total - start)
        output.page = ListPage(start..<end, of: total)
        if arguments.format == .text {
            try show(counts, start..<end, output)
        } else {
            try answer(counts, total, start..<end, output)
        }
        if start..<end != 0..<total, arguments.format != .json, arguments.host == nil {
            output.note(
                "showing \(Text.count(end - start)) of \(Text.count(total, "change"))"
                    + (end < total && end > start ? "; go on with --offset \(end)" : ""))
        }
    }

    private typealias Counts = [(relation: String, counts: [GraphDiff.Kind: Int])]

    private func forEachChange(_ body: (GraphDiff.Change) throws -> Void) throws {
        if arguments[.diffRelation] == nil, let graph = GraphDiff(old, new) {
            return try graph.forEachChange(body)
        }
        for name in try relations() {
            try old.forEachChange(in: name, to: new) { change in
                try body(
                    GraphDiff.Change(
                        relation: name,
                        kind: GraphDiff.Kind(rawValue: change.kind.rawValue) ?? .changed,
                        key: change.key.map(\.description), columns: change.columns))
            }
        }
    }

    private func relations() throws -> [String] {
        var names = new.schema.relations.map(\.name)
        for relation in old.schema.relations where !names.contains(relation.name) {
            names.append(relation.name)
        }
        guard let wanted = arguments[.diffRelation] else { return names }
        guard names.contains(wanted) else { throw Schema.unknown(wanted, among: names) }
        return [wanted]
    }

    /// Calls `body` with what is listed.
    private func forEachListed(
        _ page: Range<Int>, _ body: (GraphDiff.Change) throws -> Void
    ) throws {
        var position = 0
        guard !page.isEmpty else { return }
        try forEachChange { change in
            guard change.kind != .moved else { return }
            if page.contains(position) { try body(change) }
            position += 1
        }
    }

    private static let marks: [GraphDiff.Kind: String] = [
        .added: "+", .removed: "-", .changed: "~",
    ]

    private func show(_ counts: Counts, _ page: Range<Int>, _ output: Output) throws {
        guard !counts.isEmpty else {
            return output.line(
                "generations \(old.generation) and \(new.generation) have the same rows")
        }
        try forEachListed(page) { change in
            let columns =
                change.columns.isEmpty ? "" : "  (\(change.columns.joined(separator: ", ")))"
            let key = change.key.joined(separator: "  ")
            output.line(
                printable("\(Self.marks[change.kind] ?? "") \(change.relation)  \(key)\(columns)"))
        }
        if !page.isEmpty { output.line() }
        let kinds = GraphDiff.Kind.allCases.filter { kind in
            kind != .moved || counts.contains { $0.counts[kind] != nil }
        }
        var table = Table(
            output, [("relation", .left)] + kinds.map { ($0.rawValue, .right) })
        for (relation, counts) in counts {
            table.add([relation] + kinds.map { Text.count(counts[$0] ?? 0) })
        }
        table.finish()
    }

    private func answer(
        _ counts: Counts, _ total: Int, _ page: Range<Int>, _ output: Output
    ) throws {
        try output.answer(
            arguments.format, "changes", columns: ["relation", "change", "key", "columns"]
        ) { json in
            head(json)
            json.member("total", total)
            json.member("offset", page.lowerBound)
            json.member("count", page.count)
            json.member("truncated", page.upperBound < total)
            json.object("relations") {
                for (relation, counts) in counts {
                    json.object(relation) {
                        for kind in GraphDiff.Kind.allCases {
                            json.member(kind.rawValue, counts[kind] ?? 0)
                        }
                    }
                }
            }
        } rows: { rows in
            try forEachListed(page) { change in
                try rows.row { json in
                    json.member("relation", change.relation)
                    json.member("change", change.kind.rawValue)
                    json.array("key") { for part in change.key { json.element(part) } }
                    json.array("columns") { for column in change.columns { json.element(column) } }
                }
            }
        }
    }

    private func head(_ json: AnswerWriter) {
        json.member("old", old.generation)
        json.member("old_label", old.label)
        json.member("new", new.generation)
        json.member("new_label", new.label)
    }

    private func writeImpact(_ output: Output) throws {
        guard let graph = GraphDiff(old, new) else {
            throw CommandError(
                "the store has no entities and edges, so nothing depends on anything")
        }
        var query = ImpactQuery()
        query.depth = try arguments.depth() ?? .max
        (query.limit, query.offset) = (limit, offset)
        let answer = try graph.impact(query)
        let table = AnswerTable.affected
        let start = min(offset, answer.total)
        let page = start..<start + answer.affected.count
        output.page = ListPage(page, of: answer.total)
        guard arguments.format != .text else {
            table.show(answer.affected, output)
            output.note(
                answer.total == 0
                    ? "nothing depends on what has changed" : ImpactText.summary(answer))
            return
        }
        try output.answer(arguments.format, table.name, columns: table.columns.map(\.name)) {
            json in
            head(json)
            json.array("by_distance") {
                for count in answer.countByDistance { json.element(count) }
            }
            json.member("files", answer.fileCount)
            json.member("tests", answer.testCount)
            json.member("total", answer.total)
            json.member("offset", page.lowerBound)
            json.member("count", page.count)
            json.member("truncated", page.upperBound < answer.total)
        } rows: { rows in
            for item in answer.affected { try rows.row { table.write(item, $0) } }
        }
    }
}
