// SPDX-License-Identifier: Apache-2.0
//
// Which entities are come to. Reached is what a file does when it is run, main functions, tests,
// and all that these lead to; with what is reached, what it is in, and what is used with it without
// being named.

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
        let roots = (0..<map.entityCount).filter {
            words.isFileCode($0) || words.isRunFirst($0) || tests[$0] == 1
        }
        reached = reach(map, roots, unnamed)
        reachedByOthers = reach(
            map, roots + (0..<map.entityCount).filter { words.isExported($0) }, unnamed)
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
