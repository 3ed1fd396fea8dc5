// SPDX-License-Identifier: Apache-2.0
//
// Reads a file once and says whether it is source, and of what language.

import Codec
import Platform

/// Keeps the buffer that files are read into: touching fresh memory costs more than reading.
final class FileContents {
    struct Source {
        let language: String
        let byteCount: Int
        /// Nanoseconds since 1970.
        let modified: Int64
        /// XXH3 of the content, as 16 hexadecimal digits.
        let hash: String
    }

    enum Result {
        case source(Source)
        case ignored(IgnoredReason)
        /// Deleted since the directory was listed.
        case gone
    }

    /// A file with a zero byte among so many of its first bytes is binary, as it is for git.
    private static let sniffedByteCount = 8000

    private let byteLimit: Int
    private let buffer = ByteBuffer(capacity: 64 << 10)

    init(byteLimit: Int) { self.byteLimit = byteLimit }

    func examine(_ entry: SourceWalker.Entry, in root: String) throws -> Result {
        let status: FileStatus
        switch entry.content {
        case .ignored(let reason): return .ignored(reason)
        case .file(let found): status = found
        }
        let language = SourceLanguage.named(by: entry.name)
        if language != nil, status.byteCount > byteLimit { return .ignored(.tooLarge) }
        do throws(SystemError) {
            try read(
                Directory.join(root, entry.path),
                language == nil ? Self.sniffedByteCount : status.byteCount)
        } catch {
            return error.isMissing ? .gone : .ignored(.unreadable)
        }
        if buffer.bytes.prefix(Self.sniffedByteCount).contains(0) { return .ignored(.binary) }
        guard let language else { return .ignored(.unknownExtension) }
        return .source(
            Source(
                language: language, byteCount: buffer.count, modified: status.modified,
                hash: hexadecimal(xxh3(buffer.bytes))))
    }

    private func read(_ path: String, _ byteCount: Int) throws(SystemError) {
        buffer.removeAll()
        let start = buffer.appendUninitialized(byteCount)
        let target = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
        buffer.truncate(to: try File(path, .read).read(target, at: 0))
    }

    private func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
