// SPDX-License-Identifier: Apache-2.0
//
// The shortest ways from one key to another, searched from both ends at once.

import CodeGraph
import SegmentStore

/// Finds how something comes to depend on something else.
public struct PathQuery: Sendable {
    /// Which edges are followed.
    public var filter: EdgeFilter
    /// Paths in the answer.
    public var limit = 1

    /// Follows all edges that something needs.
    public init() { filter = ImpactQuery().filter }

    /// What was found.
    public struct Answer: Sendable {
        /// Edges from one end to the other; of several between the same two the surest.
        public var paths: [[Dependency]] = []
        /// How many shortest paths there are, if they fit a number.
        public var total = 0
        /// Steps; nil if there is no way.
        public var length: Int?
    }

    /// The shortest paths: at each step what leads on the surest first, then in the order of keys.
    /// They begin at `start` or at what it contains, and end likewise; where one end contains the
    /// other, outside of that.
    public func run(_ reader: Reader, from start: String, to end: String) throws -> Answer {
        var answer = Answer()
        if ByteText(start) == ByteText(end) {
            (answer.length, answer.total, answer.paths) = (0, 1, [[]])
            return answer
        }
        var search = try Search(reader, filter)
        let (inner, outer) = (
            try search.numbers(ImpactQuery.withMembers(start, reader)),
            try search.numbers(ImpactQuery.withMembers(end, reader))
        )
        let isEndInside = try search.nodes.number(of: end).map { inner.contains($0) } ?? false
        let starts = inner.subtracting(outer)
        let ends = isEndInside ? outer : outer.subtracting(inner)
        let isStartInside = try search.nodes.number(of: start).map { outer.contains($0) } ?? false
        guard
            let steps = try search.steps(
                from: isStartInside && !isEndInside ? inner : starts, to: ends)
        else { return answer }
        answer.length = steps.length
        answer.total = search.count(steps)
        try search.forEachPath(steps, limit: limit) { nodes in
            answer.paths.append(try search.edges(along: nodes))
        }
        return answer
    }
}

private struct Search {
    let nodes: NodeNumbers
    private let reader: EdgeReader
    private let folder: FolderFilter
    private var ends: Set<Int> = []
    private let accepted: AcceptedEdges
    private var buffer: [Edge] = []

    /// The nodes that are on shortest paths.
    struct Steps {
        let length: Int
        /// Where they begin, and of each node those that are next: what leads on the surest first.
        var starts: [Int] = []
        var next: [Int: [Int]] = [:]
    }

    init(_ reader: Reader, _ filter: EdgeFilter) throws {
        self.reader = try EdgeReader(reader)
        folder = try FolderFilter(filter.folder, reader)
        accepted = AcceptedEdges(filter, self.reader)
        nodes = NodeNumbers(reader, self.reader.relation)
    }

    /// Of what is between the ends; they may be anywhere.
    private func isWithin(_ node: Int) throws -> Bool {
        try ends.contains(node) || folder.accepts(node, nodes)
    }

    func numbers(_ keys: [String]) throws -> Set<Int> {
        Set(try keys.compactMap { try nodes.number(of: $0) })
    }

    /// The nodes that edges of the kinds wanted lead to, with the doubt about the surest edge to
    /// each.
    private mutating func neighbours(_ node: Int, _ direction: Direction) throws -> [Int: Int] {
        try nodes.edges(direction, of: node, into: &buffer)
        var found: [Int: Int] = [:]
        for edge in buffer where try accepted.accepts(edge.row) {
            let far = try nodes.number(of: edge.neighbour)
            guard try isWithin(far) else { continue }
            let doubt = ImpactQuery.doubt(try reader.resolution(edge.row))
            found[far] = min(doubt, found[far] ?? .max)
        }
        return found
    }

    private struct Side {
        let direction: Direction
        var distances: [Int: Int]
        var level: [Int]
        var depth = 0

        init(_ direction: Direction, _ nodes: Set<Int>) {
            self.direction = direction
            distances = Dictionary(uniqueKeysWithValues: nodes.map { ($0, 0) })
            level = Array(nodes)
        }
    }

    /// Nil if there is no way.
    mutating func steps(from: Set<Int>, to: Set<Int>) throws -> Steps? {
        ends = from.union(to)
        var (front, back) = (Side(.outgoing, from), Side(.incoming, to))
        while !front.level.isEmpty, !back.level.isEmpty {
            // The smaller side goes on; with all of a level known, the first meeting is shortest.
            let isFront = front.level.count <= back.level.count
            let meeting = try isFront ? advance(&front, back) : advance(&back, front)
            if !meeting.isEmpty { return try steps(through: meeting, front, back) }
        }
        return nil
    }

