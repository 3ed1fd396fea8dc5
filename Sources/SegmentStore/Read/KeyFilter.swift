// SPDX-License-Identifier: Apache-2.0
//
// Which of many segments may have a string, in one load: made when a reader of a store that has
// not been compacted asks often.

import Codec
import Synchronization

/// For each value of some bits of the hash, a bit for each of up to 64 look-ups: set if a string
/// with such a hash is in its dictionary.
final class KeyFilter: @unchecked Sendable {
    // Sendable: nothing changes after `init`.
    static let lookUpLimit = 64
    /// Upper bits of the hash; with the tag's eight they number the words. The table is of 512 KiB,
    /// so that the second cache holds it.
    private static let bitLimit = 8

    private let words: UnsafeMutablePointer<UInt64>
    private let shift: UInt64

    init(_ probes: UnsafeMutableBufferPointer<DictionaryReader.Probe>) {
        let bits = min(probes.map(\.hashBits).max() ?? 0, Self.bitLimit)
        let count = 1 << (bits + 8)
        shift = UInt64(64 - bits)
        words = .allocate(capacity: count)
        words.initialize(repeating: 0, count: count)
        for (index, probe) in probes.prefix(Self.lookUpLimit).enumerated() {
            let bit: UInt64 = 1 << UInt64(index)
            let isKnown = probe.forEachTag { bucket, tag in
                // A small dictionary knows fewer bits of its hashes: then all that they may be.
                let missing = max(bits - probe.hashBits, 0)
                let first = (bucket >> max(probe.hashBits - bits, 0)) << missing
                for upper in first..<first + (1 << missing) { words[upper << 8 | tag] |= bit }
            }
            if !isKnown { for word in 0..<count { words[word] |= bit } }
        }
    }

    deinit { words.deallocate() }

    @inline(__always)
    func lookUps(_ hash: UInt64) -> UInt64 {
        words[Int(truncatingIfNeeded: hash >> shift) &<< 8 | Int(truncatingIfNeeded: hash & 0xff)]
    }
}

/// The look-ups to try for a string, in their order.
package struct LookUpOrder {
    private var mask: UInt64 = 0
    private var rest = 0
    private let count: Int

    @inline(__always)
    init(_ filter: KeyFilter?, _ hash: UInt64, count: Int) {
        self.count = count
        if let filter {
            mask = filter.lookUps(hash)
            rest = min(count, KeyFilter.lookUpLimit)
        }
    }

    @inline(__always)
    package mutating func next() -> Int? {
        if mask != 0 {
            let index = mask.trailingZeroBitCount
            mask &= mask &- 1
            return index
        }
        guard rest < count else { return nil }
        rest &+= 1
        return rest &- 1
    }
}

/// A filter that is made when the first reader wants it.
final class LazyKeyFilter: Sendable {
    private let made = AtomicLazyReference<KeyFilter>()

    func get(_ probes: UnsafeMutableBufferPointer<DictionaryReader.Probe>) -> KeyFilter {
        made.load() ?? made.storeIfNil(KeyFilter(probes))
    }
}
