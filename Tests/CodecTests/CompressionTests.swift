// SPDX-License-Identifier: Apache-2.0
import Codec
import TestSupport
import Testing

@Suite struct LZ4Tests {
    private static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        let capacity = LZ4.compressBound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
            bytes.withUnsafeBytes { source in
                guard let from = source.baseAddress,
                    let to = UnsafeMutableRawPointer(target.baseAddress)
                else { return }
                count = LZ4.compress(from, bytes.count, into: to, capacity) ?? 0
            }
        }
    }

    private static func decompress(_ bytes: [UInt8], exactly size: Int) throws(CodecError)
        -> [UInt8]
    {
        let target = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 1)
        defer { target.deallocate() }
        let padded = PaddedBytes(bytes)
        guard let source = padded.bytes.baseAddress else { return [] }
        try LZ4.decompress(source, bytes.count, into: target, exactly: size)
        return Array(UnsafeRawBufferPointer(start: target, count: size))
    }

    @Test func bytesComeBack() throws {
        for bytes in [[7], Array(repeating: 1, count: 5000), Array("abcabcabcabd".utf8)]
            as [[UInt8]]
        {
            let packed = try #require(Self.compress(bytes))
            #expect(try Self.decompress(packed, exactly: bytes.count) == bytes)
            #expect(throws: CodecError(.compression, "")) {
                try Self.decompress(packed, exactly: bytes.count + 1)
            }
            #expect(throws: CodecError(.compression, "")) {
                try Self.decompress(packed, exactly: bytes.count - 1)
            }
            #expect(throws: CodecError(.compression, "")) {
                try Self.decompress(packed.dropLast(), exactly: bytes.count)
            }
        }
    }

    @Test func noRoomIsNoError() {
        let bytes = [UInt8](0..<100)
        bytes.withUnsafeBytes { source in
            guard let from = source.baseAddress else { return }
            let target = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 1)
            defer { target.deallocate() }
            #expect(LZ4.compress(from, 100, into: target, 20) == nil)
        }
    }

    @Test func countsBeyondTheLibrarysAreRefused() {
        // SAFETY: nothing is read or written, since the counts are looked at first.
        let nowhere = UnsafeMutableRawPointer(bitPattern: 4096).unsafelyUnwrapped
        #expect(throws: CodecError(.tooLarge, "")) {
            try LZ4.decompress(nowhere, 1 << 31, into: nowhere, exactly: 5)
        }
        #expect(throws: CodecError(.tooLarge, "")) {
            try LZ4.decompress(nowhere, 5, into: nowhere, exactly: 1 << 31)
        }
    }
}

@Suite struct ZstdTests {
    @Test func tooFewSamplesTrainNothing() {
        #expect(TextSamples.dictionary([[1, 2, 3]]) == nil)
        #expect(TextSamples.dictionary([]) == nil)
        #expect(TextSamples.dictionary(Array(repeating: [], count: 100)) == nil)
    }

    @Test func trainedDictionariesAreDeterministicAndBounded() throws {
        var random = SeededGenerator(seed: 1)
        let rows = (0..<800).map { _ in Array(RandomRows.text(&random, limit: 100).utf8) }
        let one = try #require(TextSamples.dictionary(rows))
        let other = try #require(TextSamples.dictionary(rows))
        #expect(one.bytes == other.bytes)
        #expect(one.bytes.count <= 4096)
        #expect(
            one.bytes.prefix(4).elementsEqual([0x37, 0xa4, 0x30, 0xec]), "zstd's own magic number")
    }

    @Test func aDamagedDictionaryIsAnErrorOrAnotherDictionary() throws {
        var random = SeededGenerator(seed: 1)
        let rows = (0..<800).map { _ in Array(RandomRows.text(&random, limit: 100).utf8) }
        let dictionary = try #require(TextSamples.dictionary(rows, byteCount: 600))
        let sample = EncodedText(
            Array(rows.prefix(20)), .fixed(.zstdDictionary), dictionary: dictionary)
        let frame = try sample.withBlock { try $0.frame(0) }
        let lengths = sample.rows.map(\.count)
        for index in dictionary.bytes.indices {
            var bytes = dictionary.bytes
            bytes[index] ^= UInt8(truncatingIfNeeded: 1 + random.below(255))
            let padded = PaddedBytes(bytes)
            guard let digested = try? ZstdDecompressionDictionary(referringTo: padded.bytes) else {
                continue
            }
            _ = try? TextRows().frame(
                frame, sample.descriptor, sample.payload.bytes, lengths: lengths, digested)
            withExtendedLifetime(padded) {}
        }
    }

    @Test func framesHaveNoMagicNumberAndNoSize() throws {
        let compressor = ZstdCompressor()
        compressor.use(level: 1, dictionary: nil)
        let bytes = [UInt8](repeating: 9, count: 1000)
        let target = UnsafeMutableRawPointer.allocate(byteCount: 2000, alignment: 1)
        defer { target.deallocate() }
        let written = bytes.withUnsafeBytes { source in
            source.baseAddress.flatMap { compressor.compress($0, 1000, into: target, 2000) }
        }
        let count = try #require(written)
        #expect(count < 20)
        #expect(target.load(as: UInt8.self) == 0, "no size, no checksum, no dictionary number")
        let back = UnsafeMutableRawPointer.allocate(byteCount: 1000, alignment: 1)
        defer { back.deallocate() }
        let decompressor = ZstdDecompressor()
        try decompressor.decompress(target, count, into: back, exactly: 1000, dictionary: nil)
        #expect(UnsafeRawBufferPointer(start: back, count: 1000).elementsEqual(bytes))
        #expect(throws: CodecError(.compression, "")) {
            try decompressor.decompress(target, count, into: back, exactly: 999, dictionary: nil)
        }
    }
}
