// SPDX-License-Identifier: Apache-2.0
import Codec
import TestSupport
import Testing

@Suite struct TextBlockTests {
    /// Kinds of text columns.
    enum Sample: String, CaseIterable {
        case empty, oneRow, short, code, mixed, emptyStretches, huge, hugeLast, hugeFirst, long,
            noise, zeros, hashes, mixedHashes, manyRows

        func rows(_ random: inout SeededGenerator) -> [[UInt8]] {
            func text(_ limit: Int) -> [UInt8] {
                Array(RandomRows.text(&random, limit: limit).utf8)
            }
            func bytes(_ count: Int) -> [UInt8] {
                (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            }
            switch self {
            case .empty: return Array(repeating: [], count: 130)
            case .oneRow: return [text(100)]
            case .short: return (0..<300).map { _ in text(12) }
            case .code: return (0..<200).map { _ in text(300) }
            case .mixed:
                return (0..<200).map { _ in
                    random.chance(3) ? [] : text(random.chance(20) ? 9000 : 100)
                }
            case .emptyStretches: return (0..<500).map { $0 % 150 == 149 ? text(50) : [] }
            case .huge: return (0..<20).map { $0 == 10 ? text(300_000) : text(40) }
            case .hugeLast: return (0..<5).map { $0 == 4 ? text(300_000) : text(40) }
            case .hugeFirst: return (0..<5).map { $0 == 0 ? bytes(300_000) : text(40) }
            case .long: return (0..<20).map { _ in text(3000) }
            case .noise: return (0..<100).map { _ in bytes(random.below(200)) }
            case .zeros:
                return [Array(repeating: 0, count: 1 << 20), [], Array(repeating: 32, count: 4000)]
            case .hashes: return (0..<100).map { _ in TextBlockTests.hexDigits(32, &random) }
            case .mixedHashes:
                return (0..<100).map {
                    $0 % 40 == 0 ? text(30) : TextBlockTests.hexDigits(random.below(9), &random)
                }
            case .manyRows: return (0..<65_535).map { [UInt8(truncatingIfNeeded: $0)] }
            }
        }
    }

    private static func hexDigits(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
        (0..<count).map { _ in Array("0123456789abcdef".utf8)[random.below(16)] }
    }

    private static let trained: ZstdCompressionDictionary? = {
        var random = SeededGenerator(seed: 9)
        return TextSamples.dictionary(
            (0..<500).map { _ in Array(RandomRows.text(&random, limit: 200).utf8) })
    }()

    static let policies: [CompressionPolicy] =
        [.automatic(hot: true), .automatic(hot: false)] + Compression.ofFrames.map { .fixed($0) }

    @Test(arguments: Sample.allCases, policies)
    func everyRowCanBeCutOut(sample: Sample, policy: CompressionPolicy) throws {
        var random = SeededGenerator(seed: 5)
        let rows = sample.rows(&random)
        let dictionary = try #require(Self.trained)
        let digested = try dictionary.bytes.withUnsafeBytes { bytes throws(CodecError) in
            try ZstdDecompressionDictionary(referringTo: bytes)
        }
        try withExtendedLifetime(dictionary) {
            let encoded = EncodedText(rows, policy, dictionary: dictionary)
            try Self.check(encoded, rows, digested)
        }
    }

    private static func check(
        _ encoded: EncodedText, _ rows: [[UInt8]], _ dictionary: ZstdDecompressionDictionary
    ) throws {
        try encoded.withBlock { try check($0, encoded, rows, dictionary) }
    }

