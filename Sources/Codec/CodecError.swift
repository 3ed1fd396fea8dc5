// SPDX-License-Identifier: Apache-2.0

/// Bytes that can't be what they claim to be.
public struct CodecError: Error, Equatable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// The bytes end before the value does.
        case truncated
        /// A tag that this version does not know.
        case unknownTag
        /// A count, width or length that contradicts another.
        case inconsistent
        /// A size beyond what a writer may produce.
        case tooLarge
        /// The compressor refused.
        case compression
    }

    public let kind: Kind
    public let what: StaticString

    public init(_ kind: Kind, _ what: StaticString) {
        self.kind = kind
        self.what = what
    }

    public static func == (a: CodecError, b: CodecError) -> Bool { a.kind == b.kind }

    public var description: String { "\(what) (\(kind))" }
}
