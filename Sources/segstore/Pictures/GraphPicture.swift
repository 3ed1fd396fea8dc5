// SPDX-License-Identifier: Apache-2.0
//
// An answer that is a graph, for programs that draw: each node once, each edge as it was met.

import CodeGraph
import Query

struct GraphPicture {
    struct Node {
        let key: String
        let name: String
        let kind: String
        let file: String
        /// What was asked for.
        var isFocus = false
        /// Defined outside of the tree, or nowhere that is known.
        var isExternal = false
        /// What it belongs to, where the answer is of groups.
        var group: String?
    }

    struct Edge: Hashable {
        let from: Int
        let to: Int
        let kind: String
        let resolution: String

        /// Whether it is as sure as the language's own rules.
        var isSure: Bool { resolution == "exact" || resolution == CodeGraph.externalKind }
    }

    private(set) var nodes: [Node] = []
    private(set) var edges: [Edge] = []
    private var numbers: [ByteText: Int] = [:]

    /// Adds a node unless it is there.
    @discardableResult
    mutating func add(key: String, isFocus: Bool = false, group: String? = nil) -> Int {
        let parts = KeyParts(key)
        return add(
            Node(
                key: key, name: parts.qualifiedName, kind: parts.kind, file: parts.file,
                isFocus: isFocus, isExternal: parts.isExternal, group: group))
    }

    mutating func add(_ node: Node) -> Int {
        if let known = numbers[ByteText(node.key)] { return known }
        nodes.append(node)
        numbers[ByteText(node.key)] = nodes.count - 1
        return nodes.count - 1
    }

    mutating func add(_ edge: Edge) { edges.append(edge) }

    mutating func add(from: String, to: String, kind: String, resolution: String) {
        let edge = Edge(from: add(key: from), to: add(key: to), kind: kind, resolution: resolution)
        edges.append(edge)
    }

    init() {}

    /// Leaves one of those that several paths have.
    mutating func removeEqualEdges() {
        var seen = Set<Edge>()
        edges = edges.filter { seen.insert($0).inserted }
    }

    /// Of edges, and what they were asked of.
    init(_ dependencies: [Dependency], of focus: [String]) {
        for key in focus { add(key: key, isFocus: true) }
        for edge in dependencies {
            add(from: edge.from, to: edge.to, kind: edge.kind, resolution: edge.resolution)
        }
    }
}
