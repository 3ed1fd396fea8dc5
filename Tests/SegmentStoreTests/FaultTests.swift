// SPDX-License-Identifier: Apache-2.0
import Foundation
import Platform
import SegmentStore
import TestSupport
import Testing

/// System calls that fail, on a real directory. One after the other: a plan of faults is global, and
/// concerns no other test only because it names the directory.
@Suite(.serialized) struct FaultTests {
    // MARK: - Writing

    @Test(arguments: FaultAct.allCases, [EIO, ENOSPC])
    func everyCallOfAWriteThatFailsLeavesTheStoreAsItWas(act: FaultAct, errno: Int32) throws {
        let setting = try FaultSetting(act)
        let calls = try setting.calls()
        // The last is the commit: a new store begins with one of its own.
        let rename = calls.lastIndex { $0.hasPrefix("rename") } ?? .max
        // Once, or from then on: then the writer cannot tidy up either, as if it were killed.
        for (index, times) in calls.indices.flatMap({ [($0, 1), ($0, Int.max)] })
        where (errno == EIO || times == 1) && index % sampling == 0 {
            // Who holds the lock need not be known.
            if ["stat", "read", "write"].contains(where: { calls[index] == "\($0) store/lock" }),
                times == 1
            {
                continue
            }
            let place =
                "\(act), \(calls[index]) (call \(index)) fails \(times == 1 ? "once" : "from then on")"
            let disk = try setting.place()
            let store = try disk.open()
            var plan = disk.plan(index, errno)
            plan.times = times
            let error = #expect(throws: StoreError.self, "\(place)") {
                _ = try Faults.with(plan) { try act.perform(on: store) }
            }
            #expect(error?.code == (errno == ENOSPC ? .outOfSpace : .io), "\(place)")
            #expect(error?.errno == errno, "\(place)")
            #expect(error?.path != nil, "\(place)")

            // Only when the rename is done is there something to see, though it may not last.
            let isVisible = index > rename
            let expected = isVisible ? setting.after : setting.before
            #expect(try disk.differences(expected) == [], "\(place)")
            if expected != nil {
                #expect(
                    try differences(store.snapshot(), expected ?? setting.model) == [], "\(place)")
            }
            if times == 1, !isVisible { #expect(try disk.litter(setting) == [], "\(place)") }

            let poisons = setting.poisons(calls, index)
            if poisons {
                for _ in 0..<2 {
                    let error = #expect(throws: StoreError.self, "\(place)") {
                        try disk.writeOn(store)
                    }
                    #expect(error?.code == .closed, "\(place)")
                }
            }
            // The same handle goes on, or else a fresh one.
            let next = poisons ? try disk.open() : store
            if !isVisible, act == .recovery { try act.perform(on: next) }
            try disk.writeOn(next)
            var state = expected ?? setting.after ?? setting.model
            state.apply(RandomRows.batch(9))
            #expect(try disk.differences(state) == [], "\(place), then a write")
            if act != .recovery {
                #expect(try disk.litter(setting) == [], "\(place), then a write")
            }
        }
    }

    @Test(arguments: FaultAct.allCases)
    func anInterruptedCallIsDoneAgain(act: FaultAct) throws {
        let setting = try FaultSetting(act)
        let calls = try setting.calls()
        for index in calls.indices where index % sampling == 0 {
            let place = try setting.place()
            let store = try place.open()
            var plan = place.plan(index, EINTR)
            plan.times = 3
            let seen = try Faults.with(plan) { try act.perform(on: store) }.calls
            // A close must not be called again: the number may be another file's by then.
            // Nor does it answer again: each that is hit leaves one call out.
            let more =
                FaultSetting.syncs(calls).contains(index)
                ? [1, 2, 3]
                : calls[index].hasPrefix("close") ? [2] : [3]
            #expect(more.contains(seen.count - calls.count), "\(calls[index])")
            #expect(
                try place.differences(setting.after) == [], "\(act), \(calls[index]) is interrupted"
            )
        }
    }

    @Test(arguments: FaultAct.allCases)
    func aWriteThatTakesAPartOfTheBytesGoesOn(act: FaultAct) throws {
        let setting = try FaultSetting(act)
        let calls = try setting.calls()
        var shortened = 0
        for index in calls.indices where calls[index].hasPrefix("write") {
            let place = try setting.place()
            let store = try place.open()
            var plan = place.plan(index, EIO)
            plan.shortWrite = true
            let seen = try Faults.with(plan) { try act.perform(on: store) }.calls
            shortened += seen.count - calls.count
            #expect(try place.differences(setting.after) == [], "\(act), \(calls[index]) is short")
        }
        #expect(shortened >= act.writeCount, "\(act)")
    }

    @Test func aFullDiskLeavesNothingBehindAndIsNamed() throws {
        let setting = try FaultSetting(.spilling)
        let calls = try setting.calls().filter { $0.hasPrefix("write") }
        #expect(calls.contains { $0.contains("scratch-") }, "nothing spilled")
        for index in calls.indices where index % sampling == 0 {
            let place = try setting.place()
            let store = try place.open()
            var plan = place.plan(index, ENOSPC)
            plan.calls = [.write]
            plan.times = Int.max
            let error = #expect(throws: StoreError.self) {
                _ = try Faults.with(plan) { try FaultAct.spilling.perform(on: store) }
            }
            #expect(error?.code == .outOfSpace && error?.errno == ENOSPC, "\(calls[index])")
            #expect("\(error as Any)".contains("no space left"), "\(calls[index])")
            // Not a nameless file, of which nobody has heard.
            if calls[index].contains("scratch-") { #expect(error?.path == place.path) }
            #expect(try place.litter(setting) == [], "\(calls[index])")
            #expect(try place.differences(setting.before) == [], "\(calls[index])")
            // Somebody made room.
            try place.writeOn(store)
        }
    }

    @Test(arguments: FaultAct.allCases)
    func aWriteGoesOnWhereItsProcessCannotBeNamed(act: FaultAct) throws {
        let setting = try FaultSetting(act)
        let calls = try setting.calls()
        for index in calls.indices where calls[index] == "write store/lock" {
            let disk = try setting.place()
            let store = try disk.open()
            _ = try Faults.with(disk.plan(index, EIO)) { try act.perform(on: store) }
            #expect(try disk.differences(setting.after) == [], "\(act), call \(index)")
        }
    }

    @Test func aFullDiskCanBeCleared() throws {
        let setting = try FaultSetting(.collection)
        let disk = try setting.place()
        let store = try disk.open()
        var plan = disk.plan(0, ENOSPC)
        plan.calls = [.write]
        plan.times = .max
        let receipt = try Faults.with(plan) { try store.collectGarbage(keep: 1) }.result
        #expect(receipt.removedSegmentCount == 3)
        #expect(try disk.differences(setting.after) == [])
    }

    // MARK: - The order of the calls

    @Test func aFirstCommitSyncsEachThingBeforeWhatReliesOnIt() throws {
        var changes = try FaultSetting(.firstWrite).changes()
        let syncs = FaultSetting.syncs(changes)
        let written = try #require(changes.firstIndex(of: "write store/segments/000001.seg"))
        #expect(written < syncs.lowerBound)
        #expect(changes.last == "sync store")
        changes[syncs].sort()
        #expect(
            changes == [
                "mkdir store", "sync ", "mkdir store/segments", "sync store",
                "write store/lock",
                "unlink store/manifest.new",
                // The store itself: from here on a manifest that is missing is damage.
                "write store/manifest.new", "sync store/manifest.new", "close store/manifest.new",
                "rename store/manifest.new", "sync store",
                "unlink store/segments/000001.seg",
                "write store/segments/000001.seg",
                "unlink store/segments/000001.manifest",
                "write store/segments/000001.manifest",
                "close store/segments/000001.manifest",
                "close store/segments/000001.seg", "sync store/segments",
                "sync store/segments/000001.manifest", "sync store/segments/000001.seg",
                "unlink store/manifest.new", "link store/manifest.new", "rename store/manifest.new",
                "sync store",
            ])
    }

    @Test(arguments: ["store", "store/segments"])
    func aDirectoryThatADeadWriterMadeIsSyncedToo(name: String) throws {
        let setting = try FaultSetting(.firstWrite)
        let calls = try setting.changes { place in
            try FileManager.default.createDirectory(
                atPath: "\(place.directory.path)/\(name)", withIntermediateDirectories: true)
        }
        let rename = try #require(calls.firstIndex { $0.hasPrefix("rename") })
        #expect(calls[..<rename].contains("sync "))
        #expect(calls[..<rename].contains("sync store"))
    }

    @Test func aCollectionSyncsTheNewestCommitBeforeItRemovesAnOlder() throws {
        let setting = try FaultSetting(.collection)
        let calls = try setting.changes()
        let removal = try #require(
            calls.firstIndex { $0.hasPrefix("unlink") && $0.hasSuffix("1.manifest") })
        let segment = try #require(
            calls.firstIndex { $0.hasPrefix("unlink") && $0.hasSuffix("1.seg") })
        #expect(calls[..<removal].contains("sync store"))
        #expect(calls[removal..<segment].contains("sync store/segments"))
    }

    @Test func aParentIsFoundWhateverThePathEndsWith() {
        #expect(Directory.parent(of: "a/b") == "a")
        #expect(Directory.parent(of: "a/b/") == "a")
        #expect(Directory.parent(of: "a//b//") == "a")
        #expect(Directory.parent(of: "/a") == "/")
        #expect(Directory.parent(of: "//a/") == "/")
        #expect(Directory.parent(of: "/") == "/")
        #expect(Directory.parent(of: "a") == ".")
        #expect(Directory.parent(of: "a/") == ".")
        #expect(Directory.parent(of: "") == ".")
    }

    // MARK: - Reading

    @Test func everyCallOfAReaderThatFailsIsNoDamage() throws {
        let setting = try FaultSetting(.write)
        let place = try setting.place()
        func read() throws -> [String] {
            let store = try GraphStore.open(place.path)
            let newest = try store.history().first?.generation ?? 0
            return try TestSupport.differences(store.snapshot(), setting.model)
                + TestSupport.differences(store.snapshot(at: newest), setting.model)
        }
        let calls = try Faults.with(place.plan(.max, 0)) { () throws in #expect(try read() == []) }
            .calls
        #expect(calls.count > 20)
        for errno in [EIO, EACCES, EMFILE, ENOMEM] {
            for index in calls.indices where index % sampling == 0 {
                let error = #expect(throws: StoreError.self, "\(calls[index])") {
                    _ = try Faults.with(place.plan(index, errno)) { try read() }
                }
                #expect(error?.code == (errno == EACCES ? .readOnly : .io), "\(calls[index])")
                #expect(error?.errno == errno, "\(calls[index])")
            }
        }
        for index in calls.indices where index % sampling == 0 {
            _ = try Faults.with(place.plan(index, EINTR)) { () throws in #expect(try read() == []) }
        }
        #expect(try read() == [])
    }

    // MARK: - Backup

    @Test(arguments: [false, true])
    func aBackupIsThereWholeOrNotAtAll(replaces: Bool) throws {
        let setting = try FaultSetting(.write)
        let place = try setting.place()
        let store = try place.open()
        let target = place.directory.file("pack/store.segpack")
        func prepare() throws {
            try? FileManager.default.removeItem(atPath: place.directory.file("pack"))
            try FileManager.default.createDirectory(
                atPath: place.directory.file("pack"), withIntermediateDirectories: true)
            if replaces {
                let old = try GraphStore.inMemory(schema: RandomRows.schema)
                try old.write { try RandomRows.perform(RandomRows.batch(9), in: $0) }
                try old.backup(to: target)
            }
        }
        var old = ModelStore(RandomRows.schema)
        old.apply(RandomRows.batch(9))
        func found() throws -> String {
            guard FileManager.default.fileExists(atPath: target) else { return "nothing" }
            let snapshot = try GraphStore.open(target).snapshot()
            if try TestSupport.differences(snapshot, setting.model) == [] { return "new" }
            return try TestSupport.differences(snapshot, old) == [] ? "old" : "something else"
        }
        func names() throws -> [String] { try Directory.names(in: place.directory.file("pack")) }

        try prepare()
        let calls = try Faults.with(place.plan(.max, 0)) { try store.backup(to: target) }.calls
        #expect(try found() == "new")
        #expect(try names() == ["store.segpack"])
        let rename = try #require(calls.firstIndex { $0.hasPrefix("rename") })
        let sync = try #require(
            calls.firstIndex { $0.hasPrefix("sync") && $0.contains(".segpack") })
        #expect(sync < rename && rename < calls.lastIndex { $0.hasPrefix("sync") } ?? 0)
        for (index, times) in calls.indices.flatMap({ [($0, 1), ($0, Int.max)] }) {
            try prepare()
            var plan = place.plan(index, index % 2 == 0 ? EIO : ENOSPC)
            plan.times = times
            let error = #expect(throws: StoreError.self) {
                _ = try Faults.with(plan) { try store.backup(to: target) }
            }
            #expect(error?.code == (index % 2 == 0 ? .io : .outOfSpace), "\(calls[index])")
            #expect(
                try found() == (index > rename ? "new" : replaces ? "old" : "nothing"),
                "\(calls[index])")
            if times == 1 {
                #expect(
                    try names() == (index > rename || replaces ? ["store.segpack"] : []),
                    "\(calls[index])")
            }
            // Nor does what a killed one left stand in the way.
            try store.backup(to: target)
            #expect(try found() == "new")
        }
    }

    @Test func aBackupFindsWhatAKilledProcessOfItsNumberLeft() throws {
        let setting = try FaultSetting(.write)
        let place = try setting.place()
        let target = place.directory.file("store.segpack")
        // In a container every process may have the same number.
        try Data("half a pack".utf8).write(to: URL(fileURLWithPath: "\(target).new-\(processID())"))
        try place.open().backup(to: target)
        #expect(
            try TestSupport.differences(GraphStore.open(target).snapshot(), setting.model) == [])
    }
}

