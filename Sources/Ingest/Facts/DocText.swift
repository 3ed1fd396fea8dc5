// SPDX-License-Identifier: Apache-2.0

/// The text of a comment, without the marks that make it one.
enum DocText {
    static func plain(_ raw: String) -> String? {
        var lines: [Substring] = raw.split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline
        ).map { trimmed($0) }
        if raw.hasPrefix("/*"), !lines.isEmpty {
            lines[0] = drop(lines[0], ["/**", "/*!", "/*"])
            let last = lines.count - 1
            if lines[last].hasSuffix("*/") { lines[last] = lines[last].dropLast(2) }
            for index in lines.indices.dropFirst() {
                lines[index] = drop(trimmed(lines[index]), ["*"])
            }
        } else {
            for index in lines.indices { lines[index] = drop(lines[index], marks) }
        }
        var text = lines.map { String(withoutOneSpace($0)) }
        while let first = text.first, first.isEmpty { text.removeFirst() }
        while let last = text.last, last.allSatisfy(\.isWhitespace) { text.removeLast() }
        let joined = text.joined(separator: "\n")
        return joined.isEmpty ? nil : joined
    }

    private static let marks = [
        "////", "///<", "///", "//!<", "//!", "//", "##", "#'", "#", "---", "--", ";;;", ";;", ";",
        "%%", "%",
    ]

    private static func drop(_ line: Substring, _ prefixes: [String]) -> Substring {
        for prefix in prefixes where line.hasPrefix(prefix) { return line.dropFirst(prefix.count) }
        return line
    }

    private static func withoutOneSpace(_ line: Substring) -> Substring {
        let line = line.first == " " ? line.dropFirst() : line
        var end = line.endIndex
        while end > line.startIndex {
            let before = line.index(before: end)
            guard line[before].isWhitespace else { break }
            end = before
        }
        return line[..<end]
    }

    private static func trimmed(_ line: Substring) -> Substring {
        line.drop(while: \.isWhitespace)
    }

    /// The text of a string literal that serves as a description, with the margin that all its
    /// lines but the first have taken off.
    static func literal(_ text: String) -> String? {
        var body = text[...]
        while let first = body.first, "rRuUbBfF".contains(first) { body.removeFirst() }
        for quote in ["\"\"\"", "'''", "\"", "'"]
        where body.hasPrefix(quote) && body.hasSuffix(quote) && body.count >= 2 * quote.count {
            body = body.dropFirst(quote.count).dropLast(quote.count)
            break
        }
        var lines = body.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { $0 }
        let margin =
            lines.dropFirst().filter { !$0.allSatisfy(\.isWhitespace) }
            .map { $0.prefix(while: \.isWhitespace).count }.min() ?? 0
        for index in lines.indices {
            lines[index] =
                index == 0
                ? lines[index].drop(while: \.isWhitespace) : lines[index].dropFirst(margin)
        }
        var text = lines.map { String($0) }
        while let last = text.last, last.allSatisfy(\.isWhitespace) { text.removeLast() }
        while let first = text.first, first.allSatisfy(\.isWhitespace) { text.removeFirst() }
        let joined = text.joined(separator: "\n")
        return joined.isEmpty ? nil : joined
    }
}
