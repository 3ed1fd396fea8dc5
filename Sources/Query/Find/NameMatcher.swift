// SPDX-License-Identifier: Apache-2.0
//
// How a name is like a text that somebody typed. Made for a million names: most are told apart by
// the set of their letters, without a look at the text.

/// The ways in which a name may be like a text, the best first.
package enum NameMatch: Comparable, Sendable {
    case exact, exactButCase, prefix, prefixButCase
    /// The text stands in it where a word begins: `user` in `getUser`.
    case wordPrefix
    case substring
    /// All words of the text stand in it, whatever is between: `get user` in `user_getter`.
    case words
    /// So many letters are other, missing or too many.
    case similar(Int)
}

/// Compares names with one text. Not for two threads.
package struct NameMatcher {
    private let text: [UInt8]
    private let folded: [UInt8]
    /// Without what stands between words.
    private let squashed: [UInt8]
    private let words: [[UInt8]]
    private let letters: UInt64
    /// How many letters may be wrong.
    private let limit: Int
    private let distance: BitDistance?
    private var name: [UInt8] = Array(repeating: 0, count: 256)
    private var bare: [UInt8] = Array(repeating: 0, count: 256)

    /// `limit` is how many letters may be wrong; nil for as many as a slip of the finger makes.
    package init(_ text: String, limit: Int? = nil) {
        self.text = Array(text.utf8)
        folded = self.text.map(Self.fold)
        squashed = folded.filter { !Self.isBetweenWords($0) }
        words = folded.split(separator: UInt8(ascii: " ")).map(Array.init)
        letters = squashed.reduce(0) { $0 | Self.letter($1) }
        self.limit = limit ?? (folded.count < 3 ? 0 : folded.count < 6 ? 1 : 2)
        distance = BitDistance(folded)
    }

    /// False if no name that stands in this text can be like it.
    package func mayMatch(in text: Slice<UnsafeRawBufferPointer>) -> Bool {
        var set: UInt64 = 0
        for byte in text { set |= Self.letter(Self.fold(byte)) }
        return (letters & ~set).nonzeroBitCount <= limit
    }

    /// Nil if it is not like it.
    package mutating func match(_ name: UnsafeRawBufferPointer) -> NameMatch? {
        let count = name.count
        if self.name.count < count {
            self.name = Array(repeating: 0, count: count)
            bare = self.name
        }
        var set: UInt64 = 0
        var bareCount = 0
        // SAFETY: both have room for the name.
        self.name.withUnsafeMutableBufferPointer { folded in
            bare.withUnsafeMutableBufferPointer { bare in
                for index in 0..<count {
                    let byte = Self.fold(name[index])
                    folded[index] = byte
                    set |= Self.letter(byte)
                    bare[bareCount] = byte
                    bareCount &+= Self.isBetweenWords(byte) ? 0 : 1
                }
            }
        }
        let missing = (letters & ~set).nonzeroBitCount
        guard missing <= limit else { return nil }
        if missing == 0, let match = contains(name, bareCount) { return match }
        guard limit > 0, abs(count - folded.count) <= limit else { return nil }
        let edits = self.name.withUnsafeBufferPointer { folded in
            distance.map { $0.distance(to: UnsafeBufferPointer(rebasing: folded[..<count])) }
                ?? editDistance(folded[..<count], self.folded, limit: limit)
        }
        return edits.flatMap { $0 <= limit ? .similar($0) : nil }
    }

    private func contains(_ name: UnsafeRawBufferPointer, _ bareCount: Int) -> NameMatch? {
        let folded = self.name[..<name.count]
        if folded.starts(with: self.folded) {
            let isSame = name.starts(with: text)
            if name.count == text.count { return isSame ? .exact : .exactButCase }
            return isSame ? .prefix : .prefixButCase
        }
        var isInside = false
        var start = 0
        while let place = Self.find(self.folded, in: folded, from: start) {
            if Self.isWordStart(name, place) { return .wordPrefix }
            isInside = true
            start = place + 1
        }
        if isInside { return .substring }
        let isEachThere =
            words.count > 1
            ? words.allSatisfy { Self.find($0, in: folded, from: 0) != nil }
            : !squashed.isEmpty && Self.find(squashed, in: bare[..<bareCount], from: 0) != nil
        return isEachThere ? .words : nil
    }

    private static func find(_ part: [UInt8], in text: ArraySlice<UInt8>, from: Int) -> Int? {
        guard let first = part.first, text.count >= part.count + from else { return nil }
        return (from...text.count - part.count).first { start in
            text[start] == first && text[start...].starts(with: part)
        }
    }

    private static func isWordStart(_ name: UnsafeRawBufferPointer, _ place: Int) -> Bool {
        guard place > 0 else { return true }
        let (before, here) = (name[place - 1], name[place])
        if isBetweenWords(before) || !isLetter(before) { return true }
        return (0x41...0x5a).contains(here) && !(0x41...0x5a).contains(before)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte | 0x20) || byte >= 0x80
    }

    @inline(__always)
    private static func isBetweenWords(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: " ")
    }

    /// What is not ASCII stays as it is.
    @inline(__always)
    package static func fold(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    @inline(__always)
    private static func letter(_ byte: UInt8) -> UInt64 { 1 &<< UInt64(byte & 63) }
}

/// Edit distances to one short text, all of a letter's comparisons at once: a bit for each letter
/// of the text says whether the distance grows there (Myers, Hyyrö).
private struct BitDistance {
    private let places: [UInt64]
    private let count: Int

    /// Nil if it is empty, or has more letters than a word has bits.
    init?(_ text: [UInt8]) {
        guard (1...64).contains(text.count) else { return nil }
        var places = [UInt64](repeating: 0, count: 256)
        for (index, byte) in text.enumerated() { places[Int(byte)] |= 1 << UInt64(index) }
        self.places = places
        count = text.count
    }

    func distance(to other: UnsafeBufferPointer<UInt8>) -> Int {
        var grows: UInt64 = .max
        var shrinks: UInt64 = 0
        var distance = count
        let last: UInt64 = 1 << UInt64(count - 1)
        for byte in other {
            let equal = places[Int(byte)]
            let vertical = equal | shrinks
            let diagonal = (((equal & grows) &+ grows) ^ grows) | equal
            var up = shrinks | ~(diagonal | grows)
            var down = grows & diagonal
            if up & last != 0 { distance += 1 }
            if down & last != 0 { distance -= 1 }
            up = up << 1 | 1
            down <<= 1
            grows = down | ~(vertical | up)
            shrinks = up & vertical
        }
        return distance
    }
}
