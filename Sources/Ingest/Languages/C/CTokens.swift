// SPDX-License-Identifier: Apache-2.0

/// Words and signs of C and C++, without comments, texts and what the preprocessor reads.
struct CTokens {
    enum Kind { case start, word, sign }

    struct Token {
        let kind: Kind
        let range: Range<Int>
        /// Nothing else is on its line.
        var isAlone = false

        init(_ kind: Kind, _ range: Range<Int>) {
            self.kind = kind
            self.range = range
        }
    }

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
        while place < source.count, source[place] != quote, source[place] != UInt8(ascii: "\n") {
            place += source[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        place += 1
    }
}
