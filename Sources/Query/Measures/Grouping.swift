// SPDX-License-Identifier: Apache-2.0

/// The members of groups: those of each group in ascending order.
package struct Grouping: Sendable {
    /// Where the members of each group begin; one more than there are groups.
    private let starts: [Int32]
    private let members: [Int32]

    /// Of the group of each member, 0 ..< `count`; what is in none has a negative one.
    package init(_ groups: [Int32], count: Int) {
        var places = [Int32](repeating: 0, count: count + 1)
        for group in groups where group >= 0 { places[Int(group) + 1] += 1 }
        for group in 0..<count { places[group + 1] += places[group] }
        starts = places
        members = [Int32](unsafeUninitializedCapacity: Int(places[count])) { buffer, length in
            for (member, group) in groups.enumerated() where group >= 0 {
                buffer[Int(places[Int(group)])] = Int32(truncatingIfNeeded: member)
                places[Int(group)] += 1
            }
            length = buffer.count
        }
    }

    package var count: Int { starts.count - 1 }

    package subscript(group: Int) -> ArraySlice<Int32> {
        members[Int(starts[group])..<Int(starts[group + 1])]
    }

    package func size(_ group: Int) -> Int { Int(starts[group + 1] - starts[group]) }
}
