// SPDX-License-Identifier: Apache-2.0
//
// What questions of the graph have in common.

import CodeGraph
import Query
import SegmentStore

extension Option {
    static let depth = Option(
        name: "depth", value: "N", help: "steps from the key, or 'all' (default: 1)")
    static let kind = Option(
        name: "kind", value: "K,…", help: "only edges of these kinds, such as calls,uses",
        words: .edgeKinds)
    static let resolution = Option(
        name: "resolution", value: "R,…",
        help: "only edges as sure as this, such as exact,probable", words: .resolutions)
    static let edgeLimit = Option(
        name: "limit", value: "N", help: "at most N edges (default: all)")
    static let within = Option(
        name: "within", value: "path", help: "only what is in this folder or file of the tree",
        words: .paths)
    /// Of edges that are followed.
    static let byWay = Option(
        name: "within", value: "path", help: "only by way of what is in this folder or file",
        words: .paths)
    static let top = Option(name: "top", value: "N", help: "so many of them (default: 20)")
}

/// What the operands of most questions may be.
let keyDetails = """
    <key> is a whole key, or anything that names one entity only: its name, the last parts of its \
    qualified name (Session.refresh), or one of these behind the end of a path (login.rs:refresh); a \
    file (auth/login.rs), or what is at a line of it (login.rs:12). It may be copied from code: \
    auth::Session::refresh(), Session->refresh, ./login.rs#refresh. If it names several or none, they, \
    or some that are like it, are listed, and the exit status is 3.
    """

extension Arguments {
    /// What --depth says; `Int.max` for 'all', nil if it is not given.
    func depth() throws -> Int? {
        guard let text = self[.depth] else { return nil }
        if text == "all" { return .max }
        guard let number = Int(text), number >= 1 else {
            throw UsageError("--depth needs a number, 1 or more, or 'all', not '\(text)'")
        }
        return number
    }

    /// Which edges are followed, by --kind, --resolution and --within.
    func edgeFilter() throws -> EdgeFilter {
        var filter = EdgeFilter()
        filter.kinds = try list(.kind).map { Set($0) }
        filter.resolutions = try list(.resolution).map { Set($0) }
        filter.folder = folder
        return filter
    }

    /// Whether only some edges are asked for.
    var choosesEdges: Bool {
        [Option.kind, .resolution, .within].contains { has($0) }
    }

    /// What --within says, as paths stand in the store.
    var folder: String {
        var parts: [Substring] = []
        for part in (self[.within] ?? "").split(separator: "/") where part != "." {
            // What is above the root is no folder of the tree.
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }
}

extension Inquiry {
    /// Of nothing there is much to say that is not true.
    func checkFolder() throws {
        guard let given = arguments[.within] else { return }
        if given.hasPrefix("/") {
            throw UsageError("--within takes a path from the root of the tree on, such as src/auth")
        }
        let folder = arguments.folder
        if try folder.isEmpty || FolderTree.isKnown(folder, reader) { return }
        throw failure(
            given, "nothing of the tree is in '\(given)'; 'segstore query tree' shows its folders",
            .unknown, [])
    }

    /// A word that no row has is most likely mistyped; whether there is one.
    func noteUnknown(
        _ words: Set<String>?, _ column: String, of relation: String, _ noun: String
    ) throws -> Bool {
        guard let words else { return false }
        let relation = try reader.relation(relation)
        let known = try reader.counts(relation, by: try reader.column(column, of: relation))
        let unknown = words.sorted().filter { known[$0] == nil }
        for word in unknown {
            let names = known.keys.sorted().joined(separator: ", ")
            output.note(
                "no \(noun) has the \(column) '\(word)'"
                    + (names.isEmpty ? "" : "; there are \(names)"))
        }
        return !unknown.isEmpty
    }

    /// The same of edges.
    func noteUnknown(_ filter: EdgeFilter) throws -> Bool {
        let edges = CodeGraph.edges.name
        let isKindUnknown = try noteUnknown(filter.kinds, "kind", of: edges, "edge")
        let isOtherUnknown = try noteUnknown(filter.resolutions, "resolution", of: edges, "edge")
        return isKindUnknown || isOtherUnknown
    }
}
