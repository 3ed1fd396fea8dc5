// SPDX-License-Identifier: Apache-2.0
//
// What a bare name stands for where it is named.

extension Linker {
    /// What kind of thing a name is to be.
    enum Sought {
        case any, called, type, value
        /// A type, or in some languages a value that is one.
        case base

        var isType: Bool { self == .type || self == .base }

        init(_ part: Expression.Part) {
            self = part.isCall ? .called : part.isInstance ? .type : .value
        }

        init(_ part: Expression.Part, _ reference: Reference) {
            if part.isCall || part.isInstance {
                self.init(part)
            } else {
                switch reference.kind {
                case .calls: self = .called
                case .extends, .implements: self = .base
                // A decorator is called with what it stands before.
                case .uses:
                    self =
                        reference.isValue ? .value : reference.argumentCount < 0 ? .type : .called
                case .imports, .contains: self = .any
                }
            }
        }
    }

    /// Those that can be what is looked for.
    func sifted(_ symbols: [Symbol], _ sought: Sought, _ argumentCount: Int) -> [Symbol] {
        if rules.tellsValuesFromTypes, sought == .called || sought == .value {
            return symbols.filter {
                ![.interface, .typeAlias].contains(table.definition($0).kind)
            }
        }
        if rules.tellsValuesFromTypes, sought == .type {
            return symbols.filter {
                let kind = table.definition($0).kind
                return !kind.isCallable
                    && ![.constant, .field, .property, .variable].contains(kind)
            }
        }
        guard let kinds = rules.names, sought != .any, !symbols.isEmpty else { return symbols }
        var isAnyFunction = false
        var found = symbols.filter { symbol in
            let definition = table.definition(symbol)
            let kind = definition.kind
            switch sought {
            case .any: return true
            case .called:
                if kind.isType { return kinds.callsTypes }
                if kind.isCallable { isAnyFunction = true }
                if kind.isCallable || definition.arguments != nil {
                    return accepts(definition, argumentCount)
                }
                return kind == .typeAlias ? kinds.callsTypes : kinds.callsValues
            case .type, .base:
                return kind.isType || kind == .typeAlias || kind == .namespace || kind == .module
            // A class has the name of its constructor, which alone is nothing.
            case .value: return !kind.isCallable || kinds.namesFunctions && kind != .constructor
            }
        }
        if isAnyFunction {
            found.removeAll {
                let kind = table.definition($0).kind
                return !kind.isCallable && !kind.isType
            }
        }
        if rules.hasPartialTypes, found.count > 1 { found = withoutParts(found) }
        // A type, and the object that goes with it.
        let types = found.filter { table.definition($0).isType }
        if rules.objectsAreCalled, sought == .called, !types.isEmpty {
            return applied(types, argumentCount) + found.filter { !types.contains($0) }
        }
        if found.count > 1, types.count == found.count {
            let isObject = sought == .value
            let fitting = types.filter { table.definition($0).isStatic == isObject }
            if !fitting.isEmpty { return fitting }
        }
        return found
    }

    /// What types call that are called: what their objects apply, or the classes.
    private func applied(_ types: [Symbol], _ argumentCount: Int) -> [Symbol] {
        var found: [Symbol] = []
        var isOpen = false
        for object in types
        where table.definition(object).isStatic && table.definition(object).name != "apply" {
            if case .symbols(let made, _) = memberOfType("apply", object, .called, argumentCount) {
                found += made
            } else if self.isOpen(object) {
                isOpen = true
            }
        }
        let classes = types.filter { !table.definition($0).isStatic }
        let cases = classes.filter {
            table.definition($0).isCase && accepts(table.definition($0), argumentCount)
        }
        if !found.isEmpty || !cases.isEmpty { return found + cases }
        // Where no object says otherwise, classes are made without `new` in new texts.
        return isOpen ? [] : classes.isEmpty ? types : classes
    }

