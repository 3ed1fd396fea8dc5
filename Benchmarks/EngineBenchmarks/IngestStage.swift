// SPDX-License-Identifier: Apache-2.0
//
// A source tree, `--corpus` or what is found: all of an ingest beside the parser alone on the same
// files, alternated; and ingests of a copy of it that find little new, or nothing.

import CodeGraph
import Foundation
import Ingest
import Platform
import SegmentStore

extension EngineTasks {
    func ingests() throws {
        let languages = LanguageTable(
            .standard(
                given: FileManager.default.currentDirectoryPath + "/ThirdParty/tree-sitter/grammars"
            ))
        var options = Ingest.Options()
        // Python's library, where it is the source text, has all that was ever installed below it.
        options.excluded = ["site-packages/", "dist-packages/"]
        let ingest = Ingest(root: data.corpus, languages: languages, options: options)
        let store = try fresh("ingest", CodeGraph.ingestSchema)
        let report = try ingest.run(into: store)
        Report.add("source files", report.total.fileCount, "files")
        Report.add("source text", report.total.byteCount, "bytes")
        Report.add("references", try Self.referenceCount(store), "references")
        let entries = try SourceWalker(root: data.corpus, excluded: options.excluded).walk()
        var times: [String: [Int64]] = [:]
        for run in 0...runs {
            for threadCount in Set([1, processorCount]) {
                let time = try timed {
                    sink &+= try ParserAlone(languages, threadCount)
                        .run(entries, root: data.corpus)
                }
                if run > 0 {
                    times["parser alone, \(threadCount) threads", default: []].append(time)
                }
            }
            var linking: Int64 = 0
            let time = try timed {
                linking = try ingest.run(into: try fresh("ingest", CodeGraph.ingestSchema))
                    .linkNanoseconds
            }
            if run > 0 {
                times["ingest", default: []].append(time)
                times["linking, of that", default: []].append(linking)
            }
        }
        for (name, times) in times.sorted(by: { $0.key < $1.key }) {
            let timing = Timing(times)
            Report.add(name, timing)
            let rate = Double(report.total.byteCount) * 1e3 / Double(max(timing.median, 1))
            Report.line("", String(format: "%.1f MB/s", rate))
        }
        try smallIngests(entries, languages)
    }

    /// The places of all edges.
    private static func referenceCount(_ store: GraphStore) throws -> Int {
        let reader = try store.snapshot().reader()
        let edges = try reader.relation(CodeGraph.edges.name)
        let column = try reader.column("count", of: edges)
        var count = 0
        try reader.forEachRowByKey(edges) { row in
            count += Int(try reader.int(edges, row, column) ?? 1)
        }
        return count
    }

    private func smallIngests(
        _ entries: [SourceWalker.Entry], _ languages: LanguageTable
    ) throws {
        let tree = "\(directory)/tree"
        try? FileManager.default.removeItem(atPath: tree)
        var sources: [String] = []
        for entry in entries {
            guard case .file = entry.content, SourceLanguage.named(by: entry.name) != nil else {
                continue
            }
            let path = "\(tree)/\(entry.path)"
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: "\(data.corpus)/\(entry.path)", toPath: path)
            sources.append(path)
        }
        guard
            let edited = sources.indices.contains(sources.count / 2)
                ? sources[sources.count / 2] : nil
        else { return }
        let store = try fresh("ingest", CodeGraph.ingestSchema)
        let ingest = Ingest(root: tree, languages: languages)
        // Files that were just written are read again.
        sleep(3)
        _ = try ingest.run(into: store)
        try measure("ingest, nothing new", runs: runs) { _ = try ingest.run(into: store) }
        try measure("ingest, one file with another line", runs: runs) {
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: edited))
            try file.seekToEnd()
            try file.write(contentsOf: Data("\n".utf8))
            try file.close()
            _ = try ingest.run(into: store)
        }
        let added = "\(tree)/added.py"
        try measure("ingest, a file that comes or goes", runs: runs) {
            if FileManager.default.fileExists(atPath: added) {
                try FileManager.default.removeItem(atPath: added)
            } else {
                try Data("import os\ndef added(): os.getcwd()\n".utf8)
                    .write(to: URL(fileURLWithPath: added))
            }
            _ = try ingest.run(into: store)
        }
        try FileManager.default.removeItem(atPath: tree)
    }
}
