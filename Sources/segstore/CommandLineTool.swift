// SPDX-License-Identifier: Apache-2.0
//
// From the words of a command line to an exit code.

import SegmentStore

enum CommandLineTool {
    static let version = "0.1.0"

    /// In the order in which help lists them.
    static let commands: [Command] = [
        .ingest, .stats, .files, .ignored, .log, .verify, .compact, .gc, .backup, .recover,
    ]

    static func run(_ words: [String]) -> ExitCode {
        let output = Output()
        do {
            let code = try run(words, output)
            try output.flush()
            return code
        } catch {
            // What was answered so far is shown, unless it is just that which fails.
            try? output.flush()
            let failure = Failure(error)
            Console.note(failure.message)
            return failure.code
        }
    }

    private static func run(_ words: [String], _ output: Output) throws -> ExitCode {
        let line = try CommandLineWords(words)
        if line.has(.version) {
            output.line("segstore \(version) (file format \(FormatVersion.current))")
            return .done
        }
        guard let name = line.command else {
            guard line.has(.help) else {
                throw UsageError("no command given; 'segstore --help' lists them")
            }
            Help.overview(output)
            return .done
        }
        if name == Help.commandName {
            try Help.answer(line, output)
            return .done
        }
        let command = try command(named: name)
        if line.has(.help) {
            Help.describe(command, output)
            return .done
        }
        return try command.run(try line.arguments(for: command), output)
    }

    static func command(named name: String) throws(UsageError) -> Command {
        if let command = commands.first(where: { $0.name == name }) { return command }
        let similar = commands.first { editDistance($0.name, name) <= 1 + name.utf8.count / 5 }
        let advice =
            similar.map { "did you mean '\($0.name)'?" } ?? "'segstore --help' lists them all"
        throw UsageError("there is no command '\(name)'; \(advice)")
    }

    /// How many letters must be put in, taken out or changed to make one word of the other.
    private static func editDistance(_ a: String, _ b: String) -> Int {
        let b = Array(b.utf8)
        var row = Array(0...b.count)
        for (i, letter) in a.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let changed = diagonal + (letter == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
