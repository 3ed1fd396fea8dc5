// SPDX-License-Identifier: Apache-2.0
//
// What a language model should read to work on something, within a number of tokens: the thing
// itself, what it takes to understand it, and who uses it. First everything is put in as short as it
// can be, by rank; then what is left of the budget makes code of signatures, by rank again.

import CodeGraph
import SegmentStore

/// The best context for an entity within a budget.
public struct ContextQuery: Sendable {
    /// Tokens that the texts of the answer may have together.
    public var budget: Int

    /// With so many tokens.
    public init(budget: Int) { self.budget = budget }

    /// Why something is in the answer; the order is that of the answer.
    public enum Reason: String, Sendable, CaseIterable, Comparable {
        case focus
        /// What contains it.
        case parent
        /// What it extends or implements.
        case base
        /// What it is made of.
        case member
        /// What types and values it uses.
        case uses
        /// What it calls.
        case calls
        /// What calls it.
        case calledBy = "called by"
        /// What uses it otherwise.
        case usedBy = "used by"

        public static func < (a: Reason, b: Reason) -> Bool {
            (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
        }
    }

    /// How much of an entity is shown.
    public enum Form: String, Sendable { case signature, code }

    /// An entity of the answer.
    public struct Item: Sendable {
        /// What it is.
        public let entity: Entity
        /// Why it is there.
        public let reason: Reason
        /// Lines at which it is used, or uses what was asked for.
        public let lines: [Int]
        /// How much of it is shown.
        public let form: Form
        /// What is shown, with a line that says what it is.
        public let text: String
        /// How many tokens that is.
        public let tokenCount: Int
    }

    /// What was chosen.
    public struct Answer: Sendable {
        /// What was asked for first.
        public var items: [Item] = []
        /// All texts together.
        public var tokenCount = 0
        /// What would have been of use, but did not fit.
        public var omittedCount = 0
    }

    /// So many of a kind are looked at.
    private static let candidateLimit = 200

    /// Never more than the budget, by the estimate: nothing at all if not even a line fits.
    public func run(_ reader: Reader, for key: String) throws -> Answer {
        let texts = try EntityTexts(reader)
        var chosen: [Choice] = []
        var left = budget
        guard let focus = try texts.entity(key) else { return Answer() }
        let candidates = try Candidates(reader, texts, of: focus, limit: Self.candidateLimit)
        var answer = Answer()

        func add(_ choice: Choice) -> Bool {
            guard choice.tokenCount <= left else { return false }
            left -= choice.tokenCount
            chosen.append(choice)
            return true
        }
        // Most of the budget at most, where something else is to be understood with it.
        let isAlone = candidates.all.isEmpty
        let share = isAlone ? budget : budget - budget / 4
        let whole = Choice(focus, .focus, [], try texts.code(focus), .code)
        if whole.tokenCount <= share {
            _ = add(whole)
        } else if !add(
            Choice(focus, .focus, [], try texts.beginning(focus, tokens: share), .code)),
            !add(Choice(focus, .focus, [], try texts.signature(focus), .signature))
        {
            return Answer(omittedCount: candidates.all.count + 1)
        }
        var fitting: [Int] = []
        for candidate in candidates.all {
            let text = try texts.signature(candidate.entity)
            let choice = Choice(
                candidate.entity, candidate.reason, candidate.lines, text, .signature)
            if add(choice) { fitting.append(chosen.count - 1) } else { answer.omittedCount += 1 }
        }
        // What is short says most for its tokens; a parent's code has what was asked for in it.
        for index in fitting where chosen[index].reason != .parent {
            let short = chosen[index]
            let code = Choice(
                short.entity, short.reason, short.lines, try texts.code(short.entity), .code)
            let more = code.tokenCount - short.tokenCount
            guard more <= left, code.tokenCount <= budget / 4 else { continue }
            left -= more
            chosen[index] = code
        }
        answer.items = chosen.enumerated().sorted {
            $0.element.reason != $1.element.reason
                ? $0.element.reason < $1.element.reason : $0.offset < $1.offset
        }.map(\.element.item)
        answer.tokenCount = budget - left
        return answer
    }

    private struct Choice {
        let entity: Entity
        let reason: Reason
        let lines: [Int]
        let form: Form
        let text: String
        let tokenCount: Int

        init(
            _ entity: Entity, _ reason: Reason, _ lines: [Int], _ body: String, _ form: Form
        ) {
            self.entity = entity
            self.reason = reason
            self.lines = lines
            self.form = form
            text = "\(Self.heading(entity, reason, lines))\n\(body)\n"
            tokenCount = TokenCount.estimate(text)
        }

        private static let shownLineCount = 3

        private static func heading(_ entity: Entity, _ reason: Reason, _ lines: [Int]) -> String {
            let shown = lines.prefix(shownLineCount).map(String.init).joined(separator: ", ")
            let places = lines.isEmpty ? "" : " at line \(shown)"
            let what = reason == .focus ? "" : "\(reason.rawValue)\(places): "
            return
                "## \(what)\(entity.kind) \(entity.qualifiedName), \(entity.file):\(entity.startLine)-\(entity.endLine)"
        }

