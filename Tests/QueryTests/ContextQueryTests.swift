// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Foundation
import Ingest
import Query
import SegmentStore
import TestSupport
import Testing

/// What is chosen for a language model to read: of a real tree.
@Suite struct ContextQueryTests {
    private let reader: Reader
    private let rows: Rows

    init() throws {
        let tree = try Self.tree.get()
        reader = try tree.store.snapshot().reader()
        rows = tree.rows
    }

    /// Ingested once for all tests.
    private static let tree = Result {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let store = try GraphStore.inMemory(schema: CodeGraph.ingestSchema)
        let ingest = Ingest(
            root: root.appendingPathComponent("ThirdParty/tree-sitter/core").path,
            languages: LanguageTable(.standard()))
        _ = try ingest.run(into: store)
        return (store: store, rows: try Rows(store.snapshot().reader()))
    }

    /// All there is, as it stands in the relations.
    private struct Rows {
        struct Edge {
            let from, to, kind, resolution: String
        }
        private(set) var codes: [String: String] = [:]
        private(set) var parents: [String: String] = [:]
        private(set) var edges: [Edge] = []

        init(_ reader: Reader) throws {
            let entities = try reader.relation("entities")
            func text(_ relation: Int, _ row: RowID, _ column: String) throws -> String? {
                try reader.string(relation, row, reader.column(column, of: relation))
            }
            try reader.forEachRowByKey(entities) { row in
                let key = try text(entities, row, "key") ?? ""
                codes[key] = try text(entities, row, "code")
                parents[key] = try text(entities, row, "parent")
            }
            let relation = try reader.relation("edges")
            try reader.forEachRowByKey(relation) { row in
                let columns = ["from", "to", "kind", "resolution"]
                let values = try columns.map { try text(relation, row, $0) ?? "" }
                edges.append(
                    Edge(from: values[0], to: values[1], kind: values[2], resolution: values[3]))
            }
        }

        /// Whether the relations say that this is why.
        func confirm(_ reason: ContextQuery.Reason, _ key: String, of focus: String) -> Bool {
            func isEdge(_ from: String, _ to: String, _ accepts: (String) -> Bool) -> Bool {
                edges.contains { $0.from == from && $0.to == to && accepts($0.kind) }
            }
            let bases = ["extends", "implements"]
            switch reason {
            case .focus: return key == focus
            case .parent:
                var upper = parents[focus]
                while let parent = upper, parent != key { upper = parents[parent] }
                return upper == key
            case .base: return isEdge(focus, key, bases.contains)
            case .member: return isEdge(focus, key) { $0 == "contains" }
            case .calls: return isEdge(focus, key) { $0 == "calls" }
            case .uses:
                return isEdge(focus, key) { !(bases + ["calls", "contains"]).contains($0) }
            case .calledBy: return isEdge(key, focus) { $0 == "calls" }
            case .usedBy: return isEdge(key, focus) { !["calls", "contains"].contains($0) }
            }
        }
    }

    /// Every so-manieth of all keys, and what most others lead to.
    private var keys: [String] {
        var degrees: [String: Int] = [:]
        for edge in rows.edges where rows.codes[edge.to] != nil {
            degrees[edge.to, default: 0] += 1
        }
        let hubs = degrees.sorted { ($0.value, $0.key) > ($1.value, $1.key) }.prefix(4)
        return rows.codes.keys.sorted().enumerated().filter { $0.offset % 97 == 0 }
            .map(\.element).prefix(12) + hubs.map(\.key)
    }

    private func answer(_ key: String, _ budget: Int) throws -> ContextQuery.Answer {
        try ContextQuery(budget: budget).run(reader, for: key)
    }

