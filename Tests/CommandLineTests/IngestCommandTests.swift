// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Platform
import TestSupport
import Testing

@Suite struct IngestCommandTests {
    private let workspace: Workspace
    private var tool: SegstoreTool { workspace.tool }

    init() throws { workspace = try Workspace() }

    private func files(_ arguments: String...) throws -> [[String: Any]] {
        let answer = try tool.run(["files", "--format", "json"] + arguments)
        return try answer.json()["files"] as? [[String: Any]] ?? []
    }

    @Test func aTreeGoesIntoItsStore() throws {
        let answer = try tool("ingest", ".")
        #expect(answer.code == 0 && answer.error.isEmpty)
        #expect(answer.output.contains("total         3   23 B"))
        #expect(answer.output.contains(/\nignored +2: 1 binary, 1 unknown extension\n/))
        #expect(answer.output.contains(/\nentities +5: 3 module, 2 variable\n/))
        #expect(answer.output.contains(/\nedges +3: 2 exact, 1 external\n/))
        #expect(
            answer.output.contains(
                /\nchanged +3 files parsed, 0 removed, 3 linked, 22 rows written\n/))
        #expect(answer.output.contains("generation 1"))
        let rows = try files()
        #expect(rows.map { $0["file"] as? String } == ["lib/a.c", "lib/b.c", "main.swift"])
        #expect(rows.map { $0["language"] as? String } == ["c", "c", "swift"])
        #expect(rows.map { $0["size"] as? Int } == [7, 7, 9])
        let hash = try #require(rows[0]["content_hash"] as? String)
        #expect(hash.wholeMatch(of: /[0-9a-f]{16}/) != nil)
        // What differs from machine to machine is not in a store.
        #expect(rows[0]["mtime"] is NSNull)
        #expect(
            try tool("ignored").outputLines.dropFirst().map { $0.split(separator: " ").last } == [
                "logo.png", "notes.txt",
            ])
    }

    /// Calls go to the definition: who asks for the declaration means that as well.
    @Test func whatUsesADefinitionUsesItsDeclaration() throws {
        try workspace.write("lib/a.h", "int f(int);\n")
        try workspace.write("lib/a.c", "#include \"a.h\"\nint f(int x) { return x; }\n")
        try workspace.write("lib/m.c", "#include \"a.h\"\nint main() { return f(1); }\n")
        _ = try tool("ingest", ".")
        let impact = try tool("query", "impact", "a.h:f", "--format", "json").json()
        let found = impact["affected"] as? [[String: Any]] ?? []
        #expect(
            found.map { "\($0["distance"] ?? "") \($0["key"] ?? "")" } == [
                "1 c:function:f:lib/a.c", "2 c:function:main:lib/m.c",
            ], "\(impact)")
        let dead = try tool("query", "dead", "lib", "--kind", "function").output
        #expect(!dead.contains("c:function:f"), "\(dead)")
    }

    @Test func aStoreThatNobodyNamedIsNothingForGit() throws {
        #expect(try tool.run(["init", "-q"], of: "/usr/bin/git").code == 0)
        _ = try tool("ingest", ".")
        let status = try tool.run(["status", "--porcelain"], of: "/usr/bin/git").output
        #expect(status == "?? lib/\n?? logo.png\n?? main.swift\n?? notes.txt\n")
        // Whoever names one may want to keep it.
        _ = try tool("ingest", ".", "--store", "kept")
        #expect(!FileManager.default.fileExists(atPath: workspace.tree + "/kept/.gitignore"))
    }

    @Test func theSummaryIsThereForPrograms() throws {
        let summary = try tool("ingest", ".", "--format", "json", "--label", "first").json()
        #expect(summary["generation"] as? Int == 1)
        #expect(summary["label"] as? String == "first")
        #expect(summary["committed"] as? Bool == true)
        #expect(summary["files"] as? Int == 3 && summary["bytes"] as? Int == 23)
        #expect(summary["ignored"] as? Int == 2)
        #expect((summary["store_bytes"] as? Int ?? 0) > 0)
        let languages = summary["languages"] as? [[String: Any]] ?? []
        #expect(languages.map { $0["language"] as? String } == ["c", "swift"])
    }

    @Test func aTreeThatStaysMakesNoGeneration() throws {
        _ = try tool("ingest", ".")
        let again = try tool("ingest", ".", "--label", "again")
        #expect(again.code == 0)
        #expect(again.output.contains(/\nchanged +nothing, so no new generation\n/))
        #expect(again.output.contains("generation 1"))
        #expect(
            again.error
                == "segstore: nothing has changed, so there is no commit to give the label to\n")
        #expect(try tool("log", "--format", "json").json()["count"] as? Int == 1)
    }

    @Test func whatChangedIsANewGeneration() throws {
        _ = try tool("ingest", ".", "--label", "one")
        let before = try tool("files").output
        try workspace.write("lib/a.c", "long a;\n")
        try workspace.remove("lib/b.c")
        let answer = try tool("ingest", ".", "--label", "two")
        #expect(answer.output.contains(/\nchanged +1 file parsed, 1 removed,/))
        #expect(answer.output.contains("generation 2"))
        #expect(try files().map { $0["file"] as? String } == ["lib/a.c", "main.swift"])
        // The tree as it was.
        #expect(try files("--at", "one").count == 3)
        #expect(try tool("files", "--at", "1").output == before)
        #expect(try tool("stats", "--at", "one").output.contains("generation  1,"))
    }

    /// By itself or with the folder that it is in, and back again.
    @Test(arguments: ["lib/a.c", "lib/"])
    func whatIsIgnoredFromNowOnIsRemoved(pattern: String) throws {
        _ = try tool("ingest", ".")
        let count = pattern == "lib/" ? 2 : 1
        try workspace.write(".segstoreignore", pattern + "\n")
        let answer = try tool("ingest", ".")
        #expect(answer.output.contains("0 files parsed, \(count) removed,"), "\(answer.output)")
        #expect(try files().count == 3 - count)
        try workspace.remove(".segstoreignore")
        let back = try tool("ingest", ".")
        let parsed = count == 1 ? "1 file parsed" : "2 files parsed"
        #expect(back.output.contains("\(parsed), 0 removed,"), "\(back.output)")
        // What was no source goes without being counted.
        try workspace.remove("notes.txt")
        #expect(try tool("ingest", ".").output.contains("0 files parsed, 0 removed,"))
    }

    @Test func theOrderIsTheSameEveryTime() throws {
        let other = try Workspace()
        for name in ["z.c", "lib/é.c", "lib.c", "a b.c"] {
            try workspace.write(name, name)
            try other.write(name, name)
        }
        _ = try tool("ingest", ".")
        _ = try other.tool("ingest", ".")
        let mine = try tool("export").output
        #expect(mine == (try other.tool("export").output))
        #expect(
            try files().map { $0["file"] as? String } == [
                "a b.c", "lib.c", "lib/a.c", "lib/b.c", "lib/é.c", "main.swift", "z.c",
            ])
    }

    @Test func grammarsThatAreNotThereAreAnError() throws {
        let answer = try tool("ingest", ".", "--grammars", "nowhere")
        #expect(answer.code == 1)
        #expect(answer.error.contains("nowhere: there is no such directory of grammars"))
    }

    /// More threads than any machine has are as many as it has use for.
    @Test func jobsMayBeMany() throws {
        #expect(try tool("ingest", ".", "--jobs", "9223372036854775807").code == 0)
    }

    @Test func aFileThatIsBrokenIsCountedUntilItIsMended() throws {
        try workspace.write("broken.py", "def f(:\n")
        for count in [1, 1] {
            let answer = try tool("ingest", ".", "--format", "json").output
            #expect(answer.contains("\"files_with_errors\":\(count)"))
        }
        try workspace.write("broken.py", "def f(): pass\n")
        let answer = try tool("ingest", ".", "--format", "json").output
        #expect(answer.contains("\"files_with_errors\":0"))
    }

    @Test func aDirectoryMustBeThere() throws {
        for (name, message) in [
            ("nothing", "there is no such directory"), ("main.swift", "is no directory"),
        ] {
            let answer = try tool("ingest", name)
            #expect(answer.code == 1)
            #expect(answer.error.hasPrefix("segstore: \(name): \(message)"))
        }
        #expect(try Directory.kind(of: workspace.store) == .nothing)
    }

    @Test func anEmptyTreeIsSaidToBeEmpty() throws {
        try FileManager.default.createDirectory(
            atPath: workspace.tree + "/empty", withIntermediateDirectories: true)
        let answer = try tool("ingest", "empty")
        #expect(answer.code == 0)
        #expect(answer.error == "segstore: empty: holds no files, so nothing was committed\n")
        #expect(!answer.output.contains("store"))
        #expect(try Directory.kind(of: workspace.tree + "/empty/.segstore") == .nothing)
    }

    /// A store that was there before the ingest stays, and so does a folder that was.
    @Test func whatFailsLeavesNoStoreBehind() throws {
        func fail(_ store: String, _ more: String...) throws {
            // Longer than a label may be.
            let label = String(repeating: "x", count: 100_000)
            let answer = try tool.run(["ingest", ".", "--store", store, "--label", label] + more)
            #expect(answer.code != 0 && answer.output.isEmpty)
        }
        try fail("new")
        #expect(try Directory.kind(of: workspace.tree + "/new") == .nothing)
        try FileManager.default.createDirectory(
            atPath: workspace.tree + "/empty", withIntermediateDirectories: true)
        try fail("empty")
        #expect(try Directory.names(in: workspace.tree + "/empty") == [])
        _ = try tool("ingest", ".")
        let before = try tool("export").output
        try fail("new", "--base", ".segstore")
        #expect(try Directory.kind(of: workspace.tree + "/new") == .nothing)
        try fail(".segstore")
        #expect(try tool("export").output == before)
    }

    @Test func anInterruptedIngestSaysSo() throws {
        for number in 0..<400 {
            try workspace.write(
                "\(number).py", (0..<200).map { "def f\($0)(): return f0()\n" }.joined())
        }
        for hasStore in [false, true] {
            if hasStore { _ = try tool("ingest", "lib", "--store", ".segstore") }
            let ingest = try Tool(
                "segstore", ["ingest", workspace.tree, "--store", workspace.store])
            // From when it has the lock.
            let lock = workspace.store + "/lock"
            for _ in 0..<2000
            where (try? String(contentsOfFile: lock, encoding: .utf8))?
                .hasPrefix("\(ingest.processID)\n") != true
            {
                usleep(5000)
            }
            // As make and others pass it on.
            for _ in 0..<2 {
                kill(ingest.processID, SIGINT)
                usleep(1000)
            }
            #expect(ingest.wait() == 130)
            #expect(ingest.text.isEmpty)
            #expect(ingest.errorText == "segstore: stopped; the store is as it was before\n")
            #expect(try Directory.kind(of: workspace.store) == (hasStore ? .directory : .nothing))
        }
        #expect(try files().map { $0["file"] as? String } == ["a.c", "b.c"])
    }

    // MARK: - Which store

    @Test func aPlaceThatIsNoStoreIsLeftAlone() throws {
        for (place, message) in [
            ("lib", "is a directory with other things in it"),
            ("main.swift", "is neither a directory nor"),
            ("a/b", "cannot be made, for a is no directory"),
        ] {
            let answer = try tool("ingest", ".", "--store", place)
            #expect(answer.code == 1 && answer.output.isEmpty)
            #expect(answer.error.hasPrefix("segstore: \(place): \(message)"), "\(answer.error)")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: workspace.tree + "/lib").count == 2)
        try FileManager.default.createDirectory(
            atPath: workspace.tree + "/empty", withIntermediateDirectories: true)
        #expect(try tool("ingest", ".", "--store", "empty").code == 0)
    }

    /// Root may write everywhere, so it has nothing to check here.
    @Test(.enabled(if: getuid() != 0))
    func aTreeThatCannotBeWrittenNeedsAStoreElsewhere() throws {
        #expect(chmod(workspace.tree, 0o555) == 0)
        defer { chmod(workspace.tree, 0o755) }
        let answer = try tool("ingest", ".")
        #expect(answer.code == 1)
        #expect(answer.error.contains("Permission denied; choose another place with --store"))
        #expect(try tool("ingest", ".", "--store", workspace.root.file("graph")).code == 0)
    }

    @Test func theStoreIsFoundUpward() throws {
        _ = try tool("ingest", ".")
        let below = SegstoreTool(directory: workspace.tree + "/lib")
        #expect(try below("stats").output == (try tool("stats").output))
        // By ingest it is left alone: what it holds is not this tree.
        let before = try files()
        let answer = try below("ingest", ".")
        #expect(answer.code == 1)
        #expect(answer.error.contains("holds another tree than ., with lib/a.c in it"))
        #expect(try files().count == before.count)
        // Also if there is one of that name here.
        try workspace.write("lib/main.swift", "print(2)\n")
        #expect(try below("ingest", ".").error.contains("holds another tree than ."))
        try workspace.remove("lib/main.swift")
        // Where it is, it is used, but not in silence.
        _ = try tool("ingest", "lib", "--store", ".segstore")
        let second = try below("ingest", ".")
        #expect(second.code == 0)
        #expect(second.error.contains("found above ."))
        #expect(try files().map { $0["file"] as? String } == ["a.c", "b.c"])
        #expect(try Directory.kind(of: workspace.tree + "/lib/.segstore") == .nothing)
    }

    @Test func theEnvironmentNamesAStoreAndTheOptionAnother() throws {
        let first = workspace.root.file("first")
        let second = workspace.root.file("second")
        var tool = tool
        tool.environment = ["SEGSTORE": first]
        #expect(try tool("ingest", ".").code == 0)
        #expect(try Directory.kind(of: workspace.store) == .nothing)
        #expect(try tool("ingest", "lib", "--store", second).code == 0)
        #expect(try tool("files", "--format", "json").json()["total"] as? Int == 3)
        #expect(
            try tool("files", "--format", "json", "--store", second).json()["total"] as? Int == 2)
    }

    @Test func aStoreInsideOfTheTreeIsNotPartOfIt() throws {
        for _ in 0..<2 {
            let answer = try tool("ingest", ".", "--store", "graph")
            #expect(answer.output.contains(/\nignored +2: 1 binary, 1 unknown extension\n/))
        }
        #expect(
            try tool("log", "--store", "graph", "--format", "json").json()["count"] as? Int == 1)
    }

    @Test func withoutAStoreThereIsAdvice() throws {
        let outside = SegstoreTool(directory: workspace.root.path)
        for command in ["stats", "files", "ignored", "log", "verify", "compact", "recover"] {
            let answer = try outside(command)
            #expect(answer.code == 1 && answer.output.isEmpty)
            #expect(answer.error.hasPrefix("segstore: no store: "))
            #expect(answer.error.contains("make one with 'segstore ingest <dir>'"))
            let named = try outside(command, "--store", "nowhere")
            #expect(named.code == 1)
            #expect(
                named.error
                    == "segstore: nowhere: there is no store; make one with 'segstore ingest <dir>' or 'segstore import'\n"
            )
        }
    }
}
