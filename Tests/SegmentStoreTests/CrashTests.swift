// SPDX-License-Identifier: Apache-2.0
import Platform
import SegmentStore
import TestSupport
import Testing

/// Every commit is stopped after each of its operations; then the process is gone, or the machine
/// with what was not synced. The store must be as before or as after, and go on.
@Suite struct CrashTests {
    static let losses: [CrashStorage.Loss] =
        [.everything] + CrashStorage.Loss.Bytes.allCases.map { .namesKept($0) }
        + (1...(isLong ? 40 : 3)).map { .random(seed: UInt64($0)) }

    @Test(arguments: Scenario.all)
    func aStopAnywhereLeavesTheStateBeforeOrAfter(scenario: Scenario) throws {
        let setting = try scenario.prepare()
        var stop = 0
        var isDone = false
        while !isDone {
            let storage = setting.base.afterKill()
            let store = try scenario.open(storage)
            storage.stop(after: stop)
            do {
                try scenario.act(store)
                isDone = true
                if scenario == .spillingWrite {
                    #expect(
                        storage.log.contains { $0.hasPrefix("write segments/scratch") },
                        "nothing spilled")
                }
            } catch let error as StoreError {
                #expect(storage.isStopped, "\(scenario) fails by itself: \(error)")
                guard storage.isStopped else { return }
            }
            let place = "\(scenario), stopped after \(stop) (\(storage.log.last ?? "nothing"))"
            #expect(storage.violations == [], "\(place)")
            let crash = Crash(setting, scenario, storage, isDone: isDone, place: place)
            try crash.check(storage.afterKill(), "killed", isKill: true)
            try Self.forEachLoss(of: storage) { try crash.check($0, $1, isKill: false) }
            stop += sampling
        }
        #expect(stop > scenario.leastOperations, "\(scenario) has only \(stop - 1) operations")
    }

    @Test func aCommitWhoseRenameIsReportedAsFailedIsThereOrNot() throws {
        // A rename over a network may be done although its answer is lost.
        var random = SeededGenerator(seed: 5)
        let first = RandomRows.operations(&random, size: 30, keys: 20)
        let second = RandomRows.operations(&random, size: 30, keys: 20)
        let third = RandomRows.operations(&random, size: 30, keys: 20)
        let storage = OddStorage()
        let store = try GraphStore(storage, schema: RandomRows.schema, options: Scenario.options)
        try store.write { try RandomRows.perform(first, in: $0) }
        var model = ModelStore(RandomRows.schema)
        model.apply(first)
        storage.lies = true
        #expect(throws: StoreError.self) {
            try store.write { try RandomRows.perform(second, in: $0) }
        }
        storage.lies = false
        model.apply(second)
        let fresh = try GraphStore(storage, schema: RandomRows.schema, options: Scenario.options)
        #expect(try differences(fresh.snapshot(), model) == [])
        try store.write { try RandomRows.perform(third, in: $0) }
        model.apply(third)
        #expect(try differences(fresh.snapshot(), model) == [])
        #expect(try differences(store.snapshot(), model) == [])
    }

    @Test func aReaderThatMeetsTheFirstCommitsFindsNoDamage() throws {
        let storage = OddStorage()
        let writer = try GraphStore(storage, schema: RandomRows.schema, options: Scenario.options)
        var failure: (any Error)?
        storage.beforeList = {
            // Between a reader's look for the manifest and its look for what there was before.
            storage.beforeList = {}
            do {
                for number in 1...2 {
                    try writer.write { try RandomRows.perform(RandomRows.batch(number), in: $0) }
                }
            } catch { failure = error }
        }
        #expect(try GraphStore(storage, schema: nil).snapshot().generation == 2)
        #expect(failure == nil)
    }

    @Test func whatWasNeverCommittedCannotBeReadAsAnEarlierGeneration() throws {
        let scenario = Scenario.write
        let setting = try scenario.prepare()
        let storage = setting.base.afterKill()
        let store = try scenario.open(storage)
        storage.stop(after: try Self.operations(scenario, setting, before: "link segments/"))
        #expect(throws: StoreError.self) { try scenario.act(store) }
        let found = try scenario.open(storage.afterKill())
        let next = setting.generation + 1
        #expect(try found.snapshot().generation == setting.generation)
        #expect(try !found.history().map(\.generation).contains(next))
        #expect { try found.snapshot(at: next) } throws: { ($0 as? StoreError)?.code == .notFound }
        #expect { try found.snapshot(label: "act") } throws: {
            ($0 as? StoreError)?.code == .notFound
        }
    }

    /// Calls `body` with what is found after each loss, and the loss; many come to the same.
    static func forEachLoss(of storage: CrashStorage, _ body: (CrashStorage, String) throws -> Void)
        rethrows
    {
        var seen = Set<Int>()
        for loss in losses {
            let found = storage.afterPowerLoss(loss)
            if seen.insert(found.fingerprint).inserted { try body(found, "\(loss)") }
        }
    }

    /// How many operations of the scenario come before the first that begins with `text`.
    static func operations(_ scenario: Scenario, _ setting: Setting, before text: String) throws
        -> Int
    {
        let storage = setting.base.afterKill()
        let store = try scenario.open(storage)
        storage.stop(after: .max)
        try scenario.act(store)
        return try #require(storage.log.firstIndex { $0.hasPrefix(text) })
    }
}

