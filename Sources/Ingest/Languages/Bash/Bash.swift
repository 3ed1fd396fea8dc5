// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let bash = Language(
        name: "bash", grammar: GrammarFolder.Name("bash"),
        extensions: ["sh", "bash", "ksh", "zsh"],
        fileNames: [".bashrc", ".profile", ".bash_profile"],
        rules: .all(
            [
                "if_statement", "elif_clause", "for_statement", "c_style_for_statement",
                "while_statement", "case_item", "&&", "||",
            ], .branch)
            + [
                "comment": .comment,
                "function_definition": .define(.function),
                "variable_assignment": .visit(Bash.variable),
                "command": .visit(Bash.command),
            ],
        shapes: ["word": .name, "variable_name": .name, "command_name": .inner],
        docs: DocStyle(prefixes: ["# ", "#\n"]), links: Bash.links,
        details: { _, node, definition in definition.isStatic = Bash.isConditional(node) })
}

enum Bash {
    static func variable(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard !e.isInFunction, let name = node["name"], name.is("variable_name") else {
            return true
        }
        // `LC_ALL=C sort x`: of the command only. On the next line it is another one, though the
        // grammar may take both for one.
        if let parent = node.parent, parent.is("command"),
            parent["name"]?.line == node.lastLine
        {
            return true
        }
        let isConstant = node.parent.map { e.has($0, prefix: "readonly") } ?? false
        e.defineVariable(
            isConstant ? .constant : .variable, node, name: name, value: node["value"],
            isOnly: true)
        return true
    }

    static func command(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let word = node["name"]?.firstChild, let text = plain(e, word) else { return true }
        let arguments = node.children("argument")
        switch text {
        case "source", ".":
            guard let file = arguments.first else { return true }
            e.markImport(node)
            if let path = path(e, file) {
                e.addImport(path, as: "", node)
            } else {
                // It may be any.
                e.facts.attributes.append(Attribute(owner: 0, name: "source", type: "?"))
            }
            return true
        case "time":
            if let first = arguments.first { call(e, first) }
        case "trap":
            // What is called then; it may be a list of commands.
            if arguments.count > 1 { use(e, arguments[0]) }
        case "complete":
            for (option, name) in zip(arguments, arguments.dropFirst())
            where e.has(option, text: "-F") {
                use(e, name)
            }
        // What they run is no function.
        case "command", "builtin", "exec":
            e.refer(.calls, outer + text, line: node.line)
            if let first = arguments.first, let name = plain(e, first), name.first != "-" {
                e.refer(.calls, outer + encoded(name), line: first.line)
            }
            return true
        default: break
        }
        call(e, word)
        return true
    }

    /// Whether a function may or may not be defined; that is noted as if it was static.
    static func isConditional(_ node: SyntaxNode) -> Bool {
        var place = node.parent
        while let around = place, !around.is("function_definition") {
            if around.isOne(of: "if_statement", "case_item", "list", "while_statement") {
                return true
            }
            place = around.parent
        }
        return false
    }

    /// What comes before the name of what is no function.
    static let outer = "@command/"

    private static func call(_ e: Extractor, _ word: SyntaxNode) {
        guard let name = plain(e, word), name.first != "-", name.first != "+", name != ":",
            !words.contains(name)
        else { return }
        e.refer(.calls, encoded(name), line: word.line)
    }

    /// No commands, but what is left of them where the parser made no sense of the text.
    private static let words: Set<String> = [
        "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "select",
        "then", "until", "while",
    ]

    private static func use(_ e: Extractor, _ node: SyntaxNode) {
        let text = node.isOne(of: "string", "raw_string") ? e.literal(node) : e.text(node)
        guard let first = text.split(whereSeparator: { " ;\t".contains($0) }).first,
            isPlain(first), first.first != "-"
        else { return }
        e.use(encoded(String(first)), node)
    }

    /// A word without anything that the shell puts something else for.
    private static func plain(_ e: Extractor, _ node: SyntaxNode) -> String? {
        var text = e.text(node)
        if node.is("raw_string") || node.is("string") {
            text = e.literal(node)
        } else if !node.is("word") {
            return nil
        }
        // `\cp`: not the alias.
        if text.hasPrefix("\\") { text.removeFirst() }
        return !text.isEmpty && isPlain(text[...]) ? text : nil
    }

    private static func isPlain(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { $0 > 32 && !special.contains($0) }
    }

    private static let special = Set("$`\"'\\*?[]{}()<>|&;=!#^~".utf8)

    // MARK: - Dots

    /// A name may have dots in it, which stand between names elsewhere.
    static func encoded(_ name: String) -> String { String(name.map { $0 == "." ? "\u{1F}" : $0 }) }

    static func decoded(_ name: String) -> String { String(name.map { $0 == "\u{1F}" ? "." : $0 }) }

    // MARK: - Files

    /// The file that is read: from that of the script with `./`, or, where a variable says from
    /// where, from anywhere with `*/`; nil if all of it is a variable's.
    private static func path(_ e: Extractor, _ node: SyntaxNode) -> String? {
        var text = e.text(node).filter { $0 != "\"" && $0 != "'" }
        for start in scriptFolders where text.hasPrefix(start) {
            text = "." + text.dropFirst(start.count)
            break
        }
        // Behind the last thing that is put in.
        var end = text.startIndex
        if let brace = text.lastIndex(where: { $0 == "}" || $0 == ")" || $0 == "`" }) {
            end = text.index(after: brace)
        }
        if let dollar = text[end...].lastIndex(of: "$") {
            end = text[dollar...].firstIndex(of: "/") ?? text.endIndex
        }
        let rest = text[end...]
        guard rest.last != "/", isPlain(rest), !rest.isEmpty else { return nil }
        if end == text.startIndex { return rest.contains("/") ? text : "./" + text }
        guard rest.first == "/", rest.count > 1 else { return nil }
        return "*" + rest
    }

    /// The folder of the script, without the quotes.
    private static let scriptFolders = [
        "$(dirname $0)", "$(dirname -- $0)", "$(dirname ${0})", "`dirname $0`", "${0%/*}",
        "$(dirname $BASH_SOURCE)", "$(dirname ${BASH_SOURCE})", "$(dirname ${BASH_SOURCE[0]})",
        "$(dirname -- ${BASH_SOURCE[0]})", "${BASH_SOURCE%/*}", "${BASH_SOURCE[0]%/*}",
        "${BASH_SOURCE%/*}", "${0:h}", "${0:A:h}",
    ]
}
