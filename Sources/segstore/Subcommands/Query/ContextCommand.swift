// SPDX-License-Identifier: Apache-2.0
import Platform
import Query
import SegmentStore

extension Option {
    fileprivate static let tokens = Option(
        name: "tokens", value: "N", help: "tokens that the answer may have", isRequired: true)
}

extension Command {
    static let queryContext = Command(
        name: "query context", operands: ["key"],
        summary: "what a language model should read of it",
        details: """
            The entity's code, what contains it, what it extends, uses and calls, and what uses it: many \
            in short, the first of them as code, as far as the tokens go, each with why it is there. The \
            text has never more tokens than are given, by an estimate: it is 8 % above the most that \
            cl100k, o200k and Claude's public tokenizer make of code, give or take 5 %, and below it for \
            1 of 150 pieces of 1,200 bytes, 1 of 200 of 6 kB. Written to a file the text is what was \
            counted, byte for byte. \
            What is defined elsewhere has no code, but who uses it.

            \(keyDetails)
            """,
        examples: ["segstore query context Session.refresh --tokens 2000"],
        options: [.tokens] + Inquiry.options
    ) { arguments, output in
        let query = ContextQuery(budget: try arguments.required(.tokens, atLeast: 1))
        let inquiry = try Inquiry(arguments, output)
        let key = try inquiry.key(arguments.operand)
        let answer = try query.run(inquiry.reader, for: key)
        guard arguments.format == .text else {
            try inquiry.answer(
                table, answer.items, page: 0..<answer.items.count, of: answer.items.count,
                nothing: nil
            ) { json in
                json.member("key", key)
                json.member("budget", query.budget)
                json.member("tokens", answer.tokenCount)
                json.member("omitted", answer.omittedCount)
            }
            return .done
        }
        for item in answer.items {
            // What was counted, but where control characters could do harm.
            if StandardStream.output.isTerminal {
                output.code(String(item.text.dropLast()))
            } else {
                output.write(item.text)
            }
        }
        if answer.items.isEmpty {
            output.note("nothing of \(key) fits into \(Text.count(query.budget, "token"))")
        } else {
            output.note(
                "\(Text.count(answer.tokenCount)) of \(Text.count(query.budget, "token"))"
                    + (answer.omittedCount > 0
                        ? "; \(Text.count(answer.omittedCount, "entity", "entities")) did not fit"
                        : ""))
        }
        inquiry.noteChanges()
        return .done
    }

    private static let table = AnswerTable<ContextQuery.Item>(
        "items",
        [
            .init("key") { .text($0.entity.key) },
            .init("reason") { .text($0.reason.rawValue) },
            .init("form") { .text($0.form.rawValue) },
            .init("kind") { .text($0.entity.kind) },
            .init("file") { .text($0.entity.file) },
            .init("start_line") { .int($0.entity.startLine) },
            .init("end_line") { .int($0.entity.endLine) },
            .init("lines") { .numbers($0.lines) },
            .init("tokens") { .int($0.tokenCount) },
            .init("text") { .text($0.text) },
        ])
}
