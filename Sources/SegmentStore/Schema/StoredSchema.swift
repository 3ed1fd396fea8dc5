// SPDX-License-Identifier: Apache-2.0
import Codec

/// How a column's values lie in a segment. Follows from the schema alone.
package enum ColumnStorage: Equatable, Sendable {
    /// Ids of a dictionary. Numbers that are a first key column are interned as eight bytes.
    case interned(domain: Int)
    case fixed
    case text(family: Int)
    case vector(byteCount: Int)
}

/// The schema as a store keeps it: relations, columns and domains have numbers that never change.
package final class StoredSchema: Sendable {
    package struct Relation: Sendable {
        package let schema: RelationSchema
        package let storage: [ColumnStorage]
        /// Column numbers.
        package let key: [Int]
        package let scope: Int?
        package let target: Int?
        /// Whether rows lead from the first key column to the target.
        package let hasEdges: Bool
        /// Column numbers of each family.
        package let families: [[Int]]
        /// For each column the one of whose values its own are parts.
        package let wholes: [Int?]
        package let columnIndex: [String: Int]
    }

    package let relations: [Relation]
    package let domains: [String]
    let relationIndex: [String: Int]
    /// As it stands in a manifest.
    private let encoded: [UInt8]

    package var schema: Schema { Schema(relations.map(\.schema)) }

    /// `domains` lists those that the store has already; new ones are added at the end.
    package convenience init(_ schema: Schema, domains known: [String] = []) {
        self.init(schema, domains: known, encoded: nil)
    }

    private init(_ schema: Schema, domains known: [String], encoded: [UInt8]?) {
        var domains = known
        func domain(_ name: String) -> Int {
            if let index = domains.firstIndex(of: name) { return index }
            domains.append(name)
            return domains.count - 1
        }
        relations = schema.relations.map { relation in
            var families: [[Int]] = []
            var familyNames: [String: Int] = [:]
            var storage: [ColumnStorage] = []
            for (index, column) in relation.columns.enumerated() {
                let isKey = relation.key.contains(column.name)
                let isText = column.type == .string || column.type == .bytes
                let isInterned =
                    column.domain != nil || column.type == .enumeration
                    || column.name == relation.key[0]
                    || column.name == relation.scope || (isKey && isText)
                if isInterned {
                    // A dot cannot begin a name that a schema gives, so these never meet.
                    storage.append(
                        .interned(
                            domain: domain(column.domain ?? ".\(relation.name).\(column.name)")))
                } else if isText {
                    let name = column.family ?? ".\(column.name)"
                    if let family = familyNames[name] {
                        families[family].append(index)
                        storage.append(.text(family: family))
                    } else {
                        familyNames[name] = families.count
                        storage.append(.text(family: families.count))
                        families.append([index])
                    }
                } else if column.type == .vector {
                    storage.append(.vector(byteCount: column.dimensions * 4))
                } else {
                    storage.append(.fixed)
                }
            }
            let columnIndex = Dictionary(
                relation.columns.enumerated().map { ($1.name, $0) },
                uniquingKeysWith: { first, _ in first })
            let key = relation.key.compactMap { columnIndex[$0] }
            let target = relation.target.flatMap { columnIndex[$0] }
            return Relation(
                schema: relation, storage: storage, key: key,
                scope: relation.scope.flatMap { columnIndex[$0] }, target: target,
                hasEdges: target.map { storage[$0] == storage[key[0]] } ?? false,
                families: families,
                wholes: relation.columns.map { $0.partOf.flatMap { columnIndex[$0] } },
                columnIndex: columnIndex)
        }
        self.domains = domains
        relationIndex = Dictionary(
            schema.relations.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first })
        self.encoded = encoded ?? Self.encode(schema, domains: domains)
    }

    func relation(named name: String) throws(StoreError) -> Int {
        guard let index = relationIndex[name] else {
            throw Schema.unknown(name, among: relations.map(\.schema.name))
        }
        return index
    }

    /// This schema with what `wanted` adds to it. Throws `schemaMismatch` where they contradict.
    func extended(by wanted: Schema) throws(StoreError) -> StoredSchema {
        var result = schema
        var isSame = true
        for relation in wanted.relations {
            guard let index = relationIndex[relation.name] else {
                result.relations.append(relation)
                isSame = false
                continue
            }
            let present = relations[index].schema
            func fail(_ message: String) -> StoreError {
                StoreError(.schemaMismatch, "relation '\(relation.name)': \(message)")
            }
            guard present.key == relation.key else {
                throw fail("the store's key is \(present.key.joined(separator: ", "))")
            }
            guard present.scope == relation.scope else {
                throw fail("the store's scope is another")
            }
            guard present.target == relation.target else {
                throw fail("the store's target is another")
            }
            for column in relation.columns {
                guard let known = relations[index].columnIndex[column.name] else {
                    guard column.isNullable else {
                        throw fail("column '\(column.name)' is new, so it must be nullable")
                    }
                    result.relations[index].columns.append(column)
                    isSame = false
                    continue
                }
                let stored = present.columns[known]
                guard stored.type == column.type, stored.isNullable == column.isNullable,
                    stored.domain == column.domain, stored.dimensions == column.dimensions
                else { throw fail("column '\(column.name)' has another type in the store") }
            }
        }
        if isSame { return self }
        try result.validate()
        return StoredSchema(result, domains: domains)
    }

    // MARK: - On disk: FORMAT.md, "Schema"

    package func encode(into out: ByteBuffer) { encoded.withUnsafeBytes { out.append($0) } }

    private static func encode(_ schema: Schema, domains: [String]) -> [UInt8] {
        let out = ByteBuffer(capacity: 4096)
        out.appendVarint(UInt64(domains.count))
        for domain in domains { out.appendString(domain) }
        out.appendVarint(UInt64(schema.relations.count))
        for relation in schema.relations {
            out.appendString(relation.name)
            out.appendVarint(UInt64(relation.columns.count))
            for column in relation.columns {
                out.appendString(column.name)
                out.append(column.type.rawValue)
                var flags: UInt8 = 0
                if column.isNullable { flags |= 1 }
                if column.isHot { flags |= 2 }
                if column.isNumberList { flags |= 4 }
                out.append(flags)
                out.appendString(column.domain ?? "")
                out.appendString(column.family ?? "")
                out.append(column.compression?.rawValue ?? 0xff)
                out.append(column.encoding?.rawValue ?? 0xff)
                out.appendString(column.partOf ?? "")
                out.appendVarint(UInt64(column.dimensions))
            }
            out.appendVarint(UInt64(relation.key.count))
            for name in relation.key { out.appendString(name) }
            out.appendString(relation.scope ?? "")
            out.appendString(relation.target ?? "")
        }
        return Array(out.bytes)
    }

    /// `known` is returned if it is what stands there: most manifests have the same schema as the
    /// one before.
    package static func decode(
        _ reader: inout ByteReader, known: StoredSchema? = nil
    ) throws(CodecError) -> StoredSchema {
        if let known, reader.remaining >= known.encoded.count {
            var ahead = reader
            if try ahead.readBytes(known.encoded.count).elementsEqual(known.encoded) {
                reader = ahead
                return known
            }
        }
        let start = reader.offset
        let nameLimit = Limits.nameByteCount * 2 + 2
        var domains: [String] = []
        for _ in 0..<(try reader.readCount(limit: Limits.relationCount * Limits.columnCount)) {
            domains.append(try reader.readString(limit: nameLimit))
        }
        var relations: [RelationSchema] = []
        for _ in 0..<(try reader.readCount(limit: Limits.relationCount)) {
            let name = try reader.readString(limit: nameLimit)
            var columns: [ColumnSchema] = []
            for _ in 0..<(try reader.readCount(limit: Limits.columnCount)) {
                let columnName = try reader.readString(limit: nameLimit)
                guard let type = ColumnType(rawValue: try reader.read(UInt8.self)) else {
                    throw CodecError(.unknownTag, "column type")
                }
                var column = ColumnSchema(columnName, type)
                let flags = try reader.read(UInt8.self)
                column.isNullable = flags & 1 != 0
                column.isHot = flags & 2 != 0
                column.isNumberList = flags & 4 != 0
                let domain = try reader.readString(limit: nameLimit)
                column.domain = domain.isEmpty ? nil : domain
                let family = try reader.readString(limit: nameLimit)
                column.family = family.isEmpty ? nil : family
                column.compression = TextCompression(rawValue: try reader.read(UInt8.self))
                column.encoding = NumberEncoding(rawValue: try reader.read(UInt8.self))
                let whole = try reader.readString(limit: nameLimit)
                column.partOf = whole.isEmpty ? nil : whole
                column.dimensions = try reader.readCount(limit: Limits.vectorDimensions)
                columns.append(column)
            }
            var key: [String] = []
            for _ in 0..<(try reader.readCount(limit: Limits.columnCount)) {
                key.append(try reader.readString(limit: nameLimit))
            }
            let scope = try reader.readString(limit: nameLimit)
            let target = try reader.readString(limit: nameLimit)
            relations.append(
                RelationSchema(
                    name, key: key, scope: scope.isEmpty ? nil : scope,
                    target: target.isEmpty ? nil : target, columns: columns))
        }
        let schema = Schema(relations)
        do throws(StoreError) { try schema.validate() } catch {
            throw CodecError(.inconsistent, "schema")
        }
        let encoded = Array(reader.bytes[start..<reader.offset])
        let stored = StoredSchema(schema, domains: domains, encoded: encoded)
        guard stored.domains == domains else { throw CodecError(.inconsistent, "domains") }
        return stored
    }
}
