// SPDX-License-Identifier: Apache-2.0
//
// Rows that an index leads to: those that share the first columns of a key, those of a scope.

import Codec

extension Reader {
    /// Appends the rows whose first key columns have the values of `prefix`, of which there is at
    /// least one. In the order of their keys only within a segment.
    package func append(
        _ relation: Int, keyPrefix prefix: [Value], to rows: inout [RowID]
    ) throws(StoreError) {
        let schema = core.manifest.schema.relations[relation]
        precondition(
            (1...schema.key.count).contains(prefix.count), "a key has other columns than that")
        for lookup in core.lookups(relation) {
            let segment = core.parts[lookup.part].segment
            var parts: [Int64] = []
            for (value, column) in zip(prefix, schema.key) {
                guard let part = try segment.keyPart(value, schema, column) else { break }
                parts.append(part)
            }
            guard parts.count == prefix.count else { continue }
            for entry in try lookup.relation.entries(keyPrefix: parts, columns: schema.key) {
                let row = try lookup.keyRows.value(entry)
                guard !lookup.dead.contains(row) else { continue }
                rows.append(RowID(part: lookup.part, row: row))
            }
        }
    }

    /// Appends the rows of a scope, in the order in which they were written.
    package func append(
        _ relation: Int, scope: UnsafeRawBufferPointer, to rows: inout [RowID]
    ) throws(StoreError) {
        let schema = core.manifest.schema.relations[relation]
        guard let column = schema.scope, case .interned(let domain) = schema.storage[column] else {
            return
        }
        let hash = xxh3(scope)
        for (number, part) in core.parts.enumerated() {
            guard let present = part.segment.relation(relation),
                let dictionary = part.segment.dictionary(domain),
                let id = try dictionary.find(scope, hash: hash)
            else { continue }
            guard let index = present.scope, index.offsets.count == dictionary.count + 1 else {
                throw .corrupted("scope index does not fit its dictionary", in: present.path)
            }
            for run in try index.offsets.range(id, limit: index.starts.count) {
                let start = try index.starts.value(run)
                let count = try index.counts.value(run)
                guard start + count <= present.rowCount else {
                    throw .corrupted("scope index", in: present.path)
                }
                for row in start..<start + count where !part.dead[relation].contains(row) {
                    rows.append(RowID(part: number, row: row))
                }
            }
        }
    }
}
