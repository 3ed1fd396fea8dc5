// SPDX-License-Identifier: Apache-2.0
//
// The rows as a file, so that all contestants have the same bytes. Little-endian; a number is an i64,
// a string a u32 length and its bytes, null the length 0xffffffff alone:
//
//     entity count, edge count, file count
//     entities: key, name, qualified_name, kind, language, file, parent, visibility, signature,
//         doc, code, content_hash, root_l1, root_l2; start_line, end_line, token_count,
//         complexity (is_test is always false)
//     edges: from, to, kind, file, resolution; line (lines is always null, count 1)
//     files: path

import Codec
import Foundation

extension Dataset.Entity {
    fileprivate static var texts: [WritableKeyPath<Self, Slice>] {
        [
            \.key, \.name, \.qualifiedName, \.kind, \.language, \.file, \.parent, \.visibility,
            \.signature,
            \.doc, \.code, \.contentHash, \.rootL1, \.rootL2,
        ]
    }
    fileprivate static var numbers: [WritableKeyPath<Self, Int>] {
        [
            \.startLine, \.endLine, \.tokenCount, \.complexity,
        ]
    }
}

extension Dataset.Edge {
    fileprivate static var texts: [WritableKeyPath<Self, Slice>] {
        [
            \.from, \.to, \.kind, \.file, \.resolution,
        ]
    }
}

extension Dataset {
    func dump(to path: String) throws {
        let out = ByteBuffer(capacity: inputByteCount * 2)
        func append(_ number: Int) { out.append(Int64(number).littleEndian) }
        func append(_ slice: Slice) {
            out.append((slice.isNull ? UInt32.max : UInt32(slice.count)).littleEndian)
            out.append(bytes(slice))
        }
        for count in [entities.count, edges.count, files.count] { append(count) }
        let (texts, numbers, edgeTexts) = (Entity.texts, Entity.numbers, Edge.texts)
        for entity in entities {
            for text in texts { append(entity[keyPath: text]) }
            for number in numbers { append(entity[keyPath: number]) }
        }
        for edge in edges {
            for text in edgeTexts { append(edge[keyPath: text]) }
            append(edge.line)
        }
        for file in files { append(file) }
        try Data(bytes: out.base, count: out.count).write(to: URL(fileURLWithPath: path))
    }
}

/// A dump, mapped: all contestants hold the same memory. It stays so until the process ends.
struct DatasetFile {
    let base: UnsafeRawPointer
    let count: Int

    init(_ path: String) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        let size = file < 0 ? -1 : lseek(file, 0, SEEK_END)
        let flags = MAP_SHARED | MAP_POPULATE
        guard size > 0, let map = mmap(nil, size, PROT_READ, flags, file, 0), map != MAP_FAILED
        else { throw BenchmarkError("cannot read \(path)") }
        close(file)
        base = UnsafeRawPointer(map)
        count = size
    }

    func rows() throws -> ([Dataset.Entity], [Dataset.Edge], [Slice]) {
        var next = 0
        func take(_ size: Int) throws -> Int {
            guard size <= count - next else { throw BenchmarkError("the rows are cut off") }
            defer { next += size }
            return next
        }
        func number() throws -> Int {
            Int(base.loadUnaligned(fromByteOffset: try take(8), as: Int64.self))
        }
        func text() throws -> Slice {
            let length = base.loadUnaligned(fromByteOffset: try take(4), as: UInt32.self)
            if length == .max { return Slice() }
            return Slice(offset: try take(Int(length)), count: Int(length))
        }
        let (texts, numbers) = (Dataset.Entity.texts, Dataset.Entity.numbers)
        let edgeTexts = Dataset.Edge.texts
        let counts = (try number(), try number(), try number())
        var entities: [Dataset.Entity] = []
        var edges: [Dataset.Edge] = []
        entities.reserveCapacity(counts.0)
        edges.reserveCapacity(counts.1)
        for _ in 0..<counts.0 {
            var entity = Dataset.Entity()
            for path in texts { entity[keyPath: path] = try text() }
            for path in numbers { entity[keyPath: path] = try number() }
            entities.append(entity)
        }
        for _ in 0..<counts.1 {
            var edge = Dataset.Edge()
            for path in edgeTexts { edge[keyPath: path] = try text() }
            edge.line = try number()
            edges.append(edge)
        }
        return (entities, edges, try (0..<counts.2).map { _ in try text() })
    }
}
