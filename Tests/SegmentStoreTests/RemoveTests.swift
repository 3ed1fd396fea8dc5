// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Platform
import SegmentStore
import TestSupport
import Testing

/// A store that came to nothing goes, and no other.
@Suite struct RemoveTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory(inMemory: true)
        path = directory.file("store")
    }

    private struct Failure: Error {}

    private func store() throws -> GraphStore {
        try GraphStore.open(path, schema: RandomRows.schema)
    }

    private func write(_ seed: Int) throws {
        try store().write { try RandomRows.perform(RandomRows.batch(seed), in: $0) }
    }

    private func fail() throws {
        #expect(throws: Failure.self) {
            try store().write { batch in
                try RandomRows.perform(RandomRows.batch(1), in: batch)
                throw Failure()
            }
        }
    }

    @Test func whatNothingWasCommittedToGoes() throws {
        try store().remove(unlessNewerThan: 0, keepingDirectory: false)
        try fail()
        #expect(try Directory.kind(of: path) == .directory)
        try store().remove(unlessNewerThan: 0, keepingDirectory: true)
        #expect(try Directory.names(in: path) == [])
        try fail()
        try store().remove(unlessNewerThan: 0, keepingDirectory: false)
        #expect(try Directory.kind(of: path) == .nothing)
        // Its place is like any other.
        try write(1)
        #expect(try store().snapshot().generation == 1)
    }

    @Test func whatOthersHaveThereStays() throws {
        try fail()
        try Data().write(to: URL(fileURLWithPath: path + "/notes"))
        try store().remove(unlessNewerThan: 0, keepingDirectory: false)
        #expect(try Directory.names(in: path) == ["notes"])
    }

    @Test func aCommitKeepsIt() throws {
        try write(1)
        try store().remove(unlessNewerThan: 0, keepingDirectory: false)
        #expect(try store().snapshot().generation == 1)
        try store().remove(unlessNewerThan: 1, keepingDirectory: false)
        #expect(try Directory.kind(of: path) == .nothing)
    }

    /// Whoever opened the lock before it was removed must not hold one that nobody else meets.
    @Test func aWriterThatComesMeanwhileLosesNothing() throws {
        for _ in 0..<200 {
            let written = Locked(0)
            DispatchQueue.concurrentPerform(iterations: 3) { number in
                if number == 0 {
                    _ = try? store().write { _ in }
                    try? store().remove(unlessNewerThan: 0, keepingDirectory: false)
                    return
                }
                while true {
                    do {
                        try write(number)
                        return written.withLock { $0 += 1 }
                    } catch let error as StoreError where error.code == .locked {
                        continue
                    } catch {
                        Issue.record("\(error)")
                        return
                    }
                }
            }
            #expect(written.withLock { $0 } == 2)
            #expect(try store().snapshot().generation == 2)
            try store().remove(unlessNewerThan: 2, keepingDirectory: false)
        }
    }
}
