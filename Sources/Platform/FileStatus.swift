// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What the system says of a name.
package struct FileStatus: Sendable {
    package enum Kind: Sendable { case file, directory, symbolicLink, other }

    package let kind: Kind
    package let byteCount: Int
    /// When the content was last changed, in nanoseconds since 1970.
    package let modified: Int64
    /// Tells two names of one file from names of two files.
    package let identity: Identity

    /// When the name or the content was last changed: nobody can set it.
    package let changed: Int64

    /// All that is another after a file was changed.
    package struct Stamp: Equatable, Sendable {
        package let device: UInt64
        package let inode: UInt64
        package let byteCount: Int64
        package let modified: Int64
        package let changed: Int64

        package init(
            device: UInt64, inode: UInt64, byteCount: Int64, modified: Int64, changed: Int64
        ) {
            self.device = device
            self.inode = inode
            self.byteCount = byteCount
            self.modified = modified
            self.changed = changed
        }
    }

    package var stamp: Stamp {
        Stamp(
            device: identity.device, inode: identity.inode, byteCount: Int64(byteCount),
            modified: modified, changed: changed)
    }

    package struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
    }

    /// Of what stands at `path`; a symbolic link that stands there is followed or not.
    package init(of path: String, followingLink: Bool) throws(SystemError) {
        var status = stat()
        _ = try retrying(.stat, path) {
            Int(followingLink ? stat(path, &status) : lstat(path, &status))
        }
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            default: .other
            }
        byteCount = Int(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
        identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}

extension Directory {
    /// A name in a directory.
    package static func join(_ path: String, _ name: String) -> String {
        path.utf8.last == UInt8(ascii: "/") ? path + name : "\(path)/\(name)"
    }

    /// The names in a directory as they are on disk, which need not be UTF-8; in no order.
    package static func rawNames(in path: String) throws(SystemError) -> [[UInt8]] {
        var stream: OpaquePointer?
        _ = try retrying(.list, path) {
            stream = opendir(path)
            return stream == nil ? -1 : 0
        }
        guard let stream else { return [] }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                let reason = errno
                if reason != 0 { throw SystemError(.list, path, reason) }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [dot] && name != [dot, dot] { names.append(name) }
        }
    }

    private static var dot: UInt8 { UInt8(ascii: ".") }
}

extension SystemError {
    /// Nothing has that name.
    package var isMissing: Bool { errno == ENOENT || errno == ENOTDIR }
    /// The system has no more of something.
    package var isOutOfSpace: Bool { errno == ENOSPC }
}
