// SPDX-License-Identifier: Apache-2.0
//
// The manifest on disk, and the one function that makes a commit.

import Codec
import Platform

struct ManifestFile {
    let storage: any Storage
    /// What was read last: mostly the manifest is still the same, and nearly always its schema.
    private let last = Locked<(bytes: [UInt8], manifest: Manifest)?>(nil)

    init(storage: any Storage) { self.storage = storage }

    /// The current manifest; nil if the store is empty. Damage is an error that names the newest
    /// generation that is whole; going back to it is the caller's decision.
    func current() throws(StoreError) -> Manifest? {
        guard let bytes = try storage.read(Layout.manifest, limit: Manifest.byteLimit) else {
            // It is made with the store, before the first generation, and cannot vanish by itself.
            guard try hasSegments() else { return nil }
            // Both may have come between the two looks.
            if try storage.read(Layout.manifest, limit: Manifest.byteLimit) != nil {
                return try current()
            }
            throw damaged(
                StoreError.corrupted("the manifest is missing", in: name(Layout.manifest)))
        }
        do throws(StoreError) {
            return try decode(bytes, Layout.manifest)
        } catch {
            throw error.code == .corrupted ? damaged(error) : error
        }
    }

    private func damaged(_ error: StoreError) -> StoreError {
        // A pack has no other generation to go back to.
        if storage.isReadOnly { return error }
        var good: UInt64?
        for generation in ((try? generations()) ?? []).reversed() where good == nil {
            if (try? read(generation)) != nil { good = generation }
        }
        let advice =
            good.map {
                "; the newest whole generation is \($0): read it with --at \($0), or go back with 'segstore recover'"
            }
            ?? "; no earlier generation is whole"
        var result = StoreError(error.code, error.message + advice, path: error.path)
        result.byteOffset = error.byteOffset
        return result
    }

    private func name(_ name: String) -> String { "\(storage.path)/\(name)" }

    private func decode(_ bytes: [UInt8], _ file: String) throws(StoreError) -> Manifest {
        let last = last.withLock { $0 }
        if let last, last.bytes == bytes { return last.manifest }
        let manifest = try bytes.withUnsafeBufferPointer { bytes throws(StoreError) in
            try Manifest.decode(
                UnsafeRawBufferPointer(bytes), path: name(file), schema: last?.manifest.schema)
        }
        self.last.withLock { $0 = (bytes, manifest) }
        return manifest
    }

    /// The manifest of an earlier generation; nil if it was dropped or never was.
    func read(_ generation: UInt64) throws(StoreError) -> Manifest? {
        let file = Layout.manifest(generation)
        guard let bytes = try storage.read(file, limit: Manifest.byteLimit) else { return nil }
        let manifest = try decode(bytes, file)
        guard manifest.generation == generation else {
            throw .corrupted("holds generation \(manifest.generation)", in: name(file))
        }
        return manifest
    }

    /// The manifests of these generations, given oldest first, newest first. One that is damaged is
    /// an error, unless the store went back from it since: a recovery leaves it behind.
    func read(all generations: [UInt64]) throws(StoreError) -> [Manifest] {
        var manifests: [Manifest] = []
        var abandoned: [Range<UInt64>] = []
        for generation in generations.reversed() {
            do throws(StoreError) {
                guard let manifest = try read(generation) else { continue }
                manifests.append(manifest)
                if manifest.kind == .recovery, manifest.parent < generation {
                    abandoned.append(manifest.parent + 1..<generation)
                }
            } catch {
                guard error.code == .corrupted,
                    abandoned.contains(where: { $0.contains(generation) })
                else {
                    throw error
                }
            }
        }
        return manifests
    }

    /// Whether there is anything that a manifest must have come before.
    private func hasSegments() throws(StoreError) -> Bool {
        if try !generations().isEmpty { return true }
        do throws(StoreError) {
            return try storage.list(Layout.segments).contains {
                Layout.number(in: $0, suffix: Layout.segmentSuffix) != nil
            }
        } catch {
            if error.errno == 2 { return false }
            throw error
        }
    }

    /// Generations that have a manifest, oldest first. May include one that was never committed.
    func generations() throws(StoreError) -> [UInt64] {
        var numbers: [UInt64] = []
        do throws(StoreError) {
            for name in try storage.list(Layout.segments) {
                if let number = Layout.number(in: name, suffix: Layout.manifestSuffix) {
                    numbers.append(number)
                }
            }
        } catch {
            if error.errno == 2 { return [] }
            throw error
        }
        return numbers.sorted()
    }

