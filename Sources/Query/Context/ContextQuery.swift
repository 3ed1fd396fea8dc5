// SPDX-License-Identifier: Apache-2.0
//
// What a language model should read to work on something, within a number of tokens: the thing
// itself, what it takes to understand it, and who uses it. Half of what the thing itself leaves
// goes to many others as short as they can be, by rank; the other half to the code of the first of
// them; and what is then left to more of either.

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
        /// What it is made of, where its own text is not all shown.
        case member
        /// What types and values it uses.
        case uses
        /// What it calls.
        case calls
        /// What calls it.
        case calledBy = "called by"
        /// What uses it otherwise.
        case usedBy = "used by"

        /// By place in the answer.
        public static func < (a: Reason, b: Reason) -> Bool {
            (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
        }
    }

    /// How much of an entity is shown.
    public enum Form: String, Sendable {
        /// With the first line of what is said of it.
        case signature
        /// The signature, and the lines that use what was asked for.
        case excerpt
        /// As many first lines as fit.
        case beginning
        case code
    }

    /// An entity of the answer.
    public struct Item: Sendable {
        /// What it is.
        public let entity: Entity
        /// Why it is there.
        public let reason: Reason
        /// Lines at which it uses what was asked for.
        public let lines: [Int]
        /// How much of it is shown.
        public let form: Form
        /// What is shown, below a line that says what it is and why it is there.
        public let text: String
        /// How many tokens that is, by the estimate.
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

    /// Never more than the budget, by the estimate: nothing at all if not even a line fits. What is
    /// defined elsewhere has no code, but users.
    public func run(_ reader: Reader, for key: String) throws -> Answer {
        let texts = try ContextTexts(reader)
        let focus = try texts.entity(key)
        let candidates = try ContextCandidates(reader, texts, of: focus)
        var choice = ContextChoice(texts, budget: budget)
        guard try choice.addFocus(focus, isAlone: candidates.isEmpty) else {
            return Answer(omittedCount: candidates.count + 1)
        }
        let shown = try choice.isFocusWhole ? candidates.without(partsOf: focus) : candidates
        try choice.fill(shown)
        return Answer(
            items: choice.items, tokenCount: budget - choice.left,
            omittedCount: shown.count + 1 - choice.items.count)
    }
}
