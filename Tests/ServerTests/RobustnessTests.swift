// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Platform
import TestSupport
import Testing

/// What rude, slow and many clients can do to a server: nothing.
@Suite struct RobustnessTests {
    private let served: ServedTree

    init() throws {
        served = try ServedTree(
            "--allow-host", "code.example", "--cors", "http://localhost:3000")
    }

    private func expectAlive(_ line: SourceLocation = #_sourceLocation) throws {
        #expect(try served.get("/v1/health").status == 200, sourceLocation: line)
    }

    // MARK: - Requests

    @Test func oneConnectionTakesManyRequests() throws {
        let connection = try HTTPConnection(port: served.port)
        for _ in 0..<200 { #expect(try connection.get("/v1/entity?key=refresh").status == 200) }
        // Sent at once, answered in order.
        let targets = [
            "/v1/health", "/v1/entity?key=login", "/v1/nothing", "/v1/cycles", "/v1/health",
        ]
        connection.send(
            targets.map { "GET \($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined())
        #expect(
            try targets.map { _ in try connection.reply().status } == [200, 200, 404, 200, 200])
    }

    @Test func nonsenseIsRefused() throws {
        var generator = SeededGenerator(seed: 8)
        let requests: [[UInt8]] =
            [
                "", "\r\n\r\n", "GET", "GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "POST /v1/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
                "POST /v1/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "POST /v1/ingest HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET /v1/stats HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n",
                "GET /v1/stats HTTP/1.1\r\nHost: localhost\r\nA:b\r\n c\r\n\r\n",
                "GET /v1/\u{0}stats HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "\u{16}\u{3}\u{1}\u{2}\u{0}",
            ].map { Array($0.utf8) }
            + (0..<60).map { _ in
                (0..<Int.random(in: 1...400, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
            }
        for request in requests {
            // Of what is not whole yet more may come: that is waited for, but not here.
            let connection = try HTTPConnection(port: served.port, milliseconds: 100)
            connection.send(request)
            let reply = connection.whatCame()
            #expect(
                reply.isEmpty || reply.starts(with: Array("HTTP/1.".utf8)),
                "\(String(decoding: request, as: UTF8.self))")
        }
        try expectAlive()
    }

    /// Targets made of pieces of real ones: each is answered, in an envelope.
    @Test func anyTargetIsAnswered() throws {
        var generator = SeededGenerator(seed: 80)
        let pieces = [
            "/v1/", "deps", "rdeps", "entity", "entities", "impact", "path", "sql", "search",
            "diff",
            "?", "&", "=", "key", "q", "limit", "offset", "depth", "all", "at", "one", "two",
            "cursor",
            "1.1", "format", "ndjson", "csv", "json", "kind", "calls", "%2e", "%", "+", "/", "..",
            "refresh", "login", "-1", "0", "9999999999999999999", "tokens", "within", "src", "😀",
            "SELECT 1".replacingOccurrences(of: " ", with: "+"),
        ]
        let connection = try HTTPConnection(port: served.port)
        for _ in 0..<400 {
            let count = Int.random(in: 1...9, using: &generator)
            let target =
                "/v1/"
                + (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            let reply = try connection.get(target)
            #expect(reply.status != 500, "\(target): \(reply.text)")
            if reply.status >= 400 {
                #expect(
                    (try reply.json()["error"] as? [String: Any])?["message"] is String, "\(target)"
                )
            }
        }
    }

    @Test func theTargetMayHaveTheServersName() throws {
        let reply = try served.get("http://localhost/v1/entity?key=refresh")
        #expect(reply.status == 200)
    }

    // MARK: - Bounds

    @Test func largeRequestsAreRefused() throws {
        let long = String(repeating: "x", count: 200_000)
        let target = try HTTPConnection(port: served.port)
        target.send("GET /v1/entity?key=\(long) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let reply = try? target.reply()
        #expect(reply == nil || [413, 414, 431].contains(reply?.status ?? 0))
        let flood = try HTTPConnection(port: served.port)
        flood.send("GET /v1/stats HTTP/1.1\r\nHost: localhost\r\n")
        var isOpen = true
        for index in 0..<100_000 where isOpen { isOpen = flood.send("X-\(index): \(index)\r\n") }
        #expect(!isOpen, "a head without an end is taken")
        let body = try HTTPConnection(port: served.port)
        body.send(
            "POST /v1/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\n")
        #expect(try body.reply().status == 413)
        try expectAlive()
    }

    /// Who connects and says nothing, or little, keeps nobody else waiting.
    @Test func slowClientsKeepNobodyWaiting() throws {
        let silent = try (0..<300).map { _ in try HTTPConnection(port: served.port) }
        let halves = try (0..<300).map { _ in
            let connection = try HTTPConnection(port: served.port)
            connection.send("GET /v1/stats HTTP/1.1\r\nHost: loc")
            return connection
        }
        // Who asks for much and reads nothing.
        let deaf = try (0..<50).map { _ in
            let connection = try HTTPConnection(port: served.port)
            for _ in 0..<20 {
                connection.send("GET /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
            }
            return connection
        }
        let start = Date()
        for _ in 0..<100 { try expectAlive() }
        #expect(try served.get("/v1/cycles").status == 200)
        #expect(Date().timeIntervalSince(start) < 20)
        for connection in halves {
            connection.send("alhost\r\n\r\n")
            #expect(try connection.reply().status == 200)
        }
        withExtendedLifetime((silent, deaf)) {}
    }

    /// Who is sent rows without an end and takes none keeps a place among those, and no other.
    @Test func whoTakesNoRowsKeepsNobodyWaiting() throws {
        let endless =
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n) SELECT i, hex(zeroblob(500)) FROM n"
        let deaf = try (0..<12).map { _ in
            let connection = try HTTPConnection(port: served.port)
            connection.send(
                "GET /v1/sql?format=ndjson&q=\(ServedTree.escaped(endless)) HTTP/1.1\r\nHost: localhost\r\n\r\n"
            )
            return connection
        }
        usleep(500_000)
        let start = Date()
        for target in ["/v1/deps?key=login", "/v1/cycles", "/v1/entities", "/v1/sql?q=SELECT+1"] {
            #expect(try served.get(target).status == 200)
        }
        #expect(Date().timeIntervalSince(start) < 10)
        withExtendedLifetime(deaf) {}
    }

    /// A proxy may take these for other requests than a server does.
    @Test func whatCanBeReadInTwoWaysIsRefused() throws {
        for head in [
            "Content-Length: 1\r\nContent-Length: 2",
            "Content-Length: 3\r\nTransfer-Encoding: chunked",
            "Content-Length : 8", "Host: other.example",
        ] {
            let connection = try HTTPConnection(port: served.port)
            connection.send(
                "POST /v1/sql HTTP/1.1\r\nHost: localhost\r\n\(head)\r\n\r\nSELECT 1")
            let reply = try connection.reply()
            #expect(reply.status == 400, "\(head)")
            #expect(try connection.rest().isEmpty, "\(head)")
        }
        try expectAlive()
    }

    /// What is done is not kept, whatever waits behind it.
    @Test func aCrewKeepsNothing() throws {
        final class Load: Sendable {}
        let crew = WorkCrew(threads: 1, waitingLimit: 100)
        let (isFirstDone, mayEnd) = (Monitor(false), Monitor(false))
        weak var load: Load?
        do {
            let made = Load()
            load = made
            _ = crew.add { withExtendedLifetime(made) {} }
        }
        _ = crew.add {
            isFirstDone.change { $0 = true }
            _ = mayEnd.wait { $0 ? true : nil }
        }
        for _ in 0..<50 { #expect(crew.add {}) }
        _ = isFirstDone.wait { $0 ? true : nil }
        #expect(load == nil && !crew.isIdle)
        mayEnd.change { $0 = true }
        while !crew.isIdle { usleep(1000) }
    }

    /// Who waits for others longer than an answer may take is told so in time, and the connection
    /// goes on.
    @Test func whoWaitsTooLongIsTold() throws {
        let hasty = try ServedTree("--timeout", "2")
        let forever = ServedTree.escaped(
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n")
        func ask() throws -> HTTPConnection {
            let connection = try HTTPConnection(port: hasty.port)
            connection.send("GET /v1/sql?q=\(forever) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return connection
        }
        let others = try (0..<4 * max(2, processorCount)).map { _ in try ask() }
        usleep(200_000)
        let start = Date()
        let late = try ask()
        // All others go on meanwhile.
        #expect(try hasty.get("/v1/hotspots").status == 200)
        let reply = try late.reply()
        #expect(reply.status == 504 && Date().timeIntervalSince(start) < 3.5)
        for connection in others { #expect(try connection.reply().status == 504) }
        // Those that nobody waits for any more were not begun.
        late.send("GET /v1/sql?q=SELECT+1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try late.reply().status == 200)
    }

    @Test func tenThousandConnections() throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 20_000)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let count = min(10_000, Int(limit.rlim_cur) - 1000)
        try #require(count > 500, "this machine lets nobody open so many files")
        var connections: [HTTPConnection] = []
        for index in 0..<count {
            let connection = try HTTPConnection(port: served.port)
            connections.append(connection)
            if index % 500 == 0 { #expect(try connection.get("/v1/health").status == 200) }
        }
        // Beyond its limit they wait, and are served when others have gone.
        #expect(try connections[0].get("/v1/entity?key=refresh").status == 200)
        connections.removeFirst(count / 2)
        try expectAlive()
        #expect(try connections[connections.count - 1].get("/v1/health").status == 200)
    }

    @Test func whoGoesAwayIsForgotten() throws {
        for _ in 0..<200 {
            let connection = try HTTPConnection(port: served.port)
            connection.send("GET /v1/edges?format=ndjson HTTP/1.1\r\nHost: localhost\r\n\r\n")
        }
        for _ in 0..<50 {
            let connection = try HTTPConnection(port: served.port)
            connection.send("GET /v1/communities HTTP/1.1\r\nHost: localhost\r\n\r\n")
        }
        try expectAlive()
        #expect(try served.get("/v1/communities").status == 200)
    }

    // MARK: - Who may ask

    @Test(arguments: [
        ("localhost", 200), ("localhost:7777", 200), ("127.0.0.1:1", 200), ("[::1]:80", 200),
        ("192.168.1.7", 200), ("code.example", 200), ("CODE.example:80", 200),
        ("evil.example", 403), ("localhost.evil.example", 403), ("127.0.0.1.evil.example", 403),
        ("", 403), ("a@localhost", 403), ("1.2.3", 403),
    ])
    func namesThatLeadHere(host: String, status: Int) throws {
        let connection = try HTTPConnection(port: served.port)
        connection.send("GET /v1/stats HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        #expect(try connection.reply().status == status)
    }

    @Test func pagesOfOthersGetNothing() throws {
        let own = try served.get("/v1/stats", ["Origin: http://localhost:3000"])
        #expect(own.fields["access-control-allow-origin"] == "http://localhost:3000")
        #expect(own.fields["vary"]?.contains("Origin") == true)
        let asking = try served.get(
            "/v1/sql",
            ["Origin: http://localhost:3000", "Access-Control-Request-Headers: content-type"],
            method: "OPTIONS")
        #expect(asking.fields["access-control-allow-headers"]?.contains("Content-Type") == true)
        let other = try served.get("/v1/stats", ["Origin: null"])
        #expect(other.fields["access-control-allow-origin"] == nil)
        let post = try served.get(
            "/v1/ingest", ["Origin: null", "Content-Length: 0"], method: "POST")
        #expect(post.status == 403)
        #expect(
            try served.get(
                "/v1/ingest", ["Origin: http://localhost", "Content-Length: 0"], method: "POST"
            ).status == 200)
        let plain = try ServedTree()
        #expect(
            try plain.get("/v1/stats", ["Origin: http://localhost:3000"])
                .fields["access-control-allow-origin"] == nil)
    }

    // MARK: - Beginning and end

    @Test func aPortThatIsTaken() throws {
        let tool = try Tool(
            "segstore", ["serve", "--store", served.store, "--port", "\(served.port)"])
        #expect(tool.wait() == 1)
        #expect(
            tool.errorText
                == "segstore: port \(served.port) of 127.0.0.1 is taken; choose another with --port, or 0 for any that is free\n"
        )
        for (arguments, code, text) in [
            (["--port", "70000"], Int32(2), "--port is at most 65535"),
            (
                ["--host", "203.0.113.9", "--port", "0"], 1,
                "203.0.113.9: is no address of this machine"
            ),
        ] {
            let tool = try Tool("segstore", ["serve", "--store", served.store] + arguments)
            #expect(tool.wait() == code)
            #expect(tool.errorText.contains(text), "\(tool.errorText)")
        }
    }

    /// What is being answered is answered to its end.
    @Test(arguments: [SIGTERM, SIGINT])
    func itEndsWhenItIsDone(signal: Int32) throws {
        let connection = try HTTPConnection(port: served.port)
        let idle = try HTTPConnection(port: served.port)
        #expect(try idle.get("/v1/health").status == 200)
        let slow =
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<1500000) SELECT count(*) AS c FROM n"
        connection.send(
            "GET /v1/sql?q=\(ServedTree.escaped(slow)) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        usleep(200_000)
        kill(served.server.processID, signal)
        let reply = try connection.reply()
        #expect(reply.status == 200 && reply.text.contains(#""c":1500000"#))
        #expect(served.server.wait() == 0, "\(served.server.errorText)")
        #expect(throws: (any Error).self) { try HTTPConnection(port: served.port) }
    }

    /// Who asks on and on, half a request, and who reads nothing of an answer: none of them keeps
    /// it from ending well, and soon.
    @Test func itEndsWhateverClientsDo() throws {
        for round in 0..<3 {
            let other = try round == 0 ? served : ServedTree()
            let port = other.port
            let clients = (0..<6).map { number in
                Thread {
                    guard let connection = try? HTTPConnection(port: port) else { return }
                    for index in 0... {
                        let target = "/v1/search?q=s&limit=\(index % 20)#\(number).\(index)"
                        guard let reply = try? connection.get(target) else { return }
                        guard reply.status == 200 else {
                            return #expect(reply.status == 503, "\(reply.text)")
                        }
                    }
                }
            }
            for client in clients { client.start() }
            let half = try HTTPConnection(port: port)
            half.send("GET /v1/health HTTP/1.1\r\nHost: loc")
            let deaf = try HTTPConnection(port: port)
            let endless = ServedTree.escaped(
                "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n) SELECT i, hex(zeroblob(500)) FROM n"
            )
            deaf.send(
                "GET /v1/sql?format=ndjson&q=\(endless) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            usleep(useconds_t(50_000 + 60_000 * round))
            let start = Date()
            kill(other.server.processID, round % 2 == 0 ? SIGTERM : SIGINT)
            #expect(other.server.wait() == 0, "\(other.server.errorText)")
            #expect(Date().timeIntervalSince(start) < 8)
            withExtendedLifetime((half, deaf)) {}
        }
    }

    // MARK: - While others write

    /// Each answer is of one commit: the rows of two are never mixed.
    @Test func everyAnswerIsOfOneCommit() throws {
        try ServedTree.write("\(served.tree)/pair/a.py", "def pair_0():\n    pass\n")
        try ServedTree.write("\(served.tree)/pair/b.py", "def pair_0():\n    pass\n")
        _ = try ServedTree.run("ingest", served.tree)
        let (tree, port) = (served.tree, served.port)
        let writer = Thread {
            for round in 1...15 {
                for name in ["a", "b"] {
                    try? ServedTree.write(
                        "\(tree)/pair/\(name).py", "def pair_\(round)():\n    pass\n")
                }
                _ = try? ServedTree.run("ingest", tree)
            }
        }
        writer.start()
        let connection = try HTTPConnection(port: port)
        var generations = Set<Int>()
        while !writer.isFinished {
            let reply = try connection.get("/v1/entities?within=pair&kind=function")
            let answer = try reply.json()
            let rows = try #require(
                (answer["data"] as? [String: Any])?["entities"] as? [[String: Any]])
            #expect(rows.count == 2 && rows[0]["name"] as? String == rows[1]["name"] as? String)
            let meta = try #require(answer["meta"] as? [String: Any])
            generations.insert(try #require(meta["generation"] as? Int))
        }
        #expect(generations.count > 5, "\(generations)")
    }

    /// Resident, of its own, in kB: what is mapped of the store is the system's.
    private func memory() throws -> Int {
        let status = try String(
            contentsOfFile: "/proc/\(served.server.processID)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        return try #require(Int(line.split(whereSeparator: { !$0.isNumber })[0]))
    }

    /// The short form of scripts/bench-serve --soak: many questions, while somebody commits.
    @Test func memoryStaysFlat() throws {
        let connection = try HTTPConnection(port: served.port)
        var generator = SeededGenerator(seed: 3)
        let targets = [
            "/v1/entity?key=\(ServedTree.refresh)", "/v1/rdeps?key=check&depth=all",
            "/v1/impact?key=check", "/v1/entities?code=1", "/v1/edges?format=ndjson",
            "/v1/search?q=f", "/v1/hotspots", "/v1/communities", "/v1/context?key=login&tokens=900",
            "/v1/sql?q=SELECT+*+FROM+entities", "/v1/diff?old=one&new=two", "/v1/entity?key=twin",
            "/v1/nothing", "/code-entities-list-all", "/v1/files?at=one",
        ]
        var samples: [Int] = []
        for round in 0..<12 {
            try ServedTree.write("\(served.tree)/lib/round.py", "def round_\(round)():\n    pass\n")
            _ = try ServedTree.run("ingest", served.tree)
            for _ in 0..<250 {
                let target = try #require(targets.randomElement(using: &generator))
                let zip = Bool.random(using: &generator) ? ["Accept-Encoding: gzip"] : []
                #expect(try connection.get(target, zip).status < 500)
            }
            samples.append(try memory())
        }
        let early = try #require(samples[3..<6].max())
        #expect(samples[11] < early * 5 / 4 + 4000, "\(samples)")
    }

    @Test func itKeepsUpWithTheTree() throws {
        let watching = try ServedTree("--watch")
        try ServedTree.write("\(watching.tree)/lib/later.py", "def later():\n    pass\n")
        func waitFor(_ name: String) throws {
            for _ in 0..<600 {
                if try watching.get("/v1/entity?key=\(name)").status == 200 { return }
                usleep(20_000)
            }
            Issue.record("there is no \(name)")
        }
        try waitFor("later")
        let state = try watching.data("/v1/watch")
        #expect(state["watching"] as? Bool == true && state["root"] as? String == watching.tree)
        #expect(state["last_changed"] as? [String] == ["lib/later.py"])
        // It goes on after what passes: a tree that was elsewhere for a while.
        let (tree, elsewhere) = (watching.tree, watching.root.file("elsewhere"))
        try FileManager.default.moveItem(atPath: tree, toPath: elsewhere)
        try ServedTree.write("\(elsewhere)/lib/away.py", "def away():\n    pass\n")
        usleep(1_500_000)
        try FileManager.default.moveItem(atPath: elsewhere, toPath: tree)
        try waitFor("away")
        try ServedTree.write("\(tree)/lib/back.py", "def back():\n    pass\n")
        try waitFor("back")
    }
}
