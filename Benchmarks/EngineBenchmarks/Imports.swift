// SPDX-License-Identifier: Apache-2.0
//
// Rows as text: the entities of the data set out of a store and into another, beside what parsing
// alone costs, and beside a load of the same rows that were in memory as values.

import Exchange
import Foundation
import Platform
import SegmentStore

extension EngineTasks {
    func imports() throws {
        let store = try loaded.get()
        for format in RowFormat.allCases {
            let path = "\(directory)/entities.\(format.rawValue)"
            try measure("export, \(format.rawValue)", runs: runs) {
                try export(store, format, to: path)
            }
        }
        let lines = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/entities.ndjson"))
        Report.add("bytes of NDJSON", lines.count, "bytes")
        try parse(lines)
        // Alternated, for a machine's mood changes.
        var times: [String: [Int64]] = [:]
        for run in 0...runs {
            for format in RowFormat.allCases {
                let time = try timed {
                    var options = ImportOptions()
                    options.relation = "entities"
                    let path = "\(directory)/entities.\(format.rawValue)"
                    _ = try RowImport([path], options).run(into: try fresh("import"))
                }
                if run > 0 { times["import, \(format.rawValue)", default: []].append(time) }
            }
            let time = try timed {
                try fresh("import").write {
                    try data.append(to: $0, entities: 0..<data.entities.count, edges: 0..<0)
                }
            }
            if run > 0 { times["load of the same values", default: []].append(time) }
        }
        for (name, times) in times.sorted(by: { $0.key < $1.key }) {
            Report.add(name, Timing(times))
        }
    }

    private func export(_ store: GraphStore, _ format: RowFormat, to path: String) throws {
        try? FileManager.default.removeItem(atPath: path)
        let file = try File(path, .createNew)
        var offset = 0
        try RowExport(try store.snapshot()).write("entities", as: format) { bytes in
            try file.write(bytes, at: offset)
            offset += bytes.count
        }
    }

    /// Every line by itself, as it must be to say which are wrong.
    private func parse(_ text: Data) throws {
        let parser = JSONParser()
        var padded = Array(text)
        padded += [UInt8](repeating: 0, count: 64)
        try padded.withUnsafeBytes { bytes in
            func forEachLine(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
                var start = 0
                while start < text.count, let base = bytes.baseAddress,
                    let end = memchr(base + start, 0x0a, text.count - start)
                {
                    let stop = UnsafeRawPointer(end) - base
                    try body(UnsafeRawBufferPointer(rebasing: bytes[start..<stop]))
                    start = stop + 1
                }
            }
            try measure("parse alone, ndjson", runs: runs) {
                forEachLine { sink &+= parser.check($0) ? 1 : 0 }
            }
            try measure("parse and list what is there", runs: runs) {
                try forEachLine { sink &+= try parser.parse($0).count }
            }
        }
    }
}
