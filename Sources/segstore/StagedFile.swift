// SPDX-License-Identifier: Apache-2.0
import Platform

/// A file that appears whole or not at all, in place of what had its name.
final class StagedFile {
    private let path: String
    private let staged: String
    private let file: File
    private var byteCount = 0
    private var isPublished = false

    /// `store` is not written into, nor over.
    init(_ path: String, besides store: String) throws {
        var path = path
        switch try Directory.kind(of: path) {
        case .nothing: break
        case .file:
            guard try !StoreFiles.isPack(path) else {
                throw CommandError("\(path): is a packed store; choose another name")
            }
            // What a link leads to, not the link.
            path = try Environment.resolve(path)
        case .directory: throw CommandError("\(path): is a directory; name a file")
        case .other:
            throw CommandError("\(path): is no file; without -o the rows go to standard output")
        }
        self.path = path
        staged = "\(path).new-\(processID())-\(Clock.nanoseconds())"
        let parent = Directory.parent(of: path)
        guard try Directory.kind(of: parent) == .directory else {
            throw CommandError("\(path): cannot be made, for \(parent) is no directory")
        }
        let folder = try Environment.resolve(parent)
        let own = try Environment.resolve(store)
        guard folder != own, !folder.hasPrefix(own + "/") else {
            throw CommandError("\(path): is in the store itself; choose another place")
        }
        do throws(SystemError) { file = try File(staged, .createNew) } catch {
            throw SystemError(error.call, path, error.errno)
        }
    }

    deinit {
        if !isPublished { try? Directory.remove(staged) }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        do throws(SystemError) { try file.write(bytes, at: byteCount) } catch {
            // Nobody knows the name that it has until then.
            throw SystemError(error.call, path, error.errno)
        }
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
