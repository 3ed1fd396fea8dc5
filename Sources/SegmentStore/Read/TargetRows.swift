// SPDX-License-Identifier: Apache-2.0
//
// Rows by what stands in their target column, where that is a name rather than the far end of an
// edge; and all that stands there, each string once in a segment.

import Codec

extension Reader {
    /// The live rows whose target column is `string`.
    public func rows(
        _ relation: Int, target string: UnsafeRawBufferPointer
    ) throws(StoreError) -> [RowID] {
        let hash = xxh3(string)
        var found: [RowID] = []
        for lookup in core.lookups(relation) {
            guard let dictionary = targetDictionary(relation, lookup),
                let id = try dictionary.find(string, hash: hash)
            else { continue }
            try append(lookup, id, to: &found)
        }
        return found
    }

    /// The same.
    public func rows(_ relation: Int, target string: String) throws(StoreError) -> [RowID] {
        var string = string
        let result: Result<[RowID], StoreError> = string.withUTF8 { utf8 in
            do throws(StoreError) {
                return .success(try rows(relation, target: UnsafeRawBufferPointer(utf8)))
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Calls `body` with every string of the target column, segment by segment, in order within
    /// each. It may be one that no live row has any more.
    package func forEachTarget(
        _ relation: Int, _ body: (TargetString, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        for (number, lookup) in core.lookups(relation).enumerated() {
            try targetDictionary(relation, lookup)?.forEachString { id, string in
                try body(TargetString(lookup: number, id: id), string)
            }
        }
    }

    /// The live rows that have it.
    package func rows(_ relation: Int, target: TargetString) throws(StoreError) -> [RowID] {
        var found: [RowID] = []
        try append(core.lookups(relation)[target.lookup], target.id, to: &found)
        return found
    }

    /// Calls `body` with every string of a domain, segment by segment, in order within each. It may
    /// be one that no live row has any more. A domain that the store does not have has none.
    package func forEachString(
        ofDomain name: String, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard let domain = schema.domains.firstIndex(of: name) else { return }
        for part in core.parts {
            try part.segment.dictionary(domain)?.forEachString { _, string in try body(string) }
        }
    }

    private func targetDictionary(
        _ relation: Int, _ lookup: SnapshotCore.Lookup
    ) -> DictionaryReader? {
        guard let target = schema.relations[relation].target,
            case .interned(let domain) = schema.relations[relation].storage[target]
        else { return nil }
        return core.parts[lookup.part].segment.dictionary(domain)
    }

    private func append(
        _ lookup: SnapshotCore.Lookup, _ id: Int, to rows: inout [RowID]
    ) throws(StoreError) {
        guard let index = lookup.relation.target else { return }
        for entry in try index.offsets.range(id, limit: index.rows.count) {
            let row = try index.rows.value(entry)
            if !lookup.dead.contains(row) { rows.append(RowID(part: lookup.part, row: row)) }
        }
    }
}

/// A string of a segment's target column.
package struct TargetString {
    fileprivate let lookup: Int
    fileprivate let id: Int
}
