// SPDX-License-Identifier: Apache-2.0
//
// A segment opened for reading: its directory, turned into things that can be asked.

import Codec

/// `@unchecked Sendable`: after `init` nothing changes but the atomics in `SegmentFile`.
package final class SegmentReader: @unchecked Sendable {
    package let file: SegmentFile
    let pages: Pages
    /// By the schema's numbers; a segment has only what it has rows of.
    private let dictionaries: Dictionaries
    private let relations: UnsafeMutableBufferPointer<RelationReader?>

    package init(_ file: SegmentFile) throws(StoreError) {
        self.file = file
        let pages = Pages(file)
        self.pages = pages
        let directory = try Self.directory(of: file)
        let relationCount = (directory.relations.map(\.index).max() ?? -1) + 1
        let dictionaries = Dictionaries(directory.dictionaries, pages)
        self.dictionaries = dictionaries
        var relations = [RelationReader?](repeating: nil, count: relationCount)
        do throws(StoreError) {
            for relation in directory.relations {
                relations[relation.index] = try RelationReader(relation, file: file, dictionaries)
            }
        } catch {
            for relation in relations { relation?.destroy() }
            dictionaries.destroy()
            throw error
        }
        self.relations = .allocate(capacity: relationCount)
        _ = self.relations.initialize(from: relations)
    }

    deinit {
        for relation in relations { relation?.destroy() }
        relations.deallocate()
        dictionaries.destroy()
    }

    private static func directory(of file: SegmentFile) throws(StoreError) -> SegmentDirectory {
        do throws(CodecError) {
            var reader = ByteReader(
                UnsafeRawBufferPointer(
                    start: file.memory.base + file.directoryRange.lowerBound,
                    count: file.directoryRange.count))
            return try SegmentDirectory.decode(&reader, dataByteCount: file.dataByteCount)
        } catch {
            throw StoreError(error, in: file.path, at: file.directoryRange.lowerBound, "directory")
        }
    }

    /// As it stands in the file, for those who want to know where bytes are.
    func directory() throws(StoreError) -> SegmentDirectory { try Self.directory(of: file) }

    package func dictionary(_ domain: Int) -> DictionaryReader? { dictionaries[domain] }

    package func relation(_ index: Int) -> RelationReader? {
        index < relations.count ? relations[index] : nil
    }

    /// What a damaged range belongs to, other than blocks.
    func place(of range: Range<Int>) -> String {
        if file.directoryRange.overlaps(range) { return "directory" }
        return range.lowerBound < SegmentFormat.headerByteCount
            ? "header" : "an index or a dictionary"
    }
}

/// A segment's dictionaries by domain. Four bytes for a domain that it does not have: a directory
/// of a few bytes may name the millionth.
struct Dictionaries {
    private let slots: UnsafeMutableBufferPointer<Int32>
    private let readers: UnsafeMutableBufferPointer<DictionaryReader>

    init(_ directory: [SegmentDirectory.Dictionary], _ pages: Pages) {
        slots = .allocate(capacity: (directory.map(\.domain).max() ?? -1) + 1)
        slots.initialize(repeating: -1)
        readers = .allocate(capacity: directory.count)
        for (slot, dictionary) in directory.enumerated() {
            slots[dictionary.domain] = Int32(slot)
            readers.initializeElement(at: slot, to: DictionaryReader(dictionary, pages))
        }
    }

    func destroy() {
        for reader in readers { reader.destroy() }
        slots.deallocate()
        readers.deallocate()
    }

    subscript(domain: Int) -> DictionaryReader? {
        guard domain < slots.count, slots[domain] >= 0 else { return nil }
        return readers[Int(slots[domain])]
    }
}
