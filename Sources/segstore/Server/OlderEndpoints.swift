// SPDX-License-Identifier: Apache-2.0
//
// The endpoints of an older server of the same kind, for those who have clients of it: other names
// for the same questions, in that server's envelope, {"success":…,"endpoint":…,"data":…,
// "tokens":…}, and with its members.

import Codec
import Exchange
import Ingest
import Platform
import Query
import SegmentStore

struct OlderEndpoint: Sendable {
    struct Parameter: Sendable {
        let name: String
        var help = ""
        var isRequired = false
        var isNumber = false

        static let scope = Parameter(
            name: "scope", help: "of one folder only: its first two parts, such as src||auth")
        static let entity = Parameter(
            name: "entity", help: "a key, or a name that only one has", isRequired: true)
        static let limit = Parameter(name: "limit", help: "at most so many", isNumber: true)
        static let offset = Parameter(name: "offset", help: "pass over so many", isNumber: true)
    }

    let path: String
    var method = "GET"
    var cost = AnswerCost.list
    let summary: String
    var parameters: [Parameter] = []
    let answer: @Sendable (OlderQuestion) throws -> JSONValue

    /// As the server knows it.
    var endpoint: Endpoint {
        Endpoint(
            path: path, method: method,
            action: .own { server, asked in try server.answer(self, asked) }, cost: cost,
            summary: summary,
            operands: parameters.map {
                Endpoint.Operand(
                    name: $0.name, help: $0.help, isRequired: $0.isRequired, isNumber: $0.isNumber)
            }, shape: "", failure: { failure($0) })
    }
}

extension Server {
    fileprivate func answer(_ older: OlderEndpoint, _ asked: Asked) throws -> HTTPReply {
        let values = Dictionary(asked.given, uniquingKeysWith: { first, _ in first })
        for parameter in older.parameters where parameter.isNumber {
            guard let text = values[parameter.name] else { continue }
            guard let number = Int(text), number >= 0 else {
                throw HTTPFailure.wrong("'\(parameter.name)' is a number, not '\(text)'")
            }
        }
        let data = try older.answer(
            OlderQuestion(server: self, generation: store.current(), values: values))
        return OlderEndpoint.envelope(
            200,
            [
                ("success", .bool(true)), ("endpoint", .string(older.path)), ("data", data),
                ("tokens", .int(Int64(TokenCount.estimate(data.text)))),
            ])
    }
}

extension OlderEndpoint {
    /// What fails is told as that server did.
    private func failure(_ failure: HTTPFailure) -> HTTPReply {
        var members: [(name: String, value: JSONValue)] = [
            ("success", .bool(false)), ("endpoint", .string(path)),
            ("error", .string(failure.message)),
        ]
        if let candidates = failure.candidates {
            members.append(("suggestions", .array(candidates.map { .string($0) })))
        }
        members.append(
            ("tokens", .int(Int64(TokenCount.estimate(JSONValue.object(members).text)))))
        var reply = Self.envelope(failure.status, members)
        reply.fields += failure.fields
        return reply
    }

    fileprivate static func envelope(
        _ status: Int, _ members: [(name: String, value: JSONValue)]
    ) -> HTTPReply {
        let out = ByteBuffer(capacity: 4 << 10)
        JSONValue.object(members).append(to: out)
        out.append(UInt8(ascii: "\n"))
        return HTTPReply(status, .json, .bytes(out))
    }
}

/// What an older endpoint is asked.
struct OlderQuestion {
    let server: Server
    let generation: ServedGeneration
    fileprivate let values: [String: String]

    init(server: Server, generation: ServedGeneration, values: [String: String]) {
        self.server = server
        self.generation = generation
        self.values = values
    }

    subscript(name: String) -> String? { values[name] }

    func number(_ name: String, or otherwise: Int) -> Int {
        values[name].flatMap { Int($0) } ?? otherwise
    }

    /// One that makes no sense below 1.
    func positive(_ name: String, or otherwise: Int) throws -> Int {
        let number = number(name, or: otherwise)
        guard number > 0 else { throw HTTPFailure.wrong("'\(name)' is 1 or more") }
        return number
    }

    /// `scope=L1||L2`, as --within says it.
    var within: String? {
        guard let scope = values["scope"], !scope.isEmpty else { return nil }
        return scope.split(separator: "|").joined(separator: "/")
    }

    /// What a command answers in JSON.
    func ask(
        _ command: Command, _ operands: [String] = [], _ values: [String: String?] = [:]
    ) throws -> JSONValue {
        let out = ByteBuffer(capacity: 4 << 10)
        _ = try run(command, .json, operands, values) { out.append($0) }
        return try JSONValue(parsing: out.bytes, JSONParser())
    }

    /// The rows of a command's answer, one by one.
    func rows(
        _ command: Command, _ operands: [String] = [], _ values: [String: String?] = [:],
        _ row: (JSONValue) -> JSONValue
    ) throws -> [JSONValue] {
        try list(command, operands, values, row).rows
    }

    /// The same, and how many there are where only some are asked for.
    func list(
        _ command: Command, _ operands: [String] = [], _ values: [String: String?] = [:],
        _ row: (JSONValue) -> JSONValue
    ) throws -> (rows: [JSONValue], total: Int) {
        var total = 0
        var rows: [JSONValue] = []
        let parser = JSONParser()
        let rest = ByteBuffer(capacity: 64 << 10)
        var byteCount = 0
        try withoutActuallyEscaping(row) { row in
            total = try run(command, .ndjson, operands, values) { bytes in
                byteCount += bytes.count
                guard byteCount <= Self.byteLimit else {
                    throw HTTPFailure(
                        422, "too_large",
                        "the answer is larger than \(Self.byteLimit >> 20) MiB; ask for less with scope or limit, or use /v1 with format=ndjson"
                    )
                }
                rest.append(bytes)
                var start = 0
                while let end = rest.bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
                    rows.append(
                        row(
                            try JSONValue(
                                parsing: UnsafeRawBufferPointer(rebasing: rest.bytes[start..<end]),
                                parser)))
                    start = end + 1
                }
                let left = Array(rest.bytes[start...])
                rest.removeAll()
                left.withUnsafeBytes { rest.append($0) }
            }
        }
        return (rows, total)
    }

    private static let byteLimit = 64 << 20

    /// How many rows there are in all.
    private func run(
        _ command: Command, _ format: Format, _ operands: [String], _ values: [String: String?],
        _ sink: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int {
        let output = Output(to: sink, notes: { _ in })
        try generation.asked { host in
            _ = try command.run(
                Arguments(
                    operands: operands, format: format, values: values.compactMapValues(\.self),
                    host: host), output)
            try output.flush()
        }
        return output.page?.total ?? 0
    }
}
