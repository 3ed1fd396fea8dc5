// SPDX-License-Identifier: Apache-2.0
//
// From a request to its answer: who may ask, what is asked, and who makes the answer.

import Codec
import Exchange
import Glibc
import Platform
import SegmentStore

struct ServerSettings: Sendable {
    /// Names, besides addresses and localhost, that clients may call this server by.
    var hosts: Set<String> = []
    /// Pages of other origins that may read answers; '*' for all.
    var origins: Set<String> = []
    /// For an answer, from the request on.
    var answerSeconds = 30
}

final class Server: Sendable {
    let store: ServedStore
    let keeper: TreeKeeper
    let settings: ServerSettings
    private let endpoints: [String: [Endpoint]]
    private let lists = WorkCrew(threads: max(4, 2 * processorCount), waitingLimit: 512)
    /// Each of them may take a core, and memory for all of the graph.
    private let wholes = WorkCrew(threads: max(2, processorCount), waitingLimit: 64)
    /// What is sent while it is made waits for clients more than it works.
    private let streams = WorkCrew(threads: 32, waitingLimit: 64)
    /// Of SQL one function may take for ever, which nothing stops.
    private let queries = WorkCrew(threads: max(2, processorCount), waitingLimit: 64)
    private let ending = Locked(false)
    private let deadlines: Deadlines

    init(_ store: ServedStore, _ keeper: TreeKeeper, _ settings: ServerSettings) {
        self.store = store
        self.keeper = keeper
        self.settings = settings
        endpoints = Dictionary(grouping: Endpoint.all, by: \.path)
        deadlines = Deadlines(seconds: settings.answerSeconds)
    }

    // MARK: - The end

    var isEnding: Bool { ending.withLock { $0 } }

    /// Takes no question any more; those that have come are answered.
    func end() { ending.withLock { $0 = true } }

    /// Whether nobody works on an answer.
    var isIdle: Bool { [lists, wholes, streams, queries].allSatisfy(\.isIdle) }

    // MARK: - Requests

    /// Answers it, or has it answered. Called on threads that have others to serve.
    func answer(_ request: HTTPRequest) {
        do {
            try check(request)
            guard !isEnding else {
                throw HTTPFailure(
                    503, "ending", "this server ends", fields: [("Connection", "close")])
            }
            let (text, isText) = request.target
            if request.isGet, let reply = kept(request, text) { return send(reply, to: request) }
            guard isText, let target = RequestTarget(text) else {
                let failure = HTTPFailure.wrong(
                    "the path or a parameter is no text, or badly escaped")
                // It may be clear what is asked all the same.
                let endpoint = endpoints[String(text.prefix { $0 != "?" })]?.first
                return send(endpoint?.failure(failure) ?? HTTPReply(failure), to: request)
            }
            try answer(request, target)
        } catch {
            send(HTTPReply(HTTPFailure(error)), to: request)
        }
    }

    private func answer(_ request: HTTPRequest, _ target: RequestTarget) throws {
        let found: Endpoint?
        do { found = try endpoint(target.path, request) } catch {
            let failure = HTTPFailure(error)
            let other = endpoints[target.path]?.first
            return send(other?.failure(failure) ?? HTTPReply(failure), to: request)
        }
        guard let endpoint = found else { return send(options(target.path), to: request) }
        do { try answer(request, endpoint, target) } catch {
            send(endpoint.failure(HTTPFailure(error)), to: request)
        }
    }

    private func answer(
        _ request: HTTPRequest, _ endpoint: Endpoint, _ target: RequestTarget
    ) throws {
        let asked = try Asked(
            endpoint, target.parameters, request, target: target.text,
            accepting: Self.accepted(request), answerSeconds: settings.answerSeconds)
        let generation = try store.current()
        if let reply = try lookedUp(asked, generation) { return send(reply, to: request) }
        if endpoint.cost == .lookUp, !endpoint.tellsOfTree {
            return send(reply(asked, generation), to: request)
        }
        let crew = crew(for: asked)
        let pending = PendingReply(request, self)
        request.suspend()
        let isTaken = crew.add { [self] in
            guard !pending.isAnswered else { return }
            var asked = asked
            asked.giveTime(since: pending.time, settings.answerSeconds)
            let reply = reply(asked, generation, streamedBy: pending)
            if let reply { pending.answer(reply) }
        }
        if isTaken {
            if endpoint.cost != .task || endpoint.timeOption != nil { deadlines.add(pending) }
        } else {
            pending.answer(
                HTTPReply(
                    HTTPFailure(
                        503, "busy", "too many questions wait already; ask again in a second",
                        fields: [("Retry-After", "1")])))
        }
    }

    private func crew(for asked: Asked) -> WorkCrew {
        if asked.isStreamed { return streams }
        if asked.endpoint.timeOption != nil { return queries }
        return switch asked.endpoint.cost {
        case .lookUp, .list: lists
        case .whole, .task: wholes
        }
    }

