// SPDX-License-Identifier: Apache-2.0
import Foundation
import Platform
import SegmentStore
import TestSupport
import Testing

/// Random operations on a store and on a plain model of it. A failure prints the seed; run it again
/// with SEGSTORE_SEED, and longer with SEGSTORE_STEPS.
@Suite struct ModelTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// Optimised code gets through four times as many in the same time.
    private static var defaultSeeds: [UInt64] {
        #if DEBUG
            Array(1...10)
        #else
            Array(1...40)
        #endif
    }
    static let seeds =
        environment["SEGSTORE_SEED"].flatMap(UInt64.init).map { [$0] } ?? defaultSeeds
    static let steps = environment["SEGSTORE_STEPS"].flatMap(Int.init) ?? 120

    @Test(arguments: seeds)
    func aStoreHoldsWhatItsModelHolds(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let directory = try TemporaryDirectory()
        let onDisk = seed % 2 == 0
        let memory = MemoryStorage()
        var options = StoreOptions()
        options.memoryBudget = seed % 3 == 0 ? 64 << 10 : 16 << 20
        options.compactsAutomatically = seed % 5 == 0
        func open() throws -> GraphStore {
            let storage: any Storage = onDisk ? DiskStorage(directory.file("store")) : memory
            return try GraphStore(storage, schema: RandomRows.schema, options: options)
        }
        var store = try open()
        var model = ModelStore(RandomRows.schema)
        var held: [(Snapshot, ModelStore)] = []
        var generations: [UInt64: ModelStore] = [:]
        let keys = random.pick([20, 200, 2000])

        for step in 0..<Self.steps {
            let place = "seed \(seed), step \(step)"
            switch random.below(20) {
            case 0...12:
                let operations = RandomRows.operations(
                    &random, size: random.pick([2, 30, 400]), keys: keys)
                let receipt = try store.write(label: "step \(step)") {
                    try RandomRows.perform(operations, in: $0)
                }
                model.apply(operations)
                generations[receipt.generation] = model
            case 13:
                // A write that fails leaves nothing.
                struct Change: Error {}
                let operations = RandomRows.operations(&random, size: 200, keys: keys)
                #expect(throws: Change.self, "\(place)") {
                    try store.write { batch in
                        try RandomRows.perform(operations, in: batch)
                        throw Change()
                    }
                }
            case 14:
                // What the old handle still merges holds the lock.
                store.waitForBackgroundWork()
                store = try open()
            case 15, 16:
                let receipt = try store.compact()
                generations[receipt.generation] = model
                #expect(receipt.segmentCount <= 1, "\(place)")
            case 17:
                store.waitForBackgroundWork()
                let receipt = try store.collectGarbage(keep: 1 + random.below(4))
                for generation in receipt.droppedGenerations { generations[generation] = nil }
            case 18:
                held.append((try store.snapshot(), model))
                if held.count > 4 { held.removeFirst() }
            default:
                store.waitForBackgroundWork()
                let known = try store.history().filter { $0.kind == .write }.map(\.generation)
                guard !known.isEmpty else { continue }
                let generation = random.pick(known)
                guard let old = generations[generation] else { continue }
                #expect(
                    try differences(try store.snapshot(at: generation), old) == [],
                    "\(place), at \(generation)")
            }
            if step % 4 == 0 || step == Self.steps - 1 {
                let missing = (0..<20).map { _ in
                    [Value.string(RandomRows.key(&random, among: keys * 2))]
                }
                #expect(
                    try differences(try store.snapshot(), model, probing: missing) == [], "\(place)"
                )
            }
        }
        store.waitForBackgroundWork()
        for (snapshot, old) in held {
            #expect(
                try differences(snapshot, old) == [],
                "seed \(seed), a held snapshot of \(snapshot.generation)")
        }
    }
}
