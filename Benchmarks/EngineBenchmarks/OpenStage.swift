// SPDX-License-Identifier: Apache-2.0
//
// From a path to a first answer.

import Foundation
import SegmentStore

extension EngineTasks {
    func openings() throws {
        let path = try loaded.get().path
        let key = keys.there[0]
        var options = StoreOptions()
        options.compactsAutomatically = false
        try measure("open + first get", runs: 200) {
            let tasks = try ReadTasks(try GraphStore.open(path, options: options))
            guard let row = try tasks.reader.find(0, key: key) else {
                throw BenchmarkError("lost a key")
            }
            sink &+= Int(try tasks.reader.int(0, row, 6) ?? 0)
        }
        try measure("open + first full row", runs: 200) {
            let tasks = try ReadTasks(try GraphStore.open(path, options: options))
            sink &+= try tasks.fullRow(key)
        }
    }
}
