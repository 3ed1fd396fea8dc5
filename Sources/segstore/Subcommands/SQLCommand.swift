// SPDX-License-Identifier: Apache-2.0
//
// 'segstore sql': questions that no other command asks. SQLite answers them; here they get their
// form.

import Codec
import Exchange
import Platform
import SQL
import SegmentStore

extension Command {
    private static let timeout = Option(
        name: "timeout", value: "seconds", help: "give up after so long (default: never)")
    private static let memory = Option(
        name: "memory", value: "MB",
        help: "what SQLite may take (default: \(SQLDatabase.defaultMemoryByteLimit >> 20))")

    static let sql = Command(
        name: "sql", operands: ["query"], takesMore: true,
        summary: "any question, in SQL, about the relations",
        details: """
            The query is one statement of SQLite's SQL, or '-' for standard input; words behind it are \
            the values of its parameters, '?', as text. Each relation is a table, with the columns that \
            'segstore schema' lists; nothing can be changed. Names that are words of SQL too stand in \
            double quotes, as "from" and "to" of edges, texts in single quotes.

            Quick are: the key of a relation, or its first columns, equal to something; the beginning of \
            a key (key LIKE 'rust:%'), ranges and the order of keys; where edges lead (to), the name of \
            entities, and the scope (mostly file). All else looks at every row, also for each row of a join: there, WITH x AS \
            MATERIALIZED (SELECT …) lets SQLite make an index. EXPLAIN QUERY PLAN before a query shows it.

            Bools are 0 and 1; times are text, in UTC, as export writes them \
            (2025-01-31T23:59:59.500000000Z), and their order is that of time; vectors and lists of \
            numbers are JSON, for json_each; bytes are blobs, in answers base64. Where an edge stands for \
            one place only, its count and lines are null. Text shows the first \(SQLRowText.shownByteCount) bytes of a cell, the other \
            forms all of it. Of columns with one name \
            the second is called name_2. JSON tells behind the rows how many there are, and whether \
            --limit left some out.
            """,
        examples: [
            "segstore sql 'SELECT kind, count(*) FROM entities GROUP BY kind'",
            "segstore sql 'SELECT \"from\", line FROM edges WHERE \"to\" = ?' \"$key\"",
            """
            segstore sql 'WITH RECURSIVE d(key) AS (VALUES(?) UNION
                SELECT "from" FROM edges JOIN d ON "to" = d.key) SELECT * FROM d' "$key"
            """,
        ],
        options: [.limit, timeout, memory] + Inquiry.options
    ) { arguments, output in
        if arguments.host == nil {
            // At once: SQLite does not look up while it sorts.
            Interruption.handle {
                Console.noteOnClearLine("stopped; the answer is not complete")
                leaveProcess(ExitCode.interrupted.rawValue)
            }
        }
        let inquiry = try Inquiry(arguments, output)
        do {
            let database = try SQLDatabase(
                inquiry.snapshot,
                memoryByteLimit: try arguments.number(memory, atLeast: 1)
                    .map { min($0, 1 << 40) << 20 } ?? SQLDatabase.defaultMemoryByteLimit)
            var limits = SQLLimits()
            limits.rowCount = try arguments.number(.limit) ?? .max
            limits.seconds = try arguments.number(timeout, atLeast: 1).map(Double.init)
            try database.query(
                // Standard input is nothing that a server's clients may read.
                try arguments.host == nil ? queryText(arguments.operand) : arguments.operand,
                values: arguments.operands.dropFirst().map { .text($0) }, limits: limits
            ) { answer in
                try SQLAnswerText(answer, inquiry).write()
            }
        } catch let error as SQLError where arguments.host == nil {
            throw failure(error)
        }
        return .done
    }

    private static func queryText(_ word: String) throws -> String {
        guard word == "-" else { return word }
        let input = try TextInput(path: word)
        while try input.more() {}
        return String(decoding: input.window, as: UTF8.self)
    }

    private static func failure(_ error: SQLError) -> CommandError {
        switch error.kind {
        case .invalid, .readOnly: CommandError("\(error)", .wrongUsage)
        case .timeLimit: CommandError("\(error); --timeout says how long")
        case .memoryLimit: CommandError("\(error); --memory says how much")
        case .cancelled: CommandError("\(error)", .interrupted)
        }
    }
}

/// Writes an answer as it comes, row by row.
private struct SQLAnswerText {
    let answer: SQLAnswer
    let inquiry: Inquiry

    init(_ answer: SQLAnswer, _ inquiry: Inquiry) {
        self.answer = answer
        self.inquiry = inquiry
    }

    private var format: Format { inquiry.arguments.format }
    private var output: Output { inquiry.output }

