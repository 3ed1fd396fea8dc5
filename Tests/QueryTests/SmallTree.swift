// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Query
import SegmentStore
import TestSupport

/// A code graph that is written row by row, small enough to see what is right.
final class SmallTree {
    private let store: GraphStore
    private let language: String

    init(_ language: String = "java") throws {
        store = try GraphStore.inMemory(schema: CodeGraph.schema)
        self.language = language
    }

    func reader() throws -> Reader { try store.snapshot().reader() }

    /// Returns its key. What is private is so in all languages.
    @discardableResult func add(
        _ kind: String, _ name: String, _ file: String = "a", in parent: String? = nil,
        visibility: String = "private", lines: Int = 5, complexity: Int = 1,
        isTest: Bool = false, hash: String? = nil, signature: String = "", code: String = ""
    ) throws -> String {
        let short = name.split(separator: ".").last.map(String.init) ?? name
        let key = "\(language):\(kind):\(name):\(file)"
        let path = file.split(separator: "~").first.map(String.init) ?? file
        try store.write { batch in
            try batch.append(
                [
                    .string(key), .string(short), .string(name), .string(kind), .string(language),
                    .string(path), 10, .int(Int64(9 + lines)), parent.map { .string($0) } ?? .null,
                    .string(visibility), .string(signature), .null, .string(code),
                    .string(hash ?? key),
                    .bool(isTest), 1, .int(Int64(complexity)), "", "",
                ], to: try batch.relation("entities"))
        }
        return key
    }

    func link(
        _ from: String, _ to: String, _ kind: String = "calls", _ resolution: String = "exact",
        file: String = "a"
    ) throws {
        try store.write { batch in
            try batch.append(
                [
                    "from": .string(from), "to": .string(to), "kind": .string(kind),
                    "file": .string(file), "line": 1, "resolution": .string(resolution),
                ], to: "edges")
        }
    }

    func leaveOutTest(_ file: String) throws {
        try store.write { batch in
            try batch.append(
                [
                    "key": .string("\(language):function:test:\(file)"), "name": "test",
                    "kind": "function", "language": .string(language), "file": .string(file),
                    "start_line": 1, "end_line": 2, "reason": "name",
                ], to: CodeGraph.excludedTests.name)
        }
    }

    /// The qualified names of what is dead.
    func dead() throws -> Set<String> { Set(try DeadCode(reader()).items.map(\.label.name)) }

    /// The qualified names of what a program begins with, in order.
    func beginnings() throws -> [String] { try EntryPoints(reader()).items.map(\.label.name) }
}
