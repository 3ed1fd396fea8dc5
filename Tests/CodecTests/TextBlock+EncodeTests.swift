// SPDX-License-Identifier: Apache-2.0
import Codec
import TestSupport
import Testing

@Suite struct TextBlockEncodeTests {
    private static func code(_ count: Int, seed: UInt64 = 1) -> [[UInt8]] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Array(RandomRows.text(&random, limit: 400).utf8) }
    }

    private static func noise(_ count: Int, _ length: Int) -> [[UInt8]] {
        var random = SeededGenerator(seed: 2)
        return (0..<count).map { _ in
            (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
    }

    @Test func whatDoesNotShrinkIsStored() {
        for hot in [true, false] {
            let encoded = EncodedText(Self.noise(200, 50), .automatic(hot: hot))
            #expect(encoded.descriptor.compression == .none)
            #expect(encoded.payload.bytes.count < 200 * 50 + 200)
        }
    }

    @Test func hashesTakeHalfTheirDigits() {
        var random = SeededGenerator(seed: 6)
        let rows = (0..<200).map { _ in
            (0..<32).map { _ in Array("0123456789abcdef".utf8)[random.below(16)] }
        }
        for hot in [true, false] {
            let encoded = EncodedText(rows, .automatic(hot: hot))
            #expect(encoded.descriptor.compression == .hex)
            #expect(encoded.payload.mutableBytes.count < 200 * 16 + 100)
        }
    }

    @Test func textThatShrinksIsCompressed() {
        let rows = Self.code(400)
        let size = rows.reduce(0) { $0 + $1.count }
        let cold = EncodedText(rows, .automatic(hot: false))
        #expect(cold.descriptor.compression != .none)
        #expect(cold.payload.bytes.count < size * 3 / 4)
        let hot = EncodedText(rows, .automatic(hot: true))
        #expect(
            hot.payload.bytes.count >= cold.payload.bytes.count, "a hot column is not made slower")
    }

    @Test(arguments: Compression.ofFrames)
    func aFixedCompressionIsKept(compression: Compression) {
        let rows = Self.code(100)
        let encoded = EncodedText(rows, .fixed(compression))
        // Without a dictionary there is plain zstd.
        #expect(
            encoded.descriptor.compression == (compression == .zstdDictionary ? .zstd : compression)
        )
        #expect(encoded.descriptor.encoding == .frames)
        #expect(Int(encoded.descriptor.byteCount) == encoded.payload.bytes.count)
    }

    @Test func aTrainedDictionaryHelpsShortRows() throws {
        let rows = Self.code(600, seed: 4).map { Array($0.prefix(120)) }
        let dictionary = try #require(TextSamples.dictionary(rows))
        let plain = EncodedText(rows, .fixed(.zstd))
        let trained = EncodedText(rows, .fixed(.zstdDictionary), dictionary: dictionary)
        #expect(trained.descriptor.compression == .zstdDictionary)
        #expect(trained.payload.bytes.count < plain.payload.bytes.count * 9 / 10)
        let chosen = EncodedText(rows, .automatic(hot: false), dictionary: dictionary)
        #expect(chosen.payload.bytes.count <= plain.payload.bytes.count)
    }

    @Test func oneEncoderServesBlockAfterBlock() {
        let encoder = TextEncoder(level: 1)
        let rows = Self.code(100)
        let dictionary = TextSamples.dictionary(Self.code(600, seed: 4))
        for compression in [Compression.zstdDictionary, .zstd, .lz4, .none, .zstd, .zstdDictionary]
        {
            let fresh = EncodedText(rows, .fixed(compression), dictionary: dictionary)
            let again = EncodedText(
                rows, .fixed(compression), dictionary: dictionary, encoder: encoder)
            #expect(again.descriptor == fresh.descriptor)
            #expect(again.payload.bytes.elementsEqual(fresh.payload.bytes), "\(compression)")
        }
    }

    @Test func emptyBlocks() throws {
        for policy in [
            CompressionPolicy.automatic(hot: false), .fixed(.lz4), .fixed(.zstd), .fixed(.none),
        ] {
            let none = EncodedText([], policy)
            #expect(none.descriptor.partCount == 0)
            try none.withBlock { #expect($0.frameCount == 0) }
            let empty = EncodedText(Array(repeating: [], count: 200), policy)
            #expect(empty.descriptor.width == 0)
            #expect(empty.payload.bytes.count == 8, "four frames' first rows")
            try empty.withBlock { #expect($0.frameCount == 4) }
        }
    }
}

enum TextSamples {
    static func dictionary(_ rows: [[UInt8]], byteCount: Int = 4096) -> ZstdCompressionDictionary? {
        let bytes = Array(rows.joined())
        return bytes.withUnsafeBytes {
            ZstdCompressionDictionary.train(
                samples: $0, sizes: rows.map(\.count), byteCount: byteCount, level: 1)
        }
    }
}
