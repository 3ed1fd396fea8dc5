// SPDX-License-Identifier: Apache-2.0
//
// What stands behind GET: the path and the parameters, taken apart.

package struct RequestTarget {
    /// As it was sent.
    package let text: String
    package let path: String
    /// In the order in which they were sent.
    package let parameters: [(name: String, value: String)]

    /// Nil if it makes no sense: escapes that are none, or bytes that are no text.
    package init?(_ text: String) {
        var utf8 = text
        let parts = utf8.withUTF8 { Self.parts(UnsafeRawBufferPointer($0)) }
        guard let parts else { return nil }
        self.text = text
        (path, parameters) = parts
    }

    private static func parts(
        _ text: UnsafeRawBufferPointer
    ) -> (path: String, parameters: [(name: String, value: String)])? {
        var bytes = text
        // A proxy may say the server's name once more.
        if bytes.starts(with: "http://".utf8) {
            let rest = bytes[7...]
            let start = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            bytes = UnsafeRawBufferPointer(rebasing: rest[start...])
        }
        // A fragment is the client's own business.
        if let hash = bytes.firstIndex(of: UInt8(ascii: "#")) {
            bytes = UnsafeRawBufferPointer(rebasing: bytes[..<hash])
        }
        let mark = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
        guard let path = decoded(bytes[..<mark], plusIsSpace: false), path.utf8.first == 0x2f
        else { return nil }
        var parameters: [(name: String, value: String)] = []
        var rest = bytes[min(mark + 1, bytes.count)...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
            let part = rest[rest.startIndex..<end]
            rest = rest[min(end + 1, rest.endIndex)...]
            guard !part.isEmpty else { continue }
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = decoded(part[part.startIndex..<equals], plusIsSpace: true),
                let value = decoded(part[min(equals + 1, part.endIndex)...], plusIsSpace: true)
            else { return nil }
            parameters.append((name, value))
        }
        return (path, parameters)
    }

    /// A text without its escapes; nil if there is something wrong with them.
    package static func unescaped(_ text: String) -> String? {
        var text = text
        return text.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            return decoded(bytes[...], plusIsSpace: false)
        }
    }

    private static func decoded(
        _ bytes: Slice<UnsafeRawBufferPointer>, plusIsSpace: Bool
    ) -> String? {
        let isPlain = bytes.allSatisfy { $0 != 0 && $0 != 0x25 && $0 != 0x2b && $0 < 0x80 }
        if isPlain { return String(decoding: bytes, as: UTF8.self) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes.count) { buffer in
            var count = 0
            var index = bytes.startIndex
            while index < bytes.endIndex {
                var byte = bytes[index]
                index += 1
                if byte == UInt8(ascii: "%") {
                    guard index + 1 < bytes.endIndex, let high = digit(bytes[index]),
                        let low = digit(bytes[index + 1])
                    else { return nil }
                    byte = high << 4 | low
                    index += 2
                } else if byte == UInt8(ascii: "+"), plusIsSpace {
                    byte = UInt8(ascii: " ")
                }
                // What other libraries take for an end.
                if byte == 0 { return nil }
                buffer[count] = byte
                count += 1
            }
            return String(validating: buffer[..<count], as: UTF8.self)
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
