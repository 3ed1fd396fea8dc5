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
        name: "export", summary: "give out rows, or the whole graph",
        details: """
            The rows come in the order of their keys: the same rows give the same bytes, whatever the \
            store's history. Without --relation all relations are written as NDJSON, their schemas \
            first; import makes the same store of it.

            graphml is the whole code graph in one file, neo4j in two, \(WholeGraphText.nodesFile) and \
            \(WholeGraphText.edgesFile) in the folder of --output, for 'neo4j-admin database import full \
            --nodes=\(WholeGraphText.nodesFile) --relationships=\(WholeGraphText.edgesFile) \
            --multiline-fields=true'. Nodes have all columns of entities but their code; what is \
            defined outside of the tree is a node too.
            """,
        examples: [
            "segstore export --relation edges -o edges.csv --format csv",
            "segstore export > store.ndjson",
            "segstore export --format graphml -o graph.graphml",
            "segstore export --format neo4j -o neo4j",
        ],
        options: [.relation, .outputFile, .at],
        formats: [.ndjson, .csv, .json, .graphml, .neo4j]
    ) { arguments, output in
        let relation = arguments[.relation]
        let format = arguments.format
        let isGraph = format == .graphml || format == .neo4j
        guard relation != nil || format == .ndjson || isGraph else {
            throw UsageError("only ndjson holds a whole store: add --relation <R>")
        }
        guard !isGraph || relation == nil else {
            throw UsageError("\(format.rawValue) holds the whole graph: leave out --relation")
        }
        let snapshot = try StoreLocation.snapshot(arguments)
        if format == .neo4j {
            try writeTables(snapshot, arguments)
            return .done
        }
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
        if format == .graphml {
            return try WholeGraphText(snapshot) { progress.show(Text.count($0, "row")) }
                .writeGraphML(output)
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

    /// Both files get their names when both are complete.
    private static func writeTables(_ snapshot: Snapshot, _ arguments: Arguments) throws {
        guard let folder = arguments[.outputFile], folder != "-" else {
            throw UsageError("neo4j is two files: name a folder for them with --output <dir>")
        }
        let progress = ProgressLine()
        defer { progress.clear() }
        let text = try WholeGraphText(snapshot) { progress.show(Text.count($0, "row")) }
        let isNew = try Directory.kind(of: folder) == .nothing
        if isNew { try Directory.create(folder) }
        let store = try StoreLocation.find(arguments)
        let files = try [WholeGraphText.nodesFile, WholeGraphText.edgesFile].map {
            try ExportFile(Directory.join(folder, $0), besides: store)
        }
        let outputs = files.map { Output($0) }
        try text.writeNeo4j(nodes: outputs[0], edges: outputs[1])
        for output in outputs { try output.flush() }
        for file in files { try file.publish() }
    }
}
