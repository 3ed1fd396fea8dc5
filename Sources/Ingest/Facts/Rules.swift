// SPDX-License-Identifier: Apache-2.0
//
// What rules of many languages have in common.

extension Rule {
    /// A definition that is what it is wherever it stands.
    static func define(
        _ kind: EntityKind, name: StaticString = "name", body: StaticString = "body"
    ) -> Rule {
        visit { e, node in
            if let name = node[name] { e.define(kind, node, name: name, body: node[body]) }
            return true
        }
    }

    /// A function, or a method where it stands in a type; those of some names make its values.
    static func function(
        name: StaticString = "name", body: StaticString = "body", constructors: Set<String> = []
    ) -> Rule {
        visit { e, node in
            guard let name = node[name] else { return true }
            let kind: EntityKind =
                !e.isInType
                ? .function : constructors.contains(e.text(name)) ? .constructor : .method
            e.define(kind, node, name: name, body: node[body])
            return true
        }
    }

    /// Something with a value: not of anybody's concern within a function.
    static func value(
        _ kind: EntityKind, member: EntityKind? = nil, name: StaticString = "name",
        value: StaticString = "value"
    ) -> Rule {
        visit { e, node in
            guard !e.isInFunction, let name = node[name], !e.has(name, text: "_") else {
                return true
            }
            e.define(
                e.isInType ? member ?? kind : kind, node, name: name, body: node[value])
            return true
        }
    }

    /// A reference to what a field names.
    static func refer(_ kind: EdgeKind, _ field: StaticString) -> Rule {
        visit { e, node in
            e.refer(
                kind, node[field], argumentCount: kind == .calls ? e.argumentCount(node) : -1)
            return true
        }
    }

    /// A name that stands for a value.
    static let use = visit { e, node in
        e.use(node)
        return true
    }

    /// Names that are declared inside are nobody's outside.
    static let block = visit { e, _ in
        e.openBlock()
        return true
    }

    /// A reference to what the node itself names.
    static func name(_ kind: EdgeKind, goesDown: Bool = false) -> Rule {
        visit { e, node in
            e.refer(kind, node)
            return goesDown
        }
    }

    /// A reference to the type that the node names.
    static let type = visit { e, node in
        e.referType(node)
        return false
    }

    /// What is defined inside begins here.
    static let wrapper = visit { e, node in
        e.wrap(node)
        return true
    }

    static let attribute = visit { e, node in
        e.attribute(node)
        return true
    }

    static func typeParameter(_ field: StaticString = "name") -> Rule {
        visit { e, node in
            e.declareLocalType(node[field])
            return true
        }
    }

    /// A function without a name.
    static let closure = visit { e, node in
        e.nest(node, as: .function)
        return true
    }
}

extension Dictionary where Key == String, Value == Rule {
    /// The same rule for several types of nodes.
    static func all(_ types: [String], _ rule: Rule) -> [String: Rule] {
        Dictionary(uniqueKeysWithValues: types.map { ($0, rule) })
    }

    static func + (a: Self, b: Self) -> Self { a.merging(b) { _, new in new } }
}
