// SPDX-License-Identifier: Apache-2.0
//
// Where a store is, or is to be made: what fails must not leave a store behind that nobody has.

import Ingest
import Platform
import SegmentStore

final class StorePlace {
    let path: String
    private let isNew: Bool
    private let isDirectory: Bool
    /// What it was made to begin with.
    private var generation: UInt64 = 0

    init(_ path: String) throws {
        self.path = path
        let kind = try Directory.kind(of: path)
        isDirectory = kind == .directory
        isNew = try kind == .nothing || isDirectory && Directory.names(in: path).isEmpty
    }

    /// Makes the store as another one is, if there is none yet.
    func begin(with base: String) throws {
        guard isNew else {
            return Console.note("\(path): there is a store already, so --base has no use")
        }
        let store = try StoreLocation.open(StoreLocation.named(base), .readOnly)
        generation = try store.snapshot().generation
        try store.clone(to: path)
    }

    /// Removes a store that was not there before, if nothing was committed to it.
    func clear() {
        guard isNew, let store = try? StoreLocation.open(path, .create) else { return }
        Ingest.discard(store, since: generation, keepingDirectory: isDirectory)
    }

    /// A store that is made in a tree is nothing for its git, as what other tools keep there.
    func hideFromGit() {
        guard isNew, StoreLocation.isUnnamed(path),
            let file = try? StagedFile(Directory.join(path, ".gitignore"))
        else { return }
        let text: [UInt8] = Array("*\n".utf8)
        do {
            try text.withUnsafeBytes { try file.write($0, at: 0) }
            try file.publish(durably: false)
        } catch {}
    }
}
