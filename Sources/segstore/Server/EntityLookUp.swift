// SPDX-License-Identifier: Apache-2.0
//
// The question that is asked most, an entity by its whole key: what 'query entity' answers, written
// straight from the columns. The command itself would take four times as long, most of it to look
// for names and columns that are the same each time.

import CodeGraph
import Codec
import Exchange
import Ingest
import SegmentStore

/// Of one reader, so for one thread at a time.
final class EntityLookUp {
    private let reader: Reader
    private let relation: Int
    private let text: RowTextWriter
    private let textWithCode: RowTextWriter

    init(_ reader: Reader) throws {
        self.reader = reader
        relation = try reader.relation(CodeGraph.entities.name)
        let columns = reader.snapshot.schema.relations[relation].columns
        text = RowTextWriter(
            reader, relation, .json, columns: columns.indices.filter { columns[$0].name != "code" })
        textWithCode = RowTextWriter(reader, relation, .json)
    }

    /// Appends the data; false if it is no whole key.
    func append(_ key: String, withCode: Bool, to out: ByteBuffer) throws -> Bool {
        guard let row = try reader.find(relation, key: key) else { return false }
        ValueText.append("{\"entity\":", to: out)
        try (withCode ? textWithCode : text).append(row, to: out)
        ValueText.append("}", to: out)
        return true
    }
}
