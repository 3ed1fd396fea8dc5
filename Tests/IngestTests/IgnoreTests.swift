// SPDX-License-Identifier: Apache-2.0
//
// What is ignored is what git ignores: both are asked, of random trees with random patterns.

import Foundation
import Glibc
import Ingest
import Platform
import TestSupport
import Testing

@Suite struct IgnoreTests {
    /// A tree in a repository of its own, with no excludes of whoever runs the test.
    private struct Tree {
        let directory: TemporaryDirectory
        let root: String

        init() throws {
            directory = try TemporaryDirectory(inMemory: true)
            root = directory.file("tree")
            try FileManager.default.createDirectory(
                atPath: root, withIntermediateDirectories: true)
            _ = try git("init", "-q")
            _ = try git("config", "core.excludesFile", directory.file("excludes"))
            _ = try git("config", "user.email", "a@b")
            _ = try git("config", "user.name", "a")
        }

        func write(_ path: String, _ text: String = "") throws {
            let file = "\(root)/\(path)"
            try FileManager.default.createDirectory(
                atPath: Directory.parent(of: file), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        }

        @discardableResult
        func git(_ arguments: String..., below: String = "") throws -> [String] {
            let bytes = try #require(
                Subprocess.output(of: ["git", "-C", "\(root)/\(below)"] + arguments),
                "git \(arguments)")
            return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        }

        /// The files that git tracks or would.
        func known(below: String = "") throws -> [String] {
            Set(
                try git(
                    "ls-files", "-z", "--cached", "--others", "--exclude-standard", below: below)
            ).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }

        func walked(below: String = "") throws -> [String] {
            try SourceWalker(root: "\(root)/\(below)").walk().compactMap { entry in
                if case .file = entry.content { entry.path } else { nil }
            }
        }
    }

    private static let names = [
        "a", "b", "ab", "a.c", "b.o", "c", "[a]", "a b", "!a", "#a", "é", "A", "aB.C", "É",
    ]
    private static let pieces = [
        "a", "b", "c", "*", "?", "**", "/", "/", ".c", ".o", "[ab]", "[!a]", "[a-c]", "[[:alpha:]]",
        "\\", "!", "#", " ", "[", "]", "é", "**/", "/**", "***", "[^b]", "[]a]", "[a\\]b]",
        "A", "B", "[A]", "[A-C]", "[!A]", "[[:upper:]]", "[[:lower:]]", "\\A", "É",
    ]

    private func pattern(_ random: inout SeededGenerator) -> String {
        var text = random.chance(4) ? "!" : ""
        if random.chance(2) {
            text += random.chance(3) ? "/" : ""
            text += random.pick(Self.names)
        } else {
            for _ in 0...random.below(5) { text += random.pick(Self.pieces) }
        }
        if random.chance(4) { text += "/" }
        if random.chance(8) { text += "  " }
        if random.chance(10) { text += "\r" }
        return text
    }

    private func patterns(_ random: inout SeededGenerator) -> String {
        (0...random.below(6)).map { _ in pattern(&random) }.joined(separator: "\n")
            + (random.chance(2) ? "\n" : "")
    }

    @Test(arguments: 0..<60)
    func randomPatternsMeanWhatTheyMeanToGit(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let tree = try Tree()
        var folders = [""]
        for _ in 0..<8 {
            let folder = random.pick(folders) + random.pick(Self.names) + "/"
            folders.append(folder)
        }
        for _ in 0..<40 {
            let path = random.pick(folders) + random.pick(Self.names)
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(
                atPath: "\(tree.root)/\(path)", isDirectory: &isFolder)
            // A file of that name may stand where a folder should.
            if !isThere { try? tree.write(path) }
        }
        if seed % 3 == 0 {
            // Nothing is tracked: of two names that differ in nothing else, git would know one.
            try tree.git("config", "core.ignoreCase", random.pick(["true", "on"]))
        } else if random.chance(3) {
            try tree.git("add", "-A")
        }
        for folder in folders where random.chance(3) || folder.isEmpty {
            try? tree.write(folder + ".gitignore", patterns(&random))
        }
        if random.chance(2) { try tree.write(".git/info/exclude", patterns(&random)) }
        if random.chance(2) {
            try Data(patterns(&random).utf8).write(
                to: URL(fileURLWithPath: tree.directory.file("excludes")))
        }
        #expect(try tree.walked() == (try tree.known()))
        for folder in folders.dropFirst() where random.chance(4) {
            var isFolder: ObjCBool = false
            guard
                FileManager.default.fileExists(
                    atPath: "\(tree.root)/\(folder)", isDirectory: &isFolder), isFolder.boolValue
            else { continue }
            // Git ignores all of a folder that it ignores; who names it wants it.
            let isIgnored =
                Subprocess.output(
                    of: [
                        "git", "-C", tree.root, "check-ignore", "-q", "--no-index",
                        String(folder.dropLast()),
                    ]) != nil
            if !isIgnored {
                #expect(try tree.walked(below: folder) == (try tree.known(below: folder)))
            }
        }
    }

