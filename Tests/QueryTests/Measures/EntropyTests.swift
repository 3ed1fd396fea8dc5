// SPDX-License-Identifier: Apache-2.0
import Query
import Testing

#if canImport(Glibc)
    import Glibc
#endif

struct EntropyTests {
    @Test func isTheBitsThatItTakes() {
        #expect(Entropy.bits(of: [Int]()) == 0)
        #expect(Entropy.bits(of: [0, 7, 0]) == 0)
        #expect(Entropy.bits(of: [3, 3]) == 1)
        #expect(Entropy.bits(of: [Int](repeating: 2, count: 64)) == 6)
        #expect(abs(Entropy.bits(of: [1, 1, 2]) - 1.5) < 1e-15)
    }

    @Test func knowsLogarithms() {
        for exponent in -1000...1000 {
            #expect(
                Entropy.log2(.init(sign: .plus, exponent: exponent, significand: 1))
                    == Double(exponent))
        }
        var value = 1e-9
        while value < 1e9 {
            let expected = Glibc.log2(value)
            #expect(abs(Entropy.log2(value) - expected) <= 4e-16 * max(1, abs(expected)))
            value *= 1.0037
        }
    }

    @Test func ofDegrees() {
        let ring = Degrees(MeasuredGraphs.ring(16)).all
        #expect(Entropy.bits(ofDegrees: ring) == 0)
        #expect(Entropy.bits(ofEndsAt: ring) == 4)
        let star = Degrees(MeasuredGraphs.star(5)).all
        #expect(abs(Entropy.bits(ofDegrees: star) - Entropy.bits(of: [1, 4])) < 1e-15)
        #expect(abs(Entropy.bits(ofEndsAt: star) - 2) < 1e-15)
    }

    /// Group 0 has three edges to itself and one to each of two others; node 6 has no group.
    @Test func ofWhereEdgesLead() {
        let graph = Digraph(
            nodeCount: 7,
            [(0, 1), (1, 0), (0, 0), (0, 2), (1, 3), (2, 0), (2, 1), (0, 6), (6, 3)])
        let spread = EdgeSpread(graph, groups: [0, 0, 1, 2, 2, 3, -1], count: 4)
        #expect(spread.groups.map(\.insideCount) == [3, 0, 0, 0])
        #expect(spread.groups.map(\.outsideCount) == [2, 2, 0, 0])
        #expect(spread.groups.map(\.outsideBits) == [1, 0, 0, 0])
        #expect(spread.groups.map(\.bits) == [Entropy.bits(of: [3, 1, 1]), 0, 0, 0])
        #expect(abs(spread.bits - Entropy.bits(of: [3, 1, 1]) * 5 / 7) < 1e-15)
    }
}