// MARK: - What is stopped

/// Something that changes a store.
enum Scenario: String, CaseIterable, CustomStringConvertible, Sendable {
    case firstWrite, write, writeAfterCrash, spillingWrite, compaction, collection, recovery

    static let all = allCases
    var description: String { rawValue }

    static var options: StoreOptions {
        var options = StoreOptions()
        options.compactsAutomatically = false
        return options
    }

    /// So that no scenario becomes empty unseen.
    var leastOperations: Int {
        switch self {
        case .collection: 10
        case .recovery: 8
        case .compaction: 12
        default: 16
        }
    }

    func open(_ storage: CrashStorage) throws -> GraphStore {
        if self == .recovery { return try GraphStore(unchecked: storage) }
        var options = Self.options
        if self == .spillingWrite { options.memoryBudget = 1 }
        return try GraphStore(storage, schema: RandomRows.schema, options: options)
    }

    /// Enough bytes of keys and texts that they do not stay in memory.
    private static let largeOperations: [ModelStore.Operation] = {
        var random = SeededGenerator(seed: 77)
        return (0..<20).map { number in
            var row = RandomRows.item(&random, keys: 20)
            let noise = String(
                decoding: (0..<30_000).map { _ in 33 + UInt8(truncatingIfNeeded: random.next() % 90)
                }, as: UTF8.self)
            row[0] = .string("\(number)/\(noise)")
            return .append(relation: 0, row: row)
        }
    }()

    var operations: [ModelStore.Operation] {
        switch self {
        case .firstWrite, .write, .writeAfterCrash: RandomRows.batch(10)
        case .spillingWrite: Self.largeOperations
        case .compaction, .collection, .recovery: []
        }
    }

    var nextOperations: [ModelStore.Operation] { RandomRows.batch(11) }

    func act(_ store: GraphStore) throws {
        switch self {
        case .compaction: try store.compact()
        case .collection: try store.collectGarbage(keep: 1)
        case .recovery: try store.recover(to: Setting.batchCount - 1)
        default: try store.write(label: "act") { try RandomRows.perform(operations, in: $0) }
        }
    }

    func prepare() throws -> Setting {
        let storage = CrashStorage()
        var setting = Setting(base: storage)
        if self == .firstWrite {
            setting.expect(operations)
            return setting
        }
        let store = try GraphStore(storage, schema: RandomRows.schema, options: Self.options)
        for number in 1...Setting.batchCount {
            let operations = RandomRows.batch(Int(number))
            let receipt = try store.write(label: "\(number)") {
                try RandomRows.perform(operations, in: $0)
            }
            setting.before?.apply(operations)
            setting.states[receipt.generation] = setting.before
        }
        setting.generation = Setting.batchCount
        switch self {
        case .writeAfterCrash:
            // A writer died just before its rename, another one with a file in its hands.
            let dying = setting.base.afterKill()
            let store = try GraphStore(dying, schema: RandomRows.schema, options: Self.options)
            dying.stop(after: .max)
            try store.write { try RandomRows.perform(RandomRows.batch(12), in: $0) }
            let rename = try #require(dying.log.firstIndex { $0.hasPrefix("rename") })
            setting.base = setting.base.afterKill()
            let again = try GraphStore(
                setting.base, schema: RandomRows.schema, options: Self.options)
            setting.base.stop(after: rename)
            #expect(throws: StoreError.self) {
                try again.write { try RandomRows.perform(RandomRows.batch(12), in: $0) }
            }
            setting.base = setting.base.afterKill()
            _ = try setting.base.create("segments/scratch-1-1")
            _ = try setting.base.create("segments/000099.seg")
        case .collection:
            setting.generation = try store.compact().generation
            setting.states[setting.generation] = setting.before
        case .recovery:
            storage.damage("manifest", at: 40)
            setting.before = nil
        default: break
        }
        setting.expect(operations)
        if self == .recovery {
            setting.after = setting.states[Setting.batchCount - 1] ?? setting.after
            setting.states[Setting.batchCount] = nil
        }
        return setting
    }
}

