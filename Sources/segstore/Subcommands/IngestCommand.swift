// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Ingest
import Platform
import SegmentStore

extension Option {
    static let exclude = Option(
        name: "exclude", value: "glob",
        help: "leave out what matches, as a line of a .gitignore at the root would; may come again",
        mayRepeat: true)
    static let includeTests = Option(
        name: "include-tests", value: nil, help: "keep tests among the entities")
    static let jobs = Option(
        name: "jobs", value: "N", help: "parse in N threads (default: one for each core)")
    static let full = Option(name: "full", value: nil, help: "parse what has not changed too")
    static let watch = Option(
        name: "watch", value: nil, help: "go on, and take in what changes, until interrupted")
    static let base = Option(
        name: "base", value: "store",
        help: "where there is no store yet, begin with what this one holds: that of a sibling "
            + "worktree, or a backup")
    static let grammars = Option(
        name: "grammars", value: "dir",
        help: "where the grammars are (default: $SEGSTORE_GRAMMARS, else beside the program or in "
            + "~/.local/share/segstore/grammars)")
}

extension Arguments {
    /// Where the grammars are.
    var grammars: GrammarFolder {
        get throws {
            if let path = self[.grammars], try Directory.kind(of: path) != .directory {
                throw CommandError("\(path): there is no such directory of grammars")
            }
            return .standard(given: self[.grammars])
        }
    }
}

extension Command {
    static let ingest = Command(
        name: "ingest", operands: ["dir"], summary: "take a source tree into the store",
        details: """
            Parses all source files and fills entities, edges, excluded_tests, word_coverage, files and \
            ignored_files in one commit. Where the store has the tree already, only files whose bytes \
            have changed are parsed and written; if nothing has changed, there is no new generation. \
            'segstore languages' lists what can be parsed.

            Left out are what git ignores, what a .segstoreignore says, in the same way, files that are \
            binary, larger than \(Ingest.Options().fileByteLimit >> 20) MiB or unreadable, links, \
            node_modules and other folders that tools fill, and what has no parser: 'segstore ignored' \
            lists them with the reasons. \(SourceWalker.silentNames.sorted().joined(separator: ", ")) \
            are passed over without a word. Tests are listed by 'segstore tests'.

            With --watch it stays, and brings the store up to date some tenths of a second after files \
            have changed, with a line for each commit. 'segstore gc' drops generations that are not \
            needed.

            Without --store, and without $SEGSTORE, the store is <dir>/.segstore, or the nearest \
            .segstore above <dir> if there is one. A store holds one tree: what it held of another goes.
            """,
        options: [
            .exclude, .includeTests, .jobs, .label, .base, .full, .watch, .grammars,
        ]
    ) { arguments, output in
        let run = try IngestRun(arguments)
        try run.answer(output)
        if arguments.has(.watch) { try run.watch(output) }
        return .done
    }
}

private struct IngestRun {
    private let root: String
    private let format: Format
    private let path: String
    private let report: Ingest.Report
    private let languages: LanguageTable
    private let snapshot: Snapshot
    private let store: GraphStore
    private let options: Ingest.Options
    private let time: Int64
    private let isLabelled: Bool
    // What the store holds now.
    private let entityCount: Int
    private let testCount: Int
    private let edges: [(name: String, count: Int)]
    private let kinds: [(name: String, count: Int)]
    private let errorFiles: (names: [String], count: Int)

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
        var options = Ingest.Options()
        options.label = arguments[.label] ?? ""
        options.excluded = arguments.all(.exclude)
        options.includesTests = arguments.has(.includeTests)
        options.isFull = arguments.has(.full)
        options.threadCount = try arguments.number(.jobs, atLeast: 1) ?? options.threadCount
        isLabelled = arguments[.label] != nil
        languages = LanguageTable(try arguments.grammars)
        self.options = options
        // What a store holds would go, file by file.
        guard !languages.isEmpty else {
            throw CommandError(
                "no grammar in \(languages.paths.joined(separator: ", ")), so nothing can be parsed; scripts/setup fetches them, --grammars <dir> says where they are"
            )
        }
        if let base = arguments[.base] {
            if try Self.isNothing(path) {
                try StoreLocation.open(base, .readOnly).clone(to: path)
            } else {
                Console.note("\(path): there is a store already, so --base has no use")
            }
        }
        store = try StoreLocation.make(path, schema: CodeGraph.ingestSchema)
        if location.isAbove { try Self.check(store, isOf: root) }
        let progress = ProgressLine()
        do {
            report = try Ingest(root: root, languages: languages, options: options)
                .run(into: store) { progress.show(Self.text($0, since: start)) }
        } catch let error as StoreError where error.code == .readOnly {
            throw CommandError("\(error); choose another place with --store <path>")
        }
        progress.clear()
        // A merge that has begun would be lost with the process.
        store.waitForBackgroundWork()
        snapshot = try store.snapshot()
        entityCount = try Self.rowCount(CodeGraph.entities, snapshot)
        testCount = try Self.rowCount(CodeGraph.excludedTests, snapshot)
        edges = try Self.counts(CodeGraph.edges, by: "resolution", snapshot)
        kinds = try Self.counts(CodeGraph.entities, by: "kind", snapshot)
        errorFiles = try Self.errorFiles(snapshot)
        time = Clock.nanoseconds() - start
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