// MARK: - What is written

/// Something that changes a store on disk.
enum FaultAct: String, CaseIterable, Sendable {
    case firstWrite, write, compaction, collection, recovery, spilling

    static var allCases: [FaultAct] { [.firstWrite, .write, .compaction, .collection, .recovery] }

    func perform(on store: GraphStore) throws {
        switch self {
        case .compaction: try store.compact()
        case .collection: try store.collectGarbage(keep: 1)
        case .recovery: try store.recover(to: 2)
        default: try store.write { try RandomRows.perform(FaultSetting.operations(self), in: $0) }
        }
    }

    var writeCount: Int {
        switch self {
        case .collection: 1
        case .recovery: 2
        default: 3
        }
    }
}

/// A store that an act changes, and what it holds before and after.
struct FaultSetting {
    let act: FaultAct
    let origin: TemporaryDirectory
    /// Nil if the store cannot be read then.
    private(set) var before: ModelStore?
    private(set) var after: ModelStore?
    /// The whole of it, undamaged.
    private(set) var model = ModelStore(RandomRows.schema)

    static func operations(_ act: FaultAct) -> [ModelStore.Operation] {
        guard act == .spilling else { return RandomRows.batch(8) }
        var random = SeededGenerator(seed: 3)
        return (0..<24).map { number in
            var row = RandomRows.item(&random, keys: 20)
            let noise = (0..<30_000).map { _ in 33 + UInt8(truncatingIfNeeded: random.next() % 90) }
            row[0] = .string("\(number)/" + String(decoding: noise, as: UTF8.self))
            return .append(relation: 0, row: row)
        }
    }

