// SPDX-License-Identifier: Apache-2.0
//
// 'query deps' and 'query rdeps'.

import Query
import SegmentStore

extension Option {
    fileprivate static let reverse = Option(
        name: "reverse", value: nil, help: "what depends on the key, as query rdeps answers")
}

extension Command {
    static let queryDeps = Command(
        name: "query deps", operands: ["key"], summary: "what a key depends on",
        details: """
            The edges that lead from it, nearest first. With --depth those that lead on from there too, \
            each once.

            \(keyDetails)
            """,
        examples: [
            "segstore query deps login.rs:refresh",
            "segstore query deps Session --depth 2 --kind calls",
        ],
        options: [.reverse, .depth, .kind, .resolution, .byWay, .edgeLimit, .offset]
            + Inquiry.options,
        formats: Format.drawings
    ) { arguments, output in
        try DependencyAnswer(
            arguments, output, arguments.has(.reverse) ? .incoming : .outgoing
        ).write()
        return .done
    }

    static let queryRdeps = Command(
        name: "query rdeps", operands: ["key"], summary: "what depends on a key",
        details: """
            The edges that lead to it, nearest first. With --depth those that lead to their origins too, \
            each once.

            \(keyDetails)
            """,
        examples: [
            "segstore query rdeps refresh --depth all",
            "segstore query rdeps refresh --depth 3 --format svg > refresh.svg",
        ],
        options: [.depth, .kind, .resolution, .byWay, .edgeLimit, .offset] + Inquiry.options,
        formats: Format.drawings
    ) { arguments, output in
        try DependencyAnswer(arguments, output, .incoming).write()
        return .done
    }
}

private struct DependencyAnswer {
    private let inquiry: Inquiry
    private let query: DependencyQuery

    init(_ arguments: Arguments, _ output: Output, _ direction: Direction) throws {
        var query = DependencyQuery()
        query.direction = direction
        query.depth = try arguments.depth() ?? 1
        query.filter = try arguments.edgeFilter()
        query.limit = try arguments.number(.edgeLimit) ?? .max
        query.offset = try arguments.number(.offset) ?? 0
        self.query = query
        inquiry = try Inquiry(arguments, output)
    }

    private var isForward: Bool { query.direction == .outgoing }
    private var arguments: Arguments { inquiry.arguments }

    func write() throws {
        let key = try inquiry.key(arguments.operand)
        let isMistyped = try inquiry.noteUnknown(query.filter)
        let answer = try query.run(inquiry.reader, from: key)
        guard !arguments.format.isPicture else {
            return try inquiry.output.draw(GraphPicture(answer.edges, of: [key]), arguments.format)
        }
        let start = min(query.offset, answer.total)
        try inquiry.answer(
            table(answer), answer.edges, page: start..<start + answer.edges.count,
            of: answer.total, nothing: isMistyped ? nil : nothing(key)
        ) { json in
            json.member("key", key)
            json.member("direction", isForward ? "out" : "in")
            // Null is without a bound.
            json.member("depth", query.depth == .max ? nil : query.depth)
            json.member("complete", answer.isComplete)
            json.member("unresolved_references", answer.unresolvedCount)
            if !isForward { json.member("left_out_tests", inquiry.leftOutTestCount) }
        }
        if arguments.format == .text { note(answer) }
    }

    private func nothing(_ key: String) -> String {
        "no edge\(arguments.choosesEdges ? " of that sort" : "") leads \(isForward ? "from" : "to") \(key)"
    }

    private func note(_ answer: DependencyQuery.Answer) {
        guard answer.unresolvedCount > 0 else { return }
        let references = Text.count(answer.unresolvedCount, "reference")
        inquiry.output.note(
            isForward
                ? "\(references) of it could not be resolved to any definition"
                : "a lower bound: \(references) more by this name could not be resolved to any definition"
        )
    }

    private func table(_ answer: DependencyQuery.Answer) -> AnswerTable<Dependency> {
        let isDeep = answer.edges.contains { $0.depth > 1 }
        let (near, far) = isForward ? ("from", "to") : ("to", "from")
        return AnswerTable(
            "edges",
            [
                .init("from", heading: isForward && !isDeep ? nil : "from", .keys) {
                    .text($0.from)
                },
                .init("to", heading: isForward || isDeep ? "to" : nil, .keys) { .text($0.to) },
                .init("kind", heading: "kind") { .text($0.kind) },
                .init("file") { .text($0.file) },
                .init("line", heading: "where", text: Self.place) { .init($0.lines.first) },
                .init("resolution", heading: "resolution") { .text($0.resolution) },
                .init("depth", heading: isDeep ? "depth" : nil, .right) { .int($0.depth) },
                .init("count") { .int($0.count) },
                .init("lines") { .numbers($0.lines) },
            ], order: ["depth", "kind", "resolution", near, far, "line"])
    }

    @Sendable private static func place(_ edge: Dependency) -> String {
        "\(edge.file):\(edge.lines.first ?? 0)"
            + (edge.count > 1 ? " and \(Text.count(edge.count - 1)) more" : "")
    }
}
