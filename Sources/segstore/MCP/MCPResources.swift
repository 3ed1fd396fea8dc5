// SPDX-License-Identifier: Apache-2.0
//
// Entities and files as resources: segstore://entity/<key>, segstore://file/<path>. A file is told
// by what is defined in it: its bytes are nothing that the store has.

import CodeGraph
import Exchange
import Query
import SegmentStore

struct MCPResources {
    private let generation: ServedGeneration
    private let store: ServedStore

    init(_ generation: ServedGeneration, _ store: ServedStore) {
        self.generation = generation
        self.store = store
    }

    private static let entityPrefix = "segstore://entity/"
    private static let filePrefix = "segstore://file/"
    private static let pageCount = 100
    /// Of one resource.
    private static let tokenLimit = 25_000

    static let templates: [(name: String, value: JSONValue)] = [
        (
            "resourceTemplates",
            .array([
                template(
                    "entity", entityPrefix + "{+key}", "The code of an entity", "by its whole key"),
                template(
                    "file", filePrefix + "{+path}", "What is defined in a file",
                    "by its path from the root of the tree on"),
            ])
        )
    ]

    private static func template(
        _ name: String, _ uri: String, _ title: String, _ description: String
    ) -> JSONValue {
        .object([
            ("name", .string(name)), ("uriTemplate", .string(uri)), ("title", .string(title)),
            ("description", .string(description)), ("mimeType", .string("text/plain")),
        ])
    }

    // MARK: - The list

    /// The files, in the order of their paths.
    func list(_ parameters: JSONValue) throws -> [(name: String, value: JSONValue)] {
        var offset = 0
        var snapshot = generation.snapshot
        if let cursor = parameters["cursor"], cursor != .null {
            guard let known = cursor.string.flatMap({ PageCursor($0) }) else {
                throw MCPFailure(.invalidParameters, "the cursor is none that was given")
            }
            offset = known.offset
            // The pages of a list are of one commit.
            if known.generation != snapshot.generation {
                snapshot = try store.store.snapshot(at: known.generation)
            }
        }
        let reader = snapshot.reader()
        let files = try reader.relation(CodeGraph.files.name)
        let column = try reader.column("file", of: files)
        var index = 0
        var items: [JSONValue] = []
        var hasMore = false
        struct Stop: Error {}
        do {
            try reader.forEachRowByKey(files) { row in
                defer { index += 1 }
                guard index >= offset else { return }
                guard items.count < Self.pageCount else {
                    hasMore = true
                    throw Stop()
                }
                let path = try reader.string(files, row, column) ?? ""
                items.append(
                    .object([
                        ("uri", .string(Self.filePrefix + Self.escaped(path))),
                        ("name", .string(path)), ("mimeType", .string("text/plain")),
                    ]))
            }
        } catch is Stop {}
        var result: [(name: String, value: JSONValue)] = [("resources", .array(items))]
        if hasMore {
            let next = PageCursor(
                generation: snapshot.generation, offset: offset + items.count)
            result.append(("nextCursor", .string(next.text)))
        }
        return result
    }

    // MARK: - One of them

    func read(_ request: MCPRequest) throws -> [(name: String, value: JSONValue)] {
        guard let uri = request.parameters["uri"]?.string else {
            throw MCPFailure(.invalidParameters, "resources/read needs a uri")
        }
        let text: String? =
            if let key = Self.rest(of: uri, behind: Self.entityPrefix) {
                try entity(key)
            } else if let path = Self.rest(of: uri, behind: Self.filePrefix) {
                try file(path)
            } else { nil }
        guard let text else {
            throw MCPFailure(
                request.isStateless ? .invalidParameters : .resourceNotFound,
                "Resource not found: \(uri.prefix(300))",
                data: .object([("uri", .string(String(uri.prefix(300))))]))
        }
        return [
            (
                "contents",
                .array([
                    .object([
                        ("uri", .string(uri)), ("mimeType", .string("text/plain")),
                        ("text", .string(text)),
                    ])
                ])
            )
        ]
    }

    private func entity(_ key: String) throws -> String? {
        try generation.asked { host in
            let reader = host.reader
            let entities = try reader.relation(CodeGraph.entities.name)
            guard let row = try reader.find(entities, key: key) else { return nil }
            func text(_ name: String) throws -> String {
                try reader.string(entities, row, reader.column(name, of: entities)) ?? ""
            }
            let line =
                try reader.int(
                    entities, row, reader.column("start_line", of: entities)) ?? 0
            return try Self.cut("\(text("file")):\(line)\n\(text("code"))")
        }
    }

    private func file(_ path: String) throws -> String? {
        try generation.asked { host in
            let reader = host.reader
            let files = try reader.relation(CodeGraph.files.name)
            guard try reader.find(files, key: path) != nil else { return nil }
            let outline = try FileOutline(reader, path)
            return Self.cut(
                outline.items.map {
                    "\($0.startLine)-\($0.endLine) \($0.kind) \($0.qualifiedName): \($0.signature)"
                }.joined(separator: "\n"))
        }
    }

    private static func cut(_ text: String) -> String {
        guard TokenCount.estimate(text) > tokenLimit else { return text }
        var shown = ""
        var count = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            count += TokenCount.estimate(String(line)) + 1
            if count > tokenLimit { break }
            shown += line + "\n"
        }
        return shown + "(cut: the rest is more than \(tokenLimit) tokens)"
    }

    // MARK: - Names

    private static func rest(of uri: String, behind prefix: String) -> String? {
        guard uri.hasPrefix(prefix) else { return nil }
        return RequestTarget.unescaped(String(uri.dropFirst(prefix.count)))
    }

    /// What a URI cannot have in a path.
    private static func escaped(_ path: String) -> String {
        var result = ""
        let digits = Array("0123456789ABCDEF")
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"), UInt8(ascii: "+"),
                UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: ","):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return result
    }
}
