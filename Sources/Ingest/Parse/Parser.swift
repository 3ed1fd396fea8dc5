// SPDX-License-Identifier: Apache-2.0
import CSegstoreTreeSitter
import Platform

/// Makes trees out of bytes; of one thread.
final class Parser {
    private let parser: OpaquePointer?
    private var language: OpaquePointer?

    init() { parser = ts_parser_new() }

    deinit { ts_parser_delete(parser) }

    /// A file may take so many steps for each of its bytes, of the parser's own, and some more.
    /// Code takes less than a tenth of a step.
    private static let stepsPerByte = 4
    private static let freeSteps = 100_000

    /// Nil if the parser would take too long over it.
    func parse(_ bytes: UnsafeRawBufferPointer, _ grammar: Grammar) -> SyntaxTree? {
        if language != grammar.language {
            ts_parser_set_language(parser, grammar.language)
            language = grammar.language
        }
        let limit = UInt64(bytes.count * Self.stepsPerByte + Self.freeSteps)
        let tree = segstore_parse(
            parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(bytes.count),
            limit)
        return tree.map { SyntaxTree(tree: $0) }
    }
}

/// Owns a tree.
final class SyntaxTree {
    private let tree: OpaquePointer

    fileprivate init(tree: OpaquePointer) { self.tree = tree }

    deinit { ts_tree_delete(tree) }

    var root: TSNode { ts_tree_root_node(tree) }
}

extension TSNode {
    var start: Int { Int(ts_node_start_byte(self)) }
    var end: Int { Int(ts_node_end_byte(self)) }
    var range: Range<Int> { start..<end }
    /// From 1.
    var line: Int { Int(ts_node_start_point(self).row) + 1 }
    var symbol: Int { Int(ts_node_symbol(self)) }

    private var found: TSNode? { ts_node_is_null(self) ? nil : self }

    subscript(field: StaticString) -> TSNode? {
        ts_node_child_by_field_name(
            self, UnsafeRawPointer(field.utf8Start).assumingMemoryBound(to: CChar.self),
            UInt32(field.utf8CodeUnitCount)
        ).found
    }

    func `is`(_ type: StaticString) -> Bool {
        guard let own = ts_node_type(self) else { return false }
        let name = UnsafeRawPointer(type.utf8Start).assumingMemoryBound(to: CChar.self)
        var index = 0
        while own[index] == name[index] {
            if own[index] == 0 { return true }
            index += 1
        }
        return false
    }

    func isOne(of types: StaticString...) -> Bool { types.contains { self.is($0) } }

    var parent: TSNode? { ts_node_parent(self).found }
    var next: TSNode? { ts_node_next_named_sibling(self).found }
    var previous: TSNode? { ts_node_prev_named_sibling(self).found }

    /// Those with a name of the grammar's, in their order, at most so many.
    func children(atMost limit: Int = .max) -> [TSNode] {
        var cursor = ts_tree_cursor_new(self)
        defer { ts_tree_cursor_delete(&cursor) }
        var nodes: [TSNode] = []
        guard ts_tree_cursor_goto_first_child(&cursor) else { return [] }
        repeat {
            let node = ts_tree_cursor_current_node(&cursor)
            if ts_node_is_named(node) { nodes.append(node) }
        } while nodes.count < limit && ts_tree_cursor_goto_next_sibling(&cursor)
        return nodes
    }

    /// Those without a name too.
    func allChildren() -> [TSNode] {
        var cursor = ts_tree_cursor_new(self)
        defer { ts_tree_cursor_delete(&cursor) }
        var nodes: [TSNode] = []
        guard ts_tree_cursor_goto_first_child(&cursor) else { return [] }
        repeat {
            nodes.append(ts_tree_cursor_current_node(&cursor))
        } while ts_tree_cursor_goto_next_sibling(&cursor)
        return nodes
    }

    /// All children of that field.
    func children(_ field: StaticString) -> [TSNode] {
        var cursor = ts_tree_cursor_new(self)
        defer { ts_tree_cursor_delete(&cursor) }
        var nodes: [TSNode] = []
        guard ts_tree_cursor_goto_first_child(&cursor) else { return [] }
        let wanted = String(describing: field)
        repeat {
            if let name = ts_tree_cursor_current_field_name(&cursor),
                wanted == String(cString: name)
            {
                nodes.append(ts_tree_cursor_current_node(&cursor))
            }
        } while ts_tree_cursor_goto_next_sibling(&cursor)
        return nodes
    }

    /// The first child of that type.
    func child(_ type: StaticString) -> TSNode? {
        var cursor = ts_tree_cursor_new(self)
        defer { ts_tree_cursor_delete(&cursor) }
        guard ts_tree_cursor_goto_first_child(&cursor) else { return nil }
        repeat {
            let node = ts_tree_cursor_current_node(&cursor)
            if node.is(type) { return node }
        } while ts_tree_cursor_goto_next_sibling(&cursor)
        return nil
    }

    /// The declaration that it is all of: of `type A struct {}` the node is `A struct {}`.
    var whole: TSNode {
        guard let parent, ts_node_named_child_count(parent) == 1 else { return self }
        return parent
    }

    var lastChild: TSNode? {
        let count = ts_node_named_child_count(self)
        return count == 0 ? nil : ts_node_named_child(self, count - 1).found
    }

    var firstChild: TSNode? { ts_node_named_child(self, 0).found }
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
