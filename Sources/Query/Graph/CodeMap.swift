// SPDX-License-Identifier: Apache-2.0
//
// All entities of a snapshot under numbers, in the order of their keys, with the edges between them
// as a Digraph: for questions that are about the whole of it.

import CodeGraph
import Codec
import SegmentStore

/// The entities of a snapshot, and behind them, if they are asked for, what is defined elsewhere.
/// Not for two threads.
package final class CodeMap {
    package let reader: Reader
    /// Which edges it has.
    package let filter: EdgeFilter
    /// Nodes below this are entities.
    package let entityCount: Int
    package let nodeCount: Int
    /// One edge for all of a pair's.
    package let graph: Digraph
    private let entities: EntityReader
    /// Of each entity.
    private let rows: [RowID]
    /// Of each node: a segment that has its string, and the number there.
    private let places: [Node]
    /// By segment: the node of each of its dictionary's strings; -1 for those that are none.
    private let numbers: [[Int32]]

    /// The edges that measures are about: all that is needed, as far as it is known.
    package static var dependencies: EdgeFilter {
        var filter = EdgeFilter()
        filter.withoutKinds = ["contains"]
        filter.resolutions = ["exact", "probable"]
        return filter
    }

    /// Those, and each of several of which one is meant.
    package static var possibleUses: EdgeFilter {
        var filter = dependencies
        filter.resolutions?.insert("ambiguous")
        return filter
    }

    /// Reads all keys, and the edges that `filter` wants: some tenths of a second for a million.
    package init(
        _ reader: Reader, _ filter: EdgeFilter = CodeMap.dependencies, withExternals: Bool = false
    ) throws {
        self.reader = reader
        self.filter = filter
        entities = try EntityReader(reader)
        let edges = try reader.relation(CodeGraph.edges.name)
        let numbering = try Numbering(reader, entities, edges, withExternals: withExternals)
        rows = numbering.rows
        entityCount = numbering.rows.count
        places = numbering.places
        nodeCount = numbering.places.count
        numbers = numbering.numbers
        graph = try Self.graph(reader, edges, numbers, nodeCount, filter)
    }

    /// The same nodes with other edges.
    package init(_ other: CodeMap, _ filter: EdgeFilter) throws {
        reader = other.reader
        self.filter = filter
        (entities, rows, entityCount) = (other.entities, other.rows, other.entityCount)
        (places, nodeCount, numbers) = (other.places, other.nodeCount, other.numbers)
        let edges = try reader.relation(CodeGraph.edges.name)
        graph = try Self.graph(reader, edges, numbers, nodeCount, filter)
    }

    private static func graph(
        _ reader: Reader, _ edges: Int, _ numbers: [[Int32]], _ nodeCount: Int,
        _ filter: EdgeFilter
    ) throws -> Digraph {
        var starts: [Int32] = []
        var ends: [Int32] = []
        let count = try reader.snapshot.rowCount(CodeGraph.edges.name)
        starts.reserveCapacity(count)
        ends.reserveCapacity(count)
        let columns = try ["from", "to", "kind", "resolution"].map {
            try reader.column($0, of: edges)
        }
        var accepted = WordFilter(filter)
        try reader.scan(edges) { group in
            let map = numbers[group.segment]
            let from = try group.numbers(columns[0], slot: 0)
            let to = try group.numbers(columns[1], slot: 1)
            let kinds = try group.numbers(columns[2], slot: 2)
            let resolutions = try group.numbers(columns[3], slot: 3)
            for index in 0..<group.rowCount where group.isLive(index) {
                guard map.indices.contains(Int(from[index])), map.indices.contains(Int(to[index]))
                else { throw reader.damage("an edge leads to a node that is not there") }
                let (start, end) = (map[Int(from[index])], map[Int(to[index])])
                guard start >= 0, end >= 0,
                    try accepted.isKind(kinds[index], group, columns[2]),
                    try accepted.isResolution(resolutions[index], group, columns[3])
                else { continue }
                starts.append(start)
                ends.append(end)
            }
        }
        return starts.withUnsafeBufferPointer { starts in
            ends.withUnsafeBufferPointer { ends in
                Digraph(nodeCount: nodeCount, count: starts.count) { body in
                    for index in 0..<starts.count { body(starts[index], ends[index]) }
                }
            }
        }
    }

    // MARK: - Nodes

    package func key(_ node: Int) throws -> String {
        let bytes = ByteBuffer()
        try reader.appendString(of: places[node], domain: CodeGraph.keyDomain, to: bytes)
        return String(decoding: bytes.bytes, as: UTF8.self)
    }

    package func entity(_ node: Int) throws -> Entity {
        node < entityCount ? try entities.entity(rows[node]) : Entity(outside: try key(node))
    }

    /// What stands in a column of an entity; empty for null.
    package func text(_ entity: Int, _ column: String) throws -> String {
        let index = try reader.column(column, of: entities.relation)
        return try reader.string(entities.relation, rows[entity], index) ?? ""
    }

    /// Nil if the graph does not have it.
    package func node(of key: String) throws -> Int? {
        guard let place = try reader.place(of: key, domain: CodeGraph.keyDomain) else { return nil }
        let node = numbers[Int(place.part)][Int(place.id)]
        return node < 0 ? nil : Int(node)
    }

    /// Of every entity the number of its string in a column, and those strings; nulls are -1. Those
    /// of the other nodes too, which are -1 all.
    package func words(_ column: String) throws -> (numbers: [Int32], words: [String]) {
        let index = try reader.column(column, of: entities.relation)
        let key = entities.key
        var result = [Int32](repeating: -1, count: nodeCount)
        var words: [String] = []
        var known: [ByteText: Int32] = [:]
        var seen: [Int64: Int32] = [:]
        var segment = -1
        try reader.scan(entities.relation) { group in
            if group.segment != segment { seen = [:] }
            segment = group.segment
            let keys = try group.numbers(key, slot: 0)
            let values = try group.numbers(index, slot: 1)
            for row in 0..<group.rowCount where group.isLive(row) {
                guard try !group.isNull(index, row) else { continue }
                let node = try node(keys[row], group.segment)
                if let number = seen[values[row]] {
                    result[node] = number
                    continue
                }
                let word = try group.string(index, values[row])
                let number = known[ByteText(word)] ?? Int32(words.count)
                if number == Int32(words.count) {
                    known[ByteText(word)] = number
                    words.append(word)
                }
                seen[values[row]] = number
                result[node] = number
            }
        }
        return (result, words)
    }

    /// Of every entity a number out of a column; of the other nodes 0.
    package func values(_ column: String) throws -> [Int64] {
        let index = try reader.column(column, of: entities.relation)
        var result = [Int64](repeating: 0, count: nodeCount)
        try reader.scan(entities.relation) { group in
            let keys = try group.numbers(entities.key, slot: 0)
            let values = try group.numbers(index, slot: 1)
            for row in 0..<group.rowCount where group.isLive(row) {
                result[try node(keys[row], group.segment)] = values[row]
            }
        }
        return result
    }

    /// Of every entity the one that it is in; -1 where there is none.
    package func parents() throws -> [Int32] {
        var result = [Int32](repeating: -1, count: nodeCount)
        try reader.scan(entities.relation) { group in
            let keys = try group.numbers(entities.key, slot: 0)
            let parents = try group.numbers(entities.parent, slot: 1)
            let map = numbers[group.segment]
            for row in 0..<group.rowCount where group.isLive(row) {
                guard try !group.isNull(entities.parent, row),
                    map.indices.contains(Int(parents[row]))
                else { continue }
                let parent = map[Int(parents[row])]
                let node = try node(keys[row], group.segment)
                if Int(parent) < entityCount, parent != node { result[node] = parent }
            }
        }
        return result
    }

    private func node(_ id: Int64, _ segment: Int) throws -> Int {
        guard numbers[segment].indices.contains(Int(id)), numbers[segment][Int(id)] >= 0 else {
            throw reader.damage("a row's key is not in the key index")
        }
        return Int(numbers[segment][Int(id)])
    }
}

