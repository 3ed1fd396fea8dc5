// SPDX-License-Identifier: Apache-2.0
//
// Keys, names and paths by how they begin: what completes a word while somebody types it.

import CodeGraph
import SegmentStore

/// Finds the first of them in the order of their bytes, without a look at all the others.
public struct PrefixSearch {
    private let reader: Reader
    private let limit: Int

    /// At most `limit` of each, the last of all among them: so what all of them begin with is known
    /// even if most are left out.
    public init(_ reader: Reader, _ limit: Int) {
        self.reader = reader
        self.limit = limit
    }

    /// Keys of entities.
    public func keys(_ prefix: String) throws -> [String] {
        let entities = try reader.relation(CodeGraph.entities.name)
        return try strings(CodeGraph.keyDomain, prefix) {
            try reader.find(entities, key: $0) != nil
        }
    }

    /// Names of entities; one may be that of several.
    public func names(_ prefix: String) throws -> [String] {
        let entities = try EntityReader(reader)
        guard entities.isIndexedByName else { return [] }
        return try strings(CodeGraph.nameDomain, prefix) { try !entities.rows(name: $0).isEmpty }
    }

    /// Paths of files that entities are in.
    public func files(_ prefix: String) throws -> [String] {
        let entities = try EntityReader(reader)
        return try strings(CodeGraph.fileDomain, prefix) { try !entities.rows(file: $0).isEmpty }
    }

    private func strings(
        _ domain: String, _ prefix: String, _ isLive: (String) throws -> Bool
    ) throws -> [String] {
        try reader.strings(ofDomain: domain, prefix: prefix, limit: limit).filter(isLive)
    }
}