/// A store before a scenario, and what it must hold before and after.
struct Setting {
    static let batchCount: UInt64 = 4

    var base: CrashStorage
    /// Nil if the store cannot be read then.
    var before: ModelStore? = ModelStore(RandomRows.schema)
    var after = ModelStore(RandomRows.schema)
    var generation: UInt64 = 0
    /// By generation.
    var states: [UInt64: ModelStore] = [:]

    init(base: CrashStorage) { self.base = base }

    mutating func expect(_ operations: [ModelStore.Operation]) {
        after = before ?? after
        after.apply(operations)
    }
}

// MARK: - What is found

/// A stopped scenario, and what may be found after it.
private struct Crash {
    let setting: Setting
    let scenario: Scenario
    let place: String
    let mayBeBefore: Bool
    let mayBeAfter: Bool

    init(
        _ setting: Setting, _ scenario: Scenario, _ storage: CrashStorage, isDone: Bool,
        place: String
    ) {
        self.setting = setting
        self.scenario = scenario
        self.place = place
        if scenario == .collection {
            mayBeBefore = true
            mayBeAfter = true
        } else {
            mayBeBefore = !isDone
            // Before the rename nothing can be visible.
            mayBeAfter = storage.log.contains { $0.hasPrefix("rename manifest.new") }
        }
    }

    func check(_ storage: CrashStorage, _ how: String, isKill: Bool) throws {
        let place = "\(place), \(how)"
        let found = try read(storage, place, seesHistory: isKill || scenario == .collection)
        // After a kill, what comes next may build on names that no one synced.
        if isKill { try checkCollection(storage.afterKill(), found, place) }
        try checkNextWrite(storage, found, place)
    }

    private var isDamaged: Bool { setting.before == nil }

    /// What a reader finds; it must not change a thing. Nil if the store is damaged, and may be.
    private func read(_ storage: CrashStorage, _ place: String, seesHistory: Bool) throws
        -> ModelStore?
    {
        let names = storage.names
        storage.stop(after: .max)
        defer {
            #expect(storage.names == names, "\(place): a reader changed names")
            #expect(storage.log == [], "\(place): a reader changed something")
        }
        var options = StoreOptions()
        options.mode = .readOnly
        let store: GraphStore
        do {
            store = try GraphStore(storage, schema: nil, options: options)
        } catch {
            #expect(isDamaged && mayBeBefore && error.code == .corrupted, "\(place): \(error)")
            return nil
        }
        let snapshot = try store.snapshot()
        let isAfter = snapshot.generation > setting.generation
        #expect(isAfter ? mayBeAfter : mayBeBefore, "\(place): generation \(snapshot.generation)")
        if isDamaged { #expect(isAfter, "\(place): damage is gone") }
        let expected = isAfter ? setting.after : setting.before ?? setting.after
        if snapshot.generation > 0 {
            #expect(try differences(snapshot, expected) == [], "\(place)")
        }
        if seesHistory { try checkHistory(store, place) }
        // Garbage is what a check could take for damage.
        if !isDamaged, scenario == .collection || place.hasSuffix("garbage") {
            let report = try store.verify(allGenerations: true)
            #expect(report.isSound, "\(place): \(report.problems)")
        }
        return expected
    }

    /// A generation that is there can be read; only a gc takes one away.
    private func checkHistory(_ store: GraphStore, _ place: String) throws {
        let history = try store.history().map(\.generation)
        for (generation, state) in setting.states {
            guard history.contains(generation) else {
                let mayBeDropped = scenario == .collection && generation < setting.generation
                #expect(mayBeDropped, "\(place): no generation \(generation)")
                continue
            }
            let snapshot = try store.snapshot(at: generation)
            #expect(try differences(snapshot, state) == [], "\(place), at \(generation)")
        }
    }

    private func checkNextWrite(_ storage: CrashStorage, _ found: ModelStore?, _ place: String)
        throws
    {
        if found == nil { try GraphStore(unchecked: storage).recover(to: Setting.batchCount - 1) }
        var state = found ?? setting.after
        let store = try GraphStore(storage, schema: RandomRows.schema, options: Scenario.options)
        let operations = scenario.nextOperations
        try store.write(label: "next") { try RandomRows.perform(operations, in: $0) }
        state.apply(operations)
        #expect(try differences(store.snapshot(), state) == [], "\(place), then a write")
        #expect(storage.violations == [], "\(place), then a write")
        try checkNames(storage, store, place)
        // The write is durable, whatever was not before it.
        let reopened = try GraphStore(storage.afterPowerLoss(.everything), schema: nil)
        #expect(
            try differences(reopened.snapshot(), state) == [],
            "\(place), then a write and a power loss")
    }

