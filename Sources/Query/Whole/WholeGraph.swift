// SPDX-License-Identifier: Apache-2.0
//
// The graph that measures look at: of entities, or of files or folders, which depend on each other
// as what is in them does.

import CodeGraph
import SegmentStore

/// What the nodes of a whole graph stand for.
public enum GraphLevel: String, Sendable, CaseIterable {
    case entity, file, folder
}

/// A node in an answer about a whole graph: an entity, a file or a folder.
public struct GraphNodeLabel: Sendable, Equatable {
    /// The key, or the path.
    public let key: String
    /// As people know it.
    public let name: String
    /// function, class, …; file or folder.
    public let kind: String
    /// Where it is.
    public let file: String
    /// 0 if it is no entity.
    public let line: Int
}

extension GraphNodeLabel {
    init(_ entity: Entity) {
        self.init(
            key: entity.key, name: entity.qualifiedName, kind: entity.kind, file: entity.file,
            line: entity.startLine)
    }
}

/// All of a snapshot's graph at one level. Not for two threads.
public final class WholeGraph {
    /// What the nodes are.
    public let level: GraphLevel
    package let map: CodeMap
    /// Nodes are entities in the order of their keys, or paths in order.
    package let graph: Digraph
    /// Of each entity the node that it is, or is in; -1 for none.
    package let places: [Int32]
    /// Of each node the entity, where they are not the same numbers.
    private let entities: [Int32]
    private let paths: [String]

    /// How many nodes there are.
    public var nodeCount: Int { graph.nodeCount }
    /// How many edges, one for all of a pair's.
    public var edgeCount: Int { graph.edgeCount }

    /// With the edges that `filter` wants, of what is in its folder.
    public init(
        _ reader: Reader, _ level: GraphLevel = .entity,
        _ filter: EdgeFilter = WholeGraph.dependencies
    ) throws {
        self.level = level
        map = try CodeMap(reader, filter)
        if level == .entity, filter.folder.isEmpty {
            graph = map.graph
            places = (0..<Int32(map.nodeCount)).map(\.self)
            (entities, paths) = ([], [])
            return
        }
        let files = try map.words("file")
        let isWithin = files.words.map { isPath($0, in: filter.folder) }
        if level == .entity {
            entities = files.numbers.indices.filter {
                files.numbers[$0] >= 0 && isWithin[Int(files.numbers[$0])]
            }.map { Int32($0) }
            var places = [Int32](repeating: -1, count: map.nodeCount)
            for (node, entity) in entities.enumerated() { places[Int(entity)] = Int32(node) }
            self.places = places
            paths = []
            graph = Self.part(map.graph, places, count: entities.count)
        } else {
            (places, paths) = Self.grouping(files, isWithin, level)
            entities = []
            graph = map.graph.quotient(places, count: paths.count)
        }
    }

    /// The edges between some nodes, which get other numbers.
    private static func part(_ graph: Digraph, _ places: [Int32], count: Int) -> Digraph {
        var edges: [(from: Int32, to: Int32)] = []
        graph.forEachEdge { from, to in
            let (start, end) = (places[Int(from)], places[Int(to)])
            if start >= 0, end >= 0 { edges.append((start, end)) }
        }
        return Digraph(nodeCount: count, edges)
    }

    /// All that is needed, as far as it is known: not what contains what, nor what is unsure.
    public static var dependencies: EdgeFilter { CodeMap.dependencies }

    private static func grouping(
        _ files: (numbers: [Int32], words: [String]), _ isWithin: [Bool], _ level: GraphLevel
    ) -> ([Int32], [String]) {
        let names = files.words.map { level == .folder ? folder(of: $0) : $0 }
        let paths = Set(zip(names, isWithin).filter(\.1).map { ByteText($0.0) }).sorted()
        let places = Dictionary(
            paths.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
        let ofFile = zip(names, isWithin).map { name, isWithin in
            isWithin ? places[ByteText(name)] ?? -1 : -1
        }
        return (files.numbers.map { $0 < 0 ? -1 : ofFile[Int($0)] }, paths.map(\.text))
    }

    static func folder(of path: String) -> String {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
    }

    /// What a node is.
    package func label(_ node: Int) throws -> GraphNodeLabel {
        guard level == .entity else {
            return GraphNodeLabel(
                key: paths[node], name: paths[node], kind: level.rawValue, file: paths[node],
                line: 0)
        }
        let entity = try map.entity(entities.isEmpty ? node : Int(entities[node]))
        return GraphNodeLabel(
            key: entity.key, name: entity.qualifiedName, kind: entity.kind, file: entity.file,
            line: entity.startLine)
    }

    /// The nodes in falling order of a value, those with the same in the order of their keys; those
    /// that have none left out.
    package func ranked<Value: Comparable>(by value: (Int) -> Value?) -> [Int] {
        var found: [(node: Int, value: Value)] = []
        for node in 0..<nodeCount {
            if let value = value(node) { found.append((node, value)) }
        }
        found.sort { $0.value != $1.value ? $0.value > $1.value : $0.node < $1.node }
        return found.map(\.node)
    }
}