    /// Takes a side one level on; returns where it meets the other.
    private mutating func advance(_ side: inout Side, _ other: Side) throws -> [Int] {
        side.depth += 1
        var next: [Int] = []
        for node in side.level {
            for far in try neighbours(node, side.direction).keys where side.distances[far] == nil {
                side.distances[far] = side.depth
                next.append(far)
            }
        }
        side.level = next
        return next.filter { other.distances[$0] == other.depth }
    }

    private mutating func steps(
        through meeting: [Int], _ front: Side, _ back: Side
    ) throws -> Steps {
        // On to the end, and back to the start, over nodes that are on the way.
        var next: [Int: [Int: Int]] = [:]
        var levels = [Set(meeting)]
        for depth in stride(from: back.depth - 1, through: 0, by: -1) {
            var after = Set<Int>()
            for node in levels[levels.count - 1] {
                next[node] = try neighbours(node, .outgoing).filter {
                    back.distances[$0.key] == depth
                }
                after.formUnion(next[node, default: [:]].keys)
            }
            levels.append(after)
        }
        levels.reverse()
        for depth in stride(from: front.depth - 1, through: 0, by: -1) {
            var before = Set<Int>()
            for node in levels[levels.count - 1] {
                for (near, doubt) in try neighbours(node, .incoming)
                where front.distances[near] == depth {
                    next[near, default: [:]][node] = doubt
                    before.insert(near)
                }
            }
            levels.append(before)
        }
        return inOrder(levels, next)
    }

    /// Puts what is next in order, from the last level back to the first.
    private func inOrder(_ levels: [Set<Int>], _ next: [Int: [Int: Int]]) -> Steps {
        var steps = Steps(length: levels.count - 1)
        // Of each node the doubt about the surest way on.
        var doubts: [Int: Int] = [:]
        func order(_ found: [Int: Int]) -> [Int] {
            found.sorted { a, b in
                a.value != b.value ? a.value < b.value : nodes.precedes(a.key, b.key)
            }.map(\.key)
        }
        for level in levels.dropFirst() {
            for node in level {
                let ways = Dictionary(
                    uniqueKeysWithValues: next[node, default: [:]].map { far, doubt in
                        (far, max(doubt, doubts[far] ?? 0))
                    })
                steps.next[node] = order(ways)
                doubts[node] = ways.values.min()
            }
        }
        let first = levels.last ?? []
        steps.starts = order(
            Dictionary(uniqueKeysWithValues: first.map { ($0, doubts[$0] ?? 0) }))
        return steps
    }

    /// How many paths there are.
    func count(_ steps: Steps) -> Int {
        var counts = Dictionary(uniqueKeysWithValues: steps.starts.map { ($0, 1) })
        for _ in 0..<steps.length {
            var next: [Int: Int] = [:]
            for (node, count) in counts {
                for far in steps.next[node] ?? [] {
                    next[far] = next[far, default: 0].plus(count)
                }
            }
            counts = next
        }
        return counts.values.reduce(0) { $0.plus($1) }
    }

    /// Calls `body` with the nodes of each path, in order.
    func forEachPath(_ steps: Steps, limit: Int, _ body: ([Int]) throws -> Void) throws {
        var path: [Int] = []
        // For the beginning and each node of the path, which of those that come next was taken.
        var taken = [-1]
        var count = 0
        while count < limit {
            let place = taken[taken.count - 1] + 1
            let next =
                path.last.map { path.count <= steps.length ? steps.next[$0] ?? [] : [] }
                ?? steps.starts
            if path.count == steps.length + 1 {
                try body(path)
                count += 1
            }
            guard next.indices.contains(place) else {
                taken.removeLast()
                if path.popLast() == nil { return }
                continue
            }
            taken[taken.count - 1] = place
            path.append(next[place])
            taken.append(-1)
        }
    }

    func edges(along path: [Int]) throws -> [Dependency] {
        var found: [Dependency] = []
        for (index, (near, far)) in zip(path, path.dropFirst()).enumerated() {
            var edges: [Edge] = []
            try nodes.edges(.outgoing, of: near, into: &edges)
            var best: (order: Int, edge: Dependency)?
            for edge in edges where try nodes.number(of: edge.neighbour) == far {
                guard try accepted.accepts(edge.row) else { continue }
                let dependency = try reader.dependency(
                    edge.row, from: try nodes.key(near), to: try nodes.key(far), index + 1)
                let order = ImpactQuery.doubt(dependency.resolution)
                if let best, (best.order, best.edge.kind) <= (order, dependency.kind) { continue }
                best = (order, dependency)
            }
            if let best { found.append(best.edge) }
        }
        return found
    }
}
