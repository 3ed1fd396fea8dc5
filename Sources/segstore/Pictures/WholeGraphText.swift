// SPDX-License-Identifier: Apache-2.0
//
// The whole code graph of a store as GraphML, or as the tables that Neo4j takes in. Written as it
// is read: nothing but the nodes' numbers is held.

import CodeGraph
import Codec
import Exchange
import Query
import SegmentStore

struct WholeGraphText {
    /// A column that is written: all but code and what is no single value.
    private struct Column {
        let index: Int
        let name: String
        let type: ColumnType
    }

    private let reader: Reader
    private let nodes: GraphNodes
    private let entities: Int
    private let edges: Int
    private let nodeColumns: [Column]
    private let edgeColumns: [Column]
    private let progress: (Int) -> Void

    init(_ snapshot: Snapshot, progress: @escaping (Int) -> Void) throws {
        reader = snapshot.reader()
        nodes = try GraphNodes(reader)
        entities = try reader.relation(CodeGraph.entities.name)
        edges = try reader.relation(CodeGraph.edges.name)
        nodeColumns = Self.columns(snapshot, entities, without: ["key", "code"])
        edgeColumns = Self.columns(snapshot, edges, without: ["from", "to"])
        self.progress = progress
    }

    private static func columns(
        _ snapshot: Snapshot, _ relation: Int, without left: Set<String>
    ) -> [Column] {
        snapshot.schema.relations[relation].columns.enumerated().compactMap { index, column in
            guard !left.contains(column.name) else { return nil }
            switch column.type {
            case .bytes, .vector: return nil
            default: return Column(index: index, name: column.name, type: column.type)
            }
        }
    }

    /// Writes one row to an output, and says so now and then.
    private func row(
        _ count: inout Int, _ output: Output, _ body: (ByteBuffer) throws -> Void
    ) throws {
        try output.write(body)
        count += 1
        guard count % 10_000 == 0 else { return }
        // A reader that has gone away must not be written to for ever.
        try output.check()
        progress(count)
    }

    // MARK: - GraphML

    func writeGraphML(_ output: Output) throws {
        var count = 0
        GraphML.head(
            nodes: [("key", "string")] + nodeColumns.map { ($0.name, Self.graphMLType($0.type)) },
            edges: edgeColumns.map { ($0.name, Self.graphMLType($0.type)) }
        ) { output.line($0) }
        try nodes.forEachNode { number, key, entity in
            try row(&count, output) { out in
                ValueText.append("<node id=\"n\(number)\"><data key=\"n_key\">", to: out)
                GraphML.append(key, to: out)
                ValueText.append("</data>", to: out)
                if let entity {
                    try appendData("n_", entities, entity, nodeColumns, to: out)
                } else {
                    appendOutside(key, to: out)
                }
                ValueText.append("</node>\n", to: out)
            }
        }
        try nodes.forEachEdge { edge, from, to in
            try row(&count, output) { out in
                ValueText.append("<edge source=\"n\(from)\" target=\"n\(to)\">", to: out)
                try appendData("e_", edges, edge, edgeColumns, to: out)
                ValueText.append("</edge>\n", to: out)
            }
        }
        GraphML.foot { output.line($0) }
    }

    private static func graphMLType(_ type: ColumnType) -> String {
        switch type {
        case .int64: "long"
        case .float64: "double"
        case .bool: "boolean"
        default: "string"
        }
    }

    /// What the key alone tells of what is defined elsewhere.
    private static let outsideNames = ["name", "qualified_name", "kind", "language"]

    private func outside(_ key: UnsafeRawBufferPointer) -> [String] {
        let parts = KeyParts(String(decoding: key, as: UTF8.self))
        return [parts.qualifiedName, parts.qualifiedName, parts.kind, parts.language]
    }

    private func appendOutside(_ key: UnsafeRawBufferPointer, to out: ByteBuffer) {
        for (name, text) in zip(Self.outsideNames, outside(key)) {
            let text = GraphML.escaped(text)
            ValueText.append("<data key=\"n_\(name)\">\(text)</data>", to: out)
        }
    }

