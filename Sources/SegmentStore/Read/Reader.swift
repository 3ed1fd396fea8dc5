// SPDX-License-Identifier: Apache-2.0
//
// Reads values off a snapshot. Holds the buffers that decoding needs, so it belongs to one thread;
// bytes that it returns are valid until its next call.

import Codec

public final class Reader {
    package let core: SnapshotCore
    let schema: StoredSchema
    private let texts: TextReader
    private let string = ByteBuffer(capacity: 256)
    let nodes = ByteBuffer(capacity: 256)
    /// The row that was read last: several columns of a row are asked for one after the other.
    @exclusivity(unchecked) private var located: LocatedRow?
    /// The key of the row that was found or read last: parts of it are asked for next.
    private let lastKey = ByteBuffer(capacity: 256)
    @exclusivity(unchecked) private var lastKeyRow = RowID(part: -1, row: -1)
    @exclusivity(unchecked) private var lastKeyRelation = -1
    @exclusivity(unchecked) private var searchCount = 0
    @exclusivity(unchecked) private var filters: [KeyFilter?]
    private var scanBuffers: [ByteBuffer] = (0..<8).map { _ in ByteBuffer(capacity: 64) }

    package init(_ core: SnapshotCore) {
        self.core = core
        texts = TextReader(cacheByteLimit: core.readerCacheByteLimit)
        schema = core.manifest.schema
        filters = Array(repeating: nil, count: schema.relations.count)
    }

    func scanBuffer(_ slot: Int, _ count: Int) -> UnsafeMutablePointer<Int64> {
        precondition(slot >= 0 && slot < 8, "a scan has eight buffers")
        let buffer = scanBuffers[slot]
        buffer.removeAll()
        return buffer.appendUninitialized(count * 8).assumingMemoryBound(to: Int64.self)
    }

    public var snapshot: Snapshot { Snapshot(core: core) }

    /// The number of a relation, for the calls below.
    public func relation(_ name: String) throws(StoreError) -> Int {
        try schema.relation(named: name)
    }

    /// The number of a column.
    public func column(_ name: String, of relation: Int) throws(StoreError) -> Int {
        guard let index = schema.relations[relation].columnIndex[name] else {
            throw StoreError(
                .notFound,
                "relation '\(schema.relations[relation].schema.name)' has no column '\(name)'")
        }
        return index
    }

    // MARK: - By key

