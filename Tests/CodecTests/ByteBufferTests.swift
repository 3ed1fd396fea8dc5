// SPDX-License-Identifier: Apache-2.0
import Codec
import TestSupport
import Testing

@Suite struct ByteBufferTests {
    @Test func holdsWhatWasAppended() {
        var random = SeededGenerator(seed: 3)
        let buffer = ByteBuffer(capacity: 1)
        var expected: [UInt8] = []
        for _ in 0..<2000 {
            switch random.below(5) {
            case 0:
                let value = random.next()
                buffer.append(value)
                withUnsafeBytes(of: value.littleEndian) { expected += $0 }
            case 1:
                buffer.append(UInt8(7))
                expected.append(7)
            case 2:
                let bytes = (0..<random.below(300)).map { _ in
                    UInt8(truncatingIfNeeded: random.next())
                }
                bytes.withUnsafeBytes { buffer.append($0) }
                expected += bytes
            case 3:
                let count = random.below(20)
                buffer.appendZeros(count)
                expected += Array(repeating: 0, count: count)
            default:
                let count = random.below(buffer.count + 1) / 2 + buffer.count / 2
                buffer.truncate(to: count)
                expected.removeSubrange(count...)
            }
        }
        #expect(Array(buffer.bytes) == expected)
    }

    @Test func eightBytesBehindTheEndCanBeRead() {
        // Checked by the address sanitizer: the buffer is full to its last byte.
        for capacity in [64, 65, 1000] {
            let buffer = ByteBuffer(capacity: capacity)
            for _ in 0..<capacity { buffer.append(UInt8(1)) }
            _ = buffer.base.loadUnaligned(fromByteOffset: buffer.count, as: UInt64.self)
            buffer.append(UInt8(1))
            _ = buffer.base.loadUnaligned(fromByteOffset: buffer.count, as: UInt64.self)
        }
    }

    @Test func emptyAppendsAreNothing() {
        let buffer = ByteBuffer()
        buffer.append(UnsafeRawBufferPointer(start: nil, count: 0))
        buffer.append(UnsafeRawBufferPointer(start: buffer.base, count: 0))
        buffer.appendZeros(0)
        #expect(buffer.count == 0)
        buffer.align(8)
        #expect(buffer.count == 0)
    }

    @Test func alignmentPadsWithZeros() {
        let buffer = ByteBuffer()
        buffer.append(UInt8(0xff))
        buffer.align(8)
        #expect(Array(buffer.bytes) == [0xff, 0, 0, 0, 0, 0, 0, 0])
        buffer.align(8)
        #expect(buffer.count == 8)
        buffer.removeAll()
        #expect(buffer.count == 0)
    }

    @Test func uninitializedRoomIsTheCallers() {
        let buffer = ByteBuffer(capacity: 64)
        buffer.append(UInt8(1))
        let room = buffer.appendUninitialized(1000)
        room.initializeMemory(as: UInt8.self, repeating: 9, count: 1000)
        buffer.append(UInt8(2))
        #expect(Array(buffer.bytes) == [1] + Array(repeating: 9, count: 1000) + [2])
    }

    @Test func stringsStandBehindTheirLength() {
        let buffer = ByteBuffer()
        buffer.appendString("ä")
        #expect(Array(buffer.bytes) == [2, 0xc3, 0xa4])
    }
}
