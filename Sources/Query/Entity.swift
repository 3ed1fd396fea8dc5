// SPDX-License-Identifier: Apache-2.0
//
// What is said of an entity in answers, and how it is read.

import CodeGraph
import SegmentStore

/// An entity, or what edges lead to and is none: then its key is all that is known.
public struct Entity: Sendable, Equatable {
    /// What names it.
    public let key: String
    /// As it stands in code.
    public let name: String
    /// With the names of what contains it.
    public let qualifiedName: String
    /// function, class, …
    public let kind: String
    /// In which it is written.
    public let language: String
    /// Empty if it is defined elsewhere.
    public let file: String
    /// 1-based and inclusive; 0 if it is no entity.
    public let startLine: Int
    /// As the first one.
    public let endLine: Int
    /// public, private, …
    public let visibility: String
    /// What stands before its body.
    public let signature: String
    /// Whether the store has it as an entity of the tree.
    public let isEntity: Bool

    /// What a key tells: language:kind:qualified_name:path.
    init(outside key: String) {
        let parts = KeyParts(key)
        self.key = key
        name = GraphNode(key).name
        qualifiedName = parts.qualifiedName
        language = parts.language
        kind = parts.kind
        file = parts.file
        (startLine, endLine, visibility, signature, isEntity) = (0, 0, "", "", false)
    }

    fileprivate init(_ columns: EntityReader, _ row: RowID) throws {
        func text(_ column: Int) throws -> String {
            try columns.reader.string(columns.relation, row, column) ?? ""
        }
        func number(_ column: Int) throws -> Int {
            Int(try columns.reader.int(columns.relation, row, column) ?? 0)
        }
        key = try text(columns.key)
        name = try text(columns.name)
        qualifiedName = try text(columns.qualifiedName)
        kind = try text(columns.kind)
        language = try text(columns.language)
        file = try text(columns.file)
        startLine = try number(columns.startLine)
        endLine = try number(columns.endLine)
        visibility = try text(columns.visibility)
        signature = try text(columns.signature)
        isEntity = true
    }
}

/// Reads the columns of entities.
struct EntityReader {
    let reader: Reader
    let relation: Int
    let key, name, qualifiedName, kind, language, file, startLine, endLine: Int
    let parent, visibility, signature, isTestColumn: Int
    /// Whether entities are found by name without a look at all of them.
    let isIndexedByName: Bool

    init(_ reader: Reader) throws {
        self.reader = reader
        let relation = try reader.relation(CodeGraph.entities.name)
        self.relation = relation
        func column(_ name: String) throws -> Int { try reader.column(name, of: relation) }
        key = try column("key")
        name = try column("name")
        qualifiedName = try column("qualified_name")
        kind = try column("kind")
        language = try column("language")
        file = try column("file")
        startLine = try column("start_line")
        endLine = try column("end_line")
        parent = try column("parent")
        visibility = try column("visibility")
        signature = try column("signature")
        isTestColumn = try column("is_test")
        isIndexedByName = reader.snapshot.schema.relations[relation].target == "name"
    }

    func entity(_ row: RowID) throws -> Entity { try Entity(self, row) }

    /// What has this key, an entity or not.
    func entity(key: String) throws -> Entity {
        try reader.find(relation, key: key).map { try entity($0) } ?? Entity(outside: key)
    }

    func text(_ row: RowID, _ column: Int) throws -> String {
        try reader.string(relation, row, column) ?? ""
    }

    func isTest(_ row: RowID) throws -> Bool {
        try reader.int(relation, row, isTestColumn) == 1
    }

    /// The file that an entity is the whole of: a module that is in nothing.
    func isFile(_ row: RowID) throws -> Bool {
        try text(row, kind) == "module" && reader.string(relation, row, parent) == nil
    }

    /// Calls `body` with every name that there is, and what finds the rows that have it. A name may
    /// come several times, and may be one that no row has any more.
    func forEachName(
        _ body: (UnsafeRawBufferPointer, _ rows: () throws -> [RowID]) throws -> Void
    ) throws {
        guard !isIndexedByName else {
            return try reader.forEachTarget(relation) { target, string in
                try body(string) { try reader.rows(relation, target: target) }
            }
        }
        // A store whose rows others brought in, with a schema of their own.
        try reader.forEachRow(relation) { row in
            var string = try text(row, name)
            try string.withUTF8 { utf8 in try body(UnsafeRawBufferPointer(utf8)) { [row] } }
        }
    }

    func rows(file: String) throws -> [RowID] {
        var file = file
        var rows: [RowID] = []
        try file.withUTF8 {
            try reader.append(relation, scope: UnsafeRawBufferPointer($0), to: &rows)
        }
        return rows
    }

    /// The rows of that name.
    func rows(name wanted: String) throws -> [RowID] {
        if isIndexedByName { return try reader.rows(relation, target: wanted) }
        var found: [RowID] = []
        try reader.forEachRow(relation) { row in
            if try reader.bytes(relation, row, name)?.elementsEqual(wanted.utf8) == true {
                found.append(row)
            }
        }
        return found
    }
}
