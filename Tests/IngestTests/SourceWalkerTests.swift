// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Ingest
import Platform
import TestSupport
import Testing

@Suite struct SourceWalkerTests {
    private let root: TemporaryDirectory

    init() throws { root = try TemporaryDirectory() }

    private func make(_ path: String) throws {
        let file = root.file(path)
        try FileManager.default.createDirectory(
            atPath: Directory.parent(of: file), withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: file))
    }

    private func walk(skipping: FileStatus.Identity? = nil) throws -> [SourceWalker.Entry] {
        try SourceWalker(root: root.path, skipping: skipping).walk()
    }

    private func reason(_ entry: SourceWalker.Entry) -> IgnoredReason? {
        if case .ignored(let reason) = entry.content { reason } else { nil }
    }

    /// '-' and '.' come before '/', '0' after it: whole paths are in order, not names alone.
    @Test func pathsComeInTheOrderOfTheirBytes() throws {
        for path in ["a/z", "a/b/c", "a-b", "a.c", "a0", "a/b.c", "B", "é", "z"] { try make(path) }
        let paths = try walk().map(\.path)
        #expect(paths == ["B", "a-b", "a.c", "a/b.c", "a/b/c", "a/z", "a0", "z", "é"])
        #expect(paths == paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    @Test func whatToolsKeepForThemselvesIsNotEntered() throws {
        for path in [
            ".hg/config", "sub/.svn/x", "sub/.segstore/manifest", ".gitignore", "sub/y", ".ci/z",
        ] {
            try make(path)
        }
        #expect(try walk().map(\.path) == [".ci/z", ".gitignore", "sub/y"])
    }

    @Test func foldersThatToolsFillAreOneEntry() throws {
        for path in [
            "a/node_modules/x/y.js", "b/__pycache__/c.py", ".build/x.c", "c/d.c", "e/f.c",
            "e/.pc/a.patch/f.c", "e/.venv/lib/x.py",
        ] {
            try make(path)
        }
        let tag = "Signature: 8a477f597d28d172789f06886806bc55\n# made by a test\n"
        try Data(tag.utf8).write(to: URL(fileURLWithPath: root.file("c/CACHEDIR.TAG")))
        let entries = try walk()
        #expect(
            entries.map(\.path) == [
                ".build/", "a/node_modules/", "b/__pycache__/", "c/", "e/.pc/", "e/.venv/", "e/f.c",
            ])
        #expect(entries.map(reason).prefix(6).allSatisfy { $0 == .dependencies })
        // One's own word counts more.
        try Data("!node_modules/\n".utf8).write(
            to: URL(fileURLWithPath: root.file("a/.segstoreignore")))
        #expect(try walk().map(\.path).contains("a/node_modules/x/y.js"))
    }

    @Test func theStoreIsSkippedWhateverItsName() throws {
        for path in ["a.c", "graph/manifest"] { try make(path) }
        let store = try FileStatus(of: root.file("graph"), followingLink: true)
        #expect(try walk(skipping: store.identity).map(\.path) == ["a.c"])
    }

    @Test func linksAreNotFollowed() throws {
        try make("sub/a.c")
        #expect(symlink("..", root.file("sub/loop")) == 0)
        #expect(symlink("nowhere", root.file("dangling")) == 0)
        let entries = try walk()
        #expect(entries.map(\.path) == ["dangling", "sub/a.c", "sub/loop"])
        #expect(entries.map(reason) == [.symbolicLink, nil, .symbolicLink])
    }

    @Test func aPipeIsNoFile() throws {
        #expect(mkfifo(root.file("pipe.c"), 0o644) == 0)
        #expect(try walk().map(reason) == [.notAFile])
    }

    @Test func aNameThatIsNotUTF8IsListedWithItsBytes() throws {
        let path = Array(root.file("caf").utf8CString.dropLast()) + [CChar(bitPattern: 0xe9), 0]
        let descriptor = creat(path, 0o644)
        try #require(descriptor >= 0)
        close(descriptor)
        let entries = try walk()
        #expect(entries.map(\.path) == ["caf%E9"])
        #expect(entries.map(reason) == [.notUTF8])
    }

    @Test func aRootThatIsNotThereThrows() {
        #expect(throws: SystemError.self) {
            try SourceWalker(root: root.file("nothing")).walk()
        }
    }

    /// Root reads everything, so it has nothing to check here.
    @Test(.enabled(if: geteuid() != 0))
    func aDirectoryThatCannotBeListedIsAnEntry() throws {
        try make("closed/a.c")
        #expect(chmod(root.file("closed"), 0) == 0)
        defer { chmod(root.file("closed"), 0o755) }
        let entries = try walk()
        #expect(entries.map(\.path) == ["closed/"])
        #expect(entries.map(reason) == [.unreadable])
    }
}
