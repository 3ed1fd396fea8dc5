// SPDX-License-Identifier: Apache-2.0
//
// What is known of a block without reading it: FORMAT.md, "Block descriptor".

/// How the values of a block are laid out.
public enum Encoding: UInt8, Sendable, CaseIterable {
    // Fixed-width columns, and the lengths of text columns.
    case constant = 0
    case bitPacked = 1
    case runLength = 2
    case delta = 3
    case dictionary = 4
    case plain = 5
    // The bytes of text columns.
    case frames = 16
    // Float vectors.
    case vectors = 32
}

/// What is done to the bytes of a text block.
public enum Compression: UInt8, Sendable, CaseIterable {
    case none = 0
    case lz4 = 1
    case zstd = 2
    case zstdDictionary = 3
    /// Two lower-case hexadecimal digits in a byte.
    case hex = 4
    /// Nothing is stored, since the values stand in another column's strings: the block is an
    /// integer block of where they start there.
    case slice = 5
}

/// One block: a column's values in one row group.
public struct BlockDescriptor: Equatable, Sendable {
    /// Where the payload starts in its file. A multiple of eight.
    public var byteOffset: UInt64 = 0
    public var byteCount: UInt32 = 0
    public var nullCount: UInt32 = 0
    public var encoding: Encoding = .constant
    public var compression: Compression = .none
    /// Bits of a packed value.
    public var width: UInt8 = 0
    /// Bits of the second packed array: run ends, deltas.
    public var secondWidth: UInt8 = 0
    /// Runs, dictionary entries or frames.
    public var partCount: UInt32 = 0
    /// Smallest and largest value; what packed values are counted from is the smallest.
    public var minimum: Int64 = 0
    public var maximum: Int64 = 0
    /// Which of the column's compression dictionaries.
    public var dictionaryIndex: UInt32 = 0

    public static let byteCount = 48

    public init() {}

    public func encode(into out: ByteBuffer) {
        out.append(byteOffset)
        out.append(byteCount)
        out.append(nullCount)
        out.append(encoding.rawValue)
        out.append(compression.rawValue)
        out.append(width)
        out.append(secondWidth)
        out.append(partCount)
        out.append(minimum)
        out.append(maximum)
        out.append(dictionaryIndex)
        out.append(UInt32(0))
    }

    /// Reads a descriptor at `source`, 48 readable bytes.
    @inlinable @inline(__always)
    public init(at source: UnsafeRawPointer) throws(CodecError) {
        byteOffset = source.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        byteCount = source.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
        nullCount = source.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
        guard let encoding = Encoding(rawValue: source.load(fromByteOffset: 16, as: UInt8.self))
        else { throw CodecError(.unknownTag, "encoding") }
        self.encoding = encoding
        compression = try Self.compression(at: source)
        width = source.load(fromByteOffset: 18, as: UInt8.self)
        secondWidth = source.load(fromByteOffset: 19, as: UInt8.self)
        guard width <= 64, secondWidth <= 64 else { throw CodecError(.inconsistent, "bit width") }
        partCount = source.loadUnaligned(fromByteOffset: 20, as: UInt32.self)
        minimum = source.loadUnaligned(fromByteOffset: 24, as: Int64.self)
        maximum = source.loadUnaligned(fromByteOffset: 32, as: Int64.self)
        dictionaryIndex = source.loadUnaligned(fromByteOffset: 40, as: UInt32.self)
    }

    /// The compression alone, of a descriptor at `source`.
    @inlinable @inline(__always)
    public static func compression(at source: UnsafeRawPointer) throws(CodecError) -> Compression {
        guard
            let compression = Compression(rawValue: source.load(fromByteOffset: 17, as: UInt8.self))
        else { throw CodecError(.unknownTag, "compression") }
        return compression
    }
}

extension BlockDescriptor {
    /// What reading one value needs of the commonest integer block: packed, or constant, which is
    /// packed in no bits; without nulls.
    public struct Packed {
        public let byteOffset: Int
        @usableFromInline let byteCount: Int
        public let width: Int
        public let minimum: Int64

        /// Nil for every other block. `source` is a descriptor, 48 readable bytes.
        @inlinable @inline(__always)
        public init?(at source: UnsafeRawPointer) {
            let nullCount = source.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
            let tags = source.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
            let encoding = UInt8(truncatingIfNeeded: tags)
            let isConstant = encoding == Encoding.constant.rawValue
            guard nullCount == 0, isConstant || encoding == Encoding.bitPacked.rawValue else {
                return nil
            }
            let offset = source.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
            guard offset <= UInt64(Int.max) else { return nil }
            byteOffset = Int(truncatingIfNeeded: offset)
            byteCount = Int(source.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            width = isConstant ? 0 : Int(tags &>> 16 & 0xff)
            minimum = source.loadUnaligned(fromByteOffset: 24, as: Int64.self)
        }

        /// Whether the block has its values, within a file of `limit` bytes.
        @inlinable @inline(__always)
        public func fits(rowCount: Int, limit: Int) -> Bool {
            width <= 64 && packedByteCount(rowCount, width) <= byteCount && byteOffset <= limit
                && byteCount <= limit &- byteOffset
        }

        /// The bytes of the block that value `index` lies in.
        @inlinable @inline(__always)
        public func bits(of index: Int) -> (firstByte: Int, byteCount: Int) {
            let bit = index &* width
            return (bit &>> 3, (bit &+ width &+ 7) &>> 3 &- bit &>> 3)
        }

        @inlinable @inline(__always)
        public func value(_ index: Int, in file: UnsafeRawPointer) -> Int64 {
            minimum &+ Int64(bitPattern: loadPacked(file + byteOffset, index, width))
        }
    }
}

/// Bytes of a null bitmap over `rowCount` rows, padded so that what follows is aligned.
@inlinable @inline(__always)
public func nullBitmapByteCount(_ rowCount: Int) -> Int { ((rowCount &+ 63) >> 6) << 3 }
