// SPDX-License-Identifier: Apache-2.0
//
// How many tokens of a language model a text is. Every model has a tokenizer of its own, so this is
// an estimate, of the one that makes most of them: OpenAI's cl100k and o200k, and that of Claude's
// models up to version 2, which mostly makes a tenth more of code.
//
// Byte-pair tokenizers end a token where two bytes seldom stand together. So a text costs what its
// pairs of neighbours cost, each a part of a token out of a table: `th` next to nothing, `qz` a
// whole one. Of what is no language, such as hexadecimal, pairs say nothing: there a byte costs
// what it costs in random text. Tests/QueryTests/Independent/token_costs.py fits the table to real
// code of all languages, to prose and to other scripts, a little above the truth.
//
// Of real code the estimate is 8 % above the most that one of the three makes, with a deviation of
// 3 % for 6 kB and of 5 % for 1,200 bytes. It is below for 1 in 120 of pieces of 1,200 bytes and
// for 1 in 200 of 6 kB: most are tables of numbers, or text decoded wrongly. Above cl100k it is by
// 20 %.

/// Counts tokens.
public enum TokenCount {
    /// At least as many as a tokenizer would make of a text of code or prose, but in rare cases; on
    /// average a twelfth more. Takes three nanoseconds a byte.
    public static func estimate(_ text: String) -> Int {
        var text = text
        return text.withUTF8 { estimate(UnsafeRawBufferPointer($0)) }
    }

    /// The same.
    public static func estimate(_ text: UnsafeRawBufferPointer) -> Int {
        let count: Int = table.classes.withUnsafeBufferPointer { classes in
            table.costs.withUnsafeBufferPointer { units(text, classes, $0) }
        }
        return (count + unitsPerToken - 1) / unitsPerToken
    }

    private static func units(
        _ text: UnsafeRawBufferPointer, _ classes: UnsafeBufferPointer<UInt8>,
        _ costs: UnsafeBufferPointer<UInt8>
    ) -> Int {
        var units = 0
        // As if a line began.
        var row = lineEnd * classCount
        var run = 0
        for byte in text {
            let kind = Int(classes[Int(byte)])
            run = isRun(byte) ? run &+ 1 : 0
            units &+= run > longestWord ? costInRun : Int(costs[row &+ kind])
            row = kind &* classCount
        }
        return units
    }

    /// So many small letters and digits in a row are no word of any language.
    private static let longestWord = 16
    /// Of a byte that follows them.
    private static let costInRun = 16
    private static let unitsPerToken = 26

    @inline(__always)
    private static func isRun(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
    }

    // MARK: - The table

    private static let table = Table()

    /// What a byte counts as: most of ASCII as itself.
    private struct Table: Sendable {
        let classes: [UInt8]
        /// In units, by the class of the byte before, then by that of the byte.
        let costs: [UInt8]

        init() {
            classes = (0...255).map { byte in
                // Either end of a line is one.
                let byte = byte == 0x0d ? 0x0a : byte
                return UInt8(TokenCount.classes.firstIndex { $0.contains(byte) } ?? 0)
            }
            // A cost is written as a sign from 0 on.
            costs = Self.bytes(TokenCount.costs).map { $0 - 0x30 }
            precondition(
                TokenCount.classes.count == classCount && costs.count == classCount * classCount,
                "a cost for each pair")
        }

        private static func bytes(_ text: StaticString) -> [UInt8] {
            text.withUTF8Buffer { Array($0) }
        }
    }

    private static let lineEnd = 2
    private static let classCount = 102

    /// The first that contains a byte. Of UTF-8 the first bytes by script, for tokenizers know some
    /// far better than others.
    private static let classes: [ClosedRange<Int>] =
        [0x00...0x08, 0x09...0x09, 0x0a...0x0a] + (0x20...0x2f).map { $0...$0 } + [0x30...0x39]
        + (0x3a...0x7e).map { $0...$0 }
        + [
            0x80...0xbf, 0xc0...0xc3, 0xc4...0xcd, 0xce...0xcf, 0xd0...0xd1, 0xd2...0xdf,
            0xe0...0xe1,
            0xe2...0xe2, 0xe3...0xe3, 0xe4...0xe9, 0xea...0xed, 0xee...0xef, 0xf0...0xff,
        ]
}
