// SPDX-License-Identifier: Apache-2.0
//
// The second half of a relation's way to the disk: once all strings have their final numbers, the
// interned columns become blocks, and the rows are sorted into the indexes: by key, by target, by
// scope. Runs beside the finishers of other relations; what it makes takes its place in the file
// afterwards.

import Codec

final class RelationFinisher {
    private let builder: RelationBuilder
    private let relation: StoredSchema.Relation
    private let domains: [DomainBuilder]
    private let space: ScratchSpace
    private let memoryLimit: Int
    private let keepsFirst: Bool

    let sink: SectionSink
    /// Blocks of interned columns; offsets count from the sink.
    private(set) var blocks: [Int: [BlockDescriptor]] = [:]
    private(set) var directory = SegmentDirectory.Relation()
    /// Rows that a later one of the batch replaced or deleted.
    private(set) var dead: DeadRowSet
    /// Rows whose key came before.
    private(set) var duplicateRows: [Int] = []
    private(set) var duplicateCount = 0
    /// Keys that the batch deletes, as values of the key columns, even if it gives them again: what
    /// the store has of them goes, and is nothing that a row could be a duplicate of.
    private(set) var deletedKeys: [[UInt64]] = []

    private let keyLayout: RecordLayout
    private let keys: ExternalSorter
    private let rowWidth: Int
    private let keyBases: [Int64]

    /// `keepsFirst` if a row must not replace an earlier one of its key.
    init(
        _ builder: RelationBuilder, _ domains: [DomainBuilder], _ space: ScratchSpace,
        memoryLimit: Int,
        keepsFirst: Bool
    ) {
        self.builder = builder
        relation = builder.relation
        self.domains = domains
        self.space = space
        sink = SectionSink(space)
        self.memoryLimit = memoryLimit
        self.keepsFirst = keepsFirst
        dead = DeadRowSet(rowCount: builder.rowCount)
        rowWidth = bitWidth(UInt64(max(builder.rowCount, 1) - 1))
        var widths: [Int] = []
        var bases: [Int64] = []
        for column in relation.key {
            if case .interned(let domain) = relation.storage[column] {
                widths.append(bitWidth(UInt64(max(domains[domain].finalCount, 1) - 1)))
                bases.append(0)
            } else {
                let range = builder.keyRanges[column] ?? 0...0
                widths.append(bitWidth(UInt64(bitPattern: range.upperBound &- range.lowerBound)))
                bases.append(range.lowerBound)
            }
        }
        keyBases = bases
        widths.append(bitWidth(UInt64(builder.rowCount * 2)))
        keyLayout = RecordLayout(widths)
        keys = ExternalSorter(words: keyLayout.words, space, memoryLimit: memoryLimit)
    }

    func finish() throws(StoreError) {
        directory.index = builder.index
        directory.rowCount = builder.rowCount
        directory.groupCount = builder.firstRows.count
        let targetWidths = relation.target.map {
            [idWidth($0), idWidth(relation.key[0]), rowWidth]
        }
        let scopeWidths = relation.scope.map { [idWidth($0), rowWidth] }
        let targets = Sorted(targetWidths, space, memoryLimit)
        let scopes = Sorted(scopeWidths, space, memoryLimit)
        try placeRows(targets, scopes)
        try writeKeyIndex()
        if let targets { directory.target = try writeTargetIndex(targets) }
        if let scopes { directory.scope = try writeScopeIndex(scopes) }
    }

    private func domain(_ column: Int) -> DomainBuilder? {
        if case .interned(let domain) = relation.storage[column] { return domains[domain] }
        return nil
    }

    private func idWidth(_ column: Int) -> Int {
        bitWidth(UInt64(max(domain(column)?.finalCount ?? 1, 1) - 1))
    }

    /// A sorter with its layout.
    private final class Sorted {
        let layout: RecordLayout
        let sorter: ExternalSorter
        private let record: UnsafeMutablePointer<UInt64>

        init?(_ widths: [Int]?, _ space: ScratchSpace, _ memoryLimit: Int) {
            guard let widths else { return nil }
            layout = RecordLayout(widths)
            sorter = ExternalSorter(words: layout.words, space, memoryLimit: memoryLimit)
            record = .allocate(capacity: layout.words)
        }

        deinit { record.deallocate() }

        @inline(__always)
        func append(_ fields: UnsafePointer<UInt64>) throws(StoreError) {
            layout.pack(fields, into: record)
            try sorter.append(record)
        }
    }

    // MARK: - Rows

