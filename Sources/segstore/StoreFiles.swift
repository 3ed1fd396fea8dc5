// SPDX-License-Identifier: Apache-2.0
import Platform
import SegmentStore

/// The files of a store, as the disk has them.
enum StoreFiles {
    /// Bytes of all generations together.
    static func byteCount(_ path: String) -> Int {
        guard let status = try? FileStatus(of: path, followingLink: true) else { return 0 }
        guard status.kind == .directory else { return status.byteCount }
        // The current manifest has a second name among the segments.
        let names = (try? Directory.names(in: "\(path)/\(Layout.segments)")) ?? []
        return names.reduce(0) { sum, name in
            let file = "\(path)/\(Layout.segments)/\(name)"
            return sum + ((try? FileStatus(of: file, followingLink: true).byteCount) ?? 0)
        }
    }

    /// Generations that have a manifest, newest first, damaged ones included.
    static func generations(_ path: String) throws -> [UInt64] {
        try Directory.names(in: "\(path)/\(Layout.segments)").compactMap { name -> UInt64? in
            guard name.hasSuffix(Layout.manifestSuffix) else { return nil }
            return UInt64(name.dropLast(Layout.manifestSuffix.utf8.count))
        }.sorted(by: >)
    }

    static func isDirectory(_ path: String) -> Bool {
        (try? Directory.kind(of: path)) == .directory
    }

    /// Whether a path leads into a packed store, as errors name the parts of one.
    static func isInPack(_ path: String) -> Bool {
        var place = path
        while let kind = try? Directory.kind(of: place) {
            switch kind {
            case .nothing where place.utf8.contains(UInt8(ascii: "/")):
                place = Directory.parent(of: place)
            case .file: return (try? isPack(place)) ?? false
            default: return false
            }
        }
        return false
    }

    /// Whether a packed store is at that path, whole or damaged.
    static func isPack(_ path: String) throws -> Bool {
        let magic = PackStorage.magic
        return try withUnsafeTemporaryAllocation(byteCount: magic.count, alignment: 1) { buffer in
            try File(path, .read).read(buffer, at: 0) == magic.count && buffer.elementsEqual(magic)
        }
    }
}
