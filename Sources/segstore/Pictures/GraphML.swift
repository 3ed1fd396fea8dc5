// SPDX-License-Identifier: Apache-2.0
//
// What all GraphML has in common, of a picture or of a whole store.

import Codec
import Exchange

enum GraphML {
    typealias Attribute = (name: String, type: String)

    /// Keys are called n_name and e_name.
    static func head(nodes: [Attribute], edges: [Attribute], _ line: (String) -> Void) {
        line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
        line("<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">")
        for (what, prefix, attributes) in [("node", "n", nodes), ("edge", "e", edges)] {
            for (name, type) in attributes {
                let name = escaped(name)
                line(
                    "  <key id=\"\(prefix)_\(name)\" for=\"\(what)\" attr.name=\"\(name)\" attr.type=\"\(type)\"/>"
                )
            }
        }
        line("  <graph id=\"segstore\" edgedefault=\"directed\">")
    }

    static func foot(_ line: (String) -> Void) {
        line("  </graph>")
        line("</graphml>")
    }

    static func escaped(_ text: String) -> String {
        var text = text
        let out = ByteBuffer()
        text.withUTF8 { append(UnsafeRawBufferPointer($0), to: out) }
        return String(decoding: out.bytes, as: UTF8.self)
    }

    private static let replacement = "\u{fffd}"

    /// XML cannot hold most control characters at all, nor two others.
    static func append(_ text: UnsafeRawBufferPointer, to out: ByteBuffer) {
        var index = 0
        while index < text.count {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "&"): ValueText.append("&amp;", to: out)
            case UInt8(ascii: "<"): ValueText.append("&lt;", to: out)
            case UInt8(ascii: ">"): ValueText.append("&gt;", to: out)
            case UInt8(ascii: "\""): ValueText.append("&quot;", to: out)
            // A reader would take it for the end of a line.
            case 0x0d: ValueText.append("&#13;", to: out)
            case 0x09, 0x0a: out.append(byte)
            case 0..<0x20: ValueText.append(replacement, to: out)
            case 0xef where isNoCharacter(text, index):
                ValueText.append(replacement, to: out)
                index += 2
            default: out.append(byte)
            }
            index += 1
        }
    }

    /// U+FFFE and U+FFFF.
    private static func isNoCharacter(_ text: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        index + 2 < text.count && text[index + 1] == 0xbf && text[index + 2] >= 0xbe
    }
}
