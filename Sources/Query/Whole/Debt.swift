// SPDX-License-Identifier: Apache-2.0
//
// What it would take to put in order what makes a tree hard to change: minutes by rules that are
// told with the answer. It ranks; nobody's time is measured.

import CodeGraph
import SegmentStore

/// One reason for debt.
public struct DebtRule: Sendable {
    /// What it is called.
    public let name: String
    /// How many minutes it makes of what.
    public let formula: String
}

/// What an entity owes.
public struct DebtItem: Sendable {
    /// What it is.
    public let label: GraphNodeLabel
    /// All of it.
    public let minutes: Double
    /// By rule.
    public let reasons: [(rule: String, minutes: Double)]
}

/// The debt of a tree.
public struct Debt: Sendable {
    /// A page of what owes most.
    public var items: [DebtItem] = []
    /// How many owe anything.
    public var total = 0
    /// All of it.
    public var minutes = 0.0
    /// By rule.
    public var byRule: [(rule: String, minutes: Double)] = []
    /// Lines of all files' code, each counted once.
    public var lineCount = 0
    /// The debt by what it took to write: half an hour a line.
    public var ratio: Double {
        lineCount > 0 ? minutes / (Double(lineCount) * Self.minutesPerLine) : 0
    }
    /// A up to 5 %, B up to 10, C up to 20, D up to 50, E above, as SQALE has it.
    public var rating: String {
        switch ratio {
        case ...0.05: "A"
        case ...0.1: "B"
        case ...0.2: "C"
        case ...0.5: "D"
        default: "E"
        }
    }

    /// What a line took to write.
    public static let minutesPerLine = 30.0
    private static let complexityLimit = 10
    private static let lineLimit = 60
    private static let couplingLimit = 14
    private static let copyLineLimit = 10

    /// In the order in which reasons are listed.
    public static let rules = [
        DebtRule(
            name: "complexity",
            formula:
                "10 + 2 × (complexity - \(complexityLimit)) of a function above \(complexityLimit)"),
        DebtRule(
            name: "length", formula: "(lines - \(lineLimit)) / 2 of a function above \(lineLimit)"),
        DebtRule(
            name: "coupling",
            formula:
                "10 × (types that it uses - \(couplingLimit)) of a type that uses more than \(couplingLimit)"
        ),
        DebtRule(
            name: "cohesion",
            formula:
                "30 × (LCOM4 - 1) of a type with fields whose methods fall apart, without interfaces and methods that have no body"
        ),
        DebtRule(
            name: "cycle",
            formula: "60 for each file that is in a cycle of files, at its module"),
        DebtRule(
            name: "copy",
            formula:
                "20 for each function of \(copyLineLimit) lines or more that stands elsewhere too"),
    ]

