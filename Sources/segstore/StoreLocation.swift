// SPDX-License-Identifier: Apache-2.0
//
// Which store a command is about, and which of its generations.

import CodeGraph
import Platform
import SegmentStore

/// Has a store open, and asks commands about one generation of it.
protocol StoreHost: AnyObject, Sendable {
    var path: String { get }
    /// Of the thread that asks.
    var reader: Reader { get }
}

extension StoreHost {
    /// Its own, if it is of that snapshot.
    func reader(of snapshot: Snapshot) -> Reader {
        reader.snapshot.core === snapshot.core ? reader : snapshot.reader()
    }
}

enum StoreLocation {
    private static let name = ".segstore"
    private static let variable = "SEGSTORE"

    /// Whether the path is what a store is called that nobody names.
    static func isUnnamed(_ path: String) -> Bool { path == name || path.hasSuffix("/" + name) }

    /// The path that was given, by option or environment.
    private static func given(_ arguments: Arguments) -> String? {
        let path = arguments[.store] ?? Environment[variable].flatMap { $0.isEmpty ? nil : $0 }
        return path.map(named)
    }

    /// What somebody means who names a path: the store there, or that of the tree there.
    static func named(_ path: String) -> String {
        let inner = Directory.join(path, name)
        let isTree =
            (try? Directory.kind(of: Directory.join(path, Layout.segments))) == .nothing
            && (try? Directory.kind(of: inner)) != .nothing
        return isTree ? inner : path
    }

    /// The store that a command reads or tends.
    static func find(_ arguments: Arguments) throws -> String {
        if let host = arguments.host { return host.path }
        if let path = given(arguments) { return path }
        if let path = try nearest(from: try Environment.currentDirectory()) { return path }
        throw CommandError(
            "no store: there is no \(name) here or above, and neither --store nor $\(variable) is given; "
                + "make one with 'segstore ingest <dir>' or 'segstore import'")
    }

    /// The store that rows are imported into; `isNew` if it was not named, and none was found.
    static func findToFill(_ arguments: Arguments) throws -> (path: String, isNew: Bool) {
        if let path = given(arguments) { return (path, false) }
        if let path = try nearest(from: try Environment.currentDirectory()) { return (path, false) }
        return (name, true)
    }

    /// The store that the tree below `directory` goes into; `isAbove` if it was not named, and
    /// found outside of that tree.
    static func find(
        _ arguments: Arguments, forTree directory: String
    ) throws -> (path: String, isAbove: Bool) {
        if let path = given(arguments) { return (path, false) }
        let own = directory == "." ? name : Directory.join(directory, name)
        guard try Directory.kind(of: own) == .nothing else { return (own, false) }
        let resolved = try Environment.resolve(directory)
        if let path = try nearest(from: Directory.parent(of: resolved)) { return (path, true) }
        return (own, false)
    }

    private static func nearest(from start: String) throws -> String? {
        var directory = start
        while true {
            let path = Directory.join(directory, name)
            if try Directory.kind(of: path) != .nothing { return path }
            if directory == "/" { return nil }
            directory = Directory.parent(of: directory)
        }
    }

    // MARK: - Opening

    /// The store to write to; `schema` is what a new one gets.
    static func open(_ path: String, schema: Schema? = nil, _ mode: StoreOptions.Mode) throws
        -> GraphStore
    {
        if mode != .readOnly, try Directory.kind(of: path) == .file, try StoreFiles.isPack(path) {
            throw CommandError(
                "\(path): is a packed store, which cannot be changed; use the store it was made from"
            )
        }
        var options = StoreOptions()
        options.mode = mode
        return try GraphStore.open(path, schema: schema, options: options)
    }

    /// The store to fill, made if it is not there. A directory that holds other things is left
    /// alone.
    static func make(_ path: String, schema: Schema?) throws -> GraphStore {
        let elsewhere = "choose another place with --store <path>"
        switch try Directory.kind(of: path) {
        case .directory:
            let names = try Directory.names(in: path)
            guard names.isEmpty || names.contains(Layout.segments) else {
                throw CommandError("\(path): is a directory with other things in it; \(elsewhere)")
            }
        case .nothing:
            let parent = Directory.parent(of: path)
            guard try Directory.kind(of: parent) == .directory else {
                throw CommandError(
                    "\(path): cannot be made, for \(parent) is no directory; \(elsewhere)")
            }
        default: break
        }
        return try open(path, schema: schema, .create)
    }

    /// The generation that a command asks: the current one, or that of --at.
    static func snapshot(_ arguments: Arguments) throws -> Snapshot {
        let path = try find(arguments)
        guard let commit = arguments[.at] else {
            return try arguments.host?.reader.snapshot ?? open(path, .readOnly).snapshot()
        }
        if let current = arguments.host?.reader.snapshot, commit == "\(current.generation)" {
            return current
        }
        return try snapshot(commit, at: path)
    }

    /// The same, for questions: a first ingest that was killed leaves a store without anything.
    static func graph(_ arguments: Arguments) throws -> Snapshot {
        let snapshot = try snapshot(arguments)
        guard snapshot.generation == 0 else { return snapshot }
        throw CommandError(
            "\(try find(arguments)): nothing was committed to it yet; 'segstore ingest <dir>' fills it"
        )
    }

    /// The generations that are named, of one store.
    static func snapshots(
        _ arguments: Arguments, _ commits: [String]
    ) throws -> (old: Snapshot, new: Snapshot) {
        let path = try find(arguments)
        return (try snapshot(commits[0], at: path), try snapshot(commits[1], at: path))
    }

    /// The schema of the store; where there is none, that of the store that import would make.
    static func schema(_ arguments: Arguments) throws -> Schema {
        guard arguments.host == nil else { return try snapshot(arguments).schema }
        let location = try findToFill(arguments)
        guard location.isNew else { return try snapshot(arguments).schema }
        return CodeGraph.schema
    }

    private static func snapshot(_ commit: String, at path: String) throws -> Snapshot {
        do {
            return try snapshot(commit, of: try open(path, .readOnly))
        } catch let error as StoreError where error.code == .corrupted {
            // An earlier generation may be whole where the newest is not.
            guard let generation = UInt64(commit),
                let found = try present({
                    try GraphStore.openDamaged(path).snapshot(at: generation)
                })
            else { throw error }
            return found
        }
    }

    /// A number is a generation first, for a label may look like one.
    private static func snapshot(_ commit: String, of store: GraphStore) throws -> Snapshot {
        // A packed store has no other generation, and keeps no history to look this one up in.
        let current = try store.snapshot()
        if let generation = UInt64(commit) {
            if generation == current.generation { return current }
            if let found = try present({ try store.snapshot(at: generation) }) { return found }
        }
        if commit == current.label { return current }
        if let found = try present({ try store.snapshot(label: commit) }) { return found }
        throw CommandError(
            "\(store.path): there is no commit '\(commit)'; 'segstore log' lists those that can be read",
            isNotFound: true)
    }

    /// Nil if there is no such thing.
    private static func present(_ find: () throws -> Snapshot) throws -> Snapshot? {
        do { return try find() } catch let error as StoreError where error.code == .notFound {
            return nil
        }
    }
}