    /// Final numbers into blocks, and every row and tombstone to the sorters.
    private func placeRows(_ targets: Sorted?, _ scopes: Sorted?) throws(StoreError) {
        let interned = relation.storage.indices.filter { builder.idSpools[$0] != nil }
        var spools = Dictionary(
            uniqueKeysWithValues: interned.compactMap { column in
                builder.idSpools[column].map { (column, $0.reader()) }
            })
        var keyValues = relation.key.map { builder.keySpools[$0]?.reader() }
        var tombstones = builder.tombstones.reader()
        let buffers = relation.storage.map { _ in NumberBuffer() }
        let record = UnsafeMutablePointer<UInt64>.allocate(capacity: keyLayout.words)
        let fields = UnsafeMutablePointer<UInt64>.allocate(capacity: max(4, relation.key.count + 1))
        defer {
            record.deallocate()
            fields.deallocate()
        }
        for column in interned { blocks[column] = [] }
        let encoded = ByteBuffer()
        var run = -1
        var runEnd = 0
        var mappings: [Int: [UInt32]] = [:]

        func enterNextRun() throws(StoreError) {
            run += 1
            runEnd =
                run + 1 < builder.runStarts.count
                ? builder.runStarts[run + 1].row : builder.rowCount
            mappings.removeAll()
            for column in interned {
                guard case .interned(let domain) = relation.storage[column], mappings[domain] == nil
                else { continue }
                mappings[domain] = try domains[domain].mapping(ofRun: run)
            }
            let end =
                run + 1 < builder.runStarts.count
                ? builder.runStarts[run + 1].tombstone : builder.tombstoneCount
            for _ in builder.runStarts[run].tombstone..<end {
                let rowsBefore = try tombstones.next(UInt64.self)
                for (part, column) in relation.key.enumerated() {
                    let value = try tombstones.next(UInt64.self)
                    if case .interned(let domain) = relation.storage[column] {
                        fields[part] = UInt64(mappings[domain]?[Int(value)] ?? 0)
                    } else {
                        fields[part] = value &- UInt64(bitPattern: keyBases[part])
                    }
                }
                fields[relation.key.count] = rowsBefore * 2
                keyLayout.pack(fields, into: record)
                try keys.append(record)
            }
        }

        try enterNextRun()
        for group in builder.firstRows.indices {
            let first = Int(builder.firstRows[group])
            let end =
                group + 1 < builder.firstRows.count
                ? Int(builder.firstRows[group + 1]) : builder.rowCount
            for column in interned { buffers[column].removeAll() }
            var row = first
            while row < end {
                while row >= runEnd { try enterNextRun() }
                let stop = min(end, runEnd)
                for column in interned {
                    guard case .interned(let domain) = relation.storage[column],
                        let mapping = mappings[domain],
                        var spool = spools[column]
                    else { continue }
                    // The reader is a value: taken out and put back, or it would be copied.
                    spools[column] = nil
                    let buffer = buffers[column]
                    for _ in row..<stop {
                        let id = try spool.next(UInt32.self)
                        if id == DomainBuilder.null {
                            buffer.appendNull()
                        } else {
                            buffer.append(Int64(mapping[Int(id)]))
                        }
                    }
                    spools[column] = spool
                }
                row = stop
            }
            for row in first..<end {
                for (part, column) in relation.key.enumerated() {
                    if builder.idSpools[column] != nil {
                        fields[part] = value(buffers[column], row - first)
                    } else if let value = try keyValues[part]?.next(Int64.self) {
                        fields[part] = UInt64(bitPattern: value &- keyBases[part])
                    }
                }
                fields[relation.key.count] = UInt64(row * 2 + 1)
                keyLayout.pack(fields, into: record)
                try keys.append(record)
                if let targets, let target = relation.target {
                    fields[0] = value(buffers[target], row - first)
                    fields[1] = value(buffers[relation.key[0]], row - first)
                    fields[2] = UInt64(row)
                    try targets.append(fields)
                }
                if let scopes, let scope = relation.scope {
                    fields[0] = value(buffers[scope], row - first)
                    fields[1] = UInt64(row)
                    try scopes.append(fields)
                }
            }
            for column in interned {
                encoded.removeAll()
                var descriptor = buffers[column].encode(wanted: nil, into: encoded)
                descriptor.byteOffset = UInt64(try sink.append(encoded.bytes).byteOffset)
                blocks[column]?.append(descriptor)
            }
        }
        while run + 1 < builder.runStarts.count { try enterNextRun() }
    }

    @inline(__always)
    private func value(_ buffer: NumberBuffer, _ index: Int) -> UInt64 {
        buffer.values.base.load(fromByteOffset: index &* 8, as: UInt64.self)
    }

    // MARK: - Indexes

