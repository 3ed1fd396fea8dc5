// SPDX-License-Identifier: Apache-2.0
//
// Which of several definitions with one name takes arguments like these, where their types say so.

extension LinkRules {
    /// What is known of types that are no definitions.
    struct Overloads: Sendable {
        /// Numbers, each of which is taken where one that stands behind it is asked for.
        var widening: [String] = []
        /// Other types that are nothing but themselves; arrays end with `[]`.
        var plain: Set<String> = []
        /// Classes that stand for such a type.
        var boxes: [String: String] = [:]
        /// Types from outside that have no others below them.
        var leaves: Set<String> = []
        /// What those may be given as beside themselves; empty if that is not known.
        var basesOfLeaves: Set<String> = []
        /// What all types are.
        var roots: Set<String> = []
        /// A number that is written out may be of any of these.
        var numbers: Set<String> = []
        /// What is no number, and is widened like one: `char` like `int`.
        var widensLike: [String: String] = [:]
        /// What is not known of an argument may decide, all that can take the arguments count
        /// alike, types may say what they are turned into, and what a type has itself comes before
        /// what it inherits.
        var isStrict = false
        /// What types are without saying so.
        var hidden: Set<String> = []
    }
}

/// How well an argument is what a parameter asks for.
private enum Fit: Int, Comparable {
    case none, unknown, converted, widened, exact

    static func < (a: Fit, b: Fit) -> Bool { a.rawValue < b.rawValue }
}

extension Linker {
    /// Those that can take the arguments; of these the one that is nearest to all of them.
    func taking(_ symbols: [Symbol], _ reference: Reference) -> [Symbol] {
        guard rules.overloads != nil, let text = reference.arguments, symbols.count <= 64 else {
            return symbols
        }
        var arguments = Arguments(text)
        var fitting: [(symbol: Symbol, fits: [Fit])] = []
        for symbol in symbols {
            let fits = fits(of: symbol, &arguments, reference)
            if !fits.contains(.none) { fitting.append((symbol, fits)) }
        }
        // A rule that is not known decides.
        if fitting.isEmpty { return symbols }
        if rules.overloads?.isStrict ?? false {
            let best = fitting.first { one in
                fitting.allSatisfy {
                    one.symbol == $0.symbol
                        || isNearer((one.symbol, one.fits), ($0.symbol, $0.fits))
                }
            }
            return best.map { [$0.symbol] } ?? fitting.map(\.symbol)
        }
        // One that takes any number comes last.
        let last = arguments.texts.last ?? ""
        func takesMany(_ symbol: Symbol) -> Bool {
            self.takesMany(symbol) && !takesArray(symbol, last, arguments.texts.count)
        }
        let fixed = fitting.filter { !takesMany($0.symbol) }
        if fixed.contains(where: { !$0.fits.contains(.unknown) }) { fitting = fixed }
        let best = fitting.first { one in
            (fixed.isEmpty || !takesMany(one.symbol))
                && fitting.allSatisfy { other in
                    one.symbol == other.symbol
                        || zip(one.fits, other.fits).allSatisfy { $0 >= $1 }
                            && zip(one.fits, other.fits).contains { $0 > $1 }
                }
        }
        return best.map { [$0.symbol] } ?? fitting.map(\.symbol)
    }

    /// Whether one is at no argument further from what is given than another, and nearer at one; of
    /// two that are alike, one that does not take any number.
    private func isNearer(
        _ one: (symbol: Symbol, fits: [Fit]), _ other: (symbol: Symbol, fits: [Fit])
    ) -> Bool {
        let types = Self.types(table.definition(one.symbol).parameters ?? "")
        let others = Self.types(table.definition(other.symbol).parameters ?? "")
        var isNearer = false
        for (place, (fit, otherFit)) in zip(one.fits, other.fits).enumerated() {
            if fit == otherFit {
                let isSame =
                    types.indices.contains(place) && others.indices.contains(place)
                    && types[place] == others[place] && types[place] != "?"
                if fit != .exact, !isSame { return false }
            } else if fit < otherFit || otherFit == .unknown && fit != .exact {
                return false
            } else {
                isNearer = true
            }
        }
        return isNearer || !takesMany(one.symbol) && takesMany(other.symbol)
    }

