// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Negative, zero or positive as `a` is below, equal to or above `b`, byte by byte.
@inline(__always)
package func compareBytes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let shorter = min(a.count, b.count)
    if shorter > 0, let x = a.baseAddress, let y = b.baseAddress {
        let order = memcmp(x, y, shorter)
        if order != 0 { return Int(order) }
    }
    return a.count - b.count
}

/// Whether `count` bytes are the same; without a call, since they are few.
@inline(__always)
func areEqual(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
    if count >= 8 {
        var i = 0
        let last = count &- 8
        while i < last {
            guard
                a.loadUnaligned(fromByteOffset: i, as: UInt64.self)
                    == b.loadUnaligned(fromByteOffset: i, as: UInt64.self)
            else { return false }
            i &+= 8
        }
        // The last eight, which may overlap those before.
        return a.loadUnaligned(fromByteOffset: last, as: UInt64.self)
            == b.loadUnaligned(fromByteOffset: last, as: UInt64.self)
    }
    for i in 0..<count
    where a.load(fromByteOffset: i, as: UInt8.self) != b.load(fromByteOffset: i, as: UInt8.self) {
        return false
    }
    return true
}
