// SPDX-License-Identifier: Apache-2.0
//
// A block of 64-bit integers: FORMAT.md, "Integer block". Ids, enums, booleans, timestamps,
// the bit patterns of floats and the lengths of texts are all stored so.
//
//   [null bitmap, if some but not all rows are null]
//   constant    nothing: every value is `minimum`
//   bitPacked   values - minimum, packed in `width` bits
//   runLength   rows before the end of each run, packed in `secondWidth`; then the runs' values
//   delta       smallest step (8 bytes); every 32nd value - minimum; every step - smallest step
//   dictionary  `partCount` values of 8 bytes; then a code for each row
//   plain       8 bytes each

/// Reads one block in place. Building it checks the sizes; reading a value costs some nanoseconds.
public struct IntegerBlock {
    public let rowCount: Int
    public let nullCount: Int
    @usableFromInline let encoding: Encoding
    @usableFromInline let base: Int64
    @usableFromInline let width: Int
    @usableFromInline let secondWidth: Int
    @usableFromInline let partCount: Int
    @usableFromInline let nulls: UnsafeRawPointer?
    @usableFromInline let first: UnsafeRawPointer
    @usableFromInline let second: UnsafeRawPointer
    @usableFromInline let smallestStep: Int64

    @inlinable public static var checkpointInterval: Int { 32 }

    /// The payload must be followed by eight readable bytes.
    @inlinable @inline(__always)
    public init(
        _ descriptor: BlockDescriptor, payload: UnsafeRawBufferPointer, rowCount: Int
    ) throws(CodecError) {
        self.rowCount = rowCount
        nullCount = Int(descriptor.nullCount)
        encoding = descriptor.encoding
        base = descriptor.minimum
        width = Int(descriptor.width)
        secondWidth = Int(descriptor.secondWidth)
        partCount = Int(descriptor.partCount)
        guard nullCount <= rowCount else { throw CodecError(.inconsistent, "null count") }
        var need = 0
        // SAFETY: an empty payload has no address; nothing is read through this one.
        let start = payload.baseAddress ?? UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
        if nullCount > 0, nullCount < rowCount {
            nulls = start
            need = nullBitmapByteCount(rowCount)
        } else {
            nulls = nil
        }
        var second = start
        let firstOffset = need
        var step: Int64 = 0
        switch descriptor.encoding {
        case .constant:
            break
        case .bitPacked:
            need += packedByteCount(rowCount, width)
        case .runLength:
            guard partCount <= rowCount, partCount > 0 || rowCount == 0 else {
                throw CodecError(.inconsistent, "run count")
            }
            need += packedByteCount(partCount, secondWidth)
            second = start + need
            need += packedByteCount(partCount, width)
        case .delta:
            need += 8 + packedByteCount(Self.checkpoints(rowCount), width)
            second = start + need
            need += packedByteCount(rowCount, secondWidth)
            guard payload.count >= need else { throw CodecError(.truncated, "integer block") }
            step = start.loadUnaligned(fromByteOffset: firstOffset, as: Int64.self)
        case .dictionary:
            guard partCount > 0, partCount <= max(rowCount, 1) else {
                throw CodecError(.inconsistent, "dictionary size")
            }
            need += partCount * 8
            second = start + need
            need += packedByteCount(rowCount, width)
        case .plain:
            need += rowCount * 8
        default:
            throw CodecError(.unknownTag, "encoding of an integer block")
        }
        guard payload.count >= need else { throw CodecError(.truncated, "integer block") }
        first = start + firstOffset
        self.second = second
        smallestStep = step
    }

    @usableFromInline static func checkpoints(_ rowCount: Int) -> Int {
        (rowCount + checkpointInterval - 1) / checkpointInterval
    }

    /// Whether equal neighbours are stored once.
    @inlinable public var hasRuns: Bool { encoding == .constant || encoding == .runLength }

    /// The value of every row, if it is one and none is null.
    @inlinable public var constant: Int64? { encoding == .constant && nullCount == 0 ? base : nil }

    @inlinable @inline(__always)
    public func isNull(_ row: Int) -> Bool {
        if nullCount == 0 { return false }
        guard let nulls else { return true }
        return nulls.load(fromByteOffset: row >> 3, as: UInt8.self) >> UInt8(row & 7) & 1 == 1
    }

