// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A thread of the system's. What waits long must not wait on a thread of Dispatch, which has few.
package final class SystemThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private var handle = pthread_t()
    private let isRunning: Bool

    package init(_ run: @escaping @Sendable () -> Void) {
        let body = Unmanaged.passRetained(Body(run))
        let status = pthread_create(
            &handle, nil,
            { argument in
                if let argument {
                    Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            }, body.toOpaque())
        isRunning = status == 0
        // Without threads to be had it is done here.
        if !isRunning { body.takeRetainedValue().run() }
    }

    /// Lets it go on for as long as it likes.
    package func detach() { if isRunning { pthread_detach(handle) } }

    package func join() { if isRunning { pthread_join(handle, nil) } }
}