    init(_ act: FaultAct) throws {
        self.act = act
        origin = try TemporaryDirectory(inMemory: true)
        let path = origin.file("store")
        if act != .firstWrite {
            let store = try Place(directory: origin, act: .write).open()
            for seed in 1...3 {
                let operations = RandomRows.batch(seed)
                try store.write { try RandomRows.perform(operations, in: $0) }
                model.apply(operations)
                if seed == 2 { after = model }
            }
            if act == .collection { try store.compact() }
        }
        before = model
        if act == .recovery {
            before = nil
            // That is segments/000003.manifest too: one file with two names.
            let file = URL(fileURLWithPath: "\(path)/manifest")
            var bytes = try Data(contentsOf: file)
            bytes[50] ^= 0xff
            try bytes.write(to: file)
            return
        }
        after = model
        if act == .firstWrite || act == .write || act == .spilling {
            after?.apply(Self.operations(act))
        }
    }

    /// A copy of the store, to do something to.
    func place() throws -> Place {
        let directory = try TemporaryDirectory(inMemory: true)
        if FileManager.default.fileExists(atPath: origin.file("store")) {
            try FileManager.default.copyItem(
                atPath: origin.file("store"), toPath: directory.file("store"))
            // As another process left it, so that it is written.
            try Data("1\n".utf8).write(to: URL(fileURLWithPath: directory.file("store/lock")))
        }
        return Place(directory: directory, act: act)
    }

