// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// One connection, byte by byte: it can be as rude as a client may be.
final class HTTPConnection {
    struct Reply {
        let status: Int
        /// By lower-case names.
        let fields: [String: String]
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        func json() throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:]
        }
    }

    struct Failure: Error {
        let what: String
        init(_ what: String) { self.what = what }
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// How long it waits for the other side.
    init(port: Int, milliseconds: Int = 60_000) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure("socket: \(errno)") }
        var timeout = timeval(
            tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let descriptor = descriptor
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure("connect: \(errno)") }
    }

    deinit { close(descriptor) }

    /// False if the other side has ended it.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            done += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// No more will be sent; what comes is still read.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// False at the end.
    private func more() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count < 0 { throw Failure("recv: \(errno)") }
        buffer += chunk[..<max(0, count)]
        return count > 0
    }

    /// All that comes until the connection is ended.
    func rest() throws -> [UInt8] {
        while try more() {}
        defer { buffer = [] }
        return buffer
    }

    /// The same as far as it comes in time.
    func whatCame() -> [UInt8] {
        while (try? more()) == true {}
        return buffer
    }

    private func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let text = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeSubrange(...end)
                return text.hasSuffix("\r") ? String(text.dropLast()) : text
            }
            guard try more() else { throw Failure("ended in the head: \(buffer.count) bytes") }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try more() else { throw Failure("ended in the body") }
        }
        defer { buffer.removeSubrange(..<count) }
        return Array(buffer[..<count])
    }

    func reply(hasBody: Bool = true) throws -> Reply {
        let words = try line().split(separator: " ")
        guard words.count > 1, let status = Int(words[1]) else {
            throw Failure("no status: \(words)")
        }
        var fields: [String: String] = [:]
        while true {
            let line = try line()
            if line.isEmpty { break }
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased()] =
                parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        var body: [UInt8] = []
        if !hasBody || status == 304 || status == 204 {
            // There is none.
        } else if fields["transfer-encoding"] == "chunked" {
            while true {
                let size = try line()
                guard let count = Int(size, radix: 16) else { throw Failure("no size: \(size)") }
                if count == 0 { break }
                body += try take(count)
                _ = try line()
            }
            _ = try line()
        } else if let length = fields["content-length"].flatMap({ Int($0) }) {
            body = try take(length)
        } else {
            body = try rest()
        }
        return Reply(status: status, fields: fields, body: body)
    }

    /// Asks on this connection, which stays.
    func get(_ target: String, _ fields: [String] = [], method: String = "GET") throws -> Reply {
        let head = ["\(method) \(target) HTTP/1.1", "Host: localhost"] + fields
        send(head.joined(separator: "\r\n") + "\r\n\r\n")
        return try reply(hasBody: method != "HEAD")
    }
}