    /// Of the parts of a type one, which stands for it.
    func withoutParts(_ symbols: [Symbol]) -> [Symbol] {
        var chosen: [Symbol] = []
        for symbol in symbols {
            let definition = table.definition(symbol)
            let path = table.path(symbol)
            guard definition.isType, definition.isStatic,
                let place = chosen.firstIndex(where: {
                    table.path($0) == path && table.definition($0).isStatic
                })
            else {
                chosen.append(symbol)
                continue
            }
            // `A.cs` before `A.Designer.cs`
            let count = table.file(of: chosen[place]).path.utf8.count
            if table.file(of: symbol).path.utf8.count < count { chosen[place] = symbol }
        }
        return chosen
    }

    func sifted(_ value: Value, _ sought: Sought, _ argumentCount: Int) -> Value {
        guard case .symbols(let symbols, let isSure) = value else { return value }
        let found = sifted(symbols, sought, argumentCount)
        return found.isEmpty ? .nothing : .symbols(found, isSure: isSure)
    }

    /// Whether a name that is called will be a type's.
    func isTypeLike(_ name: String) -> Bool {
        rules.names?.callsTypes ?? false && name.first?.isUppercase ?? false
    }

    /// Whether a type may have members that the tree does not show.
    func isOpen(_ type: Symbol) -> Bool {
        guard looksAtBases else { return false }
        var seen: Set<Symbol> = [type]
        var pending = [type]
        while let type = pending.popLast(), seen.count < 256 {
            for base in bases(of: type) {
                guard case .symbols(let symbols, _) = base else { return true }
                for symbol in symbols where seen.insert(symbol).inserted { pending.append(symbol) }
            }
        }
        return false
    }

    func lookUp(
        _ name: String, _ owner: Int, _ sought: Sought, _ argumentCount: Int
    ) -> Value {
        if rules.isStrict { return strictLookUp(name, owner) }
        if let find = rules.find {
            note(name)
            return find(self, name, sought, owner, argumentCount)
        }
        if rules.hasOpenTypes {
            note(name)
            // `Array(a)` is a method.
            return isConstant(name) && sought != .called
                ? constant(name, owner) : openName(name, owner)
        }
        var inherited: String?
        var isOpen = false
        let value = lookUp(name, owner, sought, argumentCount, &inherited, &isOpen)
        guard let kinds = rules.names else { return value }
        if kinds.packageIsLast, case .symbols(let symbols, _) = value,
            symbols.allSatisfy({ table.fileNumber(of: $0) != table.file(at: file.path) }),
            imported(name, of: 0, sought, argumentCount) == nil
        {
            // Something nearer may have that name which the tree does not show.
            let isHidden = file.wildcards.contains {
                if case .nothing = module(of: file.facts.imports[$0]) { true } else { false }
            }
            if isOpen || isHidden { return .symbols(symbols, isSure: false) }
        }
        guard sought == .called else { return value }
        switch value {
        case .nothing:
            return isTypeLike(name) ? value : inherited.map { .outer($0) } ?? value
        case .symbols(let symbols, _)
        where isOpen && !symbols.allSatisfy { table.definition($0).isType }:
            // It may be a member of what a type extends outside of the tree.
            return .symbols(symbols, isSure: false)
        default: return value
        }
    }

