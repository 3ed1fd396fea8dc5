// SPDX-License-Identifier: Apache-2.0
//
// Expressions: what a node stands for, with what gave local variables their values in their place.

extension Extractor {
    // MARK: - Expressions

    /// What a node stands for; nil if that is nothing with a name.
    func expression(of node: SyntaxNode) -> String? {
        var bytes: [UInt8] = []
        append(node, to: &bytes, depth: 0)
        if bytes.count > Self.expressionLimit || bytes == [UInt8(ascii: "?")] { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A value of the type that a node names.
    func instance(of type: SyntaxNode) -> String? {
        if let inner = language.wrappedType(self, type) {
            guard language.wrappedType(self, inner) == nil, let path = typePath(of: inner) else {
                return nil
            }
            return path + (path == "@self" ? "*" : "^*")
        }
        guard let path = typePath(of: type) else { return nil }
        if path == "@self" { return path }
        return path + (language.isConstant?(self, type) ?? false ? "^^" : "^")
    }

    func typePath(of type: SyntaxNode) -> String? {
        guard let named = language.namedType(self, type) else { return nil }
        var found = path(of: named)
        // Python lets a type be quoted.
        if found == nil, case .literal? = compiled.shapes[safe: named.symbol] {
            let text = DocText.literal(text(named)) ?? ""
            if text.utf8.allSatisfy({ $0 == 46 || $0 == 95 || $0 >= 48 && $0 != 91 && $0 != 93 }) {
                found = text
            }
        }
        guard let path = found, !path.isEmpty else { return nil }
        if has(named, prefix: "::"), !language.links.isStrict { return "@root.\(path)" }
        if let prefix = language.rootPrefix, has(named, prefix: prefix) { return "@root.\(path)" }
        if localTypes[path, default: 0] > 0 { return localTypeBounds[path] }
        if language.selfTypes.contains(path) { return "@self" }
        if language.ownTypes.contains(path) { return "@type" }
        if isPath(named), path.utf8.contains(UInt8(ascii: ".")), !isRooted(named) {
            return ":" + path
        }
        return isRooted(named) ? root + path : path
    }

    /// Whether a name is said from the outermost module on: `\\A\\B`, `::a`.
    private func isRooted(_ node: SyntaxNode) -> Bool {
        switch compiled.shapes[safe: node.symbol] {
        case .separated: has(node, prefix: "\\") || has(node, prefix: "::")
        case .qualified: language.links.hasIncludes && has(node, prefix: "::")
        default: false
        }
    }

    /// A path that is said from the outermost module on.
    func rooted(_ node: SyntaxNode, _ path: String) -> String? {
        if let prefix = language.rootPrefix, has(node, prefix: prefix) { return "@root.\(path)" }
        return isRooted(node) ? root + path : nil
    }

    private var root: String { language.links.isStrict ? ":@root." : "@root." }

    /// Whether the first of its names is no variable's.
    func isPath(_ node: SyntaxNode) -> Bool {
        switch compiled.shapes[safe: node.symbol] {
        case .path, .qualified: true
        case .field(let field): node[field].map { isPath($0) } ?? false
        default: false
        }
    }

    // MARK: - Types of arguments

    /// A type as an expression, or as it is written.
    ///
    /// - Parameter names: of types that are not known yet: type parameters.
    func typeText(_ type: SyntaxNode, except names: Set<String> = []) -> String {
        let text = String(cleaned(text(type)).filter { $0 != " " })
        let element = text.prefix { $0 != "[" && $0 != "<" }
        if names.contains(String(element)) || localTypes[String(element), default: 0] > 0 {
            return "?"
        }
        if let instance = instance(of: type) { return instance }
        guard text.utf8.count <= Self.typeLimit, !text.utf8.contains(UInt8(ascii: ";")) else {
            return "?"
        }
        return "=" + text
    }

    private static let typeLimit = 64

    /// Notes what arguments are, for the call that is noted next.
    func give(_ arguments: [SyntaxNode?]) {
        givenArguments = nil
        guard language.links.overloads != nil, !arguments.isEmpty else { return }
        let types = arguments.map { $0.map { argumentType($0) } ?? "?" }
        if types.contains(where: { $0 != "?" }) { givenArguments = types.joined(separator: ";") }
    }

    func argumentType(_ node: SyntaxNode) -> String {
        if let type = language.valueType(self, node) { return type }
        if isName(node), let type = locals[cleaned(text(node))]?.text,
            type.utf8.first == UInt8(ascii: "=")
        {
            return type
        }
        guard let value = expression(of: node), value.utf8.count <= Self.typeLimit,
            !value.utf8.contains(UInt8(ascii: "?")), !value.utf8.contains(UInt8(ascii: ";"))
        else { return "?" }
        return value
    }

    private func append(_ node: SyntaxNode, to bytes: inout [UInt8], depth: Int) {
        let symbol = node.symbol
        guard depth < Self.expressionDepth, bytes.count <= Self.expressionLimit,
            symbol < compiled.shapes.count, let shape = compiled.shapes[symbol]
        else { return bytes.append(UInt8(ascii: "?")) }
        func go(_ inner: SyntaxNode?) {
            if let inner {
                append(inner, to: &bytes, depth: depth + 1)
            } else {
                bytes.append(UInt8(ascii: "?"))
            }
        }
        switch shape {
        case .name: append(name: cleaned(text(node)), to: &bytes)
        case .literal(let type):
            bytes += UnsafeBufferPointer(start: type.utf8Start, count: type.utf8CodeUnitCount)
            bytes.append(UInt8(ascii: "^"))
        case .member(let object, let property):
            if node[object] == nil, has(node, prefix: "::") {
                bytes += "@root".utf8
            } else {
                go(node[object])
            }
            // `Outer.this`
            if let name = node[property], language.selfNames.contains(text(name)) {
                return bytes.append(UInt8(ascii: "^"))
            }
            append(member: node[property], to: &bytes)
        case .method(let object, let name):
            if let object = node[object] {
                go(object)
                append(member: node[name], to: &bytes)
            } else {
                bytes += (node[name].map { cleaned(text($0)) } ?? "?").utf8
            }
            append(argumentCount(node), to: &bytes)
        case .selfMember:
            guard let own = language.selfNames.first else { return go(nil) }
            append(name: own, to: &bytes)
            bytes += ".\(text(node))".utf8
        case .sigil:
            let name = text(node)
            if let value = locals[name]?.text {
                bytes += (value.isEmpty ? "?" : value).utf8
            } else {
                bytes += (language.selfNames.contains(name) ? "@self" : "?").utf8
            }
        case .instance(let field):
            bytes += (node[field].flatMap { instance(of: $0) } ?? "?").utf8
        case .pair:
            guard let first = node.firstChild, let last = node.lastChild else { return go(nil) }
            if first.index == last.index { return go(first) }
            go(first)
            append(member: last, to: &bytes)
        case .call(let function):
            if let value = language.callValue(self, node) {
                bytes += value.utf8
                return
            }
            go(node[function])
            append(argumentCount(node), to: &bytes)
        case .callFirst:
            // `a[1]` is written as a call is, and gives something else.
            if isSubscript(node) {
                go(node.firstChild)
                bytes += ".@item".utf8
                return
            }
            go(language.callee?(node) ?? node.firstChild)
            append(argumentCount(node), to: &bytes)
        case .implicitMember(let field):
            guard byte(node.start) == UInt8(ascii: ".") else { return go(node[field]) }
            bytes += (language.expected?(self, node) ?? "@any").utf8
            append(member: node[field], to: &bytes)
        case .field(let field):
            if let prefix = language.rootPrefix, has(node, prefix: prefix) {
                bytes += "@root.".utf8
            }
            go(node[field])
        case .element: go(nil)
        case .inner: go(node.firstChild)
        case .cast:
            let isWhole = node.firstChild?.index == node.lastChild?.index
            if isWhole { return go(node.firstChild) }
            bytes += (node.lastChild.flatMap { instance(of: $0) } ?? "?").utf8
        case .access(let object, let property):
            go(node[object])
            if node.allChildren.contains(where: { $0.is("->") }) { bytes += ".@try".utf8 }
            append(member: node[property], to: &bytes)
        case .path(let object, let name):
            if let object = node[object] {
                append(pathStart: object, to: &bytes, depth: depth + 1)
                append(member: node[name], to: &bytes)
            } else if let name = node[name] {
                append(pathStart: name, to: &bytes, depth: depth + 1)
            }
        case .unwrapped:
            go(node.firstChild)
            bytes += ".@try".utf8
        case .pointer(let field):
            go(node[field])
            if node.allChildren.contains(where: { $0.is("*") }) { bytes += ".@try".utf8 }
        case .item(let field):
            go(field.map { node[$0] } ?? node.firstChild)
            bytes += ".@item".utf8
        case .separated, .qualified, .separatedChildren:
            guard let path = path(of: node) else { return go(nil) }
            if isRooted(node) {
                bytes += (root + path).utf8
            } else if path.utf8.contains(UInt8(ascii: ".")) {
                if case .qualified = shape { bytes.append(UInt8(ascii: ":")) }
                bytes += path.utf8
            } else {
                append(name: path, to: &bytes)
            }
        }
    }

    private func append(pathStart node: SyntaxNode, to bytes: inout [UInt8], depth: Int) {
        var start = node
        for _ in 0..<8 {
            guard case .field(let field)? = compiled.shapes[safe: start.symbol],
                let inner = start[field]
            else { break }
            start = inner
        }
        guard case .name? = compiled.shapes[safe: start.symbol] else {
            return append(start, to: &bytes, depth: depth)
        }
        let name = cleaned(text(start))
        if language.selfTypes.contains(name) {
            bytes += "@type".utf8
        } else if localTypes[name, default: 0] > 0 {
            bytes += (localTypeBounds[name] ?? "?").utf8
        } else {
            bytes.append(UInt8(ascii: ":"))
            bytes += name.utf8
        }
    }

    /// What a name alone stands for.
    func expression(ofName name: String) -> String {
        var bytes: [UInt8] = []
        append(name: name, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func append(member node: SyntaxNode?, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "."))
        // A member that a variable names may be any; but one of a type's own has its sign there.
        if let node, case .sigil? = compiled.shapes[safe: node.symbol],
            node.parent?["scope"] == nil || node.parent?["arguments"] != nil
        {
            bytes.append(UInt8(ascii: "?"))
        } else if let node, let name = leafName(node), !name.isEmpty {
            bytes += name.utf8
        } else {
            bytes.append(UInt8(ascii: "?"))
        }
    }

    private func append(name: String, to bytes: inout [UInt8]) {
        if let type = qualifiedSelf(name) {
            bytes += (type + "^").utf8
            return
        }
        // In a block that has another receiver `this` is that.
        if !locals.isEmpty, let value = locals[name]?.text {
            // A type that is no definition says nothing here.
            let isKnown = !value.isEmpty && value.utf8.first != UInt8(ascii: "=")
            if isKnown { usedNames.append(name) }
            bytes += (isKnown ? value : "?").utf8
        } else if language.selfNames.contains(name) {
            bytes += "@self".utf8
        } else if language.selfTypes.contains(name) {
            bytes += "@type".utf8
        } else if language.superNames.contains(name) {
            bytes += "@super".utf8
        } else if language.selfTypes.contains(name) || language.ownTypes.contains(name) {
            bytes += "@type".utf8
        } else {
            bytes += name.utf8
        }
    }

    /// `A` of `this@A` and of `super<A>`.
    private func qualifiedSelf(_ name: String) -> String? {
        guard let sign = name.utf8.firstIndex(where: { $0 == 60 || $0 == 64 }) else { return nil }
        let word = String(name[..<sign])
        guard language.selfNames.contains(word) || language.superNames.contains(word) else {
            return nil
        }
        return name[sign...].dropFirst().filter { $0 != ">" && $0 != " " }
    }

    private func append(_ argumentCount: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "("))
        if argumentCount >= 0 { bytes += String(argumentCount).utf8 }
        bytes.append(UInt8(ascii: ")"))
    }

    /// How many arguments a call has; -1 if there is no telling.
    func argumentCount(_ call: SyntaxNode) -> Int {
        if let count = language.argumentCount { return count(self, call) }
        guard let list = call["arguments"] ?? call.children().first(where: isArguments) else {
            return -1
        }
        var count = 0
        for child in list.allChildren where child.isNamed {
            if child.symbol < compiled.actions.count,
                case .comment? = compiled.actions[child.symbol]
            {
                continue
            }
            let inner = child.is("argument") ? child.firstChild : nil
            if language.spreads.contains(where: { child.is($0) || inner?.is($0) ?? false }) {
                return -1
            }
            count += 1
        }
        return count
    }

    func isSubscript(_ call: SyntaxNode) -> Bool {
        guard let suffix = call.children().first(where: isArguments) else { return false }
        return byte(suffix.start) == UInt8(ascii: "[")
    }

    private func isArguments(_ node: SyntaxNode) -> Bool {
        node.isOne(of: "argument_list", "arguments", "value_arguments", "call_suffix")
    }
}

extension Array {
    /// Nil beyond its end: what could not be parsed has a symbol that no grammar has.
    subscript<Value>(safe index: Int) -> Value? where Element == Value? {
        index < count ? self[index] : nil
    }
}
