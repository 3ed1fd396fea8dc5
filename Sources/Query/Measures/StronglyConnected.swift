// SPDX-License-Identifier: Apache-2.0
//
// Which nodes can reach each other: Tarjan's algorithm, with its stacks in arrays.

/// The strongly connected components of a graph. No edge leads from a component to one with a
/// smaller number: first come those that no other leads to, then those that only these lead to, and
/// so on; among equals the one with the smaller smallest node.
package struct StronglyConnected: Sendable {
    /// The component of each node.
    package let components: [Int32]
    /// The nodes of each component.
    package let members: Grouping

    package init(_ graph: Digraph) {
        let search = ComponentSearch(graph)
        search.run()
        components = search.numbered()
        members = Grouping(components, count: search.componentCount)
    }

    package var count: Int { members.count }

    /// The components with a cycle in them: those of several nodes, and of one with an edge to
    /// itself.
    package func cyclic(in graph: Digraph) -> [Int] {
        (0..<count).filter { component in
            guard members.size(component) == 1, let node = members[component].first else {
                return true
            }
            return graph.neighbours(Int(node)).contains(node)
        }
    }

    /// A shortest cycle through the smallest node of a component and others, if there are others,
    /// from there on and without coming back to it; of several, the one that a search in the order
    /// of the nodes meets first. Nil if there is none.
    package func shortestCycle(in graph: Digraph, component: Int) -> [Int32]? {
        let nodes = members[component]
        guard let first = nodes.first else { return nil }
        // Where in the component a node was come from; -1 if it was not met.
        var origins = [Int32](repeating: -1, count: nodes.count)
        var queue: [Int] = [0]
        var next = 0
        while next < queue.count {
            let place = queue[next]
            next += 1
            for end in graph.neighbours(Int(nodes[nodes.startIndex + place])) {
                if end == first {
                    if place > 0 || nodes.count == 1 {
                        return cycle(through: place, origins, nodes)
                    }
                    continue
                }
                guard components[Int(end)] == component else { continue }
                let target = Self.place(of: end, in: nodes)
                guard origins[target] < 0 else { continue }
                origins[target] = Int32(truncatingIfNeeded: place)
                queue.append(target)
            }
        }
        return nil
    }

    private func cycle(
        through last: Int, _ origins: [Int32], _ nodes: ArraySlice<Int32>
    ) -> [Int32] {
        var path: [Int32] = []
        var place = last
        while place > 0 {
            path.append(nodes[nodes.startIndex + place])
            place = Int(origins[place])
        }
        path.append(nodes[nodes.startIndex])
        return path.reversed()
    }

    /// Of a node that is among them, by bisection.
    private static func place(of node: Int32, in nodes: ArraySlice<Int32>) -> Int {
        var range = nodes.indices
        while range.count > 1 {
            let middle = range.lowerBound + range.count / 2
            range =
                nodes[middle] <= node
                ? middle..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound - nodes.startIndex
    }
}

private final class ComponentSearch {
    private let graph: Digraph
    /// When a node was met, from 1 on; `Int32.max` once its component is known.
    private let times: FlatArray<Int32>
    /// The earliest time of a node on `stack` that a node is known to lead to.
    private let lows: FlatArray<Int32>
    /// The next edge of each node on the path from the root.
    private let cursors: FlatArray<Int32>
    private let path: FlatArray<Int32>
    /// Nodes that were met and have no component yet.
    private let stack: FlatArray<Int32>
    /// Nodes that have one, component by component; no edge leads to a later component.
    private let done: FlatArray<Int32>
    private let components: FlatArray<Int32>
    private var time: Int32 = 0
    private var stackCount = 0
    private var doneCount = 0
    private(set) var componentCount = 0

    init(_ graph: Digraph) {
        self.graph = graph
        let count = graph.nodeCount
        times = FlatArray(repeating: 0, count: count)
        lows = FlatArray(capacity: count)
        cursors = FlatArray(capacity: count)
        path = FlatArray(capacity: count)
        stack = FlatArray(capacity: count)
        done = FlatArray(capacity: count)
        components = FlatArray(capacity: count)
    }

    func run() {
        for root in 0..<graph.nodeCount where times[root] == 0 {
            var depth = 0
            meet(Int32(truncatingIfNeeded: root), &depth)
            while depth > 0 {
                let node = path[depth - 1]
                let unmet = nextUnmet(node)
                if unmet >= 0 {
                    meet(unmet, &depth)
                    continue
                }
                depth -= 1
                let low = lows[node]
                if low == times[node] { close(node) }
                if depth > 0, low < lows[path[depth - 1]] { lows[path[depth - 1]] = low }
            }
        }
    }

    @inline(__always)
    private func meet(_ node: Int32, _ depth: inout Int) {
        time += 1
        times[node] = time
        lows[node] = time
        cursors[node] = graph.starts[Int(node)]
        path[depth] = node
        depth += 1
        stack[stackCount] = node
        stackCount += 1
    }

    /// The next node that an edge of this one leads to and that was not met; -1 if none is left.
    @inline(__always)
    private func nextUnmet(_ node: Int32) -> Int32 {
        let last = Int(graph.starts[Int(node) + 1])
        var position = Int(cursors[node])
        var low = lows[node]
        defer {
            cursors[node] = Int32(truncatingIfNeeded: position)
            lows[node] = low
        }
        while position < last {
            let end = graph.ends[position]
            position += 1
            if times[end] == 0 { return end }
            low = min(low, times[end])
        }
        return -1
    }

    /// All that was met after this node, and has no component, is in its component.
    private func close(_ root: Int32) {
        while true {
            stackCount -= 1
            let node = stack[stackCount]
            times[node] = .max
            components[node] = Int32(truncatingIfNeeded: componentCount)
            done[doneCount] = node
            doneCount += 1
            if node == root { break }
        }
        componentCount += 1
    }

    /// The components of all nodes, renumbered by how many others at most lead to one another
    /// before them, then by smallest node.
    func numbered() -> [Int32] {
        var levels = [Int32](repeating: 0, count: componentCount)
        for index in stride(from: doneCount - 1, through: 0, by: -1) {
            let component = components[done[index]]
            let level = levels[Int(component)] + 1
            for end in graph.neighbours(Int(done[index])) {
                let other = Int(components[end])
                if other != component, levels[other] < level { levels[other] = level }
            }
        }
        // By smallest node, each component once; then, keeping that order, by level.
        var bySmallest: [Int32] = []
        var isListed = [Bool](repeating: false, count: componentCount)
        for node in 0..<graph.nodeCount where !isListed[Int(components[node])] {
            isListed[Int(components[node])] = true
            bySmallest.append(components[node])
        }
        let byLevel = Grouping(
            bySmallest.map { levels[Int($0)] }, count: Int(levels.max() ?? -1) + 1)
        var numbers = [Int32](repeating: 0, count: componentCount)
        var next: Int32 = 0
        for level in 0..<byLevel.count {
            for index in byLevel[level] {
                numbers[Int(bySmallest[Int(index)])] = next
                next += 1
            }
        }
        return (0..<graph.nodeCount).map { numbers[Int(components[$0])] }
    }
}
