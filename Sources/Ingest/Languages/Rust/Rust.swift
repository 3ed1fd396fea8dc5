// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let rust = Language(
        name: "rust", grammar: GrammarFolder.Name("rust"), extensions: ["rs"],
        folderNames: ["mod"],
        rules: .all(
            [
                "loop_expression", "&&", "||", "try_expression",
            ], .branch)
            + [
                "line_comment": .visit(Rust.comment), "block_comment": .visit(Rust.comment),
                "function_item": .visit(Rust.function),
                "function_signature_item": .visit(Rust.function),
                "block": .block, "let_declaration": .visit(Rust.letDeclaration),
                "let_condition": .visit(Rust.letCondition),
                "if_expression": .visit { Rust.conditional($0, $1["consequence"]) },
                "while_expression": .visit { Rust.conditional($0, $1["body"]) },
                "for_expression": .visit(Rust.loop), "match_arm": .visit(Rust.matchArm),
                "identifier": .visit(Rust.identifier), "scoped_identifier": .use,
                "field_expression": .use,
                "struct_item": .define(.struct), "enum_item": .define(.enum),
                "union_item": .define(.union), "trait_item": .visit(Rust.trait),
                "enum_variant": .define(.enumMember),
                "field_declaration": .visit(Rust.field),
                "mod_item": .visit(Rust.module),
                "impl_item": .visit(Rust.implementation),
                "const_item": .value(.constant), "static_item": .value(.variable),
                "type_item": .define(.typeAlias, body: "type"),
                "associated_type": .define(.typeAlias),
                "macro_definition": .visit(Rust.macro), "macro_rule": .leaf,
                "attribute_item": .visit(Rust.attribute),
                "inner_attribute_item": .visit(Rust.innerAttribute),
                "closure_expression": .visit(Rust.closure),
                "use_declaration": .visit(Rust.use),
                "extern_crate_declaration": .visit(Rust.use),
                "type_parameter": .visit(Rust.typeParameter), "lifetime": .leaf,
                "call_expression": .refer(.calls, "function"),
                "struct_expression": .visit(Rust.construction),
                "macro_invocation": .visit(Rust.invocation),
                "token_tree": .visit(Rust.tokens),
                "type_identifier": .name(.uses), "scoped_type_identifier": .name(.uses),
            ],
        shapes: [
            "identifier": .name, "field_identifier": .name, "type_identifier": .name,
            "self": .name, "crate": .name, "super": .name, "metavariable": .name,
            "scoped_identifier": .path("path", "name"),
            "scoped_type_identifier": .path("path", "name"), "primitive_type": .name,
            "field_expression": .member("value", "field"),
            "call_expression": .call("function"), "generic_function": .field("function"),
            "generic_type": .field("type"), "generic_type_with_turbofish": .field("type"),
            "reference_type": .field("type"),
            "reference_expression": .field("value"), "parenthesized_expression": .inner,
            "await_expression": .inner, "try_expression": .unwrapped,
            "index_expression": .item(nil), "unary_expression": .inner,
            "struct_expression": .call("name"), "bracketed_type": .inner,
            "qualified_type": .field("type"),
            "string_literal": .literal("str"), "raw_string_literal": .literal("str"),
            "integer_literal": .literal("i32"), "float_literal": .literal("f64"),
            "boolean_literal": .literal("bool"), "char_literal": .literal("char"),
        ],
        docs: .triple, builtIns: Rust.builtInTypes, selfNames: ["self"], selfTypes: ["Self"],
        namedType: { Rust.namedType($0, $1) }, callValue: { Rust.callValue($0, $1) },
        wrappedType: { Rust.wrappedType($0, $1) },
        links: RustModules.links, details: { Rust.details($0, $1, &$2) },
        visibility: { e, node, _ in Rust.visibility(e, node) },
        test: { e, node, kind, _ in Rust.test(e, node, kind) },
        testFile: { Rust.testFile($0) })
}

