// SPDX-License-Identifier: Apache-2.0
//
// The engine as a contestant: Benchmarks/Compare/README.md says what it is asked, line by line.

import CodeGraph
import Foundation
import Platform
import Query
import SegmentStore

final class Contestant {
    private let data: Dataset
    private let keys: Keys
    private let directory: String
    private var store: GraphStore?
    private var tasks: ReadTasks?

    init(rows: String, directory: String) throws {
        data = try Dataset(try DatasetFile(rows))
        keys = Keys(data)
        self.directory = directory
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    /// An answer: one line of JSON.
    private struct Answer {
        private var parts: [String] = []

        mutating func add(_ name: String, _ value: some Numeric) {
            parts.append("\"\(name)\": \(value)")
        }
        mutating func text(_ name: String, _ text: String) {
            parts.append("\"\(name)\": \"\(text)\"")
        }
        mutating func times(_ values: [Int64], _ name: String = "times") { list(name, values) }
        mutating func list(_ name: String, _ values: [some Numeric]) {
            parts.append("\"\(name)\": [\(values.map { "\($0)" }.joined(separator: ", "))]")
        }
        func write() {
            print("{\(parts.joined(separator: ", "))}")
            fflush(nil)
        }
    }

    /// Answers the questions on standard input, until it ends.
    func serve() throws {
        var ready = Answer()
        ready.text("version", "segstore")
        ready.text("how", "as it comes")
        ready.write()
        while let line = readLine() {
            let words = line.split(separator: " ")
            let numbers = words.dropFirst().map { Int($0) ?? 0 }
            var answer = Answer()
            if try !self.answer(String(words.first ?? ""), numbers, &answer) {
                answer.text("unsupported", "no such task here")
            }
            answer.write()
        }
    }

    /// In a process of its own: from nothing but a path to the first answer.
    static func first(directory: String, key: String) throws {
        var line: Int64 = 0
        let time = try timed {
            let reader = try GraphStore.open(directory).snapshot().reader()
            guard let row = try reader.find(0, key: key) else { throw BenchmarkError("lost a key") }
            line = try reader.int(0, row, 6) ?? 0
        }
        var answer = Answer()
        answer.times([time])
        answer.add("check", line)
        answer.write()
    }

    private func answer(_ task: String, _ numbers: [Int], _ answer: inout Answer) throws -> Bool {
        func number(_ place: Int) throws -> Int {
            guard place < numbers.count else { throw BenchmarkError("\(task) needs more numbers") }
            return numbers[place]
        }
        switch task {
        case "load": try load(&answer)
        case "memory": try memory(&answer)
        case "build": try build(batches: 1, &answer)
        case "batches": try build(batches: number(0), &answer)
        case "compact":
            let store = try open()
            answer.times([try timed { try store.compact() }])
            tasks = nil
        case "close":
            tasks = nil
            store = nil
        case "open": store = try GraphStore.open("\(directory)/store")
        case "everything": answer.add("check", try reading().everything(data))
        case "upsert":
            let tenth = data.entities.count / 10
            let start = try number(0) % 9 * tenth
            try write(&answer) { try append(start..<start + tenth, to: $0) }
        case "replace":
            let from = try number(0)
            let times = try (from..<from + number(1)).map { try replace($0) }
            answer.times(times)
        case "singly", "together":
            let count = try number(1)
            let from = try number(0) % (data.entities.count - count)
            let step = task == "singly" ? 1 : count
            let store = try open()
            answer.times([
                try timed {
                    for row in stride(from: from, to: from + count, by: step) {
                        try store.write { try append(row..<row + step, to: $0) }
                    }
                }
            ])
            tasks = nil
        case "readers":
            try readers(milliseconds: number(0), count: number(1), writes: number(2) > 0, &answer)
        case "kinds", "lines": try scan(task == "kinds", passes: number(0), &answer)
        case "components", "pagerank", "communities": try whole(task, passes: number(0), &answer)
        default: return try read(task, numbers, &answer)
        }
        return true
    }

    private func open() throws -> GraphStore {
        guard let store else { throw BenchmarkError("no store was built") }
        return store
    }

    private func reading() throws -> ReadTasks {
        if let tasks { return tasks }
        let made = try ReadTasks(try open())
        tasks = made
        return made
    }

    // MARK: - Loads

    private func load(_ answer: inout Answer) throws {
        let store = try EngineTasks.fresh("\(directory)/load")
        let before = processorTime()
        let time = try timed { try store.write { try data.append(to: $0) } }
        answer.times([processorTime() - before], "processor")
        answer.times([time])
        try FileManager.default.removeItem(atPath: "\(directory)/load")
    }

    /// To be asked first: memory that was freed would hide what is taken again.
    private func memory(_ answer: inout Answer) throws {
        PeakMemory.trim()
        PeakMemory.reset()
        let before = PeakMemory.value("VmRSS:")
        try EngineTasks.fresh("\(directory)/memory").write { try data.append(to: $0) }
        answer.add("bytes", PeakMemory.value() - before)
        try FileManager.default.removeItem(atPath: "\(directory)/memory")
    }

    /// As it comes when it is one batch; several are not merged before `compact`.
    private func build(batches: Int, _ answer: inout Answer) throws {
        tasks = nil
        store?.waitForBackgroundWork()
        let store = try EngineTasks.fresh("\(directory)/store", compacts: batches == 1)
        for (batch, edges) in data.edgeBatches(batches).enumerated() {
            let rows = data.entityBatch(batch, of: batches)
            try store.write { try data.append(to: $0, entities: rows, edgesAt: edges) }
        }
        self.store = store
        answer.add("bytes", try bytesOnDisk(store.path))
    }

    private func bytesOnDisk(_ path: String) throws -> Int {
        try FileManager.default.subpathsOfDirectory(atPath: path).reduce(0) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            guard attributes[.type] as? FileAttributeType == .typeRegular else { return sum }
            return sum + (attributes[.size] as? Int ?? 0)
        }
    }

