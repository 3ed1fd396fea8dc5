// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport

/// A folder with a small code graph as text, and the tool in it.
struct RowFiles {
    let root: TemporaryDirectory
    let tool: SegstoreTool
    var store: String { root.file(".segstore") }

    static let main = "rust:function:main:src/main.rs"
    static let refresh = "rust:method:Session.refresh:src/auth/login.rs"
    static let cached = "rust:method:Cache.refresh:src/cache.rs"
    static let external = "rust:external:tokio.spawn:-"

    init() throws {
        root = try TemporaryDirectory()
        tool = SegstoreTool(directory: root.path)
        try write(
            "entities.ndjson",
            [
                Self.entity(Self.main, "main", "main", "src/main.rs"),
                Self.entity(Self.refresh, "refresh", "Session.refresh", "src/auth/login.rs"),
                Self.entity(Self.cached, "refresh", "Cache.refresh", "src/cache.rs"),
            ].joined(separator: "\n"))
        try write(
            "edges.csv",
            """
            from,to,kind,file,line,resolution,lines,count
            \(Self.main),\(Self.refresh),calls,src/main.rs,3,exact,3 9,2
            \(Self.main),\(Self.external),calls,src/main.rs,4,external,,
            \(Self.main),\(Self.cached),uses,src/main.rs,5,ambiguous,,
            \(Self.refresh),\(Self.cached),calls,src/auth/login.rs,12,probable,,
            \(Self.cached),\(Self.main),calls,src/cache.rs,7,exact,,

            """)
    }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: root.file(name)))
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: root.file(name), encoding: .utf8)
    }

    /// Both files in the store: two generations.
    func fill() throws {
        for arguments in [
            ["import", "entities.ndjson", "--relation", "entities", "--label", "one"],
            ["import", "edges.csv", "--relation", "edges", "--label", "two"],
        ] {
            let answer = try tool.run(arguments)
            if answer.code != 0 { throw Failure(description: answer.error) }
        }
    }

    struct Failure: Error, CustomStringConvertible { let description: String }

    static func entity(
        _ key: String, _ name: String, _ qualified: String, _ file: String,
        code: String = "fn x() {\\n\\t\\\"y\\\"\\n}"
    ) -> String {
        #"{"key":"\#(key)","name":"\#(name)","qualified_name":"\#(qualified)","kind":"function","language":"rust","file":"\#(file)","start_line":1,"end_line":9,"visibility":"public","signature":"fn \#(name)()","code":"\#(code)","content_hash":"00ff","is_test":false,"token_count":3,"complexity":1,"root_l1":"src","root_l2":"src"}"#
    }
}
