// SPDX-License-Identifier: Apache-2.0
//
// What commands take, and the words of a command line sorted by it. Options may stand anywhere,
// also before the command; '--' ends them.

/// An option of a command. One name means the same in all commands.
struct Option: Sendable {
    let name: String
    /// What stands for the value in help; nil if there is none.
    let value: String?
    let help: String
    var isRequired = false

    static let store = Option(
        name: "store", value: "path",
        help: "the store: a directory, or a file that backup made "
            + "(default: $SEGSTORE, else the nearest .segstore here or above)")
    static let format = Option(name: "format", value: "form", help: "text or json (default: text)")
    static let help = Option(name: "help", value: nil, help: "say more about the command")
    static let version = Option(name: "version", value: nil, help: "print the version")
    static let at = Option(
        name: "at", value: "commit", help: "as of an earlier commit: a generation or a label")
    static let limit = Option(name: "limit", value: "N", help: "at most N rows (default: all)")
    static let offset = Option(name: "offset", value: "N", help: "pass over the first N rows")

    /// Those that every command has.
    static let common = [store, format, help]
}

struct Command: Sendable {
    let name: String
    /// What stands for the word that the command needs; nil if it takes none.
    var operand: String?
    let summary: String
    var details = ""
    var options: [Option] = []
    let run: @Sendable (Arguments, Output) throws -> ExitCode
}

/// The words of one command line, before it is known what its command takes.
struct CommandLineWords {
    private(set) var command: String?
    private(set) var operands: [String] = []
    private var values: [String: String] = [:]

    private static let known: [String: Option] = {
        let options = CommandLineTool.commands.flatMap(\.options) + Option.common + [.version]
        return Dictionary(options.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }()

    init(_ words: [String]) throws(UsageError) {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                for word in rest { take(word) }
                return
            }
            if word == "-h" {
                values[Option.help.name] = ""
            } else if word.utf8.starts(with: "--".utf8) {
                try takeOption(word, &rest)
            } else if word.utf8.first == UInt8(ascii: "-"), word.utf8.count > 1 {
                throw unknown(word)
            } else {
                take(word)
            }
        }
    }

    private mutating func take(_ word: String) {
        if command == nil { command = word } else { operands.append(word) }
    }

    private mutating func takeOption(_ word: String, _ rest: inout ArraySlice<String>)
        throws(UsageError)
    {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let option = Self.known[String(parts[0].dropFirst(2))] else {
            throw unknown(String(parts[0]))
        }
        guard let value = option.value else {
            guard parts.count == 1 else { throw UsageError("--\(option.name) takes no value") }
            values[option.name] = ""
            return
        }
        guard let given = parts.count > 1 ? String(parts[1]) : rest.popFirst(), !given.isEmpty
        else {
            throw UsageError("--\(option.name) needs a value: --\(option.name) <\(value)>")
        }
        values[option.name] = given
    }

    private func unknown(_ word: String) -> UsageError {
        UsageError(
            "there is no option '\(word)'; see 'segstore help\(command.map { " " + $0 } ?? "")'")
    }

    func has(_ option: Option) -> Bool { values[option.name] != nil }

    /// What `command` is given; throws if it takes less, or needs more.
    func arguments(for command: Command) throws(UsageError) -> Arguments {
        let advice = "see 'segstore help \(command.name)'"
        let taken = Set((command.options + Option.common).map(\.name))
        for name in values.keys.sorted() where !taken.contains(name) {
            throw UsageError("\(command.name) has no option '--\(name)'; \(advice)")
        }
        if let operand = command.operand, (operands.first ?? "").isEmpty {
            throw UsageError("\(command.name) needs <\(operand)>; \(advice)")
        }
        for option in command.options where option.isRequired && !has(option) {
            throw UsageError(
                "\(command.name) needs --\(option.name) <\(option.value ?? "")>; \(advice)")
        }
        let limit = command.operand == nil ? 0 : 1
        if operands.count > limit {
            throw UsageError("\(command.name) has no use for '\(operands[limit])'; \(advice)")
        }
        let format = try format()
        return Arguments(operand: operands.first ?? "", format: format, values: values)
    }

    private func format() throws(UsageError) -> Format {
        guard let name = values[Option.format.name] else { return .text }
        guard let format = Format(rawValue: name) else {
            throw UsageError("--format is text or json, not '\(name)'")
        }
        return format
    }
}

enum Format: String, Sendable {
    /// For people.
    case text
    /// For programs.
    case json
}

/// What a command was given.
struct Arguments: Sendable {
    /// Empty if the command takes none.
    let operand: String
    let format: Format
    fileprivate let values: [String: String]

    subscript(option: Option) -> String? { values[option.name] }

    func has(_ option: Option) -> Bool { values[option.name] != nil }

    /// The number given for an option that is required.
    func required(_ option: Option, atLeast minimum: Int) throws(UsageError) -> Int {
        precondition(option.isRequired, "an option that may be left out has no value for sure")
        return try number(option, atLeast: minimum) ?? minimum
    }

    /// The number given for an option; nil if it was not given.
    func number(_ option: Option, atLeast minimum: Int = 0) throws(UsageError) -> Int? {
        guard let text = values[option.name] else { return nil }
        guard let number = Int(text), number >= minimum else {
            throw UsageError("--\(option.name) needs a number, \(minimum) or more, not '\(text)'")
        }
        return number
    }
}
