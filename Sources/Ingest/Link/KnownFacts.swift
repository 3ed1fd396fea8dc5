// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Codec
import SegmentStore

/// What the store has of files for the linker.
struct KnownFacts {
    let reader: Reader

    func facts(of path: String) throws -> LinkFacts? {
        try read("names", of: path) { bytes throws(CodecError) in try LinkFacts(bytes) }
    }

    func references(of path: String, definitionCount: Int) throws -> FileReferences? {
        try read("references", of: path) { bytes throws(CodecError) in
            try FileReferences(bytes, definitionCount: definitionCount)
        }
    }

    private func read<Facts>(
        _ column: String, of path: String,
        _ decode: (UnsafeRawBufferPointer) throws(CodecError) -> Facts
    ) throws -> Facts? {
        let relation = try reader.relation(CodeGraph.facts.name)
        guard let row = try reader.find(relation, key: path),
            let bytes = try reader.bytes(relation, row, reader.column(column, of: relation))
        else { return nil }
        do throws(CodecError) {
            return try decode(bytes)
        } catch {
            throw Self.error(path, "\(error)")
        }
    }

    static func error(_ path: String, _ why: String) -> StoreError {
        StoreError(.corrupted, "the facts of \(path) cannot be read: \(why)")
    }

    /// Of the notes that the edges follow; empty without any.
    func notesHash() throws -> String {
        // A new store has no relations yet.
        guard (try? reader.relation(CodeGraph.links.name)) != nil else { return "" }
        return try linkHash(of: CodeGraph.treeItself) ?? ""
    }

    /// Of the edges of a file.
    func linkHash(of path: String) throws -> String? {
        let relation = try reader.relation(CodeGraph.links.name)
        return try reader.find(relation, key: path).flatMap {
            try reader.string(relation, $0, reader.column("hash", of: relation))
        }
    }

    /// Whether the edges of a file may be others after some changes.
    func dependsOn(_ names: Set<UInt32>, _ path: String) throws -> Bool {
        let relation = try reader.relation(CodeGraph.links.name)
        guard let row = try reader.find(relation, key: path),
            let bytes = try reader.bytes(relation, row, reader.column("names", of: relation))
        else { return true }
        for place in stride(from: 0, to: bytes.count - 3, by: 4) {
            let name = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
            if names.contains(UInt32(littleEndian: name)) { return true }
        }
        return false
    }
}
