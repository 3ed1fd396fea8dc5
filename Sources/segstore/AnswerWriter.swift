// SPDX-License-Identifier: Apache-2.0
//
// Answers for programs: written once by a command, and JSON, NDJSON or CSV by what was asked for.

import Codec
import Exchange
import SegmentStore

/// What stands in an answer without parts.
protocol AnswerScalar {
    func append(to out: ByteBuffer, _ form: AnswerWriter.Form)
}

extension BinaryInteger where Self: AnswerScalar {
    func append(to out: ByteBuffer, _ form: AnswerWriter.Form) {
        ValueText.append(description, to: out)
    }
}
extension Int: AnswerScalar {}
extension Int64: AnswerScalar {}
extension UInt64: AnswerScalar {}

extension Bool: AnswerScalar {
    func append(to out: ByteBuffer, _ form: AnswerWriter.Form) {
        ValueText.append(description, to: out)
    }
}

extension Double: AnswerScalar {
    func append(to out: ByteBuffer, _ form: AnswerWriter.Form) {
        ValueText.append(self, to: out, quoted: form != .csv)
    }
}

extension String: AnswerScalar {
    func append(to out: ByteBuffer, _ form: AnswerWriter.Form) {
        form == .csv
            ? CSVText.append(string: self, to: out) : JSONText.append(string: self, to: out)
    }
}

extension Swift.Optional: AnswerScalar where Wrapped: AnswerScalar {
    func append(to out: ByteBuffer, _ form: AnswerWriter.Form) {
        if let self { return self.append(to: out, form) }
        if form != .csv { ValueText.append("null", to: out) }
    }
}

/// A time, as RFC 3339 writes it.
struct AnswerTime: AnswerScalar {
    let nanoseconds: Int64

    func append(to out: ByteBuffer, _ form: AnswerWriter.Form) {
        let text = ByteBuffer(capacity: 32)
        ValueText.append(time: nanoseconds, to: text)
        String(decoding: text.bytes, as: UTF8.self).append(to: out, form)
    }
}

/// A value of a row.
struct AnswerValue: AnswerScalar {
    let value: Value

    init(_ value: Value) { self.value = value }

    func append(to out: ByteBuffer, _ form: AnswerWriter.Form) {
        switch value {
        case .null: String?.none.append(to: out, form)
        case .bool(let value): value.append(to: out, form)
        case .int(let value): value.append(to: out, form)
        case .float(let value): value.append(to: out, form)
        case .string(let value): value.append(to: out, form)
        case .timestamp(let value): AnswerTime(nanoseconds: value).append(to: out, form)
        case .bytes(let value):
            let text = ByteBuffer()
            value.withUnsafeBytes { ValueText.append(base64: $0, to: text) }
            String(decoding: text.bytes, as: UTF8.self).append(to: out, form)
        case .vector(let value): value.description.append(to: out, form)
        }
    }
}

/// Writes one object.
final class AnswerWriter {
    enum Form: Sendable {
        /// Elements of arrays that are objects begin a line.
        case lines
        case oneLine
        /// Members of members become columns with a dot in their names; arrays stay JSON.
        case csv
    }

    private let out: ByteBuffer
    private let form: Form
    private var needsComma = false
    private var depth = 0
    /// Of CSV: what the members so far are called, and what stands before those to come.
    fileprivate private(set) var names: [String] = []
    private var prefix = ""
    private var arrayDepth = 0

    fileprivate init(_ out: ByteBuffer, _ form: Form) {
        self.out = out
        self.form = form
    }

    /// One object, in one line.
    static func object(to out: ByteBuffer, _ body: (AnswerWriter) throws -> Void) rethrows {
        let writer = AnswerWriter(out, .oneLine)
        try writer.nested("{", "}") { try body(writer) }
    }

    func member(_ name: String, _ value: some AnswerScalar) {
        begin(name)
        value.append(to: out, scalarForm)
    }

    func element(_ value: some AnswerScalar) {
        begin(nil)
        value.append(to: out, scalarForm)
    }

    private var scalarForm: Form { arrayDepth > 0 ? .oneLine : form }

    /// A member of that name, or an element.
    func object(_ name: String? = nil, _ body: () throws -> Void) rethrows {
        if form == .csv, arrayDepth == 0 {
            let outer = prefix
            if let name { prefix += name + "." }
            try body()
            prefix = outer
            return
        }
        begin(name)
        if name == nil, depth > 0, form == .lines { raw("\n") }
        try nested("{", "}", body)
    }

    func array(_ name: String, _ body: () throws -> Void) rethrows {
        guard form == .csv, arrayDepth == 0 else {
            begin(name)
            return try nested("[", "]", body)
        }
        // A cell of JSON, quoted as a whole.
        begin(name)
        arrayDepth += 1
        let start = out.count
        try nested("[", "]", body)
        arrayDepth -= 1
        let text = String(
            decoding: UnsafeRawBufferPointer(rebasing: out.bytes[start...]), as: UTF8.self)
        out.truncate(to: start)
        CSVText.append(string: text, to: out)
    }

