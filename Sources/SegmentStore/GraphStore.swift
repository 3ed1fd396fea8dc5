// SPDX-License-Identifier: Apache-2.0
//
// The front door. `write` and the commit are in GraphStore+Write.swift, what keeps a store in
// shape in Maintain/.

import Codec
import Dispatch
import Platform

/// How a store is opened.
public struct StoreOptions: Sendable {
    public enum Mode: Sendable {
        /// Made by the first write if it is not there.
        case create
        /// It must be there.
        case existing
        /// It must be there, and nothing will be written.
        case readOnly
    }

    public var mode = Mode.create
    /// Bytes that a batch may hold in memory, apart from the rows being compressed. What is more
    /// goes to a nameless file on the store's disk.
    public var memoryBudget = 16 << 20
    /// Bytes of decoded text that each reader may keep, of rows that it was asked for twice.
    public var readerCacheByteLimit = 16 << 20
    /// Of zstd.
    public var compressionLevel: Int32 = 1
    /// Small segments are merged after a commit, in the background.
    public var compactsAutomatically = true

    public init() {}
}

/// A store: a directory, memory, or one packed file. Any number of threads may use it; writes
/// queue.
public final class GraphStore: Sendable {
    let storage: any Storage
    let options: StoreOptions
    let manifests: ManifestFile
    let state: Locked<State>
    /// Held while a batch is written, so that writers of one process queue.
    let writing = DispatchSemaphore(value: 1)
    package let background = DispatchQueue(label: "segstore.compact")

    struct State {
        /// What new writes must have; extends what is stored.
        var wanted: Schema?
        var segments: [UInt64: SegmentReader] = [:]
        var current: SnapshotCore?
        var poison: StoreError?
        var isSwept = false
        var isCompacting = false
        /// Who holds `writing`: waiting for oneself would never end.
        var writingThread: UInt?
    }

    /// Opens a store on any storage. Throws `schemaMismatch` if `schema` contradicts the stored
    /// one.
    package init(_ storage: any Storage, schema: Schema?, options: StoreOptions = StoreOptions())
        throws(StoreError)
    {
        try schema?.validate()
        self.storage = storage
        self.options = options
        manifests = ManifestFile(storage: storage)
        state = Locked(State(wanted: schema))
        let current = try load()
        if let schema { _ = try current.manifest.schema.extended(by: schema) }
    }

    /// Without a look at the current manifest.
    package init(unchecked storage: any Storage) throws(StoreError) {
        self.storage = storage
        options = StoreOptions()
        manifests = ManifestFile(storage: storage)
        state = Locked(State(wanted: nil))
    }

    /// Opens the store in a directory, or a packed file, which is read-only.
    ///
    /// Costs the same whatever the store's size. Throws `notFound` if there is none and `options`
    /// does not allow making one.
    public static func open(
        _ path: String, schema: Schema? = nil, options: StoreOptions = StoreOptions()
    ) throws(StoreError) -> GraphStore {
        let kind = try system { () throws(SystemError) in try Directory.kind(of: path) }
        switch kind {
        case .file: return try GraphStore(try PackStorage(path), schema: schema, options: options)
        case .directory:
            let storage = DiskStorage(path)
            if options.mode != .create,
                try storage.read(Layout.manifest, limit: Manifest.byteLimit) == nil,
                try ManifestFile(storage: storage).generations().isEmpty
            {
                throw StoreError(
                    .notFound,
                    "is no store; make one with 'segstore ingest <dir>' or 'segstore import'",
                    path: path)
            }
            return try GraphStore(storage, schema: schema, options: options)
        case .other:
            throw StoreError(.notFound, "is neither a directory nor a packed store", path: path)
        case .nothing:
            guard options.mode == .create else {
                throw StoreError(
                    .notFound,
                    "there is no store; make one with 'segstore ingest <dir>' or 'segstore import'",
                    path: path)
            }
            return try GraphStore(DiskStorage(path), schema: schema, options: options)
        }
    }

    /// A store that touches no disk until it is saved with `backup`.
    public static func inMemory(
        schema: Schema, options: StoreOptions = StoreOptions()
    ) throws(StoreError) -> GraphStore {
        try GraphStore(MemoryStorage(), schema: schema, options: options)
    }

    public var path: String { storage.path }

