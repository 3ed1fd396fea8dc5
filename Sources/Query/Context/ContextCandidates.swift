// SPDX-License-Identifier: Apache-2.0
//
// What may be of use to who works on an entity, the most useful first.

import CodeGraph
import SegmentStore

/// An entity, and what it has to do with what was asked for.
struct ContextCandidate {
    let entity: Entity
    let reason: ContextQuery.Reason
    /// At which it uses that.
    let lines: [Int]

    private static let shownLineCount = 3

    /// Says what it is, where, and why it is there.
    var heading: String {
        let shown = lines.prefix(Self.shownLineCount).map(String.init).joined(separator: ", ")
        let places = lines.isEmpty ? "" : " at line \(shown)"
        let why = reason == .focus ? "" : "\(reason.rawValue)\(places): "
        let place =
            entity.isEntity
            ? "\(entity.file):\(entity.startLine)-\(entity.endLine)" : "defined elsewhere"
        return "## \(why)\(entity.kind) \(entity.qualifiedName), \(place)"
    }
}

/// The neighbours of an entity. They are kept as keys: most of many are never read.
struct ContextCandidates {
    private struct Neighbour {
        let key: String
        let reason: ContextQuery.Reason
        let lines: [Int]
    }

    private let texts: ContextTexts
    private var neighbours: [Neighbour] = []

    var count: Int { neighbours.count }
    var isEmpty: Bool { neighbours.isEmpty }

    init(_ reader: Reader, _ texts: ContextTexts, of focus: Entity) throws {
        self.texts = texts
        var seen: Set = [focus.key]
        var upper = try texts.parent(focus)
        while let entity = upper, seen.insert(entity.key).inserted {
            // A file says nothing that its path does not.
            if entity.kind != "module" {
                neighbours.append(Neighbour(key: entity.key, reason: .parent, lines: []))
            }
            upper = try texts.parent(entity)
        }
        for edge in Self.inTurn(try Self.edges(reader, of: focus)) {
            guard seen.insert(edge.far).inserted else { continue }
            neighbours.append(Neighbour(key: edge.far, reason: edge.reason, lines: edge.lines))
        }
    }

    /// Without what is read already with the whole of `entity`.
    func without(partsOf entity: Entity) throws -> Self {
        var others = self
        try others.neighbours.removeAll { neighbour in
            guard neighbour.reason < .calledBy, neighbour.reason != .parent,
                KeyParts(neighbour.key).file == entity.file
            else { return false }
            let other = try texts.entity(neighbour.key)
            return other.startLine >= entity.startLine && other.endLine <= entity.endLine
        }
        return others
    }

    // MARK: - Order

    private struct RankedEdge {
        let far: String
        let reason: ContextQuery.Reason
        let isExact: Bool
        let count: Int
        let lines: [Int]

        /// Surest first, then what is met most often, then by key.
        static func precedes(_ a: Self, _ b: Self) -> Bool {
            if a.isExact != b.isExact { return a.isExact }
            return a.count != b.count ? a.count > b.count : a.far < b.far
        }
    }

    private static func edges(_ reader: Reader, of focus: Entity) throws -> [RankedEdge] {
        var found: [RankedEdge] = []
        for direction in [Direction.outgoing, .incoming] {
            var query = DependencyQuery()
            query.direction = direction
            // Whoever uses what is defined elsewhere can be no surer of it.
            query.filter.resolutions = focus.isEntity ? ["exact", "probable"] : nil
            for edge in try query.run(reader, from: focus.key).edges {
                guard let reason = reason(edge.kind, direction) else { continue }
                let isOut = direction == .outgoing
                found.append(
                    RankedEdge(
                        far: isOut ? edge.to : edge.from, reason: reason,
                        isExact: edge.resolution == "exact", count: edge.count,
                        lines: isOut ? [] : edge.lines))
            }
        }
        return found
    }

    /// One of each reason in turn, so that none of them takes all there is.
    private static func inTurn(_ edges: [RankedEdge]) -> [RankedEdge] {
        let groups = Dictionary(grouping: edges, by: \.reason).sorted { $0.key < $1.key }
            .map { $0.value.sorted(by: RankedEdge.precedes) }
        return (0..<(groups.map(\.count).max() ?? 0)).flatMap { round in
            groups.compactMap { round < $0.count ? $0[round] : nil }
        }
    }

    private static func reason(_ kind: String, _ direction: Direction) -> ContextQuery.Reason? {
        switch (kind, direction) {
        case ("contains", .outgoing): .member
        case ("contains", .incoming): nil
        case ("extends", .outgoing), ("implements", .outgoing): .base
        case ("calls", .outgoing): .calls
        case (_, .outgoing): .uses
        case ("calls", .incoming): .calledBy
        case (_, .incoming): .usedBy
        }
    }

    // MARK: - One after the other

    struct Iterator {
        fileprivate let candidates: ContextCandidates
        private var index = 0

        fileprivate init(_ candidates: ContextCandidates) { self.candidates = candidates }

        mutating func next() throws -> ContextCandidate? {
            guard index < candidates.count else { return nil }
            let neighbour = candidates.neighbours[index]
            index += 1
            return ContextCandidate(
                entity: try candidates.texts.entity(neighbour.key), reason: neighbour.reason,
                lines: neighbour.lines)
        }
    }

    func makeIterator() -> Iterator { Iterator(self) }
}
