// SPDX-License-Identifier: Apache-2.0
//
// A code graph made from a seed, over real source text: the same bytes for the same arguments.

import CodeGraph
import Codec
import Foundation
import SegmentStore

struct Slice {
    var offset = 0
    var count = -1
    var isNull: Bool { count < 0 }
}

/// Rows that are in memory before the clock starts.
final class Dataset {
    struct Entity {
        var key = Slice(), name = Slice(), qualifiedName = Slice(), kind = Slice(),
            language = Slice()
        var file = Slice(), parent = Slice(), visibility = Slice(), signature = Slice(),
            doc = Slice()
        var code = Slice(), contentHash = Slice(), rootL1 = Slice(), rootL2 = Slice()
        var startLine = 0, endLine = 0, tokenCount = 0, complexity = 0
    }

    struct Edge {
        var from = Slice(), to = Slice(), kind = Slice(), file = Slice(), resolution = Slice()
        var line = 0
    }

    private var arena = ByteBuffer(capacity: 1 << 20)
    /// Where all strings lie: in `arena`, or in a mapped file.
    private var base = UnsafeRawPointer(bitPattern: 1)!
    private(set) var entities: [Entity] = []
    private(set) var edges: [Edge] = []
    private(set) var files: [Slice] = []
    private(set) var inputByteCount = 0
    let seed: UInt64
    let corpus: String

