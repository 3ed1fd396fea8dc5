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
        try self.init(of: path, followingLink: followingLink, in: AT_FDCWD)
    }

    /// Of what has a name in an open directory.
    fileprivate init(
        of path: String, followingLink: Bool, in directory: Int32
    ) throws(SystemError) {
        var status = stat()
        _ = try retrying(.stat, path) {
            Int(fstatat(directory, path, &status, followingLink ? 0 : AT_SYMLINK_NOFOLLOW))
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
}

/// A directory whose names are looked at without going all of the way to it each time.
package final class OpenDirectory {
    private let path: String
    private let stream: OpaquePointer

    package init(_ path: String) throws(SystemError) {
        self.path = path
        var stream: OpaquePointer?
        _ = try retrying(.list, path) {
            stream = opendir(path)
            return stream == nil ? -1 : 0
        }
        guard let stream else { throw SystemError(.list, path, ENOENT) }
        self.stream = stream
    }

    deinit { closedir(stream) }

    /// The names as they are on disk, which need not be UTF-8; in no order.
    package func rawNames() throws(SystemError) -> [[UInt8]] {
        let dot = UInt8(ascii: ".")
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                let reason = errno
                if reason != 0 { throw SystemError(.list, path, reason) }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                Array(bytes[..<strnlen(bytes.baseAddress.unsafelyUnwrapped, bytes.count)])
            }
            if name != [dot] && name != [dot, dot] { names.append(name) }
        }
    }

    /// Of what has a name in it; a symbolic link is not followed.
    package func status(of name: String) throws(SystemError) -> FileStatus {
        try FileStatus(of: name, followingLink: false, in: dirfd(stream))
    }
}

extension String {
    /// Whether its bytes come before another's: the order of keys in a store.
    package func precedesByBytes(_ other: String) -> Bool {
        let order = utf8.withContiguousStorageIfAvailable { own in
            other.utf8.withContiguousStorageIfAvailable { other in
                let order = memcmp(
                    UnsafeRawPointer(own.baseAddress.unsafelyUnwrapped),
                    UnsafeRawPointer(other.baseAddress.unsafelyUnwrapped),
                    min(own.count, other.count))
                return order == 0 ? own.count < other.count : order < 0
            }
        }
        return (order ?? nil) ?? utf8.lexicographicallyPrecedes(other.utf8)
    }
}

extension SystemError {
    /// Nothing has that name.
    package var isMissing: Bool { errno == ENOENT || errno == ENOTDIR }
    /// The system has no more of something.
    package var isOutOfSpace: Bool { errno == ENOSPC }
}
