// SPDX-License-Identifier: Apache-2.0
//
// Reads everything and compares what must agree: every page with its checksum, every block with its
// descriptor, every index with its rows. What only a schema's owner knows (that edges end at
// entities, say) is the owner's to check.

import Codec

/// What `GraphStore.verify` found.
public struct VerifyReport: Sendable {
    public struct Problem: Sendable, CustomStringConvertible {
        public let generation: UInt64
        public let path: String
        public let byteOffset: Int?
        /// Relation, column and block, as far as they are known.
        public let place: String
        public let message: String

        public var description: String {
            let offset = byteOffset.map { " at byte \($0)" } ?? ""
            return "\(path)\(offset)\(place.isEmpty ? "" : " (\(place))"): \(message)"
        }
    }

    public internal(set) var problems: [Problem] = []
    public internal(set) var generations: [UInt64] = []
    public internal(set) var segmentCount = 0
    public internal(set) var checkedByteCount = 0
    public internal(set) var checkedRowCount = 0

    public var isSound: Bool { problems.isEmpty }
}

extension GraphStore {
    /// Checks the current generation, or all that can still be read. Damage is reported, not
    /// thrown; what is thrown is what kept the check from being made.
    public func verify(allGenerations: Bool = false) throws -> VerifyReport {
        var verifier = Verifier()
        if allGenerations {
            // Beyond the current manifest lies what a writer left that died, or is writing now.
            // Damage to the current one is told below.
            var newest = UInt64.max
            do throws(StoreError) { newest = try manifests.current()?.generation ?? 0 } catch {
                guard error.code == .corrupted else { throw error }
            }
            for generation in try manifests.generations() where generation <= newest {
                verifier.check(generation, storage.path) { () throws(StoreError) in
                    guard let manifest = try manifests.read(generation) else { return nil }
                    if let core = try open(manifest) { return core }
                    // A gc takes manifests first: what it takes meanwhile is not missing.
                    guard try manifests.read(generation) == nil else {
                        throw .corrupted("a segment is missing", in: storage.path)
                    }
                    return nil
                }
            }
        }
        verifier.check(0, storage.path) { () throws(StoreError) in try load() }
        return verifier.report
    }
}

private struct Verifier {
    var report = VerifyReport()
    /// Segments that earlier generations shared.
    private var seen = Set<String>()

    private mutating func note(
        _ generation: UInt64, _ error: StoreError, _ path: String, _ place: String = ""
    ) {
        guard report.problems.count < 1000 else { return }
        report.problems.append(
            VerifyReport.Problem(
                generation: generation, path: error.path ?? path, byteOffset: error.byteOffset,
                place: place,
                message: error.message))
    }

    mutating func check(
        _ generation: UInt64, _ path: String, _ open: () throws(StoreError) -> SnapshotCore?
    ) {
        do throws(StoreError) {
            guard let core = try open() else { return }
            if !report.generations.contains(core.manifest.generation) {
                report.generations.append(core.manifest.generation)
            }
            check(core)
        } catch {
            note(generation, error, path)
        }
    }

    private mutating func check(_ core: SnapshotCore) {
        let generation = core.manifest.generation
        for (number, part) in core.parts.enumerated() {
            let entry = core.manifest.segments[number]
            let dead = entry.relations.map { "\($0.index):\($0.dead?.hash ?? 0)" }.joined(
                separator: ",")
            guard seen.insert("\(entry.id) \(entry.rootHash) \(dead)").inserted else { continue }
            let file = part.segment.file
            report.segmentCount += 1
            report.checkedByteCount += file.memory.byteCount
            var isWhole = true
            file.checkAll { range in
                isWhole = false
                let error = StoreError.corrupted(
                    "checksum of a page does not match", in: file.path, at: range.lowerBound)
                note(generation, error, file.path, describe(part.segment, range, core))
            }
            // What lies on damaged pages cannot be compared with anything.
            guard isWhole else { continue }
            for (index, relation) in core.manifest.schema.relations.enumerated() {
                guard let rows = part.segment.relation(index) else { continue }
                do {
                    try check(core, number, part, index, relation, rows)
                } catch let error as StoreError {
                    note(generation, error, file.path, relation.schema.name)
                } catch {
                    note(
                        generation, .corrupted("\(error)", in: file.path), file.path,
                        relation.schema.name)
                }
            }
        }
    }

