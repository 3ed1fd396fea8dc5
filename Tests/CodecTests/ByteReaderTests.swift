// SPDX-License-Identifier: Apache-2.0
import Codec
import TestSupport
import Testing

@Suite struct ByteReaderTests {
    private static func reading<Result>(
        _ bytes: [UInt8], _ body: (inout ByteReader) throws -> Result
    ) rethrows -> Result {
        let padded = PaddedBytes(bytes)
        var reader = ByteReader(padded.bytes)
        return try withExtendedLifetime(padded) { try body(&reader) }
    }

    private static func failure(_ bytes: [UInt8], _ body: (inout ByteReader) throws -> Void)
        -> CodecError.Kind?
    {
        do {
            try reading(bytes, body)
            return nil
        } catch {
            return (error as? CodecError)?.kind
        }
    }

    @Test func integersAreLittleEndianAndCheckedAgainstTheEnd() throws {
        try Self.reading([0x01, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 0xff]) { (reader) throws in
            #expect(try reader.read(UInt8.self) == 1)
            #expect(try reader.read(UInt16.self) == 0x1234)
            #expect(try reader.read(UInt32.self) == 0x1234_5678)
            #expect(reader.remaining == 1)
            #expect(throws: CodecError(.truncated, "")) { try reader.read(UInt16.self) }
            #expect(reader.offset == 7, "a read that fails takes nothing")
            #expect(try reader.read(Int8.self) == -1)
            #expect(throws: CodecError(.truncated, "")) { try reader.read(UInt8.self) }
        }
    }

    static let varints: [(UInt64, [UInt8])] = [
        (0, [0]), (1, [1]), (0x7f, [0x7f]), (0x80, [0x80, 0x01]), (300, [0xac, 0x02]),
        (0x3fff, [0xff, 0x7f]), (0x4000, [0x80, 0x80, 0x01]),
        (1 << 63, Array(repeating: 0x80, count: 9) + [1]),
        (.max, Array(repeating: 0xff, count: 9) + [1]),
    ]

    @Test(arguments: varints)
    func varintsComeBack(value: UInt64, bytes: [UInt8]) throws {
        let out = ByteBuffer()
        out.appendVarint(value)
        #expect(Array(out.bytes) == bytes)
        try Self.reading(bytes + [0x55]) { (reader) throws in
            #expect(try reader.readVarint() == value)
            #expect(reader.remaining == 1)
        }
        for length in 0..<bytes.count {
            #expect(
                Self.failure(Array(bytes.prefix(length))) { _ = try $0.readVarint() } == .truncated)
        }
    }

    @Test func everyVarintComesBack() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let value = random.next() >> UInt64(random.below(64))
            let out = ByteBuffer()
            out.appendVarint(value)
            var reader = ByteReader(out.bytes)
            #expect(try reader.readVarint() == value)
            #expect(reader.remaining == 0)
        }
    }

    @Test func varintsThatAreTooLong() throws {
        // Ten bytes are the longest, and the tenth has one bit.
        let nine = [UInt8](repeating: 0x80, count: 9)
        #expect(Self.failure(nine + [0x02]) { _ = try $0.readVarint() } == .tooLarge)
        #expect(Self.failure(nine + [0x80]) { _ = try $0.readVarint() } == .tooLarge)
        #expect(Self.failure(nine + [0x81, 0x00]) { _ = try $0.readVarint() } == .tooLarge)
        #expect(
            Self.failure([UInt8](repeating: 0xff, count: 20)) { _ = try $0.readVarint() }
                == .tooLarge)
        // Padding with zeros is allowed as long as it fits: it says one thing only.
        #expect(try Self.reading([0x81, 0x80, 0x00]) { try $0.readVarint() } == 1)
        #expect(try Self.reading(nine + [0x00]) { try $0.readVarint() } == 0)
    }

    @Test func countsAreLimited() throws {
        #expect(try Self.reading([100]) { try $0.readCount(limit: 100) } == 100)
        #expect(Self.failure([101]) { _ = try $0.readCount(limit: 100) } == .tooLarge)
        #expect(Self.failure(Self.varints[8].1) { _ = try $0.readCount(limit: .max) } == .tooLarge)
        let largest = Array(repeating: 0xff as UInt8, count: 8) + [0x7f]
        #expect(try Self.reading(largest) { try $0.readCount(limit: .max) } == .max)
    }

    @Test func bytesAndStrings() throws {
        try Self.reading([1, 2, 3]) { (reader) throws in
            #expect(Array(try reader.readBytes(2)) == [1, 2])
            #expect(throws: CodecError(.truncated, "")) { try reader.readBytes(2) }
            #expect(throws: CodecError(.truncated, "")) { try reader.readBytes(-1) }
            #expect(throws: CodecError(.truncated, "")) { try reader.readBytes(.max) }
            #expect(try reader.readBytes(1).count == 1)
            #expect(try reader.readBytes(0).count == 0)
        }
        let out = ByteBuffer()
        out.appendString("schlüssel")
        out.appendString("")
        var reader = ByteReader(out.bytes)
        #expect(try reader.readString(limit: 10) == "schlüssel")
        #expect(try reader.readString(limit: 0) == "")
        #expect(Self.failure(Array(out.bytes)) { _ = try $0.readString(limit: 9) } == .tooLarge)
        #expect(Self.failure([5, 0x61]) { _ = try $0.readString(limit: 9) } == .truncated)
    }

    @Test func textThatIsNotUTF8IsRefused() {
        // Mended silently it would be longer than it was, and be written back so.
        #expect(Self.failure([1, 0xff]) { _ = try $0.readString(limit: 9) } == .inconsistent)
        #expect(Self.failure([2, 0xc3, 0x28]) { _ = try $0.readString(limit: 9) } == .inconsistent)
    }

    @Test func readingStartsWhereItIsTold() throws {
        let padded = PaddedBytes([1, 2, 3])
        var reader = ByteReader(padded.bytes, offset: 2)
        #expect(reader.remaining == 1)
        #expect(try reader.read(UInt8.self) == 3)
    }
}
