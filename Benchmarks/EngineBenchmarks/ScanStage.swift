// SPDX-License-Identifier: Apache-2.0
//
// All rows, grouped.

extension EngineTasks {
    func scans() throws {
        let tasks = try ReadTasks(try loaded.get())
        try measure("count by kind", runs: 200, warmUp: 20) {
            sink &+= try tasks.countByKind().count
        }
        try measure("sum of lines by file", runs: 200, warmUp: 20) {
            sink &+= try tasks.linesByFile().count
        }
    }
}
