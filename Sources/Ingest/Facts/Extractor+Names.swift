// SPDX-License-Identifier: Apache-2.0
//
// What a node names: the shapes of a language, read.

extension Extractor {
    /// What a node names, with dots; nil if that is nothing.
    func path(of node: SyntaxNode) -> String? {
        var parts: [String] = []
        var node = node
        var suffix = ""
        var steps = 0
        while true {
            steps += 1
            guard steps < 64, parts.count < 8 else {
                parts.append("?")
                break
            }
            let symbol = node.symbol
            let shape = symbol < compiled.shapes.count ? compiled.shapes[symbol] : nil
            switch shape {
            case .name, .selfMember:
                parts.append(cleaned(text(node)) + suffix)
            case .member(let object, let property), .path(let object, let property),
                .access(let object, let property):
                guard let name = node[property], let part = leafName(name) else { return nil }
                parts.append(part + suffix)
                suffix = ""
                if let object = node[object] {
                    node = object
                    continue
                }
            case .pair:
                guard let last = node.lastChild, let part = leafName(last) else { return nil }
                parts.append(part + suffix)
                suffix = ""
                if let first = node.firstChild, first.start < last.start {
                    node = first
                    continue
                }
            case .separated:
                parts.append(Self.dotted(text(node)) + suffix)
            case .qualified(let scope, let name):
                var own: [String] = []
                var inner: SyntaxNode? = node
                while let current = inner, own.count < 16 {
                    guard current.symbol == symbol else {
                        own.append(leafName(current) ?? "?")
                        break
                    }
                    if let scope = current[scope].flatMap({ leafName($0) }) { own.append(scope) }
                    inner = current[name]
                }
                parts.append(own.joined(separator: ".") + suffix)
            case .literal: parts.append("?")
            case .method(let object, let name):
                guard let own = node[name], let part = leafName(own) else { return nil }
                parts.append(part + "()" + suffix)
                suffix = ""
                if let object = node[object] {
                    node = object
                    continue
                }
            case .instance(let field):
                if let type = node[field] {
                    node = type
                    continue
                }
                parts.append("?")
            case .call(let function):
                suffix = "()"
                if let callee = node[function] {
                    node = callee
                    continue
                }
                parts.append("?")
            case .callFirst:
                suffix = "()"
                if let callee = node.firstChild {
                    node = callee
                    continue
                }
                parts.append("?")
            case .separatedChildren:
                parts.append(joinedNames(node) + suffix)
            case .field(let field), .implicitMember(let field), .pointer(let field):
                if let inner = node[field] {
                    node = inner
                    continue
                }
                parts.append("?")
            case .item(let field), .element(let field):
                if let inner = field.map({ node[$0] }) ?? node.firstChild {
                    node = inner
                    continue
                }
                parts.append("?")
            case .inner, .unwrapped, .cast, .sigil:
                if let inner = node.firstChild {
                    node = inner
                    continue
                }
                parts.append("?")
            case nil:
                parts.append("?")
            }
            break
        }
        if parts.count == 1, parts[0] == "?" { return nil }
        return parts.reversed().joined(separator: ".")
    }

    private func joinedNames(_ node: SyntaxNode) -> String {
        node.children().filter {
            // What could not be parsed has a symbol beyond the grammar's.
            if $0.symbol < compiled.shapes.count, case .name? = compiled.shapes[$0.symbol] {
                true
            } else {
                false
            }
        }.map(text).joined(separator: ".")
    }

    static func dotted(_ text: String) -> String {
        text.utf8.split { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: ":") || $0 <= 32 }
            .map { String(Substring($0)) }.joined(separator: ".")
    }

    func leafName(_ node: SyntaxNode) -> String? {
        var node = node
        for _ in 0..<16 {
            let symbol = node.symbol
            switch symbol < compiled.shapes.count ? compiled.shapes[symbol] : nil {
            case .name, .selfMember: return cleaned(text(node))
            case .separated: return Self.dotted(text(node))
            case .separatedChildren: return joinedNames(node)
            case .pair:
                guard let inner = node.lastChild else { return nil }
                node = inner
            case .field(let field), .implicitMember(let field):
                guard let inner = node[field] else { return nil }
                node = inner
            case .element(let field):
                guard let inner = field.map({ node[$0] }) ?? node.firstChild else { return nil }
                node = inner
            case .inner, .unwrapped, .cast, .sigil:
                guard let inner = node.firstChild else { return nil }
                node = inner
            case .member(_, let property), .qualified(_, let property), .path(_, let property),
                .access(_, let property):
                guard let inner = node[property] else { return nil }
                node = inner
            default: return nil
            }
        }
        return nil
    }
}
