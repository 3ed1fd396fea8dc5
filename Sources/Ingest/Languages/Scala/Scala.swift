// SPDX-License-Identifier: Apache-2.0
extension Language {
    static let scala = Language(
        name: "scala", grammar: GrammarFolder.Name("scala"), extensions: ["scala", "sc"],
        rules: .all(
            [
                "if_expression", "for_expression", "while_expression", "case_clause",
                "catch_clause",
            ], .branch)
            + [
                "comment": .comment, "block_comment": .comment, "lambda_expression": .closure,
                "import_declaration": .visit(Scala.imports),
                "package_clause": .visit(Scala.package),
                "class_definition": .visit { Scala.type($0, $1, .class) },
                "object_definition": .visit { Scala.type($0, $1, .class) },
                "trait_definition": .visit { Scala.type($0, $1, .trait) },
                "enum_definition": .visit { Scala.type($0, $1, .enum) },
                "simple_enum_case": .define(.enumMember),
                "full_enum_case": .define(.enumMember),
                "function_definition": .function(constructors: ["this"]),
                "function_declaration": .function(),
                "val_definition": .visit(Scala.value), "var_definition": .visit(Scala.value),
                "val_declaration": .visit(Scala.value), "var_declaration": .visit(Scala.value),
                "given_definition": .visit { e, node in
                    if let name = node["name"] {
                        e.define(.constant, node, name: name, body: node["body"])
                    }
                    return true
                },
                "type_definition": .define(.typeAlias, body: "type"),
                "class_parameter": .visit(Scala.parameter),
                "call_expression": .refer(.calls, "function"),
                "instance_expression": .visit { e, node in
                    e.refer(.calls, node.firstChild)
                    e.hide(node.firstChild)
                    return true
                },
                "type_identifier": .name(.uses), "stable_type_identifier": .name(.uses),
                "type_parameters": .visit { e, node in
                    for name in node.children("name") { e.declareLocalType(name) }
                    return true
                },
                "annotation": .visit { e, node in
                    e.refer(.uses, node["name"])
                    e.hide(node["name"])
                    return true
                },
            ],
        shapes: [
            "identifier": .name, "type_identifier": .name, "operator_identifier": .name,
            "stable_identifier": .pair, "stable_type_identifier": .pair,
            "package_identifier": .separatedChildren,
            "field_expression": .member("value", "field"), "call_expression": .call("function"),
            "generic_type": .field("type"), "generic_function": .field("function"),
            "instance_expression": .callFirst, "parenthesized_expression": .inner,
        ],
        docs: .block,
        builtIns: [
            "Any", "AnyRef", "AnyVal", "Boolean", "Byte", "Char", "Double", "Float", "Int", "Long",
            "Nothing", "Null", "Short", "String", "Unit",
        ],
        visibility: { e, node, _ in
            let modifier = node.child("modifiers")?.child("access_modifier")
            guard let text = modifier.map({ e.text($0) }) else { return .public }
            return text.hasPrefix("private") ? .private : .protected
        },
        test: { e, node, kind, _ in
            guard kind == .class, let base = node["extend"]?["type"], let path = e.path(of: base)
            else { return nil }
            // Others have specifications and suites as well.
            let isSuite =
                e.importsTestFramework
                && ["Suite", "Spec", "SpecDefault"].contains { path.hasSuffix($0) }
            return isSuite ? TestReason("extends \(path)") : nil
        },
        testFile: { path in
            let parts = path.split(separator: "/")
            for (index, part) in parts.enumerated()
            where part == "src" && index + 1 < parts.count && parts[index + 1] == "test" {
                return TestReason("in src/test")
            }
            return nil
        })
}

private enum Scala {
    static func package(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        // With a body it holds what is in it.
        guard let name = node["name"], let body = node["body"] else { return false }
        e.define(.namespace, node, named: e.path(of: name) ?? e.text(name), body: body)
        return true
    }

    private static let testFrameworks = [
        "minitest", "munit", "org.scalacheck", "org.scalatest", "org.specs2", "utest", "weaver",
        "zio.test",
    ]

    static func imports(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.markImport(node)
        let path = node.children("path").filter { $0.isNamed }.map { e.text($0) }.joined(
            separator: ".")
        if testFrameworks.contains(where: { path == $0 || path.hasPrefix($0 + ".") }) {
            e.importsTestFramework = true
        }
        if node.child("namespace_wildcard") != nil {
            e.refer(.imports, path + ".*", line: node.line)
        } else if let selectors = node.child("namespace_selectors") {
            for selector in selectors.children() {
                let name = selector["name"] ?? selector
                e.refer(
                    .imports, path + "." + (name.is("namespace_wildcard") ? "*" : e.text(name)),
                    line: selector.line)
            }
        } else {
            e.refer(.imports, path, line: node.line)
        }
        return false
    }

    static func type(_ e: Extractor, _ node: SyntaxNode, _ kind: EntityKind) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(kind, node, name: name, body: node["body"])
        for parameter in node["type_parameters"]?.children("name") ?? [] {
            e.declareLocalType(parameter)
        }
        for (index, base) in (node["extend"]?.children("type") ?? []).enumerated() {
            e.refer(index == 0 ? .extends : .implements, base)
        }
        return true
    }

    static func value(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard !e.isInFunction, let pattern = node["pattern"] ?? node["name"] else { return true }
        let isConstant = node.is("val_definition") || node.is("val_declaration")
        let names =
            pattern.is("identifier")
            ? [pattern] : pattern.children().filter { $0.is("identifier") }
        for name in names {
            e.defineVariable(
                e.isInType ? .field : isConstant ? .constant : .variable, node, name: name,
                value: node["value"], isOnly: names.count == 1)
        }
        return true
    }

    static func parameter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard e.isInType, let name = node["name"] else { return true }
        e.defineVariable(.field, node, name: name, value: nil)
        return true
    }
}
