// SPDX-License-Identifier: Apache-2.0
//
// What 'ingest' says when it is done.

import CodeGraph
import Ingest
import SegmentStore

/// What a store holds after an ingest.
struct IngestSummary {
    let root: String
    let path: String
    let report: Ingest.Report
    let languages: LanguageTable
    let snapshot: Snapshot
    let isLabelled: Bool
    let time: Int64
    private let entityCount: Int
    private let testCount: Int
    private let edges: [(name: String, count: Int)]
    private let kinds: [(name: String, count: Int)]
    private let errorFiles: (names: [String], count: Int)

    init(
        _ report: Ingest.Report, _ snapshot: Snapshot, _ languages: LanguageTable, root: String,
        path: String, isLabelled: Bool, time: Int64
    ) throws {
        (self.report, self.snapshot, self.languages) = (report, snapshot, languages)
        (self.root, self.path) = (root, path)
        (self.isLabelled, self.time) = (isLabelled, time)
        entityCount = try Self.rowCount(CodeGraph.entities, snapshot)
        testCount = try Self.rowCount(CodeGraph.excludedTests, snapshot)
        edges = try Self.counts(CodeGraph.edges, by: "resolution", snapshot)
        kinds = try Self.counts(CodeGraph.entities, by: "kind", snapshot)
        errorFiles = try Self.errorFiles(snapshot)
    }

    /// Files that were parsed in part, the first of them by name.
    private static func errorFiles(_ snapshot: Snapshot) throws -> (names: [String], count: Int) {
        let reader = snapshot.reader()
        guard let files = try? reader.relation(CodeGraph.files.name) else { return ([], 0) }
        let name = try reader.column("file", of: files)
        let errors = try reader.column("parse_errors", of: files)
        var found: (names: [String], count: Int) = ([], 0)
        try reader.forEachRowByKey(files) { row in
            guard try reader.int(files, row, errors) ?? 0 > 0 else { return }
            found.count += 1
            if found.names.count < shownErrorFileCount,
                let name = try reader.string(files, row, name)
            {
                found.names.append(name)
            }
        }
        return found
    }

    private static let shownErrorFileCount = 3

    private static func rowCount(_ relation: RelationSchema, _ snapshot: Snapshot) throws -> Int {
        snapshot.schema.relations.contains { $0.name == relation.name }
            ? try snapshot.rowCount(relation.name) : 0
    }

