// SPDX-License-Identifier: Apache-2.0
//
// 'query hotspots', 'query hubs', 'query centrality' and 'query kcore'.

import Query
import SegmentStore

extension Option {
    fileprivate static let external = Option(
        name: "external", value: nil, help: "of what is defined outside of the tree")
    fileprivate static let method = Option(
        name: "method", value: "M",
        help: "pagerank, betweenness, degree, indegree or outdegree (default: pagerank)",
        words: .words(["pagerank", "betweenness", "degree", "indegree", "outdegree"]))
}

extension Command {
    static let queryHotspots = Command(
        name: "query hotspots", summary: "what most depends on",
        details: """
            The entities of the tree by how many others depend on them, each counted once; with --external \
            what is defined outside of it, by how many entities use it. \(wholeDetails)
            """,
        examples: ["segstore query hotspots --top 10", "segstore query hotspots --by folder"],
        options: [.external] + Option.whole
    ) { arguments, output in
        let whole = try WholeInquiry(arguments, output)
        guard !arguments.has(.external) else {
            for option in [Option.kind, .resolution, .within, .by] where arguments.has(option) {
                throw UsageError("--external goes without --\(option.name)")
            }
            let externals = try ExternalRanking(
                whole.inquiry.reader, limit: whole.limit, offset: whole.offset)
            try whole.answer(
                table("externals", score: nil), externals.nodes, of: externals.total,
                nothing: "nothing outside of the tree is known to be used", summary: { _ in })
            return .done
        }
        try rank(.indegree, "hotspots", whole, score: nil)
        return .done
    }

    static let queryHubs = Command(
        name: "query hubs", summary: "what much passes through",
        details: """
            By how many depend on something, times how many it depends on: what is likely to pass a change \
            on. \(wholeDetails)
            """,
        examples: ["segstore query hubs --within src"], options: Option.whole
    ) { arguments, output in
        try rank(.hubs, "hubs", WholeInquiry(arguments, output), score: ("score", 0))
        return .done
    }

    static let queryCentrality = Command(
        name: "query centrality", summary: "what is most central",
        details: """
            PageRank (damping 0.85), betweenness (the share of shortest paths between two others that lead \
            through something; of a large graph an estimate from paths of some hundreds of nodes, which is \
            said), or degrees. \(wholeDetails)
            """,
        examples: ["segstore query centrality --method betweenness --by file"],
        options: [.method] + Option.whole
    ) { arguments, output in
        let method = try arguments.choice(.method, of: CentralityMethod.self) ?? .pagerank
        try rank(
            RankingMethod(rawValue: method.rawValue) ?? .pagerank, "ranking",
            WholeInquiry(arguments, output), score: (method.rawValue, method.digits))
        return .done
    }

    private enum CentralityMethod: String, CaseIterable {
        case pagerank, betweenness, degree, indegree, outdegree

        /// Behind the point.
        var digits: Int { self == .pagerank || self == .betweenness ? 6 : 0 }
    }

    static let queryKcore = Command(
        name: "query kcore", summary: "how deep in the graph something is",
        details: """
            The core number of each node: it is in a part in which every node has so many neighbours or \
            more, directions aside. The highest are the knot that nothing can be taken out of. \
            \(wholeDetails)
            """,
        examples: ["segstore query kcore --by file"], options: Option.whole
    ) { arguments, output in
        let whole = try WholeInquiry(arguments, output)
        let graph = try whole.graph()
        let ranking = try graph.ranking(.kcore, limit: whole.limit, offset: whole.offset)
        try whole.answer(
            table("nodes", score: ("core", 0)), ranking.nodes, of: ranking.total,
            nothing: "nothing depends on anything"
        ) { json in
            json.member("by", graph.level.rawValue)
            json.member("edges", graph.edgeCount)
            json.member("maximum", Int(ranking.notes["maximum"] ?? 0))
            json.array("nodes_by_core") { for size in graph.coreSizes() { json.element(size) } }
        }
        return .done
    }

    private static func rank(
        _ method: RankingMethod, _ name: String, _ whole: WholeInquiry,
        score: (name: String, digits: Int)?
    ) throws {
        let graph = try whole.graph()
        let ranking = try graph.ranking(
            method, limit: whole.limit, offset: whole.offset,
            progress: whole.progress("\(method.rawValue):"))
        try whole.answer(
            table(name, score: score), ranking.nodes, of: ranking.total,
            nothing: "nothing depends on anything"
        ) { json in
            whole.describe(graph, json)
            json.member("method", method.rawValue)
            for (name, value) in ranking.notes.sorted(by: { $0.key < $1.key }) {
                switch name {
                case "exact", "converged": json.member(name, value == 1)
                default: json.member(name, Int(value))
                }
            }
        }
        guard whole.inquiry.arguments.format == .text else { return }
        if ranking.notes["exact"] == 0, let pivots = ranking.notes["pivots"] {
            whole.inquiry.output.note(
                "an estimate, from the shortest paths of \(Text.count(Int(pivots))) nodes")
        }
        if ranking.notes["converged"] == 0 {
            whole.inquiry.output.note("not converged: the ranks are near, but not exact")
        }
    }

    private static func table(
        _ name: String, score: (name: String, digits: Int)?
    ) -> AnswerTable<RankedNode> {
        var columns = AnswerTable<RankedNode>.labelColumns { $0.label }
        if let score {
            columns.append(
                .init(
                    score.name, heading: score.name, .right,
                    text: {
                        score.digits == 0
                            ? Text.count(Int($0.score)) : Text.fixed($0.score, score.digits)
                    }
                ) { score.digits == 0 ? .int(Int($0.score)) : .float($0.score) })
        }
        columns += [
            .init("dependents", heading: "dependents", .right) { .int($0.dependents) },
            .init("dependencies", heading: "dependencies", .right) { .int($0.dependencies) },
        ]
        return AnswerTable(
            name, columns,
            order: (score.map { [$0.name] } ?? []) + ["dependents", "dependencies", "key", "line"])
    }
}
