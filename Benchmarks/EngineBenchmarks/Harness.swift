// SPDX-License-Identifier: Apache-2.0
import BenchmarkCounters
import Foundation
import Platform

/// Median and spread of some runs, in nanoseconds.
struct Timing {
    let values: [Int64]

    init(_ values: [Int64]) { self.values = values.sorted() }

    var median: Int64 { at(0.5) }
    func at(_ share: Double) -> Int64 {
        values[min(values.count - 1, Int(Double(values.count) * share))]
    }

    var text: String {
        "p50 \(Self.text(median))  p99 \(Self.text(at(0.99)))  min \(Self.text(values[0]))"
    }

    static func text(_ nanoseconds: Int64) -> String {
        nanoseconds < 10_000
            ? "\(nanoseconds) ns"
            : nanoseconds < 10_000_000
                ? String(format: "%.1f µs", Double(nanoseconds) / 1e3)
                : String(format: "%.1f ms", Double(nanoseconds) / 1e6)
    }
}

@inline(__always)
func timed(_ body: () throws -> Void) rethrows -> Int64 {
    let start = Clock.nanoseconds()
    try body()
    return Clock.nanoseconds() - start
}

/// What was measured: printed at once, and kept for `--json`.
enum Report {
    /// Only measurements whose name contains this are taken.
    nonisolated(unsafe) static var nameFilter = ""
    nonisolated(unsafe) private static var results: [String: [String: Double]] = [:]

    static func wants(_ name: String) -> Bool { nameFilter.isEmpty || name.contains(nameFilter) }

    static func line(_ name: String, _ text: String) {
        print(name.padding(toLength: max(42, name.count + 2), withPad: " ", startingAt: 0) + text)
    }

    static func add(_ name: String, _ timing: Timing, instructions: Int64? = nil) {
        var values = [
            "p50": timing.median, "p99": timing.at(0.99), "min": timing.values[0],
            "runs": Int64(timing.values.count),
        ].mapValues(Double.init)
        var text = timing.text
        if let instructions {
            values["instructions"] = Double(instructions)
            text += "  \(instructions) instructions"
        }
        line(name, text)
        results[name] = values
    }

    static func add(_ name: String, _ value: Int, _ unit: String) {
        line(name, "\(value) \(unit)")
        results[name] = [unit: Double(value)]
    }

    /// With the data set, the machine and the commit.
    static func write(to path: String, _ data: Dataset) throws {
        func output(_ command: String...) -> String { Corpus.output(of: command) ?? "?" }
        let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
        let report: [String: Any] = [
            "data": [
                "entities": data.entities.count, "edges": data.edges.count, "seed": data.seed,
                "bytes": data.inputByteCount,
            ],
            "machine": [
                "processor": cpu ?? "?", "cores": ProcessInfo.processInfo.activeProcessorCount,
                "memory": ProcessInfo.processInfo.physicalMemory, "kernel": output("uname", "-r"),
            ],
            "commit": output("git", "describe", "--always", "--dirty", "--abbrev=12"),
            "results": results,
        ]
        let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys]
        try JSONSerialization.data(withJSONObject: report, options: options)
            .write(to: URL(fileURLWithPath: path))
    }
}

/// Runs `body` so often after a warm-up and reports.
func measure(_ name: String, runs: Int = 10, warmUp: Int = 1, _ body: () throws -> Void) throws {
    guard Report.wants(name) else { return }
    for _ in 0..<warmUp { try body() }
    var values: [Int64] = []
    let start = segstore_instructions()
    for _ in 0..<runs { values.append(try timed(body)) }
    let instructions = start < 0 ? nil : (segstore_instructions() - start) / Int64(runs)
    Report.add(name, Timing(values), instructions: instructions)
}

/// Times every call by itself.
func measureEach(_ name: String, count: Int, _ body: (Int) throws -> Void) throws {
    guard Report.wants(name) else { return }
    for i in 0..<count { try body(i) }
    var values: [Int64] = []
    values.reserveCapacity(count)
    let start = segstore_instructions()
    for i in 0..<count { values.append(try timed { try body(i) }) }
    let instructions = start < 0 ? nil : (segstore_instructions() - start) / Int64(count)
    Report.add(name, Timing(values), instructions: instructions)
}

/// Peak resident memory since the last reset, from the kernel, in bytes.
enum PeakMemory {
    static func reset() {
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    }

    /// Gives freed memory back to the system: it would hide what is taken again.
    static func trim() { segstore_trim() }

    static func value(_ field: String = "VmHWM:") -> Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
            return 0
        }
        for line in status.split(separator: "\n") where line.hasPrefix(field) {
            return (Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]) ?? 0) * 1024
        }
        return 0
    }
}

/// Processor time of all threads so far, in nanoseconds.
func processorTime() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
