// SPDX-License-Identifier: Apache-2.0
//
// What --help prints, made from what commands say of themselves. No line is longer than 80
// columns, or than the terminal is wide.

enum Help {
    static let commandName = "help"
    private static let width = 80
    private static let leastWidth = 40
    private static let indent = 2

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
        paragraph(
            """
            segstore \(CommandLineTool.version) keeps what is known of a source tree, and what depends on \
            what in it, in a store of its own: compressed columns that only grow by whole commits.
            """, output)
        output.line()
        output.line("usage: segstore <command> [options]")
        output.line()
        paragraph(
            """
            To begin: 'segstore ingest .' in a source tree, then 'segstore query rdeps <name>' for what \
            depends on something in it.
            """, output)
        output.line()
        output.heading("commands")
        var commands = CommandLineTool.commands.map { (usage($0), $0.summary) }
        commands.append(("\(commandName) [command]", "this, or more about a command"))
        list(commands, output)
        output.line()
        output.heading("options")
        list((Option.common + [.version]).map { (usage($0), $0.help) }, output)
        output.line()
        paragraph(
            """
            Results go to standard output, all else to standard error. Exit status: 0 done, 1 failed, \
            2 wrong usage, 3 no such key or several, 4 another process is writing to the store, 5 the \
            store is damaged, 130 interrupted.
            """, output)
    }

    static func describe(_ command: Command, _ output: Output) {
        output.line("segstore \(command.name): \(command.summary)")
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
            for example in command.examples { output.line("  \(example)") }
        }
        output.line()
        output.heading("options")
        let own = Set(command.options.map(\.name))
        let options =
            command.options
            + Option.common.filter {
                !own.contains($0.name) && (command.readsStore || $0.name != Option.store.name)
            }.map { command.draws && $0.name == Option.format.name ? .pictureFormat : $0 }
        list(options.map { (usage($0), $0.help) }, output)
    }

    private static func usage(_ command: Command) -> String {
        let operands = command.operands.map { " <\($0)>" }.joined()
        return command.name + operands + (command.takesMore ? "…" : "")
    }

    private static func usage(_ option: Option) -> String {
        let name = (option.letter.map { "-\($0), " } ?? "") + "--\(option.name)"
        return option.value.map { "\(name) <\($0)>" } ?? name
    }

    private static func list(_ items: [(name: String, text: String)], _ output: Output) {
        let nameWidth = items.reduce(0) { max($0, $1.name.count) } + indent
        let margin = String(repeating: " ", count: indent + nameWidth)
        for (name, text) in items {
            let lines = wrapped(text, max(leastWidth / 2, width(output) - margin.utf8.count))
            let gap = String(repeating: " ", count: nameWidth - name.count)
            output.line(
                String(repeating: " ", count: indent) + output.styled(name, .bold) + gap + lines[0])
            for line in lines.dropFirst() { output.line(margin + line) }
        }
    }

    private static func paragraph(_ text: String, _ output: Output) {
        for line in wrapped(text, width(output)) { output.line(line) }
    }

    private static func width(_ output: Output) -> Int {
        min(width, max(leastWidth, output.columnCount ?? width))
    }

    /// Never empty.
    private static func wrapped(_ text: String, _ width: Int) -> [String] {
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
