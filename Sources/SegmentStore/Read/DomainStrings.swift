// SPDX-License-Identifier: Apache-2.0
//
// The strings of a domain as nodes, whichever relations have them: for whoever numbers all of them.

import Codec

extension Reader {
    /// How many strings each segment has of a domain.
    package func stringCounts(ofDomain name: String) throws -> [Int] {
        let domain = schema.domains.firstIndex(of: name)
        return core.parts.map { part in
            domain.flatMap { part.segment.dictionary($0)?.count } ?? 0
        }
    }

    package func appendString(
        of node: Node, domain name: String, to out: ByteBuffer
    ) throws(StoreError) {
        guard let domain = schema.domains.firstIndex(of: name),
            let dictionary = core.parts[Int(node.part)].segment.dictionary(domain)
        else { return }
        try dictionary.append(Int(node.id), to: out)
    }

    /// The string of a number that a segment's interned column has.
    package func string(part: Int, number: Int64, domain name: String) throws -> String {
        let bytes = ByteBuffer()
        guard number >= 0 else { return "" }
        try appendString(of: Node(part: part, id: Int(number)), domain: name, to: bytes)
        return String(decoding: bytes.bytes, as: UTF8.self)
    }

    /// Where a string is, in the newest segment that has it.
    package func place(of string: String, domain name: String) throws -> Node? {
        guard let domain = schema.domains.firstIndex(of: name) else { return nil }
        var string = string
        return try string.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            let hash = xxh3(bytes)
            for (number, part) in core.parts.enumerated().reversed() {
                if let id = try part.segment.dictionary(domain)?.find(bytes, hash: hash) {
                    return Node(part: number, id: id)
                }
            }
            return nil
        }
    }

    /// The live row whose only key column is a string, if that segment has it.
    package func row(_ relation: Int, at node: Node) throws -> RowID? {
        guard let rows = core.reader(Int(node.part), relation),
            Int(node.id) < rows.keyOffsets.count - 1
        else { return nil }
        let range = try rows.keyOffsets.range(Int(node.id), limit: rows.keyRows.count)
        guard let entry = range.first else { return nil }
        let row = try rows.keyRows.value(entry)
        return core.parts[Int(node.part)].dead[relation].contains(row)
            ? nil : RowID(part: Int(node.part), row: row)
    }

    /// Which string of its segment a row has in an interned column; nil for null.
    package func node(_ relation: Int, _ row: RowID, _ column: Int) throws -> Node? {
        guard let rows = core.reader(Int(row.part), relation),
            let id = try rows.id(column: column, row: Int(row.row))
        else { return nil }
        return Node(part: Int(row.part), id: id)
    }

    /// Whether live edges of the segment begin or end at a string.
    package func hasEdges(_ relation: Int, at node: Node) throws -> Bool {
        guard let rows = core.reader(Int(node.part), relation) else { return false }
        let dead = core.parts[Int(node.part)].dead[relation]
        let indexes =
            [(rows.keyOffsets, rows.keyRows)] + (rows.target.map { [($0.offsets, $0.rows)] } ?? [])
        for (offsets, entries) in indexes where Int(node.id) < offsets.count - 1 {
            for entry in try offsets.range(Int(node.id), limit: entries.count)
            where !dead.contains(try entries.value(entry)) {
                return true
            }
        }
        return false
    }

    /// The first strings of a domain that begin with `prefix`, in order, and the last one. Some may
    /// be in no live row any more.
    package func strings(
        ofDomain name: String, prefix: String, limit: Int
    ) throws -> [String] {
        guard let domain = schema.domains.firstIndex(of: name) else { return [] }
        var found = Set<String>()
        var last = Set<String>()
        let begin = Array(prefix.utf8)
        // No byte of UTF-8 is as large.
        let end = begin + [0xff]
        let bytes = ByteBuffer()
        for part in core.parts {
            guard let dictionary = part.segment.dictionary(domain) else { continue }
            func bound(_ key: [UInt8]) throws -> Int {
                try key.withUnsafeBytes { try dictionary.lowerBound($0, scratch: bytes) }
            }
            func string(_ id: Int) throws -> String {
                bytes.removeAll()
                try dictionary.append(id, to: bytes)
                return String(decoding: bytes.bytes, as: UTF8.self)
            }
            let ids = try bound(begin)..<max(try bound(begin), try bound(end))
            for id in ids.prefix(limit) { found.insert(try string(id)) }
            if let id = ids.last { last.insert(try string(id)) }
        }
        func precedes(_ a: String, _ b: String) -> Bool {
            a.utf8.lexicographicallyPrecedes(b.utf8)
        }
        let first = found.union(last).sorted(by: precedes)
        guard first.count > limit, limit > 0, let end = first.last else { return first }
        return first.prefix(limit - 1) + [end]
    }

    /// Calls `body` with each string of a domain in order, as the places where it stands.
    package func forEachMergedString(
        ofDomain name: String, _ body: (ArraySlice<Node>) throws -> Void
    ) throws {
        guard let domain = schema.domains.firstIndex(of: name) else { return }
        let cursors = core.parts.enumerated().compactMap { number, part in
            part.segment.dictionary(domain).map { StringCursor(number, $0) }
        }
        guard cursors.count > 1 else {
            // Numbers are in the order of the strings.
            for cursor in cursors {
                for id in 0..<cursor.dictionary.count {
                    try body([Node(part: cursor.part, id: id)])
                }
            }
            return
        }
        var rest = try cursors.filter { try $0.advance() }
        var same: [Node] = []
        while var least = rest.first {
            for cursor in rest.dropFirst()
            where compareBytes(cursor.string.bytes, least.string.bytes) < 0 {
                least = cursor
            }
            same.removeAll(keepingCapacity: true)
            let equal = rest.filter {
                $0 === least || compareBytes($0.string.bytes, least.string.bytes) == 0
            }
            for cursor in equal { same.append(Node(part: cursor.part, id: cursor.id)) }
            try body(same[...])
            for cursor in equal where try !cursor.advance() { rest.removeAll { $0 === cursor } }
        }
    }

    package func damage(_ what: String) -> StoreError { .corrupted(what, in: core.path) }
}

/// Walks a dictionary's strings in order.
private final class StringCursor {
    let part: Int
    let dictionary: DictionaryReader
    private(set) var id = -1
    let string = ByteBuffer()

    init(_ part: Int, _ dictionary: DictionaryReader) {
        self.part = part
        self.dictionary = dictionary
    }

    func advance() throws -> Bool {
        id += 1
        guard id < dictionary.count else { return false }
        string.removeAll()
        try dictionary.append(id, to: string)
        return true
    }
}
