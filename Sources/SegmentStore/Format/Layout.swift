// SPDX-License-Identifier: Apache-2.0
//
// The constants of the format. FORMAT.md says the same; a test compares the two.

/// Names in a store's directory.
package enum Layout {
    package static let manifest = "manifest"
    package static let lock = "lock"
    package static let segments = "segments"
    /// The manifest-to-be, between its link and its rename.
    package static let stagedManifest = "manifest.new"
    package static let scratchPrefix = "scratch-"
    package static let segmentSuffix = ".seg"
    package static let manifestSuffix = ".manifest"

    private static func padded(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    }

    package static func segment(_ id: UInt64) -> String {
        "\(segments)/\(padded(id))\(segmentSuffix)"
    }
    package static func manifest(_ generation: UInt64) -> String {
        "\(segments)/\(padded(generation))\(manifestSuffix)"
    }

    /// The number in a file name with that suffix.
    static func number(in name: String, suffix: String) -> UInt64? {
        guard name.hasSuffix(suffix), let number = UInt64(name.dropLast(suffix.count)),
            number < Limits.number
        else { return nil }
        return number
    }
}

/// Of segments and manifests alike.
package enum FormatVersion {
    /// What this code writes.
    package static let current: UInt16 = 1
    /// The oldest that this code reads.
    package static let oldest: UInt16 = 1
    /// Features that a reader, or a writer, must know. None yet.
    package static let knownReaderFlags: UInt32 = 0
    package static let knownWriterFlags: UInt32 = 0

    static func check(version: UInt16, readerFlags: UInt32, path: String) throws(StoreError) {
        guard version >= oldest, version <= current else {
            throw StoreError(
                .unsupportedVersion,
                "format version \(version), but this segstore reads \(oldest) to \(current); use a newer one",
                path: path)
        }
        guard readerFlags & ~knownReaderFlags == 0 else {
            throw StoreError(
                .unsupportedVersion,
                "uses features that this segstore cannot read; use a newer one", path: path)
        }
    }
}

extension FormatVersion {
    static func check(writerFlags: UInt32, path: String) throws(StoreError) {
        guard writerFlags & ~knownWriterFlags == 0 else {
            throw StoreError(
                .unsupportedVersion,
                "uses features that this segstore cannot write; use a newer one",
                path: path)
        }
    }
}

package enum SegmentFormat {
    package static let magic = Array("SEGSTOR1".utf8)
    package static let endMagic = Array("1ROTSGES".utf8)
    package static let headerByteCount = 64
    package static let footerByteCount = 64
    /// What one checksum covers.
    package static let pageByteCount = 4096
    package static let hashByteCount = 8
    package static let hashesPerPage = pageByteCount / hashByteCount

    // The header.
    package static let versionOffset = 8
    package static let readerFlagsOffset = 12
    package static let writerFlagsOffset = 16
    package static let segmentIDOffset = 24

    // The footer.
    package static let dataByteCountOffset = 0
    package static let directoryOffsetOffset = 8
    package static let directoryByteCountOffset = 16
    package static let rootHashOffset = 24
    package static let footerHashOffset = 48
    package static let endMagicOffset = 56

    /// Rows are cut into groups at so many rows, or so many bytes of text.
    package static let groupRowLimit = 2048
    package static let groupTextByteTarget = 512 << 10
    /// Dictionary strings that share a chain of prefixes, as a power of two. Those of a small
    /// dictionary are read more often than their bytes count.
    package static let groupShift = 3
    package static let smallDictionaryCount = 256
    /// Dead rows are marked in bitmaps of so many rows each.
    package static let rowsPerDeadChunk = 4096

    /// Byte counts of the hash tables over `dataByteCount` bytes, lowest level first.
    package static func hashLevels(dataByteCount: Int) -> [Int] {
        var levels: [Int] = []
        var covered = dataByteCount
        repeat {
            covered = (covered + pageByteCount - 1) / pageByteCount * hashByteCount
            levels.append(covered)
        } while covered > pageByteCount
        return levels
    }
}
