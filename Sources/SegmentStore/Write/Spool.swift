// SPDX-License-Identifier: Apache-2.0
//
// What keeps the memory of a batch bounded: bytes that are held in memory while they are few, and
// in a nameless file once they are many.

import Codec
import Platform

/// One nameless file for all spools of a batch.
///
/// `@unchecked Sendable`: the file and its end are guarded by `state`; writes and reads of
/// different ranges do not meet.
final class ScratchSpace: @unchecked Sendable {
    private let storage: any Storage
    private let state = Locked<(file: (any StorageFile)?, end: Int)>((nil, 0))

    /// Bytes that each spool keeps in memory before they go to the file.
    let spoolLimit: Int

    init(_ storage: any Storage, spoolLimit: Int) {
        self.storage = storage
        self.spoolLimit = spoolLimit
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) -> Int {
        let result: Result<(any StorageFile, Int), StoreError> = state.withLock { state in
            do throws(StoreError) {
                let file: any StorageFile
                if let open = state.file { file = open } else { file = try storage.scratch() }
                state.file = file
                defer { state.end += bytes.count }
                return .success((Unsafely(file).value, state.end))
            } catch {
                return .failure(error)
            }
        }
        let (file, offset) = try result.get()
        try file.write(bytes, at: offset)
        return offset
    }

    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
        let file = state.withLock { Unsafely($0.file).value }
        guard let file, try file.read(buffer, at: offset) == buffer.count else {
            throw StoreError(.io, "a scratch file lost its bytes")
        }
    }
}

/// Hands a value that is safe by other means out of a lock.
private struct Unsafely<Value>: @unchecked Sendable {
    nonisolated(unsafe) let value: Value
    init(_ value: Value) { self.value = value }
}

/// Bytes appended, then read from front to back.
final class Spool {
    private let space: ScratchSpace
    private let memoryLimit: Int
    /// What is not in the file yet. Who appends here directly calls `spillIfLarge` now and then.
    let buffer: ByteBuffer
    @exclusivity(unchecked) private var extents: [(offset: Int, count: Int)] = []
    @exclusivity(unchecked) private var spilled = 0

    init(_ space: ScratchSpace, memoryLimit: Int? = nil) {
        self.space = space
        self.memoryLimit = max(1024, memoryLimit ?? space.spoolLimit)
        buffer = ByteBuffer()
    }

    var count: Int { spilled + buffer.count }

    @inline(__always)
    func append<T: BitwiseCopyable>(_ value: T) throws(StoreError) {
        buffer.append(value)
        if buffer.count >= memoryLimit { try spill() }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        buffer.append(bytes)
        if buffer.count >= memoryLimit { try spill() }
    }

    /// Appends many bytes without keeping any.
    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        if buffer.count > 0 { try spill() }
        extents.append((try space.write(bytes), bytes.count))
        spilled += bytes.count
    }

    /// Nothing more comes: what is in the file already need not be kept in memory in part.
    func seal() throws(StoreError) {
        guard !extents.isEmpty else { return }
        if buffer.count > 0 { try spill() }
        buffer.shrink()
    }

    func spillIfLarge() throws(StoreError) {
        if buffer.count >= memoryLimit { try spill() }
    }

    @inline(never)
    private func spill() throws(StoreError) {
        let offset = try space.write(buffer.bytes)
        extents.append((offset, buffer.count))
        spilled += buffer.count
        buffer.removeAll()
    }

    func align8() throws(StoreError) {
        let gap = aligned8(count) - count
        for _ in 0..<gap { try append(UInt8(0)) }
    }

    /// Calls `body` with the bytes in order, some at a time; never cuts a value that was appended
    /// whole.
    func forEachChunk(_ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void)
        throws(StoreError)
    {
        if let largest = extents.map(\.count).max() {
            let loaded = ByteBuffer(capacity: largest)
            for extent in extents {
                loaded.removeAll()
                let target = loaded.appendUninitialized(extent.count)
                try space.read(
                    UnsafeMutableRawBufferPointer(start: target, count: extent.count),
                    at: extent.offset)
                try body(loaded.bytes)
            }
        }
        if buffer.count > 0 { try body(buffer.bytes) }
    }

    /// Reads values one by one from the front.
    func reader(byteCount: Int = 32 << 10) -> SpoolReader {
        SpoolReader(space, extents, buffer, byteCount: byteCount)
    }
}

