// SPDX-License-Identifier: Apache-2.0
//
// What the store gets to know of a file: its facts as rows.

import CodeGraph
import Codec
import SegmentStore

extension String {
    /// Byte by byte where they lie.
    func hasByte(where isMeant: (UInt8) -> Bool) -> Bool {
        utf8.withContiguousStorageIfAvailable { $0.contains(where: isMeant) }
            ?? utf8.contains(where: isMeant)
    }
}

/// How entities are named.
enum EntityKey {
    /// Without what would be taken for the end of a part. A path may not end like the key of a
    /// second definition of one name does.
    static func encoded(_ part: String, isPath: Bool = false) -> String {
        func isSpecial(_ byte: UInt8) -> Bool {
            Self.isSpecial(byte) || (isPath && byte == UInt8(ascii: "~"))
        }
        guard part.hasByte(where: isSpecial) else { return part }
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in part.utf8 {
            if isSpecial(byte) {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 32 || byte == 127 || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "%")
    }

    static func entity(
        _ language: String, _ kind: EntityKind, _ qualifiedName: String, encodedPath: String
    ) -> String {
        "\(language):\(kind.rawValue):\(encoded(qualifiedName)):\(encodedPath)"
    }

    static func unresolved(_ language: String, _ name: String) -> String {
        CodeGraph.unresolvedKey(language, encodedName: encoded(name))
    }

    static func external(_ language: String, _ path: String) -> String {
        "\(language):\(CodeGraph.externalKind):\(encoded(path)):-"
    }
}

struct FileRows: Sendable {
    let definitions: [Definition]
    let keys: [String]
    /// The text of each definition, and the hash of that.
    let codes: [String]
    let hashes: [String]
    let facts: LinkFacts
    /// Those, and what it refers to, as bytes.
    let encodedFacts: [UInt8]
    let encodedReferences: [UInt8]
    let words: WordCount
    let errorCount: Int
    /// Of definitions, which are left out as tests.
    let isExcluded: [Bool]

    var excludedCount: Int { isExcluded.reduce(0) { $0 + ($1 ? 1 : 0) } }

    /// Of a file's definitions each is in all that it stands in, so a hostile file could have a
    /// thousand times its size in code; real ones have three times.
    private static let codePerByte = 32
    private static let freeCode = 64 << 10

    init(
        _ facts: FileFacts, _ source: UnsafeRawBufferPointer, path: String, language: String,
        contentHash: String, includesTests: Bool
    ) {
        definitions = facts.definitions
        errorCount = facts.errorCount
        words = WordCount(facts, source)
        isExcluded = facts.definitions.map { !includesTests && $0.testReason != nil }
        let ordinals: [Int]
        (keys, ordinals) = Self.keys(facts.definitions, language, path)
        var codes: [String] = [""]
        var hashes = [contentHash]
        var left = source.count * Self.codePerByte + Self.freeCode
        for (index, definition) in facts.definitions.enumerated().dropFirst() {
            let bytes = UnsafeRawBufferPointer(rebasing: source[definition.range])
            // Of `int a, b, c;` each is all of it.
            let isSame = definition.range == facts.definitions[index - 1].range
            hashes.append(isSame ? hashes[index - 1] : hexadecimal(xxh3(bytes)))
            left -= bytes.count
            codes.append(left < 0 ? "" : String(decoding: bytes, as: UTF8.self))
        }
        self.codes = codes
        self.hashes = hashes
        self.facts = LinkFacts(facts, ordinals: ordinals, isExcluded: isExcluded)
        encodedFacts = self.facts.encoded()
        encodedReferences = FileReferences(facts).encoded()
    }

    private static func keys(
        _ definitions: [Definition], _ language: String, _ path: String
    ) -> (keys: [String], ordinals: [Int]) {
        let encodedPath = EntityKey.encoded(path, isPath: true)
        var counts: [String: Int] = [:]
        var ordinals: [Int] = []
        let keys = definitions.map { definition in
            let key = EntityKey.entity(
                language, definition.kind, definition.qualifiedName, encodedPath: encodedPath)
            let count = counts[key, default: 0] + 1
            counts[key] = count
            ordinals.append(count)
            return count == 1 ? key : "\(key)~\(count)"
        }
        return (keys, ordinals)
    }
}

/// Puts the rows of files into a batch.
struct RowWriter {
    private let batch: Batch
    private let entities: Columns
    private let edges: Columns
    private let tests: Columns
    private let coverage: Columns
    private let files: Columns
    private let ignored: Columns
    private let facts: Columns
    private let links: Columns

    /// A relation and its columns, in the order of the schema here, which may not be the store's.
    private struct Columns {
        let relation: Int
        let columns: [Int]

        init(_ schema: RelationSchema, _ batch: Batch) throws {
            let relation = try batch.relation(schema.name)
            self.relation = relation
            columns = try schema.columns.map { try batch.column($0.name, of: relation) }
        }
    }