    func lookUp(
        _ name: String, _ owner: Int, _ sought: Sought, _ argumentCount: Int,
        _ inherited: inout String?, _ isOpen: inout Bool
    ) -> Value {
        note(name)
        let facts = file.facts
        var place = owner
        var isOwn = true
        let isCalled = rules.names != nil && sought == .called
        while place > 0 {
            let definition = facts.definitions[place]
            if definition.kind.isCallable || !definition.isType {
                let isSpace = definition.kind == .namespace || definition.kind == .module
                let found = sifted(
                    table.symbols(at: file.paths[place].appending(name)).filter {
                        isSeen($0) && $0 != notYet
                            && !(isSpace ? table.definition($0).isMember : isMember($0))
                            && (isSpace
                                || $0 >= file.first && $0 < file.first + facts.definitions.count)
                    }, sought, argumentCount)
                let own = rules.names == nil ? found.filter { self.isOwn($0) } : found
                if !own.isEmpty { return .symbols(own, isSure: true) }
                // What others have there comes behind what the file says of the name.
                if isSpace, let outer = imported(name, of: place, sought, argumentCount) {
                    return outer
                }
                if !found.isEmpty { return .symbols(found, isSure: true) }
                let inner = file.paths[place].appending(name)
                if isSpace, rules.names == nil, table.hasModule(inner) {
                    return .module(inner, file: nil)
                }
                if isSpace, rules.names != nil || !rules.globalPackage.isEmpty,
                    let value = inSpace(name, place, sought, argumentCount)
                {
                    return value
                }
            } else if rules.hasImplicitSelf || isOwn && rules.hasTypeScope {
                let value = memberOfType(name, file.first + place, sought, argumentCount)
                if case .symbols = value { return value }
                if isCalled || rules.names?.packageIsLast ?? false {
                    if isCalled, case .outer(let text) = value { inherited = inherited ?? text }
                    isOpen = isOpen || self.isOpen(file.first + place)
                }
            }
            if definition.extends != nil, rules.hasImplicitSelf, !definition.isStatic,
                case .symbols(let types, _) = extendedType(file.first + place)
            {
                for type in types {
                    let value = memberOfType(name, type, sought, argumentCount)
                    if case .symbols = value { return value }
                }
            } else if isCalled, definition.extends != nil, !definition.isStatic,
                case .outer(let type) = extendedType(file.first + place)
            {
                inherited = inherited ?? "\(type).\(name)"
                isOpen = true
            }
            isOwn = false
            // What is imported in a function is seen in that.
            if definition.kind != .namespace, definition.kind != .module,
                let value = imported(name, of: place, sought, argumentCount)
            {
                return value
            }
            place = definition.parent
        }
        var found = sifted(
            table.symbols(at: file.module.appending(name)).filter {
                !isMember($0) && isSeen($0) && $0 != notYet
            },
            sought, argumentCount)
        if rules.extensionsKeepPaths, sought != .any {
            // That has a name beside a value only.
            found.removeAll {
                let definition = table.definition($0)
                return definition.extends != nil && !definition.isStatic
            }
        }
        // What the file has itself comes before what others of its module have.
        let own = found.filter { $0 >= file.first && $0 < file.first + facts.definitions.count }
        if !own.isEmpty {
            let isOverloaded = isCalled && own.allSatisfy { table.definition($0).kind.isCallable }
            return .symbols(isOverloaded ? found : own, isSure: true)
        }
        if let value = imported(name, of: 0, sought, argumentCount) { return value }
        var outer: Set<String> = []
        if rules.names?.packageIsLast ?? false {
            for index in file.wildcards {
                if let value = inWildcard(name, index, sought, argumentCount, &outer) {
                    return value
                }
            }
        }
        // The file of a global name may be another program's.
        let isGlobal = rules.isGlobal(file.facts.package)
        if !found.isEmpty { return .symbols(found, isSure: !isGlobal) }
        if rules.seesOuterModules {
            for count in (0..<file.moduleSegments.count).reversed() {
                let path = NamePath(family: file.language.family)
                    .appending(all: file.moduleSegments.prefix(count)).appending(name)
                let found = sifted(table.symbols(at: path), sought, argumentCount)
                if !found.isEmpty { return .symbols(found, isSure: true) }
            }
        }
        for index in file.wildcards.reversed() {
            if let value = inWildcard(name, index, sought, argumentCount, &outer) { return value }
        }
        if let value = global(name, sought, argumentCount) { return value }
        if let path = rules.otherBuiltIns[name] { return .outer(path) }
        if rules.builtIns.contains(name) { return .outer("\(rules.builtInModule).\(name)") }
        if let value = outside(name) { return value }
        if rules.outerModules.contains(name), sought != .called { return .outer(name) }
        // A module by its own name, where modules have one.
        let path = family.appending(name)
        if let kinds = rules.names {
            if sought != .called, table.hasModule(path) { return .module(path, file: nil) }
            // If it is in no module of the tree, the only other one must have it: packages have
            // types, and types have members.
            let modules = outer.filter { module in
                let last = LinkedFile.parts(module).last
                let isType = last?.first?.isUppercase ?? false
                return sought.isType && !isType
                    || sought == .called && (inherited == nil || isTypeLike(name))
                        && (isType || kinds.callsTypes)
            }
            if modules.count == 1, let module = modules.first {
                return .outer("\(module).\(name)")
            }
        }
        if table.hasModule(path), files(of: path).count <= 1, rules.seesOuterModules {
            return .module(path, file: nil)
        }
        return .nothing
    }