struct SpoolReader {
    private let space: ScratchSpace
    private let extents: [(offset: Int, count: Int)]
    private let last: ByteBuffer
    private var chunk: ByteBuffer
    private var position = 0
    private var extent = 0
    private var offset = 0
    private var isLast: Bool
    /// Bytes still to come.
    private var left: Int
    private var ownChunk: ByteBuffer?

    private let readByteCount: Int

    fileprivate init(
        _ space: ScratchSpace, _ extents: [(offset: Int, count: Int)], _ last: ByteBuffer,
        byteCount: Int
    ) {
        readByteCount = min(max(byteCount, 4096), 32 << 10)
        self.space = space
        self.extents = extents
        self.last = last
        isLast = extents.isEmpty
        left = extents.reduce(last.count) { $0 + $1.count }
        chunk = last
        if !extents.isEmpty {
            let own = ByteBuffer(capacity: readByteCount)
            ownChunk = own
            chunk = own
        }
    }

    /// The next value, which must be there; values of one size divide a chunk.
    @inline(__always)
    mutating func next<T: BitwiseCopyable>(_ type: T.Type) throws(StoreError) -> T {
        if position &+ MemoryLayout<T>.size > chunk.count { try refill(MemoryLayout<T>.size) }
        defer {
            position &+= MemoryLayout<T>.size
            left &-= MemoryLayout<T>.size
        }
        return chunk.base.loadUnaligned(fromByteOffset: position, as: T.self)
    }

    /// The next `count` bytes; valid until the next call.
    mutating func nextBytes(_ count: Int) throws(StoreError) -> UnsafeRawBufferPointer {
        if position + count > chunk.count { try refill(count) }
        defer {
            position += count
            left -= count
        }
        return UnsafeRawBufferPointer(start: chunk.base + position, count: count)
    }

    var isAtEnd: Bool { left == 0 }

    /// Keeps what is left of the chunk and reads on behind it, over the ends of extents.
    private mutating func refill(_ need: Int) throws(StoreError) {
        while chunk.count - position < need {
            guard !isLast, let own = ownChunk else {
                throw StoreError(.io, "a scratch file ended early")
            }
            let rest = own.count - position
            if rest > 0 { own.base.copyMemory(from: own.base + position, byteCount: rest) }
            own.truncate(to: rest)
            position = 0
            if extent == extents.count {
                if rest == 0 {
                    chunk = last
                } else {
                    own.append(last.bytes)
                }
                isLast = true
                continue
            }
            let count = min(max(readByteCount, need), extents[extent].count - offset)
            let target = own.appendUninitialized(count)
            try space.read(
                UnsafeMutableRawBufferPointer(start: target, count: count),
                at: extents[extent].offset + offset)
            offset += count
            if offset == extents[extent].count {
                extent += 1
                offset = 0
            }
        }
    }
}

/// Packed integers on their way into a spool.
final class PackedSpool {
    let spool: Spool
    let width: Int
    @exclusivity(unchecked) private(set) var count = 0
    private let buffer = ByteBuffer(capacity: 4096)
    @exclusivity(unchecked) private var packer: BitPacker

    init(_ space: ScratchSpace, width: Int) {
        spool = Spool(space)
        self.width = width
        packer = BitPacker(width: width, into: buffer)
    }

    @inline(__always)
    func append(_ value: Int) throws(StoreError) {
        packer.append(UInt64(truncatingIfNeeded: value))
        count &+= 1
        if buffer.count >= 4000 { try flush() }
    }

    private func flush() throws(StoreError) {
        try spool.append(buffer.bytes)
        buffer.removeAll()
    }

    func finish() throws(StoreError) {
        packer.finish()
        try flush()
    }
}
