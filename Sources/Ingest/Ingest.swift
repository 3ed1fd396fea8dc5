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
    private static let leadPerThread = 16
    /// So many files are prepared for the linker in one step.
    private static let filesAtOnce = 64

    /// Makes `store` hold the tree as it is now. The tree is read while the store is locked, so
    /// that of two at once the later one counts. `progress` comes at most ten times a second.
    /// Throws `cancelled` soon after `isCancelled` says so; the store is then as it was.
    package func run(
        into store: GraphStore, isCancelled: () -> Bool = { false },
        progress: (Progress) -> Void = { _ in }
    ) throws -> Report {
        var report = Report()
        var cache = StatCache(store: store.path)
        func check() throws {
            if isCancelled() { throw StoreError(.cancelled, "the ingest was cancelled") }
        }
        let receipt = try store.write(label: options.label) { batch in
            let own = try? FileStatus(of: store.path, followingLink: true).identity
            let tree = try SourceWalker(
                root: root, skipping: own, excluded: options.excluded
            ).tree()
            report.directories = tree.directories
            let snapshot = try store.snapshot()
            try fill(
                batch, tree.entries, try KnownFiles(snapshot.reader()), snapshot, &cache, check,
                progress, &report)
            // With the lock held, so that nobody else writes it.
            cache.save()
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
        StatCache.remove(store: store.path)
        // If that fails, an empty store is no harm.
        try? store.remove(unlessNewerThan: generation, keepingDirectory: keepingDirectory)
    }

    private func fill(
        _ batch: Batch, _ entries: [SourceWalker.Entry], _ known: KnownFiles,
        _ snapshot: Snapshot, _ cache: inout StatCache, _ check: () throws -> Void,
        _ progress: (Progress) -> Void, _ report: inout Report
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
        let seen = cache
        let time = Clock.wallNanoseconds()
        var sources: [Source] = []
        try OrderedWork.run(
            entries.count, threads: threadCount, lead: threadCount * Self.leadPerThread,
            makeWorker: {
                let reader = SourceReader(
                    languages, byteLimit: options.fileByteLimit,
                    includesTests: options.includesTests)
                return { index in
                    let entry = entries[index]
                    if options.isFull {
                        return reader.read(entry, in: root, known: nil, seen: nil)
                    }
                    var verdict: StatCache.Verdict?
                    if case .file(let status) = entry.content {
                        verdict = seen.verdict(entry.path, status)
                    }
                    return reader.read(
                        entry, in: root, known: known.files[entry.path], seen: verdict)
                }
            },
            consume: { index, outcome in
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
                    sources.append(
                        Source(path: path, language: file.language, facts: file.content?.facts))
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
            })
        // Sorted, for the order of a set is another one each time.
        for path in missing.sorted() {
            if known.files[path] != nil { report.removedFileCount += 1 }
            report.change(path)
            try writer.remove(path)
        }
        if report.parsed.fileCount > 0 || report.removedFileCount > 0 {
            try link(sources, known, snapshot, writer, check)
        }
    }

    /// Writes the edges of the files that were parsed, and of those that refer to what has changed.
    private func link(
        _ sources: [Source], _ known: KnownFiles, _ snapshot: Snapshot, _ writer: RowWriter,
        _ check: () throws -> Void
    ) throws {
        var changes = Changes()
        let stored = KnownFacts(reader: snapshot.reader())
        changes.isAll = sources.count != known.files.count
        for source in sources where !changes.isAll {
            guard let new = source.facts else { continue }
            // A file more or less may be found where another was.
            guard known.files[source.path]?.language == source.language,
                let old = try stored.facts(of: source.path)
            else {
                changes.isAll = true
                break
            }
            let names = new.changedNames(from: old, path: source.path)
            let isManifest = LanguageTable.language(named: source.language)?.isManifest ?? false
            // It is asked in many ways, and seldom another.
            if isManifest, !names.isEmpty { changes.isAll = true }
            changes.names.formUnion(names)
        }
        let threadCount = min(options.threadCount, Self.threadLimit)
        // Of the files of the table: those that are linked, and of them those that are new.
        var isLinked: [Bool] = []
        var isParsed: [Bool] = []
        var files: [PreparedFile] = []
        let index = PathIndex(sources.map(\.path))
        let changed = changes
        let parts = stride(from: 0, to: sources.count, by: Self.filesAtOnce).map {
            sources[$0..<min($0 + Self.filesAtOnce, sources.count)]
        }
        try OrderedWork.run(
            parts.count, threads: threadCount, lead: threadCount * Self.leadPerThread,
            makeWorker: {
                let stored = KnownFacts(reader: snapshot.reader())
                return { part in
                    Result { try parts[part].map { try Self.prepare($0, stored, changed, index) } }
                }
            },
            consume: { part, prepared in
                try check()
                for (source, known) in zip(parts[part], try prepared.get()) {
                    guard let known else { continue }
                    isLinked.append(known.isLinked)
                    isParsed.append(source.facts != nil)
                    files.append(known.file)
                }
            })
        let table = try SymbolTable(files, index)
        let numbers = table.files.indices.filter { isLinked[$0] }
        try OrderedWork.run(
            numbers.count, threads: threadCount, lead: threadCount * Self.leadPerThread,
            makeWorker: {
                let linker = Linker(table)
                return { FileEdges(numbers[$0], linker) }
            },
            consume: { place, edges in
                try check()
                let number = numbers[place]
                let path = table.files[number].path
                if !isParsed[number], known.linkHashes[path] == edges.hash { return }
                try writer.write(path, edges, replacing: !isParsed[number])
            })
    }
}

