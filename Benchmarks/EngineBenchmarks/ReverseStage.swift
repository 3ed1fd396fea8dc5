// SPDX-License-Identifier: Apache-2.0
//
// Along edges: a step, and as far as it goes.

import Query
import SegmentStore

extension EngineTasks {
    func reverseScans() throws {
        let store = try loaded.get()
        try hops(store)
        let tasks = try ReadTasks(store)
        let there = keys.there
        for (name, depth) in [("depth 5", 5), ("unbounded", Int.max)] {
            try measureEach("reverse closure, \(name)", count: min(lookUpCount, 2000)) {
                sink &+= try tasks.closure(there[$0 % Keys.count], depth: depth)
            }
        }
    }

    func hops(_ store: GraphStore, _ suffix: String = "") throws {
        let tasks = try ReadTasks(store)
        let there = keys.there
        for (name, direction) in [("forward hop", Direction.outgoing), ("reverse hop", .incoming)] {
            try measureEach(name + suffix, count: lookUpCount) {
                sink &+= try tasks.hop(there[$0 % Keys.count], direction)
            }
        }
    }
}
