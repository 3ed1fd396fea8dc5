// SPDX-License-Identifier: Apache-2.0
//
// libmicrohttpd, as the rest of the server sees it.

import CSegstoreHTTP
import Glibc
import Platform

/// What a server takes at most.
struct HTTPLimits: Sendable {
    var threadCount = max(2, processorCount)
    var connectionCount = 10_000
    var headByteCount = 24 << 10
    var bodyByteCount = 1 << 20
    /// Of a connection on which nothing happens.
    var idleSeconds = 30
    /// For a request to come whole.
    var requestSeconds = 60
}

/// Takes requests from a socket. It hands them over on threads that serve many connections each, so
/// what takes long must be suspended.
///
/// `@unchecked Sendable`: immutable after `init`.
final class HTTPListener: @unchecked Sendable {
    private let handler: @Sendable (HTTPRequest) -> Void
    private var server: OpaquePointer?

    init(
        _ socket: ListeningSocket, _ limits: HTTPLimits,
        handler: @escaping @Sendable (HTTPRequest) -> Void
    ) throws {
        if let reason = segstore_http_load() {
            throw CommandError(
                "no HTTP without libmicrohttpd: \(String(cString: reason)); install it: apt-get install libmicrohttpd12"
            )
        }
        self.handler = handler
        var options = segstore_http_options()
        options.socket = socket.descriptor
        options.thread_count = UInt32(limits.threadCount)
        options.connection_limit = UInt32(limits.connectionCount)
        options.head_byte_limit = limits.headByteCount
        options.body_byte_limit = limits.bodyByteCount
        options.idle_seconds = UInt32(limits.idleSeconds)
        options.request_seconds = UInt32(limits.requestSeconds)
        // It lives as long as the process.
        options.context = Unmanaged.passRetained(self).toOpaque()
        options.answer = { context, request in
            guard let context, let request else { return }
            // SAFETY: what was retained above.
            Unmanaged<HTTPListener>.fromOpaque(context).takeUnretainedValue()
                .handler(HTTPRequest(handle: request))
        }
        var reason: UnsafePointer<CChar>?
        server = segstore_http_start(&options, &reason)
        guard server != nil else {
            let reason = reason.map { String(cString: $0) } ?? ""
            throw CommandError("the HTTP server does not start: \(reason)")
        }
    }

    /// Takes no connection any more, and waits until what has come is answered; where nobody works
    /// on answers any more, only a little for those who do not take theirs. False if it takes too
    /// long.
    func drain(milliseconds: Int, isIdle: () -> Bool) -> Bool {
        guard let server else { return true }
        segstore_http_quiesce(server)
        let start = Clock.nanoseconds()
        while segstore_http_active(server) > 0 {
            let waited = (Clock.nanoseconds() - start) / 1_000_000
            if waited > Self.takingMilliseconds, isIdle() { return true }
            guard waited < milliseconds else { return false }
            sleep(milliseconds: 5)
        }
        return true
    }

    private static let takingMilliseconds = 2000

    func stop() {
        if let server { segstore_http_stop(server) }
        server = nil
    }
}

/// A request, until it is answered. `@unchecked Sendable`: one thread at a time has it.
struct HTTPRequest: @unchecked Sendable {
    fileprivate(set) var handle: OpaquePointer

    var method: String { String(cString: segstore_http_method(handle)) }
    var isGet: Bool {
        guard let method = segstore_http_method(handle) else { return false }
        return strcmp(method, "GET") == 0
    }
    /// Bytes that are no text are replaced in `text`.
    var target: (text: String, isText: Bool) {
        guard let bytes = segstore_http_target(handle) else { return ("", true) }
        if let text = String(validatingCString: bytes) { return (text, true) }
        return (String(cString: bytes), false)
    }
    var isMalformed: Bool { segstore_http_is_malformed(handle) }
    var bodyIsTooLarge: Bool { segstore_http_body_is_too_large(handle) }

    /// A field of its head; the name ends with a zero.
    func field(_ name: StaticString) -> String? {
        bytes(ofField: name).map { String(cString: $0) }
    }

    /// The same, without a copy.
    func bytes(ofField name: StaticString) -> UnsafePointer<CChar>? {
        name.withUTF8Buffer { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { segstore_http_header(handle, $0.baseAddress) }
        }
    }

    /// Nil if it is no UTF-8.
    var body: String? {
        var count = 0
        guard let bytes = segstore_http_body(handle, &count) else { return "" }
        return String(
            validating: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// Lets somebody else answer it, on any thread, with `resume`.
    func suspend() { segstore_http_suspend(handle) }

    /// Sends the answer of a request that was suspended.
    func resume() { segstore_http_wake(handle) }
}
