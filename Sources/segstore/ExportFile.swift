// SPDX-License-Identifier: Apache-2.0
import Platform

/// Where an export goes: a file that is complete when it has its name.
final class ExportFile {
    private let file: StagedFile
    private var byteCount = 0

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
        let parent = Directory.parent(of: path)
        guard try Directory.kind(of: parent) == .directory else {
            throw CommandError("\(path): cannot be made, for \(parent) is no directory")
        }
        let folder = try Environment.resolve(parent)
        let own = try Environment.resolve(store)
        guard folder != own, !folder.hasPrefix(own + "/") else {
            throw CommandError("\(path): is in the store itself; choose another place")
        }
        file = try StagedFile(path)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        try file.write(bytes, at: byteCount)
        byteCount += bytes.count
    }

    func publish() throws { try file.publish() }
}
