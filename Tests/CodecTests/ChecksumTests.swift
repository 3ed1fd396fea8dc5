// SPDX-License-Identifier: Apache-2.0
import Codec
import Testing

@Suite struct ChecksumTests {
    /// As `xxh128sum -H3` prints them: every store depends on these staying as they are.
    static let known: [(String, UInt64)] = [
        ("", 0x2d06_8005_38d3_94c2), ("a", 0xe6c6_32b6_1e96_4e1f), ("abc", 0x78af_5f94_892f_3950),
    ]

    @Test(arguments: known)
    func knownValues(text: String, hash: UInt64) {
        let bytes = Array(text.utf8)
        bytes.withUnsafeBytes { bytes in
            #expect(xxh3(bytes) == hash)
            if let start = bytes.baseAddress { #expect(xxh3(start, bytes.count) == hash) }
        }
    }

    @Test func noBytesAtNoAddress() {
        #expect(xxh3(UnsafeRawBufferPointer(start: nil, count: 0)) == Self.known[0].1)
    }

    @Test func everyBitCounts() {
        var page = [UInt8](repeating: 0, count: 4096)
        var seen = Set<UInt64>()
        for bit in stride(from: 0, to: 4096 * 8, by: 61) {
            page[bit >> 3] ^= 1 << UInt8(bit & 7)
            seen.insert(page.withUnsafeBytes { xxh3($0) })
            page[bit >> 3] ^= 1 << UInt8(bit & 7)
        }
        #expect(seen.count == (4096 * 8 + 60) / 61)
    }
}
