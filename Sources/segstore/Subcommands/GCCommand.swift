// SPDX-License-Identifier: Apache-2.0
import SegmentStore

extension Option {
    fileprivate static let keep = Option(
        name: "keep", value: "N", help: "how many generations to keep, the newest (at least 1)",
        isRequired: true)
}

extension Command {
    static let gc = Command(
        name: "gc", summary: "drop old generations",
        details: """
            Removes all generations but the newest N, and the segments that only they need. They cannot \
            be brought back. Whoever is reading one goes on undisturbed.
            """,
        examples: [
            "segstore gc --keep 3"
        ],
        options: [.keep]
    ) { arguments, output in
        let keep = try arguments.required(.keep, atLeast: 1)
        let path = try StoreLocation.find(arguments)
        let store = try StoreLocation.open(path, .existing)
        let before = StoreFiles.byteCount(path)
        let receipt = try store.collectGarbage(keep: keep)
        let freed = max(0, before - StoreFiles.byteCount(path))
        switch arguments.format {
        case .text:
            output.line(
                "dropped \(Text.count(receipt.droppedGenerations.count, "generation")) and "
                    + "\(Text.count(receipt.removedSegmentCount, "segment")), \(Text.bytes(freed)); "
                    + "kept \(Text.count(receipt.keptGenerationCount, "generation"))")
        default:
            output.answer(arguments.format) { json in
                json.array("dropped") {
                    for generation in receipt.droppedGenerations { json.element(generation) }
                }
                json.member("kept", receipt.keptGenerationCount)
                json.member("removed_segments", receipt.removedSegmentCount)
                json.member("freed_bytes", freed)
            }
        }
        return .done
    }
}
