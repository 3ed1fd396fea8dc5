// SPDX-License-Identifier: Apache-2.0
//
// What is asked of a store, once for the stages and for the contestant.

import CodeGraph
import Codec
import Query
import SegmentStore

/// Random keys of the data set, one after the other as a caller has them at hand.
final class Keys {
    static let count = 20_000
    private let copies = ByteBuffer(capacity: 8 << 20)
    private(set) var there: [UnsafeRawBufferPointer] = []
    /// The same with a byte more.
    private(set) var missing: [UnsafeRawBufferPointer] = []

    init(_ data: Dataset) {
        var random = SplitMix(state: 7)
        for _ in 0..<Self.count {
            let key = data.bytes(data.entities[random.below(data.entities.count)].key)
            let start = copies.count
            copies.append(key)
            copies.append(UInt8(ascii: "x"))
            precondition(copies.count < 8 << 20, "keys must not move")
            let base = copies.base + start
            there.append(UnsafeRawBufferPointer(start: base, count: key.count))
            missing.append(UnsafeRawBufferPointer(start: base, count: key.count + 1))
        }
    }
}

/// Each gives a number, so that what was found can be compared with what others found.
final class ReadTasks {
    let reader: Reader
    private var edges: [Edge] = []
    private lazy var traversal = Result { try Traversal(reader, relation: "edges") }

    init(_ store: GraphStore) throws { reader = try store.snapshot().reader() }

    @inline(__always)
    private func row(_ key: UnsafeRawBufferPointer) throws -> RowID {
        guard let row = try reader.find(0, key: key) else { throw BenchmarkError("lost a key") }
        return row
    }

    @inline(__always)
    func twoColumns(_ key: UnsafeRawBufferPointer) throws -> Int {
        let row = try row(key)
        return Int(try reader.int(0, row, 6) ?? 0) &+ Int(try reader.int(0, row, 7) ?? 0)
    }

    @inline(__always)
    func nameAndKind(_ key: UnsafeRawBufferPointer) throws -> Int {
        let row = try row(key)
        return (try reader.bytes(0, row, 1)?.count ?? 0)
            &+ (try reader.bytes(0, row, 3)?.count ?? 0)
    }

    @inline(__always)
    func fullRow(_ key: UnsafeRawBufferPointer) throws -> Int {
        let row = try row(key)
        var sum = 0
        for column in [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 17, 18] {
            sum &+= try reader.bytes(0, row, column)?.count ?? 0
        }
        for column in [6, 7, 14, 15, 16] { sum &+= Int(try reader.int(0, row, column) ?? 0) }
        return sum
    }

    @inline(__always)
    func missing(_ key: UnsafeRawBufferPointer) throws -> Int {
        if try reader.find(0, key: key) != nil { throw BenchmarkError("found a missing key") }
        return 0
    }

    @inline(__always)
    func hop(_ key: UnsafeRawBufferPointer, _ direction: Direction) throws -> Int {
        try reader.edges(1, direction, of: key, into: &edges)
        return edges.count
    }

    func closure(_ key: UnsafeRawBufferPointer, depth: Int) throws -> Int {
        try traversal.get().walk(from: key, .incoming, depth: depth)
    }

    /// The middle of the name that a key has, in small letters.
    static func partOfName(_ key: UnsafeRawBufferPointer) -> String {
        let fields = key.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let name = fields[2].split(separator: UInt8(ascii: ".")).last ?? fields[2]
        return String(decoding: name.dropFirst().dropLast(), as: UTF8.self).lowercased()
    }

    func names(containing text: String) throws -> Int { try EntitySearch(text).run(reader).total }

    func nameCount(containing text: String) throws -> Int {
        var search = EntitySearch(text)
        search.limit = .max
        return try search.run(reader).matches.count { match in
            match.entity.name.lowercased().contains(text)
        }
    }

    func countByKind() throws -> [Int] { try Array(reader.counts(0, by: 3).values) }

    func linesByFile() throws -> [Int64] {
        guard reader.snapshot.segmentCount == 1 else { return try linesByFileName() }
        var sums: [Int64] = []
        try reader.scan(0) { group in
            if sums.isEmpty { sums = [Int64](repeating: 0, count: group.stringCount(5)) }
            let starts = try group.numbers(6, slot: 1)
            let ends = try group.numbers(7, slot: 2)
            try group.forEachRun(5, slot: 0) { file, rows in
                var sum: Int64 = 0
                for row in rows { sum &+= ends[row] &- starts[row] &+ 1 }
                sums[Int(file)] &+= sum
            }
        }
        return sums
    }

    /// Segments number their strings each for itself.
    private func linesByFileName() throws -> [Int64] {
        var sums: [String: Int64] = [:]
        try reader.forEachRow(0) { row in
            let start = try reader.int(0, row, 6) ?? 0
            let end = try reader.int(0, row, 7) ?? 0
            sums[try reader.string(0, row, 5) ?? "", default: 0] += end - start + 1
        }
        return Array(sums.values)
    }

    /// All that can be read of all rows, in a number.
    func everything(_ data: Dataset) throws -> Int {
        var sum = 0
        for entity in data.entities {
            let key = data.bytes(entity.key)
            sum &+= try fullRow(key)
            for direction in [Direction.outgoing, .incoming] {
                let count = try hop(key, direction)
                for edge in edges { sum &+= Int(try reader.int(1, edge.row, 4) ?? 0) &* count }
            }
        }
        for count in try countByKind() { sum &+= count &* count }
        for lines in try linesByFile() { sum &+= Int(lines &* lines) }
        return sum
    }
}
