// SPDX-License-Identifier: Apache-2.0
//
// Blocks whose bytes were changed, with no checksum in the way: every byte of the descriptor and
// the payload, and every length. A decoder may throw or answer, and nothing else; whether it reads
// or writes outside of what it was given is for the address sanitizer to see.

import Codec
import TestSupport
import Testing

@Suite struct DamageTests {
    /// What is done to a byte: each bit flipped, and values that are special as a width or a count.
    private static func changed(_ byte: UInt8) -> [UInt8] {
        let flipped = (0..<8).map { byte ^ (1 << UInt8($0)) }
        return flipped + [0, 0xff, 0x7f, 0x80, byte &+ 1, ~byte]
    }

    /// A descriptor and a payload with `damage` done to each byte and to each length in turn.
    private static func forEachDamage(
        _ descriptor: BlockDescriptor, _ payload: PaddedBytes, seed: UInt64,
        _ body: (BlockDescriptor, UnsafeRawBufferPointer) -> Void
    ) {
        let head = ByteBuffer()
        descriptor.encode(into: head)
        func attempt(_ payload: UnsafeRawBufferPointer) {
            guard let damaged = try? BlockDescriptor(at: head.base) else { return }
            body(damaged, payload)
        }
        for index in 0..<BlockDescriptor.byteCount {
            let old = head.base.load(fromByteOffset: index, as: UInt8.self)
            for byte in changed(old) {
                head.base.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
                attempt(payload.bytes)
            }
            head.base.storeBytes(of: old, toByteOffset: index, as: UInt8.self)
        }
        for index in payload.mutableBytes.indices {
            let old = payload.mutableBytes[index]
            for byte in changed(old) {
                payload.mutableBytes[index] = byte
                attempt(payload.bytes)
            }
            payload.mutableBytes[index] = old
        }
        for length in 0..<payload.bytes.count {
            let short = PaddedBytes(payload.bytes.prefix(length))
            attempt(short.bytes)
            withExtendedLifetime(short) {}
        }
        // Several at once, in both.
        var random = SeededGenerator(seed: seed)
        let whole = PaddedBytes(payload.bytes)
        for _ in 0..<1500 {
            for _ in 0...random.below(3) {
                head.base.storeBytes(
                    of: UInt8(truncatingIfNeeded: random.next()),
                    toByteOffset: 8 + random.below(BlockDescriptor.byteCount - 8), as: UInt8.self)
            }
            if !payload.bytes.isEmpty {
                for _ in 0...random.below(3) {
                    payload.mutableBytes[random.below(payload.bytes.count)] = UInt8(
                        truncatingIfNeeded: random.next())
                }
            }
            attempt(payload.bytes)
            head.removeAll()
            descriptor.encode(into: head)
            payload.mutableBytes.copyMemory(from: whole.bytes)
        }
    }

    @Test(arguments: Encoding.ofIntegers, [false, true])
    func integerBlocks(encoding: Encoding, hasNulls: Bool) throws {
        let values = (0..<75).map { row -> Int64? in
            if hasNulls, row % 11 == 0 { return nil }
            switch encoding {
            case .constant: return 1000
            case .runLength, .dictionary: return Int64(row / 9) * 1_000_003
            default: return Int64(row * row) - 40
            }
        }
        let encoded = EncodedIntegers(values, wanted: encoding)
        #expect(encoded.descriptor.encoding == encoding)
        var opened = 0
        var attempts = 0
        Self.forEachDamage(encoded.descriptor, encoded.payload, seed: 1) { descriptor, payload in
            attempts += 1
            guard
                let block = try? IntegerBlock(descriptor, payload: payload, rowCount: values.count)
            else { return }
            opened += 1
            for row in 0..<values.count { _ = block.isNull(row) }
            let answers = block.answers()
            // Runs that contradict themselves are seen only by who walks all of them.
            if let decoded = answers.decoded {
                #expect(answers.single == decoded)
                #expect(answers.runs == decoded)
            }
        }
        #expect(opened > attempts / 4, "most damage is in the values: it must get that far")
        #expect(try encoded.answers().decoded != nil, "the damage was undone")
    }

