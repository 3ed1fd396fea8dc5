// SPDX-License-Identifier: Apache-2.0
import Query
import SegmentStore

extension Option {
    fileprivate static let all = Option(
        name: "all", value: nil, help: "check the earlier generations too")
}

extension Command {
    static let verify = Command(
        name: "verify", summary: "check all checksums, indexes and ends of edges",
        details: """
            Reads the whole store and compares what must agree. Each problem is a line that names the \
            file, the place in it, and what lies there. The exit status is 5 if there are any. Where \
            nothing is damaged, edges that begin or end at no entity are counted, and the first are \
            named; the exit status is 1 then.
            """,
        examples: [
            "segstore verify",
            "segstore verify --all --store tree.seg",
        ],
        options: [.all]
    ) { arguments, output in
        let path = try StoreLocation.find(arguments)
        let report = try verify(path, all: arguments.has(.all))
        let edges =
            report.isSound
            ? try EdgeCheck(try StoreLocation.open(path, .readOnly).snapshot()) : nil
        switch arguments.format {
        case .text: show(report, edges, output)
        default: write(report, edges, arguments.format, output)
        }
        guard report.isSound else {
            let advice =
                StoreFiles.isDirectory(path)
                ? "'segstore recover --to N' goes back to an earlier generation"
                : "use another backup"
            throw CommandError(
                "\(path): \(Text.count(report.problems.count, "problem")) found; \(advice)",
                .corrupt)
        }
        if let edges, edges.danglingCount > 0 {
            throw CommandError(
                "\(path): \(Text.count(edges.danglingCount, "edge")) with an end that is no entity; 'segstore ingest --full' or another import mends them"
            )
        }
        return .done
    }

    private static func verify(_ path: String, all: Bool) throws -> VerifyReport {
        do {
            return try StoreLocation.open(path, .readOnly).verify(allGenerations: all)
        } catch let error as StoreError
            where error.code == .corrupted && StoreFiles.isDirectory(path)
        {
            // The manifest is damaged. There may be more.
            return try GraphStore.openDamaged(path).verify(allGenerations: all)
        }
    }

    private static func show(_ report: VerifyReport, _ edges: EdgeCheck?, _ output: Output) {
        for problem in report.problems {
            output.line(output.styled("damaged", .red) + "  \(printable(problem.description))")
        }
        let checked = [
            Text.count(report.checkedRowCount, "row"), Text.count(report.segmentCount, "segment"),
            Text.count(report.generations.count, "generation"), Text.bytes(report.checkedByteCount),
        ].joined(separator: ", ")
        output.line(report.isSound ? "sound: \(checked)" : "checked: \(checked)")
        for edge in edges?.dangling ?? [] {
            output.line(
                output.styled("dangling", .red)
                    + printable("  \(edge.from) → \(edge.to): there is no \(edge.missing)"))
        }
    }

    private static func write(
        _ report: VerifyReport, _ edges: EdgeCheck?, _ format: Format, _ output: Output
    ) {
        output.answer(format) { json in
            json.member("sound", report.isSound)
            json.array("generations") {
                for generation in report.generations { json.element(generation) }
            }
            json.member("segments", report.segmentCount)
            json.member("rows", report.checkedRowCount)
            json.member("bytes", report.checkedByteCount)
            if let edges { json.member("dangling_edges", edges.danglingCount) }
            json.array("problems") {
                for problem in report.problems {
                    json.object {
                        json.member("file", problem.path)
                        json.member("byte_offset", problem.byteOffset)
                        json.member("place", problem.place)
                        json.member("message", problem.message)
                    }
                }
            }
        }
    }
}