    /// Git compares what stands before the first wildcard apart from the rest.
    @Test(arguments: [
        "x/a**/b", "/a**/b", "/a**", "/x/a***/b/c", "/a**\\/b", "/[a]**/b", "/\\a**/b", "/a**b/c",
        "/x/**/b", "/x/**\\/b", "/**\\/**/c", "!/a**/b",
    ])
    func starsBehindLettersMeanWhatTheyMeanToGit(pattern: String) throws {
        for ignoresCase in ["true", "false"] {
            let tree = try Tree()
            try tree.git("config", "core.ignoreCase", ignoresCase)
            for start in ["", "x/"] {
                for path in ["ab", "a/b", "aq/b", "aq/r/b", "Aq/r/b/c", "a/b/c", "b", "axb/c"] {
                    try? tree.write(start + path)
                }
            }
            try tree.write(".gitignore", pattern.hasPrefix("!") ? "*\n!*/\n\(pattern)" : pattern)
            #expect(try tree.walked() == (try tree.known()))
        }
    }

    /// `*a*a*a…` takes a matcher that tries everything longer than the world stands.
    @Test func aHostilePatternTakesNoTime() throws {
        let tree = try Tree()
        let stars = String(repeating: "*a", count: 60)
        let depths = String(repeating: "**/a/", count: 30)
        try tree.write(".gitignore", "\(stars)b\n\(depths)b\n")
        let name = String(repeating: "a", count: 200)
        try tree.write(name)
        try tree.write(String(repeating: "a/", count: 60) + "c")
        let start = Clock.nanoseconds()
        #expect(try tree.walked().count == 3)
        #expect(Clock.nanoseconds() - start < 5_000_000_000)
    }

    @Test func trackedFilesAreNotIgnored() throws {
        let tree = try Tree()
        for path in ["build/kept.c", "build/sub/kept.c", "build/new.c", "x.log"] {
            try tree.write(path)
        }
        try tree.git("add", "build/kept.c", "build/sub/kept.c", "x.log")
        try tree.write(".gitignore", "build/\n*.log\n")
        try tree.write("y.log")
        #expect(
            try tree.walked() == [".gitignore", "build/kept.c", "build/sub/kept.c", "x.log"])
    }

    @Test func aRepositoryInsideHasItsOwnRules() throws {
        let tree = try Tree()
        try tree.write(".gitignore", "*.o\n")
        try tree.write("a.o")
        try tree.write("inner/a.o")
        try tree.write("inner/a.c")
        try tree.write("inner/.gitignore", "*.c\n")
        try tree.git("init", "-q", below: "inner")
        #expect(try tree.walked() == [".gitignore", "inner/.gitignore", "inner/a.o"])
    }

    @Test func anIgnoreFileOfOnesOwnComesFirst() throws {
        let tree = try Tree()
        for path in ["a.log", "b.log", "gen/x.c", "gen/y.c", "z.c"] { try tree.write(path) }
        try tree.write(".gitignore", "*.log\n")
        try tree.write(".segstoreignore", "!b.log\n/gen/*\n!gen/y.c\n")
        #expect(
            try tree.walked() == [".gitignore", ".segstoreignore", "b.log", "gen/y.c", "z.c"])
        let reasons = try SourceWalker(root: tree.root, excluded: ["z.*"]).walk()
            .compactMap { entry -> String? in
                if case .ignored(let reason) = entry.content {
                    return "\(entry.path): \(reason.rawValue)"
                }
                return nil
            }
        #expect(reasons == ["a.log: ignored by git", "gen/x.c: excluded", "z.c: excluded"])
    }

    /// A tree that is in no repository, as one out of an archive.
    @Test func ignoreFilesCountWithoutARepository() throws {
        let directory = try TemporaryDirectory(inMemory: true)
        for (path, text) in [(".gitignore", "*.log\n"), ("a.log", ""), ("b.c", "")] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: directory.file(path)))
        }
        let paths = try SourceWalker(root: directory.path).walk().compactMap { entry in
            if case .file = entry.content { entry.path } else { nil }
        }
        #expect(paths == [".gitignore", "b.c"])
    }
}
