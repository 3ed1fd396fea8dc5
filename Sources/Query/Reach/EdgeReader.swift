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
    private var kinds = SmallTable<String>()
    private var resolutions = SmallTable<String>()

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

    func kind(_ row: RowID) throws -> String {
        try kinds.value(row, number(row, kindColumn)) {
            try reader.string(relation, row, kindColumn) ?? ""
        }
    }

    func resolution(_ row: RowID) throws -> String {
        try resolutions.value(row, number(row, resolutionColumn)) {
            try reader.string(relation, row, resolutionColumn) ?? ""
        }
    }

    fileprivate func kindNumber(_ row: RowID) throws -> Int { try number(row, kindColumn) }
    fileprivate func resolutionNumber(_ row: RowID) throws -> Int {
        try number(row, resolutionColumn)
    }

    /// What a segment numbers the word by; -1 for none.
    private func number(_ row: RowID, _ column: Int) throws -> Int {
        Int(try reader.int(relation, row, column) ?? -1)
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

    fileprivate func accepts(kind: String) -> Bool {
        kinds?.contains(kind) ?? !withoutKinds.contains(kind)
    }

    fileprivate func accepts(resolution: String) -> Bool {
        resolutions?.contains(resolution) ?? true
    }
}

/// Says of edges whether they are wanted. Not for two threads.
final class AcceptedEdges {
    private let filter: EdgeFilter
    private let edges: EdgeReader
    private var kinds = SmallTable<Bool>()
    private var resolutions = SmallTable<Bool>()

    init(_ filter: EdgeFilter, _ edges: EdgeReader) {
        self.filter = filter
        self.edges = edges
    }

    func accepts(_ row: RowID) throws -> Bool {
        if filter.kinds != nil || !filter.withoutKinds.isEmpty {
            let isWanted = try kinds.value(row, edges.kindNumber(row)) {
                filter.accepts(kind: try edges.kind(row))
            }
            guard isWanted else { return false }
        }
        guard filter.resolutions != nil else { return true }
        return try resolutions.value(row, edges.resolutionNumber(row)) {
            filter.accepts(resolution: try edges.resolution(row))
        }
    }
}

/// What belongs to the words of a column, by their numbers in each segment.
private struct SmallTable<Value> {
    private var values: [[Value?]] = []
    /// Columns of few words have small numbers; others are not kept.
    private static var limit: Int { 4096 }

    mutating func value(
        _ row: RowID, _ number: Int, _ make: () throws -> Value
    ) rethrows -> Value {
        let part = Int(row.part)
        guard (0..<Self.limit).contains(number) else { return try make() }
        if part < values.count, number < values[part].count, let known = values[part][number] {
            return known
        }
        let made = try make()
        while values.count <= part { values.append([]) }
        while values[part].count <= number { values[part].append(nil) }
        values[part][number] = made
        return made
    }
}
