// SPDX-License-Identifier: Apache-2.0
import Platform
import SegmentStore

extension Command {
    static let backup = Command(
        name: "backup", operands: ["file"], summary: "save the store as one file",
        details: """
            The file holds the current generation without its history. It appears whole or not at all, \
            in place of an earlier backup of that name. Every command that only reads opens it directly: \
            segstore stats --store <file>.
            """,
        examples: [
            "segstore backup tree.seg"
        ]
    ) { arguments, output in
        let target = arguments.operand
        switch try Directory.kind(of: target) {
        case .nothing: break
        case .file where try StoreFiles.isPack(target): break
        case .file:
            throw CommandError("\(target): is there already, and no backup; choose another name")
        default: throw CommandError("\(target): is no file; name the file to be made")
        }
        let store = try StoreLocation.open(try StoreLocation.find(arguments), .readOnly)
        let generation = try store.snapshot().generation
        try store.backup(to: target)
        let byteCount = StoreFiles.byteCount(target)
        switch arguments.format {
        case .text:
            output.line(
                "saved generation \(generation) to \(printable(target)), \(Text.bytes(byteCount))")
        default:
            output.answer(arguments.format) { json in
                json.member("file", target)
                json.member("generation", generation)
                json.member("bytes", byteCount)
            }
        }
        return .done
    }
}
