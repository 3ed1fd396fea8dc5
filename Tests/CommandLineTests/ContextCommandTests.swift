// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// query context, as the binary answers it.
@Suite struct ContextCommandTests {
    private let files: RowFiles
    private var tool: SegstoreTool { files.tool }

    init() throws {
        files = try RowFiles()
        try files.fill()
    }

    private func context(_ key: String, _ budget: Int, _ more: String...) throws
        -> SegstoreTool.Answer
    {
        try tool.run(["query", "context", key, "--tokens", String(budget), "--no-check"] + more)
    }

    @Test func textIsWhatWasCounted() throws {
        for budget in [10, 60, 1000] {
            let text = try context("Session.refresh", budget)
            let json = try context("Session.refresh", budget, "--format", "json").json()
            let items = try #require(json["items"] as? [[String: Any]])
            #expect(text.code == 0)
            #expect(text.output == items.compactMap { $0["text"] as? String }.joined())
            #expect(
                json["tokens"] as? Int
                    == items.compactMap { $0["tokens"] as? Int }.reduce(0, +))
            #expect(try #require(json["tokens"] as? Int) <= budget)
            #expect(json["budget"] as? Int == budget && json["key"] as? String == RowFiles.refresh)
        }
    }

    @Test func saysWhyEachIsThere() throws {
        let json = try context("Session.refresh", 1000, "--format", "json").json()
        let items = try #require(json["items"] as? [[String: Any]])
        #expect(
            items.map { $0["key"] as? String } == [
                RowFiles.refresh, RowFiles.cached, RowFiles.main,
            ])
        #expect(items.map { $0["reason"] as? String } == ["focus", "calls", "called by"])
        #expect(items.map { $0["lines"] as? [Int] } == [[], [], [3, 9]])
        #expect(json["omitted"] as? Int == 0)
    }

    @Test func whatIsElsewhereHasUsers() throws {
        let answer = try context(RowFiles.external, 1000)
        #expect(answer.code == 0)
        #expect(answer.output.hasPrefix("## external tokio.spawn, defined elsewhere\n"))
        #expect(answer.output.contains("## called by at line 4: function main, src/main.rs:"))
    }

    @Test func whatDoesNotFitIsSaid() throws {
        let answer = try context("Session.refresh", 1)
        #expect(answer.code == 0 && answer.output.isEmpty)
        #expect(answer.error.contains("nothing of \(RowFiles.refresh) fits into 1 token\n"))
        #expect(try context("Session.refresh", 60).error.contains(" did not fit\n"))
    }

    @Test func refusesWhatItCannotAnswer() throws {
        #expect(try context("nothing_like_it", 100).code == 3)
        #expect(try context("refresh", 100).code == 3)
        #expect(try context("main", 0).code == 2)
        #expect(try tool("query", "context", "main").code == 2)
    }

    /// However the rows are spread over segments.
    @Test func isTheSameAfterCompact() throws {
        let before = try context("Session.refresh", 500)
        #expect(try tool("compact").code == 0)
        #expect(try context("Session.refresh", 500).output == before.output)
    }
}
