// SPDX-License-Identifier: Apache-2.0
import Codec
import Foundation
import Glibc
import Platform
import SegmentStore
import TestSupport
import Testing

/// A store whose files are not as they were written: whoever reads it gets an error or the right
/// answer. Never another answer, and never a trap.
@Suite struct DamageTests {
    #if DEBUG
        static let isThorough = isLong
    #else
        static let isThorough = isLong || !isSanitized
    #endif

    @Test func theStoreHasAllThatCanBeDamaged() throws {
        let image = try DamagedStore.image()
        let found = try DamagedStore.encodings(image)
        for encoding in Encoding.allCases { #expect(found.contains("\(encoding)"), "\(encoding)") }
        for compression in Compression.allCases {
            #expect(found.contains("\(compression)"), "\(compression)")
        }
        let manifest = try GraphStore(image, schema: nil).snapshot().core.manifest
        #expect(manifest.segments.count >= 3)
        let relations = manifest.segments.flatMap(\.relations)
        #expect(relations.contains { $0.dead != nil })
        #expect(image.names.map { image.bytes($0).count }.reduce(0, +) < 60_000)
    }

    @Test(arguments: [UInt8(0xff), 0x01])
    func aFlippedByteIsFound(pattern: UInt8) throws {
        let image = try DamagedStore.image()
        let map = try DamageMap(image)
        let step = (pattern == 0x01 ? 37 : 11) * sampling
        var damages: [Damage] = []
        for name in image.names {
            let critical = pattern == 0xff && !isSanitized ? map.criticalBytes(name) : []
            for offset in image.bytes(name).indices
            where Self.isThorough || (offset + 3) % step == 0 || critical.contains(offset) {
                damages.append(.flip(name, offset, pattern))
            }
        }
        try check(damages, image, map)
    }

    @Test func aFileOfAnotherLengthIsFound() throws {
        let image = try DamagedStore.image()
        let map = try DamageMap(image)
        var damages: [Damage] = []
        for name in image.names {
            let count = image.bytes(name).count
            for length in 0..<count
            where Self.isThorough || length < 600 || count - length < 600 || length % 97 == 0 {
                damages.append(.cut(name, length))
            }
            for more in [1, 7, 8, 4096] { damages.append(.cut(name, count + more)) }
            damages.append(.missing(name))
        }
        try check(damages, image, map)
    }

    private func check(_ damages: [Damage], _ image: ImageStorage, _ map: DamageMap) throws {
        let failures = Locked<[String]>([])
        let threads = 2
        let images = Images(copies: (0..<threads).map { _ in image.copy() })
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            let image = images.copies[thread]
            for index in stride(from: thread, to: damages.count, by: threads) {
                let damage = damages[index]
                let problem = damage.apply(to: image) { map.problem(of: image, damage) }
                if let problem { failures.withLock { $0.append("\(damage): \(problem)") } }
            }
        }
        let found = failures.withLock { $0.sorted() }
        if !found.isEmpty {
            Issue.record("\(found.count) of \(damages.count), as \(found.prefix(10))")
        }
        #expect(damages.count > (isSanitized ? 200 : 400))
    }

    private struct Images: @unchecked Sendable { let copies: [ImageStorage] }

