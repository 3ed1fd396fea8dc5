// SPDX-License-Identifier: Apache-2.0
//
// A tool's answer: text for models, and the same as JSON, neither of which has more tokens than are
// given. What does not fit is left out row by row, and said.

import Exchange
import Query

/// Rows of one kind.
struct MCPSection {
    struct Row {
        let text: String
        let value: JSONValue
    }

    let name: String
    /// Above the rows, where there are several sections.
    var heading: String?
    var rows: [Row]
    /// How many there are, those too that are not among the rows.
    var total: Int
}

struct MCPAnswer {
    /// What stands before the rows: a line each, and members.
    var lines: [String] = []
    var head: [(name: String, value: JSONValue)] = []
    var sections: [MCPSection] = []
    /// Of an answer with one section: where its first row is in the whole list.
    var offset = 0
    /// Nil if nothing can go on.
    var generation: UInt64?
    var notes: [String] = []

    /// The members of the tool's result.
    struct Result {
        let members: [(name: String, value: JSONValue)]

        /// What went wrong, and as many of the lines below it as so many tokens allow.
        static func failure(_ text: String, _ lines: [String], tokens budget: Int) -> Result {
            let beginning = String(text.prefix(400))
            var count = TokenCount.estimate(beginning) + 12
            var shown = [beginning]
            for line in lines {
                count += TokenCount.estimate(line) + 1
                if count > budget { break }
                shown.append(line)
            }
            let left = lines.count - (shown.count - 1)
            if left > 0 { shown.append("and \(left) more") }
            return failure(shown.joined(separator: "\n"))
        }

        static func failure(_ text: String) -> Result {
            Result(members: [
                ("content", Self.content(text)), ("isError", .bool(true)),
            ])
        }

        fileprivate static func content(_ text: String) -> JSONValue {
            .array([.object([("type", .string("text")), ("text", .string(text))])])
        }
    }

    /// What is fewer could not even say what is missing.
    static let leastTokens = 200
    static let defaultTokens = 4000
    static let mostTokens = 100_000
    /// For what is said of the rows: how many there are, and where they go on.
    private static let tailTokens = 80
    /// For how many rows of a section are shown, of how many.
    private static let sectionTokens = 14

    /// How many tokens there are besides those lines and that value.
    static func room(_ budget: Int, _ lines: [String], _ value: JSONValue) -> Int {
        let taken = max(
            TokenCount.estimate(lines.joined(separator: "\n")), TokenCount.estimate(value.text))
        return max(0, budget - taken - tailTokens)
    }

    func result(tokens budget: Int) -> Result {
        var shown = sections.map { _ in 0 }
        var textTokens = Self.tailTokens + tokens(lines.joined(separator: "\n"))
        var valueTokens = Self.tailTokens + tokens(JSONValue.object(head).text)
        for note in notes {
            textTokens += tokens(note)
            valueTokens += tokens(note) + 4
        }
        for section in sections {
            textTokens += tokens(section.heading ?? "") + 4
            valueTokens += tokens(section.name) + 8
            if sections.count > 1 {
                textTokens += Self.sectionTokens
                valueTokens += Self.sectionTokens
            }
        }
        // One of each section in turn, so that none takes all of it.
        var isFull = false
        for index in 0..<(sections.map(\.rows.count).max() ?? 0) where !isFull {
            for (number, section) in sections.enumerated() where index < section.rows.count {
                let row = section.rows[index]
                let (text, value) = (tokens(row.text) + 1, tokens(row.value.text) + 1)
                guard textTokens + text <= budget, valueTokens + value <= budget else {
                    isFull = true
                    break
                }
                textTokens += text
                valueTokens += value
                shown[number] += 1
            }
        }
        let made = result(shown)
        // Where one thing alone is too much, such as a key of thousands of bytes.
        let needed = max(tokens(made.text), tokens(made.value.text))
        guard needed <= budget else {
            return .failure("the answer has \(needed) tokens: give as many max_tokens")
        }
        return made.result
    }

    private func tokens(_ text: String) -> Int { TokenCount.estimate(text) }

    private struct Made {
        let text: String
        let value: JSONValue

        var result: Result {
            Result(members: [
                ("content", Result.content(text)), ("structuredContent", value),
                ("isError", .bool(false)),
            ])
        }
    }

    private func result(_ shown: [Int]) -> Made {
        var lines = lines
        var members = head
        for (section, count) in zip(sections, shown) {
            if let heading = section.heading {
                lines.append(
                    heading + (count < section.total ? " (\(count) of \(section.total))" : ""))
            }
            lines += section.rows[..<count].map(\.text)
            members.append((section.name, .array(section.rows[..<count].map(\.value))))
        }
        var notes = notes
        if sections.count > 1 {
            for (section, count) in zip(sections, shown) where count < section.total {
                notes.append("\(section.name): \(count) of \(section.total)")
            }
        }
        lines += self.notes
        var next: String?
        if sections.count == 1, let section = sections.first, let count = shown.first {
            let end = offset + count
            members.append(("total", .int(Int64(section.total))))
            if let generation {
                if end < section.total, count > 0 {
                    next = PageCursor(generation: generation, offset: end).text
                    lines.append(
                        "\(count) of \(section.total) shown; more with cursor \(next ?? "")")
                }
                members.append(("next_cursor", next.map { .string($0) } ?? .null))
            } else if end < section.total {
                lines.append("\(count) of \(section.total) shown")
            }
            if end < section.total, count == 0 {
                lines.append("none of \(section.total) fits: give more max_tokens")
            }
        }
        members.append(("notes", .array(notes.map { .string($0) })))
        return Made(text: lines.joined(separator: "\n"), value: .object(members))
    }
}
