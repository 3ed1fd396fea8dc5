// SPDX-License-Identifier: Apache-2.0
//
// Edges whose ends are no entities once the batch is committed.

import CodeGraph
import SegmentStore
import TestSupport
import Testing

extension BatchContractTests {
    static let policies: [ReferenceCheck.Policy] = [.warn, .drop, .refuse]

    private func checking(_ policy: ReferenceCheck.Policy) -> WriteOptions {
        var options = WriteOptions()
        options.references = [CodeGraph.edgeEnds(policy)]
        return options
    }

    /// A write in which these edges, and no others, lead nowhere.
    private func expectDangling(
        _ dangling: [[Value]], among edges: [[Value]], _ policy: ReferenceCheck.Policy,
        before: [[Value]] = [], in store: GraphStore? = nil, _ fill: (Batch) throws -> Void,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let store = store ?? self.store
        let generation = try store.snapshot().generation
        let options = checking(policy)
        var reported: [RowProblem] = []
        var receipt: WriteReceipt?
        do {
            receipt = try store.write(options, fill)
            reported = receipt?.dangling ?? []
            #expect(receipt?.danglingCount == dangling.count, sourceLocation: location)
            #expect(policy != .refuse || dangling.isEmpty, sourceLocation: location)
        } catch let error as StoreError {
            #expect(error.code == .danglingReference, "\(error)", sourceLocation: location)
            #expect(policy == .refuse && !dangling.isEmpty, sourceLocation: location)
            #expect(error.message.hasPrefix("\(dangling.count) row"), sourceLocation: location)
            reported = error.rows
        }
        #expect(reported.map(\.relation) == dangling.map { _ in "edges" }, sourceLocation: location)
        #expect(
            reported.map(\.key) == dangling.map { "\($0[0]), \($0[1]), \($0[2])" },
            sourceLocation: location)
        let isCommitted = policy != .refuse || dangling.isEmpty
        #expect(
            try store.snapshot().generation == generation + (isCommitted ? 1 : 0),
            sourceLocation: location)
        let isKept = policy == .warn || dangling.isEmpty
        let expected =
            isCommitted
            ? before + (isKept ? edges : edges.filter { !dangling.contains($0) }) : before
        #expect(try edgeDifferences(store, from: expected) == [], sourceLocation: location)
        #expect(try store.verify().isSound, sourceLocation: location)
    }

    /// Rows, and both directions of every end.
    private func edgeDifferences(_ store: GraphStore, from edges: [[Value]]) throws -> [String] {
        let snapshot = try store.snapshot()
        var found = try TestSupport.differences(snapshot, Self.edges, from: edges)
        let reader = snapshot.reader()
        for key in Set((edges.flatMap { $0[0..<2] } + endsSeen).map { "\($0)" }) {
            for (direction, near, far) in [(Direction.outgoing, 0, 1), (.incoming, 1, 0)] {
                let wanted = edges.filter { $0[near] == .string(key) }.map { "\($0[far])" }
                let met = try reader.edges(Self.edges, direction, of: key).map {
                    try reader.key(of: $0, Self.edges)
                }
                if met.sorted() != wanted.sorted() { found.append("\(direction) \(key): \(met)") }
            }
        }
        return found
    }

    /// The ends of edges that may have been dropped.
    private var endsSeen: [Value] {
        (0..<60).map { .string(CodeRows.key($0)) } + [.string("nowhere"), .string("elsewhere")]
    }

    @Test(arguments: policies)
    func endsInTheSameBatchMayComeBeforeOrAfter(policy: ReferenceCheck.Policy) throws {
        let edges = (0..<40).map { CodeRows.edge($0, ($0 + 7) % 40) }
        try expectDangling([], among: edges, policy) { batch in
            for number in 0..<20 { try batch.append(CodeRows.entity(number), to: Self.entities) }
            for edge in edges { try batch.append(edge, to: Self.edges) }
            for number in 20..<40 { try batch.append(CodeRows.entity(number), to: Self.entities) }
        }
    }

    @Test(arguments: policies)
    func endsMayBeInTheStore(policy: ReferenceCheck.Policy) throws {
        // In two segments, one of them with a row that was replaced.
        try write((0..<20).map { CodeRows.entity($0) })
        try write((15..<40).map { CodeRows.entity($0, version: 1) })
        let edges = (0..<40).map { CodeRows.edge($0, ($0 + 7) % 40) }
        try expectDangling([], among: edges, policy) { batch in
            for edge in edges { try batch.append(edge, to: Self.edges) }
        }
    }

    @Test(arguments: policies)
    func endsThatAreNowhere(policy: ReferenceCheck.Policy) throws {
        try write((0..<10).map { CodeRows.entity($0) })
        let good = (0..<20).map { CodeRows.edge($0, ($0 + 7) % 20) }
        // From nowhere, to nowhere, both, and each of two kinds.
        let bad = [
            CodeRows.edge(from: "nowhere", to: CodeRows.key(3)),
            CodeRows.edge(from: CodeRows.key(3), to: "nowhere"),
            CodeRows.edge(from: "nowhere", to: "elsewhere"),
            CodeRows.edge(from: "nowhere", to: "nowhere"),
            CodeRows.edge(from: CodeRows.key(12), to: "elsewhere", kind: "calls"),
            CodeRows.edge(from: CodeRows.key(12), to: "elsewhere", kind: "uses"),
            CodeRows.edge(3, 33),
        ]
        let edges = Array(good[..<8]) + bad[..<4] + good[8...] + bad[4...]
        try expectDangling(bad, among: edges, policy) { batch in
            for edge in edges { try batch.append(edge, to: Self.edges) }
            for number in 10..<20 { try batch.append(CodeRows.entity(number), to: Self.entities) }
        }
        guard policy == .drop else { return }
        // What was dropped does not come back.
        try store.compact()
        #expect(try edgeDifferences(Self.open(path), from: good) == [])
        try write([CodeRows.entity(33)])
        #expect(try edgeDifferences(Self.open(path), from: good) == [])
        #expect(try store.verify(allGenerations: true).isSound)
    }

    @Test(arguments: policies)
    func aReasonSaysWhichEndIsMissing(policy: ReferenceCheck.Policy) throws {
        var problems: [RowProblem] = []
        let fill: (Batch) throws -> Void = { batch in
            try batch.append(CodeRows.entity(0), to: Self.entities)
            try batch.append(CodeRows.edge(0, 0), to: Self.edges)
            try batch.append(
                CodeRows.edge(from: CodeRows.key(0), to: "nowhere"), to: Self.edges)
            try batch.append(
                CodeRows.edge(from: "elsewhere", to: CodeRows.key(0)), to: Self.edges)
        }
        do { problems = try store.write(checking(policy), fill).dangling } catch let error
            as StoreError
        { problems = error.rows }
        #expect(problems.map(\.index) == [1, 2])
        #expect(
            problems.map(\.reason) == [
                "'to' is no key of 'entities': nowhere",
                "'from' is no key of 'entities': elsewhere",
            ])
    }

    @Test(arguments: policies)
    func endsThatTheBatchDeletes(policy: ReferenceCheck.Policy) throws {
        try write((0..<20).map { CodeRows.entity($0) })
        let edges = (0..<20).map { CodeRows.edge($0, 19 - $0) }
        // 3 from the store, 25 of the batch itself; 5 is deleted and comes again.
        let to25 = CodeRows.edge(0, 25)
        let bad = edges.filter {
            [$0[0], $0[1]].contains(.string(CodeRows.key(3)))
        }
        try expectDangling(bad + [to25], among: edges + [to25], policy) { batch in
            for edge in edges { try batch.append(edge, to: Self.edges) }
            try batch.delete(key: .string(CodeRows.key(3)), from: "entities")
            try batch.delete(key: .string(CodeRows.key(5)), from: "entities")
            try batch.append(CodeRows.entity(5, version: 1), to: Self.entities)
            try batch.append(CodeRows.entity(25), to: Self.entities)
            try batch.append(to25, to: Self.edges)
            try batch.delete(key: .string(CodeRows.key(25)), from: "entities")
        }
    }

    @Test(arguments: policies)
    func endsThatTheBatchReplacesByScope(policy: ReferenceCheck.Policy) throws {
        // Twenty entities to a file: the second file comes again with five of them.
        try write((0..<60).map { CodeRows.entity($0) })
        let edges = (0..<60).map { CodeRows.edge($0, 20 + $0 % 20) }
        let bad = edges.enumerated().filter { number, _ in
            (25..<40).contains(number) || number % 20 >= 5
        }.map(\.element)
        try expectDangling(bad, among: edges, policy) { batch in
            for edge in edges { try batch.append(edge, to: Self.edges) }
            for number in 20..<25 {
                try batch.append(CodeRows.entity(number, version: 1), to: Self.entities)
            }
            try batch.replaceScope(CodeRows.file(20), in: "entities")
        }
    }

    @Test(arguments: policies)
    func endsOutsideOfTheTreeAreNotLookedFor(policy: ReferenceCheck.Policy) throws {
        let outside = [
            "rust:external:tokio.spawn:-", "swift:external:Foundation.Data%3A%3Ainit:-",
            "c:external:printf:-",
        ]
        // These only look so.
        let inside = [
            "external", "external:a:b", "rust:externals:a:-", "rust:function:external:src/a.rs", "",
        ]
        func edge(_ to: String) -> [Value] { CodeRows.edge(from: CodeRows.key(0), to: to) }
        let good = outside.map(edge)
        let bad = inside.map(edge)
        try expectDangling(bad, among: good + bad, policy) { batch in
            try batch.append(CodeRows.entity(0), to: Self.entities)
            for edge in good + bad { try batch.append(edge, to: Self.edges) }
        }
    }

    @Test func edgesThatAreNoMoreThanReplacedAreNotChecked() throws {
        // Of an edge that the batch itself replaces or deletes nobody asks where it leads.
        try expectDangling([], among: [CodeRows.edge(0, 1, line: 2)], .refuse) { batch in
            for number in 0..<2 { try batch.append(CodeRows.entity(number), to: Self.entities) }
            try batch.append(CodeRows.edge(0, 40), to: Self.edges)
            try batch.delete(key: Array(CodeRows.edge(0, 40)[0..<3]), from: "edges")
            try batch.append(CodeRows.edge(0, 1, line: 1), to: Self.edges)
            try batch.append(CodeRows.edge(0, 1, line: 2), to: Self.edges)
        }
    }

    @Test(arguments: policies)
    func manyDanglingEdgesAreCountedAndAThousandListed(policy: ReferenceCheck.Policy) throws {
        let fill: (Batch) throws -> Void = { batch in
            try batch.append(CodeRows.entity(0), to: Self.entities)
            for number in 0..<1500 { try batch.append(CodeRows.edge(0, number), to: Self.edges) }
        }
        let problems: [RowProblem]
        do {
            let receipt = try store.write(checking(policy), fill)
            #expect(receipt.danglingCount == 1499)
            problems = receipt.dangling
        } catch let error as StoreError {
            #expect(error.message.hasPrefix("1499 rows refer to what is not there"))
            problems = error.rows
        }
        #expect(problems.map(\.index) == Array(1...1000))
        let kept = policy == .warn ? 1500 : policy == .drop ? 1 : 0
        #expect(try store.snapshot().rowCount("edges") == kept)
    }

    /// The index is that of the row as it was appended, whatever was refused before it.
    @Test(arguments: policies)
    func indexesCountRowsThatWereRefused(policy: ReferenceCheck.Policy) throws {
        var options = checking(policy)
        options.invalidRows = .skip
        let fill: (Batch) throws -> Void = { batch in
            try batch.append(CodeRows.entity(0), to: Self.entities)
            try batch.append(["from": "a"], to: "edges")
            try batch.append(CodeRows.edge(0, 0), to: Self.edges)
            try batch.append(["from": "b"], to: "edges")
            try batch.append(["from": "c"], to: "edges")
            try batch.append(CodeRows.edge(0, 1), to: Self.edges)
            try batch.append(CodeRows.edge(0, 2), to: Self.edges)
            try batch.append(["from": "d"], to: "edges")
            try batch.append(CodeRows.edge(0, 3), to: Self.edges)
        }
        do {
            let receipt = try store.write(options, fill)
            #expect(receipt.dangling.map(\.index) == [4, 5, 7])
            #expect(receipt.problems.map(\.index) == [0, 2, 3, 6])
        } catch let error as StoreError {
            #expect(error.code == .danglingReference)
            #expect(error.rows.map(\.index) == [4, 5, 7])
            #expect(error.message.contains("edges row 4"))
        }
    }

    @Test func aCheckThatMakesNoSenseIsRefused() throws {
        let checks: [(ReferenceCheck, StoreError.Code)] = [
            (ReferenceCheck("no such", ["from"], to: "entities", .warn), .notFound),
            (ReferenceCheck("edges", ["from"], to: "no such", .warn), .notFound),
            (ReferenceCheck("edges", ["no such"], to: "entities", .warn), .invalidArgument),
            (ReferenceCheck("edges", ["kind"], to: "entities", .warn), .invalidArgument),
            (ReferenceCheck("edges", ["file"], to: "entities", .warn), .invalidArgument),
            (ReferenceCheck("entities", ["parent"], to: "edges", .warn), .invalidArgument),
        ]
        for (number, (check, code)) in checks.enumerated() {
            var options = WriteOptions()
            options.references = [check]
            let error = #expect(throws: StoreError.self) {
                try store.write(options) { try $0.append(CodeRows.edge(0, 1), to: Self.edges) }
            }
            #expect(error?.code == code, "check \(number)")
        }
        #expect(try store.snapshot().generation == 0)
    }
}
