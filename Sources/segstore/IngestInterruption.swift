// SPDX-License-Identifier: Apache-2.0
//
// What Ctrl-C does to 'ingest': what is under way is dropped whole, and that is said.

import Platform

final class IngestInterruption: Sendable {
    private enum State {
        /// Nothing is under way; what is to be said.
        case idle(String)
        case busy
        case cancelled(at: Int64)
    }

    /// Who passes an interruption on may do so although it has come already.
    private static let echoNanoseconds: Int64 = 500_000_000

    private let state = Locked(State.idle("stopped before anything was done"))

    /// To be made before anything that has threads.
    init() {
        Interruption.handle { [state] in
            state.withLock { state in
                switch state {
                case .idle(let text): Self.stop(text)
                case .busy: state = .cancelled(at: Clock.nanoseconds())
                // Whoever cannot wait for it to end: a commit is whole or none all the same.
                case .cancelled(let time):
                    if Clock.nanoseconds() - time > Self.echoNanoseconds {
                        leaveProcess(ExitCode.interrupted.rawValue)
                    }
                }
            }
        }
    }

    var isCancelled: Bool {
        state.withLock { if case .cancelled = $0 { true } else { false } }
    }

    /// From here on what is under way has to look whether it is cancelled.
    func begin() { state.withLock { $0 = .busy } }

    /// It has ended, by itself: an interruption that came too late for it is the end all the same.
    func end(saying text: String) {
        state.withLock { state in
            if case .cancelled = state { Self.stop(text) }
            state = .idle(text)
        }
    }

    private static func stop(_ text: String) -> Never {
        Console.noteOnClearLine(text)
        leaveProcess(ExitCode.interrupted.rawValue)
    }
}