    /// Whether a value may become one of another type, or another one of this, by what it says.
    private func isConverted(_ type: Symbol) -> Bool {
        guard rules.overloads?.isStrict ?? false else { return false }
        let name = "operator "
        let file = table.file(of: type)
        return file.facts.definitions.contains {
            $0.parent == type - file.first && $0.name.hasPrefix(name)
                && ($0.name.dropFirst(name.count).first?.isLetter ?? false)
        }
    }

    private func takesMany(_ symbol: Symbol) -> Bool {
        table.definition(symbol).arguments.map { $0.upperBound >= 1 << 20 } ?? false
    }

    /// Whether what it takes any number of is given as the array that it becomes.
    private func takesArray(_ symbol: Symbol, _ argument: String, _ count: Int) -> Bool {
        let parameters = Self.types(table.definition(symbol).parameters ?? "")
        guard let last = parameters.last, last.hasSuffix("...") else { return false }
        return parameters.count == count && last.dropLast(3) + "[]" == argument
    }

    /// What a type has from others under the name of a method that it has itself, if it does not
    /// have it instead: another overload.
    func inheritedOverloads(of symbol: Symbol, _ reference: Reference) -> [Symbol] {
        let own = table.definition(symbol)
        guard rules.overloads != nil, own.kind == .method, let parameters = own.parameters,
            let type = typeOf(member: symbol)
        else { return [] }
        if rules.overloads?.isStrict ?? false, let text = reference.arguments {
            var arguments = Arguments(text)
            let fits = fits(of: symbol, &arguments, reference)
            if !fits.contains(.none), !fits.contains(.unknown) { return [] }
        }
        var found: [Symbol] = []
        var taken: Set<String> = [parameters]
        for case .type(let base) in ancestors(of: type).dropFirst() {
            guard
                case .symbols(let others, _) = ownMember(
                    own.name, base, .called, reference.argumentCount)
            else { continue }
            for other in others {
                let definition = table.definition(other)
                guard definition.kind == .method, definition.labels == own.labels,
                    accepts(definition, reference.argumentCount, reference.labels),
                    let text = definition.parameters, !text.utf8.contains(UInt8(ascii: "?")),
                    taken.insert(text).inserted
                else { continue }
                found.append(other)
            }
        }
        return found
    }

    /// Whether it may be that what was found takes the arguments.
    func canTake(_ symbol: Symbol, _ reference: Reference) -> Bool {
        guard rules.overloads != nil, let text = reference.arguments else { return true }
        var arguments = Arguments(text)
        return !fits(of: symbol, &arguments, reference).contains(.none)
    }

    /// What arguments are, found once and when it is asked for.
    private struct Arguments {
        let texts: [String]
        var values: [Value?]

        init(_ text: String) {
            texts = types(text)
            values = texts.map { _ in nil }
        }
    }

    private func fits(
        of symbol: Symbol, _ arguments: inout Arguments, _ reference: Reference
    ) -> [Fit] {
        let definition = table.definition(symbol)
        guard let known = rules.overloads, let text = definition.parameters else {
            return arguments.texts.map { _ in .unknown }
        }
        let parameters = Self.types(text)
        let places = Labels.places(
            reference.labels, definition.labels, count: arguments.texts.count)
        var fits: [Fit] = []
        for (place, argument) in arguments.texts.enumerated() {
            guard var wanted = places[place] else {
                fits.append(.unknown)
                continue
            }
            if parameters.last?.hasSuffix("...") == true {
                wanted = min(wanted, parameters.count - 1)
            }
            guard wanted < parameters.count else {
                fits.append(.unknown)
                continue
            }
            let isMany = parameters[wanted].hasSuffix("...")
            // It may be the array.
            if isMany, argument == "=null" {
                fits.append(.unknown)
                continue
            }
            let parameter =
                isMany
                ? String(parameters[wanted].dropLast(3)) : parameters[wanted]
            if wanted == parameters.count - 1, takesArray(symbol, argument, arguments.texts.count) {
                fits.append(.exact)
                continue
            }
            var value = arguments.values[place]
            fits.append(
                fit(
                    argument, parameter, known,
                    value: {
                        if let value { return value }
                        var found = typeOfValue(
                            evaluate(Expression(argument).parts, reference.owner))
                        if known.isStrict, case .instance(_, false) = found { found = .nothing }
                        value = found
                        return found
                    }, wanted: { self.parameterType(parameter, of: symbol) }))
            arguments.values[place] = value
        }
        return fits
    }

