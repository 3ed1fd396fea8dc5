// SPDX-License-Identifier: Apache-2.0
//
// A source tree into a store, in one commit: walk ▸ read and parse what is not known ▸ rows. Files
// are parsed on all cores; their rows are written in the order of their paths, so that the same
// tree gives the same bytes.

import CodeGraph
import Codec
import Platform
import SegmentStore

package struct Ingest: Sendable {
    package struct Options: Sendable {
        package var label = ""
        /// Larger files are ignored.
        package var fileByteLimit = 16 << 20
        /// Patterns of what is left out, as in a .gitignore at the root.
        package var excluded: [String] = []
        /// Tests are entities as well.
        package var includesTests = false
        package var threadCount = processorCount
        /// Parses what is known too.
        package var isFull = false

        package init() {}
    }

    package struct Progress: Sendable {
        package var fileCount = 0
        package var byteCount = 0
        package var allFileCount = 0
        package var allByteCount = 0
    }

    /// How much was read, of the whole tree or of one language.
    package struct Tally: Sendable {
        package var fileCount = 0
        package var byteCount = 0

        package init() {}

        mutating func add(_ bytes: Int) {
            fileCount += 1
            byteCount += bytes
        }
    }

    /// What a run found and did.
    package struct Report: Sendable {
        package var total = Tally()
        package var languages: [String: Tally] = [:]
        package var ignored: [IgnoredReason: Int] = [:]
        /// Of the files, those that were parsed: the store knew the others.
        package var parsed = Tally()
        /// Files whose references were followed: those, and what refers to what has changed.
        package var linkedFileCount = 0
        /// How long that took, the edges' way to the store included.
        package var linkNanoseconds: Int64 = 0
        /// Files that were source, and are not there any more, or not taken any more.
        package var removedFileCount = 0
        package var generation: UInt64 = 0
        /// False if the store was up to date, and no commit was made.
        package var isCommitted = false
        package var writtenRowCount = 0
        /// What was parsed, removed, passed over for the first time or not any more: how much, and
        /// the first of it by name.
        package var changedFileCount = 0
        package var changedFiles: [String] = []
        /// Where the files are: what to watch.
        package var directories: [String] = []

        mutating func change(_ path: String) {
            changedFileCount += 1
            if changedFiles.count < Ingest.nameLimit { changedFiles.append(path) }
        }
    }

    private let root: String
    private let options: Options
    private let languages: LanguageTable

    package init(root: String, languages: LanguageTable, options: Options = Options()) {
        self.root = root
        self.languages = languages
        self.options = options
    }

    /// How many files a report names.
    private static let nameLimit = 20
    private static let threadLimit = 256
    /// How many files each thread may be ahead of what is written.
    static let leadPerThread = 16

    /// Makes `store` hold the tree as it is now. The tree is read while the store is locked, so
    /// that of two at once the later one counts. `progress` comes at most ten times a second.
    /// Throws `cancelled` soon after `isCancelled` says so; the store is then as it was.
    package func run(
        into store: GraphStore, isCancelled: () -> Bool = { false },
        progress: (Progress) -> Void = { _ in }
    ) throws -> Report {
        func check() throws {
            if isCancelled() { throw StoreError(.cancelled, "the ingest was cancelled") }
        }
        var report = Report()
        var cache = StatCache(store: store.path)
        let receipt = try store.write(label: options.label) { batch in
            let own = try? FileStatus(of: store.path, followingLink: true).identity
            let tree = try SourceWalker(
                root: root, skipping: own, excluded: options.excluded
            ).tree()
            report.directories = tree.directories
            let snapshot = try store.snapshot()
            try fill(
                batch, tree.entries, try KnownFiles(snapshot.reader()), snapshot, store.path,
                &cache, check, progress, &report)
            // With the lock held, so that nobody else writes it.
            cache.save()
            TreeRecord.save(root: root, options, store: store.path)
        }
        report.generation = receipt.generation
        report.isCommitted = !receipt.isEmpty
        report.writtenRowCount = receipt.rowCount
        return report
    }

    /// Takes a store away that was made for a run which came to nothing: one to which nothing was
    /// committed after that generation.
    package static func discard(
        _ store: GraphStore, since generation: UInt64, keepingDirectory: Bool
    ) {
        CacheFile.removeAll(in: store.path)
        // If that fails, an empty store is no harm.
        try? store.remove(unlessNewerThan: generation, keepingDirectory: keepingDirectory)
    }

    private func fill(
        _ batch: Batch, _ entries: [SourceWalker.Entry], _ known: KnownFiles,
        _ snapshot: Snapshot, _ store: String, _ cache: inout StatCache,
        _ check: () throws -> Void, _ progress: (Progress) -> Void, _ report: inout Report
    ) throws {
        let writer = try RowWriter(batch)
        var state = Progress()
        state.allFileCount = entries.count
        let sizes = entries.map { entry -> Int in
            guard case .file(let status) = entry.content,
                LanguageTable.index(forName: entry.name) != nil
            else { return 0 }
            return status.byteCount
        }
        state.allByteCount = sizes.reduce(0, +)
        var lastProgress = Clock.nanoseconds()
        var missing = known.paths
        let (root, options, languages) = (root, options, languages)
        let threadCount = min(options.threadCount, Self.threadLimit)
        let time = Clock.wallNanoseconds()
        var sources: [Source] = []
        func take(_ index: Int, _ outcome: FileOutcome) throws {
            try check()
            let path = entries[index].path
            if case .file(let status) = entries[index].content {
                switch outcome {
                // The other reasons depend on more than the file.
                case .ignored(let reason)
                where reason == .binary || reason == .unknownExtension:
                    cache.keep(path, status, .ignored(reason), at: time)
                case .ignored, .gone: break
                case .source(let file):
                    cache.keep(path, status, .source(contentHash: file.hash), at: time)
                }
            }
            switch outcome {
            case .gone: break
            case .ignored(let reason):
                report.ignored[reason, default: 0] += 1
                missing.remove(path)
                if known.ignored[path] == reason.rawValue { break }
                if known.paths.contains(path) { try writer.remove(path) }
                if known.files[path] != nil { report.removedFileCount += 1 }
                report.change(path)
                try writer.ignore(path, reason)
            case .source(let file):
                report.total.add(file.byteCount)
                report.languages[file.language, default: Tally()].add(file.byteCount)
                missing.remove(path)
                sources.append(Source(path, file))
                guard let content = file.content else { break }
                report.parsed.add(file.byteCount)
                report.change(path)
                if known.paths.contains(path) { try writer.remove(path) }
                try writer.write(path, file, content)
            }
            state.fileCount += 1
            state.byteCount += sizes[index]
            let now = Clock.nanoseconds()
            if now - lastProgress >= 100_000_000 {
                lastProgress = now
                progress(state)
            }
        }
        let makeReader = { @Sendable in
            SourceReader(
                languages, byteLimit: options.fileByteLimit, includesTests: options.includesTests)
        }
        // What needs not be read is known at once.
        let reader = makeReader()
        let outcomes = entries.map { entry in
            reader.unread(
                entry, known: options.isFull ? nil : known.files[entry.path],
                seen: options.isFull ? nil : cache.verdict(entry))
        }
        let unknown = entries.indices.filter { outcomes[$0] == nil }
        var next = 0
        func takeKnown(before end: Int) throws {
            while next < end {
                if let outcome = outcomes[next] { try take(next, outcome) }
                next += 1
            }
        }
        try OrderedWork.run(
            unknown.count, threads: threadCount, lead: threadCount * Self.leadPerThread,
            makeWorker: {
                let reader = makeReader()
                return { place in
                    let entry = entries[unknown[place]]
                    return reader.read(
                        entry, in: root, known: options.isFull ? nil : known.files[entry.path])
                }
            },
            consume: { place, outcome in
                try takeKnown(before: unknown[place])
                try take(unknown[place], outcome)
                next += 1
            })
        try takeKnown(before: entries.count)
        // Sorted, for the order of a set is another one each time.
        for path in missing.sorted() {
            if known.files[path] != nil { report.removedFileCount += 1 }
            report.change(path)
            try writer.remove(path)
        }
        if report.parsed.fileCount > 0 || report.removedFileCount > 0 {
            let start = Clock.nanoseconds()
            report.linkedFileCount = try Linking(
                sources, known.files, snapshot, store: store, threadCount: threadCount
            ).write(writer, check)
            report.linkNanoseconds = Clock.nanoseconds() - start
        }
    }
}