    /// The row whose only key column is the string `key`.
    public func find(_ relation: Int, key: String) throws(StoreError) -> RowID? {
        var key = key
        let result: Result<RowID?, StoreError> = key.withUTF8 { utf8 in
            do throws(StoreError) {
                return .success(try find(relation, key: UnsafeRawBufferPointer(utf8)))
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// The row whose only key column has these bytes.
    public func find(_ relation: Int, key: UnsafeRawBufferPointer) throws(StoreError) -> RowID? {
        let hash = xxh3(key)
        let lookups = core.lookups(relation)
        let probes = core.probes(relation)
        var order = lookUpOrder(relation, hash)
        while let i = order.next() {
            let candidates = probes[i].candidates(hash)
            if candidates.areNone { continue }
            let lookup = lookups.baseAddress.unsafelyUnwrapped + i
            var start = 0
            // Many strings of a segment are no keys there, but the far ends of edges.
            let id = try lookup.pointee.dictionary.find(key, hash, candidates) {
                (id) throws(StoreError) -> Bool in
                start = try lookup.pointee.keyOffsets.value(id)
                return start < (try lookup.pointee.keyOffsets.value(id &+ 1))
            }
            guard id != nil, start < lookup.pointee.keyRows.count else { continue }
            let row = try lookup.pointee.keyRows.value(start)
            if !lookup.pointee.dead.contains(row) {
                let found = RowID(part: lookup.pointee.part, row: row)
                keep(key, relation, found)
                return found
            }
        }
        return nil
    }

    /// Which segments to ask for a string.
    @inline(__always)
    package func lookUpOrder(_ relation: Int, _ hash: UInt64) -> LookUpOrder {
        let count = core.lookups(relation).count
        guard count >= Self.filteredLookUps else { return LookUpOrder(nil, hash, count: count) }
        return LookUpOrder(filter(relation), hash, count: count)
    }

    /// A filter pays from so many segments on, and after so many searches that making it is repaid.
    private static let filteredLookUps = 6
    private static let searchesBeforeFilter = 1000

    private func filter(_ relation: Int) -> KeyFilter? {
        if let filter = filters[relation] { return filter }
        searchCount += 1
        guard searchCount > Self.searchesBeforeFilter else { return nil }
        let filter = core.filter(relation)
        filters[relation] = filter
        return filter
    }

    @inline(__always)
    private func keep(_ key: UnsafeRawBufferPointer, _ relation: Int, _ row: RowID) {
        lastKey.removeAll()
        lastKey.append(key)
        lastKeyRow = row
        lastKeyRelation = relation
    }

    /// The row with this key, one value for each key column.
    public func find(_ relation: Int, key: [Value]) throws(StoreError) -> RowID? {
        let schema = schema.relations[relation]
        guard key.count == schema.key.count else {
            throw StoreError(
                .invalidArgument,
                "a key of '\(schema.schema.name)' has \(schema.key.count) columns, not \(key.count)"
            )
        }
        for lookup in core.lookups(relation) {
            let segment = core.parts[lookup.part].segment
            var parts: [Int64] = []
            for (value, column) in zip(key, schema.key) {
                guard let part = try segment.keyPart(value, schema, column) else { break }
                parts.append(part)
            }
            guard parts.count == key.count else { continue }
            if let row = try lookup.relation.row(key: parts, columns: schema.key),
                !lookup.dead.contains(row)
            {
                return RowID(part: lookup.part, row: row)
            }
        }
        return nil
    }

    // MARK: - Values

    @inline(__always)
    private func locate(_ relation: Int, _ row: RowID) throws(StoreError) -> LocatedRow {
        if let located, located.row == row, located.relation == relation { return located }
        guard let reader = core.reader(Int(row.part), relation) else {
            throw StoreError(.invalidArgument, "the row belongs to another snapshot or relation")
        }
        let found = LocatedRow(
            relation: relation, row: row, reader: reader,
            place: try reader.place(ofRow: Int(row.row)))
        located = found
        return found
    }

    /// A number, bool or timestamp; nil for null. Of a string column the number of the string in
    /// its segment's dictionary, or its length.
    public func int(_ relation: Int, _ row: RowID, _ column: Int) throws(StoreError) -> Int64? {
        let found = try locate(relation, row)
        let entry = found.reader.column(column)
        switch entry.kind {
        case .absent, .vector: return nil
        case .interned where isNumber(relation, column):
            guard let id = try found.reader.id(column: column, row: Int(row.row)) else {
                return nil
            }
            return try orderedNumber(entry, id)
        default: return try found.reader.integer(entry, found.place)
        }
    }

    func isFloat(_ relation: Int, _ column: Int) -> Bool {
        schema.relations[relation].schema.columns[column].type == .float64
    }

    func isNumber(_ relation: Int, _ column: Int) -> Bool {
        switch schema.relations[relation].schema.columns[column].type {
        case .int64, .timestamp, .bool: true
        default: false
        }
    }

    private func orderedNumber(_ entry: ColumnReader, _ id: Int) throws(StoreError) -> Int64 {
        string.removeAll()
        try entry.dictionary?.append(id, to: string)
        guard let value = orderedValue(string.bytes) else {
            throw .corrupted("a number in a dictionary has \(string.count) bytes", in: core.path)
        }
        return value
    }

    public func float(_ relation: Int, _ row: RowID, _ column: Int) throws(StoreError) -> Double? {
        try int(relation, row, column).map { Double(bitPattern: UInt64(bitPattern: $0)) }
    }

    /// The bytes of a string, enumeration, bytes or vector column; nil for null. Valid until the
    /// next call of this reader.
    public func bytes(
        _ relation: Int, _ row: RowID, _ column: Int
    ) throws(StoreError) -> UnsafeRawBufferPointer? {
        let found = try locate(relation, row)
        let entry = found.reader.column(column)
        switch entry.kind {
        case .absent, .fixed: return nil
        case .interned:
            guard let id = try found.reader.integer(entry, found.place),
                let dictionary = entry.dictionary
            else { return nil }
            guard id >= 0, id < dictionary.count else {
                throw .corrupted("id out of range", in: found.reader.path)
            }
            string.removeAll()
            try dictionary.append(Int(id), to: string)
            return string.bytes
        case .text(let family):
            return try texts.isPart(found, family)
                ? slice(found, column, family) : texts.value(found, column, family)
        case .vector(let byteCount): return try found.reader.vector(entry, byteCount, found.place)
        }
    }

    /// A value that is a part of another column's; nil for null.
    private func slice(
        _ found: LocatedRow, _ index: Int, _ family: Int
    ) throws(StoreError) -> UnsafeRawBufferPointer? {
        let (relation, row) = (found.relation, found.row)
        // Of an interned column, which is a part of nothing: else two could be parts of each other.
        guard let column = schema.relations[relation].wholes[index],
            case .interned = found.reader.column(column).kind
        else { throw .corrupted("parts of no column", in: found.reader.path) }
        guard let length = try found.reader.integer(found.reader.column(index), found.place) else {
            return nil
        }
        guard let start = try texts.startInWhole(found, family) else {
            throw .corrupted("part without a place", in: found.reader.path)
        }
        let whole: UnsafeRawBufferPointer
        if lastKeyRow == row, lastKeyRelation == relation, core.singleKeyColumn(relation) == column
        {
            whole = lastKey.bytes
        } else {
            guard let found = try bytes(relation, row, column) else {
                throw .corrupted("part of a null", in: core.path)
            }
            whole = found
        }
        guard start >= 0, length >= 0, start <= whole.count, length <= whole.count - Int(start)
        else { throw .corrupted("place of a part", in: found.reader.path) }
        return UnsafeRawBufferPointer(rebasing: whole[Int(start)..<Int(start + length)])
    }

    /// A string or enumeration; nil for null.
    public func string(_ relation: Int, _ row: RowID, _ column: Int) throws(StoreError) -> String? {
        try bytes(relation, row, column).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A value of any type.
    public func value(_ relation: Int, _ row: RowID, _ column: Int) throws(StoreError) -> Value {
        switch schema.relations[relation].schema.columns[column].type {
        case .bool: try int(relation, row, column).map { .bool($0 != 0) } ?? .null
        case .int64: try int(relation, row, column).map { .int($0) } ?? .null
        case .timestamp: try int(relation, row, column).map { .timestamp($0) } ?? .null
        case .float64: try float(relation, row, column).map { .float($0) } ?? .null
        case .string, .enumeration: try string(relation, row, column).map { .string($0) } ?? .null
        case .bytes: try bytes(relation, row, column).map { .bytes(Array($0)) } ?? .null
        case .vector:
            try bytes(relation, row, column).map { bytes in
                .vector(
                    (0..<bytes.count / 4).map {
                        bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self)
                    })
            } ?? .null
        }
    }

    /// All columns of a row.
    public func values(_ relation: Int, _ row: RowID) throws(StoreError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(schema.relations[relation].schema.columns.count)
        for column in schema.relations[relation].schema.columns.indices {
            values.append(try value(relation, row, column))
        }
        return values
    }
}
