// SPDX-License-Identifier: Apache-2.0
//
// The tools: few, and told shortly, for a model reads all of it before it asks anything.

import CodeGraph
import Exchange
import Query
import SegmentStore

extension MCPTool {
    static let all: [MCPTool] = [
        overview, search, entity, dependencies, impact, context, diff,
    ]

    /// Of a list.
    private static let listShape = "total:int next_cursor:string? notes:string* "

    private static let edgeKinds = Parameter(
        name: "kind", kind: .string, help: "of calls,uses,implements,extends,imports,contains")
    private static let resolutions = Parameter(
        name: "resolution", kind: .string,
        help: "of exact,probable,ambiguous,external,unresolved")

    // MARK: - Tools

    private static let overview = MCPTool(
        name: "overview", title: "Overview",
        help:
            "What is in the tree: size, languages, folders, most used code, entry points, cycles.",
        parameters: [.within, .tokens],
        shape:
            "generation:int rows:map<int> folders:any* most_used:any* entry_points:any* cycles:any* notes:string*"
    ) { call in
        var notes: [String] = []
        let values: [String: String?] = ["within": call["within"]]
        call.progress(0, 5, "counting")
        let stats = try call.ask(.stats, notes: &notes)
        call.progress(1, 5, "folders")
        let tree = try call.ask(.queryTree, [], values.with("limit", "40"), notes: &notes)
        call.progress(2, 5, "most used")
        let used = try call.ask(.queryHotspots, [], values, notes: &notes)
        call.progress(3, 5, "entry points")
        let entries = try call.ask(.queryEntryPoints, [], values, notes: &notes)
        call.progress(4, 5, "cycles")
        let cycles = try call.ask(
            .queryCycles, [], values.with("by", "file").with("top", "10"), notes: &notes)
        call.progress(5, 5, "done")
        var answer = MCPAnswer()
        let rows = stats["rows"] ?? .object([])
        answer.head = [
            ("generation", stats["generation"] ?? .null), ("rows", rows),
        ]
        answer.lines = [
            "generation \(stats.number("generation")): \(rows.number("entities")) entities, \(rows.number("edges")) edges, \(rows.number("files")) files, \(rows.number("excluded_tests")) tests left out"
        ]
        func section(
            _ name: String, _ heading: String, _ data: JSONValue, _ list: String,
            _ row: (JSONValue) -> MCPSection.Row
        ) {
            answer.sections.append(
                MCPSection(
                    name: name, heading: heading, rows: (data[list]?.array ?? []).map(row),
                    total: data.number("total")))
        }
        section("folders", "folders:", tree, "places") { place in
            let languages = (place["languages"]?.array ?? []).compactMap(\.string)
            return .init(
                text:
                    "  \(place.text("path"))\(place.text("kind") == "folder" ? "/" : ""): \(place.number("files")) files, \(place.number("entities")) entities, \(languages.joined(separator: " "))",
                value: place.only("path", "files", "entities"))
        }
        section("most_used", "most used:", used, "hotspots") { node in
            .init(
                text: "  \(node.text("key")), by \(node.number("dependents"))",
                value: node.only("key", "dependents"))
        }
        section("entry_points", "entry points:", entries, "entry_points") { node in
            .init(
                text: "  \(node.text("key")), leads to \(node.number("reach"))",
                value: node.only("key", "reach"))
        }
        section("cycles", "cycles between files:", cycles, "cycles") { cycle in
            let way = (cycle["example"]?.array ?? []).compactMap(\.string)
            return .init(
                text: "  \(cycle.number("size")) files: \(way.prefix(5).joined(separator: " > "))",
                value: cycle.only("size", "example"))
        }
        if call["within"] != nil { notes.append("rows are those of the whole store") }
        answer.notes = notes + call.staleness
        return answer
    }