    init(_ batch: Batch) throws {
        self.batch = batch
        entities = try Columns(CodeGraph.entities, batch)
        edges = try Columns(CodeGraph.edges, batch)
        tests = try Columns(CodeGraph.excludedTests, batch)
        coverage = try Columns(CodeGraph.wordCoverage, batch)
        files = try Columns(CodeGraph.files, batch)
        ignored = try Columns(CodeGraph.ignoredFiles, batch)
        facts = try Columns(CodeGraph.facts, batch)
        links = try Columns(CodeGraph.links, batch)
    }

    /// That a file is not there any more, or is known anew: all that was known of it goes.
    func remove(_ path: String) throws {
        for relation in CodeGraph.ingestSchema.relations {
            try batch.replaceScope(path, in: relation.name)
        }
    }

    private func append(_ values: [Value], _ target: Columns) throws {
        try batch.append(to: target.relation) { row in
            for (column, value) in zip(target.columns, values) { row.set(column, value: value) }
        }
    }

    func ignore(_ path: String, _ reason: IgnoredReason) throws {
        let name = SourceLanguage.fileExtension(of: SourceLanguage.lastName(of: path))
        try append([.string(path), .string(name), .string(reason.rawValue)], ignored)
    }

    func write(_ path: String, _ file: SourceFile, _ rows: FileRows) throws {
        try append(
            [
                .string(path), .string(file.language), .int(Int64(file.byteCount)), .null,
                .string(file.contentHash), .int(Int64(rows.errorCount)), .string(file.parser),
            ], files)
        // In what says how code is put together there is none to be accounted for.
        if LanguageTable.language(named: file.language)?.isManifest != true {
            let words = rows.words
            let storedCount = rows.definitions.count - rows.excludedCount
            try append(
                [
                    .string(path), .string(file.language), .int(Int64(words.source)),
                    .int(Int64(words.entity)), .int(Int64(words.imports)),
                    .int(Int64(words.comments)), .float(words.rawPercent),
                    .float(words.effectivePercent), .int(Int64(storedCount)),
                ], coverage)
        }
        let (first, second) = folders(path)
        for (index, definition) in rows.definitions.enumerated() {
            let lines: (Value, Value) = (
                .int(Int64(definition.startLine)), .int(Int64(definition.endLine))
            )
            if rows.isExcluded[index] {
                try append(
                    [
                        .string(rows.keys[index]), .string(definition.name),
                        .string(definition.kind.rawValue), .string(file.language), .string(path),
                        lines.0, lines.1, .string(definition.testReason?.text ?? ""),
                    ], tests)
                continue
            }
            let hasParent = definition.parent >= 0 && !rows.isExcluded[definition.parent]
            try append(
                [
                    .string(rows.keys[index]), .string(definition.name),
                    .string(definition.qualifiedName), .string(definition.kind.rawValue),
                    .string(file.language), .string(path), lines.0, lines.1,
                    hasParent ? .string(rows.keys[definition.parent]) : .null,
                    .string(definition.visibility.rawValue), .string(definition.signature),
                    definition.doc.map { .string($0) } ?? .null, .string(rows.codes[index]),
                    .string(rows.hashes[index]), .bool(definition.testReason != nil),
                    .int(Int64(definition.tokenCount)), .int(Int64(definition.complexity)),
                    .string(first), .string(second),
                ], entities)
        }
        try append(
            [
                .string(path), .bytes(rows.encodedFacts), .bytes(rows.encodedReferences),
            ], facts)
    }

    /// Takes the edges of a file for those that the store has.
    func write(_ path: String, _ edges: FileEdges, replacing isKnown: Bool) throws {
        if isKnown {
            try batch.replaceScope(path, in: CodeGraph.edges.name)
            try batch.replaceScope(path, in: CodeGraph.links.name)
        }
        for edge in edges.edges {
            try append(
                [
                    .string(edge.from), .string(edge.to), .string(edge.kind.rawValue),
                    .string(path), .int(Int64(edge.lines[0])),
                    edge.lines.count == 1
                        ? .null
                        : .string(edge.lines.map { String($0) }.joined(separator: " ")),
                    edge.lines.count == 1 ? .null : .int(Int64(edge.lines.count)),
                    .string(edge.resolution.rawValue),
                ], self.edges)
        }
        try append([.string(path), .string(edges.hash), .bytes(edges.names)], links)
    }

    /// What the linker notes of the tree, for all edges.
    func write(notesHash: String) throws {
        try batch.replaceScope(CodeGraph.treeItself, in: CodeGraph.links.name)
        if notesHash.isEmpty { return }
        try append([.string(CodeGraph.treeItself), .string(notesHash), .bytes([])], links)
    }

    /// The first folder of a path, and the first two.
    private func folders(_ path: String) -> (String, String) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/")).dropLast()
            .map { String(Substring($0)) }
        return (parts.first ?? "", parts.prefix(2).joined(separator: "/"))
    }
}
