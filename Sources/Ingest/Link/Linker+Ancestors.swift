// SPDX-License-Identifier: Apache-2.0
//
// Where a type has members from, in the order in which they count.

extension Linker {
    enum Ancestor {
        case type(Symbol)
        case outer(String)
        /// Something that is not known, and may have any.
        case unknown
    }

    private static let ancestorLimit = 256

    /// A type, and what it extends.
    func ancestors(of type: Symbol) -> [Ancestor] {
        guard looksAtBases else { return [.type(type)] }
        if let known = ancestorMemo[type] {
            join(known.dependencies, known.number << 8 | 0xFB)
            return known.ancestors
        }
        let noted = beginNoting()
        let rules = table.file(of: type).language.links
        let ancestors = rules.isStrict ? byDistance(type) : inLine(type, rules)
        ancestorMemo[type] = (ancestors, endNoting(noted), ancestorMemo.count)
        return ancestors
    }

    /// The nearest first, as what is embedded counts.
    private func byDistance(_ type: Symbol) -> [Ancestor] {
        var ancestors: [Ancestor] = [.type(type)]
        var seen: Set<Symbol> = [type]
        var place = 0
        while place < ancestors.count, ancestors.count < Self.ancestorLimit {
            if case .type(let type) = ancestors[place] {
                for base in self.ancestor(bases(of: type)) {
                    if case .type(let symbol) = base, !seen.insert(symbol).inserted { continue }
                    ancestors.append(base)
                }
            }
            place += 1
        }
        return ancestors
    }

    /// None before one that extends it; where classes and interfaces are told apart, all classes
    /// before all interfaces.
    private func inLine(_ type: Symbol, _ rules: LinkRules) -> [Ancestor] {
        var line: [Ancestor] = []
        var seen: Set<Symbol> = [type]
        var stack: [(type: Symbol, rest: [Ancestor])] = [(type, ancestor(bases(of: type)))]
        while let (type, rest) = stack.popLast() {
            var rest = rest
            guard let base = rules.lastBaseCountsFirst ? rest.removedFirst() : rest.popLast()
            else {
                line.append(.type(type))
                continue
            }
            stack.append((type, rest))
            switch base {
            case .type(let symbol):
                if seen.count < Self.ancestorLimit, seen.insert(symbol).inserted {
                    stack.append((symbol, ancestor(bases(of: symbol))))
                }
            case .outer, .unknown: line.append(base)
            }
        }
        line.reverse()
        guard rules.classesComeFirst, table.definition(type).kind == .class else { return line }
        func isInterface(_ ancestor: Ancestor) -> Bool {
            if case .type(let type) = ancestor {
                table.definition(type).kind == .interface
            } else {
                false
            }
        }
        return line.filter { !isInterface($0) } + line.filter(isInterface)
    }

    private func ancestor(_ bases: [Value]) -> [Ancestor] {
        bases.flatMap { base -> [Ancestor] in
            switch base {
            case .symbols(let symbols, let isSure):
                (isSure ? [] : [.unknown]) + symbols.map { .type($0) }
            case .outer(let text): [.outer(text)]
            default: [.unknown]
            }
        }
    }
}

extension Array {
    fileprivate mutating func removedFirst() -> Element? { isEmpty ? nil : removeFirst() }
}
