// SPDX-License-Identifier: Apache-2.0
//
// Members of C++ that are there twice, for what is `const` and for what is not.

extension Linker {
    /// What says of a value whether it is `const`, and stands for no member.
    static let marks: Set<String> = [LinkRules.copied, LinkRules.constant]

    /// Whether two types are the same but for `const`.
    func isSameType(_ a: String?, _ b: String?) -> Bool {
        func bare(_ text: String?) -> Substring? {
            guard let text else { return nil }
            return text.hasSuffix("^^") ? text.dropLast() : text[...]
        }
        return bare(a) == bare(b)
    }

    private func isConstMember(_ symbol: Symbol) -> Bool {
        table.definition(symbol).parameters?.hasSuffix(CParameters.constant) ?? false
    }

    /// Of members those that the receiver can have, where it is known whether it is `const`.
    func fitting(
        _ value: Value, ofReceiver parts: ArraySlice<Expression.Part>, _ reference: Reference
    ) -> Value {
        guard case .symbols(let found, let isSure) = value,
            let (symbols, isCertain) = fitting(found, parts, reference.owner)
        else { return value }
        return .symbols(symbols, isSure: isSure && isCertain)
    }

    /// Nil where there is nothing to choose, or nothing that says which.
    private func fitting(
        _ found: [Symbol], _ parts: ArraySlice<Expression.Part>, _ owner: Int
    ) -> (symbols: [Symbol], isCertain: Bool)? {
        guard rules.hasIncludes, found.count > 1, found.count <= 64 else { return nil }
        let constant = found.filter(isConstMember)
        guard !constant.isEmpty, constant.count < found.count,
            let (isConst, isCertain) = isConst(parts, owner)
        else { return nil }
        let symbols = found.filter { symbol in
            if isConst {
                // Statics take no object.
                return isConstMember(symbol) || table.definition(symbol).isStatic
            }
            // Without a twin it is for all.
            guard isConstMember(symbol), let text = table.definition(symbol).parameters else {
                return true
            }
            let twin = text.dropLast(CParameters.constant.utf8.count)
            return !found.contains {
                table.definition($0).parameters.map { $0[...] == twin } ?? false
            }
        }
        return symbols.isEmpty ? nil : (symbols, isCertain)
    }

    /// Whether what has a member is `const`, and whether it is as certain as it is declared; nil
    /// where that is not known.
    private func isConst(
        _ parts: ArraySlice<Expression.Part>, _ owner: Int, isPointed: Bool = false
    ) -> (isConst: Bool, isCertain: Bool)? {
        guard let last = parts.last else { return isSelfConst(owner) }
        let receiver = parts.dropLast()
        if last.isWrapped { return nil }
        switch last.name {
        case LinkRules.constant: return (true, true)
        case LinkRules.copied:
            // A pointer says the same of what it points to, a value is another.
            if isPointed { return isConst(receiver, owner, isPointed: true) }
            guard let (isConst, isCertain) = isConst(receiver, owner), !isConst else { return nil }
            return (false, isCertain)
        case "@self" where receiver.isEmpty: return isSelfConst(owner)
        case "@try":
            var value = evaluate(receiver, owner)
            if case .symbols(let symbols, true) = value, symbols.count == 1 {
                value = type(of: symbols[0])
            }
            // What an operator gives that is defined is not looked at.
            guard case .instance(let types, let isSure) = value,
                case .nothing = member("operator->", ofTypes: types, isSure: isSure, .any, -1)
            else { return nil }
            return isConst(receiver, owner, isPointed: true)
        case let name where name.hasPrefix("@") || name == "?" || name.isEmpty: return nil
        default: break
        }
        if last.isInstance { return isAlias(last.name) ? nil : (last.isConst, true) }
        let value: Value
        if receiver.isEmpty {
            value =
                last.name.hasPrefix(":")
                ? start(ofPath: [last], owner).value : strictLookUp(last.name, owner)
        } else {
            value = strictMember(last.name, of: evaluate(receiver, owner))
        }
        guard case .symbols(var symbols, true) = value else { return nil }
        if last.isCall {
            symbols = chosen(symbols, last.argumentCount)
            let fit = fitting(symbols, receiver, owner)
            if let fit { symbols = fit.symbols }
            guard let isConst = isTypeConst(symbols), symbols.allSatisfy({ isFunction($0) }) else {
                return nil
            }
            return (isConst, fit?.isCertain ?? true)
        }
        guard let isConst = isTypeConst(symbols),
            symbols.allSatisfy({
                [.constant, .field, .variable].contains(table.definition($0).kind)
            })
        else { return nil }
        if isConst || isPointed { return (isConst, true) }
        // A part of what is `const` is too; what is pointed to need not be.
        let isPart = symbols.contains { table.definition($0).kind == .field }
        if !isPart { return (false, true) }
        guard let outer = self.isConst(receiver, owner), !outer.isConst else { return nil }
        return (false, outer.isCertain)
    }

    private func isFunction(_ symbol: Symbol) -> Bool {
        [.function, .method].contains(table.definition(symbol).kind)
    }

    /// Whether all are declared with a type that is `const`, or all with one that is not.
    private func isTypeConst(_ symbols: [Symbol]) -> Bool? {
        var isConst: Bool?
        for symbol in symbols {
            guard let type = table.definition(symbol).type,
                let last = Expression(type).parts.last, last.isInstance, !last.isWrapped,
                !isAlias(last.name), isConst == nil || isConst == last.isConst
            else { return nil }
            isConst = last.isConst
        }
        return isConst
    }

    /// What an alias stands for may be `const` by itself.
    private func isAlias(_ name: String) -> Bool {
        let last = LinkedFile.parts(name).last ?? name
        let bare = last.hasPrefix(":") ? String(last.dropFirst()) : last
        note(bare)
        return table.symbols(named: bare, in: family).contains {
            table.definition($0).kind == .typeAlias
        }
    }

    /// Of the object that the function around belongs to.
    private func isSelfConst(_ owner: Int) -> (isConst: Bool, isCertain: Bool)? {
        var place = owner
        while place > 0 {
            let definition = file.facts.definitions[place]
            switch definition.kind {
            case .method: return (isConstMember(file.first + place), true)
            case .constructor: return (false, true)
            case .function where definition.extends == nil: place = definition.parent
            default: return nil
            }
        }
        return nil
    }
}
