// SPDX-License-Identifier: Apache-2.0
//
// What the tests of this folder share: blocks encoded from plain arrays.

import Codec
import TestSupport

extension Encoding {
    /// Those of an integer block.
    static let ofIntegers: [Encoding] = [
        .constant, .bitPacked, .runLength, .delta, .dictionary, .plain,
    ]
}

extension Compression {
    /// Those of a block of frames.
    static let ofFrames: [Compression] = [.none, .lz4, .zstd, .zstdDictionary, .hex]
}

/// An integer block with what it was made from.
struct EncodedIntegers {
    let values: [Int64?]
    let descriptor: BlockDescriptor
    let payload: PaddedBytes

    /// Null rows hold `filler` before they are encoded, which must not matter.
    init(_ values: [Int64?], wanted: Encoding? = nil, filler: Int64 = 0x5555_5555_5555_5555) {
        self.values = values
        var numbers = values.map { $0 ?? filler }
        var nulls = [UInt8](repeating: 0, count: (values.count + 7) / 8)
        for (row, value) in values.enumerated() where value == nil {
            nulls[row >> 3] |= 1 << UInt8(row & 7)
        }
        let nullCount = values.reduce(0) { $0 + ($1 == nil ? 1 : 0) }
        let out = ByteBuffer()
        // Blocks follow each other in one buffer: nothing may depend on where one starts.
        out.append(UInt8(7))
        let descriptor = numbers.withUnsafeMutableBufferPointer { numbers in
            nulls.withUnsafeBytes { nulls in
                IntegerBlock.encode(
                    numbers, nulls: nulls.baseAddress, nullCount: nullCount, wanted: wanted,
                    into: out)
            }
        }
        self.descriptor = descriptor
        payload = PaddedBytes(UnsafeRawBufferPointer(rebasing: out.bytes[1...]))
    }

    /// A block points into its payload, so it is only lent.
    func withBlock<Result>(_ body: (IntegerBlock) throws -> Result) throws -> Result {
        try withExtendedLifetime(payload) {
            try body(IntegerBlock(descriptor, payload: payload.bytes, rowCount: values.count))
        }
    }

    func answers() throws -> IntegerBlock.Answers { try withBlock { $0.answers() } }
}

extension IntegerBlock {
    /// All values in three ways. Wherever two of them answer, they must agree.
    struct Answers: Equatable {
        var single: [Int64]?
        var decoded: [Int64]?
        var runs: [Int64]?
    }

    func answers() -> Answers {
        var answers = Answers()
        answers.single = try? (0..<rowCount).map { row throws(CodecError) in try value(row) }
        let canary: Int64 = 0x0123_4567_89ab_cdef
        let target = UnsafeMutablePointer<Int64>.allocate(capacity: rowCount + 1)
        defer { target.deallocate() }
        target.initialize(repeating: canary, count: rowCount + 1)
        if (try? decode(into: target)) != nil {
            answers.decoded = Array(UnsafeBufferPointer(start: target, count: rowCount))
        }
        precondition(target[rowCount] == canary, "decode wrote past its target")
        let scratch = UnsafeMutablePointer<Int64>.allocate(capacity: rowCount)
        scratch.initialize(repeating: 0, count: rowCount)
        defer { scratch.deallocate() }
        var runs: [Int64] = []
        var isConnected = true
        let failure: CodecError?
        do throws(CodecError) {
            try forEachRun(scratch: scratch) { value, rows in
                if rows.lowerBound != runs.count || rows.upperBound > rowCount {
                    isConnected = false
                }
                runs.append(contentsOf: repeatElement(value, count: rows.count))
            }
            failure = nil
        } catch { failure = error }
        precondition(isConnected, "runs that leave rows out, or are not of this block")
        if failure == nil { answers.runs = runs }
        return answers
    }
}

/// A text block with what it was made from.
struct EncodedText {
    let rows: [[UInt8]]
    let descriptor: BlockDescriptor
    let payload: PaddedBytes
    let dictionary: [UInt8]

    init(
        _ rows: [[UInt8]], _ policy: CompressionPolicy, level: Int32 = 1,
        dictionary: ZstdCompressionDictionary? = nil, encoder: TextEncoder? = nil
    ) {
        self.rows = rows
        let bytes = joined(rows)
        let lengths = rows.map { UInt32($0.count) }
        let out = ByteBuffer()
        out.append(UInt64(7))
        descriptor = bytes.withUnsafeBytes { bytes in
            lengths.withUnsafeBufferPointer { lengths in
                (encoder ?? TextEncoder(level: level)).encode(
                    bytes: bytes, lengths: lengths, policy: policy, dictionary: dictionary,
                    into: out)
            }
        }
        payload = PaddedBytes(UnsafeRawBufferPointer(rebasing: out.bytes[8...]))
        self.dictionary = dictionary?.bytes ?? []
    }

    func withBlock<Result>(_ body: (TextBlock) throws -> Result) throws -> Result {
        try withExtendedLifetime(payload) {
            try body(TextBlock(descriptor, payload: payload.bytes, rowCount: rows.count))
        }
    }
}

/// Quicker than `Array(rows.joined())` in a debug build.
func joined(_ rows: some Sequence<[UInt8]>) -> [UInt8] {
    var bytes: [UInt8] = []
    for row in rows { bytes.append(contentsOf: row) }
    return bytes
}

/// Reads rows of text blocks as a reader of segments does: the lengths are known, one frame is
/// decoded, the row is cut out of it.
final class TextRows {
    private let decoder = FrameDecoder()

    func frame(
        _ frame: TextBlock.Frame, _ descriptor: BlockDescriptor, _ payload: UnsafeRawBufferPointer,
        lengths: [Int], _ dictionary: ZstdDecompressionDictionary? = nil
    ) throws(CodecError) -> [UInt8] {
        let byteCount = lengths[frame.firstRow..<frame.endRow].reduce(0, +)
        // Not one byte more than was asked for, so that the sanitizer sees who writes further.
        let target = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 1)
        defer { target.deallocate() }
        try decoder.decode(
            UnsafeRawBufferPointer(rebasing: payload[frame.byteRange]),
            compression: descriptor.compression,
            dictionary: dictionary, into: target, exactly: byteCount)
        return Array(UnsafeRawBufferPointer(start: target, count: byteCount))
    }

    func row(
        _ row: Int, of block: TextBlock, _ descriptor: BlockDescriptor,
        _ payload: UnsafeRawBufferPointer,
        lengths: [Int], _ dictionary: ZstdDecompressionDictionary? = nil
    ) throws(CodecError) -> [UInt8] {
        let found = try block.frame(of: row)
        let bytes = try frame(found, descriptor, payload, lengths: lengths, dictionary)
        let start = lengths[found.firstRow..<row].reduce(0, +)
        return Array(bytes[start..<start + lengths[row]])
    }
}