    /// The system calls of the act.
    func calls(after prepare: (Place) throws -> Void = { _ in }) throws -> [String] {
        let place = try place()
        try prepare(place)
        let store = try place.open()
        let calls = try Faults.with(place.plan(.max, 0)) { try act.perform(on: store) }.calls
        return calls.map {
            $0.replacing("\(place.directory.path)/", with: "").replacing(
                place.directory.path, with: "")
        }
    }

    /// Those that change something; several in a row once.
    func changes(after prepare: (Place) throws -> Void = { _ in }) throws -> [String] {
        var changes: [String] = []
        for call in try calls(after: prepare) where call != changes.last {
            guard let space = call.firstIndex(of: " ") else { continue }
            let kinds: Set = ["mkdir", "sync", "write", "close", "link", "rename", "unlink"]
            if kinds.contains(String(call[..<space])) { changes.append(call) }
        }
        return changes
    }

    /// The calls of a commit that make files and their directory durable, side by side, so that
    /// their order is not the same every time.
    static func syncs(_ calls: [String]) -> Range<Int> {
        guard
            let written = calls.lastIndex(where: {
                $0.hasPrefix("write") && $0.hasSuffix(".manifest")
            }), let end = calls.lastIndex(of: "unlink store/manifest.new")
        else { return 0..<0 }
        return written + 1..<max(end, written + 1)
    }

