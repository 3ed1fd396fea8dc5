// SPDX-License-Identifier: Apache-2.0
//
// 'query coupling', 'query entropy' and 'query debt'.

import Query
import SegmentStore

extension Option {
    fileprivate static let byGroup = Option(
        name: "by", value: "level", help: "of what: type, file or folder (default: type)",
        words: .words(["type", "file", "folder"]))
    fileprivate static let byFile = Option(
        name: "by", value: "level", help: "of what: file or folder (default: file)",
        words: .words(["file", "folder"]))
}

extension Command {
    private enum CouplingLevel: String, CaseIterable {
        case type, file, folder

        var level: GraphLevel { GraphLevel(rawValue: rawValue) ?? .entity }
    }

    private static let byGroupOptions =
        [.byGroup, .kind, .resolution, .within, .shownCount, .offset] + Inquiry.options

    static let queryCoupling = Command(
        name: "query coupling", summary: "how types, files or folders hang on each other",
        details: """
            Of types: CBO, how many other types it uses or is used by; RFC, its methods and those that they \
            call; WMC, the sum of its methods' complexities; LCOM4, the parts its methods fall into by \
            shared fields and calls; LCOM of Henderson-Sellers, 0 if each method uses each field, 1 if each \
            field is used by one method, and above 1, but never above 2, if there are fields that none uses. \
            Of files and folders: what uses it, what it uses, and the share of its edges that stay in it. \
            Instability is uses / (uses + used by). \(wholeDetails)
            """,
        examples: ["segstore query coupling", "segstore query coupling --by folder"],
        options: byGroupOptions
    ) { arguments, output in
        let by = try arguments.choice(.byGroup, of: CouplingLevel.self) ?? .type
        let whole = try WholeInquiry(arguments, output, level: by.level)
        let graph = try whole.graph()
        if by == .type {
            let found = try graph.typeMeasures(limit: whole.limit, offset: whole.offset)
            try whole.answer(
                typeTable, found.types, of: found.total, nothing: "there are no types"
            ) { $0.member("by", by.rawValue) }
        } else {
            let found = try graph.groupMeasures(limit: whole.limit, offset: whole.offset)
            try whole.answer(
                groupTable, found.groups, of: found.total, nothing: "there are no files"
            ) { whole.describe(graph, $0) }
        }
        return .done
    }

    private static func share(_ value: Double?) -> String { value.map { Text.fixed($0, 2) } ?? "" }

    private static let typeTable = AnswerTable<TypeMeasures>(
        "types",
        AnswerTable<TypeMeasures>.labelColumns { $0.label } + [
            .init("cbo", heading: "CBO", .right) { .int($0.coupled) },
            .init("fan_in", heading: "in", .right) { .int($0.fanIn) },
            .init("fan_out", heading: "out", .right) { .int($0.fanOut) },
            .init("instability", heading: "I", .right, text: { share($0.instability) }) {
                .init($0.instability)
            },
            .init("rfc", heading: "RFC", .right) { .int($0.response) },
            .init("wmc", heading: "WMC", .right) { .int($0.weightedMethods) },
            .init("lcom4", heading: "LCOM4", .right) { .int($0.parts) },
            .init("lcom", heading: "LCOM", .right, text: { share($0.lackOfCohesion) }) {
                .init($0.lackOfCohesion)
            },
            .init("methods", heading: "methods", .right) { .int($0.methodCount) },
            .init("fields", heading: "fields", .right) { .int($0.fieldCount) },
        ],
        order: [
            "cbo", "fan_in", "fan_out", "instability", "rfc", "wmc", "lcom4", "lcom", "methods",
            "fields", "key", "line",
        ])

    private static let groupTable = AnswerTable<GroupMeasures>(
        "groups",
        [
            .init("afferent", heading: "used by", .right) { .int($0.afferent) },
            .init("efferent", heading: "uses", .right) { .int($0.efferent) },
            .init("instability", heading: "instability", .right, text: { share($0.instability) }) {
                .init($0.instability)
            },
            .init("cohesion", heading: "cohesion", .right, text: { share($0.cohesion) }) {
                .init($0.cohesion)
            },
            .init("inside", heading: "inside", .right) { .int($0.insideCount) },
            .init("outside", heading: "outside", .right) { .int($0.outsideCount) },
            .init("path", heading: "path") { .text($0.label.key) },
        ])

