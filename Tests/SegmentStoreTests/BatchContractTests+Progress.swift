// SPDX-License-Identifier: Apache-2.0
//
// What a callback is told, how often, and what its answer does.

import CodeGraph
import Foundation
import Platform
import SegmentStore
import TestSupport
import Testing

extension BatchContractTests {
    /// What a callback was told, and when: nanoseconds since the write began.
    private struct Report {
        let progress: WriteProgress
        let time: Int64
    }

    /// Rows that come slowly, as from a parser.
    private func writeSlowly(
        _ count: Int, expected: Int?, to store: GraphStore,
        answer: @escaping ([Report]) -> WriteProgress.Answer = { _ in .proceed }
    ) throws -> [Report] {
        var reports: [Report] = []
        var options = WriteOptions()
        options.expectedRowCount = expected
        let start = Clock.nanoseconds()
        try store.write(
            options,
            { batch in
                for number in 0..<count {
                    usleep(12_000)
                    try batch.append(CodeRows.entity(number), to: Self.entities)
                }
            },
            progress: { progress in
                reports.append(Report(progress: progress, time: Clock.nanoseconds() - start))
                return answer(reports)
            })
        return reports
    }

    @Test(arguments: [80, 20, nil])
    func progressFromNothingToAll(expected: Int?) throws {
        let reports = try writeSlowly(80, expected: expected, to: store)
        let first = try #require(reports.first?.progress)
        let last = try #require(reports.last?.progress)
        #expect(first.fraction == 0 && first.rowCount == 0 && first.inputByteCount == 0)
        #expect(last.fraction == 1 && last.rowCount == 80 && last.inputByteCount > 80 * 300)
        let onTheWay = reports.dropFirst().dropLast()
        // A second's worth of rows: some, though not more than ten a second.
        #expect(onTheWay.count >= 3)
        for (number, report) in onTheWay.enumerated() {
            #expect(report.time >= Int64(number + 1) * 100_000_000)
            if let expected {
                let share = min(Double(report.progress.rowCount) / Double(expected), 0.99)
                #expect(report.progress.fraction == share)
            } else {
                #expect(report.progress.fraction == nil)
            }
        }
        for (earlier, later) in zip(reports, reports.dropFirst()) {
            #expect(earlier.progress.rowCount <= later.progress.rowCount)
            #expect(earlier.progress.inputByteCount <= later.progress.inputByteCount)
            #expect(earlier.progress.fraction ?? 0 <= later.progress.fraction ?? 1)
        }
        // All is told when all is durable.
        var generations: [UInt64] = []
        try store.write(
            { try $0.append(CodeRows.entity(1000), to: Self.entities) },
            progress: { progress in
                let found = try? Self.open(path).snapshot().generation
                generations.append(found ?? .max)
                return .proceed
            })
        #expect(generations == [1, 2])
    }

    /// Rows that are refused, and deletions, are work too.
    @Test func progressWhereNoRowIsTaken() throws {
        var options = WriteOptions()
        options.invalidRows = .skip
        for kind in ["refused", "deleted"] {
            var calls = 0
            try store.write(
                options,
                { batch in
                    for number in 0..<30 {
                        usleep(12_000)
                        if kind == "refused" {
                            try batch.append([.null], to: Self.entities)
                        } else {
                            try batch.delete(
                                key: .string(CodeRows.key(number)), from: "entities")
                        }
                    }
                },
                progress: { _ in
                    calls += 1
                    return .proceed
                })
            #expect(calls > 2, "\(kind)")
        }
    }

    @Test(arguments: [1, 2, 3])
    func progressThatCancels(at call: Int) throws {
        try write((0..<50).map { CodeRows.entity($0, version: 1) })
        let error = #expect(throws: StoreError.self) {
            _ = try writeSlowly(80, expected: 80, to: store) {
                $0.count == call ? .cancel : .proceed
            }
        }
        #expect(error?.code == .cancelled)
        #expect(error?.message == "the write was cancelled")
        // Nothing of it is there, and nothing of it lies around.
        let rows = (0..<50).map { CodeRows.entity($0, version: 1) }
        #expect(try differences(from: rows) == [])
        #expect(
            try Directory.names(in: "\(path)/segments").sorted()
                == [Layout.manifest(1), Layout.segment(1)].map {
                    $0.replacing("segments/", with: "")
                })
        // The same handle writes on.
        #expect(try write([CodeRows.entity(7, version: 3)]).generation == 2)
        #expect(
            try differences(
                from: rows.enumerated().map { $0 == 7 ? CodeRows.entity(7, version: 3) : $1 })
                == [])
    }

    @Test func progressThatCancelsAtTheEndComesTooLate() throws {
        let receipt = try store.write(
            { try $0.append(CodeRows.entity(0), to: Self.entities) },
            progress: { $0.fraction == 1 ? .cancel : .proceed })
        #expect(receipt.generation == 1)
        #expect(try differences(from: [CodeRows.entity(0)]) == [])
    }
}