    /// Nil if only what could be done is asked.
    private func endpoint(_ path: String, _ request: HTTPRequest) throws -> Endpoint? {
        guard let candidates = endpoints[path] else {
            let advice =
                CommandLineTool.nearest(path, among: endpoints.keys.sorted())
                .map { "did you mean \($0)?" } ?? "/v1/openapi.json lists what there is"
            throw HTTPFailure(404, "not_found", "there is nothing at \(path); \(advice)")
        }
        let method = request.method == "HEAD" ? "GET" : request.method
        if let endpoint = candidates.first(where: { $0.method == method }) { return endpoint }
        if method == "OPTIONS" { return nil }
        throw HTTPFailure(
            405, "method_not_allowed", "\(path) takes \(Self.methods(candidates)), not \(method)",
            fields: [("Allow", Self.methods(candidates))])
    }

    private static func methods(_ endpoints: [Endpoint]) -> String {
        endpoints.map { $0.method == "GET" ? "GET, HEAD" : $0.method }.joined(separator: ", ")
    }

    private func options(_ path: String) -> HTTPReply {
        let methods = Self.methods(endpoints[path] ?? []) + ", OPTIONS"
        return HTTPReply(
            204, .text, .bytes(ByteBuffer(capacity: 1)),
            fields: [
                ("Allow", methods), ("Access-Control-Allow-Methods", methods),
                ("Access-Control-Allow-Headers", "Accept, Content-Type, If-None-Match"),
            ])
    }

    /// What the head says of the form; nil if that is all the same.
    private static func accepted(_ request: HTTPRequest) -> Format? {
        guard let accepted = request.field("Accept"), accepted != "*/*" else { return nil }
        var best: (format: Format?, weight: Double) = (nil, 0)
        for part in accepted.split(separator: ",") {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            let format: Format
            switch words.first {
            case "application/json", "*/*", "application/*": format = .json
            case "application/x-ndjson", "application/jsonl": format = .ndjson
            case "text/csv": format = .csv
            case "image/svg+xml": format = .svg
            default: continue
            }
            let weight = words.dropFirst().first { $0.hasPrefix("q=") }
                .flatMap { Double($0.dropFirst(2)) }
            if weight ?? 1 > best.weight { best = (format, weight ?? 1) }
        }
        return best.format
    }

    // MARK: - Who may ask

    /// A page of another site cannot have an answer: neither read it, nor by a name of its own that
    /// leads here.
    private func check(_ request: HTTPRequest) throws {
        if request.isMalformed {
            throw HTTPFailure(
                400, "bad_request",
                "the request has one Host, and one way of saying how long its body is",
                fields: [("Connection", "close")])
        }
        if request.bodyIsTooLarge {
            throw HTTPFailure(
                413, "too_large",
                "a request's body has at most \(HTTPLimits().bodyByteCount) bytes")
        }
        // What nearly all say.
        if request.isGet, HostName.isLocal(request.bytes(ofField: "Host")) { return }
        let host = request.field("Host") ?? ""
        guard HostName(host).isAllowed(settings.hosts) else {
            throw HTTPFailure(
                403, "forbidden",
                "this server is not called '\(host.prefix(100))'; 'segstore serve --allow-host' names what else it is called"
            )
        }
        if !request.isGet, let origin = request.field("Origin"), !isAllowed(origin),
            origin != "http://\(host)", origin != "https://\(host)", request.method != "OPTIONS"
        {
            throw HTTPFailure(
                403, "forbidden",
                "a page of \(origin.prefix(100)) may not do this; 'segstore serve --cors' names those that may"
            )
        }
    }

    private func isAllowed(_ origin: String) -> Bool {
        settings.origins.contains("*") || settings.origins.contains(origin)
    }

    // MARK: - Answers

    func send(_ reply: HTTPReply, to request: HTTPRequest) {
        var reply = reply
        reply.dependsOnOrigin = !settings.origins.isEmpty
        if !settings.origins.isEmpty, let origin = request.field("Origin"), isAllowed(origin) {
            reply.fields.append(("Access-Control-Allow-Origin", origin))
            reply.fields.append(("Access-Control-Expose-Headers", "ETag, Link"))
        }
        reply.send(to: request)
    }

    /// The answer to what was asked before, of the newest generation.
    private func kept(_ request: HTTPRequest, _ target: String) -> HTTPReply? {
        // What is wrong with the store is told as the endpoint tells it.
        guard let generation = try? store.current(), let answer = generation.cache[target],
            store.freshness.isKnown(generation.snapshot),
            Self.accepted(request) ?? .json == .json
        else { return nil }
        let check = store.freshness.known(generation.snapshot)
        let fields = generation.fields(check)
        if request.hasSeen(fields[0].value) { return .notModified(fields) }
        return answer.reply(AnswerMeta(snapshot: generation.snapshot, check: check), fields)
    }

