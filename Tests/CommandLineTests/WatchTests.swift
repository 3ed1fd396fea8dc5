// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct WatchTests {
    private let workspace: Workspace

    init() throws { workspace = try Workspace() }

    /// Waits until the process has said so many lines; nil if it takes too long.
    private func lines(_ tool: Tool, _ count: Int) -> [String]? {
        for _ in 0..<6000 {
            let lines = tool.text.split(separator: "\n").map(String.init)
            if lines.count >= count { return lines }
            usleep(5000)
        }
        return nil
    }

    private func keys() throws -> Set<String> {
        let rows = try workspace.tool("export", "--relation", "files", "--format", "ndjson").output
        return Set(
            try rows.split(separator: "\n").compactMap { line in
                let row = try JSONSerialization.jsonObject(with: Data(line.utf8))
                return (row as? [String: Any])?["file"] as? String
            })
    }

    @Test func whatChangesIsTakenIn() throws {
        let tool = try Tool(
            "segstore", ["ingest", workspace.tree, "--watch", "--format", "ndjson"])
        defer { tool.kill() }
        #expect(lines(tool, 1) != nil)
        // The watch begins behind the first ingest: something has to come until it is seen.
        try workspace.write("new.py", "def f(): pass\n")
        #expect(try #require(lines(tool, 2))[1].contains(#""changed":["new.py"]"#))
        // A folder that is new is watched too.
        try FileManager.default.createDirectory(
            atPath: workspace.tree + "/a/b", withIntermediateDirectories: true)
        try workspace.write("a/b/c.py", "class C: pass\n")
        #expect(try #require(lines(tool, 3))[2].contains(#""changed":["a/b/c.py"]"#))
        try workspace.write("a/b/d.py", "x = 1\n")
        #expect(try #require(lines(tool, 4))[3].contains(#""changed":["a/b/d.py"]"#))
        try workspace.remove("new.py")
        #expect(try #require(lines(tool, 5))[4].contains(#""files_removed":1"#))
        #expect(try keys() == ["main.swift", "lib/a.c", "lib/b.c", "a/b/c.py", "a/b/d.py"])
        // What is passed over from now on is named as well.
        try workspace.write(".segstoreignore", "a/b/d.py\n")
        let ignored = try #require(lines(tool, 6))[5]
        #expect(ignored.contains(#""files_removed":1"#) && ignored.contains("a/b/d.py"))
    }

    /// Waits until the store has just these files.
    private func expectFiles(_ expected: Set<String>, _ line: Int = #line) throws {
        for _ in 0..<3000 {
            if try keys() == expected { return }
            usleep(10000)
        }
        #expect(try keys() == expected, "line \(line)")
    }

    private func watching(_ root: String? = nil) throws -> Tool {
        let tool = try Tool(
            "segstore",
            ["ingest", root ?? workspace.tree, "--watch", "--store", workspace.tree + "/.segstore"])
        for _ in 0..<6000 where !tool.errorText.contains("watching") { usleep(5000) }
        return tool
    }

    @Test func aFolderThatTookAnothersPlaceIsWatched() throws {
        let tool = try watching()
        defer { tool.kill() }
        let base: Set<String> = ["main.swift", "lib/a.c", "lib/b.c"]
        let files = FileManager.default
        try files.createDirectory(
            atPath: workspace.tree + "/src/sub", withIntermediateDirectories: true)
        try workspace.write("src/sub/x.py", "x = 1\n")
        try expectFiles(base.union(["src/sub/x.py"]))
        try files.moveItem(atPath: workspace.tree + "/src", toPath: workspace.tree + "/old")
        try files.copyItem(atPath: workspace.tree + "/old", toPath: workspace.tree + "/src")
        try expectFiles(base.union(["src/sub/x.py", "old/sub/x.py"]))
        try workspace.write("src/sub/y.py", "y = 1\n")
        try expectFiles(base.union(["src/sub/x.py", "src/sub/y.py", "old/sub/x.py"]))
    }

    @Test func rulesAboveTheTreeAreWatched() throws {
        let files = FileManager.default
        try files.createDirectory(
            atPath: workspace.tree + "/.git/info", withIntermediateDirectories: true)
        let tool = try watching(workspace.tree + "/lib")
        defer { tool.kill() }
        try expectFiles(["a.c", "b.c"])
        try workspace.write(".gitignore", "b.c\n")
        try expectFiles(["a.c"])
        try workspace.write(".git/info/exclude", "a.c\n")
        try workspace.write("lib/c.c", "int c;\n")
        try expectFiles(["c.c"])
        try workspace.write(".git/info/exclude", "c.c\n")
        try expectFiles(["a.c"])
    }

    @Test func anInterruptionIsTheEnd() throws {
        let tool = try watching()
        kill(tool.processID, SIGINT)
        #expect(tool.wait() == 130)
        // It may have been looking whether something has changed.
        let last = tool.errorText.split(separator: "\n").last ?? ""
        #expect(
            [
                "segstore: stopped; the store is at generation 1",
                "segstore: stopped; the store is as it was before",
            ].contains(last))
    }

    /// It must not be forgotten because what it should have stopped has ended already.
    @Test func anInterruptionBetweenTwoRunsIsTheEnd() throws {
        for _ in 0..<3 {
            let tool = try watching()
            defer { tool.kill() }
            let other = try lockedOut(tool)
            defer { other.kill() }
            kill(tool.processID, SIGINT)
            #expect(tool.wait() == 130)
            #expect(tool.errorText.hasSuffix("segstore: stopped; the store is as it was before\n"))
            try workspace.remove("new.py")
        }
    }

    /// Who holds the lock, when the tool has met it.
    private func lockedOut(_ tool: Tool) throws -> Tool {
        let other = try Tool(
            "segstore",
            ["import", "-", "--relation", "entities", "--store", workspace.tree + "/.segstore"])
        for _ in 0..<6000 {
            let holder = try? String(contentsOfFile: workspace.store + "/lock", encoding: .utf8)
            if holder == "\(other.processID)\n" { break }
            usleep(5000)
        }
        try workspace.write("new.py", "x = 1\n")
        for _ in 0..<6000 where !tool.errorText.contains("trying again") { usleep(5000) }
        return other
    }

    /// Whoever else holds the lock, what changed meanwhile is taken in later.
    @Test func aStoreThatWasLockedIsTriedAgain() throws {
        let tool = try watching()
        defer { tool.kill() }
        try lockedOut(tool).kill()
        try expectFiles(["main.swift", "lib/a.c", "lib/b.c", "new.py"])
    }

    @Test func aFloodOfEventsLosesNothing() throws {
        let tool = try Tool(
            "segstore", ["ingest", workspace.tree, "--watch", "--format", "ndjson"])
        defer { tool.kill() }
        #expect(lines(tool, 1) != nil)
        var expected: Set<String> = ["main.swift", "lib/a.c", "lib/b.c"]
        for folder in 0..<20 {
            try FileManager.default.createDirectory(
                atPath: workspace.tree + "/f\(folder)/g", withIntermediateDirectories: true)
            for file in 0..<50 {
                let name = "f\(folder)/g/\(file).py"
                try workspace.write(name, "a\(file) = 1\n")
                if file % 2 == 0 {
                    expected.insert(name)
                } else {
                    try workspace.remove(name)
                }
            }
        }
        for _ in 0..<3000 {
            if try keys() == expected { break }
            usleep(10000)
        }
        #expect(try keys() == expected)
        #expect(try workspace.tool("verify").code == 0)
    }
}
