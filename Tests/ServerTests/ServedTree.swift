// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// A small tree with its store, and a server of it.
final class ServedTree {
    let root: TemporaryDirectory
    private(set) var server: Tool
    let port: Int
    var tree: String { root.file("tree") }
    var store: String { root.file("tree/.segstore") }

    static let refresh = "rust:method:Session.refresh:src/auth/login.rs"

    private static let files = [
        "src/auth/login.rs": """
        /// What somebody who is known has.
        pub struct Session { pub token: String, age: u32 }

        impl Session {
            /// Makes it new.
            pub fn refresh(&mut self) -> bool {
                self.age = 0;
                check(&self.token)
            }
        }

        pub fn check(token: &str) -> bool { token.len() > 3 }

        pub fn login(name: &str) -> Session {
            let mut session = Session { token: name.to_string(), age: 1 };
            session.refresh();
            session
        }
        """,
        "src/main.rs": """
        mod auth { pub mod login; }
        use auth::login::{login, Session};

        fn main() { again(login("somebody")); }

        fn again(mut session: Session) { session.refresh(); }

        #[test]
        fn it_works() { main(); }
        """,
        "lib/tools.py":
            "def first():\n    return second()\n\n\ndef second():\n    return first()\n",
        "lib/names.js":
            "export function parseJSON(text) { return JSON.parse(text); }\nfunction twin() {}\n",
        "lib/twin.py": "def twin():\n    pass\n",
        "notes.txt": "nothing\n",
    ]

    static func run(_ arguments: String...) throws -> String {
        let tool = try Tool("segstore", arguments)
        tool.closeInput()
        let code = tool.wait()
        try #require(code == 0, "\(arguments): \(tool.errorText)")
        return tool.text
    }

    init(_ options: String...) throws {
        root = try TemporaryDirectory()
        let tree = root.file("tree")
        for (name, content) in Self.files { try Self.write("\(tree)/\(name)", content) }
        _ = try Self.run("ingest", tree, "--label", "one")
        try Self.write(
            "\(tree)/lib/tools.py",
            "def first():\n    return second() + 1\n\n\ndef second():\n    return first()\n\n\ndef third():\n    pass\n"
        )
        _ = try Self.run("ingest", tree, "--label", "two")
        (server, port) = try Self.start(root.file("tree/.segstore"), options)
    }

    deinit { server.kill() }

    private static func start(_ store: String, _ options: [String]) throws -> (Tool, Int) {
        let server = try Tool(
            "segstore",
            ["serve", "--store", store, "--port", "0", "--format", "json"] + options)
        try #require(server.waitForOutput(), "\(server.errorText)")
        let line = try JSONSerialization.jsonObject(with: Data(server.text.utf8))
        return (server, try #require((line as? [String: Any])?["port"] as? Int))
    }

    static func write(_ path: String, _ content: String) throws {
        let url = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(content.utf8).write(to: url)
    }

    func get(
        _ target: String, _ fields: [String] = [], method: String = "GET"
    ) throws -> HTTPConnection.Reply {
        try HTTPConnection(port: port).get(target, fields, method: method)
    }

    /// The data of an answer that is a success.
    func data(_ target: String, _ line: SourceLocation = #_sourceLocation) throws -> [String: Any] {
        let reply = try get(target)
        try #require(reply.status == 200, "\(target): \(reply.text)", sourceLocation: line)
        return try #require(try reply.json()["data"] as? [String: Any], sourceLocation: line)
    }

    func meta(_ target: String) throws -> [String: Any] {
        try #require(try get(target).json()["meta"] as? [String: Any])
    }

    func failure(_ target: String, _ status: Int, _ code: String, method: String = "GET") throws
        -> [String: Any]
    {
        let reply = try get(target, method: method)
        let error = try #require(try reply.json()["error"] as? [String: Any], "\(reply.text)")
        #expect(reply.status == status, "\(target): \(reply.text)")
        #expect(error["code"] as? String == code, "\(target): \(reply.text)")
        return error
    }

    static func escaped(_ text: String) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~/:")
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? text
    }
}
