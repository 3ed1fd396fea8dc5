// SPDX-License-Identifier: Apache-2.0
//
// From the words of a command line to an exit code.

import Query
import SegmentStore

enum CommandLineTool {
    static let version = "0.1.0"

    /// In the order in which help lists them.
    static let groups: [(heading: String, commands: [Command])] = [
        ("in and out", [.ingest, .importRows, .exportRows]),
        (
            "ask about something",
            [
                .querySearch, .queryEntity, .queryDeps, .queryRdeps, .queryImpact, .queryPath,
                .queryContext,
            ]
        ),
        (
            "ask about all of it",
            [
                .queryCycles, .queryHotspots, .queryHubs, .queryEntryPoints, .queryDead,
                .queryCentrality, .queryKcore, .queryCommunities, .queryCoupling, .queryEntropy,
                .queryDebt, .sql,
            ]
        ),
        (
            "list what is there",
            [
                .stats, .queryTree, .entities, .edges, .files, .tests, .coverage, .ignored,
                .schema, .languages,
            ]
        ),
        ("go back in time", [.log, .diff]),
        ("answer other programs", [.serve, .mcp]),
        ("tend the store", [.verify, .inspect, .compact, .gc, .backup, .recover]),
        ("set up", [.completions, .man]),
    ]

    static let commands = groups.flatMap(\.commands)

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
            failure.code == .interrupted
                ? Console.noteOnClearLine(failure.message) : Console.note(failure.message)
            for detail in failure.details { Console.detail(detail) }
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
            try Help.answer(line.words.dropFirst().joined(separator: " "), output)
            return .done
        }
        if name == Completion.commandName {
            Completion.answer(line.words.dropFirst(), output)
            return .done
        }
        let command = try command(named: name)
        if line.has(.help) {
            Help.describe(command, output)
            return .done
        }
        let arguments = try line.arguments(for: command)
        do { return try command.run(arguments, output) } catch let error as CommandError {
            guard let lookUp = error.lookUp else { throw error }
            switch arguments.format {
            case .json, .ndjson, .csv:
                lookUp.answer(arguments.format, output)
                throw error
            default: throw CommandError(error.message, error.code, details: lookUp.details)
            }
        }
    }

    static func command(named name: String) throws(UsageError) -> Command {
        if let command = commands.first(where: { $0.name == name }) { return command }
        let words = name.split(separator: " ")
        guard let first = words.first else {
            throw UsageError("no command given; 'segstore --help' lists them")
        }
        let family = commands.map(\.name).filter { $0.hasPrefix("\(first) ") }
        if !family.isEmpty {
            let seconds = family.map { String($0.dropFirst(first.count + 1)) }
            let given = words.count > 1 ? String(words[1]) : ""
            let similar = nearest(given, among: seconds).map { "did you mean '\($0)'?" }
            throw UsageError(
                "\(first) needs a second word\(given.isEmpty ? "" : ", not '\(given)'"); "
                    + (similar ?? "'segstore help \(first)' lists them"))
        }
        // Also by its first word or its second alone.
        let similar =
            nearest(name, among: commands.map(\.name))
            ?? nearest(String(first), among: commands.compactMap { $0.family })
            ?? nearest(String(first), among: commands.compactMap { $0.secondWord }).flatMap {
                word in
                commands.first { $0.secondWord == word }?.name
            }
        let advice = similar.map { "did you mean '\($0)'?" } ?? "'segstore --help' lists them all"
        throw UsageError("there is no command '\(name)'; \(advice)")
    }

    /// The one of some words that is most like a word; nil if none is like it.
    static func nearest(_ word: String, among words: [String]) -> String? {
        let limit = 1 + word.utf8.count / 5
        return words.compactMap { other in
            editDistance(other, word, limit: limit).map { (distance: $0, word: other) }
        }.min { $0.distance < $1.distance }?.word
    }
}