    @Test(arguments: Compression.ofFrames)
    func textBlocks(compression: Compression) throws {
        var random = SeededGenerator(seed: 3)
        let training = (0..<500).map { _ in Array(RandomRows.text(&random, limit: 100).utf8) }
        let dictionary = try #require(TextSamples.dictionary(training, byteCount: 1024))
        let rows = (0..<70).map { row -> [UInt8] in
            if row % 5 == 0 { return [] }
            return Array(
                compression == .hex
                    ? "0123456789abcdef".utf8 : RandomRows.text(&random, limit: 24).utf8)
        }
        let lengths = rows.map(\.count)
        let encoded = EncodedText(rows, .fixed(compression), dictionary: dictionary)
        #expect(encoded.descriptor.compression == compression)
        let padded = PaddedBytes(dictionary.bytes)
        let digested = try ZstdDecompressionDictionary(referringTo: padded.bytes)
        let reader = TextRows()
        var decoded = 0
        Self.forEachDamage(encoded.descriptor, encoded.payload, seed: 2) { descriptor, payload in
            guard let block = try? TextBlock(descriptor, payload: payload, rowCount: rows.count)
            else { return }
            for row in [0, 1, 33, 63, 64, 69] {
                guard let frame = try? block.frame(of: row) else { continue }
                #expect(frame.firstRow <= row && row < frame.endRow)
            }
            for index in 0..<block.frameCount {
                guard let frame = try? block.frame(index) else { continue }
                let bytes = try? reader.frame(
                    frame, descriptor, payload, lengths: lengths, digested)
                if bytes != nil { decoded += 1 }
            }
        }
        #expect(decoded > 0)
        withExtendedLifetime(padded) {}
    }

    /// Lengths come from a block of their own, so a sound frame may meet any size.
    @Test(arguments: Compression.ofFrames)
    func framesOfAnotherSize(compression: Compression) throws {
        var random = SeededGenerator(seed: 3)
        let training = (0..<500).map { _ in Array(RandomRows.text(&random, limit: 100).utf8) }
        let dictionary = try #require(TextSamples.dictionary(training, byteCount: 1024))
        let row = Array(
            compression == .hex ? "0123456789abcde".utf8 : RandomRows.text(&random, limit: 400).utf8
        )
        let encoded = EncodedText([row], .fixed(compression), dictionary: dictionary)
        let padded = PaddedBytes(dictionary.bytes)
        let digested = try ZstdDecompressionDictionary(referringTo: padded.bytes)
        let frame = try encoded.withBlock { try $0.frame(0) }
        for byteCount in 0...row.count * 2 {
            let bytes = try? TextRows().frame(
                frame, encoded.descriptor, encoded.payload.bytes, lengths: [byteCount], digested)
            // An odd last digit shares its byte with one that is not there.
            let isHalf = compression == .hex && (byteCount + 1) / 2 == frame.byteRange.count
            #expect(
                (bytes != nil)
                    == (byteCount == row.count || byteCount == frame.byteRange.count || isHalf),
                "\(byteCount)")
        }
        withExtendedLifetime(padded) {}
    }

    @Test func claimsThatWouldTakeMemory() throws {
        // A few bytes that say they are millions of rows, runs, entries or frames.
        let small = PaddedBytes([UInt8](repeating: 0xff, count: 16))
        for encoding in Encoding.ofIntegers where encoding != .constant {
            for width in [1, 32, 64] as [UInt8] {
                var descriptor = BlockDescriptor()
                descriptor.encoding = encoding
                descriptor.width = width
                descriptor.secondWidth = width
                descriptor.partCount = .max
                #expect(throws: CodecError.self) {
                    try IntegerBlock(
                        descriptor, payload: small.bytes, rowCount: TextLimits.rowLimit)
                }
                #expect(throws: CodecError.self) {
                    try IntegerBlock(descriptor, payload: small.bytes, rowCount: Int(Int32.max))
                }
            }
        }
        withExtendedLifetime(small) {}
    }
}
