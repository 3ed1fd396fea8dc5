// SPDX-License-Identifier: Apache-2.0
//
// A store that was made for something that came to nothing goes again.

import Platform

extension GraphStore {
    /// Removes a store in a directory, if nothing was committed to it after `generation` and nobody
    /// is writing to it; 0 is that of one that is empty. What others have put there stays.
    package func remove(unlessNewerThan generation: UInt64, keepingDirectory: Bool) throws {
        guard let disk = storage as? DiskStorage,
            try Directory.kind(of: path) == .directory
        else { return }
        try exclusively { _ in
            guard try manifests.current()?.generation ?? 0 <= generation else { return }
            try disk.removeAll(keepingDirectory: keepingDirectory)
        }
    }
}
