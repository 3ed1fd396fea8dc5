// SPDX-License-Identifier: Apache-2.0
//
// A relation's schema as a JSON object: what a whole store's export begins with, so that its import
// makes a store of the same schema.
//
//     {"key":["isbn"],"scope":"file","target":"to","columns":[{"name":"isbn","type":"string"},…]}

import CSegstoreJSON
import Codec
import SegmentStore

package enum SchemaText {
    private static let typeNames: [(ColumnType, String)] = ColumnType.allCases.map { ($0, "\($0)") }
    private static let compressionNames = TextCompression.allCases.map { ($0, "\($0)") }
    private static let encodingNames = NumberEncoding.allCases.map { ($0, "\($0)") }

    package static func append(_ relation: RelationSchema, to out: ByteBuffer) {
        func raw(_ text: String) { ValueText.append(text, to: out) }
        func member(_ name: String, _ value: String?) {
            guard let value else { return }
            raw(",\"\(name)\":")
            JSONText.append(string: value, to: out)
        }
        raw("{\"key\":[")
        for (index, name) in relation.key.enumerated() {
            if index > 0 { raw(",") }
            JSONText.append(string: name, to: out)
        }
        raw("]")
        member("scope", relation.scope)
        member("target", relation.target)
        raw(",\"columns\":[")
        for (index, column) in relation.columns.enumerated() {
            raw(index > 0 ? ",{\"name\":" : "{\"name\":")
            JSONText.append(string: column.name, to: out)
            member("type", "\(column.type)")
            if column.isNullable { raw(",\"nullable\":true") }
            member("domain", column.domain)
            member("family", column.family)
            member("part_of", column.partOf)
            if column.isHot { raw(",\"hot\":true") }
            member("compression", column.compression.map { "\($0)" })
            member("encoding", column.encoding.map { "\($0)" })
            if column.isNumberList { raw(",\"number_list\":true") }
            if column.type == .vector { raw(",\"dimensions\":\(column.dimensions)") }
            raw("}")
        }
        raw("]}")
    }

    static func relation(
        _ name: String, _ tokens: Slice<UnsafeBufferPointer<JSONToken>>
    ) throws(RowError) -> RelationSchema {
        var cursor = JSONCursor(tokens)
        var relation = RelationSchema(name, key: [], columns: [])
        try cursor.object { (member, cursor) throws(RowError) in
            switch member {
            case "key":
                try cursor.array { (cursor) throws(RowError) in
                    relation.key.append(try cursor.string())
                }
            case "scope": relation.scope = try cursor.string()
            case "target": relation.target = try cursor.string()
            case "columns":
                try cursor.array { (cursor) throws(RowError) in
                    relation.columns.append(try column(&cursor))
                }
            default: throw RowError("a schema has no member '\(member)'")
            }
        }
        do throws(StoreError) { try Schema([relation]).validate() } catch {
            throw RowError(error.message)
        }
        return relation
    }

    private static func column(_ cursor: inout JSONCursor) throws(RowError) -> ColumnSchema {
        var column = ColumnSchema("", .string)
        try cursor.object { (member, cursor) throws(RowError) in
            switch member {
            case "name": column.name = try cursor.string()
            case "type": column.type = try choice(try cursor.string(), of: typeNames, member)
            case "nullable": column.isNullable = try cursor.bool()
            case "domain": column.domain = try cursor.string()
            case "family": column.family = try cursor.string()
            case "part_of": column.partOf = try cursor.string()
            case "number_list": column.isNumberList = try cursor.bool()
            case "hot": column.isHot = try cursor.bool()
            case "compression":
                column.compression = try choice(try cursor.string(), of: compressionNames, member)
            case "encoding":
                column.encoding = try choice(try cursor.string(), of: encodingNames, member)
            case "dimensions": column.dimensions = try cursor.integer()
            default: throw RowError("a column of a schema has no member '\(member)'")
            }
        }
        return column
    }

    private static func choice<T>(
        _ name: String, of choices: [(T, String)], _ member: String
    ) throws(RowError) -> T {
        guard let found = choices.first(where: { $0.1 == name }) else {
            throw RowError(
                "there is no \(member) '\(name)'; there are \(choices.map(\.1).joined(separator: ", "))"
            )
        }
        return found.0
    }
}

/// Walks tokens where speed does not matter.
struct JSONCursor {
    private var tokens: Slice<UnsafeBufferPointer<JSONToken>>

    init(_ tokens: Slice<UnsafeBufferPointer<JSONToken>>) { self.tokens = tokens }

    private mutating func next(
        _ kinds: segstore_json_kind..., wanted: String
    ) throws(RowError) -> JSONToken {
        guard let token = tokens.first, kinds.contains(token.kind) else {
            throw RowError("a schema needs \(wanted) there")
        }
        tokens = tokens.dropFirst()
        return token
    }

    mutating func string() throws(RowError) -> String {
        try next(.string, wanted: "a string").string
    }

    mutating func integer() throws(RowError) -> Int {
        Int(try next(.integer, wanted: "a whole number").integer)
    }

    mutating func bool() throws(RowError) -> Bool {
        try next(.trueValue, .falseValue, wanted: "true or false").kind
            == .trueValue
    }

    mutating func object(
        _ body: (String, inout JSONCursor) throws(RowError) -> Void
    ) throws(RowError) {
        _ = try next(.object, wanted: "an object")
        while let token = tokens.first, token.kind == .name {
            tokens = tokens.dropFirst()
            try body(token.string, &self)
        }
        _ = try next(.objectEnd, wanted: "the end of an object")
    }

    mutating func array(
        _ body: (inout JSONCursor) throws(RowError) -> Void
    ) throws(RowError) {
        _ = try next(.array, wanted: "an array")
        while let token = tokens.first, token.kind != .arrayEnd { try body(&self) }
        _ = try next(.arrayEnd, wanted: "the end of an array")
    }
}
