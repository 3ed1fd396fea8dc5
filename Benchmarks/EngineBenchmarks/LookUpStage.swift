// SPDX-License-Identifier: Apache-2.0
//
// One key after the other.

import SegmentStore

extension EngineTasks {
    func lookUps() throws {
        try lookUps(try loaded.get())
        try measureEach("timer alone", count: lookUpCount) { _ in }
    }

    func lookUps(_ store: GraphStore, _ suffix: String = "") throws {
        let tasks = try ReadTasks(store)
        let there = keys.there
        let missing = keys.missing
        try measureEach("get, two columns\(suffix)", count: lookUpCount) {
            sink &+= try tasks.twoColumns(there[$0 % Keys.count])
        }
        try measureEach("get, name and kind\(suffix)", count: lookUpCount) {
            sink &+= try tasks.nameAndKind(there[$0 % Keys.count])
        }
        try measureEach("get, full row\(suffix)", count: lookUpCount) {
            sink &+= try tasks.fullRow(there[$0 % Keys.count])
        }
        try measureEach("get, missing\(suffix)", count: lookUpCount) {
            sink &+= try tasks.missing(missing[$0 % Keys.count])
        }
    }
}
