// SPDX-License-Identifier: Apache-2.0
import CSegstoreTreeSitter
import Platform

/// Makes trees out of bytes; of one thread.
final class Parser {
    private let parser: OpaquePointer

    init() { parser = segstore_parser_new() }

    deinit { segstore_parser_delete(parser) }

    /// A file may take so many steps for each of its bytes, of the parser's own, and some more.
    /// Code takes less than a tenth of a step.
    private static let stepsPerByte = 4
    private static let freeSteps = 100_000

    /// Nil if the parser would take too long over it. The tree stands until the next one is made.
    func parse(_ bytes: UnsafeRawBufferPointer, _ grammar: Grammar) -> SyntaxNode? {
        let tree = segstore_parse(
            parser, grammar.language, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
            UInt32(bytes.count), Self.limit(bytes.count))
        return tree.map { SyntaxNode(tree: UnsafeMutablePointer(mutating: $0), index: 0) }
    }

    private static func limit(_ byteCount: Int) -> UInt64 {
        UInt64(byteCount * stepsPerByte + freeSteps)
    }

    /// For parts of what this one has parsed.
    private(set) lazy var inner = Parser()

    /// A part of what a tree of another parser is of, as if it were a file. Nil if that has errors.
    func parse(
        _ range: Range<Int>, of bytes: UnsafeRawBufferPointer, inside outer: SyntaxNode
    ) -> SyntaxNode? {
        let tree = segstore_parse_inside(
            parser, outer.tree, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
            UInt32(range.lowerBound), UInt32(range.upperBound), Self.limit(range.count))
        guard let tree, !tree.pointee.has_errors else { return nil }
        return SyntaxNode(tree: UnsafeMutablePointer(mutating: tree), index: 0)
    }
}

/// A place in a tree that is laid out as an array, where what is inside of a node follows it.
struct SyntaxNode {
    fileprivate let tree: UnsafeMutablePointer<SegstoreTree>
    let index: Int

    private var record: UnsafeMutablePointer<SegstoreNode> { tree.pointee.nodes + index }

    var start: Int { Int(record.pointee.start) }
    var end: Int { Int(record.pointee.end) }
    var range: Range<Int> { start..<end }
    /// From 1.
    var line: Int { Int(segstore_line(tree, record.pointee.start)) }
    /// That of its last byte, unless that ends a line and the next begins: what is empty has one.
    var lastLine: Int {
        let end = record.pointee.end
        return Int(segstore_line(tree, end > record.pointee.start ? end - 1 : end))
    }
    var symbol: Int { Int(record.pointee.symbol) }
    /// The first node after this one and all in it.
    var after: Int { Int(record.pointee.after) }

    /// Whether it is one of the grammar's rules, and no mere word or sign.
    var isNamed: Bool { Int32(record.pointee.flags) & SEGSTORE_NODE_NAMED != 0 }
    /// Whether the parser put it there for what it missed.
    var isMissing: Bool { Int32(record.pointee.flags) & SEGSTORE_NODE_MISSING != 0 }
    var isError: Bool { record.pointee.symbol == .max }

    /// The node at a place of the same tree.
    func at(_ index: Int) -> SyntaxNode { SyntaxNode(tree: tree, index: index) }

    /// Whether the tree was looked at so often that there must be no end to it.
    var isExhausted: Bool { tree.pointee.steps_left == 0 }

    subscript(field: StaticString) -> SyntaxNode? {
        let number = number(of: field)
        return allChildren.first { $0.isField(number) }
    }

    func isField(_ field: StaticString) -> Bool { isField(number(of: field)) }

    private func isField(_ number: UInt16) -> Bool {
        record.pointee.field == number || record.pointee.outer_field == number
    }

    private func number(of field: StaticString) -> UInt16 {
        segstore_field(
            tree, UnsafeRawPointer(field.utf8Start).assumingMemoryBound(to: CChar.self),
            UInt32(field.utf8CodeUnitCount))
    }

