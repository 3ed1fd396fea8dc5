// SPDX-License-Identifier: Apache-2.0
import Platform

/// Waits for the files of a tree to change.
final class TreeWatch {
    /// After the last event it waits so long for more, but not longer than the other.
    private static let quietMilliseconds: Int32 = 100
    private static let longestWait: Int64 = 2_000_000_000

    private let root: String
    private let watch: DirectoryWatch

    init(_ root: String) throws {
        self.root = root
        watch = try DirectoryWatch()
    }

    /// Returns when something in the directories may have changed. Those that were not watched
    /// before may have already.
    /// - Parameter lookingOnly: whether there is a change to take in anyway.
    func wait(
        for directories: [String], lookingOnly: Bool = false, isOver: (() -> Bool)? = nil
    ) throws {
        do throws(SystemError) {
            // What was made before it was watched has been missed: look once more.
            guard try !watch.add(directories), !lookingOnly else { return }
            while try !watch.wait(milliseconds: isOver == nil ? -1 : Self.lookMilliseconds) {
                if isOver?() ?? false { return }
            }
            let start = Clock.nanoseconds()
            while Clock.nanoseconds() - start < Self.longestWait,
                try watch.wait(milliseconds: Self.quietMilliseconds)
            {}
        } catch {
            guard error.isOutOfSpace else { throw error }
            throw CommandError(
                "\(root): the system watches no more folders; raise fs.inotify.max_user_watches")
        }
    }

    /// How often it is asked whether anybody still waits.
    private static let lookMilliseconds: Int32 = 500
}
