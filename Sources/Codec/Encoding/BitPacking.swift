// SPDX-License-Identifier: Apache-2.0
//
// Unsigned integers of one width, lowest bit first, without gaps: value i is in the bits
// [i * width, (i + 1) * width). A reader may load eight bytes from any byte of the array.

/// Bits that `value` needs: 0 for 0.
@inlinable @inline(__always)
public func bitWidth(_ value: UInt64) -> Int { 64 - value.leadingZeroBitCount }

/// Bytes of `count` values of `width` bits.
@inlinable @inline(__always)
public func packedByteCount(_ count: Int, _ width: Int) -> Int { (count &* width &+ 7) >> 3 }

@inlinable @inline(__always)
public func bitMask(_ width: Int) -> UInt64 { width == 64 ? .max : (1 << UInt64(width)) &- 1 }

/// Value `index` of the array at `base`. Nothing is checked here.
@inlinable @inline(__always)
public func loadPacked(_ base: UnsafeRawPointer, _ index: Int, _ width: Int) -> UInt64 {
    let bit = index &* width
    let byte = bit >> 3
    let shift = UInt64(bit & 7)
    var value = base.loadUnaligned(fromByteOffset: byte, as: UInt64.self) &>> shift
    if width > 57, Int(shift) &+ width > 64 {
        let high = UInt64(base.load(fromByteOffset: byte &+ 8, as: UInt8.self))
        value |= high &<< (64 &- shift)
    }
    return value & bitMask(width)
}

/// Appends values one after the other; `finish` writes what is left in the accumulator.
public struct BitPacker {
    private let out: ByteBuffer
    private let width: Int
    private var accumulator: UInt64 = 0
    private var filled = 0

    public init(width: Int, into out: ByteBuffer) {
        self.width = width
        self.out = out
    }

    @inline(__always)
    public mutating func append(_ value: UInt64) {
        accumulator |= value &<< UInt64(filled)
        let end = filled &+ width
        if end >= 64 {
            out.append(accumulator)
            // A shift by 64 is not defined: an accumulator that began empty leaves no rest.
            accumulator = filled == 0 ? 0 : value &>> UInt64(64 &- filled)
            filled = end &- 64
        } else {
            filled = end
        }
    }

    public mutating func finish() {
        var rest = filled
        while rest > 0 {
            out.append(UInt8(truncatingIfNeeded: accumulator))
            accumulator &>>= 8
            rest -= 8
        }
        accumulator = 0
        filled = 0
    }
}

/// Reads `count` values from `start` on into `target`, adding `base` to each.
@inlinable @inline(__always)
public func unpack(
    _ source: UnsafeRawPointer, start: Int, count: Int, width: Int, adding base: Int64,
    into target: UnsafeMutablePointer<Int64>
) {
    if width == 0 {
        for i in 0..<count { target[i] = base }
        return
    }
    if width > 57 {
        for i in 0..<count {
            target[i] = base &+ Int64(bitPattern: loadPacked(source, start &+ i, width))
        }
        return
    }
    let mask = bitMask(width)
    var bit = start &* width
    var done = 0
    if width <= 28 {
        // One load gives at least 57 bits: two values or more.
        let step = 57 / width
        while done &+ step <= count {
            var word =
                source.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self) &>> UInt64(bit & 7)
            for i in done..<done &+ step {
                target[i] = base &+ Int64(bitPattern: word & mask)
                word &>>= UInt64(width)
            }
            done &+= step
            bit &+= step &* width
        }
    }
    for i in done..<count {
        let word = source.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self)
        target[i] = base &+ Int64(bitPattern: (word &>> UInt64(bit & 7)) & mask)
        bit &+= width
    }
}
