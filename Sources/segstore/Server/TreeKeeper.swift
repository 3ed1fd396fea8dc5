// SPDX-License-Identifier: Apache-2.0
//
// Keeps a server's store current: on request, or whenever files of the tree change.

import CodeGraph
import Codec
import Ingest
import Platform
import SegmentStore

final class TreeKeeper: Sendable {
    private struct State {
        var isWatching = false
        var isRunning = false
        var isEnding = false
        var runCount = 0
        var takenFileCount = 0
        var last: LastRun?
        var problem: String?
    }

    struct LastRun: Sendable {
        let generation: UInt64
        /// When it was committed, in nanoseconds since 1970.
        let time: Int64
        let changedFiles: [String]
        let changedFileCount: Int
    }

    let path: String
    private let grammars: GrammarFolder
    private let state = Monitor(State())
    /// Made when they are first needed: reading needs neither.
    private let writer = Locked<GraphStore?>(nil)
    private let languages = Locked<LanguageTable?>(nil)

    init(_ path: String, _ grammars: GrammarFolder) {
        self.path = path
        self.grammars = grammars
    }

    /// The tree, as the last ingest knew it.
    func tree() throws -> KnownTree {
        guard let tree = KnownTree(store: path) else {
            throw HTTPFailure(
                409, "no_tree",
                "\(path): it is not known which tree it was filled from; 'segstore ingest <dir>' makes it known"
            )
        }
        guard StoreFiles.isDirectory(tree.root) else {
            throw HTTPFailure(409, "no_tree", "\(tree.root): the tree is not there any more")
        }
        return tree
    }

    // MARK: - Runs

    /// What an ingest has found.
    struct Run {
        let tree: KnownTree
        let languages: LanguageTable
        let report: Ingest.Report
        let snapshot: Snapshot
        let nanoseconds: Int64
    }

    /// Makes the store what the tree is now. Throws `busy` while that is being done already.
    func run(label: String = "") throws -> Run {
        let isFree = state.change { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFree else {
            throw HTTPFailure(
                503, "busy", "the tree is being taken in already; ask again in a second",
                fields: [("Retry-After", "1")])
        }
        defer { state.change { $0.isRunning = false } }
        let start = Clock.nanoseconds()
        let tree = try tree()
        var options = tree.options
        options.label = label
        let languages = try usableLanguages()
        let store = try writingStore()
        let report = try Ingest(root: tree.root, languages: languages, options: options)
            .run(into: store, isCancelled: { self.state.look { $0.isEnding } })
        let snapshot = try store.snapshot()
        state.change { state in
            state.runCount += 1
            state.takenFileCount += report.isCommitted ? report.changedFileCount : 0
            // Why nothing is watched any more stays known.
            if state.isWatching { state.problem = nil }
            if report.isCommitted {
                state.last = LastRun(
                    generation: report.generation, time: Clock.wallNanoseconds(),
                    changedFiles: report.changedFiles, changedFileCount: report.changedFileCount)
            }
        }
        return Run(
            tree: tree, languages: languages, report: report, snapshot: snapshot,
            nanoseconds: Clock.nanoseconds() - start)
    }

    private func usableLanguages() throws -> LanguageTable {
        try languages.withLock { languages in
            let table = languages ?? LanguageTable(grammars)
            // What a store holds would go, file by file.
            try table.checkSome()
            languages = table
            return table
        }
    }

    private func writingStore() throws -> GraphStore {
        try writer.withLock { writer in
            if let writer { return writer }
            let made = try StoreLocation.open(path, schema: CodeGraph.ingestSchema, .existing)
            writer = made
            return made
        }
    }

    // MARK: - Watching

    /// Throws if that cannot be; then goes on until the process ends.
    func watch() throws {
        let root = try tree().root
        state.change { $0.isWatching = true }
        SystemThread { [self] in
            do { try keep(TreeWatch(root)) } catch {
                let failure = Failure(error)
                state.change { state in
                    state.isWatching = false
                    state.problem = failure.message
                }
                Console.note("\(failure.message); the store is not kept current any more")
            }
        }.detach()
    }

    private func keep(_ watch: TreeWatch) throws {
        var directories: [String] = []
        var isBehind = true
        while !state.look({ $0.isEnding }) {
            if !isBehind {
                try watch.wait(for: directories, isOver: { self.state.look { $0.isEnding } })
            }
            if state.look({ $0.isEnding }) { return }
            do {
                directories = try run().report.directories
                isBehind = false
            } catch let error as HTTPFailure where error.status == 503 {
                (isBehind, _) = (true, sleep(milliseconds: 100))
            } catch let error as StoreError where error.code == .cancelled {
                return
            } catch {
                // Another may be writing, or the tree is being moved: it may pass.
                let message = Failure(error).message
                let isNew = state.change { state in
                    defer { state.problem = message }
                    return state.problem != message
                }
                if isNew { Console.note("\(message); the store is not current, trying again") }
                (isBehind, _) = (true, sleep(milliseconds: 1000))
            }
        }
    }

    /// Stops what can be stopped: the store is then as it was.
    func end() { state.change { $0.isEnding = true } }

    /// Waits until nothing is being written.
    func finish(milliseconds: Int) {
        _ = state.wait(milliseconds: milliseconds) { $0.isRunning ? nil : true }
        writer.withLock { $0 }?.waitForBackgroundWork()
    }

    // MARK: - What it says

    var isWatching: Bool { state.look { $0.isWatching } }
    /// How many changed files it has taken in.
    var takenFileCount: Int { state.look { $0.takenFileCount } }
    var problem: String? { state.look { $0.problem } }

    func describe(_ json: AnswerWriter) {
        let state = state.look { $0 }
        json.member("watching", state.isWatching)
        json.member("ingesting", state.isRunning)
        json.member("root", (try? tree())?.root)
        json.member("runs", state.runCount)
        json.member("problem", state.problem)
        json.member("last_generation", state.last?.generation)
        json.member("last_commit", state.last.map { AnswerTime(nanoseconds: $0.time) })
        json.member("last_changed_files", state.last?.changedFileCount)
        json.array("last_changed") {
            for path in state.last?.changedFiles ?? [] { json.element(path) }
        }
    }
}
