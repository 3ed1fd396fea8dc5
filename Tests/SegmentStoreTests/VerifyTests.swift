// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Foundation
import SegmentStore
import TestSupport
import Testing

/// `verify` on sound and on damaged stores, `backup` and what opens from it, groups' bounds.
@Suite struct VerifyTests {
    private let directory: TemporaryDirectory
    private let store: GraphStore
    private let model: ModelStore

    init() throws {
        directory = try TemporaryDirectory()
        var options = StoreOptions()
        options.compactsAutomatically = false
        store = try GraphStore.open(
            directory.file("store"), schema: RandomRows.schema, options: options)
        var random = SeededGenerator(seed: 5)
        var model = ModelStore(RandomRows.schema)
        for _ in 0..<4 {
            let operations = RandomRows.operations(&random, size: 300, keys: 80)
            try store.write { try RandomRows.perform(operations, in: $0) }
            model.apply(operations)
        }
        self.model = model
    }

    @Test func aSoundStoreIsSound() throws {
        let report = try store.verify(allGenerations: true)
        #expect(report.isSound, "\(report.problems)")
        #expect(report.generations.sorted() == [1, 2, 3, 4])
        #expect(report.checkedRowCount > 0 && report.checkedByteCount > 0)
    }

    /// A byte in the middle of each segment; the report names the file, and says what it hit.
    @Test func damageIsNamed() throws {
        let segments = directory.file("store/segments")
        var places = Set<String>()
        for name in try FileManager.default.contentsOfDirectory(atPath: segments).sorted()
        where name.hasSuffix(".seg") {
            let url = URL(fileURLWithPath: "\(segments)/\(name)")
            let sound = try Data(contentsOf: url)
            for share in [0.05, 0.3, 0.6, 0.8] {
                var bytes = sound
                let place = Int(Double(bytes.count) * share)
                bytes[place] ^= 0x10
                try bytes.write(to: url)
                let damaged = try? GraphStore.open(directory.file("store"))
                if let damaged {
                    let report = try damaged.verify()
                    let problem = report.problems.first
                    #expect(problem?.path.hasSuffix(name) == true, "\(name) at \(place)")
                    #expect(problem?.description.contains("checksum") == true)
                    places.insert(problem?.place ?? "")
                }
            }
            try sound.write(to: url)
        }
        #expect(places.contains { $0.contains("relation items, column") && $0.contains("block 0") })
        #expect(try GraphStore.open(directory.file("store")).verify().isSound)
    }

    @Test func aBackupHoldsTheStoreAndOpensDirectly() throws {
        let path = directory.file("saved.seg")
        try store.backup(to: path)
        let pack = try GraphStore.open(path)
        #expect(try differences(try pack.snapshot(), model) == [])
        #expect(try pack.verify(allGenerations: true).isSound)
        #expect(try pack.history().map(\.generation) == [4])
        let error = #expect(throws: StoreError.self) { try pack.write { _ in } }
        #expect(error?.code == .readOnly)
        // A store that never touched the disk is saved in the same way.
        let memory = try GraphStore.inMemory(schema: CodeGraph.schema)
        try memory.write {
            try $0.append(["file": "a.c", "extension": "c", "reason": "x"], to: "ignored_files")
        }
        try memory.backup(to: path)
        #expect(try GraphStore.open(path).snapshot().rowCount("ignored_files") == 1)
    }

    @Test func boundsHoldAllValues() throws {
        let reader = try store.snapshot().reader()
        let relation = try reader.relation("items")
        let schema = reader.snapshot.schema.relations[relation]
        var checked = 0
        try reader.scan(relation) { group in
            for column in schema.columns.indices {
                guard let bounds = try group.bounds(column) else { continue }
                #expect(schema.columns[column].type != .float64)
                let values = try group.numbers(column, slot: 0)
                for index in 0..<group.rowCount where try !group.isNull(column, index) {
                    #expect(bounds.contains(values[index]))
                    checked += 1
                }
            }
        }
        #expect(checked > 100)
    }

    @Test func aPrefixGivesItsKeysInOrder() throws {
        let reader = try store.snapshot().reader()
        let prefix = "swift:method:Type"
        var keys: [String] = []
        try reader.forEachRowByKey(0, prefix: prefix) { row in
            keys.append(try reader.string(0, row, 0) ?? "")
        }
        let expected = model.relations[0].rows.keys.map { "\($0[0])" }.filter {
            $0.hasPrefix(prefix)
        }
        #expect(
            keys == expected.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
        #expect(!keys.isEmpty)
    }
}
