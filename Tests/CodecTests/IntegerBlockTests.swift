// SPDX-License-Identifier: Apache-2.0
import Codec
import TestSupport
import Testing

@Suite struct IntegerBlockTests {
    static let rowCounts = [1, 2, 7, 31, 32, 33, 63, 64, 65, 300, 2048]

    /// Every way to read a block gives what was encoded, whatever the encoding.
    @Test(arguments: IntegerSample.allCases, NullSample.allCases)
    func whatIsReadIsWhatWasEncoded(sample: IntegerSample, nulls: NullSample) throws {
        var random = SeededGenerator(
            seed: UInt64(sample.rawValue.utf8.count * 100 + nulls.rawValue.utf8.count))
        for rowCount in Self.rowCounts {
            let values = nulls.apply(to: sample.values(rowCount, &random), &random)
            for wanted in [nil] + Encoding.ofIntegers.map(Optional.some) {
                let encoded = EncodedIntegers(values, wanted: wanted)
                try Self.check(encoded, "\(rowCount) rows as \(wanted.map { "\($0)" } ?? "chosen")")
            }
        }
    }

    private static func check(_ encoded: EncodedIntegers, _ place: String) throws {
        let values = encoded.values
        let descriptor = encoded.descriptor
        let place = "\(place), \(descriptor)"
        #expect(Int(descriptor.byteCount) == encoded.payload.bytes.count, "\(place)")
        try encoded.withBlock { block in
            #expect(block.rowCount == values.count)
            #expect(block.nullCount == values.count { $0 == nil }, "\(place)")
            #expect(
                values.indices.allSatisfy { block.isNull($0) == (values[$0] == nil) }, "\(place)")
        }
        let present = values.compactMap { $0 }
        if let smallest = present.min(), let largest = present.max() {
            #expect(descriptor.minimum == smallest && descriptor.maximum == largest, "\(place)")
        } else {
            #expect(encoded.payload.bytes.isEmpty, "a block of nulls takes no bytes")
        }
        let answers = try encoded.answers()
        #expect(answers.single != nil && answers.single == answers.decoded, "\(place)")
        #expect(answers.single == answers.runs, "\(place)")
        let read = answers.decoded ?? []
        #expect(
            values.indices.allSatisfy { values[$0] == nil || values[$0] == read[$0] }, "\(place)")
    }

    @Test func nullRowsTakeTheirNeighboursValue() throws {
        let encoded = EncodedIntegers([nil, nil, 5, nil, 9, nil], wanted: .plain)
        #expect(try encoded.answers().decoded == [5, 5, 5, 5, 9, 9])
    }

    @Test func aBlockOfNoRows() throws {
        for wanted in [nil] + Encoding.ofIntegers.map(Optional.some) {
            let encoded = EncodedIntegers([], wanted: wanted)
            #expect(encoded.descriptor == BlockDescriptor())
            #expect(
                try encoded.answers() == IntegerBlock.Answers(single: [], decoded: [], runs: []))
        }
    }

    @Test func runsAreGivenWithoutUnpacking() throws {
        let values = [Int64?](repeating: 3, count: 100) + Array(repeating: -8, count: 50) + [3]
        for wanted in [Encoding.runLength, .bitPacked, .plain, .dictionary, .delta] {
            let encoded = EncodedIntegers(values, wanted: wanted)
            var runs: [(Int64, Range<Int>)] = []
            let scratch = UnsafeMutablePointer<Int64>.allocate(capacity: values.count)
            defer { scratch.deallocate() }
            scratch.initialize(repeating: 0, count: values.count)
            try encoded.withBlock { try $0.forEachRun(scratch: scratch) { runs.append(($0, $1)) } }
            #expect(runs.map(\.0) == [3, -8, 3])
            #expect(runs.map(\.1) == [0..<100, 100..<150, 150..<151])
        }
    }

    // MARK: - Blocks that nobody wrote

    private static func failure(
        _ encoded: EncodedIntegers, rowCount: Int? = nil, _ change: (inout BlockDescriptor) -> Void
    ) -> CodecError.Kind? {
        var descriptor = encoded.descriptor
        change(&descriptor)
        defer { withExtendedLifetime(encoded) {} }
        do throws(CodecError) {
            let block = try IntegerBlock(
                descriptor, payload: encoded.payload.bytes,
                rowCount: rowCount ?? encoded.values.count)
            let answers = block.answers()
            return answers.decoded == nil && answers.runs == nil ? .inconsistent : nil
        } catch { return error.kind }
    }

    @Test func moreNullsThanRows() {
        let encoded = EncodedIntegers([1, nil, 3])
        #expect(Self.failure(encoded) { $0.nullCount = 4 } == .inconsistent)
        #expect(Self.failure(encoded) { $0.nullCount = .max } == .inconsistent)
    }

    @Test func encodingsOfOtherBlocks() {
        let encoded = EncodedIntegers([1, 2, 3], wanted: .plain)
        for encoding in Encoding.allCases where !Encoding.ofIntegers.contains(encoding) {
            #expect(Self.failure(encoded) { $0.encoding = encoding } == .unknownTag)
        }
    }

    @Test(arguments: Encoding.ofIntegers)
    func moreRowsThanThePayloadHas(encoding: Encoding) {
        guard encoding != .constant else { return }
        let encoded = EncodedIntegers((0..<100).map { Int64($0 * $0) }, wanted: encoding)
        // Runs do not grow with the rows: there it shows when they are read.
        for rowCount in [101, 200, 65_535, 1 << 31]
        where encoding != .runLength || rowCount < 1 << 17 {
            let kind = Self.failure(encoded, rowCount: rowCount) { _ in }
            #expect(kind == .truncated || kind == .inconsistent, "\(rowCount) rows")
        }
    }

    @Test(arguments: Encoding.ofIntegers, [nil, 7] as [Int64?])
    func everyByteOfThePayloadIsNeeded(encoding: Encoding, first: Int64?) {
        let encoded = EncodedIntegers([first] + (0..<100).map { Int64($0 / 3) }, wanted: encoding)
        guard !encoded.payload.mutableBytes.isEmpty else { return }
        for length in 0..<encoded.payload.mutableBytes.count {
            let short = PaddedBytes(
                withExtendedLifetime(encoded) { encoded.payload.bytes.prefix(length) })
            #expect(throws: CodecError(.truncated, ""), "\(length) bytes") {
                try IntegerBlock(encoded.descriptor, payload: short.bytes, rowCount: 101)
            }
            withExtendedLifetime(short) {}
        }
    }

    @Test func runsThatEndTooEarlyTooLateOrBackwards() throws {
        let encoded = EncodedIntegers([1, 1, 1, 2, 2, 2, 3, 3], wanted: .runLength)
        // Three ends of four bits: 3, 6, 8.
        #expect(Array(encoded.payload.bytes.prefix(2)) == [0x63, 0x08])
        func damaged(_ ends: [UInt8]) throws -> IntegerBlock.Answers {
            for (index, byte) in ends.enumerated() { encoded.payload.mutableBytes[index] = byte }
            return try encoded.answers()
        }
        for ends: [UInt8] in [[0x63, 0x07], [0x63, 0x09], [0x36, 0x08], [0xf3, 0x08]] {
            let answers = try damaged(ends)
            #expect(answers.decoded == nil, "\(ends)")
            #expect(answers.runs == nil, "\(ends)")
        }
        #expect(Self.failure(encoded) { $0.partCount = 0 } == .inconsistent)
        #expect(Self.failure(encoded) { $0.partCount = 9 } == .inconsistent)
    }

    @Test func dictionaryCodesWithoutAnEntry() {
        let encoded = EncodedIntegers([1, 1000, 1_000_000, 1], wanted: .dictionary)
        #expect(Self.failure(encoded) { $0.partCount = 0 } == .inconsistent)
        #expect(Self.failure(encoded) { $0.partCount = 5 } == .inconsistent)
        #expect(Self.failure(encoded) { $0.partCount = .max } == .inconsistent)
        encoded.payload.mutableBytes[24] = 0xff
        #expect(Self.failure(encoded) { _ in } == .inconsistent)
    }

    @Test func dictionaryCodesOf64BitsAreNotNegative() throws {
        let encoded = EncodedIntegers(Array(repeating: 77, count: 4), wanted: .dictionary)
        let out = ByteBuffer()
        out.append(encoded.payload.bytes)
        for _ in 0..<4 { out.append(UInt64.max - 1000) }
        var descriptor = encoded.descriptor
        descriptor.width = 64
        let payload = PaddedBytes(out.bytes)
        let block = try IntegerBlock(descriptor, payload: payload.bytes, rowCount: 4)
        #expect(throws: CodecError(.inconsistent, "")) { try block.value(0) }
        #expect(block.answers() == IntegerBlock.Answers())
        withExtendedLifetime(payload) {}
    }
}