    /// Makes a store where there is none: a manifest without a generation, durable before anything
    /// with a number is there. So what has numbers and no manifest is damaged, and a first commit
    /// that was cut short leaves a store without a commit.
    func create() throws(StoreError) {
        let manifest = Manifest(schema: StoredSchema(Schema([])))
        var name = Layout.stagedManifest
        do throws(StoreError) {
            try storage.remove(name)
            let file = try storage.create(name)
            let encoded = manifest.encode()
            try file.write(encoded.bytes, at: 0)
            withExtendedLifetime(encoded) {}
            try file.sync()
            try file.close()
            try storage.rename(name, to: Layout.manifest)
            name = Layout.manifest
            try storage.sync(directory: "")
        } catch {
            // Or the next attempt would take for durable what may be lost.
            try? storage.remove(name)
            throw error
        }
    }

    /// What happened on the way to a commit that failed.
    struct Failure: Error {
        let error: StoreError
        /// A sync failed: what the disk holds is not known any more.
        let isSync: Bool
        /// The rename was done: readers see the commit, though it may not outlast a power failure.
        let isPublished: Bool
    }

    /// Makes `manifest` the current one. The order, and the reason for each step:
    ///
    /// 1. The manifest is written under its generation's name, which no reader looks for yet.
    /// 2. The segment, the manifest and the directory of both are synced, so that the name
    ///    `manifest` never stands for bytes or names that may be lost. In any order, side by side:
    ///    until the next step nothing refers to any of them.
    /// 3. The manifest gets a second name, which is renamed to `manifest`: **the commit**. Readers
    ///    see all of it or nothing, for a rename is atomic.
    /// 4. The store's directory is synced. Only now is the commit durable, and reported so.
    func commit(_ manifest: Manifest, segment: SegmentFileWriter?) throws(Failure) {
        func step(sync: Bool, published: Bool = false, _ body: () throws(StoreError) -> Void)
            throws(Failure)
        {
            do throws(StoreError) { try body() } catch {
                throw Failure(error: error, isSync: sync, isPublished: published)
            }
        }
        let own = Layout.manifest(manifest.generation)
        var files = segment?.file.map { [$0] } ?? []
        var bytes: [UInt8] = []
        try step(sync: false) { () throws(StoreError) in
            // Another process may have died at this very commit since this one swept.
            try storage.remove(own)
            let created = try storage.create(own)
            let encoded = manifest.encode()
            try created.write(encoded.bytes, at: 0)
            bytes = Array(encoded.bytes)
            files.append(created)
        }
        try step(sync: true) { () throws(StoreError) in
            try storage.sync(files, directory: Layout.segments)
            for file in files { try file.close() }
        }
        try step(sync: false) { () throws(StoreError) in
            try storage.remove(Layout.stagedManifest)
            try storage.link(own, as: Layout.stagedManifest)
            try storage.rename(Layout.stagedManifest, to: Layout.manifest)
            last.withLock { $0 = (bytes, manifest) }
        }
        try step(sync: true, published: true) { () throws(StoreError) in
            try storage.sync(directory: "")
        }
    }

    /// Removes the manifest of a commit that failed; false if the commit is there after all, or may
    /// be: over a network, a rename can be done and its answer lost.
    func withdraw(_ generation: UInt64) -> Bool {
        do throws(StoreError) {
            if try current()?.generation == generation { return false }
        } catch {
            if error.code != .corrupted { return false }
        }
        try? storage.remove(Layout.manifest(generation))
        try? storage.remove(Layout.stagedManifest)
        return true
    }

    /// Removes what a writer left that died on its way: only the holder of the lock may.
    ///
    /// Numbers only grow, so whatever is numbered beyond the current manifest was never committed.
    func sweep(after current: Manifest?) throws(StoreError) {
        for name in try storage.list(Layout.segments) {
            let isOrphan: Bool
            if let generation = Layout.number(in: name, suffix: Layout.manifestSuffix) {
                isOrphan = generation > current?.generation ?? 0
            } else if let id = Layout.number(in: name, suffix: Layout.segmentSuffix) {
                isOrphan = id >= current?.nextSegmentID ?? 1
            } else {
                isOrphan = name.hasPrefix(Layout.scratchPrefix)
            }
            if isOrphan { try storage.remove("\(Layout.segments)/\(name)") }
        }
        try storage.remove(Layout.stagedManifest)
    }
}
