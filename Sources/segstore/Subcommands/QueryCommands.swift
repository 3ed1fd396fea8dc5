// SPDX-License-Identifier: Apache-2.0
//
// 'query deps', 'query rdeps' and 'query entity'.

import CodeGraph
import Codec
import Exchange
import Query
import SegmentStore

extension Option {
    fileprivate static let reverse = Option(
        name: "reverse", value: nil, help: "what depends on the key, as query rdeps answers")
    fileprivate static let depth = Option(
        name: "depth", value: "N", help: "steps from the key, or 'all' (default: 1)")
    fileprivate static let kind = Option(
        name: "kind", value: "K,…", help: "only edges of these kinds, such as calls,uses")
    fileprivate static let resolution = Option(
        name: "resolution", value: "R,…",
        help: "only edges as sure as this, such as exact,probable")
    fileprivate static let edgeLimit = Option(
        name: "limit", value: "N", help: "at most N edges (default: all)")
    fileprivate static let code = Option(name: "code", value: nil, help: "with its code")
}

private let keyDetails = """
    <key> is a whole key, or anything that names one entity only: its name, the last parts of its \
    qualified name (Session.refresh), or one of these behind the end of a path (login.rs:refresh); a \
    file (auth/login.rs), or what is at a line of it (login.rs:12). It may be copied from code: \
    auth::Session::refresh(), Session->refresh, ./login.rs#refresh. If it names several or none, they, \
    or some that are like it, are listed, and the exit status is 3.
    """

extension Command {
    static let queryDeps = Command(
        name: "query deps", operands: ["key"], summary: "what a key depends on",
        details: """
            The edges that lead from it, nearest first. With --depth those that lead on from there too, \
            each once.

            \(keyDetails)
            """,
        options: [.reverse, .depth, .kind, .resolution, .edgeLimit, .at]
    ) { arguments, output in
        try answerDependencies(
            arguments, arguments.has(.reverse) ? .incoming : .outgoing, output)
        return .done
    }

    static let queryRdeps = Command(
        name: "query rdeps", operands: ["key"], summary: "what depends on a key",
        details: """
            The edges that lead to it, nearest first. With --depth those that lead to their origins too, \
            each once.

            \(keyDetails)
            """,
        options: [.depth, .kind, .resolution, .edgeLimit, .at]
    ) { arguments, output in
        try answerDependencies(arguments, .incoming, output)
        return .done
    }

    static let queryEntity = Command(
        name: "query entity", operands: ["key"], summary: "one entity",
        details: "\(keyDetails)", options: [.code, .at]
    ) { arguments, output in
        try answerEntity(arguments, output)
        return .done
    }

    // MARK: - Keys

    /// The key that is meant. If it is not clear which, programs get the candidates as an answer.
    private static func key(
        _ arguments: Arguments, _ reader: Reader, _ output: Output
    ) throws -> String {
        let text = arguments.operand
        switch try KeyFinder(reader).find(text) {
        case .key(let key):
            // Which one it is, nobody could know who typed that.
            if KeyFinder.isPlace(text), key != text, arguments.format == .text {
                Console.note("\(text) is in \(key)")
            }
            return key
        case .ambiguous(let keys):
            throw failure(
                "'\(text)' names \(Text.count(keys.count, "entity", "entities")): use one of their keys",
                "ambiguous", keys, arguments, output)
        case .unknown(let similar):
            throw failure(
                "nothing is called '\(text)'"
                    + (similar.isEmpty
                        ? "; 'segstore export --relation entities' lists what there is"
                        : "; these are like it"),
                "unknown", similar, arguments, output)
        }
    }

    private static let shownCandidateCount = 20

    private static func failure(
        _ message: String, _ reason: String, _ candidates: [String], _ arguments: Arguments,
        _ output: Output
    ) -> CommandError {
        switch arguments.format {
        case .text:
            var details = Array(candidates.prefix(shownCandidateCount))
            if candidates.count > details.count {
                details.append("and \(Text.count(candidates.count - details.count)) more")
            }
            return CommandError(message, .unknownKey, details: details)
        case .csv:
            // A row for each, and one without if there is none.
            output.line("error,query,candidate")
            for key in candidates.isEmpty ? [""] : candidates {
                output.write { out in
                    for (index, field) in [reason, arguments.operand, key].enumerated() {
                        if index > 0 { out.append(UInt8(ascii: ",")) }
                        if !field.isEmpty { CSVText.append(string: field, to: out) }
                    }
                }
                output.line()
            }
        default:
            output.answer(arguments.format) { json in
                json.member("error", reason)
                json.member("query", arguments.operand)
                json.array("candidates") { for key in candidates { json.element(key) } }
            }
        }
        return CommandError(message, .unknownKey)
    }

    // MARK: - Dependencies

    private static func answerDependencies(
        _ arguments: Arguments, _ direction: Direction, _ output: Output
    ) throws {
        var query = DependencyQuery()
        query.direction = direction
        if arguments[.depth] == "all" {
            query.depth = .max
        } else {
            query.depth = try arguments.number(.depth, atLeast: 1) ?? 1
        }
        query.kinds = try arguments.list(.kind).map { Set($0) }
        query.resolutions = try arguments.list(.resolution).map { Set($0) }
        query.limit = try arguments.number(.edgeLimit) ?? .max
        let snapshot = try StoreLocation.graph(arguments)
        let reader = snapshot.reader()
        // What has no edges is no code graph, and has no keys to look for.
        let edges = try reader.relation(CodeGraph.edges.name)
        let key = try key(arguments, reader, output)
        let isMistyped = try noteUnknown(query, edges, reader)
        let answer = try query.run(reader, from: key)
        if arguments.format == .text {
            show(answer, direction, output)
        } else {
            try write(answer, key, query, snapshot, arguments.format, output)
        }
        if arguments.format == .text, answer.edges.isEmpty, !isMistyped, query.limit > 0 {
            let isChosen = query.kinds != nil || query.resolutions != nil
            let way = direction == .outgoing ? "from" : "to"
            output.note("no edge\(isChosen ? " of that sort" : "") leads \(way) \(key)")
        }
        if arguments.format == .text, answer.unresolvedCount > 0 {
            let references = Text.count(answer.unresolvedCount, "reference")
            output.note(
                direction == .incoming
                    ? "a lower bound: \(references) more by this name could not be resolved to any definition"
                    : "\(references) of it could not be resolved to any definition")
        }
        if answer.isTruncated, arguments.format != .json {
            output.note("there are more than \(Text.count(query.limit, "edge"))")
        }
    }

