// SPDX-License-Identifier: Apache-2.0
import Codec

/// The row that is being appended. Nothing of it reaches the batch before it is complete, so that
/// a row that breaks the schema leaves nothing behind.
public final class RowBuilder {
    struct Slot {
        /// A number, or the bits of a float.
        var number: Int64 = 0
        /// Bytes, in the arena.
        var offset = 0
        var count = 0
        var isSet = false
        var isNull = false
    }

    /// What setting a value must know of its column, without the schema's strings.
    private struct Column {
        let type: ColumnType
        let isInterned: Bool
        let isNullable: Bool
        let isNumberList: Bool
        let byteLimit: Int
    }

    let relation: StoredSchema.Relation
    // Plain memory: a value is set in a few nanoseconds, less than an array's checks take.
    let slots: UnsafeMutableBufferPointer<Slot>
    private let columns: UnsafeMutableBufferPointer<Column>
    let arena = ByteBuffer(capacity: 4096)
    @exclusivity(unchecked) package private(set) var problem: String?
    /// Whether the problem is one of size.
    @exclusivity(unchecked) private(set) var exceedsLimit = false

    init(_ relation: StoredSchema.Relation, valueLimit: Int) {
        self.relation = relation
        slots = .allocate(capacity: relation.schema.columns.count)
        slots.initialize(repeating: Slot())
        columns = .allocate(capacity: relation.schema.columns.count)
        for (index, column) in relation.schema.columns.enumerated() {
            var isInterned = false
            if case .interned = relation.storage[index] { isInterned = true }
            columns.initializeElement(
                at: index,
                to: Column(
                    type: column.type, isInterned: isInterned, isNullable: column.isNullable,
                    isNumberList: column.isNumberList,
                    byteLimit: min(
                        valueLimit, isInterned ? Limits.internedByteCount : Limits.valueByteCount)))
        }
    }

    deinit {
        slots.deallocate()
        columns.deallocate()
    }

    func reset() {
        arena.removeAll()
        if problem != nil {
            problem = nil
            exceedsLimit = false
        }
        slots.update(repeating: Slot())
    }

    private func fail(_ message: @autoclosure () -> String) {
        if problem == nil { problem = message() }
    }

    @inline(__always)
    private func type(_ column: Int) -> ColumnType? {
        guard column >= 0, column < slots.count else {
            fail("column number \(column) does not exist")
            return nil
        }
        return columns[column].type
    }

    private func mismatch(_ column: Int, _ given: String) {
        let schema = relation.schema.columns[column]
        fail("column '\(schema.name)' is of type \(schema.type), not \(given)")
    }

    /// Sets a string, enumeration or bytes column. A string's bytes must be UTF-8; that is not
    /// checked here.
    public func set(_ column: Int, utf8 bytes: UnsafeRawBufferPointer) {
        guard let type = type(column) else { return }
        guard type == .string || type == .enumeration || type == .bytes else {
            return mismatch(column, "string")
        }
        guard bytes.count <= columns[column].byteLimit else { return tooLong(column, bytes.count) }
        if columns[column].isNumberList, !isNumberList(bytes) { return noNumberList(column, bytes) }
        slots[column].offset = arena.count
        slots[column].count = bytes.count
        slots[column].isNull = false
        slots[column].isSet = true
        arena.append(bytes)
    }

    @inline(never)
    private func noNumberList(_ column: Int, _ bytes: UnsafeRawBufferPointer) {
        let text = String(decoding: bytes.prefix(40), as: UTF8.self)
        fail(
            "column '\(relation.schema.columns[column].name)' holds whole numbers with spaces between, not '\(text)'"
        )
    }

    @inline(never)
    private func tooLong(_ column: Int, _ count: Int) {
        if problem == nil { exceedsLimit = true }
        fail(
            "column '\(relation.schema.columns[column].name)' has \(count) bytes; the limit is \(columns[column].byteLimit)"
        )
    }

    public func set(_ column: Int, _ value: String) {
        var value = value
        value.withUTF8 { set(column, utf8: UnsafeRawBufferPointer($0)) }
    }

    /// Sets an int, timestamp or bool column.
    public func set(_ column: Int, _ value: Int64) {
        guard let type = type(column) else { return }
        switch type {
        case .int64, .timestamp: break
        case .bool where value == 0 || value == 1: break
        default: return mismatch(column, "integer")
        }
        number(column, value)
    }