    func write() throws {
        // What is wrong from the beginning leaves no beginning of an answer.
        let hasRows = try answer.next()
        switch format {
        case .text:
            try writeText(hasRows)
            inquiry.noteChanges()
        case .json, .dot, .mermaid, .graphml, .svg, .neo4j: try writeJSON(hasRows)
        case .ndjson: try forEachRow(hasRows) { SQLRowText.appendObject($0, to: $1) }
        case .csv:
            output.write { CSVText.append(header: answer.columns, to: $0) }
            try forEachRow(hasRows) { SQLRowText.appendRecord($0, to: $1) }
        }
        if answer.isTruncated, format != .json {
            output.note("showing \(Text.count(answer.rowCount, "row")); there are more")
        }
    }

    private func forEachRow(
        _ hasRows: Bool, _ append: (SQLAnswer, ByteBuffer) -> Void
    ) throws {
        var isThere = hasRows
        while isThere {
            output.write { buffer in
                append(answer, buffer)
                buffer.append(UInt8(ascii: "\n"))
            }
            try output.check()
            isThere = try answer.next()
        }
    }

    private func writeJSON(_ hasRows: Bool) throws {
        output.write { buffer in
            ValueText.append("{", to: buffer)
            let start = buffer.count
            output.appendMembers(to: buffer) { inquiry.head($0) }
            if buffer.count > start { ValueText.append(",", to: buffer) }
            ValueText.append("\"columns\":[", to: buffer)
            for (index, name) in answer.columns.enumerated() {
                if index > 0 { ValueText.append(",", to: buffer) }
                JSONText.append(string: name, to: buffer)
            }
            ValueText.append("],\"rows\":[", to: buffer)
        }
        var isThere = hasRows
        while isThere {
            output.write { buffer in
                ValueText.append(answer.rowCount > 1 ? ",\n" : "\n", to: buffer)
                SQLRowText.appendObject(answer, to: buffer)
            }
            try output.check()
            isThere = try answer.next()
        }
        output.line("],\"count\":\(answer.rowCount),\"truncated\":\(answer.isTruncated)}")
    }

    private func writeText(_ hasRows: Bool) throws {
        guard hasRows else {
            if !answer.isTruncated { output.note("no rows") }
            return
        }
        let columns = answer.columns.enumerated().map { index, name in
            (heading: name, alignment: SQLRowText.alignment(answer[index]))
        }
        var table = Table(output, columns)
        repeat {
            table.add(answer.columns.indices.map { SQLRowText.text(answer[$0]) })
            try output.check()
        } while try answer.next()
        table.finish()
    }
}

/// Values as text, like those of other commands.
enum SQLRowText {
    static func alignment(_ cell: SQLCell) -> Table.Alignment {
        switch cell {
        case .int, .real: .right
        default: .left
        }
    }

    /// Of a cell that people read; all rows are as wide as the longest.
    static let shownByteCount = 200

    static func text(_ cell: SQLCell) -> String {
        if case .text(let bytes) = cell {
            guard bytes.count > shownByteCount else {
                return String(decoding: bytes, as: UTF8.self)
            }
            var end = shownByteCount
            // Not within a letter.
            while end > 0, bytes[end] & 0xc0 == 0x80 { end -= 1 }
            return String(decoding: bytes[..<end], as: UTF8.self) + "…"
        }
        let buffer = ByteBuffer(capacity: 64)
        append(cell, to: buffer, isJSON: false)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    static func appendObject(_ answer: SQLAnswer, to out: ByteBuffer) {
        out.append(UInt8(ascii: "{"))
        for (index, name) in answer.columns.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            JSONText.append(string: name, to: out)
            out.append(UInt8(ascii: ":"))
            append(answer[index], to: out, isJSON: true)
        }
        out.append(UInt8(ascii: "}"))
    }

    static func appendRecord(_ answer: SQLAnswer, to out: ByteBuffer) {
        for index in answer.columns.indices {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            append(answer[index], to: out, isJSON: false)
        }
    }

    private static func append(_ cell: SQLCell, to out: ByteBuffer, isJSON: Bool) {
        switch cell {
        case .null: if isJSON { ValueText.append("null", to: out) }
        case .int(let number): ValueText.append(number, to: out)
        case .real(let number): ValueText.append(number, to: out, quoted: isJSON)
        case .text(let bytes): append(bytes, to: out, isJSON: isJSON)
        case .blob(let bytes):
            let needsQuotes = isJSON || bytes.isEmpty
            if needsQuotes { out.append(UInt8(ascii: "\"")) }
            ValueText.append(base64: bytes, to: out)
            if needsQuotes { out.append(UInt8(ascii: "\"")) }
        }
    }

    /// A query can make texts of bytes that are none, which must not spoil those around them.
    private static func append(
        _ bytes: UnsafeRawBufferPointer, to out: ByteBuffer, isJSON: Bool
    ) {
        guard bytes.contains(where: { $0 >= 0x80 }) else {
            return isJSON
                ? JSONText.append(string: bytes, to: out) : CSVText.append(string: bytes, to: out)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        isJSON ? JSONText.append(string: text, to: out) : CSVText.append(string: text, to: out)
    }
}
