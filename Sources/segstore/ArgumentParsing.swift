// SPDX-License-Identifier: Apache-2.0
//
// What commands take, and the words of a command line sorted by it. Options may stand anywhere,
// also before the command; '--' ends them.

/// An option of a command. One name means the same in all commands.
struct Option: Sendable {
    let name: String
    /// A letter that stands for the name.
    var letter: Character?
    /// What stands for the value in help; nil if there is none.
    let value: String?
    let help: String
    var isRequired = false
    /// Each time it is given it means one more.
    var mayRepeat = false
    /// What completion offers for the value.
    var words = CompletionWords.none

    static let store = Option(
        name: "store", value: "path",
        help: "the store: a directory, the tree that has it, or a file that backup made "
            + "(default: $SEGSTORE, else the nearest .segstore here or above)", words: .files)
    /// What is known of it where no command is.
    static let format = Option(
        name: "format", value: "form",
        help: "text, json, ndjson or csv (default: text, which is for people)")

    /// What a command says of its forms.
    static func format(of command: Command) -> Option {
        let names = command.formats.map(\.rawValue)
        let own = command.formats.filter { !$0.isPicture }.map(\.rawValue)
        let pictures = names.filter { !own.contains($0) }
        let choice =
            pictures.isEmpty || own.isEmpty
            ? CommandLineWords.choice(of: names)
            : "\(own.joined(separator: ", ")); \(CommandLineWords.choice(of: pictures)) to draw it"
        let meaning = names.first == Format.text.rawValue ? ", which is for people" : ""
        return Option(
            name: format.name, value: format.value,
            help: "\(choice) (default: \(names.first ?? "")\(meaning))",
            words: .words(names))
    }

    static let help = Option(
        name: "help", letter: "h", value: nil, help: "say more about the command")
    static let version = Option(name: "version", value: nil, help: "print the version")
    static let at = Option(
        name: "at", value: "commit", help: "as of an earlier commit: a generation or a label",
        words: .commits)
    static let label = Option(
        name: "label", value: "L", help: "a name for the commit, such as a git revision")
    static let relation = Option(
        name: "relation", value: "R", help: "the relation", words: .relations)
    static let limit = Option(name: "limit", value: "N", help: "at most N rows (default: all)")
    static let offset = Option(name: "offset", value: "N", help: "pass over the first N rows")

    /// Those that a command may have without naming them.
    static let common = [store, format, help]

    /// One of each name.
    static let known: [Option] = {
        let options = CommandLineTool.commands.flatMap(\.options) + common + [version]
        var seen = Set<String>()
        return options.filter { seen.insert($0.name).inserted }
    }()
}

struct Command: Sendable {
    /// One word, or two: "query deps".
    let name: String
    /// What stands for the words that the command needs.
    var operands: [String] = []
    /// Whether the last of them may come again and again.
    var takesMore = false
    let summary: String
    var details = ""
    /// Whole lines that somebody might type.
    var examples: [String] = []
    var options: [Option] = []
    /// Where not, --store says nothing, and help does not offer it.
    var readsStore = true
    /// How it can answer; the first if nobody says. None if there is but one way.
    var formats = Format.answers
    let run: @Sendable (Arguments, Output) throws -> ExitCode

    private var words: [String] { name.split(separator: " ").map { String($0) } }
    /// Its own, and those that others have too.
    var allOptions: [Option] {
        options
            + Option.common.compactMap { option in
                switch option.name {
                case Option.store.name: readsStore ? option : nil
                case Option.format.name: formats.isEmpty ? nil : .format(of: self)
                default: option
                }
            }
    }
    /// The first of two words, which others have as well.
    var family: String? { words.count > 1 ? words[0] : nil }
    var secondWord: String? { words.count > 1 ? words[1] : nil }
}

/// The words of one command line, before it is known what its command takes.
struct CommandLineWords {
    /// The command's name and what it is to work on.
    private(set) var words: [String] = []
    private var values: [String: String] = [:]

    private static let known = Dictionary(uniqueKeysWithValues: Option.known.map { ($0.name, $0) })

