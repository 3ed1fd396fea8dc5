// SPDX-License-Identifier: Apache-2.0
//
// From rows to a commit. `Commit` is what writes and compactions share.

import Codec
import Dispatch
import Platform

extension GraphStore {
    /// Commits what `body` puts into the batch: all of it, for all relations, or nothing.
    ///
    /// Durable when it returns. Throws `locked` if another process is writing, `invalidRow` or
    /// `duplicateKey` if rows were refused, and whatever `body` throws; the store is then as it
    /// was. After a failed sync the store refuses to write until it is opened anew. `body` may read
    /// the store, as it was before, but not write to it: that is `invalidArgument`.
    @discardableResult
    public func write(
        label: String = "", _ body: (Batch) throws -> Void,
        progress: ((WriteProgress) -> WriteProgress.Answer)? = nil
    ) throws -> WriteReceipt {
        var options = WriteOptions()
        options.label = label
        return try write(options, body, progress: progress)
    }

    @discardableResult
    public func write(
        _ options: WriteOptions, _ body: (Batch) throws -> Void,
        progress: ((WriteProgress) -> WriteProgress.Answer)? = nil
    ) throws -> WriteReceipt {
        guard options.label.utf8.count <= Limits.labelByteCount else {
            throw StoreError(.limitExceeded, "a label has at most \(Limits.labelByteCount) bytes")
        }
        let start = Clock.nanoseconds()
        let receipt = try exclusively { lock throws in
            let commit = try Commit(
                self, keepsFirst: options.duplicates == .reject,
                commitsSchema: options.commitsSchema, options.valueByteLimit)
            do {
                let batch = Batch(commit.builder, options, progress)
                try batch.report(fraction: 0)
                try body(batch)
                try batch.close()
                var receipt = WriteReceipt(
                    generation: commit.base.manifest.generation, isEmpty: true)
                receipt.appendTime = Clock.nanoseconds() - start
                if commit.builder.isTouched || commit.changesSchema {
                    receipt = try commit.finish(options, batch, receipt)
                } else {
                    commit.discard()
                }
                receipt.problems = Array(
                    (batch.problems + receipt.problems).prefix(Batch.problemLimit))
                receipt.problemCount += batch.problemCount
                receipt.rowCount = batch.rowCount
                receipt.inputByteCount = batch.inputByteCount
                receipt.totalTime = Clock.nanoseconds() - start
                try batch.report(fraction: 1)
                return receipt
            } catch {
                commit.discard()
                throw error
            }
        }
        if !receipt.isEmpty { compactInBackground() }
        return receipt
    }

    /// Runs `body` as the only writer of this process and of all others.
    func exclusively<Result>(_ body: (any StorageLock) throws -> Result) throws -> Result {
        if storage.isReadOnly {
            throw StoreError(.readOnly, "a packed store cannot be written", path: storage.path)
        }
        guard options.mode != .readOnly else {
            throw StoreError(.readOnly, "the store was opened for reading only", path: storage.path)
        }
        let thread = currentThread()
        guard state.withLock({ $0.writingThread }) != thread else {
            throw StoreError(
                .invalidArgument, "a batch cannot write to its own store", path: storage.path)
        }
        writing.wait()
        state.withLock { $0.writingThread = thread }
        defer {
            state.withLock { $0.writingThread = nil }
            writing.signal()
        }
        if let poison = state.withLock({ $0.poison }) { throw poison }
        try storage.prepare()
        let lock = try storage.lock()
        return try withExtendedLifetime(lock) {
            if !state.withLock({ $0.isSwept }) {
                let current = try manifests.current()
                try current?.checkWritable(storage.path)
                try manifests.sweep(after: current)
                state.withLock { $0.isSwept = true }
            }
            do { return try body(lock) } catch {
                // What a failed commit could not take back goes before the next one.
                state.withLock { $0.isSwept = false }
                throw error
            }
        }
    }

