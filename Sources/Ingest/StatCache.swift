// SPDX-License-Identifier: Apache-2.0
//
// What the system said of each file when it was read last, and what was found: a file that is said
// to be the same needs not be read again. Without it all files are read.

import Codec
import Platform

struct StatCache {
    enum Verdict: Sendable, Equatable {
        case source(contentHash: UInt64)
        case ignored(IgnoredReason)
    }

    private struct Entry: Equatable {
        let status: FileStatus.Stamp
        let verdict: Verdict
    }

    static let name = "ingest-cache"
    private static let magic: UInt64 = 0x3154_4154_5347_4553
    /// A file that was changed so shortly before it was read may be changed again without the
    /// system giving it another time.
    private static let racyNanoseconds: Int64 = 2_000_000_000

    private let store: String
    private var entries: [String: Entry] = [:]
    private var next: [String: Entry] = [:]

    /// The cache of the store at a path, if that is a folder; otherwise it stays empty.
    init(store: String) {
        self.store = store
        let path = Directory.join(store, Self.name)
        guard let bytes = try? File(path, .read).readAll(limit: 1 << 30) else { return }
        entries = bytes.withUnsafeBytes { (try? Self.read($0)) ?? [:] }
    }

    /// What was found in a file that has not changed since.
    func verdict(_ file: SourceWalker.Entry) -> Verdict? {
        guard case .file(let status) = file.content, let entry = entries[file.path],
            entry.status == status.stamp
        else { return nil }
        return entry.verdict
    }

    /// That this was found in a file, which was looked at not before `time`.
    mutating func keep(_ path: String, _ status: FileStatus, _ verdict: Verdict, at time: Int64) {
        guard status.changed < time - Self.racyNanoseconds else { return }
        next[path] = Entry(status: status.stamp, verdict: verdict)
    }

    /// Writes what was kept, if that is news. It is no loss if that cannot be.
    func save() {
        guard next != entries else { return }
        let out = ByteBuffer(capacity: next.count * 96)
        out.append(UInt64(SourceReader.rulesVersion))
        for (path, entry) in next {
            out.appendString(path)
            out.append(entry.status.device)
            out.append(entry.status.inode)
            out.append(entry.status.byteCount)
            out.append(entry.status.modified)
            out.append(entry.status.changed)
            switch entry.verdict {
            case .source(let hash):
                out.append(UInt8.max)
                out.append(hash)
            case .ignored(let reason):
                out.append(UInt8(IgnoredReason.allCases.firstIndex(of: reason) ?? 0))
            }
        }
        out.append(xxh3(out.bytes))
        out.append(Self.magic)
        CacheFile.write(Self.name, in: store, [out.bytes])
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws -> [String: Entry] {
        guard bytes.count >= 24 else { return [:] }
        let content = UnsafeRawBufferPointer(rebasing: bytes.dropLast(16))
        var end = ByteReader(bytes, offset: content.count)
        var reader = ByteReader(content)
        guard try end.read(UInt64.self) == xxh3(content), try end.read(UInt64.self) == magic,
            try reader.read(UInt64.self) == UInt64(SourceReader.rulesVersion)
        else { return [:] }
        var entries: [String: Entry] = [:]
        while reader.remaining > 0 {
            let path = try reader.readString(limit: 1 << 20)
            let stamp = FileStatus.Stamp(
                device: try reader.read(UInt64.self), inode: try reader.read(UInt64.self),
                byteCount: try reader.read(Int64.self), modified: try reader.read(Int64.self),
                changed: try reader.read(Int64.self))
            let kind = try reader.read(UInt8.self)
            let verdict: Verdict
            if kind == UInt8.max {
                verdict = .source(contentHash: try reader.read(UInt64.self))
            } else if IgnoredReason.allCases.indices.contains(Int(kind)) {
                verdict = .ignored(IgnoredReason.allCases[Int(kind)])
            } else {
                return [:]
            }
            entries[path] = Entry(status: stamp, verdict: verdict)
        }
        return entries
    }
}
