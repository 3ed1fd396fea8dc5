// SPDX-License-Identifier: Apache-2.0
//
// The edges that lead on from some nodes, level by level, in the order of the nodes' keys. Edges
// are kept as numbers: most of a large answer is counted, not read.

import CodeGraph
import Codec
import SegmentStore

/// Numbers for the nodes of all segments: in a store of one segment those of its dictionary, which
/// are in the order of the keys.
final class NodeNumbers {
    private let reader: Reader
    private let relation: Int
    private let isSingle: Bool
    private let buffer = ByteBuffer()
    private var numbers: [[UInt8]: Int] = [:]
    private var strings: [[UInt8]] = []

    init(_ reader: Reader, _ relation: Int) {
        self.reader = reader
        self.relation = relation
        isSingle = reader.core.lookups(relation).count == 1
    }

    /// Nil if there is no such node.
    func number(of key: String) throws -> Int? {
        guard isSingle else { return number(of: Array(key.utf8)) }
        var key = key
        let dictionary = reader.core.lookups(relation)[0].dictionary
        return try key.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            return try dictionary.find(bytes, hash: xxh3(bytes))
        }
    }

    private func number(of bytes: [UInt8]) -> Int {
        if let known = numbers[bytes] { return known }
        numbers[bytes] = strings.count
        strings.append(bytes)
        return strings.count - 1
    }

    func number(of node: Node) throws -> Int {
        if isSingle { return Int(node.id) }
        buffer.removeAll()
        try reader.appendKey(of: node, relation, to: buffer)
        return number(of: Array(buffer.bytes))
    }

    func key(_ number: Int) throws -> String {
        guard isSingle else { return String(decoding: strings[number], as: UTF8.self) }
        buffer.removeAll()
        try reader.core.lookups(relation)[0].dictionary.append(number, to: buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    /// Where its entity is, if it is one.
    func row(_ number: Int, of entities: EntityReader) throws -> RowID? {
        guard isSingle else {
            return try strings[number].withUnsafeBytes {
                try reader.find(entities.relation, key: $0)
            }
        }
        let part = reader.core.lookups(relation)[0].part
        if let row = try reader.row(entities.relation, at: Node(part: part, id: number)) {
            return row
        }
        // Entities may be in other segments than edges are.
        let isElsewhere = entities.reader.core.lookups(entities.relation).contains {
            $0.part != part
        }
        return isElsewhere ? try reader.find(entities.relation, key: key(number)) : nil
    }

    func edges(_ direction: Direction, of number: Int, into edges: inout [Edge]) throws {
        guard isSingle else {
            return try strings[number].withUnsafeBytes {
                try reader.edges(relation, direction, of: $0, into: &edges)
            }
        }
        edges.removeAll(keepingCapacity: true)
        try reader.append(
            relation, direction, reader.core.lookups(relation).baseAddress.unsafelyUnwrapped,
            number, to: &edges)
    }

    /// By their bytes, as the store's own order is.
    func precedes(_ a: Int, _ b: Int) -> Bool {
        isSingle ? a < b : strings[a].lexicographicallyPrecedes(strings[b])
    }
}

/// A number for some of the nodes: few are found by hashing, many have a place for each.
struct NodeTable {
    private var few: [Int: Int32] = [:]
    private var many: [Int32] = []
    private static let fewest = 1 << 12

    subscript(node: Int) -> Int? {
        get {
            guard !many.isEmpty else { return few[node].map(Int.init) }
            return node < many.count && many[node] >= 0 ? Int(many[node]) : nil
        }
        set {
            guard let newValue else { return }
            let value = Int32(truncatingIfNeeded: newValue)
            if many.isEmpty, few.count < Self.fewest {
                few[node] = value
                return
            }
            if many.isEmpty {
                grow(to: few.keys.max() ?? 0)
                for (node, value) in few { many[node] = value }
                few = [:]
            }
            grow(to: node)
            many[node] = value
        }
    }

    private mutating func grow(to node: Int) {
        guard node >= many.count else { return }
        many += repeatElement(-1, count: max(node + 1, many.count * 2) - many.count)
    }
}

/// Says of nodes whether they are in a folder or file. Not for two threads.
struct FolderFilter {
    private let folder: String
    private let entities: EntityReader?

    init(_ folder: String, _ reader: Reader) throws {
        self.folder = folder
        entities = folder.isEmpty ? nil : try EntityReader(reader)
    }

    func accepts(_ node: Int, _ nodes: NodeNumbers) throws -> Bool {
        guard let entities else { return true }
        // Keys have paths in them, but not always as they stand.
        guard let row = try nodes.row(node, of: entities) else {
            return isPath(KeyParts(try nodes.key(node)).file, in: folder)
        }
        return isPath(try entities.text(row, entities.file), in: folder)
    }
}

/// An edge that a walk met.
struct WalkedEdge {
    let row: RowID
    /// The end that the walk came from, and the other.
    let near: Int
    let far: Int
    let depth: Int
}

struct LevelWalk {
    let edges: EdgeReader
    let nodes: NodeNumbers
    let direction: Direction
    private let folder: FolderFilter
    private let accepted: AcceptedEdges

    init(_ reader: Reader, _ direction: Direction, _ filter: EdgeFilter) throws {
        edges = try EdgeReader(reader)
        nodes = NodeNumbers(reader, edges.relation)
        self.direction = direction
        folder = try FolderFilter(filter.folder, reader)
        accepted = AcceptedEdges(filter, edges)
    }

    /// Calls `body` with the edges of each level in order; the next level begins where they end.
    /// Each node is come from once, and each edge met once.
    func run(
        from starts: [String], depth: Int, _ body: ([WalkedEdge]) throws -> Void
    ) throws {
        var level = try starts.compactMap { try nodes.number(of: $0) }.sorted(by: nodes.precedes)
        var seen = NodeTable()
        for node in level { seen[node] = 1 }
        var distance = 0
        var found: [Edge] = []
        while distance < depth, !level.isEmpty {
            distance += 1
            var met: [WalkedEdge] = []
            for node in level {
                let start = met.count
                try nodes.edges(direction, of: node, into: &found)
                for edge in found where try accepted.accepts(edge.row) {
                    let far = try nodes.number(of: edge.neighbour)
                    guard try folder.accepts(far, nodes) else { continue }
                    met.append(WalkedEdge(row: edge.row, near: node, far: far, depth: distance))
                }
                if met.count > start + 1 { try sort(&met[start...]) }
            }
            try body(met)
            level.removeAll(keepingCapacity: true)
            for edge in met where seen[edge.far] == nil {
                seen[edge.far] = 1
                level.append(edge.far)
            }
            level.sort(by: nodes.precedes)
        }
    }

    /// By their far ends, then by their kinds.
    private func sort(_ met: inout ArraySlice<WalkedEdge>) throws {
        var failure: (any Error)?
        met.sort { a, b in
            if a.far != b.far { return nodes.precedes(a.far, b.far) }
            do {
                return try edges.kind(a.row).utf8.lexicographicallyPrecedes(
                    edges.kind(b.row).utf8)
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
    }
}
