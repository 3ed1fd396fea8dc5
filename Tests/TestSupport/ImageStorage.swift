// SPDX-License-Identifier: Apache-2.0
import Foundation
import Platform
import SegmentStore

/// A store's files in memory, to be damaged and read. Nothing is copied when it is opened, so that
/// it can be opened very often. For one thread.
package final class ImageStorage: Storage, @unchecked Sendable {
    // Sendable: one thread uses it.
    private var files: [String: MappedMemory] = [:]
    /// Files that are shorter or longer than they were, or missing.
    private var replaced: [String: MappedMemory?] = [:]

    package let path = "(image)"
    package var isReadOnly: Bool { true }

    package init(files: [String: [UInt8]]) {
        self.files = files.mapValues { $0.withUnsafeBytes { MappedMemory(copying: $0) } }
    }

    /// The files of a store on disk, without its lock.
    package convenience init(directory: String) throws {
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: directory)
        where name != Layout.lock {
            guard try Directory.kind(of: "\(directory)/\(name)") == .file else { continue }
            files[name] = try File("\(directory)/\(name)", .read).readAll(limit: 1 << 30)
        }
        self.init(files: files)
    }

    /// For another thread to damage.
    package func copy() -> ImageStorage { ImageStorage(files: files.mapValues { Array($0.bytes) }) }

    package var names: [String] { files.keys.sorted() }
    package func bytes(_ name: String) -> [UInt8] { files[name].map { Array($0.bytes) } ?? [] }

    /// Runs `body` while a byte is another.
    package func flipping<Result>(
        _ name: String, at offset: Int, with pattern: UInt8, _ body: () throws -> Result
    ) rethrows -> Result {
        guard let memory = files[name], offset < memory.byteCount else { return try body() }
        // SAFETY: the memory is this storage's own, and no reader is at work now.
        let byte =
            UnsafeMutableRawPointer(mutating: memory.base).assumingMemoryBound(to: UInt8.self)
            + offset
        byte.pointee ^= pattern
        defer { byte.pointee ^= pattern }
        return try body()
    }

    /// Runs `body` while a file has other bytes, or, with nil, is missing.
    package func replacing<Result>(
        _ name: String, by bytes: [UInt8]?, _ body: () throws -> Result
    ) rethrows -> Result {
        replaced[name] = .some(
            bytes.map { bytes in bytes.withUnsafeBytes { MappedMemory(copying: $0) } })
        defer { replaced[name] = nil }
        return try body()
    }

    private func file(_ name: String) -> MappedMemory? {
        if let replacement = replaced[name] { return replacement }
        return files[name]
    }

    package func read(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
        guard let memory = file(name) else { return nil }
        guard memory.byteCount <= limit else { throw StoreError(.io, "too large", path: name) }
        return Array(memory.bytes)
    }

    package func map(_ name: String, byteCount: Int) throws(StoreError) -> MappedMemory? {
        guard let memory = file(name) else { return nil }
        guard memory.byteCount == byteCount else {
            throw StoreError(
                .corrupted, "has \(memory.byteCount) bytes, not \(byteCount)", path: name)
        }
        return memory
    }

    package func list(_ directory: String) throws(StoreError) -> [String] {
        files.keys.filter { $0.hasPrefix(directory + "/") && file($0) != nil }
            .map { String($0.dropFirst(directory.count + 1)) }
    }

    private func readOnly() -> StoreError {
        StoreError(.readOnly, "an image cannot be written", path: path)
    }
    package func prepare() throws(StoreError) { throw readOnly() }
    package func create(_ name: String) throws(StoreError) -> any StorageFile { throw readOnly() }
    package func scratch() throws(StoreError) -> any StorageFile { throw readOnly() }
    package func link(_ name: String, as other: String) throws(StoreError) { throw readOnly() }
    package func rename(_ name: String, to other: String) throws(StoreError) { throw readOnly() }
    package func remove(_ name: String) throws(StoreError) { throw readOnly() }
    package func sync(directory: String) throws(StoreError) { throw readOnly() }
    package func lock() throws(StoreError) -> any StorageLock { throw readOnly() }
}
