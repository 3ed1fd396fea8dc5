// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore

extension Option {
    fileprivate static let all = Option(
        name: "all", value: nil, help: "all shortest paths, up to --limit")
    fileprivate static let pathLimit = Option(
        name: "limit", value: "N", help: "at most N paths with --all (default: 100)")
}

extension Command {
    static let queryPath = Command(
        name: "query path", operands: ["from", "to"],
        summary: "how one key comes to depend on another",
        details: """
            The shortest chain of edges from the first, or something in it, to the second, or something \
            in that; the surest of several, or with --all every one that is as short. Where no way is \
            known, it is said whether one leads back.

            \(keyDetails)
            """,
        examples: [
            "segstore query path main Session.refresh", "segstore query path a.rs b.rs --all",
        ],
        options: [.all, .kind, .resolution, .byWay, .pathLimit] + Inquiry.options,
        formats: Format.drawings
    ) { arguments, output in
        var search = PathQuery()
        let filter = try arguments.edgeFilter()
        search.filter.kinds = filter.kinds
        search.filter.folder = filter.folder
        if let resolutions = filter.resolutions { search.filter.resolutions = resolutions }
        let limit = try arguments.number(.pathLimit, atLeast: 1) ?? 100
        search.limit = arguments.has(.all) ? limit : 1
        try answer(search, Inquiry(arguments, output))
        return .done
    }

    private struct Step {
        let path: Int
        let edge: Dependency
    }

    private static func answer(_ search: PathQuery, _ inquiry: Inquiry) throws {
        let arguments = inquiry.arguments
        let (from, to) = (
            try inquiry.key(arguments.operands[0]), try inquiry.key(arguments.operands[1])
        )
        _ = try inquiry.noteUnknown(arguments.edgeFilter())
        let answer = try search.run(inquiry.reader, from: from, to: to)
        // Any of them may be part of a way, or of a shorter one. Only JSON tells of them.
        let unresolved = arguments.format == .json ? try unresolvedCount(inquiry.reader) : 0
        let isReverse =
            try answer.length == nil
            && search.run(inquiry.reader, from: to, to: from).length != nil
        guard !arguments.format.isPicture else {
            var picture = GraphPicture(answer.paths.flatMap(\.self), of: [from, to])
            picture.removeEqualEdges()
            return try inquiry.output.draw(picture, arguments.format)
        }
        let steps = answer.paths.enumerated().flatMap { number, path in
            path.map { Step(path: number + 1, edge: $0) }
        }
        try inquiry.answer(
            table(answer.paths.count > 1), steps, page: 0..<steps.count, of: steps.count,
            nothing: nil
        ) { json in
            json.member("from", from)
            json.member("to", to)
            json.member("found", answer.length != nil)
            json.member("found_back", answer.length == nil ? isReverse : nil)
            json.member("length", answer.length)
            json.member("paths", answer.paths.count)
            json.member("all_paths", answer.total)
            json.member("complete", unresolved == 0)
            json.member("unresolved_edges", unresolved)
        }
        guard arguments.format == .text else { return }
        if answer.length == 0 {
            inquiry.output.note("both are \(from)")
        } else if answer.length == nil {
            inquiry.output.note(
                "no path is known from \(from) to \(to)\(isReverse ? "; one leads the other way" : "")"
            )
        } else if answer.total > answer.paths.count {
            let advice = arguments.has(.all) ? "" : "; --all lists them"
            inquiry.output.note(
                "showing \(Text.count(answer.paths.count)) of \(Text.count(answer.total, "shortest path"))\(advice)"
            )
        }
    }

    private static func unresolvedCount(_ reader: Reader) throws -> Int {
        let edges = try reader.relation(CodeGraph.edges.name)
        let counts = try reader.counts(edges, by: try reader.column("resolution", of: edges))
        return counts[CodeGraph.unresolvedKind] ?? 0
    }

    private static func table(_ hasSeveral: Bool) -> AnswerTable<Step> {
        AnswerTable(
            "edges",
            [
                .init("path", heading: hasSeveral ? "path" : nil, .right) { .int($0.path) },
                .init("step", heading: "step", .right) { .int($0.edge.depth) },
                .init("from", heading: "from", .keys) { .text($0.edge.from) },
                .init("kind", heading: "kind") { .text($0.edge.kind) },
                .init("to", heading: "to", .keys) { .text($0.edge.to) },
                .init("file") { .text($0.edge.file) },
                .init(
                    "line", heading: "where",
                    text: { "\($0.edge.file):\($0.edge.lines.first ?? 0)" }
                ) { .init($0.edge.lines.first) },
                .init("resolution", heading: "resolution") { .text($0.edge.resolution) },
            ], order: ["path", "step", "from", "kind", "to", "line", "resolution"])
    }
}
