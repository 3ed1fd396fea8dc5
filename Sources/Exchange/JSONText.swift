// SPDX-License-Identifier: Apache-2.0
import CSegstoreJSON
import Codec

/// JSON as it is written, byte by byte.
package enum JSONText {
    /// What stands for a byte in a string: itself if this is 0, or a letter
    /// behind a backslash.
    private static let escapes: [UInt8] = (0...255).map { byte in
        switch UInt8(byte) {
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0a: UInt8(ascii: "n")
        case 0x0c: UInt8(ascii: "f")
        case 0x0d: UInt8(ascii: "r")
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(byte)
        // The last is for terminals: JSON would take it.
        case 0..<0x20, 0x7f: UInt8(ascii: "u")
        default: 0
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    /// A string in its quotes. What is not UTF-8 in it is replaced, for JSON cannot hold it.
    package static func append(string text: UnsafeRawBufferPointer, to out: ByteBuffer) {
        if isPlain(text) {
            out.append(UInt8(ascii: "\""))
            out.append(text)
            return out.append(UInt8(ascii: "\""))
        }
        guard segstore_utf8_is_valid(text.baseAddress, text.count) || text.isEmpty else {
            var repaired = String(decoding: text, as: UTF8.self)
            return repaired.withUTF8 { append(string: UnsafeRawBufferPointer($0), to: out) }
        }
        out.append(UInt8(ascii: "\""))
        escapes.withUnsafeBufferPointer { escapes in
            var start = 0
            for index in 0..<text.count {
                let escape = escapes[Int(text[index])]
                if escape == 0 { continue }
                out.append(UnsafeRawBufferPointer(rebasing: text[start..<index]))
                out.append(UInt8(ascii: "\\"))
                out.append(escape)
                if escape == UInt8(ascii: "u") {
                    out.append(UInt16(truncatingIfNeeded: 0x3030))
                    out.append(digits[Int(text[index] >> 4)])
                    out.append(digits[Int(text[index] & 15)])
                }
                start = index + 1
            }
            out.append(UnsafeRawBufferPointer(rebasing: text[start...]))
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Whether it is what most names are: ASCII with nothing to escape.
    private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        // Of eight bytes at once: the high bit of each is set that is no such byte. A borrow may
        // set one too many, behind one that is.
        func unusual(_ word: UInt64) -> UInt64 {
            let ones: UInt64 = 0x0101_0101_0101_0101
            func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
            let controls = (word &- (ones &* 0x20)) & ~word
            let quotes = zeros(word ^ (ones &* 0x22)) | zeros(word ^ (ones &* 0x5c))
            let all = word | controls | quotes | zeros(word ^ (ones &* 0x7f))
            return all & (ones &* 0x80)
        }
        guard let base = text.baseAddress else { return true }
        if text.count < 8 {
            var word: UInt64 = 0x2020_2020_2020_2020
            for index in 0..<text.count { word = word &<< 8 | UInt64(text[index]) }
            return unusual(word) == 0
        }
        var offset = 0
        while offset < text.count - 8 {
            if unusual(base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) != 0 {
                return false
            }
            offset += 8
        }
        // The last eight, some of which were looked at before.
        return unusual(base.loadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self)) == 0
    }

    package static func append(string text: String, to out: ByteBuffer) {
        var text = text
        text.withUTF8 { append(string: UnsafeRawBufferPointer($0), to: out) }
    }
}
