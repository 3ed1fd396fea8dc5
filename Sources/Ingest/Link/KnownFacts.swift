// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Codec
import SegmentStore

/// What the store has of files for the linker.
struct KnownFacts {
    let reader: Reader

    func facts(of path: String, withReferences: Bool = false) throws -> LinkFacts? {
        let relation = try reader.relation(CodeGraph.facts.name)
        guard let row = try reader.find(relation, key: path),
            let bytes = try reader.bytes(relation, row, reader.column("names", of: relation))
        else { return nil }
        // What one column's bytes are may go when the other is read.
        let names = Array(bytes)
        let references =
            withReferences
            ? try reader.bytes(relation, row, reader.column("references", of: relation)) : nil
        do {
            return try names.withUnsafeBytes { try LinkFacts(names: $0, references: references) }
        } catch let error as CodecError {
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