    private func checkCollection(_ storage: CrashStorage, _ found: ModelStore?, _ place: String)
        throws
    {
        guard found != nil, setting.generation > 0 else { return }
        let store = try GraphStore(storage, schema: nil, options: Scenario.options)
        try store.collectGarbage(keep: 1)
        try CrashTests.forEachLoss(of: storage) { remains, loss in
            let reopened = try GraphStore(remains, schema: nil)
            let snapshot = try reopened.snapshot()
            let isAfter = snapshot.generation > setting.generation
            let expected = isAfter ? setting.after : setting.before ?? setting.after
            #expect(try differences(snapshot, expected) == [], "\(place), then a gc, \(loss)")
        }
    }

    /// Nothing is left that no generation needs.
    private func checkNames(_ storage: CrashStorage, _ store: GraphStore, _ place: String) throws {
        let generations = try store.history().map(\.generation)
        var needed = Set(["manifest"])
        for generation in generations {
            needed.insert(Layout.manifest(generation))
            guard let snapshot = try? store.snapshot(at: generation) else { continue }
            for segment in snapshot.core.manifest.segments {
                needed.insert(Layout.segment(segment.id))
            }
        }
        var litter = Set(storage.names).subtracting(needed)
        // A gc that was stopped leaves segments for the next one.
        if scenario == .collection {
            litter = litter.filter { !$0.hasSuffix(Layout.segmentSuffix) }
        }
        // What is damaged is left for whoever wants to look into it.
        if scenario == .recovery { litter = litter.filter { !$0.hasPrefix("segments/0") } }
        #expect(litter == [], "\(place), then a write: litter")
    }
}

/// A memory storage whose renames can be done and yet reported as failed, and that can do something
/// while a reader is looking.
private final class OddStorage: Storage, @unchecked Sendable {
    // Sendable: one thread uses it.
    private let memory = MemoryStorage()
    var lies = false
    var beforeList: () -> Void = {}

    var path: String { memory.path }
    var isReadOnly: Bool { false }
    func prepare() throws(StoreError) { try memory.prepare() }
    func read(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
        try memory.read(name, limit: limit)
    }
    func map(_ name: String, byteCount: Int) throws(StoreError) -> MappedMemory? {
        try memory.map(name, byteCount: byteCount)
    }
    func create(_ name: String) throws(StoreError) -> any StorageFile { try memory.create(name) }
    func scratch() throws(StoreError) -> any StorageFile { try memory.scratch() }
    func link(_ name: String, as other: String) throws(StoreError) {
        try memory.link(name, as: other)
    }
    func rename(_ name: String, to other: String) throws(StoreError) {
        try memory.rename(name, to: other)
        if lies { throw StoreError(.io, "the answer was lost") }
    }
    func remove(_ name: String) throws(StoreError) { try memory.remove(name) }
    func list(_ directory: String) throws(StoreError) -> [String] {
        beforeList()
        return try memory.list(directory)
    }
    func sync(directory: String) throws(StoreError) { try memory.sync(directory: directory) }
    func lock() throws(StoreError) -> any StorageLock { try memory.lock() }
}