    private static func check(
        _ block: TextBlock, _ encoded: EncodedText, _ rows: [[UInt8]],
        _ dictionary: ZstdDecompressionDictionary
    ) throws {
        let lengths = rows.map(\.count)
        let reader = TextRows()
        var next = 0
        var end = TextBlock.directoryByteCount(
            frameCount: block.frameCount, width: Int(encoded.descriptor.width))
        for index in 0..<block.frameCount {
            let frame = try block.frame(index)
            #expect(frame.firstRow == next && frame.endRow > next, "frames follow each other")
            #expect(frame.byteRange.lowerBound == end)
            #expect(frame.endRow - frame.firstRow <= TextLimits.frameRowLimit)
            let byteCount = lengths[frame.firstRow..<frame.endRow].reduce(0, +)
            let filled = lengths[frame.firstRow..<frame.endRow].count { $0 > 0 }
            #expect(
                byteCount < TextLimits.frameByteTarget * 5 || filled == 1,
                "reading a row decodes a small frame")
            let bytes = try reader.frame(
                frame, encoded.descriptor, encoded.payload.bytes, lengths: lengths, dictionary)
            #expect(bytes == joined(rows[frame.firstRow..<frame.endRow]))
            next = frame.endRow
            end = frame.byteRange.upperBound
        }
        #expect(next == rows.count)
        #expect(end == encoded.payload.bytes.count)
        let step = max(1, rows.count / 200)
        for row in stride(from: 0, to: rows.count, by: step) {
            let bytes = try reader.row(
                row, of: block, encoded.descriptor, encoded.payload.bytes, lengths: lengths,
                dictionary)
            #expect(bytes == rows[row])
        }
    }

    @Test func shortRowsBesideALongOneStayCheap() throws {
        let rows = (0..<10).map { [UInt8](repeating: 65, count: $0 == 5 ? 5000 : 10) }
        try EncodedText(rows, .fixed(.none)).withBlock { (block) throws in
            #expect(try block.frame(of: 4).byteRange.count == 50)
            #expect(try block.frame(of: 5).byteRange.count == 5000)
            #expect(try block.frame(of: 6).firstRow == 6)
        }
    }

    // MARK: - Blocks that nobody wrote

    private static func failure(_ body: () throws -> Void) -> CodecError.Kind? {
        do {
            try body()
            return nil
        } catch { return (error as? CodecError)?.kind }
    }

    @Test func directoriesThatContradictTheRows() {
        let encoded = EncodedText((0..<100).map { _ in [1, 2, 3] }, .fixed(.none))
        func open(_ rowCount: Int, _ change: (inout BlockDescriptor) -> Void) -> CodecError.Kind? {
            var descriptor = encoded.descriptor
            change(&descriptor)
            return withExtendedLifetime(encoded) {
                Self.failure {
                    _ = try TextBlock(
                        descriptor, payload: encoded.payload.bytes, rowCount: rowCount)
                }
            }
        }
        #expect(open(100) { _ in } == nil)
        #expect(open(100) { $0.partCount = 0 } == .inconsistent)
        #expect(open(1) { _ in } == .inconsistent)
        #expect(open(100) { $0.partCount = .max } == .inconsistent)
        #expect(open(100) { $0.width = 33 } == .inconsistent)
        #expect(open(1000) { $0.partCount = 900 } == .truncated)
        #expect(open(70_000) { $0.partCount = 60_000 } == .truncated)
    }

    @Test func framesThatContradictEachOther() throws {
        let encoded = EncodedText((0..<100).map { _ in [1, 2, 3] }, .fixed(.none))
        try encoded.withBlock { try Self.contradict($0, encoded.payload.mutableBytes) }
    }