    /// The answer to what can be looked up in the newest generation; nil if it is another question.
    private func lookedUp(_ asked: Asked, _ generation: ServedGeneration) throws -> HTTPReply? {
        guard asked.endpoint.isLookUp, asked.format == .json, asked["at"] == nil,
            store.freshness.isKnown(generation.snapshot)
        else { return nil }
        let check = store.freshness.known(generation.snapshot)
        let fields = generation.fields(check)
        if asked.hasSeen(fields[0].value) { return .notModified(fields) }
        let out = ByteBuffer(capacity: 2 << 10)
        ValueText.append("{\"data\":", to: out)
        let isThere = try generation.asked { store in
            try store.lookUp().append(
                asked.operands[0], withCode: asked["code"] != nil, to: out)
        }
        guard isThere else { return nil }
        let answer = KeptAnswer(data: out, path: asked.endpoint.path)
        if let target = asked.keptAs { generation.cache.keep(answer, for: target, atOnce: false) }
        return answer.reply(AnswerMeta(snapshot: generation.snapshot, check: check), fields)
    }

    private func reply(_ asked: Asked, _ generation: ServedGeneration) -> HTTPReply {
        reply(asked, generation, streamedBy: nil)
            ?? HTTPReply(HTTPFailure(500, "failed", "there is no answer"))
    }

    /// Nil if it has been sent while it was made.
    private func reply(
        _ asked: Asked, _ generation: ServedGeneration, streamedBy pending: PendingReply?
    ) -> HTTPReply? {
        do {
            switch asked.endpoint.action {
            case .own(let body): return try body(self, asked)
            case .command(let command):
                return try CommandAnswer(
                    self, asked, generation, asked.isStreamed ? pending : nil
                ).reply(command)
            }
        } catch {
            return asked.endpoint.failure(HTTPFailure(error))
        }
    }
}

extension Endpoint {
    /// Whether it is asked for an entity, which may be named by its key.
    var isLookUp: Bool { cost == .lookUp && tellsOfTree }
    /// Whether an answer says which generation it is of.
    var tellsOfTree: Bool { if case .command = action { true } else { false } }
}

/// A request that is answered once, by whoever is first.
final class PendingReply: Sendable {
    let request: HTTPRequest
    let time = Clock.nanoseconds()
    private let server: Server
    private let hasAnswer = Locked(false)

    init(_ request: HTTPRequest, _ server: Server) {
        self.request = request
        self.server = server
    }

    var isAnswered: Bool { hasAnswer.withLock { $0 } }

    /// False if it was answered before: the request may be gone then.
    @discardableResult
    func answer(_ reply: HTTPReply) -> Bool {
        let isFirst = hasAnswer.withLock { hasAnswer in
            defer { hasAnswer = true }
            return !hasAnswer
        }
        guard isFirst else { return false }
        server.send(reply, to: request)
        request.resume()
        return true
    }
}

/// Answers for those who take too long.
final class Deadlines: Sendable {
    private let pending = Monitor<[PendingReply]>([])
    private static let intervalMilliseconds = 100

    init(seconds: Int) {
        SystemThread { [pending] in
            while true {
                // Nothing is to be done while nobody asks.
                _ = pending.wait { $0.isEmpty ? nil : true }
                sleep(milliseconds: Self.intervalMilliseconds)
                let limit = Clock.nanoseconds() - Int64(seconds) * 1_000_000_000
                let late = pending.look { list in
                    list.removeAll(where: \.isAnswered)
                    return list.filter { $0.time < limit }
                }
                for one in late {
                    one.answer(
                        HTTPReply(
                            HTTPFailure(
                                504, "timeout",
                                "there is no answer after \(seconds) s; 'segstore serve --timeout' gives more time"
                            )))
                }
            }
        }.detach()
    }

    func add(_ reply: PendingReply) { pending.change { $0.append(reply) } }
}

/// What a client calls a server.
struct HostName {
    private let name: String

    /// Whether it is localhost, with a port or without.
    static func isLocal(_ field: UnsafePointer<CChar>?) -> Bool {
        guard let field, strncmp(field, "localhost", 9) == 0 else { return false }
        var rest = field + 9
        guard rest.pointee == 0x3a else { return rest.pointee == 0 }
        repeat { rest += 1 } while (0x30...0x39).contains(rest.pointee)
        return rest.pointee == 0
    }

    /// Without the port.
    init(_ field: String) {
        var name = field[...]
        if let colon = name.lastIndex(of: ":"),
            name[name.index(after: colon)...].allSatisfy(\.isNumber),
            !name.hasSuffix("]")
        {
            name = name[..<colon]
        }
        self.name = name.lowercased()
    }

    /// An address, or a name that can lead nowhere else: no name of somebody's own.
    func isAllowed(_ hosts: Set<String>) -> Bool {
        name == "localhost" || name.hasSuffix(".localhost") || isAddress || hosts.contains(name)
    }

    private var isAddress: Bool {
        var bytes = in6_addr()
        if name.hasPrefix("["), name.hasSuffix("]") {
            return inet_pton(AF_INET6, String(name.dropFirst().dropLast()), &bytes) == 1
        }
        return inet_pton(AF_INET, name, &bytes) == 1
    }
}
