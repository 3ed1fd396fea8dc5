// SPDX-License-Identifier: Apache-2.0

/// How the frames of a column are to be compressed.
public enum CompressionPolicy: Sendable, Equatable {
    /// Whatever the sample says; `hot` values are read often, so that bytes count for less.
    case automatic(hot: Bool)
    case fixed(Compression)
}

/// Compresses text blocks; keeps its contexts and is not for two threads at once.
public final class TextEncoder {
    public let level: Int32
    private let zstd = ZstdCompressor()
    private let scratch = ByteBuffer(capacity: 4096)
    /// Blocks below this are not worth zstd's time.
    private static let smallByteLimit = 32 << 10

    public init(level: Int32) { self.level = level }

    private struct Frame {
        var firstRow: Int
        var byteRange: Range<Int>
    }

    /// Encodes rows that lie one after the other at `bytes`, `lengths[i]` bytes each, as the
    /// payload of a block at the end of `out`.
    public func encode(
        bytes: UnsafeRawBufferPointer, lengths: UnsafeBufferPointer<UInt32>,
        policy: CompressionPolicy,
        dictionary: ZstdCompressionDictionary?, into out: ByteBuffer
    ) -> BlockDescriptor {
        precondition(lengths.count <= TextLimits.rowLimit, "a text block holds 65,535 rows at most")
        var descriptor = BlockDescriptor()
        descriptor.encoding = .frames
        let start = out.count
        let frames = cut(lengths)
        guard let base = bytes.baseAddress, bytes.count > 0 else {
            return finish(
                &descriptor, frames: frames, offsets: frames.map { _ in 0 } + [0], start: start, out
            )
        }
        switch policy {
        case .fixed(.zstdDictionary) where dictionary == nil: descriptor.compression = .zstd
        case .fixed(let wanted): descriptor.compression = wanted
        case .automatic(let hot):
            descriptor.compression = choose(frames, base, hot: hot, dictionary: dictionary)
        }
        let data = scratch
        data.removeAll()
        var offsets = [0]
        offsets.reserveCapacity(frames.count + 1)
        prepare(descriptor.compression, dictionary)
        for frame in frames {
            append(frame.byteRange, of: base, descriptor.compression, to: data)
            offsets.append(data.count)
        }
        let result = finish(&descriptor, frames: frames, offsets: offsets, start: start, out)
        out.append(data.bytes)
        var complete = result
        complete.byteCount = UInt32(out.count - start)
        return complete
    }

    /// The directory; the caller appends the frames behind it.
    private func finish(
        _ descriptor: inout BlockDescriptor, frames: [Frame], offsets: [Int], start: Int,
        _ out: ByteBuffer
    ) -> BlockDescriptor {
        for frame in frames { out.append(UInt16(frame.firstRow)) }
        out.appendZeros(aligned8(frames.count * 2) - frames.count * 2)
        let width = bitWidth(UInt64(offsets.last ?? 0))
        let packedStart = out.count
        var packer = BitPacker(width: width, into: out)
        for offset in offsets { packer.append(UInt64(offset)) }
        packer.finish()
        let packed = out.count - packedStart
        out.appendZeros(aligned8(packed) - packed)
        descriptor.width = UInt8(width)
        descriptor.partCount = UInt32(frames.count)
        descriptor.byteCount = UInt32(out.count - start)
        return descriptor
    }

    private func cut(_ lengths: UnsafeBufferPointer<UInt32>) -> [Frame] {
        var frames: [Frame] = []
        var firstRow = 0
        var from = 0
        var to = 0
        for row in 0..<lengths.count {
            let length = Int(lengths[row])
            let full =
                to - from >= TextLimits.frameByteTarget
                || row - firstRow == TextLimits.frameRowLimit
            // A long value starts a frame of its own, so that its short neighbours stay cheap.
            let lone = to > from && length >= TextLimits.frameByteTarget * 4
            if row > firstRow, full || lone {
                frames.append(Frame(firstRow: firstRow, byteRange: from..<to))
                firstRow = row
                from = to
            }
            to += length
        }
        if lengths.count > 0 { frames.append(Frame(firstRow: firstRow, byteRange: from..<to)) }
        return frames
    }

    private func prepare(_ compression: Compression, _ dictionary: ZstdCompressionDictionary?) {
        if compression == .zstd { zstd.use(level: level, dictionary: nil) }
        if compression == .zstdDictionary { zstd.use(level: level, dictionary: dictionary) }
    }

    private func append(
        _ range: Range<Int>, of base: UnsafeRawPointer, _ compression: Compression,
        to data: ByteBuffer
    ) {
        let source = base + range.lowerBound
        let before = data.count
        guard compression != .none, range.count > 0 else {
            data.append(source, count: range.count)
            return
        }
        let bound = max(LZ4.compressBound(range.count), ZstdCompressor.compressBound(range.count))
        let target = data.appendUninitialized(bound)
        let written =
            switch compression {
            case .lz4: LZ4.compress(source, range.count, into: target, bound)
            case .hex: Hex.pack(source, range.count, into: target)
            default: zstd.compress(source, range.count, into: target, bound)
            }
        guard let written, written < range.count else {
            data.truncate(to: before)
            data.append(source, count: range.count)
            return
        }
        data.truncate(to: before + written)
    }

    /// Compresses every n-th frame with each candidate and takes the cheapest: stored bytes
    /// read at memory speed, LZ4 at a third of that, zstd at a tenth.
    private func choose(
        _ frames: [Frame], _ base: UnsafeRawPointer, hot: Bool,
        dictionary: ZstdCompressionDictionary?
    ) -> Compression {
        // Of a few frames one or two: more would cost as much as compressing them all.
        let count = min(6, (frames.count + 7) / 8)
        let sample = stride(from: 0, to: frames.count, by: max(1, frames.count / max(count, 1)))
            .map { frames[$0].byteRange }
        func size(_ compression: Compression) -> Int {
            prepare(compression, dictionary)
            scratch.removeAll()
            for range in sample { append(range, of: base, compression, to: scratch) }
            return scratch.count
        }
        let stored = sample.reduce(0) { $0 + $1.count }
        guard stored > 0 else { return .none }
        var best = Compression.none
        // A slower codec must earn its time: so many hundredths of the bytes must go.
        var bar = stored * (hot ? 70 : 90) / 100
        let hex = size(.hex)
        if hex < bar {
            best = .hex
            bar = hex * 92 / 100
        }
        let lz4 = size(.lz4)
        if lz4 < bar {
            best = .lz4
            bar = lz4 * (hot ? 50 : 92) / 100
        }
        // A few rows are merged with others soon: till then a commit's time counts for more.
        if dictionary == nil, frames.last?.byteRange.upperBound ?? 0 < Self.smallByteLimit {
            return best
        }
        let slow: Compression = dictionary == nil ? .zstd : .zstdDictionary
        if size(slow) < bar { best = slow }
        return best
    }
}
