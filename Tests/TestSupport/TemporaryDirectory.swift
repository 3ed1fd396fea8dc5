// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A directory that goes with the test.
public final class TemporaryDirectory: Sendable {
    public let path: String

    /// `inMemory` is for tests that sync a lot: a directory where that costs nothing, if there is one.
    public init(inMemory: Bool = false) throws {
        let memory = "/dev/shm"
        let parent =
            inMemory && FileManager.default.isWritableFile(atPath: memory)
            ? memory : FileManager.default.temporaryDirectory.path
        path = parent + "/segstore-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { "\(path)/\(name)" }
}
