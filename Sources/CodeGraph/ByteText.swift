// SPDX-License-Identifier: Apache-2.0
//
// Texts as the store tells them apart.

/// A text that is what its bytes are. Strings of Swift are equal if they differ only in how an
/// accent is written; two files or keys that differ so are two.
package struct ByteText: Hashable, Comparable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (a: ByteText, b: ByteText) -> Bool {
        a.text.utf8.elementsEqual(b.text.utf8)
    }

    package static func < (a: ByteText, b: ByteText) -> Bool {
        a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
