// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// stats, files, ignored, log: what is asked of a store.
@Suite struct ListingTests {
    private let workspace: Workspace
    private var tool: SegstoreTool { workspace.tool }

    init() throws {
        workspace = try Workspace()
        _ = try workspace.tool("ingest", ".", "--label", "one")
    }

    @Test func statsCountWhatThereIs() throws {
        let text = try tool("stats").output
        #expect(text.contains("generation  1,") && text.contains("label       one"))
        #expect(text.contains(/\nfiles +3\n/) && text.contains(/\nentities +5\n/))
        let json = try tool("stats", "--format", "json").json()
        #expect(json["generation"] as? Int == 1 && json["label"] as? String == "one")
        #expect(json["segments"] as? Int == 1)
        let rows = json["rows"] as? [String: Int]
        #expect(rows?["files"] == 3 && rows?["ignored_files"] == 2 && rows?["edges"] == 3)
    }

    @Test func aPartOfTheRows() throws {
        let answer = try tool("files", "--limit", "1", "--offset", "1")
        #expect(answer.outputLines.count == 2)
        #expect(answer.outputLines[1].hasSuffix("  lib/b.c"))
        #expect(answer.error == "segstore: showing 1 of 3; go on with --offset 2\n")
        let json = try tool("files", "--limit", "2", "--offset", "2", "--format", "json")
        #expect(json.error.isEmpty)
        let object = try json.json()
        #expect(object["total"] as? Int == 3 && object["count"] as? Int == 1)
        #expect(object["offset"] as? Int == 2 && object["truncated"] as? Bool == false)
        #expect((object["files"] as? [Any])?.count == 1)
    }

    @Test func anEmptyAnswerIsAnAnswer() throws {
        for arguments in [["--limit", "0"], ["--offset", "9"]] {
            let answer = try tool.run(["files"] + arguments)
            #expect(answer.code == 0 && answer.output.isEmpty)
        }
        let tests = try tool("tests")
        #expect(tests.code == 0 && tests.output.isEmpty)
        #expect(tests.error == "segstore: no tests were left out\n")
        #expect(try tool("tests", "--format", "csv").error.isEmpty)
        let json = try tool("files", "--limit", "0", "--format", "json").json()
        #expect(json["truncated"] as? Bool == true && (json["files"] as? [Any])?.isEmpty == true)
    }

