// SPDX-License-Identifier: Apache-2.0
import Query
import SegmentStore

extension Option {
    fileprivate static let impactDepth = Option(
        name: "depth", value: "N", help: "steps from the key, or 'all' (default: all)")
    fileprivate static let entityLimit = Option(
        name: "limit", value: "N", help: "at most N entities (default: all)")
}

extension Command {
    static let queryImpact = Command(
        name: "query impact", operands: ["key"], summary: "what may break if a key changes",
        details: """
            All that depends on it, or on what it contains, nearest first, with the edge by which it does. \
            'resolution' is that of the least sure edge on the way. Tests are marked, if the store has \
            them ('segstore ingest --include-tests').

            \(keyDetails)
            """,
        examples: [
            "segstore query impact Session.refresh",
            "segstore query impact auth/login.rs --depth 2 --format mermaid",
        ],
        options: [.impactDepth, .kind, .resolution, .byWay, .entityLimit, .offset]
            + Inquiry.options,
        formats: Format.drawings
    ) { arguments, output in
        var impact = ImpactQuery()
        impact.depth = try arguments.depth() ?? .max
        let filter = try arguments.edgeFilter()
        impact.filter.kinds = filter.kinds
        impact.filter.folder = filter.folder
        if let resolutions = filter.resolutions { impact.filter.resolutions = resolutions }
        impact.limit = try arguments.number(.entityLimit) ?? .max
        impact.offset = try arguments.number(.offset) ?? 0
        try answer(impact, Inquiry(arguments, output))
        return .done
    }

    private static func answer(_ impact: ImpactQuery, _ inquiry: Inquiry) throws {
        let arguments = inquiry.arguments
        let key = try inquiry.key(arguments.operand)
        let isMistyped = try inquiry.noteUnknown(arguments.edgeFilter())
        let answer = try impact.run(inquiry.reader, of: key)
        guard !arguments.format.isPicture else {
            return try inquiry.output.draw(GraphPicture(answer.edges, of: [key]), arguments.format)
        }
        let start = min(impact.offset, answer.total)
        let page = start..<start + answer.affected.count
        try inquiry.answer(
            AnswerTable.affected, answer.affected, page: page, of: answer.total,
            nothing: isMistyped
                ? nil : "nothing\(arguments.choosesEdges ? " of that sort" : "") depends on \(key)"
        ) { json in
            json.member("key", key)
            json.member("depth", impact.depth == .max ? nil : impact.depth)
            json.array("by_distance") {
                for count in answer.countByDistance { json.element(count) }
            }
            json.member("files", answer.fileCount)
            json.member("tests", answer.testCount)
            json.member("complete", answer.unresolvedCount == 0)
            json.member("unresolved_references", answer.unresolvedCount)
            json.member("left_out_tests", inquiry.leftOutTestCount)
        }
        guard arguments.format == .text else { return }
        if answer.total > 0 { inquiry.output.note(ImpactText.summary(answer)) }
        if answer.unresolvedCount > 0 {
            inquiry.output.note(
                "a lower bound: \(Text.count(answer.unresolvedCount, "reference")) more by this name could not be resolved to any definition"
            )
        }
        let tests = inquiry.leftOutTestCount
        if tests > 0 {
            inquiry.output.note(
                "not among what was looked at: \(Text.count(tests, "test")), which the store has left out ('segstore ingest --include-tests')"
            )
        }
    }
}

enum ImpactText {
    static func summary(_ answer: ImpactQuery.Answer) -> String {
        let distances = answer.countByDistance.enumerated().map { distance, count in
            "\(Text.count(count)) at distance \(distance + 1)"
        }
        // A long chain is not told step by step.
        let shown =
            distances.count > 4
            ? distances.prefix(3) + ["the farthest at \(distances.count)"] : distances[...]
        let tests =
            answer.testCount > 0
            ? "; \(Text.count(answer.testCount, "test")) among them" : ""
        return
            "\(Text.count(answer.total, "entity", "entities")) in \(Text.count(answer.fileCount, "file")): \(shown.joined(separator: ", "))\(tests)"
    }
}

extension AnswerTable<ImpactQuery.Affected> {
    static var affected: AnswerTable {
        AnswerTable(
            "affected",
            [
                .init("distance", heading: "distance", .right) { .int($0.distance) },
                .init("key", heading: "entity", .keys) { .text($0.entity.key) },
                .init("name") { .text($0.entity.name) },
                .init("kind") { .text($0.entity.kind) },
                .init("file") { .text($0.entity.file) },
                .init("start_line", heading: "line", .right, text: { "\($0.entity.startLine)" }) {
                    .int($0.entity.startLine)
                },
                .init("edge", heading: "by") { .text($0.kind) },
                .init("through", heading: "through", .keys) { .text($0.through) },
                .init("resolution", heading: "resolution") { .text($0.resolution) },
                .init("is_test", heading: "", text: { $0.isTest ? "test" : "" }) {
                    .bool($0.isTest)
                },
            ], order: ["distance", "resolution", "key", "start_line", "edge", "through", "is_test"])
    }
}
