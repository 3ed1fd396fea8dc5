// SPDX-License-Identifier: Apache-2.0
//
// Which files there are: what a language makes modules of.

struct PathIndex: Sendable {
    private let files: Set<String>
    private let directories: Set<String>

    init(_ paths: [String]) {
        files = Set(paths)
        var directories: Set<String> = [""]
        for path in paths {
            var directory = Self.parent(of: path)
            while directories.insert(directory).inserted { directory = Self.parent(of: directory) }
        }
        self.directories = directories
    }

    func has(file path: String) -> Bool { files.contains(path) }

    func has(directory path: String) -> Bool { directories.contains(path) }

    /// Empty for the root.
    static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(path[..<slash])
    }

    static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    /// Without its extension.
    static func stem(of path: String) -> String {
        let name = name(of: path)
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else {
            return name
        }
        return String(name[..<dot])
    }

    static func segments(_ path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    }

    static func join(_ directory: String, _ name: String) -> String {
        directory.isEmpty ? name : "\(directory)/\(name)"
    }

    /// A path with `.` and `..` in it; nil if it leads out of the tree.
    static func resolve(_ path: String, from directory: String) -> String? {
        var parts = segments(directory)
        for part in segments(path) where part != "." {
            if part == ".." {
                if parts.popLast() == nil { return nil }
            } else {
                parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }
}
