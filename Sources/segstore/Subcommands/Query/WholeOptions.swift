// SPDX-License-Identifier: Apache-2.0
//
// What questions about the whole graph have in common.

import Platform
import Query
import SegmentStore

extension Option {
    static let by = Option(
        name: "by", value: "level", help: "of what: entity, file or folder (default: entity)",
        words: .words(["entity", "file", "folder"]))

    /// Of every question about the whole graph that is answered by a list.
    static let whole: [Option] =
        [.by, .kind, .resolution, .within, .shownCount, .offset] + Inquiry.options
    /// How many are shown where nobody says.
    static let shownCount = Option(
        name: "top", value: "N", help: "the first N of them, or 'all' (default: 20)")
}

/// Which edges are looked at where nobody says.
let wholeDetails = """
    Looked at are edges of all kinds but 'contains' that are exact or probable, between entities of the \
    tree; --kind and --resolution say otherwise.
    """

extension Arguments {
    func level() throws -> GraphLevel { try choice(.by, of: GraphLevel.self) ?? .entity }

    /// How many rows are asked for.
    func top() throws -> Int {
        self[.shownCount] == "all" ? .max : try number(.shownCount) ?? 20
    }

    /// Which edges are looked at, of all that something needs.
    func wholeFilter() throws -> EdgeFilter {
        let given = try edgeFilter()
        var filter = WholeGraph.dependencies
        filter.kinds = given.kinds
        filter.folder = given.folder
        if let resolutions = given.resolutions { filter.resolutions = resolutions }
        return filter
    }
}

/// A question about the whole graph: what it is asked with is read before the store is.
struct WholeInquiry {
    let inquiry: Inquiry
    let limit: Int
    let offset: Int
    let level: GraphLevel
    let filter: EdgeFilter
    private let line: ProgressLine

    init(_ arguments: Arguments, _ output: Output, level: GraphLevel? = nil) throws {
        line = output.progressLine()
        limit = try arguments.top()
        offset = try arguments.number(.offset) ?? 0
        self.level = try level ?? arguments.level()
        filter = try arguments.wholeFilter()
        inquiry = try Inquiry(arguments, output)
        _ = try inquiry.noteUnknown(arguments.edgeFilter())
    }

    func graph() throws -> WholeGraph {
        line.show("reading the graph")
        defer { line.clear() }
        return try WholeGraph(inquiry.reader, level, filter)
    }

    /// Shows how far a measure has come.
    func progress(_ what: String) -> (Int, Int) -> Void {
        let start = Clock.nanoseconds()
        return { done, total in
            // What is done at once needs no telling.
            guard Clock.nanoseconds() - start > 300_000_000 else { return }
            done < total
                ? line.show("\(what) \(done * 100 / max(total, 1)) %") : line.clear()
        }
    }

    func clear() { line.clear() }

    /// What JSON says of the graph.
    func describe(_ graph: WholeGraph, _ json: AnswerWriter) {
        json.member("by", graph.level.rawValue)
        json.member("nodes", graph.nodeCount)
        json.member("edges", graph.edgeCount)
    }

    func answer<Row>(
        _ table: AnswerTable<Row>, _ rows: [Row], of total: Int, nothing: String,
        summary: (AnswerWriter) -> Void
    ) throws {
        line.clear()
        let start = min(offset, total)
        try inquiry.answer(
            table, rows, page: start..<start + rows.count, of: total, nothing: nothing,
            summary: summary)
    }
}

extension AnswerTable {
    /// The columns that say which node a row is of.
    static func labelColumns(
        _ label: @escaping @Sendable (Row) -> GraphNodeLabel
    ) -> [Column] {
        [
            .init("key", heading: "what", .keys) { .text(label($0).key) },
            .init("name") { .text(label($0).name) },
            .init("kind") { .text(label($0).kind) },
            .init("file") { .text(label($0).file) },
            Column("line", heading: "line", .right, text: lineText(label)) {
                label($0).line > 0 ? .int(label($0).line) : .null
            },
        ]
    }
}

private func lineText<Row>(
    _ label: @escaping @Sendable (Row) -> GraphNodeLabel
) -> @Sendable (Row) -> String {
    { label($0).line > 0 ? "\(label($0).line)" : "" }
}

extension GraphPicture {
    /// A node that need not be an entity.
    mutating func add(_ label: GraphNodeLabel, group: String? = nil) -> Int {
        add(
            Node(
                key: label.key, name: label.name, kind: label.kind, file: label.file, group: group))
    }
}
