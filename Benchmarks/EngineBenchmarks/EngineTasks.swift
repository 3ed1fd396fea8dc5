// SPDX-License-Identifier: Apache-2.0
//
// The engine alone, stage by stage: each has a file of its own.

import CodeGraph
import Foundation
import Platform
import SegmentStore

final class EngineTasks {
    struct Stage: Sendable {
        let name: String
        /// Others leave in memory what would show in the figures of the rest.
        var onlyIfAsked = false
        let run: @Sendable (EngineTasks) throws -> Void
    }

    static let stages = [
        Stage(name: "contract", onlyIfAsked: true) { try $0.contract() },
        Stage(name: "write") { try $0.writes() },
        Stage(name: "encode") { try $0.encodings() },
        Stage(name: "import", onlyIfAsked: true) { try $0.imports() },
        Stage(name: "ingest", onlyIfAsked: true) { try $0.ingests() },
        Stage(name: "measures", onlyIfAsked: true) { try $0.measures() },
        Stage(name: "query", onlyIfAsked: true) { try $0.queries() },
        Stage(name: "open") { try $0.openings() },
        Stage(name: "look-up") { try $0.lookUps() },
        Stage(name: "reverse") { try $0.reverseScans() },
        Stage(name: "scan") { try $0.scans() },
        Stage(name: "commit") { try $0.commits() },
        Stage(name: "compact") { try $0.compactions() },
    ]

    let data: Dataset
    let runs: Int
    let lookUpCount: Int
    let directory: String
    private(set) lazy var keys = Keys(data)
    var sink = 0

    init(_ data: Dataset, runs: Int, lookUps: Int) {
        self.data = data
        self.runs = runs
        lookUpCount = lookUps
        directory = FileManager.default.currentDirectoryPath + "/.build/bench-\(processID())"
        try? FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func run(_ only: String?) throws {
        for stage in Self.stages where only.map({ $0 == stage.name }) ?? !stage.onlyIfAsked {
            try stage.run(self)
        }
    }

    func fresh(
        _ name: String, _ schema: Schema = CodeGraph.schema, compacts: Bool = false
    ) throws -> GraphStore {
        try Self.fresh("\(directory)/\(name)", schema, compacts: compacts)
    }

    static func fresh(
        _ path: String, _ schema: Schema = CodeGraph.schema, compacts: Bool = false
    ) throws -> GraphStore {
        try? FileManager.default.removeItem(atPath: path)
        var options = StoreOptions()
        options.compactsAutomatically = compacts
        return try GraphStore.open(path, schema: schema, options: options)
    }

    /// All rows in one batch, to be read.
    private(set) lazy var loaded = Result {
        let store = try fresh("read")
        let receipt = try store.write { try data.append(to: $0) }
        Report.add("bytes on disk", receipt.writtenByteCount, "bytes")
        return store
    }
}