    private static func counts(
        _ relation: RelationSchema, by column: String, _ snapshot: Snapshot
    ) throws -> [(name: String, count: Int)] {
        let reader = snapshot.reader()
        guard let index = try? reader.relation(relation.name) else { return [] }
        return try reader.counts(index, by: reader.column(column, of: index))
            .filter { $0.value > 0 }.map { ($0.key, $0.value) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    func answer(_ format: Format, _ output: Output) {
        switch format {
        case .text: text(output)
        default: json(format, output)
        }
        if let missing = missingGrammars {
            output.note(missing)
        }
        if snapshot.generation == 0 {
            output.note("\(root): holds no files, so nothing was committed")
        } else if isLabelled, !report.isCommitted {
            output.note("nothing has changed, so there is no commit to give the label to")
        }
    }

    private var missingGrammars: String? {
        guard report.ignored[.noGrammar] != nil else { return nil }
        let rows = languages.rows.filter { $0.problem != nil }
        let names = Set(rows.map(\.language)).sorted().joined(separator: ", ")
        return
            "no grammar for \(names); looked in \(languages.paths.joined(separator: ", ")); 'segstore languages' says more"
    }

    private var sortedLanguages: [(name: String, tally: Ingest.Tally)] {
        report.languages.map { ($0.key, $0.value) }
            .sorted { ($1.tally.byteCount, $0.name) < ($0.tally.byteCount, $1.name) }
    }

    private var ignored: [(name: String, count: Int)] {
        report.ignored.map { ($0.key.rawValue, $0.value) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    private var ignoredCount: Int { report.ignored.values.reduce(0, +) }
    private var edgeCount: Int { edges.reduce(0) { $0 + $1.count } }

    private var megabytesPerSecond: Double {
        time > 0 ? Double(report.parsed.byteCount) * 1e3 / Double(time) : 0
    }

    private func text(_ output: Output) {
        let shownLanguageCount = 10
        var table = Table(output, [("language", .left), ("files", .right), ("bytes", .right)])
        let all = sortedLanguages
        for (name, tally) in all.prefix(shownLanguageCount) { table.add(cells(name, tally)) }
        let rest = all.dropFirst(shownLanguageCount)
        if !rest.isEmpty {
            let tally = rest.reduce(into: Ingest.Tally()) { sum, language in
                sum.fileCount += language.tally.fileCount
                sum.byteCount += language.tally.byteCount
            }
            table.add(cells("\(rest.count) more", tally))
        }
        table.add(cells("total", report.total))
        table.finish()
        output.line()
        var fields: [(String, String)] = []
        fields.append(("entities", list(entityCount, kinds)))
        fields.append(("edges", list(edgeCount, edges)))
        if testCount > 0 {
            fields.append(
                ("tests", "\(Text.count(testCount)) left out; 'segstore tests' lists them"))
        }
        if ignoredCount > 0 { fields.append(("ignored", list(ignoredCount, ignored))) }
        if errorFiles.count > 0 {
            let names = errorFiles.names.joined(separator: ", ")
            let more = errorFiles.count > errorFiles.names.count ? ", …" : ""
            fields.append(
                (
                    "errors",
                    "\(Text.count(errorFiles.count, "file")) parsed in part: \(names)\(more)"
                ))
        }
        fields.append(("changed", changes))
        let rate =
            report.parsed.byteCount > 0 ? ", \(Text.fixed(megabytesPerSecond, 1)) MB/s" : ""
        fields.append(("time", Text.seconds(time) + rate))
        if snapshot.generation > 0 {
            let size = Text.bytes(snapshot.byteCount)
            fields.append(("store", "\(path), \(size), generation \(snapshot.generation)"))
        }
        output.fields(fields)
    }

    /// 12: 8 of this, 4 of that
    private func list(_ sum: Int, _ parts: [(name: String, count: Int)]) -> String {
        let texts = parts.map { "\(Text.count($0.count)) \($0.name)" }
        if texts.isEmpty { return Text.count(sum) }
        return (texts.count > 1 ? "\(Text.count(sum)): " : "") + texts.joined(separator: ", ")
    }

    private func cells(_ name: String, _ tally: Ingest.Tally) -> [String] {
        [name, Text.count(tally.fileCount), Text.bytes(tally.byteCount)]
    }

    private var changes: String {
        guard report.isCommitted else { return "nothing, so no new generation" }
        return
            "\(Text.count(report.parsed.fileCount, "file")) parsed, \(Text.count(report.removedFileCount)) removed, \(Text.count(report.linkedFileCount)) linked, \(Text.count(report.writtenRowCount, "row")) written"
    }

    private func json(_ format: Format, _ output: Output) {
        output.answer(format) { json in
            json.member("root", root)
            json.member("store", path)
            json.member("generation", snapshot.generation)
            json.member("label", snapshot.label)
            json.member("committed", report.isCommitted)
            json.member("files_found", report.total.fileCount + ignoredCount)
            json.member("files", report.total.fileCount)
            json.member("bytes", report.total.byteCount)
            json.member("files_parsed", report.parsed.fileCount)
            json.member("bytes_parsed", report.parsed.byteCount)
            json.member("files_removed", report.removedFileCount)
            json.member("files_linked", report.linkedFileCount)
            json.member("files_with_errors", errorFiles.count)
            json.member("entities_found", entityCount + testCount)
            json.member("entities", entityCount)
            json.member("tests_excluded", testCount)
            json.member("edges", edgeCount)
            json.object("edges_by_resolution") {
                for (name, count) in edges { json.member(name, count) }
            }
            json.object("entities_by_kind") {
                for (name, count) in kinds { json.member(name, count) }
            }
            json.member("ignored", ignoredCount)
            json.member("rows_written", report.writtenRowCount)
            json.member("seconds", Double(time / 1000) / 1e6)
            json.member("megabytes_per_second", (megabytesPerSecond * 1000).rounded() / 1000)
            json.member("store_bytes", snapshot.byteCount)
            json.array("languages") {
                for (name, tally) in sortedLanguages {
                    json.object {
                        json.member("language", name)
                        json.member("files", tally.fileCount)
                        json.member("bytes", tally.byteCount)
                    }
                }
            }
            json.array("ignored_by_reason") {
                for (reason, count) in ignored {
                    json.object {
                        json.member("reason", reason)
                        json.member("files", count)
                    }
                }
            }
        }
    }
}