    public func set(_ column: Int, _ value: Bool) {
        guard let type = type(column) else { return }
        guard type == .bool else { return mismatch(column, "bool") }
        number(column, value ? 1 : 0)
    }

    public func set(_ column: Int, _ value: Double) {
        guard let type = type(column) else { return }
        guard type == .float64 else { return mismatch(column, "float") }
        number(column, Int64(bitPattern: value.bitPattern))
    }

    private func number(_ column: Int, _ value: Int64) {
        slots[column].number = value
        slots[column].isNull = false
        slots[column].isSet = true
        if columns[column].isInterned {
            slots[column].offset = arena.count
            slots[column].count = 8
            arena.append(orderedBytes(value))
        }
    }

    public func set(_ column: Int, vector: UnsafeBufferPointer<Float>) {
        guard let type = type(column) else { return }
        let schema = relation.schema.columns[column]
        guard type == .vector else { return mismatch(column, "vector") }
        guard vector.count == schema.dimensions else {
            return fail(
                "column '\(schema.name)' has \(schema.dimensions) dimensions, not \(vector.count)")
        }
        slots[column].offset = arena.count
        slots[column].count = vector.count * 4
        slots[column].isNull = false
        slots[column].isSet = true
        arena.append(UnsafeRawBufferPointer(vector))
    }

    public func setNull(_ column: Int) {
        guard type(column) != nil else { return }
        slots[column].isSet = true
        slots[column].isNull = true
    }

    /// Sets a column to a value of its type.
    public func set(_ column: Int, value: Value) {
        switch value {
        case .null: setNull(column)
        case .bool(let value): set(column, value)
        case .int(let value): set(column, value)
        case .float(let value): set(column, value)
        case .string(let value):
            if type(column) == .bytes { return mismatch(column, "string") }
            set(column, value)
        case .bytes(let value):
            guard type(column) == .bytes else { return mismatch(column, "bytes") }
            value.withUnsafeBytes { set(column, utf8: $0) }
        case .timestamp(let value):
            guard type(column) == .timestamp else { return mismatch(column, "timestamp") }
            set(column, value)
        case .vector(let value): value.withUnsafeBufferPointer { set(column, vector: $0) }
        }
    }

    /// Takes a value over from another segment, which was checked when it was first written.
    func copy(_ column: Int, number value: Int64) { number(column, value) }

    func copy(_ column: Int, bytes: UnsafeRawBufferPointer) {
        slots[column].offset = arena.count
        slots[column].count = bytes.count
        slots[column].isNull = false
        slots[column].isSet = true
        arena.append(bytes)
    }

    /// Sets a column by name.
    public func set(_ name: String, _ value: Value) {
        guard let column = relation.columnIndex[name] else {
            return fail("relation '\(relation.schema.name)' has no column '\(name)'")
        }
        set(column, value: value)
    }

    /// What is wrong with the row, now that it is complete.
    package func check() -> String? {
        if let problem { return problem }
        if arena.count > Limits.rowByteCount {
            exceedsLimit = true
            problem = "the row has \(arena.count) bytes; the limit is \(Limits.rowByteCount)"
            return problem
        }
        for index in 0..<slots.count {
            if slots[index].isSet, !slots[index].isNull { continue }
            if !columns[index].isNullable { return missing() }
            slots[index].isNull = true
        }
        return nil
    }

    @inline(never)
    private func missing() -> String {
        let missing = slots.indices.filter { index in
            !columns[index].isNullable && !(slots[index].isSet && !slots[index].isNull)
        }
        let names = missing.map { "'\(relation.schema.columns[$0].name)'" }
        let noun = relation.key.contains(missing[0]) ? "key column" : "column"
        return names.count == 1
            ? "\(noun) \(names[0]) is missing or null"
            : "columns \(names.joined(separator: ", ")) are missing or null"
    }

    /// What a string column was set to; nothing if it was not.
    package func text(_ column: Int) -> UnsafeRawBufferPointer { bytes(slots[column]) }

    @inline(__always)
    func bytes(_ slot: Slot) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: arena.base + slot.offset, count: slot.count)
    }

    /// The key for messages, as far as it is there.
    var keyDescription: String {
        relation.key.map { column in
            let slot = slots[column]
            guard slot.isSet, !slot.isNull else { return "?" }
            switch relation.schema.columns[column].type {
            case .string, .enumeration:
                return String(decoding: bytes(slot).prefix(200), as: UTF8.self)
            case .bytes: return "\(slot.count) bytes"
            default: return "\(slot.number)"
            }
        }.joined(separator: ", ")
    }
}