enum Rust {
    static func comment(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if e.has(node, prefix: "//!") || e.has(node, prefix: "/*!") {
            e.innerDoc(node)
        } else {
            e.comment(node)
        }
        return false
    }

    static func visibility(_ e: Extractor, _ node: SyntaxNode) -> Visibility {
        guard let modifier = node.child("visibility_modifier") else {
            // What a trait declares, and what implements it, is as visible as the trait.
            let isOfTrait =
                e.scope.kind == .trait || node.is("enum_variant")
                || (node.parent?.parent.map { $0.is("impl_item") && $0["trait"] != nil } ?? false)
            return isOfTrait ? .public : .private
        }
        return e.text(modifier) == "pub" ? .public : .internal
    }

    static func trait(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(.trait, node, name: name, body: node["body"])
        for bound in node["bounds"]?.children() ?? [] { e.refer(.extends, bound) }
        return true
    }

    static func field(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(.field, node, name: name)
        return true
    }

    static func module(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        if let body = node["body"] {
            e.define(.module, node, name: name, body: body)
        } else {
            e.hide(name)
            let path = e.attributes.lazy.compactMap { givenPath(e, $0) }.first
            if let path {
                // It is that file, wherever it is.
                e.addImport("#" + path, as: e.text(name), node, isExported: true)
            } else {
                e.addImport("self." + e.text(name), as: "", node)
            }
        }
        return true
    }

    /// Of `#[path = "…"]`.
    private static func givenPath(_ e: Extractor, _ attribute: SyntaxNode) -> String? {
        guard let inner = attribute.child("attribute"),
            inner.firstChild.map({ e.has($0, text: "path") }) ?? false,
            let value = inner["value"], value.is("string_literal")
        else { return nil }
        return DocText.literal(e.text(value))
    }

    static func implementation(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard var type = node["type"] else { return true }
        e.hide(type)
        // What is implemented for a reference belongs to what is referred to; a type that has no
        // name, `[T]`, is called as it is written.
        while type.is("reference_type"), let inner = type["type"] { type = inner }
        let path = e.path(of: type).flatMap { $0.contains("?") ? nil : $0 }
        e.extend(path ?? e.cleaned(e.text(type)), node)
        e.hide(type)
        if let trait = node["trait"] {
            if let path, let base = e.path(of: trait) {
                let owner = e.scope.definition
                e.facts.conformances.append(Conformance(type: path, base: base, owner: owner))
            }
            e.refer(.implements, trait)
        }
        typeParameters(e, node)
        return true
    }

    static func macro(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        let isExported = e.pendingAttributes.contains { $0.contains("macro_export") }
        e.define(
            .macro, node, name: name, body: node.child("macro_rule"),
            visibility: isExported ? .public : .private)
        return true
    }

    static func attribute(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.attribute(node)
        guard let inner = node.child("attribute"), let name = inner.firstChild,
            let path = e.path(of: name)
        else { return false }
        guard path == "derive", let arguments = inner["arguments"] else {
            if !builtInAttributes.contains(path) {
                let isPath = path.utf8.contains(UInt8(ascii: "."))
                e.referLater(.uses, (isPath ? ":" : "") + path, line: node.line)
            }
            return false
        }
        var trait = ""
        let tokens = Array(arguments.allChildren)
        for (index, token) in tokens.enumerated() {
            if token.is("identifier") {
                trait += e.text(token)
                if tokens.dropFirst(index + 1).first?.is("::") ?? false { continue }
                let isPath = trait.utf8.contains(UInt8(ascii: "."))
                e.referLater(.implements, (isPath ? ":" : "") + trait, line: token.line)
                trait = ""
            } else if token.is("::") {
                trait += trait.isEmpty ? "" : "."
            }
        }
        return false
    }

