// SPDX-License-Identifier: Apache-2.0
//
// Counts that noise cannot touch, against those in Benchmarks/gates.json. A change that makes one
// worse must say so in the commit that edits the file.

import BenchmarkCounters
import CodeGraph
import Foundation
import Platform
import SegmentStore

enum Gate {
    private static let file = "Benchmarks/gates.json"
    /// How far a count may be above the committed one.
    private static let tolerance = 1.02
    /// Of instructions: another compiler, or another processor's memcpy, may move them.
    private static let instructionTolerance = 1.05

    /// Throws if a count is worse than committed; `update` writes what was counted instead.
    static func run(update: Bool) throws {
        let found = try count().merging(try Instructions.count()) { $1 }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let committed = try JSONDecoder().decode(
            [String: Double].self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        if update {
            try (encoder.encode(committed.merging(found) { $1 }) + Data("\n".utf8)).write(
                to: URL(fileURLWithPath: file))
        }
        let wanted = update ? committed.merging(found) { $1 } : committed
        var worse = 0
        for (name, value) in found.sorted(by: { $0.key < $1.key }) {
            guard let limit = wanted[name] else {
                throw BenchmarkError("\(file) has no '\(name)'; run scripts/bench --gate --update")
            }
            let isInstructions = name.hasPrefix("instructions")
            let isWorse = value > limit * (isInstructions ? instructionTolerance : tolerance)
            if isWorse { worse += 1 }
            Report.line(name, "\(value), committed \(limit)\(isWorse ? "  WORSE" : "")")
        }
        for name in wanted.keys.sorted() where found[name] == nil {
            Report.line(name, "not counted: needs valgrind")
        }
        if worse > 0 { throw BenchmarkError("\(worse) counts are worse than in \(file)") }
    }

    private static func count() throws -> [String: Double] {
        let path = FileManager.default.temporaryDirectory.path + "/segstore-gate-\(processID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore.open(path, schema: CodeGraph.schema, options: options)
        var counts: [String: Double] = [:]

        let large = try counting(path) { try store.write { try append(0..<4000, to: $0) } }
        counts["bytes written per row, 4,000 rows"] = Double(large.receipt.writtenByteCount) / 4000
        counts["writes, 4,000 rows"] = Double(large.calls.filter { $0.hasPrefix("write") }.count)

        let small = try counting(path) {
            try store.write { batch in
                try batch.replaceScope(fileName(7), in: "entities")
                try append(70..<80, to: batch)
            }
        }
        counts["bytes written, one file replaced"] = Double(small.receipt.writtenByteCount)
        counts["system calls, one file replaced"] = Double(small.calls.count)
        counts["syncs, one file replaced"] = Double(
            small.calls.filter { $0.hasPrefix("sync") }.count)

        let empty = try counting(path) { try store.write { _ in } }
        counts["writes, empty batch"] = Double(empty.calls.filter { $0.hasPrefix("sync") }.count)

        let opening = try counting(path) {
            let reader = try GraphStore.open(path, options: options).snapshot().reader()
            guard try reader.find(0, key: key(5)) != nil else {
                throw BenchmarkError("a key is lost")
            }
            return reader
        }
        counts["system calls, open and first get"] = Double(opening.calls.count)
        counts["bytes read, open and first get"] = Double(bytesRead(opening.receipt))
        try countReads(opening.receipt, &counts)
        // The least of some: what grows by doubling does so now and then.
        var allocations = Int64.max
        for number in 0..<8 {
            let rows = (number * 10..<number * 10 + 10).map(row)
            let start = segstore_allocations()
            try store.write { batch in
                try batch.replaceScope(fileName(number), in: "entities")
                for row in rows { try batch.append(row, to: "entities") }
            }
            allocations = min(allocations, segstore_allocations() - start)
        }
        counts["allocations, one file replaced"] = Double(allocations)
        return counts
    }

    /// What the next look-ups read and allocate, one key of each file.
    private static func countReads(_ reader: Reader, _ counts: inout [String: Double]) throws {
        let keys = (0..<400).map { Array(key($0 * 10 + 5).utf8) }
        func lookUp(_ columns: [Int], _ texts: [Int]) throws {
            for key in keys {
                try key.withUnsafeBytes { key in
                    guard let row = try reader.find(0, key: key) else {
                        throw BenchmarkError("a key is lost")
                    }
                    for column in columns { _ = try reader.int(0, row, column) }
                    for column in texts { _ = try reader.bytes(0, row, column) }
                }
            }
        }
        let before = bytesRead(reader)
        try lookUp([6, 7], [])
        counts["bytes read, 400 look-ups of two columns"] = Double(bytesRead(reader) - before)
        try lookUp([6, 7, 14, 15, 16], [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 17, 18])
        counts["bytes read, 400 whole rows more"] = Double(bytesRead(reader) - before)
        let start = segstore_allocations()
        try lookUp([6, 7], [])
        counts["allocations, 400 look-ups of two columns"] = Double(segstore_allocations() - start)
    }

    /// Pages of segments that were looked at and checked.
    private static func bytesRead(_ reader: Reader) -> Int {
        reader.core.parts.reduce(0) { $0 + $1.segment.file.checkedByteCount }
    }

    /// What `body` gives, and the system calls that it made.
    private static func counting<Result>(
        _ path: String, _ body: () throws -> Result
    ) throws -> (receipt: Result, calls: [String]) {
        let (result, calls) = try Faults.with(
            Faults.Plan(pathPrefix: path, index: .max, errno: 0), body)
        return (result, calls)
    }

    static func fileName(_ number: Int) -> String { "src/file\(number).swift" }
    static func key(_ row: Int) -> String {
        "swift:function:name\(row):\(fileName(row / 10))"
    }

    static func append(_ rows: Range<Int>, to batch: Batch) throws {
        for number in rows { try batch.append(row(number), to: "entities") }
    }

    static func row(_ row: Int) -> [String: Value] {
        [
            "key": .string(key(row)), "name": .string("name\(row)"),
            "qualified_name": .string("name\(row)"), "kind": "function", "language": "swift",
            "file": .string(fileName(row / 10)), "start_line": .int(Int64(row % 10 * 20)),
            "end_line": .int(Int64(row % 10 * 20 + 18)), "visibility": "public",
            "signature": .string("func name\(row)(value: Int) -> Int"),
            "code": .string(
                "func name\(row)(value: Int) -> Int {\n    return value &* \(row &* 7919)\n}\n"),
            "content_hash": .string(String(UInt64(row) &* 0x9e37_79b9_7f4a_7c15, radix: 16)),
            "is_test": false, "token_count": .int(Int64(row % 100)), "complexity": .int(1),
            "root_l1": "src", "root_l2": "src",
        ]
    }
}
