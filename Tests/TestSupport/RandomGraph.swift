// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import SegmentStore

/// A code graph at random, in a store of one segment or several, and what it is in plain values: with
/// loops, several edges between two, what is defined elsewhere, rows that were replaced or removed.
public struct RandomGraph {
    public struct Node: Equatable {
        public var key: String
        public var name: String
        public var qualifiedName: String
        public var kind: String
        public var file: String
        public var parent: String?
        public var visibility: String
        public var startLine: Int
        public var lineCount: Int
        public var complexity: Int
        public var isTest: Bool
        public var hash: Int
    }

    public struct Link: Hashable {
        public var from: String
        public var to: String
        public var kind: String
    }

    public let store: GraphStore
    /// By key.
    public private(set) var nodes: [String: Node] = [:]
    /// With how sure they are.
    public private(set) var links: [Link: String] = [:]
    private var random: SeededGenerator

    private static let kinds = ["function", "method", "class", "field"]
    private static let names = [
        "run", "parse", "parseJSON", "json_parser", "getUser", "get_user", "user", "read", "main",
        "Session", "refresh", "x",
    ]

    /// The same for the same seed. `batches` commits, each a segment.
    public init(seed: Int, nodeCount: Int = 40, linkCount: Int = 90, batches: Int = 1) throws {
        var options = StoreOptions()
        options.compactsAutomatically = false
        store = try GraphStore.inMemory(schema: CodeGraph.schema, options: options)
        random = SeededGenerator(seed: UInt64(seed))
        for batch in 0..<batches {
            try write(
                nodeCount: nodeCount / batches, linkCount: linkCount / batches,
                removes: batch > 0)
        }
    }

    /// One more commit: nodes and edges that may replace others, and some that go.
    public mutating func write(nodeCount: Int, linkCount: Int, removes: Bool) throws {
        var added: [Node] = []
        for _ in 0..<nodeCount { added.append(node()) }
        // All that is in a file may go at once.
        let gone = removes ? nodes.values.map(\.file).sorted().first : nil
        var removed: [Link] = []
        if removes {
            for link in links.keys.sorted(by: Self.precedes) where random.below(5) == 0 {
                removed.append(link)
            }
        }
        var graph = self
        try store.write { batch in
            if let gone {
                try batch.replaceScope(gone, in: "entities")
                graph.nodes = graph.nodes.filter { $0.value.file != gone }
            }
            for link in removed {
                try batch.delete(
                    key: [.string(link.from), .string(link.to), .string(link.kind)], from: "edges")
                graph.links[link] = nil
            }
            for node in added {
                graph.nodes[node.key] = node
                try batch.append(Self.row(node), to: try batch.relation("entities"))
            }
            for (link, resolution) in graph.newLinks(linkCount) {
                graph.links[link] = resolution
                try batch.append(
                    [
                        "from": .string(link.from), "to": .string(link.to),
                        "kind": .string(link.kind), "file": .string(KeyParts(link.from).file),
                        "line": 3, "resolution": .string(resolution),
                    ], to: "edges")
            }
        }
        self = graph
    }

    private mutating func node() -> Node {
        let kind = random.pick(Self.kinds)
        let name = random.pick(Self.names)
        let type = random.pick(["", "A.", "B.C."])
        let file = "src/\(random.pick(["a", "b", "b/c"]))/f\(random.below(4)).py"
        let qualified = type + name
        let parents = nodes.values.filter { $0.kind == "class" && $0.file == file }.map(\.key)
            .sorted()
        let key = "python:\(kind):\(qualified):\(file)"
        return Node(
            key: key, name: name, qualifiedName: qualified, kind: kind, file: file,
            parent: parents.first.flatMap { $0 == key || random.below(2) == 0 ? nil : $0 },
            visibility: random.pick(["public", "private"]), startLine: 1 + random.below(100),
            lineCount: 1 + random.below(120), complexity: random.below(30),
            isTest: random.below(8) == 0, hash: random.below(12))
    }

    private mutating func newLinks(_ count: Int) -> [Link: String] {
        let keys = nodes.keys.sorted()
        var found: [Link: String] = [:]
        guard !keys.isEmpty else { return found }
        for _ in 0..<count {
            let from = random.pick(keys)
            if random.below(6) == 0 {
                let isKnown = random.below(2) == 0
                let to =
                    isKnown ? "python:external:os.\(random.below(3)):-" : "python:unresolved:run:-"
                found[Link(from: from, to: to, kind: "calls")] = isKnown ? "external" : "unresolved"
            } else {
                // Near in order, so that there are cycles and long ways.
                let place = keys.firstIndex(of: from) ?? 0
                let near = keys[(place + random.below(6)) % keys.count]
                let to = random.below(4) == 0 ? random.pick(keys) : near
                found[Link(from: from, to: to, kind: random.pick(["calls", "uses", "contains"]))] =
                    random.pick(["exact", "exact", "probable", "ambiguous"])
            }
        }
        return found
    }

    private static func row(_ node: Node) -> [Value] {
        [
            .string(node.key), .string(node.name), .string(node.qualifiedName),
            .string(node.kind), "python", .string(node.file), .int(Int64(node.startLine)),
            .int(Int64(node.startLine + node.lineCount - 1)),
            node.parent.map { .string($0) } ?? .null, .string(node.visibility),
            .string("def \(node.name)()"), .null, .string("def \(node.name)():\n    pass"),
            .string("\(node.hash)"), .bool(node.isTest), 12, .int(Int64(node.complexity)), "src",
            "src",
        ]
    }

    public static func precedes(_ a: Link, _ b: Link) -> Bool {
        (a.from, a.to, a.kind) < (b.from, b.to, b.kind)
    }

    /// The edges between entities that questions about the whole graph look at, each pair once.
    public func dependencies(_ resolutions: Set<String> = ["exact", "probable"]) -> [String: Set<
        String
    >] {
        var found: [String: Set<String>] = [:]
        for (link, resolution) in links
        where link.kind != "contains" && resolutions.contains(resolution) && nodes[link.from] != nil
            && nodes[link.to] != nil
        {
            found[link.from, default: []].insert(link.to)
        }
        return found
    }
}
