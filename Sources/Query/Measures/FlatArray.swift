// SPDX-License-Identifier: Apache-2.0
//
// Memory for loops over all nodes and edges of a graph.

/// So many numbers, which go when their owner goes. An index beyond them traps in a debug build
/// only: measures index by what a `Digraph` says of itself, never by what was read.
package struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
    // First: the thread sanitizer takes the first word for an address, and a number for none.
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    init(repeating value: Element, count: Int) {
        self.count = count
        base = .allocate(capacity: count)
        base.initialize(repeating: value, count: count)
    }

    /// Takes no memory before it is written to, and is to be read only where it was.
    init(capacity: Int) {
        count = capacity
        base = .allocate(capacity: capacity)
    }

    init(copying other: borrowing FlatArray) {
        self.init(capacity: other.count)
        base.initialize(from: other.base, count: count)
    }

    package init(_ values: [Element]) {
        self.init(capacity: values.count)
        for (index, value) in values.enumerated() { base[index] = value }
    }

    deinit { base.deallocate() }

    @inline(__always)
    subscript(index: Int) -> Element {
        get {
            assert(index >= 0 && index < count)
            return base[index]
        }
        nonmutating set {
            assert(index >= 0 && index < count)
            base[index] = newValue
        }
    }

    @inline(__always)
    subscript(index: Int32) -> Element {
        get { self[Int(index)] }
        nonmutating set { self[Int(index)] = newValue }
    }

    func fill(_ value: Element) { base.update(repeating: value, count: count) }

    func prefix(_ length: Int) -> [Element] {
        assert(length <= count)
        return Array(UnsafeBufferPointer(start: base, count: length))
    }

    package var values: [Element] { prefix(count) }
}

extension FlatArray<Int32> {
    /// 0, 1, 2, …
    init(ascending count: Int) {
        self.init(capacity: count)
        for index in 0..<count { self[index] = Int32(truncatingIfNeeded: index) }
    }

    func shuffle(_ random: inout SplitMix) {
        for place in 0..<count {
            let other = random.below(place + 1)
            (self[place], self[other]) = (self[other], self[place])
        }
    }
}
