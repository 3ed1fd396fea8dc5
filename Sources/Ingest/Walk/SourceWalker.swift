// SPDX-License-Identifier: Apache-2.0
//
// The files of a source tree, in the order of their paths' bytes: the order of keys in a store, so
// that a walk and a stored relation can be compared side by side.

import Dispatch
import Platform

/// Why a file is in `ignored_files`.
package enum IgnoredReason: String, Sendable, CaseIterable {
    case binary = "binary"
    case tooLarge = "too large"
    case tooHard = "too hard to parse"
    case unreadable = "unreadable"
    case unknownExtension = "unknown extension"
    case noParser = "no parser"
    case noGrammar = "grammar is missing"
    case symbolicLink = "symbolic link"
    case notAFile = "not a regular file"
    case notUTF8 = "name is not UTF-8"
    case gitIgnored = "ignored by git"
    case excluded = "excluded"
    case dependencies = "dependencies or build products"
}

package struct SourceWalker: Sendable {
    /// A file, or something that is passed over and said so.
    package struct Entry: Sendable {
        /// From the root, with `/`; that of a directory, which is only listed where all of it is
        /// passed over, ends with one. Bytes that are not UTF-8 are percent-encoded.
        package let path: String
        package let content: Content

        /// The last part of the path.
        package var name: String { SourceLanguage.lastName(of: path) }
    }

    package enum Content: Sendable {
        case file(FileStatus)
        case ignored(IgnoredReason)
    }

    /// What version control and this tool keep for themselves: passed over in silence.
    package static let silentNames: Set<String> = [".git", ".hg", ".jj", ".segstore", ".svn"]
    /// A directory with it says that it can be made again (bford.info/cachedir).
    private static let cacheTag = "CACHEDIR.TAG"
    private static let cacheSignature = "Signature: 8a477f597d28d172789f06886806bc55"

    private let root: String
    private let skipped: FileStatus.Identity?
    private let rules: IgnoreRules
    /// What stands before a path in the eyes of the rules.
    private let base: String
    /// Directories outside of the tree with files in them that the rules depend on.
    private let ruleDirectories: [String]

    /// Walks the tree below `root`, except for the file or directory `skipped`, the store's own,
    /// and for what the patterns `excluded` say, which read as lines of a .gitignore there.
    package init(
        root: String, skipping skipped: FileStatus.Identity? = nil, excluded: [String] = []
    ) throws {
        self.root = root
        self.skipped = skipped
        let absolute = try Environment.resolve(root)
        var base = ""
        var rules = IgnoreRules()
        var ruleDirectories: [String] = []
        if let repository = GitRepository.around(absolute) {
            if absolute != repository.top {
                let start = repository.top == "/" ? 1 : repository.top.utf8.count + 1
                base = String(decoding: absolute.utf8.dropFirst(start), as: UTF8.self) + "/"
            }
            let tracked = repository.trackedDespitePatterns(below: absolute)
            let excludes = repository.excludes(baseByteCount: 0)
            rules = IgnoreRules(
                git: excludes.files,
                tracked: IgnoreRules.withParents(tracked.map { base + $0 }),
                ignoresCase: excludes.ignoresCase)
            rules = Self.entering(repository.top, base, rules)
            var above = absolute
            while above != repository.top {
                above = Directory.parent(of: above)
                ruleDirectories.append(above)
            }
            ruleDirectories += repository.ruleDirectories
        }
        self.ruleDirectories = ruleDirectories
        let arguments = Array(excluded.joined(separator: "\n").utf8)
        if let file = IgnoreFile(arguments, baseByteCount: base.utf8.count) {
            rules = rules.adding(own: file)
        }
        self.base = base
        self.rules = rules
    }

    /// The rules of the directories above the root, from the top of its repository on.
    private static func entering(_ top: String, _ base: String, _ rules: IgnoreRules)
        -> IgnoreRules
    {
        var rules = rules
        var directory = top
        var path = ""
        for name in base.utf8.split(separator: UInt8(ascii: "/")) {
            rules = rules.entering(directory, path: path, hasOwn: true, hasGit: true)
            let name = String(Substring(name))
            directory = Directory.join(directory, name)
            path += name + "/"
        }
        return rules
    }

    // MARK: - Walking

    private struct Place: Sendable {
        let directory: String
        /// From the root, ending with a slash, or empty.
        let prefix: String
        let rules: IgnoreRules
    }

    private struct Found: Sendable {
        var entries: [Entry] = []
        var places: [Place] = []
    }

    package struct Tree: Sendable {
        /// All files, and what is passed over.
        package var entries: [Entry] = []
        /// Directories that were looked into, and those outside whose files say what is ignored.
        package var directories: [String] = []
    }

    package func walk() throws -> [Entry] { try tree().entries }

    /// Links are not followed. Throws if the root cannot be listed; a directory below it that
    /// cannot is an entry.
    package func tree() throws -> Tree {
        var tree = Tree()
        tree.directories = ruleDirectories
        var places = [Place(directory: root, prefix: "", rules: rules)]
        // Level by level, the directories of one side by side.
        while !places.isEmpty {
            let current = places
            tree.directories += current.map(\.directory)
            let found = Locked([Found](repeating: Found(), count: current.count))
            let failure = Locked<(any Error)?>(nil)
            DispatchQueue.concurrentPerform(iterations: current.count) { index in
                do {
                    let result = try list(current[index])
                    found.withLock { $0[index] = result }
                } catch {
                    failure.withLock { $0 = error }
                }
            }
            if let error = failure.withLock({ $0 }) { throw error }
            places = []
            for result in found.withLock({ $0 }) {
                tree.entries += result.entries
                places += result.places
            }
        }
        tree.entries.sort { $0.path.precedesByBytes($1.path) }
        return tree
    }

    private func list(_ place: Place) throws -> Found {
        var found = Found()
        let directory: OpenDirectory
        let raw: [[UInt8]]
        do throws(SystemError) {
            directory = try OpenDirectory(place.directory)
            raw = try directory.rawNames()
        } catch {
            if place.prefix.isEmpty { throw error }
            // One that is gone by now was deleted meanwhile.
            if !error.isMissing {
                found.entries.append(Entry(path: place.prefix, content: .ignored(.unreadable)))
            }
            return found
        }
        var names: [String] = []
        var isRepository = false
        var hasOwn = false
        var hasGit = false
        for bytes in raw {
            guard let name = String(validating: bytes, as: UTF8.self) else {
                let path = place.prefix + percentEncoded(bytes)
                found.entries.append(Entry(path: path, content: .ignored(.notUTF8)))
                continue
            }
            switch name {
            case GitRepository.directoryName: isRepository = true
            case IgnoreRules.ownName: hasOwn = true
            case IgnoreRules.gitName: hasGit = true
            case Self.cacheTag where !place.prefix.isEmpty && isCache(place.directory):
                found.entries = [Entry(path: place.prefix, content: .ignored(.dependencies))]
                return found
            default: break
            }
            names.append(name)
        }
        var rules = place.rules
        if isRepository, !place.prefix.isEmpty,
            let repository = GitRepository(at: place.directory)
        {
            rules = rules.enteringRepository(repository, path: base + place.prefix)
        }
        rules = rules.entering(
            place.directory, path: base + place.prefix, hasOwn: hasOwn, hasGit: hasGit)
        for name in names where !Self.silentNames.contains(name) {
            look(at: name, in: directory, place, rules, &found)
        }
        return found
    }

    private func look(
        at name: String, in directory: OpenDirectory, _ place: Place, _ rules: IgnoreRules,
        _ found: inout Found
    ) {
        let status: FileStatus
        do throws(SystemError) {
            status = try directory.status(of: name)
        } catch {
            if !error.isMissing {
                found.entries.append(
                    Entry(path: place.prefix + name, content: .ignored(.unreadable)))
            }
            return
        }
        if status.identity == skipped { return }
        let isDirectory = status.kind == .directory
        let path = place.prefix + name + (isDirectory ? "/" : "")
        var content = Content.file(status)
        var below = rules
        switch rules.verdict(base + place.prefix + name, isDirectory: isDirectory) {
        case .taken: below = rules.trackedOnly(false)
        case .trackedOnly: below = rules.trackedOnly(true)
        case .ignored(let reason): content = .ignored(reason)
        }
        if case .file = content {
            switch status.kind {
            case .file: break
            case .directory:
                found.places.append(
                    Place(
                        directory: Directory.join(place.directory, name), prefix: path,
                        rules: below))
                return
            case .symbolicLink: content = .ignored(.symbolicLink)
            case .other: content = .ignored(.notAFile)
            }
        }
        found.entries.append(Entry(path: path, content: content))
    }

    private func isCache(_ directory: String) -> Bool {
        let path = Directory.join(directory, Self.cacheTag)
        guard let status = try? FileStatus(of: path, followingLink: false), status.kind == .file,
            let bytes = try? File(path, .read).readAll(limit: 1 << 16)
        else { return false }
        return bytes.starts(with: Self.cacheSignature.utf8)
    }

    private func percentEncoded(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            if byte < 0x80 {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
