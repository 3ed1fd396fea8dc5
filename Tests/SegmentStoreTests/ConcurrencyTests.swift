// SPDX-License-Identifier: Apache-2.0
import Foundation
import Platform
import SegmentStore
import Synchronization
import TestSupport
import Testing

@Suite struct ConcurrencyTests {
    @Test func threadsReadWholeCommitsWhileOneWrites() throws {
        let directory = try TemporaryDirectory(inMemory: true)
        let path = directory.file("store")
        let store = try GraphStore.open(path, schema: StressWorkload.schema)
        try StressWorkload.commit(to: store)
        let isDone = Atomic<Bool>(false)
        let snapshots = Atomic<Int>(0)
        let problems = Locked<[String]>([])
        @Sendable func note(_ text: String) {
            problems.withLock { $0.append(text) }
            isDone.store(true, ordering: .relaxed)
        }

        let readers = DispatchGroup()
        for number in 0..<3 {
            readers.enter()
            Thread.detachNewThread {
                defer { readers.leave() }
                var random = SeededGenerator(seed: UInt64(number))
                do {
                    // Two share the writer's handle, one has its own.
                    let reading = number == 0 ? try GraphStore.open(path) : store
                    var held = try reading.snapshot()
                    while !isDone.load(ordering: .relaxed) {
                        let snapshot = try reading.snapshot()
                        if snapshot.generation < held.generation {
                            note("went back to \(snapshot.generation)")
                        }
                        if let problem = try StressWorkload.problem(in: snapshot) { note(problem) }
                        if let problem = try StressWorkload.problem(inHistoryOf: reading, &random) {
                            note(problem)
                        }
                        if random.chance(10) {
                            if let problem = try StressWorkload.problem(in: held) {
                                note("held: \(problem)")
                            }
                            held = snapshot
                        }
                        snapshots.add(1, ordering: .relaxed)
                    }
                } catch {
                    note("reader \(number): \(error)")
                }
            }
        }
        // All share one snapshot, each with its own reader.
        let shared = try store.snapshot()
        for _ in 0..<2 {
            readers.enter()
            Thread.detachNewThread {
                defer { readers.leave() }
                do {
                    while !isDone.load(ordering: .relaxed) {
                        if let problem = try StressWorkload.problem(in: shared) {
                            note("shared: \(problem)")
                        }
                    }
                } catch {
                    note("shared: \(error)")
                }
            }
        }

        var random = SeededGenerator(seed: 7)
        let commits = isLong ? 5000 : 300
        for _ in 0..<commits where !isDone.load(ordering: .relaxed) {
            try StressWorkload.commit(to: store)
            if random.chance(12) { try store.compact() }
            if random.chance(9) { try store.collectGarbage(keep: 1 + random.below(5)) }
        }
        store.waitForBackgroundWork()
        isDone.store(true, ordering: .relaxed)
        readers.wait()
        #expect(problems.withLock { $0 } == [])
        #expect(snapshots.load(ordering: .relaxed) >= 30)
        #expect(try store.snapshot().label == "\(commits + 1)")
        #expect(try StressWorkload.problem(in: store.snapshot()) == nil)
    }

    /// Whoever blocks the threads of Dispatch, be it by waiting for another writer, must not keep a
    /// writer from its end.
    @Test func aCommitNeedsNoThreadOfDispatch() throws {
        let directory = try TemporaryDirectory()
        let store = try GraphStore.open(directory.file("store"), schema: RandomRows.schema)
        let gate = DispatchSemaphore(value: 0)
        let blocked = DispatchGroup()
        for _ in 0..<512 { DispatchQueue.global().async(group: blocked) { gate.wait() } }
        let done = DispatchSemaphore(value: 0)
        let failures = Locked<[String]>([])
        Thread.detachNewThread {
            do {
                // Enough for groups that are not encoded in passing.
                try store.write { batch in
                    for seed in 0..<40 {
                        try RandomRows.perform(RandomRows.batch(seed), in: batch)
                    }
                }
            } catch { failures.withLock { $0.append("\(error)") } }
            done.signal()
        }
        #expect(done.wait(timeout: .now() + 60) == .success)
        for _ in 0..<512 { gate.signal() }
        blocked.wait()
        #expect(failures.withLock { $0 } == [])
        #expect(try store.snapshot().generation == 1)
    }

    @Test func writersOfOneProcessQueue() throws {
        let directory = try TemporaryDirectory(inMemory: true)
        let store = try GraphStore.open(directory.file("store"), schema: StressWorkload.schema)
        let failures = Locked<[String]>([])
        let count = 20
        DispatchQueue.concurrentPerform(iterations: 4) { number in
            for step in 0..<count {
                do {
                    try store.write { batch in
                        try batch.append([.string("\(number)/\(step)"), "all", 1, "text"], to: 0)
                    }
                } catch { failures.withLock { $0.append("\(error)") } }
            }
        }
        store.waitForBackgroundWork()
        #expect(failures.withLock { $0 } == [])
        #expect(try store.snapshot().rowCount("counters") == 4 * count)
    }

