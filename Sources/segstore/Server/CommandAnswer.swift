// SPDX-License-Identifier: Apache-2.0
//
// A command's answer as an HTTP reply: in an envelope, or as lines that are sent while they are
// made.

import Codec
import Exchange
import Ingest
import Platform
import SegmentStore

struct CommandAnswer {
    private let server: Server
    private let asked: Asked
    private let generation: ServedGeneration
    /// Nil if it must be there when `reply` returns.
    private let pending: PendingReply?

    init(
        _ server: Server, _ asked: Asked, _ generation: ServedGeneration, _ pending: PendingReply?
    ) {
        self.server = server
        self.asked = asked
        self.generation = generation
        self.pending = pending
    }

    /// Nil if it was sent already.
    func reply(_ command: Command) throws -> HTTPReply? {
        let isCurrent = asked["at"].map { $0 == "\(generation.snapshot.generation)" } ?? true
        let check = isCurrent ? server.store.freshness.check(generation.snapshot) : nil
        var fields: [(name: String, value: String)] = []
        if isCurrent, asked.endpoint.hasTag {
            fields = generation.fields(check, asked.format)
            if asked.hasSeen(fields[0].value) { return .notModified(fields) }
        }
        guard asked.format == .json else { return try lines(command, fields) }
        let target = isCurrent ? asked.keptAs : nil
        if let target, let kept = generation.cache[target] {
            return kept.reply(AnswerMeta(snapshot: generation.snapshot, check: check), fields)
        }
        let out = ByteBuffer(capacity: 4 << 10)
        ValueText.append("{\"data\":", to: out)
        let made = try run(command) { bytes in
            out.append(bytes)
            try Self.check(out)
        }
        // The line's end.
        if out.bytes.last == UInt8(ascii: "\n") { out.truncate(to: out.count - 1) }
        let answer = KeptAnswer(
            data: out, path: asked.endpoint.path, next: made.next, notes: made.notes)
        if let target {
            // Of the whole graph they take long to find.
            generation.cache.keep(
                answer, for: target, atOnce: asked.endpoint.cost == .whole)
        }
        return answer.reply(AnswerMeta(snapshot: made.snapshot, check: check), fields)
    }

    private static let byteLimit = 64 << 20

    /// What is in memory as a whole has a limit.
    private static func check(_ out: ByteBuffer) throws {
        guard out.count > byteLimit else { return }
        throw HTTPFailure(
            422, "too_large",
            "the answer is larger than \(byteLimit >> 20) MiB; ask for less, or a list as ndjson")
    }

    /// Rows by themselves, of any number.
    private func lines(
        _ command: Command, _ fields: [(name: String, value: String)]
    ) throws -> HTTPReply? {
        let type = ContentType(asked.format)
        let start = ByteBuffer(capacity: 4 << 10)
        var stream: AnswerStream?
        var fields = fields
        // There is no other place for them among rows.
        func note(_ text: String) { fields.append(("Segstore-Note", text.asciiOnly)) }
        do {
            _ = try run(command, note: note) { bytes in
                if let stream { return try stream.write(bytes) }
                guard let pending, start.count + bytes.count > Self.bufferedByteCount else {
                    start.append(bytes)
                    return try Self.check(start)
                }
                let made = AnswerStream(asked.request, server)
                stream = made
                guard pending.answer(HTTPReply(200, type, .stream(made), fields: fields)) else {
                    throw AnswerStream.Closed()
                }
                try made.write(start.bytes)
                try made.write(bytes)
            }
        } catch {
            guard let stream else { throw error }
            stream.end(isFailure: true)
            return nil
        }
        guard let stream else { return HTTPReply(200, type, .bytes(start), fields: fields) }
        stream.end(isFailure: false)
        return nil
    }

    private static let bufferedByteCount = 64 << 10

    private struct Made {
        var snapshot: Snapshot
        var next: PageCursor?
        var notes: [String]
    }

    private func run(
        _ command: Command, note: @escaping (String) -> Void = { _ in },
        _ sink: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Made {
        var notes: [String] = []
        let output = Output(
            to: sink,
            notes: {
                notes.append($0)
                note($0)
            })
        return try generation.asked { host in
            _ = try command.run(asked.arguments(host), output)
            try output.flush()
            // An answer about another commit goes on in that one.
            let snapshot =
                asked["at"] == nil
                ? generation.snapshot : try StoreLocation.snapshot(asked.arguments(host))
            return Made(
                snapshot: snapshot,
                next: output.page?.next.map {
                    PageCursor(generation: snapshot.generation, offset: $0)
                }, notes: notes)
        }
    }
}

extension KeptAnswer {
    func reply(_ meta: AnswerMeta, _ fields: [(name: String, value: String)]) -> HTTPReply {
        let out = ByteBuffer(capacity: data.count + 256)
        out.append(data.bytes)
        var meta = meta
        meta.next = next
        meta.notes = notes
        ValueText.append(",\"meta\":", to: out)
        meta.append(to: out)
        ValueText.append("}\n", to: out)
        var fields = fields
        if let next {
            fields.append(("Link", "<\(path)?cursor=\(next.text)>; rel=\"next\""))
        }
        return HTTPReply(200, .json, .bytes(out), fields: fields)
    }
}

extension String {
    /// As a head's field may be.
    fileprivate var asciiOnly: String {
        String(unicodeScalars.prefix(1000).map { $0.isASCII ? Character($0) : "?" })
    }
}

extension Asked {
    /// Whether rows are sent while they are found: of the whole graph they are there at once.
    var isStreamed: Bool {
        (format == .ndjson || format == .csv) && endpoint.tellsOfTree && endpoint.cost != .whole
    }

    /// What its answer may be kept as; nil if the next one may be another.
    var keptAs: String? {
        endpoint.hasTag && endpoint.tellsOfTree && format == .json ? target : nil
    }
}

extension ServedGeneration {
    /// What an answer that stays what it is has in its head, the tag first.
    func fields(
        _ check: TreeCheck?, _ format: Format = .json
    ) -> [(name: String, value: String)] {
        let form = format == .json ? "" : ".\(format.rawValue)"
        let tag = "W/\"\(tag).\(check.map { "\($0.changedFileCount)" } ?? "")\(form)\""
        return [("ETag", tag), ("Cache-Control", "no-cache")]
    }
}
