// SPDX-License-Identifier: Apache-2.0
//
// Languages whose local names are known where they stand: those are kept as the numbers of what
// they mean, and all other names are shared by the files. A file is what it returns, as in Lua.

extension Linker {
    /// `@#3` is the file's definition of that number, `@#3/a` what is called `a` in it, `@module/a`
    /// a module that is named where it is used; nil for anything else.
    func numbered(_ name: String, _ sought: Sought?) -> Value? {
        if name.hasPrefix("@module/") {
            let item = Import(
                module: String(name.dropFirst(8)), name: nil, alias: "", line: 0, owner: 0)
            let module = module(of: item)
            // An import names the file, and all else what that is.
            guard sought != .any, case .module(_, let number?) = module else { return module }
            note(item.module)
            let value = type(of: table.files[number].first)
            if case .symbols(let symbols, _) = value, symbols == [table.files[number].first],
                !isType(symbols[0])
            {
                return module
            }
            let isSaid = table.definition(table.files[number].first).type != nil
            return isSaid ? value : module
        }
        guard name.hasPrefix("@#") else { return nil }
        dependencies.append(Self.dependency(onImportsOf: file.path))
        let text = name.dropFirst(2)
        let end = text.firstIndex(of: "/") ?? text.endIndex
        guard let index = Int(text[..<end]), file.paths.indices.contains(index) else {
            return .nothing
        }
        if end == text.endIndex {
            note(file.facts.definitions[index].name)
            return .symbols([file.first + index], isSure: true)
        }
        let own = String(text[end...].dropFirst())
        note(own)
        let found = table.symbols(at: file.paths[index].appending(own)).filter {
            isOwn($0) && !isMember($0) && table.definition($0).isLocal
        }
        return found.isEmpty ? .nothing : .symbols(found, isSure: true)
    }

    /// A name as it is shown where nothing is found for it.
    func shown(_ name: String) -> String {
        if name.hasPrefix("@module/") {
            return name.dropFirst(8).split(separator: "/").joined(separator: ".")
        }
        // The last of a path, behind what says how it is meant.
        guard name.hasPrefix("@#") else {
            return String(name[name.index(after: name.lastIndex(of: "/") ?? name.startIndex)...])
        }
        let parts = name.dropFirst(2).split(separator: "/")
        if parts.count == 2 { return String(parts[1]) }
        guard let index = parts.first.flatMap({ Int($0) }), file.paths.indices.contains(index)
        else { return name }
        return file.facts.definitions[index].name
    }

    /// What is called so in any file, and not a file's own.
    func sharedName(_ name: String) -> Value {
        let found = table.symbols(named: name, in: family).filter {
            let definition = table.definition($0)
            return !definition.isLocal && !isMember($0) && definition.parent >= 0
        }
        let own = found.filter { isOwn($0) }
        // Another program's file may have one of that name.
        if !own.isEmpty { return .symbols(own, isSure: own.count == found.count) }
        if rules.builtIns.contains(name) { return .outer(name) }
        return found.isEmpty ? .nothing : .symbols(found, isSure: false)
    }

    /// What the tree gives a table from elsewhere: `function string.trim()`, or, where a table
    /// loads its members when they are asked for, a module of that name.
    func sharedMember(_ name: String, of text: String) -> Value? {
        note(name)
        let parts = LinkedFile.parts(text)
        for part in parts { note(part) }
        guard let type = parts.last, !text.utf8.contains(UInt8(ascii: "(")) else { return nil }
        let found = table.extensionMembers(name, ofTypeNamed: type, in: family).filter {
            let other = table.file(of: $0)
            return other.facts.definitions[$0 - other.first].extends == text
                && table.symbols(at: other.module.appending(all: parts)).isEmpty
        }
        if !found.isEmpty { return .symbols(found, isSure: false) }
        // Outside of the tree, it would be the same again.
        guard let module = numbered("@module/" + parts.joined(separator: "/"), .value),
            module.isInner,
            case .symbols(let found, _) = member(name, of: module, .any, argumentCount: -1)
        else { return nil }
        return .symbols(found, isSure: false)
    }

    /// What a file has that returns a table, or nothing.
    func member(_ name: String, ofFile number: Int) -> Value {
        let other = table.files[number]
        dependencies.append(Self.dependency(onImportsOf: other.path))
        let path = other.module.appending(name)
        let isTable = other.facts.definitions[0].type != nil
        let given = isTable ? attribute(at: path, in: number) : .nothing
        if case .nothing = given {} else { return given }
        let found = table.symbols(at: path).filter {
            let definition = table.definition($0)
            return table.fileNumber(of: $0) == number
                && (isTable ? definition.isMember : !definition.isLocal)
        }
        return found.isEmpty ? .nothing : .symbols(found, isSure: true)
    }

    /// The table that a function is given to, if its file has it.
    func extendedTable(_ text: String, in other: LinkedFile) -> Value? {
        let parts = LinkedFile.parts(text)
        for part in parts { note(part) }
        let path = other.module.appending(all: parts)
        let found = table.symbols(at: path).filter { isOwn($0) && isType($0) }
        return found.isEmpty ? nil : .symbols(found, isSure: true)
    }
}

extension Linker.Value {
    /// Whether it is something of the tree.
    fileprivate var isInner: Bool {
        switch self {
        case .nothing, .outer: false
        default: true
        }
    }
}
