// SPDX-License-Identifier: Apache-2.0
//
// How much of a file its entities account for, in words: letters, digits and underscores, with
// nothing else between them; bytes beyond ASCII count as letters.

struct WordCount: Sendable, Equatable {
    var source = 0
    /// In definitions, each word once however deep it stands.
    var entity = 0
    /// Outside of definitions.
    var imports = 0
    var comments = 0

    /// The share of all words that is in entities, in percent.
    var rawPercent: Double { source == 0 ? 100 : 100 * Double(entity) / Double(source) }

    /// The same of all words but those of imports and comments.
    var effectivePercent: Double {
        let rest = source - imports - comments
        return rest <= 0 ? 100 : 100 * Double(entity) / Double(rest)
    }

    init(_ facts: FileFacts, _ source: UnsafeRawBufferPointer) {
        let entities = facts.definitions.dropFirst().map(\.range)
            .sorted { $0.lowerBound < $1.lowerBound }
        var inEntity = Cursor(entities)
        var inImport = Cursor(facts.imports)
        var inComment = Cursor(facts.comments)
        var index = 0
        while index < source.count {
            guard Self.isWord(source[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < source.count, Self.isWord(source[index]) { index += 1 }
            self.source += 1
            if inEntity.contains(start) {
                entity += 1
            } else if inImport.contains(start) {
                imports += 1
            } else if inComment.contains(start) {
                comments += 1
            }
        }
    }

    @inline(__always)
    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == 95 || (byte | 32 >= 97 && byte | 32 <= 122)
            || (byte >= 48 && byte <= 57)
    }

    /// Ranges by where they begin, asked for ascending places.
    private struct Cursor {
        let ranges: [Range<Int>]
        var next = 0
        var end = 0

        init(_ ranges: [Range<Int>]) { self.ranges = ranges }

        mutating func contains(_ place: Int) -> Bool {
            while next < ranges.count, ranges[next].lowerBound <= place {
                end = max(end, ranges[next].upperBound)
                next += 1
            }
            return place < end
        }
    }
}