    // MARK: - Reads

    /// `TASK FROM COUNT WARM`: some of the keys, one by one, after some before them.
    private func read(_ task: String, _ numbers: [Int], _ answer: inout Answer) throws -> Bool {
        let known = ["columns", "row", "missing", "deps", "rdeps", "near", "far", "names", "timer"]
        guard known.contains(task), numbers.count == 3 else { return false }
        let tasks = try reading()
        var times: [Int64] = []
        times.reserveCapacity(numbers[1])
        var sum = 0
        let there = keys.there
        let missing = keys.missing
        @inline(__always) func each(_ body: (Int) throws -> Int) throws {
            for n in 1...max(numbers[2], 1) {
                _ = try body((numbers[0] + 2 * Keys.count - n) % Keys.count)
            }
            for n in numbers[0]..<numbers[0] + numbers[1] {
                let i = n % Keys.count
                let start = Clock.nanoseconds()
                sum &+= try body(i)
                times.append(Clock.nanoseconds() - start)
            }
        }
        switch task {
        case "columns": try each { try tasks.twoColumns(there[$0]) }
        case "row": try each { try tasks.fullRow(there[$0]) }
        case "missing": try each { try tasks.missing(missing[$0]) }
        case "deps": try each { try tasks.hop(there[$0], .outgoing) }
        case "rdeps": try each { try tasks.hop(there[$0], .incoming) }
        case "near": try each { try tasks.closure(there[$0], depth: 5) }
        case "far": try each { try tasks.closure(there[$0], depth: .max) }
        case "names":
            let parts = there.map(ReadTasks.partOfName)
            try each { try tasks.names(containing: parts[$0]) }
            // What is asked finds more than those that the text stands in.
            sum = 0
            for n in numbers[0]..<numbers[0] + numbers[1] where numbers[2] == 0 {
                sum += try tasks.nameCount(containing: parts[n % Keys.count])
            }
        default: try each { _ in 0 }
        }
        answer.times(times)
        answer.add("check", sum)
        return true
    }

    /// So many passes over all rows.
    private func scan(_ isByKind: Bool, passes: Int, _ answer: inout Answer) throws {
        let tasks = try reading()
        var counts: [Int] = []
        var sums: [Int64] = []
        let times = try (0..<passes).map { _ in
            try timed {
                if isByKind {
                    counts = try tasks.countByKind()
                } else {
                    sums = try tasks.linesByFile()
                }
            }
        }
        answer.times(times)
        let check = counts.reduce(0) { $0 &+ $1 &* $1 } &+ sums.reduce(0) { $0 &+ Int($1 &* $1) }
        answer.add("check", check)
    }

