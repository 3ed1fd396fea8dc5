// SPDX-License-Identifier: Apache-2.0
//
// The second half of an ingest: the edges of the files that are new, and of those that refer to
// what has changed.

import Platform
import SegmentStore

struct Linking {
    /// In the order of their paths, as they are now.
    private let sources: [Source]
    /// As the store has them.
    private let known: [String: KnownFile]
    private let snapshot: Snapshot
    private let index: PathIndex
    private let store: String
    private let threadCount: Int

    /// So many files are prepared for the linker in one step.
    private static let filesAtOnce = 64
    /// If more files are others than those of the cache, all names are read again.
    private static let otherLimit = 64

    init(
        _ sources: [Source], _ known: [String: KnownFile], _ snapshot: Snapshot, store: String,
        threadCount: Int
    ) {
        self.sources = sources
        self.known = known
        self.snapshot = snapshot
        self.store = store
        self.threadCount = threadCount
        index = PathIndex(sources.map(\.path))
    }

    /// Writes the edges that are others than those that the store has. Returns how many files were
    /// linked.
    func write(_ writer: RowWriter, _ check: () throws -> Void) throws -> Int {
        let stored = KnownFacts(reader: snapshot.reader())
        var changes = try Changes(sources, index, known, stored)
        let loader = Loader(sources, index, snapshot)
        let storedNotes = try stored.notesHash()
        // Not one of a run that came to nothing.
        let cache = LinkCache(store: store).flatMap {
            LinkCache.hash($0.notes) == storedNotes ? $0 : nil
        }
        let table =
            try cache.flatMap { changes.asksAllFiles ? nil : try changedTable($0, loader) }
            ?? wholeTable()
        changes.settle(table, notesBefore: cache?.notes)
        let isLinked = try linked(changes)
        let numbers = sources.indices.filter { isLinked[$0] }
        let (sources, snapshot) = (sources, snapshot)
        try OrderedWork.run(
            numbers.count, threads: threadCount, lead: threadCount * Ingest.leadPerThread,
            makeWorker: {
                let linker = Linker(table)
                let stored = KnownFacts(reader: snapshot.reader())
                return { place in
                    Result {
                        let number = numbers[place]
                        let references = try sources[number].references(
                            stored, definitionCount: table.files[number].facts.definitions.count)
                        return FileEdges(number, references, linker)
                    }
                }
            },
            consume: { place, edges in
                try check()
                try loader.check()
                let edges = try edges.get()
                let source = sources[numbers[place]]
                if source.facts == nil, try stored.linkHash(of: source.path) == edges.hash {
                    return
                }
                try writer.write(source.path, edges, replacing: source.facts == nil)
            })
        let notesHash = LinkCache.hash(table.notes)
        if notesHash != storedNotes { try writer.write(notesHash: notesHash) }
        return numbers.count
    }

    /// Which files are linked.
    private func linked(_ changes: Changes) throws -> [Bool] {
        if changes.isAll || changes.names.isEmpty {
            return sources.map { changes.isAll || $0.facts != nil }
        }
        let (names, snapshot) = (changes.names, snapshot)
        var isLinked: [Bool] = []
        try inParts(
            makeWorker: {
                let stored = KnownFacts(reader: snapshot.reader())
                return { _, source in
                    try source.facts != nil || stored.dependsOn(names, source.path)
                }
            }, consume: { isLinked.append($0) })
        return isLinked
    }

    // MARK: - Tables

    /// A table of all names, which is kept for the next time.
    private func wholeTable() throws -> SymbolTable {
        var files: [PreparedFile] = []
        var entries: [[NameTable.Entry]] = []
        let (index, snapshot) = (index, snapshot)
        try inParts(
            makeWorker: {
                let stored = KnownFacts(reader: snapshot.reader())
                return { _, source in
                    let facts = try source.facts ?? stored.facts(of: source.path)
                    let file = try PreparedFile(source, facts, index)
                    return (file, file.entries)
                }
            },
            consume: { (file: PreparedFile, names: [NameTable.Entry]) in
                files.append(file)
                entries.append(names)
            })
        let all = files
        let table = SymbolTable(files, entries, index) { all[$0] }
        let identities = zip(sources, files).map {
            LinkCache.File(identity: $0.identity, counts: $1.counts)
        }
        LinkCache(files: identities, notes: table.notes, names: table.names).save(store: store)
        return table
    }

