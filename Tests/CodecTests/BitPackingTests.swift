// SPDX-License-Identifier: Apache-2.0
import Codec
import TestSupport
import Testing

@Suite struct BitPackingTests {
    static let counts = [0, 1, 2, 7, 8, 9, 63, 64, 65, 130]

    private static func pack(_ values: [UInt64], width: Int) -> PaddedBytes {
        let out = ByteBuffer()
        var packer = BitPacker(width: width, into: out)
        for value in values { packer.append(value) }
        packer.finish()
        return withExtendedLifetime(out) { PaddedBytes(out.bytes) }
    }

    private static func load(_ packed: PaddedBytes, _ range: Range<Int>, width: Int) -> [UInt64] {
        withExtendedLifetime(packed) {
            let base = UnsafeRawPointer(packed.mutableBytes.baseAddress.unsafelyUnwrapped)
            return range.map { loadPacked(base, $0, width) }
        }
    }

    private static func values(_ count: Int, width: Int, _ random: inout SeededGenerator)
        -> [UInt64]
    {
        (0..<count).map { index in
            switch index % 4 {
            case 0: bitMask(width)
            case 1: 0
            default: random.next() & bitMask(width)
            }
        }
    }

    @Test func widthsOfValues() {
        #expect(bitWidth(0) == 0)
        #expect(bitWidth(1) == 1)
        #expect(bitWidth(.max) == 64)
        #expect(bitMask(0) == 0)
        #expect(bitMask(64) == .max)
        for bit in 0..<64 {
            let power: UInt64 = 1 << UInt64(bit)
            #expect(bitWidth(power) == bit + 1)
            #expect(bitMask(bit) == power - 1)
        }
    }

    @Test(arguments: 0...64)
    func packedValuesComeBack(width: Int) {
        var random = SeededGenerator(seed: UInt64(width))
        for count in Self.counts {
            let values = Self.values(count, width: width, &random)
            let packed = Self.pack(values, width: width)
            #expect(packed.mutableBytes.count == packedByteCount(count, width), "\(count) values")
            #expect(Self.load(packed, 0..<count, width: width) == values)
        }
    }

    @Test(arguments: 0...64)
    func unpackAgreesWithLoadPacked(width: Int) {
        var random = SeededGenerator(seed: UInt64(width) + 100)
        let values = Self.values(150, width: width, &random)
        let packed = Self.pack(values, width: width)
        for (start, count) in [(0, 150), (0, 0), (1, 1), (7, 64), (63, 65), (149, 1), (150, 0)] {
            for offset in [0, -1, Int64.max, Int64.min] {
                var target = [Int64](repeating: 0, count: count)
                target.withUnsafeMutableBufferPointer { target in
                    guard let base = packed.bytes.baseAddress, let target = target.baseAddress
                    else { return }
                    unpack(
                        base, start: start, count: count, width: width, adding: offset, into: target
                    )
                }
                let expected = Self.load(packed, start..<start + count, width: width).map {
                    offset &+ Int64(bitPattern: $0)
                }
                #expect(target == expected, "\(count) values from \(start)")
            }
        }
    }

    @Test(arguments: 0...64)
    func bitsBeyondTheWidthOfANeighbourAreLeftAlone(width: Int) {
        // One value of ones among zeros: nothing of it may show in the others.
        for position in 0..<70 {
            var values = [UInt64](repeating: 0, count: 70)
            values[position] = bitMask(width)
            let packed = Self.pack(values, width: width)
            #expect(Self.load(packed, 0..<70, width: width) == values)
        }
    }

    @Test func aPackerCanGoOnAfterFinishing() {
        let out = ByteBuffer()
        var packer = BitPacker(width: 3, into: out)
        packer.append(5)
        packer.finish()
        packer.append(6)
        packer.finish()
        #expect(Array(out.bytes) == [5, 6])
        packer.finish()
        #expect(out.count == 2)
    }

    @Test func theLayoutIsLowestBitFirst() {
        func bytes(_ values: [UInt64], _ width: Int) -> [UInt8] {
            let packed = Self.pack(values, width: width)
            return withExtendedLifetime(packed) { Array(packed.bytes) }
        }
        #expect(bytes([1, 2, 3], 4) == [0x21, 0x03])
        #expect(bytes([0x1ff, 0, 0x1ff], 9) == [0xff, 0x01, 0xfc, 0x07])
        #expect(bytes([0x0102_0304_0506_0708], 64) == [8, 7, 6, 5, 4, 3, 2, 1])
    }
}
