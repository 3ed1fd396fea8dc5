// SPDX-License-Identifier: Apache-2.0
import Foundation
import Platform

let usage = """
    usage: EngineBenchmarks [--entities N] [--only STAGE] [--name TEXT] [--runs N] [--look-ups N]
                            [--corpus DIRECTORY] [--json FILE]
           EngineBenchmarks --gate [--update]         counts, against Benchmarks/gates.json
           EngineBenchmarks --dump FILE [--entities N]   the rows, for Benchmarks/Compare
           EngineBenchmarks serve ROWS DIRECTORY      as a contestant of Benchmarks/Compare
           EngineBenchmarks first DIRECTORY KEY       the same: opens a store, finds a key
    Stages: \(EngineTasks.stages.map(\.name).joined(separator: " "))
    """

func run(_ arguments: [String]) throws {
    var entityCount = 10_000
    var corpus = ""
    var only: String?
    var dump: String?
    var json: String?
    var runs = 10
    var lookUps = 20_000
    var rest = arguments[...]
    func next(after option: String) throws -> String {
        guard let value = rest.popFirst() else { throw BenchmarkError("\(option) needs a value") }
        return value
    }
    func number(after option: String) throws -> Int {
        guard let value = Int(try next(after: option)), value > 0 else {
            throw BenchmarkError("\(option) needs a number above 0")
        }
        return value
    }
    if arguments.first == "serve", arguments.count == 3 {
        return try Contestant(rows: arguments[1], directory: arguments[2]).serve()
    }
    if arguments.first == "first", arguments.count == 3 {
        return try Contestant.first(directory: arguments[1], key: arguments[2])
    }
    if arguments.first == "--work", arguments.count == 3 {
        return try Instructions.work(arguments[1], Int(arguments[2]) ?? 1)
    }
    while let argument = rest.popFirst() {
        switch argument {
        case "--gate": return try Gate.run(update: rest.first == "--update")
        case "--entities": entityCount = try number(after: argument)
        case "--corpus": corpus = try next(after: argument)
        case "--name": Report.nameFilter = try next(after: argument)
        case "--only": only = try next(after: argument)
        case "--dump": dump = try next(after: argument)
        case "--json": json = try next(after: argument)
        case "--look-ups": lookUps = try number(after: argument)
        case "--runs": runs = try number(after: argument)
        default: throw BenchmarkError("what is \(argument)?\n\(usage)")
        }
    }
    if let only, !EngineTasks.stages.contains(where: { $0.name == only }) {
        throw BenchmarkError("no stage \(only)\n\(usage)")
    }
    let data = try Dataset(
        entities: entityCount, seed: 1, corpus: corpus.isEmpty ? Corpus.find() : corpus)
    print(
        "\(data.entities.count) entities, \(data.edges.count) edges, \(data.files.count) files, \(data.inputByteCount / 1000) kB"
    )
    print("source text: \(data.corpus)")
    if let dump { return try data.dump(to: dump) }
    try EngineTasks(data, runs: runs, lookUps: lookUps).run(only)
    if let json { try Report.write(to: json, data) }
}

#if DEBUG
    FileHandle.standardError.write(
        Data("*** DEBUG BUILD: these figures mean nothing; use scripts/bench ***\n".utf8))
#endif

do {
    try run(Array(CommandLine.arguments.dropFirst()))
} catch {
    FileHandle.standardError.write(Data("EngineBenchmarks: \(error)\n".utf8))
    exit(1)
}
