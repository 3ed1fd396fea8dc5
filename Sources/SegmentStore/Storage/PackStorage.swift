// SPDX-License-Identifier: Apache-2.0
//
// A store in one file, read-only: FORMAT.md, "Pack". The files of a store one after the other,
// each at a multiple of the page size, behind a directory of their names.

import Codec
import Glibc
import Platform

package struct PackStorage: Storage {
    package let path: String
    package var isReadOnly: Bool { true }
    private let memory: MappedMemory
    private let files: [String: Range<Int>]

    package static let magic = Array("SEGPACK1".utf8)
    static let headerByteCount = 24
    static let fileLimit = 1 << 20

    package init(_ path: String) throws(StoreError) {
        let memory = try system { () throws(SystemError) in
            let file = try File(path, .read)
            return try file.map(byteCount: try file.byteCount())
        }
        try self.init(memory, path: path)
    }

    /// A pack that is in memory already.
    package init(_ memory: MappedMemory, path: String) throws(StoreError) {
        self.path = path
        self.memory = memory
        let bytes = memory.bytes
        guard bytes.count >= Self.headerByteCount + 8, bytes.prefix(8).elementsEqual(Self.magic)
        else {
            throw StoreError(.notFound, "is neither a directory nor a packed store", path: path)
        }
        let directoryCount = Int(bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
        let end = Self.headerByteCount + directoryCount
        guard end + 8 <= bytes.count,
            xxh3(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
                == bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self)
        else { throw .corrupted("checksum of the pack's directory does not match", in: path) }
        try FormatVersion.check(
            version: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self),
            readerFlags: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self), path: path)
        var files: [String: Range<Int>] = [:]
        do throws(CodecError) {
            var reader = ByteReader(
                UnsafeRawBufferPointer(rebasing: bytes[..<end]), offset: Self.headerByteCount)
            for _ in 0..<(try reader.readCount(limit: Self.fileLimit)) {
                let name = try reader.readString(limit: 4096)
                let offset = try reader.readCount(limit: bytes.count)
                let count = try reader.readCount(limit: bytes.count - offset)
                files[name] = offset..<offset + count
            }
        } catch {
            throw StoreError(error, in: path, "pack directory")
        }
        self.files = files
    }

    package func prepare() throws(StoreError) { throw readOnly() }

    package func read(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
        files[name].map { Array(memory.bytes[$0].prefix(limit)) }
    }

    package func map(_ name: String, byteCount: Int) throws(StoreError) -> MappedMemory? {
        guard let range = files[name] else { return nil }
        guard range.count == byteCount else {
            throw .corrupted(
                "\(name) has \(range.count) bytes where the manifest says \(byteCount)", in: path)
        }
        return MappedMemory(part: range, of: memory)
    }

    package func list(_ directory: String) throws(StoreError) -> [String] {
        let prefix = directory.isEmpty ? "" : directory + "/"
        return files.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    private func readOnly() -> StoreError {
        StoreError(.readOnly, "a packed store cannot be written", path: path)
    }
    package func create(_ name: String) throws(StoreError) -> any StorageFile { throw readOnly() }
    package func scratch() throws(StoreError) -> any StorageFile { throw readOnly() }
    package func link(_ name: String, as other: String) throws(StoreError) { throw readOnly() }
    package func rename(_ name: String, to other: String) throws(StoreError) { throw readOnly() }
    package func remove(_ name: String) throws(StoreError) { throw readOnly() }
    package func sync(directory: String) throws(StoreError) { throw readOnly() }
    package func lock() throws(StoreError) -> any StorageLock { throw readOnly() }
}