    /// From the store to the measure, so many times.
    private func whole(_ task: String, passes: Int, _ answer: inout Answer) throws {
        let reader = try reading().reader
        var check = 0
        var modularity = 0.0
        let times = try (0..<passes).map { _ in
            try timed {
                let graph = try WholeGraph(reader)
                switch task {
                case "components":
                    let found = StronglyConnected(graph.graph)
                    let sizes = (0..<found.count).map { found.members.size($0) }
                    check = sizes.reduce(0) { $0 + ($1 > 1 ? $1 * $1 : 0) }
                case "pagerank":
                    let ranking = try graph.ranking(.pagerank, limit: 20)
                    check = Int(((ranking.nodes.first?.score ?? 0) * 1e7).rounded())
                default:
                    modularity = try graph.communities().modularity
                }
            }
        }
        answer.times(times)
        if task == "communities" {
            answer.list("modularity", [modularity])
        } else {
            answer.add("check", check)
        }
    }

    // MARK: - Writes

    private func append(_ rows: Range<Int>, to batch: Batch) throws {
        try data.append(
            to: batch, entities: rows, edges: rows.lowerBound * 3..<rows.upperBound * 3)
    }

    private func write(_ answer: inout Answer, _ body: (Batch) throws -> Void) throws {
        let store = try open()
        answer.times([try timed { try store.write(body) }])
        tasks = nil
    }

    private func replace(_ number: Int) throws -> Int64 {
        let store = try open()
        let file = number * 7 % data.files.count
        tasks = nil
        return try timed { try store.write { try data.replace(file, in: $0) } }
    }

    /// Look-ups and hops by threads, a new view of the store for every hundred, beside a thread that
    /// replaces files.
    private func readers(
        milliseconds: Int, count: Int, writes: Bool, _ answer: inout Answer
    ) throws {
        let work = ReaderWork(try open(), keys, data)
        let start = Clock.nanoseconds()
        let threads = (0..<count).map { number in
            let thread = Thread { work.read(number) }
            thread.start()
            return thread
        }
        var times: [Int64] = []
        if writes {
            while Clock.nanoseconds() - start < Int64(milliseconds) * 1_000_000 {
                times.append(try replace(times.count))
            }
        } else {
            usleep(UInt32(milliseconds) * 1000)
        }
        work.stop()
        while threads.contains(where: { !$0.isFinished }) { usleep(100) }
        let elapsed = Clock.nanoseconds() - start
        try work.rethrow()
        answer.times(work.sample)
        answer.times(times, "writes")
        answer.add("reads", work.count)
        answer.add("seconds", Double(elapsed) / 1e9)
    }
}

/// What the readers share. `@unchecked Sendable`: all that changes is behind the lock, and nothing
/// of the data set changes.
private final class ReaderWork: @unchecked Sendable {
    private let store: GraphStore
    private let keys: [UnsafeRawBufferPointer]
    private let owner: Keys
    private let data: Dataset
    private let lock = NSLock()
    private var isStopped = false
    private(set) var sample: [Int64] = []
    private(set) var count = 0
    private var error: (any Error)?

    init(_ store: GraphStore, _ keys: Keys, _ data: Dataset) {
        self.store = store
        self.keys = keys.there
        owner = keys
        self.data = data
    }

    func stop() { lock.withLock { isStopped = true } }

    func rethrow() throws { if let error { throw error } }

    func read(_ number: Int) {
        var random = SplitMix(state: UInt64(number))
        var times: [Int64] = []
        var done = 0
        do {
            while !lock.withLock({ isStopped }) {
                let tasks = try ReadTasks(store)
                for _ in 0..<50 {
                    let key = keys[random.below(keys.count)]
                    let start = Clock.nanoseconds()
                    _ = try tasks.twoColumns(key)
                    times.append(Clock.nanoseconds() - start)
                    _ = try tasks.hop(key, .incoming)
                    done += 2
                }
            }
        } catch {
            lock.withLock { self.error = error }
        }
        lock.withLock {
            count += done
            // There are millions.
            let step = 1 + times.count / 1000
            for index in stride(from: 0, to: times.count, by: step) { sample.append(times[index]) }
        }
    }
}
