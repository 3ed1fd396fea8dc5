// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// What /v1 answers, and how.
@Suite struct APITests {
    private let served: ServedTree

    init() throws { served = try ServedTree() }

    /// Every endpoint of the document, with what it needs.
    private static let questions = [
        "/v1/health", "/v1/stats", "/v1/schema", "/v1/entity?key=refresh",
        "/v1/entity?key=refresh&code=true", "/v1/search?q=session", "/v1/deps?key=login",
        "/v1/deps?key=main&depth=all", "/v1/rdeps?key=refresh", "/v1/impact?key=check",
        "/v1/path?from=main&to=check", "/v1/path?from=check&to=first",
        "/v1/context?key=login&tokens=500", "/v1/cycles", "/v1/cycles?by=file", "/v1/hotspots",
        "/v1/hotspots?external=true", "/v1/hubs", "/v1/entry-points", "/v1/dead", "/v1/centrality",
        "/v1/centrality?method=betweenness&by=folder", "/v1/kcore", "/v1/communities",
        "/v1/coupling", "/v1/coupling?by=file", "/v1/entropy?by=folder", "/v1/debt",
        "/v1/entities", "/v1/entities?code=1", "/v1/edges", "/v1/files", "/v1/tests",
        "/v1/coverage", "/v1/ignored", "/v1/tree?depth=all", "/v1/history",
        "/v1/diff?old=one&new=two", "/v1/diff?old=1&new=2&impact=1",
        "/v1/diff?old=one&new=two&relation=files",
        "/v1/sql?q=SELECT%20key,%20start_line%20FROM%20entities", "/v1/watch",
    ]

