// SPDX-License-Identifier: Apache-2.0
//
// In Elixir's syntax all is a call: what it defines is said by the name of what is called.

extension Language {
    static let elixir = Language(
        name: "elixir", grammar: GrammarFolder.Name("elixir"), extensions: ["ex", "exs"],
        rules: .all(["&&", "||", "and", "or"], .branch)
            + [
                "comment": .comment,
                "call": .visit(Elixir.call), "anonymous_function": .closure,
                "unary_operator": .visit(Elixir.unary), "do_block": .block,
                "stab_clause": .visit { e, _ in
                    e.countBranch()
                    e.openBlock()
                    return true
                },
                "alias": .visit(Elixir.module), "struct": .visit(Elixir.structure),
                "binary_operator": .visit(Elixir.piped),
            ],
        shapes: [
            "identifier": .name, "alias": .name, "dot": .member("left", "right"),
            "call": .call("target"),
        ],
        links: Elixir.links, details: Elixir.details,
        visibility: { _, _, _ in .public },
        testFile: { path in
            path.hasSuffix("_test.exs") || path.hasSuffix("test_helper.exs")
                ? TestReason("which only ExUnit loads") : nil
        })
}

enum Elixir {
    static func call(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let target = node["target"] else { return true }
        let arguments = node.child("arguments")?.children() ?? []
        let body = node.child("do_block")
        let word = target.is("identifier") ? e.text(target) : ""
        switch word {
        case "defmodule", "defprotocol":
            guard let name = arguments.first else { return true }
            e.hide(name)
            type(e, node, word == "defmodule" ? .module : .protocol, name, body)
            return true
        case "defimpl":
            guard let name = arguments.first, let path = e.path(of: name) else { return true }
            // As Elixir itself names the module it makes of it.
            let pairs = node.child("arguments")?.child("keywords")?.children() ?? []
            let type = pairs.first { $0["key"].map { e.text($0).hasPrefix("for:") } ?? false }
            let owner = type?["value"].map { e.text($0) }
            e.hideAll(in: node.child("arguments"))
            e.define(
                .module, node, named: owner.map { "\(path).\($0)" } ?? path, body: body)
            e.refer(.implements, "@/" + expanded(e, path), line: node.line)
            return true
        case "def", "defp", "defmacro", "defmacrop", "defguard", "defguardp", "defdelegate":
            guard var head = arguments.first else { return true }
            if isOperator(e, head, "when"), let left = head["left"] { head = left }
            let name = name(head)
            e.hide(name)
            if head.is("call") { e.hide(head) }
            e.define(
                word.hasPrefix("defmacro") ? .macro : .function, node,
                named: e.path(of: name) ?? e.text(name), body: body,
                visibility: word.hasSuffix("p") ? .private : .public)
            e.setDoc(e.takeText())
            if word == "defdelegate" { delegate(e, node, head) }
            return true
        case "defstruct":
            e.define(.struct, node, named: "__struct__", body: nil)
            return true
        case "alias", "import", "require", "use":
            e.markImport(node)
            guard let name = arguments.first else { return false }
            take(e, word, node, name)
            return false
        case "test", "describe":
            if let name = arguments.first, name.is("string"), body != nil {
                e.define(
                    word == "test" ? .function : .namespace, node, named: e.literal(name),
                    body: body)
                return true
            }
        case "if", "unless", "for", "cond", "case", "with":
            if word != "cond", word != "case", word != "with" { e.countBranch() }
            return true
        case "quote", "unquote", "unquote_splicing", "receive", "try", "super": return true
        default: break
        }
        refer(e, node, target)
        return true
    }

    static func isOperator(
        _ e: Extractor, _ node: SyntaxNode, _ sign: StaticString
    ) -> Bool {
        guard node.is("binary_operator"), let own = node["operator"] else { return false }
        return e.has(own, text: sign)
    }

    /// What a head defines: an operator, where it has no name.
    static func name(_ head: SyntaxNode) -> SyntaxNode {
        if head.is("call") { return head["target"] ?? head }
        guard head.isOne(of: "binary_operator", "unary_operator") else { return head }
        return head["operator"] ?? head
    }

    /// `name(argument) :: type when …`: a type, or what those who implement a behaviour have.
    private static func declare(
        _ e: Extractor, _ kind: EntityKind, _ node: SyntaxNode, _ value: SyntaxNode?,
        visibility: Visibility? = nil
    ) {
        guard var head = value else { return }
        if isOperator(e, head, "when"), let left = head["left"] { head = left }
        guard isOperator(e, head, "::"), let left = head["left"] else { return }
        let name = name(left)
        e.define(
            kind, node, named: e.path(of: name) ?? e.cleaned(e.text(name)), visibility: visibility)
        e.setDoc(e.takeText())
    }

    /// `@doc "…"`, `@moduledoc "…"`, and constants of a module: `@limit 3`.
    static func attribute(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let call = node["operand"], call.is("call"), let target = call["target"] else {
            return true
        }
        if e.isInFunction {
            e.hide(call)
            return true
        }
        let value = call.child("arguments")?.firstChild
        switch e.text(target) {
        case "doc": e.keepText(value.flatMap { DocText.literal(e.text($0)) })
        case "moduledoc": e.setDoc(value.flatMap { DocText.literal(e.text($0)) })
        case "typedoc": e.keepText(value.flatMap { DocText.literal(e.text($0)) })
        case "type", "opaque": declare(e, .typeAlias, node, value)
        case "typep": declare(e, .typeAlias, node, value, visibility: .private)
        case "callback", "macrocallback": declare(e, .method, node, value)
        case "behaviour":
            if let value, let module = moduleName(e, value) {
                e.refer(.implements, "@/" + module, line: node.line)
            }
        case "spec", "impl": break
        default: e.defineVariable(.constant, node, name: target, value: value)
        }
        return false
    }
}
