// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// Graphs for other programs, read by other programs: NetworkX, Graphviz. They must be there:
/// `scripts/setup --tests` installs them.
@Suite struct PictureTests {
    private let files: RowFiles
    private var tool: SegstoreTool { files.tool }

    /// What names may hold, and what means something to one of the forms.
    private static let oddNames = [
        "a b", "\"quoted\"", "it's", "<T & U>", "x|y`z`", "#35;", "größe 名前 🙂", "\u{1b}[31mred",
        "back\\slash\\n", "end", "n0[\"x\"]", "a;b,c", "%%", "\u{fffe}", "rtl\u{202e}cba",
        String(repeating: "long", count: 2000), "-->", "</data>", "]]>", "\u{7f}", "tab\tbed",
        "two\r\nlines",
    ]

    init() throws {
        files = try RowFiles()
        try files.fill()
        func json(_ rows: [[String: Any]]) throws -> String {
            try rows.map {
                String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self)
            }.joined(separator: "\n")
        }
        let keys = Self.oddNames.map { "rust:function:\($0):src/odd \($0).rs" }
        let entities: [[String: Any]] = zip(keys, Self.oddNames).map { key, name in
            [
                "key": key, "name": name, "qualified_name": name, "kind": "function",
                "language": "rust", "file": "src/odd \(name).rs", "start_line": 1, "end_line": 2,
                "visibility": "public", "signature": "fn \(name)(\n\t\"&amp;\",\n)", "code": "",
                "doc": "", "content_hash": "", "is_test": true, "token_count": 0, "complexity": 0,
                "root_l1": "src", "root_l2": "",
            ]
        }
        let edges: [[String: Any]] = keys.flatMap { key in
            [RowFiles.main, "rust:external:\(key.count) <&>:-"].map { to in
                [
                    "from": key, "to": to, "kind": "calls", "file": "a \"b\",\n", "line": 7,
                    "resolution": to == RowFiles.main ? "probable" : "external",
                ]
            }
        }
        try files.write("odd-entities.ndjson", json(entities))
        try files.write("odd-edges.ndjson", json(edges))
        for name in ["entities", "edges"] {
            let answer = try tool("import", "odd-\(name).ndjson", "--relation", name)
            #expect(answer.code == 0, "\(answer.error)")
        }
    }

    private func check(_ what: String) throws {
        let python = try #require(
            Python(importing: ["networkx"]), "no python3 with networkx: scripts/setup --tests")
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Independent/graphs.py").path
        let outcome = try python.run(script, [what, files.root.path])
        #expect(outcome.status == 0, "\(outcome.errors.suffix(2000))")
    }

    private func draw(_ format: String) throws -> String {
        let answer = try tool("query", "rdeps", RowFiles.main, "--depth", "all", "--format", format)
        #expect(answer.code == 0 && answer.error.isEmpty, "\(answer.error)")
        return answer.output
    }

    @Test func picturesAreTheAnswer() throws {
        for format in ["json", "graphml", "mermaid"] {
            try files.write("answer.\(format)", draw(format))
        }
        try check("picture")
    }

    @Test func graphvizReadsWhatIsDrawn() throws {
        try files.write("answer.dot", draw("dot"))
        let answer = try tool.run(
            ["dot", "-Tplain", files.root.file("answer.dot")], of: "/usr/bin/env")
        #expect(answer.code == 0 && answer.error.isEmpty, "\(answer.error)")
        let nodes = answer.output.split(separator: "\n").filter { $0.hasPrefix("node ") }
        // What was asked for, two that lead to it, and those with odd names.
        #expect(nodes.count == 3 + Self.oddNames.count, "\(nodes.count)")
        let svg = try draw("svg")
        #expect(svg.contains("<svg ") && svg.contains("größe 名前 🙂"))
        #expect(svg.contains(">back\\slash\\n<"))
        // What is not sure is dashed; what is not of the tree, too.
        let dot = try draw("dot").split(separator: "\n").filter { $0.contains(" -> ") }
        #expect(dot.count { $0.contains("style=dashed") } > Self.oddNames.count)
        #expect(dot.contains { !$0.contains("style=dashed") })
        #expect(!svg.unicodeScalars.contains("\u{1b}"))
    }

    @Test func withoutGraphvizItIsSaidWhatIsMissing() throws {
        var tool = tool
        tool.environment = ["PATH": "/nowhere"]
        let answer = try tool("query", "deps", RowFiles.main, "--format", "svg")
        #expect(answer.code == 1 && answer.output.isEmpty)
        #expect(answer.error.contains("apt-get install graphviz"), "\(answer.error)")
    }

    @Test func theWholeGraphIsWhatItsRowsAre() throws {
        for name in ["entities", "edges"] {
            try files.write("\(name).ndjson", tool("export", "--relation", name).output)
        }
        let folder = files.root.path
        for arguments in [
            ["--format", "graphml", "-o", "graph.graphml"], ["--format", "neo4j", "-o", folder],
        ] {
            let answer = try tool.run(["export"] + arguments)
            #expect(answer.code == 0 && answer.error.isEmpty, "\(answer.error)")
        }
        try check("whole")
        let piped = try tool("export", "--format", "graphml").output
        #expect(try piped == files.read("graph.graphml"))
    }

    /// However the rows came into the store.
    @Test func theSameRowsAreTheSameGraph() throws {
        let before = try tool("export", "--format", "graphml").output
        #expect(try tool("compact").code == 0)
        #expect(try tool("export", "--format", "graphml").output == before)
    }

    @Test(arguments: [
        (["--format", "neo4j"], "name a folder", 2),
        (["--format", "neo4j", "-o", "-"], "name a folder", 2),
        (["--format", "graphml", "--relation", "edges"], "leave out --relation", 2),
        (["--format", "dot"], "--format is ndjson, csv, json, graphml or neo4j, not 'dot'", 2),
        (["--format", "neo4j", "-o", "edges.csv"], "edges.csv", 1),
        (["--format", "neo4j", "-o", "no/where"], "no/where", 1),
        (["--format", "neo4j", "-o", ".segstore"], "in the store itself", 1),
    ])
    func whatCannotBeIsRefused(arguments: [String], message: String, code: Int32) throws {
        let answer = try tool.run(["export"] + arguments)
        #expect(answer.code == code && answer.error.contains(message), "\(answer.error)")
        #expect(answer.error.split(separator: "\n").count == 1)
    }
}