    func poison(_ cause: StoreError) {
        var error = StoreError(
            .closed,
            "an earlier sync failed (\(cause.message)), so this writer is closed; open the store again",
            path: storage.path)
        error.errno = cause.errno
        state.withLock {
            $0.poison = error
            // What was never committed may lie around; the next writer removes it.
            $0.isSwept = false
        }
    }
}

/// A commit in the making: a segment being built on top of a snapshot.
final class Commit {
    let store: GraphStore
    let base: SnapshotCore
    let builder: SegmentBuilder
    let changesSchema: Bool
    private let schema: StoredSchema
    private let file: SegmentFileWriter
    private let segmentID: UInt64
    private var isPublished = false

    init(
        _ store: GraphStore, keepsFirst: Bool = false, commitsSchema: Bool = false,
        _ valueByteLimit: Int = Limits.valueByteCount
    ) throws(StoreError) {
        self.store = store
        let base = try store.load()
        try base.manifest.checkWritable(store.path)
        self.base = base
        let stored = base.manifest.schema
        if let wanted = store.state.withLock({ $0.wanted }) {
            schema = try stored.extended(by: wanted)
        } else {
            schema = stored
        }
        changesSchema =
            base.manifest.generation > 0
            ? schema !== stored : commitsSchema && !schema.relations.isEmpty
        let id = base.manifest.nextSegmentID
        segmentID = id
        let storage = store.storage
        // An earlier attempt of this process may have failed with the file half written.
        let manifests = store.manifests
        let isNew = base.manifest.generation == 0
        file = SegmentFileWriter(id: id) { () throws(StoreError) in
            if isNew, try manifests.current() == nil { try manifests.create() }
            try storage.remove(Layout.segment(id))
            return try storage.create(Layout.segment(id))
        }
        var options = SegmentOptions(memoryBudget: store.options.memoryBudget)
        options.compressionLevel = store.options.compressionLevel
        options.keepsFirst = keepsFirst
        options.valueByteLimit = valueByteLimit
        builder = SegmentBuilder(schema, file, storage, options)
    }

    /// Removes what was written; the store is as it was.
    func discard() {
        guard !isPublished, file.isCreated else { return }
        try? store.storage.remove(Layout.segment(segmentID))
    }

    // MARK: - A batch

    func finish(_ options: WriteOptions, _ batch: Batch, _ receipt: WriteReceipt) throws
        -> WriteReceipt
    {
        var receipt = receipt
        let finishStart = Clock.nanoseconds()
        let finished = try builder.finish()
        receipt.finishTime = Clock.nanoseconds() - finishStart
        let replaceStart = Clock.nanoseconds()
        let rejects = options.duplicates == .reject
        var supersede = Supersede(base, rejectsKnownKeys: rejects)
        var own = finished.relations.mapValues(\.dead)
        if !base.parts.isEmpty || rejects {
            let segment = try openNew(finished)
            try supersede.resolve(segment, finished.relations)
            if rejects { try reject(segment, finished, supersede, options, batch, &own, &receipt) }
        }
        if !options.references.isEmpty {
            try checkReferences(finished, supersede, options, batch, &own, &receipt)
        }
        receipt.replaceTime = Clock.nanoseconds() - replaceStart
        if supersede.dead.isEmpty, !changesSchema,
            finished.relations.allSatisfy({ own[$0.key]?.count ?? 0 == $0.value.rowCount })
        {
            // Deletions that met nothing, rows that were all left out.
            discard()
            return receipt
        }
        for (index, relation) in finished.relations {
            var entry = WriteReceipt.Relation()
            entry.rowCount = relation.rowCount
            entry.inputByteCount = builder.relation(index).inputByteCount
            entry.duplicateCount = relation.duplicateCount
            entry.removedCount = supersede.removedCounts[index] ?? 0
            receipt.relations[schema.relations[index].schema.name] = entry
        }
        var manifest = next(.write, label: options.label)
        let segment = Manifest.Segment(
            id: segmentID, fileByteCount: finished.imageByteCount,
            imageByteCount: finished.imageByteCount,
            rootHash: finished.rootHash,
            relations: finished.relations.filter { $0.value.rowCount > 0 }
                .map { Manifest.Relation(index: $0.key, rowCount: $0.value.rowCount) }
                .sorted { $0.index < $1.index })
        manifest.segments.append(segment)
        var dead: [UInt64: [Int: DeadRowSet]] = [segmentID: own.filter { $0.value.count > 0 }]
        for (part, relations) in supersede.dead {
            dead[base.manifest.segments[part].id] = relations
        }
        let commitStart = Clock.nanoseconds()
        try publish(manifest, dead: dead)
        receipt.commitTime = Clock.nanoseconds() - commitStart
        receipt.generation = manifest.generation
        receipt.isEmpty = false
        receipt.writtenByteCount = file.fileByteCount
        return receipt
    }

