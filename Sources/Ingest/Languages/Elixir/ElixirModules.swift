// SPDX-License-Identifier: Apache-2.0
//
// A function is known by its module, its name and the number of its arguments; what has several
// clauses is one, for which the first stands. A bare name is one of the module around, of what that
// imports, or of Kernel.

extension Elixir {
    static let links = LinkRules(
        family: "elixir", layout: .global, privateIsLocal: true, builtIns: builtIns,
        find: { linker, name, _, owner, count in linker.elixir(name, owner, count) })

    /// Of Kernel and its special forms.
    private static let builtIns: Set<String> = [
        "abs", "alias!", "apply", "binary_part", "binary_slice", "binding", "bit_size",
        "byte_size", "ceil", "dbg", "def", "defdelegate", "defexception", "defguard", "defguardp",
        "defimpl", "defmacro", "defmacrop", "defmodule", "defoverridable", "defp", "defprotocol",
        "defstruct", "destructure", "div", "elem", "exit", "floor", "function_exported?",
        "get_and_update_in",
        "get_in", "hd", "in", "inspect", "is_atom", "is_binary", "is_bitstring", "is_boolean",
        "is_exception", "is_float", "is_function", "is_integer", "is_list", "is_map",
        "is_map_key", "is_nil", "is_number", "is_pid", "is_port", "is_reference", "is_struct",
        "is_tuple", "length", "macro_exported?", "make_ref", "map_size", "match?", "max", "min",
        "node", "not", "pop_in", "put_elem", "put_in", "raise", "reraise", "rem", "round", "self",
        "send", "sigil_C", "sigil_D", "sigil_N", "sigil_R", "sigil_S", "sigil_T", "sigil_U",
        "sigil_W", "sigil_c", "sigil_r", "sigil_s", "sigil_w", "spawn", "spawn_link",
        "spawn_monitor", "struct", "struct!", "tap", "then", "throw", "tl", "to_charlist",
        "to_string", "trunc", "tuple_size", "update_in", "use", "var!",
    ]
}

extension Linker {
    fileprivate func elixir(_ name: String, _ owner: Int, _ count: Int) -> Value {
        guard name.hasPrefix("@") else { return bare(name, owner, count) }
        let parts = name.dropFirst().split(separator: "/").map {
            String($0.map { $0 == "\u{1F}" ? "?" : $0 })
        }
        guard let last = parts.last else { return .nothing }
        switch name.dropFirst().first {
        case "/": return isConstant(last) ? module(parts) : remote(parts, count)
        case "&":
            // The sign belongs to the first of them.
            let path = [String(parts[0].dropFirst())] + parts.dropFirst().dropLast()
            guard let arity = Int(last) else { return .nothing }
            return path.count == 1 ? bare(path[0], owner, arity) : remote(path, arity)
        case "%":
            let path = [String(parts[0].dropFirst())] + parts.dropFirst()
            note("__struct__")
            let found = table.symbols(at: family.appending(all: path).appending("__struct__"))
            return found.count == 1 ? .symbols(found, isSure: true) : module(path)
        case "@":
            guard let module = moduleAround(owner) else { return .nothing }
            let own = String(last.dropFirst())
            note(own)
            let found = table.symbols(at: file.paths[module].appending(own)).filter {
                isOwn($0) && table.definition($0).kind == .constant
            }
            return found.isEmpty ? .nothing : .symbols(found, isSure: true)
        // `:lists.map`
        case ":": return .outer("\(parts[0].dropFirst()).\(last)")
        default: return .nothing
        }
    }

    private func module(_ parts: [String]) -> Value {
        guard let first = parts.first, first != "?" else { return .nothing }
        for part in parts { note(part) }
        let found = table.symbols(at: family.appending(all: parts)).filter {
            Elixir.isModule(table.definition($0).kind)
        }
        if found.isEmpty { return .outer(parts.joined(separator: ".")) }
        let own = found.filter { isOwn($0) }
        return .symbols(own.isEmpty ? found : own, isSure: true)
    }

    /// A function of a module that is named.
    private func remote(_ parts: [String], _ count: Int) -> Value {
        let path = Array(parts.dropLast())
        switch module(path) {
        case .symbols:
            let found = functions(
                parts[parts.count - 1], of: family.appending(all: path), count)
            return found.isEmpty ? .nothing : .symbols(found, isSure: true)
        case .outer(let text): return .outer("\(text).\(parts[parts.count - 1])")
        default: return .nothing
        }
    }

