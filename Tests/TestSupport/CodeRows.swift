// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Glibc
import SegmentStore

/// Rows of a code graph, shaped as real ones are: the same for the same numbers.
public enum CodeRows {
    /// Twenty entities, or rows of another relation, to a file.
    public static func file(_ number: Int) -> String {
        "src/area\(number / 400 % 12)/part\(number / 20).swift"
    }

    public static func key(_ number: Int) -> String {
        "swift:method:Part\(number / 20).step\(number):\(file(number))"
    }

    /// Another version of the row has other text and other numbers under the same key.
    public static func entity(
        _ number: Int, version: Int = 0, codeByteCount: Int = 300
    ) -> [Value] {
        entity(
            key: key(number), name: "step\(number)",
            qualifiedName: "Part\(number / 20).step\(number)",
            file: file(number), parent: number % 20 == 0 ? nil : key(number / 20 * 20),
            line: number % 20 * 30 + version, doc: number % 3 == 0 ? "Does step \(number)." : nil,
            code: code(number + version, byteCount: codeByteCount))
    }

    /// A row of which only the key is given, or a few more columns.
    public static func entity(
        key: String, name: String = "name", qualifiedName: String = "Type.name",
        kind: String = "method", file: String = "src/a.swift", parent: String? = nil, line: Int = 1,
        signature: String = "func name(_ value: Int) -> Int", doc: String? = nil,
        code: String = "func name(_ value: Int) -> Int { value &* 31 }"
    ) -> [Value] {
        [
            .string(key), .string(name), .string(qualifiedName), .string(kind), "swift",
            .string(file), .int(Int64(line)), .int(Int64(line + 12)),
            parent.map { .string($0) } ?? .null, "public", .string(signature),
            doc.map { .string($0) } ?? .null, .string(code),
            .string(String(UInt64(truncatingIfNeeded: key.utf8.count &* 31 &+ line), radix: 16)),
            .bool(line % 7 == 0), .int(Int64(code.utf8.count / 4)), .int(Int64(line % 9)), "src",
            "src/area",
        ]
    }

    public static func edge(
        _ from: Int, _ to: Int, kind: String = "calls", line: Int = 1
    ) -> [Value] {
        edge(from: key(from), to: key(to), kind: kind, file: file(from), line: line)
    }

    public static func edge(
        from: String, to: String, kind: String = "calls", file: String = "src/a.swift",
        line: Int = 1
    ) -> [Value] {
        [
            .string(from), .string(to), .string(kind), .string(file), .int(Int64(line)),
            line % 4 == 0 ? .string("\(line) \(line + 2)") : .null, line % 4 == 0 ? 2 : .null,
            "exact",
        ]
    }

    /// A row of any relation of `CodeGraph.schema`, by the relation's number.
    public static func row(_ relation: Int, _ number: Int, version: Int = 0) -> [Value] {
        let file = Value.string("\(file(number))/\(number)")
        let int = Value.int(Int64(number + version))
        switch relation {
        case 0: return entity(number, version: version)
        case 1: return edge(number, number / 2, line: 1 + version)
        case 2:
            return [
                .string("swift:method:Tests.test\(number):\(self.file(number))"),
                .string("test\(number)"), "method", "swift", file, int, int, "an attribute",
            ]
        case 3:
            return [
                file, "swift", int, int, int, int, .float(Double(number) / 3), .float(0.5), int,
            ]
        case 4: return [file, "bin", version == 0 ? "no parser" : "too large"]
        default: return [file, "swift", int, .timestamp(Int64(number)), "0123abcd", 0, "swift 1"]
        }
    }

    /// Text that compresses as source does.
    public static func code(_ number: Int, byteCount: Int) -> String {
        let head = "func step\(number)(_ value: Int) throws -> Int {\n"
        let count = max(0, byteCount - head.utf8.count)
        var rest = ""
        while rest.utf8.count < count {
            let start = (number &* 7919 &+ rest.utf8.count) % (body.count / 2)
            rest += String(
                decoding: body[start..<min(body.count, start + count - rest.utf8.count)],
                as: UTF8.self)
        }
        return head + rest
    }

    private static let body: [UInt8] = {
        var random = SeededGenerator(seed: 5)
        let words = [
            "let ", "value", " = ", "try ", "batch", ".append(", ")\n    ", "return ", "if ",
            "guard ", " else { ", " }\n", "store", ".snapshot()", "count", " + 1", "\"text\"",
        ]
        var text: [UInt8] = []
        while text.count < 32 << 10 {
            text += Array(random.pick(words).utf8)
            if random.chance(5) { text += Array("x\(random.below(5000))".utf8) }
        }
        return text
    }()
}

/// Whether the strings have the same bytes. Swift's `==` takes é for e and U+0301.
public func haveSameBytes(_ a: Value, _ b: Value) -> Bool {
    guard case .string(var a) = a, case .string(var b) = b else { return a == b }
    return a.withUTF8 { a in
        b.withUTF8 { b in
            guard a.count == b.count else { return false }
            guard let start = a.baseAddress, let other = b.baseAddress else { return true }
            return memcmp(start, other, a.count) == 0
        }
    }
}

/// Where a relation differs from `rows`, whose keys are all different; empty if it does not.
public func differences(_ snapshot: Snapshot, _ relation: Int, from rows: [[Value]]) throws
    -> [String]
{
    let schema = snapshot.schema.relations[relation]
    let keys = schema.key.map { name in
        schema.columns.firstIndex { $0.name == name } ?? 0
    }
    let reader = snapshot.reader()
    var found: [String] = []
    func note(_ text: @autoclosure () -> String) { if found.count < 10 { found.append(text()) } }
    let counted = try snapshot.rowCount(schema.name)
    if counted != rows.count { note("\(schema.name) counts \(counted) rows, not \(rows.count)") }
    var scanned = 0
    try reader.forEachRow(relation) { _ in scanned += 1 }
    if scanned != rows.count { note("\(schema.name) scans \(scanned) rows, not \(rows.count)") }
    for row in rows {
        guard let id = try reader.find(relation, key: keys.map { row[$0] }) else {
            note("\(schema.name) misses \(keys.map { row[$0] })")
            continue
        }
        let values = try reader.values(relation, id)
        for (column, (value, wanted)) in zip(values, row).enumerated()
        where !haveSameBytes(value, wanted) {
            note("\(schema.columns[column].name) of \(row[keys[0]]) is \(value), not \(wanted)")
        }
        if values.count != row.count { note("\(schema.name) has \(values.count) columns") }
    }
    return found
}
