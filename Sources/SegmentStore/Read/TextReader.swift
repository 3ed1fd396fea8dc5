// SPDX-License-Identifier: Apache-2.0
//
// Values of text columns: which frame a row's are in, where among the frame's bytes, and the frame
// decoded. What was found out of one row is kept, since its other columns are asked for next.

import Codec

/// A row and where its values are.
struct LocatedRow {
    let relation: Int
    let row: RowID
    let reader: RelationReader
    let place: RelationReader.Place
}

/// Keeps buffers; not for two threads at once. What it returns is valid until its next call.
final class TextReader {
    /// Where a family's values of one row are.
    private struct Layout {
        let relation: Int
        let row: RowID
        let family: Int
        let descriptor: BlockDescriptor
        let frame: FrameKey
        /// The frame as it is stored, and how many bytes its rows have.
        let source: UnsafeRawBufferPointer
        let byteCount: Int
    }

    private struct Value {
        var offset: Int
        /// Negative for null.
        var count: Int
    }

    private let decoder = FrameDecoder()
    private let cache: FrameCache
    /// The frame that was decoded last, if the cache does not have it.
    private let decoded = ByteBuffer(capacity: 4096)
    @exclusivity(unchecked) private var decodedKey: FrameKey?
    @exclusivity(unchecked) private var layout: Layout?
    /// By the family's members.
    @exclusivity(unchecked) private var values: [Value] = []

    init(cacheByteLimit: Int) { cache = FrameCache(byteLimit: cacheByteLimit) }

    /// Whether the values of the row's group are parts of another column's.
    @inline(__always)
    func isPart(_ found: LocatedRow, _ familyIndex: Int) throws(StoreError) -> Bool {
        let family = found.reader.family(familyIndex)
        return try found.reader.compression(family.descriptorOffset, group: found.place.group)
            == .slice
    }

    /// Where such a value starts in the column that it is a part of; nil for null.
    @inline(__always)
    func startInWhole(_ found: LocatedRow, _ familyIndex: Int) throws(StoreError) -> Int64? {
        try found.reader.integer(at: found.reader.family(familyIndex).descriptorOffset, found.place)
    }

    /// The value of a text column; nil for null.
    func value(
        _ found: LocatedRow, _ column: Int, _ familyIndex: Int
    ) throws(StoreError) -> UnsafeRawBufferPointer? {
        let family = found.reader.family(familyIndex)
        let layout = try self.layout(found, familyIndex, family)
        guard let member = family.members.firstIndex(of: column), values[member].count >= 0 else {
            return nil
        }
        let (offset, count) = (values[member].offset, values[member].count)
        let source = layout.source
        if source.count == layout.byteCount {
            // Stored as it is: no need to copy.
            return UnsafeRawBufferPointer(rebasing: source[offset..<offset + count])
        }
        do throws(CodecError) {
            if layout.descriptor.compression == .hex {
                guard source.count == (layout.byteCount + 1) / 2 else {
                    throw CodecError(.inconsistent, "hexadecimal frame")
                }
                decodedKey = nil
                decoded.removeAll()
                try Hex.unpack(
                    source, offset..<offset + count, into: decoded.appendUninitialized(count))
                return decoded.bytes
            }
            let base = try self.decoded(found.reader, family, layout)
            return UnsafeRawBufferPointer(start: base + offset, count: count)
        } catch {
            throw StoreError(
                error, in: found.reader.path, at: Int(clamping: layout.descriptor.byteOffset))
        }
    }

    /// The frame's bytes, out of the cache or decoded.
    private func decoded(
        _ reader: RelationReader, _ family: FamilyReader, _ layout: Layout
    ) throws(CodecError) -> UnsafeRawPointer {
        // Lengths that contradict each other may claim two sizes for one frame.
        if decodedKey == layout.frame, decoded.count == layout.byteCount {
            return UnsafeRawPointer(decoded.base)
        }
        switch cache.find(layout.frame, count: layout.byteCount) {
        case .hit(let bytes):
            // SAFETY: what is in the cache has an address.
            return bytes.baseAddress.unsafelyUnwrapped
        case .wanted:
            try FrameDecoder.check(byteCount: layout.byteCount, from: layout.source.count)
            guard let room = cache.room(layout.frame, count: layout.byteCount) else { break }
            do throws(CodecError) { try decode(reader, family, layout, into: room) } catch {
                cache.forget(layout.frame)
                throw error
            }
            return UnsafeRawPointer(room)
        case .unknown: break
        }
        decodedKey = nil
        try FrameDecoder.check(byteCount: layout.byteCount, from: layout.source.count)
        decoded.removeAll()
        try decode(
            reader, family, layout, into: decoded.appendUninitialized(layout.byteCount))
        decodedKey = layout.frame
        return UnsafeRawPointer(decoded.base)
    }

