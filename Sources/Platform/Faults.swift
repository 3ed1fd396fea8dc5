// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Lets a test make the n-th system call under a path fail. Costs one relaxed load otherwise.
package enum Faults {
    package struct Plan: Sendable {
        /// Calls on other paths pass.
        package var pathPrefix: String
        /// Which of the calls fails, counted from 0; `Int.max` only counts.
        package var index: Int
        package var errno: Int32
        /// How many calls from `index` on fail.
        package var times = 1
        /// Only calls of these kinds are counted; empty means all.
        package var calls: Set<SystemCall> = []
        /// The next write after `index` takes only a part of its bytes; `errno` is not used.
        package var shortWrite = false

        package init(pathPrefix: String, index: Int, errno: Int32) {
            self.pathPrefix = pathPrefix
            self.index = index
            self.errno = errno
        }
    }

    private static let armed = Atomic<Bool>(false)
    /// Held while a plan is in force: tests run side by side, and there is one plan for all.
    private static let turn = Locked<Void>(())
    private static let state = Locked<(plan: Plan?, seen: Int, log: [String])>((nil, 0, []))

    /// Runs `body` under the plan; returns its result and the calls that were counted. Waits while
    /// another plan is in force, so `body` must not come here again.
    package static func with<Result>(
        _ plan: Plan, _ body: () throws -> Result
    ) rethrows -> (result: Result, calls: [String]) {
        try turn.withLock { _ in
            state.withLock { $0 = (plan, 0, []) }
            armed.store(true, ordering: .sequentiallyConsistent)
            defer {
                armed.store(false, ordering: .sequentiallyConsistent)
                state.withLock { $0.plan = nil }
            }
            let result = try body()
            return (result, state.withLock { $0.log })
        }
    }

    @inline(__always)
    static func intercept(_ call: SystemCall, _ path: String) -> Int32? {
        armed.load(ordering: .relaxed) ? consult(call, path, writing: nil)?.errno : nil
    }

    /// How many of `count` bytes a write may take now.
    @inline(__always)
    static func allowance(_ count: Int, _ path: String) -> Int {
        guard armed.load(ordering: .relaxed) else { return count }
        return consult(.write, path, writing: count)?.take ?? count
    }

    @inline(never)
    private static func consult(
        _ call: SystemCall, _ path: String, writing count: Int?
    ) -> (errno: Int32?, take: Int)? {
        state.withLock { state in
            guard let plan = state.plan, path.hasPrefix(plan.pathPrefix) else { return nil }
            guard plan.calls.isEmpty || plan.calls.contains(call) else { return nil }
            if let count {
                guard plan.shortWrite, state.seen == plan.index + 1, count > 1 else { return nil }
                return (nil, count / 2)
            }
            let index = state.seen
            state.seen += 1
            state.log.append("\(call.rawValue) \(path)")
            guard !plan.shortWrite, index >= plan.index, index - plan.index < plan.times else {
                return nil
            }
            return (plan.errno, 0)
        }
    }
}
