// SPDX-License-Identifier: Apache-2.0
//
// The Model Context Protocol on standard input and output: which message is what, and who answers
// it. Tools are run side by side; everything else is answered at once.

import Codec
import Exchange
import Platform
import SegmentStore

final class MCPServer: Sendable {
    private struct State {
        /// The revision that a handshake has chosen.
        var agreed: String?
        /// By the ids of requests that are being answered, as text.
        var running: [String: MCPCancellation] = [:]
    }

    static let information: JSONValue = .object([
        ("name", .string("segstore")), ("title", .string("segstore: the graph of a source tree")),
        ("version", .string(CommandLineTool.version)),
    ])

    static let instructions = """
        Answers about the code in this tree from a graph of its definitions and the edges between \
        them. Begin with 'overview' or 'search'; the key of an entity, or a name that only one has, \
        is what the other tools take. 'resolution' says how sure an edge is; what could not be \
        resolved is counted, never guessed. Lists go on with 'cursor'.
        """

    private static let capabilities: JSONValue = .object([
        ("tools", .object([])), ("resources", .object([])),
    ])

    let store: ServedStore
    private let state = Monitor(State())
    private let output = Locked(StandardStream.output)
    private let crew = WorkCrew(threads: max(2, processorCount), waitingLimit: 256)

    init(_ store: ServedStore) { self.store = store }

    // MARK: - Messages

    /// Of one line, before anything is known of it.
    static let lineByteLimit = 4 << 20

    /// Answers what stands in one line; nil if it is too long to be looked at.
    func take(_ line: UnsafeRawBufferPointer?, _ parser: JSONParser) {
        guard let line else {
            return send(
                MCPReply.failure(
                    nil,
                    MCPFailure(
                        .invalidRequest, "a line has at most \(Self.lineByteLimit) bytes")))
        }
        let message: JSONValue
        do { message = try JSONValue(parsing: line, parser) } catch {
            let reason = (error as? RowError)?.reason ?? "\(error)"
            return send(MCPReply.failure(nil, MCPFailure(.parse, "the line \(reason)")))
        }
        // Only one revision, which has gone, had several messages in one.
        if case .array(let messages) = message, state.look({ $0.agreed == "2025-03-26" }),
            !messages.isEmpty
        {
            for message in messages { take(message) }
            return
        }
        take(message)
    }

    private func take(_ message: JSONValue) {
        var id: JSONValue?
        do {
            id = MCPRequest.id(of: message)
            guard let request = try MCPRequest(message) else { return }
            guard let id = request.id else { return notified(request) }
            try answer(request, id)
        } catch {
            send(MCPReply.failure(id, Self.failure(error)))
        }
    }

    private static func failure(_ error: any Error) -> MCPFailure {
        error as? MCPFailure ?? MCPFailure(.inside, Failure(error).message)
    }

    private func notified(_ request: MCPRequest) {
        guard request.method == "notifications/cancelled",
            let id = request.parameters["requestId"]
        else { return }
        state.look { $0.running[id.text] }?.cancel()
    }

    private func answer(_ request: MCPRequest, _ id: JSONValue) throws {
        if request.method == "initialize", !request.isStateless {
            return send(MCPReply.result(id, try initialize(request)))
        }
        if request.isStateless {
            try request.checkMeta()
        } else {
            guard state.look({ $0.agreed != nil }) || request.method == "ping" else {
                throw MCPFailure(
                    .invalidParameters,
                    "a request has \(MCPMeta.version) and \(MCPMeta.capabilities) in params._meta, or 'initialize' comes before it"
                )
            }
        }
        switch request.method {
        case "server/discover" where request.isStateless: finish(request, id, discovery)
        case "ping" where !request.isStateless: finish(request, id, [])
        case "tools/list": finish(request, id, try toolList(request))
        case "tools/call": try start(request, id)
        case "resources/list", "resources/templates/list", "resources/read": try start(request, id)
        default:
            throw MCPFailure(.unknownMethod, "there is no method '\(request.method.prefix(200))'")
        }
    }

    // MARK: - Answers

    private func initialize(_ request: MCPRequest) throws -> JSONValue {
        guard let wanted = request.parameters["protocolVersion"]?.string else {
            throw MCPFailure(.invalidParameters, "initialize needs protocolVersion, a text")
        }
        let version =
            MCPVersion.withHandshake.first { $0 == wanted } ?? MCPVersion.withHandshake[0]
        state.change { $0.agreed = version }
        return .object([
            ("protocolVersion", .string(version)), ("capabilities", Self.capabilities),
            ("serverInfo", Self.information), ("instructions", .string(Self.instructions)),
        ])
    }

