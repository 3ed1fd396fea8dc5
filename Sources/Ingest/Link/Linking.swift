// SPDX-License-Identifier: Apache-2.0
//
// The second half of an ingest: the edges of the files that are new, and of those that refer to
// what has changed.

import CodeGraph
import Codec
import Platform
import SegmentStore

struct Linking {
    /// In the order of their paths, as they are now.
    private let sources: [Source]
    private let changes: Changes
    private let snapshot: Snapshot
    private let index: PathIndex
    private let store: String
    private let threadCount: Int

    /// So many files are prepared for the linker in one step.
    private static let filesAtOnce = 64
    /// If more files are others than those of the cache, all names are read again.
    private static let replacedLimit = 64

    init(
        _ sources: [Source], hasOthers: Bool, _ known: [String: KnownFile], _ snapshot: Snapshot,
        store: String, threadCount: Int
    ) throws {
        self.sources = sources
        self.snapshot = snapshot
        self.store = store
        self.threadCount = threadCount
        index = PathIndex(sources.map(\.path))
        changes =
            hasOthers
            ? Changes(isAll: true)
            : try Changes(sources, known, KnownFacts(reader: snapshot.reader()))
    }

    /// Writes the edges that are others than those that the store has.
    func write(_ writer: RowWriter) throws {
        let failure = Locked<(any Error)?>(nil)
        let (table, isLinked) = try changedTable(failure) ?? wholeTable()
        let numbers = sources.indices.filter { isLinked[$0] }
        let stored = KnownFacts(reader: snapshot.reader())
        try OrderedWork.run(
            numbers.count, threads: threadCount, lead: threadCount * Ingest.leadPerThread,
            makeWorker: {
                let linker = Linker(table)
                return { FileEdges(numbers[$0], linker) }
            },
            consume: { place, edges in
                if let error = failure.withLock({ $0 }) { throw error }
                let source = sources[numbers[place]]
                if source.facts == nil, try stored.linkHash(of: source.path) == edges.hash {
                    return
                }
                try writer.write(source.path, edges, replacing: source.facts == nil)
            })
    }

    // MARK: - Tables

    /// A table of all names, which is kept for the next time.
    private func wholeTable() throws -> (SymbolTable, isLinked: [Bool]) {
        var isLinked: [Bool] = []
        var files: [PreparedFile] = []
        var entries: [[NameTable.Entry]] = []
        let (changes, snapshot, index) = (changes, snapshot, index)
        try inParts(
            makeWorker: {
                let stored = KnownFacts(reader: snapshot.reader())
                return { source in
                    let isLinked = try source.facts != nil || stored.dependsOn(changes, source.path)
                    let facts =
                        try source.facts ?? stored.facts(of: source.path, withReferences: isLinked)
                    let file = try PreparedFile(source, facts, index)
                    return (file, file.entries, isLinked)
                }
            },
            consume: { (file: PreparedFile, names: [NameTable.Entry], isOne: Bool) in
                isLinked.append(isOne)
                files.append(file)
                entries.append(names)
            })
        let table = SymbolTable(files, entries, index)
        let identities = zip(sources, files).map {
            LinkCache.File(identity: $0.identity, counts: $1.counts)
        }
        LinkCache(files: identities, notes: table.notes, names: table.names).save(store: store)
        return (table, isLinked)
    }

    /// The table of the last time, with the names of what has changed since; nil if there is none
    /// that will do. Where another file cannot be read, `failure` says so.
    private func changedTable(
        _ failure: Locked<(any Error)?>
    ) throws -> (SymbolTable, isLinked: [Bool])? {
        guard !changes.isAll, let cache = LinkCache(store: store),
            cache.files.count == sources.count
        else { return nil }
        var replaced: [Int] = []
        for (number, source) in sources.enumerated() {
            let known = cache.files[number].identity
            if source.identity == known { continue }
            if source.identity.path != known.path || replaced.count == Self.replacedLimit {
                return nil
            }
            replaced.append(number)
        }
        let (sources, changes, snapshot, index) = (sources, changes, snapshot, index)
        var isLinked: [Bool] = []
        if changes.names.isEmpty {
            isLinked = sources.map { $0.facts != nil }
        } else {
            try inParts(
                makeWorker: {
                    let stored = KnownFacts(reader: snapshot.reader())
                    return { try $0.facts != nil || stored.dependsOn(changes, $0.path) }
                }, consume: { isLinked.append($0) })
        }
        let stored = Locked(KnownFacts(reader: snapshot.reader()))
        let isOne = isLinked
        @Sendable func file(_ number: Int) throws -> PreparedFile {
            let source = sources[number]
            return try PreparedFile(
                source,
                source.facts
                    ?? stored.withLock {
                        try $0.facts(of: source.path, withReferences: isOne[number])
                    }, index)
        }
        var changed: [Int: PreparedFile] = [:]
        for number in replaced { changed[number] = try file(number) }
        let table = SymbolTable(
            cache, paths: sources.map(\.path), replacing: changed, index,
            load: { number in
                let counts = cache.files[number].counts
                do {
                    let file = try file(number)
                    if file.counts == counts { return file }
                    throw KnownFacts.error(sources[number].path, "they are others than they were")
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                    return PreparedFile(sources[number], without: counts, index)
                }
            })
        return (table, isLinked)
    }

    /// Does something with all sources, side by side, and takes the results in their order.
    private func inParts<Result: Sendable>(
        makeWorker: @escaping @Sendable () -> (Source) throws -> Result,
        consume: (Result) -> Void
    ) throws {
        let parts = stride(from: 0, to: sources.count, by: Self.filesAtOnce).map {
            sources[$0..<min($0 + Self.filesAtOnce, sources.count)]
        }
        try OrderedWork.run(
            parts.count, threads: threadCount, lead: threadCount * Ingest.leadPerThread,
            makeWorker: {
                let work = makeWorker()
                return { part in Swift.Result { try parts[part].map(work) } }
            },
            consume: { _, results in for result in try results.get() { consume(result) } })
    }
}

/// What links may have to be looked at again for.
private struct Changes {
    var names: Set<UInt32> = []
    var isAll = false

    init(isAll: Bool) { self.isAll = isAll }

    /// Between files that are all there, in what they are now and what the store has of them.
    init(_ sources: [Source], _ known: [String: KnownFile], _ stored: KnownFacts) throws {
        for source in sources {
            guard let new = source.facts else { continue }
            // A file more or less may be found where another was.
            guard known[source.path]?.language == source.language,
                let language = LanguageTable.language(named: source.language),
                let old = try stored.facts(of: source.path)
            else {
                isAll = true
                return
            }
            let names = new.changedNames(from: old, path: source.path)
            // A manifest is asked in many ways, and seldom another.
            if !names.isEmpty, language.isManifest { isAll = true }
            if names.contains(Linker.dependencyOnImports), language.links.notesAskImports {
                isAll = true
            }
            self.names.formUnion(names)
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
            throw Self.error(path, "\(error)")
        }
    }

    static func error(_ path: String, _ why: String) -> StoreError {
        StoreError(.corrupted, "the facts of \(path) cannot be read: \(why)")
    }

    /// Of the edges of a file.
    func linkHash(of path: String) throws -> String? {
        let relation = try reader.relation(CodeGraph.links.name)
        return try reader.find(relation, key: path).flatMap {
            try reader.string(relation, $0, reader.column("hash", of: relation))
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
