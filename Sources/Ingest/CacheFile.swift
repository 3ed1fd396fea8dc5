// SPDX-License-Identifier: Apache-2.0
//
// A file in the store's folder that says what needs not be found again. It is no part of the store:
// it may be lost or damaged at any time.

import Platform

enum CacheFile {
    /// Of a store that goes.
    static func removeAll(in store: String) {
        for name in [StatCache.name, LinkCache.name, TreeRecord.name] {
            try? Directory.remove(Directory.join(store, name))
        }
    }

    /// Writes the parts one after the other. It is no loss if that cannot be.
    static func write(_ name: String, in store: String, _ parts: [UnsafeRawBufferPointer]) {
        guard (try? Directory.kind(of: store)) == .directory else { return }
        // What was staged by an ingest that was killed.
        for other in (try? Directory.names(in: store)) ?? [] where other.hasPrefix("\(name).new-") {
            try? Directory.remove(Directory.join(store, other))
        }
        guard let file = try? StagedFile(Directory.join(store, name)) else { return }
        do throws(SystemError) {
            var offset = 0
            for part in parts {
                try file.write(part, at: offset)
                offset += part.count
            }
            try file.publish(durably: false)
        } catch {}
    }
}
