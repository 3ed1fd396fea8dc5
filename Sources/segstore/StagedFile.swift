// SPDX-License-Identifier: Apache-2.0
import Platform

/// A file that appears whole or not at all, in place of what had its name.
final class StagedFile {
    private let path: String
    private let staged: String
    private let file: File
    private var byteCount = 0
    private var isPublished = false

    init(_ path: String) throws {
        switch try Directory.kind(of: path) {
        case .nothing, .file: break
        case .directory: throw CommandError("\(path): is a directory; name a file")
        case .other:
            throw CommandError("\(path): is no file; without -o the rows go to standard output")
        }
        self.path = path
        staged = "\(path).new-\(processID())-\(Clock.nanoseconds())"
        file = try File(staged, .createNew)
    }

    deinit {
        if !isPublished { try? Directory.remove(staged) }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        try file.write(bytes, at: byteCount)
        byteCount += bytes.count
    }

    func publish() throws {
        // The name must not stand for bytes that may be lost.
        try file.sync()
        try file.close()
        try Directory.rename(staged, to: path)
        isPublished = true
    }
}