    @Test func aDamagedPackIsFound() throws {
        let directory = try TemporaryDirectory(inMemory: true)
        let path = directory.file("store.segpack")
        let image = try DamagedStore.image()
        try GraphStore(image, schema: nil).backup(to: path)
        let bytes = try File(path, .read).readAll(limit: 1 << 20)
        let right = try Transcript.of(GraphStore.open(path).snapshot())
        let used = try DamageMap(image).usedBytes(ofPack: bytes)
        let descriptor = Glibc.open(path, O_RDWR)
        defer { close(descriptor) }
        var failures: [String] = []
        func expect(_ expected: Set<String>, _ damage: String) {
            var found = "wrong"
            do {
                if try Transcript.of(GraphStore.open(path).snapshot()) == right { found = "right" }
            } catch let error as StoreError {
                found = error.code.description
            } catch { found = "\(error)" }
            if !expected.contains(found) { failures.append("\(damage): \(found)") }
        }
        let step = isLong ? 1 : Self.isThorough ? 5 : 23 * sampling
        for offset in bytes.indices where offset % step == 0 || offset < 300 {
            var byte = bytes[offset] ^ 0xff
            #expect(pwrite(descriptor, &byte, 1, off_t(offset)) == 1)
            // A file that does not begin like a pack is no pack.
            expect(
                !used.contains(offset)
                    ? ["right"] : offset < 8 ? ["notFound"] : ["corrupted", "unsupportedVersion"],
                "byte \(offset)")
            byte ^= 0xff
            #expect(pwrite(descriptor, &byte, 1, off_t(offset)) == 1)
        }
        let end = used.max() ?? 0
        for length in bytes.indices.reversed() where length % (step * 5) == 0 || length < 100 {
            #expect(ftruncate(descriptor, off_t(length)) == 0)
            expect(
                length > end ? ["right", "corrupted"] : ["corrupted", "notFound"], "\(length) bytes"
            )
        }
        if !failures.isEmpty { Issue.record("\(failures.count), as \(failures.prefix(10))") }
    }

    /// Whoever can write a checksum too can make a store say anything, but not make its reader trap.
    @Test(arguments: isLong ? [UInt8(0xff), 0x01, 0x80] : [0xff])
    func whatIsSealedOverDamageTrapsNobody(pattern: UInt8) throws {
        let image = try DamagedStore.image()
        let manifest = try GraphStore(image, schema: nil).snapshot().core.manifest
        let right = try Transcript.of(GraphStore(image, schema: nil).snapshot())
        // Where a trap was, so that it can be found: it takes the tests with it.
        let trace = ProcessInfo.processInfo.environment["SEGSTORE_TRACE"]
        let step = isLong ? 1 : Self.isThorough ? 13 : 97 * sampling
        var outcomes: [String: Int] = [:]
        for (number, segment) in manifest.segments.enumerated() {
            let sealed = try SealedSegment(image, manifest, number)
            try sealed.flipping(0, 0) { (image) throws in
                #expect(try Transcript.of(GraphStore(image, schema: nil).snapshot()) == right)
            }
            for offset in stride(
                from: Int(pattern) % step, to: sealed.footer.dataByteCount, by: step)
            {
                let place = "segment \(segment.id), byte \(offset) ^ \(pattern)"
                try trace.map { try place.write(toFile: $0, atomically: false, encoding: .utf8) }
                try sealed.flipping(offset, pattern) { image in
                    do {
                        let found = try Transcript.of(GraphStore(image, schema: nil).snapshot())
                        outcomes[found == right ? "right" : "wrong", default: 0] += 1
                    } catch let error as StoreError {
                        outcomes["\(error.code)", default: 0] += 1
                    }
                    _ = try GraphStore(unchecked: image).verify()
                }
            }
        }
        // A key that reads as null is no key to ask for.
        let expected: Set = [
            "right", "wrong", "corrupted", "unsupportedVersion", "invalidArgument",
        ]
        #expect(Set(outcomes.keys).isSubset(of: expected), "\(outcomes)")
        #expect(
            outcomes["wrong", default: 0] > 0 && outcomes["corrupted", default: 0] > 0,
            "\(outcomes)")
    }

    @Test func verifyFindsWhereTheDamageIs() throws {
        let image = try DamagedStore.image()
        let report = try GraphStore(image, schema: nil).verify(allGenerations: true)
        #expect(report.isSound, "\(report.problems)")
        #expect(report.generations.sorted() == [1, 2, 3, 4, 5])
        let map = try DamageMap(image)
        let step = Self.isThorough ? 17 : 211 * sampling
        for name in image.names {
            for offset in stride(from: 5, to: image.bytes(name).count, by: step) {
                let report = try image.flipping(name, at: offset, with: 0xff) {
                    () throws -> VerifyReport in
                    try GraphStore(unchecked: image).verify(allGenerations: true)
                }
                if map.isPadding(name, offset) {
                    #expect(report.isSound, "\(name), byte \(offset): \(report.problems)")
                    continue
                }
                #expect(
                    report.problems.contains { $0.path.hasSuffix(name) },
                    "\(name), byte \(offset): \(report.problems)")
                let pages = report.problems.compactMap {
                    $0.path.hasSuffix(name) ? $0.byteOffset : nil
                }
                if let page = pages.first, name.hasSuffix(Layout.segmentSuffix) {
                    #expect(
                        page <= offset && offset < page + 8192,
                        "\(name), byte \(offset): \(report.problems)")
                }
            }
            let report = try image.replacing(name, by: nil) { () throws -> VerifyReport in
                try GraphStore(unchecked: image).verify(allGenerations: true)
            }
            // An earlier manifest that is not there was dropped.
            #expect(report.isSound == (name.hasSuffix(Layout.manifestSuffix)), "\(name) is missing")
        }
    }
}

