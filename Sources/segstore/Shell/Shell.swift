// SPDX-License-Identifier: Apache-2.0
//
// How the words of a command line look to the shell that they are typed in.

enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish

    /// Whether it shows what a word means beside it.
    var showsMeanings: Bool { self != .bash }
}

/// A word that somebody has begun.
struct ShellWord {
    /// What it means, without quotes.
    let text: String
    private let shell: Shell
    private let isQuoted: Bool
    /// Bash completes behind the last of these characters, and takes what it is given as it is.
    private let keptPrefix: Int

    /// As it was typed in bash; other shells take the quotes off themselves.
    init(_ typed: String, _ shell: Shell, breaks: String) {
        self.shell = shell
        guard shell == .bash else {
            (text, isQuoted, keptPrefix) = (typed, false, 0)
            return
        }
        isQuoted = typed.first == "'" || typed.first == "\""
        var text = ""
        var kept = 0
        var quote: Character?
        var isEscaped = false
        for character in typed {
            if isEscaped {
                text.append(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if character == quote {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                quote = character
            } else {
                text.append(character)
                let isBreak = (character == ":" || character == "=") && breaks.contains(character)
                if isBreak, quote == nil { kept = text.count }
            }
        }
        self.text = text
        keptPrefix = kept
    }

    /// What the shell is to put in its place for it to be `whole`.
    func completed(by whole: String) -> String {
        guard shell == .bash, !isQuoted else { return whole }
        return Self.escaped(String(whole.dropFirst(keptPrefix)))
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            if " \t\"'\\$`&|;<>(){}[]*?!#~^".contains(character) { result += "\\" }
            result.append(character)
        }
        return result
    }
}