    /// Looks at all entities.
    public init(_ reader: Reader, folder: String = "", limit: Int = 20, offset: Int = 0) throws {
        let map = try CodeMap(reader)
        let kinds = try map.words("kind")
        let files = try map.words("file")
        let starts = try map.values("start_line")
        let ends = try map.values("end_line")
        let complexities = try map.values("complexity")
        let isWithin = files.words.map { isPath($0, in: folder) }
        func isCounted(_ node: Int) -> Bool {
            files.numbers[node] >= 0 && isWithin[Int(files.numbers[node])]
        }
        func kind(_ node: Int) -> String {
            kinds.numbers[node] < 0 ? "" : kinds.words[Int(kinds.numbers[node])]
        }
        var owed = [[Double]?](repeating: nil, count: map.entityCount)
        func add(_ rule: Int, _ minutes: Double, to node: Int) {
            guard minutes > 0, isCounted(node) else { return }
            var reasons = owed[node] ?? Array(repeating: 0, count: Self.rules.count)
            reasons[rule] += minutes
            owed[node] = reasons
        }
        let isFunction = Set(["function", "method", "constructor"])
        for node in 0..<map.entityCount where isFunction.contains(kind(node)) {
            let complexity = Int(complexities[node])
            if complexity > Self.complexityLimit {
                add(0, 10 + 2 * (Double(complexity) - Double(Self.complexityLimit)), to: node)
            }
            let lines = lineSpan(starts[node], ends[node])
            add(1, Double(lines - Self.lineLimit) / 2, to: node)
        }
        let types = try TypeNodes(map)
        for (number, type) in types.types.enumerated() {
            let used = types.measures.coupling.groups[number].efferent
            add(2, 10 * Double(used - Self.couplingLimit), to: Int(type))
        }
        for (type, parts) in try BodyParts(map, types).parts {
            add(3, 30 * Double(parts - 1), to: type)
        }
        try Self.forEachFileInCycle(map, files, kinds) { add(4, 60, to: $0) }
        let hashes = try Self.copies(
            map,
            where: { node in
                isFunction.contains(kind(node))
                    && lineSpan(starts[node], ends[node]) >= Self.copyLineLimit
            })
        for node in hashes { add(5, 20, to: node) }

        byRule = Self.rules.map { ($0.name, 0) }
        var found: [(node: Int, minutes: Double)] = []
        for (node, reasons) in owed.enumerated() {
            guard let reasons else { continue }
            for (rule, minutes) in reasons.enumerated() { byRule[rule].minutes += minutes }
            found.append((node, reasons.reduce(0, +)))
        }
        minutes = byRule.reduce(0) { $0 + $1.minutes }
        total = found.count
        lineCount = Self.lineCount(map, files, isWithin, ends)
        found.sort { $0.minutes != $1.minutes ? $0.minutes > $1.minutes : $0.node < $1.node }
        for (node, minutes) in found.dropFirst(offset).prefix(limit) {
            let reasons = zip(Self.rules, owed[node] ?? []).filter { $0.1 > 0 }
            items.append(
                DebtItem(
                    label: GraphNodeLabel(try map.entity(node)), minutes: minutes,
                    reasons: reasons.map { ($0.0.name, $0.1) }))
        }
    }

    /// As far as entities reach.
    private static func lineCount(
        _ map: CodeMap, _ files: (numbers: [Int32], words: [String]), _ isWithin: [Bool],
        _ ends: [Int64]
    ) -> Int {
        var last = [Int64](repeating: 0, count: files.words.count)
        for node in 0..<map.entityCount where files.numbers[node] >= 0 {
            let file = Int(files.numbers[node])
            last[file] = max(last[file], ends[node])
        }
        return zip(last, isWithin).reduce(0) { $1.1 ? $0.plus(lineSpan(1, $1.0)) : $0 }
    }

    /// Calls `body` with the module of each file that depends on itself by way of others.
    private static func forEachFileInCycle(
        _ map: CodeMap, _ files: (numbers: [Int32], words: [String]),
        _ kinds: (numbers: [Int32], words: [String]), _ body: (Int) -> Void
    ) throws {
        let graph = map.graph.quotient(files.numbers, count: files.words.count)
        let components = StronglyConnected(graph)
        let parents = try map.parents()
        let module = kinds.words.firstIndex(of: "module").map { Int32($0) }
        var isDone = [Bool](repeating: false, count: files.words.count)
        for node in 0..<map.entityCount
        where kinds.numbers[node] == module && parents[node] < 0 && files.numbers[node] >= 0 {
            let file = Int(files.numbers[node])
            guard !isDone[file], components.members.size(Int(components.components[file])) > 1
            else { continue }
            isDone[file] = true
            body(node)
        }
    }

    /// Those whose content another one has too.
    private static func copies(_ map: CodeMap, where isMeant: (Int) -> Bool) throws -> [Int] {
        var seen: [String: Int] = [:]
        var found: [Int] = []
        for node in 0..<map.entityCount where isMeant(node) {
            let hash = try map.text(node, "content_hash")
            if let first = seen[hash] {
                if first >= 0 { found.append(first) }
                seen[hash] = -1
                found.append(node)
            } else {
                seen[hash] = node
            }
        }
        return found.sorted()
    }
}
