// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A value that one thread at a time may touch, and that others can wait for to change.
///
/// `@unchecked Sendable`: `value` is only reached with the lock held.
package final class Monitor<Value>: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    @exclusivity(unchecked) private var value: Value

    package init(_ value: Value) {
        self.value = value
        lock = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // Of a clock that nobody sets.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(lock)
        condition.deallocate()
        lock.deallocate()
    }

    /// Wakes all who wait. Not to be called again from within `body`.
    package func change<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(lock)
        defer {
            pthread_cond_broadcast(condition)
            pthread_mutex_unlock(lock)
        }
        return try body(&value)
    }

    /// Wakes one of those who wait: where all of them wait for the same.
    package func changeForOne<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(lock)
        defer {
            pthread_cond_signal(condition)
            pthread_mutex_unlock(lock)
        }
        return body(&value)
    }

    /// Wakes nobody.
    package func look<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body(&value)
    }

    /// Waits until `body` has a result, and looks again whenever the value has changed; nil if it
    /// has none in time.
    package func wait<Result>(
        milliseconds: Int? = nil, for body: (inout Value) -> Result?
    ) -> Result? {
        var end = timespec()
        if let milliseconds {
            clock_gettime(CLOCK_MONOTONIC, &end)
            end.tv_sec += milliseconds / 1000
            end.tv_nsec += milliseconds % 1000 * 1_000_000
            if end.tv_nsec >= 1_000_000_000 {
                end.tv_sec += 1
                end.tv_nsec -= 1_000_000_000
            }
        }
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            if let result = body(&value) { return result }
            if milliseconds == nil {
                pthread_cond_wait(condition, lock)
            } else if pthread_cond_timedwait(condition, lock, &end) == ETIMEDOUT {
                return body(&value)
            }
        }
    }
}
