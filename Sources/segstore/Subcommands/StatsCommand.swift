// SPDX-License-Identifier: Apache-2.0
import SegmentStore

extension Command {
    static let stats = Command(
        name: "stats", summary: "rows, segments, size and age of the store",
        details: """
            The size is that of the generation asked for; 'on disk' counts all generations that gc has \
            not dropped.
            """,
        examples: [
            "segstore stats",
            "segstore stats --format json",
        ],
        options: [.at]
    ) { arguments, output in
        let inquiry = try Inquiry(arguments, output, mayBeEmpty: true)
        let snapshot = inquiry.snapshot
        let path = try StoreLocation.find(arguments)
        let counts = try snapshot.schema.relations.map { ($0.name, try snapshot.rowCount($0.name)) }
        switch arguments.format {
        case .text:
            var fields = [
                ("store", path),
                (
                    "generation",
                    snapshot.generation == 0
                        ? "none yet" : "\(snapshot.generation), \(Text.age(snapshot.time))"
                ),
            ]
            if !snapshot.label.isEmpty { fields.append(("label", snapshot.label)) }
            fields.append(("segments", Text.count(snapshot.segmentCount)))
            let onDisk = Text.bytes(StoreFiles.byteCount(path))
            fields.append(("size", "\(Text.bytes(snapshot.byteCount)), on disk \(onDisk)"))
            output.fields(fields)
            output.line()
            var table = Table(output, [("relation", .left), ("rows", .right)])
            for (name, count) in counts { table.add([name, Text.count(count)]) }
            table.finish()
            inquiry.noteChanges()
        default:
            output.answer(arguments.format) { json in
                json.member("store", path)
                json.member("generation", snapshot.generation)
                json.member("label", snapshot.label)
                json.member("time", AnswerTime(nanoseconds: snapshot.time))
                json.member("segments", snapshot.segmentCount)
                json.member("bytes", snapshot.byteCount)
                json.member("disk_bytes", StoreFiles.byteCount(path))
                json.object("rows") {
                    for (name, count) in counts { json.member(name, count) }
                }
            }
        }
        return .done
    }
}
