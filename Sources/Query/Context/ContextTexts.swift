// SPDX-License-Identifier: Apache-2.0
//
// What there is to read of entities, in the forms that answers have.

import SegmentStore

struct ContextTexts {
    private let entities: EntityReader
    private let code: Int
    private let doc: Int

    init(_ reader: Reader) throws {
        entities = try EntityReader(reader)
        code = try reader.column("code", of: entities.relation)
        doc = try reader.column("doc", of: entities.relation)
    }

    func entity(_ key: String) throws -> Entity { try entities.entity(key: key) }

    /// What contains it; nil for what is in nothing.
    func parent(_ entity: Entity) throws -> Entity? {
        guard let row = try row(entity),
            let key = try entities.reader.string(entities.relation, row, entities.parent)
        else { return nil }
        let parent = try self.entity(key)
        return parent.isEntity ? parent : nil
    }

    func item(
        _ candidate: ContextCandidate, _ form: ContextQuery.Form
    ) throws -> ContextQuery.Item {
        let entity = candidate.entity
        let body =
            switch form {
            case .code: try code(entity)
            case .excerpt: try excerpt(entity, candidate.lines)
            case .signature, .beginning: try signature(entity)
            }
        return Self.item(candidate, form, body)
    }

    /// As many of its first lines as fit, and how many there are more; nil if not one does.
    func beginning(
        _ candidate: ContextCandidate, tokenCount: Int
    ) throws -> ContextQuery.Item? {
        let lines = try code(candidate.entity).split(
            separator: "\n", omittingEmptySubsequences: false)
        func item(_ count: Int) -> ContextQuery.Item {
            let body = lines.prefix(count) + ["… \(lines.count - count) more lines"]
            return Self.item(candidate, .beginning, body.joined(separator: "\n"))
        }
        // The most lines that fit; more lines are not fewer tokens.
        var (fitting, tooMany) = (0, lines.count)
        while tooMany - fitting > 1 {
            let middle = fitting + (tooMany - fitting) / 2
            if item(middle).tokenCount <= tokenCount { fitting = middle } else { tooMany = middle }
        }
        guard fitting > 0 else { return nil }
        let longest = item(fitting)
        return longest.tokenCount <= tokenCount ? longest : nil
    }

    private static func item(
        _ candidate: ContextCandidate, _ form: ContextQuery.Form, _ body: String
    ) -> ContextQuery.Item {
        let text = candidate.heading + "\n" + (body.isEmpty ? "" : body + "\n")
        return ContextQuery.Item(
            entity: candidate.entity, reason: candidate.reason, lines: candidate.lines, form: form,
            text: text, tokenCount: TokenCount.estimate(text))
    }

    private func row(_ entity: Entity) throws -> RowID? {
        try entities.reader.find(entities.relation, key: entity.key)
    }

    private func code(_ entity: Entity) throws -> String {
        guard let row = try row(entity) else { return "" }
        let text = try entities.text(row, code)
        return text.isEmpty ? entity.signature : text
    }

    /// With the first line of what is said of it.
    private func signature(_ entity: Entity) throws -> String {
        guard let row = try row(entity) else { return "" }
        let doc = try entities.text(row, doc).split(separator: "\n").first.map(String.init)
        let signature = entity.signature.isEmpty ? entity.name : entity.signature
        return doc.map { "\($0)\n\(signature)" } ?? signature
    }

    private static let shownLineCount = 3

    /// The signature, and of the lines those that are in its code.
    private func excerpt(_ entity: Entity, _ lines: [Int]) throws -> String {
        let signature = entity.signature.isEmpty ? entity.name : entity.signature
        guard let row = try row(entity) else { return signature }
        let code = try entities.text(row, code).split(
            separator: "\n", omittingEmptySubsequences: false)
        let used = lines.lazy.map { $0 - entity.startLine }.filter { $0 > 0 && $0 < code.count }
        let shown = used.prefix(Self.shownLineCount).map { line in
            "\(entity.startLine + line): \(code[line].drop { $0 == " " || $0 == "\t" })"
        }
        return ([signature] + shown).joined(separator: "\n")
    }
}
