// SPDX-License-Identifier: Apache-2.0
import SegmentStore

extension Command {
    static let compact = Command(
        name: "compact", summary: "merge segments and drop dead rows",
        details: """
            A commit of its own: readers are not disturbed, and earlier generations stay readable until \
            gc drops them. ingest merges small segments by itself; this merges all into one.
            """,
        examples: [
            "segstore compact"
        ]
    ) { arguments, output in
        let store = try StoreLocation.open(try StoreLocation.find(arguments), .existing)
        let progress = ProgressLine()
        let receipt = try store.compact { rowCount in
            // Reported every few thousand rows.
            progress.show("\(Text.count(rowCount, "row")) merged")
            return .proceed
        }
        progress.clear()
        switch arguments.format {
        case .text:
            guard receipt.mergedSegmentCount > 0 else {
                output.line("nothing to merge; generation \(receipt.generation) stays")
                break
            }
            output.line(
                "merged \(Text.count(receipt.mergedSegmentCount, "segment")) into one: "
                    + "\(Text.count(receipt.rowCount, "row")), \(Text.bytes(receipt.writtenByteCount)), "
                    + "generation \(receipt.generation)")
        default:
            output.answer(arguments.format) { json in
                json.member("generation", receipt.generation)
                json.member("merged_segments", receipt.mergedSegmentCount)
                json.member("segments", receipt.segmentCount)
                json.member("rows", receipt.rowCount)
                json.member("bytes_written", receipt.writtenByteCount)
            }
        }
        return .done
    }
}