    /// What a file that is no module has at its top. Another program's may have the same name.
    private func global(_ name: String, _ sought: Sought, _ argumentCount: Int) -> Value? {
        if rules.globalPackage.isEmpty || rules.isGlobal(file.facts.package) { return nil }
        let path = family.appending(rules.globalPackage).appending(name)
        let found = sifted(
            table.symbols(at: path).filter { !isMember($0) }, sought, argumentCount)
        return found.isEmpty ? nil : .symbols(found, isSure: false)
    }

    /// A name that nothing in the tree has is from a module that all names were taken from, if that
    /// is outside.
    func outside(_ name: String) -> Value? {
        guard rules.takesUnknownNames, table.symbols(named: name, in: family).isEmpty else {
            return nil
        }
        var modules: Set<String> = []
        for index in file.wildcards {
            if case .outer(let text) = module(of: file.facts.imports[index]) {
                modules.insert(text)
            }
        }
        guard let module = modules.first else { return nil }
        // From which of several, there is no telling.
        return .outer(modules.count == 1 ? "\(module).\(name)" : name)
    }

    /// What a name is by an import of all that a module has; nil if it is nothing of the tree.
    func inWildcard(
        _ name: String, _ index: Int, _ sought: Sought, _ argumentCount: Int,
        _ outer: inout Set<String>
    ) -> Value? {
        let module = self.module(of: file.facts.imports[index])
        if !isHandedOn(name, by: module) { return nil }
        let value = sifted(
            member(name, ofModule: module, sought, argumentCount, depth: 0), sought, argumentCount)
        switch value {
        case .nothing: return nil
        case .outer:
            if case .outer(let text) = module { outer.insert(text) }
            return nil
        default: return value
        }
    }

    /// What a name is in the namespaces around one that is named with several parts, and by what
    /// is imported in it.
    func inSpace(
        _ name: String, _ place: Int, _ sought: Sought, _ argumentCount: Int
    ) -> Value? {
        var outer: Set<String> = []
        for index in file.wildcards where file.facts.imports[index].owner == place {
            if let value = inWildcard(name, index, sought, argumentCount, &outer) { return value }
        }
        var path = file.paths[max(0, file.facts.definitions[place].parent)]
        var paths: [NamePath] = []
        for part in LinkedFile.parts(file.facts.definitions[place].name).dropLast() {
            path = path.appending(part)
            paths.append(path)
        }
        for path in paths.reversed() {
            let found = sifted(table.symbols(at: path.appending(name)), sought, argumentCount)
            if !found.isEmpty { return .symbols(found, isSure: true) }
            if sought != .called, table.hasModule(path.appending(name)) {
                return .module(path.appending(name), file: nil)
            }
        }
        return nil
    }

    /// What is one of several, of which a condition chooses.
    private func together(_ values: [Value]) -> Value {
        var symbols: [Symbol] = []
        var isSure = true
        var other: Value?
        for value in values {
            if case .symbols(let found, let isFoundSure) = value {
                isSure = isSure && isFoundSure && (symbols.isEmpty || symbols == found)
                for symbol in found where !symbols.contains(symbol) { symbols.append(symbol) }
            } else {
                other = value
            }
        }
        if symbols.isEmpty { return other ?? .nothing }
        return .symbols(symbols, isSure: isSure && other == nil)
    }

    func imported(
        _ name: String, of owner: Int, _ sought: Sought, _ argumentCount: Int
    ) -> Value? {
        let items = file.imports(named: name).filter { file.facts.imports[$0].owner == owner }
        if rules.importsMayDiffer, items.count > 1 {
            return together(items.map { value(of: file.facts.imports[$0]) })
        }
        for index in items.reversed() {
            let item = file.facts.imports[index]
            if item.module.isEmpty { continue }
            let all = self.value(of: item)
            let value = sifted(all, sought, argumentCount)
            // Another import may have one that fits.
            if case .symbols = all, case .nothing = value { continue }
            if case .nothing = value { return .nothing }
            return value
        }
        return nil
    }
}