    /// A word that no edge has is most likely mistyped; whether there is one.
    private static func noteUnknown(
        _ query: DependencyQuery, _ edges: Int, _ reader: Reader
    ) throws -> Bool {
        var isMistyped = false
        for (column, wanted) in [("kind", query.kinds), ("resolution", query.resolutions)] {
            guard let wanted else { continue }
            let known = try reader.counts(edges, by: try reader.column(column, of: edges))
            for word in wanted.sorted() where known[word] == nil {
                isMistyped = true
                Console.note(
                    "no edge has the \(column) '\(word)'; there are \(known.keys.sorted().joined(separator: ", "))"
                )
            }
        }
        return isMistyped
    }

    private static func show(
        _ answer: DependencyQuery.Answer, _ direction: Direction, _ output: Output
    ) {
        guard !answer.edges.isEmpty else { return }
        let isDeep = answer.edges.contains { $0.depth > 1 }
        var columns: [(String, Table.Alignment)] = [
            ("kind", .left), ("resolution", .left), (direction == .outgoing ? "to" : "from", .keys),
            ("where", .left),
        ]
        if isDeep {
            columns.insert(("depth", .right), at: 0)
            columns.insert((direction == .outgoing ? "from" : "to", .keys), at: 3)
        }
        var table = Table(output, columns)
        for edge in answer.edges {
            let (near, far) =
                direction == .outgoing ? (edge.from, edge.to) : (edge.to, edge.from)
            let place = "\(edge.file):\(edge.lines.first ?? 0)"
            let more = edge.count > 1 ? " and \(Text.count(edge.count - 1)) more" : ""
            var cells = [edge.kind, edge.resolution, far, place + more]
            if isDeep {
                cells.insert("\(edge.depth)", at: 0)
                cells.insert(near, at: 3)
            }
            table.add(cells)
        }
        table.finish()
    }

    private static func write(
        _ answer: DependencyQuery.Answer, _ key: String, _ query: DependencyQuery,
        _ snapshot: Snapshot, _ format: Format, _ output: Output
    ) throws {
        try output.answer(
            format, "edges",
            columns: [
                "from", "to", "kind", "file", "line", "resolution", "depth", "count", "lines",
            ]
        ) { json in
            json.member("key", key)
            json.member("direction", query.direction == .outgoing ? "out" : "in")
            // Null is without a bound.
            json.member("depth", query.depth == .max ? nil : query.depth)
            json.member("count", answer.edges.count)
            json.member("truncated", answer.isTruncated)
            json.member("complete", answer.isComplete)
            json.member("unresolved_references", answer.unresolvedCount)
            json.member("generation", snapshot.generation)
            json.member("label", snapshot.label)
        } rows: { rows in
            for edge in answer.edges {
                try rows.row { json in
                    json.member("from", edge.from)
                    json.member("to", edge.to)
                    json.member("kind", edge.kind)
                    json.member("file", edge.file)
                    json.member("line", edge.lines.first)
                    json.member("resolution", edge.resolution)
                    json.member("depth", edge.depth)
                    json.member("count", edge.count)
                    json.array("lines") { for line in edge.lines { json.element(line) } }
                }
            }
        }
    }

    // MARK: - Entities

    private static func answerEntity(_ arguments: Arguments, _ output: Output) throws {
        let snapshot = try StoreLocation.graph(arguments)
        let reader = snapshot.reader()
        let relation = try reader.relation(CodeGraph.entities.name)
        let key = try key(arguments, reader, output)
        guard let row = try reader.find(relation, key: key) else {
            // An end of edges that is defined elsewhere, or whose entity was never brought in.
            throw failure(
                "'\(key)' is no entity of the store, only edges lead to or from it; 'segstore query rdeps' shows them",
                "no entity", [], arguments, output)
        }
        let withCode = arguments.has(.code)
        let columns = snapshot.schema.relations[relation].columns.enumerated().filter {
            withCode || $0.element.name != "code"
        }
        guard arguments.format == .text else {
            return try output.answer(
                arguments.format, "entity", of: reader, relation, columns: columns.map(\.offset),
                summary: { json in
                    json.member("generation", snapshot.generation)
                    json.member("label", snapshot.label)
                }, row: row)
        }
        var fields: [(String, String)] = []
        for (index, column) in columns where column.name != "code" {
            let value = try reader.value(relation, row, index)
            if value != .null, value != .string("") {
                fields.append((column.name, value.description))
            }
        }
        output.fields(fields)
        guard withCode else { return }
        output.line()
        let code = try reader.string(relation, row, try reader.column("code", of: relation)) ?? ""
        for line in code.split(separator: "\n", omittingEmptySubsequences: false) {
            let text = line.split(separator: "\t", omittingEmptySubsequences: false)
            output.line(printable(text.joined(separator: "    ")))
        }
    }
}
