// SPDX-License-Identifier: Apache-2.0
import CSegstoreJSON

package typealias JSONToken = segstore_json_token

extension JSONToken {
    var text: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: UInt(bits)), count: Int(count))
    }
    var integer: Int64 { Int64(bitPattern: bits) }
    var real: Double { Double(bitPattern: bits) }
    var string: String { String(decoding: text, as: UTF8.self) }
}

/// simdjson. One for each thread.
package final class JSONParser {
    private let parser: OpaquePointer

    package init() {
        guard let made = segstore_json_parser_new() else {
            preconditionFailure("there is no memory for a parser")
        }
        parser = made
    }

    deinit { segstore_json_parser_free(parser) }

    /// What stands in a document of strict JSON, until the next call. `TextInput.padding` bytes
    /// behind it must be readable.
    package func parse(
        _ text: UnsafeRawBufferPointer
    ) throws(RowError) -> UnsafeBufferPointer<JSONToken> {
        var tokens: UnsafePointer<JSONToken>?
        var count = 0
        if let message = segstore_json_parse(parser, text.baseAddress, text.count, &tokens, &count)
        {
            throw RowError("is no JSON: \(String(cString: message))")
        }
        return UnsafeBufferPointer(start: tokens, count: count)
    }

    /// Parses and forgets it: what parsing alone costs.
    package func check(_ text: UnsafeRawBufferPointer) -> Bool {
        segstore_json_check(parser, text.baseAddress, text.count) == nil
    }
}

/// Why a line is not a row.
package struct RowError: Error {
    package let reason: String

    /// What it quotes may be of any length.
    package init(_ reason: String) {
        self.reason = reason.utf8.count > 500 ? "\(reason.prefix(500))…" : reason
    }
}
