// SPDX-License-Identifier: Apache-2.0
import Codec

/// What a column holds.
public enum ColumnType: UInt8, Sendable, CaseIterable {
    case bool = 1
    case int64 = 2
    case float64 = 3
    /// UTF-8.
    case string = 4
    case bytes = 5
    /// Nanoseconds since 1970.
    case timestamp = 6
    /// One of a few strings, stored as a number.
    case enumeration = 7
    /// So many floats of 32 bits, `ColumnSchema.dimensions`.
    case vector = 8
}

/// A column's name, type and what is known of its values beforehand.
public struct ColumnSchema: Sendable, Equatable {
    public var name: String
    public var type: ColumnType
    public var isNullable = false
    /// Columns of one domain share a dictionary of strings in each segment, so that a key that
    /// is referred to from elsewhere is stored once. Only for strings.
    public var domain: String?
    /// String columns of one family are compressed together and read together.
    public var family: String?
    /// Read often: a quicker codec is preferred to a smaller one.
    public var isHot = false
    /// Fixes the codec of a string column; nil lets each block choose.
    public var compression: TextCompression?
    /// Fixes the encoding of a number column where it can hold the values; nil lets each block
    /// choose.
    public var encoding: NumberEncoding?
    /// Another string column, of a domain or a key, that mostly contains this one's value: a
    /// qualified name is a part of its key. Such values are not stored twice.
    public var partOf: String?
    /// Of a vector.
    public var dimensions = 0
    /// A string of whole numbers with a space between two: as JSON it is an array.
    public var isNumberList = false

    public init(_ name: String, _ type: ColumnType) {
        self.name = name
        self.type = type
    }

    public static func string(_ name: String) -> ColumnSchema { ColumnSchema(name, .string) }
    public static func bytes(_ name: String) -> ColumnSchema { ColumnSchema(name, .bytes) }
    public static func int(_ name: String) -> ColumnSchema { ColumnSchema(name, .int64) }
    public static func bool(_ name: String) -> ColumnSchema { ColumnSchema(name, .bool) }
    public static func float(_ name: String) -> ColumnSchema { ColumnSchema(name, .float64) }
    public static func timestamp(_ name: String) -> ColumnSchema { ColumnSchema(name, .timestamp) }
    public static func enumeration(_ name: String) -> ColumnSchema {
        ColumnSchema(name, .enumeration)
    }
    public static func vector(_ name: String, dimensions: Int) -> ColumnSchema {
        var column = ColumnSchema(name, .vector)
        column.dimensions = dimensions
        return column
    }

    public var nullable: ColumnSchema { with { $0.isNullable = true } }
    public var hot: ColumnSchema { with { $0.isHot = true } }
    /// Of a string: that it holds whole numbers with spaces between.
    public var numberList: ColumnSchema { with { $0.isNumberList = true } }
    public func domain(_ name: String) -> ColumnSchema { with { $0.domain = name } }
    public func family(_ name: String) -> ColumnSchema { with { $0.family = name } }
    public func part(of column: String) -> ColumnSchema { with { $0.partOf = column } }
    public func compressed(_ with: TextCompression) -> ColumnSchema {
        self.with { $0.compression = with }
    }
    public func encoded(_ as: NumberEncoding) -> ColumnSchema { with { $0.encoding = `as` } }

    private func with(_ change: (inout ColumnSchema) -> Void) -> ColumnSchema {
        var copy = self
        change(&copy)
        return copy
    }
}

/// Codecs of string columns.
public enum TextCompression: UInt8, Sendable, CaseIterable {
    case none = 0
    case lz4 = 1
    case zstd = 2
    /// Zstd with a dictionary trained on the column.
    case zstdDictionary = 3
}

/// Encodings of number columns.
public enum NumberEncoding: UInt8, Sendable, CaseIterable {
    case constant = 0
    case bitPacked = 1
    case runLength = 2
    case delta = 3
    case dictionary = 4
    case plain = 5
}

/// A set of rows with the same columns, found by key.
public struct RelationSchema: Sendable, Equatable {
    public var name: String
    public var columns: [ColumnSchema]
    /// The columns that name a row. A later row with the same values takes an earlier one's place.
    public var key: [String]
    /// The column by whose values whole sets of rows are replaced.
    public var scope: String?
    /// A column of a domain, by whose strings rows are found, as they are by the first key column.
    /// If that is of the same domain, rows are edges from there to the target, and can be followed
    /// in both directions.
    public var target: String?

    public init(
        _ name: String, key: [String], scope: String? = nil, target: String? = nil,
        columns: [ColumnSchema]
    ) {
        self.name = name
        self.columns = columns
        self.key = key
        self.scope = scope
        self.target = target
    }
}

/// The relations of a store.
public struct Schema: Sendable, Equatable {
    public var relations: [RelationSchema]

    public init(_ relations: [RelationSchema]) { self.relations = relations }

    /// What is thrown where there is no relation of that name.
    package static func unknown(_ name: String, among names: [String]) -> StoreError {
        let has = names.isEmpty ? "none yet" : names.joined(separator: ", ")
        return StoreError(.notFound, "no relation '\(name.prefix(100))'; the store has \(has)")
    }

