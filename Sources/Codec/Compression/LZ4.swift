// SPDX-License-Identifier: Apache-2.0
import CSegstoreLZ4

/// LZ4 blocks, without a frame around them.
public enum LZ4 {
    public static func compressBound(_ byteCount: Int) -> Int {
        Int(LZ4_compressBound(Int32(byteCount)))
    }

    /// Bytes written, or nil if they did not fit.
    public static func compress(
        _ source: UnsafeRawPointer, _ byteCount: Int, into target: UnsafeMutableRawPointer,
        _ capacity: Int
    ) -> Int? {
        // SAFETY: `Int8` and raw bytes have the same layout; LZ4 stays within both counts.
        let written = LZ4_compress_default(
            source.assumingMemoryBound(to: CChar.self), target.assumingMemoryBound(to: CChar.self),
            Int32(byteCount), Int32(capacity))
        return written > 0 ? Int(written) : nil
    }

    public static func decompress(
        _ source: UnsafeRawPointer, _ byteCount: Int, into target: UnsafeMutableRawPointer,
        exactly size: Int
    ) throws(CodecError) {
        guard let sourceCount = Int32(exactly: byteCount), let targetCount = Int32(exactly: size)
        else {
            throw CodecError(.tooLarge, "LZ4 frame")
        }
        // SAFETY: as above; LZ4_decompress_safe never writes past `size`.
        let written = LZ4_decompress_safe(
            source.assumingMemoryBound(to: CChar.self), target.assumingMemoryBound(to: CChar.self),
            sourceCount, targetCount)
        guard Int(written) == size else { throw CodecError(.compression, "LZ4 frame") }
    }
}
