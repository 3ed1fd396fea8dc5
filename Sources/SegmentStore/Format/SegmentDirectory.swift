// SPDX-License-Identifier: Apache-2.0
//
// What stands where in a segment: FORMAT.md, "Segment directory". Read whole when a segment is
// opened, so it holds nothing that grows with the rows.

import Codec

package struct SegmentDirectory {
    package struct Section {
        package var byteOffset = 0
        package var byteCount = 0
    }

    package struct Packed {
        package var byteOffset = 0
        package var count = 0
        package var width = 0
        package var byteCount: Int { packedByteCount(count, width) }
    }

    package struct Dictionary {
        package var domain = 0
        package var count = 0
        /// Strings that share a chain of prefixes, as a power of two.
        package var groupShift = 0
        /// Where each group of strings starts, and the end of the last.
        package var groupOffsets = Packed()
        package var strings = Section()
        /// Where each tail starts, and the end of the last.
        package var tailOffsets = Packed()
        package var tails = Section()
        /// The key index: ids ordered by the hash of their strings.
        package var hashBits = 0
        package var hashStarts = Packed()
        package var tags = Section()
        package var ids = Packed()
    }

    package enum ColumnKind: UInt8 {
        /// `parameter` is the domain.
        case interned = 0
        case fixed = 1
        /// `parameter` is the family.
        case text = 2
        /// `parameter` is the bytes of a value.
        case vector = 3
    }

    package struct Column {
        package var index = 0
        package var kind = ColumnKind.fixed
        package var parameter = 0
        package var descriptorOffset = 0
    }

    package struct Family {
        package var descriptorOffset = 0
        package var dictionaries: [Section] = []
    }

    /// Rows by an id: those of id i are the entries offsets[i] ..< offsets[i + 1].
    package struct Target {
        package var offsets = Packed()
        package var rows = Packed()
        package var neighbours = Packed()
    }

    /// Runs of rows by the scope's id.
    package struct Scope {
        package var offsets = Packed()
        package var starts = Packed()
        package var counts = Packed()
    }

    package struct Relation {
        package var index = 0
        package var rowCount = 0
        package var groupCount = 0
        package var firstRowOffset = 0
        package var columns: [Column] = []
        package var families: [Family] = []
        package var keyOffsets = Packed()
        package var keyRows = Packed()
        package var target: Target?
        package var scope: Scope?
    }

    package var dictionaries: [Dictionary] = []
    package var relations: [Relation] = []

    package init() {}
}

// MARK: - Encoding

extension SegmentDirectory {
    package func encode(into out: ByteBuffer) {
        out.appendVarint(UInt64(dictionaries.count))
        for dictionary in dictionaries { dictionary.encode(into: out) }
        out.appendVarint(UInt64(relations.count))
        for relation in relations { relation.encode(into: out) }
    }
}

extension SegmentDirectory.Section {
    func encode(into out: ByteBuffer) {
        out.appendVarint(UInt64(byteOffset))
        out.appendVarint(UInt64(byteCount))
    }
}

extension SegmentDirectory.Packed {
    func encode(into out: ByteBuffer) {
        out.appendVarint(UInt64(byteOffset))
        out.appendVarint(UInt64(count))
        out.append(UInt8(width))
    }
}

extension SegmentDirectory.Dictionary {
    fileprivate func encode(into out: ByteBuffer) {
        out.appendVarint(UInt64(domain))
        out.appendVarint(UInt64(count))
        out.append(UInt8(groupShift))
        groupOffsets.encode(into: out)
        strings.encode(into: out)
        tailOffsets.encode(into: out)
        tails.encode(into: out)
        out.append(UInt8(hashBits))
        hashStarts.encode(into: out)
        tags.encode(into: out)
        ids.encode(into: out)
    }
}

extension SegmentDirectory.Relation {
    fileprivate func encode(into out: ByteBuffer) {
        out.appendVarint(UInt64(index))
        out.appendVarint(UInt64(rowCount))
        out.appendVarint(UInt64(groupCount))
        out.appendVarint(UInt64(firstRowOffset))
        out.appendVarint(UInt64(columns.count))
        for column in columns {
            out.appendVarint(UInt64(column.index))
            out.append(column.kind.rawValue)
            out.appendVarint(UInt64(column.parameter))
            out.appendVarint(UInt64(column.descriptorOffset))
        }
        out.appendVarint(UInt64(families.count))
        for family in families {
            out.appendVarint(UInt64(family.descriptorOffset))
            out.appendVarint(UInt64(family.dictionaries.count))
            for dictionary in family.dictionaries { dictionary.encode(into: out) }
        }
        keyOffsets.encode(into: out)
        keyRows.encode(into: out)
        out.append(UInt8(target == nil ? 0 : 1))
        if let target {
            target.offsets.encode(into: out)
            target.rows.encode(into: out)
            target.neighbours.encode(into: out)
        }
        out.append(UInt8(scope == nil ? 0 : 1))
        if let scope {
            scope.offsets.encode(into: out)
            scope.starts.encode(into: out)
            scope.counts.encode(into: out)
        }
    }
}

// MARK: - Decoding

extension SegmentDirectory {
    /// Every range that comes out lies within `dataByteCount`.
    package static func decode(
        _ reader: inout ByteReader, dataByteCount: Int
    ) throws(CodecError) -> SegmentDirectory {
        var source = Source(reader: reader, dataByteCount: dataByteCount)
        var directory = SegmentDirectory()
        for _ in 0..<(try source.count(limit: Limits.relationCount * 10)) {
            let dictionary = try source.dictionary()
            try source.ascend(directory.dictionaries.last?.domain, dictionary.domain)
            directory.dictionaries.append(dictionary)
        }
        for _ in 0..<(try source.count(limit: Limits.relationCount)) {
            let relation = try source.relation()
            try source.ascend(directory.relations.last?.index, relation.index)
            directory.relations.append(relation)
        }
        reader = source.reader
        return directory
    }

