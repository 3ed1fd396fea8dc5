// SPDX-License-Identifier: Apache-2.0
//
// Macros that stand where no name can: what they become is not known, and the grammar takes what
// follows for something else. The parser gets blanks instead, of the same length.

enum CMacros {
    /// `EXPORT` of `class EXPORT A {` and of `static inline EXPORT int f()`; `BEGIN_NAMESPACE` on a
    /// line of its own.
    static func blanks(_ source: UnsafeRawBufferPointer) -> [Range<Int>] {
        var tokens = Tokens(source)
        var blanks: [Range<Int>] = []
        var (before, last) = (Token(.start, 0..<0), Token(.start, 0..<0))
        // What stands between `class` and the body or the bases, if nothing else does.
        var head: [Token]?
        var isClass = false
        // What a macro behind `static inline` is given: `static inline FORMAT(1) int f()`.
        var given: (start: Int, depth: Int, isClosed: Bool)?
        while let token = tokens.next() {
            if let open = given {
                if open.isClosed {
                    // On another line it begins something else, and the macro is all there was.
                    let between = source[last.range.upperBound..<token.range.lowerBound]
                    if token.kind == .word, !between.contains(UInt8(ascii: "\n")) {
                        blanks.append(open.start..<last.range.upperBound)
                    }
                    given = nil
                } else if hasText(token, "(", source) {
                    given?.depth += 1
                } else if hasText(token, ")", source) {
                    given = (open.start, open.depth - 1, open.depth == 1)
                } else if hasText(token, ";", source) || hasText(token, "{", source) {
                    given = nil
                }
            } else if hasText(token, "(", source), isMacro(last, source), isLinkage(before, source)
            {
                given = (last.range.lowerBound, 1, false)
            }
            if token.kind == .word {
                if isTypeWord(token, source) {
                    (head, isClass) = ([], hasText(token, "class", source))
                } else if !hasText(token, "final", source), !hasText(last, "::", source) {
                    head?.append(token)
                }
            } else if hasText(token, "{", source) || hasText(token, ":", source)
                || hasText(token, "<", source)
            {
                // `struct a b { … }` may be a value.
                blanks += (head ?? []).dropLast()
                    .filter { isClass || isMacro($0, source) }.map(\.range)
                head = nil
            } else if !hasText(token, "::", source) {
                head = nil
            }
            if token.kind == .word, isMacro(last, source), isLinkage(before, source) {
                blanks.append(last.range)
            } else if last.isAlone, isMacro(last, source), ends(before, source),
                begins(token, source),
                !(hasText(before, "{", source) && hasText(token, "}", source))
            {
                blanks.append(last.range)
            }
            (before, last) = (last, token)
        }
        if last.isAlone, isMacro(last, source), hasText(before, "}", source) {
            blanks.append(last.range)
        }
        return blanks
    }

    private static func isMacro(_ token: Token, _ source: UnsafeRawBufferPointer) -> Bool {
        guard token.kind == .word, token.range.count > 2 else { return false }
        var hasLetter = false
        for byte in source[token.range] {
            if byte >= 65, byte <= 90 {
                hasLetter = true
            } else if byte != UInt8(ascii: "_"), !(byte >= 48 && byte <= 57) {
                return false
            }
        }
        return hasLetter
    }

    private static func hasText(
        _ token: Token, _ text: StaticString, _ source: UnsafeRawBufferPointer
    ) -> Bool {
        text.withUTF8Buffer { source[token.range].elementsEqual($0) }
    }

    private static func isTypeWord(_ token: Token, _ source: UnsafeRawBufferPointer) -> Bool {
        hasText(token, "class", source) || hasText(token, "struct", source)
            || hasText(token, "union", source)
    }

    private static func isLinkage(_ token: Token, _ source: UnsafeRawBufferPointer) -> Bool {
        hasText(token, "static", source) || hasText(token, "inline", source)
            || hasText(token, "extern", source)
    }

    private static func ends(_ token: Token, _ source: UnsafeRawBufferPointer) -> Bool {
        token.kind == .start || hasText(token, ";", source) || hasText(token, "}", source)
            || hasText(token, "{", source)
    }

    private static func begins(_ token: Token, _ source: UnsafeRawBufferPointer) -> Bool {
        token.kind == .word || hasText(token, "}", source) || hasText(token, "~", source)
    }

    private enum Kind { case start, word, sign }

    private struct Token {
        let kind: Kind
        let range: Range<Int>
        /// Nothing else is on its line.
        var isAlone = false

        init(_ kind: Kind, _ range: Range<Int>) {
            self.kind = kind
            self.range = range
        }
    }

    /// Words and signs, without comments, texts and what the preprocessor reads.
    private struct Tokens {
        private let source: UnsafeRawBufferPointer
        private var place = 0
        private var isAtLineStart = true

        init(_ source: UnsafeRawBufferPointer) { self.source = source }

        private func byte(_ place: Int) -> UInt8 { place < source.count ? source[place] : 0 }

        mutating func next() -> Token? {
            while place < source.count {
                let start = place
                let first = source[place]
                switch first {
                case UInt8(ascii: "\n"):
                    isAtLineStart = true
                    place += 1
                case 0...32: place += 1
                case UInt8(ascii: "/") where byte(place + 1) == UInt8(ascii: "/"): skipLine()
                case UInt8(ascii: "/") where byte(place + 1) == UInt8(ascii: "*"):
                    place += 2
                    while place < source.count,
                        !(source[place] == UInt8(ascii: "*") && byte(place + 1) == first)
                    {
                        place += 1
                    }
                    place += 2
                case UInt8(ascii: "#") where isAtLineStart: skipLine()
                case UInt8(ascii: "\""), UInt8(ascii: "'"):
                    skipText(first)
                    isAtLineStart = false
                    return Token(.sign, start..<min(place, source.count))
                default:
                    let wasAtLineStart = isAtLineStart
                    isAtLineStart = false
                    guard Self.isWord(first) else {
                        place += 1
                        // `::` is no colon.
                        if first == UInt8(ascii: ":"), byte(place) == first { place += 1 }
                        return Token(.sign, start..<place)
                    }
                    while Self.isWord(byte(place)) { place += 1 }
                    var token = Token(.word, start..<place)
                    var end = place
                    while [9, 13, 32].contains(byte(end)) { end += 1 }
                    token.isAlone =
                        wasAtLineStart && (end >= source.count || byte(end) == UInt8(ascii: "\n"))
                    return token
                }
            }
            return nil
        }

        private static func isWord(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "_") || byte >= 48 && byte <= 57 || byte >= 65 && byte <= 90
                || byte >= 97 && byte <= 122 || byte >= 128
        }

        /// To the end of the line, or of those that it goes on in.
        private mutating func skipLine() {
            while place < source.count, source[place] != UInt8(ascii: "\n") {
                place += source[place] == UInt8(ascii: "\\") ? 2 : 1
            }
        }

        private mutating func skipText(_ quote: UInt8) {
            place += 1
            while place < source.count, source[place] != quote, source[place] != UInt8(ascii: "\n")
            {
                place += source[place] == UInt8(ascii: "\\") ? 2 : 1
            }
            place += 1
        }
    }
}
