// SPDX-License-Identifier: Apache-2.0
//
// How the store keeps what the linker knows of a file.

import Codec

/// Numbers, and texts each of which is written once.
struct FactsWriter {
    private(set) var bytes: [UInt8]
    private var texts: [String: Int] = [:]

    fileprivate static let version: UInt8 = 5

    init() { bytes = [Self.version] }

    mutating func add(_ number: Int) {
        var rest = UInt64(bitPattern: Int64(number))
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The number of a text that was there before, or 0 and the text.
    mutating func add(_ text: String) {
        if let known = texts[text] { return add(known) }
        texts[text] = texts.count + 1
        add(0)
        add(text.utf8.count)
        bytes += text.utf8
    }

    mutating func add(optional text: String?) {
        add(text == nil ? 0 : 1)
        if let text { add(text) }
    }

    mutating func add(_ references: [Reference]) {
        add(references.count)
        for reference in references {
            add(reference.kind.rawValue)
            add(reference.target)
            add(reference.line)
            add(reference.owner)
            add(
                (reference.argumentCount + 1) << 2 | (reference.isTorn ? 2 : 0)
                    | (reference.isValue ? 1 : 0))
            add(optional: reference.labels)
            add(optional: reference.arguments)
        }
    }
}

struct FactsReader {
    private var reader: ByteReader
    private var texts: [String] = []

    init(_ bytes: UnsafeRawBufferPointer) throws(CodecError) {
        reader = ByteReader(bytes)
        guard try reader.read(UInt8.self) == FactsWriter.version else {
            throw CodecError(.inconsistent, "version of facts")
        }
    }

    mutating func number() throws(CodecError) -> Int {
        try reader.readCount(limit: Int(Int32.max))
    }

    /// Of things that take a byte each at least.
    mutating func count() throws(CodecError) -> Int {
        try reader.readCount(limit: reader.remaining)
    }

    mutating func string() throws(CodecError) -> String {
        let place = try number()
        if place > 0 {
            guard place <= texts.count else { throw CodecError(.inconsistent, "text") }
            return texts[place - 1]
        }
        let text = try reader.readString(limit: reader.remaining)
        texts.append(text)
        return text
    }

    mutating func optional() throws(CodecError) -> String? {
        try number() == 0 ? nil : try string()
    }

    mutating func references(_ owners: Int) throws(CodecError) -> [Reference] {
        var references: [Reference] = []
        let count = try count()
        references.reserveCapacity(count)
        for _ in 0..<count {
            guard let kind = EdgeKind(rawValue: try string()) else {
                throw CodecError(.inconsistent, "kind")
            }
            let target = try string()
            let line = try number()
            let owner = try number()
            guard owner < owners else { throw CodecError(.inconsistent, "owner") }
            let last = try number()
            references.append(
                Reference(
                    kind: kind, target: target, line: line, owner: owner,
                    argumentCount: last >> 2 - 1, labels: try optional(),
                    arguments: try optional(),
                    isValue: last & 1 != 0, isTorn: last & 2 != 0))
        }
        return references
    }
}
