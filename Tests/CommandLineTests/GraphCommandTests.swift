// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// Questions about a graph, and whether the tree is still what it was, on a tree that is ingested.
@Suite struct GraphCommandTests {
    private let workspace: Workspace
    private var tool: SegstoreTool { workspace.tool }

    init() throws {
        workspace = try Workspace()
        try workspace.write(
            "lib/core.py",
            "def base():\n    return 1\n\ndef even(n):\n    return odd(n)\n\ndef odd(n):\n    return even(n)\n"
        )
        try workspace.write(
            "lib/mid.py",
            "from lib.core import base\n\ndef middle():\n    return base()\n\nclass Shape:\n    def area(self):\n        return middle()\n"
        )
        try workspace.write(
            "app.py",
            "from lib.mid import middle, Shape\n\ndef run():\n    middle()\n    return Shape().area()\n\ndef forgotten():\n    return 2\n\nrun()\n"
        )
        #expect(try tool("ingest", ".", "--label", "first").code == 0)
    }

    private func json(_ arguments: String...) throws -> [String: Any] {
        let answer = try tool.run(arguments + ["--format", "json"])
        #expect(answer.code == 0, "\(answer.error)")
        return try answer.json()
    }

    // MARK: - Questions

    @Test func whatBreaksIsToldByDistance() throws {
        let answer = try json("query", "impact", "base")
        let rows = answer["affected"] as? [[String: Any]] ?? []
        let found = rows.map { "\($0["distance"] ?? 0) \($0["name"] ?? "")" }
        #expect(found.first == "1 middle" && found.contains("2 run") && found.contains("2 area"))
        #expect(answer["complete"] as? Bool == true && answer["files"] as? Int == 2)
        let text = try tool("query", "impact", "base")
        #expect(text.error.contains("entities in 2 files: "))
        #expect(
            try tool("query", "impact", "forgotten").error.contains("nothing depends on python:"))
    }

    @Test func pathsSayHow() throws {
        let answer = try json("query", "path", "run", "base")
        #expect(answer["length"] as? Int == 2 && answer["found"] as? Bool == true)
        #expect(answer["complete"] as? Bool == true && answer["unresolved_edges"] as? Int == 0)
        let steps = answer["edges"] as? [[String: Any]] ?? []
        #expect(steps.map { $0["line"] as? Int } == [4, 4])
        let back = try tool("query", "path", "base", "run")
        #expect(back.code == 0 && back.output.isEmpty)
        #expect(back.error.hasSuffix("; one leads the other way\n"))
        #expect(try tool("query", "path", "run", "nobody").code == 3)
        #expect(try json("query", "path", "base", "run")["found_back"] as? Bool == true)
        // What is in the ends counts, but not what leads from one into itself.
        let files = try json("query", "path", "app.py", "lib/core.py")
        #expect((files["edges"] as? [[String: Any]])?.map { $0["line"] as? Int } == [4, 4])
        let parts = try json("query", "path", "Shape", "lib/core.py", "--kind", "calls")
        #expect(parts["length"] as? Int == 2 && parts["all_paths"] as? Int == 1)
        #expect(try json("query", "path", "lib/core.py", "odd")["length"] as? Int == 1)
        // Several paths, but an edge that they share is drawn once.
        let all = try tool("query", "path", "app.py", "base", "--all", "--format", "dot")
        let arrows = all.outputLines.filter { $0.contains(" -> ") }
        #expect(arrows.count > 1 && Set(arrows).count == arrows.count)
    }

    @Test func cyclesShowAWayRound() throws {
        let answer = try tool("query", "cycles")
        #expect(
            answer.output == """
                size  edges  files  a way round
                   2      2      1  even > odd > even

                """)
        #expect(
            try tool("query", "cycles", "--by", "file").error
                == "segstore: nothing depends on itself\n")
    }

    @Test func deadAndBeginningsAreListed() throws {
        let dead = try json("query", "dead", "--kind", "function")
        let names = (dead["dead"] as? [[String: Any]] ?? []).map { $0["name"] as? String }
        #expect(Set(names) == ["even", "odd", "forgotten"])
        let text = try tool("query", "dead", "--kind", "functoin")
        #expect(
            text.code == 0 && text.error.contains("no entity has the kind 'functoin'; there are "))
    }

    @Test func whatIsDeadSaysWhetherItIsExported() throws {
        let text = try tool("query", "dead", "--kind", "function")
        #expect(text.outputLines.first?.hasPrefix("exported  lines  users") == true)
        #expect(text.outputLines.dropFirst().allSatisfy { $0.hasPrefix("yes ") })
        #expect(text.error == "segstore: 3 of 3 are exported\n")
        #expect(try json("query", "dead", "--kind", "function")["exported"] as? Int == 3)
    }

    @Test func reasonsOfDebtHaveTheirMinutes() throws {
        let body = (0..<12).map { "    if n == \($0):\n        print(n)\n" }.joined()
        let rest = String(repeating: "    print(n)\n", count: 60)
        try workspace.write("hard.py", "def hard(n):\n\(body)\(rest)")
        #expect(try tool("ingest", ".").code == 0)
        let text = try tool("query", "debt")
        #expect(text.outputLines.dropFirst().first?.hasSuffix("complexity 16, length 13") == true)
        let items = try json("query", "debt")["items"] as? [[String: Any]] ?? []
        let reasons = items.first?["reasons"] as? [[String: Any]] ?? []
        #expect(reasons.map { $0["rule"] as? String } == ["complexity", "length"])
        #expect(reasons.map { $0["minutes"] as? Double } == [16, 12.5])
        let csv = try tool("query", "debt", "--format", "csv")
        #expect(csv.output.contains("{\"\"rule\"\":\"\"length\"\",\"\"minutes\"\":12.5}]"))
    }

    @Test func entropyIsOfFilesOrFolders() throws {
        let help = try tool("query", "entropy", "--help").output
        #expect(help.contains("file or folder (default: file)") && !help.contains("type"))
        #expect(try tool("query", "entropy", "--by", "type").code == 2)
        #expect(try tool("query", "coupling", "--help").output.contains("(default: type)"))
    }

    @Test func contextHasWhatItTakes() throws {
        let answer = try json("query", "context", "middle", "--tokens", "300")
        let items = answer["items"] as? [[String: Any]] ?? []
        #expect(items.first?["reason"] as? String == "focus")
        #expect(
            items.contains {
                $0["reason"] as? String == "calls"
                    && ($0["text"] as? String)?.contains("return 1") == true
            })
        #expect(items.contains { $0["reason"] as? String == "called by" })
        #expect((answer["tokens"] as? Int ?? 999) <= 300)
        #expect(try tool("query", "context", "middle").code == 2)
        #expect(
            try tool("query", "context", "middle", "--tokens", "1").error.contains(
                "fits into 1 token"))
    }

    @Test func searchFindsByParts() throws {
        let rows = try json("query", "search", "mid")["matches"] as? [[String: Any]] ?? []
        #expect(rows.map { $0["match"] as? String }.prefix(2) == ["exact", "prefix"])
        let slip = try tool("query", "search", "forgoten")
        #expect(slip.output.contains("fuzzy") && slip.output.contains("forgotten"))
        let none = try tool("query", "search", "zzzzzz")
        #expect(none.code == 0 && none.error == "segstore: nothing has a name like 'zzzzzz'\n")
    }

    // MARK: - The tree meanwhile

    private func fresh(_ more: String...) throws -> (Bool?, Int?) {
        let answer = try tool.run(["query", "deps", "run", "--format", "json"] + more).json()
        return (answer["fresh"] as? Bool, answer["changed_files"] as? Int)
    }

    @Test func changesSinceAreCounted() throws {
        #expect(try fresh() == (true, 0))
        // Another time is no change, another content is, as what came and what went are.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000)],
            ofItemAtPath: "\(workspace.tree)/app.py")
        #expect(try fresh() == (true, 0))
        try workspace.write("lib/core.py", "def base():\n    return 2\n")
        #expect(try fresh() == (false, 1))
        try workspace.write("new.py", "x = 1\n")
        try workspace.write("more.txt", "no source\n")
        #expect(try fresh() == (false, 2))
        try workspace.remove("lib/a.c")
        #expect(try fresh() == (false, 3))
        try workspace.write("main.swift", "print(2)\n")
        #expect(try fresh() == (false, 4))
        let text = try tool("query", "deps", "run")
        #expect(text.error.contains("4 files have changed since; 'segstore ingest "))
        #expect(try tool("query", "deps", "run", "--no-check").error.contains("changed") == false)
        #expect(try fresh("--no-check") == (nil, nil))
        #expect(try fresh("--at", "first") == (nil, nil))
        #expect(try tool("ingest", ".", "--label", "second").code == 0)
        #expect(try fresh() == (true, 0))
        try workspace.write(".gitignore", "new.py\n")
        #expect(try fresh() == (false, 1))
    }

    @Test func aTreeThatWasMovedIsFoundWithItsStore() throws {
        let moved = workspace.root.file("moved")
        try FileManager.default.copyItem(atPath: workspace.tree, toPath: moved)
        let tool = SegstoreTool(directory: moved)
        #expect(
            try tool("query", "deps", "run", "--format", "json").json()["fresh"] as? Bool == true)
        try Data("x = 2\n".utf8).write(to: URL(fileURLWithPath: "\(moved)/app.py"))
        let answer = try tool("query", "deps", "run", "--format", "json").json()
        #expect(answer["changed_files"] as? Int == 1)
        // Where the tree is gone, nobody knows.
        let store = workspace.root.file("alone")
        #expect(try self.tool("ingest", ".", "--store", store).code == 0)
        #expect(
            try self.tool("query", "deps", "run", "--store", store, "--format", "json").json()[
                "fresh"] as? Bool == true)
        try FileManager.default.removeItem(atPath: workspace.tree)
        #expect(
            try tool("query", "deps", "run", "--store", store, "--format", "json").json()["fresh"]
                is NSNull)
    }

    @Test func aStoreWithoutItsTreeKnowsNothingOfIt() throws {
        try FileManager.default.createDirectory(
            atPath: workspace.root.file("other"), withIntermediateDirectories: true)
        let store = workspace.root.file("other/.segstore")
        try FileManager.default.copyItem(atPath: "\(workspace.tree)/.segstore", toPath: store)
        let answer = try json("query", "deps", "run", "--store", store)
        #expect(answer["fresh"] is NSNull && answer["changed_files"] is NSNull)
    }

    @Test func nothingIsSaidOfAFolderThatIsNotThere() throws {
        for question in [
            ["query", "dead"], ["query", "tree"], ["query", "hotspots"], ["query", "coupling"],
            ["query", "debt"], ["query", "impact", "base"], ["query", "deps", "run"],
            ["query", "search", "run"], ["query", "path", "run", "base"],
        ] {
            let answer = try tool.run(question + ["--within", "lib/nowhere"])
            #expect(answer.code == 3 && answer.output.isEmpty)
            #expect(answer.error.contains("nothing of the tree is in 'lib/nowhere'"))
            let there = try tool.run(question + ["--within", "lib/../lib/core.py"])
            #expect(there.code == 0, "\(question) \(there.error)")
            #expect(try tool.run(question + ["--within", "/lib"]).code == 2)
        }
        let file = try json("query", "tree", "--within", "lib/core.py", "--depth", "all")
        let places = file["places"] as? [[String: Any]] ?? []
        #expect(places.map { $0["kind"] as? String } == ["file"])
    }

    @Test func whatIsElsewhereHasImpactToo() throws {
        try workspace.write("app.py", "import os\n\ndef run():\n    os.getcwd()\n\nrun()\n")
        #expect(try tool("ingest", ".").code == 0)
        let answer = try json("query", "impact", "os.getcwd")
        let rows = answer["affected"] as? [[String: Any]] ?? []
        #expect(rows.first?["name"] as? String == "run")
        #expect(rows.first?["resolution"] as? String == "external")
        #expect(try json("query", "path", "run", "os.getcwd")["length"] as? Int == 1)
        try workspace.write("strange.py", "def strange(x):\n    x.y.nowhere_to_be_found()\n")
        #expect(try tool("ingest", ".").code == 0)
        let path = try json("query", "path", "strange", "run")
        #expect(path["complete"] as? Bool == false && path["found"] as? Bool == false)
    }

    @Test func testsThatWereLeftOutAreTold() throws {
        #expect(try json("query", "impact", "base")["left_out_tests"] as? Int == 0)
        #expect(try !tool("query", "impact", "base").error.contains("left out"))
        try workspace.write(
            "test_app.py", "from app import run\n\ndef test_run():\n    run()\n")
        #expect(try tool("ingest", ".").code == 0)
        #expect(try json("query", "impact", "base")["left_out_tests"] as? Int == 1)
        #expect(try json("query", "rdeps", "base")["left_out_tests"] as? Int == 1)
        #expect(try tool("query", "impact", "base").error.contains("1 test, which the store"))
    }

    /// Rows that others made may say anything; an answer may be odd, but is one.
    @Test(arguments: ["9223372036854775807", "-9223372036854775808"])
    func numbersMayBeAnything(number: String) throws {
        let row = RowFiles.entity("c:function:odd:odd.c", "odd", "odd", "odd.c")
        let fields = ["start_line", "end_line", "complexity"]
        var object = try #require(
            JSONSerialization.jsonObject(with: Data(row.utf8)) as? [String: Any])
        for field in fields { object[field] = Int64(number) ?? 0 }
        let odd = try JSONSerialization.data(withJSONObject: object)
        try workspace.write("odd.ndjson", String(decoding: odd, as: UTF8.self))
        #expect(try tool("import", "odd.ndjson", "--relation", "entities").code == 0)
        for question in [
            "dead", "debt", "coupling", "entropy", "hotspots", "entry-points", "tree", "cycles",
        ] {
            for format in ["text", "json"] {
                let answer = try tool("query", question, "--format", format)
                #expect(answer.code == 0, "\(question): \(answer.error)")
            }
        }
    }

    @Test func noMemberOfAnAnswerComesTwice() throws {
        for question in [
            ["cycles"], ["hotspots"], ["hubs"], ["entry-points"], ["dead"], ["centrality"],
            ["kcore"], ["communities"], ["coupling"], ["entropy"], ["debt"], ["tree"],
            ["impact", "base"], ["rdeps", "base"], ["path", "run", "base"], ["search", "run"],
            ["context", "base", "--tokens", "500"],
        ] {
            let output = try tool.run(["query"] + question + ["--format", "json"]).output
            // Rows begin on lines of their own, and what else has members is no part of the head's.
            let head = output.prefix { $0 != "\n" }.dropFirst().replacing(/{[^{}]*}/, with: "")
            let names = head.matches(of: /"([a-z_]+)":/).map(\.1)
            #expect(Set(names).count == names.count, "\(question): \(head)")
        }
    }

    @Test func whatIsElsewhereIsNotChosenFromUnheard() throws {
        for option in [["--kind", "calls"], ["--by", "file"], ["--within", "lib"]] {
            let answer = try tool.run(["query", "hotspots", "--external"] + option)
            #expect(answer.code == 2, "\(answer)")
            #expect(answer.error.contains("--external goes without \(option[0])"))
        }
    }

    @Test func whatIsShownInPartIsComplete() throws {
        for question in ["impact", "rdeps"] {
            let answer = try json("query", question, "base", "--limit", "1")
            #expect(answer["complete"] as? Bool == true && answer["truncated"] as? Bool == true)
        }
    }

    @Test func whatIsSaidOfAnEntityIsShownAsItStands() throws {
        try workspace.write("doc.py", "def told():\n    \"\"\"One.\n\n    Two.\"\"\"\n")
        #expect(try tool("ingest", ".").code == 0)
        let lines = try tool("query", "entity", "told").outputLines
        #expect(lines.contains("One.") && !lines.contains { $0.contains("\\n") }, "\(lines)")
    }

    // MARK: - History

    @Test func whatChangedAndWhatItMeansIsTold() throws {
        try workspace.write("lib/core.py", "\n\ndef base():\n    return 3\n")
        #expect(try tool("ingest", ".", "--label", "second").code == 0)
        let diff = try tool("diff", "first", "second")
        #expect(diff.output.contains("~ entities  python:function:base:lib/core.py  ("))
        #expect(diff.output.contains("- entities  python:function:odd:lib/core.py\n"))
        #expect(diff.output.contains("relation  added  removed  changed  moved\n"))
        let impact = try json("diff", "first", "second", "--impact")
        let names = (impact["affected"] as? [[String: Any]] ?? []).map { $0["name"] as? String }
        #expect(names.first == "middle" && names.contains("run") && !names.contains("base"))
        // As it was.
        #expect(try json("query", "impact", "odd", "--at", "first")["total"] as? Int == 1)
        #expect(try tool("query", "impact", "odd").code == 3)
        #expect(try tool("log", "--limit", "1").outputLines.count == 2)
    }
}
