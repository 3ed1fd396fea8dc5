// SPDX-License-Identifier: Apache-2.0
//
// Collects a relation's rows. Fixed and text columns are encoded group by group as the rows come;
// what refers to dictionaries waits, as small numbers, until all strings are known:
// `RelationFinisher`.

import Codec

final class RelationBuilder {
    let index: Int
    let relation: StoredSchema.Relation
    private let space: ScratchSpace
    private let domains: [DomainBuilder]

    @exclusivity(unchecked) private(set) var rowCount = 0
    /// The group that is being filled, and the same without a reference count.
    private var buffers: GroupBuffers?
    @exclusivity(unchecked) private var current: Unmanaged<GroupBuffers>?
    /// The first row of each group.
    private(set) var firstRows: [UInt32] = []
    /// Blocks by column; those of interned columns are added at the end.
    var columnBlocks: [[BlockDescriptor]]
    var familyBlocks: [[BlockDescriptor]]
    private(set) var trainings: [[FamilyTraining]]

    /// Numbers in their domains, of each run its own.
    let idSpools: [Spool?]
    /// Values of key columns that are fixed.
    let keySpools: [Spool?]
    /// Smallest and largest value of each fixed key column, tombstones included.
    private(set) var keyRanges: [ClosedRange<Int64>?]
    /// The rows, and the tombstones, at which each run of the domains begins.
    private(set) var runStarts: [(row: Int, tombstone: Int)] = [(0, 0)]

    /// Deleted keys: how many rows came before, then the key's columns.
    let tombstones: Spool
    private(set) var tombstoneCount = 0
    private(set) var scopes: [[UInt8]] = []
    @exclusivity(unchecked) private(set) var inputByteCount = 0
    private let internedColumns: UnsafeMutableBufferPointer<InternedColumn>
    private let fixedKeyColumns: [Int]

    /// What it refers to is held by the properties above: reference counts would cost more than
    /// the number that is appended.
    private struct InternedColumn {
        let column: Int
        let ids: Unmanaged<ByteBuffer>
        let domain: Unmanaged<DomainBuilder>
        /// The number of the last value; files, languages and kinds come in long runs.
        var lastID = DomainBuilder.null
    }

    /// Groups that share a compression dictionary.
    private static let groupsPerTraining = 32

    init(
        _ index: Int, _ relation: StoredSchema.Relation, _ domains: [DomainBuilder],
        _ space: ScratchSpace
    ) {
        self.index = index
        self.relation = relation
        self.space = space
        self.domains = domains
        let columnCount = relation.storage.count
        columnBlocks = Array(repeating: [], count: columnCount)
        familyBlocks = Array(repeating: [], count: relation.families.count)
        trainings = Array(repeating: [], count: relation.families.count)
        idSpools = relation.storage.map { storage in
            if case .interned = storage { Spool(space) } else { nil }
        }
        keySpools = relation.storage.enumerated().map { column, storage in
            relation.key.contains(column) && storage == .fixed ? Spool(space) : nil
        }
        keyRanges = Array(repeating: nil, count: columnCount)
        tombstones = Spool(space)
        var interned: [InternedColumn] = []
        for (column, storage) in relation.storage.enumerated() {
            guard case .interned(let domain) = storage, let spool = idSpools[column] else {
                continue
            }
            interned.append(
                InternedColumn(
                    column: column, ids: .passUnretained(spool.buffer),
                    domain: .passUnretained(domains[domain])))
        }
        internedColumns = .allocate(capacity: interned.count)
        _ = internedColumns.initialize(from: interned)
        let fixed = keySpools
        fixedKeyColumns = fixed.indices.filter { fixed[$0] != nil }
    }

    deinit { internedColumns.deallocate() }

    var isTouched: Bool { rowCount > 0 || tombstoneCount > 0 || !scopes.isEmpty }

    // MARK: - Rows