    /// Throws `invalidArgument` and says what is wrong if it can't be stored.
    public func validate() throws(StoreError) {
        func fail(_ message: String) -> StoreError {
            StoreError(.invalidArgument, "schema: \(message)")
        }
        var relationNames = Set<String>()
        for relation in relations {
            guard !relation.name.isEmpty, relation.name.utf8.count <= Limits.nameByteCount else {
                throw fail(
                    "relation name '\(relation.name)' is empty or longer than \(Limits.nameByteCount) bytes"
                )
            }
            guard relationNames.insert(relation.name).inserted else {
                throw fail("relation '\(relation.name)' stands twice")
            }
            var columns: [String: Int] = [:]
            columns.reserveCapacity(relation.columns.count)
            for (index, column) in relation.columns.enumerated() {
                var place: String { "'\(relation.name).\(column.name)'" }
                guard !column.name.isEmpty, column.name.utf8.count <= Limits.nameByteCount else {
                    throw fail("column name \(place) is empty or too long")
                }
                guard columns.updateValue(index, forKey: column.name) == nil else {
                    throw fail("column \(place) stands twice")
                }
                if column.type == .vector,
                    !(1...Limits.vectorDimensions).contains(column.dimensions)
                {
                    throw fail("vector \(place) needs 1 to \(Limits.vectorDimensions) dimensions")
                }
                for name in [column.domain, column.family] {
                    guard let name else { continue }
                    guard !name.isEmpty, name.utf8.count <= Limits.nameByteCount else {
                        throw fail(
                            "the domain or family of \(place) has an empty name or one that is too long"
                        )
                    }
                }
                if column.isNumberList, column.type != .string {
                    throw fail("\(place) is a list of numbers but no string")
                }
                if column.domain != nil, column.type != .string {
                    throw fail("\(place) has a domain but is no string")
                }
                if column.family != nil, column.type != .string && column.type != .bytes {
                    throw fail("\(place) has a family but is no string")
                }
                if column.family != nil, column.domain != nil {
                    throw fail("\(place) cannot have both a domain and a family")
                }
            }
            guard columns.count <= Limits.columnCount else {
                throw fail("'\(relation.name)' has too many columns")
            }
            for column in relation.columns {
                guard let name = column.partOf else { continue }
                guard let whole = columns[name].map({ relation.columns[$0] }),
                    column.type == .string, column.domain == nil,
                    column.family == nil,
                    whole.type == .string, whole.domain != nil || relation.key.contains(name),
                    !whole.isNullable, !relation.key.contains(column.name),
                    relation.scope != column.name
                else {
                    throw fail(
                        "'\(relation.name).\(column.name)' cannot be a part of '\(name)': both must be strings, that one a key or of a domain, this one neither"
                    )
                }
            }
            guard !relation.key.isEmpty else { throw fail("'\(relation.name)' has no key") }
            guard Set(relation.key).count == relation.key.count else {
                throw fail("a key column of '\(relation.name)' stands twice")
            }
            for name in relation.key {
                guard let column = columns[name].map({ relation.columns[$0] }) else {
                    throw fail("key column '\(relation.name).\(name)' does not exist")
                }
                guard !column.isNullable, column.type != .vector, column.type != .float64,
                    column.family == nil
                else {
                    throw fail(
                        "'\(relation.name).\(name)' cannot be a key: nullable, float, vector or in a family"
                    )
                }
            }
            if let scope = relation.scope {
                guard let column = columns[scope].map({ relation.columns[$0] }), !column.isNullable,
                    column.family == nil,
                    column.type == .string || column.type == .enumeration
                else {
                    throw fail(
                        "scope '\(relation.name).\(scope)' must be a string column that is never null"
                    )
                }
            }
            if let target = relation.target {
                guard let column = columns[target].map({ relation.columns[$0] }),
                    !column.isNullable, column.domain != nil, target != relation.key[0]
                else {
                    throw fail(
                        "target '\(relation.name).\(target)' must be a string column of a domain that is never null, and not the first of the key"
                    )
                }
            }
        }
        guard relations.count <= Limits.relationCount else { throw fail("too many relations") }
    }
}

/// Sizes that nothing in a store exceeds. Readers refuse what is larger.
public enum Limits {
    public static let nameByteCount = 255
    public static let relationCount = 1_000
    public static let columnCount = 1_000
    public static let vectorDimensions = 65_536
    /// One string or blob.
    public static let valueByteCount = TextLimits.valueByteLimit
    /// All strings and blobs of one row.
    public static let rowByteCount = TextLimits.rowByteLimit
    /// A string that is a key, a scope, an enumeration or of a domain.
    public static let internedByteCount = 32 << 10
    /// Rows of one relation in one segment.
    public static let rowCount = Int(Int32.max) - 1
    public static let labelByteCount = 4_096
    /// A segment's file. Those of a whole store can be added up.
    static let fileByteCount = 1 << 42
    /// Segments and generations are numbered below this, so that there is always a next one.
    static let number: UInt64 = 1 << 62
}
