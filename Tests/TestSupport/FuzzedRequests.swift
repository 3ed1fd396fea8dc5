// SPDX-License-Identifier: Apache-2.0
//
// What comes over the network, or down a pipe, from nobody knows whom.

import Codec
import Exchange

/// A request's target is refused, or taken apart into what gives the same parts again.
func fuzzRequest(_ input: UnsafeRawBufferPointer) -> Bool {
    guard let text = String(validating: input, as: UTF8.self), let target = RequestTarget(text)
    else { return false }
    let parameters = target.parameters.map { escaped($0.name) + "=" + escaped($0.value) }
    let again = RequestTarget(escaped(target.path) + "?" + parameters.joined(separator: "&"))
    require(again?.path == target.path, "another path: \(again?.path ?? "none")")
    require(again?.parameters.count == target.parameters.count, "other parameters")
    for (a, b) in zip(target.parameters, again?.parameters ?? []) {
        require(a == b, "\(a) has become \(b)")
    }
    return true
}

/// Every byte of it but for slashes.
private func escaped(_ text: String) -> String {
    text.utf8.map { byte in
        byte == UInt8(ascii: "/")
            ? "/" : "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
}

/// A message is refused, or a value that is the same when it is written and read.
func fuzzMessage(_ input: UnsafeRawBufferPointer) throws -> Bool {
    let parser = JSONParser()
    do {
        let value = try JSONValue(parsing: input, parser)
        var text = value.text
        let again = try text.withUTF8 { try JSONValue(parsing: UnsafeRawBufferPointer($0), parser) }
        require(again == value, "\(value.text) has become \(again.text)")
        return true
    } catch let error as RowError {
        _ = error.reason
        return false
    }
}