/// One thing that is wrong with one file.
enum Damage: CustomStringConvertible {
    case flip(String, Int, UInt8)
    case cut(String, Int)
    case missing(String)

    var name: String {
        switch self {
        case .flip(let name, _, _), .cut(let name, _), .missing(let name): name
        }
    }

    var description: String {
        switch self {
        case .flip(let name, let offset, let pattern): "\(name), byte \(offset) ^ \(pattern)"
        case .cut(let name, let length): "\(name), \(length) bytes"
        case .missing(let name): "\(name) is missing"
        }
    }

    func apply<Result>(to image: ImageStorage, _ body: () throws -> Result) rethrows -> Result {
        switch self {
        case .flip(let name, let offset, let pattern):
            return try image.flipping(name, at: offset, with: pattern, body)
        case .cut(let name, let length):
            let bytes = image.bytes(name)
            let more = [UInt8](repeating: 0, count: max(0, length - bytes.count))
            return try image.replacing(name, by: bytes.prefix(length) + more, body)
        case .missing(let name): return try image.replacing(name, by: nil, body)
        }
    }
}

enum DamagedStore {
    /// Four commits and a compaction: several segments with dead rows, deletions and replaced scopes.
    static func image() throws -> ImageStorage {
        let directory = try TemporaryDirectory(inMemory: true)
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore.open(
            directory.file("store"), schema: RandomRows.schema, options: options)
        var model = ModelStore(RandomRows.schema)
        for number in 1...4 {
            let operations =
                switch number {
                case 3: RandomRows.batch(3) + trainingRows()
                case 4: hexadecimalRows()
                default: RandomRows.batch(number)
                }
            try store.write(label: "\(number)") { try RandomRows.perform(operations, in: $0) }
            model.apply(operations)
            if number == 2 { try store.compact() }
        }
        #expect(try differences(store.snapshot(), model) == [])
        return try ImageStorage(directory: directory.file("store"))
    }

    /// Enough for a compression dictionary, yet small when it is compressed.
    private static func trainingRows() -> [ModelStore.Operation] {
        var random = SeededGenerator(seed: 9)
        return (0..<40).map { number in
            var row = RandomRows.item(&random, keys: 10)
            row[0] = .string("trained:\(number)")
            for column in row.indices {
                if case .string(let text) = row[column], column > 8 {
                    row[column] = .string(String(text.prefix(20)))
                }
            }
            let words = ["alpha ", "beta ", "gamma ", "delta "]
            row[8] = "trained"
            row[18] = .string(
                String(repeating: words[number % 4] + "\(number % 7) of them; ", count: 240))
            row[19] = .int(Int64(number * 3))
            row[20] = .int(Int64(number / 10))
            return .append(relation: 0, row: row)
        }
    }

