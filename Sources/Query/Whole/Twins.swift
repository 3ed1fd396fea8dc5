// SPDX-License-Identifier: Apache-2.0
//
// Entities that are one thing in a program: what C declares in a header and defines elsewhere, and
// what Python and TypeScript declare several times to say which types it takes. What is used is
// used by any of them.

import CodeGraph

struct Twins {
    /// Of each entity the first of those that are one thing with it, itself if it is alone.
    let firsts: [Int32]
    /// All of a thing, under its first; nothing of what is alone.
    private(set) var all: [Int32: [Int32]] = [:]

    /// Such stand beside each other in the order of keys.
    init(_ map: CodeMap, _ words: EntityWords) throws {
        var firsts = (0..<Int32(map.entityCount)).map(\.self)
        for node in 1..<max(map.entityCount, 1)
        where words.nameNumber(node) == words.nameNumber(node - 1) && words.isFunction(node) {
            let (key, other) = (KeyParts(try map.key(node)), KeyParts(try map.key(node - 1)))
            guard key.qualifiedName == other.qualifiedName, key.kind == other.kind,
                key.language == other.language,
                Self.areOne(words, node, node - 1, isSameFile: key.file == other.file)
            else { continue }
            firsts[node] = firsts[node - 1]
            all[firsts[node], default: [firsts[node]]].append(Int32(node))
        }
        self.firsts = firsts
    }

    private static func areOne(
        _ words: EntityWords, _ node: Int, _ other: Int, isSameFile: Bool
    ) -> Bool {
        switch words.language(node) {
        // Functions that only their file sees may have the name of another's.
        case "c", "cpp":
            words.kind(node) == "method" || isSameFile
                || words.isOpen(node) && words.isOpen(other)
        case "python", "typescript", "tsx": isSameFile
        default: false
        }
    }
}
