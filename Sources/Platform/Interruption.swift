// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Ctrl-C, and what else ends a process, where it must not simply end it.
package enum Interruption {
    /// Calls `body` on a thread of its own, where it may do anything, each time that the process is
    /// interrupted from now on. To be called before there are other threads: they would still be
    /// interrupted. Does nothing in a process that was started to ignore it, as nohup does.
    /// - Parameter alsoTermination: whether `kill` without more is one too.
    package static func handle(
        alsoTermination: Bool = false, _ body: @escaping @Sendable () -> Void
    ) {
        var action = sigaction()
        sigaction(SIGINT, nil, &action)
        // SAFETY: only compared; with the other member of the union it is no such address.
        let isIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
        let numbers = (isIgnored ? [] : [SIGINT]) + (alsoTermination ? [SIGTERM] : [])
        guard !numbers.isEmpty else { return }
        let signals = signals(numbers)
        withUnsafePointer(to: signals) { _ = pthread_sigmask(SIG_BLOCK, $0, nil) }
        SystemThread {
            var number: Int32 = 0
            while withUnsafePointer(to: signals, { sigwait($0, &number) }) == 0 { body() }
        }.detach()
    }

    private static func signals(_ numbers: [Int32]) -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in numbers { sigaddset(&signals, number) }
        return signals
    }
}
