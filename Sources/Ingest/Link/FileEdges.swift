// SPDX-License-Identifier: Apache-2.0
//
// The edges that begin in a file, as they are stored.

import Codec

struct FileEdges: Sendable {
    struct Edge: Sendable {
        var from: String
        var to: String
        var kind: EdgeKind
        var resolution: Resolution
        /// Ascending.
        var lines: [Int]
    }

    let edges: [Edge]
    /// The names that they depend on, as hashes of four bytes.
    let names: [UInt8]
    /// Of both.
    let hash: String

    init(_ number: Int, _ references: FileReferences, _ linker: Linker) {
        let table = linker.table
        let file = table.files[number]
        let facts = file.facts
        var edges: [Edge] = []
        var places: [Link: Int] = [:]
        // Each is the end of many.
        var keys: [Symbol: String] = [:]
        func key(_ symbol: Symbol) -> String {
            if let known = keys[symbol] { return known }
            let key = table.key(symbol)
            keys[symbol] = key
            return key
        }
        func add(_ link: Link, _ resolution: Resolution, _ line: Int) {
            if let place = places[link] {
                // Of places that are not equally sure the surest counts; that it may be meant at
                // another as well, the edges to the other candidates say.
                let isGuess = resolution == .ambiguous
                let wasGuess = edges[place].resolution == .ambiguous
                if resolution.rank < edges[place].resolution.rank {
                    edges[place].resolution = resolution
                    if wasGuess { edges[place].lines.removeAll() }
                }
                if !isGuess || wasGuess { edges[place].lines.append(line) }
            } else {
                places[link] = edges.count
                let to =
                    switch link.target {
                    case .symbol(let symbol): key(symbol)
                    case .external(let path):
                        EntityKey.external(
                            file.language.isManifest ? file.language.family : file.language.name,
                            path)
                    case .unresolved(let name): EntityKey.unresolved(file.language.name, name)
                    }
                edges.append(
                    Edge(
                        from: key(file.first + link.from), to: to, kind: link.kind,
                        resolution: resolution,
                        lines: [line]))
            }
        }
        for (index, definition) in facts.definitions.enumerated() where definition.parent >= 0 {
            if definition.isExcluded || facts.definitions[definition.parent].isExcluded { continue }
            add(
                Link(
                    from: definition.parent, kind: .contains, target: .symbol(file.first + index)),
                .exact, references.lines[index])
        }
        for (link, resolution, line) in linker.links(of: number, references.references) {
            add(link, resolution, line)
        }
        for (index, declaration) in linker.declared() {
            add(
                Link(from: index, kind: .implements, target: .symbol(declaration)), .exact,
                references.lines[index])
        }
        for index in edges.indices { edges[index].lines.sort() }
        self.edges = edges
        names = linker.namesLookedUp.flatMap { name in
            withUnsafeBytes(of: name.littleEndian) { Array($0) }
        }
        hash = Self.hash(edges, names)
    }

    private static func hash(_ edges: [Edge], _ names: [UInt8]) -> String {
        let bytes = ByteBuffer()
        names.withUnsafeBytes { bytes.append($0) }
        for edge in edges {
            for text in [edge.from, edge.to, edge.kind.rawValue, edge.resolution.rawValue] {
                bytes.appendString(text)
            }
            bytes.appendVarint(UInt64(edge.lines.count))
            for line in edge.lines { bytes.appendVarint(UInt64(line)) }
        }
        return hexadecimal(xxh3(bytes.bytes))
    }
}
