// SPDX-License-Identifier: Apache-2.0
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
        func format(_ nanoseconds: Int64) -> String {
            nanoseconds < 10_000
                ? "\(nanoseconds) ns"
                : nanoseconds < 10_000_000
                    ? String(format: "%.1f µs", Double(nanoseconds) / 1e3)
                    : String(format: "%.1f ms", Double(nanoseconds) / 1e6)
        }
        return "p50 \(format(median))  p99 \(format(at(0.99)))  min \(format(values[0]))"
    }
}

@inline(__always)
func timed(_ body: () throws -> Void) rethrows -> Int64 {
    let start = Clock.nanoseconds()
    try body()
    return Clock.nanoseconds() - start
}

/// Runs `body` so often after a warm-up and reports.
func measure(_ name: String, runs: Int = 10, warmUp: Int = 1, _ body: () throws -> Void) throws {
    for _ in 0..<warmUp { try body() }
    var values: [Int64] = []
    for _ in 0..<runs { values.append(try timed(body)) }
    report(name, Timing(values).text)
}

/// Only measurements whose name contains this are taken.
nonisolated(unsafe) var nameFilter = ""

/// Times every call by itself.
func measureEach(_ name: String, count: Int, _ body: (Int) throws -> Void) throws {
    guard nameFilter.isEmpty || name.contains(nameFilter) else { return }
    for i in 0..<count { try body(i) }
    var values: [Int64] = []
    values.reserveCapacity(count)
    for i in 0..<count { values.append(try timed { try body(i) }) }
    report(name, Timing(values).text)
}

func report(_ name: String, _ text: String) {
    print(name.padding(toLength: 38, withPad: " ", startingAt: 0) + text)
}

/// Peak resident memory since the last reset, from the kernel, in bytes.
enum PeakMemory {
    static func reset() {
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    }

    /// Gives freed memory back to the system: it would hide what is taken again. Swift does not
    /// import the call.
    static func trim() {
        typealias Trim = @convention(c) (Int) -> Int32
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
    }

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