    /// A member, or an element, that somebody else writes.
    fileprivate func write(
        _ name: String? = nil, _ body: (ByteBuffer) throws -> Void
    ) rethrows {
        begin(name)
        if name == nil { raw("\n") }
        try body(out)
    }

    private func raw(_ text: String) { ValueText.append(text, to: out) }

    private func begin(_ name: String?) {
        if needsComma { raw(",") }
        needsComma = true
        guard let name else { return }
        if form == .csv, arrayDepth == 0 {
            names.append(prefix + name)
        } else {
            JSONText.append(string: name, to: out)
            raw(":")
        }
    }

    fileprivate func nested(_ open: String, _ close: String, _ body: () throws -> Void) rethrows {
        raw(open)
        needsComma = false
        depth += 1
        try body()
        depth -= 1
        needsComma = true
        raw(close)
    }
}

/// Takes the rows of an answer that is a list.
struct AnswerRows {
    fileprivate let add: ((ByteBuffer) throws -> Void) throws -> Void
    fileprivate let form: AnswerWriter.Form

    func row(_ body: (AnswerWriter) throws -> Void) throws {
        try add { buffer in
            let writer = AnswerWriter(buffer, form)
            if form == .csv {
                try body(writer)
            } else {
                try writer.nested("{", "}") { try body(writer) }
            }
        }
    }
}

extension Output {
    /// An answer that is one object.
    func answer(_ format: Format, _ body: (AnswerWriter) throws -> Void) rethrows {
        try write { buffer in
            switch format {
            case .csv:
                let cells = ByteBuffer()
                let writer = AnswerWriter(cells, .csv)
                try body(writer)
                CSVText.append(header: writer.names, to: buffer)
                buffer.append(cells.bytes)
                withExtendedLifetime(cells) {}
            default:
                let writer = AnswerWriter(buffer, format == .ndjson ? .oneLine : .lines)
                try writer.nested("{", "}") { try body(writer) }
            }
            buffer.append(UInt8(ascii: "\n"))
        }
    }

    /// The members of an object that somebody else writes.
    func appendMembers(to out: ByteBuffer, _ body: (AnswerWriter) throws -> Void) rethrows {
        try body(AnswerWriter(out, .lines))
    }

    /// An answer that is a list: JSON has `summary` and, named `name`, the rows; the others have
    /// the rows alone. `columns` is what CSV begins with; every row has these members.
    func answer(
        _ format: Format, _ name: String, columns: [String],
        summary: (AnswerWriter) -> Void, rows: (AnswerRows) throws -> Void
    ) throws {
        func add(_ row: (ByteBuffer) throws -> Void) throws {
            try write { buffer in
                try row(buffer)
                buffer.append(UInt8(ascii: "\n"))
            }
        }
        switch format {
        case .csv:
            write { CSVText.append(header: columns, to: $0) }
            try rows(AnswerRows(add: add, form: .csv))
        case .ndjson: try rows(AnswerRows(add: add, form: .oneLine))
        default:
            let buffer = ByteBuffer()
            let writer = AnswerWriter(buffer, .lines)
            func flush() {
                write { $0.append(buffer.bytes) }
                buffer.removeAll()
            }
            try writer.nested("{", "}") {
                summary(writer)
                try writer.array(name) {
                    try rows(
                        AnswerRows(
                            add: { row in
                                try writer.write(nil, row)
                                if buffer.count > 1 << 16 { flush() }
                            }, form: .oneLine))
                }
            }
            buffer.append(UInt8(ascii: "\n"))
            flush()
        }
    }

    /// The same of a relation's rows, which come from `rows`, with all columns or those given.
    func answer(
        _ format: Format, _ name: String, of reader: Reader, _ relation: Int, columns: [Int]? = nil,
        summary: (AnswerWriter) -> Void, rows: ((RowID) throws -> Void) throws -> Void
    ) throws {
        let text = RowTextWriter(reader, relation, format == .csv ? .csv : .json, columns: columns)
        try answer(format, name, columns: text.names, summary: summary) { answer in
            try rows { row in try answer.add { try text.append(row, to: $0) } }
        }
    }

    /// The same of one row.
    func answer(
        _ format: Format, _ name: String, of reader: Reader, _ relation: Int, columns: [Int],
        summary: (AnswerWriter) -> Void, row: RowID
    ) throws {
        guard format == .json else {
            return try answer(format, name, of: reader, relation, columns: columns) { _ in
            } rows: { body in
                try body(row)
            }
        }
        let text = RowTextWriter(reader, relation, .json, columns: columns)
        try write { buffer in
            let writer = AnswerWriter(buffer, .lines)
            try writer.nested("{", "}") {
                summary(writer)
                try writer.write(name) { try text.append(row, to: $0) }
            }
            buffer.append(UInt8(ascii: "\n"))
        }
    }
}
