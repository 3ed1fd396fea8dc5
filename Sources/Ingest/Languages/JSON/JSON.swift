// SPDX-License-Identifier: Apache-2.0
//
// Manifests of JavaScript's packages and TypeScript's projects: what they say of names is in the
// attributes of their module.

extension Language {
    static let json = Language(
        name: "json", grammar: GrammarFolder.Name("json"), extensions: [],
        fileNames: [
            "package.json", "lerna.json", "jsconfig.json", "tsconfig.json", "tsconfig.app.json",
            "tsconfig.base.json", "tsconfig.build.json", "tsconfig.common.json",
            "tsconfig.lib.json", "tsconfig.node.json", "tsconfig.paths.json",
            "tsconfig.shared.json",
        ],
        isManifest: true,
        rules: ["comment": .comment], shapes: [:],
        blanks: { JSON.commasBeforeEnds($0) }, links: JavaScript.links,
        module: { JSON.document($0, $1) })
}

enum JSON {
    /// Attributes of a manifest. Those of what a package offers are named by how that is asked for:
    /// `.` and `./sub`, or `#name` inside of it.
    enum Setting {
        static let workspaces = "workspaces"
        /// A package that is taken from the tree: `workspace:*`.
        static let linked = "linked"
        static let baseURL = "baseUrl"
        static let extended = "extends"
        /// A pattern, a tab, what it stands for.
        static let paths = "paths"
    }

    static func document(_ e: Extractor, _ node: SyntaxNode) {
        guard let object = node.child("object") else { return }
        switch PathIndex.name(of: e.path) {
        case "package.json": package(e, object)
        case "lerna.json": workspaces(e, value("packages", of: object, e))
        default: project(e, object)
        }
    }

    private static func package(_ e: Extractor, _ object: SyntaxNode) {
        if let name = string(value("name", of: object, e), e) { e.facts.package = name }
        let all = value("workspaces", of: object, e)
        workspaces(e, all?.is("object") == true ? value("packages", of: all, e) : all)
        if let exports = value("exports", of: object, e) {
            let pairs = pairs(exports, e)
            if pairs.contains(where: { $0.key.hasPrefix(".") }) {
                for (key, value) in pairs { offer(e, key, value) }
            } else {
                offer(e, ".", exports)
            }
        }
        for key in ["source", "types", "typings", "module", "main"] {
            if let value = value(key, of: object, e) { offer(e, ".", value) }
        }
        for (key, value) in pairs(value("imports", of: object, e), e) { offer(e, key, value) }
        for kind in ["", "dev", "peer", "optional"] {
            let key = kind.isEmpty ? "dependencies" : kind + "Dependencies"
            guard let list = value(key, of: object, e), list.is("object") else { continue }
            for pair in list.children() {
                guard let name = string(pair["key"], e), !name.isEmpty else { continue }
                e.addImport(name, as: "", pair)
                let version = string(pair["value"], e) ?? ""
                if ["workspace:", "link:", "file:", "portal:"].contains(where: version.hasPrefix) {
                    set(e, Setting.linked, name)
                }
            }
        }
    }

    private static func project(_ e: Extractor, _ object: SyntaxNode) {
        for name in strings(value("extends", of: object, e), e) { set(e, Setting.extended, name) }
        guard let options = value("compilerOptions", of: object, e) else { return }
        if let base = string(value("baseUrl", of: options, e), e) { set(e, Setting.baseURL, base) }
        for (pattern, targets) in pairs(value("paths", of: options, e), e) {
            for target in strings(targets, e) { set(e, Setting.paths, "\(pattern)\t\(target)") }
        }
    }

    private static func workspaces(_ e: Extractor, _ list: SyntaxNode?) {
        for pattern in strings(list, e) { set(e, Setting.workspaces, pattern) }
    }

    /// All that may be meant, whatever asks for it.
    private static func offer(_ e: Extractor, _ name: String, _ value: SyntaxNode) {
        for target in strings(value, e) { set(e, name, target) }
    }

    private static func set(_ e: Extractor, _ name: String, _ value: String) {
        e.facts.attributes.append(Attribute(owner: 0, name: name, type: value))
    }

    // MARK: - Values

    private static func pairs(
        _ object: SyntaxNode?, _ e: Extractor
    ) -> [(key: String, value: SyntaxNode)] {
        guard let object, object.is("object") else { return [] }
        return object.children().compactMap { pair in
            guard let key = string(pair["key"], e), let value = pair["value"] else { return nil }
            return (key, value)
        }
    }

    private static func value(
        _ key: String, of object: SyntaxNode?, _ e: Extractor
    ) -> SyntaxNode? {
        pairs(object, e).first { $0.key == key }?.value
    }

    private static func string(_ node: SyntaxNode?, _ e: Extractor) -> String? {
        guard let node, node.is("string") else { return nil }
        return e.literal(node)
    }

    /// The texts in a value, however deep, in the order in which they stand.
    private static func strings(
        _ node: SyntaxNode?, _ e: Extractor, depth: Int = 0
    ) -> [String] {
        guard let node, depth < 8 else { return [] }
        if let text = string(node, e) { return [text] }
        let values =
            node.is("object") ? node.children().compactMap { $0["value"] } : node.children()
        return values.flatMap { strings($0, e, depth: depth + 1) }
    }

    /// `[1,]`: TypeScript takes it, the grammar does not.
    static func commasBeforeEnds(_ source: UnsafeRawBufferPointer) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var comma: Int?
        var place = 0
        while place < source.count {
            let byte = source[place]
            let next = place + 1 < source.count ? source[place + 1] : 0
            switch byte {
            case UInt8(ascii: "\""):
                place += 1
                while place < source.count, source[place] != byte {
                    place += source[place] == UInt8(ascii: "\\") ? 2 : 1
                }
                comma = nil
            case UInt8(ascii: "/") where next == byte:
                while place < source.count, source[place] != UInt8(ascii: "\n") { place += 1 }
            case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
                place += 2
                while place + 1 < source.count,
                    source[place] != next || source[place + 1] != byte
                {
                    place += 1
                }
                place += 1
            case UInt8(ascii: ","): comma = place
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if let comma { found.append(comma..<comma + 1) }
                comma = nil
            case 0...32: break
            default: comma = nil
            }
            place += 1
        }
        return found
    }
}
