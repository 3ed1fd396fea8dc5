// SPDX-License-Identifier: Apache-2.0
import Codec
import Dispatch
import Platform

/// One commit of a store's history.
public struct CommitInfo: Sendable {
    public enum Kind: String, Sendable { case write, compaction, recovery }

    public let generation: UInt64
    public let parent: UInt64
    public let kind: Kind
    public let label: String
    /// Nanoseconds since 1970.
    public let time: Int64
    public let segmentCount: Int
    public let byteCount: Int
    /// Live rows by relation.
    public let rowCounts: [String: Int]

    init(_ manifest: Manifest) {
        generation = manifest.generation
        parent = manifest.parent
        kind =
            switch manifest.kind {
            case .write: .write
            case .compaction: .compaction
            case .recovery: .recovery
            }
        label = manifest.label
        time = manifest.time
        segmentCount = manifest.segments.count
        byteCount = manifest.segments.reduce(0) { $0 + $1.fileByteCount }
        var counts: [String: Int] = [:]
        for relation in manifest.schema.relations { counts[relation.schema.name] = 0 }
        for segment in manifest.segments {
            for relation in segment.relations {
                counts[manifest.schema.relations[relation.index].schema.name, default: 0] +=
                    relation.liveCount
            }
        }
        rowCounts = counts
    }
}

public struct GarbageReceipt: Sendable {
    public var droppedGenerations: [UInt64] = []
    public var removedSegmentCount = 0
    public var keptGenerationCount = 0
}

extension GraphStore {
    /// The commits that can still be read, newest first; of a damaged store those that are whole.
    public func history() throws(StoreError) -> [CommitInfo] {
        var commits = try manifests.read(all: try committed())
        do throws(StoreError) {
            // The current one needs no name of its own to be there.
            if let current = try manifests.current(), current.generation > 0,
                commits.first?.generation ?? 0 < current.generation
            {
                commits.insert(current, at: 0)
            }
        } catch {
            guard error.code == .corrupted else { throw error }
        }
        return commits.map(CommitInfo.init)
    }

    /// Drops all but the newest `keep` generations and the segments that only they need. Snapshots
    /// that are held stay valid: a mapping outlives the file's name.
    @discardableResult
    public func collectGarbage(keep: Int) throws -> GarbageReceipt {
        guard keep >= 1 else {
            throw StoreError(.invalidArgument, "at least one generation must be kept")
        }
        return try exclusively { _ throws in
            guard let current = try manifests.current() else { return GarbageReceipt() }
            try current.checkWritable(storage.path)
            var receipt = GarbageReceipt()
            let known = try manifests.generations().filter { $0 <= current.generation }
            let kept = known.suffix(keep)
            var needed = Set(current.segments.map(\.id))
            // A kept manifest that cannot be read might name any segment: nothing goes then.
            for manifest in try manifests.read(all: Array(kept)) {
                needed.formUnion(manifest.segments.map(\.id))
            }
            receipt.keptGenerationCount = kept.count
            // The commit may not have outlasted its writer's last sync. It must, before what the
            // one before it needs goes.
            try storage.sync(directory: "")
            // Manifests first: one without its segments would be damage, the reverse is litter.
            for generation in known.dropLast(keep) {
                try storage.remove(Layout.manifest(generation))
                receipt.droppedGenerations.append(generation)
            }
            if !receipt.droppedGenerations.isEmpty { try storage.sync(directory: Layout.segments) }
            for name in try storage.list(Layout.segments) {
                guard let id = Layout.number(in: name, suffix: Layout.segmentSuffix),
                    !needed.contains(id)
                else { continue }
                try storage.remove("\(Layout.segments)/\(name)")
                receipt.removedSegmentCount += 1
            }
            return receipt
        }
    }

    /// Makes an earlier generation the current one again, by a commit of its own. For a store whose
    /// newest manifest is damaged, which no reader goes back from by itself.
    @discardableResult
    public func recover(to generation: UInt64) throws -> UInt64 {
        guard options.mode != .readOnly, !storage.isReadOnly else {
            throw StoreError(.readOnly, "the store was opened for reading only", path: storage.path)
        }
        writing.wait()
        defer { writing.signal() }
        let lock = try storage.lock()
        return try withExtendedLifetime(lock) {
            guard var manifest = try manifests.read(generation) else {
                throw StoreError(
                    .notFound, "there is no generation \(generation)", path: storage.path)
            }
            try manifest.checkWritable(storage.path)
            guard try open(manifest) != nil else {
                throw StoreError(
                    .notFound, "a segment of generation \(generation) is gone", path: storage.path)
            }
            // A writer that died may have left it, and no writer can sweep a damaged store.
            try storage.remove(Layout.stagedManifest)
            // Numbers only grow, also past what is damaged.
            let newest = try manifests.generations().last ?? generation
            for name in try storage.list(Layout.segments) {
                guard let id = Layout.number(in: name, suffix: Layout.segmentSuffix) else {
                    continue
                }
                manifest.nextSegmentID = max(manifest.nextSegmentID, id + 1)
            }
            manifest.parent = generation
            manifest.generation = newest + 1
            manifest.kind = .recovery
            manifest.time = Clock.wallNanoseconds()
            do throws(ManifestFile.Failure) {
                try manifests.commit(manifest, segment: nil)
            } catch {
                if !error.isPublished { _ = manifests.withdraw(manifest.generation) }
                if error.isSync { poison(error.error) }
                throw error.error
            }
            return manifest.generation
        }
    }

    /// Opens a store whose newest manifest may be damaged, to recover it or read it as it was.
    public static func openDamaged(_ path: String) throws(StoreError) -> GraphStore {
        try GraphStore(unchecked: DiskStorage(path))
    }
}