extension Ingest {
    /// What the linker gets of a file, and whether it is to be linked.
    private static func prepare(
        _ source: Source, _ stored: KnownFacts, _ changes: Changes, _ index: PathIndex
    ) throws -> (file: PreparedFile, isLinked: Bool)? {
        guard let language = LanguageTable.language(named: source.language) else { return nil }
        let isLinked = try source.facts != nil || stored.dependsOn(changes, source.path)
        guard
            let facts = try source.facts
                ?? stored.facts(of: source.path, withReferences: isLinked)
        else { return nil }
        return (PreparedFile(source.path, language, facts, index: index), isLinked)
    }
}

/// A file that has definitions and references; facts if they are new.
private struct Source {
    let path: String
    let language: String
    let facts: LinkFacts?
}

/// What links may have to be looked at again for.
private struct Changes {
    var names: Set<UInt32> = []
    var isAll = false
}

/// What the store has of which file.
private struct KnownFiles: Sendable {
    var files: [String: KnownFile] = [:]
    var ignored: [String: String] = [:]
    var paths: Set<String> = []
    var linkHashes: [String: String] = [:]

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
        if let relation = try? reader.relation(CodeGraph.links.name) {
            let columns = try ["file", "hash"].map { try reader.column($0, of: relation) }
            try reader.forEachRowByKey(relation) { row in
                let values = try columns.map { try reader.string(relation, row, $0) ?? "" }
                linkHashes[values[0]] = values[1]
            }
        }
        paths = Set(files.keys).union(ignored.keys)
    }
}

/// What the store has of files for the linker.
private struct KnownFacts {
    let reader: Reader

    func facts(of path: String, withReferences: Bool = false) throws -> LinkFacts? {
        let relation = try reader.relation(CodeGraph.facts.name)
        guard let row = try reader.find(relation, key: path),
            let bytes = try reader.bytes(relation, row, reader.column("names", of: relation))
        else { return nil }
        // What one column's bytes are may go when the other is read.
        let names = Array(bytes)
        let references =
            withReferences
            ? try reader.bytes(relation, row, reader.column("references", of: relation)) : nil
        do {
            return try names.withUnsafeBytes { try LinkFacts(names: $0, references: references) }
        } catch let error as CodecError {
            throw StoreError(.corrupted, "the facts of \(path) cannot be read: \(error)")
        }
    }

    /// Whether the edges of a file may be others after some changes.
    func dependsOn(_ changes: Changes, _ path: String) throws -> Bool {
        if changes.isAll { return true }
        if changes.names.isEmpty { return false }
        let relation = try reader.relation(CodeGraph.links.name)
        guard let row = try reader.find(relation, key: path),
            let bytes = try reader.bytes(relation, row, reader.column("names", of: relation))
        else { return true }
        for place in stride(from: 0, to: bytes.count - 3, by: 4) {
            let name = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
            if changes.names.contains(UInt32(littleEndian: name)) { return true }
        }
        return false
    }
}
