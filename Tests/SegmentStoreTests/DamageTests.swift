// SPDX-License-Identifier: Apache-2.0
import Codec
import Foundation
import Platform
import SegmentStore
import TestSupport
import Testing

/// A store whose files are not as they were written: whoever reads it gets an error or the right
/// answer. Never another answer, and never a trap.
@Suite struct DamageTests {
    @Test func measure() throws {
        let image = try DamagedStore.image()
        for name in image.names { print(name, image.bytes(name).count) }
        let clock = ContinuousClock()
        print(clock.measure { for _ in 0..<10 { _ = try? GraphStore(image, schema: nil) } } / 10)
        let store = try GraphStore(image, schema: nil)
        print(try clock.measure { for _ in 0..<10 { _ = try Transcript.of(store) } } / 10)
        print(try DamagedStore.encodings(image))
    }
}

enum DamagedStore {
    /// Four commits and a compaction: several segments with dead rows, deletions and replaced scopes.
    static func image() throws -> ImageStorage {
        let directory = try TemporaryDirectory(inMemory: true)
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore.open(
            directory.file("store"), schema: RandomRows.schema, options: options)
        var model = ModelStore(RandomRows.schema)
        for number in 1...4 {
            let operations = RandomRows.batch(number) + (number == 3 ? trainingRows() : [])
            try store.write(label: "\(number)") { try RandomRows.perform(operations, in: $0) }
            model.apply(operations)
            if number == 2 { try store.compact() }
        }
        #expect(try differences(store.snapshot(), model) == [])
        return try ImageStorage(directory: directory.file("store"))
    }

    /// Enough for a compression dictionary, yet small when it is compressed.
    private static func trainingRows() -> [ModelStore.Operation] {
        var random = SeededGenerator(seed: 9)
        return (0..<40).map { number in
            var row = RandomRows.item(&random, keys: 10)
            row[0] = .string("trained:\(number)")
            for column in row.indices {
                if case .string(let text) = row[column], column > 8 {
                    row[column] = .string(String(text.prefix(20)))
                }
            }
            let words = ["alpha ", "beta ", "gamma ", "delta "]
            row[18] = .string(
                String(repeating: words[number % 4] + "\(number % 7) of them; ", count: 180))
            row[19] = .int(Int64(number * 3))
            row[20] = .int(Int64(number / 10))
            return .append(relation: 0, row: row)
        }
    }

    static func encodings(_ image: ImageStorage) throws -> Set<String> {
        var found = Set<String>()
        for name in image.names where name.hasSuffix(Layout.segmentSuffix) {
            try image.bytes(name).withUnsafeBytes { bytes in
                let generation = try GraphStore(image, schema: nil).snapshot().core.manifest
                guard
                    let segment = generation.segments.first(where: { Layout.segment($0.id) == name }
                    )
                else { return }
                let footer = segment.imageByteCount - SegmentFormat.footerByteCount
                func word(_ offset: Int) -> Int {
                    Int(bytes.loadUnaligned(fromByteOffset: footer + offset, as: UInt64.self))
                }
                var reader = ByteReader(bytes, offset: word(SegmentFormat.directoryOffsetOffset))
                let directory = try SegmentDirectory.decode(
                    &reader, dataByteCount: word(SegmentFormat.dataByteCountOffset))
                for relation in directory.relations {
                    for offset in relation.columns.map(\.descriptorOffset)
                        + relation.families.map(\.descriptorOffset)
                    {
                        for group in 0..<relation.groupCount {
                            let place =
                                bytes.baseAddress.unsafelyUnwrapped + offset + group
                                * BlockDescriptor.byteCount
                            let block = try BlockDescriptor(at: place)
                            found.insert("\(block.encoding)")
                            if block.encoding == .frames { found.insert("\(block.compression)") }
                        }
                    }
                }
            }
        }
        return found
    }
}

/// All that can be read off a store, as a number.
struct Transcript {
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    static func of(_ store: GraphStore) throws -> UInt64 {
        var transcript = Transcript()
        try transcript.add(store.snapshot())
        return transcript.hash
    }

    private mutating func add(_ number: Int) {
        hash = (hash ^ UInt64(bitPattern: Int64(number))) &* 0x0000_0100_0000_01b3
        hash ^= hash >> 29
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        add(Int(truncatingIfNeeded: xxh3(bytes)))
    }

    private mutating func add(_ snapshot: Snapshot) throws {
        add(Int(snapshot.generation))
        var label = snapshot.label
        label.withUTF8 { add(UnsafeRawBufferPointer($0)) }
        let reader = snapshot.reader()
        for (relation, schema) in snapshot.schema.relations.enumerated() {
            add(try snapshot.rowCount(schema.name))
            var rows: [RowID] = []
            try reader.forEachRowByKey(relation) { rows.append($0) }
            for row in rows { add(Int(row.part) << 32 | Int(row.row)) }
            var scanned: [RowID] = []
            try reader.forEachRow(relation) { scanned.append($0) }
            for row in scanned {
                add(Int(row.part) << 32 | Int(row.row))
                for (column, schema) in schema.columns.enumerated() {
                    switch schema.type {
                    case .bool, .int64, .timestamp, .float64:
                        add(Int(try reader.int(relation, row, column) ?? -7))
                    case .string, .bytes, .enumeration, .vector:
                        if let bytes = try reader.bytes(relation, row, column) {
                            add(bytes)
                        } else {
                            add(-9)
                        }
                    }
                }
            }
            for row in rows {
                let key = try schema.key.map {
                    try reader.value(relation, row, try reader.column($0, of: relation))
                }
                if let found = try reader.find(relation, key: key) {
                    add(Int(found.row))
                } else {
                    add(-11)
                }
                if schema.target != nil, case .string(let node) = key[0],
                    case .string(let other) = key[1]
                {
                    for (direction, key) in [(Direction.outgoing, node), (.incoming, other)] {
                        for edge in try reader.edges(relation, direction, of: key) {
                            add(Int(edge.row.row))
                            var far = try reader.key(of: edge, relation)
                            far.withUTF8 { add(UnsafeRawBufferPointer($0)) }
                        }
                    }
                }
            }
            if schema.key.count == 1, try reader.find(relation, key: "no such key") != nil {
                add(-13)
            }
        }
    }
}
