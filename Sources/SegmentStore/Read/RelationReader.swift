// SPDX-License-Identifier: Apache-2.0
//
// A relation's rows in one segment: its columns, where a row's values are, and its indexes.

import Codec
import Synchronization

/// One column of a relation in a segment.
struct ColumnReader {
    enum Kind {
        case absent
        case interned(domain: Int)
        case fixed
        case text(family: Int)
        case vector(byteCount: Int)
    }

    var kind = Kind.absent
    var descriptorOffset = 0
    /// Of an interned column.
    var dictionary: DictionaryReader?
}

/// Without reference counts, as it is copied for every value that is read; the segment owns what
/// it points to.
struct FamilyReader {
    let descriptorOffset: Int
    /// Column indexes, in the order in which their values follow each other.
    let members: UnsafeMutableBufferPointer<Int>
    let dictionaries: UnsafeMutableBufferPointer<LazyDictionary>

    init(_ descriptorOffset: Int, members: [Int], dictionaries: [LazyDictionary]) {
        self.descriptorOffset = descriptorOffset
        self.members = .allocate(capacity: members.count)
        _ = self.members.initialize(from: members)
        self.dictionaries = .allocate(capacity: dictionaries.count)
        _ = self.dictionaries.initialize(from: dictionaries)
    }

    func destroy() {
        members.deallocate()
        dictionaries.deinitialize()
        dictionaries.deallocate()
    }
}

/// A compression dictionary that is digested when the first frame needs it.
final class LazyDictionary: Sendable {
    private let section: SegmentDirectory.Section
    private let digested = AtomicLazyReference<ZstdDecompressionDictionary>()

    init(_ section: SegmentDirectory.Section) { self.section = section }

    func get(_ pages: Pages) throws(StoreError) -> ZstdDecompressionDictionary {
        if let ready = digested.load() { return ready }
        let bytes = try pages.bytes(UInt64(section.byteOffset), section.byteCount)
        do throws(CodecError) {
            return digested.storeIfNil(try ZstdDecompressionDictionary(referringTo: bytes))
        } catch {
            throw StoreError(error, in: pages.path, at: section.byteOffset)
        }
    }
}

