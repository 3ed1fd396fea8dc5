// SPDX-License-Identifier: Apache-2.0
//
// One batch of all rows, from memory to durable.

import Foundation
import Platform
import SegmentStore

extension EngineTasks {
    func writes() throws {
        PeakMemory.trim()
        PeakMemory.reset()
        let before = PeakMemory.value("VmRSS:")
        var last: WriteReceipt?
        var times: [Int64] = []
        var processor: [Int64] = []
        for run in 0...runs {
            let store = try fresh("load")
            let start = processorTime()
            let receipt = try store.write { try data.append(to: $0) }
            processor.append(processorTime() - start)
            if run == 0 {
                Report.add(
                    "load: peak memory above input", (PeakMemory.value() - before) / 1024, "kB")
                processor.removeAll()
            } else {
                times.append(receipt.totalTime)
            }
            last = receipt
        }
        Report.add("load", Timing(times))
        Report.add("load, processor", Timing(processor))
        if let last { phases(last) }
    }

    func phases(_ receipt: WriteReceipt) {
        func ms(_ time: Int64) -> String { String(format: "%.2f", Double(time) / 1e6) }
        print(
            "    append \(ms(receipt.appendTime)) finish \(ms(receipt.finishTime)) replace \(ms(receipt.replaceTime)) commit \(ms(receipt.commitTime)) total \(ms(receipt.totalTime)) ms"
        )
    }
}