    private static func contradict(_ block: TextBlock, _ bytes: UnsafeMutableRawBufferPointer)
        throws
    {
        #expect(bytes[2] == 64 && bytes[3] == 0, "the second frame's first row")
        bytes[2] = 65
        #expect(failure { _ = try block.frame(0) } == .inconsistent, "a frame of 65 rows")
        #expect(try block.frame(1).firstRow == 65)
        bytes[3] = 1
        #expect(failure { _ = try block.frame(1) } == .inconsistent, "a frame behind the rows")
        (bytes[2], bytes[3]) = (64, 0)
        bytes[0] = 3
        #expect(try block.frame(of: 3).firstRow == 3)
        #expect(
            failure { _ = try block.frame(of: 2) } == .inconsistent, "a row before the first frame")
        bytes[0] = 0
        // Offsets 0, 192, 300 of nine bits.
        #expect(Array(bytes[8..<12]) == [0x00, 0x80, 0xb1, 0x04])
        bytes[11] = 0x02
        #expect(failure { _ = try block.frame(0) } == nil)
        #expect(failure { _ = try block.frame(1) } == .inconsistent, "an end before the start")
        bytes[11] = 0x05
        #expect(failure { _ = try block.frame(1) } == .inconsistent, "an end behind the payload")
    }

    @Test func framesThatHoldSomethingElse() throws {
        let decoder = FrameDecoder()
        let target = UnsafeMutableRawPointer.allocate(byteCount: 1000, alignment: 1)
        defer { target.deallocate() }
        func decode(
            _ bytes: [UInt8], _ compression: Compression, _ byteCount: Int, isThere: Bool = true
        ) -> CodecError.Kind? {
            let padded = PaddedBytes(bytes)
            let source = isThere ? padded.bytes : UnsafeRawBufferPointer(start: nil, count: 0)
            return Self.failure {
                try decoder.decode(
                    source, compression: compression, dictionary: nil, into: target,
                    exactly: byteCount)
            }
        }
        for compression in Compression.ofFrames {
            #expect(decode([], compression, 0) == nil)
            #expect(decode([], compression, 0, isThere: false) == nil)
            #expect(decode([1], compression, 0) == .inconsistent)
            #expect(decode([], compression, 5) == .truncated)
            #expect(decode([1, 2, 3], compression, 3) == nil, "stored as it is")
        }
        #expect(decode([1, 2, 3], .hex, 5) == nil)
        #expect(decode([1, 2, 3], .hex, 6) == nil)
        #expect(decode([1, 2, 3], .hex, 4) == .inconsistent)
        #expect(decode([1, 2, 3], .hex, 7) == .inconsistent)
        #expect(decode([1, 2, 3], .slice, 4) == .inconsistent, "slices have no frames")
        #expect(decode([1, 2, 3], .none, 4) == .inconsistent)
        #expect(decode([1, 2, 3], .lz4, 4) == .compression)
        #expect(decode([1, 2, 3], .zstd, 4) == .compression)
        #expect(decode([1, 2, 3], .zstdDictionary, 4) == .inconsistent, "no dictionary")
    }

    @Test func aFrameThatClaimsTooMuchIsRefusedBeforeMemoryIsTaken() throws {
        // What one byte of zstd can decode to at most is 32 KiB.
        #expect(Self.failure { try FrameDecoder.check(byteCount: 32 << 10, from: 1) } == nil)
        #expect(
            Self.failure { try FrameDecoder.check(byteCount: (32 << 10) + 1, from: 1) } == .tooLarge
        )
        #expect(Self.failure { try FrameDecoder.check(byteCount: 0, from: 0) } == nil)
        #expect(
            Self.failure {
                try FrameDecoder.check(byteCount: TextLimits.frameByteLimit, from: 1 << 20)
            } == nil)
        #expect(
            Self.failure {
                try FrameDecoder.check(byteCount: TextLimits.frameByteLimit + 1, from: .max)
            } == .tooLarge)
    }

    @Test func theWrongDictionaryIsNoticedOrHarmless() throws {
        var random = SeededGenerator(seed: 31)
        let rows = (0..<60).map { _ in Array(RandomRows.text(&random, limit: 200).utf8) }
        let dictionary = try #require(Self.trained)
        let encoded = EncodedText(rows, .fixed(.zstdDictionary), dictionary: dictionary)
        let lengths = rows.map(\.count)
        for other in [
            Array("not a trained dictionary, only some text".utf8), [],
            [0x37, 0xa4, 0x30, 0xec, 1, 2, 3],
        ] {
            let padded = PaddedBytes(other)
            guard let digested = try? ZstdDecompressionDictionary(referringTo: padded.bytes) else {
                continue
            }
            try encoded.withBlock { block in
                for index in 0..<block.frameCount {
                    _ = try? TextRows().frame(
                        try block.frame(index), encoded.descriptor, encoded.payload.bytes,
                        lengths: lengths,
                        digested)
                }
            }
            withExtendedLifetime(padded) {}
        }
    }
}
