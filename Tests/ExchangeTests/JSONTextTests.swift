// SPDX-License-Identifier: Apache-2.0
import Codec
import Exchange
import Foundation
import Testing

@Suite struct JSONTextTests {
    /// Of every length, with something to escape, or nothing, at every place.
    @Test func stringsAreReadAsTheyWere() throws {
        let marks: [[UInt8]] = [
            [0], [0x08], [0x0a], [0x1f], [0x20], [0x21], [0x22], [0x23], [0x5b], [0x5c], [0x5d],
            [0x7e], [0x7f], [0x80], [0xff], Array("é".utf8), Array("😀".utf8),
        ]
        for length in 0..<26 {
            for place in 0...length {
                for mark in marks {
                    var bytes = (0..<length).map { UInt8(0x61 + $0) }
                    bytes.insert(contentsOf: mark, at: place)
                    let out = ByteBuffer()
                    bytes.withUnsafeBytes { JSONText.append(string: $0, to: out) }
                    let text = Array(out.bytes)
                    let value = try JSONSerialization.jsonObject(
                        with: Data(text), options: .fragmentsAllowed)
                    #expect(value as? String == String(decoding: bytes, as: UTF8.self))
                    #expect(!text.contains { $0 < 0x20 || $0 == 0x7f }, "\(bytes)")
                }
            }
        }
    }
}
