// SPDX-License-Identifier: Apache-2.0
import Platform
import SegmentStore

/// A place for a store that stops after its n-th operation and can then lose its power.
///
/// It keeps two images. What is written goes to the live one. A file's bytes reach the durable one
/// when the file is synced, a name when its directory is; neither brings the other along.
package final class CrashStorage: Storage {
    package enum Operation: String, Sendable {
        case makeDirectory, create, write, sync, close, link, rename, remove, syncDirectory
    }

    /// A file's bytes, whatever its names.
    fileprivate final class Node {
        var durable: [UInt8] = []
        var live: [UInt8] = []
        /// Written since the last sync, in that order.
        var pending: [(offset: Int, bytes: [UInt8])] = []
        var isSynced = false
        var isScratch = false
    }

    /// `names` has the files of each directory that exists.
    fileprivate struct Image {
        var names: [String: [String: Node]] = [:]
    }

    private struct State {
        var live = Image()
        var durable = Image()
        var isLocked = false
        var count = 0
        var limit = Int.max
        var log: [String] = []
        var violations: [String] = []
    }

    /// `@unchecked Sendable`: everything in it is reached through `state` only.
    private struct Guarded: @unchecked Sendable { var value = State() }
    private let state = Locked(Guarded())

    package let path = "(crash)"
    package var isReadOnly: Bool { false }

    package init() {}

    // MARK: - What the tests do

    /// The storage lets `operations` more pass, does the last of them, and then fails all that is asked.
    package func stop(after operations: Int) {
        locked { state in
            state.limit = operations
            state.count = 0
            state.log = []
        }
    }

    package var isStopped: Bool { locked { $0.count >= $0.limit } }
    /// The operations since `stop`.
    package var log: [String] { locked { $0.log } }
    /// Operations that break the rules of a store's files.
    package var violations: [String] { locked { $0.violations } }

    /// The names in the store's directory and below, without the lock.
    package var names: [String] {
        locked { state in
            state.live.names.flatMap { directory, names in
                names.keys.map { directory.isEmpty ? $0 : "\(directory)/\($0)" }
            }.sorted()
        }
    }

    package func bytes(_ name: String) -> [UInt8]? { locked { $0.live.node(name)?.live } }

    /// The same for storages that hold the same, now and after any loss.
    package var fingerprint: Int {
        locked { state in
            var hasher = Hasher()
            for image in [state.live, state.durable] {
                for (directory, files) in image.names.sorted(by: { $0.key < $1.key }) {
                    hasher.combine(directory)
                    for (name, node) in files.sorted(by: { $0.key < $1.key }) {
                        hasher.combine(name)
                        node.live.withUnsafeBytes { hasher.combine(bytes: $0) }
                        node.durable.withUnsafeBytes { hasher.combine(bytes: $0) }
                        hasher.combine(node.pending.count)
                    }
                }
            }
            return hasher.finalize()
        }
    }

    /// Changes a byte of a durable file, as a bad medium would.
    package func damage(_ name: String, at offset: Int) {
        locked { state in
            guard let node = state.live.node(name) else { return }
            node.live[offset] ^= 0xff
            node.durable = node.live
        }
    }

    /// The process was killed, the machine goes on: the live image as it is, nothing more durable.
    package func afterKill() -> CrashStorage {
        let copy = CrashStorage()
        locked { state in
            var copies: [ObjectIdentifier: Node] = [:]
            let live = state.live.copy { Self.copy($0, &copies) }
            let durable = state.durable.copy { Self.copy($0, &copies) }
            let violations = state.violations
            copy.locked { other in
                other.live = live
                other.durable = durable
                other.violations = violations
            }
        }
        return copy
    }

    private static func copy(_ node: Node, _ copies: inout [ObjectIdentifier: Node]) -> Node {
        if let known = copies[ObjectIdentifier(node)] { return known }
        let copy = Node()
        copy.durable = node.durable
        copy.live = node.live
        copy.pending = node.pending
        copy.isSynced = node.isSynced
        copies[ObjectIdentifier(node)] = copy
        return copy
    }

    /// What becomes of what was not synced.
    package enum Loss: Sendable, Hashable, CustomStringConvertible {
        case everything
        /// Every name is there; the bytes behind it are as named.
        case namesKept(Bytes)
        case random(seed: UInt64)

        package enum Bytes: Sendable, CaseIterable { case kept, lost, zeros, garbage, cut, longer }

        package var description: String {
            switch self {
            case .everything: "all unsynced lost"
            case .namesKept(let bytes): "names kept, bytes \(bytes)"
            case .random(let seed): "loss \(seed)"
            }
        }
    }

    /// The power was lost: what is found when it is back.
    package func afterPowerLoss(_ loss: Loss) -> CrashStorage {
        var random = SeededGenerator(seed: 0)
        if case .random(let seed) = loss { random = SeededGenerator(seed: seed) }
        let copy = CrashStorage()
        locked { state in
            var found = Image()
            for directory in Set(state.live.names.keys).union(state.durable.names.keys).sorted() {
                guard let durable = state.durable.names[directory] else {
                    // A directory whose own name was not synced.
                    if loss.keeps(&random), directory.isEmpty || found.names[""] != nil {
                        found.names[directory] = Self.merge(
                            [:], state.live.names[directory] ?? [:], loss, &random)
                    }
                    continue
                }
                found.names[directory] = Self.merge(
                    durable, state.live.names[directory] ?? [:], loss, &random)
            }
            var survivors: [ObjectIdentifier: Node] = [:]
            let image = found.copy { node in
                if let known = survivors[ObjectIdentifier(node)] { return known }
                let survivor = Node()
                survivor.durable = Self.survive(node, loss, &random)
                survivor.live = survivor.durable
                survivor.isSynced = true
                survivors[ObjectIdentifier(node)] = survivor
                return survivor
            }
            let violations = state.violations
            copy.locked { other in
                other.live = image
                other.durable = image
                other.violations = violations
            }
        }
        return copy
    }

    private static func merge(
        _ durable: [String: Node], _ live: [String: Node], _ loss: Loss,
        _ random: inout SeededGenerator
    ) -> [String: Node] {
        var result = durable
        for name in Set(durable.keys).union(live.keys).sorted() where durable[name] !== live[name] {
            if loss.keeps(&random) { result[name] = live[name] }
        }
        return result
    }

    private static func survive(_ node: Node, _ loss: Loss, _ random: inout SeededGenerator)
        -> [UInt8]
    {
        guard !node.pending.isEmpty else { return node.durable }
        switch loss {
        case .everything: return node.durable
        case .namesKept(.lost): return node.durable
        case .namesKept(.kept): return node.live
        case .namesKept(.zeros): return filled(node) { _ in 0 }
        case .namesKept(.garbage):
            return filled(node) { UInt8(truncatingIfNeeded: $0 &* 0x9e37_79b9 >> 7) }
        case .namesKept(.cut):
            return Array(
                node.live.prefix(node.durable.count + (node.live.count - node.durable.count) / 2))
        case .namesKept(.longer):
            return node.live + [UInt8](repeating: 0, count: 4096 - node.live.count % 4096)
        case .random: return torn(node, &random)
        }
    }

    private static func filled(_ node: Node, _ byte: (Int) -> UInt8) -> [UInt8] {
        var bytes = node.live
        for write in node.pending {
            for i in write.offset..<write.offset + write.bytes.count where i < bytes.count {
                bytes[i] = byte(i)
            }
        }
        return bytes
    }

    /// Each write arrived, did not, or did in part; the size may be any that the file had.
    private static func torn(_ node: Node, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = node.durable
        for write in node.pending where !random.chance(3) {
            let count = random.chance(2) ? write.bytes.count : random.below(write.bytes.count + 1)
            let end = write.offset + write.bytes.count
            if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
            let isGarbage = random.chance(4)
            for i in 0..<count {
                bytes[write.offset + i] =
                    isGarbage ? UInt8(truncatingIfNeeded: random.next()) : write.bytes[i]
            }
        }
        switch random.below(4) {
        case 0: return Array(bytes.prefix(max(node.durable.count, random.below(bytes.count + 1))))
        case 1:
            return bytes
                + [UInt8](repeating: random.chance(2) ? 0 : 0xa5, count: random.below(5000))
        default: return bytes
        }
    }

    // MARK: - Storage

    package func prepare() throws(StoreError) {
        // As `DiskStorage` does it; `FaultTests` check that one's calls.
        for directory in ["", Self.segments] where locked({ $0.live.names[directory] == nil }) {
            try perform(.makeDirectory, directory) { $0.live.names[directory] = [:] }
        }
        guard locked({ $0.live.node("manifest") == nil }) else { return }
        try perform(.syncDirectory, "parent") { state in
            if state.durable.names[""] == nil { state.durable.names[""] = [:] }
        }
        try sync(directory: "")
    }

    package func read(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
        try reachable()
        guard let bytes = locked({ $0.live.node(name)?.live }) else { return nil }
        guard bytes.count <= limit else {
            throw StoreError(.io, "larger than \(limit) bytes", path: name)
        }
        return bytes
    }

    package func map(_ name: String, byteCount: Int) throws(StoreError) -> MappedMemory? {
        guard let bytes = try read(name, limit: .max) else { return nil }
        guard bytes.count == byteCount else {
            var error = StoreError(
                .corrupted, "has \(bytes.count) bytes, not \(byteCount)", path: name)
            error.byteOffset = min(bytes.count, byteCount)
            throw error
        }
        return bytes.withUnsafeBytes { MappedMemory(copying: $0) }
    }

    package func create(_ name: String) throws(StoreError) -> any StorageFile {
        let node = Unchecked(value: Node())
        var isNew = false
        try perform(.create, name) { state in
            isNew = state.live.node(name) == nil && state.live.set(name, node.value)
        }
        guard isNew else { throw StoreError(.io, "exists already", path: name) }
        return CrashFile(self, node, name)
    }

    package func scratch() throws(StoreError) -> any StorageFile {
        let name = "\(Self.segments)/scratch-\(locked { $0.count })"
        let node = Unchecked(value: Node())
        node.value.isScratch = true
        try perform(.create, name) { _ = $0.live.set(name, node.value) }
        try perform(.remove, name) { _ = $0.live.set(name, nil) }
        return CrashFile(self, node, name)
    }

    package func link(_ name: String, as other: String) throws(StoreError) {
        var isDone = false
        try perform(.link, "\(name) \(other)") { state in
            guard let node = state.live.node(name), state.live.node(other) == nil else { return }
            isDone = state.live.set(other, node)
        }
        guard isDone else { throw StoreError(.io, "cannot link", path: name) }
    }

    package func rename(_ name: String, to other: String) throws(StoreError) {
        var isDone = false
        try perform(.rename, "\(name) \(other)") { state in
            guard let node = state.live.node(name) else { return }
            isDone = state.live.set(other, node) && state.live.set(name, nil)
        }
        guard isDone else { throw StoreError(.io, "cannot rename", path: name) }
    }

    package func remove(_ name: String) throws(StoreError) {
        guard locked({ $0.live.node(name) != nil }) || isStopped else { return }
        try perform(.remove, name) { _ = $0.live.set(name, nil) }
    }

    package func list(_ directory: String) throws(StoreError) -> [String] {
        try reachable()
        guard let names = locked({ $0.live.names[directory].map { Array($0.keys) } }) else {
            var error = StoreError(.io, "no such directory", path: directory)
            error.errno = 2
            throw error
        }
        return names
    }

    package func sync(directory: String) throws(StoreError) {
        try perform(.syncDirectory, directory) { state in
            guard state.durable.names[directory] != nil else { return }
            state.durable.names[directory] = state.live.names[directory]
            guard directory.isEmpty else { return }
            // The names of directories are among its names.
            for below in state.live.names.keys where state.durable.names[below] == nil {
                state.durable.names[below] = [:]
            }
        }
    }

    package func lock() throws(StoreError) -> any StorageLock {
        try reachable()
        let isFree = locked { state in
            defer { state.isLocked = true }
            return !state.isLocked
        }
        guard isFree else { throw StoreError(.locked, "another writer has the store", path: path) }
        return CrashLock(self)
    }

    // MARK: - Underneath

    private static let segments = "segments"

    private func locked<Result>(_ body: (inout State) -> Result) -> Result {
        state.withLock { guarded in Unchecked(value: body(&guarded.value)) }.value
    }

    private func reachable() throws(StoreError) {
        if isStopped { throw Self.stopped }
    }

    private static var stopped: StoreError { StoreError(.io, "the storage has stopped") }

    private func perform(
        _ operation: Operation, _ name: String, _ body: (inout State) -> Void
    ) throws(StoreError) {
        let isDone = locked { state in
            guard state.count < state.limit else { return false }
            state.count += 1
            state.log.append("\(operation.rawValue) \(name)")
            body(&state)
            return true
        }
        guard isDone else { throw Self.stopped }
    }

    private struct Unchecked<Value>: @unchecked Sendable { var value: Value }

    private final class CrashFile: StorageFile {
        private let storage: CrashStorage
        private let node: Unchecked<Node>
        private let name: String

        init(_ storage: CrashStorage, _ node: Unchecked<Node>, _ name: String) {
            self.storage = storage
            self.node = node
            self.name = name
        }

        func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
            let bytes = Array(bytes)
            try storage.perform(.write, name) { state in
                let node = node.value
                if !node.isScratch, node.isSynced {
                    state.violations.append("\(name) is written after its sync")
                }
                if !node.isScratch, offset != node.live.count {
                    state.violations.append("\(name) is not written from front to back")
                }
                let end = offset + bytes.count
                if node.live.count < end {
                    node.live += [UInt8](repeating: 0, count: end - node.live.count)
                }
                node.live.replaceSubrange(offset..<end, with: bytes)
                if !node.isScratch { node.pending.append((offset, bytes)) }
            }
        }

        func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) -> Int
        {
            try storage.reachable()
            let bytes = storage.locked { _ in
                Array(node.value.live.dropFirst(offset).prefix(buffer.count))
            }
            bytes.withUnsafeBytes { buffer.copyMemory(from: $0) }
            return bytes.count
        }

        func sync() throws(StoreError) {
            try storage.perform(.sync, name) { _ in
                node.value.durable = node.value.live
                node.value.pending = []
                node.value.isSynced = true
            }
        }

        func close() throws(StoreError) { try storage.perform(.close, name) { _ in } }
    }

    private final class CrashLock: StorageLock {
        private let storage: CrashStorage
        init(_ storage: CrashStorage) { self.storage = storage }
        deinit { storage.locked { $0.isLocked = false } }
    }
}

