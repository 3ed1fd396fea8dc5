// SPDX-License-Identifier: Apache-2.0
//
// JSON as it is written, so that an answer of any length needs no memory.

import SegmentStore

/// What stands in JSON without parts.
protocol JSONScalar {
    var json: String { get }
}

extension Int: JSONScalar { var json: String { description } }
extension Int64: JSONScalar { var json: String { description } }
extension UInt64: JSONScalar { var json: String { description } }
extension Bool: JSONScalar { var json: String { description } }

extension Double: JSONScalar {
    var json: String { isFinite ? description : "null" }
}

extension Swift.Optional: JSONScalar where Wrapped: JSONScalar {
    var json: String { self?.json ?? "null" }
}

extension String: JSONScalar {
    var json: String {
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0a: bytes += "\\n".utf8
            case 0x09: bytes += "\\t".utf8
            case 0..<0x20, 0x7f:
                bytes += "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Value: JSONScalar {
    /// A time is text in UTC, bytes are hexadecimal digits.
    var json: String {
        switch self {
        case .null: "null"
        case .bool(let value): value.json
        case .int(let value): value.json
        case .float(let value): value.json
        case .string(let value): value.json
        case .bytes(let value):
            value.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined().json
        case .timestamp(let value): Text.utc(value).json
        case .vector(let value): "[" + value.map { Double($0).json }.joined(separator: ",") + "]"
        }
    }
}

final class JSONWriter {
    private let output: Output
    private var needsComma = false
    private var depth = 0

    /// Writes one object and a line's end.
    static func write(to output: Output, _ body: (JSONWriter) throws -> Void) rethrows {
        let writer = JSONWriter(output)
        try writer.object { try body(writer) }
        output.line()
    }

    private init(_ output: Output) { self.output = output }

    func member(_ name: String, _ value: some JSONScalar) {
        begin(name)
        output.write(value.json)
    }

    func element(_ value: some JSONScalar) {
        begin(nil)
        output.write(value.json)
    }

    /// A member of that name, or an element: each on a line of its own.
    func object(_ name: String? = nil, _ body: () throws -> Void) rethrows {
        begin(name)
        if name == nil, depth > 0 { output.write("\n") }
        try nested("{", "}", body)
    }

    func array(_ name: String, _ body: () throws -> Void) rethrows {
        begin(name)
        try nested("[", "]", body)
    }

    private func begin(_ name: String?) {
        if needsComma { output.write(",") }
        needsComma = true
        if let name { output.write(name.json + ":") }
    }

    private func nested(_ open: String, _ close: String, _ body: () throws -> Void) rethrows {
        output.write(open)
        needsComma = false
        depth += 1
        try body()
        depth -= 1
        needsComma = true
        output.write(close)
    }
}