    /// Of a variable what it is.
    private func typeOfValue(_ value: Value) -> Value {
        guard case .symbols(let symbols, _) = value else { return value }
        if rules.overloads?.isStrict ?? false, symbols.count == 1 {
            let definition = table.definition(symbols[0])
            if definition.kind == .enumMember, definition.parent > 0 {
                let parent = table.file(of: symbols[0]).first + definition.parent
                return .instance([parent], isSure: true)
            }
        }
        return symbols.count == 1 && !isTypeOrCallable(symbols[0]) ? type(of: symbols[0]) : .nothing
    }

    private static func types(_ text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
    }

    /// What a function gives a closure that it takes: `@given0` the first that it gives, behind a
    /// colon the closure's label.
    func given(_ name: String, _ value: Value) -> Value {
        guard case .symbols(let symbols, _) = value, symbols.count <= 16 else { return .nothing }
        let parts = name.dropFirst("@given".utf8.count).split(separator: ":")
        guard let place = parts.first.flatMap({ Int($0) }) else { return .nothing }
        var found: [Symbol] = []
        for symbol in symbols {
            let definition = table.definition(symbol)
            guard let text = definition.parameters else { return .nothing }
            let types = Self.types(text)
            let labels = (definition.labels ?? "").split(separator: ":").map {
                $0.prefix { $0 != "=" && $0 != "*" }
            }
            let closure = types.indices.first {
                types[$0].hasPrefix("{")
                    && (parts.count < 2 || $0 < labels.count && labels[$0] == parts[1])
            }
            guard let closure else { continue }
            let given = types[closure].dropFirst().dropLast().split(separator: ",")
            guard place < given.count,
                case .instance(let types, true) = parameterType(String(given[place]), of: symbol),
                found.isEmpty || found == types
            else { return .nothing }
            found = types
        }
        return found.isEmpty ? .nothing : .instance(found, isSure: true)
    }

    /// The type that a function asks for: `@param1`, `@param:label`, with a star that of the
    /// elements of what it asks for.
    func parameter(_ part: Expression.Part, of value: Value) -> Value {
        guard case .symbols(let symbols, _) = value, symbols.count <= 16 else { return .nothing }
        let name = part.name.dropFirst("@param".utf8.count)
        note(String(name.dropFirst()))
        var found: [Symbol] = []
        for symbol in symbols.flatMap({ takers($0) }) {
            let definition = table.definition(symbol)
            var text = ""
            if definition.kind.isCallable {
                let labels = (definition.labels ?? "").split(separator: ":").map {
                    $0.prefix { $0 != "=" && $0 != "*" }
                }
                let types = Self.types(definition.parameters ?? "")
                let place =
                    Int(name).map { labels.indices.contains($0) && labels[$0] == "_" ? $0 : -1 }
                    ?? labels.firstIndex { $0 == name.dropFirst() }
                guard let place, types.indices.contains(place) else { continue }
                text = types[place]
            } else if definition.name == name.dropFirst() {
                text = definition.parameters ?? ""
            } else {
                continue
            }
            // The values of a dictionary.
            if text.hasPrefix("[:") { text = text.dropFirst(2).dropLast() + "*" }
            let asked = text.isEmpty ? type(of: symbol) : parameterType(text, of: symbol)
            switch asked {
            case .instance(let types, true)
            where !part.isWrapped && (found.isEmpty || found == types):
                found = types
            case .wrapped(let types, true)
            where part.isWrapped && (found.isEmpty || found == types):
                found = types
            default: return .nothing
            }
        }
        return found.isEmpty ? .nothing : .symbols(found, isSure: true)
    }