    @Test func testsComeAsTheyStandInFiles() throws {
        try workspace.write("test_b.py", "class TestZ:\n    def test_a(self): pass\n")
        try workspace.write("test_a.py", "def test_z(): pass\ndef test_a(): pass\n")
        _ = try tool("ingest", ".")
        func places(_ arguments: String...) throws -> [String] {
            let rows = try tool.run(["tests", "--format", "json"] + arguments).json()[
                "excluded_tests"]
            return (rows as? [[String: Any]] ?? []).map {
                "\($0["file"] ?? ""):\($0["start_line"] ?? "") \($0["name"] ?? "")"
            }
        }
        let all = try places()
        #expect(
            all.filter { !$0.hasSuffix(":1 test_a") && !$0.hasSuffix(":1 test_b") } == [
                "test_a.py:1 test_z", "test_a.py:2 test_a", "test_b.py:1 TestZ",
                "test_b.py:2 test_a",
            ])
        #expect(try places("--offset", "1", "--limit", "2") == Array(all[1..<3]))
    }

    /// What holds no code is not the worst of what does.
    @Test func manifestsAreNotCovered() throws {
        try workspace.write("package.json", #"{"name":"x"}"#)
        let answer = try tool("ingest", ".")
        #expect(answer.code == 0)
        #expect(try tool("files").output.contains("package.json"))
        #expect(!(try tool("coverage").output.contains("package.json")))
        #expect(try tool("coverage").outputLines.count == 4)
    }

    /// What a call gives and an element have no name to be known by.
    @Test func nothingHasAnEmptyName() throws {
        try workspace.write("a.js", "f()();\na[0]();\n(function () { g() })();\n")
        _ = try tool("ingest", ".")
        let edges = try tool("export", "--relation", "edges").output
        #expect(edges.contains("javascript:unresolved:f:-") && !edges.contains("::-"))
    }

    @Test func aLabelOrGenerationMustBeThere() throws {
        for commit in ["7", "nothing"] {
            let answer = try tool("stats", "--at", commit)
            #expect(answer.code == 1 && answer.output.isEmpty)
            #expect(
                answer.error == "segstore: \(workspace.store): there is no commit '\(commit)'; "
                    + "'segstore log' lists those that can be read\n")
        }
    }

    @Test func aLabelMayLookLikeANumber() throws {
        try workspace.write("lib/a.c", "")
        _ = try tool("ingest", ".", "--label", "20250131")
        #expect(try tool("stats", "--at", "20250131").output.contains("generation  2,"))
    }

    @Test func theLogHasTheNewestFirst() throws {
        try workspace.write("lib/a.c", "")
        _ = try tool("ingest", ".")
        _ = try tool("compact")
        let lines = try tool("log").outputLines.dropFirst().map { $0.split(separator: " ") }
        #expect(lines.map { $0[0] } == ["3", "2", "1"])
        #expect(lines.map { $0[3] } == ["compaction", "write", "write"])
        #expect(lines[2].last == "one")
        let commits =
            try tool("log", "--format", "json").json()["commits"] as? [[String: Any]] ?? []
        #expect(commits.map { $0["parent"] as? Int } == [2, 1, 0])
    }

    /// A name may hold what a terminal takes as a command.
    @Test func namesAreShownNotObeyed() throws {
        try workspace.write("red\u{1b}[31m\nx.c", "x")
        _ = try tool("ingest", ".")
        let text = try tool("files")
        #expect(text.output.contains(#"red\u{1B}[31m\nx.c"#))
        let rows = try tool("files", "--format", "json").json()["files"] as? [[String: Any]] ?? []
        #expect(rows.contains { $0["file"] as? String == "red\u{1b}[31m\nx.c" })
    }

    // MARK: - Terminals

    @Test func nothingHasColorsUnlessATerminalAsksForThem() throws {
        for command in [
            ["--help"], ["stats"], ["files", "--limit", "1"], ["log"], ["verify"], ["ingest", "."],
        ] {
            let answer = try tool.run(command)
            #expect(answer.code == 0)
            #expect(!(answer.output + answer.error).contains("\u{1b}"))
        }
    }

    /// Of what is too long the middle goes; a pipe gets all of it.
    @Test func aNarrowTerminalGetsNarrowTables() throws {
        let folder = "a/very/long/way/down/to/where/it/is"
        try FileManager.default.createDirectory(
            atPath: workspace.tree + "/" + folder, withIntermediateDirectories: true)
        try workspace.write(
            folder + "/shop.py",
            "class Store:\n    def load(self): return self.save()\n    def save(self): return 1\n")
        _ = try tool("ingest", ".")
        var tool = tool
        tool.environment = ["TERM": "xterm", "NO_COLOR": "1"]
        for columns in [60, 70, 80] {
            for command in [
                ["query", "deps", "Store", "--depth", "all"], ["files"], ["languages"],
            ] {
                let text = try tool.onTerminal(arguments: command, columns: columns)
                let lines = text.split(whereSeparator: \.isNewline)
                #expect(lines.count > 3)
                #expect(lines.allSatisfy { $0.count <= columns }, "\(text)")
            }
        }
        let wide = try tool.onTerminal("query", "deps", "Store.load", columns: 80)
        #expect(wide.contains("Store.save:…"), "\(wide)")
        #expect(wide.contains(/…[^ ]*shop\.py:2/), "\(wide)")
        #expect(try tool("query", "deps", "Store.load").output.contains(folder + "/shop.py:2"))
        #expect(
            try tool.onTerminal("help", "ingest", columns: 60).split(whereSeparator: \.isNewline)
                .allSatisfy { $0.count <= 60 })
    }

    @Test func aTerminalGetsColorsAndMayRefuseThem() throws {
        var tool = tool
        tool.environment = ["TERM": "xterm"]
        #expect(try tool.onTerminal("stats").contains("\u{1b}[2mstore\u{1b}[0m"))
        tool.environment = ["TERM": "xterm", "NO_COLOR": "1"]
        #expect(!(try tool.onTerminal("stats").contains("\u{1b}")))
        tool.environment = ["TERM": "dumb"]
        #expect(!(try tool.onTerminal("ingest", ".").contains("\u{1b}")))
    }
}
