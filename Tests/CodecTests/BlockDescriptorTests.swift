// SPDX-License-Identifier: Apache-2.0
import Codec
import TestSupport
import Testing

@Suite struct BlockDescriptorTests {
    private static func encode(_ descriptor: BlockDescriptor) -> [UInt8] {
        let out = ByteBuffer()
        descriptor.encode(into: out)
        return Array(out.bytes)
    }

    private static func decode(_ bytes: [UInt8]) throws(CodecError) -> BlockDescriptor {
        let padded = PaddedBytes(bytes)
        return try BlockDescriptor(
            at: UnsafeRawPointer(padded.mutableBytes.baseAddress.unsafelyUnwrapped))
    }

    @Test func everyFieldComesBack() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            var descriptor = BlockDescriptor()
            descriptor.byteOffset = random.next()
            descriptor.byteCount = UInt32(truncatingIfNeeded: random.next())
            descriptor.nullCount = UInt32(truncatingIfNeeded: random.next())
            descriptor.encoding = random.pick(Encoding.allCases)
            descriptor.compression = random.pick(Compression.allCases)
            descriptor.width = UInt8(random.below(65))
            descriptor.secondWidth = UInt8(random.below(65))
            descriptor.partCount = UInt32(truncatingIfNeeded: random.next())
            descriptor.minimum = Int64(bitPattern: random.next())
            descriptor.maximum = Int64(bitPattern: random.next())
            descriptor.dictionaryIndex = UInt32(truncatingIfNeeded: random.next())
            let bytes = Self.encode(descriptor)
            #expect(bytes.count == BlockDescriptor.byteCount)
            #expect(try Self.decode(bytes) == descriptor)
        }
    }

    @Test func theTagsOnDiskStayAsTheyAre() {
        #expect(Encoding.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 16, 32])
        #expect(Compression.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
    }

    @Test func unknownTagsAndWidthsAreRefused() {
        let good = Self.encode(BlockDescriptor())
        func refusal(_ offset: Int, _ byte: UInt8) -> CodecError.Kind? {
            var bytes = good
            bytes[offset] = byte
            do throws(CodecError) {
                _ = try Self.decode(bytes)
                return nil
            } catch { return error.kind }
        }
        for byte in UInt8.min...UInt8.max {
            #expect(refusal(16, byte) == (Encoding(rawValue: byte) == nil ? .unknownTag : nil))
            #expect(refusal(17, byte) == (Compression(rawValue: byte) == nil ? .unknownTag : nil))
            #expect(refusal(18, byte) == (byte > 64 ? .inconsistent : nil))
            #expect(refusal(19, byte) == (byte > 64 ? .inconsistent : nil))
        }
    }

    @Test func nullBitmapsArePaddedToWords() {
        #expect([0, 1, 63, 64, 65, 65_535].map(nullBitmapByteCount) == [0, 8, 8, 8, 16, 8192])
    }
}
