// SPDX-License-Identifier: Apache-2.0
//
// Reads values off a snapshot. Holds the buffers that decoding needs, so it belongs to one thread;
// bytes that it returns are valid until its next call.

import Codec

public final class Reader {
    package let core: SnapshotCore
    let schema: StoredSchema
    private let decoder = FrameDecoder()
    private let frame = ByteBuffer(capacity: 4096)
    private let string = ByteBuffer(capacity: 256)
    @exclusivity(unchecked) private var cached: FrameKey?
    /// The key of the row that was found or read last: parts of it are asked for next.
    private let lastKey = ByteBuffer(capacity: 256)
    @exclusivity(unchecked) private var lastKeyRow = RowID(part: -1, row: -1)
    @exclusivity(unchecked) private var lastKeyRelation = -1
    private var scanBuffers: [ByteBuffer] = (0..<8).map { _ in ByteBuffer(capacity: 64) }

    private struct FrameKey: Equatable {
        let part: Int32
        let offset: UInt64
        let firstRow: Int
    }

    package init(_ core: SnapshotCore) {
        self.core = core
        schema = core.manifest.schema
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
        for i in 0..<lookups.count {
            guard probes[i].mayContain(hash) else { continue }
            let lookup = lookups.baseAddress.unsafelyUnwrapped + i
            guard let id = try lookup.pointee.dictionary.find(key, hash: hash) else { continue }
            let start = try lookup.pointee.keyOffsets.value(id)
            let end = try lookup.pointee.keyOffsets.value(id &+ 1)
            guard start < end, end <= lookup.pointee.keyRows.count else { continue }
            let row = try lookup.pointee.keyRows.value(start)
            if !lookup.pointee.dead.contains(row) {
                let found = RowID(part: lookup.pointee.part, row: row)
                keep(key, relation, found)
                return found
            }
        }
        return nil
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
    package func relationReader(_ relation: Int, _ row: RowID) throws(StoreError) -> RelationReader
    {
        guard let reader = core.reader(Int(row.part), relation) else {
            throw StoreError(.invalidArgument, "the row belongs to another snapshot or relation")
        }
        return reader
    }

    /// A number, bool or timestamp; nil for null. Of a string column the number of the string in
    /// its segment's dictionary, or its length.
    public func int(_ relation: Int, _ row: RowID, _ column: Int) throws(StoreError) -> Int64? {
        let reader = try relationReader(relation, row)
        let entry = reader.column(column)
        switch entry.kind {
        case .absent, .vector: return nil
        case .interned where isNumber(relation, column):
            guard let id = try reader.id(column: column, row: Int(row.row)) else { return nil }
            return try orderedNumber(entry, id)
        default: return try reader.integer(entry, try reader.place(ofRow: Int(row.row)))
        }
    }

    func isFloat(_ relation: Int, _ column: Int) -> Bool {
        schema.relations[relation].schema.columns[column].type == .float64
    }

    private func isNumber(_ relation: Int, _ column: Int) -> Bool {
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
        let reader = try relationReader(relation, row)
        let entry = reader.column(column)
        let place = try reader.place(ofRow: Int(row.row))
        switch entry.kind {
        case .absent, .fixed: return nil
        case .interned:
            guard let id = try reader.integer(entry, place), let dictionary = entry.dictionary
            else { return nil }
            guard id >= 0, id < dictionary.count else {
                throw .corrupted("id out of range", in: reader.path)
            }
            string.removeAll()
            try dictionary.append(Int(id), to: string)
            return string.bytes
        case .text(let family): return try text(reader, relation, row, column, family, place)
        case .vector(let byteCount): return try reader.vector(entry, byteCount, place)
        }
    }

    private func text(
        _ reader: RelationReader, _ relation: Int, _ row: RowID, _ index: Int, _ familyIndex: Int,
        _ place: RelationReader.Place
    ) throws(StoreError) -> UnsafeRawBufferPointer? {
        let entry = reader.column(index)
        let lengths = try reader.integers(entry, group: place.group, rowCount: place.rowCount)
        if lengths.isNull(place.index) { return nil }
        let family = reader.family(familyIndex)
        let descriptor = try reader.descriptor(family.descriptorOffset, group: place.group)
        if descriptor.compression == .slice {
            return try slice(reader, relation, row, index, place, family, lengths)
        }
        let block = try reader.textBlock(descriptor, place)
        do throws(CodecError) {
            let found = try block.frame(of: place.index)
            let range = try self.range(of: index, reader, family, lengths, place, found)
            let source = try frameBytes(reader, descriptor, found)
            if source.count == range.total {
                // Stored as it is: no need to copy.
                return UnsafeRawBufferPointer(
                    rebasing: source[range.offset..<range.offset + range.length])
            }
            if descriptor.compression == .hex {
                guard source.count == (range.total + 1) / 2 else {
                    throw CodecError(.inconsistent, "hexadecimal frame")
                }
                cached = nil
                frame.removeAll()
                try Hex.unpack(
                    source, range.offset..<range.offset + range.length,
                    into: frame.appendUninitialized(range.length))
                return frame.bytes
            }
            let key = FrameKey(
                part: row.part, offset: descriptor.byteOffset, firstRow: found.firstRow)
            // Lengths that contradict each other may claim two sizes for one frame.
            if cached != key || frame.count != range.total {
                cached = nil
                try decode(reader, family, descriptor, source, range.total)
                cached = key
            }
            return UnsafeRawBufferPointer(start: frame.base + range.offset, count: range.length)
        } catch {
            throw StoreError(error, in: reader.path, at: Int(clamping: descriptor.byteOffset))
        }
    }

    /// Where a value is among the bytes of its frame, and how many those are.
    @inline(__always)
    private func range(
        of column: Int, _ reader: RelationReader, _ family: FamilyReader, _ lengths: IntegerBlock,
        _ place: RelationReader.Place, _ found: TextBlock.Frame
    ) throws(CodecError) -> (offset: Int, length: Int, total: Int) {
        var offset = 0
        var length = 0
        var total = 0
        for member in family.members {
            // Most families have one member, whose lengths are at hand.
            let block =
                member == column ? lengths : try integers(reader, reader.column(member), place)
            if let constant = block.constant {
                let count = try checkedLength(constant)
                total += (found.endRow - found.firstRow) * count
                offset += (place.index - found.firstRow) * count
                if member == column { length = count } else if member < column { offset += count }
                continue
            }
            for row in found.firstRow..<found.endRow where !block.isNull(row) {
                let count = try checkedLength(try block.value(row))
                total += count
                if row < place.index { offset += count }
                if row == place.index {
                    if member == column {
                        length = count
                    } else if member < column {
                        offset += count
                    }
                }
            }
        }
        guard total <= TextLimits.frameByteLimit, offset + length <= total else {
            throw CodecError(.tooLarge, "frame")
        }
        return (offset, length, total)
    }

    @inline(__always)
    private func checkedLength(_ value: Int64) throws(CodecError) -> Int {
        guard value >= 0, value <= TextLimits.valueByteLimit else {
            throw CodecError(.tooLarge, "length of a value")
        }
        return Int(value)
    }

    /// A value that is a part of another column's.
    private func slice(
        _ reader: RelationReader, _ relation: Int, _ row: RowID, _ index: Int,
        _ place: RelationReader.Place,
        _ family: FamilyReader, _ lengths: IntegerBlock
    ) throws(StoreError) -> UnsafeRawBufferPointer? {
        // Of an interned column, which is a part of nothing: else two could be parts of each other.
        guard let column = schema.relations[relation].wholes[index],
            case .interned = reader.column(column).kind
        else { throw .corrupted("parts of no column", in: reader.path) }
        let starts = try reader.integers(
            family.descriptorOffset, group: place.group, rowCount: place.rowCount)
        let whole: UnsafeRawBufferPointer
        if lastKeyRow == row, lastKeyRelation == relation, core.singleKeyColumn(relation) == column
        {
            whole = lastKey.bytes
        } else {
            guard let found = try bytes(relation, row, column) else {
                throw .corrupted("part of a null", in: reader.path)
            }
            whole = found
        }
        do throws(CodecError) {
            let start = try starts.value(place.index)
            let length = try checkedLength(try lengths.value(place.index))
            guard start >= 0, start <= whole.count, length <= whole.count - Int(start) else {
                throw CodecError(.inconsistent, "place of a part")
            }
            return UnsafeRawBufferPointer(rebasing: whole[Int(start)..<Int(start) + length])
        } catch {
            throw StoreError(error, in: reader.path)
        }
    }

    private func frameBytes(
        _ reader: RelationReader, _ descriptor: BlockDescriptor, _ found: TextBlock.Frame
    ) throws(CodecError) -> UnsafeRawBufferPointer {
        do throws(StoreError) { return try reader.frameBytes(descriptor, found) } catch {
            throw CodecError(.truncated, "frame")
        }
    }

    private func integers(
        _ reader: RelationReader, _ column: ColumnReader, _ place: RelationReader.Place
    ) throws(CodecError) -> IntegerBlock {
        do throws(StoreError) {
            return try reader.integers(column, group: place.group, rowCount: place.rowCount)
        } catch {
            throw CodecError(.inconsistent, "lengths of a family")
        }
    }

    private func decode(
        _ reader: RelationReader, _ family: FamilyReader, _ descriptor: BlockDescriptor,
        _ source: UnsafeRawBufferPointer, _ byteCount: Int
    ) throws(CodecError) {
        var dictionary: ZstdDecompressionDictionary?
        if descriptor.compression == .zstdDictionary {
            guard Int(descriptor.dictionaryIndex) < family.dictionaries.count else {
                throw CodecError(.inconsistent, "number of a compression dictionary")
            }
            do throws(StoreError) {
                dictionary = try family.dictionaries[Int(descriptor.dictionaryIndex)].get(
                    reader.pageCheck)
            } catch {
                throw CodecError(.compression, "compression dictionary")
            }
        }
        try FrameDecoder.check(byteCount: byteCount, from: source.count)
        frame.removeAll()
        try decoder.decode(
            source, compression: descriptor.compression, dictionary: dictionary,
            into: frame.appendUninitialized(byteCount), exactly: byteCount)
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
