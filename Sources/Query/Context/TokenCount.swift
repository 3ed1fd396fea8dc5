// SPDX-License-Identifier: Apache-2.0
//
// How many tokens of a language model a text is. Every model has a tokenizer of its own, so this is
// an estimate that is seldom too low: a text is cut as byte-pair tokenizers cut it first, into words
// with the space before them, short numbers, signs and white space, and of each piece it is guessed
// from its letters how many tokens it becomes.

/// Counts tokens.
public enum TokenCount {
    /// At least as many as a tokenizer would make of a text of code or prose, in all but rare cases;
    /// on average a tenth more.
    public static func estimate(_ text: String) -> Int {
        var text = text
        return text.withUTF8 { estimate(UnsafeRawBufferPointer($0)) }
    }

    /// The same.
    public static func estimate(_ text: UnsafeRawBufferPointer) -> Int {
        var units = 0
        var place = 0
        while place < text.count {
            let kind = Kind(text[place])
            var end = place + 1
            while end < text.count, Kind(text[end]) == kind { end += 1 }
            let piece = UnsafeRawBufferPointer(rebasing: text[place..<end])
            switch kind {
            case .letters: units += word(piece)
            case .digits: units += (piece.count + 2) / 3 * whole
            case .space: units += space(piece, isBeforeWord: end < text.count)
            case .signs: units += signs(piece)
            case .other: units += piece.count * 2 * whole / 3
            }
            place = end
        }
        return (units + whole - 1) / whole
    }

    /// A token, in the parts that are counted.
    private static let whole = 12

    private enum Kind {
        case letters, digits, space, signs, other

        init(_ byte: UInt8) {
            switch byte {
            case 0x41...0x5a, 0x61...0x7a: self = .letters
            case 0x30...0x39: self = .digits
            case 0x20, 0x09, 0x0a, 0x0d: self = .space
            case 0x80...: self = .other
            default: self = .signs
            }
        }
    }

    /// By the words that capitals make of it: short ones are mostly a token each.
    private static func word(_ text: UnsafeRawBufferPointer) -> Int {
        var units = 0
        var start = 0
        for index in 1...text.count {
            let isCapital = { (byte: UInt8) in byte < 0x61 }
            let isEnd =
                index == text.count || isCapital(text[index]) && !isCapital(text[index - 1])
            guard isEnd else { continue }
            units += part(index - start)
            start = index
        }
        return units
    }

    private static func part(_ count: Int) -> Int {
        switch count {
        case ..<6: whole
        case ..<9: whole * 5 / 4
        default: whole * 5 / 4 + (count - 8) * whole / 4
        }
    }

    /// One space belongs to the word behind it, and several are few tokens.
    private static func space(_ text: UnsafeRawBufferPointer, isBeforeWord: Bool) -> Int {
        let lines = text.count { $0 == 0x0a }
        if lines == 0 { return text.count == 1 && isBeforeWord ? 0 : whole }
        return whole + (text.last == 0x0a ? 0 : whole)
    }

    /// Often two together are one.
    private static func signs(_ text: UnsafeRawBufferPointer) -> Int {
        var units = whole
        var run = 1
        for index in 1..<max(text.count, 1) {
            run = text[index] == text[index - 1] ? run + 1 : 1
            // Lines of one sign are long tokens.
            units += run > 2 ? whole / 6 : whole * 3 / 4
        }
        return units
    }
}
