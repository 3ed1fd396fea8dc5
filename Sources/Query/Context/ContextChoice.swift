// SPDX-License-Identifier: Apache-2.0
//
// What of the candidates is in the answer, and how much of each.

/// Spends the budget.
struct ContextChoice {
    private let texts: ContextTexts
    private let budget: Int
    private var chosen: [ContextQuery.Item] = []
    /// What of the budget is not spent.
    private(set) var left: Int

    init(_ texts: ContextTexts, budget: Int) {
        self.texts = texts
        self.budget = budget
        left = budget
    }

    /// All that was chosen, by reason, each as it was ranked.
    var items: [ContextQuery.Item] {
        chosen.enumerated().sorted { a, b in
            a.element.reason != b.element.reason
                ? a.element.reason < b.element.reason : a.offset < b.offset
        }.map(\.element)
    }

    /// Whether nothing of the code of what was asked for is missing.
    var isFocusWhole: Bool { chosen.first?.form == .code }

    /// False if nothing of it fits. Others, if there are any, get a quarter of the budget at least,
    /// and half where code that does not fit is cut: then they are the rest of it, or as long.
    mutating func addFocus(_ focus: Entity, isAlone: Bool) throws -> Bool {
        let share = isAlone ? budget : budget - budget / 4
        let candidate = ContextCandidate(entity: focus, reason: .focus, lines: [])
        if focus.isEntity {
            let whole = try texts.item(candidate, .code)
            if whole.tokenCount <= share { return add(whole) }
            if let part = try texts.beginning(
                candidate, tokenCount: isAlone ? budget : budget / 2)
            {
                return add(part)
            }
        }
        return add(try texts.item(candidate, .signature))
    }

    mutating func fill(_ candidates: ContextCandidates) throws {
        let depth = left / 4
        var rest = candidates.makeIterator()
        try addShort(&rest, leaving: left - left / 2)
        try lengthen(atMost: depth)
        try addShort(&rest, leaving: 0)
        try lengthen(atMost: left)
    }

    /// Adds what comes next in short, while more than so many tokens are left.
    private mutating func addShort(
        _ rest: inout ContextCandidates.Iterator, leaving least: Int
    ) throws {
        while left > max(least, Self.leastTokenCount), let candidate = try rest.next() {
            let form: ContextQuery.Form = candidate.lines.isEmpty ? .signature : .excerpt
            if try !add(texts.item(candidate, form)), form == .excerpt {
                _ = try add(texts.item(candidate, .signature))
            }
        }
    }

    /// Nothing can be said in less.
    private static let leastTokenCount = 12

    private mutating func add(_ item: ContextQuery.Item) -> Bool {
        guard item.tokenCount <= left else { return false }
        left -= item.tokenCount
        chosen.append(item)
        return true
    }

    /// Makes code of what is short, but of a parent, whose code has what was asked for in it.
    private mutating func lengthen(atMost limit: Int) throws {
        for index in shortIndexes where left >= Self.leastTokenCount {
            let short = chosen[index]
            let candidate = ContextCandidate(
                entity: short.entity, reason: short.reason, lines: short.lines)
            let code = try texts.item(candidate, .code)
            let more = code.tokenCount - short.tokenCount
            guard more <= left, code.tokenCount <= limit else { continue }
            left -= more
            chosen[index] = code
        }
    }

    private var shortIndexes: [Int] {
        chosen.indices.filter {
            let item = chosen[$0]
            return item.form != .code && item.reason != .focus && item.reason != .parent
        }
    }
}