    /// What new rows can go to: the stored relations, and those that the store was opened with.
    public func schema() throws(StoreError) -> Schema {
        let stored = try load().manifest.schema
        guard let wanted = state.withLock({ $0.wanted }) else { return stored.schema }
        return try stored.extended(by: wanted).schema
    }

    // MARK: - Snapshots

    /// The store as of the last commit, whoever made it.
    public func snapshot() throws(StoreError) -> Snapshot { Snapshot(core: try load()) }

    /// The store as of an earlier commit. Throws `notFound` if it was dropped or never was.
    public func snapshot(at generation: UInt64) throws(StoreError) -> Snapshot {
        guard try committed().contains(generation), let manifest = try manifests.read(generation)
        else {
            throw StoreError(.notFound, "there is no generation \(generation)", path: storage.path)
        }
        guard let core = try open(manifest) else {
            throw StoreError(.notFound, "generation \(generation) was dropped", path: storage.path)
        }
        return Snapshot(core: core)
    }

    /// The store as of the newest commit with that label.
    public func snapshot(label: String) throws(StoreError) -> Snapshot {
        for manifest in try manifests.read(all: try committed()) where manifest.label == label {
            return try snapshot(at: manifest.generation)
        }
        throw StoreError(.notFound, "no commit has the label '\(label)'", path: storage.path)
    }

    /// The generations that can be read, oldest first. A manifest beyond the current one is of a
    /// commit that failed or is not done yet; where the current one is damaged, who knows.
    func committed() throws(StoreError) -> [UInt64] {
        do throws(StoreError) {
            let newest = try manifests.current()?.generation ?? 0
            return try manifests.generations().filter { $0 <= newest }
        } catch {
            guard error.code == .corrupted else { throw error }
            return try manifests.generations().filter { (try? manifests.read($0)) != nil }
        }
    }

    /// Reads the current manifest and opens what it names.
    ///
    /// Between the two, a gc may remove what the manifest names; then there is a newer one. So the
    /// reader needs no lock: it looks again, and once the segments are mapped nothing can take
    /// them.
    func load() throws(StoreError) -> SnapshotCore {
        var lastSeen: UInt64?
        while true {
            var manifest = try manifests.current() ?? Manifest(schema: StoredSchema(Schema([])))
            if manifest.generation == 0, let wanted = state.withLock({ $0.wanted }) {
                // Nothing has been decided before the first commit.
                manifest.schema = try manifest.schema.extended(by: wanted)
            }
            if let current = state.withLock({ $0.current }),
                current.manifest.generation == manifest.generation,
                manifest.generation > 0,
                current.manifest.segments.map(\.rootHash) == manifest.segments.map(\.rootHash)
            {
                return current
            }
            if let core = try open(manifest) {
                state.withLock { state in
                    state.current = core
                    let live = Set(manifest.segments.map(\.id))
                    state.segments = state.segments.filter { live.contains($0.key) }
                }
                return core
            }
            guard lastSeen != manifest.generation else {
                throw .corrupted(
                    "generation \(manifest.generation) names a segment that is missing",
                    in: storage.path)
            }
            lastSeen = manifest.generation
        }
    }

    /// Nil if a segment is not there any more.
    func open(_ manifest: Manifest) throws(StoreError) -> SnapshotCore? {
        var isMissing = false
        do throws(StoreError) {
            return try SnapshotCore(
                path: storage.path, manifest, readerCacheByteLimit: options.readerCacheByteLimit
            ) { segment throws(StoreError) in
                if let known = state.withLock({ $0.segments[segment.id] }),
                    known.file.rootHash == segment.rootHash,
                    known.file.memory.byteCount == segment.fileByteCount
                {
                    return known
                }
                let name = Layout.segment(segment.id)
                guard let memory = try storage.map(name, byteCount: segment.fileByteCount) else {
                    isMissing = true
                    throw StoreError(.notFound, "is missing", path: "\(storage.path)/\(name)")
                }
                let reader = try SegmentReader(
                    SegmentFile(
                        memory, path: "\(storage.path)/\(name)",
                        imageByteCount: segment.imageByteCount,
                        expectedRoot: segment.rootHash))
                state.withLock { $0.segments[segment.id] = reader }
                return reader
            }
        } catch {
            if isMissing { return nil }
            throw error
        }
    }
}
