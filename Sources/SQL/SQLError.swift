// SPDX-License-Identifier: Apache-2.0

/// Why a question in SQL has no answer. What is wrong with the store itself is a `StoreError`.
public struct SQLError: Error, Sendable, CustomStringConvertible {
    /// The class of a failure.
    public enum Kind: Sendable {
        /// The text is no SQL, names what is not there, or cannot be computed.
        case invalid
        /// It would change something.
        case readOnly
        /// It takes more time, or more memory, than it may.
        case timeLimit, memoryLimit
        /// Whoever asked wants no answer any more.
        case cancelled
    }

    /// What to do about it depends on this.
    public let kind: Kind
    /// What is wrong, and what there is instead.
    public let message: String
    /// Where in the text, if that is known.
    public let place: Place?

    /// A line and a character in it.
    public struct Place: Sendable, Equatable {
        /// Counted from 1.
        public let line: Int
        /// The character, counted from 1.
        public let column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        init(_ text: String, byteOffset: Int) {
            let before = text.utf8.prefix(byteOffset)
            let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { before.index(after: $0) }
            line = 1 + before.count { $0 == UInt8(ascii: "\n") }
            column = 1 + text[(lineStart ?? text.startIndex)..<before.endIndex].count
        }
    }

    init(_ kind: Kind, _ message: String, at place: Place? = nil) {
        self.kind = kind
        self.message = message
        self.place = place
    }

    public var description: String {
        guard let place else { return message }
        return "\(message) (at line \(place.line), character \(place.column))"
    }
}
