// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A file that appears whole or not at all, in place of what had its name. Until then it has no
/// name, so that nothing is left of it whatever ends the process; where the file system does not
/// have such files, it has another. Errors name the file that is to be.
package final class StagedFile {
    private let path: String
    private let staged: String
    private let file: File
    private var hasName: Bool

    package init(_ path: String) throws(SystemError) {
        self.path = path
        // A process that was killed may have had our number.
        let staged = "\(path).new-\(processID())-\(Clock.nanoseconds())"
        self.staged = staged
        (file, hasName) = try Self.naming(path) { () throws(SystemError) in
            if let unnamed = try Self.unnamed(staged) { return (unnamed, false) }
            return (try File(staged, .createNew), true)
        }
    }

    /// Nil where there is no such thing.
    private static func unnamed(_ path: String) throws(SystemError) -> File? {
        do throws(SystemError) {
            let file = try File(path, .unnamed)
            return file.canBeLinked ? file : nil
        } catch {
            if [EOPNOTSUPP, EISDIR, EINVAL, ENOENT].contains(error.errno) { return nil }
            throw error
        }
    }

    deinit {
        if hasName { try? Directory.remove(staged) }
    }

    private static func naming<Result>(
        _ path: String, _ body: () throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        do throws(SystemError) { return try body() } catch {
            throw SystemError(error.call, path, error.errno)
        }
    }

    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
        try Self.naming(path) { () throws(SystemError) in try file.write(bytes, at: offset) }
    }

    package func truncate(to byteCount: Int) throws(SystemError) {
        try Self.naming(path) { () throws(SystemError) in try file.truncate(to: byteCount) }
    }

    /// Gives the file its name, durably unless it may as well be lost.
    package func publish(durably: Bool = true) throws(SystemError) {
        try Self.naming(path) { () throws(SystemError) in
            // The name must not stand for bytes that may be lost.
            if durably { try file.sync() }
            if !hasName { try file.link(to: staged) }
            hasName = true
            try file.close()
            try Directory.rename(staged, to: path)
            hasName = false
            if durably { try Directory.sync(Directory.parent(of: path)) }
        }
    }
}
