// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What shells are offered while somebody types, by the shells themselves.
@Suite struct CompletionTests {
    private let files: RowFiles
    private var tool: SegstoreTool {
        var tool = files.tool
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folder = (SegstoreTool.path as NSString).deletingLastPathComponent
        tool.environment = ["PATH": "\(folder):\(path)", "HOME": files.root.path]
        return tool
    }
    private static let odd = "cpp:method:Box<a b>.operator&&(\"x\"):src/it's $here.cpp"

    init() throws {
        files = try RowFiles()
        try files.fill()
        let name = Self.odd.replacingOccurrences(of: "\"", with: "\\\"")
        try files.write(
            "odd.ndjson",
            RowFiles.entity(name, "operator&&", "Box<a b>.operator&&", "src/it's $here.cpp"))
        let answer = try tool("import", "odd.ndjson", "--relation", "entities", "--label", "odd")
        #expect(answer.code == 0, "\(answer.error)")
    }

    // MARK: - What is offered

    private func offered(_ words: [String], in tool: SegstoreTool? = nil) throws -> [String] {
        let answer = try (tool ?? self.tool).run(["complete", "--", "fish", ""] + words)
        #expect(answer.code == 0 && answer.error.isEmpty, "\(words): \(answer.error)")
        return answer.outputLines.map { String($0.split(separator: "\t")[0]) }
    }

