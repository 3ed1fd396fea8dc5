// SPDX-License-Identifier: Apache-2.0
//
// A segment's bytes, each page checked against its checksum when it is first touched.
// FORMAT.md, "Pages and checksums":
//
//   header │ data … directory │ hash of every page │ hashes of those pages │ … │ footer
//
// One rule covers every structure in the file, so opening a segment reads the footer and the
// directory and nothing that grows with it.

import Codec
import Platform
import Synchronization

package final class SegmentFile: @unchecked Sendable {
    // Sendable: the mapping is never written, and `checked` holds atomics.
    package let path: String
    package let id: UInt64
    package let memory: MappedMemory
    package let dataByteCount: Int
    package let directoryRange: Range<Int>
    let rootHash: UInt64
    private let levels: [(byteOffset: Int, byteCount: Int)]
    /// One bit for each page of the data, then for each page of each level.
    private let checked: UnsafeMutablePointer<Atomic<UInt64>>
    private let wordCount: Int
    /// Where reading from front to back would go on, and up to where the system was told so.
    private let nextPage = Atomic<Int>(0)
    private let prefetched = Atomic<Int>(0)
    /// Pages that are read ahead, and how many may lie between two that follow each other.
    private static let windowPages = 64
    private static let gapPages = 16

    /// Opens the segment image at the front of `memory`. `expectedRoot` is the manifest's.
    package init(
        _ memory: MappedMemory, path: String, imageByteCount: Int, expectedRoot: UInt64?
    ) throws(StoreError) {
        self.memory = memory
        self.path = path
        let base = memory.base
        func fail(_ message: String, at offset: Int? = nil) -> StoreError {
            .corrupted(message, in: path, at: offset)
        }
        guard imageByteCount <= memory.byteCount,
            imageByteCount >= SegmentFormat.headerByteCount + SegmentFormat.footerByteCount
        else { throw fail("too short for a segment") }
        let footerOffset = imageByteCount - SegmentFormat.footerByteCount
        let footer = base + footerOffset
        func word(_ offset: Int) -> UInt64 {
            footer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        guard
            UnsafeRawBufferPointer(start: footer + SegmentFormat.endMagicOffset, count: 8)
                .elementsEqual(SegmentFormat.endMagic)
        else { throw fail("no segment ends here", at: footerOffset + SegmentFormat.endMagicOffset) }
        guard xxh3(footer, SegmentFormat.footerHashOffset) == word(SegmentFormat.footerHashOffset)
        else {
            throw fail("damaged footer", at: footerOffset)
        }
        let data = word(SegmentFormat.dataByteCountOffset)
        let directory = word(SegmentFormat.directoryOffsetOffset)
        let directoryCount = Int(
            footer.loadUnaligned(
                fromByteOffset: SegmentFormat.directoryByteCountOffset, as: UInt32.self))
        guard data >= UInt64(SegmentFormat.headerByteCount), data <= UInt64(footerOffset),
            directory <= data, directoryCount <= Int(data) - Int(directory)
        else { throw fail("footer contradicts the file's size", at: footerOffset) }
        dataByteCount = Int(data)
        directoryRange = Int(directory)..<Int(directory) + directoryCount
        rootHash = word(SegmentFormat.rootHashOffset)
        if let expectedRoot, expectedRoot != rootHash {
            throw fail("is not the segment that the manifest names")
        }

        var levels: [(byteOffset: Int, byteCount: Int)] = []
        var offset = aligned8(dataByteCount)
        for byteCount in SegmentFormat.hashLevels(dataByteCount: dataByteCount) {
            levels.append((offset, byteCount))
            offset += byteCount
        }
        guard offset == footerOffset else {
            throw fail("footer contradicts the file's size", at: footerOffset)
        }
        self.levels = levels
        let pageCounts = ([dataByteCount] + levels.map(\.byteCount)).map { ($0 + 4095) / 4096 }
        wordCount = pageCounts.reduce(0) { $0 + ($1 + 63) / 64 }
        checked = .allocate(capacity: wordCount)
        for i in 0..<wordCount { (checked + i).initialize(to: Atomic(0)) }
        id = base.loadUnaligned(fromByteOffset: SegmentFormat.segmentIDOffset, as: UInt64.self)

        // All stored properties are set: pages can be checked from here on.
        guard
            base.loadUnaligned(as: UInt64.self)
                == SegmentFormat.magic.withUnsafeBytes({ $0.loadUnaligned(as: UInt64.self) })
        else { throw fail("not a segment", at: 0) }
        // Before the version is believed: damage must not pass for age.
        try self.pages(0, SegmentFormat.headerByteCount)
        try FormatVersion.check(
            version: base.loadUnaligned(
                fromByteOffset: SegmentFormat.versionOffset, as: UInt16.self),
            readerFlags: base.loadUnaligned(
                fromByteOffset: SegmentFormat.readerFlagsOffset, as: UInt32.self),
            path: path)
        try self.pages(directoryRange.lowerBound, directoryRange.count)
    }

    deinit {
        checked.deinitialize(count: wordCount)
        checked.deallocate()
    }

    /// Checks the pages under a range of the data, which must lie within it.
    @inline(__always)
    private func pages(_ offset: Int, _ count: Int) throws(StoreError) {
        try Pages(self).ensure(offset, count)
    }

    fileprivate var words: UnsafeMutablePointer<Atomic<UInt64>> { checked }

    @inline(never)
    fileprivate func check(_ offset: Int, _ count: Int) throws(StoreError) {
        let pages = (offset >> 12)...((offset + count - 1) >> 12)
        // What was checked was read: asking the system for it again costs more than using it.
        guard let first = pages.first(where: { !isChecked($0, 0) }) else { return }
        readAhead(first, pages.upperBound)
        for page in first...pages.upperBound where !isChecked(page, 0) { try checkPage(page) }
    }

    /// The mapping is advised against reading ahead, for look-ups jump. Whoever reads page after
    /// page, or many at once, has the next ones read; a hint, so threads need not agree on it.
    private func readAhead(_ first: Int, _ last: Int) {
        let next = nextPage.exchange(last + 1, ordering: .relaxed)
        guard next > 0, first >= next, first < next + Self.gapPages else {
            if last > first { prefetch(first..<last + 1) }
            return
        }
        // Pages beyond this one that were asked for already: half a window of them will do.
        let known = prefetched.load(ordering: .relaxed)
        let isAhead = known > last && known <= last + 1 + Self.windowPages
        if isAhead, known > last + Self.windowPages / 2 { return }
        let end = last + 1 + Self.windowPages
        prefetch((isAhead ? known : first)..<end)
        prefetched.store(end, ordering: .relaxed)
    }

    private func prefetch(_ pages: Range<Int>) {
        let end = min(pages.upperBound << 12, memory.byteCount)
        if pages.lowerBound << 12 < end { memory.prefetch(pages.lowerBound << 12..<end) }
    }

    /// How many bytes of the data, and of the tables of checksums, have been read so far.
    package var checkedByteCount: Int {
        (0..<wordCount).reduce(0) { $0 + checked[$1].load(ordering: .relaxed).nonzeroBitCount }
            << 12
    }

    private func isChecked(_ page: Int, _ firstWord: Int) -> Bool {
        checked[firstWord + page >> 6].load(ordering: .acquiring) >> UInt64(page & 63) & 1 == 1
    }

    private func markChecked(_ page: Int, _ firstWord: Int) {
        _ = checked[firstWord + page >> 6].bitwiseOr(1 << UInt64(page & 63), ordering: .releasing)
    }

    private func checkPage(_ page: Int) throws(StoreError) {
        let page = page
        var start = 0
        var byteCount = dataByteCount
        var firstWord = 0
        // Upwards until a table that is known to be right, remembering the way.
        var path: [(page: Int, start: Int, byteCount: Int, firstWord: Int)] = []
        var current = page
        for level in 0...levels.count {
            if isChecked(current, firstWord) { break }
            path.append((current, start, byteCount, firstWord))
            if level == levels.count { break }
            firstWord += ((byteCount + 4095) / 4096 + 63) / 64
            start = levels[level].byteOffset
            byteCount = levels[level].byteCount
            current /= SegmentFormat.hashesPerPage
        }
        for (level, step) in path.enumerated().reversed() {
            let from = step.start + step.page * SegmentFormat.pageByteCount
            let count = min(
                SegmentFormat.pageByteCount,
                step.byteCount - step.page * SegmentFormat.pageByteCount)
            let found = xxh3(memory.base + from, count)
            let expected =
                level == levels.count
                ? rootHash
                : memory.base.loadUnaligned(
                    fromByteOffset: levels[level].byteOffset + step.page * 8, as: UInt64.self)
            guard found == expected else {
                throw .corrupted("checksum of a page does not match", in: self.path, at: from)
            }
            markChecked(step.page, step.firstWord)
        }
    }

    /// Checks every page; calls `damaged` with the range of each that does not match.
    func checkAll(_ damaged: (Range<Int>) -> Void) {
        for page in 0..<(dataByteCount + 4095) / 4096 {
            if page % Self.windowPages == 0 { prefetch(page..<page + Self.windowPages) }
            let from = page * SegmentFormat.pageByteCount
            let range = from..<min(from + SegmentFormat.pageByteCount, dataByteCount)
            do throws(StoreError) {
                // The bit of a page that was right earlier must not hide that it is wrong now.
                try recheckPage(page, range)
            } catch {
                damaged(range)
            }
        }
    }

    private func recheckPage(_ page: Int, _ range: Range<Int>) throws(StoreError) {
        try checkPage(page)
        let expected = memory.base.loadUnaligned(
            fromByteOffset: levels[0].byteOffset + page * 8, as: UInt64.self)
        guard xxh3(memory.base + range.lowerBound, range.count) == expected else {
            throw .corrupted("checksum of a page does not match", in: path, at: range.lowerBound)
        }
    }
}

/// The check of pages, without a reference count: the segment must be held by whoever uses it.
package struct Pages {
    let base: UnsafeRawPointer
    let dataByteCount: Int
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private unowned(unsafe) let file: SegmentFile

    init(_ file: SegmentFile) {
        base = file.memory.base
        dataByteCount = file.dataByteCount
        words = file.words
        self.file = file
    }

    var path: String { file.path }

    @inline(__always)
    private func isChecked(_ page: Int) -> Bool {
        words[page &>> 6].load(ordering: .acquiring) &>> UInt64(page & 63) & 1 == 1
    }

    /// The bytes at `offset` are as they were written when this returns.
    @inline(__always)
    func ensure(_ offset: Int, _ count: Int) throws(StoreError) {
        if count == 0 { return }
        let first = offset &>> 12
        let last = (offset &+ count &- 1) &>> 12
        if isChecked(first), first == last || (last == first &+ 1 && isChecked(last)) { return }
        try file.check(offset, count)
    }

    /// A checked range that a file gives, which may lie anywhere.
    @inline(__always)
    func bytes(_ offset: UInt64, _ count: Int) throws(StoreError) -> UnsafeRawBufferPointer {
        let limit = dataByteCount
        guard offset <= UInt64(limit), count <= limit - Int(offset) else {
            throw .corrupted(
                "a section lies outside of the file", in: path, at: Int(clamping: offset))
        }
        try ensure(Int(offset), count)
        return UnsafeRawBufferPointer(start: base + Int(offset), count: count)
    }
}

/// Packed integers in a segment; each access checks its page.
package struct PackedArray {
    package let count: Int
    let byteOffset: Int
    let width: Int
    private let pages: Pages

    init(_ packed: SegmentDirectory.Packed, _ pages: Pages) {
        count = packed.count
        byteOffset = packed.byteOffset
        width = packed.width
        self.pages = pages
    }

    /// Value `index`, which must be below `count`.
    @inline(__always)
    package func value(_ index: Int) throws(StoreError) -> Int {
        let bit = index &* width
        let first = bit &>> 3
        let last = (bit &+ width &+ 7) &>> 3
        try pages.ensure(byteOffset &+ first, last &- first)
        return Int(truncatingIfNeeded: loadPacked(pages.base + byteOffset, index, width))
    }

    /// The values in `range`, which must be within `count`, into `target`, which has room.
    @inline(__always)
    func unpack(_ range: Range<Int>, into target: UnsafeMutablePointer<Int64>) throws(StoreError) {
        let first = range.lowerBound &* width &>> 3
        let last = (range.upperBound &* width &+ 7) &>> 3
        try pages.ensure(byteOffset &+ first, last &- first)
        Codec.unpack(
            pages.base + byteOffset, start: range.lowerBound, count: range.count, width: width,
            adding: 0, into: target)
    }

    /// Values `index` and `index + 1` as a range of what has `limit` entries.
    @inline(__always)
    package func range(_ index: Int, limit: Int) throws(StoreError) -> Range<Int> {
        // They lie side by side, so that their pages are looked at once.
        let bit = index &* width
        let first = bit &>> 3
        let last = (bit &+ width &+ width &+ 7) &>> 3
        try pages.ensure(byteOffset &+ first, last &- first)
        let base = pages.base + byteOffset
        let start = Int(truncatingIfNeeded: loadPacked(base, index, width))
        let end = Int(truncatingIfNeeded: loadPacked(base, index &+ 1, width))
        guard start <= end, end <= limit else {
            throw .corrupted("an index contradicts itself", in: pages.path, at: byteOffset)
        }
        return start..<end
    }
}
