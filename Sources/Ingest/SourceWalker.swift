// SPDX-License-Identifier: Apache-2.0
//
// The names of a source tree, in the order of their paths' bytes: the order of keys in a store, so
// that a walk and a stored relation can be compared side by side.

import Platform

/// Why a file is in `ignored_files`.
package enum IgnoredReason: String, Sendable, CaseIterable {
    case binary = "binary"
    case tooLarge = "too large"
    case unreadable = "unreadable"
    case unknownExtension = "unknown extension"
    case symbolicLink = "symbolic link"
    case notAFile = "not a regular file"
    case notUTF8 = "name is not UTF-8"
}

package struct SourceWalker: Sendable {
    /// A file, or something that is passed over and said so.
    package struct Entry: Sendable {
        /// From the root, with `/`. Bytes that are not UTF-8 are percent-encoded.
        package let path: String
        package let content: Content

        /// The last part of the path.
        package var name: String {
            let bytes = path.utf8
            guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return path }
            return String(path[bytes.index(after: slash)...])
        }
    }

    package enum Content: Sendable {
        case file(FileStatus)
        case ignored(IgnoredReason)
    }

    /// Names that are passed over in silence, with all that is below them.
    package static let skippedNames = [".build", ".git", ".segstore"]

    private let root: String
    private let skipped: FileStatus.Identity?

    /// Walks the tree below `root`, except for the file or directory `skipped`, the store's own.
    package init(root: String, skipping skipped: FileStatus.Identity? = nil) {
        self.root = root
        self.skipped = skipped
    }

    /// Calls `visit` with every file. Links are not followed. Throws if the root cannot be listed;
    /// a directory below it that cannot is an entry.
    package func walk(_ visit: (Entry) throws -> Void) throws {
        try walk(root, prefix: "", visit)
    }

    private func walk(_ directory: String, prefix: String, _ visit: (Entry) throws -> Void) throws {
        for name in try names(in: directory) {
            let path = prefix + name.text
            switch name.content {
            case .ignored(let reason): try visit(Entry(path: path, content: .ignored(reason)))
            case .file(let status): try visit(Entry(path: path, content: .file(status)))
            case .directory:
                do {
                    try walk(Directory.join(directory, name.text), prefix: path + "/", visit)
                } catch let error as SystemError where error.call == .list {
                    // Nothing below it was visited yet: listing comes first. One that is gone by
                    // now was deleted meanwhile.
                    if !error.isMissing {
                        try visit(Entry(path: path, content: .ignored(.unreadable)))
                    }
                }
            }
        }
    }

    private struct Name {
        enum Content {
            case file(FileStatus)
            case directory
            case ignored(IgnoredReason)
        }
        let text: String
        let content: Content

        /// Names sort like the paths they begin: a directory's goes on with a slash.
        func precedes(_ other: Name) -> Bool {
            var mine = text.utf8.makeIterator()
            var theirs = other.text.utf8.makeIterator()
            while true {
                let (a, b) = (mine.next(), theirs.next())
                let left = a ?? end
                let right = b ?? other.end
                if left != right || a == nil || b == nil { return left < right }
            }
        }

        private var end: UInt8 {
            if case .directory = content { return UInt8(ascii: "/") }
            return 0
        }
    }

    private func names(in directory: String) throws(SystemError) -> [Name] {
        var names: [Name] = []
        for bytes in try Directory.rawNames(in: directory) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                names.append(Name(text: percentEncoded(bytes), content: .ignored(.notUTF8)))
                continue
            }
            if Self.skippedNames.contains(text) { continue }
            if let content = try content(Directory.join(directory, text)) {
                names.append(Name(text: text, content: content))
            }
        }
        names.sort { $0.precedes($1) }
        return names
    }

    /// Nil for what is not there any more, and for the store.
    private func content(_ path: String) throws(SystemError) -> Name.Content? {
        let status: FileStatus
        do throws(SystemError) {
            status = try FileStatus(of: path, followingLink: false)
        } catch {
            return error.isMissing ? nil : .ignored(.unreadable)
        }
        if status.identity == skipped { return nil }
        switch status.kind {
        case .file: return .file(status)
        case .directory: return .directory
        case .symbolicLink: return .ignored(.symbolicLink)
        case .other: return .ignored(.notAFile)
        }
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
