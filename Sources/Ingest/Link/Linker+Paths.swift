// SPDX-License-Identifier: Apache-2.0
//
// Names that are paths of modules, as Rust has them: `crate::a::b`, `super::c`.

extension Linker {
    /// What the first names of a path stand for, and how many of them.
    func start(ofPath parts: [Expression.Part], _ owner: Int) -> (value: Value, count: Int) {
        let first = String(parts[0].name.dropFirst())
        note(first)
        if first == "@root" { return (.module(family, file: nil), 1) }
        guard rules.hasPaths else { return (space(strictLookUp(first, owner)), 1) }
        if first == "crate" {
            return (.module(crate, file: nil), 1)
        }
        var place = module(around: owner)
        if first == "self" || first == "super" {
            var segments = file.moduleSegments
            var count = 0
            while count < parts.count {
                let name = count == 0 ? first : parts[count].name
                if name == "super" {
                    if place > 0 {
                        place = module(around: file.facts.definitions[place].parent)
                    } else if segments.popLast() == nil {
                        return (.nothing, count + 1)
                    }
                } else if name != "self" {
                    break
                }
                count += 1
            }
            let path = place > 0 ? file.paths[place] : family.appending(all: segments)
            return (.module(path, file: nil), count)
        }
        let found = space(strictLookUp(first, owner))
        if case .nothing = found {} else { return (found, 1) }
        let child = (place > 0 ? file.paths[place] : file.module).appending(first)
        if table.hasModule(child) { return (.module(child, file: nil), 1) }
        let crates = table.note(first, of: file.language.family)
        if crates.count == 1 { return (.module(family.appending(crates[0]), file: nil), 1) }
        if !crates.isEmpty { return (.nothing, 1) }
        // Of 2015, where paths begin at the crate.
        let top = crate.appending(first)
        if table.hasModule(top) { return (.module(top, file: nil), 1) }
        if !file.moduleSegments.dropFirst().isEmpty {
            // `#[path = "…"] mod` is in another file than its name says.
            let found = space(strictMember(first, of: .module(crate, file: nil)))
            switch found {
            case .symbols, .module: return (found, 1)
            default: break
            }
        }
        let isModule = first.utf8.first.map { $0 >= 97 && $0 <= 122 } ?? false
        return (isModule ? .outer(first) : .nothing, 1)
    }

    /// What the paths of the file's crate begin with.
    private var crate: NamePath { family.appending(file.moduleSegments.first ?? "") }

    /// The innermost module that a definition is in, if that is not the file.
    private func module(around owner: Int) -> Int {
        var place = owner
        while place > 0, file.facts.definitions[place].kind != .module {
            place = file.facts.definitions[place].parent
        }
        return max(0, place)
    }

    /// What has others in it; functions and values have not.
    private func space(_ value: Value) -> Value {
        guard case .symbols(let symbols, let isSure) = value else { return value }
        let spaces = symbols.filter {
            let kind = table.definition($0).kind
            return kind.isType || kind == .typeAlias || kind == .module || kind == .namespace
        }
        if !spaces.isEmpty { return .symbols(spaces, isSure: isSure) }
        guard rules.hasPaths, let first = symbols.first, table.hasModule(table.path(first)) else {
            return .nothing
        }
        return .module(table.path(first), file: nil)
    }

    func module(ofPath item: Import) -> Value {
        if item.module.hasPrefix("#") {
            // From the folder of the file, and of modules in it that the path is said in.
            var folder = PathIndex.parent(of: file.path)
            var inner: [String] = []
            var place = module(around: item.owner)
            while place > 0 {
                inner.insert(file.facts.definitions[place].name, at: 0)
                place = module(around: file.facts.definitions[place].parent)
            }
            let stem = PathIndex.stem(of: file.path)
            if !inner.isEmpty, !["lib", "main", "mod"].contains(stem) { inner.insert(stem, at: 0) }
            for name in inner { folder = PathIndex.join(folder, name) }
            guard let path = PathIndex.resolve(String(item.module.dropFirst()), from: folder),
                let number = finder.file(at: path)
            else {
                dependencies += finder.takeAsked()
                return .nothing
            }
            dependencies += finder.takeAsked()
            return .module(table.files[number].module, file: number)
        }
        // `use memchr::memchr`: the name that it gives is not there yet.
        if item.module == item.alias {
            note(item.module)
            if table.note(item.module, of: file.language.family).isEmpty,
                !table.hasModule(file.module.appending(item.module)),
                !table.hasModule(crate.appending(item.module))
            {
                return .outer(item.module)
            }
        }
        let value = evaluate(Expression(":" + item.module).parts, item.owner)
        switch value {
        case .symbols: return space(value)
        case .module, .outer: return value
        default: return .nothing
        }
    }

    // MARK: - Macros

    /// What `name!` stands for.
    func macro(_ name: String) -> Value {
        let bare = String(name.dropLast())
        note(bare)
        let all = macros(bare)
        let own = all.filter { table.file(of: $0) === file }
        if !own.isEmpty { return .symbols(own, isSure: true) }
        for index in file.imports(named: bare).reversed() {
            switch value(of: file.facts.imports[index]) {
            case .outer(let text): return .outer(text)
            case .symbols(let symbols, _):
                let found = symbols.filter { table.definition($0).kind == .macro }
                if !found.isEmpty { return .symbols(found, isSure: true) }
            default: continue
            }
        }
        let near = all.filter {
            table.file(of: $0).moduleSegments.first == file.moduleSegments.first
        }
        if !near.isEmpty { return .symbols(near, isSure: true) }
        if rules.builtIns.contains(name) { return .outer("\(rules.builtInModule).\(bare)") }
        return all.isEmpty ? .nothing : .symbols(all, isSure: false)
    }

    /// The same behind a module's name: a crate hands on macros from wherever they are in it.
    func macro(_ name: String, of module: NamePath) -> Value {
        let bare = name.hasSuffix("!") ? String(name.dropLast()) : name
        note(bare)
        let found = macros(bare).filter { symbol in
            let other = table.file(of: symbol)
            return family.appending(other.moduleSegments.first ?? "") == module
                || table.path(symbol) == module.appending(bare)
        }
        return found.isEmpty ? .nothing : .symbols(found, isSure: true)
    }

    private func macros(_ name: String) -> [Symbol] {
        table.symbols(named: name, in: family).filter { table.definition($0).kind == .macro }
    }
}
