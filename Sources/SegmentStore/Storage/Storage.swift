// SPDX-License-Identifier: Apache-2.0
import Platform

/// Where a store's files live: a directory, memory, or one packed file. Names are relative, with
/// `/`. Files are written once, from front to back; only a rename replaces a name.
package protocol Storage: Sendable {
    /// How errors name the place.
    var path: String { get }
    var isReadOnly: Bool { get }

    /// Makes the directories; syncs what that changes.
    func prepare() throws(StoreError)
    /// The file's bytes, or nil if there is none.
    func read(_ name: String, limit: Int) throws(StoreError) -> [UInt8]?
    /// Maps a file that must have exactly so many bytes; nil if there is none.
    func map(_ name: String, byteCount: Int) throws(StoreError) -> MappedMemory?
    func create(_ name: String) throws(StoreError) -> any StorageFile
    /// A file without a name, gone when it is dropped.
    func scratch() throws(StoreError) -> any StorageFile
    /// Gives the file a second name, which must be free.
    func link(_ name: String, as other: String) throws(StoreError)
    /// Gives the file another name, replacing what has it. The old name is gone.
    func rename(_ name: String, to other: String) throws(StoreError)
    /// Removes a name; one that is not there is no error.
    func remove(_ name: String) throws(StoreError)
    /// The names directly in a directory, "" for the store's own.
    func list(_ directory: String) throws(StoreError) -> [String]
    /// Makes the names in a directory durable.
    func sync(directory: String) throws(StoreError)
    /// Makes the bytes of files and the names in a directory durable, in any order.
    func sync(_ files: [any StorageFile], directory: String) throws(StoreError)
    /// The writer's lock, held until it is dropped. Throws `locked` if another holds it.
    func lock() throws(StoreError) -> any StorageLock
}

extension Storage {
    package func sync(_ files: [any StorageFile], directory: String) throws(StoreError) {
        for file in files { try file.sync() }
        try sync(directory: directory)
    }
}

package protocol StorageFile: AnyObject {
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError)
    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) -> Int
    /// The bytes are durable when this returns.
    func sync() throws(StoreError)
    func close() throws(StoreError)
}

package protocol StorageLock: AnyObject, Sendable {}
