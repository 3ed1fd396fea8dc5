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

    /// Follows all edges of the tree that something needs.
    public init() {
        filter = EdgeFilter()
        filter.withoutKinds = ["contains"]
        filter.resolutions = ["exact", "probable", "ambiguous"]
    }

    /// What was found.
    public struct Answer: Sendable {
        /// Edges from one end to the other; of several between the same two the surest.
        public var paths: [[Dependency]] = []
        /// How many shortest paths there are, if they fit a number.
        public var total = 0
        /// Steps; nil if there is no way.
        public var length: Int?
    }

    /// The shortest paths, in the order of the keys on them.
    public func run(_ reader: Reader, from start: String, to end: String) throws -> Answer {
        var answer = Answer()
        var search = try Search(reader, filter)
        guard let from = try search.nodes.number(of: start),
            let to = try search.nodes.number(of: end)
        else { return answer }
        if from == to {
            answer.length = 0
            answer.total = 1
            answer.paths = [[]]
            return answer
        }
        guard let steps = try search.steps(from: from, to: to) else { return answer }
        answer.length = steps.length
        answer.total = try search.count(steps)
        try search.forEachPath(steps, limit: limit) { nodes in
            answer.paths.append(try search.edges(along: nodes))
        }
        return answer
    }
}

private struct Search {
    let nodes: NodeNumbers
    private let reader: EdgeReader
    private let filter: EdgeFilter
    private let accepted: AcceptedEdges
    private var buffer: [Edge] = []

    /// Of the nodes that are on shortest paths, how many steps from the start they are, and which
    /// are next.
    struct Steps {
        let from: Int
        let to: Int
        let length: Int
        var next: [Int: [Int]] = [:]
    }

    init(_ reader: Reader, _ filter: EdgeFilter) throws {
        self.reader = try EdgeReader(reader)
        self.filter = filter
        accepted = AcceptedEdges(filter, self.reader)
        nodes = NodeNumbers(reader, self.reader.relation)
    }

    /// The nodes that edges of the kinds wanted lead to, each once, in order.
    private mutating func neighbours(_ node: Int, _ direction: Direction) throws -> [Int] {
        try nodes.edges(direction, of: node, into: &buffer)
        var found: Set<Int> = []
        for edge in buffer where try accepted.accepts(edge.row) {
            let far = try nodes.number(of: edge.neighbour)
            if try filter.folder.isEmpty || filter.accepts(end: nodes.key(far)) {
                found.insert(far)
            }
        }
        return found.sorted(by: nodes.precedes)
    }

    private struct Side {
        let direction: Direction
        var distances: [Int: Int]
        var level: [Int]
        var depth = 0

        init(_ direction: Direction, _ node: Int) {
            self.direction = direction
            distances = [node: 0]
            level = [node]
        }
    }

    /// Nil if there is no way.
    mutating func steps(from: Int, to: Int) throws -> Steps? {
        var (front, back) = (Side(.outgoing, from), Side(.incoming, to))
        while !front.level.isEmpty, !back.level.isEmpty {
            // The smaller side goes on; with all of a level known, the first meeting is shortest.
            let isFront = front.level.count <= back.level.count
            let meeting = try isFront ? advance(&front, back) : advance(&back, front)
            guard !meeting.isEmpty else { continue }
            return try steps(
                through: meeting, front, back,
                Steps(from: from, to: to, length: front.depth + back.depth))
        }
        return nil
    }

    /// Takes a side one level on; returns where it meets the other.
    private mutating func advance(_ side: inout Side, _ other: Side) throws -> [Int] {
        side.depth += 1
        var next: [Int] = []
        for node in side.level {
            for far in try neighbours(node, side.direction) where side.distances[far] == nil {
                side.distances[far] = side.depth
                next.append(far)
            }
        }
        side.level = next
        return next.filter { other.distances[$0] == other.depth }
    }

    private mutating func steps(
        through meeting: [Int], _ front: Side, _ back: Side, _ empty: Steps
    ) throws -> Steps {
        var steps = empty
        // Back to the start, and on to the end, over nodes that are on the way.
        var level = Set(meeting)
        for depth in stride(from: front.depth - 1, through: 0, by: -1) {
            var before = Set<Int>()
            for node in level {
                for near in try neighbours(node, .incoming) where front.distances[near] == depth {
                    steps.next[near, default: []].append(node)
                    before.insert(near)
                }
            }
            level = before
        }
        level = Set(meeting)
        for depth in stride(from: back.depth - 1, through: 0, by: -1) {
            var after = Set<Int>()
            for node in level {
                let next = try neighbours(node, .outgoing).filter { back.distances[$0] == depth }
                steps.next[node] = next
                after.formUnion(next)
            }
            level = after
        }
        for node in steps.next.keys { steps.next[node]?.sort(by: nodes.precedes) }
        return steps
    }

    /// How many paths there are.
    func count(_ steps: Steps) throws -> Int {
        var counts = [steps.from: 1]
        for _ in 0..<steps.length {
            var next: [Int: Int] = [:]
            for (node, count) in counts {
                for far in steps.next[node] ?? [] {
                    let sum = next[far, default: 0].addingReportingOverflow(count)
                    next[far] = sum.overflow ? .max : sum.partialValue
                }
            }
            counts = next
        }
        return counts[steps.to] ?? 0
    }

    /// Calls `body` with the nodes of each path, in the order of their keys.
    func forEachPath(_ steps: Steps, limit: Int, _ body: ([Int]) throws -> Void) throws {
        var path = [steps.from]
        // For each node of the path, which of those that come next was taken.
        var taken = [-1]
        var count = 0
        while let node = path.last, count < limit {
            let place = taken[taken.count - 1] + 1
            let next = path.count <= steps.length ? steps.next[node] ?? [] : []
            if path.count == steps.length + 1 {
                try body(path)
                count += 1
            }
            guard next.indices.contains(place) else {
                path.removeLast()
                taken.removeLast()
                continue
            }
            taken[taken.count - 1] = place
            path.append(next[place])
            taken.append(-1)
        }
    }

    func edges(along path: [Int]) throws -> [Dependency] {
        var found: [Dependency] = []
        let sureness = ["exact", "probable", "ambiguous"]
        for (index, (near, far)) in zip(path, path.dropFirst()).enumerated() {
            var edges: [Edge] = []
            try nodes.edges(.outgoing, of: near, into: &edges)
            var best: (order: Int, edge: Dependency)?
            for edge in edges where try nodes.number(of: edge.neighbour) == far {
                guard try accepted.accepts(edge.row) else { continue }
                let dependency = try reader.dependency(
                    edge.row, from: try nodes.key(near), to: try nodes.key(far), index + 1)
                let order = sureness.firstIndex(of: dependency.resolution) ?? sureness.count
                if let best, (best.order, best.edge.kind) <= (order, dependency.kind) { continue }
                best = (order, dependency)
            }
            if let best { found.append(best.edge) }
        }
        return found
    }
}