    /// What takes the arguments of a call: of a type its initializers, or else what it stores.
    private func takers(_ symbol: Symbol) -> [Symbol] {
        let definition = table.definition(symbol)
        guard definition.isType else { return definition.kind.isCallable ? [symbol] : [] }
        let path = table.path(symbol)
        let made = rules.constructors.flatMap { name in
            note(name)
            return table.symbols(at: path.appending(name))
        }
        if !made.isEmpty { return made }
        let file = table.file(of: symbol)
        return file.facts.definitions.indices.filter {
            let field = file.facts.definitions[$0]
            return field.parent == symbol - file.first && !field.isStatic
                && [.constant, .field, .property, .variable].contains(field.kind)
        }.map { file.first + $0 }
    }

    private func parameterType(_ text: String, of symbol: Symbol) -> Value {
        inside(table.fileNumber(of: symbol)) {
            evaluate(Expression(text).parts, symbol - file.first, .type)
        }
    }

    private func fit(
        _ argument: String, _ parameter: String, _ known: LinkRules.Overloads,
        value: () -> Value, wanted: () -> Value
    ) -> Fit {
        if parameter == "*" { return .converted }
        if known.isStrict {
            let sign = UInt8(ascii: "&")
            let isGiven = argument.utf8.first == sign
            if isGiven != (parameter.utf8.first == sign) { return .none }
            if isGiven { return .unknown }
        }
        if argument == "?" || parameter == "?" || parameter.hasPrefix("{")
            || parameter.hasPrefix("[")
        {
            return .unknown
        }
        if argument == parameter { return .exact }
        let equals = UInt8(ascii: "=")
        var argument = argument
        if argument.utf8.first != equals, case .outer(let text) = value(), text.utf8.first == equals
        {
            argument = text
            if argument == parameter { return .exact }
        }
        switch (argument.utf8.first == equals, parameter.utf8.first == equals) {
        case (true, true):
            return fit(plain: argument.dropFirst(), parameter.dropFirst(), known)
        case (true, false):
            let name = String(argument.dropFirst())
            guard isPlain(name, known) else { return .unknown }
            let type = Self.lastName(parameter)
            if known.roots.contains(type) { return .converted }
            if name.hasSuffix("[]") {
                guard known.isStrict else { return .none }
                // Of what is not of the tree, it may be one that all arrays are.
                if case .instance = wanted() { return .none }
                return known.leaves.contains(Self.lastName(wantedText(wanted()))) ? .none : .unknown
            }
            return known.boxes[type] == name ? .widened : .none
        case (false, true):
            let name = String(parameter.dropFirst())
            guard isPlain(name, known) else { return .unknown }
            switch value() {
            case .instance(let types, _):
                return types.contains(where: isConverted) ? .unknown : .none
            case .outer(let text) where !text.utf8.contains(UInt8(ascii: "(")):
                let box = known.boxes[Self.lastName(text)]
                if box == name { return .widened }
                return box == nil && !known.leaves.contains(Self.lastName(text))
                    ? .unknown : .none
            default: return .unknown
            }
        case (false, false): return fit(value(), wanted(), known)
        }
    }

