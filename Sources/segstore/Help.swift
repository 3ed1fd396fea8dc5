// SPDX-License-Identifier: Apache-2.0
//
// What --help prints, made from what commands say of themselves. No line is longer than 80
// columns, or than the terminal is wide.

enum Help {
    static let commandName = "help"
    private static let width = 80
    private static let leastWidth = 40
    private static let indent = 2

    private static let purpose = """
        keeps what is known of a source tree, and what depends on what in it, in a store of its own: \
        compressed columns that only grow by whole commits.
        """
    private static let beginning = """
        To begin: 'segstore ingest .' in a source tree, then 'segstore query rdeps <name>' for what \
        depends on something in it.
        """
    /// What a manual begins with.
    static let introduction = "segstore \(purpose)\n\n\(beginning)"

    /// 'segstore help [command]'.
    static func answer(_ name: String, _ output: Output) throws(UsageError) {
        guard !name.isEmpty, name != commandName else { return overview(output) }
        // 'help query' is about all that begins so.
        let family = CommandLineTool.commands.filter { $0.name.hasPrefix(name + " ") }
        guard family.isEmpty else {
            return list(family.map { (usage($0), $0.summary) }, output)
        }
        describe(try CommandLineTool.command(named: name), output)
    }

    static func overview(_ output: Output) {
        paragraph("segstore \(CommandLineTool.version) \(purpose)", output)
        output.line()
        output.line("usage: segstore <command> [options]")
        output.line()
        paragraph(beginning, output)
        output.line()
        let nameWidth = CommandLineTool.commands.map { usage($0).count }.max() ?? 0
        for (heading, commands) in CommandLineTool.groups {
            output.heading(heading)
            list(commands.map { (usage($0), $0.summary) }, nameWidth: nameWidth, output)
            output.line()
        }
        paragraph(
            "'segstore help <command>' says more about a command, with examples.", output)
        output.line()
        output.heading("options")
        list((Option.common + [.version]).map { (usage($0), $0.help) }, output)
        output.line()
        paragraph(
            """
            Results go to standard output, all else to standard error. Exit status: \
            \(ExitCode.allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: ", ")).
            """, output)
    }

    static func describe(_ command: Command, _ output: Output) {
        paragraph("segstore \(command.name): \(command.summary)", output)
        output.line()
        let required = command.options.filter(\.isRequired).map { " \(usage($0))" }.joined()
        output.line("usage: segstore \(usage(command))\(required) [options]")
        for text in command.details.split(separator: "\n\n") {
            output.line()
            paragraph(String(text), output)
        }
        if !command.examples.isEmpty {
            output.line()
            output.heading(command.examples.count == 1 ? "example" : "examples")
            for line in command.examples.flatMap({ $0.split(separator: "\n") }) {
                output.line("  \(line)")
            }
        }
        output.line()
        output.heading("options")
        list(command.allOptions.map { (usage($0), $0.help) }, output)
    }

    static func usage(_ command: Command) -> String {
        let operands = command.operands.map { " <\($0)>" }.joined()
        return command.name + operands + (command.takesMore ? "…" : "")
    }

    static func usage(_ option: Option) -> String {
        let name = (option.letter.map { "-\($0), " } ?? "") + "--\(option.name)"
        return option.value.map { "\(name) <\($0)>" } ?? name
    }

    private static func list(
        _ items: [(name: String, text: String)], nameWidth: Int? = nil, _ output: Output
    ) {
        let nameWidth = indent + (nameWidth ?? items.reduce(0) { max($0, $1.name.count) })
        // Where half of a narrow terminal would be blank, texts stand below their names.
        let isNarrow = (indent + nameWidth) * 2 > width(output)
        let margin = isNarrow ? 2 * indent + 2 : indent + nameWidth
        for (name, text) in items {
            let lines = wrapped(text, width(output) - margin)
            let gap = isNarrow ? margin : nameWidth - name.count
            let blank = String(repeating: " ", count: gap)
            let first = String(repeating: " ", count: indent) + output.styled(name, .bold)
            output.line(isNarrow ? first : first + blank + lines[0])
            for line in isNarrow ? lines[...] : lines.dropFirst() {
                output.line(String(repeating: " ", count: margin) + line)
            }
        }
    }

    private static func paragraph(_ text: String, _ output: Output) {
        for line in wrapped(text, width(output)) { output.line(line) }
    }

    private static func width(_ output: Output) -> Int {
        min(width, max(leastWidth, output.columnCount ?? width))
    }

    /// Never empty.
    static func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines = [""]
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            let last = lines.count - 1
            if lines[last].isEmpty {
                lines[last] = String(word)
            } else if lines[last].utf8.count + 1 + word.utf8.count <= width {
                lines[last] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
