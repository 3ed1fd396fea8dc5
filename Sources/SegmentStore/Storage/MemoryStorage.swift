// SPDX-License-Identifier: Apache-2.0
import Platform

/// A store that lives in memory only.
package final class MemoryStorage: Storage {
    private struct State {
        var files: [String: MemoryFile] = [:]
        var isLocked = false
    }

    package let path = "(memory)"
    package var isReadOnly: Bool { false }
    private let state = Locked(State())

    package init() {}

    package func prepare() throws(StoreError) {}

    package func read(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
        guard let bytes = state.withLock({ $0.files[name]?.copy() }) else { return nil }
        guard bytes.count <= limit else {
            throw StoreError(.io, "larger than \(limit) bytes", path: name)
        }
        return bytes
    }

    package func map(_ name: String, byteCount: Int) throws(StoreError) -> MappedMemory? {
        guard let file = state.withLock({ $0.files[name] }) else { return nil }
        let mapped = file.mapped()
        guard mapped.byteCount == byteCount else {
            throw .corrupted(
                "has \(mapped.byteCount) bytes where the manifest says \(byteCount)", in: name)
        }
        return mapped
    }

    package func create(_ name: String) throws(StoreError) -> any StorageFile {
        let file = MemoryFile()
        let isNew = state.withLock { state in
            guard state.files[name] == nil else { return false }
            state.files[name] = file
            return true
        }
        guard isNew else { throw StoreError(.io, "exists already", path: name) }
        return file
    }

    package func scratch() throws(StoreError) -> any StorageFile { MemoryFile() }

    package func link(_ name: String, as other: String) throws(StoreError) {
        let done = state.withLock { state in
            guard let file = state.files[name], state.files[other] == nil else { return false }
            state.files[other] = file
            return true
        }
        guard done else { throw StoreError(.io, "cannot link", path: name) }
    }

    package func rename(_ name: String, to other: String) throws(StoreError) {
        let done = state.withLock { state in
            guard let file = state.files.removeValue(forKey: name) else { return false }
            state.files[other] = file
            return true
        }
        guard done else { throw StoreError(.io, "cannot rename", path: name) }
    }

    package func remove(_ name: String) throws(StoreError) {
        state.withLock { _ = $0.files.removeValue(forKey: name) }
    }

    package func list(_ directory: String) throws(StoreError) -> [String] {
        let prefix = directory.isEmpty ? "" : directory + "/"
        return state.withLock { state in
            state.files.keys.filter { $0.hasPrefix(prefix) }.map {
                String($0.dropFirst(prefix.count))
            }
        }
    }

    package func sync(directory: String) throws(StoreError) {}

    package func lock() throws(StoreError) -> any StorageLock {
        let taken = state.withLock { state in
            defer { state.isLocked = true }
            return !state.isLocked
        }
        guard taken else { throw StoreError(.locked, "another writer has the store", path: path) }
        return MemoryLock { [self] in state.withLock { $0.isLocked = false } }
    }
}

private final class MemoryLock: StorageLock {
    private let release: @Sendable () -> Void
    init(_ release: @escaping @Sendable () -> Void) { self.release = release }
    deinit { release() }
}

/// A file's bytes; once mapped they stay where they are.
private final class MemoryFile: StorageFile, Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var mapping: MappedMemory?
    }

    private let state = Locked(State())

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
        state.withLock { state in
            if let mapping = state.mapping {
                // Whoever mapped the file keeps what was there.
                state.bytes = Array(mapping.bytes)
                state.mapping = nil
            }
            if state.bytes.count < offset {
                state.bytes += Array(repeating: 0, count: offset - state.bytes.count)
            }
            let overlap = min(state.bytes.count - offset, bytes.count)
            for i in 0..<overlap { state.bytes[offset + i] = bytes[i] }
            state.bytes += bytes.dropFirst(overlap)
        }
    }

    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) -> Int {
        state.withLock { state in
            let count = max(0, min(buffer.count, state.bytes.count - offset))
            state.bytes.withUnsafeBytes { source in
                if count > 0 {
                    buffer.copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + count]))
                }
            }
            return count
        }
    }

    func sync() throws(StoreError) {}
    func close() throws(StoreError) {}

    func copy() -> [UInt8] {
        state.withLock { $0.mapping.map { Array($0.bytes) } ?? $0.bytes }
    }

    func mapped() -> MappedMemory {
        state.withLock { state in
            if let mapping = state.mapping { return mapping }
            let mapping = state.bytes.withUnsafeBytes { MappedMemory(copying: $0) }
            state.mapping = mapping
            state.bytes = []
            return mapping
        }
    }
}
