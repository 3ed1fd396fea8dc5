// SPDX-License-Identifier: Apache-2.0
//
// Parts of a graph that have more to do with themselves than with the rest.

import SegmentStore

/// Nodes that belong together.
public struct Community: Sendable {
    /// 0 is the largest.
    public let number: Int
    /// Those with the most edges within it first.
    public let members: [GraphNodeLabel]
    /// Edges between its members.
    public let insideCount: Int
    /// Edges that lead out of it or into it.
    public let outsideCount: Int
    /// The folder that all of its members are in.
    public let folder: String
}

/// Communities by Leiden's algorithm.
public struct Communities: Sendable {
    /// A page of them, the largest first; single nodes that belong to none are left out.
    public var communities: [Community] = []
    /// How many there are.
    public var total = 0
    /// How good the partition is: 0 is chance.
    public var modularity = 0.0
    /// How many nodes are in one.
    public var nodeCount = 0
}

extension WholeGraph {
    /// `granularity` above 1 makes more and smaller ones.
    public func communities(
        granularity: Double = 1, limit: Int = 20, offset: Int = 0,
        progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws -> Communities {
        var options = Leiden.Options()
        options.resolution = granularity
        let undirected = graph.undirected()
        let leiden = try Leiden(graph, options, progress: progress)
        var answer = Communities()
        answer.modularity = leiden.modularity
        let groups = (0..<leiden.count).filter { leiden.members.size($0) > 1 }
        answer.total = groups.count
        answer.nodeCount = groups.reduce(0) { $0 + leiden.members.size($1) }
        for number in groups.dropFirst(offset).prefix(limit) {
            let nodes = leiden.members[number]
            var inside: [Int32: Int] = [:]
            var outside = 0
            for node in nodes {
                for other in undirected.neighbours(Int(node)) {
                    if leiden.communities[Int(other)] == number {
                        inside[node, default: 0] += 1
                    } else {
                        outside += 1
                    }
                }
            }
            let order = nodes.sorted { a, b in
                let (more, less) = (inside[a] ?? 0, inside[b] ?? 0)
                return more != less ? more > less : a < b
            }
            let members = try order.map { try label(Int($0)) }
            answer.communities.append(
                Community(
                    number: number, members: members,
                    insideCount: inside.values.reduce(0, +) / 2, outsideCount: outside,
                    folder: Self.commonFolder(members.map(\.file))))
        }
        return answer
    }

    private static func commonFolder(_ files: [String]) -> String {
        var common: [Substring]?
        for file in Set(files) {
            let folders = file.split(separator: "/").dropLast()
            let shared = zip(common ?? Array(folders), folders).prefix { $0 == $1 }
            common = shared.map { $0.0 }
        }
        return common.map { $0.joined(separator: "/") } ?? ""
    }
}
