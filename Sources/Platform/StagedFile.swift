// SPDX-License-Identifier: Apache-2.0

/// A file that appears whole or not at all, in place of what had its name. Errors name the file
/// that is to be: nobody has heard of the name that it has until then.
package final class StagedFile {
    private let path: String
    private let staged: String
    private let file: File
    private var isPublished = false

    package init(_ path: String) throws(SystemError) {
        self.path = path
        // A process that was killed may have had our number.
        let staged = "\(path).new-\(processID())-\(Clock.nanoseconds())"
        self.staged = staged
        file = try Self.naming(path) { () throws(SystemError) in try File(staged, .createNew) }
    }

    deinit {
        if !isPublished { try? Directory.remove(staged) }
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
            try file.close()
            try Directory.rename(staged, to: path)
            isPublished = true
            if durably { try Directory.sync(Directory.parent(of: path)) }
        }
    }
}