    private static func hexadecimalRows() -> [ModelStore.Operation] {
        var random = SeededGenerator(seed: 11)
        let readings = (0..<20).map { number in
            let hash = String(random.next(), radix: 16) + String(random.next(), radix: 16)
            var row = RandomRows.reading(&random)
            row[5] = .string(hash)
            return ModelStore.Operation.append(relation: 2, row: row)
        }
        return RandomRows.batch(4).filter { if case .append(2, _) = $0 { false } else { true } }
            + readings
    }

    /// What the blocks of all segments are encoded with.
    static func encodings(_ image: ImageStorage) throws -> Set<String> {
        var found = Set<String>()
        for segment in try GraphStore(image, schema: nil).snapshot().core.manifest.segments {
            try image.bytes(Layout.segment(segment.id)).withUnsafeBytes { bytes in
                let footer = SegmentFooter(bytes, imageByteCount: segment.imageByteCount)
                var reader = ByteReader(bytes, offset: footer.directory.lowerBound)
                let directory = try SegmentDirectory.decode(
                    &reader, dataByteCount: footer.dataByteCount)
                for relation in directory.relations {
                    let offsets =
                        relation.columns.map(\.descriptorOffset)
                        + relation.families.map(\.descriptorOffset)
                    for (offset, group) in offsets.flatMap({ offset in
                        (0..<relation.groupCount).map { (offset, $0) }
                    }) {
                        let block = try BlockDescriptor(
                            at: bytes.baseAddress.unsafelyUnwrapped + offset + group
                                * BlockDescriptor.byteCount)
                        found.insert("\(block.encoding)")
                        if block.encoding == .frames || block.compression == .slice {
                            found.insert("\(block.compression)")
                        }
                    }
                }
            }
        }
        return found
    }
}

/// A segment whose checksums, up to the manifest's, are made anew after each change.
struct SealedSegment {
    let footer: SegmentFooter
    private let image: ImageStorage
    private let manifest: Manifest
    private let number: Int
    private let name: String

    init(_ image: ImageStorage, _ manifest: Manifest, _ number: Int) throws {
        self.image = image
        self.manifest = manifest
        self.number = number
        name = Layout.segment(manifest.segments[number].id)
        footer = image.bytes(name).withUnsafeBytes {
            SegmentFooter($0, imageByteCount: manifest.segments[number].imageByteCount)
        }
    }

    func flipping(_ offset: Int, _ pattern: UInt8, _ body: (ImageStorage) throws -> Void) throws {
        var bytes = image.bytes(name)
        bytes[offset] ^= pattern
        let root = bytes.withUnsafeMutableBytes { bytes -> UInt64 in
            var (start, count) = (0, footer.dataByteCount)
            var place = aligned8(count)
            for levelByteCount in SegmentFormat.hashLevels(dataByteCount: footer.dataByteCount) {
                var out = place
                for page in stride(from: start, to: start + count, by: SegmentFormat.pageByteCount)
                {
                    let end = min(page + SegmentFormat.pageByteCount, start + count)
                    let hash = xxh3(UnsafeRawBufferPointer(rebasing: bytes[page..<end]))
                    bytes.storeBytes(of: hash, toByteOffset: out, as: UInt64.self)
                    out += 8
                }
                (start, count) = (place, levelByteCount)
                place += levelByteCount
            }
            let root = xxh3(UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
            bytes.storeBytes(
                of: root, toByteOffset: footer.offset + SegmentFormat.rootHashOffset,
                as: UInt64.self)
            let hash = xxh3(
                UnsafeRawBufferPointer(
                    rebasing: bytes[footer.offset..<footer.offset + SegmentFormat.footerHashOffset])
            )
            bytes.storeBytes(
                of: hash, toByteOffset: footer.offset + SegmentFormat.footerHashOffset,
                as: UInt64.self)
            return root
        }
        var manifest = manifest
        manifest.segments[number].rootHash = root
        let encoded = manifest.encode()
        try image.replacing(name, by: bytes) {
            try image.replacing(Layout.manifest, by: Array(encoded.bytes)) { try body(image) }
        }
    }
}

/// What a segment's footer says.
struct SegmentFooter {
    let offset: Int
    let dataByteCount: Int
    let directory: Range<Int>