    func `is`(_ type: StaticString) -> Bool {
        guard let own = ts_language_symbol_name(tree.pointee.language, record.pointee.symbol) else {
            return false
        }
        let name = UnsafeRawPointer(type.utf8Start).assumingMemoryBound(to: CChar.self)
        var index = 0
        while own[index] == name[index] {
            if own[index] == 0 { return true }
            index += 1
        }
        return false
    }

    func isOne(of types: StaticString...) -> Bool { types.contains { self.is($0) } }

    var parent: SyntaxNode? {
        let parent = record.pointee.parent
        return parent == .max ? nil : at(Int(parent))
    }

    /// Its children, those too that are mere words and signs.
    var allChildren: Children { Children(from: index + 1, of: self) }

    struct Children: Sequence, IteratorProtocol {
        private var nextNode: SyntaxNode
        private let end: Int

        fileprivate init(from index: Int, of parent: SyntaxNode) {
            nextNode = parent.at(index)
            end = parent.after
        }

        mutating func next() -> SyntaxNode? {
            guard nextNode.index < end, nextNode.tree.pointee.steps_left > 0 else { return nil }
            nextNode.tree.pointee.steps_left -= 1
            defer { nextNode = nextNode.at(nextNode.after) }
            return nextNode
        }
    }

    /// Those of the grammar's rules, in their order, at most so many.
    func children(atMost limit: Int = .max) -> [SyntaxNode] {
        var nodes: [SyntaxNode] = []
        for node in allChildren where node.isNamed {
            nodes.append(node)
            if nodes.count == limit { break }
        }
        return nodes
    }

    var childCount: Int { allChildren.reduce(0) { $0 + ($1.isNamed ? 1 : 0) } }

    /// All children of that field.
    func children(_ field: StaticString) -> [SyntaxNode] {
        let number = number(of: field)
        return allChildren.filter { $0.isField(number) }
    }

    /// The first child of that type.
    func child(_ type: StaticString) -> SyntaxNode? { allChildren.first { $0.is(type) } }

    var firstChild: SyntaxNode? { allChildren.first { $0.isNamed } }

    var lastChild: SyntaxNode? {
        var last: SyntaxNode?
        for node in allChildren where node.isNamed { last = node }
        return last
    }

    /// The next one beside it.
    var next: SyntaxNode? {
        guard let parent else { return nil }
        return Children(from: after, of: parent).first { $0.isNamed }
    }

    var previous: SyntaxNode? {
        var last: SyntaxNode?
        for node in parent?.allChildren ?? Children(from: after, of: self) {
            if node.index == index { return last }
            if node.isNamed { last = node }
        }
        return nil
    }
}

/// The parser without anything behind it: what an ingest is measured against.
package struct ParserAlone: Sendable {
    private let languages: LanguageTable
    private let threadCount: Int

    package init(_ languages: LanguageTable, _ threadCount: Int) {
        self.languages = languages
        self.threadCount = threadCount
    }

    /// Reads and parses all files that there is a grammar for; returns how many.
    package func run(_ entries: [SourceWalker.Entry], root: String) throws -> Int {
        let languages = languages
        let places = entries.indices.filter {
            if case .file = entries[$0].content {
                LanguageTable.index(forName: entries[$0].name) != nil
            } else {
                false
            }
        }
        var count = 0
        try OrderedWork.run(
            places.count, threads: threadCount, lead: threadCount * 16,
            makeWorker: {
                let parser = Parser()
                return { index -> Bool in
                    let entry = entries[places[index]]
                    guard let language = LanguageTable.index(forName: entry.name),
                        let compiled = try? languages.compiled(language),
                        let bytes = try? File(Directory.join(root, entry.path), .read)
                            .readAll(limit: 16 << 20)
                    else { return false }
                    return bytes.withUnsafeBytes { parser.parse($0, compiled.grammar) != nil }
                }
            }, consume: { _, isParsed in count += isParsed ? 1 : 0 })
        return count
    }
}
