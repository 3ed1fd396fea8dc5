// SPDX-License-Identifier: Apache-2.0
//
// Rows in, a segment out. A batch and a compaction both come through here.

import Codec
import Dispatch
import Platform
import Synchronization

struct SegmentOptions {
    /// Bytes that the strings of a batch may take before they are written away.
    var internMemoryLimit: Int
    /// Bytes that each sort may take; up to six run at a time.
    var sortMemoryLimit: Int
    /// Bytes of each column's numbers before they are written away.
    var spoolMemoryLimit: Int
    var compressionLevel: Int32 = 1
    var valueByteLimit = Limits.valueByteCount
    /// A row must not replace an earlier one of the batch.
    var keepsFirst = false

    init(memoryBudget: Int) {
        internMemoryLimit = memoryBudget / 4
        sortMemoryLimit = memoryBudget / 16
        spoolMemoryLimit = max(1024, min(memoryBudget / 256, 256 << 10))
    }
}

final class SegmentBuilder {
    let schema: StoredSchema
    private let options: SegmentOptions
    private let file: SegmentFileWriter
    private let space: ScratchSpace
    private let domains: [DomainBuilder]
    private let queue: EncodeQueue
    /// By relation; made when a batch first has to do with it, for most have to do with few.
    private let builders: UnsafeMutableBufferPointer<RelationBuilder?>
    private let rowBuilders: UnsafeMutableBufferPointer<RowBuilder?>
    private var sealedRunCount = 0

    /// A finished segment, not yet part of the store.
    struct Finished {
        let imageByteCount: Int
        let rootHash: UInt64
        let relations: [Int: FinishedRelation]
    }

    struct FinishedRelation {
        let rowCount: Int
        let dead: DeadRowSet
        let duplicateRows: [Int]
        let duplicateCount: Int
        let deletedKeys: [[UInt64]]
        let scopes: [[UInt8]]
    }

    init(
        _ schema: StoredSchema, _ file: SegmentFileWriter, _ storage: any Storage,
        _ options: SegmentOptions
    ) {
        self.schema = schema
        self.options = options
        self.file = file
        let space = ScratchSpace(storage, spoolLimit: options.spoolMemoryLimit)
        self.space = space
        let domains = schema.domains.map { _ in DomainBuilder(space) }
        self.domains = domains
        queue = EncodeQueue(level: options.compressionLevel)
        builders = .allocate(capacity: schema.relations.count)
        builders.initialize(repeating: nil)
        rowBuilders = .allocate(capacity: schema.relations.count)
        rowBuilders.initialize(repeating: nil)
    }

    deinit {
        builders.deinitialize()
        builders.deallocate()
        rowBuilders.deinitialize()
        rowBuilders.deallocate()
    }

    var isTouched: Bool { relations.contains { $0.isTouched } }

    /// Those that the batch has to do with, in their order.
    var relations: [RelationBuilder] { builders.compactMap { $0 } }

    @inline(__always)
    func relation(_ index: Int) -> RelationBuilder { builders[index] ?? start(index) }

    @inline(never)
    private func start(_ index: Int) -> RelationBuilder {
        let builder = RelationBuilder(index, schema.relations[index], domains, space)
        for _ in 0..<sealedRunCount { builder.sealRun() }
        builders[index] = builder
        return builder
    }

    var byteOffset: Int { file.byteOffset }

    /// An empty row of the relation, to be filled and given to `append`.
    func row(_ relation: Int) -> RowBuilder {
        let row = rowBuilders[relation] ?? startRows(relation)
        row.reset()
        return row
    }

    @inline(never)
    private func startRows(_ relation: Int) -> RowBuilder {
        let row = RowBuilder(schema.relations[relation], valueLimit: options.valueByteLimit)
        rowBuilders[relation] = row
        return row
    }

    /// Appends a row that `check` found right.
    func append(_ row: RowBuilder, to relation: Int) throws(StoreError) {
        let builder = self.relation(relation)
        guard builder.rowCount < Limits.rowCount else {
            throw StoreError(
                .limitExceeded, "a batch has more than \(Limits.rowCount) rows of one relation")
        }
        try builder.append(row, queue) { index, encoded throws(StoreError) in
            try write(index, encoded)
        }
        if builder.rowCount & 63 == 0 { try sealIfLarge() }
    }