    private struct Source {
        var reader: ByteReader
        let dataByteCount: Int

        @inline(__always)
        mutating func count(limit: Int) throws(CodecError) -> Int {
            try reader.readCount(limit: limit)
        }

        mutating func offset() throws(CodecError) -> Int { try count(limit: dataByteCount) }

        mutating func range(_ byteCount: Int, at offset: Int) throws(CodecError) {
            guard byteCount <= dataByteCount - offset else {
                throw CodecError(.inconsistent, "section")
            }
        }

        /// What is numbered stands in the order of its numbers, so that nothing stands twice.
        func ascend(_ last: Int?, _ next: Int) throws(CodecError) {
            guard last ?? -1 < next else {
                throw CodecError(.inconsistent, "order of the directory")
            }
        }

        mutating func section() throws(CodecError) -> Section {
            let section = Section(byteOffset: try offset(), byteCount: try offset())
            try range(section.byteCount, at: section.byteOffset)
            return section
        }

        mutating func packed() throws(CodecError) -> Packed {
            let packed = Packed(
                byteOffset: try offset(), count: try count(limit: Limits.rowCount + 2),
                width: Int(try reader.read(UInt8.self)))
            guard packed.width <= 32 else { throw CodecError(.inconsistent, "bit width") }
            try range(packed.byteCount, at: packed.byteOffset)
            return packed
        }

        mutating func dictionary() throws(CodecError) -> Dictionary {
            var dictionary = Dictionary()
            dictionary.domain = try count(limit: Limits.relationCount * Limits.columnCount)
            dictionary.count = try count(limit: Limits.rowCount)
            dictionary.groupShift = Int(try reader.read(UInt8.self))
            guard dictionary.groupShift <= 8 else { throw CodecError(.inconsistent, "dictionary") }
            dictionary.groupOffsets = try packed()
            dictionary.strings = try section()
            dictionary.tailOffsets = try packed()
            dictionary.tails = try section()
            dictionary.hashBits = Int(try reader.read(UInt8.self))
            dictionary.hashStarts = try packed()
            dictionary.tags = try section()
            dictionary.ids = try packed()
            let groups =
                (dictionary.count + (1 << dictionary.groupShift) - 1) >> dictionary.groupShift
            guard dictionary.groupOffsets.count == groups + 1, dictionary.hashBits <= 31,
                dictionary.tailOffsets.count > 0,
                dictionary.hashStarts.count == (1 << dictionary.hashBits) + 1,
                dictionary.tags.byteCount == dictionary.count,
                dictionary.ids.count == dictionary.count
            else { throw CodecError(.inconsistent, "dictionary") }
            return dictionary
        }

        mutating func relation() throws(CodecError) -> Relation {
            var relation = Relation()
            relation.index = try count(limit: Limits.relationCount)
            relation.rowCount = try count(limit: Limits.rowCount)
            relation.groupCount = try count(limit: relation.rowCount)
            relation.firstRowOffset = try offset()
            try range(relation.groupCount * 4, at: relation.firstRowOffset)
            guard relation.rowCount <= relation.groupCount * TextLimits.rowLimit else {
                throw CodecError(.inconsistent, "row groups")
            }
            let descriptors = relation.groupCount * BlockDescriptor.byteCount
            for _ in 0..<(try count(limit: Limits.columnCount)) {
                var column = Column()
                column.index = try count(limit: Limits.columnCount)
                try ascend(relation.columns.last?.index, column.index)
                guard let kind = ColumnKind(rawValue: try reader.read(UInt8.self)) else {
                    throw CodecError(.unknownTag, "column kind")
                }
                column.kind = kind
                column.parameter = try count(limit: Int(Int32.max))
                column.descriptorOffset = try offset()
                try range(descriptors, at: column.descriptorOffset)
                relation.columns.append(column)
            }
            for _ in 0..<(try count(limit: Limits.columnCount)) {
                var family = Family(descriptorOffset: try offset())
                try range(descriptors, at: family.descriptorOffset)
                for _ in 0..<(try count(limit: 1 << 20)) {
                    family.dictionaries.append(try section())
                }
                relation.families.append(family)
            }
            relation.keyOffsets = try packed()
            relation.keyRows = try packed()
            // Packed in no bits, an index of any length would take no bytes.
            guard relation.keyRows.count <= relation.rowCount else {
                throw CodecError(.inconsistent, "key index")
            }
            if try reader.read(UInt8.self) != 0 {
                let target = Target(
                    offsets: try packed(), rows: try packed(), neighbours: try packed())
                guard target.rows.count == target.neighbours.count,
                    target.rows.count <= relation.rowCount
                else {
                    throw CodecError(.inconsistent, "target index")
                }
                relation.target = target
            }
            if try reader.read(UInt8.self) != 0 {
                let scope = Scope(offsets: try packed(), starts: try packed(), counts: try packed())
                guard scope.starts.count == scope.counts.count,
                    scope.starts.count <= relation.rowCount
                else {
                    throw CodecError(.inconsistent, "scope index")
                }
                relation.scope = scope
            }
            guard Set(relation.columns.map(\.index)).count == relation.columns.count else {
                throw CodecError(.inconsistent, "a column that stands twice")
            }
            for column in relation.columns where column.kind == .text {
                guard column.parameter < relation.families.count else {
                    throw CodecError(.inconsistent, "family")
                }
            }
            return relation
        }
    }
}
