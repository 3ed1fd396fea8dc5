// SPDX-License-Identifier: Apache-2.0
//
// Many small segments into one: the live rows go through a builder as a batch's rows do, so memory
// is bounded in the same way. Readers are not disturbed; what they hold stays mapped.

import Codec
import Dispatch

public struct CompactionReceipt: Sendable {
    /// The commit's number, or that of the last one if there was nothing to merge.
    public var generation: UInt64
    public var mergedSegmentCount = 0
    public var segmentCount = 0
    public var rowCount = 0
    public var writtenByteCount = 0
}

extension GraphStore {
    /// Merges all segments into one and drops dead rows. A commit of its own; earlier generations
    /// stay readable until `collectGarbage`.
    @discardableResult
    public func compact(progress: ((Int) -> WriteProgress.Answer)? = nil) throws
        -> CompactionReceipt
    {
        try compact(
            choosing: { manifest in
                let needs =
                    manifest.segments.count > 1
                    || manifest.segments.contains { $0.liveCount < $0.rowCount }
                return needs ? Set(manifest.segments.map(\.id)) : []
            }, progress)
    }

    /// Waits until no compaction is running in the background.
    public func waitForBackgroundWork() { background.sync {} }

    /// Segments of similar size are merged eight at a time, so that their number grows with the
    /// logarithm of the rows and each row is rewritten as often.
    static func mergeable(_ manifest: Manifest) -> Set<UInt64> {
        let tierLimit = 8
        func tier(_ segment: Manifest.Segment) -> Int {
            var tier = 0
            var size = max(segment.liveCount, 1) / 512
            while size > 0 {
                tier += 1
                size /= tierLimit
            }
            return tier
        }
        var byTier: [Int: [UInt64]] = [:]
        for segment in manifest.segments { byTier[tier(segment), default: []].append(segment.id) }
        guard let full = byTier.filter({ $0.value.count >= tierLimit }).keys.max() else {
            // A segment that is mostly dead is rewritten alone.
            return Set(
                manifest.segments.filter { $0.rowCount >= 4096 && $0.liveCount * 2 < $0.rowCount }
                    .map(\.id))
        }
        return Set(byTier.filter { $0.key <= full }.values.joined())
    }

    func compactInBackground() {
        guard options.compactsAutomatically else { return }
        let isNeeded = state.withLock { state in
            guard !state.isCompacting, let manifest = state.current?.manifest else { return false }
            // The commit just made is not loaded yet: count it in.
            guard
                manifest.segments.count >= 7
                    || manifest.segments.contains(where: { $0.liveCount * 2 < $0.rowCount })
            else { return false }
            state.isCompacting = true
            return true
        }
        guard isNeeded else { return }
        background.async { [self] in
            // A failure leaves the store as it was; the next commit tries again.
            _ = try? compact(choosing: Self.mergeable, nil)
            state.withLock { $0.isCompacting = false }
        }
    }

    private func compact(
        choosing choose: (Manifest) -> Set<UInt64>, _ progress: ((Int) -> WriteProgress.Answer)?
    ) throws -> CompactionReceipt {
        try exclusively { _ throws in
            let commit = try Commit(self)
            let base = commit.base
            let chosen = choose(base.manifest)
            var receipt = CompactionReceipt(generation: base.manifest.generation)
            receipt.segmentCount = base.parts.count
            guard !chosen.isEmpty else { return receipt }
            do {
                receipt.rowCount = try commit.copyLiveRows(of: chosen, progress)
                let finished = try commit.builder.finish()
                var manifest = commit.next(.compaction, label: base.manifest.label)
                manifest.segments.removeAll { chosen.contains($0.id) }
                manifest.segments.append(
                    Manifest.Segment(
                        id: commit.newSegmentID, fileByteCount: finished.imageByteCount,
                        imageByteCount: finished.imageByteCount, rootHash: finished.rootHash,
                        relations: finished.relations.filter { $0.value.rowCount > 0 }
                            .map { Manifest.Relation(index: $0.key, rowCount: $0.value.rowCount) }
                            .sorted { $0.index < $1.index }))
                try commit.publish(manifest, dead: [:])
                receipt.generation = manifest.generation
                receipt.mergedSegmentCount = chosen.count
                receipt.segmentCount = manifest.segments.count
                receipt.writtenByteCount = commit.fileByteCount
                return receipt
            } catch {
                commit.discard()
                throw error
            }
        }
    }
}

extension Commit {
    /// Appends the live rows of these segments, segment by segment, in their order.
    func copyLiveRows(of chosen: Set<UInt64>, _ progress: ((Int) -> WriteProgress.Answer)?) throws
        -> Int
    {
        let reader = Reader(base)
        var copied = 0
        for (part, segment) in base.parts.enumerated()
        where chosen.contains(base.manifest.segments[part].id) {
            for (index, relation) in base.manifest.schema.relations.enumerated() {
                guard let rows = segment.segment.relation(index) else { continue }
                for row in 0..<rows.rowCount where !segment.dead[index].contains(row) {
                    try copy(RowID(part: part, row: row), index, relation, reader)
                    copied += 1
                    if copied & 4095 == 0, progress?(copied) == .cancel {
                        throw StoreError(.cancelled, "the compaction was cancelled")
                    }
                }
            }
        }
        return copied
    }

    private func copy(
        _ id: RowID, _ index: Int, _ relation: StoredSchema.Relation, _ reader: Reader
    ) throws(StoreError) {
        let row = builder.row(index)
        for (column, schema) in relation.schema.columns.enumerated() {
            switch schema.type {
            case .bool, .int64, .timestamp, .float64:
                if let value = try reader.int(index, id, column) { row.copy(column, number: value) }
            case .string, .bytes, .enumeration, .vector:
                if let bytes = try reader.bytes(index, id, column) {
                    row.copy(column, bytes: bytes)
                }
            }
        }
        if let problem = row.check() {
            throw .corrupted("a stored row breaks the schema: \(problem)", in: base.path)
        }
        try builder.append(row, to: index)
    }
}
