// SPDX-License-Identifier: Apache-2.0
//
// What a request gets.

import CSegstoreHTTP
import Codec
import Platform

/// What the bytes of a body are.
enum ContentType: String, Sendable {
    case json = "application/json"
    case ndjson = "application/x-ndjson"
    case csv = "text/csv; charset=utf-8"
    case text = "text/plain; charset=utf-8"
    case html = "text/html; charset=utf-8"
    case script = "text/javascript; charset=utf-8"
    case style = "text/css; charset=utf-8"
    case svg = "image/svg+xml"
    case xml = "application/xml"

    init(_ format: Format) {
        switch format {
        case .json: self = .json
        case .ndjson: self = .ndjson
        case .csv: self = .csv
        case .svg: self = .svg
        case .graphml: self = .xml
        case .text, .dot, .mermaid, .neo4j: self = .text
        }
    }
}

struct HTTPReply {
    enum Body {
        case bytes(ByteBuffer)
        case stream(AnswerStream)
    }

    var status: Int
    var type: ContentType
    var fields: [(name: String, value: String)]
    var body: Body
    /// Whether it says that a page of another origin may read it.
    var dependsOnOrigin = false

    init(
        _ status: Int = 200, _ type: ContentType, _ body: Body,
        fields: [(name: String, value: String)] = []
    ) {
        self.status = status
        self.type = type
        self.body = body
        self.fields = fields
    }

    init(_ status: Int = 200, _ type: ContentType, _ text: String) {
        let buffer = ByteBuffer(capacity: text.utf8.count)
        var text = text
        text.withUTF8 { buffer.append(UnsafeRawBufferPointer($0)) }
        self.init(status, type, .bytes(buffer))
    }

    /// For whoever has what it would say already.
    static func notModified(_ fields: [(name: String, value: String)]) -> HTTPReply {
        HTTPReply(304, .json, .bytes(ByteBuffer(capacity: 1)), fields: fields)
    }

    /// Smaller bodies fit into the packet that the head is in.
    private static let compressedFrom = 1 << 10

    /// Sends it, compressed if that is wanted and pays.
    func send(to request: HTTPRequest) {
        if case .bytes(let bytes) = body, !UnsentBody.hasRoom(for: bytes) {
            let failure = HTTPFailure(
                503, "busy",
                "too many large answers wait to be read already; ask again in a second",
                fields: [("Retry-After", "1")])
            return HTTPReply(failure).send(to: request)
        }
        var answer = segstore_http_answer()
        answer.status = UInt32(status)
        var isCompressed = false
        switch body {
        case .bytes(var bytes):
            if bytes.count >= Self.compressedFrom, request.takesGzip,
                let packed = GzipWriter()?.packed(bytes.bytes)
            {
                (bytes, isCompressed) = (packed, true)
            }
            answer.body = UnsafeRawPointer(bytes.base)
            answer.body_count = bytes.count
            answer.context = Unmanaged.passRetained(UnsentBody(bytes)).toOpaque()
            // SAFETY: what is retained here, released once.
            answer.release = { context in
                if let context { Unmanaged<UnsentBody>.fromOpaque(context).release() }
            }
        case .stream(let stream):
            isCompressed = request.takesGzip && stream.compress()
            answer.context = Unmanaged.passRetained(stream).toOpaque()
            answer.read = { context, buffer, capacity in
                guard let context else { return -2 }
                return Unmanaged<AnswerStream>.fromOpaque(context).takeUnretainedValue()
                    .read(UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
            }
            answer.release = { context in
                guard let context else { return }
                Unmanaged<AnswerStream>.fromOpaque(context).takeRetainedValue().close()
            }
        }
        let head = ByteBuffer(capacity: 512)
        var offsets: [(Int, Int)] = []
        offsets.reserveCapacity(fields.count + 3)
        func add(_ name: String, _ value: String) {
            let start = head.count
            head.appendZeroTerminated(name)
            let middle = head.count
            head.appendZeroTerminated(value)
            offsets.append((start, middle))
        }
        add("Content-Type", type.rawValue)
        for (name, value) in fields { add(name, value) }
        add("Vary", dependsOnOrigin ? "Accept, Accept-Encoding, Origin" : "Accept, Accept-Encoding")
        if isCompressed { add("Content-Encoding", "gzip") }
        let base = UnsafeRawPointer(head.base).assumingMemoryBound(to: CChar.self)
        withUnsafeTemporaryAllocation(of: segstore_http_field.self, capacity: offsets.count) {
            list in
            for (index, (name, value)) in offsets.enumerated() {
                list[index] = segstore_http_field(name: base + name, value: base + value)
            }
            answer.fields = UnsafePointer(list.baseAddress)
            answer.field_count = offsets.count
            segstore_http_send(request.handle, &answer)
        }
        withExtendedLifetime(head) {}
    }
}

/// A body until it is sent: what clients do not read has a limit, all of it together.
private final class UnsentBody {
    private static let byteLimit = 256 << 20
    /// Smaller ones do not count: as many as there may be connections take less.
    private static let leastByteCount = 64 << 10
    private static let byteCount = Locked(0)

