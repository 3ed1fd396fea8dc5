// SPDX-License-Identifier: Apache-2.0
//
// Questions as they are asked: in the process, and from the start of the binary to its answer.

import CodeGraph
import Foundation
import Platform
import Query
import SegmentStore

extension EngineTasks {
    func queries() throws {
        let store = try loaded.get()
        let reader = try store.snapshot().reader()
        let key = keys.there[0]
        let entity = EntitySearch(data.text(data.entities[data.entities.count / 3].name))
        try measure("find a key by name", runs: runs) {
            if case .key = try KeyFinder(reader).find(entity.text) { sink &+= 1 }
        }
        try measure("find what is not there", runs: runs) {
            if case .unknown(let similar) = try KeyFinder(reader).find("no_such_nmae_at_all") {
                sink &+= similar.count
            }
        }
        for (name, text) in [
            ("exact", entity.text), ("a part", "get"), ("a slip", "intialise"),
            ("nothing", "zzyzzyx"),
        ] {
            try measure("search, \(name)", runs: runs) {
                sink &+= try EntitySearch(text).run(reader).total
            }
        }
        let text = String(decoding: key, as: UTF8.self)
        try measure("impact", runs: runs) {
            var query = ImpactQuery()
            query.limit = 100
            sink &+= try query.run(reader, of: text).total
        }
        try measure("context of 2,000 tokens", runs: runs) {
            sink &+= try ContextQuery(budget: 2000).run(reader, for: text).tokenCount
        }
        try measure("the whole graph", runs: min(runs, 5)) {
            sink &+= try WholeGraph(reader).edgeCount
        }
        try measure("cycles", runs: min(runs, 5)) {
            sink &+= try WholeGraph(reader).cycles(limit: 20).total
        }
        try measure("dead code", runs: min(runs, 5)) {
            sink &+= try DeadCode(reader, limit: 20).total
        }
        try processes(store.path, text, entity.text)
    }

    /// The binary beside this one, if it was built.
    private func processes(_ store: String, _ key: String, _ name: String) throws {
        let binary = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("segstore").path
        guard FileManager.default.isExecutableFile(atPath: binary) else {
            return Report.line("processes", "no binary at \(binary): swift build -c release")
        }
        for (what, words) in [
            ("--version", ["--version"]), ("entity by key", ["query", "entity", key]),
            ("rdeps by key", ["query", "rdeps", key]),
            ("rdeps by key, JSON", ["query", "rdeps", key, "--format", "json"]),
            ("rdeps by name", ["query", "rdeps", name]), ("search", ["query", "search", name]),
            ("sql by key", ["sql", "SELECT name FROM entities WHERE key = ?", key]),
        ] {
            // Not Foundation's Process, which looks every 50 ms whether it has ended.
            try measure("process, \(what)", runs: 30) {
                let command = [binary] + words + (words.count > 1 ? ["--store", store] : [])
                guard let output = Subprocess.output(of: command) else {
                    throw BenchmarkError("segstore \(words.joined(separator: " ")) failed")
                }
                sink &+= output.count
            }
        }
    }
}
