// SPDX-License-Identifier: Apache-2.0
//
// A tree's files in the store: `files` with their languages and hashes, `ignored_files` with the
// reasons. One commit, of what has changed since the last one.

import CodeGraph
import Platform
import SegmentStore

package struct FileInventory: Sendable {
    package struct Options: Sendable {
        package var label = ""
        /// Larger files are ignored.
        package var fileByteLimit = 16 << 20

        package init() {}
    }

    /// How much was read. Of the whole tree, of one language, or so far.
    package struct Tally: Sendable {
        package var fileCount = 0
        package var byteCount = 0

        package init() {}

        fileprivate mutating func add(_ bytes: Int) {
            fileCount += 1
            byteCount += bytes
        }
    }

    package struct Report: Sendable {
        package var total = Tally()
        package var languages: [String: Tally] = [:]
        package var ignored: [IgnoredReason: Int] = [:]
        /// Rows of both relations that are new or have changed.
        package var writtenRowCount = 0
        /// Rows of files that are gone.
        package var removedRowCount = 0
        package var generation: UInt64 = 0
        /// False if the store was up to date, and no commit was made.
        package var isCommitted = false
    }

    private let root: String
    private let options: Options

    /// An inventory of the tree below `root`.
    package init(root: String, options: Options = Options()) {
        self.root = root
        self.options = options
    }

    /// Makes `store` hold the tree as it is now. The tree is read while the store is locked, so
    /// that of two inventories at once the later one counts. `progress` comes at most ten times a
    /// second.
    package func run(into store: GraphStore, progress: (Tally) -> Void = { _ in }) throws -> Report
    {
        var report = Report()
        let receipt = try store.write(label: options.label) { batch in
            let own = try? FileStatus(of: store.path, followingLink: true).identity
            let rows = try read(skipping: own, progress, &report)
            let reader = try store.snapshot().reader()
            for (relation, rows) in [
                (CodeGraph.files, rows.files), (CodeGraph.ignoredFiles, rows.ignored),
            ] {
                let change = try RelationChange(relation, from: reader, in: batch)
                try change.apply(rows)
                report.writtenRowCount += change.writtenRowCount
                report.removedRowCount += change.removedRowCount
            }
        }
        report.generation = receipt.generation
        report.isCommitted = !receipt.isEmpty
        return report
    }

    private struct Rows {
        var files: [InventoryRow] = []
        var ignored: [InventoryRow] = []
    }

    private func read(
        skipping own: FileStatus.Identity?, _ progress: (Tally) -> Void, _ report: inout Report
    ) throws -> Rows {
        var rows = Rows()
        let contents = FileContents(byteLimit: options.fileByteLimit)
        var lastProgress = Clock.nanoseconds()
        try SourceWalker(root: root, skipping: own).walk { entry in
            switch try contents.examine(entry, in: root) {
            case .source(let file):
                rows.files.append(InventoryRow(file, entry.path))
                report.total.add(file.byteCount)
                report.languages[file.language, default: Tally()].add(file.byteCount)
            case .ignored(let reason):
                rows.ignored.append(InventoryRow(reason, entry.path, entry.name))
                report.ignored[reason, default: 0] += 1
            case .gone: break
            }
            let now = Clock.nanoseconds()
            if now - lastProgress >= 100_000_000 {
                lastProgress = now
                progress(report.total)
            }
        }
        return rows
    }
}

/// A row for `files` or `ignored_files`: values in the order of the columns in `CodeGraph`.
struct InventoryRow: Sendable {
    let path: String
    let values: [Value]

    init(_ file: FileContents.Source, _ path: String) {
        self.path = path
        values = [
            .string(path), .string(file.language), .int(Int64(file.byteCount)),
            .timestamp(file.modified),
            .string(file.hash), .int(0),
        ]
    }

    init(_ reason: IgnoredReason, _ path: String, _ name: String) {
        self.path = path
        values = [
            .string(path), .string(SourceLanguage.fileExtension(of: name)),
            .string(reason.rawValue),
        ]
    }
}
