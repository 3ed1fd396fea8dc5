// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Tells that something in directories has changed, not what: who is told looks.
package final class DirectoryWatch {
    private var descriptor: Int32
    private var paths: [Int32: String] = [:]
    private var watched: Set<String> = []

    package init() throws(SystemError) { descriptor = try Self.open() }

    deinit { _ = close(descriptor) }

    private static func open() throws(SystemError) -> Int32 {
        Int32(
            try retrying(.open, "inotify") { Int(inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))) })
    }

    private static let mask = UInt32(
        IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO
            | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR)

    /// Watches those of the directories that are not watched yet, and says whether there were any.
    /// One that cannot be is passed over; `ENOSPC` says that the system watches no more.
    package func add(_ directories: [String]) throws(SystemError) -> Bool {
        var isNew = false
        for path in directories where !watched.contains(path) {
            do throws(SystemError) {
                let watch = Int32(
                    try retrying(.open, path) {
                        Int(inotify_add_watch(descriptor, path, Self.mask))
                    })
                paths[watch] = path
                watched.insert(path)
                isNew = true
            } catch {
                if error.isOutOfSpace { throw error }
            }
        }
        return isNew
    }

    /// Waits until something happens, or so long; negative is for ever. Takes all that is there.
    package func wait(milliseconds: Int32) throws(SystemError) -> Bool {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let count = try retrying(.read, "inotify") { Int(poll(&poller, 1, milliseconds)) }
        guard count > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return true }
            if !take(buffer[..<count]) {
                // Events were lost: what is watched is not known any more.
                _ = close(descriptor)
                paths = [:]
                watched = []
                descriptor = try Self.open()
                return true
            }
        }
    }

    /// A directory that was moved takes with it all below it, whose paths may be others' soon.
    private func forget(_ watch: Int32, _ path: String) {
        inotify_rm_watch(descriptor, watch)
        for (watch, inner) in paths where inner.hasPrefix(path + "/") {
            inotify_rm_watch(descriptor, watch)
            paths[watch] = nil
            watched.remove(inner)
        }
    }

    /// Forgets directories that are gone or elsewhere. False if the kernel has dropped events.
    private func take(_ bytes: ArraySlice<UInt8>) -> Bool {
        var isComplete = true
        bytes.withUnsafeBytes { bytes in
            let size = MemoryLayout<inotify_event>.size
            var offset = 0
            while offset + size <= bytes.count {
                let watch = bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)
                let mask = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                let length = bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self)
                if mask & UInt32(IN_Q_OVERFLOW) != 0 { isComplete = false }
                if mask & UInt32(IN_IGNORED | IN_MOVE_SELF) != 0,
                    let path = paths.removeValue(forKey: watch)
                {
                    watched.remove(path)
                    if mask & UInt32(IN_MOVE_SELF) != 0 { forget(watch, path) }
                }
                offset += size + Int(length)
            }
        }
        return isComplete
    }
}