    @Test func isNeverOverBudget() throws {
        for (number, key) in keys.enumerated() {
            var hadFocus = false
            // All of them for all keys would be minutes.
            for budget in Array(stride(from: number, through: 320, by: 32)) + [1000, 5000] {
                let answer = try answer(key, budget)
                let text = answer.items.map(\.text).joined()
                #expect(answer.tokenCount <= budget && TokenCount.estimate(text) <= budget)
                #expect(answer.tokenCount == answer.items.map(\.tokenCount).reduce(0, +))
                for item in answer.items {
                    #expect(item.tokenCount == TokenCount.estimate(item.text))
                }
                #expect(!hadFocus || answer.items.first?.reason == .focus, "\(key) at \(budget)")
                hadFocus = hadFocus || !answer.items.isEmpty
            }
            #expect(hadFocus)
        }
    }

    @Test func isNeverOverBudgetByRealTokens() throws {
        let cases = keys.flatMap { key in [40, 500, 2500].map { (key, $0) } }
        let texts = try cases.map { key, budget in
            try answer(key, budget).items.map(\.text).joined()
        }
        for ((key, budget), count) in zip(cases, try RealTokens.most(texts)) {
            #expect(count <= budget, "\(key) within \(budget): \(count)")
        }
    }

    @Test func everyReasonIsTrue() throws {
        var met: Set<ContextQuery.Reason> = []
        for key in keys {
            let items = try answer(key, 4000).items
            #expect(items.first?.entity.key == key)
            #expect(Set(items.map(\.entity.key)).count == items.count)
            #expect(items.map(\.reason) == items.map(\.reason).sorted())
            for item in items {
                let other = item.entity.key
                #expect(rows.confirm(item.reason, other, of: key), "\(item.reason) \(other)")
                #expect(item.text.contains(item.entity.qualifiedName))
                if item.form == .code {
                    #expect(try item.text.hasSuffix(#require(rows.codes[other]) + "\n"))
                }
                met.insert(item.reason)
            }
        }
        #expect(met.isSuperset(of: [.focus, .uses, .calls, .calledBy, .usedBy]))
    }

    /// What is not there is counted, and what fits is not left out.
    @Test func tellsWhatIsOmitted() throws {
        for key in keys {
            let all = try answer(key, 10_000_000)
            #expect(all.omittedCount == 0)
            #expect(all.items.allSatisfy { $0.form == .code || $0.reason == .parent })
            for budget in [300, 1500] {
                let some = try answer(key, budget)
                guard some.items.first?.form == .code else { continue }
                #expect(some.items.count + some.omittedCount == all.items.count)
            }
            // Who uses it surely, once each.
            let users = Set(
                rows.edges.filter {
                    $0.to == key && $0.from != key && $0.kind != "contains"
                        && ["exact", "probable"].contains($0.resolution)
                }.map(\.from))
            #expect(users.isSubset(of: Set(all.items.map(\.entity.key))))
        }
    }

    /// A part of what is shown whole is not shown again, nor what it is in.
    @Test func nothingIsShownTwice() throws {
        var partCount = 0
        for key in keys {
            let items = try answer(key, 100_000).items
            let focus = try #require(items.first)
            #expect(items.allSatisfy { $0.reason != .parent || $0.form != .code })
            guard focus.form == .code else { continue }
            func isPart(_ entity: Entity) -> Bool {
                entity.file == focus.entity.file && entity.startLine >= focus.entity.startLine
                    && entity.endLine <= focus.entity.endLine && entity.key != key
            }
            let parts = rows.edges.filter { $0.from == key && $0.kind == "contains" }
            partCount += parts.count
            for item in items where item.reason != .parent && item.reason < .calledBy {
                #expect(!isPart(item.entity), "\(key): \(item.entity.key)")
            }
        }
        #expect(partCount > 0)
    }

    /// Who uses it is shown by the lines that do.
    @Test func excerptsAreTheLinesThatUseIt() throws {
        var lineCount = 0
        for key in keys {
            for item in try answer(key, 600).items where item.form == .excerpt {
                let code = try #require(rows.codes[item.entity.key])
                    .split(separator: "\n", omittingEmptySubsequences: false)
                for line in item.text.split(separator: "\n") {
                    guard let colon = line.firstIndex(of: ":"), let number = Int(line[..<colon])
                    else { continue }
                    #expect(item.lines.contains(number))
                    let wanted = code[number - item.entity.startLine].drop { " \t".contains($0) }
                    #expect(line[colon...].dropFirst(2) == wanted)
                    lineCount += 1
                }
            }
        }
        #expect(lineCount > 10)
    }

