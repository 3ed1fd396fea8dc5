// SPDX-License-Identifier: Apache-2.0
//
// How far apart the methods of types are that do anything: what is only declared uses no field, so
// it would be a part of its own.

/// LCOM4 of types with fields that are no interfaces, without methods that have no body.
struct BodyParts {
    /// By entity.
    private(set) var parts: [(type: Int, count: Int)] = []

    init(_ map: CodeMap, _ types: TypeNodes) throws {
        let words = try EntityWords(map)
        let isJoined = Self.joined(map.graph, types)
        var counts = types.measures.classes.map(\.parts)
        for node in 0..<map.entityCount
        where types.roles[node] == .method && types.owners[node] >= 0 && !isJoined[node] {
            let owner = Int(types.owners[node])
            let needsLook = counts[owner] > 1 && !words.isAbstract(Int(types.types[owner]))
            if needsLook, try !Self.hasBody(map.text(node, "code"), words.language(node)) {
                counts[owner] -= 1
            }
        }
        // Without fields there is nothing that would hold methods together.
        for (number, type) in types.types.enumerated()
        where !words.isAbstract(Int(type)) && types.measures.classes[number].fieldCount > 0 {
            parts.append((Int(type), counts[number]))
        }
    }

    /// Which methods and fields lead to others of their type, or are led to.
    private static func joined(_ graph: Digraph, _ types: TypeNodes) -> [Bool] {
        var isJoined = [Bool](repeating: false, count: graph.nodeCount)
        graph.forEachEdge { from, to in
            let (start, end) = (Int(from), Int(to))
            if start != end, types.owners[start] == types.owners[end],
                types.roles[start] == .method, types.roles[end] != .other
            {
                isJoined[start] = true
                isJoined[end] = true
            }
        }
        return isJoined
    }

    /// Whether code does more than to declare something, as far as its language lets that be seen.
    private static func hasBody(_ code: String, _ language: String) -> Bool {
        switch language {
        case "c", "cpp", "rust", "php", "typescript", "tsx", "java":
            code.utf8.contains(UInt8(ascii: "{"))
        case "csharp", "kotlin", "scala", "swift":
            code.utf8.contains { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "=") }
        default: true
        }
    }
}
