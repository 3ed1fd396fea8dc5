// SPDX-License-Identifier: Apache-2.0
//
// CSV as RFC 4180 has it, in UTF-8, with lines that end in LF or CRLF. By hand, for what a library
// would hide is needed: whether a field was quoted, which tells an empty string from a null, and in
// which line a record that is wrong begins.

import CSegstoreJSON
import Codec
import Platform

package struct CSVField {
    package let text: UnsafeRawBufferPointer
    package let isQuoted: Bool
}

package final class CSVReader {
    package let input: TextInput
    /// Of the record that was read last, valid until the next call.
    package private(set) var fields: [CSVField] = []
    /// The line that it begins in.
    package private(set) var lineNumber = 0
    /// Bytes that were looked at in vain, for the record did not end with them.
    package private(set) var rescannedByteCount = 0
    private var nextLineNumber = 1
    private var marks: [Mark] = []
    /// Fields whose doubled quotes were made one.
    private let unquoted = ByteBuffer(capacity: 1024)

    /// A field by its place in the window, which may yet move.
    private struct Mark {
        let start: Int
        let end: Int
        let isQuoted: Bool
        let hasQuotes: Bool
    }

    private enum Outcome {
        case record(byteCount: Int, lineCount: Int)
        /// The window ends before the record does.
        case incomplete
        case wrong(RowError, at: Int)
    }

    package init(_ input: TextInput) { self.input = input }

    /// Reads the next record; false at the end. After a record that is wrong comes the line behind
    /// the place where that was noticed.
    package func next() throws -> Bool {
        while true {
            lineNumber = nextLineNumber
            switch scan(input.window) {
            case .record(let byteCount, let lineCount):
                // Bytes stay where they are until the next `more`.
                let record = UnsafeRawBufferPointer(rebasing: input.window[..<byteCount])
                nextLineNumber += lineCount
                input.consume(byteCount)
                guard segstore_utf8_is_valid(record.baseAddress, record.count) else {
                    throw RowError("is not UTF-8")
                }
                // Empty lines are no records.
                if marks.count == 1, marks[0].start == marks[0].end, !marks[0].isQuoted { continue }
                take(record)
                return true
            case .incomplete:
                rescannedByteCount += input.window.count
                // That there is no more is news too: what is there may be whole then.
                let wasAtEnd = input.isAtEnd
                // Twice as much each time, for the record is looked at from its beginning again.
                let wanted = input.window.count * 2
                var hasMore = try input.more()
                while hasMore, input.window.count < wanted { hasMore = try input.more() }
                if hasMore || input.isAtEnd != wasAtEnd { continue }
                if input.isAtEnd, input.window.isEmpty { return false }
                let error = RowError(
                    input.isAtEnd
                        ? "a quoted field of this record has no end; nothing behind it was read"
                        : "the record has more than \(TextInput.recordByteLimit >> 20) MiB")
                skip(input.window.count)
                _ = try input.skipLine()
                nextLineNumber += 1
                throw error
            case .wrong(let error, let place):
                skip(place)
                _ = try input.skipLine()
                nextLineNumber += 1
                throw error
            }
        }
    }

    private func skip(_ byteCount: Int) {
        nextLineNumber += input.window[..<byteCount].reduce(0) { $0 + ($1 == 0x0a ? 1 : 0) }
        input.consume(byteCount)
    }

    private func take(_ record: UnsafeRawBufferPointer) {
        unquoted.removeAll()
        fields.removeAll(keepingCapacity: true)
        // Or it would move under the fields that are in it.
        unquoted.reserve(record.count)
        for mark in marks {
            var text = UnsafeRawBufferPointer(rebasing: record[mark.start..<mark.end])
            if mark.hasQuotes {
                let start = unquoted.count
                var rest = text
                while let quote = TextInput.find(UInt8(ascii: "\""), in: rest, from: 0) {
                    unquoted.append(UnsafeRawBufferPointer(rebasing: rest[...quote]))
                    rest = UnsafeRawBufferPointer(rebasing: rest[(quote + 2)...])
                }
                unquoted.append(rest)
                text = UnsafeRawBufferPointer(rebasing: unquoted.bytes[start...])
            }
            fields.append(CSVField(text: text, isQuoted: mark.isQuoted))
        }
    }

    /// Marks the fields of the record that the window begins with.
    private func scan(_ window: UnsafeRawBufferPointer) -> Outcome {
        marks.removeAll(keepingCapacity: true)
        var index = 0
        var lineCount = 1
        while true {
            let start = index
            if index < window.count, window[index] == UInt8(ascii: "\"") {
                var hasQuotes = false
                index += 1
                while true {
                    guard let quote = TextInput.find(UInt8(ascii: "\""), in: window, from: index)
                    else { return .incomplete }
                    index = quote + 1
                    if index == window.count, !input.isAtEnd { return .incomplete }
                    guard index < window.count, window[index] == UInt8(ascii: "\"") else { break }
                    hasQuotes = true
                    index += 1
                }
                marks.append(
                    Mark(start: start + 1, end: index - 1, isQuoted: true, hasQuotes: hasQuotes))
                lineCount += window[start..<index].reduce(0) { $0 + ($1 == 0x0a ? 1 : 0) }
                if index < window.count, window[index] == 0x0d {
                    if index + 1 == window.count, !input.isAtEnd { return .incomplete }
                    if index + 1 == window.count || window[index + 1] == 0x0a { index += 1 }
                }
            } else {
                while index < window.count {
                    let byte = window[index]
                    if byte == UInt8(ascii: ",") || byte == 0x0a { break }
                    if byte == UInt8(ascii: "\"") {
                        return .wrong(
                            RowError("a quote stands inside a field that does not begin with one"),
                            at: index)
                    }
                    index += 1
                }
                if index == window.count, !input.isAtEnd { return .incomplete }
                let isLast = index == window.count || window[index] == 0x0a
                let hasReturn = isLast && index > start && window[index - 1] == 0x0d
                marks.append(
                    Mark(
                        start: start, end: hasReturn ? index - 1 : index, isQuoted: false,
                        hasQuotes: false))
            }
            if index == window.count {
                if !input.isAtEnd || index == 0 { return .incomplete }
                return .record(byteCount: index, lineCount: lineCount)
            }
            switch window[index] {
            case 0x0a: return .record(byteCount: index + 1, lineCount: lineCount)
            case UInt8(ascii: ","): index += 1
            default:
                return .wrong(RowError("text stands behind the quote that ends a field"), at: index)
            }
        }
    }
}
