// SPDX-License-Identifier: Apache-2.0
//
// The bytes of text columns: FORMAT.md, "Text block". One or more columns (a family) share a
// block; how long each value is stands in an integer block of each column.
//
// Rows are cut into frames of a few hundred bytes, each compressed for itself, so that reading
// one row decodes one frame:
//
//   first row of each frame (2 bytes each), padded to 8
//   offset of each frame and the end of the last, packed in `width` bits, padded to 8
//   the frames
//
// A frame as long as its rows is stored as it is, whatever the block's compression.

public enum TextLimits {
    /// Frames are cut when they hold so many bytes or rows.
    public static let frameByteTarget = 512
    public static let frameRowLimit = 64
    /// One value; what a frame may decode to is bounded by it.
    public static let valueByteLimit = 64 << 20
    public static let rowByteLimit = 256 << 20
    public static let frameByteLimit = rowByteLimit + (1 << 20)
    /// A block whose columns are all in frames of at most 64 rows.
    public static let rowLimit = 65_535
}

/// Finds frames in a block; decoding one is the caller's, who has the dictionary.
public struct TextBlock {
    public struct Frame {
        /// Rows of the block, before and behind.
        public let firstRow: Int
        public let endRow: Int
        /// Bytes of the payload.
        public let byteRange: Range<Int>
    }

    public let frameCount: Int
    public let rowCount: Int
    private let width: Int
    private let firstRows: UnsafeRawPointer
    private let offsets: UnsafeRawPointer
    private let dataOffset: Int
    private let byteCount: Int

    /// How many bytes of the payload the directory takes.
    public static func directoryByteCount(frameCount: Int, width: Int) -> Int {
        aligned8(frameCount * 2) + aligned8(packedByteCount(frameCount + 1, width))
    }

    /// Only the directory is read here; the payload must be followed by eight readable bytes.
    @inline(__always)
    public init(
        _ descriptor: BlockDescriptor, payload: UnsafeRawBufferPointer, rowCount: Int
    ) throws(CodecError) {
        frameCount = Int(descriptor.partCount)
        width = Int(descriptor.width)
        self.rowCount = rowCount
        guard frameCount <= rowCount, frameCount > 0 || rowCount == 0, width <= 32 else {
            throw CodecError(.inconsistent, "frame count")
        }
        dataOffset = Self.directoryByteCount(frameCount: frameCount, width: width)
        byteCount = payload.count
        guard dataOffset <= byteCount, let start = payload.baseAddress else {
            throw CodecError(.truncated, "text block")
        }
        firstRows = start
        offsets = start + aligned8(frameCount * 2)
    }

    @inline(__always)
    private func firstRow(_ frame: Int) -> Int {
        Int(firstRows.loadUnaligned(fromByteOffset: frame &* 2, as: UInt16.self))
    }

    /// The frame that holds `row`, which is below `rowCount`.
    public func frame(of row: Int) throws(CodecError) -> Frame {
        var low = 0
        var high = frameCount - 1
        while low < high {
            let middle = (low + high + 1) >> 1
            if firstRow(middle) <= row { low = middle } else { high = middle - 1 }
        }
        let found = try frame(low)
        guard found.firstRow <= row, row < found.endRow else {
            throw CodecError(.inconsistent, "frame")
        }
        return found
    }

    public func frame(_ index: Int) throws(CodecError) -> Frame {
        let first = firstRow(index)
        let end = index + 1 < frameCount ? firstRow(index + 1) : rowCount
        let from = Int(truncatingIfNeeded: loadPacked(offsets, index, width))
        let to = Int(truncatingIfNeeded: loadPacked(offsets, index + 1, width))
        guard first <= end, end <= rowCount, end - first <= TextLimits.frameRowLimit, from <= to,
            to <= byteCount - dataOffset
        else { throw CodecError(.inconsistent, "frame") }
        return Frame(firstRow: first, endRow: end, byteRange: dataOffset + from..<dataOffset + to)
    }
}

@inlinable @inline(__always)
public func aligned8(_ byteCount: Int) -> Int { (byteCount &+ 7) & ~7 }

/// Decodes frames; keeps its contexts and is not for two threads at once.
public final class FrameDecoder {
    private lazy var zstd = ZstdDecompressor()

    public init() {}

    /// Throws if no source of that size can be a frame that decodes to so many bytes: for a caller
    /// who is about to make room for them. The most that zstd gets out of a byte is 32 KiB, from
    /// blocks of four bytes that repeat one 131,072 times.
    @inline(__always)
    public static func check(byteCount: Int, from sourceByteCount: Int) throws(CodecError) {
        guard byteCount <= TextLimits.frameByteLimit, (byteCount + 32_767) >> 15 <= sourceByteCount
        else {
            throw CodecError(.tooLarge, "frame")
        }
    }

    /// `target` has room for `byteCount` bytes.
    public func decode(
        _ source: UnsafeRawBufferPointer, compression: Compression,
        dictionary: ZstdDecompressionDictionary?, into target: UnsafeMutableRawPointer,
        exactly byteCount: Int
    ) throws(CodecError) {
        guard byteCount > 0 else {
            guard source.count == 0 else { throw CodecError(.inconsistent, "frame of empty rows") }
            return
        }
        guard let start = source.baseAddress, source.count > 0 else {
            throw CodecError(.truncated, "frame")
        }
        if source.count == byteCount {
            target.copyMemory(from: start, byteCount: byteCount)
            return
        }
        switch compression {
        case .none: throw CodecError(.inconsistent, "length of a stored frame")
        case .slice: throw CodecError(.inconsistent, "frame of slices")
        case .hex:
            guard source.count == (byteCount + 1) / 2 else {
                throw CodecError(.inconsistent, "hexadecimal frame")
            }
            try Hex.unpack(source, 0..<byteCount, into: target)
        case .lz4: try LZ4.decompress(start, source.count, into: target, exactly: byteCount)
        case .zstd:
            try zstd.decompress(
                start, source.count, into: target, exactly: byteCount, dictionary: nil)
        case .zstdDictionary:
            guard let dictionary else { throw CodecError(.inconsistent, "missing dictionary") }
            try zstd.decompress(
                start, source.count, into: target, exactly: byteCount, dictionary: dictionary)
        }
    }
}
