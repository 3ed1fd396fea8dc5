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
    private static let chunkByteCount = 1 << 18

    /// What it writes is of this generation, whatever happens to the store.
    public init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// Writes all rows of a relation. `sink` gets them in large pieces, valid during the call;
    /// `progress` is told the number of rows with each.
    public func write(
        _ relation: String, as format: RowFormat,
        to sink: (UnsafeRawBufferPointer) throws -> Void, progress: (Int) -> Void = { _ in }
    ) throws {
        let out = ByteBuffer(capacity: Self.chunkByteCount * 2)
        let reader = snapshot.reader()
        let index = try reader.relation(relation)
        let writer = RowTextWriter(reader, index, format == .csv ? .csv : .json)
        if format == .csv { CSVText.append(header: writer.names, to: out) }
        var count = 0
        try reader.forEachRowByKey(index) { row in
            try writer.append(row, to: out)
            out.append(UInt8(ascii: "\n"))
            count += 1
            if out.count >= Self.chunkByteCount {
                try sink(out.bytes)
                out.removeAll()
                progress(count)
            }
        }
        try sink(out.bytes)
    }

    /// Writes the whole store: a line for each relation's schema, then one for each row, which
    /// names its relation. What `RowImport` reads when it is given no relation.
    public func writeAll(
        to sink: (UnsafeRawBufferPointer) throws -> Void, progress: (Int) -> Void = { _ in }
    ) throws {
        let out = ByteBuffer(capacity: Self.chunkByteCount * 2)
        let reader = snapshot.reader()
        let relations = snapshot.schema.relations
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
        var count = 0
        for (index, relation) in relations.enumerated() {
            let writer = RowTextWriter(reader, index, .json)
            try reader.forEachRowByKey(index) { row in
                begin(relation, "row")
                try writer.append(row, to: out)
                ValueText.append("}\n", to: out)
                count += 1
                if out.count >= Self.chunkByteCount {
                    try sink(out.bytes)
                    out.removeAll()
                    progress(count)
                }
            }
        }
        try sink(out.bytes)
    }
}
