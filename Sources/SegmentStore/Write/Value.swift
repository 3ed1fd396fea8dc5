// SPDX-License-Identifier: Apache-2.0

/// A value of any column type.
public enum Value: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case float(Double)
    /// Of a string or enumeration column.
    case string(String)
    case bytes([UInt8])
    /// Nanoseconds since 1970.
    case timestamp(Int64)
    case vector([Float])
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByNilLiteral, CustomStringConvertible
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(floatLiteral value: Double) { self = .float(value) }
    public init(nilLiteral: ()) { self = .null }

    public var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .float(let value): "\(value)"
        case .string(let value): value
        case .bytes(let value): "\(value.count) bytes"
        case .timestamp(let value): "\(value)"
        case .vector(let value): "\(value)"
        }
    }
}

/// The order of first key columns that are numbers is the order of these eight bytes.
func orderedBytes(_ value: Int64) -> UInt64 { (UInt64(bitPattern: value) ^ (1 << 63)).bigEndian }

func orderedValue(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard bytes.count == 8 else { return nil }
    return Int64(bitPattern: bytes.loadUnaligned(as: UInt64.self).bigEndian ^ (1 << 63))
}
