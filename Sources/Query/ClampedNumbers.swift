// SPDX-License-Identifier: Apache-2.0
//
// Numbers out of rows, which others may have made: whatever they are, sums of them are no crash.

extension Int {
    /// As near to the sum as there is a number.
    func plus(_ other: Int) -> Int {
        let sum = addingReportingOverflow(other)
        return sum.overflow ? (other > 0 ? .max : .min) : sum.partialValue
    }
}

/// How many lines something has by its first and last; no file has more than a number of 32 bits.
func lineSpan(_ first: Int64, _ last: Int64) -> Int {
    let difference = last.subtractingReportingOverflow(first)
    if difference.overflow { return last > first ? Int(Int32.max) : 0 }
    return Int(Swift.min(Swift.max(difference.partialValue, -1), Int64(Int32.max) - 1)) + 1
}
