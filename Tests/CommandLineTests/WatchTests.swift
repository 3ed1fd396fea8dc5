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
        for _ in 0..<2000 {
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
        for _ in 0..<500 {
            if try keys() == expected { break }
            usleep(10000)
        }
        #expect(try keys() == expected)
        #expect(try workspace.tool("verify").code == 0)
    }
}
