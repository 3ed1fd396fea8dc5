// SPDX-License-Identifier: Apache-2.0
//
// Commits to a store that has rows: a tenth of them again, a file's, one row's.

import SegmentStore

extension EngineTasks {
    func commits() throws {
        let tenth = data.entities.count / 10
        try commits("upsert of 10 %", runs) { batch, run in
            let rows = run % 9 * tenth..<(run % 9 + 1) * tenth
            try data.append(
                to: batch, entities: rows, edges: rows.lowerBound * 3..<rows.upperBound * 3)
        }
        try commits("replace one file", runs * 3) { batch, run in
            try data.replace(run * 7 % data.files.count, in: batch)
        }
        try commits("one entity", runs * 3) { batch, run in
            let row = run * 11 % data.entities.count
            try data.append(to: batch, entities: row..<row + 1, edges: row * 3..<row * 3 + 3)
        }
    }

    private func commits(_ name: String, _ runs: Int, _ body: (Batch, Int) throws -> Void) throws {
        guard Report.wants(name) else { return }
        let store = try fresh("commit")
        try store.write { try data.append(to: $0) }
        var receipts: [WriteReceipt] = []
        for run in 0..<runs { receipts.append(try store.write { try body($0, run) }) }
        Report.add(name, Timing(receipts.map(\.totalTime)))
        if let last = receipts.last { phases(last) }
    }
}
