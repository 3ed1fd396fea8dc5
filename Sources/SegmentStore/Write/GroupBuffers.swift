// SPDX-License-Identifier: Apache-2.0
//
// The rows of a group before they are encoded, column by column, and their encoding into blocks.

import Codec
import Dispatch
import Synchronization

/// Numbers of one column: values, ids or lengths, and which of them are null.
final class NumberBuffer {
    let values = ByteBuffer(capacity: 4096)
    private let nulls = ByteBuffer(capacity: 64)
    @exclusivity(unchecked) private(set) var nullCount = 0

    @inline(__always)
    func append(_ value: Int64) { values.append(value) }

    func appendNull() {
        let row = values.count / 8
        let need = (row / 64 + 1) * 8
        if nulls.count < need { nulls.appendZeros(need - nulls.count) }
        let byte = nulls.base + row / 8
        byte.storeBytes(of: byte.load(as: UInt8.self) | 1 << UInt8(row & 7), as: UInt8.self)
        nullCount += 1
        values.append(Int64(0))
    }

    func contains(_ value: Int64) -> Bool {
        let base = values.base.assumingMemoryBound(to: Int64.self)
        return UnsafeBufferPointer(start: base, count: values.count / 8).contains(value)
    }

    func removeAll() {
        values.removeAll()
        nulls.removeAll()
        nullCount = 0
    }

    func encode(wanted: Encoding?, into out: ByteBuffer) -> BlockDescriptor {
        let count = values.count / 8
        let base = values.base.assumingMemoryBound(to: Int64.self)
        return IntegerBlock.encode(
            UnsafeMutableBufferPointer(start: base, count: count),
            nulls: nullBitmap(rowCount: count),
            nullCount: nullCount, wanted: wanted, into: out)
    }

    /// A bit for each row, or nil if none is null.
    func nullBitmap(rowCount: Int) -> UnsafeRawPointer? {
        guard nullCount > 0 else { return nil }
        let need = nullBitmapByteCount(rowCount)
        if nulls.count < need { nulls.appendZeros(need - nulls.count) }
        return UnsafeRawPointer(nulls.base)
    }
}

/// `@unchecked Sendable`: filled by the writer, then handed to one job, then handed back.
final class GroupBuffers: @unchecked Sendable {
    let relation: StoredSchema.Relation
    @exclusivity(unchecked) private(set) var rowCount = 0
    @exclusivity(unchecked) private(set) var textByteCount = 0
    /// Values of fixed columns, lengths of text columns, nothing for interned ones.
    private let numbers: [NumberBuffer?]
    private let vectors: [ByteBuffer?]
    /// Where the values of columns that are parts of others start there, -1 if they are not in it.
    private let starts: [NumberBuffer?]
    /// The rows' bytes, the members of a row one after the other.
    private let families: [ByteBuffer]
    /// In plain memory, as it is walked for every row.
    private let plan: UnsafeMutableBufferPointer<Step>

    init(_ relation: StoredSchema.Relation) {
        self.relation = relation
        numbers = relation.storage.map { storage in
            if case .interned = storage { nil } else { NumberBuffer() }
        }
        vectors = relation.storage.map { storage in
            if case .vector = storage { ByteBuffer() } else { nil }
        }
        starts = relation.wholes.map { $0 == nil ? nil : NumberBuffer() }
        families = relation.families.map { _ in ByteBuffer(capacity: 4096) }
        var plan: [Step] = []
        for (column, storage) in relation.storage.enumerated() {
            guard let buffer = numbers[column] else { continue }
            var step = Step(column: column, numbers: .passUnretained(buffer))
            switch storage {
            case .interned, .fixed: break
            case .text(let family):
                step.bytes = .passUnretained(families[family])
                if let whole = relation.wholes[column], let start = starts[column] {
                    step.whole = whole
                    step.starts = .passUnretained(start)
                }
            case .vector(let byteCount):
                step.bytes = vectors[column].map { .passUnretained($0) }
                step.vectorByteCount = byteCount
            }
            plan.append(step)
        }
        self.plan = .allocate(capacity: plan.count)
        _ = self.plan.initialize(from: plan)
    }

    deinit { plan.deallocate() }

    /// Where a column's values go. What it refers to is held by the properties above.
    private struct Step {
        let column: Int
        let numbers: Unmanaged<NumberBuffer>
        var bytes: Unmanaged<ByteBuffer>?
        var whole = -1
        var starts: Unmanaged<NumberBuffer>?
        var vectorByteCount = 0
    }

    var isFull: Bool {
        rowCount >= SegmentFormat.groupRowLimit
            || textByteCount >= SegmentFormat.groupTextByteTarget
    }

