// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What is done to names rather than to bytes.
package enum Directory {
    package static func create(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            _ = try retrying(.mkdir, path) { Int(mkdir(path, 0o755)) }
        } catch {
            if error.errno != EEXIST { throw error }
        }
    }

    package static func names(in path: String) throws(SystemError) -> [String] {
        var stream: OpaquePointer?
        _ = try retrying(.list, path) {
            stream = opendir(path)
            return stream == nil ? -1 : 0
        }
        guard let stream else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                let reason = errno
                if reason != 0 { throw SystemError(.list, path, reason) }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }

    /// Makes the names in the directory durable.
    package static func sync(_ path: String) throws(SystemError) {
        let descriptor = Int32(
            try retrying(.open, path) { Int(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) })
        defer { _ = close(descriptor) }
        _ = try retrying(.sync, path) { Int(fsync(descriptor)) }
    }

    package static func rename(_ from: String, to target: String) throws(SystemError) {
        _ = try retrying(.rename, from) { Int(Glibc.rename(from, target)) }
    }

    package static func link(_ from: String, to target: String) throws(SystemError) {
        _ = try retrying(.link, target) { Int(Glibc.link(from, target)) }
    }

    /// Removes a file; one that is not there is no error.
    package static func remove(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            _ = try retrying(.unlink, path) { Int(unlink(path)) }
        } catch {
            if error.errno != ENOENT { throw error }
        }
    }

    /// Removes a directory that is empty.
    package static func removeEmpty(_ path: String) throws(SystemError) {
        _ = try retrying(.unlink, path) { Int(rmdir(path)) }
    }

    /// The directory that `path` is a name in, however many slashes it ends with.
    package static func parent(of path: String) -> String {
        func trimmed(_ path: Substring) -> Substring {
            var path = path
            while path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
            return path
        }
        let own = trimmed(path[...])
        guard let slash = own.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            return own.isEmpty && !path.isEmpty ? "/" : "."
        }
        let parent = trimmed(own[..<slash])
        return parent.isEmpty ? "/" : String(parent)
    }

    package enum Kind { case nothing, file, directory, other }

    package static func kind(of path: String) throws(SystemError) -> Kind {
        var status = stat()
        do throws(SystemError) {
            _ = try retrying(.stat, path) { Int(stat(path, &status)) }
        } catch {
            if error.errno == ENOENT || error.errno == ENOTDIR { return .nothing }
            throw error
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        default: return .other
        }
    }
}

package enum Clock {
    /// Nanoseconds since 1970.
    package static func wallNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Nanoseconds of a clock that never goes back.
    @inline(__always)
    package static func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

package func processID() -> Int32 { getpid() }
