// SPDX-License-Identifier: Apache-2.0
//
// Answers on standard output, notes on standard error; tables for people.

import Codec
import Exchange
import Platform

enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
}

/// Standard output or a file, in large writes. What it is given is shown when it is flushed.
final class Output {
    private let buffer = ByteBuffer(capacity: 1 << 16)
    private var failure: (any Error)?
    private let hasColors: Bool
    /// Of the terminal that people read it on, if they do.
    let columnCount: Int?
    private let sink: (UnsafeRawBufferPointer) throws -> Void
    /// Where remarks go, if not to standard error.
    private let notes: ((String) -> Void)?
    /// Which rows of which list the answer has, as far as it is one.
    var page: ListPage?

    init() {
        notes = nil
        hasColors = Console.hasColors(.output)
        columnCount = StandardStream.output.columnCount
        sink = { try StandardStream.output.write($0) }
    }

    /// An answer to somebody who is not at this process's terminal.
    init(
        to sink: @escaping (UnsafeRawBufferPointer) throws -> Void,
        notes: @escaping (String) -> Void
    ) {
        hasColors = false
        columnCount = nil
        self.sink = sink
        self.notes = notes
    }

    init(_ file: ExportFile) {
        notes = nil
        hasColors = false
        columnCount = nil
        sink = file.append
    }

    func write(_ text: String) { write { ValueText.append(text, to: $0) } }

    /// Gives what `body` appends to the buffer, if it comes to its end: half a row is none.
    func write(_ body: (ByteBuffer) throws -> Void) rethrows {
        let start = buffer.count
        do { try body(buffer) } catch {
            buffer.truncate(to: start)
            throw error
        }
        if buffer.count >= 1 << 16 { send() }
    }

    func line(_ text: String = "") { write(text + "\n") }

    func heading(_ text: String) { line(styled(text, .bold)) }

    func styled(_ text: String, _ style: Style) -> String {
        hasColors && !text.isEmpty ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
    }

    private func send() {
        defer { buffer.removeAll() }
        guard failure == nil else { return }
        do {
            try sink(buffer.bytes)
        } catch {
            failure = error
        }
    }

    /// A remark on what was answered, behind it if both are shown together.
    func note(_ text: String) {
        if let notes { return notes(text) }
        send()
        Console.note(text)
    }

    /// A line that says how far the answer has come, where somebody is there to read it.
    func progressLine() -> ProgressLine { ProgressLine(isShown: notes == nil) }

    /// Throws if anything since the beginning could not be written.
    func flush() throws {
        send()
        try check()
    }

    /// Throws if something could not be written already: going on would be for nothing.
    func check() throws {
        if let failure { throw failure }
    }
}

/// What is not an answer: notes and progress, on standard error.
enum Console {
    static func hasColors(_ stream: StandardStream) -> Bool {
        isInteractive(stream) && (Environment["NO_COLOR"] ?? "").isEmpty
    }

    /// A terminal that understands more than lines.
    static func isInteractive(_ stream: StandardStream) -> Bool {
        stream.isTerminal && Environment["TERM"] != "dumb"
    }

    static func note(_ text: String) { send("segstore: \(printable(text))\n") }

    /// A note in place of what stands on the line: of progress, and the terminal's own ^C.
    static func noteOnClearLine(_ text: String) {
        if isInteractive(.error) { send("\r\u{1b}[K") }
        note(text)
    }

    /// A line that belongs to the note before it.
    static func detail(_ text: String) { send("  \(printable(text))\n") }

    fileprivate static func send(_ text: String) {
        var text = text
        // There is nobody left to tell if this fails.
        text.withUTF8 { try? StandardStream.error.write(UnsafeRawBufferPointer($0)) }
    }
}

/// Which rows of a list an answer has.
struct ListPage {
    let rows: Range<Int>
    let total: Int

    init(_ rows: Range<Int>, of total: Int) {
        self.rows = rows
        self.total = total
    }

    /// Where the next one begins; nil if this is the last.
    var next: Int? { rows.upperBound < total && !rows.isEmpty ? rows.upperBound : nil }
}

/// One line that changes in place. On a terminal only.
final class ProgressLine {
    private let isShown: Bool
    private var shown = ""

    init(isShown: Bool = true) {
        self.isShown = isShown && Console.isInteractive(.error)
    }

    func show(_ text: String) {
        guard isShown, text != shown else { return }
        Console.send("\r\(text)\u{1b}[K")
        shown = text
    }

    func clear() {
        if !shown.isEmpty { Console.send("\r\u{1b}[K") }
        shown = ""
    }

    deinit { clear() }
}

/// Text that a terminal takes as text: a file's name may hold anything.
func printable(_ text: String) -> String {
    func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        // Formats would let a name turn the line around it.
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if isControl(scalar) {
            result += scalar.escaped(asASCII: true)
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// Aligned columns, the last as long as it is. Printed in pieces, so that it may have any number of
/// rows; a column that grows late is wider from there on. On a terminal that is too narrow, the
/// longest texts are shortened.
struct Table {
    enum Alignment: Sendable {
        case left, right
        /// Of keys, of which names and files must be told apart: they are shortened last.
        case keys
    }

    private let output: Output
    private let alignments: [Alignment]
    private var widths: [Int]
    private var pending: [[String]] = []
    private let gap = "  "

    /// Headings that are all empty are not printed.
    init(_ output: Output, _ columns: [(heading: String, alignment: Alignment)]) {
        self.output = output
        alignments = columns.map(\.alignment)
        widths = columns.map { _ in 0 }
        let headings = columns.map(\.heading)
        hasHeading = headings.contains { !$0.isEmpty }
        if hasHeading { add(headings) }
    }

    private var hasHeading: Bool

    mutating func add(_ cells: [String]) {
        let cells = cells.map(printable)
        for (column, cell) in cells.enumerated() {
            widths[column] = max(widths[column], cell.count)
        }
        pending.append(cells)
        if pending.count >= 1000 { finish() }
    }

    /// Prints what was added.
    mutating func finish() {
        let widths = fittingWidths()
        for cells in pending {
            var line = ""
            for (column, cell) in cells.enumerated() {
                let cell = Text.shortened(cell, to: widths[column])
                if column > 0 { line += gap }
                let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
                switch alignments[column] {
                case .right: line += padding + cell
                case .left, .keys: line += column == cells.count - 1 ? cell : cell + padding
                }
            }
            while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
            output.line(hasHeading ? output.styled(line, .dim) : line)
            hasHeading = false
        }
        pending.removeAll(keepingCapacity: true)
    }

    private static let leastWidth = 8
    private static let keyWidth = 10

    /// What is cut from the widest columns of text until all fit.
    private func fittingWidths() -> [Int] {
        guard let limit = output.columnCount else { return widths }
        var widths = widths
        var excess = widths.reduce((widths.count - 1) * gap.count, +) - limit
        while excess > 0 {
            func weight(_ column: Int) -> Int {
                widths[column] - (alignments[column] == .keys ? Self.keyWidth : 0)
            }
            let widest = widths.indices
                .filter { alignments[$0] != .right && widths[$0] > Self.leastWidth }
                .max { weight($0) < weight($1) }
            guard let widest else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}

extension Output {
    /// Names in a column, and what they stand for.
    func fields(_ fields: [(name: String, text: String)]) {
        let width = fields.reduce(0) { max($0, $1.name.utf8.count) } + 2
        for (name, text) in fields {
            line(
                styled(name, .dim) + String(repeating: " ", count: width - name.utf8.count)
                    + printable(text))
        }
    }
}
