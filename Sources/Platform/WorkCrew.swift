// SPDX-License-Identifier: Apache-2.0

/// Threads that do what they are given, in that order, as far as there is room to wait for it.
package final class WorkCrew: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var next = 0
        var waitingCount: Int { jobs.count - next }

        mutating func take() -> (@Sendable () -> Void)? {
            guard next < jobs.count else { return nil }
            defer {
                next += 1
                if next == jobs.count { (jobs, next) = ([], 0) }
            }
            return jobs[next]
        }
    }

    private let state = Monitor(State())
    private let waitingLimit: Int

    /// They end with the process.
    package init(threads: Int, waitingLimit: Int) {
        self.waitingLimit = waitingLimit
        for _ in 0..<threads {
            SystemThread { [state] in
                while let job = state.wait(for: { $0.take() }) { job() }
            }.detach()
        }
    }

    /// False if too many wait already.
    package func add(_ job: @escaping @Sendable () -> Void) -> Bool {
        state.change { state in
            guard state.waitingCount < waitingLimit else { return false }
            state.jobs.append(job)
            return true
        }
    }
}
