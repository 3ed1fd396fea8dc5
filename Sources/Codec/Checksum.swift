// SPDX-License-Identifier: Apache-2.0
public import CSegstoreXXHash

/// XXH3 with 64 bits and seed 0: the checksum of every page and the hash of every key.
@inlinable @inline(__always)
public func xxh3(_ bytes: UnsafeRawPointer, _ byteCount: Int) -> UInt64 {
    segstore_xxh3(bytes, byteCount)
}

@inlinable @inline(__always)
public func xxh3(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    segstore_xxh3(bytes.baseAddress, bytes.count)
}