    /// The value of `row`, which must be below `rowCount`; of a null row something arbitrary.
    @inlinable @inline(__always)
    public func value(_ row: Int) throws(CodecError) -> Int64 {
        switch encoding {
        case .bitPacked: return base &+ Int64(bitPattern: loadPacked(first, row, width))
        case .constant: return base
        case .plain: return first.loadUnaligned(fromByteOffset: row &* 8, as: Int64.self)
        default: return try uncommonValue(row)
        }
    }

    @inline(never)
    @usableFromInline func uncommonValue(_ row: Int) throws(CodecError) -> Int64 {
        switch encoding {
        case .runLength:
            return base &+ Int64(bitPattern: loadPacked(second, run(of: row), width))
        case .delta:
            return deltaValue(row)
        default:
            let code = loadPacked(second, row, width)
            guard code < UInt64(partCount) else {
                throw CodecError(.inconsistent, "dictionary code")
            }
            return first.loadUnaligned(fromByteOffset: Int(code) &* 8, as: Int64.self)
        }
    }

    private func run(of row: Int) -> Int {
        var low = 0
        var high = partCount - 1
        while low < high {
            let middle = (low + high) >> 1
            if Int(truncatingIfNeeded: loadPacked(first, middle, secondWidth)) > row {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }

    private func deltaValue(_ row: Int) -> Int64 {
        let checkpoint = row / Self.checkpointInterval
        var value = base &+ Int64(bitPattern: loadPacked(first + 8, checkpoint, width))
        var i = checkpoint * Self.checkpointInterval
        while i < row {
            i += 1
            value = value &+ smallestStep &+ Int64(bitPattern: loadPacked(second, i, secondWidth))
        }
        return value
    }

    /// All values into `target`, which has room for `rowCount`.
    public func decode(into target: UnsafeMutablePointer<Int64>) throws(CodecError) {
        switch encoding {
        case .constant:
            for row in 0..<rowCount { target[row] = base }
        case .bitPacked:
            unpack(first, start: 0, count: rowCount, width: width, adding: base, into: target)
        case .plain:
            UnsafeMutableRawPointer(target).copyMemory(from: first, byteCount: rowCount * 8)
        case .runLength:
            var row = 0
            for run in 0..<partCount {
                let end = Int(truncatingIfNeeded: loadPacked(first, run, secondWidth))
                let value = base &+ Int64(bitPattern: loadPacked(second, run, width))
                guard end >= row, end <= rowCount else {
                    throw CodecError(.inconsistent, "run end")
                }
                while row < end {
                    target[row] = value
                    row += 1
                }
            }
            guard row == rowCount else { throw CodecError(.inconsistent, "runs") }
        case .delta:
            for row in 0..<rowCount {
                if row % Self.checkpointInterval == 0 {
                    let index = row / Self.checkpointInterval
                    target[row] = base &+ Int64(bitPattern: loadPacked(first + 8, index, width))
                } else {
                    let step = Int64(bitPattern: loadPacked(second, row, secondWidth))
                    target[row] = target[row - 1] &+ smallestStep &+ step
                }
            }
        default:
            for row in 0..<rowCount { target[row] = try uncommonValue(row) }
        }
    }

    /// Calls `body` with each run of equal values, without unpacking where runs are stored.
    @inlinable @inline(__always)
    public func forEachRun(
        scratch: UnsafeMutablePointer<Int64>, _ body: (Int64, Range<Int>) -> Void
    ) throws(CodecError) {
        if encoding == .constant {
            if rowCount > 0 { body(base, 0..<rowCount) }
            return
        }
        if encoding == .runLength {
            var row = 0
            for run in 0..<partCount {
                let end = Int(truncatingIfNeeded: loadPacked(first, run, secondWidth))
                guard end >= row, end <= rowCount else {
                    throw CodecError(.inconsistent, "run end")
                }
                body(base &+ Int64(bitPattern: loadPacked(second, run, width)), row..<end)
                row = end
            }
            guard row == rowCount else { throw CodecError(.inconsistent, "runs") }
            return
        }
        try decode(into: scratch)
        var start = 0
        while start < rowCount {
            var end = start + 1
            while end < rowCount, scratch[end] == scratch[start] { end += 1 }
            body(scratch[start], start..<end)
            start = end
        }
    }
}
