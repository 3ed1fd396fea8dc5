// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// Every command that answers does so in every form.
@Suite struct FormatTests {
    private let files: RowFiles
    private var tool: SegstoreTool { files.tool }

    init() throws {
        files = try RowFiles()
        try files.fill()
        try files.write("a.c", "int a;\n")
    }

    static let commands: [[String]] =
        [
            ["import", "edges.csv", "--relation", "edges"], ["schema"], ["stats"], ["files"],
            ["ignored"], ["log"],
            ["diff", "1", "2"], ["inspect"], ["verify"], ["compact"], ["gc", "--keep", "1"],
            ["backup", "saved.seg"], ["recover", "--to", "1"], ["ingest", "."],
            ["query", "deps", "main"], ["query", "rdeps", "main", "--depth", "all"],
            ["sql", "SELECT *, line AS \"to\" FROM edges"], ["languages"], ["tests"], ["coverage"],
            ["query", "entity", "main", "--code"], ["export", "--relation", "entities"],
            ["query", "context", "main", "--tokens", "500"], ["diff", "1", "2", "--impact"],
        ] + lists

    /// Those that answer a question by a list, page by page.
    static let lists: [[String]] = [
        ["query", "deps", "main", "--depth", "all"], ["query", "rdeps", "main"],
        ["query", "impact", "Cache.refresh"], ["query", "search", "re"],
        ["query", "cycles"], ["query", "hotspots"], ["query", "hotspots", "--external"],
        ["query", "hubs"], ["query", "entry-points"], ["query", "dead"], ["query", "centrality"],
        ["query", "centrality", "--method", "betweenness", "--by", "file"], ["query", "kcore"],
        ["query", "communities"], ["query", "coupling"], ["query", "coupling", "--by", "folder"],
        ["query", "entropy"], ["query", "debt"], ["query", "tree", "--depth", "all"],
    ]

    /// What every answer says of itself, and that pages put together are the whole.
    @Test(arguments: lists)
    func pagesAddUp(command: [String]) throws {
        let limit =
            command.contains { ["deps", "rdeps", "impact", "search", "tree"].contains($0) }
            ? "--limit" : "--top"
        func answer(_ more: String...) throws -> (json: [String: Any], rows: [NSDictionary]) {
            let answer = try tool.run(command + more + ["--format", "json"])
            #expect(answer.code == 0, "\(answer.error)")
            let json = try answer.json()
            let rows = json.values.compactMap { $0 as? [NSDictionary] }.first ?? []
            return (json, rows)
        }
        let whole = try answer(limit, "1000")
        #expect(whole.json["generation"] as? Int == 2 && whole.json["label"] as? String == "two")
        #expect(whole.json["fresh"] is NSNull && whole.json["changed_files"] is NSNull)
        let total = try #require(whole.json["total"] as? Int)
        #expect(whole.json["count"] as? Int == total && whole.rows.count == total)
        #expect(whole.json["truncated"] as? Bool == false)
        var pages: [NSDictionary] = []
        for offset in stride(from: 0, to: total, by: 2) {
            let page = try answer(limit, "2", "--offset", "\(offset)")
            #expect(page.json["total"] as? Int == total && page.json["offset"] as? Int == offset)
            #expect(page.json["truncated"] as? Bool == (offset + page.rows.count < total))
            pages += page.rows
        }
        #expect(pages == whole.rows)
        #expect(try answer(limit, "2", "--offset", "1000").rows.isEmpty)
        // CSV's columns are the members of JSON's rows.
        let csv = try tool.run(command + ["--format", "csv"])
        let names = Set(Self.records(csv.output)[0])
        for row in whole.rows { #expect(Set(row.allKeys.compactMap { $0 as? String }) == names) }
    }

    @Test(arguments: commands)
    func jsonIsOneObject(command: [String]) throws {
        let answer = try tool.run(command + ["--format", "json"])
        #expect(answer.code == 0, "\(answer.error)")
        #expect(try !answer.json().isEmpty)
    }

    @Test(arguments: commands)
    func ndjsonIsAnObjectALine(command: [String]) throws {
        let answer = try tool.run(command + ["--format", "ndjson"])
        #expect(answer.code == 0, "\(answer.error)")
        for line in answer.output.split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            #expect((object as? [String: Any])?.isEmpty == false, "\(line)")
        }
        #expect(answer.output.isEmpty || answer.output.hasSuffix("}\n"))
    }

    /// As Python's reader sees it: each record has as many fields as the first.
    @Test(arguments: commands)
    func csvIsATable(command: [String]) throws {
        let answer = try tool.run(command + ["--format", "csv"])
        #expect(answer.code == 0, "\(answer.error)")
        let records = Self.records(answer.output)
        #expect(records.count >= 1 && answer.output.hasSuffix("\n"))
        #expect(Set(records.map(\.count)).count == 1, "\(answer.output)")
        #expect(Set(records[0]).count == records[0].count && !records[0].contains(""))
    }

    private static func records(_ text: String) -> [[String]] {
        var records: [[String]] = [[""]]
        var isQuoted = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: records[records.count - 1].append("")
            case "\n" where !isQuoted: records.append([""])
            default: records[records.count - 1][records[records.count - 1].count - 1] += "\(scalar)"
            }
        }
        return records.dropLast()
    }

    /// A list that is cut says so where its form cannot.
    @Test(arguments: ["text", "ndjson", "csv"])
    func whatWasLeftOutIsSaid(form: String) throws {
        _ = try tool("ingest", ".")
        let answer = try tool("ignored", "--limit", "1", "--format", form)
        #expect(answer.error.contains("showing 1 of "), "\(answer.error)")
    }

    @Test func aLanguageIsARow() throws {
        let json = try tool("languages", "--format", "json").json()
        let languages = json["languages"] as? [[String: Any]] ?? []
        #expect(languages.count > 18 && (json["folders"] as? [String])?.isEmpty == false)
        let lines = try tool("languages", "--format", "ndjson").outputLines
        #expect(lines.count == languages.count)
        let csv = try tool("languages", "--format", "csv").outputLines
        #expect(csv[0] == "language,grammar,version,abi,problem,extensions")
        #expect(csv.count == languages.count + 1)
        #expect(!(try tool("help", "languages").output.contains("--store")))
    }

    @Test func membersBecomeColumns() throws {
        let lines = try tool("stats", "--format", "csv").outputLines
        #expect(lines[0].hasPrefix("store,generation,label,time,"))
        #expect(lines[0].contains(",rows.entities,rows.edges,"))
        #expect(lines[1].contains(",2,two,"))
    }
}