    private func describe(_ segment: SegmentReader, _ range: Range<Int>, _ core: SnapshotCore)
        -> String
    {
        for (index, relation) in core.manifest.schema.relations.enumerated() {
            guard let rows = segment.relation(index) else { continue }
            let names = rows.places(in: range).map { place -> String in
                let columns = place.columns.compactMap { column in
                    column < relation.schema.columns.count
                        ? relation.schema.columns[column].name : nil
                }
                return "column \(columns.joined(separator: "+")), block \(place.block)"
            }
            if !names.isEmpty {
                return "relation \(relation.schema.name), \(names.joined(separator: "; "))"
            }
        }
        return segment.place(of: range)
    }

    /// Every value can be read, every row has a sound key, and each index leads to the rows that
    /// the others know.
    private mutating func check(
        _ core: SnapshotCore, _ number: Int, _ part: SnapshotCore.Part, _ index: Int,
        _ relation: StoredSchema.Relation, _ rows: RelationReader
    ) throws {
        let reader = Reader(core)
        let path = part.segment.file.path
        func fail(_ message: String) -> StoreError { .corrupted(message, in: path) }
        let dead = part.dead[index]
        var live = 0
        var targets = 0
        for row in 0..<rows.rowCount {
            let id = RowID(part: number, row: row)
            for column in relation.schema.columns.indices {
                let value = try reader.value(index, id, column)
                guard value != .null || relation.schema.columns[column].isNullable else {
                    throw fail("row \(row) has no '\(relation.schema.columns[column].name)'")
                }
            }
            report.checkedRowCount += 1
            if dead.contains(row) { continue }
            live += 1
            var key: [Int64] = []
            for column in relation.key {
                guard let part = try rows.integer(column: column, row: row) else {
                    throw fail("row \(row) has no key")
                }
                key.append(part)
            }
            guard try rows.row(key: key, columns: relation.key) == row else {
                throw fail("the key of row \(row) leads to another row, or none")
            }
            let values = number > 0 ? try relation.key.map { try reader.value(index, id, $0) } : []
            for earlier in 0..<number {
                guard let other = try liveRow(core, earlier, index, relation, values) else {
                    continue
                }
                throw fail("row \(row) and row \(other) of an earlier segment have the same key")
            }
            targets += 1
        }
        guard live == rows.rowCount - dead.count else { throw fail("count of live rows") }
        try checkDictionary(part, relation, path)
        try checkBlocks(rows, relation, path)
        try checkKeys(rows, relation, path)
        try checkTargets(rows, relation, dead, targets, path)
        try checkScopes(rows, relation, path)
    }

    /// A live row with this key in another part.
    private func liveRow(
        _ core: SnapshotCore, _ part: Int, _ index: Int, _ relation: StoredSchema.Relation,
        _ values: [Value]
    ) throws(StoreError) -> Int? {
        guard let rows = core.parts[part].segment.relation(index) else { return nil }
        var key: [Int64] = []
        for (value, column) in zip(values, relation.key) {
            guard let part = try core.parts[part].segment.keyPart(value, relation, column) else {
                return nil
            }
            key.append(part)
        }
        guard let row = try rows.row(key: key, columns: relation.key),
            !core.parts[part].dead[index].contains(row)
        else { return nil }
        return row
    }

    private func checkDictionary(
        _ part: SnapshotCore.Part, _ relation: StoredSchema.Relation, _ path: String
    ) throws {
        for storage in Set(
            relation.storage.compactMap { storage -> Int? in
                if case .interned(let domain) = storage { domain } else { nil }
            })
        {
            guard let dictionary = part.segment.dictionary(storage) else { continue }
            var last: [UInt8]?
            try dictionary.forEachString { id, string in
                let bytes = Array(string)
                if let last, !last.lexicographicallyPrecedes(bytes) {
                    throw StoreError.corrupted("strings of a dictionary are not in order", in: path)
                }
                last = bytes
                guard try dictionary.find(string, hash: xxh3(string)) == id else {
                    throw StoreError.corrupted(
                        "the key index misses a string of its dictionary", in: path)
                }
            }
        }
    }