    /// The table of the last time, with the names of what has changed since; nil if that is much.
    private func changedTable(_ cache: LinkCache, _ loader: Loader) throws -> SymbolTable? {
        let numbers = Dictionary(
            sources.enumerated().map { ($1.identity.path, $0) }, uniquingKeysWith: { a, _ in a })
        var isOther = [Bool](repeating: true, count: sources.count)
        var counts = [LinkCache.Counts](
            repeating: LinkCache.Counts(LinkFacts()), count: sources.count)
        let numbersOfFiles = cache.files.map { file -> Int? in
            guard let number = numbers[file.identity.path],
                sources[number].identity == file.identity
            else { return nil }
            isOther[number] = false
            counts[number] = file.counts
            return number
        }
        let others = sources.indices.filter { isOther[$0] }
        if others.count > Self.otherLimit { return nil }
        var files: [Int: PreparedFile] = [:]
        for number in others {
            let file = try loader.read(number)
            files[number] = file
            counts[number] = file.counts
        }
        let known = counts
        return SymbolTable(
            cache, numbersOfFiles, files, paths: sources.map(\.path), index
        ) { loader.file($0, known[$0]) }
    }

    /// Does something with all sources, side by side, and takes the results in their order.
    private func inParts<Result: Sendable>(
        makeWorker: @escaping @Sendable () -> (Int, Source) throws -> Result,
        consume: (Result) -> Void
    ) throws {
        let sources = sources
        let parts = stride(from: 0, to: sources.count, by: Self.filesAtOnce).map {
            $0..<min($0 + Self.filesAtOnce, sources.count)
        }
        try OrderedWork.run(
            parts.count, threads: threadCount, lead: threadCount * Ingest.leadPerThread,
            makeWorker: {
                let work = makeWorker()
                return { part in
                    Swift.Result { try parts[part].map { try work($0, sources[$0]) } }
                }
            },
            consume: { _, results in for result in try results.get() { consume(result) } })
    }
}

/// Reads files for the linker when they are asked for, by any thread.
private final class Loader: Sendable {
    private let sources: [Source]
    private let index: PathIndex
    private let stored: Locked<KnownFacts>
    private let failure = Locked<(any Error)?>(nil)

    init(_ sources: [Source], _ index: PathIndex, _ snapshot: Snapshot) {
        self.sources = sources
        self.index = index
        stored = Locked(KnownFacts(reader: snapshot.reader()))
    }

    func read(_ number: Int) throws -> PreparedFile {
        let source = sources[number]
        return try PreparedFile(
            source, source.facts ?? stored.withLock { try $0.facts(of: source.path) }, index)
    }

    /// Something blank for a file that cannot be read, or is not what is expected; `check` says so.
    func file(_ number: Int, _ counts: LinkCache.Counts) -> PreparedFile {
        do {
            let file = try read(number)
            if file.counts == counts { return file }
            throw KnownFacts.error(sources[number].path, "they are others than they were")
        } catch {
            failure.withLock { $0 = $0 ?? error }
            return PreparedFile(sources[number], without: counts, index)
        }
    }

    func check() throws {
        if let error = failure.withLock({ $0 }) { throw error }
    }
}

extension Source {
    fileprivate func references(
        _ stored: KnownFacts, definitionCount: Int
    ) throws -> FileReferences {
        guard let references else {
            let known = try stored.references(of: path, definitionCount: definitionCount)
            guard let known else { throw KnownFacts.error(path, "there are none") }
            return known
        }
        return try references.withUnsafeBytes {
            try FileReferences($0, definitionCount: definitionCount)
        }
    }
}

extension PreparedFile {
    init(_ source: Source, _ facts: LinkFacts?, _ index: PathIndex) throws {
        guard let language = LanguageTable.language(named: source.language), let facts else {
            throw KnownFacts.error(source.path, "there are none")
        }
        self.init(source.path, language, facts, index: index)
    }

    /// Stands for one that cannot be read.
    init(_ source: Source, without counts: LinkCache.Counts, _ index: PathIndex) {
        self.init(
            source.path, LanguageTable.language(named: source.language) ?? .python,
            LinkFacts(blank: counts), index: index)
    }
}
