// SPDX-License-Identifier: Apache-2.0
import TestSupport

/// Kinds of columns that integer blocks are made of.
enum IntegerSample: String, CaseIterable {
    case constant, zero, runs, longRuns, ascending, descending, timestamps, sawtooth, booleans,
        small
    case fewWide, floats, random, extremes, alternatingExtremes

    func values(_ count: Int, _ random: inout SeededGenerator) -> [Int64] {
        let start = Int64(bitPattern: random.next()) >> 8
        var last = start
        return (0..<count).map { row in
            switch self {
            case .constant: return start
            case .zero: return 0
            case .runs:
                if random.chance(4) { last = start &+ Int64(random.below(1000)) }
                return last
            case .longRuns:
                if random.chance(200) { last = start &+ Int64(random.below(1 << 40)) }
                return last
            case .ascending:
                last &+= Int64(random.below(5))
                return last
            case .descending:
                last &-= Int64(random.below(1 << 20))
                return last
            case .timestamps:
                last &+= 1_000_000_000 + Int64(random.below(1000))
                return last
            case .sawtooth: return start &+ Int64(row % 37) &* 1_000_003
            case .booleans: return random.chance(2) ? 1 : 0
            case .small: return Int64(random.below(700)) - 350
            case .fewWide: return Int64(random.below(5)) &* 0x0765_4321_0fed_cba9
            case .floats: return Int64(bitPattern: (Double(random.below(1 << 30)) / 7).bitPattern)
            case .random: return Int64(bitPattern: random.next())
            case .extremes: return random.pick([Int64.min, .max, 0, -1, 1, .min + 1, .max - 1])
            case .alternatingExtremes: return row % 2 == 0 ? .min : .max
            }
        }
    }
}

/// Which rows of a block are null.
enum NullSample: String, CaseIterable {
    case none, some, most, leading, trailing, onlyFirst, allButLast, all

    func isNull(_ row: Int, of count: Int, _ random: inout SeededGenerator) -> Bool {
        switch self {
        case .none: false
        case .some: random.chance(5)
        case .most: !random.chance(9)
        case .leading: row < min(70, count / 2)
        case .trailing: row >= count / 2
        case .onlyFirst: row == 0
        case .allButLast: row < count - 1
        case .all: true
        }
    }

    func apply(to values: [Int64], _ random: inout SeededGenerator) -> [Int64?] {
        values.indices.map { isNull($0, of: values.count, &random) ? nil : values[$0] }
    }
}
