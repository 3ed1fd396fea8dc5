// SPDX-License-Identifier: Apache-2.0
import SegmentStore

extension Option {
    fileprivate static let segment = Option(
        name: "segment", value: "N", help: "only this segment (default: all of the generation)")
}

extension Command {
    static let inspect = Command(
        name: "inspect", summary: "where the bytes of each segment are",
        details: """
            For each segment its columns with their types, how their blocks are encoded and how large \
            they are; the texts that are compressed together; indexes and dictionaries. Codecs are \
            followed by the number of blocks that have them. FORMAT.md says what they mean.
            """,
        examples: [
            "segstore inspect --segment 1"
        ],
        options: [.segment, .at]
    ) { arguments, output in
        let snapshot = try StoreLocation.snapshot(arguments)
        var segments = try snapshot.segments()
        if let number = try arguments.number(.segment, atLeast: 1) {
            segments = segments.filter { $0.id == UInt64(number) }
            guard !segments.isEmpty else {
                throw CommandError(
                    "generation \(snapshot.generation) has no segment \(number); 'segstore inspect' lists them all"
                )
            }
        }
        guard arguments.format == .text else {
            try write(segments, arguments.format, output)
            return .done
        }
        for (index, segment) in segments.enumerated() {
            if index > 0 { output.line() }
            show(segment, output)
        }
        return .done
    }

    /// A thing in a segment that takes bytes.
    private struct Part {
        var segment: UInt64
        var relation = ""
        /// "column", "text", "index", "dictionary", "other".
        var part: String
        var name: String
        var type = ""
        var codec = ""
        var count = 0
        var nulls = 0
        var bytes = 0
    }

    private static func parts(_ segment: SegmentSummary) -> [Part] {
        var parts: [Part] = []
        func codecs(_ names: [(name: String, blockCount: Int)]) -> String {
            names.map { "\($0.name) \($0.blockCount)" }.joined(separator: ", ")
        }
        for relation in segment.relations {
            func add(_ part: String, _ name: String, _ fill: (inout Part) -> Void) {
                var entry = Part(
                    segment: segment.id, relation: relation.name, part: part, name: name)
                fill(&entry)
                parts.append(entry)
            }
            for column in relation.columns {
                add("column", column.name) {
                    $0.type = "\(column.type)"
                    // Of a text only the lengths are here.
                    $0.codec =
                        (column.storage == "text"
                            ? "lengths: " : column.storage == "ids" ? "ids: " : "")
                        + codecs(column.encodings)
                    $0.count = column.blockCount
                    $0.nulls = column.nullCount
                    $0.bytes = column.byteCount
                }
            }
            for family in relation.families {
                add("text", family.columns.joined(separator: " + ")) {
                    $0.codec = codecs(family.compressions)
                    $0.count = family.blockCount
                    $0.bytes = family.byteCount + family.dictionaryByteCount
                }
            }
            for (name, bytes) in [
                ("key", relation.keyIndexByteCount), ("target", relation.targetIndexByteCount),
                ("scope", relation.scopeIndexByteCount),
            ] where bytes > 0 {
                add("index", name) { $0.bytes = bytes }
            }
        }
        for dictionary in segment.dictionaries {
            var entry = Part(segment: segment.id, part: "dictionary", name: dictionary.name)
            entry.count = dictionary.stringCount
            entry.bytes = dictionary.byteCount
            parts.append(entry)
        }
        let rest = segment.byteCount - parts.reduce(0) { $0 + $1.bytes }
        // Checksums, descriptors, directory, padding, dead rows.
        parts.append(
            Part(
                segment: segment.id, part: "other", name: "checksums, directory, gaps", bytes: rest)
        )
        return parts
    }

    private static func show(_ segment: SegmentSummary, _ output: Output) {
        output.line(
            output.styled("segment \(segment.id)", .bold)
                + "  \(printable(segment.path)), \(Text.bytes(segment.byteCount))")
        let parts = parts(segment)
        func table(
            _ heading: String, _ parts: [Part], _ columns: [(String, Table.Alignment)],
            _ cells: (Part) -> [String]
        ) {
            guard !parts.isEmpty else { return }
            output.line()
            output.line(heading)
            var table = Table(output, columns)
            for part in parts { table.add(cells(part)) }
            table.finish()
        }
        for relation in segment.relations {
            let dead = relation.rowCount - relation.liveRowCount
            let note = dead > 0 ? ", \(Text.count(dead)) of them dead" : ""
            table(
                "\(relation.name): \(Text.count(relation.rowCount, "row"))\(note)",
                parts.filter { $0.relation == relation.name },
                [
                    ("", .left), ("name", .left), ("type", .left), ("nulls", .right),
                    ("bytes", .right), ("codecs", .left),
                ]
            ) { part in
                let nulls = part.nulls > 0 ? Text.count(part.nulls) : ""
                return [
                    part.part, part.name, part.type, nulls, Text.count(part.bytes), part.codec,
                ]
            }
        }
        table(
            "shared", parts.filter { $0.relation.isEmpty },
            [("", .left), ("name", .left), ("strings", .right), ("bytes", .right)]
        ) { part in
            [
                part.part, part.name, part.count > 0 ? Text.count(part.count) : "",
                Text.count(part.bytes),
            ]
        }
    }

    private static func write(
        _ segments: [SegmentSummary], _ format: Format, _ output: Output
    ) throws {
        try output.answer(
            format, "parts",
            columns: [
                "segment", "relation", "part", "name", "type", "codec", "count", "nulls", "bytes",
            ]
        ) { json in
            json.array("segments") {
                for segment in segments {
                    json.object {
                        json.member("segment", segment.id)
                        json.member("file", segment.path)
                        json.member("bytes", segment.byteCount)
                        json.object("rows") {
                            for relation in segment.relations {
                                json.member(relation.name, relation.rowCount)
                            }
                        }
                    }
                }
            }
        } rows: { rows in
            for part in segments.flatMap(parts) {
                try rows.row { json in
                    json.member("segment", part.segment)
                    json.member("relation", part.relation)
                    json.member("part", part.part)
                    json.member("name", part.name)
                    json.member("type", part.type)
                    json.member("codec", part.codec)
                    json.member("count", part.count)
                    json.member("nulls", part.nulls)
                    json.member("bytes", part.bytes)
                }
            }
        }
    }
}
