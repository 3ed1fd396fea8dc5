// SPDX-License-Identifier: Apache-2.0
//
// What files offer to each other.

extension Linker {
    func module(of item: Import) -> Value {
        // Whether it is there, a name in it may say.
        if let name = item.name { note(name) }
        let key = ImportKey(
            file: file.first, owner: item.owner, module: item.module, name: item.name)
        // What is included is a file, what is used of it has a path.
        if rules.hasPaths || rules.hasIncludes && (item.name != nil || !item.alias.isEmpty) {
            noteModule(item)
            let number = importNumbers[key] ?? importNumbers.count
            importNumbers[key] = number
            return leveled(number, importMemo) { module(ofPath: item) }
        }
        if let known = moduleMemo[key] {
            join(known.dependencies, known.number << 8 | 0xFC)
            return known.value
        }
        let noted = beginNoting()
        noteModule(item)
        let value: Value =
            switch rules.module(item, file, finder) {
            case .inner(let path, let number)?: .module(path, file: number)
            case .outer(let name)?: .outer(name)
            case nil: .nothing
            }
        dependencies += finder.takeAsked()
        moduleMemo[key] = (value, endNoting(noted), moduleMemo.count)
        return value
    }

    /// What the file imports under a name, which may be what the package says that it is called.
    func imports(named name: String) -> [Int] {
        guard let saysNoName = rules.saysNoName else { return file.imports(named: name) }
        if let known = packageMemo[file.first] {
            join(known.dependencies, known.number << 8 | 0xFA)
            return known.imports[name] ?? []
        }
        let noted = beginNoting()
        var imports: [String: [Int]] = [:]
        for (index, item) in file.facts.imports.enumerated() where !item.alias.isEmpty {
            var names: Set<String> = []
            if saysNoName(item), case .module(let path, _) = module(of: item) {
                for number in table.files(of: path) {
                    dependencies.append(Self.dependency(onImportsOf: table.path(ofFile: number)))
                    names.insert(table.files[number].facts.package)
                }
            }
            // There may be a program beside the package, that makes a part of it.
            imports[names.count == 1 ? names.removeFirst() : item.alias, default: []].append(index)
        }
        packageMemo[file.first] = (imports, endNoting(noted), packageMemo.count)
        return imports[name] ?? []
    }

    private func noteModule(_ item: Import) {
        note(item.module)
        for part in LinkedFile.parts(item.module) { note(part) }
    }

    func value(of item: Import) -> Value {
        let module = module(of: item)
        guard let name = item.name, name != "*" else { return whole(module, depth: 0) }
        return member(name, ofModule: module, .any, -1, depth: 0)
    }

    static let depthLimit = 16

    func member(
        _ name: String, ofModule module: Value, _ sought: Sought, _ argumentCount: Int, depth: Int
    ) -> Value {
        guard depth < Self.depthLimit else { return .nothing }
        if rules.isStrict { return strictMember(name, ofModule: module, depth: depth) }
        switch module {
        case .outer(let text):
            // Nothing in the tree is called so.
            note(name)
            if name == rules.wholeName { return module }
            return .outer(text.isEmpty ? name : "\(text).\(name)")
        case .symbols, .instance:
            return member(name, of: module, sought, argumentCount: argumentCount)
        case .nothing, .wrapped: return .nothing
        case .module(let path, let number):
            note(name)
            if rules.hasFileValues, let number { return member(name, ofFile: number) }
            if let number, isReplaced(number) {
                let value = inside(number) { exported(name, depth: depth) }
                if case .nothing = value {} else { return value }
                let whole = whole(module, depth: depth)
                if case .module(_, number) = whole { return .nothing }
                return member(name, of: whole, sought, argumentCount: argumentCount)
            }
            let inner = path.appending(name)
            var found = sifted(table.symbols(at: inner), sought, argumentCount)
            if let number { found = found.filter { table.fileNumber(of: $0) == number } }
            found = found.filter { isReachable($0) }
            let bare = found.filter { !isMember($0) }
            if !found.isEmpty { return .symbols(bare.isEmpty ? found : bare, isSure: true) }
            if rules.names != nil {
                // What a type has is imported as from a module.
                let types = table.symbols(at: path).filter { table.definition($0).isType }
                if !types.isEmpty {
                    return member(name, ofTypes: types, isSure: true, sought, argumentCount)
                }
            }
            for number in number.map({ [$0] }) ?? files(of: path) {
                let value = inside(number) { exported(name, depth: depth) }
                if case .nothing = value { continue }
                return value
            }
            if table.hasModule(inner) { return .module(inner, file: nil) }
            return .nothing
        }
    }

