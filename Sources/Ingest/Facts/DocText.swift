// SPDX-License-Identifier: Apache-2.0

/// The text of a comment, without the marks that make it one.
enum DocText {
    private typealias Line = ArraySlice<UInt8>

    static func plain(_ raw: String) -> String? {
        let bytes = Array(raw.utf8)
        var lines = split(bytes[...]).map { $0.drop(while: isSpace) }
        if bytes.starts(with: "/*".utf8) {
            lines[0] = drop(lines[0], ["/**", "/*!", "/*"])
            let last = lines.count - 1
            if lines[last].suffix(2).elementsEqual("*/".utf8) {
                lines[last] = lines[last].dropLast(2)
            }
            for index in lines.indices.dropFirst() { lines[index] = drop(lines[index], ["*"]) }
        } else {
            for index in lines.indices { lines[index] = drop(lines[index], marks) }
        }
        for index in lines.indices where lines[index].first == UInt8(ascii: " ") {
            lines[index].removeFirst()
        }
        return text(lines)
    }

    private static let marks = [
        "////", "///<", "///", "//!<", "//!", "//", "##", "#'", "#", "---", "--", ";;;", ";;", ";",
        "%%", "%",
    ].map { Array($0.utf8) }

    private static func drop(_ line: Line, _ prefixes: [String]) -> Line {
        drop(line, prefixes.map { Array($0.utf8) })
    }

    private static func drop(_ line: Line, _ prefixes: [[UInt8]]) -> Line {
        for prefix in prefixes where line.starts(with: prefix) {
            return line.dropFirst(prefix.count)
        }
        return line
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }

    private static func split(_ bytes: Line) -> [Line] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }

    /// Without spaces at the ends of lines, and without empty lines around it.
    private static func text(_ lines: [Line]) -> String? {
        var lines = lines[...]
        for index in lines.indices {
            while let last = lines[index].last, isSpace(last) { lines[index].removeLast() }
        }
        while let first = lines.first, first.isEmpty { lines.removeFirst() }
        while let last = lines.last, last.isEmpty { lines.removeLast() }
        if lines.isEmpty { return nil }
        return String(decoding: Array(lines.joined(separator: [UInt8(ascii: "\n")])), as: UTF8.self)
    }

    /// The text of a string literal that serves as a description, with the margin that all its
    /// lines but the first have taken off.
    static func literal(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        var body = bytes.drop { "rRuUbBfF".utf8.contains($0) }
        for quote in ["\"\"\"", "'''", "\"", "'"].map({ Array($0.utf8) })
        where body.count >= 2 * quote.count && body.starts(with: quote)
            && body.suffix(quote.count).elementsEqual(quote)
        {
            body = body.dropFirst(quote.count).dropLast(quote.count)
            break
        }
        var lines = split(body)
        let margin =
            lines.dropFirst().compactMap { line in
                line.firstIndex { !isSpace($0) }.map { $0 - line.startIndex }
            }.min() ?? 0
        lines[0] = lines[0].drop(while: isSpace)
        for index in lines.indices.dropFirst() { lines[index] = lines[index].dropFirst(margin) }
        return Self.text(lines)
    }
}
