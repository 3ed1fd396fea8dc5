// SPDX-License-Identifier: Apache-2.0
import Codec
import TestSupport
import Testing

@Suite struct HexTests {
    private static func pack(_ text: String) -> [UInt8]? {
        let source = PaddedBytes(text.utf8)
        let target = PaddedBytes([UInt8](repeating: 0, count: (text.utf8.count + 1) / 2))
        guard let from = source.bytes.baseAddress, let to = target.mutableBytes.baseAddress else {
            return nil
        }
        let written = Hex.pack(from, text.utf8.count, into: to)
        return withExtendedLifetime((source, target)) {
            written.map { Array(target.bytes.prefix($0)) }
        }
    }

    private static func unpack(_ bytes: [UInt8], _ range: Range<Int>) throws(CodecError) -> String {
        let source = PaddedBytes(bytes)
        let target = UnsafeMutableRawPointer.allocate(byteCount: range.count, alignment: 1)
        defer { target.deallocate() }
        defer { withExtendedLifetime(source) {} }
        try Hex.unpack(source.bytes, range, into: target)
        return String(
            decoding: UnsafeRawBufferPointer(start: target, count: range.count), as: UTF8.self)
    }

    static let known: [(String, [UInt8])] = [
        ("", []), ("0", [0x00]), ("f", [0xf0]), ("09af", [0x09, 0xaf]), ("abc", [0xab, 0xc0]),
    ]

    @Test(arguments: known)
    func digitsComeBack(text: String, bytes: [UInt8]) throws {
        #expect(Self.pack(text) == bytes)
        #expect(try Self.unpack(bytes, 0..<text.utf8.count) == text)
    }

    @Test func anythingElseIsNotPacked() {
        for text in ["g", "A", "0F", "00 ", "0`", "0/", "0:", "a\u{e4}"] {
            #expect(Self.pack(text) == nil, "\(text)")
        }
    }

    @Test func anyRangeCanBeUnpacked() throws {
        let text = Array("0123456789abcdef")
        let bytes = try #require(Self.pack(String(text)))
        for from in 0...16 {
            for to in from...16 {
                #expect(try Self.unpack(bytes, from..<to) == String(text[from..<to]))
            }
        }
        #expect(throws: CodecError(.truncated, "")) { try Self.unpack(bytes, 0..<17) }
        #expect(throws: CodecError(.truncated, "")) { try Self.unpack(bytes, -1..<3) }
        #expect(throws: CodecError(.truncated, "")) { try Self.unpack([], 0..<1) }
    }
}