    func append(_ row: RowBuilder) {
        for step in plan { append(row, row.slots[step.column], step) }
        rowCount += 1
    }

    @inline(__always)
    private func append(_ row: RowBuilder, _ slot: RowBuilder.Slot, _ step: Step) {
        let value = row.bytes(slot)
        guard let bytes = step.bytes else {
            step.numbers._withUnsafeGuaranteedRef { numbers in
                if slot.isNull { numbers.appendNull() } else { numbers.append(slot.number) }
            }
            return
        }
        if step.vectorByteCount > 0 {
            step.numbers._withUnsafeGuaranteedRef { numbers in
                if slot.isNull { numbers.appendNull() } else { numbers.append(0) }
            }
            bytes._withUnsafeGuaranteedRef {
                if slot.isNull { $0.appendZeros(step.vectorByteCount) } else { $0.append(value) }
            }
            textByteCount += step.vectorByteCount
            return
        }
        if slot.isNull {
            step.numbers._withUnsafeGuaranteedRef { $0.appendNull() }
            step.starts?._withUnsafeGuaranteedRef { $0.appendNull() }
            return
        }
        step.numbers._withUnsafeGuaranteedRef { $0.append(Int64(slot.count)) }
        if let starts = step.starts {
            let place = firstPlace(of: value, in: row.bytes(row.slots[step.whole]))
            starts._withUnsafeGuaranteedRef { $0.append(Int64(place)) }
        }
        bytes._withUnsafeGuaranteedRef { $0.append(value) }
        textByteCount += slot.count
    }

    func removeAll() {
        rowCount = 0
        textByteCount = 0
        for column in numbers { column?.removeAll() }
        for column in vectors { column?.removeAll() }
        for column in starts { column?.removeAll() }
        for family in families { family.removeAll() }
    }

    // MARK: - Encoding

    struct Encoded {
        let bytes = ByteBuffer(capacity: 4096)
        /// Offsets count from the start of `bytes`. Nil for interned columns.
        var columns: [BlockDescriptor?] = []
        var families: [BlockDescriptor] = []
    }

    func encode(_ encoder: TextEncoder, _ training: [FamilyTraining], leads: Bool) -> Encoded {
        var result = Encoded()
        for (column, schema) in relation.schema.columns.enumerated() {
            guard let buffer = numbers[column] else {
                result.columns.append(nil)
                continue
            }
            result.bytes.align(8)
            let start = result.bytes.count
            var descriptor: BlockDescriptor
            if let vector = vectors[column] {
                descriptor = encodeVectors(buffer, vector, into: result.bytes)
            } else {
                let wanted = schema.encoding.flatMap { Encoding(rawValue: $0.rawValue) }
                descriptor = buffer.encode(wanted: wanted, into: result.bytes)
            }
            descriptor.byteOffset = UInt64(start)
            result.columns.append(descriptor)
        }
        for family in families.indices {
            result.bytes.align(8)
            let start = result.bytes.count
            var descriptor = encodeFamily(
                family, encoder, training[family], leads: leads, into: result.bytes)
            descriptor.byteOffset = UInt64(start)
            result.families.append(descriptor)
        }
        result.bytes.align(8)
        return result
    }

    private func encodeVectors(_ buffer: NumberBuffer, _ vectors: ByteBuffer, into out: ByteBuffer)
        -> BlockDescriptor
    {
        var descriptor = BlockDescriptor()
        descriptor.encoding = .vectors
        descriptor.nullCount = UInt32(buffer.nullCount)
        let start = out.count
        if buffer.nullCount < rowCount {
            if let nulls = buffer.nullBitmap(rowCount: rowCount) {
                out.append(nulls, count: nullBitmapByteCount(rowCount))
            }
            out.append(vectors.bytes)
        }
        descriptor.byteCount = UInt32(out.count - start)
        return descriptor
    }

