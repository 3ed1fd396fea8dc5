// SPDX-License-Identifier: Apache-2.0
//
// How many instructions fixed work takes, counted by valgrind, where it is installed: the same to a
// thousandth whatever else the machine does.

import CodeGraph
import Foundation
import Ingest
import Platform
import SegmentStore

enum Instructions {
    /// What `--work NAME COUNT` does so often.
    private static let works:
        [String: @Sendable (_ store: GraphStore, _ count: Int) throws -> Void] = [
            "one file replaced": { store, count in
                for number in 0..<count {
                    try store.write { batch in
                        try batch.replaceScope(Gate.fileName(number), in: "entities")
                        try Gate.append(number * 10..<number * 10 + 10, to: batch)
                    }
                }
            },
            "1,000 rows loaded": { store, count in
                for number in 0..<count {
                    try store.write { try Gate.append(number * 1000..<(number + 1) * 1000, to: $0) }
                }
            },
            "1,000 look-ups of two columns": { store, count in
                let reader = try store.snapshot().reader()
                let keys = (0..<1000).map { Array(Gate.key($0).utf8) }
                for _ in 0..<count {
                    for key in keys {
                        try key.withUnsafeBytes { key in
                            guard let row = try reader.find(0, key: key) else {
                                throw BenchmarkError("a key is lost")
                            }
                            _ = try reader.int(0, row, 6)
                            _ = try reader.int(0, row, 7)
                        }
                    }
                }
            },
            "a sample of each language ingested": { _, count in
                let languages = LanguageTable(
                    .standard(
                        given: FileManager.default.currentDirectoryPath
                            + "/ThirdParty/tree-sitter/grammars"))
                var options = Ingest.Options()
                options.threadCount = 1
                for _ in 0..<count {
                    let report = try Ingest(
                        root: "Tests/IngestTests/Samples", languages: languages, options: options
                    ).run(into: try GraphStore.inMemory(schema: CodeGraph.ingestSchema))
                    guard report.parsed.fileCount > 0 else {
                        throw BenchmarkError("no sample was parsed")
                    }
                }
            },
        ]

    static func work(_ name: String, _ count: Int) throws {
        guard let work = works[name] else { throw BenchmarkError("no work '\(name)'") }
        let path = FileManager.default.temporaryDirectory.path + "/segstore-work-\(processID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try EngineTasks.fresh(path)
        try store.write { try Gate.append(0..<1000, to: $0) }
        try work(store, count)
    }

    /// By name; nothing where there is no valgrind.
    static func count() throws -> [String: Double] {
        guard Corpus.output(of: ["valgrind", "--version"]) != nil else { return [:] }
        // Without its debug information, which valgrind may be too old to read.
        let program =
            FileManager.default.temporaryDirectory.path + "/segstore-counted-\(processID())"
        defer { try? FileManager.default.removeItem(atPath: program) }
        guard
            Corpus.output(of: ["strip", "-g", "-o", program, CommandLine.arguments[0]]) != nil
                || FileManager.default.fileExists(atPath: program)
        else { throw BenchmarkError("strip failed") }
        var counts: [String: Double] = [:]
        for name in works.keys {
            // Twice, for the difference is what is wanted: starting up takes as much.
            let few = try collected(program, name, 4)
            let many = try collected(program, name, 12)
            counts["instructions, \(name)"] = ((many - few) / 8).rounded()
        }
        return counts
    }

    private static func collected(_ program: String, _ name: String, _ count: Int) throws -> Double
    {
        let valgrind = Process()
        valgrind.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        valgrind.arguments = [
            "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "--work",
            name, String(count),
        ]
        // Or dictionaries would be laid out differently each time.
        valgrind.environment = ProcessInfo.processInfo.environment.merging(
            ["SWIFT_DETERMINISTIC_HASHING": "1"]) { $1 }
        let output = Pipe()
        valgrind.standardError = output
        valgrind.standardOutput = FileHandle.nullDevice
        try valgrind.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        valgrind.waitUntilExit()
        guard let line = text.split(separator: "\n").last(where: { $0.contains("Collected :") }),
            let total = line.split(separator: " ").last.flatMap({ Double($0) })
        else { throw BenchmarkError("valgrind counted nothing: \(text.suffix(400))") }
        return total
    }
}