    private static let search = MCPTool(
        name: "search", title: "Search names",
        help:
            "Entities by name: exact first, then prefix, parts in any order, typos. Gives their keys.",
        parameters: [
            .init(name: "query", kind: .string, help: "parts of a name", isRequired: true),
            .init(name: "kind", kind: .string, help: "such as function,method"),
            .init(name: "language", kind: .string), .within, .cursor, .tokens,
        ],
        shape: "matches:[key:string line:int match:string] \(listShape)"
    ) { call in
        var notes: [String] = []
        var values = try call.page()
        for name in ["kind", "language", "within"] { values[name] = call[name] }
        let data = try call.ask(.querySearch, [call["query"] ?? ""], values, notes: &notes)
        if data.number("total") == 0 { notes.append("nothing has a name like that") }
        return call.list(data, "matches", notes: notes) { match in
            let signature = match.text("signature").prefix(160)
            return .init(
                text:
                    "\(match.text("key")) line \(match.number("start_line")): \(signature) (\(match.text("match")), used by \(match.number("dependents")))",
                value: JSONValue.object([
                    ("key", match["key"] ?? .null), ("line", match["start_line"] ?? .null),
                    ("signature", .string(String(signature))), ("match", match["match"] ?? .null),
                    ("dependents", match["dependents"] ?? .null),
                ]))
        }
    }

    private static let entity = MCPTool(
        name: "entity", title: "One entity",
        help: "A definition: where it is, signature, doc, code.",
        parameters: [.key, .init(name: "code", kind: .flag, help: "default true"), .tokens],
        shape:
            "entity:{key:string kind:string file:string start_line:int end_line:int} notes:string*"
    ) { call in
        var notes: [String] = []
        let data = try call.ask(
            .queryEntity, [call["key"] ?? ""], ["code": ""], notes: &notes)
        let entity = data["entity"] ?? .object([])
        var answer = MCPAnswer()
        answer.lines = [
            entity.text("key"),
            "\(entity.text("file")):\(entity.number("start_line"))-\(entity.number("end_line")) \(entity.text("visibility")) complexity \(entity.number("complexity"))",
        ]
        var members = entity.only(
            "key", "name", "kind", "language", "file", "start_line", "end_line", "parent",
            "visibility", "complexity")
        notes += call.staleness
        // What is said of it in any case comes first.
        let rest = MCPAnswer.room(
            call.tokens, answer.lines + notes, .object([("entity", members)]))
        func add(_ name: String, _ text: String, _ share: Double) {
            let (shown, isCut) = Self.beginning(text, tokens: Int(Double(rest) * share))
            if !shown.isEmpty {
                answer.lines.append(shown)
                members = members.adding(name, .string(shown))
            }
            if isCut {
                let lines = text.utf8.count { $0 == 10 } - shown.utf8.count { $0 == 10 }
                notes.append("\(lines) more lines of \(name) do not fit: give more max_tokens")
            }
        }
        let wantsCode = call.arguments["code"]?.bool ?? true
        add("doc", entity.text("doc"), 0.25)
        if wantsCode {
            add("code", entity.text("code"), 0.6)
        } else {
            add("signature", entity.text("signature"), 0.6)
        }
        answer.head = [("entity", members)]
        answer.notes = notes
        return answer
    }

