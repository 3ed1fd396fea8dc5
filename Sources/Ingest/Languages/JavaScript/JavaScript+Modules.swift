// SPDX-License-Identifier: Apache-2.0
//
// JavaScript's modules, of both kinds: each file is one, and what it offers may be of another.

extension JavaScript {
    static let links = LinkRules(
        family: "javascript", layout: .path { path, _ in PathIndex.segments(path) },
        hasTypeScope: false, tellsValuesFromTypes: true, signaturesAreOne: true,
        constructors: ["constructor"], inheritsConstructors: true,
        globalPackage: "*", builtIns: builtIns,
        builtInModule: "globalThis", commonMembers: commonMembers,
        wholeName: "default",
        notes: { files, _ in JavaScript.notes(files) }, module: { JavaScript.module($0, $1, $2) })

    // MARK: - What a file imports and offers

    /// A name, which may be in quotes: `export { a as "b-c" }`.
    static func word(_ e: Extractor, _ node: SyntaxNode) -> String {
        node.is("string") ? e.literal(node) : e.text(node)
    }

    /// `export { a as b }`, `export default a`, `export = a`: names for what is in the file.
    static func ownExports(_ e: Extractor, _ node: SyntaxNode) {
        func offer(_ name: String?, _ alias: String, _ node: SyntaxNode) {
            e.addImport("", name, as: alias, node, isExported: true)
        }
        if let clause = node.child("export_clause") {
            for specifier in clause.children() {
                guard let name = specifier["name"] else { continue }
                offer(word(e, name), word(e, specifier["alias"] ?? name), specifier)
            }
        } else if node.child("default") != nil {
            guard let value = node["value"] ?? node["declaration"] else { return }
            if value.is("identifier") {
                offer(e.text(value), "default", node)
            } else if let name = value["name"] {
                offer(e.text(name), "default", node)
            }
        } else if node.child("=") != nil, let value = node.firstChild {
            offerWhole(e, value)
        }
    }

    /// `module.exports = …`; whether the walk goes inside, or nil for any other assignment.
    static func exportAssignment(_ e: Extractor, _ node: SyntaxNode) -> Bool? {
        guard let left = node["left"], left.is("member_expression"), let value = node["right"],
            let object = left["object"], let property = left["property"]
        else { return nil }
        let isWhole = e.has(object, text: "module") && e.has(property, text: "exports")
        guard isWhole || e.has(object, text: "exports") || e.has(object, text: "module.exports")
        else { return nil }
        if isWhole {
            if isCallable(value) || value.is("class") {
                e.addImport("", "exports", as: Import.whole, node, isExported: true)
                e.addImport("", "exports", as: "default", node, isExported: true)
                return nil
            }
            return offerWhole(e, value)
        }
        if let (module, member) = required(e, value) {
            e.markImport(node)
            e.addImport(module, member, as: e.text(property), node, isExported: true)
            return false
        }
        if value.is("identifier") {
            e.addImport("", e.text(value), as: e.text(property), node, isExported: true)
        }
        return nil
    }

    /// What a file is to those that import all of it.
    @discardableResult
    private static func offerWhole(_ e: Extractor, _ value: SyntaxNode) -> Bool {
        if value.is("object") {
            offerAll(e, value)
            return true
        }
        let source = required(e, value)
        let name =
            source == nil ? value.is("identifier") ? e.text(value) : "?" : source?.member
        for alias in [Import.whole, "default"] {
            e.addImport(source?.module ?? "", name, as: alias, value, isExported: true)
        }
        if source != nil { e.markImport(value) }
        return source == nil
    }

    /// The members of an object that is what the file offers.
    private static func offerAll(_ e: Extractor, _ object: SyntaxNode) {
        // Those who import its default mean the object, and so the module.
        e.addImport("", nil, as: "default", object, isExported: true)
        for child in object.children() {
            if child.is("shorthand_property_identifier") {
                e.addImport("", e.text(child), as: e.text(child), child, isExported: true)
            } else if child.is("spread_element"), let value = child.firstChild,
                case (let module, nil)? = required(e, value)
            {
                e.addImport(module, "*", as: "", child, isExported: true)
            } else if child.is("pair"), let key = child["key"], let value = child["value"] {
                if let (module, member) = required(e, value) {
                    e.addImport(module, member, as: word(e, key), child, isExported: true)
                } else if value.is("identifier") {
                    e.addImport("", e.text(value), as: word(e, key), child, isExported: true)
                }
            }
        }
    }

    /// What a value is imported from: `require("./a")`, `require("./a").b`, `await import("./a")`.
    static func required(_ e: Extractor, _ value: SyntaxNode) -> (module: String, member: String?)?
    {
        if value.is("member_expression"), let object = value["object"],
            object.is("call_expression"), case (let module, nil)? = required(e, object),
            let member = value["property"]
        {
            return (module, e.text(member))
        }
        let isAwaited = value.is("await_expression")
        guard let call = isAwaited ? value.firstChild : value, call.is("call_expression"),
            let function = call["function"],
            isAwaited ? function.is("import") : e.has(function, text: "require"),
            let module = e.stringArgument(call)
        else { return nil }
        return (module, nil)
    }

    /// The names that `const … = require(…)` gives to what it imports.
    static func importNames(
        _ e: Extractor, _ name: SyntaxNode, _ module: String, _ member: String?
    ) {
        if name.is("identifier") {
            e.hide(name)
            return e.addImport(module, member, as: e.text(name), name)
        }
        e.addImport(module, member, as: "", name)
        if e.isInFunction { declare(e, name, as: nil) }
        guard member == nil, name.is("object_pattern") else { return }
        for child in name.children() {
            if child.is("shorthand_property_identifier_pattern") {
                e.addImport(module, e.text(child), as: e.text(child), child)
            } else if child.is("pair_pattern"), let key = child["key"], let own = child["value"],
                own.is("identifier")
            {
                e.addImport(module, word(e, key), as: e.text(own), child)
            }
        }
    }

