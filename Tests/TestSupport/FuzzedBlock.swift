// SPDX-License-Identifier: Apache-2.0
//
// FuzzCodec's inputs:
//
//   0       kind: 0 integers, 1 text
//   1-2     rows
//   3-4     bytes of the zstd dictionary
//   5-52    block descriptor
//           zstd dictionary; for text a length for each row, one byte, in sixteens above 240; payload

import Codec

struct FuzzedBlock {
    private let isText: Bool
    private let rowCount: Int
    private let head: PaddedBytes
    private let dictionary: PaddedBytes
    private let lengths: [Int]
    private let payload: PaddedBytes

    init(_ input: UnsafeRawBufferPointer) throws(CodecError) {
        var input = FuzzInput(input)
        isText = input.byte() & 1 == 1
        rowCount = input.short()
        let dictionaryByteCount = input.short()
        guard input.rest.count >= BlockDescriptor.byteCount else {
            throw CodecError(.truncated, "fuzz input")
        }
        head = PaddedBytes(input.take(BlockDescriptor.byteCount))
        dictionary = PaddedBytes(input.take(dictionaryByteCount))
        if isText {
            let short = input.take(rowCount).map(Self.length)
            lengths = short + Array(repeating: 0, count: rowCount - short.count)
        } else {
            lengths = []
        }
        payload = PaddedBytes(input.rest)
    }

    private static func length(_ byte: UInt8) -> Int {
        byte <= 240 ? Int(byte) : 240 + Int(byte - 240) * 16
    }

    func read() throws(CodecError) {
        defer { withExtendedLifetime((head, dictionary, payload)) {} }
        let descriptor = try BlockDescriptor(
            at: UnsafeRawPointer(head.bytes.baseAddress.unsafelyUnwrapped))
        let again = ByteBuffer()
        descriptor.encode(into: again)
        require(
            again.bytes.prefix(44).elementsEqual(head.bytes.prefix(44)),
            "a descriptor changed on its way")
        if isText {
            try readText(descriptor)
        } else {
            try readIntegers(
                try IntegerBlock(descriptor, payload: payload.bytes, rowCount: rowCount))
        }
    }

    // MARK: - Integers

    private func readIntegers(_ block: IntegerBlock) throws(CodecError) {
        var isAnyNull = false
        for row in 0..<rowCount where block.isNull(row) { isAnyNull = true }
        require(block.constant == nil || !isAnyNull, "a constant with nulls")
        let decoded = UnsafeMutablePointer<Int64>.allocate(capacity: rowCount)
        let scratch = UnsafeMutablePointer<Int64>.allocate(capacity: rowCount)
        defer {
            decoded.deallocate()
            scratch.deallocate()
        }
        // Whoever reads single rows does not see all that is wrong with a block.
        for row in 0..<rowCount { _ = try? block.value(row) }
        var next = 0
        do throws(CodecError) {
            try block.forEachRun(scratch: scratch) { value, rows in
                require(
                    rows.lowerBound == next && rows.upperBound <= rowCount, "runs with gaps")
                next = rows.upperBound
            }
            require(next == rowCount, "runs leave rows out")
        } catch {
            require(
                (try? block.decode(into: decoded)) == nil, "runs fail where decoding does not")
            throw error
        }
        try block.decode(into: decoded)
        for row in 0..<rowCount {
            let value = try block.value(row)
            require(value == decoded[row], "two ways to read a row differ")
        }
        next = 0
        try block.forEachRun(scratch: scratch) { value, rows in
            for row in rows { require(decoded[row] == value, "a run's value differs") }
        }
        if let constant = block.constant {
            for row in 0..<rowCount { require(decoded[row] == constant, "a constant varies") }
        }
    }

    // MARK: - Text

    private func readText(_ descriptor: BlockDescriptor) throws(CodecError) {
        let block = try TextBlock(descriptor, payload: payload.bytes, rowCount: rowCount)
        let digested = try? ZstdDecompressionDictionary(referringTo: dictionary.bytes)
        let decoder = FrameDecoder()
        var failure: CodecError?
        for row in stride(from: 0, to: rowCount, by: max(1, rowCount / 50)) {
            guard let frame = try? block.frame(of: row) else { continue }
            require(frame.firstRow <= row && row < frame.endRow, "another row's frame")
        }
        for index in 0..<block.frameCount {
            do throws(CodecError) {
                try readFrame(try block.frame(index), descriptor, digested, decoder)
            } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func readFrame(
        _ frame: TextBlock.Frame, _ descriptor: BlockDescriptor,
        _ digested: ZstdDecompressionDictionary?,
        _ decoder: FrameDecoder
    ) throws(CodecError) {
        require(
            frame.byteRange.lowerBound >= 0 && frame.byteRange.upperBound <= payload.bytes.count)
        require(frame.firstRow <= frame.endRow && frame.endRow <= rowCount)
        let byteCount = lengths[frame.firstRow..<frame.endRow].reduce(0, +)
        let source = UnsafeRawBufferPointer(rebasing: payload.bytes[frame.byteRange])
        if source.count != byteCount {
            try FrameDecoder.check(byteCount: byteCount, from: source.count)
        }
        let target = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 1)
        defer { target.deallocate() }
        try decoder.decode(
            source, compression: descriptor.compression, dictionary: digested, into: target,
            exactly: byteCount)
        guard descriptor.compression == .hex, source.count != byteCount else { return }
        for from in [0, byteCount / 2] {
            let part = UnsafeMutableRawPointer.allocate(byteCount: byteCount - from, alignment: 1)
            defer { part.deallocate() }
            try Hex.unpack(source, from..<byteCount, into: part)
            let isSame = UnsafeRawBufferPointer(start: part, count: byteCount - from)
                .elementsEqual(
                    UnsafeRawBufferPointer(start: target + from, count: byteCount - from))
            require(isSame, "a part of a hexadecimal frame differs")
        }
    }
}
