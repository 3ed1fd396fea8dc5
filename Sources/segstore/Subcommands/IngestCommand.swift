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
        help: "where there is no store yet, begin with what this one holds: a sibling worktree or "
            + "its store, or a backup", words: .files)
    static let grammars = Option(
        name: "grammars", value: "dir",
        help: "where the grammars are (default: $SEGSTORE_GRAMMARS, else beside the program or in "
            + "~/.local/share/segstore/grammars)", words: .folders)
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
            .segstore above <dir> if that holds <dir> already, or nothing yet. A store holds one tree: \
            one above that holds another, such as the tree which <dir> is a folder of, is left alone, \
            and <dir> needs a store of its own: --store <dir>/.segstore. From a store that is named, \
            what it held of another tree goes.

            Ctrl-C leaves the store as it was before, or none where there was none; the exit status is \
            130 then.
            """,
        examples: [
            "segstore ingest .",
            "segstore ingest src --label v1",
            "segstore ingest . --exclude '*.gen.go' --exclude vendor/",
            "segstore ingest . --watch",
        ],
        options: [
            .exclude, .includeTests, .jobs, .label, .base, .full, .watch, .grammars,
        ]
    ) { arguments, output in
        let run = try IngestRun(arguments)
        run.summary.answer(arguments.format, output)
        if arguments.has(.watch) { try run.watch(output) } else { run.leave() }
        return .done
    }
}

extension LanguageTable {
    /// Throws if nothing can be parsed.
    func checkSome() throws {
        guard isEmpty else { return }
        throw CommandError(
            "no grammar in \(paths.joined(separator: ", ")), so nothing can be parsed; scripts/setup fetches them, --grammars <dir> says where they are"
        )
    }
}

private struct IngestRun {
    private let root: String
    private let format: Format
    private let languages: LanguageTable
    private let place: StorePlace
    private let store: GraphStore
    private let options: Ingest.Options
    private let interruption = IngestInterruption()
    private let directories: [String]
    let summary: IngestSummary

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
        let (path, isAbove) = try StoreLocation.find(arguments, forTree: root)
        if isAbove {
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
        languages = LanguageTable(try arguments.grammars)
        self.options = options
        // What a store holds would go, file by file.
        try languages.checkSome()
        place = try StorePlace(path)
        do {
            if let base = arguments[.base] { try place.begin(with: base) }
            store = try StoreLocation.make(path, schema: CodeGraph.ingestSchema)
            if isAbove { try Self.check(store, isOf: root) }
            let progress = ProgressLine()
            let report = try Self.run(
                Ingest(root: root, languages: languages, options: options), store, interruption
            ) { progress.show(Self.text($0, since: start)) }
            progress.clear()
            directories = report.directories
            // A merge that has begun would be lost with the process.
            store.waitForBackgroundWork()
            summary = try IngestSummary(
                report, try store.snapshot(), languages, root: root, path: path,
                isLabelled: arguments[.label] != nil, time: Clock.nanoseconds() - start)
            if summary.snapshot.generation > 0 { place.hideFromGit() }
        } catch {
            place.clear()
            throw error
        }
    }

    /// Where there was nothing to commit, a store that was made for it goes again.
    func leave() { if summary.snapshot.generation == 0 { place.clear() } }

    private static let unchanged = "stopped; the store is as it was before"

    private static func run(
        _ ingest: Ingest, _ store: GraphStore, _ interruption: IngestInterruption,
        progress: (Ingest.Progress) -> Void = { _ in }
    ) throws -> Ingest.Report {
        do {
            interruption.begin()
            let report = try ingest.run(
                into: store, isCancelled: { interruption.isCancelled }, progress: progress)
            interruption.end(saying: "stopped; the store is at generation \(report.generation)")
            return report
        } catch let error as StoreError where error.code == .cancelled {
            throw CommandError(unchanged, .interrupted)
        } catch let error as StoreError where error.code == .readOnly {
            throw CommandError("\(error); choose another place with --store <path>")
        }
    }

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
        func count(in directory: String) throws -> Int {
            try names.reduce(0) {
                let kind = try Directory.kind(of: Directory.join(directory, $1))
                return $0 + (kind == .nothing ? 0 : 1)
            }
        }
        // Many trees have a main.c; those of the tree around the store it has all.
        guard !names.isEmpty, try count(in: root) <= count(in: Directory.parent(of: store.path))
        else { return }
        throw CommandError(
            "\(store.path): holds another tree than \(root), with \(names[0]) in it; ingest that tree, or give this one a store of its own: --store \(root)/.segstore"
        )
    }

    private static let checkedFileCount = 100

    // MARK: - Watching

    /// Ends only by an error, or with the process.
    func watch(_ output: Output) throws {
        let watch = try TreeWatch(root)
        var options = options
        options.label = ""
        options.isFull = false
        var directories = directories
        var isBehind = false
        if format == .text { Console.note("watching \(root); stop with Ctrl-C") }
        while true {
            try watch.wait(for: directories, lookingOnly: isBehind)
            let start = Clock.nanoseconds()
            isBehind = false
            do {
                let report = try Self.run(
                    Ingest(root: root, languages: languages, options: options), store,
                    interruption)
                directories = report.directories
                if report.isCommitted { say(report, Clock.nanoseconds() - start, output) }
            } catch let error as StoreError where error.code == .locked {
                interruption.end(saying: Self.unchanged)
                Console.note("\(error); trying again")
                sleep(milliseconds: 1000)
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
                json.member("files_linked", report.linkedFileCount)
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
}
