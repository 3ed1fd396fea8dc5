// SPDX-License-Identifier: Apache-2.0

/// Reads values off untrusted bytes; every step is checked against the end.
public struct ByteReader {
    public let bytes: UnsafeRawBufferPointer
    /// Moved by what is read, and by nothing else.
    @usableFromInline var position: Int

    @inlinable public var offset: Int { position }

    public init(_ bytes: UnsafeRawBufferPointer, offset: Int = 0) {
        self.bytes = bytes
        position = offset
    }

    @inlinable public var remaining: Int { bytes.count - offset }

    @inlinable public mutating func read<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type
    ) throws(CodecError) -> T {
        guard remaining >= MemoryLayout<T>.size else { throw CodecError(.truncated, "integer") }
        defer { position += MemoryLayout<T>.size }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    public mutating func readVarint() throws(CodecError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try read(UInt8.self)
            if shift == 63, byte > 1 { throw CodecError(.tooLarge, "varint") }
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
            if shift > 63 { throw CodecError(.tooLarge, "varint") }
        }
    }

    /// A count that must not exceed `limit`.
    public mutating func readCount(limit: Int) throws(CodecError) -> Int {
        let value = try readVarint()
        guard value <= UInt64(limit) else { throw CodecError(.tooLarge, "count") }
        return Int(value)
    }

    public mutating func readBytes(_ count: Int) throws(CodecError) -> UnsafeRawBufferPointer {
        guard count >= 0, remaining >= count else { throw CodecError(.truncated, "bytes") }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    public mutating func readString(limit: Int) throws(CodecError) -> String {
        let count = try readCount(limit: limit)
        if count == 0 { return "" }
        let bytes = try readBytes(count)
        // Names are mostly ASCII, which needs no look at each character.
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        // Mended, it would be longer than it was and could not be read again once written back.
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CodecError(.inconsistent, "text that is not UTF-8")
        }
        return text
    }
}
