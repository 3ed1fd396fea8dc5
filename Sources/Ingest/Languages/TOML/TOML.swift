// SPDX-License-Identifier: Apache-2.0
//
// Cargo's manifests: what a crate is called, and where its source begins.

extension Language {
    static let toml = Language(
        name: "toml", grammar: GrammarFolder.Name("toml"), extensions: [],
        fileNames: ["Cargo.toml"], isManifest: true,
        rules: [
            "comment": .comment, "table": .visit(TOML.table),
            "table_array_element": .visit(TOML.table),
        ],
        shapes: [:], links: RustModules.links)
}

enum TOML {
    /// Attributes of a manifest.
    enum Setting {
        static let libraryName = "lib.name"
        static let libraryPath = "lib.path"
    }

    static func table(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let header = node.firstChild else { return true }
        let path = keys(header, e)
        let pairs = node.children().filter { $0.is("pair") }
        switch path.first {
        case "package" where path.count == 1:
            if let name = value("name", in: pairs, e) { e.facts.package = name }
        case "lib":
            for key in ["name", "path"] {
                guard let value = value(key, in: pairs, e) else { continue }
                let setting = key == "name" ? Setting.libraryName : Setting.libraryPath
                e.facts.attributes.append(Attribute(owner: 0, name: setting, type: value))
            }
        default:
            guard let place = path.firstIndex(where: { $0.hasSuffix("dependencies") }) else {
                return true
            }
            if path.count > place + 1 {
                depend(e, node, value("package", in: pairs, e) ?? path[place + 1])
            } else if path.first != "workspace" {
                for pair in pairs {
                    guard let key = pair.firstChild else { continue }
                    let inline = pair.child("inline_table")?.children() ?? []
                    let names = keys(key, e)
                    depend(e, pair, value("package", in: inline, e) ?? names.first ?? "")
                }
            }
        }
        return true
    }

    private static func depend(_ e: Extractor, _ node: SyntaxNode, _ name: String) {
        if !name.isEmpty { e.addImport(crateName(name), as: "", node) }
    }

    static func crateName(_ name: String) -> String {
        String(name.map { $0 == "-" ? "_" : $0 })
    }

    private static func keys(_ node: SyntaxNode, _ e: Extractor) -> [String] {
        if node.is("dotted_key") { return node.children().flatMap { keys($0, e) } }
        return [node.is("quoted_key") ? e.literal(node) : e.text(node)]
    }

    private static func value(_ key: String, in pairs: [SyntaxNode], _ e: Extractor) -> String? {
        for pair in pairs {
            guard let name = pair.firstChild, keys(name, e) == [key],
                let value = pair.child("string")
            else { continue }
            return e.literal(value)
        }
        return nil
    }
}
