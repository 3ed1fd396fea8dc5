// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Exchange
import Platform
import SegmentStore

extension Option {
    fileprivate static let inputFormat = Option(
        name: "input-format", value: "form",
        help: "ndjson or csv (default: csv for names that end so, else ndjson)",
        words: .words(["ndjson", "csv"]))
    fileprivate static let skipInvalid = Option(
        name: "skip-invalid", value: nil,
        help: "commit the rest when lines are no rows (default: nothing is committed)")
    fileprivate static let replaceScope = Option(
        name: "replace-scope", value: nil,
        help: "the rows are all there now is of their files: other rows of those go")
    fileprivate static let dangling = Option(
        name: "dangling", value: "policy",
        help: "edges with an end that is neither an entity nor external: allow, warn, drop or "
            + "refuse (default: allow)",
        words: .words(DanglingEdges.allCases.map(\.rawValue)))
}

extension Command {
    static let importRows = Command(
        name: "import", operands: ["file"], takesMore: true,
        summary: "take in rows of NDJSON or CSV",
        details: """
            All rows of all files become one commit. '-' is standard input. Of rows with one key the \
            last counts, and takes the place of one that the store has.

            A line of NDJSON is an object whose names are the relation's columns, which 'segstore schema' \
            lists, in any order; what is left out is null. CSV names them in its first line; a field that is empty and not quoted is \
            null, or an empty text where that may not be. A time is like 2025-01-31T23:59:59.5Z, bytes are base64. Without --relation each line \
            names its own, as export writes it without one.

            Lines that are no rows are listed with their numbers, the first \(ImportRun.shownProblemCount) \
            of them, and then nothing is committed.

            Without a store above, it makes one here in .segstore, with the relations of a code graph, or \
            those that an export of a whole store begins with.
            """,
        examples: [
            "segstore import edges.csv --relation edges",
            "segstore export --store old.seg | segstore import -",
            "segstore import a.ndjson b.ndjson --relation entities --skip-invalid",
        ],
        options: [.relation, .inputFormat, .skipInvalid, .replaceScope, .dangling, .label]
    ) { arguments, output in
        try ImportRun(arguments, output).answer(output)
        return .done
    }
}

private enum DanglingEdges: String, CaseIterable {
    case allow, warn, drop, refuse

    var policy: ReferenceCheck.Policy? {
        switch self {
        case .allow: nil
        case .warn: .warn
        case .drop: .drop
        case .refuse: .refuse
        }
    }
}

private struct ImportRun {
    static let shownProblemCount = 20

    private let arguments: Arguments
    private let path: String
    private let report: ImportReport
    private let storeByteCount: Int
    /// Edges that were left out for an end that is no entity.
    private let droppedCount: Int
    private let time: Int64

    /// Does it.
    init(_ arguments: Arguments, _ output: Output) throws {
        self.arguments = arguments
        let start = Clock.nanoseconds()
        var options = ImportOptions()
        options.relation = arguments[.relation]
        options.format = try arguments.choice(.inputFormat, of: RowFormat.self)
        options.skipsInvalid = arguments.has(.skipInvalid)
        options.replacesScopes = arguments.has(.replaceScope)
        options.write.label = arguments[.label] ?? ""
        let dangling = try arguments.choice(.dangling, of: DanglingEdges.self) ?? .allow
        options.write.references = dangling.policy.map { [CodeGraph.edgeEnds($0)] } ?? []
        for path in arguments.operands where path != "-" {
            if options.relation == nil,
                options.format == .csv || options.format == nil && path.hasSuffix(".csv")
            {
                throw UsageError("CSV does not say where its rows belong: add --relation <R>")
            }
            switch try Directory.kind(of: path) {
            case .nothing: throw CommandError("\(path): there is no such file")
            case .directory: throw CommandError("\(path): is a directory; name files of rows")
            default: break
            }
        }
        let reader = try RowImport(arguments.operands, options)
        let location = try StoreLocation.findToFill(arguments)
        path = location.path
        let place = try StorePlace(path)
        var isDone = false
        defer { if !isDone { place.clear() } }
        let store = try Self.open(path, reader.schema, options.relation)
        let progress = ProgressLine()
        do {
            report = try reader.run(into: store) { state in
                let part = state.fraction.map { ", \(Text.fixed($0 * 100, 0)) %" } ?? ""
                progress.show("\(Text.count(state.rowCount, "row"))\(part)")
                return .proceed
            }
        } catch let failure as ImportFailure {
            progress.clear()
            if arguments.format != .text { Self.write(failure, arguments.format, output) }
            throw Self.error(failure, options.relation)
        } catch let error as StoreError where error.code == .danglingReference {
            progress.clear()
            if arguments.format != .text {
                output.answer(arguments.format) { json in
                    json.member("committed", false)
                    json.member("dangling", error.rowCount)
                    json.array("problems") {
                        for row in error.rows {
                            json.object {
                                json.member("key", row.key)
                                json.member("reason", row.reason)
                            }
                        }
                    }
                }
            }
            let edges = Text.count(error.rowCount, "edge has", "edges have")
            throw CommandError(
                "nothing was committed: \(edges) an end that is no entity; bring the entities too, or leave such edges out with --dangling drop",
                details: Self.shown(error.rows.map(Self.described), of: error.rowCount))
        } catch let error as StoreError where error.code == .readOnly {
            throw CommandError("\(error); choose another place with --store <path>")
        }
        isDone = true
        progress.clear()
        // A merge that has begun would be lost with the process.
        store.waitForBackgroundWork()
        storeByteCount = try store.snapshot().byteCount
        time = Clock.nanoseconds() - start
        if location.isNew { Console.note("made a store here, in \(path)") }
        if report.problemCount > 0 {
            Console.note("\(Text.count(report.problemCount, "line")) left out:")
            let lines = report.problems.map(\.description)
            for line in Self.shown(lines, of: report.problemCount) { Console.detail(line) }
        }
        let receipt = report.receipt
        droppedCount = dangling == .drop ? receipt.danglingCount : 0
        if receipt.danglingCount > 0 {
            let taken = dangling == .drop ? "left out" : "taken all the same"
            Console.note(
                "\(Text.count(receipt.danglingCount, "edge")) with an end that is no entity, \(taken):"
            )
            let lines = receipt.dangling.map(Self.described)
            for line in Self.shown(lines, of: receipt.danglingCount) { Console.detail(line) }
        }
    }

