// SPDX-License-Identifier: Apache-2.0
import Codec
import Foundation
import Platform
import SegmentStore
import TestSupport
import Testing

/// What a directory can look like when a store is opened there.
@Suite struct DiskStorageTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let model: ModelStore
    private var existing: StoreOptions {
        var options = StoreOptions()
        options.mode = .existing
        return options
    }

    init() throws {
        directory = try TemporaryDirectory(inMemory: true)
        path = directory.file("store")
        var options = StoreOptions()
        options.compactsAutomatically = false
        let store = try GraphStore.open(path, schema: RandomRows.schema, options: options)
        var model = ModelStore(RandomRows.schema)
        for seed in 1...3 {
            let operations = RandomRows.batch(seed)
            try store.write(label: "\(seed)") { try RandomRows.perform(operations, in: $0) }
            model.apply(operations)
        }
        self.model = model
    }

    private func file(_ name: String) -> URL { URL(fileURLWithPath: "\(path)/\(name)") }

    /// Opens the store and reads it all.
    private func read() throws {
        let snapshot = try GraphStore.open(path, options: existing).snapshot()
        #expect(try differences(snapshot, model) == [])
    }

    private func expectFailure(
        _ code: StoreError.Code, _ text: String, _ location: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: StoreError.self, sourceLocation: location) { try read() }
        #expect(error?.code == code, sourceLocation: location)
        let message = error.map { "\($0)" } ?? ""
        #expect(message.contains(text), "\(message)", sourceLocation: location)
    }

    // MARK: - What is no store

    @Test func whatIsNoStoreIsNotFound() throws {
        for (name, make) in [
            ("nothing", { _ in }),
            (
                "empty",
                {
                    try FileManager.default.createDirectory(
                        atPath: $0, withIntermediateDirectories: true)
                }
            ),
            ("file", { try Data("hello".utf8).write(to: URL(fileURLWithPath: $0)) }),
            ("empty file", { try Data().write(to: URL(fileURLWithPath: $0)) }),
            ("pipe", { #expect(mkfifo($0, 0o600) == 0) }),
            ("file/below", { _ in }),
        ] as [(String, (String) throws -> Void)] {
            let path = directory.file(name)
            try make(path)
            for mode in [StoreOptions.Mode.existing, .readOnly] {
                var options = StoreOptions()
                options.mode = mode
                let error = #expect(throws: StoreError.self, "\(name)") {
                    try GraphStore.open(path, options: options)
                }
                #expect(error?.code == .notFound, "\(name)")
                #expect(error?.path == path, "\(name)")
            }
        }
        // And nothing was made by asking.
        #expect(!FileManager.default.fileExists(atPath: directory.file("nothing")))
        #expect(try Directory.names(in: directory.file("empty")) == [])
    }

    @Test func aDirectoryWithOtherFilesIsNoStoreYet() throws {
        let path = directory.file("other")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(path)/notes.txt"))
        let store = try GraphStore.open(path, schema: RandomRows.schema)
        #expect(try Directory.names(in: path) == ["notes.txt"])
        try store.write { try RandomRows.perform(RandomRows.batch(9), in: $0) }
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: "\(path)/notes.txt")) == Data("mine".utf8))
    }

    // MARK: - Damaged

    @Test func aMissingSegmentIsNamed() throws {
        try FileManager.default.removeItem(at: file("segments/000002.seg"))
        expectFailure(.corrupted, "missing")
    }

    @Test(arguments: [-1, 1, -100, 4096])
    func aSegmentOfAnotherSizeIsNeverMapped(difference: Int) throws {
        let name = "segments/000002.seg"
        let size = try Data(contentsOf: file(name)).count
        #expect(truncate(file(name).path, off_t(size + difference)) == 0)
        expectFailure(
            .corrupted, "\(name): has \(size + difference) bytes where the manifest says \(size)")
    }

    @Test func anEmptySegmentIsDamage() throws {
        #expect(truncate(file("segments/000001.seg").path, 0) == 0)
        expectFailure(.corrupted, "000001.seg")
    }

    @Test func aMissingManifestIsNoEmptyStore() throws {
        try FileManager.default.removeItem(at: file("manifest"))
        expectFailure(.corrupted, "the newest whole generation is 3")
        try GraphStore.openDamaged(path).recover(to: 3)
        try read()
    }

    /// Neither with one generation only: the next write would take the place of what is there.
    @Test func aMissingManifestOfOneGenerationIsNoEmptyStore() throws {
        let path = directory.file("one")
        let store = try GraphStore.open(path, schema: RandomRows.schema)
        try store.write { try RandomRows.perform(RandomRows.batch(9), in: $0) }
        let rows = try store.snapshot().rowCount("items")
        try FileManager.default.removeItem(atPath: "\(path)/manifest")
        let error = #expect(throws: StoreError.self) {
            try GraphStore.open(path, schema: RandomRows.schema)
        }
        #expect(error?.code == .corrupted)
        #expect("\(error as Any)".contains("the newest whole generation is 1"))
        try GraphStore.openDamaged(path).recover(to: 1)
        #expect(try GraphStore.open(path).snapshot().rowCount("items") == rows)
    }

    /// Earlier ones may have been dropped; the current one is known without its second name.
    @Test func theCurrentGenerationIsAlwaysInTheHistory() throws {
        let store = try GraphStore.open(path)
        let count = try store.history().count
        try FileManager.default.removeItem(at: file("segments/000003.manifest"))
        #expect(try store.history().map(\.generation).first == 3)
        #expect(try store.history().count == count)
    }

    /// Nor with segments alone, whatever removed the manifest with both its names.
    @Test func segmentsWithoutAnyManifestAreNotSwept() throws {
        let path = directory.file("one")
        let store = try GraphStore.open(path, schema: RandomRows.schema)
        try store.write { try RandomRows.perform(RandomRows.batch(9), in: $0) }
        for name in ["manifest", "segments/000001.manifest"] {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
        let error = #expect(throws: StoreError.self) {
            try GraphStore.open(path, schema: RandomRows.schema)
        }
        #expect(error?.code == .corrupted)
        #expect(FileManager.default.fileExists(atPath: "\(path)/segments/000001.seg"))
    }

    /// A first write that fails, or brings nothing, decides nothing.
    @Test func aStoreWithoutACommitHasNoSchemaYet() throws {
        struct Stop: Error {}
        let path = directory.file("new")
        let other = Schema([RelationSchema("other", key: ["k"], columns: [.string("k")])])
        let first = try GraphStore.open(path, schema: other)
        try first.write { _ in }
        #expect(throws: Stop.self) {
            try first.write { batch in
                for number in 0..<200_000 { try batch.append([.string("\(number)")], to: 0) }
                throw Stop()
            }
        }
        let store = try GraphStore.open(path, schema: RandomRows.schema)
        #expect(try store.snapshot().generation == 0)
        #expect(try store.snapshot().schema == RandomRows.schema)
        #expect(try store.snapshot().rowCount("items") == 0)
        #expect(try store.history().isEmpty && store.verify(allGenerations: true).isSound)
        try store.write { try RandomRows.perform(RandomRows.batch(9), in: $0) }
        #expect(try GraphStore.open(path).snapshot().schema == RandomRows.schema)
    }

    @Test func aSchemaAloneCanBeCommitted() throws {
        let path = directory.file("new")
        var options = WriteOptions()
        options.commitsSchema = true
        let store = try GraphStore.open(path, schema: RandomRows.schema)
        #expect(try !store.write(options) { _ in }.isEmpty)
        #expect(try GraphStore.open(path).snapshot().schema == RandomRows.schema)
        // Once.
        #expect(try store.write(options) { _ in }.isEmpty)
        #expect(try store.snapshot().generation == 1)
        try store.write { try RandomRows.perform(RandomRows.batch(9), in: $0) }
        #expect(try GraphStore.open(path).verify(allGenerations: true).isSound)
    }

    @Test func aDamagedManifestNamesTheGenerationToGoBackTo() throws {
        try damage("manifest") { $0[30] ^= 1 }
        expectFailure(.corrupted, "the newest whole generation is 2")
        // No writer goes on from there by itself either.
        let error = #expect(throws: StoreError.self) {
            try GraphStore.open(path, schema: RandomRows.schema).write { _ in }
        }
        #expect(error?.code == .corrupted)
        let old = try GraphStore.openDamaged(path)
        #expect(try old.snapshot(at: 2).generation == 2)
        #expect(try old.recover(to: 2) == 4)
        let store = try GraphStore.open(path)
        #expect(try store.snapshot().generation == 4)
        // What it went back from is in nobody's way.
        #expect(try store.history().map(\.generation) == [4, 2, 1])
        #expect(try store.snapshot(label: "1").generation == 1)
        let error2 = #expect(throws: StoreError.self) { try store.snapshot(label: "3") }
        #expect(error2?.code == .notFound)
        #expect(try store.collectGarbage(keep: 3).droppedGenerations == [1])
    }

    @Test func aDamagedEarlierGenerationIsNotPassedOver() throws {
        try damage("segments/000002.manifest") { $0[30] ^= 1 }
        try read()
        let store = try GraphStore.open(path)
        for (name, act) in [
            ("history", { _ = try store.history() }),
            ("label", { _ = try store.snapshot(label: "1") }),
            ("at", { _ = try store.snapshot(at: 2) }),
            ("gc", { _ = try store.collectGarbage(keep: 2) }),
        ] as [(String, () throws -> Void)] {
            let error = #expect(throws: StoreError.self, "\(name)") { try act() }
            #expect(error?.code == .corrupted, "\(name)")
        }
        #expect(try store.snapshot(at: 1).generation == 1)
        #expect(try store.collectGarbage(keep: 1).droppedGenerations == [1, 2])
        #expect(try store.history().count == 1)
    }

    private func damage(_ name: String, _ change: (inout Data) -> Void) throws {
        var bytes = try Data(contentsOf: file(name))
        change(&bytes)
        try bytes.write(to: file(name))
    }

    private func seal(_ bytes: inout Data) {
        let end = bytes.count - 8
        let hash = Array(bytes[..<end]).withUnsafeBytes { xxh3($0) }
        withUnsafeBytes(of: hash.littleEndian) { bytes.replaceSubrange(end..., with: $0) }
    }

    // MARK: - From the future

    @Test func aNewerManifestIsNotRead() throws {
        try damage("manifest") { bytes in
            bytes[8] = UInt8(FormatVersion.current) + 1
            seal(&bytes)
        }
        expectFailure(.unsupportedVersion, "format version 2, but this segstore reads 1 to 1")
        let error = #expect(throws: StoreError.self) {
            try GraphStore.open(path, schema: RandomRows.schema).write { _ in }
        }
        #expect(error?.code == .unsupportedVersion)
    }

    @Test func aManifestOfVersionZeroIsNotRead() throws {
        try damage("manifest") { bytes in
            bytes[8] = 0
            seal(&bytes)
        }
        expectFailure(.unsupportedVersion, "format version 0")
    }

    @Test func anUnknownFeatureForReadersIsNotRead() throws {
        try damage("manifest") { bytes in
            bytes[12] |= 0x80
            seal(&bytes)
        }
        expectFailure(.unsupportedVersion, "features that this segstore cannot read")
    }

    @Test func anUnknownFeatureForWritersIsReadButNotWritten() throws {
        try damage("manifest") { bytes in
            bytes[16] |= 0x80
            seal(&bytes)
        }
        try read()
        let store = try GraphStore.open(path)
        for (name, act) in [
            (
                "write",
                { _ = try store.write { try RandomRows.perform(RandomRows.batch(9), in: $0) } }
            ),
            ("compact", { _ = try store.compact() }),
            ("gc", { _ = try store.collectGarbage(keep: 1) }),
        ] as [(String, () throws -> Void)] {
            let error = #expect(throws: StoreError.self, "\(name)") { try act() }
            #expect(error?.code == .unsupportedVersion, "\(name)")
        }
        try read()
    }

    @Test func aSegmentThatOnlyLooksNewerIsDamaged() throws {
        try damage("segments/000001.seg") { $0[SegmentFormat.versionOffset] = 9 }
        expectFailure(.corrupted, "checksum")
    }

    @Test func aNewerSegmentIsNotRead() throws {
        // One page of data, then its hash, then the footer, all as a newer writer would leave them.
        var data = [UInt8](repeating: 0, count: SegmentFormat.headerByteCount)
        data.replaceSubrange(0..<8, with: SegmentFormat.magic)
        data[SegmentFormat.versionOffset] = 9
        let hash = data.withUnsafeBytes { xxh3($0) }
        let image = ByteBuffer()
        data.withUnsafeBytes { image.append($0) }
        image.append(hash)
        let footer = image.count
        image.append(UInt64(data.count))
        image.append(UInt64(data.count))
        image.append(UInt64(0))
        withUnsafeBytes(of: hash) { bytes in image.append(xxh3(bytes)) }
        image.append(UInt64(0))
        image.append(UInt64(0))
        image.append(xxh3(image.base + footer, SegmentFormat.footerHashOffset))
        SegmentFormat.endMagic.withUnsafeBytes { image.append($0) }
        let error = #expect(throws: StoreError.self) {
            try SegmentFile(
                MappedMemory(copying: image.bytes), path: "new.seg", imageByteCount: image.count,
                expectedRoot: nil)
        }
        #expect(error?.code == .unsupportedVersion)
        #expect("\(error as Any)".contains("format version 9"))
    }

    // MARK: - Permissions

    /// Runs `body` as one who may only do what permissions allow, also if the tests run as root.
    private func unprivileged(_ body: () throws -> Void) throws {
        guard geteuid() == 0 else { return try body() }
        // The identity for file access is the thread's own; without root's it has to ask.
        typealias SetIdentity = @convention(c) (UInt32) -> Int32
        let symbol = try #require(dlsym(nil, "setfsuid"))
        let setIdentity = unsafeBitCast(symbol, to: SetIdentity.self)
        _ = setIdentity(65534)
        defer { _ = setIdentity(0) }
        try body()
    }

    @Test func aDirectoryThatCannotBeWrittenCanBeRead() throws {
        for name in ["", "segments"] { #expect(chmod(file(name).path, 0o555) == 0) }
        #expect(chmod(file("lock").path, 0o444) == 0)
        defer { for name in ["", "segments"] { chmod(file(name).path, 0o755) } }
        try unprivileged {
            try read()
            let store = try GraphStore.open(path, schema: RandomRows.schema)
            for (name, act) in [
                (
                    "write",
                    { _ = try store.write { try RandomRows.perform(RandomRows.batch(9), in: $0) } }
                ),
                ("compact", { _ = try store.compact() }),
                ("gc", { _ = try store.collectGarbage(keep: 1) }),
                ("recover", { _ = try store.recover(to: 1) }),
                ("backup", { try store.backup(to: "\(path)/pack") }),
            ] as [(String, () throws -> Void)] {
                let error = #expect(throws: StoreError.self, "\(name)") { try act() }
                #expect(error?.code == .readOnly, "\(name)")
                #expect(error?.errno == EACCES, "\(name)")
            }
            try read()
        }
    }

    @Test func aStoreThatCannotBeMadeIsReadOnly() throws {
        #expect(chmod(directory.path, 0o555) == 0)
        defer { chmod(directory.path, 0o755) }
        try unprivileged {
            let store = try GraphStore.open(directory.file("new"), schema: RandomRows.schema)
            let error = #expect(throws: StoreError.self) {
                try store.write { try RandomRows.perform(RandomRows.batch(9), in: $0) }
            }
            #expect(error?.code == .readOnly)
        }
    }

    @Test(arguments: ["", "manifest", "segments", "segments/000001.seg"])
    func whatCannotBeReadIsNeitherDamagedNorEmpty(name: String) throws {
        #expect(chmod(file(name).path, 0) == 0)
        defer { chmod(file(name).path, 0o755) }
        try unprivileged {
            let error = #expect(throws: StoreError.self) { try read() }
            #expect(error?.errno == EACCES)
            #expect(error?.code == .readOnly)
            #expect(error?.message.contains("Permission denied") == true)
        }
    }

    // MARK: - The lock

    @Test func aLockEndsWithItsHolderThoughAForkedChildHasItToo() throws {
        let storage = DiskStorage(path)
        var held: (any StorageLock)? = try storage.lock()
        #expect(throws: StoreError.self) { try storage.lock() }
        // Between fork and exec, a child of any other thread has a copy of each descriptor.
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            .compactMap { Int32($0) }
        let lock = try #require(
            descriptors.first { number in
                (try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/self/fd/\(number)")) == "\(path)/lock"
            })
        let copy = dup(lock)
        #expect(copy >= 0)
        defer { close(copy) }
        withExtendedLifetime(held) {}
        held = nil
        #expect(throws: Never.self) { try storage.lock() }
    }

    @Test func twoHandlesOfOneProcessTakeTurns() throws {
        // Merging, one would write when the other does.
        var options = StoreOptions()
        options.compactsAutomatically = false
        let first = try GraphStore.open(path, schema: RandomRows.schema, options: options)
        let second = try GraphStore.open(path, schema: RandomRows.schema, options: options)
        try first.write { batch in
            try RandomRows.perform(RandomRows.batch(9), in: batch)
            let error = #expect(throws: StoreError.self) {
                try second.write { try RandomRows.perform(RandomRows.batch(9), in: $0) }
            }
            #expect(error?.code == .locked)
            #expect(error?.holder == processID())
        }
        try second.write { try RandomRows.perform(RandomRows.batch(9), in: $0) }
        var state = model
        state.apply(RandomRows.batch(9))
        #expect(try differences(first.snapshot(), state) == [])
    }
}
