// SPDX-License-Identifier: Apache-2.0
//
// Entities that are one thing in a program: what C declares in a header and defines elsewhere, and
// what Python and TypeScript declare several times to say which types it takes. What is used is
// used by any of them.

import CodeGraph

struct Twins {
    /// Of each entity the first of those that are one thing with it, itself if it is alone.
    private(set) var firsts: [Int32]
    /// All of a thing, under its first; nothing of what is alone.
    private(set) var all: [Int32: [Int32]] = [:]
    /// What is defined elsewhere in the tree.
    private var declared: Set<Int32> = []

    init(_ map: CodeMap, _ words: EntityWords) throws {
        firsts = (0..<Int32(map.entityCount)).map(\.self)
        // Of what is no type, what it implements is its declaration.
        var filter = EdgeFilter()
        filter.kinds = ["implements"]
        func isNoType(_ node: Int) -> Bool { words.isFunction(node) || words.isData(node) }
        let declarations = try CodeMap(map, filter).graph
        for node in 0..<map.entityCount where isNoType(node) {
            for other in declarations.neighbours(node) where isNoType(Int(other)) {
                unite(Int32(node), other)
                declared.insert(other)
            }
        }
        // Overloads stand beside each other in the order of keys.
        for node in 1..<max(map.entityCount, 1)
        where words.nameNumber(node) == words.nameNumber(node - 1) && words.isFunction(node)
            && ["python", "typescript", "tsx"].contains(words.language(node))
        {
            let (key, other) = (KeyParts(try map.key(node)), KeyParts(try map.key(node - 1)))
            if key == other { unite(Int32(node), Int32(node - 1)) }
        }
        for node in firsts.indices {
            firsts[node] = first(Int32(node))
            if firsts[node] != node {
                all[firsts[node], default: [firsts[node]]].append(Int32(node))
            }
        }
    }

    func areOne(_ a: Int32, _ b: Int32) -> Bool { firsts[Int(a)] == firsts[Int(b)] }
    func isDeclaration(_ node: Int) -> Bool { declared.contains(Int32(node)) }

    private mutating func unite(_ a: Int32, _ b: Int32) {
        let (first, second) = (first(a), first(b))
        firsts[Int(max(first, second))] = min(first, second)
    }

    private func first(_ node: Int32) -> Int32 {
        var node = node
        while firsts[Int(node)] != node { node = firsts[Int(node)] }
        return node
    }
}