        var item: Item {
            Item(
                entity: entity, reason: reason, lines: lines, form: form, text: text,
                tokenCount: tokenCount)
        }
    }
}

/// What there is to read of entities.
private struct EntityTexts {
    private let entities: EntityReader
    private let code: Int
    private let doc: Int

    init(_ reader: Reader) throws {
        entities = try EntityReader(reader)
        code = try reader.column("code", of: entities.relation)
        doc = try reader.column("doc", of: entities.relation)
    }

    /// Nil if it is none of the tree.
    func entity(_ key: String) throws -> Entity? {
        try entities.reader.find(entities.relation, key: key).map { try entities.entity($0) }
    }

    func parent(_ entity: Entity) throws -> Entity? {
        guard let row = try entities.reader.find(entities.relation, key: entity.key),
            let key = try entities.reader.string(entities.relation, row, entities.parent)
        else { return nil }
        return try self.entity(key)
    }

    func code(_ entity: Entity) throws -> String {
        guard let row = try entities.reader.find(entities.relation, key: entity.key) else {
            return ""
        }
        let text = try entities.text(row, code)
        return text.isEmpty ? entity.signature : text
    }

    /// With the first line of what is said of it.
    func signature(_ entity: Entity) throws -> String {
        guard let row = try entities.reader.find(entities.relation, key: entity.key) else {
            return entity.signature
        }
        let doc = try entities.text(row, doc).split(separator: "\n").first.map(String.init) ?? ""
        let signature = entity.signature.isEmpty ? entity.name : entity.signature
        return doc.isEmpty ? signature : "\(doc)\n\(signature)"
    }

    /// As many of its first lines as fit, and how many there are more.
    func beginning(_ entity: Entity, tokens: Int) throws -> String {
        let lines = try code(entity).split(separator: "\n", omittingEmptySubsequences: false)
        // The heading, and the line that says so.
        var left = tokens - 60
        var kept: [Substring] = []
        for line in lines {
            left -= TokenCount.estimate(String(line) + "\n")
            if left < 0 { break }
            kept.append(line)
        }
        let missing = lines.count - kept.count
        return (kept.map(String.init) + ["… \(missing) lines more"]).joined(separator: "\n")
    }
}

/// What may be of use, the most useful first.
private struct Candidates {
    struct Candidate {
        let entity: Entity
        let reason: ContextQuery.Reason
        let lines: [Int]
    }

    private(set) var all: [Candidate] = []

    init(_ reader: Reader, _ texts: EntityTexts, of focus: Entity, limit: Int) throws {
        var seen: Set<String> = [focus.key]
        func add(_ entity: Entity?, _ reason: ContextQuery.Reason, _ lines: [Int] = []) {
            guard let entity, seen.insert(entity.key).inserted else { return }
            all.append(Candidate(entity: entity, reason: reason, lines: lines))
        }
        var upper = try texts.parent(focus)
        while let entity = upper, !seen.contains(entity.key) {
            // A file says nothing that its path does not.
            if entity.kind != "module" { add(entity, .parent) }
            seen.insert(entity.key)
            upper = try texts.parent(entity)
        }
        var found: [(order: Int, reason: ContextQuery.Reason, edge: Dependency)] = []
        for direction in [Direction.outgoing, .incoming] {
            var query = DependencyQuery()
            query.direction = direction
            query.filter.resolutions = ["exact", "probable"]
            for edge in try query.run(reader, from: focus.key).edges {
                guard let reason = Self.reason(edge, direction) else { continue }
                let doubt = edge.resolution == "exact" ? 0 : 100
                found.append((doubt + Self.rank(reason), reason, edge))
            }
        }
        // Of each reason in turn, so that no one of them takes all there is.
        var groups = Dictionary(grouping: found) { $0.reason }
        for (reason, edges) in groups {
            groups[reason] = edges.sorted { a, b in
                a.order != b.order
                    ? a.order < b.order
                    : a.edge.count != b.edge.count
                        ? a.edge.count > b.edge.count
                        : (a.edge.from, a.edge.to) < (b.edge.from, b.edge.to)
            }
        }
        let order = groups.keys.sorted()
        for round in 0..<limit {
            for reason in order {
                guard let group = groups[reason], round < group.count else { continue }
                let edge = group[round].edge
                let isOut = edge.from == focus.key
                add(try texts.entity(isOut ? edge.to : edge.from), reason, isOut ? [] : edge.lines)
            }
        }
    }

    private static func rank(_ reason: ContextQuery.Reason) -> Int {
        ContextQuery.Reason.allCases.firstIndex(of: reason) ?? 0
    }

    private static func reason(
        _ edge: Dependency, _ direction: Direction
    ) -> ContextQuery.Reason? {
        switch (edge.kind, direction) {
        case ("contains", .outgoing): .member
        case ("contains", .incoming): nil
        case ("extends", .outgoing), ("implements", .outgoing): .base
        case ("calls", .outgoing): .calls
        case (_, .outgoing): .uses
        case ("calls", .incoming): .calledBy
        case (_, .incoming): .usedBy
        }
    }
}