    /// The first clause of a function; of several if there are several such modules.
    private func functions(
        _ name: String, of module: NamePath, _ count: Int, isOwn: Bool = false
    ) -> [Symbol] {
        note(name)
        var found: [Symbol] = []
        var places: Set<Symbol> = []
        for symbol in table.symbols(at: module.appending(name)) {
            let definition = table.definition(symbol)
            // What those who implement a behaviour have is no function of its own.
            guard definition.kind.isCallable, definition.kind != .method,
                isOwn || !definition.isLocal, isSeen(symbol),
                definition.arguments.map({ $0.contains(count) }) ?? true,
                places.insert(table.file(of: symbol).first + definition.parent).inserted
            else { continue }
            found.append(symbol)
        }
        let own = found.filter { self.isOwn($0) }
        return own.isEmpty ? found : own
    }

    private func moduleAround(_ owner: Int) -> Int? {
        var place = owner
        while place > 0, !Elixir.isModule(file.facts.definitions[place].kind) {
            place = file.facts.definitions[place].parent
        }
        return place > 0 ? place : nil
    }

    private func bare(_ name: String, _ owner: Int, _ count: Int) -> Value {
        if let module = moduleAround(owner) {
            let found = functions(name, of: file.paths[module], count, isOwn: true)
            if !found.isEmpty { return .symbols(found, isSure: true) }
        }
        var taken = Taken(name: name, count: count)
        var place = owner
        while true {
            for attribute in file.facts.attributes where attribute.owner == place {
                if let found = take(attribute, &taken) { return found }
            }
            if place == 0 { break }
            place = file.facts.definitions[place].parent
        }
        let kernel = functions(name, of: family.appending("Kernel"), count)
        if !kernel.isEmpty { return .symbols(kernel, isSure: true) }
        if rules.builtIns.contains(name) { return .outer("Kernel.\(name)") }
        if let found = taken.found { return found }
        // From which of several, there is no telling.
        if taken.isOpen || taken.outer.isEmpty { return .nothing }
        return .outer(taken.outer.count == 1 ? "\(taken.outer[0]).\(name)" : name)
    }

    /// What `import` and `use` around a name say of it.
    private struct Taken {
        let name: String
        let count: Int
        /// Modules outside of the tree that all is taken from.
        var outer: [String] = []
        /// What a macro of the tree makes of the module.
        var found: Value?
        /// Whether there is one, which may have made it.
        var isOpen = false
    }

    private func take(_ attribute: Attribute, _ taken: inout Taken) -> Value? {
        let texts = attribute.type.split(separator: " ", maxSplits: 1).map { String($0) }
        let parts = PathIndex.segments(texts.first ?? "")
        let module = module(parts)
        if attribute.name == "use" {
            if case .outer(let text) = module {
                taken.outer.append(text)
            } else {
                taken.isOpen = true
                if taken.found == nil { taken.found = made(by: module, taken) }
            }
            return nil
        }
        guard attribute.name == "import" else { return nil }
        let names = texts.count > 1 ? texts[1].dropFirst().split(separator: " ") : []
        let isNamed = names.contains { $0 == "\(taken.name)/\(taken.count)" }
        let isOnly = texts.count > 1 && texts[1].hasPrefix("+")
        if isOnly != isNamed, texts.count > 1 { return nil }
        if case .outer(let text) = module {
            if isNamed { return .outer("\(text).\(taken.name)") }
            if text != "Kernel" { taken.outer.append(text) }
            return nil
        }
        let found = functions(taken.name, of: family.appending(all: parts), taken.count)
        return found.isEmpty ? nil : .symbols(found, isSure: true)
    }

    /// What stands in a module's macros, as in `__using__`, for those that use it.
    private func made(by module: Value, _ taken: Taken) -> Value? {
        guard case .symbols(let symbols, _) = module, let symbol = symbols.first else { return nil }
        let number = table.fileNumber(of: symbol)
        let other = table.files[number]
        note("import")
        let index = symbol - other.first
        func isInside(_ owner: Int) -> Bool {
            let definition = other.facts.definitions[owner]
            return definition.kind.isCallable && definition.parent == index
        }
        let found = table.symbols(named: taken.name, in: family).filter {
            let definition = table.definition($0)
            return table.fileNumber(of: $0) == number && definition.kind.isCallable
                && isInside(max(0, definition.parent))
                && definition.arguments?.contains(taken.count) ?? false
        }
        if let first = found.first { return .symbols([first], isSure: false) }
        for attribute in other.facts.attributes
        where attribute.name == "import" && isInside(attribute.owner) {
            let path = family.appending(
                all: PathIndex.segments(String(attribute.type.prefix { $0 != " " })))
            let found = functions(taken.name, of: path, taken.count)
            if !found.isEmpty { return .symbols(found, isSure: false) }
        }
        return nil
    }
}
