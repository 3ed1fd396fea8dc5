// SPDX-License-Identifier: Apache-2.0
import SegmentStore

extension Command {
    static let log = Command(
        name: "log", summary: "the commits that can still be read",
        details: """
            Newest first. Rows and size are those of the whole store at that commit. Times are local; \
            JSON has them in UTC.
            """,
        examples: ["segstore log --limit 10"], options: [.limit, .offset]
    ) { arguments, output in
        let limit = try arguments.number(.limit) ?? .max
        let offset = try arguments.number(.offset) ?? 0
        let store = try StoreLocation.open(try StoreLocation.find(arguments), .readOnly)
        let all = try store.history()
        let commits = Array(all.dropFirst(offset).prefix(limit))
        let start = min(offset, all.count)
        output.page = ListPage(start..<start + commits.count, of: all.count)
        let relations = try store.schema().relations.map(\.name)
        switch arguments.format {
        case .text:
            if all.isEmpty {
                let isPack = !StoreFiles.isDirectory(store.path)
                Console.note(
                    "\(store.path): \(isPack ? "a packed store has no history" : "there is no commit yet")"
                )
            } else {
                show(commits, output)
            }
        default:
            try output.answer(
                arguments.format, "commits",
                columns: ["generation", "parent", "kind", "label", "time", "segments", "bytes"]
                    + relations.map { "rows.\($0)" }
            ) {
                $0.member("total", all.count)
                $0.member("offset", start)
                $0.member("count", commits.count)
                $0.member("truncated", start + commits.count < all.count)
            } rows: { rows in
                for commit in commits { try rows.row { describe(commit, relations, $0) } }
            }
        }
        if commits.count < all.count, arguments.format != .json, arguments.host == nil {
            output.note(
                "showing \(Text.count(commits.count)) of \(Text.count(all.count, "commit"))")
        }
        return .done
    }

    private static func show(_ commits: [CommitInfo], _ output: Output) {
        var table = Table(
            output,
            [
                ("generation", .right), ("time", .left), ("kind", .left), ("rows", .right),
                ("size", .right),
                ("label", .left),
            ])
        for commit in commits {
            table.add([
                "\(commit.generation)", Text.local(commit.time), commit.kind.rawValue,
                Text.count(commit.rowCounts.values.reduce(0, +)), Text.bytes(commit.byteCount),
                commit.label,
            ])
        }
        table.finish()
    }

    private static func describe(
        _ commit: CommitInfo, _ relations: [String], _ json: AnswerWriter
    ) {
        json.member("generation", commit.generation)
        json.member("parent", commit.parent)
        json.member("kind", commit.kind.rawValue)
        json.member("label", commit.label)
        json.member("time", AnswerTime(nanoseconds: commit.time))
        json.member("segments", commit.segmentCount)
        json.member("bytes", commit.byteCount)
        json.object("rows") {
            for name in relations { json.member(name, commit.rowCounts[name] ?? 0) }
        }
    }
}
