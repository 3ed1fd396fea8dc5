// SPDX-License-Identifier: Apache-2.0
//
// An answer that is sent while it is made, of which never more is in memory than a client is behind
// by.

import CSegstoreHTTP
import Codec
import Platform

/// One thread writes, a thread of the server's reads.
///
/// `@unchecked Sendable`: `state` guards what both touch; the compressor is the writer's.
final class AnswerStream: @unchecked Sendable {
    /// Nobody reads it any more, or too slowly.
    struct Closed: Error {}

    private struct State {
        var pending = ByteBuffer(capacity: 1 << 16)
        var sentCount = 0
        var hasEnded = false
        var hasFailed = false
        var isClosed = false
        /// Whether the server has nothing to do for this request until it is woken.
        var isAsleep = false
        var unsentCount: Int { pending.count - sentCount }
    }

    private static let pendingLimit = 256 << 10
    /// In which a client must take what was written last: some kilobytes a second.
    private static let patienceMilliseconds = 15_000
    /// For who takes nothing while the server ends.
    private static let lastPatienceMilliseconds = 1000

    private let request: HTTPRequest
    private let server: Server
    private let state = Monitor(State())
    private var gzip: GzipWriter?

    init(_ request: HTTPRequest, _ server: Server) {
        self.request = request
        self.server = server
    }

    /// Before anything is written; false without memory for it.
    func compress() -> Bool {
        gzip = GzipWriter()
        return gzip != nil
    }

    // MARK: - Who writes

    /// Waits while the client is too far behind. Throws `Closed` if there is none.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var waited = 0
        var hasRoom: Bool?
        while hasRoom == nil, waited < Self.patienceMilliseconds, waited == 0 || !server.isEnding {
            hasRoom = state.wait(milliseconds: Self.lastPatienceMilliseconds) { state -> Bool? in
                state.isClosed || state.unsentCount < Self.pendingLimit ? !state.isClosed : nil
            }
            waited += Self.lastPatienceMilliseconds
        }
        guard hasRoom == true else { throw Closed() }
        append(bytes, isLast: false)
    }

    /// No more will come; `isFailure` if more should have: the client sees that it is cut off.
    func end(isFailure: Bool) {
        if !isFailure { append(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true) }
        wake { state in
            state.hasEnded = true
            state.hasFailed = isFailure
        }
    }

    private func append(_ bytes: UnsafeRawBufferPointer, isLast: Bool) {
        wake { state in
            if state.sentCount == state.pending.count {
                state.pending.removeAll()
                state.sentCount = 0
            }
            if let gzip {
                gzip.append(bytes, isLast: isLast, to: state.pending)
            } else {
                state.pending.append(bytes)
            }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        state.change { state in
            change(&state)
            guard state.isAsleep, state.unsentCount > 0 || state.hasEnded else { return }
            state.isAsleep = false
            request.resume()
        }
    }

    // MARK: - Who reads

    func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        state.change { state in
            let count = min(state.unsentCount, buffer.count)
            if count == 0 {
                if state.hasEnded { return state.hasFailed ? -2 : -1 }
                state.isAsleep = true
                segstore_http_wait(request.handle)
                return 0
            }
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(
                    rebasing: state.pending.bytes[state.sentCount..<state.sentCount + count]))
            state.sentCount += count
            return count
        }
    }

    /// The client has all of it, or is gone.
    func close() { state.change { $0.isClosed = true } }
}