    init(_ bytes: UnsafeRawBufferPointer, imageByteCount: Int) {
        let footer = imageByteCount - SegmentFormat.footerByteCount
        func word(_ offset: Int) -> Int {
            Int(bytes.loadUnaligned(fromByteOffset: footer + offset, as: UInt64.self))
        }
        offset = footer
        dataByteCount = word(SegmentFormat.dataByteCountOffset)
        let start = word(SegmentFormat.directoryOffsetOffset)
        directory = start..<start + word(SegmentFormat.directoryByteCountOffset) & 0xffff_ffff
    }
}

/// Which bytes of a store's files the generations need, and what they hold.
struct DamageMap {
    private struct Part {
        let bytes: Range<Int>
        /// The newest that needs them, and what can be read there.
        let generation: UInt64
        let right: UInt64
    }

    private let current: UInt64
    private var parts: [String: [Part]] = [:]
    private var critical: [String: Set<Int>] = [:]
    /// Bytes that the current generation needs.
    private var currentBytes: [String: Set<Int>] = [:]

    init(_ image: ImageStorage) throws {
        let store = try GraphStore(image, schema: nil)
        let newest = try store.snapshot()
        current = newest.generation
        func add(_ name: String, _ bytes: Range<Int>, _ generation: UInt64, _ right: UInt64) {
            parts[name, default: []].append(
                Part(bytes: bytes, generation: generation, right: right))
            if generation == current { currentBytes[name, default: []].formUnion(bytes) }
        }
        add(
            Layout.manifest, image.bytes(Layout.manifest).indices, current,
            try Transcript.of(newest))
        // Newest first, so that the first part that has a byte is the right one.
        for commit in try store.history() {
            let snapshot = try store.snapshot(at: commit.generation)
            let right = try Transcript.of(snapshot)
            let own = Layout.manifest(commit.generation)
            parts[own] = [
                Part(bytes: image.bytes(own).indices, generation: commit.generation, right: right)
            ]
            for segment in snapshot.core.manifest.segments {
                let name = Layout.segment(segment.id)
                let footer = image.bytes(name).withUnsafeBytes {
                    SegmentFooter($0, imageByteCount: segment.imageByteCount)
                }
                // Between the data and the page hashes, up to seven bytes mean nothing.
                add(name, 0..<footer.dataByteCount, commit.generation, right)
                add(
                    name, aligned8(footer.dataByteCount)..<segment.imageByteCount,
                    commit.generation, right)
                critical[name] = Set(0..<SegmentFormat.headerByteCount)
                    .union(footer.directory.lowerBound..<footer.directory.lowerBound + 20)
                    .union(footer.dataByteCount - 20..<segment.imageByteCount)
                for dead in segment.relations.compactMap(\.dead) {
                    let holder = Layout.segment(dead.fileID)
                    add(
                        holder, dead.byteOffset..<dead.byteOffset + dead.byteCount,
                        commit.generation, right)
                }
            }
        }
        critical[Layout.manifest] = Set(image.bytes(Layout.manifest).indices)
        #expect(Set(parts.keys) == Set(image.names))
    }

    private func part(_ name: String, _ offset: Int) -> Part? {
        parts[name]?.first { $0.bytes.contains(offset) }
    }

    func isPadding(_ name: String, _ offset: Int) -> Bool { part(name, offset) == nil }

    /// Bytes that are not like any other of their page.
    func criticalBytes(_ name: String) -> Set<Int> { critical[name] ?? [] }

