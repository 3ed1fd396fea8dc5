// SPDX-License-Identifier: Apache-2.0
import Exchange

/// How much was taken in.
struct OlderCoverage {
    private let asked: OlderQuestion

    init(_ asked: OlderQuestion) { self.asked = asked }

    private struct Sum {
        var files = 0
        var ignored = 0
        var entities = 0
        var words = 0
        var covered = 0.0
        var percentage: Double { words == 0 ? 0 : (covered / Double(words) * 100).rounded2 }

        func describe(_ path: String?, _ depth: Int) -> JSONValue {
            var members: [(name: String, value: JSONValue)] = []
            if let path {
                members = [
                    ("folder_path", .string(path)), ("folder_depth", .int(Int64(depth))),
                ]
            }
            return .object(
                members + [
                    ("total_files", .int(Int64(files + ignored))),
                    ("parsed_files", .int(Int64(files))), ("ignored_files", .int(Int64(ignored))),
                    ("total_entities", .int(Int64(entities))),
                    ("coverage_pct", .number(percentage)),
                ])
        }
    }

    func folders(depth: Int) throws -> JSONValue {
        var sums: [String: Sum] = [:]
        var all = Sum()
        func add(_ file: String, _ change: (inout Sum) -> Void) {
            change(&all)
            let parts = file.split(separator: "/").dropLast()
            for count in 0..<min(depth, parts.count) {
                change(&sums[parts.prefix(count + 1).joined(separator: "/"), default: Sum()])
            }
        }
        _ = try asked.rows(.coverage) { row in
            add(row.text("file")) { sum in
                sum.files += 1
                sum.entities += row.number("entity_count")
                sum.words += row.number("source_words")
                sum.covered += Double(row.number("source_words")) * row.real("raw_pct") / 100
            }
            return .null
        }
        _ = try asked.rows(.ignored) { row in
            add(row.text("file")) { $0.ignored += 1 }
            return .null
        }
        let folders = sums.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return .object([
            ("global_summary", all.describe(nil, 0)),
            (
                "folders",
                .array(
                    folders.map { path, sum in
                        sum.describe(path + "/", path.split(separator: "/").count)
                    })
            ),
        ])
    }

    func diagnostics(section: String?) throws -> JSONValue {
        let sections: [(name: String, body: () throws -> (String, JSONValue))] = [
            ("summary", summary), ("test_entities", tests), ("word_coverage", coverage),
            ("ignored_files", ignored),
        ]
        guard section == nil || sections.contains(where: { $0.name == section }) else {
            throw HTTPFailure.wrong(
                "section is \(CommandLineWords.choice(of: sections.map(\.name))), not '\(section ?? "")'"
            )
        }
        return .object(
            try sections.filter { section == nil || $0.name == section }.map {
                let (name, value) = try $0.body()
                return (name: name, value: value)
            })
    }

    private func summary() throws -> (String, JSONValue) {
        var (count, raw, effective) = (0, 0.0, 0.0)
        _ = try asked.rows(.coverage) { row in
            count += 1
            raw += row.real("raw_pct")
            effective += row.real("effective_pct")
            return .null
        }
        let rows = try asked.ask(.stats)["rows"] ?? .object([])
        let divisor = Double(max(1, count))
        return (
            "summary",
            .object([
                ("test_entities_count", rows["excluded_tests"] ?? .int(0)),
                ("total_files_with_coverage", .int(Int64(count))),
                ("avg_raw_coverage_pct", .number((raw / divisor).rounded2)),
                ("avg_effective_coverage_pct", .number((effective / divisor).rounded2)),
                ("ignored_files_count", rows["ignored_files"] ?? .int(0)),
            ])
        )
    }

    private func tests() throws -> (String, JSONValue) {
        let tests = try asked.rows(.tests) { row in
            .object([
                ("entity_name", row["name"] ?? .null), ("file_path", row["file"] ?? .null),
                ("language", row["language"] ?? .null),
                ("line_start", row["start_line"] ?? .null), ("line_end", row["end_line"] ?? .null),
                ("detection_reason", row["reason"] ?? .null),
            ])
        }
        return (
            "test_entities_excluded",
            .object([("total_count", .int(Int64(tests.count))), ("entities", .array(tests))])
        )
    }

    private func coverage() throws -> (String, JSONValue) {
        let files = try asked.rows(.coverage) { row in
            .object([
                ("file_path", row["file"] ?? .null), ("language", row["language"] ?? .null),
                ("source_word_count", row["source_words"] ?? .null),
                ("entity_word_count", row["entity_words"] ?? .null),
                ("import_word_count", row["import_words"] ?? .null),
                ("comment_word_count", row["comment_words"] ?? .null),
                ("raw_coverage_pct", row["raw_pct"] ?? .null),
                ("effective_coverage_pct", row["effective_pct"] ?? .null),
                ("entity_count", row["entity_count"] ?? .null),
            ])
        }
        return (
            "word_count_coverage",
            .object([("total_files", .int(Int64(files.count))), ("files", .array(files))])
        )
    }

    private func ignored() throws -> (String, JSONValue) {
        var counts: [String: Int] = [:]
        let files = try asked.rows(.ignored) { row in
            counts[row.text("extension"), default: 0] += 1
            return .object([
                ("file_path", row["file"] ?? .null), ("extension", row["extension"] ?? .null),
                ("reason", row["reason"] ?? .null),
            ])
        }
        return (
            "ignored_files",
            .object([
                ("total_count", .int(Int64(files.count))),
                (
                    "by_extension",
                    .object(
                        counts.sorted { $0.key < $1.key }.map { ($0.key, .int(Int64($0.value))) })
                ),
                ("files", .array(files)),
            ])
        )
    }
}

extension Double {
    /// To two digits behind the point.
    fileprivate var rounded2: Double { (self * 100).rounded() / 100 }
}
