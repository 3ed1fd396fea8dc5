// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Work on many things side by side, the results of which are taken in the things' order.
package enum OrderedWork {
    /// Calls `consume` with the result of 0, 1, … `count` - 1, on the calling thread. So many
    /// `threads` work, each with what `makeWorker` gives it, and none more than `lead` things ahead
    /// of what was consumed. If `consume` throws, what has begun is finished and dropped.
    package static func run<Result: Sendable>(
        _ count: Int, threads: Int, lead: Int,
        makeWorker: @escaping @Sendable () -> (Int) -> Result,
        consume: (Int, Result) throws -> Void
    ) throws {
        let state = State<Result>(count: count, lead: max(1, lead))
        let handles = (0..<min(max(1, threads), count)).map { _ in
            SystemThread {
                let worker = makeWorker()
                while let index = state.take() { state.put(worker(index), at: index) }
            }
        }
        defer {
            state.stop()
            for handle in handles { handle.join() }
        }
        for index in 0..<count { try consume(index, state.result(index)) }
    }

    /// `@unchecked Sendable`: all of it is only reached with the lock held.
    private final class State<Result: Sendable>: @unchecked Sendable {
        private let lock: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
        private let changed: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
        private var results: [Int: Result] = [:]
        private var next = 0
        private var consumedCount = 0
        private var count: Int
        private let lead: Int

        init(count: Int, lead: Int) {
            self.count = count
            self.lead = lead
            pthread_mutex_init(lock, nil)
            pthread_cond_init(changed, nil)
        }

        deinit {
            pthread_mutex_destroy(lock)
            pthread_cond_destroy(changed)
            lock.deallocate()
            changed.deallocate()
        }

        private func locked<Value>(_ body: () -> Value) -> Value {
            pthread_mutex_lock(lock)
            defer { pthread_mutex_unlock(lock) }
            return body()
        }

        func take() -> Int? {
            locked {
                while next < count, next >= consumedCount + lead {
                    pthread_cond_wait(changed, lock)
                }
                guard next < count else { return nil }
                next += 1
                return next - 1
            }
        }

        func put(_ result: Result, at index: Int) {
            locked {
                results[index] = result
                pthread_cond_broadcast(changed)
            }
        }

        func result(_ index: Int) -> Result {
            locked {
                while true {
                    if let result = results.removeValue(forKey: index) {
                        consumedCount = index + 1
                        pthread_cond_broadcast(changed)
                        return result
                    }
                    pthread_cond_wait(changed, lock)
                }
            }
        }

        func stop() {
            locked {
                count = 0
                pthread_cond_broadcast(changed)
            }
        }
    }
}
