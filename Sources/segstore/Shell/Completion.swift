// SPDX-License-Identifier: Apache-2.0
//
// 'segstore complete <shell> <breaks> <word>…', which the scripts of 'segstore completions' ask
// while somebody types: a line for each word that may stand in the place of the last, with what it
// means behind a tab; ':files' or ':folders' for what the shell itself knows. Never an error.

struct Completion {
    static let commandName = "complete"

    private struct Candidate {
        let text: String
        var meaning = ""
    }

    private enum Answer {
        case candidates([Candidate])
        case files, folders
    }

    static func answer(_ words: ArraySlice<String>, _ output: Output) {
        guard words.count >= 3, let shell = words.first.flatMap({ Shell(rawValue: $0) })
        else { return }
        let breaks = words[words.startIndex + 1]
        let typed = words.dropFirst(2)
        let last = ShellWord(typed.last ?? "", shell, breaks: breaks)
        let before = typed.dropLast().map { ShellWord($0, shell, breaks: breaks).text }
        switch Completion(before, last.text).answer {
        case .files: output.line(":files")
        case .folders: output.line(":folders")
        case .candidates(let candidates):
            for candidate in candidates {
                let word = printable(last.completed(by: candidate.text))
                output.line(
                    shell.showsMeanings && !candidate.meaning.isEmpty
                        ? "\(word)\t\(printable(candidate.meaning))" : word)
            }
        }
    }

    // MARK: - What came before

    private let last: String
    private var words: [String] = []
    private var given: Set<String> = []
    private var areOptionsOver = false
    /// The option whose value the last word is.
    private var pending: String?
    private var place: Arguments?

    private init(_ before: [String], _ last: String) {
        self.last = last
        for word in before {
            if pending != nil {
                pending = nil
            } else if areOptionsOver || !word.hasPrefix("-") || word == "-" {
                words.append(word)
            } else if word == "--" {
                areOptionsOver = true
            } else {
                takeOption(word)
            }
        }
        let whole = pending == nil ? before : before.dropLast()
        place = (try? CommandLineWords(whole))?.place
    }

    private mutating func takeOption(_ word: String) {
        let option = Option.known.first {
            word == "--\($0.name)" || $0.letter.map { word == "-\($0)" } ?? false
        }
        guard let option else {
            given.insert(String(word.dropFirst(2).prefix { $0 != "=" }))
            return
        }
        given.insert(option.name)
        if option.value != nil { pending = option.name }
    }

    // MARK: - What may come

    private var command: Command? {
        CommandLineTool.commands.first {
            $0.name == ($0.family == nil ? words.first : words.prefix(2).joined(separator: " "))
        }
    }

    private var options: [Option] { command?.allOptions ?? Option.common + [.version] }

    private var answer: Answer {
        if let pending { return values(of: pending, last, behind: "") }
        if !areOptionsOver, last.hasPrefix("--"), let sign = last.firstIndex(of: "=") {
            let name = last[..<sign].dropFirst(2)
            let value = last[last.index(after: sign)...]
            return values(of: String(name), String(value), behind: "--\(name)=")
        }
        if !areOptionsOver, last.hasPrefix("-") {
            return candidates(
                options.filter { $0.mayRepeat || !given.contains($0.name) }
                    .map { Candidate(text: "--\($0.name)", meaning: $0.help) })
        }
        if let command { return operand(of: command) }
        let isAsked = words.first == Help.commandName
        return names(behind: Array(words.dropFirst(isAsked ? 1 : 0)), withHelp: !isAsked)
    }

    private func candidates(_ all: [Candidate]) -> Answer {
        .candidates(all.filter { $0.text.hasPrefix(last) })
    }

    /// Words of commands, the first of two once.
    private func names(behind words: [String], withHelp: Bool) -> Answer {
        guard let first = words.first else {
            var seen = Set<String>()
            let singles = CommandLineTool.commands.compactMap { command in
                guard let family = command.family else {
                    return Candidate(text: command.name, meaning: command.summary)
                }
                return seen.insert(family).inserted
                    ? Candidate(text: family, meaning: "ask about the graph") : nil
            }
            let help = Candidate(text: Help.commandName, meaning: "more about a command")
            return candidates(singles + (withHelp ? [help] : []))
        }
        guard words.count == 1 else { return .candidates([]) }
        let family = CommandLineTool.commands.filter { $0.family == first }
        return candidates(
            family.map { Candidate(text: $0.secondWord ?? "", meaning: $0.summary) })
    }

    private func operand(of command: Command) -> Answer {
        let index = words.count - (command.family == nil ? 1 : 2)
        let known = command.operands
        guard let name = known.dropFirst(index).first ?? (command.takesMore ? known.last : nil)
        else { return .candidates([]) }
        return answer(CompletionWords(operand: name), last, behind: "")
    }

    private func values(of option: String, _ value: String, behind prefix: String) -> Answer {
        let known = options.first { $0.name == option } ?? Option.known.first { $0.name == option }
        return answer(known?.words ?? .none, value, behind: prefix)
    }

    private func answer(_ words: CompletionWords, _ begun: String, behind prefix: String) -> Answer
    {
        switch words {
        case .files: return .files
        case .folders: return .folders
        default:
            guard let place, let found = try? words.found(begun, place) else {
                return .candidates([])
            }
            return .candidates(found.map { Candidate(text: prefix + $0) })
        }
    }
}
