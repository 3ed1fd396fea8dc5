// SPDX-License-Identifier: Apache-2.0
//
// A store that begins as another one is: segments never change, so two stores can share them.

import Platform

extension GraphStore {
    /// Makes a store at `path`, where there must be none, that holds what this one holds now,
    /// without its history. The segments are the same files where the file system can give a file
    /// two names, otherwise copies. Neither store knows of the other: what one removes stays the
    /// other's.
    public func clone(to path: String) throws(StoreError) {
        let core = try load()
        let target = DiskStorage(path)
        let manifests = ManifestFile(storage: target)
        try target.prepare()
        let lock = try target.lock()
        guard try manifests.current() == nil else {
            throw StoreError(.invalidArgument, "there is a store already", path: path)
        }
        try manifests.create()
        guard core.manifest.generation > 0 else { return }
        for (segment, part) in zip(core.manifest.segments, core.parts) {
            let name = Layout.segment(segment.id)
            do throws(SystemError) {
                try Directory.link("\(storage.path)/\(name)", to: "\(path)/\(name)")
            } catch {
                // Another file system, a packed store, or a segment that was dropped meanwhile,
                // which is mapped still.
                let file = try target.create(name)
                try file.write(part.segment.file.memory.bytes, at: 0)
                try file.sync()
                try file.close()
            }
        }
        do throws(ManifestFile.Failure) {
            try manifests.commit(core.manifest, segment: nil)
        } catch {
            throw error.error
        }
        withExtendedLifetime((core, lock)) {}
    }
}
