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
        docs: DocStyle(prefixes: ["# ", "#\n"]))
}

private enum Bash {
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
        guard let name = node["name"], let word = name.firstChild, word.is("word") else {
            return true
        }
        let text = e.text(word)
        if text == "source" || text == ".", let file = node["argument"] {
            e.markImport(node)
            let path = file.isOne(of: "string", "raw_string") ? e.literal(file) : e.text(file)
            e.refer(.imports, path, line: node.line)
            return true
        }
        e.refer(.calls, text, line: node.line)
        return true
    }
}