    @Test func everyAnswerIsWhatTheDocumentSays() throws {
        let document = try served.get("/v1/openapi.json").json()
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        let schemas = try #require(
            (document["components"] as? [String: Any])?["schemas"] as? [String: Any])
        let checker = SchemaCheck(schemas)
        for question in Self.questions {
            let path = String(question.prefix { $0 != "?" })
            let reply = try served.get(question)
            #expect(reply.status == 200, "\(question): \(reply.text)")
            let schema = try #require(Self.answerSchema(paths[path]?["get"]), "\(path)")
            let problems = checker.problems(try reply.json(), schema, at: question)
            #expect(problems.isEmpty, "\(problems)")
        }
        // All of them were asked.
        let asked = Set(Self.questions.map { String($0.prefix { $0 != "?" }) })
        let documented = paths.filter { $0.key.hasPrefix("/v1/") && $0.value["get"] != nil }.keys
        #expect(Set(documented).subtracting(asked) == ["/v1/openapi.json"])
        for path in ["/v1/ingest", "/v1/reindex?path=lib/tools.py"] {
            let reply = try served.get(path, method: "POST")
            let name = String(path.prefix { $0 != "?" })
            let schema = try #require(Self.answerSchema(paths[name]?["post"]))
            let problems = checker.problems(try reply.json(), schema, at: path)
            #expect(reply.status == 200 && problems.isEmpty, "\(problems) \(reply.text)")
        }
    }

    private static func answerSchema(_ operation: Any?) -> Any? {
        let responses = (operation as? [String: Any])?["responses"] as? [String: [String: Any]]
        let content = responses?["200"]?["content"] as? [String: [String: Any]]
        return content?["application/json"]?["schema"]
    }

    /// The server and the command line are one: the data is that of --format json.
    @Test(arguments: [
        ("/v1/deps?key=login&depth=2", ["query", "deps", "login", "--depth", "2"]),
        ("/v1/impact?key=check", ["query", "impact", "check"]),
        ("/v1/search?q=ses&kind=struct", ["query", "search", "ses", "--kind", "struct"]),
        ("/v1/cycles?by=file&top=3", ["query", "cycles", "--by", "file", "--top", "3"]),
        ("/v1/entities?language=python", ["entities", "--language", "python"]),
        (
            "/v1/edges?resolution=exact&within=src",
            ["edges", "--resolution", "exact", "--within", "src"]
        ),
        ("/v1/diff?old=one&new=two", ["diff", "one", "two"]),
        ("/v1/entity?key=login&at=one", ["query", "entity", "login", "--at", "one"]),
        // By its whole key it is written by another hand.
        ("/v1/entity?key=\(ServedTree.refresh)", ["query", "entity", "refresh"]),
        ("/v1/entity?key=\(ServedTree.refresh)&code=1", ["query", "entity", "refresh", "--code"]),
    ])
    func dataIsWhatTheCommandAnswers(target: String, command: [String]) throws {
        let tool = try Tool("segstore", command + ["--format", "json", "--store", served.store])
        #expect(tool.wait() == 0)
        var expected = try #require(
            try JSONSerialization.jsonObject(with: Data(tool.text.utf8)) as? [String: Any])
        for name in ["generation", "label", "fresh", "changed_files"] { expected[name] = nil }
        #expect(
            NSDictionary(dictionary: try served.data(target)) == NSDictionary(dictionary: expected))
    }

    @Test func metaSaysWhichGenerationItIs() throws {
        let meta = try served.meta("/v1/stats")
        #expect(meta["generation"] as? Int == 2 && meta["label"] as? String == "two")
        #expect(meta["fresh"] as? Bool == true && meta["changed_files"] as? Int == 0)
        #expect(meta["next"] is NSNull)
        let earlier = try served.meta("/v1/entities?at=one")
        #expect(earlier["generation"] as? Int == 1 && earlier["label"] as? String == "one")
        #expect(earlier["fresh"] is NSNull)
        let notes = try served.meta("/v1/search?q=session&kind=clas")["notes"] as? [String]
        #expect(notes?.count == 1 && notes?[0].hasPrefix("no entity has the kind 'clas'") == true)
    }

    // MARK: - Lists

    @Test func pagesAreOfOneGeneration() throws {
        let all = try served.data("/v1/entities?limit=1000")["entities"] as? [[String: Any]]
        let keys = try #require(all).compactMap { $0["key"] as? String }
        var found: [String] = []
        var target = "/v1/entities?limit=3"
        while true {
            let reply = try served.get(target)
            let data = try #require(try reply.json()["data"] as? [String: Any])
            let rows = try #require(data["entities"] as? [[String: Any]])
            found += rows.compactMap { $0["key"] as? String }
            guard let next = (try reply.json()["meta"] as? [String: Any])?["next"] as? String else {
                break
            }
            #expect(reply.fields["link"]?.contains("cursor=\(next)") == true)
            target = "/v1/entities?limit=3&cursor=\(next)"
            // What is committed between two pages is no part of them.
            if found.count == 3 {
                try ServedTree.write("\(served.tree)/aaa.py", "def a0():\n    pass\n")
                _ = try ServedTree.run("ingest", served.tree)
                #expect(try served.meta("/v1/stats")["generation"] as? Int == 3)
            }
        }
        #expect(found == keys && keys.count > 6)
        _ = try served.failure("/v1/entities?cursor=zz", 400, "bad_request")
        _ = try served.failure("/v1/entities?cursor=zzz.1", 404, "not_found")
    }

    @Test func rowsByThemselves() throws {
        let count = try #require(try served.data("/v1/edges?limit=0")["total"] as? Int)
        let lines = try served.get("/v1/edges?format=ndjson")
        #expect(lines.fields["content-type"] == "application/x-ndjson")
        let rows = lines.text.split(separator: "\n")
        #expect(rows.count == count && count > 10)
        for row in rows {
            #expect(try JSONSerialization.jsonObject(with: Data(row.utf8)) is [String: Any])
        }
        #expect(try served.get("/v1/edges", ["Accept: application/x-ndjson"]).body == lines.body)
        let table = try served.get("/v1/edges?format=csv")
        #expect(table.text.split(separator: "\n").count == count + 1)
        #expect(table.text.hasPrefix("from,to,kind,file,line,"))
        let picture = try served.get("/v1/deps?key=login&format=svg")
        #expect(picture.fields["content-type"] == "image/svg+xml" && picture.text.contains("<svg"))
        _ = try served.failure("/v1/edges?format=svg", 400, "bad_request")
        _ = try served.failure("/v1/edges?limit=10001", 400, "bad_request")
    }

    // MARK: - Caches

    @Test func anAnswerIsSentOnce() throws {
        let first = try served.get("/v1/entity?key=\(ServedTree.refresh)")
        let tag = try #require(first.fields["etag"])
        let again = try served.get(
            "/v1/entity?key=\(ServedTree.refresh)", ["If-None-Match: \"x\", \(tag)"])
        #expect(again.status == 304 && again.body.isEmpty && again.fields["etag"] == tag)
        #expect(try served.get("/v1/cycles", ["If-None-Match: \"other\""]).status == 200)
        try ServedTree.write("\(served.tree)/new.py", "def fresh():\n    pass\n")
        _ = try ServedTree.run("ingest", served.tree)
        let later = try served.get(
            "/v1/entity?key=\(ServedTree.refresh)", ["If-None-Match: \(tag)"])
        #expect(later.status == 200 && later.fields["etag"] != tag)
        // What may be another one each time has none, nor what gc changes.
        for target in ["/v1/sql?q=SELECT+random()", "/v1/history", "/v1/stats"] {
            #expect(try served.get(target).fields["etag"] == nil, "\(target)")
        }
    }

    /// What is asked for again comes out of memory: it is what a server finds that does not
    /// remember it, in each form, and of the newest commit only.
    @Test func whatIsRememberedIsTheAnswer() throws {
        let targets = [
            "/v1/entity?key=\(ServedTree.refresh)",
            "/v1/entity?key=\(ServedTree.refresh)&code=true",
            "/v1/entity?key=login", "/v1/entities?limit=2", "/v1/rdeps?key=login", "/v1/cycles",
            "/v1/search?q=log", "/v1/hotspots", "/v1/files?limit=1",
        ]
        func ask() throws -> [[UInt8]] {
            try targets.map { target in
                // What is behind # is no part of the question.
                let new = try served.get("\(target)#\(UInt64.random(in: 0 ... .max))")
                for _ in 0..<4 {
                    let reply = try served.get(target)
                    #expect(reply.body == new.body && reply.status == 200, "\(target)")
                    for name in ["etag", "link", "content-type", "vary"] {
                        #expect(reply.fields[name] == new.fields[name], "\(target) \(name)")
                    }
                }
                for method in ["POST", "DELETE", "GROSS"] {
                    #expect(try served.get(target, method: method).status == 405, "\(target)")
                }
                #expect(try served.get(target, method: "OPTIONS").status == 204, "\(target)")
                let lines = ["Accept: application/x-ndjson"]
                #expect(
                    try served.get(target, lines).body == served.get("\(target)#", lines).body,
                    "\(target)")
                let seen = ["If-None-Match: \(new.fields["etag"] ?? "")"]
                #expect(try served.get(target, seen).status == 304)
                return new.body
            }
        }
        _ = try served.get(targets[0])
        let before = try ask()
        try ServedTree.write("\(served.tree)/later.py", "def login_later():\n    pass\n")
        _ = try ServedTree.run("ingest", served.tree)
        _ = try served.get(targets[0])
        for (old, new) in zip(before, try ask()) { #expect(old != new) }
    }

    /// Of a list by itself nobody would see that there is more.
    @Test func rowsByThemselvesAreAll() throws {
        let functions = (0..<150).map { "def shared_\($0)():\n    shared_\(($0 + 1) % 150)()\n" }
            .joined(separator: "\n")
        try ServedTree.write("\(served.tree)/many.py", functions)
        _ = try ServedTree.run("ingest", served.tree)
        for format in ["ndjson", "csv"] {
            let header = format == "csv" ? 1 : 0
            let found = try served.get("/v1/search?q=shared&format=\(format)")
            #expect(found.text.split(separator: "\n").count == 150 + header)
            let some = try served.get("/v1/search?q=shared&limit=7&format=\(format)")
            #expect(some.text.split(separator: "\n").count == 7 + header)
        }
        let ranked = try #require(try served.data("/v1/hotspots?top=1")["total"] as? Int)
        let all = try served.get("/v1/hotspots?format=ndjson")
        #expect(all.text.split(separator: "\n").count == ranked && ranked > 20)
        let none = try served.get("/v1/entities?kind=zzz&format=ndjson")
        #expect(none.body.isEmpty)
        #expect(none.fields["segstore-note"]?.contains("no row has the kind 'zzz'") == true)
    }

    @Test func formsAreToldApart() throws {
        let tag = try #require(try served.get("/v1/files").fields["etag"])
        for (accepted, type) in [
            ("application/x-ndjson;q=0, application/json", "application/json"),
            ("text/csv;q=0.1, application/json;q=0.5", "application/json"),
            ("application/json;q=0.1, application/x-ndjson", "application/x-ndjson"),
            ("text/html, */*;q=0.5", "application/json"),
        ] {
            let reply = try served.get("/v1/files", ["Accept: \(accepted)"])
            #expect(reply.fields["content-type"] == type, "\(accepted)")
            #expect(reply.fields["vary"] == "Accept, Accept-Encoding")
        }
        let lines = try served.get(
            "/v1/files", ["Accept: application/x-ndjson", "If-None-Match: \(tag)"])
        #expect(lines.status == 200 && lines.fields["etag"] != tag)
    }

    @Test func editsAreSeenSoon() throws {
        #expect(try served.meta("/v1/files")["fresh"] as? Bool == true)
        try ServedTree.write("\(served.tree)/lib/twin.py", "def twin():\n    return 2\n")
        let start = Date()
        while try served.meta("/v1/files")["fresh"] as? Bool != false { usleep(50_000) }
        #expect(Date().timeIntervalSince(start) < 1.5)
    }

    /// It is no empty one.
    @Test func aStoreThatIsGoneIsSaidToBe() throws {
        try FileManager.default.removeItem(atPath: served.store)
        usleep(10_000)
        for target in ["/v1/health", "/v1/entities", "/v1/stats", "/v1/history"] {
            _ = try served.failure(target, 503, "no_store")
        }
        let older = try served.get("/server-health-check-status")
        #expect(older.status == 503 && older.text.hasPrefix("{\"success\":false"))
        _ = try ServedTree.run("ingest", served.tree)
        #expect(try served.get("/v1/health").status == 200)
    }

    @Test func compressedIsTheSame() throws {
        let plain = try served.get("/v1/openapi.json")
        let packed = try served.get("/v1/openapi.json", ["Accept-Encoding: br, gzip;q=0.5"])
        #expect(packed.fields["content-encoding"] == "gzip")
        #expect(packed.body.count < plain.body.count / 3)
        #expect(try Self.unzipped(packed.body) == plain.body)
        let lines = try served.get("/v1/edges?format=ndjson", ["Accept-Encoding: gzip"])
        #expect(try Self.unzipped(lines.body) == served.get("/v1/edges?format=ndjson").body)
        #expect(
            try served.get("/v1/openapi.json", ["Accept-Encoding: gzip;q=0"])
                .fields["content-encoding"] == nil)
    }

    private static func unzipped(_ bytes: [UInt8]) throws -> [UInt8] {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        Thread.detachNewThread {
            try? input.fileHandleForWriting.write(contentsOf: Data(bytes))
            try? input.fileHandleForWriting.close()
        }
        let result = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(result)
    }

    // MARK: - Failures

    @Test func whatIsWrongIsSaid() throws {
        let unknown = try served.failure("/v1/entity?key=refrsh", 404, "unknown_key")
        #expect(unknown["candidates"] as? [String] == [ServedTree.refresh])
        let several = try served.failure("/v1/entity?key=twin", 409, "ambiguous_key")
        #expect((several["candidates"] as? [String])?.count == 2)
        #expect(
            (try served.failure("/v1/dep", 404, "not_found")["message"] as? String)?
                .contains("did you mean /v1/deps?") == true)
        #expect(
            (try served.failure("/v1/deps?keys=x", 400, "bad_request")["message"] as? String)?
                .contains("did you mean 'key'?") == true)
        for (target, status, code) in [
            ("/v1/entity", 400, "bad_request"), ("/v1/entity?key=a&key=b", 400, "bad_request"),
            ("/v1/deps?key=login&depth=0", 400, "bad_request"),
            ("/v1/deps?key=login&depth=x", 400, "bad_request"),
            ("/v1/deps?key=%zz", 400, "bad_request"), ("/v1/deps?key=%ff", 400, "bad_request"),
            ("/v1/deps?key=a%00b", 400, "bad_request"),
            ("/v1/entities?within=nowhere", 404, "unknown_key"),
            ("/v1/entities?within=/etc", 400, "bad_request"),
            ("/v1/entities?within=..", 404, "unknown_key"),
            ("/v1/context?key=login", 400, "bad_request"),
            ("/v1/entities?within=src/../../x", 404, "unknown_key"),
            ("/v1/entities?cursor=1.1&offset=3", 400, "bad_request"),
            ("/v1/entities?at=99", 404, "not_found"), ("/v1/diff?old=1&new=9", 404, "not_found"),
            ("/v1/sql?q=DELETE+FROM+edges", 400, "bad_request"),
            ("/v1/sql?q=SELEC", 400, "bad_request"),
            ("/v1/entity?key=refresh&code=maybe", 400, "bad_request"),
            ("/v1/../etc/passwd", 404, "not_found"), ("/etc/passwd", 404, "not_found"),
            ("/%2e%2e/%2e%2e/etc/passwd", 404, "not_found"),
        ] { _ = try served.failure(target, status, code) }
        let wrong = try served.get("/v1/stats", method: "DELETE")
        #expect(wrong.status == 405 && wrong.fields["allow"] == "GET, HEAD")
        _ = try served.failure(
            "/v1/reindex?path=../../etc/passwd", 400, "bad_request", method: "POST")
        _ = try served.failure("/v1/reindex?path=nothing.rs", 404, "not_found", method: "POST")
    }

    @Test func sqlIsBounded() throws {
        let rows = try served.data("/v1/sql?q=SELECT+?+AS+a,+?+AS+b&value=x&value=y%26z")
        #expect((rows["rows"] as? [[String: String]]) == [["a": "x", "b": "y&z"]])
        let forever =
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n"
        _ = try served.failure("/v1/sql?timeout=1&q=\(ServedTree.escaped(forever))", 504, "timeout")
        // As long as all others, whatever is asked for; so much memory as the server gives.
        let hasty = try ServedTree("--timeout", "1")
        for time in ["", "&timeout=1000000"] {
            _ = try hasty.failure(
                "/v1/sql?q=\(ServedTree.escaped(forever))\(time)", 504, "timeout")
        }
        _ = try served.failure("/v1/sql?q=SELECT+1&memory=9999999", 400, "bad_request")
        // On the command line that is standard input.
        _ = try served.failure("/v1/sql?q=-", 400, "bad_request")
        let endless =
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n) SELECT i FROM n"
        let data = try served.data("/v1/sql?q=\(ServedTree.escaped(endless))")
        #expect(data["count"] as? Int == 100 && data["truncated"] as? Bool == true)
    }

    @Test func aLongQueryIsPosted() throws {
        let query =
            "SELECT count(*) AS c FROM entities -- \(String(repeating: "long ", count: 20_000))"
        let connection = try HTTPConnection(port: served.port)
        connection.send(
            "POST /v1/sql?limit=5 HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(query.utf8.count)\r\n\r\n\(query)"
        )
        let reply = try connection.reply()
        #expect(reply.status == 200 && reply.text.contains(#""rows":[\#n{"c":"#), "\(reply.text)")
        connection.send(
            "POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n\u{ff}")
        #expect(try connection.reply().status == 400)
        connection.send("POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        #expect(try connection.reply().status == 400)
    }

    @Test func headAndOptions() throws {
        let head = try served.get("/v1/stats", method: "HEAD")
        #expect(head.status == 200 && head.fields["content-length"] != "0")
        let options = try served.get("/v1/ingest", method: "OPTIONS")
        #expect(options.status == 204 && options.fields["allow"] == "POST, OPTIONS")
    }
}

