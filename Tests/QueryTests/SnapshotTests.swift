// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Platform
import Query
import SegmentStore
import TestSupport
import Testing

/// What is asked while somebody writes is answered of one commit.
@Suite struct SnapshotTests {
    /// Every commit makes the whole graph a ring of another size.
    private static func write(_ count: Int, to store: GraphStore) throws {
        try store.write(label: "\(count)") { batch in
            for file in ["a.py", "b.py"] {
                try batch.replaceScope(file, in: "entities")
                try batch.replaceScope(file, in: "edges")
            }
            for number in 0..<count {
                let file = number % 2 == 0 ? "a.py" : "b.py"
                try batch.append(
                    CodeRows.entity(
                        key: key(number), name: "f\(number)", qualifiedName: "f\(number)",
                        kind: "function", file: file), to: try batch.relation("entities"))
                try batch.append(
                    CodeRows.edge(from: key(number), to: key((number + 1) % count), file: file),
                    to: try batch.relation("edges"))
            }
        }
    }

    private static func key(_ number: Int) -> String {
        "python:function:f\(number):\(number % 2 == 0 ? "a.py" : "b.py")"
    }

    @Test func answersAreOfOneCommit() throws {
        let directory = try TemporaryDirectory()
        let store = try GraphStore.open(directory.file("store"), schema: CodeGraph.schema)
        try Self.write(2, to: store)
        let isDone = Locked(false)
        let failure = Locked<String?>(nil)
        let writer = SystemThread {
            do {
                for count in 3..<40 { try Self.write(count, to: store) }
            } catch { failure.withLock { $0 = "\(error)" } }
            isDone.withLock { $0 = true }
        }
        var sizes: Set<Int> = []
        while !isDone.withLock({ $0 }) {
            let snapshot = try store.snapshot()
            let count = try snapshot.rowCount("entities")
            sizes.insert(count)
            let reader = snapshot.reader()
            let cycles = try WholeGraph(reader).cycles().cycles
            #expect(cycles.map(\.members.count) == [count] && cycles.first?.edgeCount == count)
            #expect(try ImpactQuery().run(reader, of: Self.key(0)).total == count - 1)
            let path = try PathQuery().run(reader, from: Self.key(1), to: Self.key(0))
            #expect(path.length == count - 1)
            var search = EntitySearch("f")
            search.limit = 0
            #expect(try search.run(reader).total == count)
        }
        writer.join()
        #expect(failure.withLock { $0 } == nil && sizes.count > 1)
    }
}
