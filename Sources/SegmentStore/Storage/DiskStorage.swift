// SPDX-License-Identifier: Apache-2.0
import Glibc
import Platform

/// A store in a directory.
package struct DiskStorage: Storage {
    package let path: String
    package var isReadOnly: Bool { false }

    package init(_ path: String) { self.path = path }

    private func full(_ name: String) -> String { name.isEmpty ? path : "\(path)/\(name)" }

    package func prepare() throws(StoreError) {
        // It may be removed while it is made; a link that leads nowhere stays one.
        for _ in 0..<100 {
            do throws(StoreError) { return try makeDirectories() } catch {
                guard error.errno == ENOENT else { throw error }
                let parent = Directory.parent(of: path)
                guard (try? Directory.kind(of: parent)) == .directory else { break }
            }
        }
        throw StoreError(
            .notFound, "the folder that should hold the store does not exist", path: path)
    }

    private func makeDirectories() throws(StoreError) {
        try system { () throws(SystemError) in
            if try Directory.kind(of: full(Layout.manifest)) != .nothing { return }
            for directory in ["", Layout.segments] {
                if try Directory.kind(of: full(directory)) == .nothing {
                    try Directory.create(full(directory))
                }
                // Also if it is there: whoever made it may have died before this.
                try Directory.sync(Directory.parent(of: full(directory)))
            }
        }
    }

    package func read(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
        do throws(SystemError) {
            return try File(full(name), .read).readAll(limit: limit)
        } catch {
            if error.errno == ENOENT || error.errno == ENOTDIR { return nil }
            throw StoreError(error)
        }
    }

    package func map(_ name: String, byteCount: Int) throws(StoreError) -> MappedMemory? {
        let file: File
        do throws(SystemError) { file = try File(full(name), .read) } catch {
            if error.errno == ENOENT { return nil }
            throw StoreError(error)
        }
        let found = try system { () throws(SystemError) in try file.byteCount() }
        // Touching a mapped page behind the end of a file is SIGBUS, so the size comes first.
        guard found == byteCount else {
            throw .corrupted(
                "has \(found) bytes where the manifest says \(byteCount)", in: file.path)
        }
        return try system { () throws(SystemError) in try file.map(byteCount: byteCount) }
    }

    package func create(_ name: String) throws(StoreError) -> any StorageFile {
        try system { () throws(SystemError) in DiskFile(try File(full(name), .createNew)) }
    }

    package func scratch() throws(StoreError) -> any StorageFile {
        // Nobody else can meet the name: only the writer makes scratch files, and it has the lock.
        let name = full(
            "\(Layout.segments)/\(Layout.scratchPrefix)\(processID())-\(Clock.nanoseconds())")
        return try system { () throws(SystemError) in
            let file = try File(name, .createNew)
            try Directory.remove(name)
            return DiskFile(file, named: path)
        }
    }

    package func link(_ name: String, as other: String) throws(StoreError) {
        try system { () throws(SystemError) in try Directory.link(full(name), to: full(other)) }
    }

    package func rename(_ name: String, to other: String) throws(StoreError) {
        try system { () throws(SystemError) in try Directory.rename(full(name), to: full(other)) }
    }

    package func remove(_ name: String) throws(StoreError) {
        try system { () throws(SystemError) in try Directory.remove(full(name)) }
    }

    package func list(_ directory: String) throws(StoreError) -> [String] {
        try system { () throws(SystemError) in try Directory.names(in: full(directory)) }
    }

    package func sync(directory: String) throws(StoreError) {
        try system { () throws(SystemError) in try Directory.sync(full(directory)) }
    }

    /// Side by side: a sync is mostly waiting, and a disk takes several at once. Not on threads of
    /// Dispatch: whoever waits here may be blocking the last of those.
    package func sync(_ files: [any StorageFile], directory: String) throws(StoreError) {
        let failure = Locked<StoreError?>(nil)
        let others = files.map { file in
            let file = Unshared(file: file)
            return SystemThread {
                do throws(StoreError) { try file.file.sync() } catch {
                    failure.withLock { $0 = $0 ?? error }
                }
            }
        }
        do throws(StoreError) { try sync(directory: directory) } catch {
            failure.withLock { $0 = $0 ?? error }
        }
        for other in others { other.join() }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// `@unchecked Sendable`: whoever syncs waits, and does nothing with the file meanwhile.
    private struct Unshared: @unchecked Sendable { let file: any StorageFile }

    package func lock() throws(StoreError) -> any StorageLock {
        while true {
            if let lock = try lockIfPresent() { return lock }
            try prepare()
        }
    }

    /// Nil if the store was removed since it was prepared, and the lock with it.
    private func lockIfPresent() throws(StoreError) -> DiskLock? {
        let file: File
        do throws(SystemError) { file = try File(full(Layout.lock), .readWrite) } catch {
            if error.errno == ENOENT { return nil }
            throw StoreError(error)
        }
        guard try system({ () throws(SystemError) in try file.tryLock() }) else {
            let text =
                (try? file.readAll(limit: 64)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            let holder = Int32(text.prefix { $0.isNumber })
            let who = holder.map { "process \($0)" } ?? "another process"
            var error = StoreError(
                .locked, "\(who) is writing to the store; try again when it is done", path: path)
            error.holder = holder
            throw error
        }
        var isNew = false
        // Who holds it is told only to help; the lock itself is the kernel's. A full disk must not
        // keep a gc from making room.
        do throws(SystemError) {
            // What a longer number left stands behind the line's end.
            let text = Array("\(processID())\n".utf8)
            let before = try file.readAll(limit: 64)
            if before.starts(with: text) { return DiskLock(file) }
            if before.starts(with: Self.removed), try !file.hasItsName() { return nil }
            isNew = before.isEmpty
            try text.withUnsafeBufferPointer { text throws(SystemError) in
                try file.write(UnsafeRawBufferPointer(text), at: 0)
            }
        } catch {}
        // Whoever removed the one before this may have taken what was prepared.
        if isNew,
            try system({ () throws(SystemError) in
                try Directory.kind(of: full(Layout.segments)) == .nothing
            })
        {
            try makeDirectories()
        }
        return DiskLock(file)
    }

    /// What stands in the lock of a store that was removed, for whoever has opened it already.
    private static let removed = Array("removed\n".utf8)

    /// Removes the store's own files, and its directory unless that is to stay or holds others'.
    /// Only for who holds the lock.
    func removeAll(keepingDirectory: Bool) throws(StoreError) {
        try system { () throws(SystemError) in
            let lock = try File(full(Layout.lock), .readWrite)
            try Self.removed.withUnsafeBufferPointer { text throws(SystemError) in
                try lock.write(UnsafeRawBufferPointer(text), at: 0)
            }
            for name in try Directory.names(in: full(Layout.segments)) {
                try Directory.remove(full("\(Layout.segments)/\(name)"))
            }
            try Directory.removeEmpty(full(Layout.segments))
            for name in [Layout.manifest, Layout.lock] { try Directory.remove(full(name)) }
            if keepingDirectory { return }
            // Not if somebody else has put something there.
            try? Directory.removeEmpty(path)
        }
    }
}

private final class DiskFile: StorageFile {
    private let file: File
    /// What errors name instead of the file: of a nameless one nobody has heard.
    private let name: String?

    init(_ file: File, named name: String? = nil) {
        self.file = file
        self.name = name
    }

    private func naming<Result>(
        _ body: () throws(SystemError) -> Result
    ) throws(StoreError) -> Result {
        do throws(StoreError) { return try system(body) } catch {
            var error = error
            error.path = name ?? error.path
            throw error
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
        try naming { () throws(SystemError) in try file.write(bytes, at: offset) }
    }

    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) -> Int {
        try naming { () throws(SystemError) in try file.read(buffer, at: offset) }
    }

    func sync() throws(StoreError) { try naming { () throws(SystemError) in try file.sync() } }
    func close() throws(StoreError) { try naming { () throws(SystemError) in try file.close() } }
}

private final class DiskLock: StorageLock {
    private let file: File
    init(_ file: File) { self.file = file }
    deinit { file.unlock() }
}
