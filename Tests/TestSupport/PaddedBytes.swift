// SPDX-License-Identifier: Apache-2.0

/// A copy of bytes in an allocation of their own, with the eight readable bytes behind them that
/// decoders may count on and not one more: the address sanitizer sees whoever reads further. The
/// eight are no zeros, so that nobody can rely on what they hold.
public final class PaddedBytes {
    private let memory: UnsafeMutableRawPointer
    private let count: Int

    public init(_ source: UnsafeRawBufferPointer) {
        count = source.count
        memory = .allocate(byteCount: source.count + 8, alignment: 8)
        if let start = source.baseAddress {
            memory.copyMemory(from: start, byteCount: source.count)
        }
        (memory + count).initializeMemory(as: UInt8.self, repeating: 0xa5, count: 8)
    }

    public init(_ source: some Collection<UInt8>) {
        count = source.count
        memory = .allocate(byteCount: source.count + 8, alignment: 8)
        for (index, byte) in source.enumerated() {
            memory.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        }
        (memory + count).initializeMemory(as: UInt8.self, repeating: 0xa5, count: 8)
    }

    deinit { memory.deallocate() }

    /// Valid as long as this is held.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    /// The same bytes, to be damaged.
    public var mutableBytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: memory, count: count)
    }
}