    private let bytes: ByteBuffer
    private let counted: Int

    static func hasRoom(for bytes: ByteBuffer) -> Bool {
        bytes.count < leastByteCount || byteCount.withLock { $0 + bytes.count <= byteLimit }
    }

    init(_ bytes: ByteBuffer) {
        self.bytes = bytes
        let counted = bytes.count < Self.leastByteCount ? 0 : bytes.count
        self.counted = counted
        if counted > 0 { Self.byteCount.withLock { $0 += counted } }
    }

    deinit {
        let counted = counted
        if counted > 0 { Self.byteCount.withLock { $0 -= counted } }
    }
}

extension ByteBuffer {
    fileprivate func appendZeroTerminated(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            // A field ends where its line does.
            if utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
                for byte in utf8 where byte >= 0x20 && byte != 0x7f { append(byte) }
            } else {
                append(UnsafeRawBufferPointer(utf8))
            }
        }
        append(UInt8(0))
    }
}

extension HTTPRequest {
    /// gzip, or anything, unless it is named with a weight of nothing.
    var takesGzip: Bool {
        guard let accepted = field("Accept-Encoding") else { return false }
        var any = false
        for part in accepted.split(separator: ",") {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard let name = words.first else { continue }
            let isRefused = words.dropFirst().contains {
                $0.hasPrefix("q=0") && $0.dropFirst(3).allSatisfy { $0 == "." || $0 == "0" }
            }
            if name == "gzip" || name == "x-gzip" { return !isRefused }
            if name == "*" { any = !isRefused }
        }
        return any
    }
}

/// Compresses one body, whole or in pieces.
final class GzipWriter {
    private let gzip: OpaquePointer
    /// Answers are text that comes once: what more it would save takes longer than to send it.
    private static let level: Int32 = 1

    /// Nil without memory for it.
    init?() {
        guard let made = segstore_gzip_new(Self.level) else { return nil }
        gzip = made
    }

    deinit { segstore_gzip_free(gzip) }

    func packed(_ bytes: UnsafeRawBufferPointer) -> ByteBuffer {
        let bound = segstore_gzip_bound(gzip, bytes.count)
        let out = ByteBuffer(capacity: bound)
        append(bytes, isLast: true, to: out)
        return out
    }

    func append(_ bytes: UnsafeRawBufferPointer, isLast: Bool, to out: ByteBuffer) {
        var input = bytes.baseAddress
        var count = bytes.count
        let room = 64 << 10
        while true {
            let start = out.count
            let target = out.appendUninitialized(room)
            let written = segstore_gzip_write(gzip, &input, &count, target, room, isLast)
            out.truncate(to: start + written)
            if written < room, count == 0 { return }
        }
    }
}
