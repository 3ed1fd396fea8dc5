// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A value that one thread at a time may touch.
///
/// Like `Synchronization.Mutex`, but on the system's lock: the thread sanitizer knows that one and
/// reports every use of the other as a race, which would hide the real ones.
///
/// `@unchecked Sendable`: `value` is only reached with the lock held.
package final class Locked<Value>: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    @exclusivity(unchecked) private var value: Value

    package init(_ value: Value) {
        self.value = value
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// Not to be called again from within `body`.
    package func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return try body(&value)
    }
}
