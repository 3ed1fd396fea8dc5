// SPDX-License-Identifier: Apache-2.0
//
// A file of each language, with what is found in it: Samples/Expected, read through and kept.
// `SEGSTORE_WRITE_GOLDEN=1 swift test --filter SampleTests` writes them anew.

import CodeGraph
import Foundation
import Ingest
import SegmentStore
import TestSupport
import Testing

@Suite struct SampleTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Samples")

    static let names: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0 != "Expected" }.sorted()
    }()

    @Test(arguments: names)
    func whatIsFoundIsWhatIsThere(name: String) throws {
        let root = try TemporaryDirectory(inMemory: true)
        try FileManager.default.copyItem(
            atPath: Self.folder.appendingPathComponent(name).path, toPath: root.file(name))
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        let report = try Ingest(root: root.path, languages: IngestTests.languages).run(into: store)
        #expect(report.total.fileCount == 1)
        let found = try Outline(store).text
        let golden = Self.folder.appendingPathComponent("Expected/\(name).txt")
        if ProcessInfo.processInfo.environment["SEGSTORE_WRITE_GOLDEN"] != nil {
            try Data(found.utf8).write(to: golden)
        }
        let expected = try String(contentsOf: golden, encoding: .utf8)
        #expect(found == expected)
    }

    @Test func everyLanguageHasASample() {
        let found = Set(Self.names + Self.names.map { ($0 as NSString).pathExtension })
        for row in IngestTests.languages.rows {
            #expect(!found.isDisjoint(with: row.extensions), "\(row.language), \(row.grammar)")
            #expect(row.problem == nil, "\(row.grammar)")
            #expect(row.unknownNames == [], "\(row.grammar): \(row.unknownNames)")
        }
    }
}

/// A store's entities, tests and edges as lines that can be read through.
private struct Outline {
    var text = ""

    init(_ store: GraphStore) throws {
        let reader = try store.snapshot().reader()
        func rows(_ relation: RelationSchema) throws -> [[String: Value]] {
            let index = try reader.relation(relation.name)
            let names =
                try store.schema().relations
                .first { $0.name == relation.name }?.columns.map(\.name) ?? []
            var rows: [[String: Value]] = []
            try reader.forEachRowByKey(index) { id in
                rows.append(
                    Dictionary(uniqueKeysWithValues: zip(names, try reader.values(index, id))))
            }
            return rows
        }
        func string(_ row: [String: Value], _ name: String) -> String {
            row[name]?.description ?? ""
        }
        func int(_ row: [String: Value], _ name: String) -> Int {
            if case .int(let value)? = row[name] { Int(value) } else { 0 }
        }
        func short(_ key: String) -> String {
            let parts = key.split(separator: ":")
            return parts.count > 2
                ? "\(parts[1]):\(parts[2])"
                    + (key.contains("~") ? "~" + (key.split(separator: "~").last ?? "") : "") : key
        }
        /// `a?` is not resolved, `function:a~` is less than sure.
        func target(_ edge: [String: Value]) -> String {
            let to = short(string(edge, "to"))
            return switch string(edge, "resolution") {
            case "unresolved": "\(to.dropFirst("unresolved:".count))?"
            case "exact", "external": to
            case let other: "\(to) (\(other))"
            }
        }
        let edges = Dictionary(grouping: try rows(CodeGraph.edges)) { string($0, "from") }
        let entities = try rows(CodeGraph.entities)
            .sorted {
                (int($0, "start_line"), -int($0, "end_line"), string($0, "key")) < (
                    int($1, "start_line"), -int($1, "end_line"), string($1, "key")
                )
            }
        for row in entities {
            text +=
                "\(int(row, "start_line"))-\(int(row, "end_line")) \(string(row, "visibility")) \(short(string(row, "key")))"
            if row["parent"] != .null { text += " in \(short(string(row, "parent")))" }
            text += " tokens \(int(row, "token_count")) complexity \(int(row, "complexity"))\n"
            if !string(row, "signature").isEmpty { text += "    \(string(row, "signature"))\n" }
            if row["doc"] != .null {
                text +=
                    "    doc: \(string(row, "doc").split(separator: "\n").joined(separator: " / "))\n"
            }
            for edge in (edges[string(row, "key")] ?? []).sorted(by: {
                (int($0, "line"), string($0, "kind"), string($0, "to")) < (
                    int($1, "line"), string($1, "kind"), string($1, "to")
                )
            })
            where string(edge, "kind") != "contains" {
                let lines = edge["lines"] == .null ? "\(int(edge, "line"))" : string(edge, "lines")
                text +=
                    "    \(string(edge, "kind")) \(target(edge)) @ \(lines)\n"
            }
        }
        for row in try rows(CodeGraph.excludedTests).sorted(by: {
            int($0, "start_line") < int($1, "start_line")
        }) {
            text +=
                "test \(int(row, "start_line"))-\(int(row, "end_line")) \(short(string(row, "key"))): \(string(row, "reason"))\n"
        }
        for row in try rows(CodeGraph.wordCoverage) {
            text +=
                "words \(int(row, "source_words")), in entities \(int(row, "entity_words")), imports \(int(row, "import_words")), comments \(int(row, "comment_words"))\n"
        }
        for row in try rows(CodeGraph.files) {
            text += "\(string(row, "language")), errors \(int(row, "parse_errors"))\n"
        }
        for row in try rows(CodeGraph.ignoredFiles) {
            text += "ignored: \(string(row, "reason"))\n"
        }
    }
}
