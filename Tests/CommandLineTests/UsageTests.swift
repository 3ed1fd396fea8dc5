// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// Help, and words that make no sense.
@Suite struct UsageTests {
    private let workspace: Workspace
    private var tool: SegstoreTool { workspace.tool }

    init() throws { workspace = try Workspace() }

    private static let commands = [
        "ingest", "import", "export", "schema", "query deps", "query rdeps", "query entity",
        "sql", "stats",
        "files", "tests", "coverage", "ignored", "languages", "log", "diff", "inspect", "verify",
        "compact", "gc", "backup",
        "recover", "completions", "man",
    ]

    /// SEGSTORE_WRITE_GOLDEN=1 writes it anew.
    @Test func helpIsWhatItWas() throws {
        var text = try tool("--help").output
        for command in Self.commands {
            text += "\n" + (try tool.run(["help"] + Self.words(command)).output)
        }
        let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/help.txt")
        if ProcessInfo.processInfo.environment["SEGSTORE_WRITE_GOLDEN"] != nil {
            try Data(text.utf8).write(to: golden)
        }
        #expect(text == (try String(contentsOf: golden, encoding: .utf8)))
        for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test(arguments: [["--help"], ["-h"], ["help"], ["help", "help"]])
    func helpHasManyNames(arguments: [String]) throws {
        let answer = try tool.run(arguments)
        #expect(answer.code == 0 && answer.error.isEmpty)
        #expect(answer.output == (try tool("--help").output))
    }

    @Test(arguments: commands)
    func aCommandsHelpHasManyNames(command: String) throws {
        let words = Self.words(command)
        let help = try tool.run(["help"] + words)
        #expect(help.code == 0 && help.output.hasPrefix("segstore \(command): "))
        #expect(try tool.run(words + ["--help"]).output == help.output)
        #expect(try tool.run(["-h"] + words).output == help.output)
    }

    private static func words(_ command: String) -> [String] {
        command.split(separator: " ").map(String.init)
    }

    @Test func helpOnAFamilyListsIt() throws {
        let help = try tool("help", "query")
        #expect(help.code == 0 && help.outputLines.count >= 4)
        #expect(help.output.contains("query rdeps <key>"))
    }

    @Test func theVersionNamesTheFormat() throws {
        let answer = try tool("--version")
        #expect(answer.code == 0)
        #expect(answer.output.wholeMatch(of: /segstore \d+\.\d+\.\d+ \(file format 1\)\n/) != nil)
    }

    @Test(arguments: [
        ([], "no command given"), ([""], "no command given"), ([" "], "no command given"),
        (["help", " "], "no command given"), (["", "x"], "no command given"),
        (["frobnicate"], "there is no command 'frobnicate'; 'segstore --help'"),
        (["stat"], "did you mean 'stats'?"),
        (["help", "stat"], "did you mean 'stats'?"),
        (["stats", "--frobnicate"], "no option '--frobnicate'; see 'segstore help stats'"),
        (["stats", "-x"], "no option '-x'"),
        (["stats", "--keep", "1"], "stats has no option '--keep'"),
        (["stats", "extra"], "stats has no use for 'extra'"),
        (["ingest", "a", "b"], "ingest has no use for 'b'"),
        (["ingest"], "ingest needs <dir>"),
        (["backup"], "backup needs <file>"),
        (["gc"], "gc needs --keep <N>"),
        (["gc", "--keep", "0"], "--keep needs a number, 1 or more, not '0'"),
        (["files", "--limit", "x"], "--limit needs a number, 0 or more, not 'x'"),
        (["files", "--limit=-1"], "--limit needs a number"),
        (["files", "--limit"], "--limit needs a value"),
        (["verify", "--all=1"], "--all takes no value"),
        (["stats", "--format", "xml"], "--format is text, json, ndjson or csv, not 'xml'"),
        (["query"], "query needs a second word; 'segstore help query' lists them"),
        (["query", "dep"], "query needs a second word, not 'dep'; did you mean 'deps'?"),
        (["query", "rdep"], "not 'rdep'; did you mean 'rdeps'?"),
        (["help", "query", "dep"], "query needs a second word"),
        (["quer", "deps", "x"], "there is no command 'quer'; did you mean 'query'?"),
        (["rdep", "x"], "there is no command 'rdep'; did you mean 'query rdeps'?"),
        (["ingst", "."], "there is no command 'ingst'; did you mean 'ingest'?"),
        (["stats", "--formt", "csv"], "no option '--formt'; did you mean '--format'?"),
        (["--labl", "x", "ingest"], "no option '--labl'; did you mean '--label'?"),
        (["stats", "--labl", "x"], "no option '--labl'; see 'segstore help stats'"),
        (["query", "deps"], "query deps needs <key>; see 'segstore help query deps'"),
        (["query", "deps", "a", "b"], "query deps has no use for 'b'"),
        (["query", "entity", "a", "--depth", "2"], "query entity has no option '--depth'"),
        (
            ["query", "deps", "a", "--depth", "0"],
            "--depth needs a number, 1 or more, or 'all', not '0'"
        ),
        (["query", "deps", "a", "--kind", "a,,b"], "--kind needs words with commas between"),
        (["diff", "1"], "diff needs <new>"),
        (["diff", "1", "2", "3"], "diff has no use for '3'"),
        (["import"], "import needs <file>"),
        (["import", "a", "--dangling", "x"], "--dangling is allow, warn, drop or refuse, not 'x'"),
        (["import", "a", "--input-format", "json"], "--input-format is ndjson or csv, not 'json'"),
        (["import", "main.swift", "--input-format", "csv"], "add --relation <R>"),
        (["export", "--format", "text"], "--format is ndjson, csv, json, graphml or neo4j"),
        (["man", "--format", "json"], "man has no option '--format'"),
        (["completions"], "completions needs <shell>"),
        (["completions", "ksh"], "completions for bash, zsh or fish, not 'ksh'"),
        (["export", "--format", "csv"], "only ndjson holds a whole store: add --relation <R>"),
        (["export", "-o"], "--output needs a value: --output <file>"),
        (["export", "-q"], "there is no option '-q'"),
        (["recover", "--to", "soon"], "--to needs a number"),
    ])
    func wrongUsageIsOneLineAndCode2(arguments: [String], message: String) throws {
        let answer = try tool.run(arguments)
        #expect(answer.code == 2)
        #expect(answer.output.isEmpty)
        #expect(
            answer.error.hasPrefix("segstore: ") && answer.error.contains(message),
            "\(answer.error)")
        #expect(answer.error.split(separator: "\n").count == 1)
    }

    @Test func optionsStandAnywhereAndInBothSpellings() throws {
        #expect(try tool("ingest", ".").code == 0)
        let expected = try tool(
            "files", "--limit", "1", "--store", workspace.store, "--format", "json")
        #expect(expected.code == 0)
        for arguments in [
            ["--store", workspace.store, "--format=json", "--limit=1", "files"],
            ["--format", "json", "files", "--store=\(workspace.store)", "--limit", "1"],
        ] {
            #expect(try tool.run(arguments).output == expected.output)
        }
    }

    @Test func twoDashesEndOptions() throws {
        let answer = try tool("ingest", "--", "--help")
        #expect(answer.code == 1)
        #expect(answer.error == "segstore: --help: there is no such directory\n")
    }
}
