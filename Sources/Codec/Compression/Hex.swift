// SPDX-License-Identifier: Apache-2.0
//
// Hashes are often kept as lower-case hexadecimal text, half of whose bits say nothing. Two digits
// go into a byte, the first in the upper half; a last odd digit has zeros behind it.

public enum Hex {
    /// Bytes written, or nil if something else than such digits is there.
    public static func pack(
        _ source: UnsafeRawPointer, _ byteCount: Int, into target: UnsafeMutableRawPointer
    ) -> Int? {
        var pending: UInt8 = 0
        for i in 0..<byteCount {
            let byte = source.load(fromByteOffset: i, as: UInt8.self)
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            if i & 1 == 0 { pending = digit << 4 } else { pending |= digit }
            if i & 1 == 1 || i == byteCount - 1 {
                target.storeBytes(of: pending, toByteOffset: i >> 1, as: UInt8.self)
            }
        }
        return (byteCount + 1) / 2
    }

    /// Digits `range` of what was packed.
    public static func unpack(
        _ source: UnsafeRawBufferPointer, _ range: Range<Int>, into target: UnsafeMutableRawPointer
    ) throws(CodecError) {
        guard range.lowerBound >= 0, range.upperBound <= source.count * 2 else {
            throw CodecError(.truncated, "hexadecimal frame")
        }
        var place = 0
        for i in range {
            let byte = source[i >> 1]
            let digit = i & 1 == 0 ? byte >> 4 : byte & 15
            let letter = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
            target.storeBytes(of: letter, toByteOffset: place, as: UInt8.self)
            place += 1
        }
    }
}