    /// Whether the failure of this call closes the writer: that of a sync in a commit does, with the
    /// close of what is synced and the open of a directory for it.
    func poisons(_ calls: [String], _ index: Int) -> Bool {
        guard act != .collection else { return false }
        let syncs = Self.syncs(calls)
        if syncs.contains(index) { return true }
        let last = ["open store", "sync store", "close store"]
        return index >= syncs.upperBound && last.contains(calls[index])
    }

    struct Place {
        let directory: TemporaryDirectory
        let act: FaultAct

        var path: String { directory.file("store") }

        func open() throws -> GraphStore {
            if act == .recovery { return try GraphStore.openDamaged(path) }
            var options = StoreOptions()
            options.compactsAutomatically = false
            if act == .spilling { options.memoryBudget = 1 }
            return try GraphStore.open(path, schema: RandomRows.schema, options: options)
        }

        func plan(_ index: Int, _ errno: Int32) -> Faults.Plan {
            Faults.Plan(pathPrefix: directory.path, index: index, errno: errno)
        }

        func writeOn(_ store: GraphStore) throws {
            try store.write { try RandomRows.perform(RandomRows.batch(9), in: $0) }
        }

        /// Through a fresh handle. With no model the store must be damaged.
        func differences(_ model: ModelStore?) throws -> [String] {
            do {
                let snapshot = try GraphStore.open(path, schema: RandomRows.schema).snapshot()
                guard let model else { return ["the damage is gone"] }
                if snapshot.generation == 0, model.relations.allSatisfy({ $0.rows.isEmpty }) {
                    return []
                }
                return try TestSupport.differences(snapshot, model)
            } catch let error as StoreError where model == nil && error.code == .corrupted {
                return []
            }
        }

        /// Files that no generation needs.
        func litter(_ setting: FaultSetting) throws -> [String] {
            let store = try open()
            var needed = Set(["manifest", "lock", "segments"])
            if act == .recovery {
                return try Directory.names(in: path).filter { !needed.contains($0) }
            }
            for generation in try store.history().map(\.generation) {
                needed.insert(Layout.manifest(generation))
                guard let snapshot = try? store.snapshot(at: generation) else { continue }
                for segment in snapshot.core.manifest.segments {
                    needed.insert(Layout.segment(segment.id))
                }
            }
            guard try Directory.kind(of: path) == .directory else { return [] }
            var names = try Directory.names(in: path)
            if try Directory.kind(of: "\(path)/segments") == .directory {
                names += try Directory.names(in: "\(path)/segments").map { "segments/\($0)" }
            }
            // A gc that failed half-way leaves segments for the next.
            if act == .collection { names.removeAll { $0.hasSuffix(Layout.segmentSuffix) } }
            return names.filter { !needed.contains($0) }
        }
    }
}
