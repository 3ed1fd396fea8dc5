// SPDX-License-Identifier: Apache-2.0
//
// The store that a server answers from. Each request has one generation of it, whatever is
// committed meanwhile.

import Ingest
import Platform
import SegmentStore

final class ServedStore: Sendable {
    private struct State {
        var stamp: FileStatus.Stamp?
        /// When it was last looked at.
        var time: Int64 = .min
        var generation: ServedGeneration?
    }

    /// So long nobody looks again: of many requests at once one does.
    private static let renewedAfter: Int64 = 1_000_000

    let path: String
    let store: GraphStore
    let freshness: TreeFreshness
    /// What another commit replaces.
    private let watched: String
    private let state = Locked(State())

    init(_ path: String) throws {
        self.path = path
        var options = StoreOptions()
        options.mode = .readOnly
        // There are several readers.
        options.readerCacheByteLimit = 16 << 20
        store = try GraphStore.open(path, options: options)
        watched = StoreFiles.isDirectory(path) ? "\(path)/\(Layout.manifest)" : path
        freshness = TreeFreshness(path)
        freshness.refresh(try current().snapshot)
    }

    /// The newest generation, whoever committed it.
    func current() throws -> ServedGeneration {
        try state.withLock { state in
            let now = Clock.nanoseconds()
            if now - Self.renewedAfter < state.time, let known = state.generation { return known }
            state.time = now
            // Looked at before the manifest is read: if another comes in between, the next look
            // tells.
            let stamp = try? FileStatus(of: watched, followingLink: true).stamp
            if stamp != nil, state.stamp == stamp, let known = state.generation { return known }
            let snapshot = try store.snapshot()
            guard snapshot.generation > 0 else {
                (state.stamp, state.generation) = (nil, nil)
                throw HTTPFailure(
                    503, "no_store",
                    "\(path): there is no store, or nothing was committed to it yet; 'segstore ingest <dir>' fills it"
                )
            }
            state.stamp = stamp
            if let known = state.generation, known.snapshot.core === snapshot.core { return known }
            let generation = ServedGeneration(path, snapshot)
            state.generation = generation
            return generation
        }
    }
}

/// One generation, and what reads it.
final class ServedGeneration: Sendable {
    let snapshot: Snapshot
    /// Answers, by what was asked, as it was sent.
    let cache = AnswerCache()
    /// What tells it from any other, of any store.
    let tag: String
    private let path: String
    private let readers = Locked<[AskedStore]>([])
    private static let keptReaderCount = 8

    init(_ path: String, _ snapshot: Snapshot) {
        self.path = path
        self.snapshot = snapshot
        tag = "\(snapshot.generation)-\(String(snapshot.time, radix: 36))"
    }

    /// Calls `body` with a reader that nobody else has meanwhile.
    func asked<Result>(_ body: (AskedStore) throws -> Result) rethrows -> Result {
        let asked =
            readers.withLock { $0.popLast() } ?? AskedStore(path: path, reader: snapshot.reader())
        defer {
            readers.withLock { if $0.count < Self.keptReaderCount { $0.append(asked) } }
        }
        return try body(asked)
    }
}

/// `@unchecked Sendable`: one thread at a time has it.
final class AskedStore: StoreHost, @unchecked Sendable {
    let path: String
    let reader: Reader
    private var found: EntityLookUp?

    /// Made when it is first needed.
    func lookUp() throws -> EntityLookUp {
        if let found { return found }
        let made = try EntityLookUp(reader)
        found = made
        return made
    }

    init(path: String, reader: Reader) {
        self.path = path
        self.reader = reader
    }
}

/// Whether the tree is still what the store says of it: looked at now and then, not for each
/// answer.
final class TreeFreshness: Sendable {
    private struct State {
        var generation: UInt64 = 0
        var check: TreeCheck?
        /// When it was found, and how long that took.
        var time: Int64 = .min
        var duration: Int64 = 0
        var isRunning = false
    }

    private let path: String
    private let state = Monitor(State())
    /// So long it is told at least, and at most, unless to find it takes a quarter of that: who
    /// asks after an edit wants to know, but to look takes a part of a processor.
    private static let toldFor: (least: Int64, most: Int64) = (100_000_000, 2_000_000_000)
    /// For an answer, which says then that it is not known.
    private static let patienceMilliseconds = 1000

    init(_ path: String) { self.path = path }

    /// Whether there is something to say of a generation without waiting.
    func isKnown(_ snapshot: Snapshot) -> Bool {
        let now = Clock.nanoseconds()
        return state.look { Self.isNew($0, snapshot, now) }
    }

    /// That, if there is. Where somebody asks all the time it is renewed before it is too old.
    func known(_ snapshot: Snapshot) -> TreeCheck? {
        let now = Clock.nanoseconds()
        let (found, isOld) = state.look { state in
            Self.isNew(state, snapshot, now)
                ? (state, state.time < now - Self.span(state) / 2 && !state.isRunning)
                : (State(), false)
        }
        if isOld { refresh(snapshot) }
        return found.check
    }

    /// What was found not long ago; nil if it is not known. Looks at the tree if nobody has.
    func check(_ snapshot: Snapshot) -> TreeCheck? {
        let now = Clock.nanoseconds()
        if isKnown(snapshot) { return known(snapshot) }
        refresh(snapshot)
        return state.wait(milliseconds: Self.patienceMilliseconds) { state in
            Self.isNew(state, snapshot, now) ? state : nil
        }?.check
    }

    private static func isNew(_ state: State, _ snapshot: Snapshot, _ now: Int64) -> Bool {
        state.generation == snapshot.generation && state.time > now - span(state)
    }

    private static func span(_ state: State) -> Int64 {
        max(toldFor.least, min(40 * state.duration, toldFor.most), 4 * state.duration)
    }

    /// Looks at the tree on a thread of its own, unless one does already.
    func refresh(_ snapshot: Snapshot) {
        let isFirst = state.change { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFirst else { return }
        SystemThread { [state, path] in
            let start = Clock.nanoseconds()
            let check = TreeCheck(store: path, snapshot)
            let end = Clock.nanoseconds()
            state.change {
                $0 = State(
                    generation: snapshot.generation, check: check, time: end,
                    duration: end - start, isRunning: false)
            }
        }.detach()
    }
}
