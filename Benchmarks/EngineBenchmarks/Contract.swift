// SPDX-License-Identifier: Apache-2.0
//
// The figures that a batch insert is held to, each beside its limit. What can be counted instead of
// timed is in BatchContractTests.

import Foundation
import Platform
import SegmentStore

extension EngineTasks {
    /// Milliseconds that the first batch of a store may take until it is durable. Most of that is,
    /// for the small ones, what the disk takes to sync.
    private static let limits: [(entities: Int, milliseconds: Double)] = [
        (1, 50), (10, 50), (100, 50), (1_000, 100), (10_000, 500), (50_000, 2_500),
    ]
    private static let emptyLimit = 1.0
    /// How many times as quick one batch is as a batch for each row.
    private static let oneByOneLimit = 10.0
    private static let oneByOneCount = 1_000
    private static let memoryLimit = 50 << 20
    private static let memoryCount = 10_000

    func contract() throws {
        let most = Self.limits.map(\.entities).max() ?? 0
        let large =
            data.entities.count >= most
            ? data : try Dataset(entities: most, seed: data.seed, corpus: data.corpus)
        try batchMemory(large)
        try emptyBatches()
        for limit in Self.limits { try batchTime(large, limit.entities, limit.milliseconds) }
        try oneByOne(large)
    }

    private func judge(_ name: String, _ text: String, _ limit: String, isMet: Bool) {
        let name = "contract: \(name)".padding(toLength: 36, withPad: " ", startingAt: 0)
        let text = text.padding(toLength: 42, withPad: " ", startingAt: 0)
        Report.line(name, "\(text)limit \(limit)  \(isMet ? "ok" : "MISSED")")
    }

    private func milliseconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e6 }

    private func append(_ data: Dataset, _ range: Range<Int>, to batch: Batch) throws {
        try data.append(to: batch, entities: range, edges: 0..<0)
    }

    private func batchMemory(_ data: Dataset) throws {
        PeakMemory.trim()
        PeakMemory.reset()
        let idle = PeakMemory.value("VmRSS:")
        try fresh("contract").write { try append(data, 0..<Self.memoryCount, to: $0) }
        let bytes = PeakMemory.value() - idle
        judge(
            "memory of \(Self.memoryCount)",
            String(format: "%.1f MB above idle", Double(bytes) / Double(1 << 20)),
            "\(Self.memoryLimit >> 20) MB", isMet: bytes <= Self.memoryLimit)
    }

    private func emptyBatches() throws {
        let store = try fresh("contract")
        try store.write { try append(data, 0..<1, to: $0) }
        let timing = Timing(try (0..<100).map { _ in try timed { try store.write { _ in } } })
        let time = milliseconds(timing.median)
        judge(
            "empty batch", String(format: "%.3f ms", time),
            String(format: "%.0f ms", Self.emptyLimit), isMet: time < Self.emptyLimit)
    }

    private func batchTime(_ data: Dataset, _ count: Int, _ limit: Double) throws {
        var times: [Int64] = []
        for run in 0...runs {
            let store = try fresh("contract")
            let time = try timed { try store.write { try append(data, 0..<count, to: $0) } }
            if run > 0 { times.append(time) }
        }
        let time = milliseconds(Timing(times).median)
        judge(
            "\(count) \(count == 1 ? "entity" : "entities")",
            String(format: "%.2f ms, %.0f entities/s", time, Double(count) * 1e3 / time),
            String(format: "%.0f ms", limit), isMet: time <= limit)
    }

    private func oneByOne(_ data: Dataset) throws {
        let count = Self.oneByOneCount
        let batched = try fresh("contract")
        let batch = try timed { try batched.write { try append(data, 0..<count, to: $0) } }
        // As it comes: with compaction, or each commit would look through all that came before.
        let singly = try fresh("contract", compacts: true)
        let single = try timed {
            for row in 0..<count { try singly.write { try append(data, row..<row + 1, to: $0) } }
        }
        singly.waitForBackgroundWork()
        guard try singly.snapshot().rowCount("entities") == count else {
            throw BenchmarkError("rows are lost")
        }
        let ratio = Double(single) / Double(batch)
        judge(
            "\(count) in one batch",
            String(format: "%.0f times as quick as one by one", ratio),
            String(format: "%.0f times", Self.oneByOneLimit), isMet: ratio >= Self.oneByOneLimit)
    }
}
