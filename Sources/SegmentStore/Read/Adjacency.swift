// SPDX-License-Identifier: Apache-2.0
//
// All edges of a segment as two plain arrays: for whoever is about to look at most of them.
// Decoding them costs some nanoseconds an edge, once; following one then costs next to none.

import Codec

/// The far ends of each node's edges, in one direction, without those of dead rows.
package final class Adjacency {
    /// Where the edges of node i begin; one more than there are nodes.
    package let starts: UnsafeMutablePointer<Int32>
    package let ends: UnsafeMutablePointer<Int32>
    package let nodeCount: Int

    package init(
        _ reader: Reader, _ relation: Int, _ direction: Direction,
        _ lookup: UnsafeMutablePointer<SnapshotCore.Lookup>
    ) throws(StoreError) {
        nodeCount = lookup.pointee.dictionary.count
        starts = .allocate(capacity: nodeCount + 1)
        ends = .allocate(capacity: lookup.pointee.relation.rowCount)
        var count = 0
        let limit = lookup.pointee.relation.rowCount
        for node in 0..<nodeCount {
            starts[node] = Int32(truncatingIfNeeded: count)
            let found = try reader.neighbours(relation, direction, lookup, node)
            guard found.count <= limit - count else {
                throw .corrupted("an index has more entries than rows", in: reader.core.path)
            }
            for id in found {
                ends[count] = Int32(truncatingIfNeeded: id)
                count &+= 1
            }
        }
        starts[nodeCount] = Int32(truncatingIfNeeded: count)
    }

    deinit {
        starts.deallocate()
        ends.deallocate()
    }
}
