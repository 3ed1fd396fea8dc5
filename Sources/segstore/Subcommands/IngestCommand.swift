// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Ingest
import Platform
import SegmentStore

extension Command {
    static let ingest = Command(
        name: "ingest", operands: ["dir"], summary: "take the inventory of a source tree",
        details: """
            Fills the relations 'files' (language, size, time, hash of the content) and 'ignored_files' \
            (what was passed over, and why) in one commit. Only what has changed since the last time is \
            written; if nothing has, there is no new generation. Entities and the edges between them \
            come with the parsers, in a later version.

            The language follows from the file's name. Ignored are binary files, those larger than \
            \(FileInventory.Options().fileByteLimit >> 20) MiB, unreadable ones, links, and those whose \
            name tells of no language. Left out without a word are \
            \(SourceWalker.skippedNames.joined(separator: ", ")) and the store itself. \
            .gitignore is not looked at yet.

            Without --store, and without $SEGSTORE, the store is <dir>/.segstore, or the nearest \
            .segstore above <dir> if there is one. A store holds one tree: what it held of another goes.
            """,
        options: [.label]
    ) { arguments, output in
        try IngestRun(arguments).answer(output)
        return .done
    }
}

private struct IngestRun {
    private let root: String
    private let format: Format
    private let path: String
    private let report: FileInventory.Report
    private let snapshot: Snapshot
    private let time: Int64
    private let isLabelled: Bool

    /// Does it.
    init(_ arguments: Arguments) throws {
        let start = Clock.nanoseconds()
        root = arguments.operand
        format = arguments.format
        switch try Directory.kind(of: root) {
        case .directory: break
        case .nothing: throw CommandError("\(root): there is no such directory")
        default: throw CommandError("\(root): is no directory; name the root of a source tree")
        }
        let location = try StoreLocation.find(arguments, forTree: root)
        path = location.path
        if location.isAbove {
            Console.note(
                "using \(path), found above \(root); for a store of its own: --store \(root)/.segstore"
            )
        }
        var options = FileInventory.Options()
        options.label = arguments[.label] ?? ""
        isLabelled = arguments[.label] != nil
        let store = try StoreLocation.make(path, schema: CodeGraph.schema)
        let progress = ProgressLine()
        do {
            report = try FileInventory(root: root, options: options).run(into: store) { tally in
                progress.show(
                    "\(Text.count(tally.fileCount, "file")), \(Text.bytes(tally.byteCount))")
            }
        } catch let error as StoreError where error.code == .readOnly {
            throw CommandError("\(error); choose another place with --store <path>")
        }
        progress.clear()
        // A merge that has begun would be lost with the process.
        store.waitForBackgroundWork()
        snapshot = try store.snapshot()
        time = Clock.nanoseconds() - start
    }

    func answer(_ output: Output) throws {
        switch format {
        case .text: text(output)
        default: json(output)
        }
        if snapshot.generation == 0 {
            output.note("\(root): holds no files, so no store was made")
        } else if isLabelled, !report.isCommitted {
            output.note("nothing has changed, so there is no commit to give the label to")
        }
    }

    private var languages: [(name: String, tally: FileInventory.Tally)] {
        report.languages.map { ($0.key, $0.value) }
            .sorted { ($1.tally.byteCount, $0.name) < ($0.tally.byteCount, $1.name) }
    }

    private var ignored: [(reason: IgnoredReason, count: Int)] {
        report.ignored.map { ($0.key, $0.value) }
            .sorted { ($1.count, $0.reason.rawValue) < ($0.count, $1.reason.rawValue) }
    }

    private var ignoredCount: Int { report.ignored.values.reduce(0, +) }

    private var megabytesPerSecond: Double {
        time > 0 ? Double(report.total.byteCount) * 1e3 / Double(time) : 0
    }

    private func text(_ output: Output) {
        let shownLanguageCount = 10
        var table = Table(output, [("language", .left), ("files", .right), ("bytes", .right)])
        let all = languages
        for (name, tally) in all.prefix(shownLanguageCount) { table.add(cells(name, tally)) }
        let rest = all.dropFirst(shownLanguageCount)
        if !rest.isEmpty {
            let tally = rest.reduce(into: FileInventory.Tally()) { sum, language in
                sum.fileCount += language.tally.fileCount
                sum.byteCount += language.tally.byteCount
            }
            table.add(cells("\(rest.count) more", tally))
        }
        table.add(cells("total", report.total))
        table.finish()
        output.line()
        var fields: [(String, String)] = []
        if ignoredCount > 0 {
            let reasons = ignored.map { "\(Text.count($0.count)) \($0.reason.rawValue)" }
            let sum = reasons.count > 1 ? "\(Text.count(ignoredCount)): " : ""
            fields.append(("ignored", sum + reasons.joined(separator: ", ")))
        }
        fields.append(("changed", changes))
        fields.append(("time", "\(Text.seconds(time)), \(Text.fixed(megabytesPerSecond, 1)) MB/s"))
        fields.append(
            (
                "store",
                "\(path), \(Text.bytes(snapshot.byteCount)), generation \(snapshot.generation)"
            ))
        output.fields(fields)
    }

    private func cells(_ name: String, _ tally: FileInventory.Tally) -> [String] {
        [name, Text.count(tally.fileCount), Text.bytes(tally.byteCount)]
    }

    private var changes: String {
        guard report.isCommitted else { return "nothing, so no new generation" }
        return
            "\(Text.count(report.writtenRowCount, "row")) written, \(Text.count(report.removedRowCount)) removed"
    }

    private func json(_ output: Output) {
        output.answer(format) { json in
            json.member("root", root)
            json.member("store", path)
            json.member("generation", snapshot.generation)
            json.member("label", snapshot.label)
            json.member("committed", report.isCommitted)
            json.member("files", report.total.fileCount)
            json.member("bytes", report.total.byteCount)
            json.member("ignored", ignoredCount)
            json.member("rows_written", report.writtenRowCount)
            json.member("rows_removed", report.removedRowCount)
            json.member("seconds", Double(time / 1000) / 1e6)
            json.member("megabytes_per_second", (megabytesPerSecond * 1000).rounded() / 1000)
            json.member("store_bytes", snapshot.byteCount)
            json.array("languages") {
                for (name, tally) in languages {
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
                        json.member("reason", reason.rawValue)
                        json.member("files", count)
                    }
                }
            }
        }
    }
}
