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

/// Texts are equal if their bytes are, as they are to the store: not if they only look alike.
extension Value {
    /// Of one type, and the same to the store.
    public static func == (a: Value, b: Value) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)), (.timestamp(let a), .timestamp(let b)): a == b
        case (.float(let a), .float(let b)): a == b
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.bytes(let a), .bytes(let b)): a == b
        case (.vector(let a), .vector(let b)): a == b
        default: false
        }
    }

    /// As they are equal.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: break
        case .bool(let value): hasher.combine(value)
        case .int(let value), .timestamp(let value): hasher.combine(value)
        case .float(let value): hasher.combine(value)
        case .string(var value):
            value.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .bytes(let value): hasher.combine(value)
        case .vector(let value): hasher.combine(value)
        }
    }
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

/// Whether a text is whole numbers with one space between two, and nothing else.
package func isNumberList(_ text: UnsafeRawBufferPointer) -> Bool {
    text.isEmpty
        || text.split(separator: 0x20, omittingEmptySubsequences: false).allSatisfy { part in
            // One way to write each, so that what is read is what was written.
            let digits = part.first == UInt8(ascii: "-") ? part.dropFirst() : part
            let isPlain = digits.first != UInt8(ascii: "0") || part.count == 1
            return isPlain && wholeNumber(UnsafeRawBufferPointer(rebasing: part)) != nil
        }
}

/// A number in decimal; nil if it is none, or leaves 64 bits.
package func wholeNumber(_ text: UnsafeRawBufferPointer) -> Int64? {
    var rest = text[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest.removeFirst() }
    guard !rest.isEmpty, rest.count < 20 else { return nil }
    var value: Int64 = 0
    for byte in rest {
        let digit = Int64(byte) - 0x30
        guard (0...9).contains(digit) else { return nil }
        let (scaled, isLarge) = value.multipliedReportingOverflow(by: 10)
        let (sum, isLarger) =
            isNegative
            ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
        if isLarge || isLarger { return nil }
        value = sum
    }
    return value
}
