// SPDX-License-Identifier: Apache-2.0
//
// A document of JSON as a value: for messages, which are small.

import CSegstoreJSON
import Codec

package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// In the order in which they stand; of two with one name the last counts.
    case object([(name: String, value: JSONValue)])

    /// Throws `RowError` if it is no strict JSON in UTF-8.
    package init(parsing text: UnsafeRawBufferPointer, _ parser: JSONParser) throws {
        let padded = ByteBuffer(capacity: text.count + TextInput.padding)
        padded.append(text)
        _ = padded.appendZeros(TextInput.padding)
        let tokens = try parser.parse(
            UnsafeRawBufferPointer(rebasing: padded.bytes[..<text.count]))
        var index = 0
        self = Self.value(tokens, &index)
        withExtendedLifetime(padded) {}
    }

    private static func value(
        _ tokens: UnsafeBufferPointer<JSONToken>, _ index: inout Int
    ) -> JSONValue {
        let token = tokens[index]
        index += 1
        switch token.kind {
        case .null: return .null
        case .falseValue: return .bool(false)
        case .trueValue: return .bool(true)
        case .integer: return .int(token.integer)
        case .largeInteger: return .number(Double(token.bits))
        case .real: return .number(token.real)
        case .string, .name: return .string(token.string)
        case .array:
            var items: [JSONValue] = []
            while tokens[index].kind != .arrayEnd { items.append(value(tokens, &index)) }
            index += 1
            return .array(items)
        case .object:
            var members: [(name: String, value: JSONValue)] = []
            while tokens[index].kind != .objectEnd {
                let name = tokens[index].string
                index += 1
                members.append((name, value(tokens, &index)))
            }
            index += 1
            return .object(members)
        // The parser closes what it opens.
        case .objectEnd, .arrayEnd: return .null
        }
    }

    package func append(to out: ByteBuffer) {
        switch self {
        case .null: ValueText.append("null", to: out)
        case .bool(let value): ValueText.append(value ? "true" : "false", to: out)
        case .int(let value): ValueText.append(value, to: out)
        case .number(let value): ValueText.append(value, to: out, quoted: true)
        case .string(let value): JSONText.append(string: value, to: out)
        case .array(let items):
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                item.append(to: out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONText.append(string: member.name, to: out)
                out.append(UInt8(ascii: ":"))
                member.value.append(to: out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    package var text: String {
        let out = ByteBuffer(capacity: 256)
        append(to: out)
        return String(decoding: out.bytes, as: UTF8.self)
    }

    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var int: Int? { if case .int(let value) = self { Int(value) } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    package var isObject: Bool { if case .object = self { true } else { false } }

    package static func == (a: JSONValue, b: JSONValue) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)):
            a.count == b.count
                && zip(a, b).allSatisfy { $0.name == $1.name && $0.value == $1.value }
        default: false
        }
    }
}