    @Test func processesReadWholeCommitsWhileOneWrites() throws {
        let directory = try TemporaryDirectory(inMemory: true)
        let path = directory.file("store")
        let seconds = isLong ? "120" : "6"
        let writer = try Tool("StressTool", ["write", path, "1"])
        let readers = try (0..<3).map { _ in try Tool("StressTool", ["read", path, seconds]) }
        for reader in readers {
            #expect(reader.wait() == 0, "\(reader.errorText)")
            #expect(reader.text.contains("snapshots of"))
        }
        writer.kill()
        #expect(writer.wait() == -SIGKILL, "\(writer.errorText)")
        let commits = writer.text.split(separator: "\n").count
        // A machine with nothing else to do comes to thousands.
        #expect(commits >= 50)
        let check = try Tool("StressTool", ["check", path])
        #expect(check.wait() == 0, "\(check.errorText)")
    }

    @Test func aLockOfAnotherProcessIsNamed() throws {
        let directory = try TemporaryDirectory(inMemory: true)
        let path = directory.file("store")
        let store = try GraphStore.open(path, schema: StressWorkload.schema)
        try StressWorkload.commit(to: store)
        for isKilled in [true, false] {
            let holder = try Tool("StressTool", ["hold", path])
            #expect(holder.waitForOutput())
            let before = try store.snapshot().generation
            for (name, act) in [
                ("write", { _ = try StressWorkload.commit(to: store) }),
                ("compact", { _ = try store.compact() }),
                ("gc", { _ = try store.collectGarbage(keep: 1) }),
                ("recover", { _ = try store.recover(to: before) }),
            ] as [(String, () throws -> Void)] {
                let error = #expect(throws: StoreError.self, "\(name)") { try act() }
                #expect(error?.code == .locked, "\(name)")
                #expect(error?.holder == holder.processID, "\(name)")
                #expect("\(error as Any)".contains("process \(holder.processID)"), "\(name)")
            }
            // A reader does not care.
            #expect(try StressWorkload.problem(in: store.snapshot()) == nil)
            if isKilled { holder.kill() } else { holder.closeInput() }
            #expect(holder.wait() == (isKilled ? -SIGKILL : 0), "\(holder.errorText)")
            // What the dead one held is free, and what it had not committed is not there.
            #expect(try store.snapshot().generation == before + (isKilled ? 0 : 1))
            try store.write(label: "1") { try StressWorkload.fill($0, with: 1) }
            #expect(try StressWorkload.problem(in: store.snapshot()) == nil)
        }
    }
}

/// Writers that are killed at any moment. SEGSTORE_KILLS says how often.
@Suite struct KillTests {
    static let kills =
        ProcessInfo.processInfo.environment["SEGSTORE_KILLS"].flatMap(Int.init)
        ?? (isLong ? 1000 : 60)

    @Test func whatAKilledWriterCommittedIsThere() throws {
        let directory = try TemporaryDirectory(inMemory: true)
        let path = directory.file("store")
        var random = SeededGenerator(seed: UInt64(Date().timeIntervalSince1970))
        var newest: UInt64 = 0
        var printed = 0
        // One writer outlives them all, and takes its turn.
        let survivor = try GraphStore.open(path, schema: StressWorkload.schema)
        for kill in 0..<Self.kills {
            let writer = try Tool("StressTool", ["write", path, "\(kill)"])
            // Some die while they open the store.
            if !random.chance(6) { #expect(writer.waitForOutput(), "\(writer.errorText)") }
            usleep(UInt32(random.below(20_000)))
            writer.kill()
            #expect(writer.wait() == -SIGKILL, "kill \(kill): \(writer.errorText)")
            let lines = writer.text.split(separator: "\n").map {
                $0.split(separator: " ").compactMap { Int($0) }
            }
            printed += lines.count
            let store: GraphStore
            do {
                store = try GraphStore.open(path, schema: StressWorkload.schema)
            } catch {
                Issue.record("kill \(kill): \(error)")
                return
            }
            let snapshot = try store.snapshot()
            #expect(snapshot.generation >= newest, "kill \(kill)")
            if let last = lines.last, last.count == 2 {
                #expect(snapshot.generation >= UInt64(last[0]), "kill \(kill)")
                #expect(Int(snapshot.label) ?? 0 >= last[1], "kill \(kill)")
            }
            #expect(try StressWorkload.problem(in: snapshot) == nil, "kill \(kill)")
            for commit in try store.history() {
                let old = try store.snapshot(at: commit.generation)
                #expect(try StressWorkload.problem(in: old) == nil, "kill \(kill)")
            }
            newest = snapshot.generation
            if random.chance(3) { newest = try StressWorkload.commit(to: survivor).generation }
        }
        #expect(printed > Self.kills, "the writers hardly wrote")
        let last = try Tool("StressTool", ["write", path, "0", "3"])
        #expect(last.wait() == 0, "\(last.errorText)")
        let store = try GraphStore.open(path)
        #expect(try store.snapshot().generation >= newest + 3)
        #expect(try StressWorkload.problem(in: store.snapshot()) == nil)
        // What the dead left is gone.
        let names = try Directory.names(in: path) + Directory.names(in: "\(path)/segments")
        #expect(!names.contains { $0.hasPrefix("scratch-") || $0 == "manifest.new" })
    }
}
