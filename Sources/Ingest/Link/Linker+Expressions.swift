// SPDX-License-Identifier: Apache-2.0
//
// Expressions, followed from part to part.

extension Linker {
    /// An expression in parts, with what is said of each.
    struct Expression {
        struct Part {
            var name: String
            var isCall = false
            var isInstance = false
            /// As `const` says it, of C++.
            var isConst = false
            var isWrapped = false
            var argumentCount = -1
        }

        var parts: [Part]
        var last: String {
            let name = parts[parts.count - 1].name
            return name.hasPrefix(":") ? String(name.dropFirst()) : name
        }

        init(_ text: String) {
            parts = []
            var name: [UInt8] = []
            var part = Part(name: "")
            var isInArguments = false
            func end(_ part: inout Part, _ name: inout [UInt8], _ parts: inout [Part]) {
                part.name = String(decoding: name, as: UTF8.self)
                parts.append(part)
                part = Part(name: "")
                name.removeAll(keepingCapacity: true)
            }
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "("):
                    if part.isCall {
                        // What a call gives is called.
                        end(&part, &name, &parts)
                        part.name = ""
                    }
                    part.isCall = true
                    isInArguments = true
                case UInt8(ascii: ")"): isInArguments = false
                case UInt8(ascii: "^"):
                    part.isConst = part.isInstance
                    part.isInstance = true
                // Behind `^` and `@self`; elsewhere it is an operator's name.
                case UInt8(ascii: "*") where part.isInstance || name.first == UInt8(ascii: "@"):
                    part.isWrapped = true
                case UInt8(ascii: ".") where !isInArguments: end(&part, &name, &parts)
                default:
                    if isInArguments {
                        if byte >= 48, byte <= 57 {
                            part.argumentCount = max(0, part.argumentCount) &* 10 &+ Int(byte - 48)
                        }
                    } else {
                        name.append(byte)
                    }
                }
            }
            end(&part, &name, &parts)
        }
    }

    func evaluate<Parts: Collection<Expression.Part>>(
        _ parts: Parts, _ owner: Int, _ sought: Sought? = nil
    ) -> Value {
        guard let first = parts.first else { return .nothing }
        if rules.isStrict { return strictEvaluate(Array(parts), owner) }
        var value = evaluate(first, owner, parts.count == 1 ? sought : nil)
        for (place, part) in parts.enumerated().dropFirst() {
            if place == 1, first.name == "@root" {
                value = applied(atRoot(part.name), part)
                continue
            }
            if part.name.hasPrefix("@given") {
                value = given(part.name, value)
                continue
            }
            if part.name.hasPrefix("@param") {
                value = parameter(part, of: value)
                continue
            }
            let isLast = place + 1 == parts.count
            if !rules.wrapper.isEmpty { value = unfolded(value) }
            let found = member(
                part.name, of: value, isLast ? sought ?? Sought(part) : Sought(part),
                argumentCount: part.argumentCount)
            if case .wrapped = value {
                // What is in it, and no function that would be called.
                switch found {
                case .instance, .wrapped: value = found
                default: value = applied(found, part)
                }
                continue
            }
            if rules.hasOpenTypes, part.name == "class", case .symbols = found {
                value = found
            } else if part.isCall || rules.hasOpenTypes, givesReceiver(found) {
                if case .symbols(let symbols, _) = value {
                    let isType = symbols.allSatisfy { table.definition($0).isType }
                    value = isType ? instance(of: value) : type(of: symbols[0])
                }
            } else {
                value = applied(found, part)
            }
        }
        return value
    }

    func evaluate(
        _ part: Expression.Part, _ owner: Int, _ sought: Sought? = nil
    ) -> Value {
        switch part.name {
        case "?", "", "@root", "@any": return .nothing
        case let name where rules.isStrict && name.hasPrefix(":"):
            return applied(start(ofPath: [part], owner).value, part)
        case "@self": return applied(enclosingType(owner).map(isInstance: true), part)
        case "@type": return applied(enclosingType(owner).map(isInstance: false), part)
        case "@super":
            guard case .symbols(let types, _) = enclosingType(owner) else { return .nothing }
            // As a call, `super()`, it is the same.
            if rules.hasOpenTypes { return openBaseValue(of: types, owner) }
            return baseValue(of: types)
        default:
            if part.name.utf8.first == UInt8(ascii: "@"), let found = numbered(part.name, sought) {
                return applied(found, part, isCalled: sought == .called)
            }
            let found = lookUp(part.name, owner, sought ?? Sought(part), part.argumentCount)
            if rules.hasOpenTypes, givesReceiver(found) {
                return enclosingType(owner).map(isInstance: true)
            }
            // `new` in a method of the type.
            if rules.hasOpenTypes, part.name == "new", sought == nil, !part.isCall,
                case .symbols(let symbols, _) = found,
                symbols.allSatisfy({ table.definition($0).isType })
            {
                return instance(of: found)
            }
            return applied(found, part, isCalled: sought == .called)
        }
    }

    /// Of a variable that holds others, its value.
    func unfolded(_ value: Value) -> Value {
        guard case .symbols(let symbols, let isSure) = value, symbols.count == 1,
            !isTypeOrCallable(symbols[0]) || table.definition(symbols[0]).isAccessor,
            case .wrapped(let types, let isTypeSure) = type(of: symbols[0])
        else { return value }
        return .wrapped(types, isSure: isSure && isTypeSure)
    }

    /// A member of what holds values of a type.
    func member(_ name: String, ofWrapped value: Value) -> Value {
        guard case .wrapped(let types, let isSure) = value, name != "?" else { return .nothing }
        if name == "@item" || rules.unwrappers.contains(name) {
            return .instance(types, isSure: isSure)
        }
        if rules.rewrappers.contains(name) { return value }
        note(name)
        let found = rules.wrapperTypes.flatMap {
            table.extensionMembers(name, ofTypeNamed: $0, in: family)
        }
        if !found.isEmpty { return .symbols(found, isSure: false) }
        return rules.wrapper.isEmpty ? .nothing : .outer("\(rules.wrapper).\(name)")
    }

    /// What is in a value.
    func item(of value: Value, _ argumentCount: Int) -> Value {
        guard case .instance(let types, let isSure) = value, let name = rules.itemName,
            case .symbols(let found, let isFoundSure) = member(
                name, ofTypes: types, isSure: isSure, .any, argumentCount)
        else { return .nothing }
        return result(of: .symbols(found, isSure: isSure && isFoundSure), argumentCount)
    }

    /// Whether a method gives what it is called on, or another of that type.
    func givesReceiver(_ value: Value) -> Bool {
        guard case .symbols(let symbols, _) = value else { return false }
        return symbols.allSatisfy {
            let definition = table.definition($0)
            return definition.kind.isCallable && definition.type == "@self"
        }
    }

    /// What a name is that is said from the outermost module on.
    func atRoot(_ name: String) -> Value {
        note(name)
        let path = family.appending(name)
        let found = table.symbols(at: path)
        if !found.isEmpty { return .symbols(found, isSure: true) }
        if table.hasModule(path) { return .module(path, file: nil) }
        return .outer(rules.builtIns.contains(name) ? "\(rules.builtInModule).\(name)" : name)
    }

    /// A value of one of the bases: of what is looked up in it, the first base that has it counts.
    func baseValue(of types: [Symbol]) -> Value {
        var symbols: [Symbol] = []
        var isSure = true
        for type in types {
            let all = bases(of: type)
            // Not those that it only behaves like.
            let parents =
                rules.names == nil
                ? zip(all, baseKinds(of: type)).filter { $1 == .extends }.map(\.0)
                : rules.lastBaseCountsFirst ? zip(all, baseKinds(of: type)).map(\.0).reversed() : []
            for base in parents.isEmpty ? all : parents {
                switch base {
                case .symbols(let found, _): symbols += found
                // Of several bases it is not known whether that outside has the member.
                case .outer where rules.lastBaseCountsFirst && all.contains(where: isInner):
                    isSure = false
                case .outer(let text) where symbols.isEmpty: return .outer(text)
                default: break
                }
            }
        }
        return symbols.isEmpty ? .nothing : .instance(symbols, isSure: isSure)
    }

    private func isInner(_ base: Value) -> Bool {
        if case .symbols = base { true } else { false }
    }

    /// - Parameter isCalled: whether what it gives will be.
    func applied(_ value: Value, _ part: Expression.Part, isCalled: Bool = false) -> Value {
        if part.isWrapped {
            let value = part.isInstance ? instance(of: value) : value
            guard case .instance(let types, let isSure) = value else { return .nothing }
            return .wrapped(types, isSure: isSure)
        }
        if part.isInstance { return instance(of: value) }
        var value = value
        if rules.names == nil, case .symbols(let symbols, let isSure) = value, symbols.count > 1 {
            value = .symbols(fitting(symbols, isCall: part.isCall || isCalled), isSure: isSure)
        }
        return part.isCall ? result(of: value, part.argumentCount) : value
    }

    /// A value of what a name stands for.
    func instance(of value: Value) -> Value {
        switch value {
        case .symbols(let symbols, let isSure):
            if rules.followsConstants, symbols.count == 1,
                table.definition(symbols[0]).kind == .constant
            {
                // `const A = List(u8);`
                guard case .instance(let types, let isTypeSure) = type(of: symbols[0]) else {
                    return .nothing
                }
                return .instance(types, isSure: isSure && isTypeSure)
            }
            var types: [Symbol] = []
            var isSure = isSure
            for symbol in symbols {
                let definition = table.definition(symbol)
                if isType(symbol) {
                    types.append(symbol)
                } else if definition.kind == .typeAlias {
                    switch type(of: symbol) {
                    case .instance(let aliased, _): types += aliased
                    case .outer: isSure = false
                    default: break
                    }
                }
            }
            if types.isEmpty, rules.isStrict, symbols.count == 1 {
                switch type(of: symbols[0]) {
                case .wrapped(let types, let isTypeSure):
                    return .wrapped(types, isSure: isSure && isTypeSure)
                case .outer(let text): return .outer(text)
                default: return .nothing
                }
            }
            return types.isEmpty ? .nothing : .instance(types, isSure: isSure)
        case .outer(let text): return .outer(text)
        default: return .nothing
        }
    }

    /// Of so many it is not asked what they give.
    private static let overloadLimit = 64

    func result(of value: Value, _ argumentCount: Int) -> Value {
        if rules.isStrict { return strictResult(of: value, argumentCount) }
        switch value {
        case .symbols(let symbols, let isSure):
            let symbols = chosen(symbols, argumentCount)
            if symbols.contains(where: { table.definition($0).isType }) {
                return .instance(
                    symbols.filter { table.definition($0).isType }, isSure: isSure)
            }
            guard !symbols.isEmpty, symbols.count <= Self.overloadLimit,
                symbols.allSatisfy({
                    let definition = table.definition($0)
                    return definition.kind.isCallable || definition.arguments != nil
                })
            else { return .nothing }
            let type = type(of: symbols[0])
            // Of overloads, all must give the same.
            for symbol in symbols.dropFirst() {
                switch (type, self.type(of: symbol)) {
                case (.instance(let a, _), .instance(let b, _)) where a == b: break
                case (.outer(let a), .outer(let b)) where a == b: break
                case (.wrapped(let a, _), .wrapped(let b, _)) where a == b: break
                default: return .nothing
                }
            }
            switch type {
            case .instance(let types, let isTypeSure):
                return .instance(types, isSure: isSure && isTypeSure)
            case .wrapped(let types, let isTypeSure):
                return .wrapped(types, isSure: isSure && isTypeSure)
            default: return type
            }
        case .outer(let text): return .outer(text + "()")
        default: return .nothing
        }
    }
}
