// SPDX-License-Identifier: Apache-2.0
//
// Small programs that run: what they really called, line by line, compared with the graph's edges.

import CodeGraph
import Foundation
import Ingest
import Platform
import SegmentStore
import TestSupport
import Testing

@Suite struct TracedTests {
    struct Program: Sendable, CustomTestStringConvertible {
        let name: String
        let command: [String]
        /// Of the calls into the tree, the least that has to be found.
        let resolved: Double
        /// Calls that are compared at least.
        let callCount: Int

        var testDescription: String { name }
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Traced").path

    static let programs = [
        Program(
            name: "python", command: ["python3", "-B", "\(folder)/trace.py"], resolved: 0.91,
            callCount: 60),
        Program(
            name: "bash",
            command: ["bash", "-c", "exec bash \"$0\" \"$1\" 9>&1 >&2", "\(folder)/trace.bash"],
            resolved: 0.95, callCount: 20),
    ]

    private struct Place: Hashable {
        let file: String
        let line: Int
    }

    /// What is called, by its file, and its name without what it is a member of.
    private struct Callee: Hashable, CustomStringConvertible {
        let file: String
        let name: String

        var description: String { "\(name) of \(file)" }
    }

    private static func traced(_ program: Program, _ tree: String) throws -> [Place: Set<Callee>] {
        func name(_ path: Substring) -> String {
            String(path.hasPrefix("./") ? path.dropFirst(2) : path)
        }
        let bytes = try #require(Subprocess.output(of: program.command + [tree]))
        let output = String(decoding: bytes, as: UTF8.self)
        var calls: [Place: Set<Callee>] = [:]
        for line in output.split(separator: "\n") {
            let parts = line.split(separator: "\t")
            let place = Place(file: name(parts[0]), line: try #require(Int(parts[1])))
            calls[place, default: []].insert(
                Callee(file: name(parts[2]), name: String(parts[4])))
        }
        return calls
    }

    @Test(arguments: programs)
    func edgesSayWhatIsCalled(program: Program) throws {
        let root = try TemporaryDirectory(inMemory: true)
        let tree = root.file("tree")
        try FileManager.default.copyItem(atPath: "\(Self.folder)/\(program.name)", toPath: tree)
        let calls = try Self.traced(program, tree)
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        _ = try Ingest(root: tree, languages: IngestTests.languages).run(into: store)
        var found: Set<String> = []
        var wrong: [String] = []
        try Self.forEachCall(store) { place, callee, kind, resolution in
            guard let called = calls[place] else { return }
            if called.contains(callee) {
                if resolution != "ambiguous" { found.insert("\(place) \(callee)") }
            } else if resolution == "exact", kind == "calls" {
                wrong.append("\(place.file):\(place.line) \(callee), called is \(called)")
            }
        }
        #expect(wrong.isEmpty)
        let all = calls.flatMap { place, callees in callees.map { "\(place) \($0)" } }
        #expect(all.count >= program.callCount)
        let missed = all.filter { !found.contains($0) }.sorted()
        #expect(
            Double(all.count - missed.count) >= program.resolved * Double(all.count),
            "\(missed.count) of \(all.count) missed: \(missed)")
    }

    /// All edges to functions, methods and constructors of the tree, at each of their lines.
    private static func forEachCall(
        _ store: GraphStore,
        _ body: (Place, Callee, _ kind: String, _ resolution: String) throws -> Void
    ) throws {
        let reader = try store.snapshot().reader()
        let index = try reader.relation(CodeGraph.edges.name)
        func column(_ name: String) throws -> Int { try reader.column(name, of: index) }
        let columns = (
            try column("to"), try column("kind"), try column("file"), try column("line"),
            try column("lines"), try column("resolution")
        )
        try reader.forEachRowByKey(index) { row in
            func string(_ column: Int) throws -> String {
                try reader.string(index, row, column) ?? ""
            }
            let (kind, to) = (try string(columns.1), try string(columns.0))
            let parts = to.split(separator: ":", maxSplits: 3).map { String($0) }
            guard kind != "contains", parts.count == 4,
                ["function", "method", "constructor", "property"].contains(parts[1])
            else { return }
            let lines = try string(columns.4).split(separator: " ").compactMap { Int($0) }
            let first = Int(try reader.int(index, row, columns.3) ?? 0)
            let file = parts[3].split(separator: "~")[0]
            let name = parts[2].split(separator: ".").last.map { String($0) } ?? parts[2]
            for line in lines.isEmpty ? [first] : lines {
                try body(
                    Place(file: try string(columns.2), line: line),
                    Callee(file: String(file), name: name), kind, try string(columns.5))
            }
        }
    }
}
