// SPDX-License-Identifier: Apache-2.0

/// Numbers of sorted runs that are being merged, the one whose head comes first in front. A step
/// costs the logarithm of their number.
struct RunHeap {
    private var runs: [Int]

    var first: Int? { @inline(__always) get { runs.first } }

    init(_ runs: [Int], _ isBelow: (Int, Int) -> Bool) {
        self.runs = runs
        for place in (0..<runs.count / 2).reversed() { sift(place, isBelow) }
    }

    /// To be called when the first run's head has changed.
    @inline(__always)
    mutating func settle(_ isBelow: (Int, Int) -> Bool) { sift(0, isBelow) }

    mutating func removeFirst(_ isBelow: (Int, Int) -> Bool) {
        let last = runs.removeLast()
        guard !runs.isEmpty else { return }
        runs[0] = last
        sift(0, isBelow)
    }

    @inline(__always)
    private mutating func sift(_ start: Int, _ isBelow: (Int, Int) -> Bool) {
        runs.withUnsafeMutableBufferPointer { runs in
            let run = runs[start]
            var place = start
            while true {
                var child = place &* 2 &+ 1
                if child >= runs.count { break }
                if child &+ 1 < runs.count, isBelow(runs[child &+ 1], runs[child]) { child &+= 1 }
                if !isBelow(runs[child], run) { break }
                runs[place] = runs[child]
                place = child
            }
            runs[place] = run
        }
    }
}
