// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// query deps, rdeps and entity; diff and inspect.
@Suite struct QueryCommandTests {
    private let files: RowFiles
    private var tool: SegstoreTool { files.tool }

    init() throws {
        files = try RowFiles()
        try files.fill()
    }

    // MARK: - Dependencies

    @Test func dependenciesAreATable() throws {
        let answer = try tool("query", "deps", "main")
        #expect(answer.code == 0 && answer.error.isEmpty)
        #expect(
            answer.output == """
                kind   resolution  to                                             where
                calls  external    rust:external:tokio.spawn:-                    src/main.rs:4
                uses   ambiguous   rust:method:Cache.refresh:src/cache.rs         src/main.rs:5
                calls  exact       rust:method:Session.refresh:src/auth/login.rs  src/main.rs:3 and 1 more

                """)
        let reverse = try tool("query", "rdeps", "Cache.refresh")
        #expect(
            reverse.output == """
                kind   resolution  from                                           where
                uses   ambiguous   rust:function:main:src/main.rs                 src/main.rs:5
                calls  probable    rust:method:Session.refresh:src/auth/login.rs  src/auth/login.rs:12

                """)
        #expect(try tool("query", "deps", "Cache.refresh", "--reverse").output == reverse.output)
    }

    @Test func deeperOnesSayHowDeep() throws {
        let answer = try tool("query", "deps", "Session.refresh", "--depth", "2")
        #expect(
            answer.output == """
                depth  kind   resolution  from                                           to                                      where
                    1  calls  probable    rust:method:Session.refresh:src/auth/login.rs  rust:method:Cache.refresh:src/cache.rs  src/auth/login.rs:12
                    2  calls  exact       rust:method:Cache.refresh:src/cache.rs         rust:function:main:src/main.rs          src/cache.rs:7

                """)
    }

    private func edges(_ arguments: String...) throws -> (
        json: [String: Any], edges: [[String: Any]]
    ) {
        let answer = try tool.run(["query"] + arguments + ["--format", "json"])
        #expect(answer.code == 0, "\(answer.error)")
        let json = try answer.json()
        return (json, json["edges"] as? [[String: Any]] ?? [])
    }

    /// The contract: names and their meaning.
    @Test func jsonIsThatOfTheContract() throws {
        let (json, edges) = try edges("deps", "main")
        #expect(json["key"] as? String == RowFiles.main && json["direction"] as? String == "out")
        #expect(json["depth"] as? Int == 1 && json["count"] as? Int == 3)
        #expect(json["truncated"] as? Bool == false)
        #expect(json["generation"] as? Int == 2 && json["label"] as? String == "two")
        let edge = try #require(edges.last)
        #expect(
            edge["from"] as? String == RowFiles.main && edge["to"] as? String == RowFiles.refresh)
        #expect(edge["kind"] as? String == "calls" && edge["file"] as? String == "src/main.rs")
        #expect(edge["line"] as? Int == 3 && edge["resolution"] as? String == "exact")
        #expect(edge["depth"] as? Int == 1)
        #expect(edge["lines"] as? [Int] == [3, 9] && edge["count"] as? Int == 2)
        let all = try self.edges("rdeps", "Cache.refresh", "--depth", "all")
        #expect(all.json["direction"] as? String == "in" && all.json["depth"] is NSNull)
        #expect(all.edges.map { $0["depth"] as? Int } == [1, 1, 2, 2])
    }

    @Test func edgesAreChosen() throws {
        #expect(try edges("deps", "main", "--kind", "calls").edges.count == 2)
        #expect(try edges("deps", "main", "--kind", "calls,uses").edges.count == 3)
        #expect(try edges("deps", "main", "--resolution", "exact").edges.count == 1)
        #expect(
            try edges("deps", "main", "--kind", "uses", "--resolution", "exact").edges.isEmpty)
        let short = try edges("deps", "main", "--limit", "2")
        #expect(short.edges.count == 2 && short.json["truncated"] as? Bool == true)
        #expect(short.json["count"] as? Int == 2)
        let text = try tool("query", "deps", "main", "--limit", "2")
        #expect(text.outputLines.count == 3)
        #expect(text.error == "segstore: showing 2 of 3; go on with --offset 2\n")
        // A kind is followed, not only shown: without 'uses' the cache is further away.
        let calls = try edges("deps", "main", "--kind", "calls", "--depth", "all").edges
        #expect(calls.map { $0["depth"] as? Int } == [1, 1, 2, 3])
    }

    @Test func aWordThatNoEdgeHasIsNoticed() throws {
        let answer = try tool("query", "deps", "main", "--kind", "call")
        #expect(answer.code == 0 && answer.output.isEmpty)
        #expect(answer.error == "segstore: no edge has the kind 'call'; there are calls, uses\n")
    }

    @Test func anEmptyAnswerIsAnAnswer() throws {
        let answer = try tool("query", "deps", RowFiles.external)
        #expect(answer.code == 0 && answer.output.isEmpty)
        #expect(answer.error == "segstore: no edge leads from \(RowFiles.external)\n")
        let chosen = try tool("query", "rdeps", "main", "--kind", "uses")
        #expect(chosen.error == "segstore: no edge of that sort leads to \(RowFiles.main)\n")
        #expect(try edges("deps", RowFiles.external).json["count"] as? Int == 0)
    }

    @Test func anEarlierGenerationIsAsked() throws {
        let answer = try tool("query", "deps", "main", "--at", "one")
        #expect(answer.code == 0 && answer.output.isEmpty)
        #expect(try edges("deps", "main", "--at", "1").json["generation"] as? Int == 1)
        #expect(try tool("query", "deps", "main", "--at", "three").code == 1)
    }

    @Test func aNumberIsAGenerationBeforeItIsALabel() throws {
        _ = try tool("import", "edges.csv", "--relation", "edges", "--label", "1")
        #expect(
            try tool("stats", "--at", "1", "--format", "json").json()["label"] as? String == "one")
        _ = try tool("import", "edges.csv", "--relation", "edges", "--label", "77")
        #expect(
            try tool("stats", "--at", "77", "--format", "json").json()["generation"] as? Int == 4)
    }

    // MARK: - Keys that are none

    @Test func anUnknownKeyHasCandidates() throws {
        let answer = try tool("query", "deps", "refrehs")
        #expect(answer.code == 3 && answer.output.isEmpty)
        #expect(
            answer.error == """
                segstore: nothing is called 'refrehs'; these are like it
                  \(RowFiles.cached)
                  \(RowFiles.refresh)

                """)
        for command in ["deps", "rdeps", "entity"] {
            let json = try tool("query", command, "refrehs", "--format", "json")
            #expect(json.code == 3)
            let answer = try json.json()
            #expect(answer["error"] as? String == "unknown")
            // Also where nothing is like it.
            let csv = try tool("query", "deps", "qqqqqqqqqq", "--format", "csv")
            #expect(csv.outputLines == ["error,query,candidate", "unknown,qqqqqqqqqq,"])
            #expect(answer["query"] as? String == "refrehs")
            #expect(answer["candidates"] as? [String] == [RowFiles.cached, RowFiles.refresh])
        }
        let nothing = try tool("query", "entity", "qqqqqqqq")
        #expect(nothing.code == 3 && nothing.error.split(separator: "\n").count == 1)
    }

    /// What people copy from code, from compilers and from other tools.
    @Test func whatIsCopiedIsAKey() throws {
        let workspace = try Workspace()
        try FileManager.default.createDirectory(
            atPath: workspace.tree + "/pkg", withIntermediateDirectories: true)
        try workspace.write(
            "pkg/foo.py",
            """
            import os

            class Store:
                def load(self):
                    return os.path.join("a", "b")

            def foo(): return Store().load()

            """)
        try workspace.write("pkg/bar.py", "def go(): pass\n")
        try workspace.write("lib/bar.py", "def stop(): pass\n")
        _ = try workspace.tool("ingest", ".")
        func key(_ text: String) throws -> String? {
            let answer = try workspace.tool("query", "deps", text, "--format", "json")
            return answer.code == 0 ? try answer.json()["key"] as? String : nil
        }
        let load = "python:method:Store.load:pkg/foo.py"
        for text in [
            "load()", "Store.load(...)", "./pkg/foo.py:Store.load", "pkg::foo::Store::load",
            "pkg/foo#Store.load", "Store->load", "pkg/foo.py::Store::load", "pkg/foo.py:5",
            "foo.py:4:9", "pkg.foo.Store.load",
        ] {
            #expect(try key(text) == load, "\(text)")
        }
        // The function, not its file.
        #expect(try key("foo") == "python:function:foo:pkg/foo.py")
        #expect(try key("foo.py:7") == "python:function:foo:pkg/foo.py")
        #expect(try key("pkg/foo.py") == "python:module:foo:pkg/foo.py")
        #expect(try key("./pkg/foo.py:2") == "python:module:foo:pkg/foo.py")
        #expect(try key("os.path.join") == "python:external:os.path.join:-")
        #expect(try key("os.path.join()") == "python:external:os.path.join:-")
        for text in ["bar.py", "bar.py:1", "pkg/foo.py:99", "Cache.load", "other::Store::load"] {
            #expect(try key(text) == nil, "\(text)")
        }
        let two = try workspace.tool("query", "entity", "bar.py:1")
        #expect(two.code == 3 && two.error.contains("go:pkg/bar.py"))
        let place = try workspace.tool("query", "deps", "foo.py:5")
        #expect(place.error == "segstore: foo.py:5 is in \(load)\n")
        // What is not of the tree is no help where something is.
        let similar = try workspace.tool("query", "deps", "laod").error
        #expect(similar.contains(load) && !similar.contains("external"))
    }

    @Test func anAmbiguousKeyHasCandidates() throws {
        let answer = try tool("query", "rdeps", "refresh")
        #expect(answer.code == 3 && answer.output.isEmpty)
        #expect(
            answer.error == """
                segstore: 'refresh' names 2 entities: use one of their keys
                  \(RowFiles.cached)
                  \(RowFiles.refresh)

                """)
        let json = try tool("query", "rdeps", "refresh", "--format", "ndjson").json()
        #expect(json["error"] as? String == "ambiguous")
    }

    // MARK: - Entities

    @Test func anEntityIsShown() throws {
        let answer = try tool("query", "entity", "login.rs:refresh")
        #expect(answer.code == 0)
        #expect(
            answer.output.hasPrefix(
                "key             \(RowFiles.refresh)\nname            refresh\n"))
        #expect(!answer.output.contains("code") && !answer.output.contains("parent"))
        let code = try tool("query", "entity", "login.rs:refresh", "--code")
        #expect(code.output == answer.output + "\nfn x() {\n    \"y\"\n}\n")
        let json = try tool("query", "entity", "main", "--code", "--format", "json").json()
        let entity = json["entity"] as? [String: Any] ?? [:]
        #expect(entity["code"] as? String == "fn x() {\n\t\"y\"\n}")
        #expect(entity["parent"] is NSNull && entity["is_test"] as? Bool == false)
        #expect(json["generation"] as? Int == 2)
        let line = try tool("query", "entity", "main", "--format", "ndjson").json()
        #expect(line["key"] as? String == RowFiles.main && line["code"] == nil)
    }

    @Test func whatOnlyEdgesKnowIsNoEntity() throws {
        let answer = try tool("query", "entity", "tokio.spawn")
        #expect(answer.code == 3)
        #expect(answer.error.contains("'\(RowFiles.external)' is no entity of the store"))
    }

    // MARK: - Differences

    @Test func differencesAreListed() throws {
        try files.write(
            "new.ndjson",
            RowFiles.entity("new", "n", "n", "src/main.rs") + "\n"
                + RowFiles.entity(
                    RowFiles.refresh, "refresh", "Session.refresh", "src/auth/login.rs", code: "new"
                ))
        _ = try tool(
            "import", "new.ndjson", "--relation", "entities", "--replace-scope", "--label", "three")
        let answer = try tool("diff", "two", "three")
        #expect(answer.code == 0)
        #expect(
            answer.output == """
                + entities  new
                - entities  \(RowFiles.main)
                ~ entities  \(RowFiles.refresh)  (code)

                relation  added  removed  changed
                entities      1        1        1

                """)
        let json = try tool("diff", "1", "3", "--format", "json", "--limit", "2").json()
        #expect(json["total"] as? Int == 8 && json["truncated"] as? Bool == true)
        let relations = json["relations"] as? [String: [String: Int]] ?? [:]
        #expect(relations["edges"] == ["added": 5, "removed": 0, "changed": 0, "moved": 0])
        #expect((json["changes"] as? [Any])?.count == 2)
        let lines = try tool("diff", "3", "2", "--format", "ndjson", "--relation", "entities")
        #expect(lines.outputLines.count == 3)
        #expect(lines.outputLines[0].contains(#""change":"removed","key":["new"]"#))
        let csv = try tool("diff", "2", "3", "--format", "csv")
        #expect(csv.outputLines[0] == "relation,change,key,columns")
        #expect(csv.outputLines[3].hasSuffix(#","[""code""]""#))
        #expect(
            try tool("diff", "3", "3").output == "generations 3 and 3 have the same rows\n")
        #expect(try tool("diff", "3", "9").code == 1)
        #expect(try tool("diff", "1", "2", "--relation", "films").code == 1)
        let some = try tool("diff", "1", "2", "--limit", "2")
        #expect(some.error == "segstore: showing 2 of 5 changes; go on with --offset 2\n")
    }

    // MARK: - Segments

    @Test func segmentsAreTakenApart() throws {
        let answer = try tool("inspect")
        #expect(answer.code == 0)
        #expect(answer.output.contains("segment 1  \(files.store)/segments/000001.seg"))
        #expect(answer.output.contains("edges: 5 rows"))
        #expect(answer.output.contains("signature + doc + code"))
        let one = try tool("inspect", "--segment", "2")
        #expect(!one.output.contains("segment 1") && one.output.contains("segment 2"))
        let none = try tool("inspect", "--segment", "7")
        #expect(none.code == 1 && none.error.contains("generation 2 has no segment 7"))
        // The parts of a segment are all of it.
        let json = try tool("inspect", "--format", "json").json()
        let parts = json["parts"] as? [[String: Any]] ?? []
        for segment in json["segments"] as? [[String: Any]] ?? [] {
            let own = parts.filter { $0["segment"] as? Int == segment["segment"] as? Int }
            let sum = own.reduce(0) { $0 + ($1["bytes"] as? Int ?? 0) }
            #expect(sum == segment["bytes"] as? Int && own.allSatisfy { $0["bytes"] as! Int >= 0 })
            let path = try #require(segment["file"] as? String)
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            #expect(sum == size)
        }
    }
}
