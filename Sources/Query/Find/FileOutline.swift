// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import SegmentStore

/// What is defined in a file, in the order in which it stands there.
public struct FileOutline: Sendable {
    /// All entities of the file, but what the file itself is.
    public let items: [Entity]

    /// Empty if there is no such file.
    public init(_ reader: Reader, _ file: String) throws {
        let entities = try EntityReader(reader)
        items = try entities.rows(file: file).filter { try !entities.isFile($0) }
            .map { try entities.entity($0) }
            .sorted { a, b in
                if a.startLine != b.startLine { return a.startLine < b.startLine }
                // What contains comes before what is in it.
                if a.endLine != b.endLine { return a.endLine > b.endLine }
                return a.key.utf8.lexicographicallyPrecedes(b.key.utf8)
            }
    }
}