    @Test func nothingIsOfferedTwice() throws {
        #expect(
            try offered(["query", "deps", "x", "--kind", "calls,"]).allSatisfy {
                $0 != "calls,calls"
            })
        let languages = try offered(["query", "search", "x", "--language", ""])
        #expect(languages.count { $0 == "typescript" } == 1)
    }

    @Test(arguments: [
        ([""], ["ingest", "query", "sql", "help"]), (["st"], ["stats"]),
        (["query", "rd"], ["rdeps"]),
        (["query", ""], ["search", "entity", "deps", "path", "context", "tree", "debt"]),
        (["help", "query", "ent"], ["entity", "entropy"]),
        (["stats", "--fo"], ["--format"]), (["stats", "--format", ""], ["text", "json", "csv"]),
        (["query", "deps", "main", "--format=s"], ["--format=svg"]),
        (["query", "deps", "main", "--kind", "calls,u"], ["calls,uses"]),
        (["query", "cycles", "--by", "f"], ["file", "folder"]),
        (["query", "search", "x", "--language", "ru"], ["rust", "ruby"]),
        (["query", "centrality", "--method", "page"], ["pagerank"]),
        (["export", "--relation", "ed"], ["edges"]), (["--store", ""], [":files"]),
        (["ingest", ""], [":folders"]), (["completions", ""], ["bash", "zsh", "fish"]),
        (["diff", "t"], ["two"]), (["stats", "--at", "on"], ["one"]),
        (["query", "deps", "ref"], ["refresh"]),
        (["query", "deps", "src/au"], ["src/auth/login.rs"]),
        (["query", "path", "main", "rust:f"], [RowFiles.main]),
        (["query", "deps", "rust:method:Session"], [RowFiles.refresh]),
        (["--format", "json", "query", "deps", "cpp:"], [odd]),
    ])
    func wordsThatMayCome(words: [String], expected: [String]) throws {
        let found = try offered(words)
        for word in expected { #expect(found.contains(word), "\(words): \(found)") }
        #expect(Set(found).count == found.count, "\(words): \(found)")
        guard let last = words.last, !last.isEmpty, !found[0].hasPrefix(":") else { return }
        #expect(found.allSatisfy { $0.hasPrefix(last) }, "\(found)")
    }

    /// No form of a picture where there is no graph; no option twice; none behind '--'.
    @Test func nothingThatWouldBeRefused() throws {
        #expect(try !offered(["stats", "--format", ""]).contains("dot"))
        #expect(try !offered(["stats", "--format", "json", "--"]).contains("--format"))
        #expect(try offered(["query", "deps", "--", "--fo"]).isEmpty)
        #expect(try !offered(["languages", "--"]).contains("--store"))
        #expect(try offered(["man", "--format", ""]).isEmpty)
    }

    /// Whatever is wrong, somebody is typing: not a word of it.
    @Test(arguments: [
        ["query", "deps", "re"], ["export", "--relation", "e"], ["frob", ""], ["diff", ""],
        ["stats", "--frob", "x", ""], ["query", "deps", "x", "--within", "s"], ["-"], ["\u{1b}["],
        ["query", "search", "x", "--kind", ",,"], ["--store=", "x"], ["help", "frob", "x", ""],
    ])
    func thereIsNoError(words: [String]) throws {
        try files.write("broken", "no store")
        for store in ["nowhere", "broken", "."] {
            _ = try offered(["--store", store] + words)
        }
    }

    /// What all of many begin with must be right, or bash would put in too much.
    @Test func ofManyTheLastIsAmongThem() throws {
        let rows = (0..<300).map {
            RowFiles.entity("c:function:f\($0):many.c", "f\($0)", "f\($0)", "many.c", code: "")
        }
        try files.write("many.ndjson", rows.joined(separator: "\n"))
        _ = try tool("import", "many.ndjson", "--relation", "entities")
        let found = try offered(["query", "deps", "c:function:f"])
        #expect(found.count == 100 && found.last == "c:function:f9:many.c")
        #expect(found.first == "c:function:f0:many.c")
    }

    // MARK: - In shells

    private func shell(_ name: String, _ script: String) throws -> [String]? {
        let which = try tool.run(["-c", "command -v \(name)"], of: "/bin/sh")
        guard which.code == 0 else { return nil }
        let path = which.output.trimmingCharacters(in: .newlines)
        let completions = try tool("completions", name).output
        try files.write("completions", completions)
        try files.write("script", ". ./completions\n" + script)
        let flags = ["bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]][name] ?? []
        let answer = try tool.run(flags + ["script"], of: path)
        #expect(answer.error.isEmpty && answer.code == 0, "\(name): \(answer.error)")
        return answer.outputLines.map(String.init)
    }

    /// As bash takes the line apart: at blanks, and at each ':' and '='.
    private func bash(_ words: [String], _ line: String) throws -> [String] {
        let quoted = words.map { "'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'" }
        let text = "'" + line.replacingOccurrences(of: "'", with: "'\\''") + "'"
        return try #require(
            try shell(
                "bash",
                """
                set -u
                COMP_WORDS=(\(quoted.joined(separator: " "))) COMP_CWORD=\(words.count - 1)
                COMP_LINE=\(text) COMP_POINT=${#COMP_LINE}
                _segstore
                printf '%s\\n' "${COMPREPLY[@]}"
                complete -p segstore
                """))
    }

    @Test func bashCompletesBehindColons() throws {
        let last = "complete -F _segstore segstore"
        #expect(try bash(["segstore", "query", "rde"], "segstore query rde") == ["rdeps", last])
        #expect(
            try bash(
                ["segstore", "query", "deps", "rust", ":", "meth"],
                "segstore query deps rust:meth")
                == [
                    "method:Cache.refresh:src/cache.rs", "method:Session.refresh:src/auth/login.rs",
                ]
                + [last])
        #expect(
            try bash(
                ["segstore", "query", "deps", "rust", ":"], "segstore query deps rust:"
            ).count == 4)
        #expect(
            try bash(["segstore", "stats", "--format", "=", "c"], "segstore stats --format=c")
                == ["csv", last])
        #expect(
            try bash(["segstore", "query", "deps", "'rust:func"], "segstore query deps 'rust:func")
                == [RowFiles.main, last])
        #expect(
            try bash(["segstore", "stats", ""], "segstore stats ").first == last)
    }

    /// What bash is given is read by bash as the key.
    @Test func bashQuotesOddNames() throws {
        let found = try bash(["segstore", "query", "deps", "cpp", ":"], "segstore query deps cpp:")
        let word = try #require(found.first)
        let answer = try tool.run(["-c", "printf %s cpp:\(word)"], of: "/bin/bash")
        #expect(answer.output == Self.odd, "\(word)")
        let begun = "cpp:method:Box\\<a\\ b"
        let more = try bash(
            ["segstore", "query", "deps", "cpp", ":", "method", ":", "Box\\<a\\ b"],
            "segstore query deps \(begun)")
        let whole = try tool.run(["-c", "printf %s cpp:method:\(more[0])"], of: "/bin/bash")
        #expect(whole.output == Self.odd, "\(more)")
    }

    @Test func bashCompletesFiles() throws {
        let found = try bash(["segstore", "import", "entit"], "segstore import entit")
        #expect(found.first == "entities.ndjson")
    }

    /// With a stand-in for what the line editor does with the words.
    @Test func zshIsGivenWords() throws {
        let script = """
            compadd() { print -rl -- $texts }
            _files() { print files }
            words=(segstore query deps rust:method:S) CURRENT=4 PREFIX=rust:method:S
            _segstore
            words=(segstore --store=x) CURRENT=2 PREFIX=--store=x
            compset() { PREFIX=${PREFIX#*=} }
            _segstore
            words=(segstore query deps 'cpp:method:Box\\<') CURRENT=4 PREFIX='cpp:method:Box\\<'
            _segstore
            """
        guard let found = try shell("zsh", script) else { return }
        #expect(found == [RowFiles.refresh, "files", Self.odd])
    }

    @Test func fishCompletes() throws {
        let script = """
            complete -C 'segstore query rd'
            complete -C 'segstore query deps rust:method:S'
            complete -C 'segstore --store entit'
            complete -C 'segstore stats --format=c'
            """
        guard let found = try shell("fish", script) else { return }
        #expect(
            found == [
                "rdeps\twhat depends on a key", RowFiles.refresh, "entities.ndjson",
                "--format=csv",
            ])
    }
}
