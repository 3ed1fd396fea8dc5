// SPDX-License-Identifier: Apache-2.0
//
// A process that the concurrency and kill tests start, many at once, and kill.
//
//   write DIR SEED [COMMITS]   commits until it is killed, or so often; prints a line
//                              "generation batch" after each durable commit
//   read DIR SECONDS           takes snapshots and checks them; prints how many
//   check DIR                  checks the store once; prints its generation
//   hold DIR                   begins a batch, prints "holding", commits when its input ends
//   memory DIR COUNT           commits so many entities in one batch; prints the bytes of memory
//                              that it had at most before, and by the end

import CodeGraph
import Glibc
import SegmentStore
import TestSupport

func say(_ text: String, to descriptor: Int32 = 1) {
    let line = Array((text + "\n").utf8)
    // The reader must see whole lines: a pipe takes so few bytes at once.
    _ = line.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
}

func fail(_ text: String) -> Never {
    say(text, to: 2)
    exit(1)
}

func open(_ path: String, _ mode: StoreOptions.Mode) throws(StoreError) -> GraphStore {
    var options = StoreOptions()
    options.mode = mode
    return try GraphStore.open(path, schema: StressWorkload.schema, options: options)
}

func write(_ path: String, seed: UInt64, commits: Int) throws {
    let store = try open(path, .create)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<commits {
        let done = try StressWorkload.commit(to: store)
        say("\(done.generation) \(done.batch)")
        if random.chance(20) { say("\(try store.compact().generation) \(done.batch)") }
        if random.chance(15) { try store.collectGarbage(keep: 1 + random.below(4)) }
        // Another writer of this process, as after a restart.
        if random.chance(50) { _ = try StressWorkload.commit(to: try open(path, .existing)) }
    }
    store.waitForBackgroundWork()
}

func read(_ path: String, seconds: Double) throws {
    let end = now() + seconds
    var random = SeededGenerator(seed: UInt64(getpid()))
    while true {
        do {
            _ = try open(path, .readOnly)
            break
        } catch {
            // Before the first commit.
            guard error.code == .notFound, now() < end else { throw error }
            usleep(1000)
        }
    }
    var store = try open(path, .readOnly)
    var held = try store.snapshot()
    var count = 0
    var generations = Set<UInt64>()
    while now() < end {
        if random.chance(20) { store = try open(path, .readOnly) }
        let snapshot = try store.snapshot()
        if snapshot.generation < held.generation {
            fail("generation \(snapshot.generation) after \(held.generation)")
        }
        if let problem = try StressWorkload.problem(in: snapshot) { fail(problem) }
        if random.chance(4), let problem = try StressWorkload.problem(inHistoryOf: store, &random) {
            fail(problem)
        }
        generations.insert(snapshot.generation)
        if random.chance(30) {
            if let problem = try StressWorkload.problem(in: held) { fail("held: \(problem)") }
            held = snapshot
        }
        count += 1
    }
    say("\(count) snapshots of \(generations.count) generations")
}

func memory(_ path: String, count: Int) throws {
    let idle = try ProcessMemory.peakByteCount()
    let store = try GraphStore.open(path, schema: CodeGraph.schema)
    try store.write { batch in
        for number in 0..<count {
            try batch.append(CodeRows.entity(number, codeByteCount: 1000), to: 0)
        }
    }
    say("\(idle) \(try ProcessMemory.peakByteCount())")
}

func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func run(_ arguments: [String]) throws {
    guard arguments.count >= 2 else { fail("usage: StressTool write|read|check|hold|memory DIR …") }
    let path = arguments[1]
    let number = arguments.count > 2 ? Double(arguments[2]) ?? 0 : 0
    switch arguments[0] {
    case "write":
        try write(
            path, seed: UInt64(number), commits: arguments.count > 3 ? Int(arguments[3]) ?? 0 : .max
        )
    case "read": try read(path, seconds: number)
    case "check":
        let snapshot = try open(path, .readOnly).snapshot()
        if let problem = try StressWorkload.problem(in: snapshot) { fail(problem) }
        say("\(snapshot.generation)")
    case "hold":
        let store = try open(path, .create)
        try store.write { batch in
            say("holding")
            var byte: UInt8 = 0
            while Glibc.read(0, &byte, 1) > 0 {}
            try StressWorkload.fill(batch, with: 1)
        }
    case "memory": try memory(path, count: Int(number))
    default: fail("no such mode: \(arguments[0])")
    }
}

do { try run(Array(CommandLine.arguments.dropFirst())) } catch { fail("\(error)") }