    private func checkReferences(
        _ finished: SegmentBuilder.Finished, _ supersede: Supersede, _ options: WriteOptions,
        _ batch: Batch, _ own: inout [Int: DeadRowSet], _ receipt: inout WriteReceipt
    ) throws(StoreError) {
        let segment = try openNew(finished)
        for check in options.references {
            let checker = ReferenceChecker(
                schema: schema, base: base, segment: segment, own: own, dead: supersede.dead,
                batch: batch)
            let found = try checker.dangling(check)
            guard !found.rows.isEmpty else { continue }
            if check.policy == .refuse {
                let count = found.rows.count
                var error = StoreError(
                    .danglingReference,
                    "\(count) row\(count == 1 ? " refers" : "s refer") to what is not there, the first: \(found.problems[0])"
                )
                error.rows = found.problems
                error.rowCount = count
                throw error
            }
            receipt.danglingCount += found.rows.count
            receipt.dangling += found.problems.prefix(
                max(0, Batch.problemLimit - receipt.dangling.count))
            guard check.policy == .drop, let relation = schema.relationIndex[check.relation] else {
                continue
            }
            for row in found.rows { own[relation]?.insert(row) }
        }
    }

    /// The segment that was just built, to be read before it is committed.
    private func openNew(_ finished: SegmentBuilder.Finished) throws(StoreError) -> SegmentReader {
        let name = Layout.segment(segmentID)
        guard let memory = try store.storage.map(name, byteCount: finished.imageByteCount) else {
            throw StoreError(.io, "vanished while it was written", path: name)
        }
        return try SegmentReader(
            SegmentFile(
                memory, path: "\(store.storage.path)/\(name)",
                imageByteCount: finished.imageByteCount,
                expectedRoot: finished.rootHash))
    }

    private func reject(
        _ segment: SegmentReader, _ finished: SegmentBuilder.Finished, _ supersede: Supersede,
        _ options: WriteOptions, _ batch: Batch, _ own: inout [Int: DeadRowSet],
        _ receipt: inout WriteReceipt
    ) throws(StoreError) {
        var problems: [RowProblem] = []
        var count = 0
        for (index, relation) in finished.relations.sorted(by: { $0.key < $1.key }) {
            let known = supersede.rejected[index] ?? []
            count += relation.duplicateCount + known.count
            for row in known { own[index]?.insert(row) }
            for (row, reason) in relation.duplicateRows.map({
                ($0, "its key stands in the batch already")
            })
                + known.map({ ($0, "its key is in the store already") })
            where problems.count < Batch.problemLimit {
                problems.append(
                    RowProblem(
                        relation: schema.relations[index].schema.name,
                        index: batch.appendedIndex(ofRow: row, in: index),
                        key: try segment.describeKey(schema.relations[index], index, row: row),
                        reason: reason))
            }
        }
        guard count > 0 else { return }
        if options.invalidRows == .abort {
            var error = StoreError(
                .duplicateKey,
                "\(count) row\(count == 1 ? " has a key" : "s have keys") that may not come again, the first: \(problems[0])"
            )
            error.rows = problems
            error.rowCount = count
            throw error
        }
        receipt.problems = problems
        receipt.problemCount = count
    }

    // MARK: - Publishing