    static let builtInAttributes: Set<String> = [
        "allow", "automatically_derived", "bench", "cfg", "cfg_attr", "cold", "crate_name",
        "crate_type", "deny", "deprecated", "doc", "expect", "export_name", "feature", "forbid",
        "global_allocator", "ignore", "inline", "link", "link_name", "link_section",
        "macro_export", "macro_use", "must_use", "no_mangle", "no_std", "non_exhaustive",
        "panic_handler", "path", "proc_macro", "proc_macro_attribute", "proc_macro_derive",
        "recursion_limit", "repr", "rustfmt.skip", "should_panic", "target_feature", "test",
        "track_caller", "unsafe", "used", "warn",
    ]

    /// Each name that a `use` brings in, with what stands before its braces.
    static func use(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        let isExported = node.child("visibility_modifier") != nil
        if let name = node["name"] {
            let text = e.text(name)
            let alias = node["alias"].map { e.text($0) } ?? text
            if text != "self" { e.addImport(text, as: alias, node, isExported: isExported) }
            return false
        }
        func add(_ path: String, _ alias: String?, _ node: SyntaxNode) {
            guard let dot = path.utf8.lastIndex(of: UInt8(ascii: ".")) else {
                return e.addImport(path, as: alias ?? path, node, isExported: isExported)
            }
            let name = String(path[path.utf8.index(after: dot)...])
            // What has no name gives a trait's methods.
            e.addImport(
                String(path[..<dot]), name, as: alias == "_" ? "" : alias ?? name, node,
                isExported: isExported)
        }
        guard let argument = node["argument"] else { return false }
        var pending = [(argument, "")]
        while let (node, prefix) = pending.popLast() {
            func named(_ part: String?) -> String {
                guard let part else { return prefix }
                if part == "self", !prefix.isEmpty { return prefix }
                return prefix.isEmpty ? part : "\(prefix).\(part)"
            }
            if node.is("use_list") {
                for item in node.children().reversed() { pending.append((item, prefix)) }
            } else if node.is("scoped_use_list") {
                let path = named(node["path"].flatMap { e.path(of: $0) })
                if let list = node["list"] { pending.append((list, path)) }
            } else if node.is("use_as_clause") {
                if let path = node["path"].flatMap({ e.path(of: $0) }) {
                    add(named(path), node["alias"].map { e.text($0) }, node)
                }
            } else if node.is("use_wildcard") {
                let path = named(node.firstChild.flatMap { e.path(of: $0) })
                e.addImport(path, "*", as: "", node, isExported: isExported)
            } else if let path = e.path(of: node) {
                add(named(path), nil, node)
            }
        }
        return false
    }

    static func construction(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.refer(.calls, node["name"])
        e.hide(node["name"])
        return true
    }

    /// Where definitions stand, braces behind a macro's name hold more of them: `cfg_rt! { … }`.
    static func invocation(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node["macro"], let path = e.path(of: name) {
            let isPath = path.utf8.contains(UInt8(ascii: "."))
            e.refer(.calls, (isPath ? ":" : "") + path + "!", line: node.line)
        }
        guard let tokens = node.child("token_tree"), tokens.end - tokens.start > 2,
            e.byte(tokens.start) == UInt8(ascii: "{"), let parent = node.parent,
            parent.isOne(of: "source_file", "declaration_list")
                || (parent.is("expression_statement")
                    && parent.parent?.isOne(of: "source_file", "declaration_list") ?? false)
        else { return true }
        return !e.walkInside(tokens.start + 1..<tokens.end - 1)
    }