/// A file that has definitions and references; what it has if that is new.
struct Source {
    let path: String
    let language: String
    let identity: LinkCache.Identity
    let facts: LinkFacts?
    let references: [UInt8]?

    init(_ path: String, _ file: SourceFile) {
        self.path = path
        language = file.language
        identity = LinkCache.Identity(
            path, language: file.language, contentHash: file.contentHash, parser: file.parser)
        facts = file.content?.facts
        references = file.content?.encodedReferences
    }
}

/// What the store has of which file.
private struct KnownFiles: Sendable {
    var files: [String: KnownFile] = [:]
    var ignored: [String: String] = [:]
    var paths: Set<String> = []

    init(_ reader: Reader) throws {
        // A new store has no relations yet.
        if let relation = try? reader.relation(CodeGraph.files.name) {
            let columns = try ["file", "language", "content_hash", "parser"].map {
                try reader.column($0, of: relation)
            }
            try reader.forEachRowByKey(relation) { row in
                let values = try columns.map { try reader.string(relation, row, $0) ?? "" }
                files[values[0]] = KnownFile(
                    language: values[1], contentHash: values[2], parser: values[3])
            }
        }
        if let relation = try? reader.relation(CodeGraph.ignoredFiles.name) {
            let columns = try ["file", "reason"].map { try reader.column($0, of: relation) }
            try reader.forEachRowByKey(relation) { row in
                let values = try columns.map { try reader.string(relation, row, $0) ?? "" }
                ignored[values[0]] = values[1]
            }
        }
        paths = Set(files.keys).union(ignored.keys)
    }
}
