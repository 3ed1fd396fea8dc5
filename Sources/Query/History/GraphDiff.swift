// SPDX-License-Identifier: Apache-2.0
//
// What has changed in the code between two commits, and what that may break.

import CodeGraph
import SegmentStore

/// The difference of two snapshots of a code graph.
public struct GraphDiff: Sendable {
    /// What happened to an entity or an edge.
    public enum Kind: String, Sendable, CaseIterable {
        case added, removed
        /// Its content is another.
        case changed
        /// It only stands elsewhere in its file.
        case moved
    }

    /// An entity or an edge that one of the two has, or that they have differently.
    public struct Change: Sendable {
        /// entities or edges.
        public let relation: String
        /// What happened to it.
        public let kind: Kind
        /// Of an edge where it begins, where it ends, and its kind.
        public let key: [String]
        /// The columns that differ.
        public let columns: [String]

        /// A change of any relation's row.
        public init(relation: String, kind: Kind, key: [String], columns: [String]) {
            self.relation = relation
            self.kind = kind
            self.key = key
            self.columns = columns
        }
    }

    /// Where something is, which is no part of it.
    private static let placeColumns: Set<String> = ["start_line", "end_line", "line", "lines"]

    private let old: Snapshot
    private let new: Snapshot

    /// From the older to the newer; nil if one of them is no code graph.
    public init?(_ old: Snapshot, _ new: Snapshot) {
        for snapshot in [old, new] {
            let names = snapshot.schema.relations.map(\.name)
            guard names.contains(CodeGraph.entities.name), names.contains(CodeGraph.edges.name)
            else { return nil }
        }
        (self.old, self.new) = (old, new)
    }

    /// Calls `body` with every change of the entities, then of the edges, each in the order of the
    /// keys.
    public func forEachChange(_ body: (Change) throws -> Void) throws {
        for relation in [CodeGraph.entities.name, CodeGraph.edges.name] {
            try old.forEachChange(in: relation, to: new) { change in
                let key = change.key.map { value in
                    if case .string(let text) = value { text } else { value.description }
                }
                try body(
                    Change(
                        relation: relation, kind: Self.kind(change), key: key,
                        columns: change.columns))
            }
        }
    }

    private static func kind(_ change: RowChange) -> Kind {
        switch change.kind {
        case .added: .added
        case .removed: .removed
        case .changed: placeColumns.isSuperset(of: change.columns) ? .moved : .changed
        }
    }

    /// What depends on what was changed, as it is now, and on what was removed, as it was: nearest
    /// first.
    public func impact(_ query: ImpactQuery) throws -> ImpactQuery.Answer {
        var changed: [String] = []
        var removed: [String] = []
        try old.forEachChange(in: CodeGraph.entities.name, to: new) { change in
            guard case .string(let key)? = change.key.first else { return }
            switch Self.kind(change) {
            case .changed: changed.append(key)
            case .removed: removed.append(key)
            case .added, .moved: break
            }
        }
        var whole = query
        (whole.limit, whole.offset) = (.max, 0)
        let now = try whole.run(new.reader(), from: changed)
        let before = try whole.run(old.reader(), from: removed)
        var seen = Set((changed + removed).map(ByteText.init))
        var all = (now.affected + before.affected).sorted { a, b in
            a.distance != b.distance
                ? a.distance < b.distance
                : a.entity.key.utf8.lexicographicallyPrecedes(b.entity.key.utf8)
        }
        all = all.filter { seen.insert(ByteText($0.entity.key)).inserted }
        var answer = ImpactQuery.Answer()
        for item in all {
            while answer.countByDistance.count < item.distance { answer.countByDistance.append(0) }
            answer.countByDistance[item.distance - 1] += 1
        }
        answer.testCount = all.count(where: \.isTest)
        answer.fileCount =
            Set(all.map { ByteText($0.entity.file) }).subtracting([ByteText("")]).count
        answer.affected = Array(all.dropFirst(query.offset).prefix(query.limit))
        return answer
    }
}