    static let queryEntropy = Command(
        name: "query entropy", summary: "how edges are spread over files or folders",
        details: """
            In bits: 0 if all edges of a file lead to one place, log2 n if they are spread evenly over n. \
            High where much is known of many others. \(wholeDetails)
            """,
        examples: ["segstore query entropy --by folder"],
        options: [.byFile, .kind, .resolution, .within, .shownCount, .offset] + Inquiry.options
    ) { arguments, output in
        let by = try arguments.choice(.byFile, of: EntropyLevel.self) ?? .file
        let whole = try WholeInquiry(
            arguments, output, level: GraphLevel(rawValue: by.rawValue) ?? .file)
        let graph = try whole.graph()
        let found = try graph.entropies(limit: whole.limit, offset: whole.offset)
        let degrees = graph.degreeEntropy()
        try whole.answer(
            entropyTable, found.groups, of: found.total, nothing: "nothing depends on anything"
        ) { json in
            whole.describe(graph, json)
            json.member("entropy", found.entropy)
            json.member("degree_entropy", degrees.degrees)
            json.member("edge_end_entropy", degrees.ends)
        }
        if arguments.format == .text, found.total > 0 {
            output.note(
                "all together \(Text.fixed(found.entropy, 2)) bits; of degrees \(Text.fixed(degrees.degrees, 2))"
            )
        }
        return .done
    }

    private enum EntropyLevel: String, CaseIterable { case file, folder }

    private static let entropyTable = AnswerTable<GroupMeasures>(
        "groups",
        [
            .init("entropy", heading: "bits", .right) { .float($0.entropy) },
            .init("outside_entropy", heading: "outside", .right) { .float($0.outsideEntropy) },
            .init("inside", heading: "edges inside", .right) { .int($0.insideCount) },
            .init("outside", heading: "outside", .right) { .int($0.outsideCount) },
            .init("path", heading: "path") { .text($0.label.key) },
        ])

    static let queryDebt = Command(
        name: "query debt", summary: "what it would take to put in order",
        details:
            """
            Minutes by these rules, which rank what to look at first; nobody's time was measured. \
            \(Debt.rules.map { "\($0.name): \($0.formula)" }.joined(separator: ". ")). The ratio is all \
            minutes by half an hour for each line of code; A up to 5 %, B up to 10, C up to 20, D up to 50.
            """,
        examples: ["segstore query debt --within src --top 10"],
        options: [.within, .shownCount, .offset] + Inquiry.options
    ) { arguments, output in
        let whole = try WholeInquiry(arguments, output)
        let debt = try Debt(
            whole.inquiry.reader, folder: arguments.folder, limit: whole.limit,
            offset: whole.offset)
        try whole.answer(debtTable, debt.items, of: debt.total, nothing: "nothing is owed") {
            json in
            json.member("minutes", debt.minutes)
            json.member("lines", debt.lineCount)
            json.member("ratio", debt.ratio)
            json.member("rating", debt.rating)
            json.object("minutes_by_rule") {
                for (rule, minutes) in debt.byRule { json.member(rule, minutes) }
            }
            json.object("formula") {
                for rule in Debt.rules { json.member(rule.name, rule.formula) }
            }
        }
        if arguments.format == .text {
            let rules = debt.byRule.filter { $0.minutes > 0 }.map {
                "\($0.rule) \(Text.count($0.minutes))"
            }
            output.note(
                "\(Text.count(debt.minutes)) minutes on \(Text.count(debt.lineCount, "line")), \(Text.fixed(debt.ratio * 100, 1)) % of half an hour a line: \(debt.rating)"
                    + (rules.isEmpty ? "" : "; \(rules.joined(separator: ", "))"))
        }
        return .done
    }

    private static let debtTable = AnswerTable<DebtItem>(
        "items",
        AnswerTable<DebtItem>.labelColumns { $0.label } + [
            .init(
                "minutes", heading: "minutes", .right,
                text: { Text.count($0.minutes) }
            ) { .float($0.minutes) },
            .init("reasons", heading: "why") {
                .amounts(
                    $0.reasons.map { ($0.rule, $0.minutes) }, names: "rule", amounts: "minutes")
            },
        ], order: ["minutes", "key", "line", "reasons"])
}