    func delete(_ row: RowBuilder, from relation: Int) throws(StoreError) {
        try self.relation(relation).delete(row)
        try sealIfLarge()
    }

    func replaceScope(_ scope: [UInt8], in relation: Int) {
        self.relation(relation).replaceScope(scope)
    }

    private func sealIfLarge() throws(StoreError) {
        var byteCount = 0
        for domain in domains { byteCount += domain.memoryByteCount }
        guard byteCount > options.internMemoryLimit else { return }
        for domain in domains { try domain.sealRun() }
        for relation in relations { relation.sealRun() }
        sealedRunCount += 1
    }

    /// A finished group takes its place in the file.
    private func write(_ index: Int, _ encoded: GroupBuffers.Encoded) throws(StoreError) {
        let base = UInt64(file.align())
        try file.append(encoded.bytes.bytes)
        let relation = self.relation(index)
        for (column, descriptor) in encoded.columns.enumerated() {
            guard var descriptor else { continue }
            descriptor.byteOffset += base
            relation.columnBlocks[column].append(descriptor)
        }
        for (family, descriptor) in encoded.families.enumerated() {
            var descriptor = descriptor
            descriptor.byteOffset += base
            relation.familyBlocks[family].append(descriptor)
        }
    }

    // MARK: - The end

    /// Writes everything that waited for the end of the batch. The file is complete, not synced.
    func finish() throws(StoreError) -> Finished {
        let relations = relations
        for relation in relations {
            try relation.finishGroup(queue) { index, encoded throws(StoreError) in
                try write(index, encoded)
            }
        }
        // Dictionaries are sorted while the last groups are compressed.
        let memoryLimit = options.sortMemoryLimit
        let isLarge = relations.contains { $0.rowCount > 1000 }
        let domains = domains
        let sinks = domains.map { _ in SectionSink(space) }
        func dictionary(_ domain: Int) throws(StoreError) -> SegmentDirectory.Dictionary {
            guard !domains[domain].isEmpty else { return SegmentDirectory.Dictionary() }
            let dictionary = try domains[domain].finish(memoryLimit: memoryLimit)
            return try dictionary.write(to: sinks[domain], domain: domain)
        }
        var dictionaries = try forAll(Array(domains.indices), concurrently: isLarge) {
            domain throws(StoreError) -> SegmentDirectory.Dictionary? in
            domains[domain].rank() ? nil : try dictionary(domain)
        }
        // With the strings' order known, the dictionaries are written beside the rest.
        let used = relations.filter(\.isTouched)
        let finishers = used.map {
            RelationFinisher(
                $0, domains, space, memoryLimit: memoryLimit, keepsFirst: options.keepsFirst)
        }
        let waiting = domains.indices.filter { dictionaries[$0] == nil }
        let written = try forAll(
            Array(0..<finishers.count + waiting.count), concurrently: isLarge
        ) { task throws(StoreError) -> SegmentDirectory.Dictionary? in
            guard task < finishers.count else {
                return try dictionary(waiting[task - finishers.count])
            }
            try finishers[task].finish()
            return nil
        }
        for (domain, dictionary) in zip(waiting, written[finishers.count...]) {
            dictionaries[domain] = dictionary
        }
        try queue.finish { index, encoded throws(StoreError) in try write(index, encoded) }

        var directory = SegmentDirectory()
        for (sink, dictionary) in zip(sinks, dictionaries) {
            guard var dictionary, dictionary.count > 0 else { continue }
            dictionary.relocate(by: try sink.write(to: file))
            directory.dictionaries.append(dictionary)
        }
        var finished: [Int: FinishedRelation] = [:]
        for (builder, finisher) in zip(used, finishers) {
            finished[builder.index] = FinishedRelation(
                rowCount: builder.rowCount, dead: finisher.dead,
                duplicateRows: finisher.duplicateRows,
                duplicateCount: finisher.duplicateCount, deletedKeys: finisher.deletedKeys,
                scopes: builder.scopes)
            if builder.rowCount > 0 {
                directory.relations.append(try place(builder, finisher))
            }
        }
        let result = try file.finish(directory)
        return Finished(
            imageByteCount: result.byteCount, rootHash: result.rootHash, relations: finished)
    }