    /// Walks the rows in the order of their keys; of each key the last operation counts.
    private func writeKeyIndex() throws(StoreError) {
        let parts = relation.key.count
        let firstCount = domain(relation.key[0])?.finalCount ?? 0
        let offsets = PackedSpool(space, width: bitWidth(UInt64(builder.rowCount)))
        let rows = PackedSpool(space, width: rowWidth)
        let fields = UnsafeMutablePointer<UInt64>.allocate(capacity: parts + 1)
        let current = UnsafeMutablePointer<UInt64>.allocate(capacity: parts + 1)
        defer {
            fields.deallocate()
            current.deallocate()
        }
        var isFirst = true
        var isDeleted = false
        var winner: UInt64 = 0
        var nextID = 0
        func settle() throws(StoreError) {
            if isFirst { return }
            if isDeleted {
                deletedKeys.append(
                    (0..<parts).map { current[$0] &+ UInt64(bitPattern: keyBases[$0]) })
            }
            if winner & 1 == 0 { return }
            while nextID <= Int(current[0]) {
                try offsets.append(rows.count)
                nextID += 1
            }
            try rows.append(Int(winner >> 1))
        }
        try keys.forEachRecord { record throws(StoreError) in
            keyLayout.unpack(record, into: fields)
            var isSame = !isFirst
            for part in 0..<parts where isSame && fields[part] != current[part] { isSame = false }
            let operation = fields[parts]
            if isSame {
                if winner & 1 == 1, operation & 1 == 1 {
                    duplicateCount += 1
                    if keepsFirst {
                        if duplicateRows.count < 1000 { duplicateRows.append(Int(operation >> 1)) }
                        dead.insert(Int(operation >> 1))
                        return
                    }
                }
                if winner & 1 == 1 { dead.insert(Int(winner >> 1)) }
            } else {
                try settle()
                for part in 0..<parts { current[part] = fields[part] }
                isDeleted = false
            }
            isFirst = false
            if operation & 1 == 0 { isDeleted = true }
            winner = operation
        }
        try settle()
        while nextID <= firstCount {
            try offsets.append(rows.count)
            nextID += 1
        }
        directory.keyOffsets = try sink.append(offsets)
        directory.keyRows = try sink.append(rows)
    }

    private func writeTargetIndex(_ sorted: Sorted) throws(StoreError) -> SegmentDirectory.Target {
        let count = relation.target.flatMap { domain($0)?.finalCount } ?? 0
        let offsets = PackedSpool(space, width: bitWidth(UInt64(builder.rowCount)))
        let rows = PackedSpool(space, width: rowWidth)
        // What is no edge has no near end.
        let neighbours = PackedSpool(
            space, width: relation.hasEdges ? idWidth(relation.key[0]) : 0)
        let fields = UnsafeMutablePointer<UInt64>.allocate(capacity: 3)
        defer { fields.deallocate() }
        var nextID = 0
        try sorted.sorter.forEachRecord { record throws(StoreError) in
            sorted.layout.unpack(record, into: fields)
            if dead.count > 0, dead.contains(Int(fields[2])) { return }
            while nextID <= Int(fields[0]) {
                try offsets.append(rows.count)
                nextID += 1
            }
            try neighbours.append(relation.hasEdges ? Int(fields[1]) : 0)
            try rows.append(Int(fields[2]))
        }
        while nextID <= count {
            try offsets.append(rows.count)
            nextID += 1
        }
        var target = SegmentDirectory.Target()
        target.offsets = try sink.append(offsets)
        target.rows = try sink.append(rows)
        target.neighbours = try sink.append(neighbours)
        return target
    }

    private func writeScopeIndex(_ sorted: Sorted) throws(StoreError) -> SegmentDirectory.Scope {
        let count = relation.scope.flatMap { domain($0)?.finalCount } ?? 0
        let width = bitWidth(UInt64(builder.rowCount))
        let offsets = PackedSpool(space, width: width)
        let starts = PackedSpool(space, width: width)
        let counts = PackedSpool(space, width: width)
        let fields = UnsafeMutablePointer<UInt64>.allocate(capacity: 2)
        defer { fields.deallocate() }
        var nextID = 0
        var scope: UInt64?
        var run = 0..<0
        func settle() throws(StoreError) {
            if run.isEmpty { return }
            try starts.append(run.lowerBound)
            try counts.append(run.count)
        }
        try sorted.sorter.forEachRecord { record throws(StoreError) in
            sorted.layout.unpack(record, into: fields)
            let row = Int(fields[1])
            if scope == fields[0], run.upperBound == row {
                run = run.lowerBound..<row + 1
                return
            }
            try settle()
            while nextID <= Int(fields[0]) {
                try offsets.append(starts.count)
                nextID += 1
            }
            scope = fields[0]
            run = row..<row + 1
        }
        try settle()
        while nextID <= count {
            try offsets.append(starts.count)
            nextID += 1
        }
        var index = SegmentDirectory.Scope()
        index.offsets = try sink.append(offsets)
        index.starts = try sink.append(starts)
        index.counts = try sink.append(counts)
        return index
    }
}
