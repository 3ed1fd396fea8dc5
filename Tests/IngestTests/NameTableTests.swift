// SPDX-License-Identifier: Apache-2.0
import Foundation
import Ingest
import TestSupport
import Testing

@Suite struct NameTableTests {
    /// Lists as files have them: numbers that ascend under each hash, and many of some.
    private func lists(_ count: Int, _ random: inout SeededGenerator) -> [[NameTable.Entry]] {
        let hashes = (0..<max(1, count / 3)).map { _ in
            UInt64.random(in: .min ... .max, using: &random)
        }
        return (0..<7).map { _ in
            (0..<random.below(count + 1)).map { number in
                // One is everywhere, some are in the same bucket.
                var hash = random.chance(4) ? 42 : random.pick(hashes)
                if random.chance(4) { hash = hash >> 40 | 0xAB << 56 }
                return NameTable.Entry(hash: hash, number: UInt32(number))
            }
        }
    }

    private func numbers(_ table: NameTable, _ hash: UInt64) -> [Int] {
        var numbers: [Int] = []
        table.forEach(hash) { numbers.append($0) }
        return numbers
    }

    @Test(arguments: [0, 1, 3, 40, 1000, 20_000])
    func isADictionary(count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let lists = lists(count, &random)
        var firsts: [Int] = []
        var model: [UInt64: [Int]] = [:]
        var first = 0
        for list in lists {
            firsts.append(first)
            for entry in list { model[entry.hash, default: []].append(first + Int(entry.number)) }
            first += list.count + random.below(3)
        }
        let table = NameTable(lists, countedFrom: firsts)
        // As it is read from a file.
        let copy = NSMutableData(bytes: table.bytes.baseAddress, length: table.bytes.count)
        let bytes = UnsafeRawBufferPointer(start: copy.bytes, count: copy.length)
        let read = try #require(
            NameTable(bytes, count: table.entryCount, numbersBelow: first, owner: copy))
        for (hash, expected) in model {
            #expect(numbers(table, hash) == expected)
            #expect(numbers(read, hash) == expected)
        }
        for _ in 0..<100 {
            let hash = UInt64.random(in: .min ... .max, using: &random)
            if model[hash] == nil { #expect(numbers(read, hash).isEmpty) }
        }
        withExtendedLifetime(copy) {}
    }

    /// Whatever the bytes say, nothing outside of them is read, and no number is too high.
    @Test(arguments: 0..<8)
    func garbageIsRefusedOrHarmless(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let lists = lists(100, &random)
        let table = NameTable(lists, countedFrom: lists.indices.map { $0 * 100 })
        for _ in 0..<200 {
            let copy = NSMutableData(bytes: table.bytes.baseAddress, length: table.bytes.count)
            let place = random.below(copy.length)
            copy.mutableBytes.storeBytes(
                of: UInt8.random(in: 0...255, using: &random), toByteOffset: place, as: UInt8.self)
            let bytes = UnsafeRawBufferPointer(start: copy.bytes, count: copy.length)
            #expect(
                NameTable(bytes, count: table.entryCount + 1, numbersBelow: 700, owner: copy) == nil
            )
            guard
                let read = NameTable(
                    bytes, count: table.entryCount, numbersBelow: 700, owner: copy)
            else { continue }
            for list in lists {
                for entry in list { #expect(numbers(read, entry.hash).allSatisfy { $0 < 700 }) }
            }
            withExtendedLifetime(copy) {}
        }
    }
}
