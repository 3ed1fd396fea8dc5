// SPDX-License-Identifier: Apache-2.0
//
// What can be asked over HTTP. Most is what a command answers too: its words and options are the
// parameters, and its JSON is the answer.

import Platform
import Query
import SegmentStore

/// How long an answer may take, which says who makes it.
enum AnswerCost {
    /// Some look-ups: made at once, on a thread that others wait for.
    case lookUp
    /// Lists and walks.
    case list
    /// A look at all of the graph; kept, for it stays what it is.
    case whole
    /// It may change the store, or be another one each time.
    case task
}

struct Endpoint: Sendable {
    enum Action: Sendable {
        case command(Command)
        /// What no command answers.
        case own(@Sendable (Server, Asked) throws -> HTTPReply)
    }

    /// Of a command's operand: what it is called, and what is said of it.
    struct Operand: Sendable {
        let name: String
        let help: String
        /// What a list of them is, of which the rest come as one more word each.
        var mayRepeat = false
        var isRequired = true
        var isNumber = false
    }

    let path: String
    var method = "GET"
    let action: Action
    let cost: AnswerCost
    let summary: String
    var operands: [Operand] = []
    /// The first of them is the request's body.
    var hasBody = false
    /// Options of the command, which are parameters.
    var options: [Option] = []
    /// Of options of the command that a list has: how many rows are answered where nobody says.
    var pageOption: Option?
    /// Whether an answer about one generation stays what it is: not of what gc changes.
    var hasTag = true
    /// An option that says how many seconds it may take, at most what every answer may.
    var timeOption: Option?
    /// What the answer's data is, as `DataShape` reads it.
    let shape: String
    /// Whether the document of what can be asked has it.
    var isAPI = true
    /// How what fails is told.
    var failure: @Sendable (HTTPFailure) -> HTTPReply = { HTTPReply($0) }

    /// How it can be answered.
    var formats: [Format] {
        guard case .command(let command) = action else { return [.json] }
        return command.formats.filter { $0 != .text && (pageOption != nil || $0 != .csv) }
    }

    static let at = Option(
        name: "at", value: "commit", help: "as of an earlier commit: a generation or a label")
    static let cursor = Option(
        name: "cursor", value: "cursor",
        help: "where the last answer said to go on; the other parameters are those of that one")
}

/// A question as it came: its endpoint, and what it is asked with.
struct Asked: Sendable {
    let endpoint: Endpoint
    /// By the names of parameters.
    private(set) var values: [String: String]
    let format: Format
    /// Only for who is to answer it: it goes away when somebody else has.
    let request: HTTPRequest
    /// As it was sent.
    let target: String
    /// The tags of answers that the client has already.
    private let seen: String?
    /// Those that are operands, in order.
    let operands: [String]
    /// The same with their names.
    let given: [(String, String)]

    subscript(name: String) -> String? { values[name] }

    /// What the command is run with.
    func arguments(_ host: any StoreHost) -> Arguments {
        Arguments(operands: operands, format: format, values: values, host: host)
    }
}

/// A question that makes no sense, or cannot be answered.
struct HTTPFailure: Error {
    let status: Int
    let code: String
    let message: String
    var candidates: [String]?
    var fields: [(name: String, value: String)] = []

    init(
        _ status: Int, _ code: String, _ message: String,
        fields: [(name: String, value: String)] = []
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields
    }

    static func wrong(_ message: String) -> HTTPFailure {
        HTTPFailure(400, "bad_request", message)
    }
}

extension Asked {
    /// Of a list as JSON; more is streamed line by line.
    static let rowLimit = 10_000
    private static let defaultRowCount = 100

    init(
        _ endpoint: Endpoint, _ parameters: [(name: String, value: String)],
        _ request: HTTPRequest, target: String, accepting: Format?, answerSeconds: Int
    ) throws {
        self.endpoint = endpoint
        self.request = request
        self.target = target
        seen = request.field("If-None-Match")
        var values: [String: String] = [:]
        var more: [String] = []
        var format = accepting
        for (name, value) in parameters {
            if name == "format" {
                guard let known = endpoint.formats.first(where: { $0.rawValue == value }) else {
                    throw HTTPFailure.wrong(
                        "format is \(CommandLineWords.choice(of: endpoint.formats.map(\.rawValue))), not '\(value)'"
                    )
                }
                format = known
            } else if let operand = endpoint.operands.first(where: { $0.name == name }) {
                if operand.mayRepeat {
                    more.append(value)
                } else if values.updateValue(value, forKey: name) != nil {
                    throw HTTPFailure.wrong("'\(name)' is given twice")
                }
            } else if let option = endpoint.parameter(name) {
                try Self.take(value, for: option, &values)
            } else {
                throw HTTPFailure.wrong(
                    "\(endpoint.path) has no parameter '\(name)'; \(endpoint.advice(on: name))")
            }
        }
        if endpoint.hasBody, let first = endpoint.operands.first {
            guard let body = request.body else {
                throw HTTPFailure.wrong("the request's body is no UTF-8")
            }
            if values[first.name] == nil {
                values[first.name] = body
            } else if !body.isEmpty {
                throw HTTPFailure.wrong("'\(first.name)' is given twice: there is a body too")
            }
        }
        var operands: [String] = []
        given = endpoint.operands.compactMap { operand in
            values[operand.name].map { (operand.name, $0) }
        }
        for operand in endpoint.operands where !operand.mayRepeat {
            guard let value = values.removeValue(forKey: operand.name), !value.isEmpty else {
                guard operand.isRequired else { continue }
                throw HTTPFailure.wrong(
                    "\(endpoint.path) needs the parameter '\(operand.name)'; see /v1/openapi.json")
            }
            operands.append(value)
        }
        for option in endpoint.options where option.isRequired && values[option.name] == nil {
            throw HTTPFailure.wrong("\(endpoint.path) needs the parameter '\(option.name)'")
        }
        self.operands = operands + more
        self.format =
            format.flatMap { endpoint.formats.contains($0) ? $0 : nil }
            ?? endpoint.formats.first ?? .json
        if let cursor = values.removeValue(forKey: Endpoint.cursor.name) {
            for name in [Option.at.name, Option.offset.name] where values[name] != nil {
                throw HTTPFailure.wrong("the cursor says what '\(name)' is: give one of them")
            }
            guard let cursor = PageCursor(cursor) else {
                throw HTTPFailure.wrong("'cursor' is none that was given by an answer")
            }
            values[Option.at.name] = "\(cursor.generation)"
            values[Option.offset.name] = "\(cursor.offset)"
        }
        if let option = endpoint.timeOption {
            let text = values[option.name] ?? "\(answerSeconds)"
            guard let seconds = Int(text), seconds > 0 else {
                throw HTTPFailure.wrong("'\(option.name)' is a number of seconds, not '\(text)'")
            }
            values[option.name] = "\(min(seconds, answerSeconds))"
        }
        if let option = endpoint.pageOption { try Self.limit(option, self.format, &values) }
        self.values = values
    }

