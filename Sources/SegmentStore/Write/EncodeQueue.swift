// SPDX-License-Identifier: Apache-2.0
//
// Encodes groups on all cores and hands them back in the order in which they came, so that the
// same batch gives the same bytes.

import Codec
import Dispatch
import Platform

final class EncodeQueue {
    /// `@unchecked Sendable`: `encoded` is written by the job, then read after `done`.
    private final class Job: @unchecked Sendable {
        let buffers: GroupBuffers
        let relation: Int
        let training: [FamilyTraining]
        /// It is the first group that uses the training.
        let leads: Bool
        let done = DispatchSemaphore(value: 0)
        var encoded: GroupBuffers.Encoded?

        init(
            _ buffers: GroupBuffers, relation: Int, _ training: [FamilyTraining], leads: Bool
        ) {
            self.buffers = buffers
            self.relation = relation
            self.training = training
            self.leads = leads
        }
    }

    /// `@unchecked Sendable`: an encoder is with one thread at a time.
    private final class Encoders: @unchecked Sendable {
        private let free = Locked<[Unshared]>([])
        private let level: Int32

        private struct Unshared: @unchecked Sendable { let encoder: TextEncoder }

        init(level: Int32) { self.level = level }

        func with<Result>(_ body: (TextEncoder) -> Result) -> Result {
            let own = free.withLock { $0.popLast() } ?? Unshared(encoder: TextEncoder(level: level))
            defer { free.withLock { $0.append(own) } }
            return body(own.encoder)
        }
    }

    private let encoders: Encoders
    private var pending: [Job] = []
    private var free: [Int: [GroupBuffers]] = [:]

    /// Groups under way, of half a megabyte each: one for each core, and one that is filled.
    private static let pendingLimit = min(processorCount + 1, 8)
    private static let inlineByteLimit = 32 << 10

    init(level: Int32) { encoders = Encoders(level: level) }

    func buffers(_ index: Int, _ relation: StoredSchema.Relation) -> GroupBuffers {
        free[index]?.popLast() ?? GroupBuffers(relation)
    }

    /// Starts encoding; `write` gets finished groups, oldest first.
    func submit(
        _ buffers: GroupBuffers, relation: Int, training: [FamilyTraining],
        leads: Bool, write: (Int, GroupBuffers.Encoded) throws(StoreError) -> Void
    ) throws(StoreError) {
        let job = Job(buffers, relation: relation, training, leads: leads)
        pending.append(job)
        let encoders = encoders
        // A closure that only the job's own fields pass through.
        let run: @Sendable () -> Void = {
            job.encoded = encoders.with { job.buffers.encode($0, job.training, leads: job.leads) }
            job.done.signal()
        }
        if buffers.textByteCount < Self.inlineByteLimit,
            buffers.rowCount < SegmentFormat.groupRowLimit
        {
            run()
        } else {
            // Not a thread of Dispatch: whoever waits for it may be blocking the last of those.
            SystemThread(run).detach()
        }
        while pending.count >= Self.pendingLimit { try finishOldest(write) }
    }

    func finish(_ write: (Int, GroupBuffers.Encoded) throws(StoreError) -> Void) throws(StoreError)
    {
        while !pending.isEmpty { try finishOldest(write) }
    }

    private func finishOldest(
        _ write: (Int, GroupBuffers.Encoded) throws(StoreError) -> Void
    ) throws(StoreError) {
        let job = pending.removeFirst()
        job.done.wait()
        guard let encoded = job.encoded else {
            preconditionFailure("an encoding job left no result")
        }
        try write(job.relation, encoded)
        job.buffers.removeAll()
        free[job.relation, default: []].append(job.buffers)
    }

    deinit {
        // A batch that failed half-way: its jobs still use the buffers.
        for job in pending { job.done.wait() }
    }
}