    private func encodeFamily(
        _ family: Int, _ encoder: TextEncoder, _ training: FamilyTraining, leads: Bool,
        into out: ByteBuffer
    ) -> BlockDescriptor {
        let members = relation.families[family]
        if let starts = starts[members[0]], !starts.contains(-1) {
            if leads { training.skip() }
            var descriptor = starts.encode(wanted: nil, into: out)
            descriptor.compression = .slice
            return descriptor
        }
        var lengths = [UInt32](repeating: 0, count: rowCount)
        for member in members {
            // A null row's length is not 0 any more once its column is encoded.
            guard let buffer = numbers[member] else { continue }
            let nulls = buffer.nullBitmap(rowCount: rowCount)
            let values = buffer.values.base.assumingMemoryBound(to: Int64.self)
            for row in 0..<rowCount {
                if let nulls,
                    nulls.load(fromByteOffset: row >> 3, as: UInt8.self) >> UInt8(row & 7) & 1 == 1
                {
                    continue
                }
                lengths[row] += UInt32(values[row])
            }
        }
        let leader = relation.schema.columns[members[0]]
        let policy: CompressionPolicy =
            if let fixed = leader.compression.flatMap({ Compression(rawValue: $0.rawValue) }) {
                .fixed(fixed)
            } else {
                .automatic(hot: leader.isHot)
            }
        return lengths.withUnsafeBufferPointer { lengths in
            let dictionary = training.dictionary(
                samples: families[family].bytes, lengths: lengths, level: encoder.level,
                leads: leads)
            var descriptor = encoder.encode(
                bytes: families[family].bytes, lengths: lengths, policy: policy,
                dictionary: dictionary,
                into: out)
            descriptor.dictionaryIndex = UInt32(training.index)
            return descriptor
        }
    }
}

/// Where `part` first stands in `whole`; -1 if it does not.
private func firstPlace(of part: UnsafeRawBufferPointer, in whole: UnsafeRawBufferPointer) -> Int {
    guard part.count <= whole.count else { return -1 }
    guard let first = part.first else { return 0 }
    for start in 0...(whole.count - part.count) where whole[start] == first {
        if compareBytes(UnsafeRawBufferPointer(rebasing: whole[start..<start + part.count]), part)
            == 0
        {
            return start
        }
    }
    return -1
}

/// The compression dictionary of a family, trained by the first group that uses it; the groups
/// that follow wait for that.
///
/// `@unchecked Sendable`: `result` is written once, before `ready` is signalled.
package final class FamilyTraining: @unchecked Sendable {
    let index: Int
    private let isWanted: Bool
    private let isTaken = Atomic<Bool>(false)
    private let ready = DispatchGroup()
    private var result: ZstdCompressionDictionary?
    /// What the file needs of it; empty if there is none.
    private(set) var bytes: [UInt8] = []

    /// Below so many bytes a dictionary costs more than it saves.
    private static let sampleByteMinimum = 128 << 10
    private static let sampleByteLimit = 256 << 10
    private static let byteLimit = 16 << 10
    private static let valueByteLimit = 4 << 10

    package init(index: Int, isWanted: Bool) {
        self.index = index
        self.isWanted = isWanted
        if isWanted { ready.enter() }
    }

    deinit {
        // A group that was entered and never left is never freed.
        if isWanted, !isTaken.load(ordering: .acquiring) { ready.leave() }
    }

    /// The first group `leads`, whoever comes first: else the bytes of a batch would be a matter of
    /// luck.
    package func dictionary(
        samples: UnsafeRawBufferPointer, lengths: UnsafeBufferPointer<UInt32>, level: Int32,
        leads: Bool
    ) -> ZstdCompressionDictionary? {
        guard isWanted else { return nil }
        guard leads else {
            ready.wait()
            return result
        }
        isTaken.store(true, ordering: .releasing)
        result = Self.train(samples, lengths, level: level)
        bytes = result?.bytes ?? []
        ready.leave()
        return result
    }

    /// The group that leads has nothing to train on: those that wait go without a dictionary.
    func skip() {
        guard isWanted else { return }
        isTaken.store(true, ordering: .releasing)
        ready.leave()
    }

    /// Frees what compressing takes, ten times the dictionary. No group may use it any more.
    func retire() { result = nil }

    private static func train(
        _ bytes: UnsafeRawBufferPointer, _ lengths: UnsafeBufferPointer<UInt32>, level: Int32
    ) -> ZstdCompressionDictionary? {
        guard bytes.count >= sampleByteMinimum else { return nil }
        let samples = ByteBuffer(capacity: sampleByteLimit)
        var sizes: [Int] = []
        // Rows spread over the group, the longest cut short.
        let step = max(1, bytes.count / sampleByteLimit)
        var offset = 0
        for (row, length) in lengths.enumerated() {
            let size = min(Int(length), valueByteLimit)
            if row % step == 0, size > 0, samples.count + size <= sampleByteLimit {
                samples.append(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size]))
                sizes.append(size)
            }
            offset += Int(length)
        }
        guard sizes.count >= 16 else { return nil }
        return ZstdCompressionDictionary.train(
            samples: samples.bytes, sizes: sizes, byteCount: min(byteLimit, bytes.count / 32),
            level: level)
    }
}
