// SPDX-License-Identifier: Apache-2.0
//
// What may break if something is changed: all that depends on it, by distance.

import CodeGraph
import SegmentStore

/// What depends on an entity, or on what it contains, nearest first.
public struct ImpactQuery: Sendable {
    /// Steps; `Int.max` for all.
    public var depth = Int.max
    /// Which edges are followed; what contains something does not depend on it.
    public var filter: EdgeFilter
    /// Entities in the answer.
    public var limit = Int.max
    /// Entities to pass over.
    public var offset = 0

    /// Follows all edges that something needs.
    public init() {
        filter = EdgeFilter()
        filter.withoutKinds = ["contains"]
        filter.resolutions = ["exact", "probable", "ambiguous", CodeGraph.externalKind]
    }

    /// Something that depends on it.
    public struct Affected: Sendable {
        /// What it is.
        public let entity: Entity
        /// Steps to what was asked for.
        public let distance: Int
        /// What it depends on, one step nearer.
        public let through: String
        /// The kind of that edge.
        public let kind: String
        /// How sure the least sure edge of the surest shortest path is.
        public let resolution: String
        /// Whether it is a test.
        public let isTest: Bool
    }

    /// What was found.
    public struct Answer: Sendable {
        /// Nearest first, then in the order of their keys.
        public var affected: [Affected] = []
        /// How many there are at distance 1, 2, …
        public var countByDistance: [Int] = []
        /// In how many files they are.
        public var fileCount = 0
        /// Tests among them; those that the store left out are not known.
        public var testCount = 0
        /// References by the name of it to which no definition was found.
        public var unresolvedCount = 0
        /// All, those too that are not in the answer.
        public var total: Int { countByDistance.reduce(0, +) }
        /// Edges between what is in the answer, for a picture of it.
        public var edges: [Dependency] = []
    }

    /// Starts from the entity and all that it contains.
    public func run(_ reader: Reader, of key: String) throws -> Answer {
        var answer = try run(reader, from: Self.withMembers(key, reader))
        answer.unresolvedCount = try UnresolvedNames.count(toNamesOf: key, EdgeReader(reader))
        return answer
    }

    /// Starts from just these.
    public func run(_ reader: Reader, from starts: [String]) throws -> Answer {
        let walk = try LevelWalk(reader, .incoming, filter)
        var found: [Found] = []
        // Where a node is among those found, behind what was asked for itself.
        var places = NodeTable()
        for start in starts {
            if let node = try walk.nodes.number(of: start) { places[node] = 0 }
        }
        try walk.run(from: starts, depth: depth) { edges in
            let level = found.count
            for edge in edges {
                let near = places[edge.near] ?? 0
                let doubt = max(
                    near > 0 ? found[near - 1].doubt : 0,
                    Self.doubt(try walk.edges.resolution(edge.row)))
                if let place = places[edge.far] {
                    // The same distance by a surer path.
                    if place > level, doubt < found[place - 1].doubt {
                        found[place - 1] = Found(edge: edge, doubt: doubt)
                    }
                } else {
                    found.append(Found(edge: edge, doubt: doubt))
                    places[edge.far] = found.count
                }
            }
            found[level...].sort { walk.nodes.precedes($0.edge.far, $1.edge.far) }
            for place in level..<found.count { places[found[place].edge.far] = place + 1 }
        }
        return try answer(found, walk)
    }

    private struct Found {
        let edge: WalkedEdge
        let doubt: Int
    }

    /// What is defined elsewhere is so by the language's own rules.
    private static let doubts = [
        "exact", CodeGraph.externalKind, "probable", "ambiguous", CodeGraph.unresolvedKind,
    ]

    /// How far from sure an edge is.
    static func doubt(_ resolution: String) -> Int {
        doubts.firstIndex(of: resolution) ?? doubts.count - 1
    }

    private func answer(_ found: [Found], _ walk: LevelWalk) throws -> Answer {
        var answer = Answer()
        let reader = walk.edges.reader
        let entities = try EntityReader(reader)
        var files = Set<FileNumber>()
        for (place, item) in found.enumerated() {
            let edge = item.edge
            while answer.countByDistance.count < edge.depth { answer.countByDistance.append(0) }
            answer.countByDistance[edge.depth - 1] += 1
            let row = try walk.nodes.row(edge.far, of: entities)
            let isTest = try row.map { try entities.isTest($0) } ?? false
            if isTest { answer.testCount += 1 }
            if let row { files.insert(try FileNumber(row, entities)) }
            guard place >= offset, place - offset < limit else { continue }
            let (own, near) = (try walk.nodes.key(edge.far), try walk.nodes.key(edge.near))
            answer.affected.append(
                Affected(
                    entity: try row.map { try entities.entity($0) } ?? Entity(outside: own),
                    distance: edge.depth, through: near, kind: try walk.edges.kind(edge.row),
                    resolution: Self.doubts[item.doubt], isTest: isTest))
            answer.edges.append(
                try walk.edges.dependency(edge.row, from: own, to: near, edge.depth))
        }
        answer.fileCount = try FileNumber.count(files, entities)
        return answer
    }

    /// A file as a segment numbers it.
    private struct FileNumber: Hashable {
        let part: Int32
        let number: Int64

        init(_ row: RowID, _ entities: EntityReader) throws {
            part = row.part
            number = try entities.reader.int(entities.relation, row, entities.file) ?? -1
        }

        /// How many files they are: several segments may have rows of one.
        static func count(_ files: Set<FileNumber>, _ entities: EntityReader) throws -> Int {
            if Set(files.map(\.part)).count < 2 { return files.count }
            let paths = try files.map {
                try entities.reader.string(
                    part: Int($0.part), number: $0.number, domain: CodeGraph.fileDomain)
            }
            return Set(paths).count
        }
    }

    /// A key and those of all that its entity contains.
    static func withMembers(_ key: String, _ reader: Reader) throws -> [String] {
        var filter = EdgeFilter()
        filter.kinds = ["contains"]
        let walk = try LevelWalk(reader, .outgoing, filter)
        var keys = [key]
        var seen = Set(try walk.nodes.number(of: key).map { [$0] } ?? [])
        try walk.run(from: [key], depth: .max) { edges in
            for edge in edges where seen.insert(edge.far).inserted {
                keys.append(try walk.nodes.key(edge.far))
            }
        }
        return keys
    }
}
