// SPDX-License-Identifier: Apache-2.0
//
// The store as it was at one commit. It holds its segments' mappings, so that it stays as it is
// whatever a writer does, gc included.

import Codec
import Platform

/// An immutable view of a store. Cheap to pass around; any number of threads may read it, each
/// through a `Reader` of its own.
public struct Snapshot: Sendable {
    package let core: SnapshotCore

    /// The number of the commit; 0 before the first.
    public var generation: UInt64 { core.manifest.generation }
    public var label: String { core.manifest.label }
    /// When the commit was made, in nanoseconds since 1970.
    public var time: Int64 { core.manifest.time }
    public var schema: Schema { core.manifest.schema.schema }
    public var segmentCount: Int { core.parts.count }
    /// Bytes of the files that the snapshot refers to.
    public var byteCount: Int { core.manifest.segments.reduce(0) { $0 + $1.fileByteCount } }

    /// How many rows a relation has. Costs nothing.
    public func rowCount(_ relation: String) throws(StoreError) -> Int {
        let index = try core.manifest.schema.relation(named: relation)
        return core.liveCount(index)
    }

    /// Something to read with; one for each thread. Cheap, but worth keeping: it holds buffers.
    public func reader() -> Reader { Reader(core) }
}

/// A row in a snapshot.
public struct RowID: Hashable, Sendable {
    package let part: Int32
    package let row: Int32

    @inline(__always)
    package init(part: Int, row: Int) {
        self.part = Int32(truncatingIfNeeded: part)
        self.row = Int32(truncatingIfNeeded: row)
    }
}