    private func place(
        _ builder: RelationBuilder, _ finisher: RelationFinisher
    ) throws(StoreError) -> SegmentDirectory.Relation {
        var relation = finisher.directory
        let base = try finisher.sink.write(to: file)
        relation.relocateIndexes(by: base)
        relation.firstRowOffset = file.align()
        try builder.firstRows.withUnsafeBufferPointer { rows throws(StoreError) in
            try file.append(UnsafeRawBufferPointer(rows))
        }
        for (column, storage) in builder.relation.storage.enumerated() {
            var entry = SegmentDirectory.Column()
            entry.index = column
            var blocks = builder.columnBlocks[column]
            switch storage {
            case .interned(let domain):
                entry.kind = .interned
                entry.parameter = domain
                blocks = finisher.blocks[column] ?? []
                for i in blocks.indices { blocks[i].byteOffset += UInt64(base) }
                // A column of nulls only may have no dictionary to refer to.
                if domains[domain].isEmpty { continue }
            case .fixed: entry.kind = .fixed
            case .text(let family):
                entry.kind = .text
                entry.parameter = family
            case .vector(let byteCount):
                entry.kind = .vector
                entry.parameter = byteCount
            }
            entry.descriptorOffset = try write(blocks)
            relation.columns.append(entry)
        }
        for (index, blocks) in builder.familyBlocks.enumerated() {
            var family = SegmentDirectory.Family()
            family.descriptorOffset = try write(blocks)
            for training in builder.trainings[index] {
                let offset = file.align()
                let isUsed = blocks.contains {
                    $0.compression == .zstdDictionary
                        && $0.dictionaryIndex == UInt32(training.index)
                }
                let bytes = isUsed ? training.bytes : []
                try bytes.withUnsafeBufferPointer { bytes throws(StoreError) in
                    try file.append(UnsafeRawBufferPointer(bytes))
                }
                family.dictionaries.append(
                    SegmentDirectory.Section(byteOffset: offset, byteCount: bytes.count))
            }
            relation.families.append(family)
        }
        return relation
    }

    private func write(_ blocks: [BlockDescriptor]) throws(StoreError) -> Int {
        let offset = file.align()
        let encoded = ByteBuffer(capacity: blocks.count * BlockDescriptor.byteCount)
        for block in blocks { block.encode(into: encoded) }
        try file.append(encoded.bytes)
        return offset
    }
}

/// Calls `body` with each item, on all cores if `concurrently`; the results in the items' order.
private func forAll<Item, Result>(
    _ items: [Item], concurrently: Bool, _ body: (Item) throws(StoreError) -> Result
) throws(StoreError) -> [Result] {
    typealias Outcome = Swift.Result<Result, StoreError>
    func run(_ item: Item) -> Outcome {
        do throws(StoreError) { return .success(try body(item)) } catch { return .failure(error) }
    }
    var outcomes: [Outcome?] = Array(repeating: nil, count: items.count)
    if concurrently {
        withoutActuallyEscaping(run) { run in
            outcomes.withUnsafeMutableBufferPointer { slots in
                // SAFETY: each iteration touches its own item and its own slot, and all are over
                // when concurrentPerform returns.
                let shared = Shared(slots: slots, items: items, run: run)
                DispatchQueue.concurrentPerform(iterations: items.count) { shared.perform($0) }
            }
        }
    } else {
        for (index, item) in items.enumerated() { outcomes[index] = run(item) }
    }
    var results: [Result] = []
    for outcome in outcomes {
        guard let outcome else { continue }
        results.append(try outcome.get())
    }
    return results
}

private struct Shared<Item, Result>: @unchecked Sendable {
    let slots: UnsafeMutableBufferPointer<Swift.Result<Result, StoreError>?>
    let items: [Item]
    let run: (Item) -> Swift.Result<Result, StoreError>

    func perform(_ index: Int) { slots[index] = run(items[index]) }
}
