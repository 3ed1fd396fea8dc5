// SPDX-License-Identifier: Apache-2.0
//
// Stores of several batches, before and after they are merged.

import SegmentStore

extension EngineTasks {
    func compactions() throws {
        for count in [1, 8, 64] {
            let store = try fresh("batches")
            try write(data, in: count, to: store)
            try lookUps(store, ", \(count) batches")
            try hops(store, ", \(count) batches")
            guard count > 1 else { continue }
            var written = 0
            let time = try timed { written = try store.compact().writtenByteCount }
            Report.add("compact, \(count) batches", Timing([time]))
            Report.line("", "\(written) bytes written")
        }
    }

    func write(_ data: Dataset, in count: Int, to store: GraphStore) throws {
        for (batch, edges) in data.edgeBatches(count).enumerated() {
            let rows = data.entityBatch(batch, of: count)
            try store.write { try data.append(to: $0, entities: rows, edgesAt: edges) }
        }
    }
}
