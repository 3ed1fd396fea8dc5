// SPDX-License-Identifier: Apache-2.0
//
// The manual page, in the macros of man(7), made from what commands say of themselves.

enum ManualPage {
    static func write(_ output: Output) {
        output.line(".TH SEGSTORE 1 \"\" \"segstore \(CommandLineTool.version)\"")
        section("NAME", output)
        output.line("segstore \\- a store of what depends on what in a source tree")
        section("SYNOPSIS", output)
        output.line(".B segstore")
        output.line(".I command")
        output.line("[options]")
        section("DESCRIPTION", output)
        paragraphs(Help.introduction, output)
        for (heading, commands) in CommandLineTool.groups {
            section(heading.uppercased(), output)
            for command in commands { write(command, output) }
        }
        section("OPTIONS OF ALL COMMANDS", output)
        list(Option.common + [.version], output)
        section("EXIT STATUS", output)
        for code in ExitCode.allCases { item("\(code.rawValue)", code.meaning, output) }
        section("ENVIRONMENT", output)
        for (name, meaning) in environment { item(name, meaning, output) }
    }

    private static let environment = [
        ("SEGSTORE", "The store, where --store is not given."),
        (
            "SEGSTORE_GRAMMARS",
            "Where the grammars are that ingest parses with, where --grammars is not given."
        ),
        ("NO_COLOR", "If set and not empty, no colours on a terminal."),
    ]

    private static func write(_ command: Command, _ output: Output) {
        output.line(".SS segstore \(text(Help.usage(command)))")
        paragraphs("\(command.summary).\n\n\(command.details)", output)
        list(ownOptions(of: command), output)
        guard !command.examples.isEmpty else { return }
        output.line(".PP")
        output.line(command.examples.count == 1 ? "Example:" : "Examples:")
        output.line(".PP")
        output.line(".nf")
        output.line(".RS 4")
        for line in command.examples.flatMap({ $0.split(separator: "\n") }) {
            output.line(text(String(line)))
        }
        output.line(".RE")
        output.line(".fi")
    }

    /// Without those that are the same everywhere.
    private static func ownOptions(of command: Command) -> [Option] {
        let common = Set(Option.common.map(\.name))
        return command.allOptions.filter { option in
            option.name == Option.format.name
                ? command.formats != Format.answers : !common.contains(option.name)
        }
    }

    private static func section(_ heading: String, _ output: Output) {
        output.line(".SH \"\(text(heading))\"")
    }

    private static func list(_ options: [Option], _ output: Output) {
        for option in options { item(Help.usage(option), option.help, output) }
    }

    private static func item(_ name: String, _ meaning: String, _ output: Output) {
        output.line(".TP")
        output.line(".B \(text(name))")
        lines(meaning, output)
    }

    private static func paragraphs(_ details: String, _ output: Output) {
        for (index, paragraph) in details.split(separator: "\n\n").enumerated() {
            // A heading begins one by itself.
            if index > 0 { output.line(".PP") }
            lines(String(paragraph), output)
        }
    }

    private static func lines(_ paragraph: String, _ output: Output) {
        for line in Help.wrapped(paragraph, 60) { output.line(text(line)) }
    }

    private static let escapes: [Unicode.Scalar: String] = [
        "\\": "\\e", "-": "\\-", "'": "\\(aq", "\"": "\\(dq", "`": "\\(ga", "^": "\\(ha",
        "~": "\\(ti",
    ]

    /// As roff takes it for what it is.
    private static func text(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if let escape = escapes[scalar] {
                result += escape
            } else if scalar.isASCII {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
            }
        }
        // Only at the beginning of a line does it mean something.
        return result.first == "." ? "\\&" + result : result
    }
}