    /// A new store gets the relations that the rows bring with them, or those of a code graph; one
    /// that is there gets them if it lacks the relation.
    private static func open(_ path: String, _ own: Schema, _ relation: String?) throws
        -> GraphStore
    {
        guard own.relations.isEmpty else { return try StoreLocation.make(path, schema: own) }
        if try Directory.kind(of: path) != .nothing {
            let store = try StoreLocation.make(path, schema: nil)
            let stored = try store.schema().relations.map(\.name)
            let lacks = relation.map { !stored.contains($0) } ?? false
            let isOurs = CodeGraph.schema.relations.contains { $0.name == relation }
            if !stored.isEmpty, !(lacks && isOurs) { return store }
        }
        return try StoreLocation.make(path, schema: CodeGraph.schema)
    }

    /// Rows of a segment have no lines of a file.
    private static func described(_ problem: RowProblem) -> String {
        "\(problem.key): \(problem.reason)"
    }

    private static func shown(_ problems: [String], of count: Int) -> [String] {
        var lines = Array(problems.prefix(shownProblemCount))
        if count > lines.count { lines.append("and \(Text.count(count - lines.count)) more") }
        return lines
    }

    private static func error(_ failure: ImportFailure, _ relation: String?) -> CommandError {
        let details = shown(failure.problems.map(\.description), of: failure.problemCount)
        guard failure.rowCount > 0 else {
            let place = relation.map { " of '\($0)'" } ?? ""
            return CommandError(
                "nothing was committed: no line is a row\(place); is it the right relation, and the right --input-format?",
                details: details)
        }
        let lines =
            failure.problemCount == 1
            ? "1 line is no row" : "\(Text.count(failure.problemCount)) lines are no rows"
        return CommandError(
            "nothing was committed: \(lines), \(Text.count(failure.rowCount)) \(failure.rowCount == 1 ? "is" : "are"); mend what is listed, or leave it out with --skip-invalid",
            details: details)
    }

    /// What a program is told of a batch that was not committed.
    private static func write(_ failure: ImportFailure, _ format: Format, _ output: Output) {
        output.answer(format) { json in
            json.member("committed", false)
            json.member("rows", failure.rowCount)
            json.member("skipped", failure.problemCount)
            write(failure.problems, json)
        }
    }

    private static func write(_ problems: [ImportProblem], _ json: AnswerWriter) {
        json.array("problems") {
            for problem in problems {
                json.object {
                    json.member("file", problem.file)
                    json.member("line", problem.line)
                    json.member("reason", problem.reason)
                }
            }
        }
    }

    func answer(_ output: Output) {
        let receipt = report.receipt
        let removed = receipt.relations.values.reduce(0) { $0 + $1.removedCount }
        let duplicates = receipt.relations.values.reduce(0) { $0 + $1.duplicateCount }
        switch arguments.format {
        case .text:
            let seconds = Double(time) / 1e9
            let speed = seconds > 0 ? Double(report.byteCount) / 1e6 / seconds : 0
            output.fields([
                ("rows", rows(removed, duplicates)),
                ("time", "\(Text.seconds(time)), \(Text.fixed(speed, 1)) MB/s"),
                (
                    "store",
                    "\(path), \(Text.bytes(storeByteCount)), generation \(receipt.generation)"
                ),
            ])
        default:
            output.answer(arguments.format) { json in
                json.member("store", path)
                json.member("generation", receipt.generation)
                json.member("committed", !receipt.isEmpty)
                json.member("rows", report.rowCount)
                json.member("replaced", removed)
                json.member("duplicates", duplicates)
                json.member("skipped", report.problemCount)
                json.member("dangling", receipt.danglingCount)
                json.member("dropped", droppedCount)
                json.member("bytes", report.byteCount)
                json.member("seconds", Double(time / 1000) / 1e6)
                json.member("store_bytes", storeByteCount)
                Self.write(report.problems, json)
            }
        }
    }

    private func rows(_ removed: Int, _ duplicates: Int) -> String {
        var text = "\(Text.count(report.rowCount)) read"
        if duplicates > 0 { text += ", \(Text.count(duplicates)) of them replaced by later ones" }
        if removed > 0 { text += ", \(Text.count(removed)) of the store replaced or removed" }
        let leftOut = report.problemCount + droppedCount
        if leftOut > 0 { text += ", \(Text.count(leftOut)) left out" }
        return report.receipt.isEmpty ? text + "; nothing to commit" : text
    }
}