extension CrashStorage.Loss {
    fileprivate func keeps(_ random: inout SeededGenerator) -> Bool {
        switch self {
        case .everything: false
        case .namesKept: true
        case .random: random.chance(2)
        }
    }
}

extension CrashStorage.Image {
    fileprivate static func split(_ name: String) -> (directory: String, name: String) {
        guard let slash = name.lastIndex(of: "/") else { return ("", name) }
        return (String(name[..<slash]), String(name[name.index(after: slash)...]))
    }

    fileprivate func node(_ name: String) -> CrashStorage.Node? {
        let (directory, name) = Self.split(name)
        return names[directory]?[name]
    }

    /// False if there is no such directory.
    fileprivate mutating func set(_ name: String, _ node: CrashStorage.Node?) -> Bool {
        let (directory, name) = Self.split(name)
        guard names[directory] != nil else { return false }
        names[directory]?[name] = node
        return true
    }

    fileprivate func copy(_ body: (CrashStorage.Node) -> CrashStorage.Node) -> Self {
        var result = Self()
        for (directory, files) in names.sorted(by: { $0.key < $1.key }) {
            result.names[directory] = [:]
            for (name, node) in files.sorted(by: { $0.key < $1.key }) {
                result.names[directory]?[name] = body(node)
            }
        }
        return result
    }
}
