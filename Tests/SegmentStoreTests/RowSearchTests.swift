// SPDX-License-Identifier: Apache-2.0
import SegmentStore
import TestSupport
import Testing

/// Rows by the first columns of their key, by scope, by ranges of keys: those that a model has.
@Suite struct RowSearchTests {
    private let store: GraphStore
    private var model = ModelStore(RandomRows.schema)
    private var random = SeededGenerator(seed: 11)

    init() throws {
        var options = StoreOptions()
        options.compactsAutomatically = false
        store = try GraphStore(MemoryStorage(), schema: RandomRows.schema, options: options)
        for _ in 0..<4 {
            let operations = RandomRows.operations(&random, size: 600, keys: 30)
            try store.write { try RandomRows.perform(operations, in: $0) }
            model.apply(operations)
        }
        #expect(try store.snapshot().segmentCount > 2)
    }

    private func expect(
        _ found: [RowID], _ reader: Reader, _ relation: Int,
        location: SourceLocation = #_sourceLocation, _ isWanted: ([Value]) -> Bool
    ) throws {
        let rows = try found.map { "\(try reader.values(relation, $0))" }
        let wanted = model.relations[relation].rows.values.filter(isWanted).map { "\($0)" }
        #expect(rows.sorted() == wanted.sorted(), sourceLocation: location)
    }

    @Test func theFirstColumnsOfAKeyAreEnough() throws {
        let reader = try store.snapshot().reader()
        for relation in 1...2 {
            let keys = model.relations[relation].rows.keys + [[.string("none"), .string("none")]]
            for key in keys.prefix(80) where relation == 1 || key.count > 2 {
                for count in 1...key.count {
                    var found: [RowID] = []
                    try reader.append(relation, keyPrefix: Array(key.prefix(count)), to: &found)
                    try expect(found, reader, relation) { row in
                        model.relations[relation].key(of: row).prefix(count)
                            .elementsEqual(key.prefix(count), by: haveSameBytes)
                    }
                }
            }
        }
    }

    @Test func aScopeHasItsRows() throws {
        let reader = try store.snapshot().reader()
        for number in 0..<14 {
            let scope = "src/file\(number).swift"
            for (relation, column) in [(0, 1), (1, 3)] {
                var found: [RowID] = []
                try Array(scope.utf8).withUnsafeBytes {
                    try reader.append(relation, scope: $0, to: &found)
                }
                try expect(found, reader, relation) { $0[column] == .string(scope) }
            }
        }
    }

    @Test func aRangeHasTheKeysBetween() throws {
        let snapshot = try store.snapshot()
        let reader = snapshot.reader()
        let bounds: [[UInt8]] = ["", "k", "k1", "k1\0", "rust:", "swift:method:", "ö", "z"].map {
            Array($0.utf8)
        }
        for lower in bounds {
            for upper in bounds.map(Optional.some) + [nil] {
                let range = KeyRange(from: lower, below: upper)
                let walk = try KeyOrder(snapshot.core, 0, in: range)
                var found: [RowID] = []
                while let row = try walk.next() { found.append(row) }
                #expect(!range.isEmpty || found.isEmpty)
                try expect(found, reader, 0) { row in
                    guard case .string(let key) = row[0] else { return false }
                    let bytes = Array(key.utf8)
                    return !bytes.lexicographicallyPrecedes(lower)
                        && upper.map { bytes.lexicographicallyPrecedes($0) } ?? true
                }
            }
        }
    }

    @Test func rangesMeetAsSetsDo() {
        let prefix = KeyRange(prefix: [1, 0xff])
        #expect(prefix == KeyRange(from: [1, 0xff], below: [2]))
        #expect(KeyRange(prefix: [0xff]) == KeyRange(from: [0xff]))
        #expect(KeyRange(prefix: []) == .all && !KeyRange.all.isEmpty && KeyRange.none.isEmpty)
        #expect(prefix.intersection(KeyRange(from: [2])).isEmpty)
        #expect(prefix.intersection(.all) == prefix && KeyRange.all.intersection(prefix) == prefix)
        let part = KeyRange(from: [1, 0xff, 3], below: [3])
        #expect(prefix.intersection(part) == KeyRange(from: [1, 0xff, 3], below: [2]))
        #expect(KeyRange.bytes(of: -1).lexicographicallyPrecedes(KeyRange.bytes(of: 0)))
    }
}
