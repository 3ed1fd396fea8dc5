// SPDX-License-Identifier: Apache-2.0
//
// What a file refers to itself: needed for its own edges alone, and many times what others need of
// it, so it is kept as bytes until then.

import Codec

struct FileReferences: Sendable {
    /// Where the file's definitions begin.
    let lines: [Int]
    /// Without those to the bases of its types.
    let references: [Reference]

    init(_ facts: FileFacts) {
        lines = facts.definitions.map(\.startLine)
        references = facts.references.filter { !$0.kind.isBase }
    }

    func encoded() -> [UInt8] {
        var writer = FactsWriter()
        writer.add(lines.count)
        for line in lines { writer.add(line) }
        writer.add(references)
        return writer.bytes
    }

    /// Throws for bytes that are not those of a file with so many definitions.
    init(_ bytes: UnsafeRawBufferPointer, definitionCount count: Int) throws(CodecError) {
        var reader = try FactsReader(bytes)
        guard try reader.count() == count else { throw CodecError(.inconsistent, "lines") }
        var lines: [Int] = []
        lines.reserveCapacity(count)
        for _ in 0..<count { lines.append(try reader.number()) }
        self.lines = lines
        references = try reader.references(count)
    }
}

extension EdgeKind {
    /// What types say they extend: what others may mean by a member depends on it.
    var isBase: Bool { self == .extends || self == .implements }
}
