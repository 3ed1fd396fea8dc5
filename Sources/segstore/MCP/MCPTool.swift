// SPDX-License-Identifier: Apache-2.0
//
// A tool: what a model is told of it, and what it is called with.

import Codec
import Exchange
import Ingest
import Platform
import Query
import SegmentStore

struct MCPTool: Sendable {
    struct Parameter: Sendable {
        enum Kind: Sendable {
            case string, flag
            case number(from: Int, to: Int)
            case choice([String])
        }

        let name: String
        let kind: Kind
        /// Empty where the name says it.
        var help = ""
        var isRequired = false

        static let key = Parameter(
            name: "key", kind: .string,
            help: "key, or a name only one has: Session.refresh, a.rs:12",
            isRequired: true)
        static let within = Parameter(name: "within", kind: .string, help: "folder or file")
        static let depth = Parameter(name: "depth", kind: .number(from: 1, to: 1000))
        static let cursor = Parameter(name: "cursor", kind: .string)
        static let tokens = Parameter(
            name: "max_tokens",
            kind: .number(from: MCPAnswer.leastTokens, to: MCPAnswer.mostTokens))
    }

    let name: String
    let title: String
    let help: String
    let parameters: [Parameter]
    /// Of the structured content, as `DataShape` reads it.
    let shape: String
    let run: @Sendable (MCPCall) throws -> MCPAnswer

    // MARK: - What a model is told

    var description: JSONValue {
        .object([
            ("name", .string(name)), ("title", .string(title)), ("description", .string(help)),
            ("inputSchema", inputSchema), ("outputSchema", DataShape(shape).value),
            (
                "annotations",
                .object([("readOnlyHint", .bool(true)), ("openWorldHint", .bool(false))])
            ),
        ])
    }

    private var inputSchema: JSONValue {
        var schema: [(name: String, value: JSONValue)] = [
            ("type", .string("object")),
            ("properties", .object(parameters.map { ($0.name, $0.schema) })),
        ]
        let required = parameters.filter(\.isRequired)
        if !required.isEmpty {
            schema.append(("required", .array(required.map { .string($0.name) })))
        }
        schema.append(("additionalProperties", .bool(false)))
        return .object(schema)
    }

    // MARK: - Calls

    /// The tool that a request names, and its arguments.
    static func named(_ request: MCPRequest) throws -> (tool: MCPTool, arguments: JSONValue) {
        guard let name = request.parameters["name"]?.string else {
            throw MCPFailure(.invalidParameters, "tools/call needs the name of a tool")
        }
        guard let tool = all.first(where: { $0.name == name }) else {
            throw MCPFailure(
                .invalidParameters,
                "Unknown tool: \(name.prefix(100)); there are \(all.map(\.name).joined(separator: ", "))"
            )
        }
        let arguments = request.parameters["arguments"] ?? .object([])
        guard arguments.isObject || arguments == .null else {
            throw MCPFailure(.invalidParameters, "arguments are an object")
        }
        return (tool, arguments)
    }

    /// What a model may have meant otherwise is an answer, not a failure.
    func answer(_ call: MCPCall) throws -> MCPAnswer.Result {
        do {
            try check(call.arguments)
            return try run(call).result(tokens: call.tokens)
        } catch is MCPCall.Cancelled {
            return .failure("cancelled")
        } catch {
            let failure =
                (error as? InputError).map { HTTPFailure.wrong($0.message) }
                ?? HTTPFailure(error)
            return .failure(
                failure.message, (failure.candidates ?? []).map { "- \($0)" }, tokens: call.tokens)
        }
    }

    struct InputError: Error {
        let message: String
    }

    private func check(_ arguments: JSONValue) throws {
        guard case .object(let members) = arguments else { return }
        for member in members {
            guard let parameter = parameters.first(where: { $0.name == member.name }) else {
                let names = parameters.map(\.name)
                let advice =
                    CommandLineTool.nearest(member.name, among: names).map {
                        "did you mean '\($0)'?"
                    }
                    ?? "there are \(names.joined(separator: ", "))"
                throw InputError(
                    message: "\(name) has no parameter '\(member.name.prefix(100))'; \(advice)")
            }
            try parameter.check(member.value)
        }
        for parameter in parameters where parameter.isRequired {
            guard let value = arguments[parameter.name], value != .string("") else {
                throw InputError(message: "\(name) needs '\(parameter.name)': \(parameter.help)")
            }
        }
    }
}

extension MCPTool.Parameter {
    fileprivate var schema: JSONValue {
        var schema: [(name: String, value: JSONValue)] = []
        switch kind {
        case .string: schema.append(("type", .string("string")))
        case .flag: schema.append(("type", .string("boolean")))
        case .number(let least, let most):
            schema += [
                ("type", .string("integer")), ("minimum", .int(Int64(least))),
                ("maximum", .int(Int64(most))),
            ]
        case .choice(let words):
            schema.append(("enum", .array(words.map { .string($0) })))
        }
        if !help.isEmpty { schema.append(("description", .string(help))) }
        return .object(schema)
    }