    private var discovery: [(name: String, value: JSONValue)] {
        [
            ("supportedVersions", .array(MCPVersion.all.map { .string($0) })),
            ("capabilities", Self.capabilities), ("instructions", .string(Self.instructions)),
        ] + Self.kept(milliseconds: Self.programMilliseconds)
    }

    /// What is the same as long as the program is.
    private static let programMilliseconds = 3_600_000
    /// What another commit may change.
    private static let storeMilliseconds = 5000

    private static func kept(milliseconds: Int) -> [(name: String, value: JSONValue)] {
        [
            ("ttlMs", .int(Int64(milliseconds))),
            (
                "cacheScope",
                .string(milliseconds == programMilliseconds ? "public" : "private")
            ),
        ]
    }

    private func toolList(_ request: MCPRequest) throws -> [(name: String, value: JSONValue)] {
        if request.parameters["cursor"] != nil {
            throw MCPFailure(.invalidParameters, "the list of tools has no other page")
        }
        return [("tools", .array(MCPTool.all.map(\.description)))]
            + (request.isStateless ? Self.kept(milliseconds: Self.programMilliseconds) : [])
    }

    private func finish(
        _ request: MCPRequest, _ id: JSONValue, _ members: [(name: String, value: JSONValue)]
    ) {
        var members = members
        if request.isStateless {
            members.append(("resultType", .string("complete")))
            members.append(("_meta", .object([(MCPMeta.serverInfo, Self.information)])))
        }
        send(MCPReply.result(id, .object(members)))
    }

    /// Answers on another thread.
    private func start(_ request: MCPRequest, _ id: JSONValue) throws {
        if request.method == "tools/call" {
            // What is no request of a tool is refused before anything is run.
            _ = try MCPTool.named(request)
        }
        let cancellation = MCPCancellation()
        let isNew = state.change { state in
            state.running.updateValue(cancellation, forKey: id.text) == nil
        }
        guard isNew else {
            throw MCPFailure(.invalidRequest, "a request with the id \(id.text) is being answered")
        }
        let isTaken = crew.add { [self] in
            defer { state.change { $0.running[id.text] = nil } }
            do {
                guard !cancellation.isCancelled else { return }
                let members = try members(request, cancellation)
                if !cancellation.isCancelled { finish(request, id, members) }
            } catch {
                if !cancellation.isCancelled {
                    send(MCPReply.failure(id, Self.failure(error)))
                }
            }
        }
        if !isTaken {
            state.change { $0.running[id.text] = nil }
            throw MCPFailure(.inside, "too many requests wait already")
        }
    }

    private func members(
        _ request: MCPRequest, _ cancellation: MCPCancellation
    ) throws -> [(name: String, value: JSONValue)] {
        let generation = try store.current()
        guard request.method != "tools/call" else {
            let (tool, arguments) = try MCPTool.named(request)
            let token = request.progressToken
            let call = MCPCall(
                arguments: arguments, generation: generation, store: store,
                cancellation: cancellation
            ) { [self] done, total, what in
                guard let token else { return }
                send(
                    MCPReply.notification(
                        "notifications/progress",
                        .object([
                            ("progressToken", token), ("progress", .int(Int64(done))),
                            ("total", .int(Int64(total))), ("message", .string(what)),
                        ])))
            }
            return try tool.answer(call).members
        }
        let resources = MCPResources(generation, store)
        let kept = request.isStateless ? Self.kept(milliseconds: Self.storeMilliseconds) : []
        switch request.method {
        case "resources/list": return try resources.list(request.parameters) + kept
        case "resources/templates/list": return MCPResources.templates + kept
        default: return try resources.read(request) + kept
        }
    }

    private func send(_ message: JSONValue) {
        let out = ByteBuffer(capacity: 1 << 10)
        message.append(to: out)
        out.append(UInt8(ascii: "\n"))
        // Lines of two threads must not mix. Whoever reads no more has ended the input too.
        output.withLock { try? $0.write(out.bytes) }
    }

    // MARK: - The end

    /// Waits for what is being answered.
    func finish(milliseconds: Int) {
        _ = state.wait(milliseconds: milliseconds) { $0.running.isEmpty ? true : nil }
    }
}

/// Whether the client wants an answer still.
final class MCPCancellation: Sendable {
    private let state = Locked(false)

    var isCancelled: Bool { state.withLock { $0 } }
    func cancel() { state.withLock { $0 = true } }
}