    init(_ words: [String]) throws(UsageError) {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                self.words += rest
                return
            }
            if word.utf8.starts(with: "--".utf8) {
                try takeOption(word, &rest)
            } else if word.utf8.first == UInt8(ascii: "-"), word.utf8.count > 1 {
                let letter = word.dropFirst()
                guard
                    let option = Self.known.values.first(where: {
                        $0.letter.map { String($0) == letter } ?? false
                    })
                else { throw unknown(word) }
                try takeOption("--\(option.name)", &rest)
            } else {
                self.words.append(word)
            }
        }
    }

    /// The name of the command that is meant, as far as there is one like that.
    var command: String? {
        guard let first = words.first else { return nil }
        let pair = words.prefix(2).joined(separator: " ")
        let isPair = CommandLineTool.commands.contains { $0.name.hasPrefix(first + " ") }
        return isPair && words.count > 1 ? pair : first
    }

    private var operands: ArraySlice<String> {
        words.dropFirst((command ?? "").contains(" ") ? 2 : 1)
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
        if option.mayRepeat, let before = values[option.name] {
            values[option.name] = "\(before)\n\(given)"
        } else {
            values[option.name] = given
        }
    }

    private func unknown(_ word: String) -> UsageError {
        let own = CommandLineTool.commands.first { $0.name == command }
        let options = own.map(\.allOptions) ?? Array(Self.known.values)
        let similar = CommandLineTool.nearest(word, among: options.map { "--\($0.name)" }.sorted())
        let advice =
            similar.map { "did you mean '\($0)'?" }
            ?? "see 'segstore help\(command.map { " " + $0 } ?? "")'"
        return UsageError("there is no option '\(word)'; \(advice)")
    }

    func has(_ option: Option) -> Bool { values[option.name] != nil }

    /// What `command` is given; throws if it takes less, or needs more.
    func arguments(for command: Command) throws(UsageError) -> Arguments {
        let advice = "see 'segstore help \(command.name)'"
        let taken = Set(command.allOptions.map(\.name))
        // That a command has no store is nothing to fail for.
        for name in values.keys.sorted() where !taken.contains(name) && name != Option.store.name {
            throw UsageError("\(command.name) has no option '--\(name)'; \(advice)")
        }
        for (index, name) in command.operands.enumerated()
        where operands.dropFirst(index).first?.isEmpty ?? true {
            throw UsageError("\(command.name) needs <\(name)>; \(advice)")
        }
        for option in command.options where option.isRequired && !has(option) {
            throw UsageError(
                "\(command.name) needs --\(option.name) <\(option.value ?? "")>; \(advice)")
        }
        if !command.takesMore, let extra = operands.dropFirst(command.operands.count).first {
            throw UsageError("\(command.name) has no use for '\(extra)'; \(advice)")
        }
        return Arguments(operands: Array(operands), format: try format(command), values: values)
    }

    /// Which store is meant, whatever else is missing.
    var place: Arguments { Arguments(operands: [], format: .text, values: values) }

    /// a, b or c.
    static func choice(of names: [String]) -> String {
        names.count < 2
            ? names.joined()
            : names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }

    private func format(_ command: Command) throws(UsageError) -> Format {
        guard let name = values[Option.format.name] else { return command.formats.first ?? .text }
        guard let format = command.formats.first(where: { $0.rawValue == name }) else {
            let isPicture = Format(rawValue: name)?.isPicture ?? false
            let reason = isPicture ? ": what '\(command.name)' answers is no graph" : ""
            throw UsageError(
                "--format is \(Self.choice(of: command.formats.map(\.rawValue))), not '\(name)'\(reason)"
            )
        }
        return format
    }
}

enum Format: String, Sendable, CaseIterable {
    /// For people.
    case text
    /// For programs: one object; a line for each row; a table.
    case json, ndjson, csv
    /// For programs that draw.
    case dot, mermaid, graphml, svg
    /// A folder of CSV, for the database of that name.
    case neo4j

    /// Those of every answer.
    static let answers: [Format] = [.text, .json, .ndjson, .csv]
    /// Those of an answer that is a graph.
    static let drawings = answers + [.dot, .mermaid, .graphml, .svg]

    var isPicture: Bool {
        switch self {
        case .text, .json, .ndjson, .csv, .neo4j: false
        case .dot, .mermaid, .graphml, .svg: true
        }
    }
}

/// What a command was given.
struct Arguments: Sendable {
    let operands: [String]
    let format: Format
    /// By the names of options; '' of those that take none.
    fileprivate let values: [String: String]
    /// What it is about where the words do not say it: a server has its store open.
    let host: (any StoreHost)?

    init(
        operands: [String], format: Format, values: [String: String],
        host: (any StoreHost)? = nil
    ) {
        self.operands = operands
        self.format = format
        self.values = values
        self.host = host
    }

    /// The first; a command that is run has all that it needs.
    var operand: String { operands.first ?? "" }

    subscript(option: Option) -> String? { values[option.name] }

    func has(_ option: Option) -> Bool { values[option.name] != nil }

    /// What an option that may come several times was given.
    func all(_ option: Option) -> [String] {
        values[option.name]?.split(separator: "\n").map(String.init) ?? []
    }

    /// The words of a list with commas; nil if the option was not given.
    func list(_ option: Option) throws(UsageError) -> [String]? {
        guard let text = values[option.name] else { return nil }
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard words.allSatisfy({ !$0.isEmpty }) else {
            throw UsageError("--\(option.name) needs words with commas between, not '\(text)'")
        }
        return words
    }

    /// One of the names of an enumeration; nil if the option was not given.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ option: Option, of type: Choice.Type
    ) throws(UsageError) -> Choice? where Choice.RawValue == String {
        guard let text = values[option.name] else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let names = CommandLineWords.choice(of: Choice.allCases.map(\.rawValue))
            throw UsageError("--\(option.name) is \(names), not '\(text)'")
        }
        return choice
    }

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