    /// What a file hands on under a name.
    func exported(_ name: String, depth: Int) -> Value {
        // Files that hand on all of each other lead to each in more ways than can be gone.
        let key = Handed(
            file: table.fileNumber(of: file.first), name: name, depth: depth, level: level,
            looksAtBases: looksAtBases)
        return handed(key) { findExported(name, depth: depth) }
    }

    func handed(_ key: Handed, _ body: () -> Value) -> Value {
        if let (known, number) = exportMemo[key] {
            return given(known, as: number << 8 | 0xFE)
        }
        let answer = found(body)
        exportMemo[key] = (answer, exportMemo.count)
        return answer.value
    }

    /// Whether a file says what it is as a whole.
    func isReplaced(_ number: Int) -> Bool {
        dependencies.append(Self.dependency(onImportsOf: table.files[number].path))
        return table.files[number].isReplaced
    }

    struct Handed: Hashable {
        let file: Int
        let name: String
        /// The module in the file.
        var owner = 0
        var isGlob = false
        let depth: Int
        let level: Int
        let looksAtBases: Bool
    }

    func findExported(_ name: String, depth: Int) -> Value {
        for index in file.imports(named: name).reversed() {
            let item = file.facts.imports[index]
            guard item.isExported || rules.exportsImports else { continue }
            if item.module.isEmpty { return ownName(item.name, depth: depth + 1) }
            let module = self.module(of: item)
            guard let name = item.name, name != "*" else {
                return whole(module, depth: depth + 1)
            }
            return member(name, ofModule: module, .any, -1, depth: depth + 1)
        }
        for index in file.wildcards.reversed() {
            let item = file.facts.imports[index]
            guard item.isExported || rules.exportsImports else { continue }
            let module = self.module(of: item)
            guard isHandedOn(name, by: module) else { continue }
            let value = member(name, ofModule: module, .any, -1, depth: depth + 1)
            switch value {
            case .nothing, .outer: continue
            default: return value
            }
        }
        return .nothing
    }

    /// Whether a module gives a name to those that import all of it.
    func isHandedOn(_ name: String, by module: Value) -> Bool {
        guard let list = rules.handedOnNames, case .module(_, let number?) = module else {
            return true
        }
        dependencies.append(Self.dependency(onImportsOf: table.files[number].path))
        note(list)
        let names = table.files[number].facts.attributes.filter { $0.name == list }.map(\.type)
        if names.isEmpty { return name.utf8.first != UInt8(ascii: "_") }
        return names.contains(name) || names.contains("?")
    }

    /// What is at the top of the file, or imported there; without a name all of that.
    func ownName(_ name: String?, depth: Int) -> Value {
        guard depth < Self.depthLimit else { return .nothing }
        guard let name else {
            return .module(file.module, file: table.fileNumber(of: file.first))
        }
        note(name)
        let found = table.symbols(at: file.module.appending(name)).filter { isOwn($0) }
        let bare = found.filter { !isMember($0) }
        if !found.isEmpty { return .symbols(bare.isEmpty ? found : bare, isSure: true) }
        for index in file.imports(named: name).reversed() {
            let item = file.facts.imports[index]
            if item.module.isEmpty { continue }
            let module = self.module(of: item)
            guard let name = item.name, name != "*" else {
                return whole(module, depth: depth + 1)
            }
            return member(name, ofModule: module, .any, -1, depth: depth + 1)
        }
        return .nothing
    }

    /// What a module is to those that import it as a whole: something in it, where it says so.
    func whole(_ module: Value, depth: Int) -> Value {
        guard case .module(_, let number?) = module, isReplaced(number) else {
            return module
        }
        guard depth < Self.depthLimit else { return .nothing }
        let value = inside(number) { exported(Import.whole, depth: depth + 1) }
        // What it is nobody knows; what it offers by name may be.
        if case .nothing = value { return module }
        return value
    }

    func isOwn(_ symbol: Symbol) -> Bool {
        symbol >= file.first && symbol < file.first + file.facts.definitions.count
    }

    func isReachable(_ symbol: Symbol) -> Bool {
        let definition = table.definition(symbol)
        return !(definition.isMember && definition.isSecondary)
    }

    /// Whether it can be named from here at all.
    func isSeen(_ symbol: Symbol) -> Bool { !table.definition(symbol).isLocal || isOwn(symbol) }

    /// Whether it has its name behind a dot only.
    func isMember(_ symbol: Symbol) -> Bool {
        let definition = table.definition(symbol)
        return definition.isMember || definition.extends != nil
    }
}