/// A relation's rows in one segment: a pointer to what the segment owns, since values are read too
/// often for reference counts.
package struct RelationReader: @unchecked Sendable {
    // Sendable: nothing changes after `init`.
    private struct Body {
        let rowCount: Int
        let groupCount: Int
        let firstRowOffset: Int
        let columns: UnsafeMutableBufferPointer<ColumnReader>
        let families: UnsafeMutableBufferPointer<FamilyReader>
        let pages: Pages
        let keyOffsets: PackedArray
        let keyRows: PackedArray
        let target: TargetIndex?
        let scope: ScopeIndex?
    }

    private let body: UnsafeMutablePointer<Body>

    package var rowCount: Int { @inline(__always) get { body.pointee.rowCount } }
    var groupCount: Int { @inline(__always) get { body.pointee.groupCount } }
    private var firstRowOffset: Int { @inline(__always) get { body.pointee.firstRowOffset } }
    private var columns: UnsafeMutableBufferPointer<ColumnReader> {
        @inline(__always) get { body.pointee.columns }
    }
    private var families: UnsafeMutableBufferPointer<FamilyReader> {
        @inline(__always) get { body.pointee.families }
    }
    private var pages: Pages { @inline(__always) get { body.pointee.pages } }
    /// Rows in the order of their keys: those whose first key column is string i.
    package var keyOffsets: PackedArray { @inline(__always) get { body.pointee.keyOffsets } }
    package var keyRows: PackedArray { @inline(__always) get { body.pointee.keyRows } }
    package var target: TargetIndex? { @inline(__always) get { body.pointee.target } }
    package var scope: ScopeIndex? { @inline(__always) get { body.pointee.scope } }

    /// A pointer too: it is asked for with every node of a walk.
    package struct TargetIndex {
        fileprivate struct Body {
            let offsets: PackedArray
            let rows: PackedArray
            let neighbours: PackedArray
        }

        fileprivate let body: UnsafeMutablePointer<Body>

        package var offsets: PackedArray { @inline(__always) get { body.pointee.offsets } }
        package var rows: PackedArray { @inline(__always) get { body.pointee.rows } }
        package var neighbours: PackedArray { @inline(__always) get { body.pointee.neighbours } }

        fileprivate init(_ directory: SegmentDirectory.Target, _ pages: Pages) {
            body = .allocate(capacity: 1)
            body.initialize(
                to: Body(
                    offsets: PackedArray(directory.offsets, pages),
                    rows: PackedArray(directory.rows, pages),
                    neighbours: PackedArray(directory.neighbours, pages)))
        }
    }

    package struct ScopeIndex {
        package let offsets: PackedArray
        package let starts: PackedArray
        package let counts: PackedArray
    }

    init(
        _ directory: SegmentDirectory.Relation, file: SegmentFile,
        _ dictionaries: Dictionaries
    ) throws(StoreError) {
        let pages = Pages(file)
        func fail(_ message: String) -> StoreError {
            .corrupted("directory: \(message)", in: file.path, at: file.directoryRange.lowerBound)
        }
        let columnCount = (directory.columns.map(\.index).max() ?? -1) + 1
        var columns = [ColumnReader](repeating: ColumnReader(), count: columnCount)
        for column in directory.columns {
            var reader = ColumnReader(descriptorOffset: column.descriptorOffset)
            switch column.kind {
            case .interned:
                guard let dictionary = dictionaries[column.parameter] else {
                    throw fail("a column without its dictionary")
                }
                reader.kind = .interned(domain: column.parameter)
                reader.dictionary = dictionary
            case .fixed: reader.kind = .fixed
            case .text: reader.kind = .text(family: column.parameter)
            case .vector:
                guard column.parameter % 4 == 0, column.parameter / 4 <= Limits.vectorDimensions
                else {
                    throw fail("vector size")
                }
                reader.kind = .vector(byteCount: column.parameter)
            }
            columns[column.index] = reader
        }
        var families: [FamilyReader] = []
        for (index, family) in directory.families.enumerated() {
            let members = directory.columns.filter { $0.kind == .text && $0.parameter == index }
                .map(\.index)
            families.append(
                FamilyReader(
                    family.descriptorOffset, members: members,
                    dictionaries: family.dictionaries.map(LazyDictionary.init)))
        }
        let allColumns = UnsafeMutableBufferPointer<ColumnReader>.allocate(capacity: columnCount)
        _ = allColumns.initialize(from: columns)
        let allFamilies = UnsafeMutableBufferPointer<FamilyReader>.allocate(
            capacity: families.count)
        _ = allFamilies.initialize(from: families)
        body = .allocate(capacity: 1)
        body.initialize(
            to: Body(
                rowCount: directory.rowCount, groupCount: directory.groupCount,
                firstRowOffset: directory.firstRowOffset, columns: allColumns,
                families: allFamilies,
                pages: pages, keyOffsets: PackedArray(directory.keyOffsets, pages),
                keyRows: PackedArray(directory.keyRows, pages),
                target: directory.target.map { TargetIndex($0, pages) },
                scope: directory.scope.map {
                    ScopeIndex(
                        offsets: PackedArray($0.offsets, pages),
                        starts: PackedArray($0.starts, pages),
                        counts: PackedArray($0.counts, pages))
                }))
    }

    func destroy() {
        for family in families { family.destroy() }
        families.deallocate()
        columns.deinitialize()
        columns.deallocate()
        target?.body.deallocate()
        body.deinitialize(count: 1)
        body.deallocate()
    }

    var path: String { pages.path }
    var pageCheck: Pages { pages }

    @inline(__always)
    func column(_ index: Int) -> ColumnReader {
        index < columns.count ? columns[index] : ColumnReader()
    }

    func family(_ index: Int) -> FamilyReader { families[index] }

    // MARK: - Row groups

    /// Where a row's values are: the group, its rows, and the row's place among them.
    struct Place {
        let group: Int
        let index: Int
        let rowCount: Int
    }

    @inline(__always)
    private func firstRow(_ group: Int) throws(StoreError) -> Int {
        let offset = firstRowOffset &+ group &* 4
        try pages.ensure(offset, 4)
        return Int(pages.base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    func rows(ofGroup group: Int) throws(StoreError) -> Range<Int> {
        let first = try firstRow(group)
        let end = group + 1 < groupCount ? try firstRow(group + 1) : rowCount
        guard first <= end, end <= rowCount, end - first <= TextLimits.rowLimit else {
            throw .corrupted("row groups", in: path, at: firstRowOffset)
        }
        return first..<end
    }

    @inline(__always)
    func place(ofRow row: Int) throws(StoreError) -> Place {
        guard row >= 0, row < rowCount else {
            throw .corrupted("an index leads to row \(row) of \(rowCount)", in: path)
        }
        // Groups are of nearly one size, so the guess is seldom off by more than one.
        var group = groupCount == 1 ? 0 : row &* groupCount / rowCount
        var first = try firstRow(group)
        while first > row, group > 0 {
            group &-= 1
            first = try firstRow(group)
        }
        var end = group &+ 1 < groupCount ? try firstRow(group &+ 1) : rowCount
        while row >= end {
            group &+= 1
            first = end
            end = group &+ 1 < groupCount ? try firstRow(group &+ 1) : rowCount
        }
        guard first <= row, end &- first <= TextLimits.rowLimit else {
            throw .corrupted("row groups", in: path, at: firstRowOffset)
        }
        return Place(group: group, index: row &- first, rowCount: end &- first)
    }

    // MARK: - Blocks

    @inline(__always)
    func descriptor(_ offset: Int, group: Int) throws(StoreError) -> BlockDescriptor {
        let place = offset &+ group &* BlockDescriptor.byteCount
        try pages.ensure(place, BlockDescriptor.byteCount)
        do throws(CodecError) {
            return try BlockDescriptor(at: pages.base + place)
        } catch {
            throw StoreError(error, in: path, at: place)
        }
    }

    /// How the blocks of a group are compressed.
    @inline(__always)
    func compression(_ offset: Int, group: Int) throws(StoreError) -> Compression {
        let place = offset &+ group &* BlockDescriptor.byteCount
        try pages.ensure(place, BlockDescriptor.byteCount)
        do throws(CodecError) {
            return try BlockDescriptor.compression(at: pages.base + place)
        } catch {
            throw StoreError(error, in: path, at: place)
        }
    }

    /// The block of an interned or fixed column, or of a text column's lengths.
    @inline(__always)
    func integers(_ column: ColumnReader, group: Int, rowCount: Int) throws(StoreError)
        -> IntegerBlock
    {
        try integers(column.descriptorOffset, group: group, rowCount: rowCount)
    }

    @inline(__always)
    func integers(_ descriptors: Int, group: Int, rowCount: Int) throws(StoreError) -> IntegerBlock
    {
        let descriptor = try descriptor(descriptors, group: group)
        let payload = try pages.bytes(descriptor.byteOffset, Int(descriptor.byteCount))
        do throws(CodecError) {
            return try IntegerBlock(descriptor, payload: payload, rowCount: rowCount)
        } catch {
            throw StoreError(error, in: path, at: Int(clamping: descriptor.byteOffset))
        }
    }

    /// A number, an id or a length; nil for null.
    @inline(__always)
    func integer(_ column: ColumnReader, _ place: Place) throws(StoreError) -> Int64? {
        try integer(at: column.descriptorOffset, place)
    }

    /// The same, of the block among the descriptors at `descriptors`.
    @inline(__always)
    func integer(at descriptors: Int, _ place: Place) throws(StoreError) -> Int64? {
        // What most blocks are is read without building the block, which costs more than the value.
        let descriptor = descriptors &+ place.group &* BlockDescriptor.byteCount
        try pages.ensure(descriptor, BlockDescriptor.byteCount)
        let packed = BlockDescriptor.Packed(at: pages.base + descriptor)
        if let packed, packed.fits(rowCount: place.rowCount, limit: pages.dataByteCount) {
            if packed.width == 0 { return packed.minimum }
            let bits = packed.bits(of: place.index)
            try pages.ensure(packed.byteOffset &+ bits.firstByte, bits.byteCount)
            return packed.value(place.index, in: pages.base)
        }
        return try uncommonInteger(descriptors, place)
    }

    @inline(never)
    private func uncommonInteger(_ descriptors: Int, _ place: Place) throws(StoreError) -> Int64? {
        let block = try integers(descriptors, group: place.group, rowCount: place.rowCount)
        if block.isNull(place.index) { return nil }
        do throws(CodecError) {
            return try block.value(place.index)
        } catch {
            throw StoreError(error, in: path, at: descriptors)
        }
    }

    @inline(__always)
    package func integer(column index: Int, row: Int) throws(StoreError) -> Int64? {
        let column = column(index)
        if case .absent = column.kind { return nil }
        return try integer(column, try place(ofRow: row))
    }

    /// The id in an interned column, checked against its dictionary.
    @inline(__always)
    package func id(column index: Int, row: Int) throws(StoreError) -> Int? {
        guard let value = try integer(column: index, row: row) else { return nil }
        let count = column(index).dictionary?.count ?? 0
        guard value >= 0, value < count else { throw .corrupted("id out of range", in: path) }
        return Int(value)
    }

    /// The bytes of a vector; nil for null.
    func vector(_ column: ColumnReader, _ byteCount: Int, _ place: Place) throws(StoreError)
        -> UnsafeRawBufferPointer?
    {
        let descriptor = try descriptor(column.descriptorOffset, group: place.group)
        var start = descriptor.byteOffset
        if descriptor.nullCount == place.rowCount { return nil }
        if descriptor.nullCount > 0 {
            let nulls = try pages.bytes(start, nullBitmapByteCount(place.rowCount))
            if nulls[place.index >> 3] >> UInt8(place.index & 7) & 1 == 1 { return nil }
            start += UInt64(nulls.count)
        }
        guard descriptor.encoding == .vectors, start < UInt64(pages.dataByteCount) else {
            throw .corrupted("vector block", in: path)
        }
        return try pages.bytes(start + UInt64(place.index * byteCount), byteCount)
    }

    func textBlock(_ descriptor: BlockDescriptor, _ place: Place) throws(StoreError) -> TextBlock {
        let offset = Int(clamping: descriptor.byteOffset)
        let directory = TextBlock.directoryByteCount(
            frameCount: Int(descriptor.partCount), width: Int(descriptor.width))
        guard directory <= Int(descriptor.byteCount), offset <= pages.dataByteCount,
            Int(descriptor.byteCount) <= pages.dataByteCount - offset
        else { throw .corrupted("text block", in: path, at: offset) }
        try pages.ensure(offset, directory)
        let payload = UnsafeRawBufferPointer(
            start: pages.base + offset, count: Int(descriptor.byteCount))
        do throws(CodecError) {
            return try TextBlock(descriptor, payload: payload, rowCount: place.rowCount)
        } catch {
            throw StoreError(error, in: path, at: offset)
        }
    }

    /// A frame's bytes, checked.
    func frameBytes(_ descriptor: BlockDescriptor, _ frame: TextBlock.Frame) throws(StoreError)
        -> UnsafeRawBufferPointer
    {
        try pages.bytes(
            descriptor.byteOffset + UInt64(frame.byteRange.lowerBound), frame.byteRange.count)
    }

    /// The blocks that have bytes in `range`.
    func places(in range: Range<Int>) -> [(columns: [Int], block: Int)] {
        var found: [(columns: [Int], block: Int)] = []
        func search(_ offset: Int, _ columns: [Int]) {
            for group in 0..<groupCount {
                guard let descriptor = try? descriptor(offset, group: group) else { continue }
                let start = Int(clamping: descriptor.byteOffset)
                guard start < range.upperBound, start + Int(descriptor.byteCount) > range.lowerBound
                else { continue }
                found.append((columns, group))
            }
        }
        for (index, column) in columns.enumerated() {
            if case .absent = column.kind { continue }
            search(column.descriptorOffset, [index])
        }
        for family in families { search(family.descriptorOffset, Array(family.members)) }
        return found
    }
}
