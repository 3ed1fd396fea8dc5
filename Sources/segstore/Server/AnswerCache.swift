// SPDX-License-Identifier: Apache-2.0
//
// Answers that were asked for twice of late, so that they need not be made a third time. What is
// asked for once costs it a note only; nothing in it is ever moved, so no call takes long.

import Codec
import Platform

/// An answer, but for how fresh it is. `@unchecked Sendable`: what is kept is a copy, which nobody
/// writes.
struct KeptAnswer: @unchecked Sendable {
    /// From the envelope's beginning on.
    let data: ByteBuffer
    let path: String
    var next: PageCursor?
    var notes: [String] = []

    /// With its own memory, and no more than it needs.
    fileprivate var copy: KeptAnswer {
        let copied = ByteBuffer(capacity: data.count)
        copied.append(data.bytes)
        return KeptAnswer(data: copied, path: path, next: next, notes: notes)
    }
}

/// By what was asked, as it was sent. Of one generation.
final class AnswerCache: Sendable {
    private final class Entry: Sendable {
        let target: String
        let answer: KeptAnswer
        let byteCount: Int

        init(_ target: String, _ answer: KeptAnswer, _ byteCount: Int) {
            self.target = target
            self.answer = answer
            self.byteCount = byteCount
        }
    }

    /// In sets of `ways` places, by the hash.
    private struct State {
        var hashes: [Int] = []
        /// None where something was only asked for.
        var entries: [Entry?] = []
        var byteCount = 0
        /// Where room is made next.
        var hand = 0
        var noteCount = 0

        mutating func empty(_ place: Int) {
            guard let entry = entries[place] else { return }
            byteCount -= entry.byteCount
            entries[place] = nil
        }

        @inline(__always)
        func place(_ hash: Int) -> Int? {
            let first = hash & (AnswerCache.placeCount - 1) & ~(AnswerCache.ways - 1)
            for place in first..<first + AnswerCache.ways where hashes[place] == hash {
                return place
            }
            return nil
        }
    }

    private static let placeCount = 1 << 16
    private static let ways = 4
    private static let byteLimit = 64 << 20
    /// Longer ones would take the place of hundreds.
    private static let answerByteLimit = 2 << 20
    /// What an entry takes besides its bytes.
    private static let overhead = 200

    private let state = Locked(State())

    subscript(target: String) -> KeptAnswer? {
        let hash = target.hashValue
        return state.withLock { state in
            guard !state.hashes.isEmpty, let place = state.place(hash),
                let entry = state.entries[place], entry.target == target
            else { return nil }
            return entry.answer
        }
    }

    /// Keeps an answer that was to be kept before, or at once.
    func keep(_ answer: KeptAnswer, for target: String, atOnce: Bool) {
        guard answer.data.count <= Self.answerByteLimit else { return }
        let hash = target.hashValue
        guard note(hash) || atOnce else { return }
        let byteCount = answer.data.count + target.utf8.count + Self.overhead
        let entry = Entry(target, answer.copy, byteCount)
        state.withLock { state in
            guard let place = state.place(hash) else { return }
            state.empty(place)
            while state.byteCount + byteCount > Self.byteLimit {
                state.hand = (state.hand + 1) % Self.placeCount
                state.empty(state.hand)
            }
            state.entries[place] = entry
            state.byteCount += byteCount
        }
    }

    /// Whether it was noted before.
    private func note(_ hash: Int) -> Bool {
        state.withLock { state in
            if state.hashes.isEmpty {
                state.hashes = Array(repeating: 0, count: Self.placeCount)
                state.entries = Array(repeating: nil, count: Self.placeCount)
            }
            if state.place(hash) != nil { return true }
            let first = hash & (Self.placeCount - 1) & ~(Self.ways - 1)
            state.noteCount &+= 1
            let turn = state.noteCount & (Self.ways - 1)
            for way in 0..<Self.ways {
                let place = first + ((way + turn) & (Self.ways - 1))
                if state.entries[place] == nil {
                    state.hashes[place] = hash
                    return false
                }
            }
            // Where all are taken one goes now and then, or new ones would never get in.
            if state.noteCount & 15 < Self.ways {
                state.empty(first + turn)
                state.hashes[first + turn] = hash
            }
            return false
        }
    }
}