    @inline(__always)
    private func layout(
        _ found: LocatedRow, _ familyIndex: Int, _ family: FamilyReader
    ) throws(StoreError) -> Layout {
        if let layout, layout.row == found.row, layout.relation == found.relation,
            layout.family == familyIndex
        {
            return layout
        }
        return try layOut(found, familyIndex, family)
    }

    private func layOut(
        _ found: LocatedRow, _ familyIndex: Int, _ family: FamilyReader
    ) throws(StoreError) -> Layout {
        let (reader, place) = (found.reader, found.place)
        layout = nil
        values.removeAll(keepingCapacity: true)
        let descriptor = try reader.descriptor(family.descriptorOffset, group: place.group)
        let block = try reader.textBlock(descriptor, place)
        do throws(CodecError) {
            let frame = try block.frame(of: place.index)
            // A row's members follow each other, then the next row's.
            var before = 0
            var total = 0
            for member in family.members {
                let lengths = try Self.lengths(reader, member, place)
                if let constant = lengths.constant {
                    let count = try Self.checked(constant)
                    before += (place.index - frame.firstRow) * count
                    total += (frame.endRow - frame.firstRow) * count
                    values.append(Value(offset: 0, count: count))
                    continue
                }
                var own = -1
                for row in frame.firstRow..<frame.endRow where !lengths.isNull(row) {
                    let count = try Self.checked(try lengths.value(row))
                    if row < place.index { before += count }
                    if row == place.index { own = count }
                    total += count
                }
                values.append(Value(offset: 0, count: own))
            }
            for member in values.indices {
                values[member].offset = before
                before += max(values[member].count, 0)
            }
            guard total <= TextLimits.frameByteLimit else { throw CodecError(.tooLarge, "frame") }
            let source: UnsafeRawBufferPointer
            do throws(StoreError) { source = try reader.frameBytes(descriptor, frame) } catch {
                throw CodecError(.truncated, "frame")
            }
            let key = FrameKey(
                part: found.row.part, blockOffset: descriptor.byteOffset,
                firstRow: frame.firstRow)
            let complete = Layout(
                relation: found.relation, row: found.row, family: familyIndex,
                descriptor: descriptor, frame: key, source: source, byteCount: total)
            layout = complete
            return complete
        } catch {
            throw StoreError(error, in: reader.path, at: Int(clamping: descriptor.byteOffset))
        }
    }

    private static func lengths(
        _ reader: RelationReader, _ column: Int, _ place: RelationReader.Place
    ) throws(CodecError) -> IntegerBlock {
        do throws(StoreError) {
            return try reader.integers(
                reader.column(column), group: place.group, rowCount: place.rowCount)
        } catch {
            throw CodecError(.inconsistent, "lengths of a family")
        }
    }

    @inline(__always)
    private static func checked(_ length: Int64) throws(CodecError) -> Int {
        guard length >= 0, length <= TextLimits.valueByteLimit else {
            throw CodecError(.tooLarge, "length of a value")
        }
        return Int(length)
    }

    private func decode(
        _ reader: RelationReader, _ family: FamilyReader, _ layout: Layout,
        into target: UnsafeMutableRawPointer
    ) throws(CodecError) {
        var dictionary: ZstdDecompressionDictionary?
        if layout.descriptor.compression == .zstdDictionary {
            let number = Int(layout.descriptor.dictionaryIndex)
            guard number < family.dictionaries.count else {
                throw CodecError(.inconsistent, "number of a compression dictionary")
            }
            do throws(StoreError) {
                dictionary = try family.dictionaries[number].get(reader.pageCheck)
            } catch {
                throw CodecError(.compression, "compression dictionary")
            }
        }
        try decoder.decode(
            layout.source, compression: layout.descriptor.compression, dictionary: dictionary,
            into: target, exactly: layout.byteCount)
    }
}
