// SPDX-License-Identifier: Apache-2.0
//
// Rows out, in the order of their keys: the same rows give the same bytes, however they came into
// the store.

import Codec
import SegmentStore

/// How rows are written as text.
public enum RowFormat: String, Sendable, CaseIterable {
    /// A JSON object a line.
    case ndjson
    /// RFC 4180, with the columns' names in the first line.
    case csv
}

/// Writes what a snapshot holds. Cheap to make.
public struct RowExport {
    private let snapshot: Snapshot

    /// What it writes is of this generation, whatever happens to the store.
    public init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// Writes all rows of a relation. `sink` gets them in large pieces, valid during the call;
    /// `progress` is told the number of rows with each.
    public func write(
        _ relation: String, as format: RowFormat,
        to sink: @escaping (UnsafeRawBufferPointer) throws -> Void,
        progress: @escaping (Int) -> Void = { _ in }
    ) throws {
        let reader = snapshot.reader()
        let index = try reader.relation(relation)
        let writer = RowTextWriter(reader, index, format == .csv ? .csv : .json)
        var chunks = Chunks(sink, progress)
        if format == .csv { CSVText.append(header: writer.names, to: chunks.out) }
        try reader.forEachRowByKey(index) { row in
            try writer.append(row, to: chunks.out)
            try chunks.endLine()
        }
        try sink(chunks.out.bytes)
    }

    /// Writes the whole store: a line for each relation's schema, then one for each row, which
    /// names its relation. What `RowImport` reads when it is given no relation.
    public func writeAll(
        to sink: @escaping (UnsafeRawBufferPointer) throws -> Void,
        progress: @escaping (Int) -> Void = { _ in }
    ) throws {
        let reader = snapshot.reader()
        let relations = snapshot.schema.relations
        var chunks = Chunks(sink, progress)
        let out = chunks.out
        func begin(_ relation: RelationSchema, _ member: String) {
            ValueText.append("{\"relation\":", to: out)
            JSONText.append(string: relation.name, to: out)
            ValueText.append(",\"\(member)\":", to: out)
        }
        for relation in relations {
            begin(relation, "schema")
            SchemaText.append(relation, to: out)
            ValueText.append("}\n", to: out)
        }
        for (index, relation) in relations.enumerated() {
            let writer = RowTextWriter(reader, index, .json)
            try reader.forEachRowByKey(index) { row in
                begin(relation, "row")
                try writer.append(row, to: out)
                out.append(UInt8(ascii: "}"))
                try chunks.endLine()
            }
        }
        try sink(out.bytes)
    }
}

/// Lines on their way out, in large pieces.
private struct Chunks {
    let out = ByteBuffer(capacity: 2 * byteCount)
    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private let progress: (Int) -> Void
    private var lineCount = 0

    private static let byteCount = 1 << 18

    init(
        _ sink: @escaping (UnsafeRawBufferPointer) throws -> Void,
        _ progress: @escaping (Int) -> Void
    ) {
        self.sink = sink
        self.progress = progress
    }

    mutating func endLine() throws {
        out.append(UInt8(ascii: "\n"))
        lineCount += 1
        guard out.count >= Self.byteCount else { return }
        try sink(out.bytes)
        out.removeAll()
        progress(lineCount)
    }
}
