// SPDX-License-Identifier: Apache-2.0
import SegmentStore
import TestSupport
import Testing

@Suite struct SegmentSummaryTests {
    @Test func aSegmentSaysWhatItHolds() throws {
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore.inMemory(schema: RandomRows.schema, options: options)
        var random = SeededGenerator(seed: 1)
        for _ in 0..<3 {
            let operations = RandomRows.operations(&random, size: 400, keys: 60)
            try store.write { try RandomRows.perform(operations, in: $0) }
        }
        let snapshot = try store.snapshot()
        let segments = try snapshot.segments()
        #expect(segments.count == snapshot.segmentCount)
        #expect(segments.reduce(0) { $0 + $1.byteCount } == snapshot.byteCount)
        for schema in RandomRows.schema.relations {
            let found = segments.flatMap(\.relations).filter { $0.name == schema.name }
            let live = found.reduce(0) { $0 + $1.liveRowCount }
            #expect(live == (try snapshot.rowCount(schema.name)))
            #expect(found.allSatisfy { $0.rowCount >= $0.liveRowCount })
            for relation in found {
                #expect(relation.columns.map(\.name) == schema.columns.map(\.name))
                #expect(relation.columns.map(\.type) == schema.columns.map(\.type))
                #expect((relation.targetIndexByteCount > 0) == (schema.target != nil))
                #expect(relation.keyIndexByteCount > 0)
            }
        }
        for segment in segments {
            let blocks = segment.relations.flatMap { relation in
                relation.columns.map(\.byteCount) + relation.families.map(\.byteCount)
            }
            let dictionaries = segment.dictionaries.reduce(0) { $0 + $1.byteCount }
            #expect(blocks.reduce(0, +) + dictionaries < segment.byteCount)
            #expect(Set(segment.dictionaries.map(\.name)).isSuperset(of: ["node", "file"]))
        }
        // What a column was told to be is what it is.
        let items = try #require(segments[0].relations.first { $0.name == "items" })
        func encoding(_ name: String) -> String? {
            items.columns.first { $0.name == name }?.encodings.first?.name
        }
        #expect(encoding("wide") == "plain" && encoding("few") == "dictionary")
        #expect(encoding("steps") == "delta" && encoding("runs") == "runLength")
        let quick = items.families.first { $0.columns == ["quick"] }
        #expect(quick?.compressions.map(\.name) == ["lz4"])
    }
}
