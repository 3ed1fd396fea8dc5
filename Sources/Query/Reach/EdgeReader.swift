// SPDX-License-Identifier: Apache-2.0
//
// The columns of edges, and which edges a question is about.

import CodeGraph
import SegmentStore

/// Reads the columns of edges. Not for two threads.
final class EdgeReader {
    let reader: Reader
    let relation: Int
    private let kindColumn, fileColumn, lineColumn, linesColumn, countColumn, resolutionColumn: Int
    /// By segment and number: few words that stand in many rows.
    private var words: [Word: String] = [:]

    private struct Word: Hashable {
        let part: Int32
        let column: Int32
        let number: Int64
    }

    init(_ reader: Reader) throws {
        self.reader = reader
        let relation = try reader.relation(CodeGraph.edges.name)
        self.relation = relation
        func column(_ name: String) throws -> Int { try reader.column(name, of: relation) }
        kindColumn = try column("kind")
        fileColumn = try column("file")
        lineColumn = try column("line")
        linesColumn = try column("lines")
        countColumn = try column("count")
        resolutionColumn = try column("resolution")
    }

    func kind(_ row: RowID) throws -> String { try word(row, kindColumn) }
    func resolution(_ row: RowID) throws -> String { try word(row, resolutionColumn) }

    private func word(_ row: RowID, _ column: Int) throws -> String {
        guard let number = try reader.int(relation, row, column) else { return "" }
        let word = Word(part: row.part, column: Int32(column), number: number)
        if let known = words[word] { return known }
        let text = try reader.string(relation, row, column) ?? ""
        words[word] = text
        return text
    }

    func count(_ row: RowID) throws -> Int {
        let first = Int(try reader.int(relation, row, lineColumn) ?? 0)
        let lines = try lines(row, first)
        return max(
            lines.count, try reader.int(relation, row, countColumn).map { Int($0) } ?? lines.count)
    }

    func dependency(_ row: RowID, from: String, to: String, _ depth: Int) throws -> Dependency {
        let first = Int(try reader.int(relation, row, lineColumn) ?? 0)
        return Dependency(
            from: from, to: to, kind: try kind(row),
            file: try reader.string(relation, row, fileColumn) ?? "",
            lines: try lines(row, first), count: try count(row),
            resolution: try resolution(row), depth: depth)
    }

    /// All lines, if they are what they should be: ascending, from the first on. Rows that others
    /// made may say anything.
    private func lines(_ row: RowID, _ first: Int) throws -> [Int] {
        guard let text = try reader.string(relation, row, linesColumn) else { return [first] }
        let lines = text.split(separator: " ", omittingEmptySubsequences: false).map { Int($0) }
        let known = lines.compactMap(\.self)
        guard known.count == lines.count, known.first == first,
            zip(known, known.dropFirst()).allSatisfy(<)
        else { return [first] }
        return known
    }
}

/// Which edges are followed.
public struct EdgeFilter: Sendable {
    /// Nil for all.
    public var kinds: Set<String>?
    /// What is left out where `kinds` does not say otherwise.
    public var withoutKinds: Set<String> = []
    /// Nil for all.
    public var resolutions: Set<String>?
    /// Only those whose far end is in this folder or file; empty for all.
    public var folder = ""

    public init() {}

    func accepts(_ row: RowID, _ edges: EdgeReader) throws -> Bool {
        if let kinds {
            guard try kinds.contains(edges.kind(row)) else { return false }
        } else if !withoutKinds.isEmpty {
            guard try !withoutKinds.contains(edges.kind(row)) else { return false }
        }
        return try resolutions?.contains(edges.resolution(row)) ?? true
    }

    func accepts(end key: String) -> Bool {
        folder.isEmpty || isPath(GraphNode(key).file, in: folder)
    }
}