    /// Nil if what is read is as it should be.
    func problem(of image: ImageStorage, _ damage: Damage) -> String? {
        var part = parts[damage.name]?.first
        var isHarmless = false
        if case .flip(let name, let offset, _) = damage {
            isHarmless = isPadding(name, offset)
            part = self.part(name, offset) ?? part
        }
        guard let part else { return "a file that no one needs" }
        do {
            let snapshot =
                part.generation == current && !damage.name.hasSuffix(Layout.manifestSuffix)
                ? try GraphStore(image, schema: nil).snapshot()
                : try GraphStore(unchecked: image).snapshot(at: part.generation)
            guard try Transcript.of(snapshot) == part.right else { return "a wrong answer" }
            return isHarmless ? nil : "not noticed"
        } catch let error as StoreError {
            if isHarmless { return "\(error)" }
            if error.code == .corrupted || error.code == .unsupportedVersion { return nil }
            // A generation that is not there may have been dropped.
            if error.code == .notFound, case .missing(let name) = damage, name != Layout.manifest {
                return nil
            }
            return "\(error.code): \(error)"
        } catch {
            return "\(error)"
        }
    }

    /// The bytes of a pack that mean something.
    func usedBytes(ofPack bytes: [UInt8]) throws -> Set<Int> {
        try bytes.withUnsafeBytes { bytes in
            let directory = Int(bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
            var used = Set(0..<24 + directory + 8)
            var reader = ByteReader(bytes, offset: 24)
            for _ in 0..<(try reader.readCount(limit: 100)) {
                let name = try reader.readString(limit: 100)
                let offset = try reader.readCount(limit: bytes.count)
                _ = try reader.readCount(limit: bytes.count)
                used.formUnion((currentBytes[name] ?? []).map { $0 + offset })
            }
            return used
        }
    }
}

/// All that can be read off a store, as a number.
struct Transcript {
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    static func of(_ snapshot: Snapshot) throws -> UInt64 {
        var transcript = Transcript()
        try transcript.add(snapshot)
        return transcript.hash
    }

    private mutating func add(_ number: Int) {
        hash = (hash ^ UInt64(bitPattern: Int64(number))) &* 0x0000_0100_0000_01b3
        hash ^= hash >> 29
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        add(Int(truncatingIfNeeded: xxh3(bytes)))
    }

    private mutating func add(_ snapshot: Snapshot) throws {
        add(Int(snapshot.generation))
        var label = snapshot.label
        label.withUTF8 { add(UnsafeRawBufferPointer($0)) }
        let reader = snapshot.reader()
        for (relation, schema) in snapshot.schema.relations.enumerated() {
            add(try snapshot.rowCount(schema.name))
            var rows: [RowID] = []
            try reader.forEachRowByKey(relation) { rows.append($0) }
            for row in rows { add(Int(row.part) << 32 | Int(row.row)) }
            var scanned: [RowID] = []
            try reader.forEachRow(relation) { scanned.append($0) }
            for row in scanned {
                add(Int(row.part) << 32 | Int(row.row))
                for (column, schema) in schema.columns.enumerated() {
                    switch schema.type {
                    case .bool, .int64, .timestamp, .float64:
                        add(Int(try reader.int(relation, row, column) ?? -7))
                    case .string, .bytes, .enumeration, .vector:
                        if let bytes = try reader.bytes(relation, row, column) {
                            add(bytes)
                        } else {
                            add(-9)
                        }
                    }
                }
            }
            for row in rows {
                let key = try schema.key.map {
                    try reader.value(relation, row, try reader.column($0, of: relation))
                }
                if let found = try reader.find(relation, key: key) {
                    add(Int(found.row))
                } else {
                    add(-11)
                }
                if let target = schema.target, !reader.core.hasEdges(relation) {
                    let column = try reader.column(target, of: relation)
                    let string = try reader.string(relation, row, column) ?? ""
                    for row in try reader.rows(relation, target: string) { add(Int(row.row)) }
                } else if schema.target != nil, case .string(let node) = key[0],
                    case .string(let other) = key[1]
                {
                    for (direction, key) in [(Direction.outgoing, node), (.incoming, other)] {
                        for edge in try reader.edges(relation, direction, of: key) {
                            add(Int(edge.row.row))
                            var far = try reader.key(of: edge, relation)
                            far.withUTF8 { add(UnsafeRawBufferPointer($0)) }
                        }
                    }
                }
            }
            if schema.key.count == 1, try reader.find(relation, key: "no such key") != nil {
                add(-13)
            }
        }
    }
}
