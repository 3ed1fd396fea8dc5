// SPDX-License-Identifier: Apache-2.0
//
// What git itself is asked about a repository: which files of the user's and the repository's hold
// patterns, and which files are tracked although a pattern ignores them.

import Platform

struct GitRepository {
    /// The directory with `.git` in it, and that.
    let top: String
    private let gitDirectory: String

    static let directoryName = ".git"

    /// The repository whose work tree's top is this directory.
    init?(at top: String) {
        let path = Directory.join(top, Self.directoryName)
        switch try? Directory.kind(of: path) {
        case .directory: gitDirectory = path
        case .file:
            // Of a worktree or a submodule: a line says where the directory is.
            guard let text = Self.text(path), text.hasPrefix("gitdir: ") else { return nil }
            gitDirectory = Self.absolute(String(text.dropFirst("gitdir: ".utf8.count)), top)
        default: return nil
        }
        self.top = top
    }

    /// The repository that a directory is in, or is the top of.
    static func around(_ directory: String) -> GitRepository? {
        var path = directory
        while true {
            if let repository = GitRepository(at: path) { return repository }
            if path == "/" { return nil }
            path = Directory.parent(of: path)
        }
    }

    /// Of what all work trees of a repository share.
    private var infoDirectory: String {
        let common =
            Self.text(Directory.join(gitDirectory, "commondir"))
            .map { Self.absolute($0, gitDirectory) } ?? gitDirectory
        return Directory.join(common, "info")
    }

    /// Where the index is, which says what is tracked, and `info/exclude`.
    var ruleDirectories: [String] { [gitDirectory, infoDirectory] }

    /// `info/exclude`, then the user's own, for paths that have so many bytes more in front; and
    /// whether capitals are letters like others in all patterns.
    func excludes(baseByteCount: Int) -> (files: [IgnoreFile], ignoresCase: Bool) {
        let settings = settings
        let ignoresCase = settings["core.ignorecase"].map { Self.isTrue($0) } ?? false
        let paths = [
            Directory.join(infoDirectory, "exclude"), userExcludes(settings["core.excludesfile"]),
        ]
        let files = paths.compactMap { path in
            path.flatMap {
                IgnoreRules.file(
                    $0, baseByteCount: baseByteCount, ignoresCase: ignoresCase, followingLink: true)
            }
        }
        return (files, ignoresCase)
    }

    /// What git's configuration says of patterns; of several that which counts.
    private var settings: [String: String] {
        let names = "^core\\.(excludesfile|ignorecase)$"
        var settings: [String: String] = [:]
        for entry in (run("config", "--null", "--type=path", "--get-regexp", names) ?? [])
            .split(separator: 0)
        {
            let parts = entry.split(separator: UInt8(ascii: "\n"), maxSplits: 1)
            guard let name = parts.first else { continue }
            // A name alone is as good as `true`.
            settings[String(decoding: name, as: UTF8.self)] =
                parts.count == 2 ? String(decoding: parts[1], as: UTF8.self) : "true"
        }
        return settings
    }

    private static func isTrue(_ text: String) -> Bool {
        ["true", "yes", "on", "1"].contains(text.lowercased())
    }

    private func userExcludes(_ setting: String?) -> String? {
        if let setting { return Self.absolute(setting, top) }
        if let directory = Environment["XDG_CONFIG_HOME"], !directory.isEmpty {
            return Directory.join(directory, "git/ignore")
        }
        return Environment["HOME"].map { Directory.join($0, ".config/git/ignore") }
    }

    /// Tracked files that a pattern ignores, from `directory` on, which is below the top or it.
    func trackedDespitePatterns(below directory: String) -> [String] {
        guard
            let bytes = run(
                "ls-files", "-z", "--cached", "--ignored", "--exclude-standard", in: directory)
        else { return [] }
        return bytes.split(separator: 0).compactMap { String(validating: $0, as: UTF8.self) }
    }

    /// Git, kept from running programs that the repository names, and from writing to it.
    private func run(_ arguments: String..., in directory: String? = nil) -> [UInt8]? {
        Subprocess.output(
            of: [
                "git", "-C", directory ?? top, "-c", "core.fsmonitor=false", "-c",
                "core.hooksPath=/dev/null",
            ] + arguments, environment: ["GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"],
            without: ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"])
    }

    private static func absolute(_ path: String, _ directory: String) -> String {
        path.hasPrefix("/") ? path : Directory.join(directory, path)
    }

    private static func text(_ path: String) -> String? {
        (try? File(path, .read).readAll(limit: 1 << 16)).flatMap(line)
    }

    private static func line(_ bytes: [UInt8]) -> String? {
        let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return line.isEmpty ? nil : line
    }
}
