// SPDX-License-Identifier: Apache-2.0
//
// In Zig a file is a struct, and a name is one of the containers around, in any order. No name
// hides another. A constant that is given a type, a function or a file is another name for that.

extension Zig {
    static let links = LinkRules(
        family: "zig", layout: .path { path, _ in PathIndex.segments(path) },
        privateIsLocal: true, find: { linker, name, _, owner, _ in linker.zig(name, owner) },
        followsConstants: true, module: { module($0, $1, $2) })

    private static func module(
        _ item: Import, _ file: LinkedFile, _ table: ModuleFinder
    ) -> Module? {
        func inner(_ path: String) -> Module? {
            table.file(at: path).map { .inner(table[$0].module, file: $0) }
        }
        let name = String(item.module.map { $0 == "\u{1F}" ? "." : $0 })
        let folder = PathIndex.parent(of: file.path)
        if name.hasSuffix(".zig") {
            return PathIndex.resolve(name, from: folder).flatMap { inner($0) }
        }
        // In its own sources the standard library is a part of the tree.
        if name == "std" {
            var top = folder
            while true {
                for path in ["std.zig", "std/std.zig", "lib/std/std.zig"] {
                    if let found = inner(PathIndex.join(top, path)) { return found }
                }
                if top.isEmpty { break }
                top = PathIndex.parent(of: top)
            }
        }
        return .outer(name)
    }
}

extension Linker {
    /// In the containers around, and in the functions.
    fileprivate func zig(_ name: String, _ owner: Int) -> Value {
        var place = owner
        while true {
            let found = table.symbols(at: file.paths[place].appending(name)).filter {
                isOwn($0) && ![.field, .enumMember].contains(table.definition($0).kind)
            }
            if !found.isEmpty { return followed(.symbols(found, isSure: true)) }
            if let found = file(named: name, of: place) { return found }
            if place == 0 { return .nothing }
            place = max(0, file.facts.definitions[place].parent)
        }
    }

    /// A file under the name that a container gives it.
    private func file(named name: String, of container: Int) -> Value? {
        for index in file.imports(named: name) where file.facts.imports[index].owner == container {
            let module = module(of: file.facts.imports[index])
            guard case .module(_, let number?) = module else { return module }
            return .symbols([table.files[number].first], isSure: true)
        }
        return nil
    }

    func file(named name: String, in value: Value) -> Value {
        guard case .symbols(let symbols, _) = value, symbols.count == 1 else { return .nothing }
        return inside(table.fileNumber(of: symbols[0])) {
            file(named: name, of: symbols[0] - file.first) ?? .nothing
        }
    }

    /// What a constant is another name for.
    func followed(_ value: Value) -> Value {
        guard rules.followsConstants, case .symbols(let symbols, let isSure) = value,
            symbols.count == 1, table.definition(symbols[0]).kind == .constant
        else { return value }
        switch type(of: symbols[0]) {
        case .symbols(let others, let isOtherSure):
            return .symbols(others, isSure: isSure && isOtherSure)
        case .outer(let text) where !text.hasSuffix(")") && !text.hasPrefix("="):
            return .outer(text)
        case .module(_, let number?):
            return .symbols([table.files[number].first], isSure: isSure)
        default: return value
        }
    }
}