    /// What is given to a macro is no more than tokens: a name before parentheses is taken for a
    /// call, with the names that dots tie to it.
    static func tokens(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        var parts: [String] = []
        var isJoined = false
        var isPath = false
        for token in node.allChildren {
            if token.isOne(of: "identifier", "self", "crate", "super") {
                parts = (isJoined ? parts : []) + [e.text(token)]
                isJoined = false
            } else if token.isOne(of: ".", "::") {
                isJoined = !parts.isEmpty
                if parts.count == 1 { isPath = token.is("::") }
            } else {
                if token.is("token_tree"), !parts.isEmpty, !isJoined,
                    e.byte(token.start) == UInt8(ascii: "(")
                {
                    var names = parts
                    if !isPath || names.count == 1 {
                        names[0] = e.expression(ofName: names[0])
                    } else {
                        names[0] = names[0] == "Self" ? "@type" : ":" + names[0]
                    }
                    let isLocal = names.count == 1 && names[0] != parts[0]
                    if !isLocal {
                        e.refer(.calls, names.joined(separator: "."), line: token.line)
                    }
                    parts[parts.count - 1] += "()"
                    continue
                }
                parts = []
                isJoined = false
            }
        }
        return true
    }

    // MARK: - Tests

    static func test(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> TestReason? {
        for attribute in e.pendingAttributes {
            let text = attribute.filter { !$0.isWhitespace }
            if isTestOnly(text) { return TestReason(attribute) }
            guard kind == .function || kind == .method else { continue }
            let path = text.dropFirst(2).prefix { $0 != "(" && $0 != "]" && $0 != "=" }
            let name = path.split(separator: ":").last ?? ""
            if testAttributes.contains(String(name)) { return TestReason(attribute) }
        }
        return nil
    }

    private static let testAttributes: Set<String> = [
        "test", "bench", "rstest", "test_case", "proptest", "quickcheck", "wasm_bindgen_test",
        "googletest", "parameterized",
    ]

    /// `#![cfg(test)]` says it of the file or module that it stands in.
    static func innerAttribute(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        let text = e.text(node)
        if e.scope.kind == .module, isTestOnly(text.filter { !$0.isWhitespace && $0 != "!" }) {
            e.markTest(TestReason(e.cleaned(text)))
        }
        return false
    }

    /// Whether a condition cannot hold without `test`: of `all(…)` one part has to say so, of
    /// `any(…)` each, and `not(…)` never does.
    private static func isTestOnly(_ attribute: String) -> Bool {
        guard attribute.hasPrefix("#[cfg(") else { return false }
        var levels: [Condition] = []
        var word: [UInt8] = []
        var isInString = false
        for byte in attribute.utf8.dropFirst(2) {
            if isInString || byte == UInt8(ascii: "\"") {
                if byte == UInt8(ascii: "\"") { isInString.toggle() }
                word.append(byte)
            } else if byte == UInt8(ascii: "(") {
                levels.append(Condition(word: String(decoding: word, as: UTF8.self)))
                word = []
            } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ")") {
                guard let last = levels.indices.last else { return false }
                if !word.isEmpty { levels[last].parts(word.elementsEqual("test".utf8)) }
                word = []
                if byte == UInt8(ascii: ")") {
                    let needsTest = levels.removeLast().needsTest
                    if levels.isEmpty { return needsTest }
                    levels[levels.count - 1].parts(needsTest)
                }
            } else {
                word.append(byte)
            }
        }
        return false
    }

    /// What is between parentheses in a condition.
    private struct Condition {
        let word: String
        private var some = false
        private var each = true

        init(word: String) { self.word = word }

        mutating func parts(_ needsTest: Bool) {
            some = some || needsTest
            each = each && needsTest
        }

        var needsTest: Bool {
            switch word {
            case "cfg", "all": some
            case "any": some && each
            default: false
            }
        }
    }

    /// Integration tests and benchmarks of a Cargo package stand beside its `src`. The path alone
    /// does not tell where a package begins: a folder `tests` within a `src` is taken for a module,
    /// and a `src` within `tests` for a package that tests use.
    static func testFile(_ path: String) -> TestReason? {
        let folders = path.split(separator: "/").dropLast()
        guard !folders.contains("src"),
            let folder = folders.first(where: { folders in
                folders == "tests" || folders == "benches"
            })
        else { return nil }
        return TestReason("in \(folder)/ of a Cargo package")
    }
}