    func next(_ kind: Manifest.Kind, label: String) -> Manifest {
        var manifest = base.manifest
        manifest.schema = schema
        manifest.parent = base.manifest.generation
        manifest.generation = base.manifest.generation + 1
        manifest.kind = kind
        manifest.label = label
        manifest.time = Clock.wallNanoseconds()
        manifest.nextSegmentID = segmentID + 1
        return manifest
    }

    var newSegmentID: UInt64 { segmentID }
    var fileByteCount: Int { file.fileByteCount }

    /// Writes dead rows behind the new segment and commits. `dead` has the complete sets of the
    /// relations that changed, by segment.
    func publish(_ planned: Manifest, dead: [UInt64: [Int: DeadRowSet]]) throws(StoreError) {
        var manifest = planned
        var dead = dead
        for (segment, relations) in dead {
            guard let index = manifest.segments.firstIndex(where: { $0.id == segment }) else {
                continue
            }
            for (relation, set) in relations {
                guard
                    let entry = manifest.segments[index].relations.firstIndex(where: {
                        $0.index == relation
                    })
                else { continue }
                manifest.segments[index].relations[entry].dead = Manifest.DeadRef(
                    fileID: segmentID, byteOffset: 0, byteCount: 0, hash: 0, count: set.count)
            }
        }
        // A segment without live rows is not needed any more; dead rows that only its file, or one
        // that was merged, holds move to the new file.
        manifest.segments.removeAll { $0.id != segmentID && $0.liveCount == 0 }
        let files = Set(manifest.segments.map(\.id))
        for segment in manifest.segments {
            for relation in segment.relations {
                guard let ref = relation.dead, !files.contains(ref.fileID),
                    let part = base.manifest.segments.firstIndex(where: { $0.id == segment.id })
                else { continue }
                dead[segment.id, default: [:]][relation.index] = DeadRowSet(
                    base.parts[part].dead[relation.index], rowCount: relation.rowCount)
            }
        }
        let encoded = ByteBuffer()
        for index in manifest.segments.indices {
            let id = manifest.segments[index].id
            for entry in manifest.segments[index].relations.indices {
                let relation = manifest.segments[index].relations[entry].index
                guard let set = dead[id]?[relation], set.count > 0 else { continue }
                encoded.removeAll()
                set.encode(into: encoded)
                encoded.align(8)
                let offset = try file.appendBehindImage(encoded.bytes)
                manifest.segments[index].relations[entry].dead = Manifest.DeadRef(
                    fileID: segmentID, byteOffset: offset, byteCount: encoded.count,
                    hash: xxh3(encoded.bytes), count: set.count)
            }
        }
        if let own = manifest.segments.firstIndex(where: { $0.id == segmentID }) {
            manifest.segments[own].fileByteCount = file.fileByteCount
        }
        do throws(ManifestFile.Failure) {
            try store.manifests.commit(manifest, segment: file)
            isPublished = true
        } catch {
            isPublished = error.isPublished || !store.manifests.withdraw(manifest.generation)
            if error.isSync { store.poison(error.error) }
            throw error.error
        }
    }
}

extension SegmentReader {
    /// A row's key for messages.
    func describeKey(_ relation: StoredSchema.Relation, _ index: Int, row: Int) throws(StoreError)
        -> String
    {
        guard let reader = self.relation(index) else { return "?" }
        var parts: [String] = []
        for column in relation.key {
            if case .interned(let domain) = relation.storage[column],
                let dictionary = dictionary(domain),
                let id = try reader.id(column: column, row: row)
            {
                let bytes = ByteBuffer()
                try dictionary.append(id, to: bytes)
                switch relation.schema.columns[column].type {
                case .string, .enumeration:
                    parts.append(String(decoding: bytes.bytes, as: UTF8.self))
                default:
                    parts.append(
                        orderedValue(bytes.bytes).map(String.init) ?? "\(bytes.count) bytes")
                }
            } else {
                parts.append(
                    try reader.integer(column: column, row: row).map(String.init) ?? "null")
            }
        }
        return parts.joined(separator: ", ")
    }
}
