// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// import and export.
@Suite struct ImportExportTests {
    private let files: RowFiles
    private var tool: SegstoreTool { files.tool }

    init() throws { files = try RowFiles() }

    // MARK: - Import

    @Test func aStoreIsMadeHere() throws {
        let answer = try tool("import", "entities.ndjson", "--relation", "entities")
        #expect(answer.code == 0)
        #expect(answer.output.hasPrefix("rows   3 read\n"))
        #expect(
            answer.output.contains("\(".segstore"), ") && answer.output.contains("generation 1"))
        #expect(answer.error == "segstore: made a store here, in .segstore\n")
        #expect(FileManager.default.fileExists(atPath: files.store + "/manifest"))
        // The next finds it, from further down too.
        try FileManager.default.createDirectory(
            atPath: files.root.file("sub"), withIntermediateDirectories: true)
        let below = SegstoreTool(directory: files.root.file("sub"))
        let next = try below("import", "../edges.csv", "--relation", "edges", "--format", "json")
        #expect(next.code == 0 && next.error.isEmpty)
        let report = try next.json()
        #expect(report["rows"] as? Int == 5 && report["generation"] as? Int == 2)
        #expect(report["committed"] as? Bool == true && report["replaced"] as? Int == 0)
        #expect(try tool("verify").code == 0)
    }

    @Test func linesThatAreNoRowsAreNamed() throws {
        let good = RowFiles.entity("k", "k", "k", "f")
        try files.write("bad.ndjson", "\(good)\n{\"key\":1}\n\nno\n{\"kay\":\"x\"}\n")
        let answer = try tool("import", "bad.ndjson", "--relation", "entities")
        #expect(answer.code == 1 && answer.output.isEmpty)
        #expect(
            answer.error == """
                segstore: nothing was committed: 3 lines are no rows, 1 is; mend what is listed, or \
                leave it out with --skip-invalid
                  bad.ndjson:2: column 'key' is of type string, not a number
                  bad.ndjson:4: is no JSON: a word is not true, false or null
                  bad.ndjson:5: there is no column 'kay'

                """)
        // Nothing was decided by it: another schema may come.
        #expect(!FileManager.default.fileExists(atPath: files.store))
        let skipped = try tool(
            "import", "bad.ndjson", "--relation", "entities", "--skip-invalid", "--format", "json")
        #expect(skipped.code == 0)
        let report = try skipped.json()
        #expect(report["rows"] as? Int == 1 && report["skipped"] as? Int == 3)
        let problems = report["problems"] as? [[String: Any]] ?? []
        #expect(problems.map { $0["line"] as? Int } == [2, 4, 5])
        #expect(problems.first?["file"] as? String == "bad.ndjson")
        #expect(skipped.error.contains("3 lines left out:\n  bad.ndjson:2: "))
    }

    @Test func theListOfProblemsHasAnEnd() throws {
        try files.write("bad.ndjson", String(repeating: "x\n", count: 3000))
        let answer = try tool("import", "bad.ndjson", "--relation", "entities")
        #expect(answer.code == 1)
        let lines = answer.error.split(separator: "\n")
        #expect(lines.count == 22 && lines.last == "  and 2,980 more")
        #expect(lines[0].contains("no line is a row of 'entities'; is it the right"))
    }

    @Test func standardInputIsAFile() throws {
        for (arguments, input) in [
            (["-", "--relation", "entities"], "entities.ndjson"),
            (["-", "--relation", "edges", "--input-format", "csv"], "edges.csv"),
        ] {
            let answer = try tool.run(
                ["-c", "'\(SegstoreTool.path)' import \"$@\" < \(input)", "sh"] + arguments,
                of: "/bin/sh")
            #expect(answer.code == 0, "\(answer.error)")
        }
        #expect(try tool("query", "deps", "main").outputLines.count == 4)
        // A pipe has no size, and may come in pieces.
        let answer = try tool.run(
            [
                "-c",
                "(head -c 700 entities.ndjson; sleep 0.1; tail -c +701 entities.ndjson) | '\(SegstoreTool.path)' import - --relation entities",
            ], of: "/bin/sh")
        #expect(answer.code == 0 && answer.output.contains("3 read, 3 of the store replaced"))
        let wrong = try tool.run(
            ["-c", "echo x | '\(SegstoreTool.path)' import - --relation entities"], of: "/bin/sh")
        #expect(wrong.error.contains("  standard input:1: is no JSON"))
    }

    private func shell(_ script: String) throws -> SegstoreTool.Answer {
        try tool.run(["-c", script, "sh", SegstoreTool.path], of: "/bin/sh")
    }

    @Test func aNamedPipeIsReadOnce() throws {
        let answer = try shell(
            """
            mkfifo pipe && (cat edges.csv > pipe &)
            timeout 20 "$1" import pipe --relation edges --input-format csv
            """)
        #expect(answer.output.contains("5 read"), "\(answer)")
        try files.write("all.ndjson", try tool("export").output)
        let tagged = try shell(
            "(cat all.ndjson > pipe &) ; timeout 20 \"$1\" import pipe --store o")
        #expect(tagged.output.contains("5 read"), "\(tagged)")
    }

    @Test func aStreamThatIsClosedIsAnEmptyOne() throws {
        try files.fill()
        let before = try tool("export").output
        for closed in ["<&-", ">&-", "<&- >&- 2>&-"] {
            #expect(try shell("\"$1\" import - --relation edges \(closed)").code == 0, "\(closed)")
            #expect(try shell("\"$1\" compact \(closed)").code == 0, "\(closed)")
        }
        #expect(try tool("export").output == before)
        #expect(try tool("verify", "--all").code == 0)
    }

    @Test func anExportSparesItsStore() throws {
        try files.fill()
        for place in [".segstore/manifest", ".segstore/segments/000001.seg", ".segstore/new"] {
            let answer = try tool("export", "-o", place)
            #expect(answer.code == 1 && answer.error.contains("is in the store itself"), "\(place)")
        }
        _ = try tool("backup", "saved.seg")
        #expect(try tool("export", "-o", "saved.seg").error.contains("is a packed store"))
        #expect(try tool("export", "--store", "saved.seg").code == 0)
        // Through a link, not in its place.
        try files.write("target", "")
        try FileManager.default.createSymbolicLink(
            atPath: files.root.file("link"), withDestinationPath: "target")
        #expect(try tool("export", "-o", "link").code == 0)
        #expect(try files.read("target") == (try tool("export", "-o", "-").output))
    }

    @Test func timesAtTheEndsOfTheirRangeAreShown() throws {
        let line =
            #"{"file":"a","language":"c","size":1,"content_hash":"","parse_errors":0,"mtime":"#
        for time in [Int64.min, Int64.max] {
            try files.write("files.ndjson", line + "\(time)}")
            #expect(try tool("import", "files.ndjson", "--relation", "files").code == 0)
            let answer = try tool("files", "--format", "json")
            #expect(
                answer.code == 0 && answer.output.contains(time < 0 ? "1677-09-21" : "2262-04-11"))
        }
    }

    @Test func severalFilesAreOneCommit() throws {
        let line = RowFiles.entity("another", "a", "a", "f")
        try files.write("more.jsonl", line)
        let answer = try tool(
            "import", "entities.ndjson", "more.jsonl", "--relation", "entities", "--label", "both")
        #expect(answer.code == 0 && answer.output.contains("4 read"))
        #expect(try tool("log").outputLines.count == 2)
        #expect(try tool("stats").output.contains("both"))
    }

    @Test func scopesAreReplaced() throws {
        try files.fill()
        try files.write(
            "new.ndjson", RowFiles.entity("rust:function:go:src/main.rs", "go", "go", "src/main.rs")
        )
        let answer = try tool("import", "new.ndjson", "--relation", "entities", "--replace-scope")
        #expect(answer.output.contains("1 read, 1 of the store replaced or removed"))
        #expect(try tool("query", "entity", "go").code == 0)
        #expect(try tool("query", "entity", RowFiles.main).code == 3)
        #expect(try tool("query", "entity", RowFiles.refresh).code == 0)
    }

    @Test func edgesThatLeadNowhereAreWatched() throws {
        _ = try tool("import", "entities.ndjson", "--relation", "entities")
        let lost = "\(RowFiles.main),gone,calls,src/main.rs,1,exact\n"
        try files.write("lost.csv", "from,to,kind,file,line,resolution\n" + lost)
        let refused = try tool("import", "lost.csv", "--relation", "edges", "--dangling", "refuse")
        #expect(refused.code == 1)
        #expect(
            refused.error.hasPrefix("segstore: nothing was committed: 1 edge has an end that is"))
        #expect(refused.error.contains("'to' is no key of 'entities': gone"))
        #expect(try tool("stats", "--format", "json").json()["generation"] as? Int == 1)
        let dropped = try tool("import", "lost.csv", "--relation", "edges", "--dangling", "drop")
        #expect(dropped.code == 0 && dropped.error.contains("1 edge with an end that is no entity"))
        #expect(dropped.error.contains("left out"))
        #expect(try tool("query", "deps", "main").output.isEmpty)
        let warned = try tool("import", "lost.csv", "--relation", "edges", "--dangling", "warn")
        #expect(warned.code == 0 && warned.error.contains("taken all the same"))
        #expect(try tool("query", "deps", "main").outputLines.count == 2)
        // External keys lead out of the tree on purpose.
        let fine = try tool("import", "edges.csv", "--relation", "edges", "--dangling", "refuse")
        #expect(fine.code == 0)
    }

    @Test(arguments: [
        (
            ["import", "none.ndjson", "--relation", "edges"], 1,
            "none.ndjson: there is no such file"
        ),
        (["import", ".", "--relation", "edges"], 1, ".: is a directory; name files of rows"),
        (
            ["import", "edges.csv", "--relation", "films"], 1,
            "no relation 'films'; the store has entities, edges,"
        ),
        (["import", "edges.csv", "--relation", "edges", "--store", "a/b/c"], 1, "cannot be made"),
        (
            ["import", "entities.ndjson"], 2,
            "entities.ndjson: its lines do not say where they belong; name the relation with"
        ),
    ])
    func whatCannotBeImportedIsSaid(arguments: [String], code: Int32, message: String) throws {
        let answer = try tool.run(arguments)
        #expect(answer.code == code && answer.output.isEmpty)
        #expect(answer.error.contains(message), "\(answer.error)")
    }

    // MARK: - Export

    @Test func aRelationComesBackTheSame() throws {
        try files.fill()
        for relation in ["entities", "edges"] {
            for form in ["ndjson", "csv"] {
                let first = try tool("export", "--relation", relation, "--format", form)
                #expect(first.code == 0 && first.error.isEmpty)
                try files.write("rows.\(form)", first.output)
                let other = files.root.file("\(relation)-\(form)")
                let imported = try tool(
                    "import", "rows.\(form)", "--relation", relation, "--store", other)
                #expect(imported.code == 0)
                let again = try tool(
                    "export", "--relation", relation, "--format", form, "--store", other)
                #expect(again.output == first.output)
            }
        }
    }

    @Test func aWholeStoreComesBackTheSame() throws {
        try files.fill()
        let first = try tool("export", "-o", "all.ndjson")
        #expect(first.code == 0 && first.output.isEmpty)
        let other = files.root.file("other")
        #expect(try tool("import", "all.ndjson", "--store", other).code == 0)
        #expect(try tool("verify", "--store", other).code == 0)
        #expect(try tool("export", "--store", other).output == (try files.read("all.ndjson")))
        let answer = try tool("query", "rdeps", RowFiles.cached, "--store", other)
        #expect(answer.output == (try tool("query", "rdeps", RowFiles.cached).output))
        // Into a store that has rows, as any other rows.
        #expect(try tool("import", "all.ndjson").output.contains("8 read, 8 of the store replaced"))
        #expect(try tool("export").output == (try files.read("all.ndjson")))
    }

    /// A store that has a schema and no rows is a store.
    @Test func aStoreWithoutRowsComesBackTheSame() throws {
        let schema =
            #"{"relation":"books","schema":{"key":["isbn"],"columns":[{"name":"isbn","type":"string"}]}}"#
        try files.write("schema.ndjson", schema + "\n")
        let shelf = files.root.file("shelf")
        let answer = try tool("import", "schema.ndjson", "--store", shelf, "--format", "json")
        #expect(answer.code == 0)
        #expect(try answer.json()["committed"] as? Bool == true)
        #expect(try tool("export", "--store", shelf).output == (try files.read("schema.ndjson")))
        #expect(try tool("import", "schema.ndjson", "--store", shelf).output.contains("nothing to"))
    }

    /// Not only code: a line says what the rows are.
    @Test func anyRowsHaveAPlace() throws {
        try files.write(
            "books.ndjson",
            """
            {"relation":"books","schema":{"key":["isbn"],"columns":[{"name":"isbn","type":"string"},{"name":"pages","type":"int64"}]}}
            {"relation":"books","row":{"isbn":"0-19","pages":474}}
            """)
        let shelf = files.root.file("shelf")
        #expect(try tool("import", "books.ndjson", "--store", shelf).code == 0)
        let rows = try tool("export", "--relation", "books", "--format", "csv", "--store", shelf)
        #expect(rows.output == "isbn,pages\n0-19,474\n")
        #expect(try tool("stats", "--store", shelf).output.contains("books        1\n"))
        // There are no entities to ask for.
        let query = try tool("query", "deps", "x", "--store", shelf)
        #expect(query.code == 1 && query.error.contains("no relation 'edges'"))
    }

    @Test func theSchemaIsShownBeforeThereAreRows() throws {
        let before = try tool("schema")
        #expect(before.code == 0 && before.output.contains("entities"))
        try files.fill()
        #expect(try tool("schema").output == before.output)
        let edges = try tool("schema", "--relation", "edges", "--format", "csv").outputLines
        #expect(edges[0] == "relation,name,type,nullable,key,scope,target")
        #expect(edges[2] == "edges,to,string,false,true,false,true")
        #expect(edges[6] == "edges,lines,list of int64,true,false,false,false")
        #expect(try tool("schema", "--relation", "films").error.contains("no relation 'films'"))
        #expect(try tool("schema", "--store", "nowhere").code == 1)
    }

    @Test func jsonIsOneObject() throws {
        try files.fill()
        let answer = try tool("export", "--relation", "edges", "--format", "json", "--at", "two")
        let json = try answer.json()
        #expect(json["generation"] as? Int == 2 && json["label"] as? String == "two")
        let rows = json["edges"] as? [[String: Any]] ?? []
        #expect(rows.count == 5 && rows[0]["lines"] is NSNull && rows[0]["line"] as? Int == 4)
    }

    @Test func anEarlierGenerationComesOut() throws {
        try files.fill()
        #expect(try tool("export", "--relation", "edges", "--at", "1").output.isEmpty)
        #expect(try tool("export", "--relation", "entities", "--at", "one").outputLines.count == 3)
    }

    @Test func aFileAppearsWholeOrNotAtAll() throws {
        try files.fill()
        try files.write("out.ndjson", "before")
        #expect(try tool("export", "--relation", "films", "-o", "out.ndjson").code == 1)
        #expect(try files.read("out.ndjson") == "before")
        #expect(try tool("export", "--relation", "edges", "-o", "out.ndjson").code == 0)
        #expect(try files.read("out.ndjson").split(separator: "\n").count == 5)
        #expect(try tool("export", "-o", ".").error.contains(".: is a directory; name a file"))
        #expect(try tool("export", "-o", "no/such/out").code == 1)
        // A limit of the shell's is an error too, and not the end at once.
        let limited = try shell(
            "(ulimit -f 0; \"$1\" export -o limited.ndjson || echo status $?) 2>&1 | cat")
        #expect(limited.output.contains("limited.ndjson: write failed"), "\(limited)")
        #expect(limited.output.contains("status 1"), "\(limited)")
        #expect(!FileManager.default.fileExists(atPath: files.root.file("limited.ndjson")))
        let left = try FileManager.default.contentsOfDirectory(atPath: files.root.path)
        #expect(!left.contains { $0.contains(".new-") })
    }

    @Test func whoStopsReadingStopsTheExport() throws {
        try files.fill()
        let answer = try tool.run(
            ["-c", "'\(SegstoreTool.path)' export | head -1 | wc -l"], of: "/bin/sh")
        #expect(answer.output == "1\n" && answer.error.isEmpty)
    }
}
