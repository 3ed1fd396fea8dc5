// SPDX-License-Identifier: Apache-2.0
//
// Small trees of one language each, and the edges that are found in them: Links/Expected, checked
// by hand against the language's rules. `SEGSTORE_WRITE_GOLDEN=1 swift test --filter LinkTests`
// writes them anew.

import CodeGraph
import Foundation
import Ingest
import SegmentStore
import TestSupport
import Testing

@Suite struct LinkTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Links")

    static let names: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0 != "Expected" }.sorted()
    }()

    @Test(arguments: names)
    func edgesLeadWhereTheLanguageSays(name: String) throws {
        let root = try TemporaryDirectory(inMemory: true)
        let tree = root.file(name)
        try FileManager.default.copyItem(
            atPath: Self.folder.appendingPathComponent(name).path, toPath: tree)
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        _ = try Ingest(root: tree, languages: IngestTests.languages).run(into: store)
        let found = try Self.edges(store)
        let golden = Self.folder.appendingPathComponent("Expected/\(name).txt")
        if ProcessInfo.processInfo.environment["SEGSTORE_WRITE_GOLDEN"] != nil {
            try Data(found.utf8).write(to: golden)
        }
        #expect(found == (try String(contentsOf: golden, encoding: .utf8)))
    }

    /// All but those that say what stands in what: a line for each, by file and line.
    private static func edges(_ store: GraphStore) throws -> String {
        let reader = try store.snapshot().reader()
        let index = try reader.relation(CodeGraph.edges.name)
        let names = CodeGraph.edges.columns.map(\.name)
        let columns = try names.map { try reader.column($0, of: index) }
        var lines: [(file: String, line: Int64, text: String)] = []
        try reader.forEachRowByKey(index) { row in
            var values: [String: String] = [:]
            for (name, column) in zip(names, columns) {
                values[name] = try reader.value(index, row, column).description
            }
            guard values["kind"] != "contains" else { return }
            let line = try reader.int(index, row, reader.column("line", of: index)) ?? 0
            let all = try reader.string(index, row, reader.column("lines", of: index))
            let from = short(values["from"] ?? "", in: values["file"] ?? "")
            let to = short(values["to"] ?? "", in: values["file"] ?? "")
            lines.append(
                (
                    values["file"] ?? "", line,
                    "\(all ?? String(line)): \(from) \(values["kind"] ?? "") \(to), \(values["resolution"] ?? "")"
                ))
        }
        lines.sort { ($0.file, $0.line, $0.text) < ($1.file, $1.line, $1.text) }
        var text = ""
        var file = ""
        for line in lines {
            if line.file != file {
                text += (text.isEmpty ? "" : "\n") + line.file + "\n"
                file = line.file
            }
            text += "    \(line.text)\n"
        }
        return text
    }

    /// A key without its language, and without its path where that is the file itself.
    private static func short(_ key: String, in file: String) -> String {
        let parts = key.split(separator: ":", maxSplits: 3).dropFirst().map { String($0) }
        guard parts.count == 3 else { return key }
        let path = parts[2] == "-" || parts[2] == file ? "" : " of \(parts[2])"
        return "\(parts[0]) \(parts[1])\(path)"
    }
}
