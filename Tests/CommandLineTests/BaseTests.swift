// SPDX-License-Identifier: Apache-2.0
import Foundation
import Platform
import TestSupport
import Testing

/// A store that begins with that of a sibling worktree.
@Suite struct BaseTests {
    private let workspace: Workspace
    private let second: String
    private var tool: SegstoreTool { workspace.tool }

    init() throws {
        workspace = try Workspace()
        second = workspace.root.file("second")
        _ = try workspace.tool("ingest", ".", "--label", "one")
        try FileManager.default.createDirectory(
            atPath: second + "/lib", withIntermediateDirectories: true)
        for name in ["main.swift", "lib/a.c", "notes.txt", "logo.png"] {
            try FileManager.default.copyItem(
                atPath: "\(workspace.tree)/\(name)", toPath: "\(second)/\(name)")
        }
        try Data("int b2;\n".utf8).write(to: URL(fileURLWithPath: second + "/lib/b.c"))
    }

    private func segments(_ store: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: store + "/segments")
            .filter { $0.hasSuffix(".seg") }.sorted()
    }

    private func linkCount(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.referenceCount] as? Int
    }

    private func check(_ base: String, areShared: Bool) throws {
        let store = second + "/.segstore"
        let before = try tool("export").output
        let answer = try tool(
            "ingest", second, "--store", store, "--base", base, "--format", "json")
        #expect(answer.code == 0 && answer.error.isEmpty, "\(answer.error)")
        #expect(try answer.json()["files_parsed"] as? Int == 1)
        let first = try #require(try segments(workspace.store).first)
        #expect(try linkCount("\(store)/segments/\(first)") == (areShared ? 2 : 1))

        let fresh = workspace.root.file("fresh")
        #expect(try tool("ingest", second, "--store", fresh).code == 0)
        let exported = try tool("export", "--store", store).output
        #expect(exported == (try tool("export", "--store", fresh).output))
        #expect(exported != before)
        // What one drops stays the other's.
        #expect(try tool("compact", "--store", store).code == 0)
        #expect(try tool("gc", "--keep", "1", "--store", store).code == 0)
        #expect(try tool("verify", "--store", store).code == 0)
        #expect(try tool("verify").code == 0)
        #expect(try tool("export").output == before)
        #expect(try tool("export", "--store", store).output == exported)
    }

    @Test func theStoreOfAWorktree() throws { try check(workspace.store, areShared: true) }

    /// The store or, as people say, the tree that it is of.
    @Test func theWorktreeItself() throws {
        let other = workspace.tree + "/"
        try check(other, areShared: true)
        #expect(try tool("stats", "--store", other).output == (try tool("stats").output))
    }

    @Test func aBackup() throws {
        let pack = workspace.root.file("tree.seg")
        #expect(try tool("backup", pack).code == 0)
        try check(pack, areShared: false)
    }

    @Test func aStoreThatIsThereStays() throws {
        let answer = try tool("ingest", ".", "--base", workspace.root.file("nothing"))
        #expect(answer.code == 0 && answer.error.contains("so --base has no use"))
        let wrong = try tool(
            "ingest", second, "--store", second + "/.segstore", "--base",
            workspace.root.file("nothing"))
        #expect(wrong.code == 1 && wrong.output.isEmpty)
        #expect(wrong.error.contains("nothing: there is no store"))
    }
}
