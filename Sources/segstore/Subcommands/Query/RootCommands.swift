// SPDX-License-Identifier: Apache-2.0
//
// 'query entry-points' and 'query dead'.

import CodeGraph
import Query
import SegmentStore

extension Command {
    static let queryEntryPoints = Command(
        name: "query entry-points", summary: "where programs begin",
        details: """
            Functions and methods that nothing of the tree leads to, by exact, probable or ambiguous edges, and \
            that lead to something; and files whose own code does something when they are run. What overrides \
            or implements something is called through that, so it is left out. main functions come first, then \
            those that depend on most. 'reach' is how many entities they lead to in the end.
            """,
        examples: ["segstore query entry-points --within cmd"],
        options: [.within, .shownCount, .offset] + Inquiry.options
    ) { arguments, output in
        let whole = try WholeInquiry(arguments, output)
        let found = try EntryPoints(
            whole.inquiry.reader, folder: arguments.folder, limit: whole.limit,
            offset: whole.offset)
        try whole.answer(
            entryTable, found.items, of: found.total, nothing: "nothing begins anywhere",
            summary: { _ in })
        return .done
    }

    private static let entryTable = AnswerTable<EntryPoints.Item>(
        "entry_points",
        AnswerTable<EntryPoints.Item>.labelColumns { $0.label } + [
            .init("visibility", heading: "visibility") { .text($0.visibility) },
            .init("is_main", heading: "", text: { $0.isMain ? "main" : "" }) { .bool($0.isMain) },
            .init("dependencies", heading: "dependencies", .right) { .int($0.dependencies) },
            .init("reach", heading: "reach", .right) { .int($0.reachCount) },
        ], order: ["reach", "dependencies", "visibility", "key", "line", "is_main"])

    static let queryDead = Command(
        name: "query dead", summary: "what nothing is known to use",
        details: """
            Entities that are not come to from what files do when they are run, from main functions or from \
            tests, by exact, probable or ambiguous edges; what is in a file of tests that were left out of the \
            store counts as used by them. Of a type that is, what may be called without being \
            named counts as used: what overrides or implements something, methods with names that the language \
            or its library calls, and exported methods of Go; so does what has no name in code that is come to. \
            'exported' marks what other trees may use; what only that leads to is not listed. 'users' are \
            entities that use it and are not come to either; 'possible' counts references by the same name that \
            could not be resolved. Of what is not used only the outermost is listed. Macros of Rust are never: \
            where they are used is not seen.
            """,
        examples: ["segstore query dead --kind function,method --within src"],
        options: [.entityKind, .within, .shownCount, .offset] + Inquiry.options
    ) { arguments, output in
        let kinds = try arguments.list(.entityKind).map { Set($0) }
        let (limit, offset) = (try arguments.top(), try arguments.number(.offset) ?? 0)
        let inquiry = try Inquiry(arguments, output)
        let isMistyped = try inquiry.noteUnknown(
            kinds, "kind", of: CodeGraph.entities.name, "entity")
        let found = try DeadCode(
            inquiry.reader, kinds: kinds, folder: arguments.folder, limit: limit, offset: offset)
        let start = min(offset, found.total)
        try inquiry.answer(
            deadTable, found.items, page: start..<start + found.items.count, of: found.total,
            nothing: isMistyped ? nil : "all of it is used"
        ) { json in
            json.member("exported", found.exportedCount)
            json.member("tests_left_out", found.leftOutTestCount)
        }
        if arguments.format == .text, found.total > 0 {
            let tests =
                found.leftOutTestCount > 0
                ? "; \(Text.count(found.leftOutTestCount, "test")) left out of the store may use others"
                : ""
            output.note(
                "\(Text.count(found.exportedCount)) of \(Text.count(found.total)) are exported\(tests)"
            )
        }
        return .done
    }

    private static let deadTable = AnswerTable<DeadCode.Item>(
        "dead",
        AnswerTable<DeadCode.Item>.labelColumns { $0.label } + [
            .init("visibility") { .text($0.visibility) },
            .init("exported", heading: "exported") { .bool($0.isExported) },
            .init("lines", heading: "lines", .right) { .int($0.lineCount) },
            .init("users", heading: "users", .right) { .int($0.userCount) },
            .init("possible_uses", heading: "possible", .right) { .int($0.possibleUseCount) },
        ], order: ["exported", "lines", "users", "possible_uses", "key", "line"])
}
