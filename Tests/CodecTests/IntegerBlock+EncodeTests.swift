// SPDX-License-Identifier: Apache-2.0
import Codec
import TestSupport
import Testing

@Suite struct IntegerBlockEncodeTests {
    private static func chosen(_ sample: IntegerSample, rowCount: Int = 2048) -> EncodedIntegers {
        var random = SeededGenerator(seed: 11)
        return EncodedIntegers(sample.values(rowCount, &random))
    }

    static let expected: [(IntegerSample, Encoding)] = [
        (.constant, .constant), (.zero, .constant), (.longRuns, .runLength), (.timestamps, .delta),
        (.fewWide, .dictionary), (.small, .bitPacked), (.booleans, .bitPacked), (.random, .plain),
        (.descending, .delta), (.alternatingExtremes, .dictionary),
    ]

    @Test(arguments: expected)
    func theChoiceFitsTheData(sample: IntegerSample, encoding: Encoding) {
        #expect(Self.chosen(sample).descriptor.encoding == encoding)
    }

    @Test func sizesOfTheChoices() {
        #expect(Self.chosen(.constant).payload.bytes.isEmpty)
        #expect(Self.chosen(.booleans).payload.bytes.count == 2048 / 8)
        #expect(Self.chosen(.random).payload.bytes.count == 2048 * 8)
        #expect(Self.chosen(.fewWide).payload.bytes.count == 5 * 8 + 2048 * 3 / 8)
        #expect(Self.chosen(.longRuns).payload.bytes.count < 150)
        // Ten bits a step, and a whole value for every 32nd.
        #expect(Self.chosen(.timestamps).payload.bytes.count < 2048 * 2)
    }

    @Test(arguments: IntegerSample.allCases)
    func theChoiceIsNeverMuchLargerThanTheSmallest(sample: IntegerSample) {
        var random = SeededGenerator(seed: 13)
        for rowCount in [1, 10, 100, 2048] {
            let values: [Int64?] = sample.values(rowCount, &random)
            let size = EncodedIntegers(values).payload.bytes.count
            // A dictionary is only tried where a sample promises that it pays.
            for wanted in Encoding.ofIntegers where wanted != .dictionary {
                let other = EncodedIntegers(values, wanted: wanted)
                guard other.descriptor.encoding == wanted else { continue }
                #expect(
                    size <= other.payload.bytes.count * 9 / 5 + 16, "\(rowCount) rows, \(wanted)")
            }
        }
    }

    @Test(arguments: IntegerSample.allCases)
    func whatIsWantedIsDoneWhereItCanBe(sample: IntegerSample) {
        var random = SeededGenerator(seed: 17)
        let values = sample.values(500, &random)
        let isConstant = Set(values).count == 1
        let stepsFit = zip(values, values.dropFirst()).allSatisfy {
            !$1.subtractingReportingOverflow($0).overflow
        }
        for wanted in Encoding.ofIntegers {
            let got = EncodedIntegers(values, wanted: wanted).descriptor.encoding
            switch wanted {
            case .constant where !isConstant, .delta where !stepsFit: #expect(got != wanted)
            default: #expect(got == wanted)
            }
        }
    }

    @Test func whatNullRowsHoldDoesNotMatter() {
        var random = SeededGenerator(seed: 19)
        for sample in IntegerSample.allCases {
            let values = NullSample.some.apply(to: sample.values(300, &random), &random)
            for wanted in [nil] + Encoding.ofIntegers.map(Optional.some) {
                let one = EncodedIntegers(values, wanted: wanted, filler: .min)
                let other = EncodedIntegers(values, wanted: wanted, filler: 12345)
                #expect(one.descriptor == other.descriptor)
                #expect(one.payload.bytes.elementsEqual(other.payload.bytes))
            }
        }
    }

    @Test func largeDictionariesOnlyWhenWanted() {
        let values: [Int64?] = (0..<2000).map { Int64($0 % 300) &* 0x0012_3456_789a_bcde }
        #expect(EncodedIntegers(values).descriptor.encoding != .dictionary)
        let forced = EncodedIntegers(values, wanted: .dictionary)
        #expect(forced.descriptor.encoding == .dictionary)
        #expect(forced.descriptor.partCount == 300)
    }
}
