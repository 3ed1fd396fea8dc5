// SPDX-License-Identifier: Apache-2.0
//
// A question to one generation of a store, and what every answer to one says: of which commit it
// is, and whether the tree is still like that.

import CodeGraph
import Ingest
import Platform
import Query
import SegmentStore

extension Option {
    static let noCheck = Option(
        name: "no-check", value: nil,
        help: "do not look whether files of the tree have changed since")
}

final class Inquiry {
    /// What every question takes.
    static let options: [Option] = [.at, .noCheck]
    /// What every one takes that is answered by a list.
    static let listOptions: [Option] = [.limit, .offset] + options

    let arguments: Arguments
    let output: Output
    let snapshot: Snapshot
    let reader: Reader
    private let check: Check?

    /// Begins to look at the tree beside the question, if the answer will tell of it.
    /// - Parameter mayBeEmpty: whether a store to which nothing was committed can answer.
    init(_ arguments: Arguments, _ output: Output, mayBeEmpty: Bool = false) throws {
        self.arguments = arguments
        self.output = output
        snapshot =
            try mayBeEmpty
            ? StoreLocation.snapshot(arguments) : StoreLocation.graph(arguments)
        reader = arguments.host?.reader(of: snapshot) ?? snapshot.reader()
        // Programs are told in JSON; of a server's answers the server does.
        let isTold =
            (arguments.format == .json || arguments.format == .text) && arguments.host == nil
        // What the tree was like at an earlier commit cannot be seen any more.
        let isCurrent = arguments[.at] == nil
        check =
            isTold && isCurrent && !arguments.has(.noCheck)
            ? Check(try StoreLocation.find(arguments), snapshot) : nil
        try checkFolder()
    }

    /// On a thread of its own.
    private final class Check: Sendable {
        private let found = Locked<TreeCheck?>(nil)
        private let thread: Locked<SystemThread?>

        init(_ store: String, _ snapshot: Snapshot) {
            thread = Locked(nil)
            let found = found
            let started = SystemThread {
                let check = TreeCheck(store: store, snapshot)
                found.withLock { $0 = check }
            }
            thread.withLock { $0 = started }
        }

        /// Waits for it.
        var result: TreeCheck? {
            thread.withLock { thread in
                thread?.join()
                thread = nil
            }
            return found.withLock { $0 }
        }

        deinit { thread.withLock { $0?.join() } }
    }

    // MARK: - What answers say of themselves

    /// The first members of every answer but a server's, which has them elsewhere.
    func head(_ json: AnswerWriter) {
        guard arguments.host == nil else { return }
        json.member("generation", snapshot.generation)
        json.member("label", snapshot.label)
        let check = check?.result
        // Null is not known.
        json.member("fresh", check.map { $0.changedFileCount == 0 })
        json.member("changed_files", check?.changedFileCount)
    }

    /// Tests that are no part of the graph.
    var leftOutTestCount: Int {
        (try? snapshot.rowCount(CodeGraph.excludedTests.name)) ?? 0
    }

    /// Tells people that the tree is not what it was.
    func noteChanges() {
        guard let check = check?.result, check.changedFileCount > 0 else { return }
        let count = check.changedFileCount
        output.note(
            "\(Text.count(count, "file")) \(count == 1 ? "has" : "have") changed since; 'segstore ingest \(check.root)' takes \(count == 1 ? "it" : "them") in"
        )
    }

    // MARK: - Keys

    /// The key that a text means. If it is not clear which, programs get the candidates as an
    /// answer.
    func key(_ text: String) throws -> String {
        // What has neither is no code graph, and has no keys to look for.
        _ = try reader.relation(CodeGraph.edges.name)
        switch try KeyFinder(reader).find(text) {
        case .key(let key):
            // Which one it is, nobody could know who typed that.
            if KeyFinder.isPlace(text), key != text, arguments.format == .text {
                output.note("\(text) is in \(key)")
            }
            return key
        case .ambiguous(let keys):
            throw failure(
                text,
                "'\(text)' names \(Text.count(keys.count, "entity", "entities")): use one of their keys",
                .ambiguous, keys)
        case .unknown(let similar):
            throw failure(
                text,
                "nothing is called '\(text)'"
                    + (similar.isEmpty
                        ? "; 'segstore query search' finds names by their parts"
                        : "; these are like it"),
                .unknown, similar)
        }
    }

    /// What is thrown where a key does not lead to an answer.
    func failure(
        _ text: String, _ message: String, _ reason: FailedLookUp.Reason, _ candidates: [String]
    ) -> CommandError {
        CommandError(
            message, .unknownKey,
            lookUp: FailedLookUp(reason: reason, query: text, candidates: candidates))
    }

    // MARK: - Lists

    /// Which of the rows are asked for.
    func page(of total: Int, defaultLimit: Int = .max) throws -> Range<Int> {
        let limit = try arguments.number(.limit) ?? defaultLimit
        let offset = min(try arguments.number(.offset) ?? 0, total)
        return offset..<offset + min(limit, total - offset)
    }

    /// Answers with rows, those of a page of `total`. JSON has them behind the head, `summary` and
    /// what the page is.
    func answer<Row>(
        _ table: AnswerTable<Row>, _ rows: [Row], page: Range<Int>, of total: Int,
        nothing: String?, summary: (AnswerWriter) -> Void = { _ in }
    ) throws {
        output.page = ListPage(page, of: total)
        guard arguments.format == .text else {
            try output.answer(
                arguments.format, table.name, columns: table.columns.map(\.name),
                summary: { json in
                    head(json)
                    summary(json)
                    json.member("total", total)
                    json.member("offset", page.lowerBound)
                    json.member("count", rows.count)
                    json.member("truncated", page.upperBound < total)
                },
                rows: { answer in
                    for row in rows { try answer.row { table.write(row, $0) } }
                })
            if arguments.format != .json { notePage(page, total) }
            return
        }
        table.show(rows, output)
        if total == 0, let nothing { output.note(nothing) }
        notePage(page, total)
        noteChanges()
    }

    func notePage(_ page: Range<Int>, _ total: Int) {
        guard page.count < total, arguments.host == nil else { return }
        let more =
            page.upperBound < total && !page.isEmpty
            ? "; go on with --offset \(page.upperBound)" : ""
        output.note("showing \(Text.count(page.count)) of \(Text.count(total))\(more)")
    }
}
