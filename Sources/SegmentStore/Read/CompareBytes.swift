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
