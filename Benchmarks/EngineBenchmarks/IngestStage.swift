// SPDX-License-Identifier: Apache-2.0
//
// A source tree, `--corpus` or what is found: all of an ingest beside the parser alone on the same
// files, alternated; and an ingest that finds nothing new.

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
        let report = try ingest.run(into: try fresh("ingest", CodeGraph.ingestSchema))
        Report.add("source files", report.total.fileCount, "files")
        Report.add("source text", report.total.byteCount, "bytes")
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
            let time = try timed {
                _ = try ingest.run(into: try fresh("ingest", CodeGraph.ingestSchema))
            }
            if run > 0 { times["ingest", default: []].append(time) }
        }
        for (name, times) in times.sorted(by: { $0.key < $1.key }) {
            let timing = Timing(times)
            Report.add(name, timing)
            let rate = Double(report.total.byteCount) * 1e3 / Double(max(timing.median, 1))
            Report.line("", String(format: "%.1f MB/s", rate))
        }
        // Files that were just written are read again, so the first is not counted.
        let store = try fresh("ingest", CodeGraph.ingestSchema)
        _ = try ingest.run(into: store)
        try measure("ingest, nothing new", runs: runs) { _ = try ingest.run(into: store) }
    }
}
