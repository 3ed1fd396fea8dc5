// SPDX-License-Identifier: Apache-2.0
import CSegstoreZstd

/// A dictionary trained on a column's own values, ready for compression.
///
/// `@unchecked Sendable`: a digested dictionary is never changed after it is made.
public final class ZstdCompressionDictionary: @unchecked Sendable {
    public let bytes: [UInt8]
    fileprivate let handle: OpaquePointer

    public init?(_ bytes: [UInt8], level: Int32) {
        guard let handle = ZSTD_createCDict(bytes, bytes.count, level) else { return nil }
        self.bytes = bytes
        self.handle = handle
    }

    deinit { ZSTD_freeCDict(handle) }

    /// Trains on samples that lie one after the other at `samples`. Nil if they are too few.
    public static func train(
        samples: UnsafeRawBufferPointer, sizes: [Int], byteCount: Int, level: Int32
    ) -> ZstdCompressionDictionary? {
        var parameters = ZDICT_fastCover_params_t()
        // Coarse and quick: two milliseconds, and within one per cent of the slow training.
        parameters.k = 100
        parameters.d = 8
        parameters.f = 16
        parameters.accel = 10
        parameters.zParams.compressionLevel = level
        var dictionary = [UInt8](repeating: 0, count: byteCount)
        let size = ZDICT_trainFromBuffer_fastCover(
            &dictionary, byteCount, samples.baseAddress, sizes, UInt32(sizes.count), parameters)
        guard ZDICT_isError(size) == 0, size > 0 else { return nil }
        dictionary.removeSubrange(size...)
        return ZstdCompressionDictionary(dictionary, level: level)
    }
}

/// A dictionary ready for decompression; refers to the bytes it was made from.
///
/// `@unchecked Sendable`: a digested dictionary is never changed after it is made.
public final class ZstdDecompressionDictionary: @unchecked Sendable {
    fileprivate let handle: OpaquePointer

    /// `bytes` must outlive the dictionary.
    public init(referringTo bytes: UnsafeRawBufferPointer) throws(CodecError) {
        let handle = ZSTD_createDDict_byReference(bytes.baseAddress, bytes.count)
        guard let handle else { throw CodecError(.compression, "zstd dictionary") }
        self.handle = handle
    }

    deinit { ZSTD_freeDDict(handle) }
}

/// A compression context; not for two threads at once.
public final class ZstdCompressor {
    private let context: OpaquePointer
    private var level: Int32 = 0

    public init() {
        guard let context = ZSTD_createCCtx() else { preconditionFailure("out of memory") }
        self.context = context
        // A frame's size is known from its rows' lengths and its checksum is the page's, so the
        // frame header shrinks to two bytes.
        ZSTD_CCtx_setParameter(
            context, ZSTD_c_experimentalParam2, Int32(ZSTD_f_zstd1_magicless.rawValue))
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0)
        ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0)
    }

    deinit { ZSTD_freeCCtx(context) }

    public static func compressBound(_ byteCount: Int) -> Int { ZSTD_compressBound(byteCount) }

    public func use(level: Int32, dictionary: ZstdCompressionDictionary?) {
        if self.level != level {
            ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
            self.level = level
        }
        ZSTD_CCtx_refCDict(context, dictionary?.handle)
    }

    public func compress(
        _ source: UnsafeRawPointer, _ byteCount: Int, into target: UnsafeMutableRawPointer,
        _ capacity: Int
    ) -> Int? {
        let written = ZSTD_compress2(context, target, capacity, source, byteCount)
        return ZSTD_isError(written) == 0 ? written : nil
    }
}

/// A decompression context; not for two threads at once.
public final class ZstdDecompressor {
    private let context: OpaquePointer

    public init() {
        guard let context = ZSTD_createDCtx() else { preconditionFailure("out of memory") }
        self.context = context
        ZSTD_DCtx_setParameter(
            context, ZSTD_d_experimentalParam1, Int32(ZSTD_f_zstd1_magicless.rawValue))
    }

    deinit { ZSTD_freeDCtx(context) }

    public func decompress(
        _ source: UnsafeRawPointer, _ byteCount: Int, into target: UnsafeMutableRawPointer,
        exactly size: Int, dictionary: ZstdDecompressionDictionary?
    ) throws(CodecError) {
        let written: Int
        if let dictionary {
            written = ZSTD_decompress_usingDDict(
                context, target, size, source, byteCount, dictionary.handle)
        } else {
            written = ZSTD_decompressDCtx(context, target, size, source, byteCount)
        }
        guard ZSTD_isError(written) == 0, written == size else {
            throw CodecError(.compression, "zstd frame")
        }
    }
}