    func bytes(_ slice: Slice) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + slice.offset, count: max(slice.count, 0))
    }

    func text(_ slice: Slice) -> String { String(decoding: bytes(slice), as: UTF8.self) }

    private func add(_ text: String) -> Slice {
        var text = text
        return text.withUTF8 { utf8 in
            let offset = arena.count
            arena.append(UnsafeRawBufferPointer(utf8))
            base = UnsafeRawPointer(arena.base)
            inputByteCount = arena.count
            return Slice(offset: offset, count: utf8.count)
        }
    }

    /// `corpus` is a directory of source files; lines are drawn from it.
    init(entities count: Int, seed: UInt64, corpus: String) throws {
        self.seed = seed
        self.corpus = corpus
        var random = SplitMix(state: seed)
        let lines = try Self.corpusLines(corpus)
        guard lines.count > 1000 else {
            throw BenchmarkError("the corpus \(corpus) has only \(lines.count) lines")
        }
        let vocabulary = Self.vocabulary(lines)
        let languages = ["python", "swift", "rust", "c", "go"].map(add)
        let languageNames = ["python", "swift", "rust", "c", "go"]
        let extensions = ["py", "swift", "rs", "c", "go"]
        let kinds = ["function", "method", "class", "struct", "constant", "module"].map(add)
        let kindNames = ["function", "method", "class", "struct", "constant", "module"]
        let visibilities = ["public", "private", "internal"].map(add)
        let hex = Array("0123456789abcdef")
        entities.reserveCapacity(count)
        var inFile = 0
        var fileSlice = Slice()
        var filePath = ""
        var language = 0
        var folder = ("", "")
        var line = 1
        var className = ""
        var classKey = Slice()
        var used: [String: Int] = [:]
        while entities.count < count {
            if inFile == 0 {
                inFile = 3 + random.below(12) + (random.below(10) == 0 ? random.below(80) : 0)
                language = random.below(3) > 0 ? 0 : random.below(languages.count)
                folder = (
                    "\(vocabulary[random.below(12)])",
                    "\(vocabulary[random.below(12)])/\(vocabulary[random.below(60)])"
                )
                filePath =
                    "\(folder.0)/\(folder.1)/\(vocabulary[random.below(vocabulary.count)])_\(files.count).\(extensions[language])"
                fileSlice = add(filePath)
                files.append(fileSlice)
                line = 1
                className = ""
            }
            inFile -= 1
            var kind = [0, 0, 1, 1, 1, 1, 2, 4, 3, 5][random.below(10)]
            if kind == 1, className.isEmpty { kind = 0 }
            let name =
                "\(vocabulary[random.below(vocabulary.count)])\(random.below(3) == 0 ? "_" + vocabulary[random.below(vocabulary.count)] : "")"
            if kind == 2 || kind == 3 { className = name.capitalized }
            let qualified =
                kind == 1 ? "\(className).\(name)" : kind == 2 || kind == 3 ? className : name
            var key = "\(languageNames[language]):\(kindNames[kind]):\(qualified):\(filePath)"
            let repeated = used[key, default: 0]
            used[key] = repeated + 1
            if repeated > 0 { key += "~\(repeated + 1)" }
            var entity = Entity()
            entity.key = add(key)
            entity.name = add(kind == 2 || kind == 3 ? className : name)
            entity.qualifiedName = add(qualified)
            entity.kind = kinds[kind]
            entity.language = languages[language]
            entity.file = fileSlice
            if kind == 1 { entity.parent = classKey }
            if kind == 2 || kind == 3 { classKey = entity.key }
            entity.visibility = visibilities[random.below(3)]
            // Lengths are skewed: most bodies are short, some are very long.
            var bodyLines = 3 + random.below(14)
            if random.below(4) == 0 { bodyLines += random.below(60) }
            if random.below(60) == 0 { bodyLines += random.below(400) }
            let first = random.below(lines.count - bodyLines - 4)
            let body = lines[first..<first + bodyLines].joined(separator: "\n")
            entity.signature = add(
                "def \(name)(\(vocabulary[random.below(300)]), \(vocabulary[random.below(300)])=None):"
            )
            if random.below(3) == 0 {
                entity.doc = add(
                    lines[(first + bodyLines)..<(first + bodyLines + 1 + random.below(3))].joined(
                        separator: " "))
            }
            entity.code = add("\(text(entity.signature))\n\(body)")
            entity.startLine = line
            entity.endLine = line + bodyLines
            line += bodyLines + 2
            entity.contentHash = add(String((0..<32).map { _ in hex[random.below(16)] }))
            entity.tokenCount = entity.code.count / 4
            entity.complexity = 1 + random.below(bodyLines)
            entity.rootL1 = add(folder.0)
            entity.rootL2 = add("\(folder.0)/\(folder.1)")
            entities.append(entity)
        }
        makeEdges(&random)
    }

    /// Three for each entity: most to neighbours, the rest to hubs.
    private func makeEdges(_ random: inout SplitMix) {
        let kinds = ["calls", "uses", "imports", "implements", "contains"].map(add)
        let resolutions = ["exact", "probable", "ambiguous"].map(add)
        let count = entities.count
        edges.reserveCapacity(count * 3)
        for from in 0..<count {
            var seen = Set<Int>()
            for number in 0..<3 {
                var to: Int
                if random.below(10) < 7 {
                    to = min(max(from + random.below(120) - 60, 0), count - 1)
                } else {
                    let skewed = random.unit()
                    to = Int(Double(count) * skewed * skewed * skewed * skewed)
                }
                while !seen.insert(to).inserted { to = (to + 1) % count }
                edges.append(
                    Edge(
                        from: entities[from].key, to: entities[to].key,
                        kind: kinds[min(random.below(9), 4)],
                        file: entities[from].file,
                        resolution: resolutions[max(0, random.below(8) - 5)],
                        line: entities[from].startLine + number))
            }
        }
    }

    /// The rows of a dump.
    init(_ file: DatasetFile) throws {
        seed = 0
        corpus = ""
        base = file.base
        inputByteCount = file.count
        (entities, edges, files) = try file.rows()
    }

    private static func corpusLines(_ directory: String) throws -> [String] {
        guard let walker = FileManager.default.enumerator(atPath: directory) else {
            throw BenchmarkError("no corpus at \(directory)")
        }
        var paths: [String] = []
        for case let path as String in walker
        where [".py", ".swift", ".h", ".c", ".swiftinterface", ".js"].contains(
            where: path.hasSuffix)
        {
            paths.append(path)
        }
        var lines: [String] = []
        var byteCount = 0
        for path in paths.sorted() where byteCount < 48 << 20 {
            guard let text = try? String(contentsOfFile: "\(directory)/\(path)", encoding: .utf8)
            else { continue }
            byteCount += text.utf8.count
            for line in text.split(separator: "\n") where line.utf8.count < 400 {
                lines.append(String(line))
            }
        }
        return lines
    }

    private static func vocabulary(_ lines: [String]) -> [String] {
        var words = Set<String>()
        for line in lines.prefix(60_000) {
            for word in line.split(whereSeparator: { !($0.isLetter && $0.isASCII) })
            where (4...14).contains(word.count) {
                words.insert(word.lowercased())
            }
            if words.count >= 4000 { break }
        }
        return words.sorted()
    }

    // MARK: - Into a store

    func append(to batch: Batch, entities range: Range<Int>, edges edgeRange: Range<Int>) throws {
        try append(to: batch, entities: range, edgesAt: edgeRange)
    }

    /// Some entities, and the edges at some places.
    func append(
        to batch: Batch, entities range: Range<Int>, edgesAt places: some Sequence<Int>
    ) throws {
        // Nothing of the data set's own is to be in the figures: no references are counted here.
        let base = base
        func bytes(_ slice: Slice) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(start: base + slice.offset, count: max(slice.count, 0))
        }
        let relation = try batch.relation("entities")
        for index in range {
            let entity = entities[index]
            try batch.append(to: relation) { row in
                row.set(0, utf8: bytes(entity.key))
                row.set(1, utf8: bytes(entity.name))
                row.set(2, utf8: bytes(entity.qualifiedName))
                row.set(3, utf8: bytes(entity.kind))
                row.set(4, utf8: bytes(entity.language))
                row.set(5, utf8: bytes(entity.file))
                row.set(6, Int64(entity.startLine))
                row.set(7, Int64(entity.endLine))
                if !entity.parent.isNull { row.set(8, utf8: bytes(entity.parent)) }
                row.set(9, utf8: bytes(entity.visibility))
                row.set(10, utf8: bytes(entity.signature))
                if !entity.doc.isNull { row.set(11, utf8: bytes(entity.doc)) }
                row.set(12, utf8: bytes(entity.code))
                row.set(13, utf8: bytes(entity.contentHash))
                row.set(14, false)
                row.set(15, Int64(entity.tokenCount))
                row.set(16, Int64(entity.complexity))
                row.set(17, utf8: bytes(entity.rootL1))
                row.set(18, utf8: bytes(entity.rootL2))
            }
        }
        let edgeRelation = try batch.relation("edges")
        for index in places {
            let edge = edges[index]
            try batch.append(to: edgeRelation) { row in
                row.set(0, utf8: bytes(edge.from))
                row.set(1, utf8: bytes(edge.to))
                row.set(2, utf8: bytes(edge.kind))
                row.set(3, utf8: bytes(edge.file))
                row.set(4, Int64(edge.line))
                row.set(6, Int64(1))
                row.set(7, utf8: bytes(edge.resolution))
            }
        }
    }

    func append(to batch: Batch) throws {
        try append(to: batch, entities: 0..<entities.count, edges: 0..<edges.count)
    }
    /// Where the entities of each file are: they stand together, three edges for each.
    private(set) lazy var fileRanges: [Range<Int>] = {
        var ranges: [Range<Int>] = []
        for index in entities.indices {
            let isSame =
                index > 0
                && bytes(entities[index].file).elementsEqual(bytes(entities[index - 1].file))
            if !isSame { ranges.append(index..<index) }
            ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<index + 1
        }
        return ranges
    }()

    /// Says that all that stands of a file is its rows, as they are.
    func replace(_ file: Int, in batch: Batch) throws {
        let rows = fileRanges[file]
        let path = text(files[file])
        try batch.replaceScope(path, in: "entities")
        try batch.replaceScope(path, in: "edges")
        try append(to: batch, entities: rows, edges: rows.lowerBound * 3..<rows.upperBound * 3)
    }

    /// The places of the edges of each of `count` batches: those of the later of their ends.
    func edgeBatches(_ count: Int) -> [[Int]] {
        let share = entities.count / count
        var places: [[Int]] = Array(repeating: [], count: count)
        var rows: [UnsafeKey: Int] = [:]
        for index in entities.indices { rows[UnsafeKey(bytes(entities[index].key))] = index }
        for index in edges.indices {
            let last = max(index / 3, rows[UnsafeKey(bytes(edges[index].to))] ?? 0)
            places[min(last / share, count - 1)].append(index)
        }
        return places
    }

    func entityBatch(_ batch: Int, of count: Int) -> Range<Int> {
        let share = entities.count / count
        return batch * share..<(batch == count - 1 ? entities.count : (batch + 1) * share)
    }
}

/// Bytes that stay where they are, as a key of a dictionary.
private struct UnsafeKey: Hashable {
    let bytes: UnsafeRawBufferPointer
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }
    static func == (a: Self, b: Self) -> Bool {
        a.bytes.count == b.bytes.count && a.bytes.elementsEqual(b.bytes)
    }
    func hash(into hasher: inout Hasher) { hasher.combine(bytes: bytes) }
}