    /// Of each reason the surest come first, and none of the reasons takes all there is.
    @Test func eachReasonHasItsShare() throws {
        var sharedCount = 0
        for key in keys {
            let all = try answer(key, 10_000_000).items
            for reason in [ContextQuery.Reason.calls, .calledBy] {
                let sure = all.filter { $0.reason == reason }.map { item in
                    rows.edges.contains {
                        let ends =
                            reason == .calls ? (key, item.entity.key) : (item.entity.key, key)
                        return ($0.from, $0.to) == ends && $0.kind == "calls"
                            && $0.resolution == "exact"
                    }
                }
                #expect(sure == sure.filter(\.self) + sure.filter { !$0 }, "\(key)")
            }
            let some = try answer(key, 1500)
            let reasons = Set(all.map(\.reason))
            guard some.omittedCount > 0, some.items.count > 2 * reasons.count,
                some.items[0].form == .code
            else { continue }
            #expect(Set(some.items.map(\.reason)) == reasons, "\(key)")
            sharedCount += 1
        }
        #expect(sharedCount > 0)
    }

    @Test func whatIsSureComesFirst() throws {
        let tree = try SmallTree()
        let focus = try tree.add("function", "focus", code: "void focus() { }")
        for (name, resolution) in [("a", "probable"), ("b", "exact"), ("c", "probable")] {
            let called = try tree.add("function", name, "b", code: "void \(name)() { }")
            try tree.link(focus, called, "calls", resolution)
        }
        let items = try ContextQuery(budget: 1000).run(tree.reader(), for: focus).items
        #expect(items.map(\.entity.name) == ["focus", "b", "a", "c"])
    }

    @Test func whoCallsItIsNotCrowdedOut() throws {
        let tree = try SmallTree()
        let focus = try tree.add("function", "focus", code: "void focus() { }")
        for number in 0..<40 {
            try tree.link(focus, try tree.add("function", "called\(number)", "b"))
        }
        try tree.link(try tree.add("function", "caller", "c"), focus)
        let answer = try ContextQuery(budget: 200).run(tree.reader(), for: focus)
        #expect(answer.omittedCount > 10)
        #expect(answer.items.last?.entity.name == "caller")
    }

    @Test func cutsWhatIsHuge() throws {
        let key = try #require(
            rows.codes.filter { $0.key.contains(":function:") }
                .max { ($0.value.utf8.count, $0.key) < ($1.value.utf8.count, $1.key) }?.key)
        let code = try #require(rows.codes[key])
        let item = try #require(try answer(key, 600).items.first)
        #expect(item.form == .beginning && item.reason == .focus)
        let lines = item.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let shown = lines.dropFirst().dropLast()
        let all = code.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(shown.count > 5 && Array(shown) == Array(all.prefix(shown.count)))
        #expect(lines.last == "… \(all.count - shown.count) more lines")
    }

    @Test func isTheSameEachTime() throws {
        for key in keys.prefix(5) {
            #expect(try answer(key, 1500).items.map(\.text) == answer(key, 1500).items.map(\.text))
        }
    }

    /// It has no code, but users.
    @Test func whatIsElsewhereHasUsers() throws {
        let edge = try #require(rows.edges.first { $0.to.contains(":external:") })
        let items = try answer(edge.to, 1000).items
        #expect(items.first?.text.hasSuffix(", defined elsewhere\n") == true)
        #expect(items.dropFirst().contains { $0.entity.key == edge.from })
    }

    @Test func whatIsNowhereIsSaidToBeElsewhere() throws {
        #expect(try answer("c:function:nowhere:-", 100).items.map(\.reason) == [.focus])
        #expect(try answer("c:function:nowhere:-", 3).items.isEmpty)
        #expect(try answer("c:function:nowhere:-", 3).omittedCount == 1)
    }
}