    /// A store that was found and not named is left alone if what it holds is another tree, which
    /// this one would take the place of.
    private static func check(_ store: GraphStore, isOf root: String) throws {
        let reader = try store.snapshot().reader()
        guard let files = try? reader.relation(CodeGraph.files.name) else { return }
        let column = try reader.column("file", of: files)
        var names: [String] = []
        try reader.forEachRowByKey(files) { row in
            if names.count < checkedFileCount, let name = try reader.string(files, row, column) {
                names.append(name)
            }
        }
        let isThere = try names.contains {
            try Directory.kind(of: Directory.join(root, $0)) != .nothing
        }
        guard !names.isEmpty, !isThere else { return }
        throw CommandError(
            "\(store.path): holds another tree than \(root), with \(names[0]) in it; ingest that tree, or give this one a store of its own: --store \(root)/.segstore"
        )
    }

    private static let checkedFileCount = 100

    /// Whether no store was made there yet.
    private static func isNothing(_ path: String) throws -> Bool {
        guard try Directory.kind(of: path) == .directory else {
            return try Directory.kind(of: path) == .nothing
        }
        return try Directory.names(in: path).isEmpty
    }

    // MARK: - Watching

    /// After the last event it waits so long for more, but not longer than the other.
    private static let quietMilliseconds: Int32 = 100
    private static let longestWait: Int64 = 2_000_000_000

    /// Ends only by an error, or with the process.
    func watch(_ output: Output) throws {
        let watch = try DirectoryWatch()
        var options = options
        options.label = ""
        options.isFull = false
        var directories = report.directories
        var isBehind = false
        if format == .text { Console.note("watching \(root); stop with Ctrl-C") }
        while true {
            do throws(SystemError) {
                // What was made before it was watched has been missed: look once more.
                if try !watch.add(directories), !isBehind {
                    _ = try watch.wait(milliseconds: -1)
                    let start = Clock.nanoseconds()
                    while Clock.nanoseconds() - start < Self.longestWait,
                        try watch.wait(milliseconds: Self.quietMilliseconds)
                    {}
                }
            } catch {
                guard error.isOutOfSpace else { throw error }
                throw CommandError(
                    "\(root): the system watches no more folders; raise fs.inotify.max_user_watches"
                )
            }
            let start = Clock.nanoseconds()
            isBehind = false
            do {
                let report = try Ingest(root: root, languages: languages, options: options)
                    .run(into: store)
                directories = report.directories
                if report.isCommitted { say(report, Clock.nanoseconds() - start, output) }
            } catch let error as StoreError where error.code == .locked {
                Console.note("\(error); trying again")
                _ = try watch.wait(milliseconds: 1000)
                isBehind = true
            }
            try output.flush()
        }
    }

    private func say(_ report: Ingest.Report, _ time: Int64, _ output: Output) {
        guard format == .text else {
            output.answer(format) { json in
                json.member("generation", report.generation)
                json.member("files_parsed", report.parsed.fileCount)
                json.member("files_removed", report.removedFileCount)
                json.member("rows_written", report.writtenRowCount)
                json.member("seconds", Double(time / 1000) / 1e6)
                json.array("changed") {
                    for path in report.changedFiles { json.element(path) }
                }
            }
            return
        }
        let names = report.changedFiles.prefix(3).joined(separator: ", ")
        let more = report.changedFileCount > 3 ? ", …" : ""
        output.line(
            printable(
                "generation \(report.generation): \(Text.count(report.parsed.fileCount)) parsed, \(Text.count(report.removedFileCount)) removed, \(Text.seconds(time)): \(names)\(more)"
            ))
    }

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

    /// 1,200 of 5,000 files, 12.3 MB/s, 8 s left
    private static func text(_ progress: Ingest.Progress, since start: Int64) -> String {
        let seconds = max(Double(Clock.nanoseconds() - start) / 1e9, 0.001)
        let rate = Double(progress.byteCount) / seconds
        var text =
            "\(Text.count(progress.fileCount)) of \(Text.count(progress.allFileCount, "file")), \(Text.fixed(rate / 1e6, 1)) MB/s"
        if rate > 0, progress.byteCount < progress.allByteCount {
            let left = Double(progress.allByteCount - progress.byteCount) / rate
            text += ", \(Text.fixed(left, left < 10 ? 1 : 0)) s left"
        }
        return text
    }

    func answer(_ output: Output) throws {
        switch format {
        case .text: text(output)
        default: json(output)
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
        fields.append(
            (
                "store",
                "\(path), \(Text.bytes(snapshot.byteCount)), generation \(snapshot.generation)"
            ))
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
            "\(Text.count(report.parsed.fileCount, "file")) parsed, \(Text.count(report.removedFileCount)) removed, \(Text.count(report.writtenRowCount, "row")) written"
    }

    private func json(_ output: Output) {
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
