// SPDX-License-Identifier: Apache-2.0
//
// Messages of the Model Context Protocol: JSON-RPC, a line each.

import Codec
import Exchange

/// The revisions of the protocol that are spoken. Those before the last begin with a handshake; the
/// last has none: each request says what it needs.
enum MCPVersion {
    static let stateless = "2026-07-28"
    static let withHandshake = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]
    static let all = [stateless] + withHandshake
}

/// Names in a request's `_meta`.
enum MCPMeta {
    private static let prefix = "io.modelcontextprotocol/"
    static let version = prefix + "protocolVersion"
    static let capabilities = prefix + "clientCapabilities"
    static let serverInfo = prefix + "serverInfo"
    static let progressToken = "progressToken"
}

/// A request that the protocol itself refuses. What a model may mend is no such failure, but an
/// answer of its tool.
struct MCPFailure: Error {
    enum Code: Int {
        case parse = -32700
        case invalidRequest = -32600
        case unknownMethod = -32601
        case invalidParameters = -32602
        case inside = -32603
        case unsupportedVersion = -32022
        /// Of the revisions with a handshake.
        case resourceNotFound = -32002
    }

    let code: Code
    let message: String
    var data: JSONValue?

    init(_ code: Code, _ message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }
}

struct MCPRequest: Sendable {
    /// A text or a whole number; nil of a notification, which gets no answer.
    let id: JSONValue?
    let method: String
    let parameters: JSONValue
    /// Whether it has what the stateless revision asks of each request.
    let isStateless: Bool

    /// Nil for an answer, of which none was asked for.
    init?(_ message: JSONValue) throws {
        guard message.isObject else { throw MCPFailure(.invalidRequest, "a message is an object") }
        guard message["jsonrpc"]?.string == "2.0" else {
            throw MCPFailure(.invalidRequest, "a message has \"jsonrpc\": \"2.0\"")
        }
        if message["method"] == nil, message["result"] != nil || message["error"] != nil {
            return nil
        }
        guard let method = message["method"]?.string else {
            throw MCPFailure(.invalidRequest, "a request has a method")
        }
        switch message["id"] {
        case nil: id = nil
        case .string, .int: id = message["id"]
        default: throw MCPFailure(.invalidRequest, "an id is a text or a whole number")
        }
        self.method = method
        parameters = message["params"] ?? .object([])
        let meta = parameters["_meta"]
        isStateless = meta?[MCPMeta.version] != nil
    }

    /// The id of a message that is none, as far as it can be told.
    static func id(of message: JSONValue) -> JSONValue? {
        switch message["id"] {
        case .string, .int: message["id"]
        default: nil
        }
    }

    var progressToken: JSONValue? {
        switch parameters["_meta"]?[MCPMeta.progressToken] {
        case .string(let text): .string(text)
        case .int(let number): .int(number)
        default: nil
        }
    }

    /// Refuses what the stateless revision says a server must.
    func checkMeta() throws {
        guard let meta = parameters["_meta"], let version = meta[MCPMeta.version]?.string else {
            throw MCPFailure(.invalidParameters, "_meta needs \(MCPMeta.version), a text")
        }
        guard version == MCPVersion.stateless else {
            throw MCPFailure(
                .unsupportedVersion, "Unsupported protocol version",
                data: .object([
                    ("supported", .array(MCPVersion.all.map { .string($0) })),
                    ("requested", .string(version)),
                ]))
        }
        guard meta[MCPMeta.capabilities]?.isObject == true else {
            throw MCPFailure(.invalidParameters, "_meta needs \(MCPMeta.capabilities), an object")
        }
    }
}

/// What is sent.
enum MCPReply {
    static func result(_ id: JSONValue, _ result: JSONValue) -> JSONValue {
        .object([("jsonrpc", .string("2.0")), ("id", id), ("result", result)])
    }

    static func failure(_ id: JSONValue?, _ failure: MCPFailure) -> JSONValue {
        var error: [(name: String, value: JSONValue)] = [
            ("code", .int(Int64(failure.code.rawValue))), ("message", .string(failure.message)),
        ]
        if let data = failure.data { error.append(("data", data)) }
        return .object([
            ("jsonrpc", .string("2.0")), ("id", id ?? .null), ("error", .object(error)),
        ])
    }

    static func notification(_ method: String, _ parameters: JSONValue) -> JSONValue {
        .object([
            ("jsonrpc", .string("2.0")), ("method", .string(method)), ("params", parameters),
        ])
    }
}
