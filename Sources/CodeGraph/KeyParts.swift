// SPDX-License-Identifier: Apache-2.0
//
// What a key says of what it names.

/// language:kind:qualified_name:path, as far as a key is of that form; any other is a name only.
public struct KeyParts: Sendable, Equatable {
    public let language: String
    public let kind: String
    public let qualifiedName: String
    /// Without the `~2` that a second one of the same key has; empty if it is defined elsewhere.
    public let file: String

    public init(_ key: String) {
        // By bytes: an accent on a colon is a name's first.
        let parts = key.utf8.split(
            separator: UInt8(ascii: ":"), omittingEmptySubsequences: false
        ).map { Substring($0) }
        guard parts.count >= 4, let path = parts.last else {
            (language, kind, qualifiedName, file) = ("", "", key, "")
            return
        }
        language = String(parts[0])
        kind = String(parts[1])
        qualifiedName = parts[2..<parts.count - 1].joined(separator: ":")
        let tilde = path.lastIndex(of: "~").flatMap { place in
            let number = path[path.index(after: place)...]
            return !number.isEmpty && number.allSatisfy(\.isNumber) ? place : nil
        }
        let file = String(path[..<(tilde ?? path.endIndex)])
        self.file = file == "-" ? "" : file
    }

    /// Whether it is defined outside of the tree, or nowhere that is known.
    public var isExternal: Bool { kind == CodeGraph.externalKind || isUnresolved }
    /// Whether its name is all that is known.
    public var isUnresolved: Bool { kind == CodeGraph.unresolvedKind }
}