    func append(
        _ row: RowBuilder, _ queue: EncodeQueue,
        _ write: (Int, GroupBuffers.Encoded) throws(StoreError) -> Void
    ) throws(StoreError) {
        let slots = row.slots
        for i in 0..<internedColumns.count {
            let entry = internedColumns.baseAddress.unsafelyUnwrapped + i
            let slot = slots[entry.pointee.column]
            var id = DomainBuilder.null
            if !slot.isNull {
                let last = entry.pointee.lastID
                // Here, for a closure that captures the row would count references to it.
                let bytes = row.bytes(slot)
                id = entry.pointee.domain._withUnsafeGuaranteedRef { domain in
                    last != DomainBuilder.null && domain.isEqual(last, bytes)
                        ? last : domain.intern(bytes)
                }
                entry.pointee.lastID = id
            }
            entry.pointee.ids._withUnsafeGuaranteedRef { $0.append(id) }
        }
        if !fixedKeyColumns.isEmpty { try appendFixedKeys(row) }
        let buffers = current ?? startGroup(queue)
        let isFull = buffers._withUnsafeGuaranteedRef { buffers in
            buffers.append(row)
            return buffers.isFull
        }
        rowCount += 1
        inputByteCount += row.arena.count + slots.count * 8
        if isFull { try finishGroup(queue, write) }
    }

    @inline(never)
    private func appendFixedKeys(_ row: RowBuilder) throws(StoreError) {
        for column in fixedKeyColumns {
            let slot = row.slots[column]
            try keySpools[column]?.append(slot.number)
            widen(column, slot.number)
        }
    }

    @inline(never)
    private func startGroup(_ queue: EncodeQueue) -> Unmanaged<GroupBuffers> {
        let fresh = queue.buffers(index, relation)
        buffers = fresh
        firstRows.append(UInt32(rowCount))
        let reference = Unmanaged.passUnretained(fresh)
        current = reference
        return reference
    }

    private func widen(_ column: Int, _ value: Int64) {
        let range = keyRanges[column] ?? value...value
        keyRanges[column] = min(range.lowerBound, value)...max(range.upperBound, value)
    }

    func finishGroup(
        _ queue: EncodeQueue, _ write: (Int, GroupBuffers.Encoded) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard let buffers, buffers.rowCount > 0 else { return }
        self.buffers = nil
        current = nil
        for spool in idSpools { try spool?.spillIfLarge() }
        let group = firstRows.count - 1
        for family in trainings.indices where group % Self.groupsPerTraining == 0 {
            let leader = relation.schema.columns[relation.families[family][0]]
            let fixed = leader.compression
            // The groups of the last but one are done: fewer are under way than share one.
            if trainings[family].count >= 2 {
                trainings[family][trainings[family].count - 2].retire()
            }
            trainings[family].append(
                FamilyTraining(
                    index: trainings[family].count,
                    isWanted: fixed == nil ? !leader.isHot : fixed == .zstdDictionary))
        }
        let training = trainings.map { $0[$0.count - 1] }
        try queue.submit(
            buffers, relation: index, training: training,
            leads: group % Self.groupsPerTraining == 0, write: write)
    }

    // MARK: - What goes

    /// Marks the rows with this key as deleted, those before it in the batch included.
    func delete(_ row: RowBuilder) throws(StoreError) {
        try tombstones.append(UInt64(rowCount))
        for column in relation.key {
            let slot = row.slots[column]
            if case .interned(let domain) = relation.storage[column] {
                try tombstones.append(UInt64(domains[domain].intern(row.bytes(slot))))
            } else {
                try tombstones.append(UInt64(bitPattern: slot.number))
                widen(column, slot.number)
            }
        }
        tombstoneCount += 1
    }

    func replaceScope(_ scope: [UInt8]) { scopes.append(scope) }

    /// The domains begin a new run.
    func sealRun() {
        runStarts.append((rowCount, tombstoneCount))
        for i in internedColumns.indices { internedColumns[i].lastID = DomainBuilder.null }
    }
}
