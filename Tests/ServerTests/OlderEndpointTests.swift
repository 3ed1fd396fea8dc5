// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// The endpoints of an older server, as its clients know them.
@Suite struct OlderEndpointTests {
    private let served: ServedTree

    init() throws { served = try ServedTree() }

    private func envelope(_ target: String, method: String = "GET", _ status: Int = 200) throws
        -> [String: Any]
    {
        let reply = try served.get(target, method: method)
        #expect(reply.status == status, "\(target): \(reply.text)")
        let answer = try reply.json()
        #expect(answer["success"] as? Bool == (status == 200), "\(target)")
        #expect(answer["endpoint"] as? String == String(target.prefix { $0 != "?" }), "\(target)")
        #expect((answer["tokens"] as? Int ?? 0) > 5, "\(target)")
        return answer
    }

    private func data(_ target: String, method: String = "GET") throws -> [String: Any] {
        try #require(try envelope(target, method: method)["data"] as? [String: Any], "\(target)")
    }

    private func rows(_ target: String, _ name: String) throws -> [[String: Any]] {
        try #require(try data(target)[name] as? [[String: Any]], "\(target)")
    }

    @Test func allOfThemAreThere() throws {
        let endpoints = try rows("/api-reference-documentation-help", "endpoints")
        let paths = Set(endpoints.compactMap { $0["path"] as? String })
        #expect(
            paths == [
                "/server-health-check-status", "/codebase-statistics-overview-summary",
                "/api-reference-documentation-help", "/folder-structure-discovery-tree",
                "/code-entities-list-all", "/code-entity-detail-view",
                "/code-entities-search-fuzzy", "/dependency-edges-list-all",
                "/reverse-callers-query-graph", "/forward-callees-query-graph",
                "/blast-radius-impact-analysis", "/circular-dependency-detection-scan",
                "/complexity-hotspots-ranking-view", "/semantic-cluster-grouping-list",
                "/smart-context-token-budget", "/strongly-connected-components-analysis",
                "/technical-debt-sqale-scoring", "/kcore-decomposition-layering-analysis",
                "/centrality-measures-entity-ranking", "/entropy-complexity-measurement-scores",
                "/coupling-cohesion-metrics-suite", "/leiden-community-detection-clusters",
                "/incremental-reindex-file-update", "/file-watcher-status-check",
                "/ingestion-coverage-folder-report", "/ingestion-diagnostics-coverage-report",
            ])
        for endpoint in endpoints {
            let path = try #require(endpoint["path"] as? String)
            let parameters = try #require(endpoint["parameters"] as? [[String: Any]])
            let required = parameters.filter { $0["required"] as? Bool == true }
            guard endpoint["method"] as? String == "GET" else { continue }
            let values = required.map { "\($0["name"] as? String ?? "")=refresh" }
            _ = try data(values.isEmpty ? path : "\(path)?\(values.joined(separator: "&"))")
            if let name = required.first?["name"] as? String {
                let message = try envelope(path, 400)["error"] as? String
                #expect(message?.contains("needs the parameter '\(name)'") == true)
            }
        }
    }

    @Test func entities() throws {
        let all = try data("/code-entities-list-all")
        let list = try #require(all["entities"] as? [[String: Any]])
        #expect(all["total_count"] as? Int == list.count)
        let refresh = try #require(list.first { $0["key"] as? String == ServedTree.refresh })
        #expect(refresh["file_path"] as? String == "src/auth/login.rs")
        #expect(
            refresh["entity_type"] as? String == "method"
                && refresh["entity_class"] as? String == "CODE")
        #expect(
            refresh["line_range"] as? [Int] == [6, 9] && refresh["language"] as? String == "rust")
        let scoped = try rows("/code-entities-list-all?scope=src||auth&entity_type=fn", "entities")
        #expect(scoped.compactMap { $0["name"] as? String } == ["check", "login"])
        let part = try data("/code-entities-list-all?limit=2&offset=1")
        #expect(
            part["total_count"] as? Int == list.count && (part["entities"] as? [Any])?.count == 2)
        let one = try data("/code-entity-detail-view?key=\(ServedTree.refresh)")
        #expect((one["code"] as? String)?.contains("self.age = 0;") == true)
        #expect(try rows("/code-entities-search-fuzzy?q=refr", "entities").count == 1)
        let context = try data("/smart-context-token-budget?focus=login&tokens=300")
        #expect(
            (context["tokens_used"] as? Int ?? 999) <= 300 && context["token_budget"] as? Int == 300
        )
        let tree = try rows("/folder-structure-discovery-tree", "tree")
        #expect(tree.compactMap { $0["folder_L1"] as? String } == ["lib", "src"])
        #expect(
            (tree[1]["subfolders"] as? [[String: Any]])?.first?["folder_L2"] as? String == "auth")
    }

    @Test func edges() throws {
        let callers = try rows(
            "/reverse-callers-query-graph?entity=\(ServedTree.refresh)", "callers")
        #expect(
            callers.compactMap { $0["from_key"] as? String } == [
                "rust:function:again:src/main.rs", "rust:function:login:src/auth/login.rs",
            ])
        #expect(callers[0]["edge_type"] as? String == "calls")
        #expect(callers[0]["source_location"] as? String == "src/main.rs:6")
        let callees = try rows("/forward-callees-query-graph?entity=refresh", "callees")
        #expect(
            callees.contains { $0["to_key"] as? String == "rust:function:check:src/auth/login.rs" })
        let impact = try data("/blast-radius-impact-analysis?entity=check&hops=2")
        let hops = try #require(impact["by_hop"] as? [[String: Any]])
        #expect(hops.count == 2 && hops[0]["entities"] as? [String] == [ServedTree.refresh])
        #expect(
            impact["total_affected"] as? Int == hops.reduce(0) { $0 + ($1["count"] as? Int ?? 0) })
        let edges = try data("/dependency-edges-list-all?limit=3")
        #expect(edges["returned_count"] as? Int == 3 && (edges["total_count"] as? Int ?? 0) > 10)
        let cycles = try data("/circular-dependency-detection-scan")
        #expect(cycles["has_cycles"] as? Bool == true && cycles["cycle_count"] as? Int == 1)
        let parts = try rows("/strongly-connected-components-analysis", "sccs")
        #expect(
            parts.count == 1 && parts[0]["size"] as? Int == 2
                && parts[0]["risk_level"] as? String == "MEDIUM")
    }

    @Test func whatIsWrong() throws {
        let several = try envelope("/code-entity-detail-view?key=twin", 409)
        #expect((several["suggestions"] as? [String])?.count == 2)
        _ = try envelope("/code-entities-list-all?scope=nowhere", 404)
        _ = try envelope("/blast-radius-impact-analysis?entity=check&hops=x", 400)
        _ = try envelope("/ingestion-diagnostics-coverage-report?section=x", 400)
        _ = try envelope("/code-entities-list-all?limit=%zz", 400)
        _ = try envelope("/incremental-reindex-file-update?path=../x", method: "POST", 400)
        _ = try envelope("/incremental-reindex-file-update?path=no.rs", method: "POST", 404)
    }

    @Test func upkeep() throws {
        let file = "\(served.tree)/lib/tools.py"
        try ServedTree.write(file, "def first():\n    return 1\n\n\ndef fourth():\n    first()\n")
        let path = "/incremental-reindex-file-update?path="
        for (given, changed) in [("lib/tools.py", true), (file, false)] {
            let data = try data(path + given, method: "POST")
            #expect(data["file_path"] as? String == "lib/tools.py")
            #expect(data["hash_changed"] as? Bool == changed)
            #expect(data["entities_added"] as? Int == (changed ? 1 : 0))
            #expect(data["entities_removed"] as? Int == (changed ? 2 : 0))
        }
        let report = try data("/ingestion-diagnostics-coverage-report")
        #expect(
            Set(report.keys) == [
                "summary", "test_entities_excluded", "word_count_coverage", "ignored_files",
            ])
        let tests = try #require(report["test_entities_excluded"] as? [String: Any])
        #expect(tests["total_count"] as? Int == 1)
        let summary = try data("/ingestion-diagnostics-coverage-report?section=summary")
        #expect(Set(summary.keys) == ["summary"])
        let folders = try rows("/ingestion-coverage-folder-report?depth=9999999999", "folders")
        #expect(
            folders.compactMap { $0["folder_path"] as? String } == ["lib/", "src/", "src/auth/"])
        #expect(
            try data("/file-watcher-status-check")["watcher_currently_running_flag"] as? Bool
                == false)
        let counts = try data("/codebase-statistics-overview-summary")
        #expect(counts["languages_detected_list"] as? [String] == ["javascript", "python", "rust"])
    }
}
