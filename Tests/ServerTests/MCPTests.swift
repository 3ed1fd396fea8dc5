// SPDX-License-Identifier: Apache-2.0
import Foundation
import Platform
import Query
import TestSupport
import Testing

/// The Model Context Protocol, message by message.
@Suite struct MCPTests {
    private let served: ServedTree

    init() throws { served = try ServedTree() }

    /// A running 'segstore mcp'.
    private final class Agent {
        let process = Process()
        private let input = Pipe()
        private let output = Pipe()
        private var buffer = Data()
        private var id = 0

        init(_ store: String, _ options: [String] = []) throws {
            process.executableURL = URL(fileURLWithPath: "\(Tool.directory)/segstore")
            process.arguments = ["mcp", "--store", store] + options
            process.standardInput = input
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.endInTime(seconds: 120)
        }

        func send(_ line: String) throws {
            try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
        }

        /// The next message.
        func receive() throws -> [String: Any] {
            while true {
                if let end = buffer.firstIndex(of: 10) {
                    let line = buffer[..<end]
                    buffer = Data(buffer[(end + 1)...])
                    return try #require(
                        try JSONSerialization.jsonObject(with: line) as? [String: Any])
                }
                let more = output.fileHandleForReading.availableData
                try #require(!more.isEmpty, "the output has ended")
                buffer += more
            }
        }

        static var meta: [String: Any] {
            [
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": [String: Any](),
            ]
        }

        /// Asks by the stateless revision, or, once it has begun, by an older one.
        func ask(
            _ method: String, _ parameters: [String: Any] = [:], isStateless: Bool = true
        ) throws -> [String: Any] {
            id += 1
            var parameters = parameters
            if isStateless, parameters["_meta"] == nil { parameters["_meta"] = Self.meta }
            let message: [String: Any] = [
                "jsonrpc": "2.0", "id": id, "method": method, "params": parameters,
            ]
            try send(
                String(
                    decoding: JSONSerialization.data(withJSONObject: message), as: UTF8.self))
            let answer = try receive()
            #expect(answer["id"] as? Int == id && answer["jsonrpc"] as? String == "2.0")
            return answer
        }

        func result(_ method: String, _ parameters: [String: Any] = [:], isStateless: Bool = true)
            throws -> [String: Any]
        {
            let answer = try ask(method, parameters, isStateless: isStateless)
            return try #require(answer["result"] as? [String: Any], "\(method): \(answer)")
        }

        func failure(_ method: String, _ parameters: [String: Any] = [:], isStateless: Bool = true)
            throws -> (code: Int, message: String, data: Any?)
        {
            let answer = try ask(method, parameters, isStateless: isStateless)
            let error = try #require(answer["error"] as? [String: Any], "\(method): \(answer)")
            return (
                try #require(error["code"] as? Int), try #require(error["message"] as? String),
                error["data"]
            )
        }

        func call(_ name: String, _ arguments: [String: Any] = [:]) throws -> (
            text: String, value: [String: Any], isError: Bool
        ) {
            let result = try result("tools/call", ["name": name, "arguments": arguments])
            let content = try #require(result["content"] as? [[String: Any]])
            #expect(content.count == 1 && content[0]["type"] as? String == "text")
            return (
                try #require(content[0]["text"] as? String),
                result["structuredContent"] as? [String: Any] ?? [:],
                result["isError"] as? Bool ?? false
            )
        }