/// `@unchecked Sendable`: immutable after `init`; the segments' page marks are atomic.
package final class SnapshotCore: @unchecked Sendable {
    /// One segment with what died in it since.
    package struct Part {
        package let segment: SegmentReader
        package let dead: [DeadRows]
    }

    /// What a look-up needs of one segment, side by side and without reference counts.
    package struct Lookup {
        package let part: Int
        package let dictionary: DictionaryReader
        package let keyOffsets: PackedArray
        package let keyRows: PackedArray
        package let dead: DeadRows
        package let relation: RelationReader
    }

    package let path: String
    package let manifest: Manifest
    let readerCacheByteLimit: Int
    package let parts: [Part]
    /// By part and relation: what reading a value begins with.
    private let readers: UnsafeMutableBufferPointer<RelationReader?>
    private let relationCount: Int
    private let singleKeys: [Int]
    private let haveEdges: [Bool]
    /// By relation; newest segment first, since what was written last is asked for most.
    private let lookups: [UnsafeMutableBufferPointer<Lookup>]
    /// Beside `lookups`, but close together: with many segments most are only asked whether.
    private let probes: [UnsafeMutableBufferPointer<DictionaryReader.Probe>]
    /// By relation, for those who search often.
    private let filters: [LazyKeyFilter]
    /// Files that hold dead rows only.
    private let holders: [SegmentReader]

    init(
        path: String, _ manifest: Manifest, readerCacheByteLimit: Int,
        open: (Manifest.Segment) throws(StoreError) -> SegmentReader
    ) throws(StoreError) {
        self.path = path
        self.manifest = manifest
        self.readerCacheByteLimit = readerCacheByteLimit
        let relationCount = manifest.schema.relations.count
        var readers: [UInt64: SegmentReader] = [:]
        for segment in manifest.segments { readers[segment.id] = try open(segment) }
        var parts: [Part] = []
        for segment in manifest.segments {
            guard let reader = readers[segment.id] else { continue }
            var dead = [DeadRows](repeating: .none, count: relationCount)
            for relation in segment.relations {
                guard let present = reader.relation(relation.index),
                    present.rowCount == relation.rowCount
                else {
                    throw .corrupted("has other rows than the manifest says", in: reader.file.path)
                }
                if let ref = relation.dead, let holder = readers[ref.fileID] {
                    dead[relation.index] = try Self.readDead(
                        ref, holder.file, rowCount: relation.rowCount)
                }
            }
            parts.append(Part(segment: reader, dead: dead))
        }
        self.parts = parts
        filters = manifest.schema.relations.map { _ in LazyKeyFilter() }
        self.relationCount = relationCount
        haveEdges = manifest.schema.relations.map(\.hasEdges)
        singleKeys = manifest.schema.relations.map { $0.key.count == 1 ? $0.key[0] : -1 }
        holders = Array(readers.values)
        var lookups: [[Lookup]] = []
        var probes: [[DictionaryReader.Probe]] = []
        for (index, relation) in manifest.schema.relations.enumerated() {
            var found: [Lookup] = []
            guard case .interned(let domain) = relation.storage[relation.key[0]] else { continue }
            for (number, part) in parts.enumerated().reversed() {
                guard let reader = part.segment.relation(index) else { continue }
                guard let dictionary = part.segment.dictionary(domain),
                    reader.keyOffsets.count == dictionary.count + 1
                else { throw .corrupted("key index does not fit its dictionary", in: reader.path) }
                if let target = reader.target {
                    guard let column = relation.target,
                        case .interned(let other) = relation.storage[column],
                        let far = part.segment.dictionary(other),
                        target.offsets.count == far.count + 1
                    else {
                        throw .corrupted(
                            "target index does not fit its dictionary", in: reader.path)
                    }
                }
                found.append(
                    Lookup(
                        part: number, dictionary: dictionary, keyOffsets: reader.keyOffsets,
                        keyRows: reader.keyRows, dead: part.dead[index], relation: reader))
            }
            lookups.append(found)
            probes.append(
                try found.map { lookup throws(StoreError) in try lookup.dictionary.probe() })
        }
        // What is allocated by hand comes last: nothing would free it if an error came after.
        self.readers = .allocate(capacity: parts.count * relationCount)
        for (number, part) in parts.enumerated() {
            for index in 0..<relationCount {
                self.readers.initializeElement(
                    at: number * relationCount + index, to: part.segment.relation(index))
            }
        }
        self.lookups = lookups.map(Self.allocated)
        self.probes = probes.map(Self.allocated)
    }

    private static func allocated<T>(_ items: [T]) -> UnsafeMutableBufferPointer<T> {
        let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: items.count)
        _ = buffer.initialize(from: items)
        return buffer
    }

    deinit {
        for buffer in lookups { buffer.deallocate() }
        for buffer in probes { buffer.deallocate() }
        self.readers.deallocate()
    }

    private static func readDead(
        _ ref: Manifest.DeadRef, _ file: SegmentFile, rowCount: Int
    ) throws(StoreError) -> DeadRows {
        guard ref.byteOffset + ref.byteCount <= file.memory.byteCount else {
            throw .corrupted("dead rows lie outside of the file", in: file.path)
        }
        let bytes = UnsafeRawBufferPointer(
            start: file.memory.base + ref.byteOffset, count: ref.byteCount)
        guard xxh3(bytes) == ref.hash else {
            throw .corrupted(
                "checksum of dead rows does not match", in: file.path, at: ref.byteOffset)
        }
        do throws(CodecError) {
            let dead = try DeadRows(bytes, rowCount: rowCount)
            guard dead.count == ref.count else {
                throw CodecError(.inconsistent, "count of dead rows")
            }
            return dead
        } catch {
            throw StoreError(error, in: file.path, at: ref.byteOffset)
        }
    }

    /// The rows of a relation in a part; nil if it has none or there is no such part.
    @inline(__always)
    package func reader(_ part: Int, _ relation: Int) -> RelationReader? {
        let index = part &* relationCount &+ relation
        return relation < relationCount && index < readers.count && part >= 0 ? readers[index] : nil
    }

    @inline(__always)
    package func probes(_ relation: Int) -> UnsafeMutableBufferPointer<DictionaryReader.Probe> {
        probes[relation]
    }

    func filter(_ relation: Int) -> KeyFilter { filters[relation].get(probes[relation]) }

    /// The column that alone is the relation's key; -1 if there are several.
    @inline(__always)
    func singleKeyColumn(_ relation: Int) -> Int { singleKeys[relation] }

    /// Whether rows of the relation lead from node to node.
    @inline(__always)
    package func hasEdges(_ relation: Int) -> Bool { haveEdges[relation] }

    @inline(__always)
    package func lookups(_ relation: Int) -> UnsafeMutableBufferPointer<Lookup> {
        lookups[relation]
    }

    package func liveCount(_ relation: Int) -> Int {
        manifest.segments.reduce(0) { sum, segment in
            sum + segment.relations.reduce(0) { $0 + ($1.index == relation ? $1.liveCount : 0) }
        }
    }
}
