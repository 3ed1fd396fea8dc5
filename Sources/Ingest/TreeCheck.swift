// SPDX-License-Identifier: Apache-2.0
//
// Whether the tree is still what the store was filled from: what an ingest would find new, without
// parsing any of it.

import CodeGraph
import Codec
import Platform
import SegmentStore

package struct TreeCheck: Sendable {
    /// Where the tree is.
    package let root: String
    /// Files that were changed, are gone, or came.
    package let changedFileCount: Int

    /// Looks at every file's time and size, and at the content of those that have another. Nil if
    /// it is not known where the tree is, or it cannot be read.
    package init?(store: String, _ snapshot: Snapshot) {
        guard let record = TreeRecord(store: store), let entries = try? record.walker(store).walk(),
            let known = try? StoredFiles(snapshot)
        else { return nil }
        root = record.root
        let cache = StatCache(store: store)
        let buffer = ByteBuffer()
        var changes = 0
        var metCount = 0
        for entry in entries {
            let isKnown = known.contains(entry.path)
            if isKnown { metCount += 1 }
            guard case .file(let status) = entry.content else {
                // What was source is passed over now; what was passed over is a matter of taste.
                if isKnown { changes += 1 }
                continue
            }
            switch cache.verdict(entry) {
            case .ignored: continue
            case .source(let hash):
                if known.contentHash(entry.path) != hexadecimal(hash) { changes += 1 }
            case nil:
                if isKnown {
                    let hash = Self.hash(Directory.join(root, entry.path), status, buffer)
                    if known.contentHash(entry.path) != hash { changes += 1 }
                } else if LanguageTable.index(forName: entry.name) != nil,
                    !known.isPassedOver(entry.path)
                {
                    changes += 1
                }
            }
        }
        // The store was taken elsewhere without its tree.
        if record.isMoved, metCount == 0 { return nil }
        changedFileCount = changes + known.count - metCount
    }

    /// Empty if it cannot be read.
    private static func hash(_ path: String, _ status: FileStatus, _ buffer: ByteBuffer) -> String {
        guard let bytes = try? File(path, .read).readAll(limit: status.byteCount) else { return "" }
        return bytes.withUnsafeBytes { hexadecimal(xxh3($0)) }
    }
}

/// What the store has of the tree's files.
private struct StoredFiles {
    private let reader: Reader
    private let files: Int
    private let ignored: Int
    private let hash: Int
    let count: Int

    init(_ snapshot: Snapshot) throws {
        reader = snapshot.reader()
        files = try reader.relation(CodeGraph.files.name)
        ignored = try reader.relation(CodeGraph.ignoredFiles.name)
        hash = try reader.column("content_hash", of: files)
        count = try snapshot.rowCount(CodeGraph.files.name)
    }

    func contains(_ path: String) -> Bool { (try? reader.find(files, key: path)) != nil }

    func contentHash(_ path: String) -> String? {
        guard let row = try? reader.find(files, key: path) else { return nil }
        return try? reader.string(files, row, hash)
    }

    func isPassedOver(_ path: String) -> Bool { (try? reader.find(ignored, key: path)) != nil }
}

/// The tree that a store was filled from, and how.
package struct KnownTree: Sendable {
    package let root: String
    package let options: Ingest.Options

    /// Nil if that is not known on this machine.
    package init?(store: String) {
        guard let record = TreeRecord(store: store) else { return nil }
        root = record.root
        var options = Ingest.Options()
        options.excluded = record.excluded
        options.includesTests = record.includesTests
        self.options = options
    }
}

/// Which tree a store was filled from: a file beside it, for it is true on one machine only.
struct TreeRecord {
    static let name = "ingest-tree"

    let root: String
    /// Whether the store was made in another place.
    let isMoved: Bool
    fileprivate let excluded: [String]
    fileprivate let includesTests: Bool

    /// What stands among the patterns for an option: no pattern can be that.
    private static let testsOption = "\0tests"

    static func save(root: String, _ options: Ingest.Options, store: String) {
        guard let root = try? Environment.resolve(root),
            let place = try? Environment.resolve(store)
        else { return }
        let out = ByteBuffer()
        out.appendString(place)
        out.appendString(root)
        for pattern in options.excluded { out.appendString(pattern) }
        if options.includesTests { out.appendString(testsOption) }
        let sum = xxh3(out.bytes)
        out.append(sum)
        if let before = try? File(Directory.join(store, name), .read).readAll(limit: 1 << 20),
            before.elementsEqual(out.bytes)
        {
            return
        }
        CacheFile.write(name, in: store, [out.bytes])
    }

    init?(store: String) {
        guard let place = try? Environment.resolve(store),
            let bytes = try? File(Directory.join(store, Self.name), .read).readAll(limit: 1 << 20),
            let texts = bytes.withUnsafeBytes({ try? Self.read($0) }),
            texts.count >= 2
        else { return nil }
        excluded = texts.dropFirst(2).filter { $0 != Self.testsOption }
        includesTests = texts.dropFirst(2).contains(Self.testsOption)
        // A tree that was moved, or copied, with its store in it.
        let isInside = Directory.parent(of: texts[0]) == texts[1]
        root = isInside ? Directory.parent(of: place) : texts[1]
        isMoved = place != texts[0]
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws -> [String] {
        guard bytes.count >= 8 else { throw CodecError(.truncated, "tree record") }
        let content = UnsafeRawBufferPointer(rebasing: bytes.dropLast(8))
        var end = ByteReader(bytes, offset: content.count)
        guard try end.read(UInt64.self) == xxh3(content) else {
            throw CodecError(.inconsistent, "tree record")
        }
        var reader = ByteReader(content)
        var texts: [String] = []
        while reader.remaining > 0 { texts.append(try reader.readString(limit: 1 << 20)) }
        return texts
    }

    func walker(_ store: String) throws -> SourceWalker {
        let own = try? FileStatus(of: store, followingLink: true).identity
        return try SourceWalker(root: root, skipping: own, excluded: excluded)
    }
}
