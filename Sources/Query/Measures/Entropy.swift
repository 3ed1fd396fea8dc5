// SPDX-License-Identifier: Apache-2.0
//
// How many bits it takes to say which: 0 where it is always the same, log2 n where each of n is as
// likely as the others.

/// Shannon's entropy, in bits.
package enum Entropy {
    /// Of things that come so often each:
    ///
    ///     H = -Σ p log2 p,  p = count / Σ counts
    package static func bits<Counts: Sequence<Int>>(of counts: Counts) -> Double {
        let total = Double(counts.reduce(0, +))
        var sum = 0.0
        for count in counts where count > 0 {
            let share = Double(count) / total
            sum -= share * log2(share)
        }
        // Not the minus that comes of 1 * log2 1.
        return sum == 0 ? 0 : sum
    }

    /// Of the degree of a node: p is the share of nodes that have a degree. Low where all nodes are
    /// alike, high where there is every kind of node.
    package static func bits(ofDegrees degrees: [Int32]) -> Double {
        bits(of: Degrees.histogram(degrees))
    }

    /// Of the node that an end of an edge is at: p is a node's degree by the sum of degrees.
    /// Divided by log2 n it is 1 if all nodes have the same degree, and near 0 if few have nearly
    /// all edges.
    package static func bits(ofEndsAt degrees: [Int32]) -> Double {
        bits(of: degrees.lazy.map(Int.init))
    }

    /// By sums and products alone: what C libraries say differs in the last bit.
    package static func log2(_ value: Double) -> Double {
        precondition(value > 0 && value.isNormal, "a logarithm of what has none")
        var exponent = Double(value.exponent)
        var significand = value.significand
        if significand > 1.414213562373095 {
            significand /= 2
            exponent += 1
        }
        // ln x = 2 (s + s³ / 3 + s⁵ / 5 + …), and s² is below 0.03.
        let s = (significand - 1) / (significand + 1)
        var sum = 0.0
        for odd in stride(from: 23, through: 1, by: -2) { sum = sum * s * s + 1 / Double(odd) }
        return exponent + 2 * s * sum * 1.4426950408889634
    }
}

/// How the edges that begin in each group, a file or folder or community, are spread over the
/// groups that they lead to.
package struct EdgeSpread: Sendable {
    package struct Group: Sendable {
        /// Edges to the group itself, and to others. Only those between nodes that have a group.
        package var insideCount = 0
        package var outsideCount = 0
        /// The entropy of the group that an edge leads to: p is the share of the group's edges that
        /// lead to it.
        package var bits = 0.0
        /// The same of the edges that leave the group. 0: it depends on one other only.
        package var outsideBits = 0.0
    }

    package let groups: [Group]
    /// The groups' bits, weighted with their edges: how uncertain it is where an edge leads if it
    /// is known where it begins.
    package let bits: Double

    /// `groups` has a number below `count` for each node; negative where it has none.
    package init(_ graph: Digraph, groups: [Int32], count: Int) {
        let members = Grouping(groups, count: count)
        let near = NearGroups(count: count)
        var found: [Group] = []
        found.reserveCapacity(count)
        var sum = 0.0
        var edgeCount = 0
        for group in 0..<count {
            near.clear()
            for node in members[group] {
                for end in graph.neighbours(Int(node)) where groups[Int(end)] >= 0 {
                    near.add(groups[Int(end)], 1)
                }
            }
            let spread = Self.group(Int32(truncatingIfNeeded: group), near)
            found.append(spread)
            let edges = spread.insideCount + spread.outsideCount
            sum += Double(edges) * spread.bits
            edgeCount += edges
        }
        self.groups = found
        bits = edgeCount == 0 ? 0 : sum / Double(edgeCount)
    }

    private static func group(_ own: Int32, _ near: NearGroups) -> Group {
        let counts = (0..<near.count).map { Int(near.weight(near[$0])) }
        let outside = (0..<near.count).filter { near[$0] != own }.map { counts[$0] }
        var group = Group()
        group.outsideCount = outside.reduce(0, +)
        group.insideCount = counts.reduce(0, +) - group.outsideCount
        group.bits = Entropy.bits(of: counts)
        group.outsideBits = Entropy.bits(of: outside)
        return group
    }
}
