// SPDX-License-Identifier: Apache-2.0
import Query
import Testing

struct CouplingTests {
    /// Two classes and a function. Class 0 is node 0 with methods 1, 2, 3 and fields 4, 5; 1 and 2
    /// share field 4, 3 uses 5 alone. Class 1 is node 6 with methods 7 and 8. 9 is a function.
    private static let graph = Digraph(
        nodeCount: 10,
        [(1, 4), (2, 4), (3, 5), (1, 7), (2, 7), (3, 9), (7, 8), (8, 7), (9, 1), (6, 0), (4, 5)])

    private static let nodes = ClassMeasures.Nodes(
        classes: [0, 0, 0, 0, 0, 0, 1, 1, 1, -1], classCount: 3,
        roles: [
            .other, .method, .method, .method, .field, .field, .other, .method, .method, .method,
        ], complexities: [9, 1, 2, 3, 9, 9, 9, 4, 5, 6])

    @Test func measuresClasses() {
        let found = ClassMeasures(Self.graph, Self.nodes).classes
        #expect(found.map(\.methodCount) == [3, 2, 0])
        #expect(found.map(\.fieldCount) == [2, 0, 0])
        #expect(found.map(\.weightedMethods) == [6, 9, 0])
        #expect(found.map(\.response) == [5, 2, 0])
        // That one field leads to the other does not join the methods.
        #expect(found.map(\.parts) == [2, 1, 0])
        #expect(found.map(\.lackOfCohesion) == [0.75, nil, nil])
    }

    @Test func measuresWhatGroupsHaveToDoWithEachOther() {
        let found = ClassMeasures(Self.graph, Self.nodes).coupling.groups
        #expect(found.map(\.efferent) == [1, 1, 0])
        #expect(found.map(\.afferent) == [1, 1, 0])
        #expect(found.map(\.coupled) == [1, 1, 0])
        #expect(found.map(\.insideCount) == [4, 2, 0])
        #expect(found.map(\.outgoingCount) == [2, 1, 0])
        #expect(found.map(\.incomingCount) == [1, 2, 0])
        #expect(found.map(\.instability) == [0.5, 0.5, nil])
        #expect(found.map(\.cohesion) == [4.0 / 7, 2.0 / 5, nil])
    }

    @Test func aGroupThatNothingDependsOnIsUnstable() {
        let groups = GroupCoupling(MeasuredGraphs.star(4), groups: [0, 1, 2, 3], count: 4).groups
        #expect(groups.map(\.instability) == [0, 1, 1, 1])
        #expect(groups[0].afferent == 3 && groups[0].coupled == 3)
    }

    /// Each method leads to the next, and all of them to one field.
    @Test func mayBeLarge() {
        let count = MeasuredGraphs.large
        let graph = Digraph(nodeCount: count, count: 2 * (count - 1)) { body in
            for node in 1..<Int32(count) {
                body(node - 1, node)
                body(node, 0)
            }
        }
        let nodes = ClassMeasures.Nodes(
            classes: [Int32](repeating: 0, count: count), classCount: 1,
            roles: [.field] + [ClassMeasures.Role](repeating: .method, count: count - 1),
            complexities: [Int32](repeating: 2, count: count))
        let found = ClassMeasures(graph, nodes).classes[0]
        #expect(found.parts == 1 && found.lackOfCohesion == 0)
        #expect(found.weightedMethods == 2 * (count - 1) && found.response == count - 1)
    }
}
