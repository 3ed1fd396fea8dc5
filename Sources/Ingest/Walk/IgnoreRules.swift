// SPDX-License-Identifier: Apache-2.0
//
// Which paths are to be passed over: the ignore files that are in force in a directory.

import Platform

/// The patterns of one ignore file, for what is below the directory it counts in.
final class IgnoreFile: Sendable {
    private let patterns: [IgnorePattern]
    /// How many bytes of a path stand before what the patterns are matched with.
    private let baseByteCount: Int

    /// Nil if no line of it says anything.
    init?(_ bytes: [UInt8], baseByteCount: Int, ignoresCase: Bool = false) {
        var lines = bytes[...]
        if lines.starts(with: [0xEF, 0xBB, 0xBF]) { lines.removeFirst(3) }
        var patterns: [IgnorePattern] = []
        for var line in lines.split(separator: UInt8(ascii: "\n")) {
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if let pattern = IgnorePattern(line: line, ignoresCase: ignoresCase) {
                patterns.append(pattern)
            }
        }
        guard !patterns.isEmpty else { return nil }
        self.patterns = patterns
        self.baseByteCount = baseByteCount
    }

    /// Whether the path is ignored, or taken back; nil if the file does not speak of it.
    func verdict(
        _ path: UnsafeBufferPointer<UInt8>, nameStart: Int, isDirectory: Bool
    ) -> Bool? {
        let own = UnsafeBufferPointer(rebasing: path[baseByteCount...])
        for pattern in patterns.reversed()
        where pattern.matches(
            own, nameStart: nameStart - baseByteCount, isDirectory: isDirectory)
        {
            return !pattern.isNegated
        }
        return nil
    }
}

/// What is in force in a directory. It is given paths that begin at the top of the outermost
/// repository, or at the root of the walk if that is in none.
final class IgnoreRules: Sendable {
    enum Verdict: Equatable {
        case taken
        case ignored(IgnoredReason)
        /// A directory that is ignored, but for files that git tracks.
        case trackedOnly
    }

    /// From the innermost to the outermost; they come before git's.
    private let own: [IgnoreFile]
    /// The same, then `info/exclude`, then the user's excludes file.
    private let git: [IgnoreFile]
    /// Files that git tracks although a pattern ignores them, and the directories above them.
    private let tracked: Set<String>
    /// The directory itself is ignored.
    private let isTrackedOnly: Bool
    /// `core.ignoreCase` of the repository.
    private let ignoresCase: Bool

    /// Directories that a package manager or a build tool fills, or what applies patches: quilt's
    /// `.pc` has every file that it changed once more. A `!node_modules/` of one's own
    /// takes one back.
    private static let products = IgnoreFile(
        Array(productNames.map { $0 + "/" }.joined(separator: "\n").utf8), baseByteCount: 0)
    static let productNames = [".build", ".pc", ".tox", ".venv", "__pycache__", "node_modules"]

    static let ownName = ".segstoreignore"
    static let gitName = ".gitignore"

    init(
        own: [IgnoreFile] = [], git: [IgnoreFile] = [], tracked: Set<String> = [],
        isTrackedOnly: Bool = false, ignoresCase: Bool = false
    ) {
        self.own = own
        self.git = git
        self.tracked = tracked
        self.isTrackedOnly = isTrackedOnly
        self.ignoresCase = ignoresCase
    }

    /// The file's patterns; nil if it is not there or is empty.
    static func file(
        _ path: String, baseByteCount: Int, ignoresCase: Bool, followingLink: Bool = false
    ) -> IgnoreFile? {
        guard let status = try? FileStatus(of: path, followingLink: followingLink),
            status.kind == .file,
            let bytes = try? File(path, .read).readAll(limit: 16 << 20)
        else { return nil }
        return IgnoreFile(bytes, baseByteCount: baseByteCount, ignoresCase: ignoresCase)
    }

    /// With the ignore files that stand in a directory. `path` leads there, and ends with a slash.
    func entering(_ directory: String, path: String, hasOwn: Bool, hasGit: Bool) -> IgnoreRules {
        func file(_ name: String, _ isThere: Bool) -> [IgnoreFile] {
            guard isThere else { return [] }
            // A link in a tree is not followed, as git has it.
            return Self.file(
                Directory.join(directory, name), baseByteCount: path.utf8.count,
                ignoresCase: ignoresCase
            ).map { [$0] } ?? []
        }
        let newOwn = file(Self.ownName, hasOwn)
        // Git does not look into what it ignores.
        let newGit = file(Self.gitName, hasGit && !isTrackedOnly)
        if newOwn.isEmpty, newGit.isEmpty { return self }
        return IgnoreRules(
            own: newOwn + own, git: newGit + git, tracked: tracked, isTrackedOnly: isTrackedOnly,
            ignoresCase: ignoresCase)
    }

    /// With patterns that come before all others.
    func adding(own file: IgnoreFile) -> IgnoreRules {
        IgnoreRules(
            own: [file] + own, git: git, tracked: tracked, isTrackedOnly: isTrackedOnly,
            ignoresCase: ignoresCase)
    }

    /// Those of a directory in this one, which is ignored itself or is not.
    func trackedOnly(_ isTrackedOnly: Bool) -> IgnoreRules {
        if isTrackedOnly == self.isTrackedOnly { return self }
        return IgnoreRules(
            own: own, git: git, tracked: tracked, isTrackedOnly: isTrackedOnly,
            ignoresCase: ignoresCase)
    }

    /// Those of the top of a repository inside of this one: of git's rules it has only its own.
    func enteringRepository(_ repository: GitRepository, path: String) -> IgnoreRules {
        let excludes = repository.excludes(baseByteCount: path.utf8.count)
        return IgnoreRules(
            own: own, git: excludes.files,
            tracked: Self.withParents(
                repository.trackedDespitePatterns(below: repository.top).map { path + $0 }),
            ignoresCase: excludes.ignoresCase)
    }

    static func withParents(_ paths: [String]) -> Set<String> {
        var all = Set(paths)
        for path in paths {
            var rest = path[...]
            while let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")) {
                rest = rest[..<slash]
                if !all.insert(String(rest)).inserted { break }
            }
        }
        return all
    }

    func verdict(_ path: String, isDirectory: Bool) -> Verdict {
        var path = path
        let verdict = path.withUTF8 { bytes -> Verdict? in
            let nameStart = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
            func first(_ files: [IgnoreFile]) -> Bool? {
                for file in files {
                    if let isIgnored = file.verdict(
                        bytes, nameStart: nameStart, isDirectory: isDirectory)
                    {
                        return isIgnored
                    }
                }
                return nil
            }
            if let isIgnored = first(own) { return isIgnored ? .ignored(.excluded) : .taken }
            if isDirectory,
                Self.products?.verdict(bytes, nameStart: nameStart, isDirectory: true) == true
            {
                return .ignored(.dependencies)
            }
            return isTrackedOnly || first(git) == true ? nil : .taken
        }
        if let verdict { return verdict }
        guard tracked.contains(path) else { return .ignored(.gitIgnored) }
        return isDirectory ? .trackedOnly : .taken
    }
}
