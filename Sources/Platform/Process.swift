// SPDX-License-Identifier: Apache-2.0
//
// What a command learns from its surroundings, and where it answers.

import Glibc

package enum Environment {
    package static subscript(name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    package static func currentDirectory() throws(SystemError) -> String {
        var path: String?
        _ = try retrying(.stat, ".") {
            guard let found = getcwd(nil, 0) else { return -1 }
            path = String(cString: found)
            free(found)
            return 0
        }
        return path ?? "."
    }

    /// The path without links, dots and double slashes; what it names must be there.
    package static func resolve(_ path: String) throws(SystemError) -> String {
        var resolved: String?
        _ = try retrying(.stat, path) {
            guard let found = realpath(path, nil) else { return -1 }
            resolved = String(cString: found)
            free(found)
            return 0
        }
        return resolved ?? path
    }
}

/// How many threads can run at once.
package let processorCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

/// Tells threads that are alive apart.
package func currentThread() -> UInt { UInt(pthread_self()) }

/// The streams that a process is started with.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Gives a process that was started without one of its three streams an empty one, or the next
    /// file that it opens would be taken for it.
    package static func makeSureOfAll() {
        for stream in 0...2 as ClosedRange<Int32> where fcntl(stream, F_GETFD) < 0 {
            // It gets the smallest number that is free: this one.
            _ = open("/dev/null", O_RDWR)
        }
        // A file that is larger than it may be is an error, not the end.
        signal(SIGXFSZ, SIG_IGN)
    }

    package var isTerminal: Bool { isatty(rawValue) == 1 }
    package static var inputIsTerminal: Bool { isatty(0) == 1 }

    /// How many columns its terminal has; nil if it is none, or one that does not know.
    package var columnCount: Int? {
        var size = winsize()
        guard isTerminal, ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            // SAFETY: `done` is below the count, so the buffer has an address.
            let start = bytes.baseAddress.unsafelyUnwrapped + done
            done += try retrying(.write, self == .output ? "standard output" : "standard error") {
                Glibc.write(rawValue, start, bytes.count - done)
            }
        }
    }
}

/// A time as calendars and clocks show it.
package struct CalendarTime: Sendable {
    package let year, month, day, hour, minute, second: Int
    package let nanosecond: Int

    /// `time` counts nanoseconds since 1970.
    package init(_ time: Int64, isLocal: Bool) {
        let billion: Int64 = 1_000_000_000
        // Rounded down, so that times before 1970 have a positive fraction too.
        let fraction = (time % billion + billion) % billion
        var seconds = time_t(time / billion - (time % billion < 0 ? 1 : 0))
        var parts = tm()
        if isLocal { localtime_r(&seconds, &parts) } else { gmtime_r(&seconds, &parts) }
        year = Int(parts.tm_year) + 1900
        month = Int(parts.tm_mon) + 1
        day = Int(parts.tm_mday)
        hour = Int(parts.tm_hour)
        minute = Int(parts.tm_min)
        second = Int(parts.tm_sec)
        nanosecond = Int(fraction)
    }
}

package func sleep(milliseconds: Int) { usleep(useconds_t(milliseconds) * 1000) }

package func exitProcess(_ status: Int32) -> Never { exit(status) }

/// Ends the process whatever its other threads are doing.
package func leaveProcess(_ status: Int32) -> Never { _exit(status) }