/// As much of JSON Schema as the document uses.
struct SchemaCheck {
    private let schemas: [String: Any]

    init(_ schemas: [String: Any]) { self.schemas = schemas }

    func problems(_ value: Any, _ schema: Any, at place: String) -> [String] {
        guard let schema = schema as? [String: Any] else { return ["\(place): no schema"] }
        if let reference = schema["$ref"] as? String {
            let name = String(reference.split(separator: "/").last ?? "")
            return problems(value, schemas[name] as Any, at: place)
        }
        let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] }
        if let types, !types.contains(where: { Self.isOf($0, value) }) {
            return ["\(place): \(value) is none of \(types)"]
        }
        var found: [String] = []
        if let object = value as? [String: Any] {
            let properties = schema["properties"] as? [String: Any] ?? [:]
            for name in schema["required"] as? [String] ?? [] where object[name] == nil {
                found.append("\(place): has no \(name)")
            }
            for (name, member) in object {
                if let inner = properties[name] ?? schema["additionalProperties"] {
                    found += problems(member, inner, at: "\(place).\(name)")
                }
            }
        }
        if let items = value as? [Any], let inner = schema["items"] {
            for (index, item) in items.enumerated() {
                found += problems(item, inner, at: "\(place)[\(index)]")
            }
        }
        return found
    }

    private static func isOf(_ type: String, _ value: Any) -> Bool {
        switch type {
        case "null": value is NSNull
        case "boolean": CFBoolean.isBoolean(value)
        case "integer":
            !CFBoolean.isBoolean(value) && (value as? Double).map { $0 == $0.rounded() } ?? false
        case "number": !CFBoolean.isBoolean(value) && value is NSNumber
        case "string": value is String
        case "array": value is [Any]
        case "object": value is [String: Any]
        default: false
        }
    }

    private enum CFBoolean {
        static func isBoolean(_ value: Any) -> Bool {
            guard let number = value as? NSNumber else { return false }
            return String(cString: number.objCType) == "c"
        }
    }
}