    private func fit(_ value: Value, _ wanted: Value, _ known: LinkRules.Overloads) -> Fit {
        switch (value, wanted) {
        case (.instance(let types, _), .instance(let others, _)):
            if types.contains(where: others.contains) { return .exact }
            if types.contains(where: { !allBases(of: $0).isDisjoint(with: others) }) {
                return .widened
            }
            if (types + others).contains(where: isConverted) { return .unknown }
            return types.contains(where: isOpen) ? .unknown : .none
        case (.wrapped(let types, _), .wrapped(let others, _)):
            return types.contains(where: others.contains) ? .exact : .none
        case (.wrapped, .instance), (.instance, .wrapped): return .none
        case (.instance(let types, _), .outer(let text)):
            let name = Self.lastName(text)
            if known.roots.contains(name) { return .converted }
            if types.contains(where: isConverted) { return .unknown }
            // Of a type all of whose bases are known, and that has none of that name.
            if known.isStrict, !types.contains(where: isOpen), !known.hidden.contains(name) {
                return .none
            }
            return known.leaves.contains(name) ? .none : .unknown
        case (.outer(let text), .instance(let types, _)):
            if !known.leaves.contains(Self.lastName(text)) { return .unknown }
            if types.contains(where: isConverted) { return .unknown }
            return types.contains(where: isWrittenOut) ? .unknown : .none
        case (.outer(let text), .outer(let other)):
            if text == other { return .exact }
            let (name, otherName) = (Self.lastName(text), Self.lastName(other))
            if text.utf8.contains(UInt8(ascii: "(")) { return .unknown }
            if known.roots.contains(otherName) { return .converted }
            if known.numbers.contains(name), known.numbers.contains(otherName) { return .unknown }
            let (isLeaf, isLeafWanted) = (
                known.leaves.contains(name), known.leaves.contains(otherName)
            )
            if known.basesOfLeaves.isEmpty { return isLeaf && isLeafWanted ? .none : .unknown }
            // A constant of a type is named like that: `Boolean.TRUE`.
            guard isTypeName(name) else { return .unknown }
            return isLeafWanted || isLeaf && !known.basesOfLeaves.contains(otherName)
                ? .none : .unknown
        default: return .unknown
        }
    }

    private func wantedText(_ value: Value) -> String {
        if case .outer(let text) = value { text } else { "" }
    }

    /// Whether a literal may be of a type of the tree.
    private func isWrittenOut(_ type: Symbol) -> Bool {
        bases(of: type).contains {
            guard case .outer(let text) = $0 else { return false }
            return Self.lastName(text).hasPrefix("ExpressibleBy")
        }
    }

    private func fit(
        plain argument: Substring, _ parameter: Substring, _ known: LinkRules.Overloads
    ) -> Fit {
        let (argument, parameter) = (String(argument), String(parameter))
        guard isPlain(argument, known) || argument == "null",
            isPlain(parameter, known) || parameter.hasSuffix("[]")
        else { return .unknown }
        let like = known.widensLike[argument]
        let place = known.widening.firstIndex(of: like ?? argument)
        let wanted = known.widening.firstIndex(of: parameter)
        if let place, let wanted {
            return place < wanted || like == parameter ? .widened : .none
        }
        if argument == "null" { return parameter.hasSuffix("[]") ? .unknown : .none }
        guard argument.hasSuffix("[]"), parameter.hasSuffix("[]") else { return .none }
        // Of arrays only those of names are one another's.
        let (element, wantedElement) = (String(argument.dropLast(2)), String(parameter.dropLast(2)))
        let isNamed = !known.widening.contains(element) && !known.plain.contains(element)
        let isNameWanted =
            !known.widening.contains(wantedElement) && !known.plain.contains(wantedElement)
        guard isNamed && isNameWanted else { return .none }
        if known.roots.contains(wantedElement) { return .widened }
        return element.hasSuffix("[]") || wantedElement.hasSuffix("[]") ? .none : .unknown
    }

    private func isPlain(_ name: String, _ known: LinkRules.Overloads) -> Bool {
        known.widening.contains(name) || known.plain.contains(name)
            || name.hasSuffix("[]") && !known.plain.isEmpty
    }

    private func isTypeName(_ name: String) -> Bool {
        (name.utf8.first.map { $0 >= 65 && $0 <= 90 } ?? false)
            && name.utf8.contains { $0 >= 97 && $0 <= 122 }
    }

    private static func lastName(_ text: String) -> String {
        let name = LinkedFile.parts(text).last ?? text
        return name.hasSuffix("^") ? String(name.dropLast()) : name
    }
}
