// SPDX-License-Identifier: Apache-2.0
//
// The folders of a tree, with what is in them.

import CodeGraph
import SegmentStore

/// Folders and files with counts, in the order in which a tree is walked.
public struct FolderTree: Sendable {
    /// A folder, or a file.
    public struct Place: Sendable, Equatable {
        /// From the root of the tree; `.` for that.
        public let path: String
        /// The last part of it.
        public let name: String
        /// How far below where the tree begins.
        public let depth: Int
        /// Whether it is a folder.
        public let isFolder: Bool
        /// Files in it, and in the folders within.
        public var fileCount = 0
        /// All of them together.
        public var byteCount = 0
        /// Entities in them.
        public var entityCount = 0
        /// In which they are written, the one of most files first.
        public var languages: [String] = []
    }

    /// Folders before what is in them, those of a folder by their names, then its files.
    public private(set) var places: [Place] = []

    /// No tree of folders is deeper than a path can be; rows that others made may say anything.
    private static let depthLimit = 255

    private struct Found {
        var place: Place
        var languages: [String: Int] = [:]
        /// Puts folders before files, and both behind what they are in.
        let order: [UInt8]
    }

    /// What is in `folder`, that many folders deep; the files themselves only without a bound.
    public init(_ reader: Reader, in folder: String = "", depth: Int = .max) throws {
        let files = try reader.relation(CodeGraph.files.name)
        let columns = try ["file", "size", "language"].map { try reader.column($0, of: files) }
        let entities = try reader.relation(CodeGraph.entities.name)
        let counts = try reader.counts(entities, by: try reader.column("file", of: entities))
        let start = folder.split(separator: "/").count
        var found: [ByteText: Found] = [:]
        var leaves: [Found] = []
        try reader.forEachRowByKey(files) { row in
            let path = try reader.string(files, row, columns[0]) ?? ""
            guard isPath(path, in: folder) else { return }
            let bytes = Int(try reader.int(files, row, columns[1]) ?? 0)
            let language = try reader.string(files, row, columns[2]) ?? ""
            let parts = path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
            let count = counts[path] ?? 0
            // A folder may be a file, if that is what was asked for.
            let deepest = max(start, parts.count - 1)
            for level in start...min(deepest, start + min(depth, Self.depthLimit)) {
                let name = parts.prefix(level).joined(separator: "/")
                let place = ByteText(name)
                if found[place] == nil {
                    found[place] = Found(
                        place: Place(
                            path: name.isEmpty ? "." : name, name: parts.prefix(level).last ?? ".",
                            depth: level - start, isFolder: level < max(parts.count, 1)),
                        order: Self.order(parts.prefix(level), isFile: false))
                }
                found[place]?.place.fileCount += 1
                let sum = (found[place]?.place.byteCount ?? 0).plus(bytes)
                found[place]?.place.byteCount = sum
                found[place]?.place.entityCount += count
                found[place]?.languages[language, default: 0] += 1
            }
            guard depth == .max, parts.count > start || start == 0 else { return }
            leaves.append(
                Found(
                    place: Place(
                        path: path, name: parts.last ?? path, depth: deepest - start + 1,
                        isFolder: false, fileCount: 1, byteCount: bytes, entityCount: count),
                    languages: [language: 1], order: Self.order(parts[...], isFile: true)))
        }
        places = (Array(found.values) + leaves)
            .sorted { $0.order.lexicographicallyPrecedes($1.order) }
            .map { found in
                var place = found.place
                place.languages = found.languages.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                    .map(\.key)
                return place
            }
    }

    /// Whether anything is in a folder, or the file is there.
    public static func isKnown(_ folder: String, _ reader: Reader) throws -> Bool {
        let files = try? reader.relation(CodeGraph.files.name)
        let entities = try EntityReader(reader)
        func isThere(_ path: String) throws -> Bool {
            if let files, try reader.find(files, key: path) != nil { return true }
            return try !entities.rows(file: path).isEmpty
        }
        if try isThere(folder) { return true }
        // Those that are gone may be listed too, but not for long, nor so many.
        let paths = try reader.strings(
            ofDomain: CodeGraph.fileDomain, prefix: folder + "/", limit: Self.lookedAtCount)
        return try paths.count == Self.lookedAtCount || paths.contains(where: isThere)
    }

    private static let lookedAtCount = 1000

    private static func order(_ parts: ArraySlice<String>, isFile: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            bytes.append(isFile && index == parts.count - 1 ? 2 : 1)
            bytes += part.utf8
        }
        return bytes
    }
}