    /// Blocks as scans read them: whole, or not at all for what their descriptors say.
    private func checkBlocks(
        _ rows: RelationReader, _ relation: StoredSchema.Relation, _ path: String
    ) throws(StoreError) {
        let scratch = ByteBuffer()
        for group in 0..<rows.groupCount {
            let count = try rows.rows(ofGroup: group).count
            scratch.removeAll()
            let values = scratch.appendUninitialized(count * 8).assumingMemoryBound(to: Int64.self)
            for column in relation.schema.columns.indices {
                let entry = rows.column(column)
                switch entry.kind {
                case .absent, .vector: continue
                default: break
                }
                let descriptor = try rows.descriptor(entry.descriptorOffset, group: group)
                let block = try rows.integers(entry, group: group, rowCount: count)
                do throws(CodecError) { try block.decode(into: values) } catch {
                    throw StoreError(error, in: path, at: Int(clamping: descriptor.byteOffset))
                }
                var nulls = 0
                for row in 0..<count {
                    if block.isNull(row) {
                        nulls += 1
                    } else if values[row] < descriptor.minimum || values[row] > descriptor.maximum {
                        throw .corrupted("a value is out of its block's bounds", in: path)
                    }
                }
                guard nulls == block.nullCount else {
                    throw .corrupted("a block has other nulls than it says", in: path)
                }
            }
        }
    }

    /// Also of the strings that no row has as its key, but others know.
    private func checkKeys(
        _ rows: RelationReader, _ relation: StoredSchema.Relation, _ path: String
    ) throws(StoreError) {
        var count = 0
        for id in 0..<max(rows.keyOffsets.count - 1, 0) {
            for entry in try rows.keyOffsets.range(id, limit: rows.keyRows.count) {
                guard try rows.id(column: relation.key[0], row: try rows.keyRows.value(entry)) == id
                else {
                    throw .corrupted("the key index leads to another row", in: path)
                }
                count += 1
            }
        }
        guard count == rows.keyRows.count else {
            throw .corrupted("the key index misses rows", in: path)
        }
    }

    private func checkTargets(
        _ rows: RelationReader, _ relation: StoredSchema.Relation, _ dead: DeadRows,
        _ liveCount: Int, _ path: String
    ) throws(StoreError) {
        guard let column = relation.target else { return }
        guard let index = rows.target else {
            throw .corrupted("a relation without its target index", in: path)
        }
        var live = 0
        for id in 0..<max(index.offsets.count - 1, 0) {
            for entry in try index.offsets.range(id, limit: index.rows.count) {
                let row = try index.rows.value(entry)
                let near =
                    relation.hasEdges && row < rows.rowCount
                    ? try rows.id(column: relation.key[0], row: row) : 0
                guard row < rows.rowCount, try rows.id(column: column, row: row) == id,
                    near == (try index.neighbours.value(entry))
                else { throw .corrupted("the target index leads to another row", in: path) }
                if !dead.contains(row) { live += 1 }
            }
        }
        guard live == liveCount else { throw .corrupted("the target index misses rows", in: path) }
    }

    private func checkScopes(
        _ rows: RelationReader, _ relation: StoredSchema.Relation, _ path: String
    ) throws(StoreError) {
        guard let column = relation.scope else { return }
        guard let index = rows.scope else {
            throw .corrupted("a relation without its scope index", in: path)
        }
        var count = 0
        for id in 0..<max(index.offsets.count - 1, 0) {
            for run in try index.offsets.range(id, limit: index.starts.count) {
                let start = try index.starts.value(run)
                for row in start..<start + (try index.counts.value(run)) {
                    guard row < rows.rowCount, try rows.id(column: column, row: row) == id else {
                        throw .corrupted("the scope index leads to another row", in: path)
                    }
                    count += 1
                }
            }
        }
        guard count == rows.rowCount else {
            throw .corrupted("the scope index misses rows", in: path)
        }
    }
}
