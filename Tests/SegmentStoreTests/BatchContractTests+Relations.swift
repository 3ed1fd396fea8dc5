// SPDX-License-Identifier: Apache-2.0
//
// The rows of all relations of a batch become visible together, or none does.

import CodeGraph
import Foundation
import Platform
import SegmentStore
import Synchronization
import TestSupport
import Testing

extension BatchContractTests {
    static let rowsOfEach = 3000

    /// Rows of all relations in turn: enough for several groups of each, which are encoded beside
    /// each other.
    private func appendAll(to batch: Batch, version: Int) throws {
        for number in 0..<Self.rowsOfEach {
            for relation in Self.allRelations {
                try batch.append(
                    CodeRows.row(relation, number, version: version), to: relation)
            }
        }
    }

    private static func rowCounts(_ snapshot: Snapshot) throws -> [Int] {
        try CodeGraph.schema.relations.map { try snapshot.rowCount($0.name) }
    }

    private func expectAll(_ version: Int) throws {
        for relation in Self.allRelations {
            let rows = (0..<Self.rowsOfEach).map {
                CodeRows.row(relation, $0, version: version)
            }
            #expect(try differences(relation, from: rows) == [])
        }
    }

    @Test func allRelationsBecomeVisibleTogether() throws {
        let isDone = Atomic<Bool>(false)
        let seen = Locked<Set<[Int]>>([])
        let (store, path) = (store, path)
        let reader = DispatchGroup()
        reader.enter()
        Thread.detachNewThread {
            defer { reader.leave() }
            while !isDone.load(ordering: .relaxed) {
                for handle in [store, try? Self.open(path)] {
                    guard let snapshot = try? handle?.snapshot(), snapshot.generation > 0,
                        let counts = try? Self.rowCounts(snapshot)
                    else { continue }
                    seen.withLock { _ = $0.insert(counts) }
                }
            }
        }
        let receipt = try store.write { try appendAll(to: $0, version: 0) }
        while seen.withLock({ $0.isEmpty }) { usleep(1000) }
        isDone.store(true, ordering: .relaxed)
        reader.wait()
        let all = Array(repeating: Self.rowsOfEach, count: Self.allRelations.count)
        #expect(seen.withLock { $0 } == [all])
        #expect(receipt.relations.values.map(\.rowCount) == all)
        try expectAll(0)
        #expect(try store.verify().isSound)
    }

    @Test func allRelationsStayAsTheyWereIfOneFails() throws {
        try store.write { try appendAll(to: $0, version: 0) }
        let segments = { try Directory.names(in: "\(path)/segments").sorted() }
        let before = try segments()

        // The very last row of the last relation.
        let error = #expect(throws: StoreError.self) {
            try store.write { batch in
                try appendAll(to: batch, version: 1)
                try batch.append(["file": "src/z.swift", "language": 7], to: "files")
            }
        }
        #expect(error?.code == .invalidRow)
        #expect(error?.rows.map(\.index) == [Self.rowsOfEach])
        #expect(error?.rows.map(\.relation) == ["files"])
        #expect(try segments() == before)

        // The first write to the segment, one in the middle of it, and the last.
        var plan = Faults.Plan(pathPrefix: "\(path)/segments", index: .max, errno: EIO)
        plan.calls = [.write]
        var rehearsal = plan
        rehearsal.pathPrefix = directory.path
        let other = try Self.open(directory.file("other"))
        let calls = try Faults.with(rehearsal) {
            try other.write { try appendAll(to: $0, version: 0) }
            try other.write { try appendAll(to: $0, version: 1) }
        }.calls
        let count = calls.count { $0.hasSuffix(Layout.segment(2)) }
        #expect(count >= 3)
        for index in [0, count / 2, count - 1] {
            plan.index = index
            let error = #expect(throws: StoreError.self, "write \(index)") {
                _ = try Faults.with(plan) { try store.write { try appendAll(to: $0, version: 1) } }
            }
            #expect(error?.code == .io && error?.errno == EIO, "write \(index)")
            #expect(error?.path == "\(path)/\(Layout.segment(2))", "write \(index)")
            #expect(try segments() == before, "write \(index)")
        }
        try expectAll(0)
        // The same handle goes on.
        try store.write { try appendAll(to: $0, version: 1) }
        try expectAll(1)
        #expect(try Self.open(path).history().count == 2)
    }
}