    private static let dependencies = MCPTool(
        name: "dependencies", title: "Dependencies",
        help: "Edges to a key (direction in: who calls or uses it; the default) or from it (out).",
        parameters: [
            .key, .init(name: "direction", kind: .choice(["in", "out"])), .depth, edgeKinds,
            resolutions, .within, .cursor, .tokens,
        ],
        shape:
            "key:string edges:[key:string kind:string resolution:string] complete:bool \(listShape)"
    ) { call in
        var notes: [String] = []
        let isOut = call["direction"] == "out"
        var values = try call.page()
        for name in ["kind", "resolution", "within"] { values[name] = call[name] }
        values["depth"] = call.arguments["depth"]?.int.map { "\($0)" }
        let data = try call.ask(
            isOut ? .queryDeps : .queryRdeps, [call["key"] ?? ""], values, notes: &notes)
        if data.number("left_out_tests") > 0 {
            notes.append("\(data.number("left_out_tests")) tests are not in the store")
        }
        let unresolved = data.number("unresolved_references")
        if unresolved > 0 {
            notes.append(
                isOut
                    ? "\(unresolved) references of it could not be resolved"
                    : "a lower bound: \(unresolved) references by this name could not be resolved")
        }
        let (near, far) = isOut ? ("from", "to") : ("to", "from")
        return call.list(
            data, "edges", lines: ["\(isOut ? "from" : "to") \(data.text("key")):"],
            head: [("key", data["key"] ?? .null), ("complete", data["complete"] ?? .null)],
            notes: notes
        ) { edge in
            let depth = edge.number("depth")
            let by = depth > 1 ? " (by \(edge.text(near)))" : ""
            let resolution = edge.text("resolution")
            var value: [(name: String, value: JSONValue)] = [
                ("key", edge[far] ?? .null), ("kind", edge["kind"] ?? .null),
                ("file", edge["file"] ?? .null), ("lines", edge["lines"] ?? .null),
                ("resolution", edge["resolution"] ?? .null),
            ]
            if depth > 1 { value += [("depth", .int(Int64(depth))), ("by", edge[near] ?? .null)] }
            return .init(
                text:
                    "\(depth > 1 ? "\(depth): " : "")\(edge.text("kind")) \(edge.text(far))\(by) at \(edge.text("file")):\(edge.number("line"))\(resolution == "exact" ? "" : " [\(resolution)]")",
                value: .object(value))
        }
    }

    private static let impact = MCPTool(
        name: "impact", title: "Impact of a change",
        help: "What may break if a key changes: all that depends on it, nearest first.",
        parameters: [.key, .depth, edgeKinds, resolutions, .within, .cursor, .tokens],
        shape:
            "key:string affected:[key:string distance:int] by_distance:int* complete:bool \(listShape)"
    ) { call in
        var notes: [String] = []
        var values = try call.page()
        for name in ["kind", "resolution", "within"] { values[name] = call[name] }
        values["depth"] = call.arguments["depth"]?.int.map { "\($0)" }
        let data = try call.ask(.queryImpact, [call["key"] ?? ""], values, notes: &notes)
        let unresolved = data.number("unresolved_references")
        if unresolved > 0 {
            notes.append(
                "a lower bound: \(unresolved) references by this name could not be resolved")
        }
        if data.number("left_out_tests") > 0 {
            notes.append("\(data.number("left_out_tests")) tests are not in the store")
        }
        let distances = (data["by_distance"]?.array ?? []).compactMap(\.int)
        return call.list(
            data, "affected",
            lines: [
                "\(data.number("total")) entities in \(data.number("files")) files depend on \(data.text("key"))"
            ],
            head: [
                ("key", data["key"] ?? .null), ("files", data["files"] ?? .null),
                ("by_distance", .array(distances.prefix(20).map { .int(Int64($0)) })),
                ("complete", data["complete"] ?? .null),
            ], notes: notes
        ) { item in
            let resolution = item.text("resolution")
            return .init(
                text:
                    "\(item.number("distance")): \(item.text("key")) line \(item.number("start_line")), \(item.text("edge")) \(item.text("through"))\(resolution == "exact" ? "" : " [\(resolution)]")\(item["is_test"]?.bool == true ? " test" : "")",
                value: item.only("key", "distance", "start_line", "edge", "through", "resolution"))
        }
    }

    private static let context = MCPTool(
        name: "context", title: "Context to read",
        help:
            "The code to read before changing a key: its own, its container, what it uses and what uses it, as far as max_tokens go.",
        parameters: [.key, .tokens],
        shape: "key:string items:[key:string reason:string text:string] total:int notes:string*"
    ) { call in
        var notes: [String] = []
        let data = try call.ask(
            .queryContext, [call["key"] ?? ""], ["tokens": "\(call.tokens)"], notes: &notes)
        var answer = call.list(
            data, "items", head: [("key", data["key"] ?? .null)], notes: notes
        ) { item in
            .init(text: item.text("text"), value: item.only("key", "reason", "form", "text"))
        }
        // What is left out for want of room has no other page.
        answer.generation = nil
        answer.sections[0].total += data.number("omitted")
        return answer
    }

