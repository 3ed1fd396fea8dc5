// SPDX-License-Identifier: Apache-2.0
//
// FuzzManifest's inputs: a byte that says which of three follows.
//
//   0   a manifest without its last eight bytes; what stands for the magic number, the length and
//       the checksum is made right here, so that the fuzzer gets past them
//   1   a pack: two bytes that say how long the directory is, the header, the directory, the files
//   2   a schema

import Codec
import Platform
import SegmentStore

func fuzzManifest(_ input: UnsafeRawBufferPointer) throws {
    var input = FuzzInput(input)
    switch input.byte() % 3 {
    case 0: try readManifest(input.rest)
    case 1:
        let directoryByteCount = input.short()
        try readPack(input.rest, directoryByteCount)
    default:
        let padded = PaddedBytes(input.rest)
        try withExtendedLifetime(padded) { try readSchema(padded.bytes) }
    }
}

private func readSchema(_ bytes: UnsafeRawBufferPointer) throws(CodecError) {
    var reader = ByteReader(bytes)
    let schema = try StoredSchema.decode(&reader)
    check(schema)
    let once = ByteBuffer()
    schema.encode(into: once)
    var again = ByteReader(once.bytes)
    guard let back = try? StoredSchema.decode(&again) else {
        fatalError("a schema cannot be read once written back")
    }
    require(
        back.schema == schema.schema && back.domains == schema.domains,
        "a schema changed on its way")
    require(again.remaining == 0)
    withExtendedLifetime(once) {}
}

/// What everything that reads by this schema relies on.
private func check(_ schema: StoredSchema) {
    for relation in schema.relations {
        let columns = relation.schema.columns.indices
        require(relation.storage.count == columns.count && !relation.key.isEmpty)
        require(relation.key.allSatisfy(columns.contains))
        guard case .interned = relation.storage[relation.key[0]] else {
            fatalError("a key without numbers")
        }
        for storage in relation.storage {
            switch storage {
            case .interned(let domain): require(schema.domains.indices.contains(domain))
            case .text(let family): require(relation.families.indices.contains(family))
            case .vector(let byteCount): require(byteCount > 0 && byteCount % 4 == 0)
            case .fixed: break
            }
        }
    }
}

private func readManifest(_ body: UnsafeRawBufferPointer) throws {
    let whole = sealManifest(body)
    let manifest = try Manifest.decode(whole.bytes, path: "manifest")
    check(manifest.schema)
    let once = manifest.encode()
    guard let back = try? Manifest.decode(once.bytes, path: "manifest") else {
        fatalError("a manifest cannot be read once written back")
    }
    let twice = back.encode()
    require(twice.bytes.elementsEqual(once.bytes), "a manifest changed on its way")
    withExtendedLifetime((once, twice)) {}

    let storage = MemoryStorage()
    try storage.put(Layout.manifest, whole.bytes)
    try storage.put(Layout.manifest(manifest.generation), whole.bytes)
    var options = StoreOptions()
    options.compactsAutomatically = false
    let store: GraphStore
    do throws(StoreError) {
        store = try GraphStore(storage, schema: nil, options: options)
    } catch {
        // Its segments are not there.
        require(!manifest.segments.isEmpty, "\(error)")
        _ = try GraphStore(unchecked: storage).history()
        throw error
    }
    _ = try store.history()
    let snapshot = try store.snapshot()
    let reader = snapshot.reader()
    for index in manifest.schema.relations.indices {
        let rowCount = try snapshot.rowCount(snapshot.schema.relations[index].name)
        require(rowCount == 0, "rows of no segment")
        try reader.forEachRow(index) { _ in fatalError("a row of no segment") }
    }
    if manifest.schema.relations.count <= 8 { try write(store, manifest.schema) }
}

/// A row with something in each column that must have something, there and back.
private func write(_ store: GraphStore, _ schema: StoredSchema) throws {
    for (index, relation) in schema.relations.enumerated() where relation.schema.columns.count <= 50
    {
        let row = relation.schema.columns.map { column -> Value in
            switch column.type {
            case .bool: .bool(true)
            case .int64: .int(-1)
            case .float64: .float(0.5)
            case .string where column.isNumberList: .string("1 2")
            case .string, .enumeration: .string("abc")
            case .bytes: .bytes([1, 2, 3])
            case .timestamp: .timestamp(1)
            case .vector: .vector(Array(repeating: 1, count: column.dimensions))
            }
        }
        try store.write { try $0.append(row, to: index) }
        let reader = try store.snapshot().reader()
        let key = relation.key.map { row[$0] }
        guard let id = try reader.find(index, key: key) else {
            fatalError("a row is not found")
        }
        let found = try reader.values(index, id)
        require(found == row, "a row is not what was written")
    }
}

/// The manifest whose body this is, with the magic number, length and checksum that it should have.
func sealManifest(_ body: UnsafeRawBufferPointer) -> ByteBuffer {
    let whole = ByteBuffer()
    whole.append(body)
    if whole.count < Manifest.headerByteCount {
        whole.appendZeros(Manifest.headerByteCount - whole.count)
    }
    whole.base.copyMemory(from: Manifest.magic, byteCount: 8)
    whole.base.storeBytes(
        of: UInt32(truncatingIfNeeded: whole.count - Manifest.headerByteCount), toByteOffset: 20,
        as: UInt32.self)
    whole.append(xxh3(whole.bytes))
    return whole
}

private func readPack(_ body: UnsafeRawBufferPointer, _ directoryByteCount: Int) throws {
    let headerByteCount = 24
    let whole = ByteBuffer()
    whole.append(UnsafeRawBufferPointer(rebasing: body.prefix(headerByteCount)))
    whole.appendZeros(headerByteCount - whole.count)
    let directory = UnsafeRawBufferPointer(
        rebasing: body.dropFirst(headerByteCount).prefix(directoryByteCount))
    whole.append(directory)
    whole.base.copyMemory(from: PackStorage.magic, byteCount: 8)
    whole.base.storeBytes(of: UInt32(directory.count), toByteOffset: 16, as: UInt32.self)
    whole.append(xxh3(whole.bytes))
    whole.append(
        UnsafeRawBufferPointer(rebasing: body.dropFirst(headerByteCount + directory.count)))

    let pack = try PackStorage(MappedMemory(copying: whole.bytes), path: "pack")
    require(pack.isReadOnly)
    for name in try pack.list("").prefix(100) {
        guard let bytes = try pack.read(name, limit: 1 << 20) else {
            fatalError("a listed file is missing")
        }
        guard bytes.count < 1 << 20 else { continue }
        guard let mapped = try pack.map(name, byteCount: bytes.count) else { fatalError() }
        require(mapped.bytes.elementsEqual(bytes))
    }
    let store = try GraphStore(pack, schema: nil)
    _ = try store.history()
    try SnapshotDrive(try store.snapshot()).run()
}

extension MemoryStorage {
    /// A file with these bytes.
    package func put(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        let file = try create(name)
        try file.write(bytes, at: 0)
        try file.close()
    }
}
