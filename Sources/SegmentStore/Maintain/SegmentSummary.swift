// SPDX-License-Identifier: Apache-2.0
//
// What a segment holds and what that costs, from its directory and its blocks' descriptors.

import Codec

/// How a segment's bytes are spent.
public struct SegmentSummary: Sendable {
    /// What a column takes, of a relation in this segment.
    public struct Column: Sendable {
        /// The name that the schema gives it.
        public let name: String
        /// What its values are.
        public let type: ColumnType
        /// "ids", "numbers", "text" or "vectors": what the blocks hold.
        public let storage: String
        /// One for each group of rows.
        public let blockCount: Int
        /// Of the blocks; without what dictionaries and texts take.
        public let byteCount: Int
        /// Rows in which it is null.
        public let nullCount: Int
        /// How the blocks are encoded, and how many of them are, most frequent first.
        public let encodings: [(name: String, blockCount: Int)]
    }

    /// Columns of text that are compressed together.
    public struct Family: Sendable {
        /// Their names.
        public let columns: [String]
        /// One for each group of rows.
        public let blockCount: Int
        /// As they are compressed.
        public let byteCount: Int
        /// Of the compression dictionaries.
        public let dictionaryByteCount: Int
        /// How the blocks are compressed, and how many of them are, most frequent first.
        public let compressions: [(name: String, blockCount: Int)]
    }

    /// What a relation has in this segment.
    public struct Relation: Sendable {
        /// The name that the schema gives it.
        public let name: String
        /// All rows, those that later commits replaced too.
        public let rowCount: Int
        /// Rows that are live in this generation.
        public let liveRowCount: Int
        /// In the order of the schema.
        public let columns: [Column]
        /// What is compressed together; a column of text may be alone in one.
        public let families: [Family]
        /// Of the indexes by key, target and scope.
        public let keyIndexByteCount: Int
        /// 0 if the relation has no target.
        public let targetIndexByteCount: Int
        /// 0 if the relation has no scope.
        public let scopeIndexByteCount: Int
    }

    /// Strings that columns share.
    public struct Dictionary: Sendable {
        /// The domain, or 'relation.column'.
        public let name: String
        /// Different strings.
        public let stringCount: Int
        /// Of the strings and of the index by their hashes.
        public let byteCount: Int
    }

    /// The number in its file's name.
    public let id: UInt64
    /// Its file.
    public let path: String
    /// Of the file.
    public let byteCount: Int
    /// Those that have rows in it.
    public let relations: [Relation]
    /// Those that have strings in it.
    public let dictionaries: [Dictionary]
}

extension Snapshot {
    /// The segments of the snapshot, oldest first. Reads their directories and descriptors only.
    public func segments() throws(StoreError) -> [SegmentSummary] {
        var summaries: [SegmentSummary] = []
        for (entry, part) in zip(core.manifest.segments, core.parts) {
            summaries.append(try summary(entry, part))
        }
        return summaries
    }

    private func summary(
        _ entry: Manifest.Segment, _ part: SnapshotCore.Part
    ) throws(StoreError) -> SegmentSummary {
        let schema = core.manifest.schema
        let directory = try part.segment.directory()
        var relations: [SegmentSummary.Relation] = []
        for relation in directory.relations {
            guard relation.index < schema.relations.count else {
                throw part.segment.contradiction("a relation")
            }
            let stored = schema.relations[relation.index]
            let live = entry.relations.first { $0.index == relation.index }?.liveCount
            relations.append(
                try summary(part.segment, relation, stored, live ?? relation.rowCount))
        }
        return SegmentSummary(
            id: entry.id, path: part.segment.file.path, byteCount: entry.fileByteCount,
            relations: relations,
            dictionaries: try directory.dictionaries.map { (dictionary) throws(StoreError) in
                guard dictionary.domain < schema.domains.count else {
                    throw part.segment.contradiction("a domain")
                }
                let name = schema.domains[dictionary.domain]
                return SegmentSummary.Dictionary(
                    // Those that a schema does not name begin with a dot.
                    name: name.hasPrefix(".") ? String(name.dropFirst()) : name,
                    stringCount: dictionary.count, byteCount: dictionary.byteCount)
            })
    }