    fileprivate func check(_ value: JSONValue) throws {
        // Left out is what some clients call null.
        if value == .null, !isRequired { return }
        switch (kind, value) {
        case (.string, .string), (.flag, .bool): return
        case (.number(let least, let most), .int(let number)):
            if (least...most).contains(Int(number)) { return }
            throw MCPTool.InputError(
                message: "'\(name)' is a number from \(least) to \(most), not \(number)")
        case (.choice(let words), .string(let word)):
            if words.contains(word) { return }
            throw MCPTool.InputError(
                message:
                    "'\(name)' is \(CommandLineWords.choice(of: words)), not '\(word.prefix(100))'")
        default:
            let wanted =
                switch kind {
                case .string, .choice: "a text"
                case .flag: "true or false"
                case .number: "a whole number"
                }
            throw MCPTool.InputError(message: "'\(name)' is \(wanted)")
        }
    }
}

/// One call of a tool.
struct MCPCall {
    struct Cancelled: Error {}

    let arguments: JSONValue
    let generation: ServedGeneration
    let store: ServedStore
    let cancellation: MCPCancellation
    /// So many of so many steps are done, and what comes next.
    let progress: (Int, Int, String) -> Void

    /// Of a call that makes no sense too.
    var tokens: Int {
        let given = arguments["max_tokens"]?.int ?? MCPAnswer.defaultTokens
        return min(max(given, MCPAnswer.leastTokens), MCPAnswer.mostTokens)
    }
    subscript(name: String) -> String? { arguments[name]?.string }

    /// More rows than that cannot fit.
    private var rowLimit: Int { max(10, min(2000, tokens / 8)) }

    /// What a command answers, as it does in JSON. `values` are its options by name.
    func ask(
        _ command: Command, _ operands: [String] = [], _ values: [String: String?] = [:],
        notes: inout [String]
    ) throws -> JSONValue {
        if cancellation.isCancelled { throw Cancelled() }
        let out = ByteBuffer(capacity: 4 << 10)
        var said: [String] = []
        let cancellation = cancellation
        let output = Output(
            to: { bytes in
                if cancellation.isCancelled { throw Cancelled() }
                out.append(bytes)
            }, notes: { said.append($0) })
        try generation.asked { host in
            let arguments = Arguments(
                operands: operands, format: .json, values: values.compactMapValues(\.self),
                host: host)
            _ = try command.run(arguments, output)
            try output.flush()
        }
        notes += said
        let parser = JSONParser()
        return try JSONValue(parsing: out.bytes, parser)
    }

    /// The options that choose a page of a list: as many rows as may fit.
    func page() throws -> [String: String?] {
        guard let cursor = self["cursor"] else { return ["limit": "\(rowLimit)"] }
        guard let cursor = PageCursor(cursor) else {
            throw MCPTool.InputError(message: "'cursor' is none that an answer gave")
        }
        return [
            "limit": "\(rowLimit)", "offset": "\(cursor.offset)", "at": "\(cursor.generation)",
        ]
    }

    /// The generation that is asked: that of the page before, if there was one.
    var pinned: UInt64 {
        self["cursor"].flatMap { PageCursor($0)?.generation } ?? generation.snapshot.generation
    }

    /// An answer that is a list: `rows` of what a command has said.
    func list(
        _ data: JSONValue, _ name: String, lines: [String] = [],
        head: [(name: String, value: JSONValue)] = [], notes: [String],
        row: (JSONValue) -> MCPSection.Row
    ) -> MCPAnswer {
        var answer = MCPAnswer()
        answer.lines = lines
        answer.head = head
        answer.sections = [
            MCPSection(
                name: name, rows: (data[name]?.array ?? []).map(row), total: data["total"]?.int ?? 0
            )
        ]
        answer.offset = data["offset"]?.int ?? 0
        answer.generation = pinned
        answer.notes = notes + staleness
        return answer
    }

    /// What a model should know of the tree.
    var staleness: [String] {
        guard let check = store.freshness.check(generation.snapshot), check.changedFileCount > 0
        else { return [] }
        return [
            "\(Text.count(check.changedFileCount, "file")) changed since the store was made: run 'segstore ingest', or 'segstore mcp --watch'"
        ]
    }
}

extension JSONValue {
    /// Some members of an object, in that order; what is null is left out.
    func only(_ names: String...) -> JSONValue {
        .object(
            names.compactMap { name in
                self[name].flatMap { $0 == .null ? nil : (name, $0) }
            })
    }

    func text(_ name: String) -> String { self[name]?.string ?? "" }
    func number(_ name: String) -> Int { self[name]?.int ?? 0 }
}

extension DataShape {
    /// The schema as a value.
    var value: JSONValue {
        let out = ByteBuffer(capacity: 256)
        AnswerWriter.object(to: out) { schema($0, "schema") }
        let parser = JSONParser()
        return (try? JSONValue(parsing: out.bytes, parser))?["schema"] ?? .object([])
    }
}
