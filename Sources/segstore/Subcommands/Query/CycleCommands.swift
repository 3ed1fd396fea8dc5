// SPDX-License-Identifier: Apache-2.0
//
// 'query cycles' and 'query communities'.

import Query
import SegmentStore

extension Option {
    fileprivate static let selfLoops = Option(
        name: "self", value: nil, help: "also what depends only on itself")
    fileprivate static let granularity = Option(
        name: "granularity", value: "G",
        help: "above 1 more and smaller ones, below fewer and larger (default: 1)")
}

extension Command {
    static let queryCycles = Command(
        name: "query cycles", summary: "what depends on itself, by way of others",
        details: """
            The strongly connected components: in each everything depends on everything, by one way or \
            another. The largest first, with a shortest way round. Between files or folders cycles are \
            what keeps them from being understood, or built, apart. \(wholeDetails)
            """,
        examples: ["segstore query cycles --by file", "segstore query cycles --kind calls"],
        options: [.selfLoops] + Option.whole, formats: Format.drawings
    ) { arguments, output in
        let whole = try WholeInquiry(arguments, output)
        let graph = try whole.graph()
        let found = try graph.cycles(
            limit: whole.limit, offset: whole.offset, withSelf: arguments.has(.selfLoops))
        guard !arguments.format.isPicture else {
            var picture = GraphPicture()
            for cycle in found.cycles {
                for (from, to) in zip(cycle.example, cycle.example.dropFirst() + cycle.example) {
                    picture.add(from: from, to: to)
                }
            }
            try output.draw(picture, arguments.format)
            return .done
        }
        try whole.answer(
            cycleTable, found.cycles, of: found.total, nothing: "nothing depends on itself"
        ) { json in
            whole.describe(graph, json)
            json.member("in_cycles", found.nodeCount)
        }
        return .done
    }

    private static let cycleTable = AnswerTable<Cycle>(
        "cycles",
        [
            .init("size", heading: "size", .right) { .int($0.members.count) },
            .init("edges", heading: "edges", .right) { .int($0.edgeCount) },
            .init("files", heading: "files", .right) { .int($0.fileCount) },
            .init("example", heading: "a way round", text: wayRound) {
                .texts($0.example.map(\.key))
            },
            .init("members") { .texts($0.members.map(\.key)) },
        ])

    private static let shownSteps = 6

    @Sendable private static func wayRound(_ cycle: Cycle) -> String {
        let names = cycle.example.map(\.name)
        let shown = names.prefix(shownSteps)
        let more = names.count > shown.count ? ["(\(names.count - shown.count) more)"] : []
        return (shown + more + names.prefix(1)).joined(separator: " > ")
    }

    static let queryCommunities = Command(
        name: "query communities", summary: "parts that belong together",
        details: """
            Communities by Leiden's algorithm: groups with more edges among them than chance would have, \
            each connected. The same store gives the same ones. The largest first; members that are tied \
            to it most come first. \(wholeDetails)
            """,
        examples: [
            "segstore query communities --by file", "segstore query communities --granularity 2",
        ],
        options: [.granularity] + Option.whole
    ) { arguments, output in
        var granularity = 1.0
        if let text = arguments[.granularity] {
            guard let number = Double(text), number > 0, number <= 1000 else {
                throw UsageError("--granularity needs a number above 0, not '\(text)'")
            }
            granularity = number
        }
        let whole = try WholeInquiry(arguments, output)
        let graph = try whole.graph()
        let found = try graph.communities(
            granularity: granularity, limit: whole.limit, offset: whole.offset,
            progress: whole.progress("communities:"))
        try whole.answer(
            communityTable, found.communities, of: found.total,
            nothing: "nothing depends on anything"
        ) { json in
            whole.describe(graph, json)
            json.member("modularity", found.modularity)
            json.member("in_communities", found.nodeCount)
        }
        if arguments.format == .text, found.total > 0 {
            output.note("modularity \(Text.fixed(found.modularity, 3))")
        }
        return .done
    }

    private static let communityTable = AnswerTable<Community>(
        "communities",
        [
            .init("community", heading: "community", .right) { .int($0.number) },
            .init("size", heading: "size", .right) { .int($0.members.count) },
            .init("inside", heading: "inside", .right) { .int($0.insideCount) },
            .init("outside", heading: "outside", .right) { .int($0.outsideCount) },
            .init("folder", heading: "folder") { .text($0.folder) },
            .init("members", heading: "such as", text: names) { .texts($0.members.map(\.key)) },
        ])

    @Sendable private static func names(_ community: Community) -> String {
        community.members.prefix(5).map(\.name).joined(separator: ", ")
    }
}

extension GraphPicture {
    fileprivate mutating func add(from: GraphNodeLabel, to: GraphNodeLabel) {
        add(Edge(from: add(from), to: add(to), kind: "", resolution: "exact"))
    }
}