        func end() -> Int32 {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
            return process.terminationStatus
        }
    }

    private func agent(_ options: String...) throws -> Agent { try Agent(served.store, options) }

    // MARK: - The protocol

    @Test func theStatelessRevision() throws {
        let agent = try agent()
        let discovery = try agent.result("server/discover")
        #expect(
            discovery["supportedVersions"] as? [String]
                == ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])
        #expect(
            discovery["capabilities"] as? [String: [String: String]] == [
                "tools": [:], "resources": [:],
            ])
        for (method, parameters) in [
            ("server/discover", [:]), ("tools/list", [:]), ("resources/list", [:]),
            ("resources/templates/list", [:]),
            ("resources/read", ["uri": "segstore://entity/\(ServedTree.refresh)"]),
        ] as [(String, [String: Any])] {
            let result = try agent.result(method, parameters)
            #expect(result["resultType"] as? String == "complete", "\(method)")
            #expect(result["ttlMs"] is Int && result["cacheScope"] is String, "\(method)")
            let meta = result["_meta"] as? [String: [String: String]]
            #expect(meta?["io.modelcontextprotocol/serverInfo"]?["name"] == "segstore")
        }
        let call = try agent.result("tools/call", ["name": "overview"])
        #expect(call["resultType"] as? String == "complete" && call["ttlMs"] == nil)

        let unsupported = try agent.failure(
            "tools/list",
            [
                "_meta": [
                    "io.modelcontextprotocol/protocolVersion": "1900-01-01",
                    "io.modelcontextprotocol/clientCapabilities": [String: Any](),
                ]
            ])
        #expect(unsupported.code == -32022)
        let data = try #require(unsupported.data as? [String: Any])
        #expect(data["requested"] as? String == "1900-01-01")
        #expect((data["supported"] as? [String])?.first == "2026-07-28")
        let bare = try agent.failure(
            "tools/list",
            ["_meta": ["io.modelcontextprotocol/protocolVersion": "2026-07-28"]])
        #expect(bare.code == -32602)
        #expect(try agent.failure("tools/list", isStateless: false).code == -32602)
        #expect(try agent.failure("ping").code == -32601)
        #expect(try agent.failure("resources/read", ["uri": "file:///etc/passwd"]).code == -32602)
        #expect(agent.end() == 0)
    }

    @Test(arguments: ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2030-01-01"])
    func theHandshake(version: String) throws {
        let agent = try agent()
        #expect(try agent.failure("tools/list", isStateless: false).code == -32602)
        let first = try agent.result(
            "initialize",
            [
                "protocolVersion": version, "capabilities": [String: Any](),
                "clientInfo": ["name": "test", "version": "1"],
            ], isStateless: false)
        #expect(
            first["protocolVersion"] as? String
                == (version == "2030-01-01" ? "2025-11-25" : version))
        #expect((first["serverInfo"] as? [String: String])?["name"] == "segstore")
        try agent.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        #expect(try agent.result("ping", isStateless: false).isEmpty)
        let tools = try agent.result("tools/list", isStateless: false)
        #expect(tools["resultType"] == nil && tools["ttlMs"] == nil && tools["_meta"] == nil)
        let missing = try agent.failure(
            "resources/read", ["uri": "segstore://file/nothing"], isStateless: false)
        #expect(missing.code == -32002)
        // Both may be spoken side by side.
        #expect(try agent.result("tools/list")["resultType"] as? String == "complete")
        if version == "2025-03-26" {
            try agent.send(
                #"[{"jsonrpc":"2.0","id":"a","method":"ping"},{"jsonrpc":"2.0","id":"b","method":"ping"}]"#
            )
            #expect(try agent.receive()["id"] as? String == "a")
            #expect(try agent.receive()["id"] as? String == "b")
        }
        #expect(agent.end() == 0)
    }

    @Test func malformedMessagesAreAnswered() throws {
        let agent = try agent()
        for (line, code) in [
            ("{", -32700), ("nonsense", -32700),
            (#"{"jsonrpc":"2.0","id":1,"method":"x"} x"#, -32700),
            ("[]", -32600), ("[1]", -32600), ("1", -32600), ("null", -32600), ("{}", -32600),
            (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600),
            (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
            (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600),
            (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600),
            (#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600),
            (#"{"jsonrpc":"2.0","id":1}"#, -32600),
            (#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#, -32602),
            (#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":7}"#, -32602),
            (
                #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":7}}}"#,
                -32602
            ),
            (String(repeating: "[", count: 5000), -32700),
            ("\"" + String(repeating: "x", count: 5 << 20) + "\"", -32600),
            (#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#, -32700),
        ] {
            try agent.send(line)
            let error = try agent.receive()["error"] as? [String: Any]
            #expect(error?["code"] as? Int == code, "\(line.prefix(100)): \(error ?? [:])")
        }
        // What nobody asked for gets no answer.
        try agent.send(#"{"jsonrpc":"2.0","method":"notifications/anything"}"#)
        try agent.send(#"{"jsonrpc":"2.0","id":9,"result":{}}"#)
        try agent.send("")
        #expect(try agent.result("tools/list")["tools"] is [Any])
        #expect(agent.end() == 0)
    }

    // MARK: - Tools

    /// Whatever is committed between them.
    @Test func pagesOfResourcesAreOfOneCommit() throws {
        for number in 100..<260 {
            try ServedTree.write("\(served.tree)/many/m\(number).py", "def f():\n    pass\n")
        }
        _ = try ServedTree.run("ingest", served.tree)
        let agent = try agent()
        let first = try agent.result("resources/list")
        for number in 100..<150 {
            try FileManager.default.removeItem(atPath: "\(served.tree)/many/m\(number).py")
        }
        _ = try ServedTree.run("ingest", served.tree)
        let cursor = try #require(first["nextCursor"])
        let second = try agent.result("resources/list", ["cursor": cursor])
        let names = [first, second].flatMap { ($0["resources"] as? [[String: Any]]) ?? [] }
            .compactMap { $0["name"] as? String }
        #expect(Set(names).count == names.count)
        #expect(names.count { $0.hasPrefix("many/") } == 160)
        let beyond = try agent.ask("resources/list", ["cursor": "1y2p0ij32e8e8.0"])
        #expect(beyond["error"] != nil)
    }

    /// From the commit before it, if only the newer is named; no number crashes it.
    @Test func aDiffGoesForward() throws {
        try ServedTree.write("\(served.tree)/third.py", "def third():\n    pass\n")
        _ = try ServedTree.run("ingest", served.tree)
        let agent = try agent()
        for (new, old) in [("2", 1), ("two", 1), ("3", 2)] {
            let answer = try agent.call("diff", ["new": new])
            #expect(!answer.isError && answer.value["old"] as? Int == old, "\(answer.text)")
        }
        #expect(try agent.call("diff", ["new": "1"]).isError)
        #expect(try agent.call("diff", ["cursor": "1y2p0ij32e8e8.0"]).isError)
        #expect(try agent.call("diff", ["cursor": "3w5e11264sgsf.0"]).isError)
    }

    /// In the structured content too, which some clients show alone.
    @Test func whatIsLeftOutIsCounted() throws {
        let functions = (0..<90).map { "def f\($0)():\n    return f\(($0 + 1) % 90)()\n" }
        try ServedTree.write("\(served.tree)/many.py", functions.joined(separator: "\n"))
        _ = try ServedTree.run("ingest", served.tree)
        let agent = try agent()
        let few = try agent.call("overview", ["max_tokens": 400])
        let notes = few.value["notes"] as? [String] ?? []
        #expect(notes.contains { $0.hasPrefix("most_used: ") && $0.contains(" of ") }, "\(notes)")
        let context = try agent.call("context", ["key": "f3", "max_tokens": 200])
        let more = try agent.call("context", ["key": "f3", "max_tokens": 20_000])
        #expect(context.value["total"] as? Int == more.value["total"] as? Int)
        let items = context.value["items"] as? [Any] ?? []
        #expect(items.count < more.value["total"] as? Int ?? 0)
        for key in ["Session.refresh", "f3", "login", "parseJSON"] {
            #expect(try !agent.call("entity", ["key": key, "max_tokens": 200]).isError, "\(key)")
        }
    }

    @Test func theToolsAreFewAndShort() throws {
        let agent = try agent()
        let tools = try #require(try agent.result("tools/list")["tools"] as? [[String: Any]])
        let text = try JSONSerialization.data(
            withJSONObject: tools, options: [.withoutEscapingSlashes, .sortedKeys])
        let count = try RealTokens.most([String(decoding: text, as: UTF8.self)])[0]
        #expect(count < 2000)
        let names = tools.compactMap { $0["name"] as? String }
        #expect(
            names == ["overview", "search", "entity", "dependencies", "impact", "context", "diff"])
        for tool in tools {
            #expect((tool["inputSchema"] as? [String: Any])?["type"] as? String == "object")
            #expect((tool["outputSchema"] as? [String: Any])?["type"] as? String == "object")
            #expect((tool["annotations"] as? [String: Bool])?["readOnlyHint"] == true)
        }
        #expect(agent.end() == 0)
    }

    @Test func toolsAnswer() throws {
        let agent = try agent()
        let overview = try agent.call("overview")
        #expect(
            overview.text.contains("generation 2: ")
                && overview.text.contains("  src/auth/: 1 files"))
        let search = try agent.call("search", ["query": "sess", "kind": "struct"])
        #expect(search.value["total"] as? Int == 1 && search.value["next_cursor"] is NSNull)
        #expect(
            search.text.hasPrefix(
                "rust:struct:Session:src/auth/login.rs line 2: pub struct Session"))
        let entity = try agent.call("entity", ["key": "Session.refresh"])
        #expect(entity.text.contains("check(&self.token)") && entity.text.contains("Makes it new."))
        #expect(
            ((entity.value["entity"] as? [String: Any])?["code"] as? String)?.contains(
                "self.age = 0") == true)
        #expect(
            try !agent.call("entity", ["key": "refresh", "code": false]).text.contains("self.age"))
        let users = try agent.call("dependencies", ["key": "refresh"])
        #expect(
            users.text.contains(
                "calls rust:function:login:src/auth/login.rs at src/auth/login.rs:16"))
        let uses = try agent.call(
            "dependencies", ["key": "refresh", "direction": "out", "kind": "calls"])
        #expect(
            (uses.value["edges"] as? [[String: Any]])?.first?["key"] as? String
                == "rust:function:check:src/auth/login.rs")
        let impact = try agent.call("impact", ["key": "check"])
        #expect(
            impact.value["complete"] is Bool
                && (impact.value["affected"] as? [Any])?.isEmpty == false)
        #expect(try agent.call("context", ["key": "login"]).text.contains("pub fn login"))
        let diff = try agent.call("diff")
        #expect(diff.text.contains("added entities python:function:third:lib/tools.py"))
        #expect(diff.value["old"] as? Int == 1 && diff.value["new"] as? Int == 2)
        #expect(agent.end() == 0)
    }

    @Test func whatIsAskedWronglyIsAnAnswer() throws {
        let agent = try agent()
        for (name, arguments, text) in [
            ("entity", ["key": "twin"], "- python:function:twin:lib/twin.py"),
            ("entity", ["key": "refrsh"], ServedTree.refresh),
            ("entity", [:], "entity needs 'key'"),
            ("search", ["query": 7], "'query' is a text"),
            ("search", ["query": "x", "limit": 3], "search has no parameter 'limit'"),
            (
                "dependencies", ["key": "login", "direction": "up"],
                "'direction' is in or out, not 'up'"
            ),
            ("dependencies", ["key": "login", "depth": 0], "'depth' is a number from 1 to"),
            ("impact", ["key": "login", "cursor": "x"], "'cursor' is none that an answer gave"),
            ("impact", ["key": "login", "max_tokens": 1], "'max_tokens' is a number from 200 to"),
            ("search", ["query": "x", "within": "nowhere"], "nothing of the tree is in 'nowhere'"),
            ("diff", ["old": "zzz"], "there is no commit 'zzz'"),
        ] as [(String, [String: Any], String)] {
            let answer = try agent.call(name, arguments)
            #expect(
                answer.isError && answer.text.contains(text), "\(name) \(arguments): \(answer.text)"
            )
        }
        let unknown = try agent.failure(
            "tools/call", ["name": "serach", "arguments": [String: Any]()])
        #expect(unknown.code == -32602 && unknown.message.contains("Unknown tool: serach"))
        #expect(
            try agent.failure("tools/call", ["name": "search", "arguments": [1]]).code == -32602)
        #expect(agent.end() == 0)
    }

    /// Whatever is asked, there are no more tokens than were allowed; and by cursors all of it comes.
    @Test func answersKeepToTheirBudget() throws {
        let many = (0..<300).map { "def user_\($0)():\n    return wanted()\n" }.joined(
            separator: "\n")
        try ServedTree.write("\(served.tree)/many.py", "def wanted():\n    pass\n\n\(many)")
        _ = try ServedTree.run("ingest", served.tree)
        let agent = try agent()
        for tokens in [200, 500, 1500, 6000] {
            for (name, arguments) in [
                ("overview", [:]), ("search", ["query": "user"]), ("entity", ["key": "many.py"]),
                ("dependencies", ["key": "wanted"]), ("impact", ["key": "wanted"]),
                ("context", ["key": "wanted"]), ("diff", [:]),
            ] as [(String, [String: Any])] {
                let answer = try agent.call(name, arguments.merging(["max_tokens": tokens]) { $1 })
                #expect(!answer.isError, "\(name): \(answer.text)")
                let value = try JSONSerialization.data(
                    withJSONObject: answer.value, options: [.withoutEscapingSlashes, .sortedKeys])
                #expect(TokenCount.estimate(answer.text) <= tokens, "\(name) \(tokens)")
                // Its members come in another order here, which costs a little more or less.
                let count = TokenCount.estimate(String(decoding: value, as: UTF8.self))
                #expect(count <= tokens + 15, "\(name) \(tokens): \(count)")
            }
        }
        // So do those that say what else could have been meant.
        let twins = (0..<300).map { "def same():\n    return \($0)\n" }.joined(separator: "\n")
        try ServedTree.write("\(served.tree)/twins.py", twins)
        _ = try ServedTree.run("ingest", served.tree)
        let several = try agent.call("entity", ["key": "same", "max_tokens": 250])
        #expect(several.isError && several.text.contains("- python:function:same:twins.py~"))
        #expect(several.text.contains(" more") && TokenCount.estimate(several.text) <= 250)
        // What would be longer as JSON than it is, and a key that is longer than allowed.
        let long = String(repeating: "long_", count: 90)
        try ServedTree.write(
            "\(served.tree)/quotes.py",
            "def quotes():\n    \(String(repeating: "x = '\"\\\\\"'\n    ", count: 400))pass\n\n\ndef \(long)():\n    pass\n"
        )
        _ = try ServedTree.run("ingest", served.tree)
        let quotes = try agent.call("entity", ["key": "quotes", "max_tokens": 400])
        #expect(!quotes.isError && quotes.text.contains("more lines of code do not fit"))
        let cut = try agent.call("entity", ["key": long, "max_tokens": 200])
        #expect(cut.isError && cut.text.contains("give as many max_tokens"))
        var keys: [String] = []
        var cursor: String?
        repeat {
            var arguments: [String: Any] = ["key": "wanted", "max_tokens": 1000]
            arguments["cursor"] = cursor
            let answer = try agent.call("dependencies", arguments)
            let edges = try #require(answer.value["edges"] as? [[String: Any]])
            #expect(!edges.isEmpty)
            keys += edges.compactMap { $0["key"] as? String }
            cursor = answer.value["next_cursor"] as? String
            #expect((cursor == nil) || answer.text.contains("more with cursor \(cursor ?? "")"))
        } while cursor != nil
        #expect(keys.count == 301 && Set(keys).count == 301)
        #expect(agent.end() == 0)
    }

    @Test func progressAndCancellation() throws {
        let agent = try agent()
        var meta = Agent.meta
        meta["progressToken"] = "p"
        let request: [String: Any] = [
            "jsonrpc": "2.0", "id": "x", "method": "tools/call",
            "params": ["name": "overview", "arguments": [String: Any](), "_meta": meta],
        ]
        try agent.send(
            String(decoding: JSONSerialization.data(withJSONObject: request), as: UTF8.self))
        var done: [Int] = []
        while true {
            let message = try agent.receive()
            if message["id"] as? String == "x" { break }
            #expect(message["method"] as? String == "notifications/progress")
            let parameters = try #require(message["params"] as? [String: Any])
            #expect(
                parameters["progressToken"] as? String == "p" && parameters["total"] as? Int == 5)
            done.append(try #require(parameters["progress"] as? Int))
        }
        #expect(done == Array(0...5))
        // What is cancelled while it waits is not answered; what waited before it is.
        let meta2 = String(
            decoding: try JSONSerialization.data(withJSONObject: Agent.meta), as: UTF8.self)
        func call(_ id: String) -> String {
            #"{"jsonrpc":"2.0","id":"\#(id)","method":"tools/call","params":{"name":"overview","_meta":\#(meta2)}}"#
        }
        let cancel =
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"last"}}"#
        let before = (0..<60).map { "c\($0)" }
        try agent.send((before.map(call) + [call("last"), cancel]).joined(separator: "\n"))
        var answered = Set<String>()
        while answered.count < before.count {
            answered.insert(try #require(try agent.receive()["id"] as? String))
        }
        #expect(answered == Set(before))
        // Nothing comes behind them.
        #expect(try agent.result("tools/list")["tools"] is [Any])
        #expect(agent.end() == 0)
    }

    // MARK: - Resources

    @Test func filesAndEntities() throws {
        let agent = try agent()
        let list = try #require(try agent.result("resources/list")["resources"] as? [[String: Any]])
        #expect(
            list.compactMap { $0["name"] as? String } == [
                "lib/names.js", "lib/tools.py", "lib/twin.py", "src/auth/login.rs", "src/main.rs",
            ])
        func read(_ uri: String) throws -> String {
            let contents = try agent.result("resources/read", ["uri": uri])["contents"]
            return try #require((contents as? [[String: Any]])?.first?["text"] as? String)
        }
        #expect(
            try read("segstore://file/lib/tools.py") == """
                1-2 function first: def first()
                5-6 function second: def second()
                9-10 function third: def third()
                """)
        #expect(
            try read("segstore://entity/rust:function:check:src%2Fauth/login.rs").contains(
                "token.len() > 3"))
        for uri in [
            "segstore://file/../../etc/passwd", "segstore://file//etc/passwd",
            "segstore://entity/x", "segstore://file/%zz",
        ] {
            #expect(try agent.failure("resources/read", ["uri": uri]).code == -32602)
        }
        #expect(agent.end() == 0)
    }

    @Test func itKeepsUpWithTheTree() throws {
        let agent = try agent("--watch")
        try ServedTree.write("\(served.tree)/lib/later.py", "def later():\n    pass\n")
        var isThere = false
        for _ in 0..<300 where !isThere {
            isThere = try !agent.call("entity", ["key": "later"]).isError
            if !isThere { usleep(20_000) }
        }
        #expect(isThere)
        #expect(agent.end() == 0)
    }

    @Test func whatIsOldIsSaid() throws {
        try ServedTree.write("\(served.tree)/lib/unseen.py", "def unseen():\n    pass\n")
        let agent = try agent()
        #expect(try agent.call("overview").text.contains("1 file changed since the store was made"))
        #expect(agent.end() == 0)
    }
}
