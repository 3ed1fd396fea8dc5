// SPDX-License-Identifier: Apache-2.0

/// Threads that do what they are given, in that order, as far as there is room to wait for it.
package final class WorkCrew: Sendable {
    private struct State {
        /// Those before `next` are taken.
        var jobs: [(@Sendable () -> Void)?] = []
        var next = 0
        var runningCount = 0
        var waitingCount: Int { jobs.count - next }

        /// What is taken is not kept: it may hold much.
        mutating func take() -> (@Sendable () -> Void)? {
            guard next < jobs.count else { return nil }
            let job = jobs[next]
            jobs[next] = nil
            next += 1
            if next == jobs.count {
                (jobs, next) = ([], 0)
            } else if next > 64, next > jobs.count / 2 {
                jobs.removeFirst(next)
                next = 0
            }
            runningCount += 1
            return job
        }
    }

    private let state = Monitor(State())
    private let waitingLimit: Int

    /// They end with the process.
    package init(threads: Int, waitingLimit: Int) {
        self.waitingLimit = waitingLimit
        for _ in 0..<threads {
            SystemThread { [state] in
                while let job = state.wait(for: { $0.take() }) {
                    job()
                    state.look { $0.runningCount -= 1 }
                }
            }.detach()
        }
    }

    /// False if too many wait already.
    package func add(_ job: @escaping @Sendable () -> Void) -> Bool {
        state.changeForOne { state in
            guard state.waitingCount < waitingLimit else { return false }
            state.jobs.append(job)
            return true
        }
    }

    /// Whether all that it was given is done.
    package var isIdle: Bool { state.look { $0.runningCount == 0 && $0.waitingCount == 0 } }
}
