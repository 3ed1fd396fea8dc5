// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A system call that failed: which, on what, and why.
package struct SystemError: Error, Equatable {
    package let call: SystemCall
    package let path: String
    package let errno: Int32

    package init(_ call: SystemCall, _ path: String, _ errno: Int32) {
        self.call = call
        self.path = path
        self.errno = errno
    }

    package var reason: String {
        var text = [CChar](repeating: 0, count: 256)
        return text.withUnsafeMutableBufferPointer { buffer in
            // The XSI variant: fills the buffer, returns 0.
            guard let base = buffer.baseAddress, strerror_r(errno, base, buffer.count) == 0
            else { return "error \(errno)" }
            return String(cString: base)
        }
    }
}

/// The calls through which the store touches the system, as faults name them.
package enum SystemCall: String, Sendable, CaseIterable {
    case open, read, write, sync, close, rename, link, unlink, mkdir, list, stat, map, lock
}

/// Calls `body` until it is not interrupted; a negative result becomes an error.
@inline(__always)
package func retrying(
    _ call: SystemCall, _ path: String, _ body: () -> Int
) throws(SystemError) -> Int {
    while true {
        if let forced = Faults.intercept(call, path) {
            if forced == EINTR { continue }
            throw SystemError(call, path, forced)
        }
        let result = body()
        if result >= 0 { return result }
        let reason = errno
        if reason != EINTR { throw SystemError(call, path, reason) }
    }
}