    private func appendData(
        _ prefix: String, _ relation: Int, _ row: RowID, _ columns: [Column], to out: ByteBuffer
    ) throws {
        for column in columns {
            let start = out.count
            ValueText.append("<data key=\"\(prefix)\(column.name)\">", to: out)
            guard try append(relation, row, column, to: out, { GraphML.append($0, to: out) })
            else {
                // There is none.
                out.truncate(to: start)
                continue
            }
            ValueText.append("</data>", to: out)
        }
    }

    /// Appends a value, texts by `text`; false if it is null.
    private func append(
        _ relation: Int, _ row: RowID, _ column: Column, to out: ByteBuffer,
        _ text: (UnsafeRawBufferPointer) -> Void
    ) throws -> Bool {
        switch column.type {
        case .string, .enumeration:
            guard let bytes = try reader.bytes(relation, row, column.index) else { return false }
            text(bytes)
        case .float64:
            guard let number = try reader.float(relation, row, column.index) else { return false }
            ValueText.append(number, to: out, quoted: false)
        default:
            guard let number = try reader.int(relation, row, column.index) else { return false }
            switch column.type {
            case .bool: ValueText.append(number != 0 ? "true" : "false", to: out)
            case .timestamp: ValueText.append(time: number, to: out)
            default: ValueText.append(number, to: out)
            }
        }
        return true
    }

    // MARK: - Neo4j

    static let nodesFile = "nodes.csv"
    static let edgesFile = "edges.csv"

    func writeNeo4j(nodes nodeOutput: Output, edges edgeOutput: Output) throws {
        var count = 0
        let header = ["key:ID"] + nodeColumns.map(Self.neo4jName) + [":LABEL"]
        nodeOutput.line(header.joined(separator: ","))
        try nodes.forEachNode { _, key, entity in
            try row(&count, nodeOutput) { out in
                CSVText.append(string: key, to: out)
                if let entity {
                    try appendFields(entities, entity, nodeColumns, to: out)
                    out.append(UInt8(ascii: ","))
                    try appendText(entities, entity, "kind", to: out)
                } else {
                    appendOutsideFields(key, to: out)
                }
                out.append(UInt8(ascii: "\n"))
            }
        }
        try writeNeo4jEdges(edgeOutput, &count)
    }

    private func writeNeo4jEdges(_ output: Output, _ count: inout Int) throws {
        let columns = edgeColumns.filter { $0.name != "kind" }
        let header = [":START_ID", ":END_ID", ":TYPE"] + columns.map(Self.neo4jName)
        output.line(header.joined(separator: ","))
        try reader.forEachRowByKey(edges) { edge in
            try row(&count, output) { out in
                for (index, name) in ["from", "to", "kind"].enumerated() {
                    if index > 0 { out.append(UInt8(ascii: ",")) }
                    try appendText(edges, edge, name, to: out)
                }
                try appendFields(edges, edge, columns, to: out)
                out.append(UInt8(ascii: "\n"))
            }
        }
    }

    private static func neo4jName(_ column: Column) -> String {
        switch column.type {
        case .int64: "\(column.name):long"
        case .float64: "\(column.name):double"
        case .bool: "\(column.name):boolean"
        default: column.name
        }
    }

    private func appendFields(
        _ relation: Int, _ row: RowID, _ columns: [Column], to out: ByteBuffer
    ) throws {
        for column in columns {
            out.append(UInt8(ascii: ","))
            _ = try append(relation, row, column, to: out) { CSVText.append(string: $0, to: out) }
        }
    }

    private func appendText(
        _ relation: Int, _ row: RowID, _ name: String, to out: ByteBuffer
    ) throws {
        let column = try reader.column(name, of: relation)
        guard let text = try reader.bytes(relation, row, column) else { return }
        CSVText.append(string: text, to: out)
    }

    private func appendOutsideFields(_ key: UnsafeRawBufferPointer, to out: ByteBuffer) {
        let known = Dictionary(uniqueKeysWithValues: zip(Self.outsideNames, outside(key)))
        for column in nodeColumns {
            out.append(UInt8(ascii: ","))
            if let text = known[column.name] { CSVText.append(string: text, to: out) }
        }
        out.append(UInt8(ascii: ","))
        CSVText.append(string: known["kind"] ?? "", to: out)
    }
}