    private func summary(
        _ segment: SegmentReader, _ relation: SegmentDirectory.Relation,
        _ stored: StoredSchema.Relation, _ liveRowCount: Int
    ) throws(StoreError) -> SegmentSummary.Relation {
        var columns: [SegmentSummary.Column] = []
        for column in relation.columns {
            let blocks = try segment.descriptors(column.descriptorOffset, relation.groupCount)
            guard column.index < stored.schema.columns.count else {
                throw segment.contradiction("a column")
            }
            let schema = stored.schema.columns[column.index]
            let storage =
                switch column.kind {
                case .interned: "ids"
                case .fixed: "numbers"
                case .text: "text"
                case .vector: "vectors"
                }
            columns.append(
                SegmentSummary.Column(
                    name: schema.name, type: schema.type, storage: storage,
                    blockCount: blocks.count,
                    byteCount: blocks.reduce(0) { $0 + Int($1.byteCount) },
                    nullCount: blocks.reduce(0) { $0 + Int($1.nullCount) },
                    encodings: tally(blocks.map { "\($0.encoding)" })))
        }
        var families: [SegmentSummary.Family] = []
        for (number, family) in relation.families.enumerated() {
            guard number < stored.families.count else { throw segment.contradiction("a family") }
            let blocks = try segment.descriptors(family.descriptorOffset, relation.groupCount)
            families.append(
                SegmentSummary.Family(
                    columns: stored.families[number].map { stored.schema.columns[$0].name },
                    blockCount: blocks.count,
                    byteCount: blocks.reduce(0) { $0 + Int($1.byteCount) },
                    dictionaryByteCount: family.dictionaries.reduce(0) { $0 + $1.byteCount },
                    compressions: tally(blocks.map { "\($0.compression)" })))
        }
        return SegmentSummary.Relation(
            name: stored.schema.name, rowCount: relation.rowCount, liveRowCount: liveRowCount,
            columns: columns, families: families,
            keyIndexByteCount: relation.keyOffsets.byteCount + relation.keyRows.byteCount,
            targetIndexByteCount: relation.target.map {
                $0.offsets.byteCount + $0.rows.byteCount + $0.neighbours.byteCount
            } ?? 0,
            scopeIndexByteCount: relation.scope.map {
                $0.offsets.byteCount + $0.starts.byteCount + $0.counts.byteCount
            } ?? 0)
    }

    private func tally(_ names: [String]) -> [(name: String, blockCount: Int)] {
        Swift.Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
            .map { (name: $0.key, blockCount: $0.value) }
            .sorted { ($1.blockCount, $0.name) < ($0.blockCount, $1.name) }
    }
}

extension SegmentDirectory.Dictionary {
    fileprivate var byteCount: Int {
        groupOffsets.byteCount + strings.byteCount + tailOffsets.byteCount + tails.byteCount
            + hashStarts.byteCount + tags.byteCount + ids.byteCount
    }
}

extension SegmentReader {
    fileprivate func contradiction(_ what: String) -> StoreError {
        .corrupted(
            "directory: \(what) that the schema does not have", in: file.path,
            at: file.directoryRange.lowerBound)
    }

    fileprivate func descriptors(
        _ offset: Int, _ count: Int
    ) throws(StoreError) -> [BlockDescriptor] {
        // A column without blocks has no place for them.
        guard offset > 0 else { return [] }
        let bytes = try pages.bytes(UInt64(offset), count * BlockDescriptor.byteCount)
        var descriptors: [BlockDescriptor] = []
        for index in 0..<count {
            do throws(CodecError) {
                // SAFETY: `bytes` has `count` descriptors, so it is not empty here.
                descriptors.append(
                    try BlockDescriptor(
                        at: bytes.baseAddress.unsafelyUnwrapped + index * BlockDescriptor.byteCount)
                )
            } catch {
                throw StoreError(error, in: file.path, at: offset)
            }
        }
        return descriptors
    }
}
