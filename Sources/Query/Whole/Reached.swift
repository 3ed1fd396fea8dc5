// SPDX-License-Identifier: Apache-2.0
//
// Which entities are come to. Reached is what a file does when it is run, main functions, tests,
// what is beside tests that were left out, and all that these lead to; with what is reached, what
// it is in, and what is used with it without being named.

import CodeGraph
import SegmentStore

/// Which entities are come to.
struct Reached {
    let words: EntityWords
    let twins: Twins
    private var reached: [Bool] = []
    /// The same, where all that is exported is used.
    private var reachedByOthers: [Bool] = []

    init(_ map: CodeMap) throws {
        words = try EntityWords(map)
        twins = try Twins(map, words)
        let unnamed = try UnnamedUses(map, words)
        let tests = try map.values("is_test")
        let words = words
        let testFiles = try Self.testFiles(map.reader)
        let roots = (0..<map.entityCount).filter {
            words.isFileCode($0) || words.isRunFirst($0) || tests[$0] == 1
                || testFiles.contains(words.file($0)) && !words.hasTestsAmongCode($0)
        }
        reached = reach(map, roots, unnamed)
        reachedByOthers = reach(
            map, roots + (0..<map.entityCount).filter { words.isExported($0) }, unnamed)
    }

    /// Files that tests were left out of: what else is in them is there for those.
    private static func testFiles(_ reader: Reader) throws -> Set<String> {
        guard let tests = try? reader.relation(CodeGraph.excludedTests.name) else { return [] }
        let counts = try reader.counts(tests, by: try reader.column("file", of: tests))
        return Set(counts.filter { $0.value > 0 }.keys)
    }

    private func reach(_ map: CodeMap, _ roots: [Int], _ unnamed: UnnamedUses) -> [Bool] {
        var reached = [Bool](repeating: false, count: map.entityCount)
        var queue: [Int32] = []
        func reach(_ node: Int32) {
            if reached[Int(node)] { return }
            reached[Int(node)] = true
            queue.append(node)
        }
        for node in roots { reach(Int32(node)) }
        while let node = queue.popLast() {
            for next in map.graph.neighbours(Int(node)) { reach(next) }
            if words.parents[Int(node)] >= 0 { reach(words.parents[Int(node)]) }
            for other in unnamed.uses[node] ?? [] { reach(other) }
            for other in twins.all[twins.firsts[Int(node)]] ?? [] { reach(other) }
        }
        return reached
    }

    func isReached(_ node: Int) -> Bool { reached[node] }
    func isReachedByOthers(_ node: Int) -> Bool { reachedByOthers[node] }

    func isParentReached(_ node: Int) -> Bool {
        words.parents[node] < 0 || reached[Int(words.parents[node])]
    }

    func isParentReachedByOthers(_ node: Int) -> Bool {
        words.parents[node] < 0 || reachedByOthers[Int(words.parents[node])]
    }
}