    private static let diff = MCPTool(
        name: "diff", title: "What changed",
        help:
            "What changed between two commits of the store (generations or labels); by default the last two.",
        parameters: [
            .init(name: "old", kind: .string), .init(name: "new", kind: .string),
            .init(name: "impact", kind: .flag, help: "what depends on the changes instead"),
            .cursor, .tokens,
        ],
        shape: "old:int new:int rows:any* \(listShape)"
    ) { call in
        var notes: [String] = []
        let new = call["new"] ?? "\(call.pinned)"
        let old = try call["old"] ?? previous(of: generation(new, call), call, &notes)
        let isImpact = call.arguments["impact"]?.bool ?? false
        var values = try call.page()
        values["at"] = .some(nil)
        if isImpact { values["impact"] = "" }
        let data = try call.ask(.diff, [old, new], values, notes: &notes)
        var answer = call.list(
            data, isImpact ? "affected" : "changes",
            lines: ["from generation \(data.number("old")) to \(data.number("new"))"],
            head: [("old", data["old"] ?? .null), ("new", data["new"] ?? .null)], notes: notes
        ) { row in
            guard !isImpact else {
                return .init(
                    text:
                        "\(row.number("distance")): \(row.text("key")) \(row.text("edge")) \(row.text("through"))",
                    value: row.only("key", "distance", "edge", "through"))
            }
            let key = (row["key"]?.array ?? []).compactMap(\.string).joined(separator: " > ")
            let columns = (row["columns"]?.array ?? []).compactMap(\.string)
            return .init(
                text:
                    "\(row.text("change")) \(row.text("relation")) \(key)\(columns.isEmpty ? "" : " (\(columns.joined(separator: ", ")))")",
                value: row.only("change", "relation", "key", "columns"))
        }
        answer.sections[0] = MCPSection(
            name: "rows", rows: answer.sections[0].rows, total: answer.sections[0].total)
        return answer
    }

    /// Of a commit that may be named by its label.
    private static func generation(_ name: String, _ call: MCPCall) throws -> UInt64 {
        try call.generation.asked { host in
            try StoreLocation.snapshot(
                Arguments(operands: [], format: .json, values: ["at": name], host: host)
            ).generation
        }
    }

    /// The commit before that one.
    private static func previous(
        of new: UInt64, _ call: MCPCall, _ notes: inout [String]
    ) throws -> String {
        let log = try call.ask(.log, [], ["limit": "1000"], notes: &notes)
        let generations = (log["commits"]?.array ?? []).map {
            UInt64(max(0, $0.number("generation")))
        }
        guard let old = generations.first(where: { $0 < new }) else {
            throw InputError(message: "there is no commit before \(new) to compare with")
        }
        return "\(old)"
    }

    /// As many whole lines of a text as so many tokens allow, plain or as JSON.
    private static func beginning(_ text: String, tokens: Int) -> (String, isCut: Bool) {
        func estimate(_ text: String) -> Int {
            max(TokenCount.estimate(text), TokenCount.estimate(JSONValue.string(text).text))
        }
        if estimate(text) <= tokens { return (text, false) }
        var shown = ""
        var count = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            count += estimate(String(line)) + 1
            if count > tokens { break }
            if !shown.isEmpty { shown += "\n" }
            shown += line
        }
        return (shown, true)
    }
}

extension [String: String?] {
    fileprivate func with(_ name: String, _ value: String) -> [String: String?] {
        merging([name: value]) { $1 }
    }
}

extension JSONValue {
    fileprivate func adding(_ name: String, _ value: JSONValue) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members + [(name, value)])
    }
}