    /// What it waited is part of its time.
    mutating func giveTime(since start: Int64, _ seconds: Int) {
        guard let option = endpoint.timeOption, let given = values[option.name].flatMap({ Int($0) })
        else { return }
        let left = seconds - Int((Clock.nanoseconds() - start) / 1_000_000_000)
        values[option.name] = "\(max(1, min(given, left)))"
    }

    private static func take(
        _ value: String, for option: Option, _ values: inout [String: String]
    ) throws {
        if option.value == nil {
            switch value {
            case "true", "1", "": values[option.name] = ""
            case "false", "0": break
            default: throw HTTPFailure.wrong("'\(option.name)' is true or false, not '\(value)'")
            }
            return
        }
        guard !value.isEmpty else { throw HTTPFailure.wrong("'\(option.name)' is empty") }
        guard let before = values[option.name] else {
            values[option.name] = value
            return
        }
        guard option.isList else { throw HTTPFailure.wrong("'\(option.name)' is given twice") }
        values[option.name] = "\(before),\(value)"
    }

    /// As many rows as one JSON may have; what is streamed may have any number.
    private static func limit(
        _ option: Option, _ format: Format, _ values: inout [String: String]
    ) throws {
        guard format == .json else {
            // Rows by themselves are all of them; nobody would see that there are more.
            if format == .ndjson || format == .csv {
                values[option.name] = values[option.name] ?? "\(Int32.max)"
            }
            return
        }
        guard let text = values[option.name] else {
            // Rankings have a number of their own.
            if option.name == Option.limit.name { values[option.name] = "\(defaultRowCount)" }
            return
        }
        guard let count = Int(text), (0...rowLimit).contains(count) else {
            throw HTTPFailure.wrong(
                "'\(option.name)' is a number up to \(rowLimit), not '\(text)'; format=ndjson has no limit"
            )
        }
    }
}

extension HTTPRequest {
    /// Whether the client has an answer with that tag, however strong.
    func hasSeen(_ tag: String) -> Bool { Self.names(field("If-None-Match"), tag) }

    fileprivate static func names(_ seen: String?, _ tag: String) -> Bool {
        guard let seen else { return false }
        let strong = tag.dropFirst(2)
        return seen == "*"
            || seen.split(separator: ",").contains { part in
                let given = part.drop { $0 == " " }.prefix { $0 != " " }
                return given == tag || given == strong
            }
    }
}

extension Asked {
    func hasSeen(_ tag: String) -> Bool { HTTPRequest.names(seen, tag) }
}

extension Option {
    /// Whether its value is words with commas between.
    var isList: Bool { value?.hasSuffix(",…") ?? false }
}

extension Endpoint {
    /// All but the operands.
    var parameters: [Option] { options + (hasPages ? [Self.cursor] : []) }

    private var hasPages: Bool { options.contains { $0.name == Option.offset.name } }

    fileprivate func parameter(_ name: String) -> Option? {
        if let option = options.first(where: { $0.name == name }) { return option }
        return hasPages && name == Self.cursor.name ? Self.cursor : nil
    }

    /// What somebody may have meant.
    fileprivate func advice(on name: String) -> String {
        let names = operands.map(\.name) + parameters.map(\.name) + ["format"]
        return CommandLineTool.nearest(name, among: names).map { "did you mean '\($0)'?" }
            ?? "there are \(names.joined(separator: ", "))"
    }
}

/// Where a list goes on: the same generation, whatever has been committed since.
struct PageCursor {
    let generation: UInt64
    let offset: Int

    init(generation: UInt64, offset: Int) {
        self.generation = generation
        self.offset = offset
    }

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let generation = UInt64(parts[0], radix: 36), generation > 0,
            let offset = Int(parts[1], radix: 36), offset >= 0
        else { return nil }
        self.init(generation: generation, offset: offset)
    }

    var text: String { "\(String(generation, radix: 36)).\(String(offset, radix: 36))" }
}