/// Which words of a column are wanted, asked by their numbers in a segment.
private struct WordFilter {
    private let filter: EdgeFilter
    private var kinds: [Int64: Bool] = [:]
    private var resolutions: [Int64: Bool] = [:]
    private var segments = (kinds: -1, resolutions: -1)

    init(_ filter: EdgeFilter) { self.filter = filter }

    mutating func isKind(_ number: Int64, _ group: RowGroup, _ column: Int) throws -> Bool {
        if segments.kinds != group.segment { kinds = [:] }
        segments.kinds = group.segment
        if let known = kinds[number] { return known }
        let word = try group.string(column, number)
        let isWanted = filter.kinds?.contains(word) ?? !filter.withoutKinds.contains(word)
        kinds[number] = isWanted
        return isWanted
    }

    mutating func isResolution(_ number: Int64, _ group: RowGroup, _ column: Int) throws -> Bool {
        if segments.resolutions != group.segment { resolutions = [:] }
        segments.resolutions = group.segment
        if let known = resolutions[number] { return known }
        let isWanted = try filter.resolutions?.contains(group.string(column, number)) ?? true
        resolutions[number] = isWanted
        return isWanted
    }
}

/// Numbers for the keys of all segments, in the order of the keys.
private struct Numbering {
    private(set) var rows: [RowID] = []
    private(set) var places: [Node] = []
    private(set) var numbers: [[Int32]]

    init(_ reader: Reader, _ entities: EntityReader, _ edges: Int, withExternals: Bool) throws {
        numbers = try reader.stringCounts(ofDomain: CodeGraph.keyDomain).map {
            [Int32](repeating: -1, count: $0)
        }
        let capacity = try reader.snapshot.rowCount(CodeGraph.entities.name)
        rows.reserveCapacity(capacity)
        places.reserveCapacity(capacity)
        var others: [[Node]] = []
        // A key that several segments have is met once, with all of its places.
        try reader.forEachMergedString(ofDomain: CodeGraph.keyDomain) { same in
            var row: RowID?
            for place in same {
                if let found = try reader.row(entities.relation, at: place) { row = found }
            }
            if let row {
                for place in same { numbers[Int(place.part)][Int(place.id)] = Int32(rows.count) }
                rows.append(row)
                places.append(same[same.startIndex])
            } else if withExternals,
                try same.contains(where: { try reader.hasEdges(edges, at: $0) })
            {
                others.append(Array(same))
            }
        }
        for same in others {
            for place in same { numbers[Int(place.part)][Int(place.id)] = Int32(places.count) }
            places.append(same[0])
        }
    }
}
