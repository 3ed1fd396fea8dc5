// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A value that one thread at a time can reach.
///
/// It is `Synchronization.Mutex` on the system's mutex, which the thread sanitizer knows: where
/// threads wait for a `Mutex`, on Linux, the sanitizer sees no order and reports races that are none.
///
/// `@unchecked Sendable`: the value is reached through the mutex only.
package final class Locked<Value>: @unchecked Sendable {
    @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
    @usableFromInline let value: UnsafeMutablePointer<Value>

    package init(_ initial: consuming sending Value) {
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        value = .allocate(capacity: 1)
        value.initialize(to: initial)
    }

    deinit {
        value.deinitialize(count: 1)
        value.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Waits for the value and gives it to `body`, which must not ask for it again.
    @inlinable
    package func withLock<Result, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value.pointee)
    }
}
