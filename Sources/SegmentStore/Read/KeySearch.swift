// SPDX-License-Identifier: Apache-2.0
import Codec

extension SegmentReader {
    /// A key's part in this segment's terms: the number of a string, or the number itself. Nil if
    /// the segment does not have the string.
    func keyPart(
        _ value: Value, _ relation: StoredSchema.Relation, _ column: Int
    ) throws(StoreError) -> Int64? {
        let schema = relation.schema.columns[column]
        let number: Int64? =
            switch (value, schema.type) {
            case (.int(let number), .int64), (.timestamp(let number), .timestamp): number
            case (.bool(let flag), .bool): flag ? 1 : 0
            default: nil
            }
        guard case .interned(let domain) = relation.storage[column] else {
            guard let number else { throw mismatch(value, schema) }
            return number
        }
        guard let dictionary = dictionary(domain) else { return nil }
        if let number {
            var ordered = orderedBytes(number)
            return try Self.find(&ordered, 8, dictionary)
        }
        switch (value, schema.type) {
        case (.string(var text), .string), (.string(var text), .enumeration):
            let found: Result<Int?, StoreError> = text.withUTF8 { utf8 in
                let bytes = UnsafeRawBufferPointer(utf8)
                do throws(StoreError) {
                    return .success(try dictionary.find(bytes, hash: xxh3(bytes)))
                } catch { return .failure(error) }
            }
            return try found.get().map(Int64.init)
        case (.bytes(let bytes), .bytes):
            let copy = ByteBuffer()
            bytes.withUnsafeBytes { copy.append($0) }
            return try dictionary.find(copy.bytes, hash: xxh3(copy.bytes)).map(Int64.init)
        default: throw mismatch(value, schema)
        }
    }

    private static func find(
        _ bytes: UnsafeRawPointer, _ count: Int, _ dictionary: DictionaryReader
    ) throws(StoreError) -> Int64? {
        let bytes = UnsafeRawBufferPointer(start: bytes, count: count)
        return try dictionary.find(bytes, hash: xxh3(bytes)).map(Int64.init)
    }

    private func mismatch(_ value: Value, _ schema: ColumnSchema) -> StoreError {
        StoreError(
            .invalidArgument, "key column '\(schema.name)' is of type \(schema.type), not \(value)")
    }
}

extension RelationReader {
    /// The row with this key, in this segment's terms, dead or not.
    func row(key: [Int64], columns: [Int]) throws(StoreError) -> Int? {
        guard let first = key.first, first >= 0, first < keyOffsets.count - 1 else { return nil }
        let range = try keyOffsets.range(Int(first), limit: keyRows.count)
        // Rows of one first part are ordered by the others.
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = (low + high) >> 1
            let row = try keyRows.value(middle)
            let order = try order(ofRow: row, key, columns)
            if order == 0 { return row }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// Which entries of the key index have these first parts, in this segment's terms.
    func entries(keyPrefix prefix: [Int64], columns: [Int]) throws(StoreError) -> Range<Int> {
        guard let first = prefix.first, first >= 0, first < keyOffsets.count - 1 else {
            return 0..<0
        }
        let range = try keyOffsets.range(Int(first), limit: keyRows.count)
        let start = try firstEntry(range, prefix, columns) { $0 >= 0 }
        return start..<(try firstEntry(start..<range.upperBound, prefix, columns) { $0 > 0 })
    }

    /// The first entry whose order against `prefix` is as wanted, which holds for all after it.
    private func firstEntry(
        _ range: Range<Int>, _ prefix: [Int64], _ columns: [Int], _ isWanted: (Int) -> Bool
    ) throws(StoreError) -> Int {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = (low + high) >> 1
            let order = try order(ofRow: try keyRows.value(middle), prefix, columns)
            if isWanted(order) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Below, at or above 0 as a row with the same first part is below, at or above the others.
    @inline(__always)
    private func order(
        ofRow row: Int, _ prefix: [Int64], _ columns: [Int]
    ) throws(StoreError) -> Int {
        for part in prefix.indices.dropFirst() {
            let value = try integer(column: columns[part], row: row) ?? 0
            if value != prefix[part] { return value < prefix[part] ? -1 : 1 }
        }
        return 0
    }
}