    /// `__exportStar(require("./a"), exports)`: what TypeScript makes of `export *`.
    static func exportStar(_ e: Extractor, _ call: SyntaxNode, _ function: SyntaxNode) -> Bool {
        let name = function["property"] ?? function
        guard e.has(name, text: "__exportStar"), let argument = call["arguments"]?.firstChild,
            case (let module, nil)? = required(e, argument)
        else { return false }
        e.addImport(module, "*", as: "", call, isExported: true)
        return true
    }

    static func importAlias(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.hide(node.firstChild)
        return true
    }

    // MARK: - Where modules are

    private static func module(
        _ item: Import, _ file: LinkedFile, _ table: ModuleFinder
    ) -> Module? {
        if item.module.isEmpty { return nil }
        func inner(_ number: Int?) -> Module? {
            number.map { .inner(table[$0].module, file: $0) }
        }
        // What bundlers are told stands behind these.
        var name = String(item.module.prefix { $0 != "?" })
        if name.hasPrefix("node:") { return .outer(dotted(String(name.dropFirst(5)))) }
        let directory = PathIndex.parent(of: file.path)
        if name.hasPrefix(".") {
            guard let path = PathIndex.resolve(name, from: directory) else { return nil }
            return inner(Self.file(at: path, for: file, table, isFolder: name.hasSuffix("/")))
        }
        if let number = manifestFile(name, file, table) { return inner(number) }
        if name.hasPrefix("@/") || name.hasPrefix("~/") {
            name = String(name.dropFirst(2))
            return inner(
                above(directory) { top in
                    Self.file(
                        at: PathIndex.join(PathIndex.join(top, "src"), name), for: file, table)
                        ?? Self.file(at: PathIndex.join(top, name), for: file, table)
                })
        }
        if name.hasPrefix("/") || name.utf8.contains(UInt8(ascii: ":")) { return .outer(name) }
        // Without manifests, folders' names are all there is.
        if !table.hasNotes(of: links.family),
            let number = workspaceFile(name, directory, file, table)
        {
            return inner(number)
        }
        return .outer(dotted(name))
    }

    /// From a folder on upwards, the first that gives an answer.
    static func above<Answer>(
        _ directory: String, _ body: (String) -> Answer?
    ) -> Answer? {
        var directory = directory
        while true {
            if let answer = body(directory) { return answer }
            if directory.isEmpty { return nil }
            directory = PathIndex.parent(of: directory)
        }
    }

    /// A package of the tree itself, where it has the name of its folder, or a path from a folder
    /// that is around.
    private static func workspaceFile(
        _ name: String, _ directory: String, _ file: LinkedFile, _ table: ModuleFinder
    ) -> Int? {
        let parts = PathIndex.segments(name)
        let isScoped = name.hasPrefix("@")
        let count = isScoped ? 2 : 1
        guard parts.count >= count else { return nil }
        let inside = parts.dropFirst(count).joined(separator: "/")
        let package = parts.prefix(count).joined(separator: "/")
        return above(directory) { top in
            for folder in Set([package, parts[count - 1]]).sorted() {
                let place = PathIndex.join(PathIndex.join(top, "packages"), folder)
                guard table.has(directory: place), !file.path.hasPrefix(place + "/") else {
                    continue
                }
                for source in [place, place + "/src"] {
                    let path = inside.isEmpty ? source : PathIndex.join(source, inside)
                    guard let number = Self.file(at: path, for: file, table) else { continue }
                    // That a folder is called like a package does not make it that.
                    if !inside.isEmpty || folder == package && isScoped { return number }
                }
            }
            guard !isScoped, parts.count > 1, top != directory else { return nil }
            return Self.file(at: PathIndex.join(top, name), for: file, table)
        }
    }

    private static let typed = ["ts", "tsx", "mts", "cts", "d.ts", "d.mts", "d.cts"]
    private static let plain = ["js", "jsx", "mjs", "cjs"]
    /// What an extension may stand for: modules are named by what they are compiled to.
    private static let sources: [String: [String]] = [
        "js": ["ts", "tsx", "d.ts", "jsx"], "jsx": ["tsx"], "mjs": ["mts", "d.mts"],
        "cjs": ["cts", "d.cts"],
    ]

    /// The file that a path without its extension names, or the folder whose index that is.
    static func file(
        at path: String, for file: LinkedFile, _ table: ModuleFinder, isFolder: Bool = false
    ) -> Int? {
        let isTyped = file.language.name == "typescript"
        let extensions = isTyped ? typed + plain : plain + typed
        if !isFolder {
            if let number = table.file(at: path) { return number }
            let name = PathIndex.name(of: path)
            if let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) {
                let stem = path.dropLast(name[dot...].count)
                for other in sources[String(name[dot...].dropFirst())] ?? [] {
                    if let number = table.file(at: "\(stem).\(other)") { return number }
                }
            }
            for other in extensions {
                if let number = table.file(at: "\(path).\(other)") { return number }
            }
        }
        for other in extensions {
            if let number = table.file(at: PathIndex.join(path, "index.\(other)")) {
                return number
            }
        }
        return nil
    }

    /// `react-dom/server` as `react-dom.server`; a scope belongs to its package's name.
    private static func dotted(_ name: String) -> String {
        let parts = PathIndex.segments(name)
        guard name.hasPrefix("@"), parts.count > 1 else { return parts.joined(separator: ".") }
        return (["\(parts[0])/\(parts[1])"] + parts.dropFirst(2)).joined(separator: ".")
    }
}
