// SPDX-License-Identifier: Apache-2.0
import Exchange
import Platform
import SegmentStore

extension Option {
    fileprivate static let outputFile = Option(
        name: "output", letter: "o", value: "file",
        help: "write to a file, which appears when it is complete (default: standard output)",
        words: .files)
}

extension Command {
    static let exportRows = Command(
        name: "export", summary: "give out rows as NDJSON, CSV or JSON",
        details: """
            The rows come in the order of their keys: the same rows give the same bytes, whatever the \
            store's history. Without --relation all relations are written as NDJSON, their schemas \
            first; import makes the same store of it.
            """,
        options: [.relation, .outputFile, .at],
        formats: [.ndjson, .csv, .json]
    ) { arguments, output in
        let relation = arguments[.relation]
        let format = arguments.format
        guard relation != nil || format == .ndjson else {
            throw UsageError("only ndjson holds a whole store: add --relation <R>")
        }
        let snapshot = try StoreLocation.snapshot(arguments)
        guard let target = arguments[.outputFile], target != "-" else {
            try write(snapshot, relation, format, output)
            return .done
        }
        let file = try ExportFile(target, besides: try StoreLocation.find(arguments))
        let sink = Output(file)
        try write(snapshot, relation, format, sink)
        try sink.flush()
        try file.publish()
        return .done
    }

    private static func write(
        _ snapshot: Snapshot, _ relation: String?, _ format: Format, _ output: Output
    ) throws {
        let progress = ProgressLine()
        defer { progress.clear() }
        func report(_ count: Int) { progress.show(Text.count(count, "row")) }
        func sink(_ bytes: UnsafeRawBufferPointer) throws {
            output.write { $0.append(bytes) }
            // A reader that has gone away must not be written to for ever.
            try output.check()
        }
        let export = RowExport(snapshot)
        guard let relation else { return try export.writeAll(to: sink, progress: report) }
        switch format {
        case .json:
            let reader = snapshot.reader()
            let index = try reader.relation(relation)
            try output.answer(format, relation, of: reader, index) { json in
                json.member("generation", snapshot.generation)
                json.member("label", snapshot.label)
            } rows: { row in
                try reader.forEachRowByKey(index, row)
            }
        default:
            try export.write(
                relation, as: format == .csv ? .csv : .ndjson, to: sink, progress: report)
        }
    }
}
