// SPDX-License-Identifier: Apache-2.0
//
// Rows of a segment that a later commit replaced or deleted: FORMAT.md, "Dead rows". Bitmaps of
// 4,096 rows each, where there are any, behind a table that leads to them:
//
//   row count │ dead count │ a bitmap's number for each chunk of rows, 0 for none │ bitmaps

import Codec

/// The dead rows of one relation in one segment, read in place; whoever uses it holds the memory.
package struct DeadRows: @unchecked Sendable {
    // Sendable: nobody writes the bytes.
    package let count: Int
    private let rowCount: Int
    private let table: UnsafeRawPointer
    private let bitmaps: UnsafeRawPointer
    private let bitmapCount: Int

    static let chunkByteCount = SegmentFormat.rowsPerDeadChunk / 8

    package static let none = DeadRows()

    private init() {
        count = 0
        rowCount = 0
        table = UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
        bitmaps = table
        bitmapCount = 0
    }

    init(_ bytes: UnsafeRawBufferPointer, rowCount expected: Int) throws(CodecError) {
        var reader = ByteReader(bytes)
        rowCount = Int(try reader.read(UInt32.self))
        count = Int(try reader.read(UInt32.self))
        guard rowCount == expected, count <= rowCount else {
            throw CodecError(.inconsistent, "dead rows")
        }
        let chunks = Self.chunkCount(rowCount)
        // SAFETY: two integers were read from the front, so the bytes have an address.
        let base = bytes.baseAddress.unsafelyUnwrapped
        table = base + reader.offset
        _ = try reader.readBytes(aligned8(chunks * 4))
        bitmaps = base + reader.offset
        bitmapCount = reader.remaining / Self.chunkByteCount
    }

    static func chunkCount(_ rowCount: Int) -> Int {
        (rowCount + SegmentFormat.rowsPerDeadChunk - 1) / SegmentFormat.rowsPerDeadChunk
    }

    package var isEmpty: Bool { count == 0 }

    /// `row` must be below the segment's row count.
    @inline(__always)
    package func contains(_ row: Int) -> Bool {
        if count == 0 { return false }
        guard row < rowCount else { return true }
        let number = Int(
            table.loadUnaligned(
                fromByteOffset: row / SegmentFormat.rowsPerDeadChunk &* 4, as: UInt32.self))
        if number == 0 { return false }
        guard number <= bitmapCount else { return true }
        let bit = row % SegmentFormat.rowsPerDeadChunk
        let byte = bitmaps.load(
            fromByteOffset: (number &- 1) &* Self.chunkByteCount &+ bit >> 3, as: UInt8.self)
        return byte >> UInt8(bit & 7) & 1 == 1
    }
}

extension DeadRows {
    /// The bitmaps, by the number of their chunk.
    fileprivate func chunks() -> [Int: [UInt64]] {
        var result: [Int: [UInt64]] = [:]
        guard count > 0 else { return result }
        for chunk in 0..<Self.chunkCount(rowCount) {
            let number = Int(table.loadUnaligned(fromByteOffset: chunk * 4, as: UInt32.self))
            guard number > 0, number <= bitmapCount else { continue }
            let bitmap = bitmaps + (number - 1) * Self.chunkByteCount
            result[chunk] = (0..<SegmentFormat.rowsPerDeadChunk / 64).map {
                bitmap.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)
            }
        }
        return result
    }
}

/// Dead rows while they are being found.
struct DeadRowSet {
    let rowCount: Int
    private(set) var count = 0
    private var chunks: [Int: [UInt64]] = [:]

    init(rowCount: Int) { self.rowCount = rowCount }

    init(_ rows: DeadRows, rowCount: Int) {
        self.init(rowCount: rowCount)
        chunks = rows.chunks()
        count = rows.count
    }

    /// False if the row was dead already.
    @discardableResult
    mutating func insert(_ row: Int) -> Bool {
        let chunk = row / SegmentFormat.rowsPerDeadChunk
        let bit = row % SegmentFormat.rowsPerDeadChunk
        let mask: UInt64 = 1 << UInt64(bit & 63)
        var isNew = true
        chunks[chunk, default: Array(repeating: 0, count: SegmentFormat.rowsPerDeadChunk / 64)]
            .withUnsafeMutableBufferPointer { words in
                isNew = words[bit >> 6] & mask == 0
                words[bit >> 6] |= mask
            }
        if isNew { count += 1 }
        return isNew
    }

    func contains(_ row: Int) -> Bool {
        guard let words = chunks[row / SegmentFormat.rowsPerDeadChunk] else { return false }
        let bit = row % SegmentFormat.rowsPerDeadChunk
        return words[bit >> 6] >> UInt64(bit & 63) & 1 == 1
    }

    func encode(into out: ByteBuffer) {
        out.append(UInt32(rowCount))
        out.append(UInt32(count))
        let start = out.count
        var number: UInt32 = 0
        let chunkCount = DeadRows.chunkCount(rowCount)
        for chunk in 0..<chunkCount {
            if chunks[chunk] != nil { number += 1 }
            out.append(chunks[chunk] == nil ? 0 : number)
        }
        out.appendZeros(aligned8(out.count - start) - (out.count - start))
        for chunk in 0..<chunkCount {
            guard let words = chunks[chunk] else { continue }
            words.withUnsafeBytes { out.append($0) }
        }
    }
}
